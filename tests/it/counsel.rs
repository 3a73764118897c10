//! Questions in chat: answered in threads, followed up, handed over to people and carried back, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use ospo_counselor::bot::records::counsel as kept;
use ospo_counselor::chat::Accepted;
use ospo_counselor::core::event::{Addressed, Audience, Event, EventKind, MessageRef, Place};
use ospo_counselor::core::message::{Button, Content};
use ospo_counselor::core::person::{ChannelId, Platform, Standing};
use ospo_counselor::store::memory::MemoryStore;
use ospo_counselor::store::{Key, Store};

use crate::support::fake::{FakeChat, Running, Seen, TestClock, event};

const ANSWERED: &str = "May we sell GPL software for money?";
const UNKNOWN: &str = "human Which copyleft license did our zeppelin subcontractor prefer?";

/// A bot among people, and what they see.
struct Town {
    store: Arc<MemoryStore>,
    chat: Arc<FakeChat>,
    bot: Running,
}

impl Town {
    async fn new() -> Self {
        let (store, chat) = (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()));
        let bot =
            Running::start(Arc::clone(&store) as Arc<dyn Store>, Arc::clone(&chat), TestClock::new()).await;
        Self { store, chat, bot }
    }

    async fn happen(&self, event: Event) -> Accepted {
        let accepted = self.bot.port.accept(event).await.unwrap();
        self.bot.pending.settled().await;
        accepted
    }

    /// Somebody says something; the message has the id of the event.
    async fn say(&self, id: &str, who: &str, at: Place, text: &str, addressed: Addressed) -> Accepted {
        let message = MessageRef { channel: at.channel.clone(), id: id.to_owned() };
        let kind = EventKind::Said { text: text.to_owned(), message, addressed, files: Vec::new() };
        self.happen(Event { place: at, ..event(id, who, "", kind) }).await
    }

    async fn mention(&self, id: &str, who: &str, channel: &str, text: &str) -> Accepted {
        self.say(id, who, channel_of(channel), text, Addressed::Mention).await
    }

    async fn talk(&self, id: &str, who: &str, at: Place, text: &str) -> Accepted {
        self.say(id, who, at, text, Addressed::Nobody).await
    }

    /// Somebody presses a button of the newest message that says something.
    async fn press(&self, id: &str, who: &str, words: &str, label: &str) {
        let (message, seen) = self.chat.find(words);
        let button = buttons(&seen.content).into_iter().find(|button| button.label.starts_with(label));
        let action = button.unwrap_or_else(|| panic!("no {label} in {seen:?}")).action;
        let audience = if message.channel.id.starts_with("dm:") { Audience::Direct } else { Audience::Channel };
        let place = Place { channel: message.channel.clone(), thread: seen.thread, audience };
        let kind = EventKind::Pressed { message, action };
        self.happen(Event { place, ..event(id, who, "", kind) }).await;
    }

    fn thread(&self, channel: &str, thread: &str) -> Vec<String> {
        self.chat.said_in_thread(channel, thread)
    }

    fn answer(&self, words: &str) -> Seen {
        self.chat.find(words).1
    }

    async fn kept(&self, under: &str) -> usize {
        self.store.scan(Key::under(under), 100).await.unwrap().len()
    }

    /// The thread of the card of a question that was handed over.
    fn card_thread(&self, ask: &str) -> Place {
        let messages = self.chat.messages.lock().unwrap();
        let is_card = |seen: &Seen| seen.to == "#ospo" && matches!(&seen.content, Content::Card(_));
        let says = |seen: &Seen| serde_json::to_string(&seen.content).unwrap().contains(ask);
        let number = messages.iter().position(|seen| is_card(seen) && says(seen)).expect("a card is there");
        thread_of("#ospo", &number.to_string())
    }
}

fn channel_of(channel: &str) -> Place {
    Place::channel(ChannelId::new(Platform::Console, channel))
}

fn thread_of(channel: &str, root: &str) -> Place {
    Place { thread: Some(root.to_owned()), ..channel_of(channel) }
}

fn direct(who: &str) -> Place {
    Place { audience: Audience::Direct, ..channel_of(&format!("dm:{who}")) }
}

fn buttons(content: &Content) -> Vec<Button> {
    match content {
        Content::Text(text) => text.buttons.clone(),
        Content::Card(card) => card.buttons.clone(),
    }
}

fn labels(seen: &Seen) -> Vec<String> {
    buttons(&seen.content).into_iter().map(|button| button.label).collect()
}

