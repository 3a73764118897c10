//! What requests cost: submissions and votes a second through the whole engine, durable on sled, beside what the store
//! alone takes in the same run for the very commits that they make, and for as many commits of one record each; and a
//! list, a status and a digest among 100,000 requests.
//!
//! Run with `cargo bench --bench requests`; the stores are made under `target/`. A benchmark of its own, without
//! criterion: what matters is the slowest of a hundred, not the mean.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use jiff::{SignedDuration, Timestamp};
use ospo_counselor::bot::audit::Head;
use ospo_counselor::bot::records::{self, Conversation, Course, Draft, FormName};
use ospo_counselor::bot::unit::{Committer, Unit};
use ospo_counselor::bot::{Bot, Clock, Mind, Pending, SystemClock, index, lookup};
use ospo_counselor::chat::{
    AdapterError, Capabilities, ChatAdapter, Delivery, DeliveryAction, DeliveryError, EventPort,
    StandingReaction, Support,
};
use ospo_counselor::config::Config;
use ospo_counselor::core::event::{Addressed, Event, EventId, EventKind, FileRef, MessageRef, Place};
use ospo_counselor::core::form::Answers;
use ospo_counselor::core::person::{AccountId, ChannelId, PersonId, Platform, Standing};
use ospo_counselor::counsel::Counsel;
use ospo_counselor::knowledge::{Knowledge, files};
use ospo_counselor::request::machine::{Doer, Filing, file};
use ospo_counselor::request::state::Findings;
use ospo_counselor::request::view::{self, Seen};
use ospo_counselor::request::{Absences, Request, RequestId, Roster, Status, digest};
use ospo_counselor::store::sled::SledStore;
use ospo_counselor::store::{Batch, Key, Record, Store, StoreError, Version};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many people submit, and vote, at once.
const AT_ONCE: usize = 256;
/// How many requests the lists are read among.
const MANY: usize = 100_000;
/// One of so many is open.
const ONE_OPEN_OF: usize = 50;

/// A platform that shows everything at once, as soon as it is open.
struct Fast(watch::Receiver<bool>);

impl ChatAdapter for Fast {
    fn platform(&self) -> Platform {
        Platform::Console
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            buttons: Support::Native,
            forms: Support::None,
            edits: Support::Native,
            threads: Support::None,
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
            self.0.clone().wait_for(|open| *open).await.expect("the benchmark goes on");
            Ok(match &delivery.action {
                DeliveryAction::Post { .. } => {
                    MessageRef { channel: channel("#legal"), id: delivery.id.clone() }
                }
                DeliveryAction::Edit { message, .. } => message.clone(),
            })
        }
        .boxed()
    }

    fn fetch<'a>(
        &'a self,
        _: &'a MessageRef,
        _: &'a FileRef,
        _: u64,
    ) -> BoxFuture<'a, Result<Vec<u8>, DeliveryError>> {
        async move { Err(DeliveryError::Gone) }.boxed()
    }

    fn reactions<'a>(
        &'a self,
        _: &'a MessageRef,
    ) -> BoxFuture<'a, Result<Option<Vec<StandingReaction>>, DeliveryError>> {
        async move { Ok(None) }.boxed()
    }
}

/// A store that remembers what was committed, in order.
struct Recording {
    store: SledStore,
    batches: Mutex<Vec<Batch>>,
}

#[async_trait]
impl Store for Recording {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.store.load(key).await
    }

    async fn scan(&self, range: Range<Key>, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.store.scan(range, limit).await
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'static, Result<Version, StoreError>> {
        // What is refused is refused again when it is played again.
        let mut batches = self.batches.lock().expect("nobody panicked");
        batches.push(batch.clone());
        self.store.commit(batch)
    }
}

impl Recording {
    /// How many batches there are by now.
    fn mark(&self) -> usize {
        self.batches.lock().expect("nobody panicked").len()
    }
}

/// Plays batches again on a store of their own: what came before, and then, measured, those of a range.
async fn again(batches: &[Batch], measured: Range<usize>) -> Duration {
    let dir = directory();
    let store = SledStore::open(dir.path()).expect("the store opens");
    join_all(batches[..measured.start].iter().map(|batch| store.commit(batch.clone()))).await;
    let began = Instant::now();
    join_all(batches[measured].iter().map(|batch| store.commit(batch.clone()))).await;
    began.elapsed()
}

fn channel(name: &str) -> ChannelId {
    ChannelId::new(Platform::Console, name)
}

fn account(name: &str) -> AccountId {
    AccountId::new(Platform::Console, name)
}

fn place(n: usize) -> Place {
    Place { thread: Some(n.to_string()), ..Place::channel(channel("#general")) }
}

fn mind() -> Arc<Mind> {
    let company = include_str!("../src/cli/demo/company.toml");
    let config =
        Config::parse("company.toml", company, std::path::Path::new(".")).expect("the sample is sound");
    let knowledge = Knowledge::load(&files::built_in()).expect("the knowledge is sound");
    let counsel = Counsel::new(&knowledge.articles).expect("an index");
    let Config { people, channels, manners, .. } = config;
    Arc::new(Mind {
        people,
        channels,
        manners,
        folder: None,
        knowledge: knowledge.into(),
        counsel: counsel.into(),
    })
}

