//! What happens while the bot, or somebody who decides, is away; and words that are asked for. In virtual time.

use std::sync::Arc;
use std::time::Duration;

use ospo_counselor::bot::handle::sweep;
use ospo_counselor::bot::records;
use ospo_counselor::bot::unit::read_all;
use ospo_counselor::chat::StandingReaction;
use ospo_counselor::core::event::{EventKind, MessageRef};
use ospo_counselor::core::person::{AccountId, Platform};
use ospo_counselor::request::{Choice, Request, Status};
use ospo_counselor::store::Store;
use ospo_counselor::store::memory::MemoryStore;

use crate::engine::{DAY, choice, file, request, start};
use crate::support::fake::{FakeChat, Running, TestClock, mind_with};

fn account(name: &str) -> AccountId {
    AccountId::new(Platform::Console, name)
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
    // Told late by the platform, it is the same reaction.
    let late = EventKind::Reacted { message: card.clone(), emoji: "⚠️".to_owned() };
    bot.event("late", "lea", "#legal", late).await;
    assert_eq!(times(&chat, "@lea", "What is your concern about"), 1);

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
    let before = sweep::AT_A_TIME + 1;
    for number in 0..before {
        file_tiny(&bot, &format!("before {number}")).await;
    }
    let lea = "can decide: Lea (sample legal)\"";
    let both = "can decide: Lea (sample legal), Luis (sample legal)";
    let cards = |words: &str| times(&chat, "#legal", words);
    assert_eq!((cards(both), cards(lea)), (before, 0));
    // It is Monday, November 23, in the morning.
    bot.say("luis", "#legal", "away until 2026-11-23").await;
    assert!(cards(both) > 0, "not all in one go");
    hour(&bot).await;
    assert_eq!((cards(both), cards(lea)), (0, before));
    file_tiny(&bot, "meanwhile").await;
    assert_eq!(cards(lea), before + 1);
    tokio::time::sleep(DAY).await;
    bot.pending.settled().await;
    assert_eq!((cards(both), cards(lea)), (before + 1, 0), "he is back");
    assert_eq!(chat.said_to("#legal").len(), before + 1, "edited, not posted again");
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_is_back_sooner_than_they_said_is_not_looked_for_again() {
    let (store, chat, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()), TestClock::new());
    let bot = tiny(&store, &chat, &clock).await;
    file_tiny(&bot, "one").await;
    bot.say("luis", "#legal", "away until 2026-11-26").await;
    hour(&bot).await;
    bot.say("luis", "#legal", "away off").await;
    hour(&bot).await;
    let card = || chat.find("Second").1;
    let edits = card().edits;
    assert!(edits == 2 && times(&chat, "#legal", "Luis (sample legal)") == 1, "{:#?}", card());
    tokio::time::sleep(5 * DAY).await;
    bot.pending.settled().await;
    assert_eq!(card().edits, edits);
    bot.end().await.unwrap();
}
