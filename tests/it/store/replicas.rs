//! The store in PostgreSQL: several replicas, and what can befall the connection and the server.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use ospo_counselor::store::lease;
use ospo_counselor::store::place::StorePlace;
use ospo_counselor::store::postgres::{IfMissing, PATIENCE, PostgresStore};
use ospo_counselor::store::sled::SledStore;
use ospo_counselor::store::transfer::{self, TransferError};
use ospo_counselor::store::{Batch, Expect, Key, Store, StoreError, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use super::{TTL, all, at, conflict, contents, exported, fill, import, key, keys, put, value};
use crate::support::postgres::{PASSWORD, Server};

/// A database of the shared server.
pub struct Database {
    server: Arc<Server>,
    url: SecretString,
}

impl Database {
    pub async fn new() -> Self {
        let server = Server::shared();
        let url = server.database().await;
        Self { server, url }
    }

    /// A store on it: another replica each time.
    pub async fn store(&self) -> PostgresStore {
        PostgresStore::connect(&self.url).await.unwrap()
    }

    fn name(&self) -> &str {
        self.url.expose_secret().rsplit('/').next().unwrap()
    }

    async fn sql(&self, statement: &str) -> Option<String> {
        self.server.sql(self.name(), statement).await
    }
}

fn create(store: &dyn Store, name: &str) -> impl Future<Output = Result<Version, StoreError>> + use<> {
    let mut batch = Batch::default();
    batch.create(key(name), b"1".into());
    store.commit(batch)
}

#[tokio::test]
async fn replicas_see_each_other_and_conflict() {
    let database = Database::new().await;
    let (one, two) = (database.store().await, database.store().await);
    let first = put(&one, "a", "1").await;
    assert_eq!(two.load(&key("a")).await.unwrap().unwrap().version, first);

    let (mut by_one, mut by_two) = (Batch::default(), Batch::default());
    by_one.put(key("a"), Expect::At(first), b"one".into());
    by_two.put(key("a"), Expect::At(first), b"two".into());
    by_two.create(key("b"), b"1".into());
    let second = one.commit(by_one).await.unwrap();
    assert_eq!(two.commit(by_two).await, conflict("a"));
    assert_eq!(keys(&two, all(), 9).await, ["a"]);
    assert!(put(&two, "a", "two").await > second);
    assert_eq!(value(&one, "a").await.as_deref(), Some("two"));
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_count_together_lose_nothing() {
    const REPLICAS: usize = 3;
    const TASKS: usize = 6;
    const ROUNDS: usize = 8;
    let database = Database::new().await;
    let mut tasks = Vec::new();
    for replica in 0..REPLICAS {
        let store = Arc::new(database.store().await);
        for task in 0..TASKS {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                let mut versions = Vec::new();
                for round in 0..ROUNDS {
                    loop {
                        let found = store.load(&key("count")).await.unwrap();
                        let count = found.as_ref().map_or(0, |found| {
                            String::from_utf8_lossy(&found.value).parse::<usize>().unwrap()
                        });
                        let expect = found.map_or(Expect::Absent, |found| Expect::At(found.version));
                        let mut batch = Batch::default();
                        batch.put(key("count"), expect, (count + 1).to_string().into());
                        batch.create(key(&format!("task/{replica}/{task}/{round}")), b"1".into());
                        match store.commit(batch).await {
                            Ok(version) => break versions.push(version),
                            Err(StoreError::Conflict { key }) => assert_eq!(key.0, "count"),
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
                versions
            }));
        }
    }
    let mut versions = Vec::new();
    for task in join_all(tasks).await {
        let of_task = task.unwrap();
        assert!(of_task.is_sorted_by(|a, b| a < b));
        versions.extend(of_task);
    }
    let total = REPLICAS * TASKS * ROUNDS;
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions.len(), total, "no version is given out twice");
    let store = database.store().await;
    assert_eq!(value(&store, "count").await, Some(total.to_string()));
    assert_eq!(keys(&store, Key::under("task/"), usize::MAX).await.len(), total);
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_may_start_at_the_same_time() {
    let database = Database::new().await;
    let stores = join_all((0..8).map(|_| database.store())).await;
    let created = join_all(stores.iter().map(|store| create(store, "first"))).await;
    assert_eq!(created.iter().filter(|created| created.is_ok()).count(), 1, "{created:?}");
}

#[tokio::test]
async fn a_lease_goes_from_replica_to_replica() {
    let database = Database::new().await;
    let (one, two) = (database.store().await, database.store().await);
    let old = lease::acquire(&one, "timers", "one", at(0), TTL).await.unwrap().unwrap();
    assert_eq!(lease::acquire(&two, "timers", "two", at(9), TTL).await, Ok(None));
    let new = lease::acquire(&two, "timers", "two", at(10), TTL).await.unwrap().unwrap();
    assert!(new.token() > old.token());
    let mut batch = Batch::default();
    old.fence(&mut batch);
    batch.create(key("work"), b"1".into());
    assert_eq!(one.commit(batch).await, conflict("lease/timers"));
    assert_eq!(lease::renew(&one, &old, at(11), TTL).await, Ok(None));
}

#[tokio::test]
async fn records_move_from_sled_to_postgres_and_back() {
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sled = SledStore::open(before.path()).unwrap();
    fill(&sled).await;
    let database = Database::new().await;
    let place = StorePlace::Postgres(database.url.clone());
    let missing = place.open_existing().await.err().unwrap().to_string();
    assert!(missing.starts_with("there is no store in the PostgreSQL database test_"), "{missing}");

    let postgres = place.open().await.unwrap();
    assert_eq!(import(&*postgres, &exported(&sled).await).await.unwrap(), 701);
    assert_eq!(contents(&*postgres).await, contents(&sled).await);
    assert!(matches!(import(&*postgres, &exported(&sled).await).await, Err(TransferError::NotEmpty)));
    let report = transfer::verify(&*postgres, &mut |_| {}).await.unwrap();
    assert_eq!((report.records, report.faults.len()), (701, 1), "the one that is no JSON");

    let back = SledStore::open(after.path()).unwrap();
    let existing = place.open_existing().await.unwrap();
    assert_eq!(import(&back, &exported(&*existing).await).await.unwrap(), 701);
    assert_eq!(contents(&back).await, contents(&sled).await);

    let copy = after.path().join("copy");
    assert_eq!(transfer::backup(&*existing, &copy, &mut |_| {}).await.unwrap(), 701);
    assert_eq!(contents(&SledStore::open(&copy).unwrap()).await, contents(&sled).await);
}

#[tokio::test]
async fn keys_sort_by_their_bytes_whatever_they_are() {
    let database = Database::new().await;
    let store = database.store().await;
    let names = ["", "\0", "A", "B/1", "B/10", "B/2", "a", "a\0", "b", "z", "ä", "\u{10fffe}"];
    for name in names.iter().rev() {
        create(&store, name).await.unwrap();
    }
    assert_eq!(keys(&store, key("")..key("\u{10ffff}"), 99).await, names);
}

#[tokio::test]
async fn a_newer_format_is_refused_and_stops_a_replica_that_runs() {
    let database = Database::new().await;
    let store = database.store().await;
    put(&store, "a", "1").await;
    database.sql("UPDATE ospo_store SET format = 2").await;
    let too_new = StoreError::TooNew { found: 2, known: 1 };
    assert_eq!(PostgresStore::connect(&database.url).await.unwrap_err(), too_new);
    assert_eq!(create(&store, "b").await, Err(too_new.clone()));
    assert_eq!(store.load(&key("a")).await, Err(too_new));
}

#[tokio::test]
async fn what_cannot_be_reached_is_named_without_its_password() {
    let database = Database::new().await;
    let server = &database.server;
    let (port, name) = (server.port, database.name());
    let no_server = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let cases = [
        (server.url("127.0.0.1", no_server, name), "Connection refused"),
        (server.url("127.0.0.1", port, "nowhere"), "database \"nowhere\" does not exist"),
        (server.url("127.0.0.1", port, name).replace("pass", "wrong"), "password authentication failed"),
        (server.url("127.0.0.1", port, name) + "?sslmode=require&sslrootcert=/nowhere.pem", "/nowhere.pem"),
    ];
    for (url, reason) in cases {
        let error = PostgresStore::connect(&url.into()).await.unwrap_err().to_string();
        assert!(error.contains("the PostgreSQL database ") && error.contains(" at 127.0.0.1:"), "{error}");
        assert!(error.contains(reason), "{error}");
        assert!(!error.contains("word-of-the-test"), "{error}");
    }
    let shown = format!(
        "{:?} {}",
        StorePlace::Postgres(database.url.clone()),
        StorePlace::Postgres(database.url.clone())
    );
    assert!(shown.contains(&format!("the PostgreSQL database {name} at 127.0.0.1:{port}")), "{shown}");
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[tokio::test]
async fn an_encrypted_connection_verifies_the_server() {
    let server = Server::start_with_tls();
    let authority = server.authority().display().to_string();
    let url = |host: &str, parameters: &str| -> SecretString {
        (server.url(host, server.port, "postgres") + "?" + parameters).into()
    };
    let trusting = format!("sslmode=verify-full&sslrootcert={}", authority.replace('/', "%2F"));
    let store = PostgresStore::connect(&url("localhost", &trusting)).await.unwrap();
    put(&store, "a", "1").await;
    let encrypted = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = 'ospo' AND NOT ssl";
    assert_eq!(server.sql("postgres", encrypted).await.as_deref(), Some("0"));

    for (url, reason) in [
        (url("localhost", "sslmode=require"), "UnknownIssuer"),
        (url("127.0.0.1", &trusting), "certificate not valid for name"),
    ] {
        let error = PostgresStore::connect(&url).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let plain = Database::new().await;
    let url = format!("{}?sslmode=require&sslrootcert={authority}", plain.url.expose_secret());
    let error = PostgresStore::connect(&url.into()).await.unwrap_err().to_string();
    assert!(error.contains("does not support TLS; turn it on there, or add sslmode=disable"), "{error}");
}

/// What befalls the next commit on its way to the server.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// It never gets there.
    RequestLost,
    /// It gets there, its answer does not come back.
    AnswerLost,
    /// It gets there when the client has already seen its connection break.
    RequestLate,
    /// It never gets there, and the connection does not break.
    RequestStuck,
    /// It gets there, and that was the last that the network carried.
    NetworkLost,
}

/// A network between a store and its server: counts the commits, and loses one on demand.
#[derive(Clone)]
struct Network {
    port: u16,
    commits: Arc<AtomicUsize>,
    fault: Arc<Mutex<Option<Fault>>>,
    /// Told when the fault strikes.
    strikes: Arc<Notify>,
    down: Arc<AtomicBool>,
}

impl Network {
    async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let network = Self {
            port,
            commits: Arc::default(),
            fault: Arc::default(),
            strikes: Arc::default(),
            down: Arc::default(),
        };
        let carrying = network.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let network = carrying.clone();
                if network.down.load(Ordering::Relaxed) {
                    continue;
                }
                tokio::spawn(async move { network.carry(client, server).await });
            }
        });
        network
    }

    async fn store(&self, database: &Database, patience: Duration) -> PostgresStore {
        let url = database.server.url("127.0.0.1", self.port, database.name());
        PostgresStore::open(&url.into(), IfMissing::Make, patience).await.unwrap()
    }

    /// Carries one connection until either side closes it, or the fault strikes.
    async fn carry(&self, client: TcpStream, server: u16) -> std::io::Result<()> {
        let (mut from_client, mut to_client) = client.into_split();
        let (from_server, mut to_server) = TcpStream::connect(("127.0.0.1", server)).await?.into_split();
        let from_server = Arc::new(tokio::sync::Mutex::new(from_server));
        let answering = from_server.clone();
        let answers =
            tokio::spawn(async move { tokio::io::copy(&mut *answering.lock().await, &mut to_client).await });
        let mut buffer = vec![0; 1 << 16];
        loop {
            let length = from_client.read(&mut buffer).await?;
            let sent = &buffer[..length];
            if length == 0 {
                return to_server.shutdown().await;
            }
            let commit = sent.windows(7).any(|window| window == b"COMMIT\0");
            self.commits.fetch_add(usize::from(commit), Ordering::Relaxed);
            let fault = if commit { self.fault.lock().unwrap().take() } else { None };
            let Some(fault) = fault else {
                to_server.write_all(sent).await?;
                continue;
            };
            self.strikes.notify_one();
            if let Fault::RequestStuck = fault {
                // Until the server has had enough.
                let _ = answers.await;
                return Ok(());
            }
            if let Fault::NetworkLost = fault {
                self.down.store(true, Ordering::Relaxed);
            }
            answers.abort();
            let _ = answers.await;
            drop(from_client);
            match fault {
                Fault::RequestLost | Fault::RequestStuck => return Ok(()),
                Fault::AnswerLost | Fault::NetworkLost => {}
                // As long as the store needs to ask for the lock.
                Fault::RequestLate => tokio::time::sleep(Duration::from_millis(300)).await,
            }
            to_server.write_all(sent).await?;
            // A server that cannot send its answer does not go on to the commit.
            let mut answer = Vec::new();
            while !answer.windows(7).any(|window| window == b"COMMIT\0") {
                if from_server.lock().await.read_buf(&mut answer).await? == 0 {
                    break;
                }
            }
            return to_server.shutdown().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_an_answer_happens_exactly_once() {
    let database = Database::new().await;
    let network = Network::to(database.server.port).await;
    let store = network.store(&database, PATIENCE).await;
    let mut last = put(&store, "count", "0").await;
    for (n, fault) in [Fault::RequestLost, Fault::AnswerLost, Fault::RequestLate].into_iter().enumerate() {
        *network.fault.lock().unwrap() = Some(fault);
        let mut batch = Batch::default();
        batch.put(key("count"), Expect::At(last), (n + 1).to_string().into());
        batch.create(key(&format!("once/{n}")), b"1".into());
        let committed = store.commit(batch).await;
        assert!(network.fault.lock().unwrap().is_none(), "{fault:?} has struck");
        assert_eq!(committed, Ok(Version(last.0 + 1)), "{fault:?}");
        last = committed.unwrap();
        assert_eq!(store.load(&key("count")).await.unwrap().unwrap().version, last, "{fault:?}");
    }
    assert_eq!(value(&store, "count").await.as_deref(), Some("3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_fate_stays_unknown_is_neither_acknowledged_nor_repeated() {
    let database = Database::new().await;
    let network = Network::to(database.server.port).await;
    let store = network.store(&database, Duration::from_millis(300)).await;
    let before = put(&store, "a", "1").await;
    *network.fault.lock().unwrap() = Some(Fault::NetworkLost);
    let (unknown, behind) = (create(&store, "unknown"), create(&store, "behind"));
    let error = unknown.await.unwrap_err();
    let message = error.to_string();
    assert!(message.contains(": whether the last commits were written is unknown: "), "{message}");
    assert_eq!(behind.await, Err(error.clone()), "what comes after it is not acknowledged either");
    assert_eq!(store.load(&key("a")).await, Err(error));

    // The process starts anew. A barrier waits until what was left unfinished is over.
    let store = database.store().await;
    let newest = store.commit(Batch::default()).await.unwrap();
    let found = keys(&store, all(), 9).await;
    assert!(found == ["a", "unknown"] || found == ["a", "behind", "unknown"], "{found:?}");
    assert_eq!(newest.0, before.0 + found.len() as u64 - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_wait_share_a_transaction() {
    let database = Database::new().await;
    let network = Network::to(database.server.port).await;
    let store = network.store(&database, PATIENCE).await;
    put(&store, "a", "1").await;
    let before = network.commits.load(Ordering::Relaxed);
    let commits = join_all((0..64).map(|n| create(&store, &format!("k{n}")))).await;
    assert!(commits.iter().all(Result::is_ok));
    let transactions = network.commits.load(Ordering::Relaxed) - before;
    assert!(transactions <= 3, "64 commits took {transactions} transactions");
}

/// The server is killed again and again while replicas write.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_loses_nothing_that_was_acknowledged() {
    const KILLS: usize = 3;
    const WRITERS: usize = 8;
    let mut server = Server::start(&[]);
    let url = server.database().await;
    let stop = Arc::new(AtomicBool::new(false));
    let acknowledged = Arc::new(watch::Sender::new(0));
    let mut tasks = Vec::new();
    for replica in 0..2 {
        let store = Arc::new(PostgresStore::connect(&url).await.unwrap());
        for writer in 0..WRITERS {
            let (store, stop, acknowledged) = (store.clone(), stop.clone(), acknowledged.clone());
            tasks.push(tokio::spawn(async move {
                let mine = key(&format!("count/{replica}/{writer}"));
                let mut count = 0;
                let mut expect = Expect::Absent;
                while !stop.load(Ordering::Relaxed) {
                    let mut batch = Batch::default();
                    count += 1;
                    batch.put(mine.clone(), expect, count.to_string().into());
                    batch.create(Key(format!("{mine}/{count:06}")), b"1".into());
                    // Nobody else writes this record: a conflict would be a commit that was done twice.
                    expect = Expect::At(store.commit(batch).await.unwrap());
                    acknowledged.send_modify(|count| *count += 1);
                    assert_eq!(value(&*store, &mine.0).await, Some(count.to_string()));
                }
                (mine, count)
            }));
        }
    }
    let grows_by = async |more: usize| {
        let enough = *acknowledged.borrow() + more;
        acknowledged.subscribe().wait_for(|count| *count >= enough).await.unwrap();
    };
    for _ in 0..KILLS {
        grows_by(200).await;
        tokio::task::block_in_place(|| {
            server.kill();
            server.run();
        });
    }
    grows_by(100).await;
    stop.store(true, Ordering::Relaxed);
    let store = PostgresStore::connect_existing(&url).await.unwrap();
    for task in join_all(tasks).await {
        let (mine, count) = task.unwrap();
        assert_eq!(value(&store, &mine.0).await, Some(count.to_string()));
        assert_eq!(keys(&store, Key::under(&format!("{mine}/")), usize::MAX).await.len(), count);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_away_fails_the_store() {
    let mut server = Server::start(&["fsync=off"]);
    let url = server.database().await;
    let store = PostgresStore::open(&url, IfMissing::Make, Duration::from_millis(300)).await.unwrap();
    put(&store, "a", "1").await;
    tokio::task::block_in_place(|| server.stop());
    let failed = |result: Result<(), StoreError>| {
        let message = result.unwrap_err().to_string();
        assert!(message.starts_with("the store failed: the PostgreSQL database test_"), "{message}");
        assert!(message.contains(&format!(" at 127.0.0.1:{}: ", server.port)), "{message}");
    };
    failed(store.load(&key("a")).await.map(drop));
    let waiting = [create(&store, "b"), create(&store, "c")];
    failed(store.load(&key("b")).await.map(drop));
    for commit in waiting {
        failed(commit.await.map(drop));
    }
    tokio::task::block_in_place(|| server.run());
    let message = store.load(&key("a")).await.unwrap_err();
    assert!(matches!(message, StoreError::Failed(_)), "a store that failed stays failed");
    let store = PostgresStore::connect_existing(&url).await.unwrap();
    assert_eq!(keys(&store, all(), 9).await, ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_stands_still_does_not_stop_the_others() {
    let database = Database::new().await;
    let network = Network::to(database.server.port).await;
    let (stuck, other) = (network.store(&database, PATIENCE).await, database.store().await);
    *network.fault.lock().unwrap() = Some(Fault::RequestStuck);
    let commit = create(&stuck, "stuck");
    network.strikes.notified().await;
    let waits = tokio::time::timeout(Duration::from_secs(60), create(&other, "other"));
    assert!(waits.await.unwrap().is_ok(), "the server gives up on the one that stands still");
    assert!(commit.await.is_ok(), "which tries again");
    assert_eq!(keys(&other, all(), 9).await, ["other", "stuck"]);
}