fn answers(n: usize) -> Answers {
    let pairs = [
        ("name", format!("turbine {n}")),
        ("second_choice", String::new()),
        ("kind", "sample or small tool".to_owned()),
        ("repository", format!("https://git.example.com/turbine-{n}")),
        ("purpose", "Turns things, and nothing existing turns them this way".to_owned()),
        ("license", "Apache-2.0".to_owned()),
        ("ours", "yes".to_owned()),
        ("patents", String::new()),
        ("cryptography", "no".to_owned()),
        ("telemetry", "no".to_owned()),
        ("clean", "yes".to_owned()),
        ("owner", "Team Turbine".to_owned()),
        ("date", String::new()),
        ("co_requesters", String::new()),
        ("on_behalf_of", String::new()),
        ("notify", String::new()),
        ("confidential", String::new()),
    ];
    pairs.into_iter().map(|(id, text)| (id.to_owned(), text)).collect()
}

fn said(id: String, name: &str, place: Place, text: String) -> Event {
    let message = MessageRef { channel: place.channel.clone(), id: "said".to_owned() };
    Event {
        id: EventId(id),
        at: SystemClock.now(),
        account: account(name),
        standing: Standing::Member,
        place,
        kind: EventKind::Said { text, message, addressed: Addressed::Command, files: Vec::new() },
    }
}

fn directory() -> tempfile::TempDir {
    tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory for the store")
}

fn rate(what: &str, count: usize, took: Duration) -> f64 {
    let rate = count as f64 / took.as_secs_f64();
    println!("{what:<52} {rate:>10.0} a second");
    rate
}

/// Bare durable commits, each of a record of about the size of a request.
async fn bare(store: &dyn Store) -> f64 {
    let began = Instant::now();
    let commits = (0..AT_ONCE * 4).map(|n| {
        let mut batch = Batch::default();
        batch.create(Key(format!("bare/{n:08}")), vec![b'x'; 4000]);
        store.commit(batch)
    });
    join_all(commits).await.into_iter().collect::<Result<Vec<_>, _>>().expect("all are durable");
    rate("bare durable commits of 4 kB", AT_ONCE * 4, began.elapsed())
}

