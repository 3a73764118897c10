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
use serde_json::Value;
use slack_morphism::signature_verifier::SlackEventSignatureVerifier;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::receive::{NotTaken, Receiver, not_taken};
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

async fn take(State(server): State<Arc<Server>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (hash, at) = (
        text(SlackEventSignatureVerifier::SLACK_SIGNED_HASH_HEADER),
        text(SlackEventSignatureVerifier::SLACK_SIGNED_TIMESTAMP),
    );
    let signed =
        std::str::from_utf8(&body).ok().filter(|body| server.verifier.verify(hash, body, at).is_ok());
    let Some(body) = signed else {
        warn!("a request to the Slack address was not signed by Slack, or more than five minutes ago");
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if let Some(number) = headers.get("x-slack-retry-num") {
        debug!(?number, reason = text("x-slack-retry-reason"), "Slack tells something again");
    }
    let json = text(header::CONTENT_TYPE.as_str()).starts_with("application/json");
    let receiver = server.receiver.clone();
    let body = body.to_owned();
    // On a task of its own: Slack may give up waiting, and what has begun is brought to its end all the same.
    let taken = tokio::spawn(async move {
        if json { pushed(&receiver, &body).await } else { posted(&receiver, &body).await }
    });
    match taken.await {
        Ok(Ok(Answer::Nothing)) => StatusCode::OK.into_response(),
        Ok(Ok(Answer::Challenge(challenge))) => challenge.into_response(),
        Ok(Ok(Answer::Reply(reply))) => {
            ([(header::CONTENT_TYPE, "application/json")], reply.to_string()).into_response()
        }
        Ok(Err(error)) => {
            not_taken(&error);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What is answered to a request that was taken.
enum Answer {
    Nothing,
    Challenge(String),
    /// To a form that was handed in.
    Reply(Value),
}

async fn pushed(receiver: &Receiver, body: &str) -> Result<Answer, NotTaken> {
    let payload: Value = serde_json::from_str(body).unwrap_or_default();
    match (payload["type"].as_str(), payload["challenge"].as_str()) {
        (Some("url_verification"), Some(challenge)) => return Ok(Answer::Challenge(challenge.to_owned())),
        (Some("app_rate_limited"), _) => warn!("Slack holds events back: too many in one minute"),
        _ => receiver.push(&payload).await?,
    }
    Ok(Answer::Nothing)
}

/// What Slack posts as a form: an interaction in JSON, or a command in fields. Slack checks the certificate of the address
/// in this way, too, with no command in it.
async fn posted(receiver: &Receiver, body: &str) -> Result<Answer, NotTaken> {
    let form: Value = serde_urlencoded::from_str(body).unwrap_or_default();
    match form["payload"].as_str() {
        Some(payload) => {
            let reply = receiver.interaction(&serde_json::from_str(payload).unwrap_or_default()).await?;
            Ok(reply.map_or(Answer::Nothing, Answer::Reply))
        }
        None => receiver.command(&form).await.map(|()| Answer::Nothing),
    }
}
