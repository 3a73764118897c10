//! Forms that are shown whole, on any platform that can: what the port is asked and what it answers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ospo_counselor::bot::records;
use ospo_counselor::bot::unit::read_all;
use ospo_counselor::chat::Accepted;
use ospo_counselor::core::event::{EventKind, MessageRef};
use ospo_counselor::core::form::Answers;
use ospo_counselor::core::person::{ChannelId, Platform, Standing};
use ospo_counselor::core::sheet::{Handing, Sheet, SheetKey};
use ospo_counselor::request::Request;
use ospo_counselor::store::Store;
use ospo_counselor::store::memory::MemoryStore;

use crate::support::fake::{FakeChat, Running, TestClock, event, mind_with, said};

/// A small kind of request in which legal has to type its id.
const GRAVE: &str = r#"
id = "grave"
command = "request-grave"
prefix = "GRV"
title = "A grave thing"
summary = "name"
fields = [
  { id = "name", label = "Name", ask = "Name?", type = "line" },
  { id = "others", label = "Others", ask = "Is anybody else in it?", type = "yes-no" },
  { id = "who", label = "Who", ask = "Who?", type = "people", when = "form.others" },
  { id = "license", label = "License", ask = "License?", type = "license" },
  { id = "note", label = "Note", ask = "Note?", type = "text", optional = true },
]
stages = [{ id = "legal", label = "Legal", role = "legal", confirm = "typed" }]
patience = { remind_every = 1, remind_at_most = 1, expire_after = 5 }
"#;

struct Town {
    store: Arc<MemoryStore>,
    chat: Arc<FakeChat>,
    bot: Running,
}

impl Town {
    async fn new() -> Self {
        let (store, chat) = (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()));
        chat.shows_forms.store(true, Ordering::SeqCst);
        let mind = Arc::new(mind_with(&[("workflows/grave.toml", GRAVE)]));
        let bot = Running::start_with(
            mind,
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::clone(&chat),
            TestClock::new(),
        )
        .await;
        Self { store, chat, bot }
    }

    /// The form that somebody sees who says something.
    async fn asks(&self, who: &str, line: &str) -> Option<Sheet> {
        self.bot.port.sheet(&event("look", who, "#general", said("#general", line))).await.unwrap()
    }

    /// Somebody hands a form in; waits until all that follows is done.
    async fn hands(
        &self,
        id: &str,
        who: &str,
        sheet: &str,
        answers: &[(&str, &str)],
        handing: Handing,
    ) -> Accepted {
        let filled = filled(sheet, answers, handing);
        let accepted = self.bot.port.accept(event(id, who, "#general", filled)).await.unwrap();
        self.bot.pending.settled().await;
        accepted
    }

    async fn requests(&self) -> Vec<Request> {
        let all = read_all(self.store.as_ref(), records::all_requests()).await.unwrap();
        all.into_iter().map(|(_, _, request)| request).collect()
    }

    async fn files_one(&self) {
        let answers = [("name", "valve"), ("others", "no"), ("license", "mit"), ("note", "")];
        let taken = self.hands("f1", "ada", "request grave", &answers, Handing::Whole).await;
        assert_eq!(taken, Accepted::Kept);
    }
}

fn filled(sheet: &str, answers: &[(&str, &str)], handing: Handing) -> EventKind {
    let answers: Answers =
        answers.iter().map(|(field, answer)| ((*field).to_owned(), (*answer).to_owned())).collect();
    let message =
        MessageRef { channel: ChannelId::new(Platform::Console, "#general"), id: "view".to_owned() };
    EventKind::Filled {
        sheet: SheetKey(sheet.to_owned()),
        answers,
        files: Default::default(),
        handing,
        message,
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_stand_is_said_by_field_and_nothing_of_it_is_kept() {
    let town = Town::new().await;
    let sheet = town.asks("ada", "request-grave").await.unwrap();
    assert_eq!((sheet.key.0.as_str(), sheet.form.title.as_str()), ("request grave", "A grave thing"));
    let answers = [("name", " "), ("others", "yes"), ("who", "nobody-here"), ("license", "the usual one")];
    let Accepted::Faulty(problems) = town.hands("f1", "ada", "request grave", &answers, Handing::Whole).await
    else {
        panic!("it cannot stand")
    };
    assert_eq!(problems.keys().collect::<Vec<_>>(), ["license", "name", "who"]);
    assert!(problems["who"].contains("nobody-here"), "{problems:?}");
    assert!(town.requests().await.is_empty());
    // What is not asked is not looked at.
    let answers = [("name", "valve"), ("others", "no"), ("who", "nobody-here"), ("license", "MIT")];
    assert_eq!(town.hands("f2", "ada", "request grave", &answers, Handing::Whole).await, Accepted::Kept);
    assert_eq!(town.hands("f2", "ada", "request grave", &answers, Handing::Whole).await, Accepted::Known);
    let requests = town.requests().await;
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].answer("license"), requests[0].answer("who")), (Some("MIT"), None));
}

