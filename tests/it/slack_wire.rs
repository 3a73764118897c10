//! Slack's wire, from the real program to the strict model: both ways in, whatever goes wrong on them, and who may do
//! what.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;

use crate::slack::Company;
use crate::support::slack::http::{SIGNING_SECRET, now, signature};

/// A port that nobody listens on.
fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Company {
    fn rewrite(&self, change: impl FnOnce(String) -> String) {
        let path = self.folder.path().join("ospo.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, change(config)).unwrap();
    }

    /// The same company, with the Events API over HTTP.
    async fn over_http() -> (Self, SocketAddr) {
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
    async fn knows_where_it_begins(&self) {
        self.slack.says("UADA", "DUADA", "license ISC", None);
        self.slack.sees("DUADA", |message| message.words().contains("ISC License")).await;
        self.slack.has_called("conversations.history").await;
    }
}

async fn post(to: SocketAddr, at: i64, signed: &str, body: String) -> u16 {
    let request = reqwest::Client::new()
        .post(format!("http://{to}/slack"))
        .header("content-type", "application/json")
        .header("x-slack-request-timestamp", at.to_string())
        .header("x-slack-signature", signed);
    request.body(body).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_story_over_http() {
    let (company, address) = Company::over_http().await;
    let bot = company.serve();
    company.slack.verifies(address).await;
    company.slack.says("UADA", "CGENERAL", "<@UBOT> may we sell GPL software for money?", None);
    company.slack.sees("CGENERAL", |message| message.words().contains("Yes")).await;
    company.slack.commands("UADA", "CGENERAL", "compat Apache-2.0 in GPL-2.0-only");
    company.slack.sees("CGENERAL", |message| message.words().contains("No")).await;
    let card = company.files_a_contribution().await;
    company.slack.reacts("ULEA", "CLEGAL", &card, "+1::skin-tone-3");
    company.slack.sees("CLEGAL", |message| message.words().contains("1 of 1")).await;
    company.slack.unreacts("ULEA", "CLEGAL", &card, "+1::skin-tone-3");
    company.slack.sees("CLEGAL", |message| message.words().contains("0 of 1, can decide: Lea")).await;
    drop(bot);
    let _bot = company.serve();
    company.slack.verifies(address).await;
    company.slack.presses("ULEA", "CLEGAL", &card, "approve CON-1");
    let card = company.slack.sees("CMGMT", |message| message.words().contains("libturbine")).await;
    company.slack.reacts("UMIA", "CMGMT", &card.ts, "white_check_mark");
    company.slack.sees("CLEGAL", |message| message.words().contains("approved")).await;
    company.slack.settles().await;
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_did_not_sign_leaves_nothing_behind() {
    let (company, address) = Company::over_http().await;
    let _bot = company.serve();
    company.slack.verifies(address).await;
    let body = |text: &str| {
        json!({
            "type": "event_callback", "team_id": "TMODEL", "api_app_id": "AMODEL", "event_id": "EvFORGED",
            "event_time": 1, "event": {
                "type": "message", "user": "UADA", "channel": "DUADA", "ts": "1700000001.000001", "text": text,
            },
        })
        .to_string()
    };
    let (at, forged) = (now(), body("license MIT"));
    let right = |at: i64| signature(SIGNING_SECRET, at, &forged);
    for (at, signed, sent) in [
        (at, signature("another secret", at, &forged), forged.clone()),
        (at, String::new(), forged.clone()),
        (at, right(at).to_uppercase(), forged.clone()),
        (at, right(at).replace("v0=", "v1="), forged.clone()),
        (at, right(at), forged.replace("MIT", "ISC")),
        (at, right(at - 1), forged.clone()),
        (at - 301, right(at - 301), forged.clone()),
        (at + 302, right(at + 302), forged.clone()),
    ] {
        assert_eq!(post(address, at, &signed, sent).await, 401);
    }
    let large = body(&"x".repeat(2 << 20));
    assert_eq!(post(address, at, &signature(SIGNING_SECRET, at, &large), large.clone()).await, 413);
    // The same event, signed: had anything been kept, it would be known.
    assert_eq!(post(address, at, &right(at), forged.clone()).await, 200);
    company.slack.sees("DUADA", |message| message.words().contains("MIT License")).await;
    // Told again, late but within five minutes, with the headers of a retry: nothing more happens.
    assert_eq!(post(address, at - 290, &right(at - 290), forged.clone()).await, 200);
    company.slack.says("UADA", "DUADA", "license ISC", None);
    company.slack.sees("DUADA", |message| message.words().contains("ISC License")).await;
    company.slack.counts("DUADA", 1, |message| message.words().contains("MIT License")).await;
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bot_does_not_know_is_passed_over_on_both_ways() {
    for http in [false, true] {
        let (company, address) =
            if http { Company::over_http().await } else { (Company::new().await, free()) };
        let _bot = company.serve();
        if http {
            company.slack.verifies(address).await;
        }
        company.slack.surprises();
        company.slack.settles().await;
        company.slack.says("UADA", "DUADA", "license MIT", None);
        company.slack.sees("DUADA", |message| message.words().contains("MIT License")).await;
        assert_eq!(company.slack.world().lost, 0, "all of it is acknowledged");
        company.is_content();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_question_is_answered_anew_in_its_place() {
    let company = Company::new().await;
    let _bot = company.serve();
    let asked = company.slack.says("UADA", "CGENERAL", "<@UBOT> may we sell GPL software for money?", None);
    company.slack.sees("CGENERAL", |message| message.words().contains("Yes")).await;
    company.slack.unfurls("CGENERAL", &asked);
    company.slack.edits("UADA", "CGENERAL", &asked, "<@UBOT> must we publish changes to an LGPL library?");
    let answer = company.slack.sees("CGENERAL", |message| message.words().contains("LGPL")).await;
    assert_eq!(answer.edits, 1, "only the edit changed it");
    company.slack.deletes("CGENERAL", &asked);
    company.slack.settles().await;
    assert_eq!(company.slack.read("CGENERAL").len(), 1);
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_minute_offline_each_of_twenty_messages_is_answered_once() {
    for http in [false, true] {
        let (company, address) =
            if http { Company::over_http().await } else { (Company::new().await, free()) };
        company.slack.says("UADA", "CGENERAL", "<@UBOT> this was said before there was a bot?", None);
        company.slack.gives_up();
        let bot = company.serve();
        if http {
            company.slack.verifies(address).await;
        }
        let thread = company.slack.says("UADA", "CGENERAL", "<@UBOT> license Zlib", None);
        company.slack.sees("CGENERAL", |message| message.words().contains("zlib License")).await;
        company.knows_where_it_begins().await;
        drop(bot);
        let licenses = [
            "MIT",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "MPL-2.0",
            "EPL-2.0",
            "GPL-2.0-only",
            "GPL-3.0-only",
            "LGPL-2.1-only",
            "LGPL-3.0-only",
            "AGPL-3.0-only",
            "CC0-1.0",
            "Unlicense",
            "BSL-1.0",
            "Artistic-2.0",
        ];
        for (number, license) in licenses.iter().enumerate() {
            let (user, channel) = [("UADA", "DUADA"), ("ULEA", "DULEA"), ("UMIA", "CGENERAL")][number % 3];
            let mention = if channel.starts_with('C') { "<@UBOT> " } else { "" };
            company.slack.says(user, channel, &format!("{mention}license {license}"), None);
        }
        for license in ["ISC", "0BSD"] {
            let text = format!("<@UBOT> license {license}");
            company.slack.says("UADA", "CGENERAL", &text, Some(&thread));
        }
        let changed = company.slack.says("UADA", "CGENERAL", "<@UBOT> license WTFPL", None);
        company.slack.edits("UADA", "CGENERAL", &changed, "<@UBOT> license PostgreSQL");
        company.slack.says("UADA", "CGENERAL", "talk among people", None);
        company.slack.says("ULEA", "DULEA", "license PHP-3.01", None);
        company.slack.gives_up();
        let _bot = company.serve();
        let named = |name: &'static str| {
            move |message: &crate::support::slack::Message| message.words().contains(name)
        };
        for (channel, license) in [
            ("DUADA", "MIT License"),
            ("DULEA", "Apache License 2.0"),
            ("DULEA", "PHP License v3.01"),
            ("CGENERAL", "ISC License"),
            ("CGENERAL", "BSD Zero Clause License"),
            ("CGENERAL", "PostgreSQL License"),
        ] {
            company.slack.sees(channel, named(license)).await;
        }
        company.slack.counts("DUADA", 6, |message| !message.words().is_empty()).await;
        company.slack.counts("DULEA", 6, |message| !message.words().is_empty()).await;
        company.slack.counts("CGENERAL", 9, |message| !message.words().is_empty()).await;
        company.slack.settles().await;
        company.is_content();
    }
}

/// Five hundred people ask at once, and each is answered once.
async fn five_hundred_ask(company: &Company) {
    company.knows_where_it_begins().await;
    let users: Vec<String> = (0..500).map(|number| format!("U{number:04}")).collect();
    for user in &users {
        company.slack.user(user, &json!({}));
    }
    for user in &users {
        company.slack.says(user, &format!("D{user}"), "license MIT", None);
    }
    company.slack.settles().await;
    for user in &users {
        company.slack.counts(&format!("D{user}"), 1, |message| message.words().contains("MIT License")).await;
    }
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_at_once_are_each_answered_once() {
    let company = Company::new().await;
    let _bot = company.serve();
    five_hundred_ask(&company).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_at_once_over_http_are_each_answered_once() {
    let (company, address) = Company::over_http().await;
    let _bot = company.serve();
    company.slack.verifies(address).await;
    five_hundred_ask(&company).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_429_drops_nothing_and_every_wait_is_kept() {
    let company = Company::new().await;
    let _bot = company.serve();
    company.knows_where_it_begins().await;
    company.slack.world().retry_after = 3;
    for method in [
        "chat.postMessage",
        "chat.update",
        "users.info",
        "conversations.history",
        "conversations.replies",
        "files.info",
        "apps.connections.open",
    ] {
        company.slack.world().storm.insert(method.to_owned(), 2);
    }
    company.slack.user("UNEW", &json!({}));
    company.slack.says("UNEW", "DUNEW", "license MIT", None);
    let asked = company.slack.says("ULEA", "CGENERAL", "<@UBOT> may we sell GPL software for money?", None);
    company.slack.attaches("UMIA", "DUMIA", "check this", "bom.json", SBOM.as_bytes());
    company.slack.refreshes("warning");
    company.slack.sees("DUNEW", |message| message.words().contains("MIT License")).await;
    company.slack.sees("CGENERAL", |message| message.words().contains("Yes")).await;
    company.slack.sees("DUMIA", |message| message.words().contains("left")).await;
    company.slack.edits("ULEA", "CGENERAL", &asked, "<@UBOT> must we publish changes to an LGPL library?");
    company.slack.sees("CGENERAL", |message| message.words().contains("LGPL")).await;
    company.slack.settles().await;
    company.slack.counts("DUNEW", 1, |message| message.words().contains("MIT License")).await;
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_renewed_and_opened_again_and_nothing_is_lost_or_said_twice() {
    let company = Company::new().await;
    let _bot = company.serve();
    company.knows_where_it_begins().await;
    for (reason, license, name) in
        [("warning", "MIT", "MIT License"), ("refresh_requested", "Apache-2.0", "Apache License 2.0")]
    {
        company.slack.refreshes(reason);
        company.slack.says("UADA", "DUADA", &format!("license {license}"), None);
        company.slack.counts("DUADA", 1, |message| message.words().contains(name)).await;
    }
    // Somebody switches Socket Mode off, and on again.
    company.slack.world().link_disabled = true;
    company.slack.refreshes("link_disabled");
    company.slack.disconnects();
    company.slack.says("UADA", "DUADA", "license 0BSD", None);
    company.slack.refused("apps.connections.open").await;
    company.slack.world().link_disabled = false;
    company.slack.counts("DUADA", 1, |message| message.words().contains("BSD Zero Clause")).await;
    company.slack.settles().await;
    assert!(company.slack.world().connections >= 6, "two connections, each renewed");
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_of_a_question_it_is_answered_once() {
    let company = Company::new().await;
    let mut bot = company.serve();
    company.knows_where_it_begins().await;
    let names = ["MIT License", "Apache License 2.0", "BSD Zero Clause License", "zlib License"];
    for (license, (name, kill)) in ["MIT", "Apache-2.0", "0BSD", "Zlib"].iter().zip(names.iter().zip(0..)) {
        company.slack.says("UADA", "DUADA", &format!("license {license}"), None);
        match kill {
            // Before it can be known, once it is acknowledged, once it is sent but not known to be, after all.
            0 => {}
            1 => company.slack.settles().await,
            2 => {
                company.slack.world().swallowed = 1;
                company.slack.sees("DUADA", |message| message.words().contains(name)).await;
            }
            _ => drop(company.slack.sees("DUADA", |message| message.words().contains(name)).await),
        }
        drop(bot);
        bot = company.serve();
        company.slack.sees("DUADA", |message| message.words().contains(name)).await;
    }
    company.slack.says("UADA", "DUADA", "license MPL-2.0", None);
    company.slack.sees("DUADA", |message| message.words().contains("Mozilla Public License 2.0")).await;
    for name in names {
        company.slack.counts("DUADA", 1, |message| message.words().contains(name)).await;
    }
    company.is_content();
}

const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
    {"type":"library","name":"left","version":"1.0","licenses":[{"license":{"id":"GPL-3.0-only"}}]}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn attachments_and_the_shortcut_are_read_and_the_token_stays_with_slack() {
    let company = Company::new().await;
    let thief = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("http://{}/steal", thief.local_addr().unwrap());
    let _bot = company.serve();
    company.slack.attaches("UADA", "DUADA", "check this", "bom.json", SBOM.as_bytes());
    company.slack.sees("DUADA", |message| message.words().contains("left")).await;
    let mit = spdx_mit();
    company.slack.attaches("UADA", "DUADA", "which license is this", "LICENSE", mit.as_bytes());
    company.slack.sees("DUADA", |message| message.words().contains("MIT")).await;

    let huge = vec![b' '; 65 << 20];
    company.slack.attaches("ULEA", "DULEA", "check this", "huge.json", &huge);
    company.slack.sees("DULEA", |message| message.words().contains("larger than")).await;
    // An address that is not Slack's, and one that leads away.
    let outside =
        company.slack.holds("UMIA", "DUMIA", "check this", "out.json", SBOM.as_bytes(), |world, id| {
            world.elsewhere.insert(id.to_owned(), elsewhere.clone());
        });
    company.slack.sees("DUMIA", |message| message.words().contains("not kept at Slack")).await;
    let leading =
        company.slack.holds("UOLGA", "DUOLGA", "check this", "away.json", SBOM.as_bytes(), |world, id| {
            world.redirects.insert(id.to_owned(), elsewhere.clone());
        });
    company.slack.sees("DUOLGA", |message| message.words().contains("not kept at Slack")).await;
    assert_ne!(outside, leading);
    assert!(
        tokio::time::timeout(Duration::from_millis(1), thief.accept()).await.is_err(),
        "nobody called, so nobody heard the token"
    );

    let talk = company.slack.says("ULEA", "CGENERAL", "may we sell GPL software for money?", None);
    company.slack.asks_about("UADA", "CGENERAL", &talk);
    let answer = company.slack.sees("CGENERAL", |message| message.words().contains("Yes")).await;
    assert_eq!(answer.thread.as_deref(), Some(talk.as_str()), "in the thread of the message");
    company.slack.settles().await;
    company.is_content();
}

fn spdx_mit() -> String {
    "MIT License\n\nCopyright (c) 2026 Sample\n\nPermission is hereby granted, free of charge, to any person obtaining a \
     copy of this software and associated documentation files (the \"Software\"), to deal in the Software without \
     restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, \
     and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to \
     the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all copies \
     or substantial portions of the Software.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, \
     EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR \
     PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES \
     OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION \
     WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_from_outside_decides_and_bots_are_not_answered() {
    let company = Company::new().await;
    let _bot = company.serve();
    let card = company.files_a_contribution().await;
    // Lea's account is all of these in turn; each time she approves, and it does not count.
    for outside in [
        json!({ "is_restricted": true }),
        json!({ "is_ultra_restricted": true }),
        json!({ "is_stranger": true }),
        json!({ "deleted": true }),
        json!({ "is_bot": true }),
        json!({ "is_workflow_bot": true }),
        json!({ "team_id": "TOTHER" }),
        json!({ "team_id": "TOTHER", "enterprise_user": { "enterprise_id": "EOTHER", "teams": ["TOTHER"] } }),
    ] {
        company.slack.user_changes("ULEA", &outside);
        company.slack.settles().await;
        company.slack.reacts("ULEA", "CLEGAL", &card, "+1");
        company.slack.settles().await;
        company.slack.unreacts("ULEA", "CLEGAL", &card, "+1");
        company.slack.settles().await;
    }
    company.slack.user("UROBOT", &json!({ "is_bot": true }));
    company.slack.says("UROBOT", "DUROBOT", "license MIT", None);
    // In a Grid organization, one who is of another workspace and of this one as well.
    company.slack.user_changes(
        "ULEA",
        &json!({ "team_id": "TOTHER", "enterprise_user": { "enterprise_id": "E1", "teams": ["TOTHER", "TMODEL"] } }),
    );
    company.slack.says("UADA", "DUADA", "show CON-1", None);
    let shown = company.slack.sees("DUADA", |message| message.words().contains("can decide: Lea")).await;
    assert!(shown.words().contains("0 of 1"), "{}", shown.words());
    company.slack.reacts("ULEA", "CLEGAL", &card, "+1");
    company.slack.sees("CLEGAL", |message| message.words().contains("1 of 1")).await;
    assert!(company.slack.read("DUROBOT").is_empty());
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_group_holds_a_role_as_long_as_somebody_is_in_it() {
    let company = Company::new().await;
    company.slack.world().groups.insert("SLEGAL".to_owned(), vec!["UZOE".to_owned(), "UGUEST".to_owned()]);
    company.slack.user("UZOE", &json!({ "real_name": "Zoe (sample)" }));
    company.slack.user("UGUEST", &json!({ "real_name": "Guest (sample)", "is_restricted": true }));
    company.slack.joins("CLEGAL", &["UZOE", "UGUEST", "UADA"]);
    company
        .rewrite(|config| config.replace("legal = [\"lea\"]", "legal = { members_of = [\"slack:SLEGAL\"] }"));
    let _bot = company.serve();
    let card = company.files_a_contribution().await;
    company.slack.sees("CLEGAL", |message| message.words().contains("can decide: Zoe (sample)")).await;
    company.slack.reacts("UGUEST", "CLEGAL", &card, "+1");
    company.slack.reacts("ULEA", "CLEGAL", &card, "+1");
    company.slack.settles().await;
    company.slack.reacts("UZOE", "CLEGAL", &card, "+1");
    let voted = company.slack.sees("CLEGAL", |message| message.words().contains("1 of 1")).await;
    assert!(voted.words().contains("Zoe (sample)"), "{}", voted.words());
    company.slack.unreacts("UZOE", "CLEGAL", &card, "+1");
    company.slack.sees("CLEGAL", |message| message.words().contains("0 of 1, can decide: Zoe")).await;
    // Zoe leaves, and Lea comes; Slack says so, and some seconds later it holds.
    company.slack.regroups("SLEGAL", &["ULEA"]);
    while !company.slack.read("CLEGAL").iter().any(|words| words.contains("1 of 1")) {
        company.slack.presses("ULEA", "CLEGAL", &card, "approve CON-1");
        company.slack.settles().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let voted = company.slack.sees("CLEGAL", |message| message.words().contains("1 of 1")).await;
    assert!(voted.words().contains("Lea (sample)"), "{}", voted.words());
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn half_configured_it_does_not_start_and_says_what_is_missing() {
    let company = Company::new().await;
    let refuses = |company: &Company| {
        let mut command = company.ospo("serve");
        async move {
            let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
            assert_eq!(output.status.code(), Some(2));
            String::from_utf8(output.stderr).unwrap()
        }
    };
    let scopes =
        std::mem::replace(&mut company.slack.world().scopes, "chat:write,commands,users:read".to_owned());
    let said = refuses(&company).await;
    assert!(said.contains("the scope channels:history is missing"), "{said}");
    company.slack.world().scopes = scopes;
    company.slack.world().link_disabled = true;
    let said = refuses(&company).await;
    assert!(said.contains("switch Socket Mode on"), "{said}");
    company.slack.world().link_disabled = false;
    company
        .rewrite(|config| config.replace("legal = [\"lea\"]", "legal = { members_of = [\"slack:SNONE\"] }"));
    let said = refuses(&company).await;
    assert!(said.contains("slack:SNONE") && said.contains("no_such_subteam"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_sees_user_groups_and_says_what_cannot_be_seen_over_http() {
    let (company, address) = Company::over_http().await;
    company.slack.world().groups.insert("SLEGAL".to_owned(), vec!["ULEA".to_owned()]);
    company.rewrite(|config| {
        let groups = "members_of = [\"slack:SLEGAL\", \"slack:SGONE\"]";
        config.replace("legal = [\"lea\"]", &format!("legal = {{ people = [\"lea\"], {groups} }}"))
    });
    let mut command = company.ospo("slack");
    command.arg("check");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for expected in [
        "✔ every scope is granted",
        "✔ the user group slack:SLEGAL can be read; members: 1",
        "✖ slack:SGONE: ",
        &format!("? events come over HTTP: start the bot, which listens on {address}"),
    ] {
        assert!(said.contains(expected), "no {expected:?} in:\n{said}");
    }
}