async fn throughput(mind: &Arc<Mind>) {
    let dir = directory();
    let recording = Arc::new(Recording {
        store: SledStore::open(dir.path()).expect("the store opens"),
        batches: Mutex::default(),
    });
    let store: Arc<dyn Store> = recording.clone();
    let bare = bare(store.as_ref()).await;
    for n in 0..AT_ONCE {
        let form = FormName::Request { workflow: "release".to_owned() };
        let draft = Draft::new(form, answers(n), usize::MAX, Course::Onward);
        let mut batch = Batch::default();
        let value = records::encode(&Conversation::Filling(draft)).expect("JSON");
        batch.create(records::conversation(&account("ada"), &place(n)), value);
        store.commit(batch).await.expect("durable");
    }
    let (open, closed) = watch::channel(false);
    let pending = Arc::new(Pending::default());
    let adapters: Vec<Arc<dyn ChatAdapter>> = vec![Arc::new(Fast(closed))];
    let bot =
        Bot::new(Arc::clone(&store), Arc::clone(mind), Arc::new(SystemClock), adapters, Arc::clone(&pending))
            .await
            .expect("the bot");
    let (port, stop) = (bot.port(), CancellationToken::new());
    let running = tokio::spawn(bot.run(stop.clone()));
    let play = async |what: &str, events: Vec<Event>| {
        let count = events.len();
        let end = recorded(store.as_ref()).await + count as u64;
        let first = recording.mark();
        let began = Instant::now();
        for taken in join_all(events.into_iter().map(|event| port.accept(event))).await {
            taken.expect("it is taken");
        }
        while recorded(store.as_ref()).await < end {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let handled = rate(&format!("{what}, durable and handled"), count, began.elapsed());
        let commits = first..recording.mark();
        open.send_replace(true);
        pending.settled().await;
        rate(&format!("{what}, also shown, one after another"), count, began.elapsed());
        open.send_replace(false);
        (handled, commits)
    };
    let submits = (0..AT_ONCE).map(|n| said(format!("s{n}"), "ada", place(n), "submit".to_owned())).collect();
    let submitted = play("submissions", submits).await;
    let vote = |n: usize| said(format!("v{n}"), "lea", place(0), format!("approve REL-{}", n + 1));
    let voted = play("votes", (0..AT_ONCE).map(vote).collect()).await;
    open.send_replace(true);
    stop.cancel();
    running.await.expect("it ends").expect("well");
    let batches = std::mem::take(&mut *recording.batches.lock().expect("nobody panicked"));
    for (what, (handled, commits)) in [("submissions", submitted), ("votes", voted)] {
        let writes: usize = batches[commits.clone()].iter().map(|batch| batch.writes.len()).sum();
        println!(
            "{what}: {:.1} commits and {:.1} records each",
            commits.len() as f64 / AT_ONCE as f64,
            writes as f64 / AT_ONCE as f64
        );
        let took = again(&batches, commits).await;
        let alone = rate(&format!("{what}, the same commits on the store alone"), AT_ONCE, took);
        println!("{:<52} {:>9.0} %", format!("{what} against the same commits"), handled / alone * 100.0);
        println!("{:<52} {:>9.0} %", format!("{what} against single records"), handled / bare * 100.0);
    }
}

/// How many entries the audit log has: each submission and each vote makes one.
async fn recorded(store: &dyn Store) -> u64 {
    let head = store.load(&records::audit_head()).await.expect("readable");
    head.map_or(0, |head| records::decode::<Head>(&head).expect("JSON").number)
}

async fn fill(store: &dyn Store, mind: &Mind, now: Timestamp) {
    let committer = Committer::new(1);
    let absences = Absences::default();
    let roster = Roster { people: &mind.people, absences: &absences };
    let workflow = mind.knowledge.workflow("release").expect("the built-in workflow");
    for chunk in 0..MANY / 1000 {
        let mut unit = Unit::new(store);
        for n in chunk * 1000..(chunk + 1) * 1000 {
            let filed_at = now - SignedDuration::from_mins((MANY - n) as i64);
            let filing = Filing {
                id: RequestId { prefix: "REL".to_owned(), number: n as u32 + 1 },
                workflow,
                by: Doer { person: PersonId(["ada", "max"][n % 2].to_owned()), account: account("ada") },
                place: place(0),
                answers: &answers(n),
                findings: &Findings::new(),
            };
            let (mut request, _) = file(filing, roster, filed_at);
            if n % ONE_OPEN_OF != 0 {
                request.status = Status::Completed;
            }
            unit.write(records::request(&request.id), &request).expect("JSON");
            index::update(&mut unit, &request, roster, now).await.expect("an index");
        }
        committer.commit(unit, Vec::new(), "fill", now).await.expect("durable");
    }
}

async fn slowest<T>(what: &str, mut work: impl AsyncFnMut(usize) -> T) {
    let mut times = Vec::new();
    for n in 0..500 {
        let began = Instant::now();
        let _ = std::hint::black_box(work(n).await);
        times.push(began.elapsed());
    }
    times.sort();
    println!("{what:<52} p50 {:>9.3?}, p99 {:>9.3?}", times[times.len() / 2], times[times.len() * 99 / 100]);
}

async fn among_many(mind: &Arc<Mind>) {
    let dir = directory();
    let now = SystemClock.now();
    let store = SledStore::open(dir.path()).expect("the store opens");
    fill(&store, mind, now).await;
    drop(store);

    let began = Instant::now();
    let store: Arc<dyn Store> = Arc::new(SledStore::open(dir.path()).expect("the store opens"));
    let opened = began.elapsed();
    let (pending, stop) = (Arc::new(Pending::default()), CancellationToken::new());
    let adapters: Vec<Arc<dyn ChatAdapter>> = vec![Arc::new(Fast(watch::channel(true).1))];
    let bot =
        Bot::new(Arc::clone(&store), Arc::clone(mind), Arc::new(SystemClock), adapters, Arc::clone(&pending))
            .await
            .expect("the bot");
    let port = bot.port();
    let running = tokio::spawn(bot.run(stop.clone()));
    port.accept(said("first".to_owned(), "ada", place(0), "status REL-1".to_owned()))
        .await
        .expect("it is taken");
    pending.settled().await;
    println!(
        "{:<52} {:?} (store {opened:?})",
        "start-up to the first answer, among 100,000",
        began.elapsed()
    );
    stop.cancel();
    running.await.expect("it ends").expect("well");

    let absences = Absences::default();
    let roster = Roster { people: &mind.people, absences: &absences };
    let seen = Seen { roster, now };
    let store = store.as_ref();
    for name in ["ada", "lea", "olga"] {
        let person = PersonId(name.to_owned());
        slowest(&format!("list of {name}"), async |_| {
            let found = lookup::seen_by(store, &person, roster, now).await.expect("readable");
            view::list(&found.requests, found.more, &person, seen)
        })
        .await;
    }
    slowest("status", async |n| {
        let id = RequestId { prefix: "REL".to_owned(), number: (n * 197 % MANY + 1) as u32 };
        let record = store.load(&records::request(&id)).await.expect("readable").expect("there");
        let request: Request = records::decode(&record).expect("JSON");
        view::explanation(&request, seen)
    })
    .await;
    let lea = PersonId("lea".to_owned());
    slowest("digest of lea", async |_| {
        let mut requests = Vec::new();
        for id in lookup::waiting_for(store, &lea, roster, now).await.expect("readable") {
            let record = store.load(&records::request(&id)).await.expect("readable").expect("there");
            requests.push(records::decode(&record).expect("JSON"));
        }
        digest::digest(&lea, &requests, None, roster, now)
    })
    .await;
}

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mind = mind();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(throughput(&mind));
    runtime.block_on(among_many(&mind));
}
