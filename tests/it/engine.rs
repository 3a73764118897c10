//! The engine under everything that can go wrong around it, in virtual time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ospo_counselor::bot::BotError;
use ospo_counselor::bot::records;
use ospo_counselor::bot::unit::read_all;
use ospo_counselor::chat::Accepted;
use ospo_counselor::core::event::EventKind;
use ospo_counselor::core::person::{PersonId, Standing};
use ospo_counselor::request::{Choice, Request, Status};
use ospo_counselor::store::memory::{Fate, MemoryStore};
use ospo_counselor::store::{Key, Store};

use crate::support::fake::{FakeChat, Running, TestClock, event, said};

const MINUTE: Duration = Duration::from_secs(60);
/// A day.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Ada asks to contribute upstream, answer after answer.
pub const CONTRIBUTION: [&str; 17] = [
    "request-contribution",
    "libturbine",
    "https://git.example.com/libturbine",
    "MIT",
    "feature",
    "1",
    "2",
    "Closes a file twice at most",
    "skip",
    "no",
    "skip",
    "None of our products",
    "skip",
    "skip",
    "skip",
    "skip",
    "submit",
];

/// Ada asks to contribute to a project.
pub async fn file(bot: &Running) {
    for line in CONTRIBUTION {
        bot.say("ada", "#general", line).await;
    }
}

/// The first request.
pub async fn request(store: &dyn Store) -> Request {
    read_all(store, records::all_requests()).await.unwrap().remove(0).2
}

/// What a person says now in the stage of legal.
pub fn choice(request: &Request, name: &str) -> Option<Choice> {
    request.ballot("legal", &PersonId(name.to_owned()))?.choice
}

/// A bot of the sample company.
pub async fn start(store: &Arc<MemoryStore>, chat: &Arc<FakeChat>, clock: &Arc<TestClock>) -> Running {
    Running::start(Arc::clone(store) as Arc<dyn Store>, Arc::clone(chat), Arc::clone(clock)).await
}

#[tokio::test(start_paused = true)]
async fn an_event_told_twice_happens_once() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    let told = event("e1", "ada", "#general", said("#general", "help"));
    assert_eq!(bot.port.accept(told.clone()).await.unwrap(), Accepted::Kept);
    assert_eq!(bot.port.accept(told).await.unwrap(), Accepted::Known);
    bot.pending.settled().await;
    assert_eq!(chat.said_to("@ada").len(), 1);
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_not_for_the_bot_is_not_kept() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    let mut by_a_bot = event("e1", "ada", "#general", said("#general", "help"));
    by_a_bot.standing = Standing::Bot;
    assert_eq!(bot.port.accept(by_a_bot).await.unwrap(), Accepted::Ignored);
    let message = chat_message();
    let party = EventKind::Reacted { message, emoji: "🎉".to_owned() };
    assert_eq!(bot.port.accept(event("e2", "ada", "#general", party)).await.unwrap(), Accepted::Ignored);
    assert!(store.scan(Key::under("seen/"), 10).await.unwrap().is_empty());
    bot.end().await.unwrap();
}

