//! Where a request is found without reading all of them: by who asks, by who can decide, by what it is about. The keys
//! follow from the request; those that are kept are remembered beside it, so that each change writes the difference.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::unit::Unit;
use crate::core::form::FieldKind;
use crate::core::person::{PersonId, Role};
use crate::request::{Request, RequestId, Roster, Status, digest};
use crate::store::{Key, Store, StoreError};

/// The longest key of a place; the end of a longer one tells it from others.
const LONGEST_PLACE: usize = 200;

/// What an entry of the index leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry(pub RequestId);

/// Whether a role has something to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It has.
    Now,
    /// It has not, but the request is open and the role decides a stage.
    NotNow,
}

/// The keys that are kept for a request.
fn kept(id: &RequestId) -> Key {
    Key(format!("index-of/{id}"))
}

/// A moment as a key that sorts the newest first.
fn newest_first(at: Timestamp) -> String {
    format!("{:020}", i64::MAX - at.as_second().max(0))
}

/// Open requests, newest first.
pub fn open() -> Range<Key> {
    Key::under("index/open/")
}

/// The requests of a person, newest first.
pub fn of_requester(person: &PersonId) -> Range<Key> {
    Key::under(&format!("index/by/{person}/"))
}

/// Open requests in which a role decides, the oldest first.
pub fn of_role(role: &Role, turn: Turn) -> Range<Key> {
    Key::under(&role_key(role, turn))
}

/// Open requests in which a role decides, now or later.
pub fn decided_by(role: &Role) -> Range<Key> {
    Key::under(&format!("index/role/{role}/"))
}

/// Requests that a person who asks has to do something about.
pub fn owed_by(person: &PersonId) -> Range<Key> {
    Key::under(&format!("index/owes/{person}/"))
}

/// Requests about a place that are open or were approved.
pub fn at_place(place: &str) -> Range<Key> {
    Key::under(&format!("index/place/{place}/"))
}

fn role_key(role: &Role, turn: Turn) -> String {
    let turn = match turn {
        Turn::Now => "now",
        Turn::NotNow => "later",
    };
    format!("index/role/{role}/{turn}/")
}

/// The places that answers name, in one form: without scheme, case of the host, or a trailing `.git` or slash.
pub fn places<'a>(answers: impl Iterator<Item = (FieldKind, &'a str)>) -> BTreeSet<String> {
    answers.filter(|(kind, _)| *kind == FieldKind::Url).filter_map(|(_, url)| place(url)).collect()
}

fn place(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next()?.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest).to_lowercase();
    let rest = rest.strip_prefix("www.").unwrap_or(&rest);
    let length = rest.chars().count();
    let end: String = rest.chars().skip(length.saturating_sub(LONGEST_PLACE)).collect();
    (!end.is_empty()).then(|| end.replace('/', "|"))
}

/// Every key under which a request is found now.
fn keys(request: &Request, roster: Roster<'_>, now: Timestamp) -> BTreeSet<String> {
    let id = &request.id;
    let newest = newest_first(request.filed_at);
    let oldest = format!("{:020}", request.clock.from.as_second().max(0));
    let mut keys = BTreeSet::new();
    for person in std::iter::once(&request.requester).chain(&request.co_requesters) {
        keys.insert(format!("index/by/{person}/{newest}/{id}"));
    }
    let owners = std::iter::once(&request.requester).chain(&request.co_requesters);
    let concerned = digest::concerned(request, roster, now);
    keys.extend(
        owners.filter(|person| concerned.contains(person)).map(|person| format!("index/owes/{person}/{id}")),
    );
    if request.status.is_open() {
        keys.insert(format!("index/open/{newest}/{id}"));
        let waiting = request.waiting_roles(roster);
        let needed = request.rules.stages.iter().filter(|stage| !request.gates.contains_key(&stage.id));
        let roles = needed.flat_map(|stage| std::iter::once(&stage.role).chain(&stage.backup));
        for role in roles {
            let turn = if waiting.contains(role) { Turn::Now } else { Turn::NotNow };
            keys.insert(format!("{}{oldest}/{id}", role_key(role, turn)));
        }
    }
    if matches!(request.status, Status::Open | Status::Approved | Status::Completed) {
        let answers =
            request.answers.iter().filter_map(|answer| Some((answer.kind, answer.text.as_deref()?)));
        keys.extend(places(answers).into_iter().map(|place| format!("index/place/{place}/{id}")));
    }
    keys
}

/// Brings the index of a request up to date, within the commit that changes it. Says whether anything was to do.
///
/// # Errors
/// When the store fails.
pub async fn update(
    unit: &mut Unit<'_>,
    request: &Request,
    roster: Roster<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let old: BTreeSet<String> = unit.read(kept(&request.id)).await?.unwrap_or_default();
    let new = keys(request, roster, now);
    for gone in old.difference(&new) {
        let key = Key(gone.clone());
        unit.read::<Entry>(key.clone()).await?;
        unit.remove(key);
    }
    for come in new.difference(&old) {
        let key = Key(come.clone());
        unit.read::<Entry>(key.clone()).await?;
        unit.write(key, &Entry(request.id.clone()))?;
    }
    if old != new {
        unit.write(kept(&request.id), &new)?;
    }
    Ok(old != new)
}

/// The requests that a range of the index leads to, in its order, at most `limit`.
///
/// # Errors
/// When the store fails.
pub async fn scan(store: &dyn Store, range: Range<Key>, limit: usize) -> Result<Vec<RequestId>, StoreError> {
    let records = store.scan(range, limit).await?;
    records.iter().map(|record| Ok(super::records::decode::<Entry>(record)?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_however_it_is_written() {
        let same = place("https://git.example.com/Team/Turbine");
        for url in
            ["http://GIT.example.com/team/turbine/", "https://www.git.example.com/team/turbine.git#readme"]
        {
            assert_eq!(place(url), same, "{url}");
        }
        assert_eq!(place("https://"), None);
        assert!(place(&format!("https://x/{}", "é".repeat(3000))).unwrap().chars().count() <= LONGEST_PLACE);
    }
}
