//! Nothing is lost and nothing told twice, whatever breaks.

use std::collections::BTreeMap;

use crate::matrix::company::Company;
use crate::support::matrix::{Pace, Privacy, Synapse};

/// As many as the story of a long absence has; more than come with one sync.
const MESSAGES: usize = 200;

async fn what_was_said_while_it_was_away_is_answered_once(privacy: Privacy) {
    let company = Company::new(privacy).await;
    let bot = company.serves();
    let room = company.gathers().await;
    let ada = &company.ada;
    ada.says(room, "!ospo license ISC").await;
    company.hears(ada, room, "ISC License").await;
    drop(bot);
    let mut questions = Vec::new();
    for _ in 0..MESSAGES {
        questions.push(ada.says(room, "!ospo license MIT").await);
    }
    let bot = company.serves();
    let answers = || {
        let mut answers: BTreeMap<String, usize> = BTreeMap::new();
        for shown in company.said(ada, room) {
            *answers.entry(shown.thread.unwrap()).or_default() += 1;
        }
        answers
    };
    // It dies once more in the middle of them.
    ada.until(|| (answers().len() > MESSAGES / 4).then_some(())).await;
    drop(bot);
    let _bot = company.serves();
    ada.until(|| (answers().len() > MESSAGES).then_some(())).await;
    let last = ada.says(room, "!ospo license ISC").await;
    ada.until(|| answers().get(&last).copied()).await;
    let answers = answers();
    for question in &questions {
        assert_eq!(answers.get(question), Some(&1), "answers of {question}");
    }
    assert_eq!(ada.locked(room), 0);
    assert!(company.said(ada, room).iter().all(|shown| shown.sealed == (privacy == Privacy::Encrypted)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_in_a_plain_room_while_it_was_away_is_answered_once() {
    what_was_said_while_it_was_away_is_answered_once(Privacy::Plain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_in_an_encrypted_room_while_it_was_away_is_answered_once() {
    what_was_said_while_it_was_away_is_answered_once(Privacy::Encrypted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_server_that_goes_away_under_it_costs_nothing() {
    let mut company = Company::on(Synapse::start(Pace::Free), Privacy::Encrypted).await;
    let _bot = company.serves();
    let room = company.direct().await;
    company.ada.says(&room, "license ISC").await;
    company.hears(&company.ada, &room, "ISC License").await;
    // It goes away with a question in the air, and once more.
    for (asked, answered) in [("license MIT", "MIT License"), ("license Zlib", "zlib License")] {
        company.ada.says(&room, asked).await;
        company.synapse.stop();
        company.synapse.run();
        company.hears(&company.ada, &room, answered).await;
    }
    assert_eq!(company.said(&company.ada, &room).len(), 3, "{}", company.ada.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_server_that_holds_it_back_is_obeyed_and_nothing_is_dropped() {
    let company = Company::on(Synapse::start(Pace::Limited), Privacy::Plain).await;
    let _bot = company.serves();
    let room = company.direct().await;
    let mut questions = Vec::new();
    for _ in 0..8 {
        questions.push(company.ada.says(&room, "license MIT").await);
    }
    let said = || company.said(&company.ada, &room);
    company.ada.until(|| (said().len() == questions.len()).then_some(())).await;
    company.ada.says(&room, "license ISC").await;
    company.hears(&company.ada, &room, "ISC License").await;
    assert_eq!(said().len(), questions.len() + 1, "{}", company.ada.transcript());
}
