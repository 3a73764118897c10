//! The sample company on Slack: its people, its channels, and the program that serves them.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::support::company::company;
use crate::support::ospo;
use crate::support::slack::http::SIGNING_SECRET;
use crate::support::slack::{APP_TOKEN, BOT_TOKEN, Slack};

/// How the program reaches Slack.
const SLACK: &str = r#"
[slack]
bot_token = { env = "OSPO_SLACK_BOT_TOKEN" }
app_token = { env = "OSPO_SLACK_APP_TOKEN" }
"#;

/// Where the people of a role meet.
fn channel_of(role: &str) -> &'static str {
    match role {
        "legal" => "CLEGAL",
        "management" => "CMGMT",
        _ => "COSPO",
    }
}

/// A port that nobody listens on.
pub fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// The program, serving; killed without mercy at its end.
pub struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

pub struct Company {
    pub slack: Slack,
    pub folder: tempfile::TempDir,
}

impl Company {
    pub async fn new() -> Self {
        let everybody = ["UADA", "ULEA", "UMIA", "UOLGA"];
        let slack = Slack::start(&[
            ("CGENERAL", &everybody),
            ("CLEGAL", &["ULEA"]),
            ("CMGMT", &["UMIA"]),
            ("COSPO", &["UOLGA"]),
        ])
        .await;
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "data = \"data\"\n{}{SLACK}api_url = \"{}\"\n",
            company(
                |who| format!("slack:U{}", who.to_uppercase()),
                |role| format!("slack:{}", channel_of(role))
            ),
            slack.api_url()
        );
        std::fs::write(folder.path().join("ospo.toml"), config).unwrap();
        Self { slack, folder }
    }

    pub fn ospo(&self, word: &str) -> Command {
        let mut command = ospo();
        command
            .arg(word)
            .env("OSPO_CONFIG", self.folder.path().join("ospo.toml"))
            .env("OSPO_SLACK_BOT_TOKEN", BOT_TOKEN)
            .env("OSPO_SLACK_APP_TOKEN", APP_TOKEN)
            .stdin(Stdio::null());
        command
    }

    pub fn serve(&self) -> Serving {
        Serving(self.ospo("serve").spawn().unwrap())
    }

    /// Ada files a contribution in her direct conversation; returns the ts of legal's card.
    pub async fn files_a_contribution(&self) -> String {
        let dm = "DUADA";
        self.slack.says("UADA", dm, "request-contribution", None);
        for (asked, answer) in [
            ("Which project", "libturbine"),
            ("Where is it", "https://git.example.com/libturbine"),
            ("Which license", "MIT"),
            ("What do you want", "feature"),
            ("single contribution", "one-off"),
            ("agree to", "DCO"),
            ("does the contribution do", "Closes a file twice at most"),
            ("Where can the change be seen", "skip"),
            ("did not write", "no"),
            ("touch patents", "skip"),
            ("mean for our products", "none of our products"),
            ("approved before", "skip"),
            ("When would you like", "skip"),
            ("Who contributes with you", "skip"),
            ("stay among you", "skip"),
            ("is this right", "submit"),
        ] {
            self.slack.sees(dm, |message| message.words().contains(asked)).await;
            self.slack.says("UADA", dm, answer, None);
        }
        self.slack.sees("CLEGAL", |message| message.words().contains("libturbine")).await.ts
    }

    pub fn is_content(&self) {
        let faults = std::mem::take(&mut self.slack.world().faults);
        assert!(faults.is_empty(), "Slack would refuse: {faults:#?}");
    }

    /// Another config from now on.
    pub fn rewrite(&self, change: impl FnOnce(String) -> String) {
        let path = self.folder.path().join("ospo.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, change(config)).unwrap();
    }

    /// The same company, with the Events API over HTTP.
    pub async fn over_http() -> (Self, SocketAddr) {
        let (company, address) = (Self::new().await, free());
        std::fs::write(company.folder.path().join("secret"), SIGNING_SECRET).unwrap();
        company.rewrite(|config| {
            let http = format!("listen = \"{address}\"\nsigning_secret = {{ file = \"secret\" }}");
            config.replace("app_token = { env = \"OSPO_SLACK_APP_TOKEN\" }", &http)
        });
        company.slack.over_http(address);
        (company, address)
    }

    /// Waits until the bot has looked at its conversations for the first time.
    pub async fn knows_where_it_begins(&self) {
        self.slack.says("UADA", "DUADA", "license ISC", None);
        self.slack.sees("DUADA", |message| message.words().contains("ISC License")).await;
        self.slack.has_called("conversations.history").await;
    }
}
