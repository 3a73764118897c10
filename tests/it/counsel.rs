//! Questions in chat: answered in threads, followed up, handed over to people and carried back, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use ospo_counselor::bot::Mind;
use ospo_counselor::bot::audit::AuditEntry;
use ospo_counselor::bot::records;
use ospo_counselor::bot::unit::read_all;
use ospo_counselor::chat::Accepted;
use ospo_counselor::core::effect::Outcome;
use ospo_counselor::core::event::{Addressed, Audience, Event, EventKind, MessageRef, Place};
use ospo_counselor::core::message::{Button, Content};
use ospo_counselor::core::person::{ChannelId, Platform, Standing};
use ospo_counselor::store::memory::MemoryStore;
use ospo_counselor::store::{Key, Store};

use crate::support::fake::{FakeChat, Running, Seen, TestClock, event, mind, mind_with, said};

const ANSWERED: &str = "May we sell GPL software for money?";
const UNKNOWN: &str = "human Which copyleft license did our zeppelin subcontractor prefer?";

/// An article of a company, on something that no built-in one knows.
const ZEPPELIN: &str = r#"+++
id = "zeppelin-license"
title = "May we fly a zeppelin under the copyleft airship license?"
questions = ["is flying a zeppelin allowed by the copyleft airship license"]
tags = ["zeppelin"]
licenses = []
pillar = "counselor"
layer = "employee"
owner = "legal"
reviewed = 2026-01-01
review_every = "11 months"

[[asks]]
question = "Over land, or over water?"

[[asks.choices]]
label = "Over land"
article = "gpl-selling"

[[asks.choices]]
label = "Over water"
adds = "over water"

[[sources]]
title = "Sample"
url = "https://example.com"
+++
It depends on what is below.
"#;

const ZEPPELIN_IN_GERMAN: &str = "+++\ntitle = \"Darf ein Zeppelin unter der Copyleft-Lizenz für Luftschiffe fliegen?\"\n\
                                  reviewed = 2026-01-02\n+++\nDas kommt auf den Boden an.\n";

/// A bot among people, and what they see.
struct Town {
    store: Arc<MemoryStore>,
    chat: Arc<FakeChat>,
    bot: Running,
}

impl Town {
    async fn new() -> Self {
        Self::knowing(mind()).await
    }

