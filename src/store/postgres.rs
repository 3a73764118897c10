//! The store in PostgreSQL, for several replicas that share the work; and in CockroachDB or YugabyteDB, which
//! speak the same SQL (see `postgres/schema.rs`).
//!
//! One task writes (see `postgres/writer.rs`): commits are queued at the call, and those that wait at the same time become
//! one transaction. Reads go to the server on connections of their own, each as one statement, which sees all that
//! is committed and nothing else. A read that touches what this process has queued waits for it first, so that
//! nobody reads a state older than what they wrote.
//!
//! A lost connection is nobody's fault: calls try again for [`PATIENCE`] before they fail. A commit is repeated only
//! when the server has said that the first attempt left nothing. How durable an acknowledged commit is, is the
//! server's business; where a standby may take over, replicate synchronously.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures::future::{self, BoxFuture, FutureExt};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Row};

use self::address::Address;
use self::trouble::{Patience, Trouble};
use self::writer::Writer;
use super::format::{MIGRATIONS, Migration};
use super::rules::valid;
use super::{Batch, Change, Key, Record, Store, StoreError, Version};

mod address;
mod group;
mod schema;
mod trouble;
mod writer;

pub use self::schema::IfMissing;

/// How long a call goes on trying while the server does not answer. A server that restarts is back by then.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Connections of one store: one to write, the others to read.
const CONNECTIONS: usize = 8;
/// How long a new connection may take.
const CONNECT: Duration = Duration::from_secs(15);

/// A store in a database, which other processes may use at the same time.
pub struct PostgresStore {
    shared: Arc<Shared>,
    queue: mpsc::UnboundedSender<Commit>,
}

/// What the store and its writer share.
struct Shared {
    pool: Pool,
    /// The database and its host, for people.
    name: String,
    patience: Duration,
    state: Mutex<State>,
    /// The number of the last commit that is done.
    done: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// The number of the last commit that was called.
    called: u64,
    /// Records that commits which are not done yet write, each with the last of these commits.
    waiting: BTreeMap<Key, u64>,
    /// Set by the first failure; every later call fails with it.
    failed: Option<StoreError>,
}

/// A commit on its way.
struct Commit {
    number: u64,
    batch: Batch,
    answer: oneshot::Sender<Result<Version, StoreError>>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("name", &self.shared.name).finish_non_exhaustive()
    }
}

/// The database and its host that a URL names, for people.
pub(super) fn name(url: &SecretString) -> String {
    address::parse(url.expose_secret())
        .map_or_else(|_| "a PostgreSQL database".to_owned(), |place| place.name)
}

impl PostgresStore {
    /// Opens the store of a database, and makes it where there is none. The database itself must exist. A store of
    /// an older format is migrated.
    ///
    /// The URL is `postgres://user:password@host:5432/database?sslmode=…`. The connection to another machine is
    /// encrypted and the server's certificate verified, unless the URL says `sslmode=disable`; `sslrootcert=FILE`
    /// names the certificate of its authority, if the system does not know it. Several hosts, separated by commas,
    /// with `target_session_attrs=read-write`, follow a primary that moves.
    ///
    /// Must be called in a tokio runtime; the store's tasks end with it.
    ///
    /// # Errors
    /// [`StoreError::Failed`] with the host and the database, never the password; [`StoreError::TooNew`].
    pub async fn connect(url: &SecretString) -> Result<Self, StoreError> {
        Self::open(url, IfMissing::Make, PATIENCE).await
    }

    /// Opens the store of a database, but makes none where there is none.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; those of [`PostgresStore::connect`].
    pub async fn connect_existing(url: &SecretString) -> Result<Self, StoreError> {
        Self::open(url, IfMissing::Refuse, PATIENCE).await
    }

    /// Opens the store of a database, whose calls go on trying for `patience` while the server does not answer.
    ///
    /// # Errors
    /// Those of [`PostgresStore::connect_existing`].
    pub async fn open(
        url: &SecretString,
        if_missing: IfMissing,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        Self::migrated(url, if_missing, patience, MIGRATIONS).await
    }

