//! What the device of an earlier login leaves to the next: the keys that it has received, and those that wait for it on
//! the home server. People encrypt for the devices they know of; what they said to the old one, only its keys open.

use std::path::Path;
use std::time::Duration;

use matrix_sdk::Client;
use matrix_sdk::config::SyncSettings;
use secrecy::{ExposeSecret, SecretString};
use tempfile::NamedTempFile;
use tracing::{info, warn};

use super::sync;
use super::trouble::Trouble;

/// How often the home server is asked for more keys; each time it gives a hundred.
const LOOKS: usize = 100;

/// Keys on their way from one device to the next, encrypted; gone from the disk when they have arrived.
pub(super) struct Legacy {
    file: NamedTempFile,
}

impl Legacy {
    /// Gathers what a device has. A device that was logged out still leaves what it had received before.
    pub async fn of(client: &Client, folder: &Path, passphrase: &SecretString) -> Option<Self> {
        for _ in 0..LOOKS {
            let settings = SyncSettings::new().timeout(Duration::ZERO).filter(sync::filter().into());
            match client.sync_once(settings).await {
                Ok(news) if news.to_device.is_empty() => break,
                Ok(_) => {}
                Err(why) => {
                    info!(why = ?Trouble::from(why), "the device before receives nothing any more");
                    break;
                }
            }
        }
        let file = NamedTempFile::new_in(folder).map_err(|why| warn!(%why, "no room for keys")).ok()?;
        let (path, all) = (file.path().to_owned(), |_: &_| true);
        match client.encryption().export_room_keys(path, passphrase.expose_secret(), all).await {
            Ok(()) => Some(Self { file }),
            Err(why) => {
                warn!(%why, "the keys of the device before cannot be taken along");
                None
            }
        }
    }

    /// Hands the keys over, and returns how many were new.
    pub async fn to(self, client: &Client, passphrase: &SecretString) -> usize {
        let path = self.file.path().to_owned();
        match client.encryption().import_room_keys(path, passphrase.expose_secret()).await {
            Ok(result) => result.imported_count,
            Err(why) => {
                warn!(%why, "the keys of the device before cannot be taken along");
                0
            }
        }
    }
}
