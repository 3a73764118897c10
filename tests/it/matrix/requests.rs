//! A request from the dialogue that files it to its decision, by reactions and redactions.

use matrix_sdk::ruma::RoomId;

use crate::matrix::company::{Company, Fate};
use crate::support::audit;
use crate::support::matrix::{Person, Privacy, Shown};

/// What the bot asks, and what Ada answers.
const RELEASE: [(&str, &str); 18] = [
    ("What will the project be called", "turbine"),
    ("Which name would you take", "skip"),
    ("What kind of release", "sample or small tool"),
    ("Where is the code now", "https://git.example.com/turbine"),
    ("What does it do", "Turns things, and nothing existing turns them <b>this</b> way"),
    ("Under which license", "Apache-2.0"),
    ("Is all of it written by us", "yes"),
    ("Does it touch patents", "skip"),
    ("contain or use cryptography", "no"),
    ("Does it send anything", "no"),
    ("free of secrets", "yes"),
    ("Which team owns it", "Team Turbine"),
    ("When would you like to publish", "skip"),
    ("Who asks with you", "skip"),
    ("On whose behalf", "skip"),
    ("Who else should hear", "skip"),
    ("stay among you", "skip"),
    ("is this right", "submit"),
];

/// Ada files a release in her direct conversation; the program may die at every step.
async fn ada_files_a_release(company: &Company, fate: Fate) {
    let mut bot = company.bot(fate);
    let dm = company.direct().await;
    company.ada.says(&dm, "request-release").await;
    for (step, (asked, answer)) in RELEASE.into_iter().enumerate() {
        // Each start takes its time.
        if step % 6 == 2 {
            bot.stumbles();
        }
        company.hears(&company.ada, &dm, asked).await;
        company.ada.says(&dm, answer).await;
    }
    bot.stumbles();
    company.hears(&company.ada, &dm, "Filed as REL-1").await;
    let asked = |words: &str| {
        let said = company.said(&company.ada, &dm);
        said.iter().filter(|shown| shown.body.contains(words)).count()
    };
    for (words, _) in RELEASE {
        assert_eq!(asked(words), 1, "{words:?} is asked once:\n{}", company.ada.transcript());
    }
}

/// The card of the release in a room, when a person sees that it fits.
async fn card(person: &Person, room: &RoomId, fits: impl Fn(&Shown) -> bool) -> Shown {
    person
        .sees(room, |shown| shown.body.contains("REL-1") && shown.body.contains("turbine") && fits(shown))
        .await
}

async fn a_release_is_decided_by_reactions(privacy: Privacy, fate: Fate) {
    let company = Company::new(privacy).await;
    ada_files_a_release(&company, fate).await;
    let mut bot = company.bot(fate);
    let (lea, mia, bot_id) = (&company.lea, &company.mia, company.bot.as_str());
    // One tap is enough: the bot has put the signs there.
    let shown =
        card(lea, &company.legal, |card| ["✅", "❌"].iter().all(|sign| card.has_reaction(bot_id, sign)))
            .await;
    assert_eq!(shown.sealed, privacy == Privacy::Encrypted);
    assert!(shown.html.is_some_and(|html| !html.contains("<b>this</b>")), "what people write is no HTML");
    // Another skin, and taken back.
    let vote = lea.reacts(&company.legal, &shown.id, "👍🏽").await;
    bot.stumbles();
    card(lea, &company.legal, |card| card.body.contains("Legal: 1 of 1")).await;
    lea.redacts(&company.legal, &vote).await;
    bot.stumbles();
    card(lea, &company.legal, |card| card.body.contains("Legal: 0 of 1")).await;
    let vote = lea.reacts(&company.legal, &shown.id, "✅").await;
    bot.stumbles();
    card(lea, &company.legal, |card| card.body.contains("Legal: 1 of 1")).await;
    // Who has the power in a room can take others' reactions away; the log tells who did.
    mia.sees_in(&company.legal, mia.id()).await;
    mia.redacts(&company.legal, &vote).await;
    card(lea, &company.legal, |card| card.body.contains("Legal: 0 of 1")).await;
    lea.reacts(&company.legal, &shown.id, "✅").await;
    card(lea, &company.legal, |card| card.body.contains("Legal: 1 of 1")).await;
    // While it is down, management agrees.
    drop(bot);
    let shown = card(mia, &company.management, |card| card.has_reaction(bot_id, "✅")).await;
    mia.reacts(&company.management, &shown.id, "✔️").await;
    let _bot = company.bot(Fate::Lives);
    let decided = card(mia, &company.management, |card| card.body.contains("approved")).await;
    assert_eq!(decided.id, shown.id, "one card, changed in place");
    card(lea, &company.legal, |card| card.body.contains("approved")).await;
    let cards = company.said(lea, &company.legal).into_iter().filter(|shown| shown.body.contains("turbine"));
    assert_eq!(cards.count(), 1, "{}", lea.transcript());
    assert_eq!(lea.locked(&company.legal) + mia.locked(&company.management), 0);
    // It has heard of all that is before the last question in a room: what reactions were is not kept any longer.
    for (person, room) in [(lea, &company.legal), (mia, &company.management)] {
        person.says(room, "!ospo license ISC").await;
        company.hears(person, room, "ISC License").await;
    }
    drop(_bot);
    let exported = company.path("exported");
    assert!(company.run(&["store", "export", &exported]).await.status.success());
    let exported = std::fs::read_to_string(exported).unwrap();
    assert!(exported.contains("note/matrix/cursor") && !exported.contains("note/matrix/reaction/"));
    let log = audit(&company.folder.path().join("data"));
    let actions: Vec<&str> = log.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let expected = [
        "request.submitted",
        "vote.approve",
        "vote.taken-back",
        "vote.approve",
        "vote.taken-back",
        "vote.approve",
        "vote.approve",
        "request.approved",
    ];
    assert_eq!(actions, expected);
    let removed_by_mia = |entry: &serde_json::Value| {
        let entry = entry.to_string();
        entry.contains("reaction_removed_by") && entry.contains(mia.id().as_str())
    };
    let removed: Vec<usize> = (0..log.len()).filter(|at| removed_by_mia(&log[*at])).collect();
    assert_eq!(removed, [4], "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_decided_by_reactions_in_plain_rooms() {
    a_release_is_decided_by_reactions(Privacy::Plain, Fate::Lives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_decided_by_reactions_in_encrypted_rooms_by_a_program_that_dies_at_every_step() {
    a_release_is_decided_by_reactions(Privacy::Encrypted, Fate::Dies).await;
}
