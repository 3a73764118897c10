//! The store's own records: the format of all others, and which versions may have been given out.

use ::sled::{Batch, Db};

use super::super::StoreError;
use super::super::format::{self, Migration};
use super::super::rules::RESERVED;
use super::disk::{Disk, failed};
use super::{readable_key, split, stored};

/// The record of the format: a decimal number.
const FORMAT_KEY: &str = "meta/format";
/// No version above the one in this record was ever given out: 8 bytes, big endian.
const VERSION_KEY: &str = "meta/version";
/// So many versions are reserved at once, so that few groups have to write that record. A restart skips the rest.
const AHEAD: u64 = 1024;

/// Makes a new store ready, or brings an older one to the newest format. Returns a version that no
/// other one was given out above.
///
/// # Errors
/// [`StoreError::TooNew`]; [`StoreError::Failed`] if this is no store of ours.
pub(super) fn prepare(disk: &mut Disk, migrations: &[Migration]) -> Result<u64, StoreError> {
    let known = format::newest(migrations);
    let found = match disk.db.get(FORMAT_KEY).map_err(failed)? {
        Some(text) => std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok()).unwrap_or(0),
        None if disk.db.is_empty() => {
            let mut batch = Batch::default();
            batch.insert(FORMAT_KEY, known.to_string().as_bytes());
            batch.insert(VERSION_KEY, 0_u64.to_be_bytes().as_slice());
            disk.apply(batch)?;
            known
        }
        None => 0,
    };
    if found == 0 {
        let fault = "it holds a sled database that ospo did not write; give another data directory";
        return Err(StoreError::Failed(fault.to_owned()));
    }
    let due = format::due(found, migrations)?;
    if !due.is_empty() {
        tracing::info!(from = found, to = known, "migrating the store");
        let mut batch = migrated(&disk.db, due)?;
        batch.insert(FORMAT_KEY, known.to_string().as_bytes());
        disk.apply(batch)?;
    }
    let reserved = disk.db.get(VERSION_KEY).map_err(failed)?;
    let reserved = reserved.and_then(|bytes| bytes.as_ref().try_into().ok()).map(u64::from_be_bytes);
    disk.reserved =
        reserved.ok_or_else(|| StoreError::Failed(format!("{VERSION_KEY} is damaged; restore a backup")))?;
    Ok(disk.reserved)
}

/// What migrations make of all records.
fn migrated(db: &Db, due: &[Migration]) -> Result<Batch, StoreError> {
    let mut batch = Batch::default();
    let mut kept = Vec::new();
    for pair in db.iter().filter(|pair| !matches!(pair, Ok((key, _)) if key.starts_with(RESERVED.as_bytes())))
    {
        let (old, bytes) = pair.map_err(failed)?;
        let key = readable_key(&old)?;
        let (version, value) = split(&key, &bytes)?;
        kept.extend(
            format::migrate(due, key, value.to_vec()).map(|(key, value)| (key, stored(version, &value))),
        );
        batch.remove(&old);
    }
    // After all removals: a record may get the key that another one had.
    for (key, bytes) in kept {
        batch.insert(key.0.as_bytes(), bytes);
    }
    Ok(batch)
}

/// Adds to a batch that `newest` and some versions after it may have been given out. Returns the last of them.
pub(super) fn reserve(batch: &mut Batch, newest: u64) -> u64 {
    let reserved = newest + AHEAD;
    batch.insert(VERSION_KEY, reserved.to_be_bytes().as_slice());
    reserved
}

#[cfg(test)]
mod tests {
    use super::super::super::{Key, Version};
    use super::*;

    fn rename(key: Key, value: Vec<u8>) -> Option<(Key, Vec<u8>)> {
        match key.0.strip_prefix("old/") {
            Some("gone") => None,
            Some(name) => Some((Key(format!("new/{name}")), [value, b"!".to_vec()].concat())),
            None => Some((key, value)),
        }
    }

    #[test]
    fn an_older_store_is_migrated_once_and_a_newer_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut disk = Disk::open(dir.path()).unwrap();
        prepare(&mut disk, &[]).unwrap();
        for name in ["old/1", "old/gone", "other"] {
            disk.db.insert(name, stored(Version(7), b"value")).unwrap();
        }
        let names = |disk: &Disk| -> Vec<String> {
            let keys = disk.db.iter().keys().map(|key| String::from_utf8_lossy(&key.unwrap()).into_owned());
            keys.filter(|key| !key.starts_with(RESERVED)).collect()
        };

        prepare(&mut disk, &[rename, |key, value| Some((key, value))]).unwrap();
        assert_eq!(names(&disk), ["new/1", "other"]);
        assert_eq!(disk.db.get("new/1").unwrap().unwrap(), stored(Version(7), b"value!"));
        assert_eq!(disk.db.get("other").unwrap().unwrap(), stored(Version(7), b"value"));
        assert_eq!(disk.db.get(FORMAT_KEY).unwrap().unwrap(), b"3");

        disk.db.insert("old/2", stored(Version(8), b"stays")).unwrap();
        prepare(&mut disk, &[rename, |key, value| Some((key, value))]).unwrap();
        assert_eq!(names(&disk), ["new/1", "old/2", "other"]);

        assert_eq!(prepare(&mut disk, &[]), Err(StoreError::TooNew { found: 3, known: 1 }));
    }

    #[test]
    fn a_database_of_somebody_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut disk = Disk::open(dir.path()).unwrap();
        disk.db.insert("theirs", b"value".as_slice()).unwrap();
        assert!(prepare(&mut disk, &[]).unwrap_err().to_string().contains("ospo did not write"));
    }
}
