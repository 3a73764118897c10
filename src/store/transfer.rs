//! Whole stores: export to a file, import, verification, and a backup that is a store of its own.
//!
//! All of it works through [`Store`] alone. Versions are a store's own business: an export shows them, and the
//! store that takes the records in gives them new ones.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

use self::line::{End, Header, MARK, hex};
use super::format::FORMAT;
use super::rules::END;
use super::sled::{SledStore, sync_dir};
use super::{Batch, Key, Record, Store, StoreError, Version};

mod import;
mod line;

pub use self::import::LineFault;

/// How many records are read at a time.
const PAGE: usize = 256;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records done.
    pub done: u64,
    /// Records in all.
    pub total: u64,
}

/// Is called after each record.
pub type Watch<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// Why a store could not be carried over.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// An import was refused because of one line. Nothing was imported.
    #[error("line {line}: {fault}; nothing was imported, use another export or a backup")]
    Line {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        fault: LineFault,
    },
    /// An import must not mix with what is there.
    #[error("the store is not empty; import into a new data directory or database")]
    NotEmpty,
    /// Somebody wrote to the store during the export or backup.
    #[error("the store was written to meanwhile; stop what uses it and try again")]
    Written,
    /// Nothing is overwritten.
    #[error("{} exists already; give another name, or move it away", .0.display())]
    Exists(PathBuf),
    /// A backup was read back and is not what was written. It is removed.
    #[error("the backup differs from the store; check the disk at {}", .0.display())]
    Differs(PathBuf),
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Records read.
    pub records: u64,
    /// Bytes of their values.
    pub bytes: u64,
    /// Records by the first part of their keys.
    pub areas: BTreeMap<String, u64>,
    /// What is wrong; empty for a sound store.
    pub faults: Vec<RecordFault>,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    /// It is not JSON, as all records are.
    #[error("{key} is not JSON: {reason}")]
    NotJson {
        /// The record.
        key: Key,
        /// Where it goes wrong.
        reason: String,
    },
    /// It stands at the wrong place.
    #[error("{0} is out of order")]
    Order(Key),
    /// Its version was never given out.
    #[error("{key} has version {}, but the store has only given out {}", version.0, newest.0)]
    Version {
        /// The record.
        key: Key,
        /// Its version.
        version: Version,
        /// The store's last version.
        newest: Version,
    },
    /// Reading it by its key gives something else than reading all records in order.
    #[error("{0} reads differently by its key")]
    Lost(Key),
}

/// Writes every record to `out`; the lines are those of an export file. Returns how many records there were.
///
/// # Errors
/// [`TransferError::Store`], [`TransferError::Io`], [`TransferError::Written`].
pub async fn export(
    store: &dyn Store,
    out: &mut (dyn Write + Send),
    watch: Watch<'_>,
) -> Result<u64, TransferError> {
    let before = newest(store).await?;
    let total = count(store).await?;
    let mut sum = Sha256::new();
    let mut put = |text: String| {
        sum.update(&text);
        sum.update("\n");
        writeln!(out, "{text}")
    };
    put(json(&Header { export: MARK.to_owned(), format: FORMAT, records: total })?)?;
    let mut done = 0;
    let mut pages = Pages::new(store);
    while let Some(page) = pages.next().await? {
        for record in page {
            done += 1;
            put(line::encode(done, &record))?;
            watch(Progress { done, total });
        }
    }
    if done != total || newest(store).await? != before {
        return Err(TransferError::Written);
    }
    let end = End { end: total, sha256: hex(&sum.finalize()) };
    writeln!(out, "{}", json(&end)?)?;
    out.flush()?;
    Ok(total)
}

/// Fills an empty store from an export. Returns how many records there were.
///
/// Everything is read and checked first and then written as one commit, so a failed import leaves the store
/// empty. The records are in memory meanwhile.
///
/// # Errors
/// [`TransferError::NotEmpty`], [`TransferError::Line`], [`TransferError::Io`], [`TransferError::Store`].
pub async fn import(
    store: &dyn Store,
    input: &mut (dyn BufRead + Send),
    watch: Watch<'_>,
) -> Result<u64, TransferError> {
    refuse_filled(store).await?;
    let batch = import::read(input, watch)?;
    let records = batch.writes.len() as u64;
    fill(store, batch).await?;
    Ok(records)
}

