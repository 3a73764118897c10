//! Stories of the whole console: a person, a script, and a bot that answers deterministically.

use std::collections::{BTreeSet, VecDeque};
use std::io::Cursor as Reader;
use std::path::Path;
use std::sync::{Arc, Mutex, Weak};

use async_trait::async_trait;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::chat::{Accepted, DeliveryAction, Note, Tried};
use crate::core::effect::Destination;
use crate::core::event::Audience;
use crate::core::event::{Addressed, Event, EventId, EventKind, Place};
use crate::core::message::{Block, Button, Card, Content, Span, Text, Tone};
use crate::core::person::{AccountId, ChannelId, Standing};

/// A bot that keeps what it took (as a store would), and answers every event in one way only.
#[derive(Default)]
struct Bot {
    taken: Mutex<Vec<Event>>,
    known: Mutex<BTreeSet<EventId>>,
    outbox: Mutex<VecDeque<Delivery>>,
    /// What it does at each attempt to hand an event in, first things first.
    moods: Mutex<VecDeque<AcceptError>>,
    console: Mutex<Weak<ConsoleAdapter>>,
}

impl Bot {
    fn take(&self, event: Event) -> Accepted {
        if !self.known.lock().unwrap().insert(event.id.clone()) {
            return Accepted::Known;
        }
        self.outbox.lock().unwrap().extend(answers(&event));
        self.taken.lock().unwrap().push(event);
        Accepted::Kept
    }

    /// A bot that was killed after it took the first `count` events of another, with nothing noted as delivered.
    fn restarted(&self, count: usize) -> Arc<Self> {
        let bot = Self::default();
        for event in self.taken.lock().unwrap().iter().take(count) {
            bot.take(event.clone());
        }
        Arc::new(bot)
    }

    fn heard(&self) -> Vec<(String, Addressed)> {
        self.taken
            .lock()
            .unwrap()
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::Said { text, addressed, .. } => Some((text.clone(), *addressed)),
                _ => None,
            })
            .collect()
    }
}

#[async_trait]
impl EventPort for Bot {
    async fn accept(&self, event: Event) -> Result<Accepted, AcceptError> {
        match self.moods.lock().unwrap().pop_front() {
            Some(error) => Err(error),
            None => Ok(self.take(event)),
        }
    }

    async fn remember(&self, _: Platform, _: Vec<Note>) -> Result<(), AcceptError> {
        Ok(())
    }

