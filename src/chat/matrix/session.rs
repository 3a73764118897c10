//! The bot's session: logged in once, kept in a file that only its owner can read, taken up again at every start.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::RequestConfig;
use matrix_sdk::encryption::{BackupDownloadStrategy, EncryptionSettings};
use matrix_sdk::ruma::{DeviceId, OwnedDeviceId, OwnedUserId, UserId};
use matrix_sdk::store::RoomLoadSettings;
use matrix_sdk::{Client, SessionMeta, SessionTokens};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::legacy::Legacy;
use super::trouble::Trouble;
use super::{MatrixConfig, error, texts};
use crate::chat::AdapterError;

/// How long one call may take, but for a sync, which waits for news.
const CALL: Duration = Duration::from_secs(30);
/// The name by which people see the bot's device among its others.
const DEVICE_NAME: &str = "OSPO Counselor";

/// What proves to the home server that the bot may log in.
pub enum Credential {
    /// The account's password.
    Password(SecretString),
    /// An access token of a device that nothing else uses.
    Token(SecretString),
}

/// The session as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionFile {
    homeserver: String,
    user: OwnedUserId,
    device: OwnedDeviceId,
    access_token: String,
    /// The device's fingerprint, as it is on this disk; sessions of older programs have none.
    #[serde(default)]
    fingerprint: Option<String>,
}

/// A session that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// Its device.
    pub device: OwnedDeviceId,
    /// How many keys it has taken along from the device before.
    pub keys: usize,
}

fn path(folder: &Path) -> PathBuf {
    folder.join("session.json")
}

/// Where the keys of a device are: one folder each, so that a new login never meets the keys of an old one.
fn store_of(folder: &Path, device: &DeviceId) -> PathBuf {
    // Device ids are the server's to choose; as a name of a folder they are data.
    let name: String =
        device.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    folder.join(format!("device-{name}"))
}

impl SessionFile {
    fn read(folder: &Path) -> Result<Self, AdapterError> {
        let path = path(folder);
        let text = std::fs::read_to_string(&path).map_err(|why| match why.kind() {
            std::io::ErrorKind::NotFound => error(texts::NOT_LOGGED_IN),
            _ => error(texts::session_unreadable(&path, &why)),
        })?;
        serde_json::from_str(&text).map_err(|why| error(texts::session_unreadable(&path, &why)))
    }

    /// Writes the file whole or not at all, readable by its owner alone.
    fn write(&self, folder: &Path) -> Result<(), AdapterError> {
        let write = || -> std::io::Result<()> {
            let text = serde_json::to_string_pretty(self)?;
            // A temporary file is made with mode 600.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path(folder))?;
            std::fs::File::open(folder)?.sync_all()
        };
        write().map_err(|why| error(texts::session_unwritable(&path(folder), &why)))
    }
}

/// Logs in with a device of its own and keeps the session. An earlier session is left to the home server; its keys stay
/// on disk, and the new device takes them along.
///
/// # Errors
/// When the bot runs, the home server cannot be reached or refuses, or the session cannot be kept.
pub async fn log_in(config: &MatrixConfig, credential: &Credential) -> Result<LoggedIn, AdapterError> {
    let user = UserId::parse(&config.user).map_err(|why| error(why.to_string()))?;
    std::fs::create_dir_all(&config.folder)
        .map_err(|why| error(texts::session_unwritable(&config.folder, &why)))?;
    let _lock = Lock::take(&config.folder)?;
    let legacy = match open(config).await {
        Ok(before) => Legacy::of(&before, &config.folder, &config.passphrase).await,
        // There is none, or none that can be read.
        Err(_) => None,
    };
    let (client, session) = match credential {
        Credential::Password(password) => {
            let device = new_device();
            let client = build(config, &device).await?;
            let login = client.matrix_auth().login_username(&user, password.expose_secret());
            let login = login.device_id(device.as_str()).initial_device_display_name(DEVICE_NAME);
            let session = MatrixSession::from(&login.send().await.map_err(refused)?);
            (client, session)
        }
        Credential::Token(token) => {
            let session = session_of(config, token).await?;
            let client = build(config, &session.meta.device_id).await?;
            restore(&client, session.clone()).await?;
            (client, session)
        }
    };
    if session.meta.user_id != user {
        return Err(error(texts::other_user(session.meta.user_id.as_str(), user.as_str())));
    }
    let keys = match legacy {
        Some(legacy) => legacy.to(&client, &config.passphrase).await,
        None => 0,
    };
    let device = session.meta.device_id;
    let file = SessionFile {
        homeserver: client.homeserver().to_string(),
        user,
        device: device.clone(),
        access_token: session.tokens.access_token,
        fingerprint: client.encryption().ed25519_key().await,
    };
    file.write(&config.folder)?;
    Ok(LoggedIn { device, keys })
}

fn new_device() -> OwnedDeviceId {
    let letters: String = std::iter::repeat_with(|| fastrand::char('A'..='Z')).take(10).collect();
    OwnedDeviceId::from(letters)
}