#[tokio::test(start_paused = true)]
async fn an_answer_stands_in_the_thread_of_its_question_and_a_follow_up_needs_no_mention() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", "must we publish our changes to AGPL software?").await;
    assert_eq!(town.thread("#general", "q1").len(), 1);

    let thread = thread_of("#general", "q1");
    let follow_up = "and if only our own employees use it?";
    assert_eq!(town.talk("t1", "max", thread.clone(), follow_up).await, Accepted::Ignored);
    assert_eq!(town.talk("t2", "ada", channel_of("#general"), follow_up).await, Accepted::Ignored);
    assert_eq!(town.talk("t3", "ada", thread.clone(), follow_up).await, Accepted::Kept);
    let said = town.thread("#general", "q1");
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said[1].contains("AGPL"), "in the context of the first: {}", said[1]);

    town.talk("t4", "ada", thread.clone(), "thanks, that helps a lot").await;
    town.talk("t5", "ada", thread, "approve REL-1").await;
    assert_eq!(town.thread("#general", "q1").len(), 2, "chit-chat and commands are not taken up");
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn talk_that_is_not_for_the_bot_leaves_no_trace() {
    let town = Town::new().await;
    assert_eq!(town.talk("t1", "ada", channel_of("#general"), ANSWERED).await, Accepted::Ignored);
    assert_eq!(town.talk("t2", "ada", thread_of("#general", "x"), ANSWERED).await, Accepted::Ignored);
    assert_eq!(town.kept("").await, 0);
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_edited_question_changes_its_answer_in_place() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", ANSWERED).await;
    let message = MessageRef { channel: channel_of("#general").channel, id: "q1".to_owned() };
    let text = "is using GPL software only inside our company distribution?".to_owned();
    let edited = |message, who| {
        let kind = EventKind::Edited { message, text: text.clone(), addressed: Addressed::Mention };
        Event { place: channel_of("#general"), ..event(&format!("edit by {who}"), who, "", kind) }
    };
    assert_eq!(town.happen(edited(message.clone(), "max")).await, Accepted::Ignored);
    let other = MessageRef { id: "q2".to_owned(), ..message.clone() };
    assert_eq!(town.happen(edited(other, "ada")).await, Accepted::Ignored);
    assert_eq!(town.happen(edited(message, "ada")).await, Accepted::Kept);
    let said = town.thread("#general", "q1");
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("gpl-3.0.html") || said[0].contains("GPL"), "{}", said[0]);
    assert!(!said[0].contains("sell"), "{}", said[0]);
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_question_handed_over_comes_back_with_the_answers_of_people() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", UNKNOWN).await;
    let notice = &town.thread("#general", "q1")[0];
    assert!(notice.contains("is with the OSPO now: Olga (sample OSPO)") && notice.contains("ASK-1"), "{notice}");
    let card = town.answer("A question for the OSPO");
    assert_eq!(labels(&card), ["I am on it", "Answered", "Not for us"]);

    town.press("p0", "max", "A question for the OSPO", "I am on it").await;
    assert!(town.chat.said_to("@max")[0].contains("Only people of the OSPO"));
    town.press("p1", "olga", "A question for the OSPO", "I am on it").await;
    assert!(town.thread("#general", "q1")[0].contains("has your question now"));

    let card = town.card_thread("ASK-1");
    assert_eq!(town.talk("o1", "lea", card.clone(), "I would say MPL").await, Accepted::Ignored);
    town.talk("o2", "olga", card.clone(), "They liked the MPL.\nAsk them why.").await;
    town.talk("o3", "olga", card.clone(), "It was in 1997.").await;
    let thread = town.thread("#general", "q1");
    assert_eq!(thread.len(), 3, "{thread:#?}");
    assert!(thread[1].contains("Olga (sample OSPO)") && thread[1].contains("Ask them why."), "{}", thread[1]);
    assert!(thread[2].contains("in 1997"), "{}", thread[2]);
    assert!(thread[0].contains("has answered your question"), "{}", thread[0]);

    town.talk("a1", "ada", thread_of("#general", "q1"), "Which version of it?").await;
    let below = town.thread("#ospo", card.thread.as_deref().unwrap());
    assert!(below[0].contains("Ada (sample engineer)") && below[0].contains("Which version"), "{below:#?}");
    assert_eq!(below.len(), 1);
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_said_alone_with_the_bot_is_shown_only_when_the_asker_agrees() {
    let town = Town::new().await;
    let question = "Which copyleft license did our zeppelin avionics subcontractor prefer in 1997?";
    town.say("d1", "ada", direct("ada"), question, Addressed::Direct).await;
    assert!(town.chat.said_to("#ospo").is_empty(), "nothing is shown before she says so");
    town.bot.end().await.unwrap();
}
