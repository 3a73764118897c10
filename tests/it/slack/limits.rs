//! Much at once, and Slack asks to wait.

use serde_json::json;

use crate::slack::company::Company;
use crate::slack::questions::SBOM;

#[tokio::test]
async fn what_slack_took_without_saying_so_is_not_said_twice_and_limits_drop_nothing() {
    let company = Company::new().await;
    let _bot = company.serve();
    company.slack.world().swallowed = 1;
    company.slack.says("UADA", "DUADA", "may we sell GPL software for money?", None);
    company.slack.sees("DUADA", |message| message.words().contains("Yes")).await;
    let lookups = company.slack.looked_up().await;
    company.slack.world().limited = 3;
    company.slack.says("UADA", "DUADA", "license MIT", None);
    company.slack.sees("DUADA", |message| message.words().contains("MIT License")).await;
    company.slack.settles().await;
    assert_eq!(company.slack.world().lookups, lookups, "what Slack refused for now is not looked for");
    let answers = company.slack.read("DUADA").iter().filter(|words| words.contains("Yes")).count();
    assert_eq!(answers, 1);
    company.is_content();
}

/// Five hundred people ask at once, and each is answered once. What is asked is acknowledged, however long nobody can be
/// answered: Slack waits three seconds for that, and nothing but the commit may stand between.
async fn five_hundred_ask(company: &Company) {
    company.knows_where_it_begins().await;
    let users: Vec<String> = (0..500).map(|number| format!("U{number:04}")).collect();
    for user in &users {
        company.slack.user(user, &json!({}));
    }
    company.slack.holds_back(Some("chat.postMessage"));
    for user in &users {
        company.slack.says(user, &format!("D{user}"), "license MIT", None);
    }
    company.slack.settles().await;
    assert!(users.iter().all(|user| company.slack.read(&format!("D{user}")).is_empty()));
    company.slack.holds_back(None);
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