/// The session that an access token stands for.
async fn session_of(config: &MatrixConfig, token: &SecretString) -> Result<MatrixSession, AdapterError> {
    let asking = builder(config).build().await.map_err(|why| error(texts::no_home_server(&why)))?;
    let tokens = SessionTokens { access_token: token.expose_secret().to_owned(), refresh_token: None };
    let user = UserId::parse(&config.user).map_err(|why| error(why.to_string()))?;
    // The device is what is asked for; until then any name will do.
    let meta = SessionMeta { user_id: user, device_id: "UNKNOWN".into() };
    restore(&asking, MatrixSession { meta, tokens: tokens.clone() }).await?;
    let me = asking.whoami().await.map_err(|why| refused(why.into()))?;
    let device_id = me.device_id.ok_or_else(|| error(texts::TOKEN_WITHOUT_DEVICE))?;
    Ok(MatrixSession { meta: SessionMeta { user_id: me.user_id, device_id }, tokens })
}

/// Keeps others away from the keys of a device as long as it lives: two who use them would spoil them.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "closing the file gives the lock back")] File);

impl Lock {
    fn take(folder: &Path) -> Result<Self, AdapterError> {
        let path = folder.join("lock");
        let file = File::create(&path).map_err(|why| error(texts::session_unwritable(&path, &why)))?;
        file.try_lock().map_err(|why| match why {
            TryLockError::WouldBlock => error(texts::RUNNING),
            TryLockError::Error(why) => error(texts::session_unwritable(&path, &why)),
        })?;
        Ok(Self(file))
    }
}

/// Takes up the session that is kept, with its keys.
///
/// # Errors
/// When there is none, it is of another account, its keys cannot be read with the passphrase, or somebody uses them.
pub(super) async fn resume(config: &MatrixConfig) -> Result<(Client, Lock), AdapterError> {
    kept(config)?;
    let lock = Lock::take(&config.folder)?;
    Ok((open(config).await?, lock))
}

/// The same for who has the lock.
async fn open(config: &MatrixConfig) -> Result<Client, AdapterError> {
    let (config, session) = kept(config)?;
    let client = build(&config, &session.meta.device_id).await?;
    restore(&client, session).await?;
    Ok(client)
}

/// The fingerprint of the device, as it is on this disk.
pub(super) fn fingerprint(config: &MatrixConfig) -> Option<String> {
    SessionFile::read(&config.folder).ok()?.fingerprint
}

/// Takes up the session that is kept, without its keys: to ask the home server, and no more.
///
/// # Errors
/// When there is none, or it is of another account.
pub(super) async fn asking(config: &MatrixConfig) -> Result<Client, AdapterError> {
    let (config, session) = kept(config)?;
    let client = builder(&config).build().await.map_err(|why| error(texts::no_home_server(&why)))?;
    restore(&client, session).await?;
    Ok(client)
}

fn kept(config: &MatrixConfig) -> Result<(MatrixConfig, MatrixSession), AdapterError> {
    let file = SessionFile::read(&config.folder)?;
    if file.user.as_str() != config.user {
        return Err(error(texts::other_user(file.user.as_str(), &config.user)));
    }
    let config = MatrixConfig { homeserver: file.homeserver, ..config.clone() };
    let meta = SessionMeta { user_id: file.user, device_id: file.device };
    let tokens = SessionTokens { access_token: file.access_token, refresh_token: None };
    Ok((config, MatrixSession { meta, tokens }))
}

async fn restore(client: &Client, session: MatrixSession) -> Result<(), AdapterError> {
    let restored = client.matrix_auth().restore_session(session, RoomLoadSettings::default()).await;
    restored.map_err(|why| error(texts::keys_unreadable(&why)))
}

fn builder(config: &MatrixConfig) -> matrix_sdk::ClientBuilder {
    // Every caller tries again in its own way, so the library does not.
    let calls = RequestConfig::new().disable_retry().timeout(CALL);
    let client = Client::builder().request_config(calls);
    // An address is taken as it is, so that a start needs no home server that answers.
    match config.homeserver.contains("://") {
        true => client.homeserver_url(&config.homeserver),
        false => client.server_name_or_homeserver_url(&config.homeserver),
    }
}

/// A client with the keys of a device.
async fn build(config: &MatrixConfig, device: &DeviceId) -> Result<Client, AdapterError> {
    let store = store_of(&config.folder, device);
    let encryption = EncryptionSettings {
        backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
        ..EncryptionSettings::default()
    };
    builder(config)
        .sqlite_store(store, Some(config.passphrase.expose_secret()))
        .with_encryption_settings(encryption)
        .build()
        .await
        .map_err(|why| match &why {
            matrix_sdk::ClientBuildError::SqliteStore(_) => error(texts::keys_unreadable(&why)),
            _ => error(texts::no_home_server(&why)),
        })
}

fn refused(why: matrix_sdk::Error) -> AdapterError {
    error(texts::login_failed(&match Trouble::from(why) {
        Trouble::Refused(code) | Trouble::LoggedOut(code) | Trouble::Passing(code) => code,
        Trouble::NotFound => texts::NOT_THERE.to_owned(),
        Trouble::Limited(_) => texts::SLOWLY.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_its_owner_can_read_the_session_and_it_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = SessionFile {
            homeserver: "https://matrix.example.org/".to_owned(),
            user: "@ospo:example.org".try_into().unwrap(),
            device: "ABC".into(),
            access_token: "s3cret".to_owned(),
            fingerprint: None,
        };
        file.write(folder.path()).unwrap();
        let mode = std::fs::metadata(path(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(SessionFile::read(folder.path()).unwrap().access_token, "s3cret");
    }

    #[test]
    fn without_a_session_the_cure_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let Err(error) = SessionFile::read(folder.path()) else { panic!("there is none") };
        assert!(error.to_string().contains("ospo matrix login"), "{error}");
    }
}
