//! The narrow waist: what a place to keep records must be able to do, and nothing more, so that every backend
//! can be checked against one shared suite of tests (`tests/it/store.rs`).
//!
//! A record is bytes under a [`Key`] with a [`Version`]. Reading is [`Store::load`] and [`Store::scan`]; writing
//! is [`Store::commit`], which takes a [`Batch`] whole or not at all. Every write states what it expects to
//! find; a [`StoreError::Conflict`] sends the caller back to read again and run its pure handler anew.
//! Leases for work that one replica does at a time are built on these three alone (see [`lease`]).
//!
//! What a backend refuses, whichever it is: a batch with the same key twice, with a key under `meta/`, which is
//! the store's own, or with a key at or after `"\u{10ffff}"`, so that every record is in the range from `""` to
//! there ([`StoreError::Invalid`]). Which backend a config or a command names is [`place::StorePlace`].

use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

mod format;
pub mod lease;
pub mod memory;
pub mod place;
#[cfg(feature = "postgres")]
pub mod postgres;
mod rules;
pub mod sled;
pub mod transfer;

/// The name of a record: parts joined by `/`, such as `request/REL-42`. Records sort by the bytes of their keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub String);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Key {
    /// The range of all keys that begin with `prefix`, which must not be empty and must end in ASCII.
    pub fn under(prefix: &str) -> Range<Self> {
        let mut end = prefix.as_bytes().to_vec();
        if let Some(last) = end.last_mut() {
            *last += 1;
        }
        Self(prefix.to_owned())..Self(String::from_utf8_lossy(&end).into_owned())
    }

    /// The smallest key after this one.
    pub fn next(&self) -> Self {
        Self(format!("{self}\0"))
    }
}

/// Grows with every write to a record; never reused, not even after a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub key: Key,
    /// Its version.
    pub version: Version,
    /// Its bytes.
    pub value: Vec<u8>,
}

/// What a write expects to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// No such record.
    Absent,
    /// The record as it was read.
    At(Version),
}

/// What is done to one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It gets these bytes and a new version.
    Put(Vec<u8>),
    /// It is removed.
    Remove,
    /// It stays: the commit only holds if nobody changed it meanwhile.
    Keep,
}

/// One write of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The record.
    pub key: Key,
    /// What it must be before.
    pub expect: Expect,
    /// What is done to it.
    pub change: Change,
}

/// Writes that happen together or not at all. No key stands in a batch twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The writes.
    pub writes: Vec<Write>,
}

impl Batch {
    /// Adds a record that must not exist yet.
    pub fn create(&mut self, key: Key, value: Vec<u8>) {
        self.writes.push(Write { key, expect: Expect::Absent, change: Change::Put(value) });
    }

    /// Adds a write to a record as it was read.
    pub fn put(&mut self, key: Key, expect: Expect, value: Vec<u8>) {
        self.writes.push(Write { key, expect, change: Change::Put(value) });
    }

    /// Adds the removal of a record as it was read.
    pub fn remove(&mut self, key: Key, version: Version) {
        self.writes.push(Write { key, expect: Expect::At(version), change: Change::Remove });
    }

    /// Makes the commit depend on a record that it does not change.
    pub fn keep(&mut self, key: Key, expect: Expect) {
        self.writes.push(Write { key, expect, change: Change::Keep });
    }
}

/// Why the store could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed a record first. Nothing was written; read again and try again.
    #[error("{key} was changed by somebody else meanwhile")]
    Conflict {
        /// The first record that was not as expected.
        key: Key,
    },
    /// The batch breaks a rule of the store. Nothing was written.
    #[error("the batch is not valid: {0}")]
    Invalid(String),
    /// The disk or the server failed. Whether the last commits are durable is unknown: the process must stop
    /// and read the store anew.
    #[error("the store failed: {0}")]
    Failed(String),
    /// The store was written by a newer version of this program.
    #[error(
        "this store has format {found}, and this program knows formats up to {known}; use the version of ospo that \
         wrote it, or a newer one"
    )]
    TooNew {
        /// The format of the store.
        found: u32,
        /// The newest format this program reads.
        known: u32,
    },
    /// There is none, and none was to be made.
    #[error("there is no store in {place}; name the data directory or the database that the bot uses")]
    Missing {
        /// Where it was looked for.
        place: String,
    },
    /// Another process has the store open.
    #[error("{path} is in use by another process; stop it first, or give another data directory")]
    InUse {
        /// Where the store is.
        path: String,
    },
}

/// A place to keep records.
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads one record.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError>;

    /// Reads at most `limit` records whose keys are in `range`, in the order of their keys.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    async fn scan(&self, range: Range<Key>, limit: usize) -> Result<Vec<Record>, StoreError>;

    /// Writes a batch whole or not at all and returns the version its records now have; a batch that changes
    /// nothing returns the last version given out.
    ///
    /// Batches take effect in the order of the calls, whether or not their futures are polled. A load or a scan
    /// that is called later on this store sees what they wrote: where a commit is applied in memory (memory,
    /// sled), at once; where only the server can apply it (PostgreSQL), the read waits until every commit that was
    /// called before it and touches what it reads is done. So nobody ever reads a state older than what they
    /// wrote; but on PostgreSQL a chain of read and commit on one record is made durable link by link, while
    /// commits on different records share one transaction.
    ///
    /// The future resolves when the batch, and with it every one before it, is durable. So an empty batch is a
    /// barrier: when it resolves, all that was read before it is durable. What a commit that nobody waits for
    /// becomes is unknown when the process ends.
    ///
    /// Where several processes share a store, the order of their batches is the order of the versions. A read
    /// sees all that another process had made durable when it was called; what the other one writes after that
    /// is found by the next commit, as a conflict.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::Invalid`], [`StoreError::Failed`]. A conflict or a refusal leaves
    /// the other batches of its time alone; a failure ends the store: every later call fails too.
    fn commit(&self, batch: Batch) -> BoxFuture<'static, Result<Version, StoreError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_covers_exactly_the_keys_under_it() {
        let range = Key::under("outbox/");
        assert!(range.contains(&"outbox/1".into()));
        assert!(range.contains(&"outbox/\u{10ffff}".into()));
        assert!(!range.contains(&"outbox".into()));
        assert!(!range.contains(&"outboy".into()));
    }
}