    async fn recall(&self, _: Platform, _: &str) -> Result<Vec<(String, String)>, AcceptError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Settle for Bot {
    async fn settled(&self) {
        let console = self.console.lock().unwrap().upgrade().unwrap();
        loop {
            let Some(delivery) = self.outbox.lock().unwrap().pop_front() else { return };
            console.deliver(&delivery).await.unwrap();
        }
    }
}

fn channel(id: &str) -> ChannelId {
    ChannelId::new(Platform::Console, id)
}

fn account(id: &str) -> AccountId {
    AccountId::new(Platform::Console, id)
}

fn card(tone: Tone) -> Content {
    Card {
        title: vec![Span::text("REL-1 · Release frobnicate")],
        tone,
        blocks: vec![Block::line("Two stages.")],
        buttons: vec![Button::new("Approve", "approve REL-1"), Button::new("Reject", "reject REL-1")],
        reactions: vec!["white_check_mark".to_owned(), "x".to_owned()],
        footer: Vec::new(),
    }
    .into()
}

/// What the bot does: answers talk, opens a card for `release`, changes it on a reaction, whispers on a press.
fn answers(event: &Event) -> Vec<Delivery> {
    let id = |part: &str| format!("{}/{part}", event.id);
    let post = |part: &str, to, content| Delivery {
        id: id(part),
        tried: Tried::Never,
        action: DeliveryAction::Post { to, content },
    };
    let in_channel = |name: &str| Destination::Place { place: Place::channel(channel(name)) };
    let near = event.place.clone();
    match &event.kind {
        EventKind::Said { addressed: Addressed::Nobody, .. } => Vec::new(),
        EventKind::Said { text, .. } if text == "release" => vec![
            post("told", Destination::Place { place: near }, Text::line("I opened REL-1.").into()),
            post("card", in_channel("#legal"), card(Tone::Waiting)),
        ],
        EventKind::Said { text, .. } => {
            vec![post(
                "echo",
                Destination::Place { place: near },
                Text::line(format!("You said: {text}")).into(),
            )]
        }
        EventKind::Reacted { message, .. } => vec![
            Delivery {
                id: id("edit"),
                tried: Tried::Never,
                action: DeliveryAction::Edit { message: message.clone(), content: card(Tone::Good) },
            },
            post("told", Destination::Direct { account: account("ada") }, Text::line("Approved.").into()),
        ],
        EventKind::Unreacted { message, .. } => vec![Delivery {
            id: id("edit"),
            tried: Tried::Never,
            action: DeliveryAction::Edit { message: message.clone(), content: card(Tone::Waiting) },
        }],
        EventKind::Edited { .. } | EventKind::Filled { .. } => Vec::new(),
        EventKind::Pressed { action, .. } => {
            let to = Destination::Private { account: event.account.clone(), near };
            vec![post("told", to, Text::line(format!("You pressed {action}.")).into())]
        }
    }
}

fn config() -> ConsoleConfig {
    let person = |id: &str, name: &str, standing| ConsolePerson {
        account: account(id),
        name: name.to_owned(),
        standing,
    };
    ConsoleConfig {
        people: vec![
            person("ada", "Ada", Standing::Member),
            person("lea", "Lea", Standing::Member),
            person("gus", "Gus", Standing::Guest),
        ],
        channels: vec!["#general".to_owned(), "#legal".to_owned()],
        start_as: account("ada"),
        start_in: "#general".to_owned(),
        command_words: vec!["release".to_owned(), "approve".to_owned()],
        on_fault: OnFault::GoOn,
    }
}

/// What is shown, to be looked at afterwards.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn open(dir: &Path, config: ConsoleConfig, script: &str, bot: &Arc<Bot>) -> (Arc<ConsoleAdapter>, Paper) {
    let paper = Paper::default();
    let mode = ConsoleMode::Script(Box::new(Reader::new(script.to_owned())));
    let output = Box::new(paper.clone());
    let console = ConsoleAdapter::open_on(dir, config, mode, bot.clone(), output, Look::Plain).unwrap();
    *bot.console.lock().unwrap() = Arc::downgrade(&console);
    (console, paper)
}

/// Plays a script to its end; returns what was shown.
async fn play(dir: &Path, script: &str, bot: &Arc<Bot>) -> String {
    let (console, paper) = open(dir, config(), script, bot);
    console.run(bot.clone(), CancellationToken::new()).await.unwrap();
    paper.text()
}

/// Plays a script in a new world.
async fn played(script: &str) -> String {
    play(TempDir::new().unwrap().path(), script, &Arc::new(Bot::default())).await
}

const STORY: &str = "\
# A release, from end to end.
can we ship it?
!ospo release

/as lea
/in #legal
/react REL-1 approve
/unreact REL-1 approve
/react REL-1 ✅
/press REL-1 reject
/as nobody
/thread REL-1
why now?
/thread off
/say lunch?
/as ada
/in dm
thanks
";

fn journal(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("console.jsonl")).unwrap()
}

fn transcript(dir: &Path) -> String {
    ConsoleWorld::read(dir).unwrap().transcript()
}

#[tokio::test]
async fn a_script_reads_as_a_conversation() {
    insta::assert_snapshot!(played(STORY).await);
}

#[tokio::test]
async fn what_people_see_is_written_down_by_channel() {
    let dir = TempDir::new().unwrap();
    play(dir.path(), STORY, &Arc::new(Bot::default())).await;
    insta::assert_snapshot!(transcript(dir.path()));
}

