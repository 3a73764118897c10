//! The format of the records, the same in every backend and in exports, and how older records become newer ones.

use super::{Key, StoreError};

/// The format of the records that this program writes. It grows by one with each migration.
pub const FORMAT: u32 = newest(MIGRATIONS);

/// Turns a record of one format into what it is in the next: its key and its bytes, or none when it goes. Its
/// version stays. A backend writes all changes together with the new format, so a migration happens whole or not
/// at all.
pub(super) type Migration = fn(Key, Vec<u8>) -> Option<(Key, Vec<u8>)>;

/// The first leads from format 1 to 2, and so on. There is none yet.
pub(super) const MIGRATIONS: &[Migration] = &[];

/// The format that a list of migrations leads to.
pub(super) const fn newest(migrations: &[Migration]) -> u32 {
    1 + migrations.len() as u32
}

/// The migrations that a store of format `found` still needs.
///
/// # Errors
/// [`StoreError::TooNew`].
pub(super) fn due(found: u32, migrations: &[Migration]) -> Result<&[Migration], StoreError> {
    let done = found.saturating_sub(1) as usize;
    migrations.get(done..).ok_or(StoreError::TooNew { found, known: newest(migrations) })
}

/// Takes a record through migrations.
pub(super) fn migrate(due: &[Migration], key: Key, value: Vec<u8>) -> Option<(Key, Vec<u8>)> {
    due.iter().try_fold((key, value), |(key, value), step| step(key, value))
}