    async fn migrated(
        url: &SecretString,
        if_missing: IfMissing,
        patience: Duration,
        migrations: &[Migration],
    ) -> Result<Self, StoreError> {
        let address = address::parse(url.expose_secret())?;
        let pool = pool(&address)?;
        let name = address.name;
        let mut tries = Patience::new(patience);
        loop {
            // Whoever starts the bot wants to hear at once that there is no server.
            let client = pool.get().await.map_err(|error| Trouble::from(error).into_error(&name))?;
            let Err(trouble) = schema::prepare(&client, &name, if_missing, migrations).await else { break };
            // Not back into the pool: it may be in the middle of a transaction.
            drop(Object::take(client));
            tries.wait(trouble).await.map_err(|trouble| trouble.into_error(&name))?;
        }
        let state = Mutex::default();
        let shared = Arc::new(Shared { pool, name, patience, state, done: watch::Sender::new(0) });
        let (queue, commits) = mpsc::unbounded_channel();
        tokio::spawn(Writer::new(shared.clone()).run(commits));
        Ok(Self { shared, queue })
    }
}

fn pool(address: &Address) -> Result<Pool, StoreError> {
    let how = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = match address.tls()? {
        Some(tls) => Manager::from_config(address.config.clone(), tls, how),
        None => Manager::from_config(address.config.clone(), NoTls, how),
    };
    let session = Hook::async_fn(|client, _| {
        async { client.batch_execute(schema::SESSION).await.map_err(HookError::Backend) }.boxed()
    });
    let pool = Pool::builder(manager)
        .max_size(CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .create_timeout(Some(CONNECT))
        .post_create(session)
        .build();
    pool.map_err(|error| StoreError::Failed(error.to_string()))
}

#[async_trait]
impl Store for PostgresStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.shared.after(|waiting| waiting.get(key).copied()).await?;
        let mut found = self.shared.read(schema::LOAD, &[&key.0.as_bytes()]).await?;
        Ok(found.pop())
    }

    async fn scan(&self, range: Range<Key>, limit: usize) -> Result<Vec<Record>, StoreError> {
        if range.is_empty() {
            return self.shared.state().map(|_| Vec::new());
        }
        self.shared.after(|waiting| waiting.range(range.clone()).map(|(_, number)| *number).max()).await?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.shared.read(schema::SCAN, &[&range.start.0.as_bytes(), &range.end.0.as_bytes(), &limit]).await
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'static, Result<Version, StoreError>> {
        match valid(&batch).and_then(|()| self.enqueue(batch)) {
            Err(error) => future::ready(Err(error)).boxed(),
            Ok(answer) => async move {
                let stopped =
                    |_| Err(StoreError::Failed("the store was closed before it answered".to_owned()));
                answer.await.unwrap_or_else(stopped)
            }
            .boxed(),
        }
    }
}

impl PostgresStore {
    /// Gives a batch to the writer. Returns where to hear what became of it.
    fn enqueue(&self, batch: Batch) -> Result<oneshot::Receiver<Result<Version, StoreError>>, StoreError> {
        let (answer, heard) = oneshot::channel();
        // Locked until the commit is queued: numbers are in the order of the queue.
        let mut state = self.shared.state()?;
        state.called += 1;
        let number = state.called;
        let written = batch.writes.iter().filter(|write| write.change != Change::Keep);
        state.waiting.extend(written.map(|write| (write.key.clone(), number)));
        let queued = self.queue.send(Commit { number, batch, answer });
        queued.map_err(|_| StoreError::Failed(format!("{}: the writer has stopped", self.shared.name)))?;
        Ok(heard)
    }
}

