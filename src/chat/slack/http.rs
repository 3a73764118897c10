//! The Events API over HTTP: Slack posts events, commands and interactions, each signed, to one address.
//! Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use slack_morphism::prelude::*;
use slack_morphism::signature_verifier::SlackEventSignatureVerifier;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::receive::Receiver;
use crate::chat::AdapterError;
use crate::core::person::Platform;

/// The largest request that is read, in bytes. Slack's own are far smaller.
const LARGEST: usize = 1 << 20;

struct Server {
    receiver: Receiver,
    verifier: SlackEventSignatureVerifier,
}

/// Serves until told to stop.
pub(super) async fn serve(
    receiver: Receiver,
    listen: SocketAddr,
    signing_secret: &SecretString,
    stop: CancellationToken,
) -> Result<(), AdapterError> {
    let failed = |why: std::io::Error| AdapterError {
        platform: Platform::Slack,
        why: format!("cannot listen on {listen}: {why}; name another address under [slack]"),
    };
    let verifier = SlackEventSignatureVerifier::new(&signing_secret.expose_secret().into());
    let routes = Router::new()
        .route("/slack", post(take))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Arc::new(Server { receiver, verifier }));
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(failed)?;
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move { stop.cancelled().await })
        .await
        .map_err(failed)
}

/// What Slack posts as a form: an interaction in JSON, or a command in fields.
#[derive(Deserialize)]
struct Interaction {
    payload: String,
}

async fn take(State(server): State<Arc<Server>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(body) = std::str::from_utf8(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let (hash, at) = (
        text(SlackEventSignatureVerifier::SLACK_SIGNED_HASH_HEADER),
        text(SlackEventSignatureVerifier::SLACK_SIGNED_TIMESTAMP),
    );
    if server.verifier.verify(hash, body, at).is_err() {
        warn!("a request to the Slack address was not signed by Slack");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let taken = if text(header::CONTENT_TYPE.as_str()).starts_with("application/json") {
        match serde_json::from_str::<SlackPushEvent>(body) {
            Ok(SlackPushEvent::UrlVerification(asked)) => return asked.challenge.into_response(),
            Ok(SlackPushEvent::EventCallback(event)) => server.receiver.push(&event).await,
            Ok(SlackPushEvent::AppRateLimited(_)) => {
                warn!("Slack holds events back: too many in one minute");
                Ok(())
            }
            // It would be no more readable the next time.
            Err(_) => return unknown(),
        }
    } else if let Ok(interaction) = serde_urlencoded::from_str::<Interaction>(body) {
        match serde_json::from_str::<SlackInteractionEvent>(&interaction.payload) {
            Ok(event) => server.receiver.interaction(&event).await,
            Err(_) => return unknown(),
        }
    } else {
        match serde_urlencoded::from_str::<SlackCommandEvent>(body) {
            Ok(command) => server.receiver.command(&command).await,
            Err(_) => return unknown(),
        }
    };
    match taken {
        Ok(()) => StatusCode::OK.into_response(),
        // Not acknowledged: Slack tells it again.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn unknown() -> Response {
    debug!("a request of Slack's of a kind that the bot does not know");
    StatusCode::OK.into_response()
}
