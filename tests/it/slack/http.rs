//! The Events API over HTTP, signed.

use std::net::SocketAddr;

use serde_json::json;

use crate::slack::company::Company;
use crate::slack::forms::{FIRST, SECOND, THIRD};
use crate::support::slack::http::{SIGNING_SECRET, now, signature};

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
async fn a_request_goes_from_a_form_to_its_decision_and_the_answers_to_its_parts_come_at_once() {
    let (company, address) = Company::over_http().await;
    let bot = company.serve();
    let slack = &company.slack;
    slack.verifies(address).await;
    slack.commands("UADA", "CGENERAL", "request-release");
    let form = company.fills(FIRST).await;
    // Nobody types faster than that.
    slack.settles().await;
    slack.fills(&form.id, "Under which license", "the usual one");
    slack.submits(&form.id);
    let wrong = slack.modal("UADA", |view| view.error("Under which license").is_some()).await;
    assert_eq!((wrong.id.as_str(), wrong.errors.len()), (form.id.as_str(), 1), "{:?}", wrong.errors);
    slack.fills(&form.id, "Under which license", "apache 2.0");
    slack.submits(&form.id);
    let second = company.fills(SECOND).await;
    assert_eq!(second.id, form.id, "the next part stands in the same view");
    slack.settles().await;
    drop(bot);
    let _bot = company.serve();
    slack.verifies(address).await;
    slack.submits(&form.id);
    company.fills(THIRD).await;
    slack.submits(&form.id);
    slack.gone(&form.id).await;
    let card = slack.sees("CLEGAL", |message| message.words().contains("valve")).await;
    assert!(card.words().contains("Apache-2.0"), "{}", card.words());

    // A reason that is missing is asked for in the answer, too.
    slack.presses("ULEA", "CLEGAL", &card.ts, "question REL-1");
    let form = slack.modal("ULEA", |view| view.asks("What do you want to know about REL-1")).await;
    slack.fills(&form.id, "What do you want to know", "  ");
    slack.submits(&form.id);
    slack.modal("ULEA", |view| view.error("What do you want to know").is_some()).await;
    slack.fills(&form.id, "What do you want to know", "Who maintains it?");
    slack.submits(&form.id);
    slack.gone(&form.id).await;
    slack
        .sees("CLEGAL", |message| message.ts == card.ts && message.words().contains("Who maintains it?"))
        .await;
    slack.commands("UADA", "CGENERAL", "answer REL-1");
    let form = slack.modal("UADA", |view| view.asks("Who maintains it?")).await;
    slack.fills(&form.id, "Who maintains it?", "We do");
    slack.submits(&form.id);
    slack.gone(&form.id).await;
    slack.presses("ULEA", "CLEGAL", &card.ts, "approve REL-1");
    let card = slack.sees("CMGMT", |message| message.words().contains("valve")).await;
    slack.reacts("UMIA", "CMGMT", &card.ts, "white_check_mark");
    slack.sees("CLEGAL", |message| message.words().contains("This request is approved")).await;
    slack.settles().await;
    assert_eq!(slack.world().lost, 0, "every request was answered in time");
    company.is_content();
}
