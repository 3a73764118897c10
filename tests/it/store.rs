//! The store: one contract, checked against every backend, and what is each backend's own.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use futures::future::{FutureExt, join_all};
use jiff::{SignedDuration, Timestamp};
use ospo_counselor::store::lease;
use ospo_counselor::store::memory::{Fate, MemoryStore};
#[cfg(feature = "postgres")]
use ospo_counselor::store::postgres::PostgresStore;
use ospo_counselor::store::sled::SledStore;
use ospo_counselor::store::transfer::{self, LineFault, Progress, RecordFault, TransferError};
use ospo_counselor::store::{Batch, Change, Expect, Key, Record, Store, StoreError, Version, Write};
use proptest::prelude::*;
use tempfile::TempDir;

#[cfg(feature = "postgres")]
use self::replicas::Database;

#[cfg(feature = "postgres")]
mod replicas;

/// A backend under test.
trait Backend: Sized {
    /// An empty store.
    async fn new() -> Self;
    fn store(&self) -> Arc<dyn Store>;
    /// The store as the next process finds it.
    async fn reopen(self) -> Self;
}

struct Memory(Arc<MemoryStore>);

impl Backend for Memory {
    async fn new() -> Self {
        Self(Arc::new(MemoryStore::new()))
    }
    fn store(&self) -> Arc<dyn Store> {
        self.0.clone()
    }
    async fn reopen(self) -> Self {
        Self(Arc::new(self.0.reopen()))
    }
}

struct Disk(TempDir, Arc<SledStore>);

impl Backend for Disk {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        Self(dir, Arc::new(store))
    }
    fn store(&self) -> Arc<dyn Store> {
        self.1.clone()
    }
    async fn reopen(self) -> Self {
        let Self(dir, store) = self;
        drop(store);
        let store = SledStore::open(dir.path()).unwrap();
        Self(dir, Arc::new(store))
    }
}

#[cfg(feature = "postgres")]
struct Postgres(Database, Arc<PostgresStore>);

#[cfg(feature = "postgres")]
impl Backend for Postgres {
    async fn new() -> Self {
        let database = Database::new().await;
        let store = database.store().await;
        Self(database, Arc::new(store))
    }
    fn store(&self) -> Arc<dyn Store> {
        self.1.clone()
    }
    async fn reopen(self) -> Self {
        let Self(database, store) = self;
        drop(store);
        let store = database.store().await;
        Self(database, Arc::new(store))
    }
}

/// Runs each part of the contract against each backend.
macro_rules! contract {
    ($($part:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $part() {
                super::$part::<super::Memory>().await;
            })*
        }
        mod sled {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $part() {
                super::$part::<super::Disk>().await;
            })*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $part() {
                super::$part::<super::Postgres>().await;
            })*
        }
    };
}

contract![
    a_batch_is_written_whole_or_not_at_all,
    a_write_finds_what_it_expects_or_conflicts,
    a_broken_batch_is_refused,
    versions_grow_and_are_never_reused,
    a_scan_is_in_order_within_its_range_and_limit,
    a_later_call_sees_an_earlier_one_before_it_is_durable,
    an_empty_batch_is_a_barrier,
    a_conflict_leaves_the_others_of_its_time_alone,
    counting_together_loses_nothing,
    large_records_survive_a_restart,
    an_export_imports_as_it_was,
    an_import_does_not_mix,
    a_lease_has_one_holder,
    a_lost_lease_stops_its_old_holder,
];

fn key(text: &str) -> Key {
    text.into()
}

fn all() -> Range<Key> {
    key("")..key("~")
}

async fn put(store: &dyn Store, name: &str, value: &str) -> Version {
    let expect =
        store.load(&key(name)).await.unwrap().map_or(Expect::Absent, |record| Expect::At(record.version));
    let mut batch = Batch::default();
    batch.put(key(name), expect, value.into());
    store.commit(batch).await.unwrap()
}

async fn value(store: &dyn Store, name: &str) -> Option<String> {
    store.load(&key(name)).await.unwrap().map(|record| String::from_utf8(record.value).unwrap())
}