#[tokio::test(start_paused = true)]
async fn what_is_put_aside_waits_and_is_no_conversation() {
    let town = Town::new().await;
    let part = [("name", "valve"), ("license", "the usual one"), ("others", "yes"), ("who", "console:lea")];
    town.hands("p1", "ada", "request grave", &part, Handing::Aside).await;
    let sheet = town.asks("ada", "request-grave").await.unwrap();
    assert!(sheet.note.is_some(), "it is said that it was begun before");
    assert_eq!((sheet.answers["name"].as_str(), sheet.answers["who"].as_str()), ("valve", "lea"));
    assert_eq!(sheet.accounts["lea"].id, "lea");
    assert_eq!(sheet.answers.get("license"), None, "what is not sound is not kept");
    // What is said meanwhile is no answer.
    town.bot.say("ada", "#general", "license ISC").await;
    assert!(town.chat.said_to("#general").last().unwrap().contains("ISC License"));
    // Another form does not push it out.
    assert_eq!(town.asks("ada", "request-release").await, None);
    town.bot.say("ada", "#general", "request-release").await;
    assert!(town.chat.said_to("@ada").last().unwrap().contains("in the middle of"));
    assert_eq!(town.asks("ada", "resume").await.unwrap().key.0, "request grave");
    town.bot.say("ada", "#general", "cancel").await;
    assert!(town.asks("ada", "request-grave").await.unwrap().answers.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_form_is_taken_up_in_conversation_where_it_was_left() {
    let town = Town::new().await;
    let part = [("name", "valve"), ("others", "no")];
    town.hands("p1", "ada", "request grave", &part, Handing::Part).await;
    for line in ["resume", "mit", "skip", "submit"] {
        town.bot.say("ada", "#general", line).await;
    }
    let requests = town.requests().await;
    assert_eq!((requests[0].answer("name"), requests[0].answer("license")), (Some("valve"), Some("MIT")));
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_takes_more_than_a_tap_is_confirmed_by_the_id() {
    let town = Town::new().await;
    town.files_one().await;
    assert_eq!(town.asks("ada", "approve GRV-1").await, None, "their own: refused in words");
    let sheet = town.asks("lea", "approve GRV-1").await.unwrap();
    assert_eq!(sheet.key.0, "confirm GRV-1");
    let wrong = town.hands("c1", "lea", "confirm GRV-1", &[("words", "GRV-2")], Handing::Whole).await;
    assert!(matches!(wrong, Accepted::Faulty(problems) if problems["words"].contains("GRV-1")));
    town.hands("c2", "lea", "confirm GRV-1", &[("words", "grv-1")], Handing::Whole).await;
    assert_eq!(town.requests().await[0].status, ospo_counselor::request::Status::Approved);
}

#[tokio::test(start_paused = true)]
async fn words_about_a_request_are_asked_of_those_who_may_say_them() {
    let town = Town::new().await;
    town.files_one().await;
    for (who, line) in [("ada", "reject GRV-1"), ("mia", "concern GRV-1"), ("lea", "edit GRV-1")] {
        assert_eq!(town.asks(who, line).await, None, "{who}: {line}");
    }
    let mut guest = event("look", "lea", "#general", said("#general", "reject GRV-1"));
    guest.standing = Standing::Guest;
    assert_eq!(town.bot.port.sheet(&guest).await.unwrap(), None);
    assert_eq!(town.asks("lea", "reject GRV-1").await.unwrap().key.0, "reject GRV-1");
    let long = "x".repeat(1001);
    for words in ["", "  \n", long.as_str()] {
        let taken = town.hands("r1", "lea", "reject GRV-1", &[("words", words)], Handing::Whole).await;
        assert!(matches!(taken, Accepted::Faulty(_)), "{} characters", words.len());
    }
    // Somebody who may not is refused all the same, whatever they hand in.
    town.hands("r2", "mia", "reject GRV-1", &[("words", "No")], Handing::Whole).await;
    assert!(town.requests().await[0].status.is_open());
    town.hands("r3", "lea", "reject GRV-1", &[("words", "The name is taken")], Handing::Whole).await;
    assert_eq!(town.requests().await[0].status, ospo_counselor::request::Status::Rejected);
}