impl Shared {
    fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let panicked = |_| StoreError::Failed("a thread panicked while it used the store".to_owned());
        let state = self.state.lock().map_err(panicked)?;
        match &state.failed {
            Some(error) => Err(error.clone()),
            None => Ok(state),
        }
    }

    /// Waits until a commit is done: the one that `last` finds among those whose records wait.
    async fn after(&self, last: impl FnOnce(&BTreeMap<Key, u64>) -> Option<u64>) -> Result<(), StoreError> {
        let awaited = last(&self.state()?.waiting);
        if let Some(number) = awaited {
            let mut done = self.done.subscribe();
            // The sender is a part of `self`.
            let _ = done.wait_for(|done| *done >= number).await;
        }
        self.state().map(drop)
    }

    /// Reads records with one statement, however often that takes.
    async fn read(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Record>, StoreError> {
        let mut patience = Patience::new(self.patience);
        loop {
            match self.try_read(statement, parameters).await {
                Ok(records) => return Ok(records),
                Err(trouble) => {
                    patience.wait(trouble).await.map_err(|trouble| trouble.into_error(&self.name))?;
                }
            }
        }
    }

    async fn try_read(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Record>, Trouble> {
        let client = self.pool.get().await?;
        let rows = client.query(&client.prepare_cached(statement).await?, parameters).await?;
        rows.iter().map(record).collect()
    }

    /// Answers commits that are done, in their order.
    fn finish(&self, commits: impl Iterator<Item = (Commit, Result<Version, StoreError>)>) {
        let mut last = None;
        // A panic elsewhere does not make the numbers wrong.
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for (Commit { number, batch, answer }, result) in commits {
            for write in &batch.writes {
                if state.waiting.get(&write.key).is_some_and(|last| *last <= number) {
                    state.waiting.remove(&write.key);
                }
            }
            // Nobody waits for a commit whose future was dropped; it was done all the same.
            let _ = answer.send(result);
            last = Some(number);
        }
        drop(state);
        if let Some(last) = last {
            self.done.send_replace(last);
        }
    }

    /// Makes every later call fail.
    fn fail(&self, error: &StoreError) {
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        state.failed.get_or_insert_with(|| error.clone());
    }
}

fn record(row: &Row) -> Result<Record, Trouble> {
    let key = schema::key(row.try_get(0)?)?;
    Ok(Record { key, version: schema::version(row.try_get(1)?)?, value: row.try_get(2)? })
}

/// The tests' own server; see there.
#[cfg(test)]
#[path = "../../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the integration tests use the rest of it")]
mod server;

#[cfg(test)]
mod tests {
    use super::server::Server;
    use super::*;

    #[tokio::test]
    async fn an_older_store_is_migrated_once_and_stops_its_older_replicas() {
        fn rename(key: Key, value: Vec<u8>) -> Option<(Key, Vec<u8>)> {
            match key.0.strip_prefix("old/") {
                Some("gone") => None,
                Some(name) => Some((Key(format!("new/{name}")), [value, b"!".to_vec()].concat())),
                None => Some((key, value)),
            }
        }
        let server = Server::shared();
        let url = server.database().await;
        let create = |store: &PostgresStore, names: &[&str]| {
            let mut batch = Batch::default();
            names.iter().for_each(|name| batch.create(Key::from(*name), b"value".into()));
            store.commit(batch)
        };
        let all = async |store: &PostgresStore| store.scan("".into().."~".into(), usize::MAX).await.unwrap();

        let old = PostgresStore::connect(&url).await.unwrap();
        let version = create(&old, &["old/1", "old/gone", "other"]).await.unwrap();
        let migrations: [Migration; 2] = [rename, |key, value| Some((key, value))];
        let open =
            async || PostgresStore::migrated(&url, IfMissing::Refuse, PATIENCE, &migrations).await.unwrap();
        let new = open().await;
        let record = |name: &str, value: &[u8]| Record { key: name.into(), version, value: value.into() };
        let expected = [record("new/1", b"value!"), record("other", b"value")];
        assert_eq!(all(&new).await, expected);
        assert_eq!(all(&open().await).await, expected);

        let too_new = StoreError::TooNew { found: 3, known: 1 };
        assert_eq!(create(&old, &["old/2"]).await, Err(too_new.clone()));
        assert_eq!(old.load(&"other".into()).await, Err(too_new.clone()), "it has stopped");
        assert_eq!(PostgresStore::connect(&url).await.unwrap_err(), too_new);
    }
}
