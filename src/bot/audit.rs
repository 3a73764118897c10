//! The audit log: append-only, each entry bound to the one before by a SHA-256 hash, so that nobody can change,
//! remove or reorder an entry unseen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::core::effect::AuditFact;

/// The hash before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One step, on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Counted from 1, without a gap.
    pub number: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub fact: AuditFact,
    /// The hash of the entry before.
    pub previous: String,
    /// The hash of this entry: SHA-256 over its JSON without this field.
    pub hash: String,
}

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the last entry; 0 for an empty log.
    pub number: u64,
    /// Its hash.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { number: 0, hash: BEGINNING.to_owned() }
    }
}

/// The entry that follows `head`.
pub fn append(head: &Head, at: Timestamp, fact: AuditFact) -> AuditEntry {
    let mut entry =
        AuditEntry { number: head.number + 1, at, fact, previous: head.hash.clone(), hash: String::new() };
    entry.hash = hash(&entry);
    entry
}

fn hash(entry: &AuditEntry) -> String {
    #[derive(Serialize)]
    struct Hashed<'a> {
        number: u64,
        at: Timestamp,
        fact: &'a AuditFact,
        previous: &'a str,
    }
    let hashed = Hashed { number: entry.number, at: entry.at, fact: &entry.fact, previous: &entry.previous };
    // These types hold only strings, numbers and maps with string keys: they always serialize.
    let bytes = serde_json::to_vec(&hashed).unwrap_or_default();
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// A number is skipped or out of order.
    #[error("entry {expected} is missing: entry {found} stands in its place")]
    Missing {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// An entry does not follow the one before it.
    #[error("entry {number} does not follow the one before it: an entry was replaced or reordered there")]
    Unlinked {
        /// Its number.
        number: u64,
    },
    /// An entry is not what was written.
    #[error("entry {number} was changed after it was written")]
    Changed {
        /// Its number.
        number: u64,
    },
    /// The log ends before its recorded end.
    #[error(
        "the log ends at entry {found}, but entry {expected} was written: the end was cut off or exchanged"
    )]
    Cut {
        /// The last number that was written.
        expected: u64,
        /// The last number that is there.
        found: u64,
    },
}

/// Checks a whole log, in order, against its recorded end.
///
/// # Errors
/// The first fault, with the number of the entry.
pub fn verify(entries: impl IntoIterator<Item = AuditEntry>, end: &Head) -> Result<u64, AuditFault> {
    let mut head = Head::default();
    for entry in entries {
        if entry.number != head.number + 1 {
            return Err(AuditFault::Missing { expected: head.number + 1, found: entry.number });
        }
        if entry.hash != hash(&entry) {
            return Err(AuditFault::Changed { number: entry.number });
        }
        if entry.previous != head.hash {
            return Err(AuditFault::Unlinked { number: entry.number });
        }
        head = Head { number: entry.number, hash: entry.hash };
    }
    if head != *end {
        return Err(AuditFault::Cut { expected: end.number, found: head.number });
    }
    Ok(head.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::effect::{Actor, Outcome, Subject};

    fn log(length: usize) -> (Vec<AuditEntry>, Head) {
        let mut head = Head::default();
        let mut entries = Vec::new();
        for step in 0..length {
            let fact = AuditFact {
                subject: Subject("REL-1".into()),
                actor: Actor::Bot,
                action: format!("step.{step}"),
                outcome: Outcome::Done,
                revision: 1,
                policy: "release@00000000".into(),
                message: None,
                detail: Default::default(),
            };
            let entry = append(&head, Timestamp::UNIX_EPOCH, fact);
            head = Head { number: entry.number, hash: entry.hash.clone() };
            entries.push(entry);
        }
        (entries, head)
    }

    #[test]
    fn an_untouched_log_holds_also_after_a_round_trip_through_json() {
        let (entries, head) = log(5);
        let json = serde_json::to_string(&entries).unwrap();
        let entries: Vec<AuditEntry> = serde_json::from_str(&json).unwrap();
        assert_eq!(verify(entries, &head), Ok(5));
    }

    #[test]
    fn any_change_removal_or_reordering_is_found_and_named() {
        let (entries, head) = log(5);
        let tampered = |change: fn(&mut Vec<AuditEntry>)| {
            let mut entries = entries.clone();
            change(&mut entries);
            verify(entries, &head).unwrap_err()
        };
        assert_eq!(
            tampered(|log| log[2].fact.action = "vote.approve".into()),
            AuditFault::Changed { number: 3 }
        );
        assert_eq!(tampered(|log| drop(log.remove(1))), AuditFault::Missing { expected: 2, found: 3 });
        assert_eq!(tampered(|log| log.swap(1, 2)), AuditFault::Missing { expected: 2, found: 3 });
        assert_eq!(tampered(|log| drop(log.pop())), AuditFault::Cut { expected: 5, found: 4 });
        assert_eq!(
            tampered(|log| {
                log[1].fact.action = "forged".into();
                log[1].hash = hash(&log[1]);
            }),
            AuditFault::Unlinked { number: 3 }
        );
    }
}
