//! The Web API, as far as the bot needs it, and what its errors mean for a delivery.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::HttpsConnectorBuilder;
use secrecy::{ExposeSecret, SecretString};
use slack_morphism::errors::SlackClientError;
use slack_morphism::prelude::*;

use crate::chat::DeliveryError;

/// How long one call may take. What has not come back by then may still have been carried out.
const CALL: Duration = Duration::from_secs(30);

/// A connection to Slack's Web API with one token.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) slack: Arc<SlackHyperClient>,
    token: SlackApiToken,
}

/// What a call came to when it did not succeed.
#[derive(Debug)]
pub(super) enum CallError {
    /// Slack refused it, with its error code: nothing was done.
    Refused(String),
    /// Slack asks to wait; nothing was done.
    Limited(Option<Duration>),
    /// Nobody knows whether it was carried out.
    Unknown(String),
}

/// Slack's own errors after which the call may have been carried out or may be tried again.
const TRANSIENT: &[&str] =
    &["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];

impl From<SlackClientError> for CallError {
    fn from(error: SlackClientError) -> Self {
        match error {
            SlackClientError::RateLimitError(limit) => Self::Limited(limit.retry_after),
            SlackClientError::ApiError(api) if api.code == "ratelimited" => Self::Limited(None),
            SlackClientError::ApiError(api) if TRANSIENT.contains(&api.code.as_str()) => {
                Self::Unknown(api.code)
            }
            SlackClientError::ApiError(api) => Self::Refused(match api.errors {
                Some(details) => format!("{} ({})", api.code, details.join("; ")),
                None => api.code,
            }),
            other => Self::Unknown(outline(&other)),
        }
    }
}

/// An error without bodies, which may hold people's words.
fn outline(error: &SlackClientError) -> String {
    match error {
        SlackClientError::HttpError(http) => format!("HTTP status {}", http.status_code),
        SlackClientError::HttpProtocolError(_) => "the connection failed".to_owned(),
        SlackClientError::ProtocolError(_) => "an answer that is not Slack's".to_owned(),
        _ => "Slack cannot be reached".to_owned(),
    }
}

impl From<CallError> for DeliveryError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(code) => Self::Refused { why: super::texts::refused(&code) },
            CallError::Limited(after) => Self::Retry { why: "Slack asks to wait".to_owned(), after },
            CallError::Unknown(why) => Self::Retry { why, after: None },
        }
    }
}

impl CallError {
    /// Whether Slack gave one of these error codes.
    pub fn is(&self, codes: &[&str]) -> bool {
        matches!(self, Self::Refused(code) if codes.contains(&code.split(' ').next().unwrap_or_default()))
    }
}

impl Client {
    /// A client for a token. `api_url` is Slack's own unless a test says otherwise.
    ///
    /// # Errors
    /// When the system has no certificates to check Slack's with.
    pub fn new(token: &SecretString, api_url: Option<&str>) -> std::io::Result<Self> {
        let connector = HttpsConnectorBuilder::new().with_native_roots()?;
        // Plain HTTP is for a server on this machine that stands in for Slack.
        let connector = match api_url {
            Some(url) if url.starts_with("http://") => connector.https_or_http(),
            _ => connector.https_only(),
        };
        let mut connector =
            SlackClientHyperConnector::with_connector(connector.enable_all_versions().build());
        if let Some(url) = api_url {
            connector = connector.with_slack_api_url(url.trim_end_matches('/'));
        }
        Ok(Self { slack: Arc::new(SlackClient::new(connector)), token: token_of(token) })
    }

