//! Rooms: who invites, who leaves, what becomes of them.

use matrix_sdk::ruma::RoomVersionId;
use matrix_sdk::ruma::api::client::room::upgrade_room;

use crate::matrix::company::Company;
use crate::support::matrix::Privacy;

async fn it_leaves_a_room_where_nobody_else_is(privacy: Privacy) {
    let company = Company::new(privacy).await;
    let _bot = company.serves();
    let (ada, lea) = (&company.ada, &company.lea);
    let room = ada.opens(privacy, &[&company.bot, lea.id()], false).await;
    lea.sees_in(&room, &company.bot).await;
    ada.leaves(&room).await;
    lea.says(&room, "!ospo license ISC").await;
    let answer = company.hears(lea, &room, "ISC License").await;
    assert_eq!(answer.sealed, privacy == Privacy::Encrypted);
    // Nobody else is there to see it go.
    let itself = company.another_device_of_the_bot().await;
    itself.sees_in(&room, &company.bot).await;
    lea.leaves(&room).await;
    itself.sees_gone(&room, &company.bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leaves_a_plain_room_where_nobody_else_is() {
    it_leaves_a_room_where_nobody_else_is(Privacy::Plain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leaves_an_encrypted_room_where_nobody_else_is() {
    it_leaves_a_room_where_nobody_else_is(Privacy::Encrypted).await;
}

async fn a_room_that_is_upgraded_stays_the_same_room(privacy: Privacy) {
    let company = Company::new(privacy).await;
    let _bot = company.serves();
    let (lea, legal) = (&company.lea, &company.legal);
    lea.sees_in(legal, &company.bot).await;
    let request = upgrade_room::v3::Request::new(legal.clone(), RoomVersionId::V11);
    let after = lea.client().send(request).await.unwrap().replacement_room;
    // Clients invite everybody into the new room.
    lea.until(|| lea.client().get_room(&after)).await.invite_user_by_id(&company.bot).await.unwrap();
    lea.sees_in(&after, &company.bot).await;
    lea.says(&after, "!ospo license ISC").await;
    let answer = company.hears(lea, &after, "ISC License").await;
    assert_eq!(answer.sealed, privacy == Privacy::Encrypted);
    // It is the room of legal still: what legal decides on comes there.
    let dm = company.direct().await;
    company.files_a_contribution(&dm).await;
    let card = company.hears(lea, &after, "CON-1").await;
    assert_eq!(card.sealed, privacy == Privacy::Encrypted);
    lea.reacts(&after, &card.id, "✅").await;
    lea.sees(&after, |shown| shown.id == card.id && shown.body.contains("1 of 1")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_room_that_is_upgraded_stays_the_same_room() {
    a_room_that_is_upgraded_stays_the_same_room(Privacy::Plain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_room_that_is_upgraded_stays_the_same_room() {
    a_room_that_is_upgraded_stays_the_same_room(Privacy::Encrypted).await;
}
