//! A platform in memory, and a clock that follows the virtual time of the runtime.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use ospo_counselor::bot::{Bot, BotError, Clock, Mind, Pending, Reloader};
use ospo_counselor::chat::{
    AdapterError, Capabilities, ChatAdapter, Delivery, DeliveryAction, DeliveryError, EventPort,
    StandingReaction, Support,
};
use ospo_counselor::config::Config;
use ospo_counselor::core::effect::Destination;
use ospo_counselor::core::event::{Addressed, Event, EventId, EventKind, FileRef, MessageRef, Place};
use ospo_counselor::core::message::Content;
use ospo_counselor::core::person::{AccountId, ChannelId, Platform, Standing};
use ospo_counselor::core::source::SourceFile;
use ospo_counselor::counsel::Counsel;
use ospo_counselor::knowledge::{Knowledge, files};
use ospo_counselor::store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Monday morning.
pub const START: &str = "2026-11-23T09:00:00Z";

/// A clock that moves with the runtime's time, so that paused time is virtual time.
pub struct TestClock {
    start: Timestamp,
    origin: tokio::time::Instant,
}

impl TestClock {
    /// A clock at [`START`], now.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { start: START.parse().unwrap(), origin: tokio::time::Instant::now() })
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.start + SignedDuration::try_from(self.origin.elapsed()).unwrap()
    }
}

/// What people see of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub to: String,
    /// The first message of the thread it stands in.
    pub thread: Option<String>,
    pub content: Content,
    pub edits: usize,
}

/// A platform in memory that shows each delivery id once.
#[derive(Default)]
pub struct FakeChat {
    pub messages: Mutex<Vec<Seen>>,
    done: Mutex<BTreeMap<String, MessageRef>>,
    pub reactions: Mutex<BTreeMap<MessageRef, Vec<StandingReaction>>>,
    /// The files that people attached, by id.
    pub files: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Whether it shows forms whole.
    pub shows_forms: AtomicBool,
    /// Messages that somebody deleted.
    pub deleted: Mutex<Vec<MessageRef>>,
    /// While it is silent it shows what it is given, and answers later.
    pub silent: watch::Sender<bool>,
    /// How many deliveries are refused before the next is taken.
    pub refusals: AtomicUsize,
    pub attempts: AtomicUsize,
}

impl FakeChat {
    /// Everything that was said to a destination, as JSON text.
    pub fn said_to(&self, to: &str) -> Vec<String> {
        let messages = self.messages.lock().unwrap();
        let theirs = messages.iter().filter(|seen| seen.to == to);
        theirs.map(|seen| serde_json::to_string(&seen.content).unwrap()).collect()
    }

    /// Everything that was said in a thread, as JSON text.
    pub fn said_in_thread(&self, channel: &str, thread: &str) -> Vec<String> {
        let messages = self.messages.lock().unwrap();
        let there =
            messages.iter().filter(|seen| seen.to == channel && seen.thread.as_deref() == Some(thread));
        there.map(|seen| serde_json::to_string(&seen.content).unwrap()).collect()
    }

    /// The newest message that says something, with where it stands.
    pub fn find(&self, words: &str) -> (MessageRef, Seen) {
        let messages = self.messages.lock().unwrap();
        let says = |seen: &Seen| serde_json::to_string(&seen.content).unwrap().contains(words);
        let number = messages.iter().rposition(says).unwrap_or_else(|| panic!("nobody said {words}"));
        let seen = messages[number].clone();
        let channel = seen.to.strip_prefix('@').map_or(seen.to.clone(), |who| format!("dm:{who}"));
        (MessageRef { channel: ChannelId::new(Platform::Console, channel), id: number.to_string() }, seen)
    }

    /// The newest message to somebody alone: `@lea`.
    pub fn newest_to(&self, to: &str) -> MessageRef {
        self.newest_in(to)
    }