#[tokio::test]
async fn a_script_killed_after_any_entry_goes_on_as_if_nothing_had_happened() {
    let whole = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    play(whole.path(), STORY, &bot).await;
    let (expected, lines) = (transcript(whole.path()), journal(whole.path()));
    let lines: Vec<&str> = lines.split_inclusive('\n').collect();
    assert!(lines.len() > 30, "the story should have many moments to be killed at");
    for cut in 0..lines.len() {
        let kept = lines[..cut].concat();
        let acknowledged = kept.matches(r#""entry":"acknowledged""#).count();
        let happened = ["said", "reacted", "unreacted", "pressed"]
            .iter()
            .map(|kind| kept.matches(&format!(r#"{{"entry":"{kind}""#)).count())
            .sum();
        // The bot was killed before, or after it took the event that was not acknowledged.
        for taken in BTreeSet::from([acknowledged, happened]) {
            let dir = TempDir::new().unwrap();
            std::fs::write(dir.path().join("console.jsonl"), &kept).unwrap();
            let bot = bot.restarted(taken);
            play(dir.path(), STORY, &bot).await;
            assert_eq!(transcript(dir.path()), expected, "killed after {cut} entries, {taken} taken");
            assert_eq!(journal(dir.path()).lines().count(), lines.len(), "killed after {cut} entries");
        }
    }
}

#[tokio::test]
async fn a_script_that_has_ended_has_nothing_left_to_do_and_another_may_follow() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    play(dir.path(), "hello\nagain\n", &bot).await;
    let before = journal(dir.path());
    let shown = play(dir.path(), "hello\nagain\n", &bot.restarted(2)).await;
    assert_eq!((shown.as_str(), journal(dir.path())), ("(lines 1 to 2 were done before)\n", before));

    let shown = play(dir.path(), "hello\nagain\nand again\n", &bot.restarted(2)).await;
    assert!(shown.contains("You said: and again") && !shown.contains("You said: hello"), "{shown}");

    let shown = play(dir.path(), "hello\nsomething else\n", &bot.restarted(3)).await;
    assert!(shown.contains("You said: hello") && shown.contains("You said: something else"), "{shown}");
}

#[tokio::test]
async fn a_script_that_is_not_the_interrupted_one_is_refused() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    play(dir.path(), "hello\nagain\n", &bot).await;
    let cut = journal(dir.path()).replace(r#""entry":"script_ended""#, r#""entry":"consumed""#);
    std::fs::write(dir.path().join("console.jsonl"), cut).unwrap();
    let (console, _) = open(dir.path(), config(), "hello\nsomething else\n", &bot);
    let error = console.run(bot.clone(), CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("console: line 2 is not that of the script"), "{error}");
}

#[tokio::test]
async fn a_line_that_fails_is_named_and_the_config_says_whether_the_script_goes_on() {
    let script = "/as leaa\nhello\n";
    let shown = played(script).await;
    assert!(shown.contains("Nobody here is called `leaa`. Did you mean `lea`?"), "{shown}");
    assert!(shown.contains("You said: hello"), "{shown}");

    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    let strict = ConsoleConfig { on_fault: OnFault::Stop, ..config() };
    for _ in 0..2 {
        let (console, _) = open(dir.path(), strict.clone(), script, &bot);
        let error = console.run(bot.clone(), CancellationToken::new()).await.unwrap_err();
        assert_eq!(error.to_string(), "console: line 1: Nobody here is called `leaa`. Did you mean `lea`?");
    }
    assert!(bot.heard().is_empty());
}

#[tokio::test]
async fn what_was_not_taken_before_a_crash_is_handed_in_again_in_order() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    {
        let (console, _) = open(dir.path(), config(), "", &bot);
        for line in ["one", "two", "three"] {
            console.desk().perform(line, None).unwrap();
        }
    }
    play(dir.path(), "four\n", &bot).await;
    let words: Vec<String> = bot.heard().into_iter().map(|(text, _)| text).collect();
    assert_eq!(words, ["one", "two", "three", "four"]);
    let bot = Arc::new(Bot::default());
    play(dir.path(), "four\n", &bot).await;
    assert!(bot.heard().is_empty(), "what was acknowledged is not handed in again");
}

#[tokio::test(start_paused = true)]
async fn what_the_bot_cannot_take_now_is_handed_in_until_it_can() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    bot.moods.lock().unwrap().extend((0..3).map(|_| AcceptError::Store("disk full".to_owned())));
    let shown = play(dir.path(), "hello\n", &bot).await;
    assert_eq!(shown.matches("the bot could not take this yet").count(), 1, "{shown}");
    assert!(shown.contains("(the bot has it now)"), "{shown}");
    assert_eq!(bot.heard(), [("hello".to_owned(), Addressed::Mention)]);
}

#[tokio::test]
async fn a_bot_that_shuts_down_ends_the_script_where_it_is() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    bot.moods.lock().unwrap().push_back(AcceptError::Closing);
    let shown = play(dir.path(), "one\ntwo\n", &bot).await;
    assert!(!shown.contains("two"), "{shown}");
    let shown = play(dir.path(), "one\ntwo\n", &bot).await;
    assert!(shown.contains("You said: one") && shown.contains("You said: two"), "{shown}");
}

