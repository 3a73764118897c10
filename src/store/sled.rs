//! The store on disk: sled, with commits that survive a power loss.
//!
//! sled 0.34's own `flush` only calls `sync_file_range`, and each of its atomic batches writes to the file by
//! itself. So commits do not go to sled one by one. A commit is checked and applied at the call, in memory; one
//! thread takes all commits that wait, writes them as one atomic sled batch, makes the files durable once (see
//! `sled/disk.rs`), and only then resolves them. Commits that arrive meanwhile make the next group.
//!
//! Reads see the waiting writes first and sled's records below them. They run on the caller's thread: sled keeps
//! its pages in memory, where a read takes a few microseconds, less than handing it to another thread would, and
//! the first read of a page some thirty (measured with 60,000 records of 1 kB). `commit` itself waits for no disk.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use ::sled::IVec;
use async_trait::async_trait;
use futures::future::{self, BoxFuture, FutureExt};
use tokio::sync::oneshot;

use self::disk::{Database, Disk};
use super::format::MIGRATIONS;
use super::rules::{RESERVED, changes, expected, valid};
use super::{Batch, Change, Key, Record, Store, StoreError, Version};

mod disk;
mod own;

pub(super) use self::disk::sync_dir;

/// Writes on their way to sled: the record as sled will hold it, or none when it is removed.
type Writes = BTreeMap<Key, Option<IVec>>;

/// Told when a commit is durable, or that it may not be.
type Waiter = oneshot::Sender<Result<(), StoreError>>;

/// Hears what a [`Waiter`] is told.
type Durable = oneshot::Receiver<Result<(), StoreError>>;

/// A store in a directory. One process at a time; dropping it writes what still waits.
pub struct SledStore {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

struct Shared {
    db: Arc<Database>,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    /// The last version given out.
    newest: u64,
    /// Applied, and not yet taken by the writer.
    fresh: Writes,
    /// Taken by the writer, and not yet durable.
    writing: Arc<Writes>,
    /// Who waits for `fresh`, or for `writing` if there is nothing fresh.
    waiters: Vec<Waiter>,
    /// Set by the first failure; every later call fails with it.
    failed: Option<StoreError>,
    closed: bool,
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledStore").finish_non_exhaustive()
    }
}

impl SledStore {
    /// Opens the store of a data directory, which is its subdirectory `store`; both are made if they are missing.
    /// A store of an older format is migrated.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::TooNew`], [`StoreError::Failed`].
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        let mut disk = Disk::open(data)?;
        let newest = own::prepare(&mut disk, MIGRATIONS)?;
        let shared = Arc::new(Shared {
            db: disk.db.clone(),
            state: Mutex::new(State { newest, ..State::default() }),
            wake: Condvar::new(),
        });
        let writer = thread::Builder::new().name("store-writer".to_owned()).spawn({
            let shared = shared.clone();
            move || shared.write_groups(disk)
        });
        let writer =
            writer.map_err(|error| StoreError::Failed(format!("no thread to write with: {error}")))?;
        Ok(Self { shared, writer: Some(writer) })
    }

    /// Has the data directory a store?
    pub fn exists(data: &Path) -> bool {
        disk::database(data).exists()
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        if let Ok(mut state) = self.shared.state.lock() {
            state.closed = true;
        }
        self.shared.wake.notify_all();
        if let Some(Err(_)) = self.writer.take().map(JoinHandle::join) {
            tracing::error!("the store's writer panicked");
        }
    }
}

#[async_trait]
impl Store for SledStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        if key.0.starts_with(RESERVED) {
            return Ok(None);
        }
        let stored = self.shared.state()?.find(&self.shared.db, key)?;
        stored.map(|stored| record(key.clone(), &stored)).transpose()
    }

    /// The state stays locked, so a scan sees each batch whole or not at all.
    async fn scan(&self, range: Range<Key>, limit: usize) -> Result<Vec<Record>, StoreError> {
        let state = self.shared.state()?;
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let waiting: Writes = state
            .writing
            .range(range.clone())
            .chain(state.fresh.range(range.clone()))
            .map(|(key, stored)| (key.clone(), stored.clone()))
            .collect();
        // Each waiting write hides at most one record, so this many are enough to fill the limit.
        let enough = limit.saturating_add(waiting.len());
        let mut found = BTreeMap::new();
        let below = self.shared.db.range(range.start.0.as_bytes()..range.end.0.as_bytes());
        for pair in below
            .filter(|pair| !matches!(pair, Ok((key, _)) if key.starts_with(RESERVED.as_bytes())))
            .take(enough)
        {
            let (key, stored) = pair.map_err(disk::failed)?;
            found.insert(readable_key(&key)?, stored);
        }
        for (key, stored) in waiting {
            match stored {
                Some(stored) => found.insert(key, stored),
                None => found.remove(&key),
            };
        }
        found.into_iter().take(limit).map(|(key, stored)| record(key, &stored)).collect()
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'static, Result<Version, StoreError>> {
        match self.shared.apply(batch) {
            Err(error) => future::ready(Err(error)).boxed(),
            Ok((version, None)) => future::ready(Ok(version)).boxed(),
            Ok((version, Some(durable))) => async move {
                let closed = |_| Err(StoreError::Failed("it was closed".to_owned()));
                durable.await.unwrap_or_else(closed).map(|()| version)
            }
            .boxed(),
        }
    }
}

