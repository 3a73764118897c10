//! Files that came with a message, read with the bot's token. The token goes to Slack's own hosts and nowhere else,
//! whatever address a file names and wherever it leads on to.
//! Source: <https://docs.slack.dev/reference/objects/file-object>.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};

use super::client::{CallError, Client};
use super::texts;
use crate::chat::DeliveryError;

/// How long a file may take.
const WHOLE: Duration = Duration::from_secs(120);
/// The hosts of Slack, with all below them.
const HOSTS: &[&str] = &["slack.com", "slack-gov.com"];

/// Fetches files.
#[derive(Debug)]
pub(super) struct Files {
    http: reqwest::Client,
    /// What stands in for Slack in tests.
    instead: Option<Url>,
}

impl Files {
    /// `api_url` is Slack's own unless a test says otherwise.
    ///
    /// # Errors
    /// When the system has no certificates.
    pub fn new(api_url: Option<&str>) -> reqwest::Result<Self> {
        super::provide_cryptography();
        let http = reqwest::Client::builder().redirect(Policy::none()).timeout(WHOLE).build()?;
        Ok(Self { http, instead: api_url.and_then(|url| url.parse().ok()) })
    }

    /// The content of a file, if it is no larger than `limit` bytes.
    pub async fn fetch(&self, client: &Client, file: &str, limit: u64) -> Result<Vec<u8>, DeliveryError> {
        let refused = |why: String| DeliveryError::Refused { why };
        let again =
            |why: reqwest::Error| DeliveryError::Retry { why: why.without_url().to_string(), after: None };
        let url = match client.file_url(file).await {
            Ok(url) => url.ok_or_else(|| refused(texts::NO_CONTENT.to_owned()))?,
            Err(error) if error.is(&["file_not_found", "file_deleted"]) => return Err(DeliveryError::Gone),
            Err(error) => return Err(error.into()),
        };
        let url: Url = url.parse().map_err(|_| refused(texts::NO_CONTENT.to_owned()))?;
        if !self.is_slack(&url) {
            return Err(refused(texts::ELSEWHERE.to_owned()));
        }
        let request = self.http.get(url).header(AUTHORIZATION, client.bearer());
        let mut response = request.send().await.map_err(again)?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        match response.status() {
            // A page to sign in is what Slack shows to a token that may not read files.
            StatusCode::OK if header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html")) => {
                return Err(refused(texts::refused("missing_scope")));
            }
            StatusCode::OK => {}
            StatusCode::TOO_MANY_REQUESTS => {
                let after = header(RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
                return Err(CallError::Limited(after.map(Duration::from_secs)).into());
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => return Err(DeliveryError::Gone),
            status if status.is_server_error() => {
                return Err(CallError::Unknown(format!("HTTP status {status}")).into());
            }
            status if status.is_redirection() => return Err(refused(texts::ELSEWHERE.to_owned())),
            status => return Err(refused(format!("HTTP status {status}"))),
        }
        if response.content_length().is_some_and(|length| length > limit) {
            return Err(refused(texts::too_large(limit)));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(again)? {
            if (bytes.len() + chunk.len()) as u64 > limit {
                return Err(refused(texts::too_large(limit)));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Whether the token may go there.
    fn is_slack(&self, url: &Url) -> bool {
        if let Some(instead) = &self.instead {
            return url.origin() == instead.origin();
        }
        let host = url.host_str().unwrap_or_default();
        let own = |slack: &str| host == slack || host.ends_with(&format!(".{slack}"));
        url.scheme() == "https" && url.port().is_none() && HOSTS.iter().any(|slack| own(slack))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_to_slack_and_nowhere_else() {
        let files = Files::new(None).unwrap();
        for (url, slack) in [
            ("https://files.slack.com/files-pri/T1-F1/download/bom.json", true),
            ("https://example.slack.com/files/U1/F1/bom.json", true),
            ("https://files.slack-gov.com/files-pri/T1-F1/bom.json", true),
            ("http://files.slack.com/files-pri/T1-F1/bom.json", false),
            ("https://files.slack.com:8443/bom.json", false),
            ("https://slack.com.example.org/bom.json", false),
            ("https://notslack.com/bom.json", false),
            ("https://files.slack.com@example.org/bom.json", false),
            ("https://drive.example.org/bom.json", false),
        ] {
            assert_eq!(files.is_slack(&url.parse().unwrap()), slack, "{url}");
        }
    }
}
