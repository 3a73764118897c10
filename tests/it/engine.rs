//! The engine under everything that can go wrong around it, in virtual time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ospo_counselor::bot::BotError;
use ospo_counselor::bot::handle::sweep;
use ospo_counselor::bot::records;
use ospo_counselor::bot::unit::read_all;
use ospo_counselor::chat::{Accepted, StandingReaction};
use ospo_counselor::core::event::{EventKind, MessageRef};
use ospo_counselor::core::person::{AccountId, PersonId, Platform, Standing};
use ospo_counselor::request::{Choice, Request, Status};
use ospo_counselor::store::memory::{Fate, MemoryStore};
use ospo_counselor::store::{Key, Store};

use crate::support::fake::{FakeChat, Running, TestClock, event, mind_with, said};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const CONTRIBUTION: [&str; 17] = [
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

async fn file(bot: &Running) {
    for line in CONTRIBUTION {
        bot.say("ada", "#general", line).await;
    }
}

async fn request(store: &dyn Store) -> Request {
    read_all(store, records::all_requests()).await.unwrap().remove(0).2
}

/// What a person says now in the stage of legal.
fn choice(request: &Request, name: &str) -> Option<Choice> {
    request.ballot("legal", &PersonId(name.to_owned()))?.choice
}

fn account(name: &str) -> AccountId {
    AccountId::new(Platform::Console, name)
}

async fn start(store: &Arc<MemoryStore>, chat: &Arc<FakeChat>, clock: &Arc<TestClock>) -> Running {
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
async fn reactions_that_came_or_went_while_it_was_down_count() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let card = chat.newest_in("#legal");
    bot.end().await.unwrap();

    let approval = StandingReaction { account: account("lea"), emoji: "👍".to_owned() };
    let own = StandingReaction { account: account("ada"), emoji: "👍".to_owned() };
    chat.reactions.lock().unwrap().insert(card.clone(), vec![approval, own]);
    let bot = start(&store, &chat, &clock).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    bot.pending.settled().await;
    let votes = request(store.as_ref()).await.ballots;
    assert_eq!(votes["legal"].keys().map(|person| person.0.as_str()).collect::<Vec<_>>(), ["lea"]);
    bot.end().await.unwrap();

    chat.reactions.lock().unwrap().remove(&card);
    let bot = start(&store, &chat, &clock).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    bot.pending.settled().await;
    assert_eq!(choice(&request(store.as_ref()).await, "lea"), None);
    let told = chat.said_to("@lea").len();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    bot.pending.settled().await;
    assert_eq!(chat.said_to("@lea").len(), told, "the same difference is told once");
    bot.end().await.unwrap();
}

/// Everybody's reactions that stand on a message, as the platform knows them.
fn stand(chat: &FakeChat, message: &MessageRef, reactions: &[(&str, &str)]) {
    let reaction = |(name, emoji): &(&str, &str)| StandingReaction {
        account: account(name),
        emoji: (*emoji).to_owned(),
    };
    chat.reactions.lock().unwrap().insert(message.clone(), reactions.iter().map(reaction).collect());
}

/// The bot comes up and looks at what it missed.
async fn up(store: &Arc<MemoryStore>, chat: &Arc<FakeChat>, clock: &Arc<TestClock>) -> Running {
    let bot = start(store, chat, clock).await;
    hour(&bot).await;
    bot
}

/// Time enough to look at every card several times.
async fn hour(bot: &Running) {
    tokio::time::sleep(Duration::from_secs(3600)).await;
    bot.pending.settled().await;
}

/// How often somebody was told something.
fn times(chat: &FakeChat, to: &str, words: &str) -> usize {
    chat.said_to(to).iter().filter(|said| said.contains(words)).count()
}

#[tokio::test(start_paused = true)]
async fn concerns_and_questions_that_came_while_it_was_down_are_asked_for_once() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let card = chat.newest_in("#legal");
    bot.end().await.unwrap();

    // Ada asks herself, and eve decides nothing.
    stand(&chat, &card, &[("lea", "⚠️"), ("luis", "❔"), ("ada", "⚠️"), ("sam", "🤔"), ("luis", "🎉")]);
    let bot = up(&store, &chat, &clock).await;
    assert_eq!(times(&chat, "@lea", "What is your concern about"), 1);
    assert_eq!(times(&chat, "@luis", "What do you want to know about"), 1);
    assert_eq!((times(&chat, "@ada", "concern"), times(&chat, "@sam", "CON-1")), (0, 0));

    bot.say("lea", "#legal", "The name is taken").await;
    bot.say("luis", "#legal", "Who maintains it?").await;
    let now = request(store.as_ref()).await;
    assert_eq!((now.concerns[0].text.as_str(), now.concerns[0].by.0.as_str()), ("The name is taken", "lea"));
    assert_eq!((now.questions[0].text.as_str(), now.questions.len()), ("Who maintains it?", 1));
    bot.end().await.unwrap();

    let bot = up(&store, &chat, &clock).await;
    assert_eq!(times(&chat, "@lea", "What is your concern about"), 1, "once");
    assert_eq!(times(&chat, "@luis", "What do you want to know about"), 1, "once");
    bot.end().await.unwrap();

    // Taken off, it is forgotten; put on again, it is another.
    stand(&chat, &card, &[("luis", "❔")]);
    let bot = up(&store, &chat, &clock).await;
    stand(&chat, &card, &[("luis", "❔"), ("lea", "⚠️")]);
    hour(&bot).await;
    assert_eq!(times(&chat, "@lea", "What is your concern about"), 2);
    assert_eq!(request(store.as_ref()).await.concerns.len(), 1, "what was said stays said");
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_concern_that_is_taken_off_before_it_has_words_is_no_longer_asked_for() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let (message, emoji) = (chat.newest_in("#legal"), "warning".to_owned());
    let put = EventKind::Reacted { message: message.clone(), emoji: emoji.clone() };
    bot.event("put", "lea", "#legal", put).await;
    assert_eq!(times(&chat, "@lea", "What is your concern about"), 1);
    bot.event("taken", "lea", "#legal", EventKind::Unreacted { message, emoji, by: None }).await;
    assert_eq!(times(&chat, "@lea", "There is no concern"), 1);
    bot.say("lea", "#legal", "may we use MIT code in our product?").await;
    assert!(request(store.as_ref()).await.concerns.is_empty());
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_may_not_raise_a_concern_is_told_at_once_and_not_asked_for_words() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let put = EventKind::Reacted { message: chat.newest_in("#legal"), emoji: "⚠️".to_owned() };
    bot.event("put", "ada", "#legal", put).await;
    let told = chat.said_to("@ada").pop().unwrap();
    assert!(!told.contains("What is your concern") && told.contains("does not count"), "{told}");
    bot.say("ada", "#legal", "question CON-1").await;
    assert_eq!(times(&chat, "@ada", "What do you want to know"), 0);
    bot.end().await.unwrap();
}