    fn session(&self) -> SlackClientSession<'_, SlackClientHyperHttpsConnector> {
        self.slack.open_session(&self.token)
    }

    pub async fn auth_test(&self) -> Result<SlackApiAuthTestResponse, CallError> {
        timed(self.session().auth_test()).await
    }

    /// Where a connection of Socket Mode can be opened, once. With an app-level token only.
    pub async fn open_connection(&self) -> Result<String, CallError> {
        let request = SlackApiAppsConnectionOpenRequest::new();
        Ok(timed(self.session().apps_connections_open(&request)).await?.url.value().to_string())
    }

    /// Whether the bot is in a channel.
    pub async fn is_member(&self, channel: &SlackChannelId) -> Result<bool, CallError> {
        let request = SlackApiConversationsInfoRequest::new(channel.clone());
        let found = timed(self.session().conversations_info(&request)).await?.channel;
        Ok(found.flags.is_member == Some(true))
    }

    pub async fn user(&self, user: &SlackUserId) -> Result<SlackUser, CallError> {
        let request = SlackApiUsersInfoRequest::new(user.clone());
        Ok(timed(self.session().users_info(&request)).await?.user)
    }

    pub async fn post(&self, request: &SlackApiChatPostMessageRequest) -> Result<SlackTs, CallError> {
        Ok(timed(self.session().chat_post_message(request)).await?.ts)
    }

    pub async fn post_ephemeral(&self, request: &SlackApiChatPostEphemeralRequest) -> Result<(), CallError> {
        timed(self.session().chat_post_ephemeral(request)).await.map(drop)
    }

    pub async fn update(&self, request: &SlackApiChatUpdateRequest) -> Result<(), CallError> {
        timed(self.session().chat_update(request)).await.map(drop)
    }

    /// The direct conversation with a user.
    pub async fn direct(&self, user: &SlackUserId) -> Result<SlackChannelId, CallError> {
        let request = SlackApiConversationsOpenRequest::new().with_users(vec![user.clone()]);
        Ok(timed(self.session().conversations_open(&request)).await?.channel.id)
    }

    /// The newest messages of a channel, with the metadata of apps.
    pub async fn history(&self, channel: &SlackChannelId) -> Result<Vec<SlackHistoryMessage>, CallError> {
        let request = SlackApiConversationsHistoryRequest::new()
            .with_channel(channel.clone())
            .with_limit(200)
            .with_include_all_metadata(true);
        Ok(timed(self.session().conversations_history(&request)).await?.messages)
    }

    /// The messages of a thread, with the metadata of apps.
    pub async fn replies(
        &self,
        channel: &SlackChannelId,
        thread: &SlackTs,
    ) -> Result<Vec<SlackHistoryMessage>, CallError> {
        let (channel, thread) = (channel.to_string(), thread.to_string());
        let parameters = vec![
            ("channel", Some(channel.as_str())),
            ("ts", Some(thread.as_str())),
            ("limit", Some("1000")),
            ("include_all_metadata", Some("true")),
        ];
        let session = self.session();
        let call = session.http_session_api.http_get("conversations.replies", &parameters, None);
        let response: SlackApiConversationsRepliesResponse = timed(call).await?;
        Ok(response.messages)
    }

    pub async fn reactions(
        &self,
        channel: &SlackChannelId,
        ts: &SlackTs,
    ) -> Result<Vec<SlackReaction>, CallError> {
        let request = SlackApiReactionsGetRequest::new()
            .with_channel(channel.clone())
            .with_timestamp(ts.clone())
            .with_full(true);
        match timed(self.session().reactions_get(&request)).await? {
            SlackApiReactionsGetResponse::Message(found) => {
                Ok(found.message.content.reactions.unwrap_or_default())
            }
            SlackApiReactionsGetResponse::File(_) => Ok(Vec::new()),
        }
    }

    /// Uploads a file beside a message: address, content, share.
    /// Source: <https://docs.slack.dev/messaging/working-with-files#upload>.
    pub async fn upload(
        &self,
        channel: &SlackChannelId,
        thread: &SlackTs,
        name: &str,
        media_type: &str,
        content: Vec<u8>,
    ) -> Result<(), CallError> {
        let session = self.session();
        let place = SlackApiFilesGetUploadUrlExternalRequest::new(name.to_owned(), content.len());
        let place = timed(session.get_upload_url_external(&place)).await?;
        let upload = SlackApiFilesUploadViaUrlRequest::new(place.upload_url, content, media_type.to_owned());
        timed(session.files_upload_via_url(&upload)).await?;
        let file = SlackApiFilesComplete::new(place.file_id).with_title(name.to_owned());
        let share = SlackApiFilesCompleteUploadExternalRequest::new(vec![file])
            .with_channel_id(channel.clone())
            .with_thread_ts(thread.clone());
        timed(session.files_complete_upload_external(&share)).await.map(drop)
    }

    /// Where a file's content can be read with the token.
    pub async fn file_url(&self, file: &str) -> Result<Option<String>, CallError> {
        let request = SlackApiFilesInfoRequest::new(file.to_owned().into());
        let file = timed(self.session().files_info(&request)).await?.file;
        Ok(file.url_private_download.or(file.url_private).map(String::from))
    }

    /// The token, for what is read past the Web API.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token.token_value)
    }
}

/// A token as the library wants it.
pub(super) fn token_of(token: &SecretString) -> SlackApiToken {
    SlackApiToken::new(token.expose_secret().into())
}

async fn timed<T>(call: impl Future<Output = Result<T, SlackClientError>>) -> Result<T, CallError> {
    match tokio::time::timeout(CALL, call).await {
        Ok(result) => result.map_err(CallError::from),
        Err(_) => Err(CallError::Unknown("no answer in time".to_owned())),
    }
}
