//! The audit log: append-only, each entry bound to the one before by a SHA-256 hash, so that nobody can change,
//! remove or reorder an entry unseen.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Entries are gone.
    #[error("{} missing", entries(*.from, *.to))]
    Missing {
        /// The number of the first.
        from: u64,
        /// The number of the last.
        to: u64,
    },
    /// An entry stands before or after others than it was written between.
    #[error("entry {number} was moved: entry {expected} should come there")]
    Moved {
        /// Its number.
        number: u64,
        /// The number of the entry that should come in its place.
        expected: u64,
    },
    /// An entry is there more than once.
    #[error("entry {number} is there more than once")]
    Repeated {
        /// Its number.
        number: u64,
    },
    /// An entry does not follow the one before it.
    #[error("entry {number} does not follow the one before it: one of the two was replaced")]
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
    /// The last entry is not the one that was written last.
    #[error("the end was exchanged: entry {number} is not the one that was written last")]
    Exchanged {
        /// Its number.
        number: u64,
    },
}

fn entries(from: u64, to: u64) -> String {
    if from == to { format!("entry {from} is") } else { format!("entries {from} to {to} are") }
}

/// Everything that is wrong with a log: never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", list(.0))]
pub struct AuditFaults(pub Vec<AuditFault>);

/// The first few, and how many more.
fn list(faults: &[AuditFault]) -> String {
    const NAMED: usize = 10;
    let mut named: Vec<String> = faults.iter().take(NAMED).map(ToString::to_string).collect();
    if faults.len() > NAMED {
        named.push(format!("and {} more", faults.len() - NAMED));
    }
    named.join("; ")
}

/// Checks a whole log, in the order in which it is kept, against its recorded end, and returns how many entries it has.
///
/// # Errors
/// Every fault, each with the number of the entry.
pub fn verify(log: &[AuditEntry], end: &Head) -> Result<u64, AuditFaults> {
    let mut faults = Vec::new();
    let hashes: BTreeMap<u64, &str> = log.iter().map(|entry| (entry.number, entry.hash.as_str())).collect();
    let mut passed = BTreeSet::new();
    let mut expected = 1;
    for entry in log {
        let number = entry.number;
        if !passed.insert(number) {
            faults.push(AuditFault::Repeated { number });
            continue;
        }
        if number > expected {
            let gap = expected..number;
            match gap.clone().find(|missing| hashes.contains_key(missing)) {
                Some(later) => faults.push(AuditFault::Moved { number, expected: later }),
                None => faults.push(AuditFault::Missing { from: gap.start, to: gap.end - 1 }),
            }
        }
        expected = expected.max(number + 1);
        let before = if number == 1 { Some(BEGINNING) } else { hashes.get(&(number - 1)).copied() };
        if entry.hash != hash(entry) {
            faults.push(AuditFault::Changed { number });
        } else if before.is_some_and(|before| entry.previous != before) {
            faults.push(AuditFault::Unlinked { number });
        }
    }
    if expected <= end.number {
        faults.push(AuditFault::Missing { from: expected, to: end.number });
    } else if let Some((number, last)) = hashes.last_key_value()
        && (*number != end.number || *last != end.hash)
    {
        faults.push(AuditFault::Exchanged { number: *number });
    }
    if faults.is_empty() { Ok(end.number) } else { Err(AuditFaults(faults)) }
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
        assert_eq!(verify(&entries, &head), Ok(5));
        assert_eq!(verify(&[], &Head::default()), Ok(0));
    }

    #[test]
    fn whatever_is_changed_missing_moved_or_repeated_is_found_and_named() {
        let (entries, head) = log(6);
        let tampered = |change: fn(&mut Vec<AuditEntry>)| {
            let mut entries = entries.clone();
            change(&mut entries);
            verify(&entries, &head).unwrap_err().0
        };
        let forge = |entry: &mut AuditEntry| {
            entry.fact.action = "forged".into();
            entry.hash = hash(entry);
        };
        assert_eq!(
            tampered(|log| {
                log[2].fact.action = "vote.approve".into();
                log[4].fact.detail.insert("reason".into(), "none".into());
            }),
            [AuditFault::Changed { number: 3 }, AuditFault::Changed { number: 5 }]
        );
        assert_eq!(tampered(|log| drop(log.remove(1))), [AuditFault::Missing { from: 2, to: 2 }]);
        assert_eq!(tampered(|log| drop(log.drain(1..4))), [AuditFault::Missing { from: 2, to: 4 }]);
        assert_eq!(tampered(|log| log.swap(1, 2)), [AuditFault::Moved { number: 3, expected: 2 }]);
        assert_eq!(tampered(|log| log.push(log[1].clone())), [AuditFault::Repeated { number: 2 }]);
        assert_eq!(tampered(|log| log.truncate(4)), [AuditFault::Missing { from: 5, to: 6 }]);
        assert_eq!(tampered(Vec::clear), [AuditFault::Missing { from: 1, to: 6 }]);
        let mut forged = entries.clone();
        forge(&mut forged[1]);
        assert_eq!(verify(&forged, &head).unwrap_err().0, [AuditFault::Unlinked { number: 3 }]);
        // Even when every hash after it is made anew, the recorded end tells.
        for index in 2..forged.len() {
            forged[index].previous = forged[index - 1].hash.clone();
            forged[index].hash = hash(&forged[index]);
        }
        assert_eq!(verify(&forged, &head).unwrap_err().0, [AuditFault::Exchanged { number: 6 }]);
    }

    #[test]
    fn what_is_wrong_reads_well_and_is_not_endless() {
        let (mut entries, head) = log(40);
        entries.drain(2..5);
        let said = verify(&entries, &head).unwrap_err().to_string();
        assert_eq!(said, "entries 3 to 5 are missing");
        entries.iter_mut().for_each(|entry| entry.fact.revision += 1);
        let said = verify(&entries, &head).unwrap_err().to_string();
        assert!(said.starts_with("entry 1 was changed") && said.ends_with("and 28 more"), "{said}");
    }
}