    /// The newest message in a channel.
    pub fn newest_in(&self, channel: &str) -> MessageRef {
        let messages = self.messages.lock().unwrap();
        let number = messages.iter().rposition(|seen| seen.to == channel).expect("a message is there");
        MessageRef { channel: ChannelId::new(Platform::Console, channel), id: number.to_string() }
    }

    fn show(&self, delivery: &Delivery) -> Result<MessageRef, DeliveryError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        let refuse = |left: usize| left.checked_sub(1);
        if self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, refuse).is_ok() {
            return Err(DeliveryError::Retry { why: "overloaded".to_owned(), after: None });
        }
        let mut done = self.done.lock().unwrap();
        if let Some(message) = done.get(&delivery.id) {
            return Ok(message.clone());
        }
        let mut messages = self.messages.lock().unwrap();
        let message = match &delivery.action {
            DeliveryAction::Post { to, content } => {
                let thread = thread(to);
                let (to, channel) = destination(to);
                messages.push(Seen { to, thread, content: content.clone(), edits: 0 });
                MessageRef { channel, id: (messages.len() - 1).to_string() }
            }
            DeliveryAction::Edit { message, content } => {
                if self.deleted.lock().unwrap().contains(message) {
                    return Err(DeliveryError::Gone);
                }
                let seen = &mut messages[message.id.parse::<usize>().unwrap()];
                seen.content = content.clone();
                seen.edits += 1;
                message.clone()
            }
        };
        done.insert(delivery.id.clone(), message.clone());
        Ok(message)
    }
}

/// In which thread something is said, if in one.
fn thread(to: &Destination) -> Option<String> {
    match to {
        Destination::Place { place } => place.thread.clone(),
        Destination::Private { .. } | Destination::Direct { .. } => None,
    }
}

fn destination(to: &Destination) -> (String, ChannelId) {
    match to {
        Destination::Place { place } => (place.channel.id.clone(), place.channel.clone()),
        Destination::Private { account, near } => (format!("@{}", account.id), near.channel.clone()),
        Destination::Direct { account } => {
            (format!("@{}", account.id), ChannelId::new(account.platform, format!("dm:{}", account.id)))
        }
    }
}

impl ChatAdapter for FakeChat {
    fn platform(&self) -> Platform {
        Platform::Console
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            buttons: Support::Native,
            forms: if self.shows_forms.load(Ordering::SeqCst) { Support::Native } else { Support::None },
            edits: Support::Native,
            threads: Support::Native,
            ephemeral: Support::Native,
        }
    }

    fn run(&self, _: Arc<dyn EventPort>, stop: CancellationToken) -> BoxFuture<'_, Result<(), AdapterError>> {
        async move {
            stop.cancelled().await;
            Ok(())
        }
        .boxed()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<MessageRef, DeliveryError>> {
        async move {
            let shown = self.show(delivery);
            // Its owner lives as long as this does.
            self.silent.subscribe().wait_for(|silent| !silent).await.unwrap();
            shown
        }
        .boxed()
    }

    fn fetch<'a>(
        &'a self,
        _: &'a MessageRef,
        file: &'a FileRef,
        _: u64,
    ) -> BoxFuture<'a, Result<Vec<u8>, DeliveryError>> {
        async move { self.files.lock().unwrap().get(&file.id).cloned().ok_or(DeliveryError::Gone) }.boxed()
    }

    fn reactions<'a>(
        &'a self,
        message: &'a MessageRef,
    ) -> BoxFuture<'a, Result<Option<Vec<StandingReaction>>, DeliveryError>> {
        async move { Ok(Some(self.reactions.lock().unwrap().get(message).cloned().unwrap_or_default())) }
            .boxed()
    }
}

/// What the bot knows in tests: the sample company and the built-in knowledge.
pub fn mind() -> Arc<Mind> {
    static MIND: OnceLock<Arc<Mind>> = OnceLock::new();
    let mind = MIND.get_or_init(|| {
        let company = include_str!("../../../src/cli/demo/company.toml");
        let config = Config::parse("company.toml", company, std::path::Path::new(".")).unwrap();
        let knowledge = Knowledge::load(&files::built_in()).unwrap();
        let counsel = Counsel::new(&knowledge.articles).unwrap();
        let Config { people, channels, manners, .. } = config;
        Arc::new(Mind {
            people,
            channels,
            manners,
            folder: None,
            knowledge: knowledge.into(),
            counsel: counsel.into(),
        })
    });
    Arc::clone(mind)
}

