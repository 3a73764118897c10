//! Questions and answers.

use crate::matrix::company::Company;
use crate::support::matrix::Privacy;

async fn a_question_is_answered_in_its_thread(privacy: Privacy) {
    let company = Company::new(privacy).await;
    let _bot = company.serves();
    let room = company.gathers().await;
    let ada = &company.ada;
    let question = ada.mentions(room, &company.bot, "may we sell GPL software for money?").await;
    let answer = company.hears(ada, room, "Yes").await;
    assert_eq!(answer.thread.as_ref(), Some(&question), "in the thread");
    assert_eq!(answer.kind, "m.notice");
    assert_eq!(answer.sealed, privacy == Privacy::Encrypted);
    assert!(answer.html.is_some_and(|html| html.contains("<a href=")), "its sources are links");
    assert!(answer.body.contains("https://"), "in plain text too: {}", answer.body);
    ada.says_in(room, &question, "and for the AGPL?").await;
    let all = company.hears(ada, room, "AGPL").await;
    assert_eq!(all.thread, Some(question));
    assert_eq!(ada.locked(room), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_a_plain_room_is_answered_in_its_thread() {
    a_question_is_answered_in_its_thread(Privacy::Plain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_an_encrypted_room_is_answered_in_its_thread() {
    a_question_is_answered_in_its_thread(Privacy::Encrypted).await;
}