async fn keys(store: &dyn Store, range: Range<Key>, limit: usize) -> Vec<String> {
    store.scan(range, limit).await.unwrap().into_iter().map(|record| record.key.0).collect()
}

fn conflict(name: &str) -> Result<Version, StoreError> {
    Err(StoreError::Conflict { key: key(name) })
}

async fn a_batch_is_written_whole_or_not_at_all<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    let version = put(&*store, "a", "old").await;

    let mut batch = Batch::default();
    batch.create(key("b"), b"1".into());
    batch.put(key("a"), Expect::At(version), b"new".into());
    batch.create(key("c"), b"1".into());
    let mut clashing = batch.clone();
    clashing.keep(key("a"), Expect::Absent);
    clashing.writes.swap(1, 3);
    clashing.writes.pop();
    assert_eq!(store.commit(clashing).await, conflict("a"));
    assert_eq!(keys(&*store, all(), 9).await, ["a"]);
    assert_eq!(value(&*store, "a").await.as_deref(), Some("old"));

    let version = store.commit(batch).await.unwrap();
    let records = store.scan(all(), 9).await.unwrap();
    assert_eq!(records.iter().map(|record| record.key.0.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(records.iter().all(|record| record.version == version));
}

async fn a_write_finds_what_it_expects_or_conflicts<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    let first = put(&*store, "a", "1").await;
    let second = put(&*store, "a", "2").await;
    let changes = [Change::Put(b"3".into()), Change::Remove, Change::Keep];
    for change in &changes {
        for (name, expect) in [
            ("a", Expect::Absent),
            ("a", Expect::At(first)),
            ("b", Expect::At(second)),
            ("b", Expect::At(Version(0))),
        ] {
            let write = Write { key: key(name), expect, change: change.clone() };
            assert_eq!(
                store.commit(Batch { writes: vec![write] }).await,
                conflict(name),
                "{change:?} {expect:?}"
            );
        }
    }
    assert_eq!(value(&*store, "a").await.as_deref(), Some("2"));

    let mut batch = Batch::default();
    batch.keep(key("a"), Expect::At(second));
    batch.keep(key("b"), Expect::Absent);
    assert_eq!(store.commit(batch.clone()).await, Ok(second), "what only keeps gets no version of its own");
    batch.create(key("c"), b"1".into());
    assert!(store.commit(batch).await.is_ok());

    let mut batch = Batch::default();
    batch.remove(key("a"), second);
    store.commit(batch.clone()).await.unwrap();
    assert_eq!(store.load(&key("a")).await, Ok(None));
    assert_eq!(store.commit(batch).await, conflict("a"));
}

async fn a_broken_batch_is_refused<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    let broken = [vec!["a", "b", "a"], vec!["b", "meta/format"], vec!["\u{10ffff}"]];
    for names in broken {
        let mut batch = Batch::default();
        names.iter().for_each(|name| batch.create(key(name), b"1".into()));
        let error = store.commit(batch).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)), "{names:?}: {error}");
    }
    assert_eq!(
        keys(&*store, all(), 9).await,
        [""; 0],
        "nothing is written, and the store's own records are hidden"
    );
    assert_eq!(store.load(&key("meta/format")).await, Ok(None));
}

async fn versions_grow_and_are_never_reused<B: Backend>() {
    let mut backend = B::new().await;
    let mut last = Version(0);
    for _ in 0..3 {
        let store = backend.store();
        let put = put(&*store, "a", "1").await;
        assert!(put > last);
        let mut batch = Batch::default();
        batch.remove(key("a"), put);
        let removed = store.commit(batch).await.unwrap();
        assert!(removed > put);
        last = removed;
        drop(store);
        backend = backend.reopen().await;
    }
}

