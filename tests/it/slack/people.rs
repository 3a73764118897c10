//! Who may do what.

use std::time::Duration;

use serde_json::json;

use crate::slack::company::Company;

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
    assert!(voted.words().contains("Lea (sample legal)"), "{}", voted.words());
    company.is_content();
}
