//! An assessment by two people: one in a thread of the OSPO's room, by numbers under the questions and in words, one in a
//! direct conversation that the bot opens.

use matrix_sdk::ruma::OwnedRoomId;

use crate::matrix::company::{Company, Fate};
use crate::support::assessment::{Extent, on_the_console, result, steps, undated};
use crate::support::matrix::{Person, Privacy, Shown};
use crate::support::said;

/// Where somebody takes part.
struct Seat<'a> {
    company: &'a Company,
    person: &'a Person,
    room: OwnedRoomId,
    thread: Option<String>,
    /// What the bot said there last.
    heard: String,
}

impl Seat<'_> {
    /// What the bot has said here so far.
    fn said(&self) -> Vec<Shown> {
        let said = self.company.said(self.person, &self.room).into_iter();
        said.filter(|shown| shown.thread == self.thread).collect()
    }

    /// What the bot said here last that fits, as soon as there is something.
    async fn latest(&self, fits: impl Fn(&Shown) -> bool) -> Shown {
        self.person.until(|| self.said().into_iter().rfind(|shown| fits(shown))).await
    }

    async fn says(&self, words: &str) {
        match &self.thread {
            Some(thread) => drop(self.person.says_in(&self.room, thread, words).await),
            None => drop(self.person.says(&self.room, words).await),
        }
    }

    /// Puts the number of a choice under the message that offers it.
    async fn taps(&self, choice: &str) {
        let sign = |body: &str| {
            let mut offered = body.lines().flat_map(|line| line.split(" · "));
            let sign = offered.find(|offer| offer.contains(choice))?.split(' ').next();
            sign.map(str::to_owned)
        };
        let offer = self.latest(|shown| sign(&shown.body).is_some()).await;
        self.person.reacts(&self.room, &offer.id, &sign(&offer.body).unwrap()).await;
    }

    /// Waits until the bot has said something else.
    async fn is_told(&mut self) {
        let newest = || self.said().pop().filter(|shown| shown.body != self.heard);
        self.heard = self.person.until(newest).await.body;
    }
}

/// Everything that the bot has said to somebody in a room, as Markdown without days.
fn account(company: &Company, person: &Person, room: &OwnedRoomId) -> String {
    let said = company.said(person, room).into_iter().map(|shown| format!("{}\n", shown.body));
    undated(&said.collect::<String>())
}

async fn assess(privacy: Privacy, fate: Fate) -> String {
    let company = Company::new(privacy).await;
    let mut bot = company.bot(fate);
    company.olga.sees_in(&company.office, &company.bot).await;
    let seat = |person, room| Seat { company: &company, person, room, thread: None, heard: String::new() };
    let mut olga = seat(&company.olga, company.office.clone());
    let mut ada: Option<Seat<'_>> = None;
    for (number, (who, words)) in steps(Extent::TwoAreas).into_iter().enumerate() {
        let answer = words.split(' ').count() == 1 && words != "back";
        match (who, &mut ada) {
            ("olga", _) if number == 0 => {
                olga.thread = Some(olga.person.says(&olga.room, &format!("!ospo {words}")).await);
            }
            ("olga", _) if answer => olga.taps(&format!(" {words} (!ospo")).await,
            ("olga", _) if words.starts_with("maturity") => olga.says(&format!("!ospo {words}")).await,
            ("olga", _) => olga.says(words).await,
            (_, None) => {
                let (room, _) =
                    company.ada.sees_somewhere(|shown| shown.body.contains("asks you to answer")).await;
                let ada = ada.insert(seat(&company.ada, room));
                ada.is_told().await;
                ada.taps(&format!("(!ospo {words})")).await;
            }
            (_, Some(ada)) if answer => ada.taps(&format!(" {words} (!ospo")).await,
            (_, Some(ada)) => ada.says(words).await,
        }
        if number % 7 == 4 {
            bot.stumbles();
        }
        if who == "olga" { &mut olga } else { ada.as_mut().unwrap() }.is_told().await;
    }
    let ada = ada.unwrap();
    assert!(olga.heard.contains("is closed"), "{}", olga.heard);
    // The result is for who asks for it, with a picture that shows it; each sees who answered what.
    olga.says("!ospo maturity result").await;
    let (room, _) = company.olga.sees_somewhere(|shown| shown.body.contains("What is missing")).await;
    company.olga.sees(&room, |shown| shown.kind == "m.image").await;
    assert_ne!(room, company.office);
    olga.says("!ospo maturity result full").await;
    company.olga.sees(&room, |shown| shown.body.contains("Who answered what")).await;
    ada.says("maturity result full").await;
    ada.latest(|shown| shown.body.contains("Who answered what")).await;
    drop(bot);
    let printed = undated(&said(&company.run(&["maturity", "result", "--markdown"]).await));
    for told in [account(&company, &company.olga, &room), account(&company, &company.ada, &ada.room)] {
        for line in printed.lines().filter(|line| !line.starts_with("```")) {
            assert!(told.contains(line), "no {line:?} in:\n{told}");
        }
    }
    assert!(printed.contains("Security, by Ada (sample engineer) (9)"), "{printed}");
    result(&company.folder.path().join("data"))
}

async fn it_ends_as_on_the_console(privacy: Privacy, fate: Fate) {
    let console = tokio::task::spawn_blocking(|| on_the_console(Extent::TwoAreas)).await.unwrap();
    assert_eq!(console, assess(privacy, fate).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assessment_by_two_in_plain_rooms_ends_as_on_the_console_though_the_program_dies() {
    it_ends_as_on_the_console(Privacy::Plain, Fate::Dies).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assessment_by_two_in_encrypted_rooms_ends_as_on_the_console() {
    it_ends_as_on_the_console(Privacy::Encrypted, Fate::Lives).await;
}