async fn a_scan_is_in_order_within_its_range_and_limit<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    for name in ["b/2", "a", "b/10", "c", "b/1", "b", "m", "metal", "ü"] {
        put(&*store, name, "1").await;
    }
    // Not awaited: a scan sees it all the same.
    let mut batch = Batch::default();
    batch.create(key("b/15"), b"1".into());
    let gone = store.load(&key("b/2")).await.unwrap().unwrap();
    batch.remove(gone.key, gone.version);
    let waiting = store.commit(batch);

    assert_eq!(keys(&*store, Key::under("b/"), 9).await, ["b/1", "b/10", "b/15"]);
    assert_eq!(keys(&*store, key("b")..key("c"), 9).await, ["b", "b/1", "b/10", "b/15"]);
    assert_eq!(keys(&*store, key("b")..key("c"), 3).await, ["b", "b/1", "b/10"]);
    assert_eq!(keys(&*store, key("l")..key("\u{10ffff}"), 9).await, ["m", "metal", "ü"]);
    assert_eq!(keys(&*store, all(), 0).await, [""; 0]);
    assert_eq!(keys(&*store, key("b")..key("b"), 9).await, [""; 0]);
    assert_eq!(keys(&*store, key("c")..key("a"), 9).await, [""; 0]);
    waiting.await.unwrap();
    assert_eq!(keys(&*store, Key::under("b/"), 9).await, ["b/1", "b/10", "b/15"]);
}

async fn a_later_call_sees_an_earlier_one_before_it_is_durable<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    let mut last = Expect::Absent;
    for n in 0..100 {
        let mut batch = Batch::default();
        batch.put(key("a"), last, n.to_string().into());
        // Dropped: whoever does not wait has committed all the same.
        drop(store.commit(batch));
        let record = store.load(&key("a")).await.unwrap().unwrap();
        assert_eq!(record.value, n.to_string().as_bytes());
        last = Expect::At(record.version);
    }
    drop(store);
    let backend = backend.reopen().await;
    assert_eq!(value(&*backend.store(), "a").await.as_deref(), Some("99"));
}

async fn an_empty_batch_is_a_barrier<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    assert_eq!(store.commit(Batch::default()).await, Ok(Version(0)));
    let earlier: Vec<_> = (0..10)
        .map(|n| {
            let mut batch = Batch::default();
            batch.create(key(&n.to_string()), b"1".into());
            store.commit(batch)
        })
        .collect();
    let newest = store.commit(Batch::default()).await.unwrap();
    let versions: Vec<_> =
        earlier.into_iter().map(|commit| commit.now_or_never().unwrap().unwrap()).collect();
    assert_eq!(versions.last(), Some(&newest));
}

async fn a_conflict_leaves_the_others_of_its_time_alone<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    let create = |names: &[&str]| {
        let mut batch = Batch::default();
        names.iter().for_each(|name| batch.create(key(name), b"1".into()));
        store.commit(batch)
    };
    let commits =
        [create(&["a", "b"]), create(&["c", "b"]), create(&["meta/c"]), create(&["c"]), create(&["d"])];
    let results = join_all(commits).await;
    assert_eq!(results[1], conflict("b"));
    assert!(matches!(results[2], Err(StoreError::Invalid(_))));
    let versions: Vec<Version> = [0, 3, 4].map(|n| results[n].clone().unwrap()).into();
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    assert_eq!(keys(&*store, all(), 9).await, ["a", "b", "c", "d"]);
}

