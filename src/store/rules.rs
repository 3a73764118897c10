//! What every backend holds batches to, beside what each of their writes expects:
//!
//! - A key under `meta/` belongs to the store itself: it is refused in a batch, and never read.
//! - A key at or after U+10FFFF, the last character there is, is refused: so `""..END` is the range of all keys.
//! - A key stands in a batch once.
//! - Writes are checked in their order; a conflict names the first record that is not as expected.
//! - A batch that only keeps records, or is empty, gets no version of its own but the last one given out.

use std::collections::BTreeSet;

use super::{Batch, Change, Expect, Key, StoreError, Version, Write};

/// Keys under it belong to the store itself: nobody reads or writes them through [`super::Store`].
pub(super) const RESERVED: &str = "meta/";

/// Sorts after every key that a store accepts.
pub(super) const END: &str = "\u{10ffff}";

/// Does the batch write anything? A batch that does not gets no version of its own.
pub(super) fn changes(batch: &Batch) -> bool {
    batch.writes.iter().any(|write| write.change != Change::Keep)
}

/// Checks what can be said of a batch without the records.
///
/// # Errors
/// [`StoreError::Invalid`].
pub(super) fn valid(batch: &Batch) -> Result<(), StoreError> {
    let mut keys = BTreeSet::new();
    for Write { key, .. } in &batch.writes {
        if key.0.starts_with(RESERVED) {
            return Err(StoreError::Invalid(format!(
                "{key} is the store's own; use a key outside {RESERVED}"
            )));
        }
        if key.0.as_str() >= END {
            return Err(StoreError::Invalid(format!("the key {:?} sorts after the end of all keys", key.0)));
        }
        if !keys.insert(key) {
            return Err(StoreError::Invalid(format!("{key} stands in it twice; write each record once")));
        }
    }
    Ok(())
}

/// Checks what each write of a valid batch expects to find.
///
/// # Errors
/// [`StoreError::Conflict`] with the first record that is not as expected; the errors of `version_of`, which says
/// the version of a record.
pub(super) fn expected(
    batch: &Batch,
    version_of: impl Fn(&Key) -> Result<Option<Version>, StoreError>,
) -> Result<(), StoreError> {
    for Write { key, expect, .. } in &batch.writes {
        let expected = match expect {
            Expect::Absent => None,
            Expect::At(version) => Some(*version),
        };
        if version_of(key)? != expected {
            return Err(StoreError::Conflict { key: key.clone() });
        }
    }
    Ok(())
}
