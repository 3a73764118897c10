//! The bot's identity: keys that say that its devices are its own, a backup of the keys to its rooms, and the recovery
//! key that opens both again on another device.

use matrix_sdk::Client;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::encryption::recovery::RecoveryState;
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::api::client::uiaa::{AuthData, MatrixUserIdentifier, Password, UserIdentifier};
use secrecy::{ExposeSecret, SecretString};

use super::trouble::Trouble;
use super::{MatrixConfig, error, session, sync, texts};
use crate::chat::AdapterError;

/// What the bot's identity came to.
#[derive(Debug)]
pub enum Identity {
    /// A new one, with the key that recovers it.
    New(SecretString),
    /// The one there was, taken up with its recovery key.
    Recovered,
    /// This device has it already.
    Complete,
}

/// Gives the bot's device an identity: the one that the recovery key opens, or a new one. `password` is the account's,
/// which home servers ask for before they take the keys of a new identity.
///
/// # Errors
/// When the bot is not logged in, the home server refuses, or the recovery key is not the right one.
pub async fn set_up(
    config: &MatrixConfig,
    recovery_key: Option<&SecretString>,
    password: Option<&SecretString>,
) -> Result<Identity, AdapterError> {
    let (client, _lock) = session::resume(config).await?;
    let settings = SyncSettings::new().timeout(std::time::Duration::ZERO).filter(sync::filter().into());
    client.sync_once(settings).await.map_err(failed)?;
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    let recovery = client.encryption().recovery();
    if let Some(key) = recovery_key {
        recovery.recover(key.expose_secret()).await.map_err(|why| error(texts::not_recovered(&why)))?;
        return Ok(Identity::Recovered);
    }
    let status = client.encryption().cross_signing_status().await;
    let is_ours = status.is_some_and(|status| status.is_complete());
    if is_ours && recovery.state() == RecoveryState::Enabled {
        return Ok(Identity::Complete);
    }
    if !is_ours {
        make_identity(&client, config, password).await?;
    }
    let key = recovery.enable().await.map_err(|why| error(texts::no_backup(&why)))?;
    Ok(Identity::New(key.into()))
}

async fn make_identity(
    client: &Client,
    config: &MatrixConfig,
    password: Option<&SecretString>,
) -> Result<(), AdapterError> {
    let me = UserId::parse(&config.user).map_err(|why| error(why.to_string()))?;
    let encryption = client.encryption();
    if encryption.request_user_identity(&me).await.map_err(failed)?.is_some() {
        return Err(error(texts::IDENTITY_ELSEWHERE));
    }
    let Err(why) = encryption.bootstrap_cross_signing(None).await else { return Ok(()) };
    let Some(asked) = why.as_uiaa_response() else { return Err(failed(why)) };
    let Some(password) = password else { return Err(error(texts::PASSWORD_NEEDED)) };
    let user = UserIdentifier::Matrix(MatrixUserIdentifier::new(config.user.clone()));
    let mut answer = Password::new(user, password.expose_secret().to_owned());
    answer.session.clone_from(&asked.session);
    encryption.bootstrap_cross_signing(Some(AuthData::Password(answer))).await.map_err(failed)
}

fn failed(why: matrix_sdk::Error) -> AdapterError {
    error(match Trouble::from(why) {
        Trouble::LoggedOut(code) => texts::logged_out(&code),
        Trouble::Refused(code) => texts::refused(&code),
        Trouble::NotFound => texts::NOT_THERE.to_owned(),
        Trouble::Limited(_) => texts::SLOWLY.to_owned(),
        Trouble::Passing(why) => why,
    })
}
