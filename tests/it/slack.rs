//! Slack, from the real program to a strict model of Slack: whole stories, with everything that goes wrong.

use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::support::ospo;
use crate::support::slack::{APP_TOKEN, BOT_TOKEN, Slack};

/// Sample people: ada asks, lea is legal, mia is management, olga is the OSPO.
const CONFIG: &str = r#"
data = "data"
[people.ada]
name = "Ada (sample)"
accounts = ["slack:UADA"]
[people.lea]
name = "Lea (sample)"
accounts = ["slack:ULEA"]
[people.mia]
name = "Mia (sample)"
accounts = ["slack:UMIA"]
[people.olga]
name = "Olga (sample)"
accounts = ["slack:UOLGA"]
[roles]
legal = ["lea"]
management = ["mia"]
security = ["olga"]
ospo = ["olga"]
[channels]
legal = ["slack:CLEGAL"]
management = ["slack:CMGMT"]
security = ["slack:COSPO"]
ospo = ["slack:COSPO"]
[slack]
bot_token = { env = "OSPO_SLACK_BOT_TOKEN" }
app_token = { env = "OSPO_SLACK_APP_TOKEN" }
"#;

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
        let config = format!("{CONFIG}api_url = \"{}\"\n", slack.api_url());
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
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_names_what_is_missing_and_the_cure() {
    let company = Company::new().await;
    company.slack.world().scopes = "chat:write,commands".to_owned();
    let text = std::fs::read_to_string(company.folder.path().join("ospo.toml")).unwrap();
    std::fs::write(company.folder.path().join("ospo.toml"), text.replace("CMGMT", "CNOWHERE")).unwrap();
    let output = tokio::task::spawn_blocking({
        let mut command = company.ospo("slack");
        command.arg("check");
        move || command.output().unwrap()
    })
    .await
    .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for expected in [
        "✔ the bot token works",
        "✖ the scope files:read",
        "✔ Socket Mode works",
        "✔ the bot is in slack:CLEGAL",
        "✖ slack:CNOWHERE",
    ] {
        assert!(said.contains(expected), "no {expected:?} in:\n{said}");
    }
}

#[tokio::test]
async fn a_question_in_a_channel_is_answered() {
    let company = Company::new().await;
    let _bot = company.serve();
    company.slack.says("UADA", "CGENERAL", "<@UBOT> may we sell GPL software for money?", None);
    let answer = company.slack.sees("CGENERAL", |message| message.words().contains("Yes")).await;
    assert!(answer.words().contains("Sources"), "{}", answer.words());
    company.slack.settles().await;
    company.is_content();
}

#[tokio::test]
async fn a_slash_command_is_answered_and_talk_is_not() {
    let company = Company::new().await;
    let _bot = company.serve();
    company.slack.says("UADA", "CGENERAL", "may we sell GPL software for money?", None);
    company.slack.commands("UADA", "CGENERAL", "compat Apache-2.0 in GPL-2.0-only");
    company.slack.sees("CGENERAL", |message| message.words().contains("No")).await;
    company.slack.settles().await;
    assert_eq!(company.slack.read("CGENERAL").len(), 1, "talk is left alone");
    company.is_content();
}

#[tokio::test]
async fn guests_and_what_looks_like_a_command_of_slack_get_nowhere() {
    let company = Company::new().await;
    company.slack.user("UGUEST", &json!({ "is_restricted": true }));
    let _bot = company.serve();
    company.slack.says("UGUEST", "DUGUEST", "requests", None);
    company.slack.sees("DUGUEST", |message| message.words().contains("member")).await;
    company.slack.says("UADA", "DUADA", "identify <!channel> <@ULEA> &lt;!here&gt;", None);
    company.slack.sees("DUADA", |message| message.words().contains("here")).await;
    company.is_content();
}

#[tokio::test]
async fn a_request_is_decided_by_reactions_and_a_kill_loses_nothing() {
    let company = Company::new().await;
    let bot = company.serve();
    let card = company.files_a_contribution().await;
    company.slack.reacts("UADA", "CLEGAL", &card, "white_check_mark");
    company.slack.reacts("ULEA", "CLEGAL", &card, "+1::skin-tone-3");
    company.slack.sees("CLEGAL", |message| message.words().contains("1 of 1")).await;
    company.slack.unreacts("ULEA", "CLEGAL", &card, "+1::skin-tone-3");
    company.slack.sees("CLEGAL", |message| message.words().contains("0 of 1, can decide: Lea")).await;
    company.slack.presses("ULEA", "CLEGAL", &card, "approve CON-1");
    company.slack.sees("CLEGAL", |message| message.words().contains("1 of 1")).await;
    drop(bot);
    // While it is down, management agrees.
    let card = company.slack.sees("CMGMT", |message| message.words().contains("libturbine")).await;
    company.slack.reacts("UMIA", "CMGMT", &card.ts, "white_check_mark");
    let _bot = company.serve();
    company.slack.sees("CLEGAL", |message| message.words().contains("approved")).await;
    company.slack.settles().await;
    let cards = company.slack.read("CLEGAL").iter().filter(|words| words.contains("Requested by")).count();
    assert_eq!(cards, 1, "one card, edited in place");
    company.is_content();
}

#[tokio::test]
async fn what_slack_took_without_saying_so_is_not_said_twice_and_limits_drop_nothing() {
    let company = Company::new().await;
    let _bot = company.serve();
    company.slack.world().swallowed = 1;
    company.slack.says("UADA", "DUADA", "may we sell GPL software for money?", None);
    company.slack.sees("DUADA", |message| message.words().contains("Yes")).await;
    company.slack.world().limited = 3;
    company.slack.says("UADA", "DUADA", "license MIT", None);
    company.slack.sees("DUADA", |message| message.words().contains("MIT License")).await;
    company.slack.settles().await;
    let answers = company.slack.read("DUADA").iter().filter(|words| words.contains("Yes")).count();
    assert_eq!(answers, 1);
    company.is_content();
}

#[tokio::test]
async fn a_connection_that_ends_is_opened_again_and_nothing_is_lost() {
    let company = Company::new().await;
    let _bot = company.serve();
    company.slack.says("UADA", "DUADA", "license MIT", None);
    company.slack.sees("DUADA", |message| message.words().contains("MIT License")).await;
    company.slack.disconnects();
    company.slack.says("UADA", "DUADA", "license ISC", None);
    company.slack.sees("DUADA", |message| message.words().contains("ISC License")).await;
    company.slack.settles().await;
    company.is_content();
}