#[tokio::test]
async fn the_console_stops_when_told_to() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    let (console, paper) = open(dir.path(), config(), "one\n", &bot);
    let stop = CancellationToken::new();
    stop.cancel();
    console.run(bot.clone(), stop.clone()).await.unwrap();
    assert_eq!(paper.text(), "");
    let error = console.run(bot, stop).await.unwrap_err();
    assert!(error.to_string().contains("runs already"), "{error}");
}

fn post(id: &str, to: Destination, content: impl Into<Content>) -> Delivery {
    Delivery {
        id: id.to_owned(),
        tried: Tried::Never,
        action: DeliveryAction::Post { to, content: content.into() },
    }
}

fn in_legal() -> Destination {
    Destination::Place { place: Place::channel(channel("#legal")) }
}

#[tokio::test]
async fn a_delivery_is_carried_out_once_however_often_it_is_asked_for() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    let delivery = post("d1", in_legal(), card(Tone::Waiting));
    let edit = |message: &MessageRef, tone| Delivery {
        id: "d2".to_owned(),
        tried: Tried::Never,
        action: DeliveryAction::Edit { message: message.clone(), content: card(tone) },
    };
    let first = {
        let (console, _) = open(dir.path(), config(), "", &bot);
        let first = console.deliver(&delivery).await.unwrap();
        assert_eq!(console.deliver(&delivery).await.unwrap(), first);
        assert_eq!(console.deliver(&edit(&first, Tone::Good)).await.unwrap(), first);
        first
    };
    let before = journal(dir.path());
    let (console, paper) = open(dir.path(), config(), "", &bot);
    assert_eq!(console.deliver(&delivery).await.unwrap(), first);
    assert_eq!(console.deliver(&edit(&first, Tone::Bad)).await.unwrap(), first);
    assert_eq!((journal(dir.path()), paper.text().as_str()), (before, ""));
    assert!(transcript(dir.path()).contains("✔ REL-1"));
}

#[tokio::test]
async fn what_cannot_be_delivered_says_why() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    let (console, _) = open(dir.path(), config(), "", &bot);
    console.desk().perform("hello", None).unwrap();
    let edit = |id: &str, channel_id: &str| Delivery {
        id: format!("{id}{channel_id}"),
        tried: Tried::Never,
        action: DeliveryAction::Edit {
            message: MessageRef { channel: channel(channel_id), id: id.to_owned() },
            content: Text::line("x").into(),
        },
    };
    for gone in [edit("m9", "#general"), edit("m1", "#legal"), edit("1789.001", "#general")] {
        assert!(matches!(console.deliver(&gone).await, Err(DeliveryError::Gone)), "{gone:?}");
    }
    let nowhere = Destination::Place { place: Place::channel(channel("#nowhere")) };
    let thread = Place { thread: Some("m9".to_owned()), ..Place::channel(channel("#general")) };
    for refused in [
        edit("m1", "#general"),
        post("a", nowhere, Text::line("x")),
        post("b", Destination::Direct { account: account("zoe") }, Text::line("x")),
        post("c", Destination::Place { place: thread }, Text::line("x")),
    ] {
        let error = console.deliver(&refused).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Refused { .. }), "{refused:?}: {error}");
    }
}

