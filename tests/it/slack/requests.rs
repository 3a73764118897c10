//! Requests in conversation, decided on their cards.

use crate::slack::company::Company;

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
