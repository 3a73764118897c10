//! Commits that wait at the same time share one transaction: what each of them gets, and what is written.

use std::collections::{BTreeMap, BTreeSet};

use super::super::rules::{changes, expected};
use super::super::{Batch, Change, Key, StoreError, Version};

/// A record after the group: its version and bytes, or none when it is gone.
pub(super) type After<'a> = Option<(Version, &'a [u8])>;

/// What becomes of a group.
#[derive(Debug, PartialEq)]
pub(super) struct Outcome<'a> {
    /// For each batch what it returns.
    pub(super) answers: Vec<Result<Version, StoreError>>,
    /// What is to be written.
    pub(super) writes: BTreeMap<&'a Key, After<'a>>,
    /// The last version given out.
    pub(super) newest: Version,
}

/// Records to write, column by column.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Columns<'a> {
    pub(super) keys: Vec<&'a [u8]>,
    pub(super) versions: Vec<Version>,
    pub(super) values: Vec<&'a [u8]>,
}

impl<'a> Outcome<'a> {
    /// The keys of the records to remove.
    pub(super) fn gone(&self) -> Vec<&'a [u8]> {
        let gone = self.writes.iter().filter(|(_, after)| after.is_none());
        gone.map(|(key, _)| key.0.as_bytes()).collect()
    }

    /// The records to put, in portions of at most `most` bytes, or of one record that is larger.
    pub(super) fn kept(&self, most: usize) -> Vec<Columns<'a>> {
        let mut portions: Vec<Columns<'a>> = Vec::new();
        let mut filled = 0;
        for (key, after) in &self.writes {
            let Some((version, value)) = after else { continue };
            let size = key.0.len() + value.len();
            if portions.is_empty() || filled + size > most {
                portions.push(Columns::default());
                filled = 0;
            }
            filled += size;
            if let Some(portion) = portions.last_mut() {
                portion.keys.push(key.0.as_bytes());
                portion.versions.push(*version);
                portion.values.push(value);
            }
        }
        portions
    }
}

/// The records whose versions must be known to decide a group.
pub(super) fn keys<'a>(batches: impl Iterator<Item = &'a Batch>) -> BTreeSet<&'a Key> {
    batches.flat_map(|batch| &batch.writes).map(|write| &write.key).collect()
}

/// Decides a group: its batches one after another, each of them upon what those before it did. One that conflicts
/// changes nothing and does not disturb the others.
pub(super) fn decide<'a>(
    batches: impl Iterator<Item = &'a Batch>,
    mut versions: BTreeMap<Key, Version>,
    newest: Version,
) -> Outcome<'a> {
    let mut outcome = Outcome { answers: Vec::new(), writes: BTreeMap::new(), newest };
    for batch in batches {
        if let Err(conflict) = expected(batch, |key| Ok(versions.get(key).copied())) {
            outcome.answers.push(Err(conflict));
            continue;
        }
        if changes(batch) {
            outcome.newest.0 += 1;
        }
        for write in &batch.writes {
            match &write.change {
                Change::Put(value) => {
                    versions.insert(write.key.clone(), outcome.newest);
                    outcome.writes.insert(&write.key, Some((outcome.newest, value)));
                }
                Change::Remove => {
                    versions.remove(&write.key);
                    outcome.writes.insert(&write.key, None);
                }
                Change::Keep => {}
            }
        }
        outcome.answers.push(Ok(outcome.newest));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::super::super::Expect;
    use super::*;

    #[test]
    fn each_batch_is_decided_upon_those_before_it_and_by_itself() {
        let key = |name: &str| Key::from(name);
        let mut first = Batch::default();
        first.put(key("a"), Expect::At(Version(4)), b"1".into());
        first.create(key("b"), b"1".into());
        let mut too_late = Batch::default();
        too_late.create(key("c"), b"2".into());
        too_late.put(key("a"), Expect::At(Version(4)), b"2".into());
        let mut upon_it = Batch::default();
        upon_it.remove(key("b"), Version(10));
        upon_it.keep(key("c"), Expect::Absent);
        let mut keeps = Batch::default();
        keeps.keep(key("a"), Expect::At(Version(10)));
        let batches = [first, too_late, upon_it, keeps, Batch::default()];

        let outcome = decide(batches.iter(), BTreeMap::from([(key("a"), Version(4))]), Version(9));
        let conflict = Err(StoreError::Conflict { key: key("a") });
        assert_eq!(
            outcome.answers,
            [Ok(Version(10)), conflict, Ok(Version(11)), Ok(Version(11)), Ok(Version(11))]
        );
        assert_eq!(
            outcome.writes,
            BTreeMap::from([(&key("a"), Some((Version(10), b"1".as_slice()))), (&key("b"), None)])
        );
        assert_eq!(outcome.newest, Version(11));
        assert_eq!(outcome.gone(), [b"b"]);
    }

    #[test]
    fn records_are_written_in_portions() {
        let mut batch = Batch::default();
        for (name, size) in [("a", 3), ("b", 3), ("c", 3), ("d", 99), ("e", 0)] {
            batch.create(Key::from(name), vec![0; size]);
        }
        let outcome = decide([&batch].into_iter(), BTreeMap::new(), Version(0));
        let portions: Vec<Vec<&[u8]>> = outcome.kept(8).into_iter().map(|portion| portion.keys).collect();
        let expected: [&[&[u8]]; 4] = [&[b"a", b"b"], &[b"c"], &[b"d"], &[b"e"]];
        assert_eq!(portions, expected);
    }
}