#[tokio::test]
async fn reactions_are_answered_from_the_world() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    play(
        dir.path(),
        "!ospo release\n/react REL-1 ✅\n/as lea\n/react REL-1 no\n/as ada\n/unreact REL-1 yes\n",
        &bot,
    )
    .await;
    let (console, _) = open(dir.path(), config(), "", &bot);
    let card = MessageRef { channel: channel("#legal"), id: "m3".to_owned() };
    let stands = console.reactions(&card).await.unwrap().unwrap();
    assert_eq!(stands, [StandingReaction { account: account("lea"), emoji: "❌".to_owned() }]);
    let gone = MessageRef { channel: channel("#legal"), id: "m99".to_owned() };
    assert_eq!(console.reactions(&gone).await.unwrap(), None);
}

#[tokio::test]
async fn an_unfinished_last_line_is_cut_off_and_a_damaged_one_is_refused() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    play(dir.path(), "hello\n", &bot).await;
    let (path, whole) = (dir.path().join("console.jsonl"), journal(dir.path()));
    for torn in [1, 20, 60] {
        let last = whole.lines().last().unwrap();
        std::fs::write(&path, format!("{whole}{}", &last[..torn])).unwrap();
        open(dir.path(), config(), "", &bot);
        assert_eq!(journal(dir.path()), whole);
    }
    let refused = |text: String| {
        std::fs::write(&path, text).unwrap();
        let mode = ConsoleMode::Script(Box::new(Reader::new("")));
        ConsoleAdapter::open(dir.path(), config(), mode, bot.clone()).err().unwrap().to_string()
    };
    assert!(refused(format!("{whole}{{}}\n")).contains("not a journal entry"));
    let newer = r#"{"at":"2027-01-01T00:00:00Z","what":{"entry":"begun","format":99,"more":1}}"#;
    assert!(refused(format!("{newer}\n")).contains("has format 99"));
}

#[tokio::test]
async fn one_world_is_open_once() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    let _first = open(dir.path(), config(), "", &bot);
    let mode = ConsoleMode::Script(Box::new(Reader::new("")));
    let second = ConsoleAdapter::open(dir.path(), config(), mode, bot.clone());
    assert!(second.err().unwrap().to_string().contains("in use by another process"));
}

#[tokio::test]
async fn a_config_that_contradicts_itself_is_refused() {
    let refused = |config: ConsoleConfig| config.start().unwrap_err().to_string();
    let mut twice = config();
    twice.people.push(twice.people[0].clone());
    assert!(refused(twice).contains("listed twice"));
    assert!(
        refused(ConsoleConfig { start_as: account("zoe"), ..config() }).contains("console:zoe is to begin")
    );
    assert!(
        refused(ConsoleConfig { start_in: "#zoo".to_owned(), ..config() }).contains("#zoo is to be opened")
    );
    let reserved = vec!["dm:ada".to_owned()];
    assert!(refused(ConsoleConfig { channels: reserved, ..config() }).contains("cannot be called"));
}

#[tokio::test]
async fn private_words_are_for_their_addressee_alone() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    let (console, paper) = open(dir.path(), config(), "", &bot);
    let secret = |id: &str, to| post(id, to, Text::line("secret of ABC-1"));
    let near = Place::channel(channel("#general"));
    console.deliver(&secret("a", Destination::Private { account: account("lea"), near })).await.unwrap();
    console.deliver(&secret("b", Destination::Direct { account: account("lea") })).await.unwrap();
    for line in ["/unread", "/history", "/in dm", "/in general", "/channels"] {
        console.desk().perform(line, None).unwrap();
    }
    for line in ["/show #1", "/show #2", "/react #1 ✅", "/press #2 1", "/thread #1", "/show last"] {
        let why = console.desk().perform(line, None).unwrap_err().to_string();
        assert!(why.contains("that you can see") || why.contains("nothing here"), "{line}: {why}");
    }
    assert!(!paper.text().contains("secret") && !console.desk().view().prompt().contains("unread"));

    console.desk().perform("/as lea", None).unwrap();
    assert!(paper.text().contains("#1 ospo · only you see this\n   secret of ABC-1"), "{}", paper.text());
    assert_eq!(console.desk().view().prompt(), "lea in #general (1 unread: dm 1) > ");
}