/// Reads every record and checks it: it is JSON, in order, found by its key, and of a version the store knows.
///
/// # Errors
/// [`TransferError::Store`] if a record cannot be read at all.
pub async fn verify(store: &dyn Store, watch: Watch<'_>) -> Result<Report, TransferError> {
    let newest = newest(store).await?;
    let total = count(store).await?;
    let mut report = Report::default();
    let mut last: Option<Key> = None;
    let mut pages = Pages::new(store);
    while let Some(page) = pages.next().await? {
        for record in page {
            let key = record.key.clone();
            if let Err(error) = serde_json::from_slice::<IgnoredAny>(&record.value) {
                report.faults.push(RecordFault::NotJson { key: key.clone(), reason: error.to_string() });
            }
            if last.as_ref().is_some_and(|last| *last >= key) {
                report.faults.push(RecordFault::Order(key.clone()));
            }
            if record.version > newest {
                let version = record.version;
                report.faults.push(RecordFault::Version { key: key.clone(), version, newest });
            }
            report.records += 1;
            report.bytes += record.value.len() as u64;
            let area = key.0.split_once('/').map_or(key.0.as_str(), |(area, _)| area);
            *report.areas.entry(area.to_owned()).or_default() += 1;
            if store.load(&key).await?.as_ref() != Some(&record) {
                report.faults.push(RecordFault::Lost(key.clone()));
            }
            last = Some(key);
            watch(Progress { done: report.records, total });
        }
    }
    Ok(report)
}

/// Copies a store into the new data directory `dir`, reads the copy back from disk and compares it. Returns how
/// many records there were.
///
/// The copy is made beside `dir`, in `<dir>.partial`, and gets its name when it is whole.
///
/// # Errors
/// [`TransferError::Exists`], [`TransferError::Written`], [`TransferError::Differs`], [`TransferError::Store`],
/// [`TransferError::Io`].
pub async fn backup(store: &dyn Store, dir: &Path, watch: Watch<'_>) -> Result<u64, TransferError> {
    let dir = std::path::absolute(dir)?;
    let partial = beside(&dir);
    for path in [&dir, &partial] {
        if path.exists() {
            return Err(TransferError::Exists(path.clone()));
        }
    }
    let copied = copy(store, &partial, watch).await;
    if copied.is_err() && partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    let records = copied?;
    fs::rename(&partial, &dir)?;
    sync_dir_of(&dir)?;
    Ok(records)
}

/// Where something is made that gets the name `path` when it is whole.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Makes durable that `path` has its name.
///
/// # Errors
/// What the system says.
pub fn sync_dir_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_dir)
}

async fn copy(store: &dyn Store, dir: &Path, watch: Watch<'_>) -> Result<u64, TransferError> {
    let before = newest(store).await?;
    let total = count(store).await?;
    let mut batch = Batch::default();
    let mut pages = Pages::new(store);
    while let Some(page) = pages.next().await? {
        for record in page {
            batch.create(record.key, record.value);
            watch(Progress { done: batch.writes.len() as u64, total });
        }
    }
    if newest(store).await? != before {
        return Err(TransferError::Written);
    }
    fill(&SledStore::open(dir)?, batch).await?;
    match digest(&SledStore::open(dir)?).await? == digest(store).await? {
        true => Ok(total),
        false => Err(TransferError::Differs(dir.to_owned())),
    }
}

/// The version of the last commit, once that is durable.
async fn newest(store: &dyn Store) -> Result<Version, StoreError> {
    store.commit(Batch::default()).await
}

async fn count(store: &dyn Store) -> Result<u64, StoreError> {
    let mut count = 0;
    let mut pages = Pages::new(store);
    while let Some(page) = pages.next().await? {
        count += page.len() as u64;
    }
    Ok(count)
}

/// A checksum of all keys and values.
async fn digest(store: &dyn Store) -> Result<Vec<u8>, StoreError> {
    let mut sum = Sha256::new();
    let mut pages = Pages::new(store);
    while let Some(page) = pages.next().await? {
        for Record { key, value, .. } in page {
            for part in [key.0.as_bytes(), &value] {
                sum.update(part.len().to_le_bytes());
                sum.update(part);
            }
        }
    }
    Ok(sum.finalize().to_vec())
}

fn json(line: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(line).map_err(io::Error::from)
}

async fn refuse_filled(store: &dyn Store) -> Result<(), TransferError> {
    match store.scan(all(), 1).await?.is_empty() {
        true => Ok(()),
        false => Err(TransferError::NotEmpty),
    }
}

async fn fill(store: &dyn Store, batch: Batch) -> Result<(), TransferError> {
    match store.commit(batch).await {
        Err(StoreError::Conflict { .. }) => Err(TransferError::NotEmpty),
        committed => Ok(committed.map(drop)?),
    }
}

/// All keys.
fn all() -> Range<Key> {
    Key::from("")..Key::from(END)
}

/// All records, a page at a time.
struct Pages<'a> {
    store: &'a dyn Store,
    rest: Range<Key>,
}

impl<'a> Pages<'a> {
    fn new(store: &'a dyn Store) -> Self {
        Self { store, rest: all() }
    }

    async fn next(&mut self) -> Result<Option<Vec<Record>>, StoreError> {
        let page = self.store.scan(self.rest.clone(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        // The smallest key after the last one.
        self.rest.start = Key(format!("{}\0", last.key));
        Ok(Some(page))
    }
}
