//! Questions, with what comes with them, and answers.

use std::time::Duration;

use serde_json::json;

use crate::slack::company::{Company, free};

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

/// An SBOM with one part that asks for much.
pub const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
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
async fn what_slack_does_not_take_as_it_looks_is_said_in_plain_words() {
    let company = Company::new().await;
    let _bot = company.serve();
    let slack = &company.slack;
    slack.connected().await;
    slack.world().squeamish = 1;
    slack.commands("UADA", "CGENERAL", "check GPL-3.0-only for distributed");
    let said = slack.sees("CGENERAL", |message| message.blocks.is_null()).await;
    assert!(said.text.contains("GPL-3.0-only"), "{}", said.text);
    slack.settles().await;
    company.is_content();
}
