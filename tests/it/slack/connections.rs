//! Socket Mode: connections end, are renewed, and are switched off.

use crate::slack::company::Company;

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