async fn counting_together_loses_nothing<B: Backend>() {
    const TASKS: usize = 16;
    const ROUNDS: usize = 10;
    let backend = B::new().await;
    let store = backend.store();
    let tasks = (0..TASKS).map(|task| {
        let store = store.clone();
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                loop {
                    let found = store.load(&key("count")).await.unwrap();
                    let count: usize = found
                        .as_ref()
                        .map_or(0, |record| String::from_utf8_lossy(&record.value).parse().unwrap());
                    let expect = found.map_or(Expect::Absent, |record| Expect::At(record.version));
                    let mut batch = Batch::default();
                    batch.put(key("count"), expect, (count + 1).to_string().into());
                    batch.create(key(&format!("task/{task}/{round}")), b"1".into());
                    match store.commit(batch).await {
                        Ok(_) => break,
                        Err(StoreError::Conflict { key }) => assert_eq!(key.0, "count"),
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    drop(store);
    let backend = backend.reopen().await;
    let store = backend.store();
    assert_eq!(value(&*store, "count").await, Some((TASKS * ROUNDS).to_string()));
    assert_eq!(keys(&*store, Key::under("task/"), usize::MAX).await.len(), TASKS * ROUNDS);
}

async fn large_records_survive_a_restart<B: Backend>() {
    let mut backend = B::new().await;
    let large = |n: usize| format!("\"{}\"", n.to_string().repeat(400_000));
    for n in 0..5 {
        put(&*backend.store(), &format!("large/{}", n % 3), &large(n)).await;
        backend = backend.reopen().await;
    }
    for (name, n) in [("large/0", 3), ("large/1", 4), ("large/2", 2)] {
        assert!(value(&*backend.store(), name).await == Some(large(n)), "{name}");
    }
}

/// An export of a store, line by line.
async fn exported(store: &dyn Store) -> Vec<String> {
    let mut out = Vec::new();
    transfer::export(store, &mut out, &mut |_| {}).await.unwrap();
    String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
}

async fn import(store: &dyn Store, lines: &[String]) -> Result<u64, TransferError> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    transfer::import(store, &mut text.as_bytes(), &mut |_| {}).await
}

/// Keys and values, without versions.
async fn contents(store: &dyn Store) -> Vec<(Key, Vec<u8>)> {
    store
        .scan(all(), usize::MAX)
        .await
        .unwrap()
        .into_iter()
        .map(|record| (record.key, record.value))
        .collect()
}

async fn fill(store: &dyn Store) {
    let mut batch = Batch::default();
    for n in 0..700 {
        batch.create(key(&format!("request/{n:03}")), format!("{{\"n\":{n}, \"b\":1,\"a\":2}}").into());
    }
    batch.create(key("upload/1"), vec![0, 255, b'\n']);
    store.commit(batch).await.unwrap();
}

async fn an_export_imports_as_it_was<B: Backend>() {
    let (from, to) = (B::new().await, B::new().await);
    fill(&*from.store()).await;
    let lines = exported(&*from.store()).await;
    assert_eq!(lines.len(), 703);
    assert_eq!(lines[0], r#"{"export":"ospo store","format":1,"records":701}"#);
    assert!(
        lines[1]
            .starts_with(r#"{"n":1,"key":"request/000","version":1,"json":{"n":0, "b":1,"a":2},"sha256":""#)
    );

    assert_eq!(import(&*to.store(), &lines).await.unwrap(), 701);
    let to = to.reopen().await;
    assert_eq!(contents(&*to.store()).await, contents(&*from.store()).await);
    assert_eq!(exported(&*to.store()).await, lines);
}

async fn an_import_does_not_mix<B: Backend>() {
    let (from, to) = (B::new().await, B::new().await);
    fill(&*from.store()).await;
    put(&*to.store(), "a", "1").await;
    let lines = exported(&*from.store()).await;
    assert!(matches!(import(&*to.store(), &lines).await, Err(TransferError::NotEmpty)));
    assert_eq!(keys(&*to.store(), all(), 9).await, ["a"]);
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + 60 * minute).unwrap()
}

const TTL: SignedDuration = SignedDuration::from_mins(10);

async fn a_lease_has_one_holder<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    let store = &*store;
    let lease = lease::acquire(store, "timers", "one", at(0), TTL).await.unwrap().unwrap();
    assert_eq!(lease.until(), at(10));
    assert_eq!(lease::acquire(store, "timers", "two", at(9), TTL).await, Ok(None));
    assert!(
        lease::acquire(store, "sync", "two", at(9), TTL).await.unwrap().is_some(),
        "another lease is free"
    );

    let renewed = lease::renew(store, &lease, at(9), TTL).await.unwrap().unwrap();
    assert_eq!((renewed.until(), renewed.token()), (at(19), lease.token()));
    assert_eq!(lease::acquire(store, "timers", "two", at(18), TTL).await, Ok(None));

    lease::release(store, renewed).await.unwrap();
    let next = lease::acquire(store, "timers", "two", at(18), TTL).await.unwrap().unwrap();
    assert!(next.token() > lease.token());

    // The same holder, started anew, need not wait.
    let again = lease::acquire(store, "timers", "two", at(19), TTL).await.unwrap().unwrap();
    assert!(again.token() > next.token());
    assert_eq!(lease::renew(store, &next, at(19), TTL).await, Ok(None));
}

async fn a_lost_lease_stops_its_old_holder<B: Backend>() {
    let backend = B::new().await;
    let store = backend.store();
    let store = &*store;
    let fenced = |lease: &lease::Lease, name: &str| {
        let mut batch = Batch::default();
        lease.fence(&mut batch);
        batch.create(key(name), b"1".into());
        store.commit(batch)
    };
    let old = lease::acquire(store, "timers", "one", at(0), TTL).await.unwrap().unwrap();
    fenced(&old, "work/1").await.unwrap();
    let renewed = lease::renew(store, &old, at(5), TTL).await.unwrap().unwrap();
    fenced(&old, "work/2").await.expect("a renewal does not disturb its holder");

    // Its end has come, but nobody took it: it still holds.
    fenced(&renewed, "work/3").await.unwrap();
    let new = lease::acquire(store, "timers", "two", at(15), TTL).await.unwrap().unwrap();
    assert_eq!(fenced(&renewed, "work/4").await, conflict("lease/timers"));
    assert_eq!(lease::renew(store, &renewed, at(15), TTL).await, Ok(None));
    lease::release(store, renewed).await.unwrap();
    fenced(&new, "work/4").await.expect("the old holder could not release it");
}

/// One step of a random history. Keys are few, so that steps meet.
#[derive(Debug, Clone)]
enum Step {
    Commit(Vec<(u8, Guess, Change)>),
    Scan(u8, u8, usize),
    Reopen,
}

/// What a write expects: what is there, or something else.
#[derive(Debug, Clone, Copy)]
enum Guess {
    Right,
    Wrong,
}

fn step() -> impl Strategy<Value = Step> {
    let guess = prop_oneof![9 => Just(Guess::Right), 1 => Just(Guess::Wrong)];
    let change = prop_oneof![
        3 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Change::Put),
        1 => Just(Change::Remove),
        1 => Just(Change::Keep),
    ];
    prop_oneof![
        8 => proptest::collection::vec((0u8..12, guess, change), 0..6).prop_map(Step::Commit),
        3 => (0u8..13, 0u8..13, 0usize..8).prop_map(|(from, to, limit)| Step::Scan(from, to, limit)),
        1 => Just(Step::Reopen),
    ]
}

fn nth(n: u8) -> Key {
    Key(format!("k{n:02}"))
}

/// A store behaves as a map does, whatever is done to it. Only some commits are awaited.
async fn follows_the_model<B: Backend>(steps: Vec<Step>) {
    let mut backend = B::new().await;
    let mut model: BTreeMap<Key, (Version, Vec<u8>)> = BTreeMap::new();
    let mut newest = Version(0);
    for (n, step) in steps.into_iter().enumerate() {
        match step {
            Step::Commit(writes) => {
                let writes: BTreeMap<_, _> =
                    writes.into_iter().map(|(key, guess, change)| (nth(key), (guess, change))).collect();
                let mut batch = Batch::default();
                for (key, (guess, change)) in &writes {
                    let there = model.get(key).map_or(Expect::Absent, |(version, _)| Expect::At(*version));
                    let expect = match (guess, there) {
                        (Guess::Right, there) => there,
                        (Guess::Wrong, Expect::Absent) => Expect::At(newest),
                        (Guess::Wrong, Expect::At(_)) => Expect::Absent,
                    };
                    batch.writes.push(Write { key: key.clone(), expect, change: change.clone() });
                }
                let wrong = writes.iter().find(|(_, (guess, _))| matches!(guess, Guess::Wrong));
                let commit = backend.store().commit(batch);
                if let Some((key, _)) = wrong {
                    assert_eq!(commit.await, Err(StoreError::Conflict { key: key.clone() }));
                    continue;
                }
                let put = writes.iter().find(|(_, (_, change))| matches!(change, Change::Put(_)));
                let version = match put {
                    _ if n % 2 == 0 => commit.await.unwrap(),
                    Some((key, _)) => backend.store().load(key).await.unwrap().unwrap().version,
                    None => newest,
                };
                assert!(version > newest || (version == newest && put.is_none()));
                newest = version;
                for (key, (_, change)) in writes {
                    match change {
                        Change::Put(value) => drop(model.insert(key, (newest, value))),
                        Change::Remove => drop(model.remove(&key)),
                        Change::Keep => {}
                    }
                }
            }
            Step::Scan(from, to, limit) => {
                let found = backend.store().scan(nth(from)..nth(to), limit).await.unwrap();
                let expected: Vec<Record> = model
                    .iter()
                    .filter(|(key, _)| (nth(from)..nth(to)).contains(key))
                    .take(limit)
                    .map(|(key, (version, value))| Record {
                        key: key.clone(),
                        version: *version,
                        value: value.clone(),
                    })
                    .collect();
                assert_eq!(found, expected);
            }
            Step::Reopen => backend = backend.reopen().await,
        }
        for n in 0..12 {
            let found = backend.store().load(&nth(n)).await.unwrap();
            assert_eq!(found.map(|record| (record.version, record.value)), model.get(&nth(n)).cloned());
        }
    }
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_follows_the_model(steps in proptest::collection::vec(step(), 0..40)) {
        block_on(follows_the_model::<Memory>(steps));
    }

    #[test]
    fn sled_follows_the_model(steps in proptest::collection::vec(step(), 0..40)) {
        block_on(follows_the_model::<Disk>(steps));
    }
}

#[cfg(feature = "postgres")]
proptest! {
    // Each case makes a database, which takes a while.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn postgres_follows_the_model(steps in proptest::collection::vec(step(), 0..40)) {
        block_on(follows_the_model::<Postgres>(steps));
    }
}

#[tokio::test]
async fn planned_faults_do_what_they_say() {
    let mut fates = [Fate::Normal, Fate::Conflict, Fate::FailBefore, Fate::FailAfter].into_iter();
    let store = MemoryStore::with_faults(move |_| fates.next().unwrap_or(Fate::Normal));
    let create = |store: &MemoryStore, name: &str| {
        let mut batch = Batch::default();
        batch.create(key(name), b"1".into());
        store.commit(batch)
    };
    assert_eq!(create(&store, "normal").await, Ok(Version(1)));
    assert_eq!(create(&store, "conflict").await, conflict("conflict"));
    assert!(matches!(create(&store, "before").await, Err(StoreError::Failed(_))));
    assert!(
        matches!(store.load(&key("normal")).await, Err(StoreError::Failed(_))),
        "a failed store stays failed"
    );
    let store = store.reopen();
    assert_eq!(keys(&store, all(), 9).await, ["normal"]);
    assert!(matches!(create(&store, "after").await, Err(StoreError::Failed(_))));
    let store = store.reopen();
    assert_eq!(keys(&store, all(), 9).await, ["after", "normal"]);
}

#[tokio::test]
async fn each_damage_to_an_export_is_found_and_named() {
    let store = MemoryStore::new();
    for n in 1..=3 {
        put(&store, &format!("request/{n}"), &format!("{{\"n\":{n}}}")).await;
    }
    let lines = exported(&store).await;
    let other = {
        let store = MemoryStore::new();
        for n in 1..=3 {
            put(&store, &format!("request/{n}"), &format!("{{\"n\":{n}0}}")).await;
        }
        exported(&store).await
    };
    let damaged = |damage: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.clone();
        damage(&mut lines);
        lines
    };
    let sequence = |expected, found| LineFault::Sequence { expected, found };
    let cases = [
        (damaged(&|lines| lines.clear()), 1, LineFault::Header),
        (damaged(&|lines| lines[0] = "{}".into()), 1, LineFault::Header),
        (damaged(&|lines| lines[2] = lines[2].replace("\"n\":2}", "\"n\":5}")), 3, LineFault::Changed),
        (damaged(&|lines| lines[2].push(' ')), 3, LineFault::Changed),
        (damaged(&|lines| lines.insert(2, String::new())), 3, LineFault::Changed),
        (damaged(&|lines| drop(lines.remove(2))), 3, sequence(2, 3)),
        (damaged(&|lines| lines.swap(1, 2)), 2, sequence(1, 2)),
        (damaged(&|lines| lines.insert(2, lines[1].clone())), 3, sequence(2, 1)),
        (damaged(&|lines| drop(lines.remove(3))), 4, LineFault::CutShort { found: 2, expected: 3 }),
        (damaged(&|lines| lines.truncate(3)), 4, LineFault::CutShort { found: 2, expected: 3 }),
        (damaged(&|lines| lines.truncate(4)), 5, LineFault::CutShort { found: 3, expected: 3 }),
        (damaged(&|lines| lines[2] = other[2].clone()), 5, LineFault::Checksum),
        (damaged(&|lines| lines.push(String::new())), 6, LineFault::AfterEnd),
    ];
    for (lines, line, fault) in cases {
        let target = MemoryStore::new();
        match import(&target, &lines).await {
            Err(TransferError::Line { line: found_line, fault: found }) => {
                assert_eq!((found_line, found), (line, fault), "{lines:#?}");
            }
            other => panic!("{other:?} for {lines:#?}"),
        }
        assert_eq!(keys(&target, all(), 9).await, [""; 0], "a failed import leaves the store empty");
    }
    let newer = damaged(&|lines| lines[0] = lines[0].replace("\"format\":1", "\"format\":2"));
    let error = import(&MemoryStore::new(), &newer).await.unwrap_err();
    assert!(matches!(error, TransferError::Store(StoreError::TooNew { found: 2, known: 1 })), "{error}");
}

