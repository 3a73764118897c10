//! The Web API, as far as the bot needs it, and what its errors mean for a delivery.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::HttpsConnectorBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use slack_morphism::errors::SlackClientError;
use slack_morphism::prelude::*;

use super::answers::{
    ChannelAnswer, FileAnswer, GroupAnswer, Identity, Messages, Opened, Page, Reactions, ReactionsAnswer,
    User, UserAnswer,
};
use super::pace::Holds;
use super::views::View;
use super::wire::Message;
use crate::chat::DeliveryError;

/// How long one call may take. What has not come back by then may still have been carried out.
const CALL: Duration = Duration::from_secs(30);

/// How long a method is left alone after Slack asked to wait without saying how long.
const HOLD: Duration = Duration::from_secs(1);

/// What Slack answers when a view is shown.
#[derive(Debug, Deserialize)]
struct Shown {
    #[serde(default)]
    view: View,
}

/// A connection to Slack's Web API with one token.
#[derive(Debug, Clone)]
pub(super) struct Client {
    slack: Arc<SlackHyperClient>,
    token: SlackApiToken,
    holds: Arc<Holds>,
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
            CallError::Unknown(why) => Self::Unknown { why },
        }
    }
}

impl CallError {
    /// The same after a part was carried out: what Slack did not do now may still be half done.
    pub fn in_part(self) -> Self {
        match self {
            Self::Limited(_) => Self::Unknown("Slack asks to wait in the middle of it".to_owned()),
            other => other,
        }
    }

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
        super::provide_cryptography();
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
        Ok(Self {
            slack: Arc::new(SlackClient::new(connector)),
            token: SlackApiToken::new(token.expose_secret().into()),
            holds: Arc::default(),
        })
    }

    fn session(&self) -> SlackClientSession<'_, SlackClientHyperHttpsConnector> {
        self.slack.open_session(&self.token)
    }

    /// Calls a method whose answer the library reads, unless Slack has asked to leave it alone for a while. The limits of
    /// methods that post are those of the channel.
    pub(super) async fn call<T>(
        &self,
        method: &'static str,
        channel: &str,
        call: impl Future<Output = Result<T, SlackClientError>>,
    ) -> Result<T, CallError> {
        if let Some(left) = self.holds.left(method, channel) {
            return Err(CallError::Limited(Some(left)));
        }
        let result = timed(call).await;
        if let Err(CallError::Limited(after)) = &result {
            self.holds.hold(method, channel, after.unwrap_or(HOLD));
        }
        result
    }

    /// Asks for something and reads as much of the answer as the bot needs. Empty arguments are left out.
    pub async fn get<T>(&self, method: &'static str, arguments: &[(&str, &str)]) -> Result<T, CallError>
    where
        T: DeserializeOwned + Send,
    {
        let arguments: Vec<(&str, Option<&str>)> =
            arguments.iter().map(|(name, value)| (*name, (!value.is_empty()).then_some(*value))).collect();
        let session = self.session();
        self.call(method, "", session.http_session_api.http_get(method, &arguments, None)).await
    }

    pub async fn auth_test(&self) -> Result<Identity, CallError> {
        self.get("auth.test", &[]).await
    }

    /// Where a connection of Socket Mode can be opened, once. With an app-level token only.
    pub async fn open_connection(&self) -> Result<String, CallError> {
        let request = SlackApiAppsConnectionOpenRequest::new();
        let session = self.session();
        let opened = self.call("apps.connections.open", "", session.apps_connections_open(&request)).await?;
        Ok(opened.url.value().to_string())
    }

    /// Whether the bot is in a channel.
    pub async fn is_member(&self, channel: &SlackChannelId) -> Result<bool, CallError> {
        let found: ChannelAnswer = self.get("conversations.info", &[("channel", channel.as_ref())]).await?;
        Ok(found.channel.is_member)
    }

    pub async fn user(&self, user: &SlackUserId) -> Result<User, CallError> {
        Ok(self.get::<UserAnswer>("users.info", &[("user", user.as_ref())]).await?.user)
    }

    /// The user ids of the members of a user group.
    pub async fn group(&self, group: &str) -> Result<Vec<String>, CallError> {
        Ok(self.get::<GroupAnswer>("usergroups.users.list", &[("usergroup", group)]).await?.users)
    }

    pub async fn post(&self, request: &SlackApiChatPostMessageRequest) -> Result<SlackTs, CallError> {
        let session = self.session();
        let call = session.chat_post_message(request);
        Ok(self.call("chat.postMessage", request.channel.as_ref(), call).await?.ts)
    }

    pub async fn post_ephemeral(&self, request: &SlackApiChatPostEphemeralRequest) -> Result<(), CallError> {
        let session = self.session();
        let call = session.chat_post_ephemeral(request);
        self.call("chat.postEphemeral", request.channel.as_ref(), call).await.map(drop)
    }

    pub async fn update(&self, request: &SlackApiChatUpdateRequest) -> Result<(), CallError> {
        let session = self.session();
        self.call("chat.update", request.channel.as_ref(), session.chat_update(request)).await.map(drop)
    }

    /// The direct conversation with a user.
    pub async fn direct(&self, user: &SlackUserId) -> Result<SlackChannelId, CallError> {
        // The library would send a list where Slack documents a text.
        let request = serde_json::json!({ "users": user });
        let opened: Opened = self.post_json("conversations.open", &request).await?;
        Ok(opened.channel.id.into())
    }

    /// Opens a view for whom a trigger belongs to. Only what is needed of the answer is read.
    pub async fn open_view(&self, trigger: &SlackTriggerId, view: SlackView) -> Result<View, CallError> {
        let request = SlackApiViewsOpenRequest::new(trigger.clone(), view);
        Ok(self.post_json::<_, Shown>("views.open", &request).await?.view)
    }

    /// Changes a view, if it is still the one with a hash; without one, whatever it is.
    pub async fn update_view(&self, id: &str, hash: &str, view: SlackView) -> Result<View, CallError> {
        let request = SlackApiViewsUpdateRequest::new(view).with_view_id(id.to_owned().into());
        let request = if hash.is_empty() { request } else { request.with_hash(hash.to_owned()) };
        Ok(self.post_json::<_, Shown>("views.update", &request).await?.view)
    }

    /// Shows a user's Home tab.
    pub async fn publish_view(&self, user: &SlackUserId, view: SlackView) -> Result<(), CallError> {
        let request = SlackApiViewsPublishRequest::new(user.clone(), view);
        self.post_json::<_, Shown>("views.publish", &request).await.map(drop)
    }

    /// Calls a method whose limits are not those of a channel, and reads as much of the answer as the bot needs.
    async fn post_json<T, U>(&self, method: &'static str, request: &T) -> Result<U, CallError>
    where
        T: Serialize + Send + Sync,
        U: DeserializeOwned + Send,
    {
        let session = self.session();
        self.call(method, "", session.http_session_api.http_post(method, request, None)).await
    }

    /// The newest messages of a channel, with the metadata of apps.
    pub async fn history(&self, channel: &SlackChannelId) -> Result<Vec<Message>, CallError> {
        let arguments = [("channel", channel.as_ref()), ("limit", "200"), ("include_all_metadata", "true")];
        Ok(self.get::<Messages>("conversations.history", &arguments).await?.messages)
    }

    /// A page of the messages of a thread, with the metadata of apps.
    pub async fn replies(
        &self,
        channel: &SlackChannelId,
        thread: &SlackTs,
        cursor: &str,
    ) -> Result<Page<Messages>, CallError> {
        let arguments = [
            ("channel", channel.as_ref()),
            ("ts", thread.as_ref()),
            ("limit", "200"),
            ("include_all_metadata", "true"),
            ("cursor", cursor),
        ];
        self.get("conversations.replies", &arguments).await
    }

    /// The reactions on a message, each with who put it there.
    pub async fn reactions(
        &self,
        channel: &SlackChannelId,
        ts: &SlackTs,
    ) -> Result<Vec<Reactions>, CallError> {
        let arguments = [("channel", channel.as_ref()), ("timestamp", ts.as_ref()), ("full", "true")];
        let found: ReactionsAnswer = self.get("reactions.get", &arguments).await?;
        Ok(found.message.map(|message| message.reactions).unwrap_or_default())
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
        let place =
            self.call("files.getUploadURLExternal", "", session.get_upload_url_external(&place)).await?;
        let upload = SlackApiFilesUploadViaUrlRequest::new(place.upload_url, content, media_type.to_owned());
        timed(session.files_upload_via_url(&upload)).await?;
        let file = SlackApiFilesComplete::new(place.file_id).with_title(name.to_owned());
        let share = SlackApiFilesCompleteUploadExternalRequest::new(vec![file])
            .with_channel_id(channel.clone())
            .with_thread_ts(thread.clone());
        let shared = session.files_complete_upload_external(&share);
        self.call("files.completeUploadExternal", "", shared).await.map(drop)
    }

    /// Where a file's content can be read with the token.
    pub async fn file_url(&self, file: &str) -> Result<Option<String>, CallError> {
        let found: FileAnswer = self.get("files.info", &[("file", file)]).await?;
        Ok(found.file.url_private_download.or(found.file.url_private))
    }

    /// The token, for what is read past the Web API.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token.token_value)
    }
}

async fn timed<T>(call: impl Future<Output = Result<T, SlackClientError>>) -> Result<T, CallError> {
    match tokio::time::timeout(CALL, call).await {
        Ok(result) => result.map_err(CallError::from),
        Err(_) => Err(CallError::Unknown("no answer in time".to_owned())),
    }
}
