//! The store's own records: the format of all others, and which versions may have been given out.

use ::sled::{Batch, Db};

use super::super::StoreError;
use super::disk::{Disk, failed};

/// The format of the records that this program writes, in every backend and in exports. It grows by one with
/// each migration.
pub const FORMAT: u32 = 1 + MIGRATIONS.len() as u32;

/// Turns a store of one format into the next: reads what it must and returns what to write. The new format is
/// written with it, so a migration happens whole or not at all.
pub(super) type Migration = fn(&Db) -> Result<Batch, StoreError>;

/// The first leads from format 1 to 2, and so on. There is none yet.
pub(super) const MIGRATIONS: &[Migration] = &[];

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
    let known = 1 + migrations.len() as u32;
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
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    if found == 0 {
        let fault = "it holds a sled database that ospo did not write; give another data directory";
        return Err(StoreError::Failed(fault.to_owned()));
    }
    for (migration, to) in migrations.iter().zip(2..).skip(found as usize - 1) {
        tracing::info!(to, "migrating the store");
        let mut batch = migration(&disk.db)?;
        batch.insert(FORMAT_KEY, u32::to_string(&to).as_bytes());
        disk.apply(batch)?;
    }
    let reserved = disk.db.get(VERSION_KEY).map_err(failed)?;
    let reserved = reserved.and_then(|bytes| bytes.as_ref().try_into().ok()).map(u64::from_be_bytes);
    disk.reserved =
        reserved.ok_or_else(|| StoreError::Failed(format!("{VERSION_KEY} is damaged; restore a backup")))?;
    Ok(disk.reserved)
}

/// Adds to a batch that `newest` and some versions after it may have been given out. Returns the last of them.
pub(super) fn reserve(batch: &mut Batch, newest: u64) -> u64 {
    let reserved = newest + AHEAD;
    batch.insert(VERSION_KEY, reserved.to_be_bytes().as_slice());
    reserved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rename(db: &Db) -> Result<Batch, StoreError> {
        let mut batch = Batch::default();
        for pair in db.scan_prefix("old/") {
            let (key, value) = pair.map_err(failed)?;
            batch.remove(&key);
            batch.insert([b"new/", &key[4..]].concat(), value);
        }
        Ok(batch)
    }

    #[test]
    fn an_older_store_is_migrated_once_and_a_newer_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut disk = Disk::open(dir.path()).unwrap();
        prepare(&mut disk, &[]).unwrap();
        disk.db.insert("old/1", b"value".as_slice()).unwrap();

        prepare(&mut disk, &[rename, |_| Ok(Batch::default())]).unwrap();
        assert_eq!(disk.db.get("old/1").unwrap(), None);
        assert_eq!(disk.db.get("new/1").unwrap().unwrap(), b"value");
        assert_eq!(disk.db.get(FORMAT_KEY).unwrap().unwrap(), b"3");

        disk.db.insert("old/2", b"stays".as_slice()).unwrap();
        prepare(&mut disk, &[rename, |_| Ok(Batch::default())]).unwrap();
        assert!(disk.db.get("old/2").unwrap().is_some());

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