fn chat_message() -> ospo_counselor::core::event::MessageRef {
    match said("#general", "") {
        EventKind::Said { message, .. } => message,
        _ => unreachable!("it is said"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_is_down_gets_everything_later_in_order_and_once() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    chat.refusals.store(7, Ordering::SeqCst);
    for (number, line) in CONTRIBUTION.into_iter().enumerate() {
        let id = format!("line {number}");
        bot.port.accept(event(&id, "ada", "#general", said("#general", line))).await.unwrap();
    }
    bot.pending.settled().await;
    let asked = chat.said_to("@ada");
    assert_eq!(asked.len(), CONTRIBUTION.len());
    assert!(asked[0].contains("Which project") && asked[16].contains("Filed as"), "{asked:#?}");
    assert!(chat.attempts.load(Ordering::SeqCst) >= 7 + CONTRIBUTION.len());
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_to_the_next_start_what_a_platform_does_not_take() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    chat.refusals.store(usize::MAX, Ordering::SeqCst);
    bot.port.accept(event("e1", "ada", "#general", said("#general", "help"))).await.unwrap();
    bot.end().await.unwrap();
    assert!(chat.said_to("@ada").is_empty());
    chat.refusals.store(0, Ordering::SeqCst);
    let bot = start(&store, &chat, &clock).await;
    bot.pending.settled().await;
    assert_eq!(chat.said_to("@ada").len(), 1);
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn conflicts_are_decided_anew_and_nobody_notices() {
    let mut random = fastrand::Rng::with_seed(42);
    let plan = move |_: &_| if random.u8(..) < 64 { Fate::Conflict } else { Fate::Normal };
    let store = Arc::new(MemoryStore::with_faults(plan));
    let (chat, clock) = (Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let card = chat.newest_in("#legal");
    let vote = EventKind::Reacted { message: card, emoji: "✅".to_owned() };
    bot.event("vote", "lea", "#legal", vote).await;
    let request = request(store.as_ref()).await;
    assert_eq!(request.ballots["legal"].len(), 1);
    assert_eq!(chat.said_to("@ada").len(), CONTRIBUTION.len() + 1);
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failing_store_stops_the_bot_and_the_next_start_goes_on() {
    let mut commits = 0;
    let plan = move |_: &_| {
        commits += 1;
        if commits == 12 { Fate::FailAfter } else { Fate::Normal }
    };
    let store = Arc::new(MemoryStore::with_faults(plan));
    let (chat, clock) = (Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    let mut unacknowledged = Vec::new();
    for (number, line) in CONTRIBUTION.into_iter().enumerate() {
        let happened = event(&format!("line {number}"), "ada", "#general", said("#general", line));
        if bot.port.accept(happened.clone()).await.is_err() {
            unacknowledged.push(happened);
        }
        tokio::task::yield_now().await;
    }
    assert!(matches!(bot.ended().await, Err(BotError::Store(_))));

    let store = Arc::new(store.reopen());
    let bot = start(&store, &chat, &clock).await;
    for happened in unacknowledged {
        bot.port.accept(happened).await.unwrap();
    }
    bot.pending.settled().await;
    assert_eq!(chat.said_to("@ada").len(), CONTRIBUTION.len(), "nothing lost, nothing twice");
    assert_eq!(request(store.as_ref()).await.summary, "libturbine");
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn reminders_come_on_working_days_and_stop_with_the_decision() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let reminders = |who: &str| {
        let told = chat.said_to(&format!("@{who}")).into_iter();
        told.filter(|said| said.contains("still wait")).collect::<Vec<_>>()
    };
    tokio::time::sleep(DAY + MINUTE).await;
    bot.pending.settled().await;
    assert!(reminders("lea").is_empty(), "not on the first day");
    tokio::time::sleep(DAY).await;
    bot.pending.settled().await;
    assert_eq!((reminders("lea").len(), reminders("luis").len(), reminders("mia").len()), (1, 1, 1));
    assert!(reminders("ada").is_empty() && reminders("olga").is_empty(), "only those who can act");
    assert!(reminders("lea")[0].contains("CON-1"));

    let vote = EventKind::Reacted { message: chat.newest_to("@lea"), emoji: "✅".to_owned() };
    bot.event("no card", "lea", "#legal", vote).await;
    assert!(request(store.as_ref()).await.ballots.is_empty(), "a reminder is no card");
    bot.say("lea", "#legal", "approve CON-1").await;
    tokio::time::sleep(2 * DAY).await;
    bot.pending.settled().await;
    assert_eq!((reminders("lea").len(), reminders("luis").len(), reminders("mia").len()), (1, 1, 2));
    bot.say("mia", "#management", "approve CON-1").await;
    assert_eq!(request(store.as_ref()).await.status, Status::Approved);
    tokio::time::sleep(40 * DAY).await;
    bot.pending.settled().await;
    assert_eq!(reminders("mia").len(), 2);
    assert_eq!(reminders("ada").len(), 3, "of her checklist, and no more than allowed");
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn after_a_long_stop_one_reminder_comes_not_ten_and_expiry_is_no_approval() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    bot.end().await.unwrap();
    tokio::time::sleep(9 * DAY).await;
    let bot = start(&store, &chat, &clock).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    bot.pending.settled().await;
    let reminders = chat.said_to("@lea").into_iter().filter(|said| said.contains("still wait")).count();
    assert_eq!(reminders, 1);
    tokio::time::sleep(40 * DAY).await;
    bot.pending.settled().await;
    assert_eq!(request(store.as_ref()).await.status, Status::Expired);
    assert!(chat.said_to("@ada").last().unwrap().contains("has lapsed"));
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_card_is_edited_in_place() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    bot.say("lea", "#legal", "approve CON-1").await;
    let cards = |channel: &str| {
        let messages = chat.messages.lock().unwrap();
        messages.iter().filter(|seen| seen.to == channel).cloned().collect::<Vec<_>>()
    };
    assert_eq!((cards("#management").len(), cards("#management")[0].edits), (1, 1));
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_said_after_a_rejection_was_taken_back_is_no_reason_for_it() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let message = chat.newest_in("#legal");
    let emoji = "❌".to_owned();
    let put = EventKind::Reacted { message: message.clone(), emoji: emoji.clone() };
    bot.event("put", "lea", "#legal", put).await;
    assert!(chat.said_to("@lea").last().unwrap().contains("Why do you reject"));
    bot.event("taken", "lea", "#legal", EventKind::Unreacted { message, emoji, by: None }).await;
    bot.say("lea", "#legal", "may we use MIT code in our product?").await;
    let request = request(store.as_ref()).await;
    assert_eq!((request.status, choice(&request, "lea")), (Status::Open, None));
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_deleted_card_is_posted_anew_and_reactions_on_the_new_one_count() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let card = chat.newest_in("#management");
    chat.deleted.lock().unwrap().push(card.clone());
    bot.say("lea", "#legal", "approve CON-1").await;
    let anew = chat.newest_in("#management");
    assert_ne!(anew, card);
    let vote = EventKind::Reacted { message: anew, emoji: "+1".to_owned() };
    bot.event("vote", "mia", "#management", vote).await;
    assert_eq!(request(store.as_ref()).await.status, Status::Approved);
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_vote_counts_also_when_it_comes_before_the_platform_has_said_that_the_card_stands() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    let (submit, lines) = CONTRIBUTION.split_last().unwrap();
    for line in lines {
        bot.say("ada", "#general", line).await;
    }
    // In virtual time a moment passes when nothing else is left to do.
    let all_is_done = || tokio::time::sleep(Duration::from_millis(1));
    chat.silent.send_replace(true);
    bot.port.accept(event("submit", "ada", "#general", said("#general", submit))).await.unwrap();
    all_is_done().await;
    let card = chat.newest_in("#legal");
    let reacted = |emoji: &str| EventKind::Reacted { message: card.clone(), emoji: emoji.to_owned() };
    let unreacted = EventKind::Unreacted { message: card.clone(), emoji: "-1".to_owned(), by: None };
    for (id, kind) in [("no", reacted("-1")), ("not no", unreacted), ("yes", reacted("+1"))] {
        bot.port.accept(event(id, "lea", "#legal", kind)).await.unwrap();
        all_is_done().await;
    }
    assert_eq!(choice(&request(store.as_ref()).await, "lea"), None);
    chat.silent.send_replace(false);
    bot.pending.settled().await;
    assert_eq!(choice(&request(store.as_ref()).await, "lea"), Some(Choice::Approve));
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn guests_get_nothing_and_unlisted_members_may_only_ask() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    let mut guest = event("g", "ada", "#general", said("#general", "requests"));
    guest.standing = Standing::Guest;
    bot.port.accept(guest).await.unwrap();
    bot.pending.settled().await;
    assert!(chat.said_to("@ada")[0].contains("members of this workspace only"));
    bot.say("newcomer", "#general", "request-release").await;
    assert!(chat.said_to("@newcomer")[0].contains("not on my list"));
    bot.say("newcomer", "#general", "help").await;
    assert!(chat.said_to("@newcomer")[1].contains("counselor"));
    bot.end().await.unwrap();
}
