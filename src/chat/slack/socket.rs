//! Socket Mode: Slack talks over a connection that the bot opens, so no public address is needed.
//! Source: <https://docs.slack.dev/apis/events-api/using-socket-mode>.

use std::sync::Arc;

use http::StatusCode;
use slack_morphism::prelude::*;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::client::token_of;
use super::receive::Receiver;
use crate::chat::AdapterError;
use crate::core::person::Platform;

type Connector = SlackClientHyperHttpsConnector;
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Listens until told to stop.
pub(super) async fn listen(
    receiver: Receiver,
    app_token: &secrecy::SecretString,
    stop: CancellationToken,
) -> Result<(), AdapterError> {
    let slack = Arc::clone(&receiver.adapter.client.slack);
    let environment = SlackClientEventsListenerEnvironment::new(slack)
        .with_error_handler(on_error)
        .with_user_state(receiver);
    let callbacks = SlackSocketModeListenerCallbacks::new()
        .with_command_events(on_command)
        .with_interaction_events(on_interaction)
        .with_push_events(on_push);
    let config = SlackClientSocketModeConfig::new()
        .with_initial_backoff_in_seconds(1)
        .with_reconnect_timeout_in_seconds(2);
    let listener = SlackClientSocketModeListener::new(&config, Arc::new(environment), callbacks);
    let failed = |error: slack_morphism::errors::SlackClientError| AdapterError {
        platform: Platform::Slack,
        why: error.to_string(),
    };
    listener.listen_for(&token_of(app_token)).await.map_err(failed)?;
    tokio::select! {
        () = listener.start() => stop.cancelled().await,
        () = stop.cancelled() => {}
    }
    listener.shutdown().await;
    Ok(())
}

async fn receiver(states: SlackClientEventsUserState) -> Result<Receiver, BoxError> {
    let states = states.read().await;
    states.get_user_state::<Receiver>().cloned().ok_or_else(|| "the listener has no receiver".into())
}

async fn on_push(
    event: SlackPushEventCallback,
    _: Arc<SlackClient<Connector>>,
    states: SlackClientEventsUserState,
) -> UserCallbackResult<()> {
    receiver(states).await?.push(&event).await
}

async fn on_command(
    event: SlackCommandEvent,
    _: Arc<SlackClient<Connector>>,
    states: SlackClientEventsUserState,
) -> UserCallbackResult<SlackCommandEventResponse> {
    receiver(states).await?.command(&event).await?;
    Ok(SlackCommandEventResponse::new(SlackMessageContent::new()))
}

async fn on_interaction(
    event: SlackInteractionEvent,
    _: Arc<SlackClient<Connector>>,
    states: SlackClientEventsUserState,
) -> UserCallbackResult<SlackInteractionResponse> {
    receiver(states).await?.interaction(&event).await?;
    Ok(SlackInteractionResponse::Empty)
}

/// What was not taken is not acknowledged: Slack tells it again. The error itself may hold people's words, so only its
/// kind is logged.
fn on_error(error: BoxError, _: Arc<SlackClient<Connector>>, _: SlackClientEventsUserState) -> StatusCode {
    let unreadable = error.downcast_ref::<slack_morphism::errors::SlackClientError>().is_some();
    warn!(unreadable, "an event of Slack's was not taken");
    StatusCode::INTERNAL_SERVER_ERROR
}