#[tokio::test]
async fn a_verification_counts_and_finds_what_is_no_json() {
    let store = MemoryStore::new();
    fill(&store).await;
    let mut seen = Vec::new();
    let report = transfer::verify(&store, &mut |progress| seen.push(progress)).await.unwrap();
    assert_eq!(seen.len(), 701);
    assert_eq!(seen.last(), Some(&Progress { done: 701, total: 701 }));
    assert_eq!(report.areas, BTreeMap::from([("request".to_owned(), 700), ("upload".to_owned(), 1)]));
    let [fault @ RecordFault::NotJson { .. }] = report.faults.as_slice() else {
        panic!("{:?}", report.faults)
    };
    assert!(fault.to_string().starts_with("upload/1 is not JSON: "), "{fault}");
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledStore::open(dir.path()).unwrap());
    let raw = ::sled::open(dir.path().join("store")).unwrap();
    raw.insert("meta/format", b"2".as_slice()).unwrap();
    drop(raw);
    // Raw sled keeps its lock for a moment after it is dropped.
    let refused = loop {
        match SledStore::open(dir.path()).unwrap_err() {
            StoreError::InUse { .. } => std::thread::yield_now(),
            other => break other,
        }
    };
    assert_eq!(refused, StoreError::TooNew { found: 2, known: 1 });
}