const TINY: &str = r#"
id = "tiny"
command = "request-tiny"
prefix = "TNY"
title = "A tiny thing"
summary = "name"
fields = [{ id = "name", label = "Name", ask = "Name?", type = "line" }]
patience = { remind_every = 5, remind_at_most = 1, expire_after = 60 }
stages = [
  { id = "first", label = "First", role = "legal" },
  { id = "second", label = "Second", role = "legal", distinct_from = ["first"] },
]
"#;

/// A bot that knows a tiny workflow.
async fn tiny(store: &Arc<MemoryStore>, chat: &Arc<FakeChat>, clock: &Arc<TestClock>) -> Running {
    let mind = Arc::new(mind_with(&[("workflows/tiny.toml", TINY)]));
    let store = Arc::clone(store) as Arc<dyn Store>;
    Running::start_with(mind, store, Arc::clone(chat), Arc::clone(clock)).await
}

async fn file_tiny(bot: &Running, name: &str) {
    for line in ["request-tiny", name, "submit"] {
        bot.say("ada", "#general", line).await;
    }
}

#[tokio::test(start_paused = true)]
async fn words_that_are_asked_for_one_after_another_are_all_given_and_what_was_under_way_goes_on() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = tiny(&store, &chat, &clock).await;
    file_tiny(&bot, "one").await;
    let one = chat.newest_in("#legal");
    file_tiny(&bot, "two").await;
    let two = chat.newest_in("#legal");
    // Lea fills in a form of her own when she gets to the cards.
    bot.say("lea", "#legal", "request-tiny").await;
    bot.end().await.unwrap();
    stand(&chat, &one, &[("lea", "⚠️")]);
    stand(&chat, &two, &[("lea", "❌")]);

    let bot = tiny(&store, &chat, &clock).await;
    hour(&bot).await;
    let asked = |words: &str| times(&chat, "@lea", words);
    assert_eq!((asked("What is your concern about"), asked("Why do you reject")), (1, 1));
    bot.say("lea", "#legal", "because").await;
    assert_eq!(asked("What is your concern about") + asked("Why do you reject"), 3, "and the other again");
    bot.say("lea", "#legal", "because").await;
    assert_eq!(asked("You are in the middle of"), 1);
    for line in ["hers", "submit"] {
        bot.say("lea", "#legal", line).await;
    }
    let requests: Vec<Request> =
        read_all(store.as_ref(), records::all_requests()).await.unwrap().into_iter().map(|r| r.2).collect();
    assert_eq!((requests[0].concerns.len(), requests[1].status), (1, Status::Rejected));
    assert_eq!((requests[2].summary.as_str(), requests[2].requester.0.as_str()), ("hers", "lea"));
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_a_reaction_could_not_do_is_said_once_and_not_at_every_look() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = tiny(&store, &chat, &clock).await;
    file_tiny(&bot, "one").await;
    let message = chat.newest_in("#legal");
    stand(&chat, &message, &[("lea", "✅")]);
    bot.event("v", "lea", "#legal", EventKind::Reacted { message, emoji: "✅".to_owned() }).await;
    assert_eq!(times(&chat, "@lea", "wants somebody else"), 1, "she counts in one of the two stages");
    hour(&bot).await;
    assert_eq!(times(&chat, "@lea", "wants somebody else"), 1);
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_reacted_for_and_against_while_it_was_down_rejects_and_taking_that_back_leaves_no_vote() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    bot.say("mia", "#management", "approve CON-1").await;
    let card = chat.newest_in("#legal");
    bot.end().await.unwrap();
    stand(&chat, &card, &[("lea", "👍"), ("lea", "❌")]);
    let bot = up(&store, &chat, &clock).await;
    let now = request(store.as_ref()).await;
    assert_eq!((now.status, choice(&now, "lea")), (Status::Open, Some(Choice::Reject)));
    assert_eq!(times(&chat, "@lea", "Why do you reject"), 1);
    bot.end().await.unwrap();
    stand(&chat, &card, &[("lea", "👍")]);
    let bot = up(&store, &chat, &clock).await;
    let now = request(store.as_ref()).await;
    assert_eq!((now.status, choice(&now, "lea")), (Status::Open, None));
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_vote_outlives_the_card_it_was_given_on() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let card = chat.newest_in("#legal");
    stand(&chat, &card, &[("lea", "👍")]);
    let vote = EventKind::Reacted { message: card.clone(), emoji: "👍".to_owned() };
    bot.event("vote", "lea", "#legal", vote).await;
    // Somebody deletes the card; with the next change it is posted anew, and nobody has reacted on that one.
    chat.deleted.lock().unwrap().push(card.clone());
    chat.reactions.lock().unwrap().remove(&card);
    bot.say("luis", "#legal", "question CON-1 Who maintains it?").await;
    assert_ne!(chat.newest_in("#legal"), card);
    hour(&bot).await;
    assert_eq!(choice(&request(store.as_ref()).await, "lea"), Some(Choice::Approve));
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
async fn a_card_names_who_can_decide_while_people_go_away_and_come_back() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = start(&store, &chat, &clock).await;
    file(&bot).await;
    let both = "can decide: Lea (sample legal), Luis (sample legal)";
    assert!(chat.said_to("#legal")[0].contains(both), "{}", chat.said_to("#legal")[0]);
    // It is Monday, November 23.
    bot.say("luis", "#legal", "away until 2026-11-24").await;
    bot.pending.settled().await;
    let card = chat.said_to("#legal")[0].clone();
    assert!(card.contains("can decide: Lea (sample legal)") && !card.contains(both), "{card}");
    tokio::time::sleep(2 * DAY).await;
    bot.pending.settled().await;
    assert!(chat.said_to("#legal")[0].contains(both), "he is back: {}", chat.said_to("#legal")[0]);
    bot.say("lea", "#legal", "delegate to sam until 2026-11-30").await;
    bot.pending.settled().await;
    assert!(chat.said_to("#legal")[0].contains("Sam (sample security)"), "{}", chat.said_to("#legal")[0]);
    assert_eq!(chat.said_to("#legal").len(), 1, "the card is edited, not posted again");
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn every_card_is_redrawn_when_somebody_comes_back_also_those_filed_meanwhile() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = tiny(&store, &chat, &clock).await;
    let before = 2 * sweep::AT_A_TIME + 1;
    for number in 0..before {
        file_tiny(&bot, &format!("before {number}")).await;
    }
    let (lea, both) =
        ("can decide: Lea (sample legal)\"", "can decide: Lea (sample legal), Luis (sample legal)");
    let cards = |words: &str| times(&chat, "#legal", words);
    assert_eq!((cards(both), cards(lea)), (before, 0));
    bot.say("luis", "#legal", "away until 2026-11-24").await;
    assert!(cards(both) > 0, "not all in one go");
    hour(&bot).await;
    assert_eq!((cards(both), cards(lea)), (0, before));
    file_tiny(&bot, "meanwhile").await;
    assert_eq!(cards(lea), before + 1);
    tokio::time::sleep(2 * DAY).await;
    hour(&bot).await;
    assert_eq!((cards(both), cards(lea)), (before + 1, 0), "he is back");
    assert_eq!(chat.said_to("#legal").len(), before + 1, "edited, not posted again");

    // Who is back sooner than they said is not looked for again.
    bot.say("luis", "#legal", "away until 2026-12-24").await;
    bot.say("luis", "#legal", "away off").await;
    hour(&bot).await;
    let edits = || chat.messages.lock().unwrap().iter().map(|seen| seen.edits).sum::<usize>();
    let then = edits();
    tokio::time::sleep(40 * DAY).await;
    bot.pending.settled().await;
    assert_eq!((cards(both), edits()), (before + 1, then));
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
