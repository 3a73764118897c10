//! Questions and answers.

use matrix_sdk::attachment::AttachmentConfig;
use matrix_sdk::ruma::events::room::message::TextMessageEventContent;
use serde_json::json;

use crate::matrix::company::{Company, Fate};
use crate::support::matrix::Privacy;

const GPL: &str = "may we sell GPL software for money?";

async fn a_question_is_answered_in_its_thread_and_follow_ups_go_on_there(privacy: Privacy, fate: Fate) {
    let company = Company::new(privacy).await;
    let mut bot = company.bot(fate);
    let room = company.gathers().await;
    let ada = &company.ada;
    let question = ada.mentions(room, &company.bot, GPL).await;
    bot.stumbles();
    let answer = company.hears(ada, room, "Yes, at any price").await;
    bot.stumbles();
    assert_eq!(answer.thread.as_ref(), Some(&question), "in the thread");
    assert_eq!(answer.kind, "m.notice");
    assert_eq!(answer.sealed, privacy == Privacy::Encrypted);
    assert!(answer.html.is_some_and(|html| html.contains("<a href=")), "its sources are links");
    assert!(answer.body.contains("https://"), "in plain text too: {}", answer.body);
    // In the thread, what is said goes on with the question.
    ada.says_in(room, &question, "and if only our own employees use it?").await;
    let more = ada.until(|| company.said(ada, room).get(1).cloned()).await;
    assert_eq!(more.thread.as_ref(), Some(&question));
    // Another wording of the question: the same message becomes another answer.
    ada.edits(room, &question, &format!("{}: may we use GPL software inside our company?", company.bot))
        .await;
    bot.stumbles();
    let refreshed = ada.sees(room, |shown| shown.id == answer.id && shown.edits > 0).await;
    assert!(!refreshed.body.contains("at any price"), "{}", refreshed.body);
    assert_eq!(refreshed.sealed, privacy == Privacy::Encrypted);
    assert_eq!(company.said(ada, room).len(), 2, "nothing is said twice:\n{}", ada.transcript());
    assert_eq!(ada.locked(room), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_a_plain_room_is_answered_in_its_thread_by_a_program_that_dies_at_every_step() {
    a_question_is_answered_in_its_thread_and_follow_ups_go_on_there(Privacy::Plain, Fate::Dies).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_an_encrypted_room_is_answered_in_its_thread() {
    a_question_is_answered_in_its_thread_and_follow_ups_go_on_there(Privacy::Encrypted, Fate::Lives).await;
}

async fn talk_notices_and_other_rooms_are_left_alone(privacy: Privacy) {
    let company = Company::new(privacy).await;
    let _bot = company.serves();
    let room = company.gathers().await;
    let ada = &company.ada;
    ada.says(room, GPL).await;
    ada.sends(room, json!({ "msgtype": "m.notice", "body": "!ospo license MIT" })).await;
    ada.says(room, "```\n!ospo license MIT\n```").await;
    // The answer to the last one tells that all before were heard.
    let last = ada.says(room, "!ospo license ISC").await;
    company.hears(ada, room, "ISC License").await;
    let said = company.said(ada, room);
    assert_eq!(said.len(), 1, "{}", ada.transcript());
    assert_eq!(said[0].thread.as_ref(), Some(&last));
}

#[tokio::test(flavor = "multi_thread")]
async fn talk_and_notices_are_left_alone_in_a_plain_room() {
    talk_notices_and_other_rooms_are_left_alone(Privacy::Plain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn talk_and_notices_are_left_alone_in_an_encrypted_room() {
    talk_notices_and_other_rooms_are_left_alone(Privacy::Encrypted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_message_is_answered_and_what_people_write_is_shown_as_they_wrote_it() {
    for privacy in [Privacy::Plain, Privacy::Encrypted] {
        let company = Company::new(privacy).await;
        let _bot = company.serves();
        let (room, ada) = (company.direct().await, &company.ada);
        ada.says(&room, GPL).await;
        company.hears(ada, &room, "Yes").await;
        ada.says(&room, r#"identify <img src="x"> @room <a href="https://evil.example">here</a>"#).await;
        let shown = company.hears(ada, &room, "@room").await;
        let html = shown.html.unwrap();
        assert!(!html.contains("<img") && !html.contains("href=\"https://evil"), "{html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_of_a_home_server_that_is_not_allowed_gets_no_answer_but_why() {
    let company = Company::new(Privacy::Encrypted).await;
    let _bot = company.serves();
    company.gathers().await;
    let (ada, eve) = (&company.ada, &company.eve);
    let room = ada.opens(Privacy::Encrypted, &[&company.bot, eve.id()], false).await;
    ada.sees_in(&room, &company.bot).await;
    eve.sees_in(&room, &company.bot).await;
    eve.mentions(&room, &company.bot, GPL).await;
    let (told_in, _) = eve.sees_somewhere(|shown| shown.body.contains("members")).await;
    assert_ne!(told_in, room, "told to her alone");
    ada.says(&room, "!ospo license ISC").await;
    company.hears(ada, &room, "ISC License").await;
    assert_eq!(company.said(ada, &room).len(), 1, "{}", ada.transcript());
    // Her invitation is declined; Ada's was not.
    let lure = eve.opens(Privacy::Plain, &[&company.bot], true).await;
    eve.sees_gone(&lure, &company.bot).await;
}

const BOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
  {"type":"library","name":"good","version":"1.0","licenses":[{"license":{"id":"MIT"}}]},
  {"type":"library","name":"strong","version":"2.0","licenses":[{"license":{"id":"AGPL-3.0-only"}}]}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_attached_sbom_is_judged_with_a_picture_that_only_the_room_can_see() {
    for privacy in [Privacy::Plain, Privacy::Encrypted] {
        let company = Company::new(privacy).await;
        let _bot = company.serves();
        let (room, ada) = (company.direct().await, &company.ada);
        let caption = TextMessageEventContent::plain("check this for saas");
        let config = AttachmentConfig::new().caption(Some(caption));
        ada.attaches(&room, "bom.json", BOM.as_bytes().to_vec(), config).await;
        company.hears(ada, &room, "strong 2.0").await;
        let picture = ada.sees(&room, |shown| shown.kind == "m.image").await;
        let file = picture.file.unwrap();
        assert_eq!(file["key"].is_object(), privacy == Privacy::Encrypted, "{file}");
    }
}