#[tokio::test]
async fn a_failed_sync_stops_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    put(&store, "a", "1").await;
    fs::remove_dir(dir.path().join("store/blobs")).unwrap();
    let commits: Vec<_> = ["b", "c"]
        .map(|name| {
            let mut batch = Batch::default();
            batch.create(key(name), b"1".into());
            store.commit(batch)
        })
        .into();
    for commit in commits {
        assert!(matches!(commit.await, Err(StoreError::Failed(_))));
    }
    assert!(matches!(store.commit(Batch::default()).await, Err(StoreError::Failed(_))));
    assert!(matches!(store.load(&key("a")).await, Err(StoreError::Failed(_))));
    assert!(matches!(store.scan(all(), 9).await, Err(StoreError::Failed(_))));
}

fn ospo(data: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ospo"))
        .args(["store"])
        .args(args)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test]
async fn only_one_process_opens_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    let again = SledStore::open(dir.path()).unwrap_err();
    assert_eq!(again, StoreError::InUse { path: text(&dir.path().join("store")) });
    let message = refused(&ospo(dir.path(), &["export", "-"]));
    assert!(message.contains("is in use by another process; stop it first"), "{message}");
    drop(store);
    assert!(printed(&ospo(dir.path(), &["verify"])).contains("The store is sound."));
}