#[tokio::test]
async fn unread_messages_are_counted_until_their_channel_is_entered() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    let (console, paper) = open(dir.path(), config(), "", &bot);
    let prompt = || console.desk().view().prompt();
    console.deliver(&post("a", in_legal(), Text::line("one"))).await.unwrap();
    let to_ada = Destination::Direct { account: account("ada") };
    console.deliver(&post("b", to_ada, Text::line("two"))).await.unwrap();
    assert_eq!(prompt(), "ada in #general (2 unread: #legal 1, dm 1) > ");
    console.desk().perform("/in legal", None).unwrap();
    assert!(paper.text().ends_with("#1 ospo\n   one\n"), "{}", paper.text());
    console.deliver(&post("c", in_legal(), Text::line("three"))).await.unwrap();
    console.desk().perform("/in general", None).unwrap();
    assert_eq!(prompt(), "ada in #general (1 unread: dm 1) > ");
    console.desk().perform("/as lea", None).unwrap();
    assert_eq!(prompt(), "lea in #general (2 unread: #legal 2) > ");
    console.desk().perform("/unread", None).unwrap();
    assert!(paper.text().ends_with("#legal 2\n"));
}

#[tokio::test]
async fn a_line_speaks_to_whom_it_says() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    play(dir.path(), "one\n!ospo two\n@ospo three\n/say four\n/in dm\nfive\n/ospo six\n", &bot).await;
    let heard = bot.heard();
    let heard: Vec<(&str, Addressed)> = heard.iter().map(|(text, to)| (text.as_str(), *to)).collect();
    assert_eq!(
        heard,
        [
            ("one", Addressed::Mention),
            ("two", Addressed::Command),
            ("three", Addressed::Mention),
            ("four", Addressed::Nobody),
            ("five", Addressed::Direct),
            ("six", Addressed::Command),
        ]
    );
    let taken = bot.taken.lock().unwrap();
    let places: Vec<(&str, Audience)> =
        taken.iter().map(|event| (event.place.channel.id.as_str(), event.place.audience)).collect();
    assert_eq!((places[0], places[4]), (("#general", Audience::Channel), ("dm:ada", Audience::Direct)));
}

#[tokio::test]
async fn a_bare_number_presses_a_button_that_was_just_offered_and_is_said_otherwise() {
    let dir = TempDir::new().unwrap();
    let bot = Arc::new(Bot::default());
    play(dir.path(), "!ospo release\n/in #legal\n2\n3\n/in #general\n1\n/press REL-1 approve\n", &bot).await;
    let taken = bot.taken.lock().unwrap();
    let done: Vec<String> = taken
        .iter()
        .map(|event| match &event.kind {
            EventKind::Said { text, .. } => format!("said {text}"),
            EventKind::Pressed { action, message } => format!("{action} on {message}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        done,
        [
            "said release",
            "reject REL-1 on console:#legal/m3",
            "said 3",
            "said 1",
            "approve REL-1 on console:#legal/m3"
        ]
    );
}

#[tokio::test]
async fn words_that_carry_terminal_codes_are_shown_as_signs() {
    let shown = played("evil \u{1b}[2J\u{202E}words\n/as \u{1b}[2Jx\n/history\n").await;
    assert!(!shown.contains(['\u{1b}', '\u{202E}']), "{shown}");
    assert!(shown.contains("#1 Ada: evil ␛[2J<U+202E>words"), "{shown}");
}
