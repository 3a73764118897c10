//! Two home servers that talk to each other: whose people are members is the config's to say.

use crate::matrix::company::Company;
use crate::support::matrix::{Person, Privacy, Synapse};

#[tokio::test(flavor = "multi_thread")]
async fn people_of_another_home_server_are_members_when_it_is_allowed_and_strangers_when_it_is_not() {
    let company = Company::on(Synapse::start_federated(), Privacy::Encrypted).await;
    let partner = Synapse::start_federated();
    let zoe = Person::new(partner.register("zoe").await);
    zoe.looks(std::time::Duration::ZERO).await;
    let bot = company.serves();
    company.gathers().await;
    let ada = &company.ada;
    let room = ada.opens(Privacy::Encrypted, &[&company.bot, zoe.id()], false).await;
    ada.sees_in(&room, &company.bot).await;
    zoe.sees_in(&room, &company.bot).await;
    // Not allowed: she is told so alone, and her invitation is declined.
    zoe.mentions(&room, &company.bot, "may we sell GPL software for money?").await;
    let (told_in, _) = zoe.sees_somewhere(|shown| shown.body.contains("members")).await;
    assert_ne!(told_in, room);
    let lure = zoe.opens(Privacy::Plain, &[&company.bot], true).await;
    zoe.sees_gone(&lure, &company.bot).await;
    assert!(company.said(ada, &room).is_empty(), "{}", ada.transcript());
    drop(bot);
    // Allowed: she is answered in the room, and visited where she invites the bot to.
    let config = std::fs::read_to_string(company.path("ospo.toml")).unwrap();
    assert!(config.contains("elsewhere.example"));
    std::fs::write(company.path("ospo.toml"), config.replace("elsewhere.example", &partner.name())).unwrap();
    let _bot = company.serves();
    zoe.mentions(&room, &company.bot, "may we sell GPL software for money?").await;
    let answer = company.hears(&zoe, &room, "Yes").await;
    assert!(answer.sealed && answer.thread.is_some());
    let room = zoe.meets(Privacy::Encrypted, &[&company.bot], true).await;
    zoe.says(&room, "license ISC").await;
    assert!(company.hears(&zoe, &room, "ISC License").await.sealed);
    // To ask is all that she may.
    zoe.says(&room, "request-release").await;
    company.hears(&zoe, &room, "I must know who you are").await;
}
