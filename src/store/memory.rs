//! A store in memory, for tests and simulation: the contract in its plainest form, and faults on demand.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use futures::future::{self, BoxFuture, FutureExt};

use super::rules::{changes, expected, valid};
use super::{Batch, Change, Key, Record, Store, StoreError, Version};

/// What becomes of a commit in a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes its way.
    Normal,
    /// Somebody else was faster: nothing is written, and the answer is [`StoreError::Conflict`] with the batch's
    /// first key. An empty batch cannot conflict and goes its way.
    Conflict,
    /// The store fails before it writes: nothing is written, and the answer is [`StoreError::Failed`].
    FailBefore,
    /// The store writes and then fails: all is written, yet the answer is [`StoreError::Failed`].
    FailAfter,
}

type Plan = Box<dyn FnMut(&Batch) -> Fate + Send>;

/// Records in memory. What is applied counts as durable.
///
/// After a failure every call fails, as [`StoreError::Failed`] asks; [`MemoryStore::reopen`] is the restart.
#[derive(Default)]
pub struct MemoryStore {
    data: Arc<Mutex<Data>>,
    failed: Mutex<Option<StoreError>>,
}

#[derive(Default)]
struct Data {
    records: BTreeMap<Key, (Version, Vec<u8>)>,
    newest: u64,
    plan: Option<Plan>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// An empty store that never fails.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that asks `plan` what becomes of each commit, in the order of the calls. The plan must not
    /// use the store itself.
    pub fn with_faults(plan: impl FnMut(&Batch) -> Fate + Send + 'static) -> Self {
        let data = Data { plan: Some(Box::new(plan)), ..Data::default() };
        Self { data: Arc::new(Mutex::new(data)), failed: Mutex::default() }
    }

    /// The store as a process finds it that starts anew: the same records and the same plan, no failure.
    pub fn reopen(&self) -> Self {
        Self { data: self.data.clone(), failed: Mutex::default() }
    }

    fn data(&self) -> Result<MutexGuard<'_, Data>, StoreError> {
        let panicked = || StoreError::Failed("a thread panicked while it used the store".to_owned());
        match &*self.failed.lock().map_err(|_| panicked())? {
            Some(error) => Err(error.clone()),
            None => self.data.lock().map_err(|_| panicked()),
        }
    }

    fn apply(&self, batch: Batch) -> Result<Version, StoreError> {
        let mut data = self.data()?;
        valid(&batch)?;
        expected(&batch, |key| Ok(data.records.get(key).map(|(version, _)| *version)))?;
        let fate = data.plan.as_mut().map_or(Fate::Normal, |plan| plan(&batch));
        let first = batch.writes.first().map(|write| write.key.clone());
        match (fate, first) {
            (Fate::Conflict, Some(key)) => return Err(StoreError::Conflict { key }),
            (Fate::FailBefore, _) => {}
            _ => data.write(batch),
        }
        if matches!(fate, Fate::FailBefore | Fate::FailAfter) {
            let error = StoreError::Failed("a planned fault".to_owned());
            if let Ok(mut failed) = self.failed.lock() {
                *failed = Some(error.clone());
            }
            return Err(error);
        }
        Ok(Version(data.newest))
    }
}

impl Data {
    fn write(&mut self, batch: Batch) {
        if changes(&batch) {
            self.newest += 1;
        }
        for write in batch.writes {
            match write.change {
                Change::Put(value) => {
                    self.records.insert(write.key, (Version(self.newest), value));
                }
                Change::Remove => {
                    self.records.remove(&write.key);
                }
                Change::Keep => {}
            }
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let data = self.data()?;
        Ok(data.records.get(key).map(|(version, value)| Record {
            key: key.clone(),
            version: *version,
            value: value.clone(),
        }))
    }

    async fn scan(&self, range: Range<Key>, limit: usize) -> Result<Vec<Record>, StoreError> {
        let data = self.data()?;
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let records = data.records.range(range).take(limit);
        let read = |(key, (version, value)): (&Key, &(Version, Vec<u8>))| Record {
            key: key.clone(),
            version: *version,
            value: value.clone(),
        };
        Ok(records.map(read).collect())
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'static, Result<Version, StoreError>> {
        future::ready(self.apply(batch)).boxed()
    }
}