impl Shared {
    fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.state.lock();
        let state =
            state.map_err(|_| StoreError::Failed("a thread panicked while it used the store".to_owned()))?;
        match &state.failed {
            Some(error) => Err(error.clone()),
            None => Ok(state),
        }
    }

    /// Checks and applies a batch. Returns its version, and where to hear that it is durable unless all is.
    fn apply(&self, batch: Batch) -> Result<(Version, Option<Durable>), StoreError> {
        let mut state = self.state()?;
        valid(&batch)?;
        expected(&batch, |key| {
            let stored = state.find(&self.db, key)?;
            stored.map(|stored| version_of(key, &stored)).transpose()
        })?;
        if changes(&batch) {
            state.newest += 1;
        }
        let version = Version(state.newest);
        for write in batch.writes {
            match write.change {
                Change::Put(value) => state.fresh.insert(write.key, Some(stored(version, &value))),
                Change::Remove => state.fresh.insert(write.key, None),
                Change::Keep => continue,
            };
        }
        if state.fresh.is_empty() && state.writing.is_empty() {
            return Ok((version, None));
        }
        let (waiter, durable) = oneshot::channel();
        state.waiters.push(waiter);
        drop(state);
        self.wake.notify_one();
        Ok((version, Some(durable)))
    }

    /// The life of the writer: group after group until the store is closed and nothing waits, or it fails.
    fn write_groups(&self, mut disk: Disk) {
        while let Some((group, newest, waiters)) = self.next_group() {
            // A barrier behind a group that is durable by now has nothing to write.
            let write = || if group.is_empty() { Ok(()) } else { disk.write(&group, newest) };
            let written = panic::catch_unwind(AssertUnwindSafe(write));
            let result = written.unwrap_or_else(|_| Err(StoreError::Failed("sled panicked".to_owned())));
            let late = self.finish_group(&result);
            for waiter in waiters.into_iter().chain(late) {
                // Nobody waits for a commit whose future was dropped; it was written all the same.
                let _ = waiter.send(result.clone());
            }
        }
    }

    /// Waits for commits and takes all there are.
    fn next_group(&self) -> Option<(Arc<Writes>, u64, Vec<Waiter>)> {
        let idle = |state: &mut State| {
            state.failed.is_none() && state.fresh.is_empty() && state.waiters.is_empty() && !state.closed
        };
        let mut state = self.wake.wait_while(self.state.lock().ok()?, idle).ok()?;
        if state.failed.is_some() || (state.fresh.is_empty() && state.waiters.is_empty()) {
            return None;
        }
        state.writing = Arc::new(std::mem::take(&mut state.fresh));
        Some((state.writing.clone(), state.newest, std::mem::take(&mut state.waiters)))
    }

    /// Notes what became of a group. After a failure nothing is written any more, so those who wait for the next
    /// group hear of it too: they are returned.
    fn finish_group(&self, result: &Result<(), StoreError>) -> Vec<Waiter> {
        let Ok(mut state) = self.state.lock() else { return Vec::new() };
        match result {
            Ok(()) => {
                state.writing = Arc::default();
                Vec::new()
            }
            Err(error) => {
                tracing::error!(%error, "the store stops");
                state.failed = Some(error.clone());
                std::mem::take(&mut state.waiters)
            }
        }
    }
}

impl State {
    /// The record as the last commit left it.
    fn find(&self, db: &Database, key: &Key) -> Result<Option<IVec>, StoreError> {
        match self.fresh.get(key).or_else(|| self.writing.get(key)) {
            Some(waiting) => Ok(waiting.clone()),
            None => db.get(&key.0).map_err(disk::failed),
        }
    }
}

/// How sled holds a record: its version (8 bytes, big endian), then its bytes.
fn stored(version: Version, value: &[u8]) -> IVec {
    let mut bytes = version.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(value);
    bytes.into()
}

fn split<'a>(key: &Key, stored: &'a [u8]) -> Result<(Version, &'a [u8]), StoreError> {
    let (version, value) = stored
        .split_first_chunk()
        .ok_or_else(|| StoreError::Failed(format!("the record {key} is damaged; restore a backup")))?;
    Ok((Version(u64::from_be_bytes(*version)), value))
}

fn version_of(key: &Key, stored: &[u8]) -> Result<Version, StoreError> {
    split(key, stored).map(|(version, _)| version)
}

fn record(key: Key, stored: &[u8]) -> Result<Record, StoreError> {
    let (version, value) = split(&key, stored)?;
    Ok(Record { version, value: value.to_vec(), key })
}

fn readable_key(bytes: &[u8]) -> Result<Key, StoreError> {
    let text = std::str::from_utf8(bytes);
    text.map(Key::from).map_err(|_| StoreError::Failed("a key is not text; restore a backup".to_owned()))
}