/// The same with further files.
pub fn mind_with(company: &[(&str, &str)]) -> Mind {
    let file = |(path, text): &(&str, &str)| SourceFile { path: (*path).into(), text: (*text).into() };
    let set = files::overlay(files::built_in(), company.iter().map(file).collect());
    let knowledge = Knowledge::load(&set).unwrap();
    let counsel = Counsel::new(&knowledge.articles).unwrap();
    let Mind { people, channels, manners, .. } = &*mind();
    let (people, channels, manners) = (people.clone(), channels.clone(), manners.clone());
    Mind { people, channels, manners, folder: None, knowledge: knowledge.into(), counsel: counsel.into() }
}

/// A bot that runs.
pub struct Running {
    pub port: Arc<dyn EventPort>,
    pub pending: Arc<Pending>,
    pub stop: CancellationToken,
    pub reloader: Reloader,
    bot: JoinHandle<Result<(), BotError>>,
    said: AtomicUsize,
}

impl Running {
    /// Starts a bot on a store.
    pub async fn start(store: Arc<dyn Store>, chat: Arc<FakeChat>, clock: Arc<TestClock>) -> Self {
        Self::start_with(mind(), store, chat, clock).await
    }

    /// Starts a bot that knows something else.
    pub async fn start_with(
        mind: Arc<Mind>,
        store: Arc<dyn Store>,
        chat: Arc<FakeChat>,
        clock: Arc<TestClock>,
    ) -> Self {
        let pending = Arc::new(Pending::default());
        let adapters = vec![chat as Arc<dyn ChatAdapter>];
        let bot = Bot::new(store, mind, clock, adapters, Arc::clone(&pending)).await.unwrap();
        let (port, reloader, stop) = (bot.port(), bot.reloader(), CancellationToken::new());
        let bot = tokio::spawn(bot.run(stop.clone()));
        Self { port, pending, stop, reloader, bot, said: AtomicUsize::new(0) }
    }

    /// Somebody does something in a channel; waits until all that follows is done.
    pub async fn event(&self, id: &str, who: &str, channel: &str, kind: EventKind) {
        self.port.accept(event(id, who, channel, kind)).await.unwrap();
        self.pending.settled().await;
    }

    /// Somebody says something to the bot.
    pub async fn say(&self, who: &str, channel: &str, text: &str) {
        let number = self.said.fetch_add(1, Ordering::SeqCst);
        self.event(&format!("{who}-{number}-{}", text.len()), who, channel, said(channel, text)).await;
    }

    /// Tells the bot to stop and waits until it has.
    pub async fn end(self) -> Result<(), BotError> {
        self.stop.cancel();
        self.bot.await.unwrap()
    }

    /// Waits until the bot has stopped by itself.
    pub async fn ended(self) -> Result<(), BotError> {
        tokio::time::timeout(Duration::from_secs(60), self.bot).await.expect("it stops").unwrap()
    }
}

/// A message to the bot.
pub fn said(channel: &str, text: &str) -> EventKind {
    let message = MessageRef { channel: ChannelId::new(Platform::Console, channel), id: "said".to_owned() };
    EventKind::Said { text: text.to_owned(), message, addressed: Addressed::Mention, files: Vec::new() }
}

/// Something that happened.
pub fn event(id: &str, who: &str, channel: &str, kind: EventKind) -> Event {
    Event {
        id: EventId(id.to_owned()),
        at: START.parse().unwrap(),
        account: AccountId::new(Platform::Console, who),
        standing: Standing::Member,
        place: Place::channel(ChannelId::new(Platform::Console, channel)),
        kind,
    }
}