#[tokio::test]
async fn a_store_is_carried_over_by_command() {
    let dir = tempfile::tempdir().unwrap();
    let [data, copy, backup] = ["data", "copy", "backup"].map(|name| dir.path().join(name));
    let file = text(&dir.path().join("export.jsonl"));
    let message = refused(&ospo(&data, &["verify"]));
    assert!(message.contains("there is no store in"), "{message}");
    assert!(!data.exists(), "looking makes nothing");

    let store = SledStore::open(&data).unwrap();
    put(&store, "request/REL-1", "{\"title\":\"a parser\"}").await;
    put(&store, "request/REL-2", "{\"title\":\"a linter\"}").await;
    put(&store, "person/1", "{}").await;
    let expected = contents(&store).await;
    drop(store);

    assert_eq!(printed(&ospo(&data, &["export", &file])), format!("Exported 3 records to {file}.\n"));
    assert_eq!(printed(&ospo(&data, &["export", "-"])), fs::read_to_string(&file).unwrap());
    let message = refused(&ospo(&data, &["export", &file]));
    assert!(message.contains("exists already"), "{message}");

    assert_eq!(
        printed(&ospo(&copy, &["import", &file])),
        format!("Imported 3 records into {}.\n", copy.display())
    );
    let message = refused(&ospo(&copy, &["import", &file]));
    assert!(message.contains("the store is not empty"), "{message}");

    assert!(printed(&ospo(&data, &["backup", &text(&backup)])).starts_with("Backed up 3 records to"));
    let message = refused(&ospo(&data, &["backup", &text(&backup)]));
    assert!(message.contains("exists already"), "{message}");
    let report = printed(&ospo(&backup, &["verify"]));
    assert_eq!(
        report,
        "Read 3 records, 42 bytes.\n         1  person\n         2  request\nThe store is sound.\n"
    );

    for dir in [copy, backup] {
        assert_eq!(contents(&SledStore::open(&dir).unwrap()).await, expected);
    }
    let left: Vec<PathBuf> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| !text(path).ends_with(".partial")), "{left:?}");
}

