//! A form that is asked in the thread of what began it, where others talk: with choices by number, ways back, and a program
//! that dies in the middle.

use matrix_sdk::ruma::RoomId;

use crate::matrix::company::{Company, Fate};
use crate::support::matrix::{Privacy, Shown};

/// A dialogue in a thread, as Ada sees it.
struct Dialogue<'a> {
    company: &'a Company,
    room: &'a RoomId,
    root: String,
}

impl Dialogue<'_> {
    fn said(&self, words: &str) -> Vec<Shown> {
        let said = self.company.said(&self.company.ada, self.room).into_iter();
        said.filter(|shown| shown.thread.as_ref() == Some(&self.root) && shown.body.contains(words)).collect()
    }

    /// Waits until the bot has said these words so many times.
    async fn hears(&self, times: usize, words: &str) -> Shown {
        let ada = &self.company.ada;
        ada.until(|| self.said(words).get(times - 1).cloned()).await
    }

    /// Ada answers in the thread.
    async fn says(&self, words: &str) {
        self.company.ada.says_in(self.room, &self.root, words).await;
    }

    /// Ada taps the number of a choice.
    async fn taps(&self, question: &Shown, choice: &str) {
        let number =
            ["1️⃣", "2️⃣", "3️⃣", "4️⃣"].into_iter().find(|n| question.body.contains(&format!("{n} {choice}")));
        let number = number.unwrap_or_else(|| panic!("no {choice} in {}", question.body));
        self.company.ada.reacts(self.room, &question.id, number).await;
    }
}

async fn a_form_is_filled_in_in_its_thread(privacy: Privacy, fate: Fate) {
    let company = Company::new(privacy).await;
    let mut bot = company.bot(fate);
    let (room, ada, lea) = (company.gathers().await, &company.ada, &company.lea);
    let root = ada.says(room, "!ospo request-release").await;
    let form = Dialogue { company: &company, room, root };
    form.hears(1, "What will the project be called").await;
    // Others who talk in the thread answer nothing.
    lea.sees(room, |shown| shown.body.contains("What will the project be called")).await;
    lea.says_in(room, &form.root, "windmill").await;
    form.says("turbin").await;
    form.hears(1, "Which name would you take").await;
    form.says("back").await;
    let again = form.hears(2, "What will the project be called").await;
    assert!(again.body.contains("So far: turbin"), "{}", again.body);
    bot.stumbles();
    form.says("turbine").await;
    form.hears(2, "Which name would you take").await;
    form.says("skip").await;
    let kind = form.hears(1, "What kind of release").await;
    form.taps(&kind, "sample or small tool").await;
    bot.stumbles();
    form.hears(1, "Where is the code now").await;
    form.says("not an address").await;
    form.hears(2, "Where is the code now").await;
    for (answer, asked) in [
        ("https://git.example.com/turbine", "What does it do"),
        ("Turns things", "Under which license"),
        ("Apache-2.0", "Is all of it written by us"),
    ] {
        form.says(answer).await;
        form.hears(1, asked).await;
    }
    let ours = form.hears(1, "Is all of it written by us").await;
    form.taps(&ours, "yes").await;
    form.hears(1, "Does it touch patents").await;
    form.says("skip").await;
    bot.stumbles();
    for (asked, answer) in [
        ("contain or use cryptography", "no"),
        ("Does it send anything", "no"),
        ("free of secrets", "yes"),
        ("Which team owns it", "Team Turbine"),
        ("When would you like to publish", "skip"),
        ("Who asks with you", "skip"),
        ("On whose behalf", "skip"),
        ("Who else should hear", "skip"),
        ("stay among you", "skip"),
    ] {
        form.hears(1, asked).await;
        form.says(answer).await;
    }
    // At the look at the whole, one answer is changed; the submit button is a number as well.
    form.hears(1, "is this right").await;
    form.says("License").await;
    form.hears(2, "Under which license").await;
    form.says("MIT").await;
    let whole = form.hears(2, "is this right").await;
    assert!(whole.body.contains("License: MIT") && whole.body.contains("Project: turbine"), "{}", whole.body);
    form.taps(&whole, "Submit").await;
    bot.stumbles();
    let filed = form.hears(1, "Filed as REL-1").await;
    assert_eq!(filed.sealed, privacy == Privacy::Encrypted);
    // Another one is left.
    let root = ada.says(room, "!ospo request-release").await;
    let other = Dialogue { company: &company, room, root };
    other.hears(1, "What will the project be called").await;
    other.says("windmill").await;
    other.hears(1, "Which name would you take").await;
    other.says("cancel").await;
    other.hears(1, "nothing was filed").await;
    // What is said in its thread after that is talk.
    other.says("windmill").await;
    let last = ada.says(room, "!ospo license ISC").await;
    ada.sees(room, |shown| shown.thread.as_ref() == Some(&last)).await;
    for (dialogue, words, times) in [
        (&form, "What will the project be called", 2),
        (&form, "What kind of release", 1),
        (&form, "Does it touch patents", 1),
        (&form, "is this right", 2),
        (&form, "Filed as", 1),
        (&other, "Which name would you take", 1),
        (&other, "nothing was filed", 1),
    ] {
        let said = dialogue.said(words).len();
        assert_eq!(said, times, "{words:?}:\n{}", ada.transcript());
    }
    assert_eq!(ada.locked(room), 0);
    let outside = company.said(ada, room).into_iter().filter(|shown| shown.thread.is_none());
    assert_eq!(outside.count(), 0, "{}", ada.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_filled_in_in_a_thread_of_a_plain_room() {
    a_form_is_filled_in_in_its_thread(Privacy::Plain, Fate::Lives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_filled_in_in_a_thread_of_an_encrypted_room_by_a_program_that_dies_in_it() {
    a_form_is_filled_in_in_its_thread(Privacy::Encrypted, Fate::Dies).await;
}