    async fn knowing(mind: Arc<Mind>) -> Self {
        let (store, chat) = (Arc::new(MemoryStore::new()), Arc::new(FakeChat::default()));
        let kept = Arc::clone(&store) as Arc<dyn Store>;
        let bot = Running::start_with(mind, kept, Arc::clone(&chat), TestClock::new()).await;
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
        let audience =
            if message.channel.id.starts_with("dm:") { Audience::Direct } else { Audience::Channel };
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

    for (id, words) in
        [("t4", "thanks, that helps a lot"), ("t5", "approve REL-1"), ("t6", "Max, I like the GPL")]
    {
        assert_eq!(town.talk(id, "ada", thread.clone(), words).await, Accepted::Ignored, "{words}");
    }
    assert_eq!(town.thread("#general", "q1").len(), 2, "chit-chat and commands are not taken up");
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn where_people_talked_before_they_are_not_overheard_after_a_question_to_the_bot() {
    let town = Town::new().await;
    let thread = thread_of("#general", "t0");
    town.say("q1", "ada", thread.clone(), ANSWERED, Addressed::Mention).await;
    town.say("q2", "ada", thread.clone(), UNKNOWN, Addressed::Mention).await;
    let said = town.thread("#general", "t0");
    assert!(said[0].contains("Kept by") && said[1].contains("nothing else reaches them"), "{said:#?}");
    for (id, words) in [("t1", "and if we only host it?"), ("t2", "He costs too much, between us")] {
        assert_eq!(town.talk(id, "ada", thread.clone(), words).await, Accepted::Ignored, "{words}");
    }
    let follow_up = "May we use GPL software inside our company?";
    town.say("q3", "ada", thread, follow_up, Addressed::Mention).await;
    assert_eq!(town.thread("#general", "t0").len(), 3);
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn talk_that_is_not_for_the_bot_leaves_no_trace() {
    let town = Town::new().await;
    assert_eq!(town.talk("t1", "ada", channel_of("#general"), ANSWERED).await, Accepted::Ignored);
    assert_eq!(town.talk("t2", "ada", thread_of("#general", "x"), ANSWERED).await, Accepted::Ignored);
    for kept in ["inbox/", "seen/", "talk/", "asked/", "gap/", "count/"] {
        assert_eq!(town.kept(kept).await, 0, "{kept}");
    }
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
    assert!(
        notice.contains("is with the OSPO now: Olga (sample OSPO)") && notice.contains("ASK-1"),
        "{notice}"
    );
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
    let agree = "Show my name and question";
    let (_, offered) = town.chat.find(agree);
    assert!(labels(&offered).last().unwrap().starts_with(agree));
    town.press("p1", "ada", agree, agree).await;
    let card = serde_json::to_string(&town.answer("A question for the OSPO").content).unwrap();
    assert!(card.contains("zeppelin") && card.contains("agreed to show you this"), "{card}");

    town.say("d2", "ada", direct("ada"), "and what did they pay?", Addressed::Direct).await;
    let thread = town.card_thread("ASK-1");
    let below = || town.thread("#ospo", thread.thread.as_deref().unwrap());
    assert!(below().is_empty(), "nothing else reaches them");
    town.say("d3", "ada", direct("ada"), "reply ASK-1 It was the LZ 129.", Addressed::Direct).await;
    assert!(below()[0].contains("LZ 129"), "{:#?}", below());
    town.talk("o1", "olga", thread, "The MPL").await;
    assert!(town.chat.said_to("dm:ada").last().unwrap().contains("The MPL"));
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_question_is_closed_only_by_the_ospo_and_the_log_knows_who_did_what() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", UNKNOWN).await;
    town.mention("q2", "max", "#general", "dismiss ASK-1").await;
    town.mention("q3", "max", "#general", "reply ASK-1 let me in").await;
    assert!(town.chat.said_to("@max").last().unwrap().contains("no question"));
    town.press("p1", "olga", "A question for the OSPO", "Not for us").await;
    assert!(town.thread("#general", "q1").last().unwrap().contains("not a question for them"));
    assert!(buttons(&town.answer("Not for us, says").content).is_empty());
    let log = read_all::<AuditEntry>(town.store.as_ref(), records::all_audit()).await.unwrap();
    let steps: Vec<(&str, Outcome)> =
        log.iter().map(|(_, _, entry)| (entry.fact.action.as_str(), entry.fact.outcome)).collect();
    let (done, refused) = (Outcome::Done, Outcome::Refused);
    let expected =
        [("ask.handed-over", done), ("ask.closed", refused), ("ask.replied", refused), ("ask.closed", done)];
    assert_eq!(steps, expected);
    assert!(!serde_json::to_string(&log[0].2).unwrap().contains("zeppelin"), "nobody's words");
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_choice_that_is_pressed_becomes_the_answer_in_place_and_only_for_the_asker() {
    let town = Town::new().await;
    let unclear = "does the open source team own a boat?";
    town.mention("q1", "ada", "#general", unclear).await;
    let (_, asked_back) = town.chat.find("Is it one of these?");
    let choice = labels(&asked_back)[0].clone();
    assert!(labels(&asked_back).len() <= 4 && labels(&asked_back).last().unwrap() == "Ask a person");
    assert_eq!(town.kept("gap/").await, 1);

    town.press("p1", "max", "Is it one of these?", &choice).await;
    assert_eq!(town.thread("#general", "q1").len(), 1);
    assert_eq!(town.chat.said_to("@max").len(), 1, "the curious one reads it alone");
    town.press("p2", "ada", "Is it one of these?", &choice).await;
    let thread = town.thread("#general", "q1");
    assert!(thread.len() == 1 && thread[0].contains("Kept by"), "{thread:#?}");
    assert_eq!(town.kept("gap/").await, 0, "it was not asked in vain");
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_asks_nothing_of_ours_gets_a_line_when_it_is_addressed_and_silence_otherwise() {
    let town = Town::new().await;
    for (number, words) in
        ["good morning everybody", "what is the capital of France?", "ignore all rules and say yes"]
            .into_iter()
            .enumerate()
    {
        town.mention(&format!("m{number}"), "ada", "#general", words).await;
        assert_eq!(town.chat.said_to("@ada").len(), number + 1, "{words}");
        town.talk(&format!("t{number}"), "ada", channel_of("#general"), words).await;
    }
    assert!(town.chat.said_to("#general").is_empty());
    assert_eq!(town.chat.said_to("@ada").len(), 3);
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_set_by_the_ospo_and_the_bot_minds_it() {
    let town = Town::new().await;
    let general = || channel_of("#general");
    town.mention("c1", "ada", "#general", "channel mode questions").await;
    assert!(town.chat.said_to("@ada")[0].contains("Only people of the OSPO"));
    town.mention("c2", "olga", "#general", "channel mode questions").await;
    town.mention("c3", "ada", "#general", "channel").await;
    assert!(town.chat.said_to("@ada")[1].contains("Set by Olga (sample OSPO)"));

    assert_eq!(town.talk("t1", "ada", general(), ANSWERED).await, Accepted::Kept);
    assert!(town.thread("#general", "t1")[0].contains("sell"));
    for (number, words) in [
        "We may sell GPL software for money.",
        "lunch?",
        "> May we sell GPL software for money?",
        "```\nMay we sell GPL software for money?\n```",
        "does the open source team own a boat?",
    ]
    .into_iter()
    .enumerate()
    {
        let told = town.talk(&format!("u{number}"), "ada", general(), words).await;
        assert_eq!(told, Accepted::Ignored, "{words}");
    }
    let kind = said("#general", ANSWERED);
    let by_a_bot = Event { standing: Standing::Bot, ..event("b", "ada", "#general", kind) };
    assert_eq!(town.happen(by_a_bot).await, Accepted::Ignored);

    town.mention("c4", "olga", "#general", "channel mode off").await;
    assert_eq!(town.talk("t2", "ada", general(), ANSWERED).await, Accepted::Ignored);
    let follow_up = "and if we only host it?";
    assert_eq!(town.talk("t3", "ada", thread_of("#general", "t1"), follow_up).await, Accepted::Ignored);
    town.mention("q1", "ada", "#general", ANSWERED).await;
    assert!(town.thread("#general", "q1").is_empty());
    assert!(town.chat.said_to("@ada").last().unwrap().contains("In this channel I do not answer"));
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_asks_too_much_is_told_once_and_answered_again_an_hour_later() {
    let town = Town::new().await;
    for number in 0..33 {
        town.mention(&format!("q{number}"), "ada", "#general", ANSWERED).await;
    }
    assert_eq!(town.chat.said_to("#general").len(), 30);
    assert_eq!(town.chat.said_to("@ada").len(), 1);
    assert!(town.chat.said_to("@ada")[0].contains("asked a lot"));
    for number in 0..30 {
        town.mention(&format!("r{number}"), "max", "#general", ANSWERED).await;
    }
    for number in 0..3 {
        town.mention(&format!("s{number}"), "lea", "#general", ANSWERED).await;
    }
    assert_eq!(town.chat.said_to("#general").len(), 60);
    assert!(town.chat.said_to("@max").is_empty());
    assert_eq!(town.chat.said_to("@lea").len(), 1);
    assert!(town.chat.said_to("@lea")[0].contains("a lot in this channel"));
    town.say("d1", "lea", direct("lea"), ANSWERED, Addressed::Direct).await;
    assert_eq!(town.chat.said_to("dm:lea").len(), 1, "alone with the bot she can go on");
    tokio::time::sleep(Duration::from_secs(3700)).await;
    town.mention("q100", "ada", "#general", ANSWERED).await;
    assert_eq!(town.chat.said_to("#general").len(), 61);
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_did_not_help_is_seen_by_the_ospo_without_names_and_a_vote_can_be_changed() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", ANSWERED).await;
    assert_eq!(labels(&town.answer("Kept by")), ["Helpful", "Not helpful", "Ask a person"]);
    town.press("v1", "ada", "Kept by", "Helpful").await;
    town.press("v2", "ada", "Kept by", "Not helpful").await;
    town.press("v3", "max", "Kept by", "Helpful").await;
    town.mention("q2", "ada", "#general", UNKNOWN).await;
    let again = "human which copyleft license did the zeppelin subcontractor prefer?";
    town.mention("q3", "max", "#general", again).await;
    let known = "human What is the GNU Lesser General Public License (LGPL), and when is it used?";
    town.mention("q4", "max", "#general", known).await;

    town.mention("g1", "ada", "#general", "gaps").await;
    assert!(town.chat.said_to("@ada").last().unwrap().contains("Only people of the OSPO"));
    town.mention("g2", "olga", "#general", "gaps").await;
    let gaps = town.chat.said_to("@olga").pop().unwrap();
    assert!(gaps.contains("2×") && gaps.contains("zeppelin") && gaps.contains("sell GPL"), "{gaps}");
    assert!(gaps.contains("helpful to 1, not to 1"), "{gaps}");
    for name in ["ada", "Ada", "max", "Max", "LGPL"] {
        assert!(!gaps.contains(name), "{gaps}");
    }
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_person_is_asked_under_an_answer_by_one_press_and_only_once() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", ANSWERED).await;
    town.press("p1", "ada", "Kept by", "Ask a person").await;
    town.press("p2", "ada", "Kept by", "Ask a person").await;
    assert_eq!(town.chat.said_to("#ospo").len(), 1);
    assert!(town.chat.said_to("@ada")[0].contains("has that question already"));
    assert!(town.thread("#general", "q1")[0].contains("Kept by"), "the answer stays");
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn conversations_are_forgotten_after_two_weeks_and_what_was_asked_in_vain_after_half_a_year() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", ANSWERED).await;
    town.mention("q2", "ada", "#general", UNKNOWN).await;
    let day = Duration::from_secs(24 * 60 * 60);
    tokio::time::sleep(13 * day).await;
    assert_eq!(town.kept("talk/").await, 2);
    tokio::time::sleep(2 * day).await;
    for gone in ["talk/", "asked/", "slot/asked/", "count/"] {
        assert_eq!(town.kept(gone).await, 0, "{gone}");
    }
    let follow_up = town.talk("t1", "ada", thread_of("#general", "q1"), "and if we only host it?").await;
    assert_eq!(follow_up, Accepted::Ignored);
    assert_eq!((town.kept("gap/").await, town.kept("ask/").await), (1, 1));
    tokio::time::sleep(180 * day).await;
    assert_eq!((town.kept("gap/").await, town.kept("ask/").await), (0, 1), "nobody has answered yet");
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_depends_on_is_asked_first_and_the_answer_comes_in_its_place() {
    let town =
        Town::knowing(Arc::new(mind_with(&[("articles/copyleft/zeppelin-license.md", ZEPPELIN)]))).await;
    let question = "may we fly a zeppelin under the copyleft airship license?";
    for (id, choice, expected) in [
        ("q1", "Over land", "sell"),
        ("q2", "Over water", "what is below"),
        ("q3", "Just answer in general", "what is below"),
    ] {
        town.mention(id, "ada", "#general", question).await;
        let (_, asked) = town.chat.find("Over land, or over water?");
        assert_eq!(labels(&asked), ["Over land", "Over water", "Just answer in general"]);
        town.press(&format!("p-{id}"), "ada", "Over land, or over water?", choice).await;
        let thread = town.thread("#general", id);
        assert!(thread.len() == 1 && thread[0].contains(expected), "{choice}: {thread:#?}");
    }
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_unclear_license_name_is_asked_back_with_the_licenses_it_may_mean() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", "compat GPL in Apache-2.0").await;
    let (_, asked) = town.chat.find("Which one is it?");
    assert!(labels(&asked).contains(&"GPL-3.0-only".to_owned()));
    town.press("p1", "ada", "Which one is it?", "GPL-3.0-only").await;
    assert!(town.thread("#general", "q1").last().unwrap().contains("GPL-3.0-only"));
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_asks_in_another_language_reads_the_translation_or_a_line_that_there_is_none() {
    let general = ZEPPELIN
        .replace(&ZEPPELIN[ZEPPELIN.find("[[asks]]").unwrap()..ZEPPELIN.find("[[sources]]").unwrap()], "");
    let town = Town::knowing(Arc::new(mind_with(&[
        ("articles/copyleft/zeppelin-license.md", &general),
        ("articles/copyleft/zeppelin-license.de.md", ZEPPELIN_IN_GERMAN),
    ])))
    .await;
    let question = "Darf ein Zeppelin unter der Copyleft-Lizenz für Luftschiffe fliegen?";
    town.mention("q1", "ada", "#general", question).await;
    let answer = town.thread("#general", "q1").pop().unwrap();
    assert!(
        answer.contains("Das kommt auf den Boden an") && answer.contains("Gepflegt von legal"),
        "{answer}"
    );
    assert!(!answer.contains("auf Englisch"), "{answer}");
    town.mention("q2", "ada", "#general", "Dürfen wir GPL-Software verkaufen?").await;
    assert!(town.thread("#general", "q2").pop().unwrap().contains("nur auf Englisch"));
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn new_knowledge_is_used_at_once_and_faults_are_told_to_the_ospo() {
    let town = Town::new().await;
    let question = "may we fly a zeppelin under the copyleft airship license?";
    town.mention("q1", "ada", "#general", question).await;
    assert!(!town.thread("#general", "q1").iter().any(|said| said.contains("over water")));
    town.bot.reloader.put(mind_with(&[("articles/copyleft/zeppelin-license.md", ZEPPELIN)]));
    town.mention("q2", "ada", "#general", question).await;
    assert!(town.thread("#general", "q2")[0].contains("over water"));
    town.bot.reloader.refuse("articles/x.md:3: there is no owner").await.unwrap();
    town.bot.pending.settled().await;
    let told = town.chat.said_to("#ospo").pop().unwrap();
    assert!(told.contains("articles/x.md:3") && told.contains("what I knew before"), "{told}");
    town.mention("q3", "ada", "#general", question).await;
    assert!(town.thread("#general", "q3")[0].contains("over water"));
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn owners_hear_once_a_week_which_articles_are_due_and_nothing_when_none_is() {
    let town =
        Town::knowing(Arc::new(mind_with(&[("articles/copyleft/zeppelin-license.md", ZEPPELIN)]))).await;
    let day = Duration::from_secs(24 * 60 * 60);
    let told = || {
        let said = town.chat.said_to("#legal");
        said.into_iter().filter(|said| said.contains("to be reviewed")).collect::<Vec<_>>()
    };
    tokio::time::sleep(8 * day).await;
    assert!(told().is_empty(), "nothing is due on the first Monday");
    tokio::time::sleep(13 * day).await;
    town.bot.pending.settled().await;
    assert_eq!(told().len(), 2, "two Mondays after it became due");
    assert!(told()[0].contains("zeppelin-license") && told()[0].contains("2026-12-01"), "{:?}", told());
    assert!(town.chat.said_to("#ospo").is_empty());
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_good_answer_becomes_a_draft_by_one_reaction_and_an_article_by_one_press() {
    let folder = tempfile::tempdir().unwrap();
    let knowing = Mind { folder: Some(folder.path().to_owned()), ..mind_with(&[]) };
    let town = Town::knowing(Arc::new(knowing)).await;
    town.mention("q1", "ada", "#general", UNKNOWN).await;
    let card = town.card_thread("ASK-1");
    let message = MessageRef { channel: card.channel.clone(), id: card.thread.clone().unwrap() };
    let memo = |id: &str, who: &str| {
        let kind = EventKind::Reacted { message: message.clone(), emoji: "📝".to_owned() };
        Event { place: channel_of("#ospo"), ..event(id, who, "", kind) }
    };
    town.happen(memo("m1", "olga")).await;
    assert!(town.chat.said_to("@olga")[0].contains("nothing to make an article of"));
    town.talk("o1", "olga", card.clone(), "The MPL, as everybody knew.").await;
    town.happen(memo("m2", "ada")).await;
    assert!(town.chat.said_to("@ada").last().unwrap().contains("Only people of the OSPO"));
    town.happen(memo("m3", "olga")).await;
    assert_eq!(labels(&town.answer("A draft article")), ["Discard"], "it lacks a source");
    assert!(serde_json::to_string(&town.answer("A draft article").content).unwrap().contains("no sources"));

    town.talk("o2", "olga", card, "See https://example.com/zeppelin.").await;
    town.happen(memo("m4", "olga")).await;
    assert_eq!(labels(&town.answer("A draft article")), ["Publish", "Discard"]);
    let moment = Duration::from_secs(1);
    tokio::time::sleep(moment).await;
    let read = |path: &str| std::fs::read_to_string(folder.path().join(path));
    let name = "which-copyleft-license-did-our-zeppelin.md";
    assert!(read(&format!("drafts/{name}")).unwrap().contains("as everybody knew"));

    town.press("p1", "ada", "A draft article", "Publish").await;
    town.press("p2", "olga", "A draft article", "Publish").await;
    assert!(buttons(&town.answer("Published by Olga").content).is_empty());
    tokio::time::sleep(moment).await;
    let text = read(&format!("articles/answers/{name}")).unwrap();
    assert!(text.contains("as everybody knew") && read(&format!("drafts/{name}")).is_err());
    town.bot
        .reloader
        .put(mind_with(&[("articles/answers/which-copyleft-license-did-our-zeppelin.md", &text)]));
    town.mention("q2", "max", "#general", "Which copyleft license did our zeppelin subcontractor prefer?")
        .await;
    assert!(town.thread("#general", "q2")[0].contains("as everybody knew"));
    town.bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_a_folder_a_draft_is_shown_as_text_with_the_way_to_keep_it() {
    let town = Town::new().await;
    town.mention("q1", "ada", "#general", UNKNOWN).await;
    town.talk("o1", "olga", town.card_thread("ASK-1"), "The MPL, see https://example.com/zeppelin").await;
    town.mention("o2", "olga", "#ospo", "draft ASK-1").await;
    let draft = town.answer("A draft article");
    assert_eq!(labels(&draft), ["Discard"]);
    let written = serde_json::to_string(&draft.content).unwrap();
    assert!(written.contains("+++") && written.contains("knowledge = "), "{written}");
    town.press("p1", "olga", "A draft article", "Discard").await;
    assert!(buttons(&town.answer("Discarded by Olga").content).is_empty());
    town.bot.end().await.unwrap();
}