/// One system call of the traced process: its name, its arguments and result.
fn calls(trace: &str) -> Vec<(String, String)> {
    let mut unfinished: BTreeMap<&str, String> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let whole = if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(thread, start.to_owned());
            continue;
        } else if let Some((_, end)) =
            call.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>"))
        {
            unfinished.remove(thread).unwrap_or_default() + end
        } else {
            call.to_owned()
        };
        if let Some((name, rest)) = whole.split_once('(') {
            calls.push((name.to_owned(), rest.to_owned()));
        }
    }
    calls
}

#[tokio::test]
async fn a_commit_is_on_disk_before_it_is_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    put(&store, "proof", "\"a-small-record-to-look-for\"").await;
    put(&store, "large", &format!("\"{}\"", "x".repeat(300_000))).await;
    let file = dir.path().join("export.jsonl");
    fs::write(&file, exported(&store).await.join("\n")).unwrap();
    let trace = dir.path().join("trace");
    let output = Command::new("strace")
        .args(["-f", "-y", "-s", "1000000", "-e", "trace=pwrite64,fsync,fdatasync,write", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_ospo"))
        .args(["store", "import"])
        .arg(&file)
        .arg("--data")
        .arg(dir.path().join("data"))
        .output()
        .expect("strace is missing; tests/run installs it");
    assert!(printed(&output).starts_with("Imported 2 records"));

    let calls = calls(&fs::read_to_string(&trace).unwrap());
    let position = |from: usize, name: &str, parts: &[&str]| {
        let found = calls
            .iter()
            .skip(from)
            .position(|(call, rest)| call == name && parts.iter().all(|part| rest.contains(part)));
        from + found.unwrap_or_else(|| panic!("no {name} with {parts:?} after call {from}"))
    };
    let acknowledged = position(0, "write", &["Imported 2 records"]);
    let logged = position(0, "pwrite64", &["/store/db>", "a-small-record-to-look-for"]);
    // What is too large for the log, sled puts into a file of its own.
    let blob = position(0, "write", &["/store/blobs/", "xxxxxxxx"]);
    let blob_synced = position(blob, "fsync", &["/store/blobs/", "= 0"]);
    let blob_named = position(blob_synced, "fsync", &["/store/blobs>", "= 0"]);
    let synced = position(logged.max(blob_named), "fdatasync", &["/store/db>", "= 0"]);
    assert!(synced < acknowledged, "acknowledged before it was synced");
}
