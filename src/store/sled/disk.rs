//! sled's files, and what makes them durable.
//!
//! sled 0.34 writes, in its directory: `db`, the log, which holds everything; `blobs/`, one file for each log
//! entry of more than about 128 kB, such as a page with several large records; `conf`, once; `snap.*`, when it
//! opens. It syncs only the log, and only now and then. So after sled's `flush` a group is durable when new
//! files in `blobs/` and their directory are synced, and then the log; the rest is synced when the store opens.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ::sled::Db;

use super::super::StoreError;
use super::{Writes, own};

/// How much of the records sled keeps in memory at most, in bytes. Its default, 1 GB, is more than a chat bot
/// should take.
const CACHE: u64 = 128 * 1024 * 1024;

/// sled's periodic flusher, in milliseconds. Nothing here waits for it, but only it reclaims the space of
/// overwritten records, so it stays on, ten times as rare as by default.
const TIDY_EVERY: u64 = 5_000;

/// An open sled. When it is dropped, it can be opened anew at once.
pub(super) struct Database {
    db: Db,
    // Dropped after `db`.
    _unlocked: Unlocked,
}

impl Deref for Database {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

/// Waits, when dropped, until the lock on this log is free: sled's own threads hold it a moment longer than its
/// handle does.
struct Unlocked(PathBuf);

impl Drop for Unlocked {
    fn drop(&mut self) {
        const TRIES: u32 = 1_000;
        for _ in 0..TRIES {
            if !is_locked(&self.0) {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        tracing::warn!(log = %self.0.display(), "closed the store, but its files are still locked");
    }
}

/// The open files of a store.
pub(super) struct Disk {
    /// The database.
    pub(super) db: Arc<Database>,
    /// Our own handle to the log: the kernel reports a failed write once to each open handle, so no error is
    /// lost to a sync that sled makes and only logs.
    log: File,
    /// Versions up to this one are on disk as possibly given out.
    pub(super) reserved: u64,
    blobs: PathBuf,
    synced_blobs: BTreeSet<OsString>,
}

/// Where sled keeps the log of a data directory's store.
pub(super) fn database(data: &Path) -> PathBuf {
    data.join("store").join("db")
}

/// An error of sled or the system.
pub(super) fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(error.to_string())
}

impl Disk {
    /// Opens the files, makes them if they are missing, and makes durable that they are there.
    pub(super) fn open(data: &Path) -> Result<Self, StoreError> {
        let at = |path: &Path, error: io::Error| StoreError::Failed(format!("{}: {error}", path.display()));
        let data = std::path::absolute(data).map_err(|error| at(data, error))?;
        let made_in = data.ancestors().find(|path| path.exists()).unwrap_or(&data).to_owned();
        let dir = data.join("store");
        fs::create_dir_all(&dir).map_err(|error| at(&dir, error))?;
        let log_path = database(&data);
        let opened =
            ::sled::Config::new().path(&dir).cache_capacity(CACHE).flush_every_ms(Some(TIDY_EVERY)).open();
        let db = opened.map_err(|error| match is_locked(&log_path) {
            true => StoreError::InUse { path: dir.display().to_string() },
            false => StoreError::Failed(format!("{}: {error}", dir.display())),
        })?;
        let db = Arc::new(Database { db, _unlocked: Unlocked(log_path.clone()) });
        let log = OpenOptions::new().read(true).write(true).open(&log_path);
        let log = log.map_err(|error| at(&log_path, error))?;

        let blobs = dir.join("blobs");
        let conf = dir.join("conf");
        OpenOptions::new()
            .write(true)
            .open(&conf)
            .and_then(|file| file.sync_all())
            .map_err(|error| at(&conf, error))?;
        for made in blobs.ancestors().take_while(|path| path.starts_with(&made_in)) {
            sync_dir(made).map_err(|error| at(made, error))?;
        }
        let mut disk = Self { db, log, reserved: 0, blobs, synced_blobs: BTreeSet::new() };
        disk.sync()?;
        Ok(disk)
    }

    /// Writes a group, whose last version is `newest`, and makes it durable.
    pub(super) fn write(&mut self, group: &Writes, newest: u64) -> Result<(), StoreError> {
        let mut batch = ::sled::Batch::default();
        if newest > self.reserved {
            self.reserved = own::reserve(&mut batch, newest);
        } else if let (1, Some((key, stored))) = (group.len(), group.first_key_value()) {
            // sled writes a batch in two pieces and waits for each; a record alone needs no batch.
            let key = key.0.as_bytes();
            stored
                .as_ref()
                .map_or_else(|| self.db.remove(key), |stored| self.db.insert(key, stored))
                .map_err(failed)?;
            return self.sync();
        }
        for (key, stored) in group {
            match stored {
                Some(stored) => batch.insert(key.0.as_bytes(), stored),
                None => batch.remove(key.0.as_bytes()),
            }
        }
        self.apply(batch)
    }

    /// Writes a batch of sled's and makes it durable.
    pub(super) fn apply(&mut self, batch: ::sled::Batch) -> Result<(), StoreError> {
        self.db.apply_batch(batch).map_err(failed)?;
        self.sync()
    }

    /// Makes durable all that sled was told.
    fn sync(&mut self) -> Result<(), StoreError> {
        self.db.flush().map_err(failed)?;
        self.sync_blobs()
            .map_err(|error| StoreError::Failed(format!("{}: {error}", self.blobs.display())))?;
        self.log.sync_data().map_err(failed)
    }

    /// Syncs the blobs that appeared since the last time, and their directory. sled may remove one meanwhile.
    fn sync_blobs(&mut self) -> io::Result<()> {
        let mut present = BTreeSet::new();
        let mut appeared = false;
        for entry in fs::read_dir(&self.blobs)? {
            let name = entry?.file_name();
            if !self.synced_blobs.contains(&name) {
                appeared = true;
                match OpenOptions::new().write(true).open(self.blobs.join(&name)) {
                    Ok(blob) => blob.sync_all()?,
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
            }
            present.insert(name);
        }
        self.synced_blobs = present;
        if appeared { sync_dir(&self.blobs) } else { Ok(()) }
    }
}

/// Does another handle hold sled's lock?
fn is_locked(log: &Path) -> bool {
    File::open(log).is_ok_and(|log| matches!(log.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Makes durable which files a directory holds. Where a directory is no file, the system does so by itself.
pub(in crate::store) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}
