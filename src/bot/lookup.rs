//! Requests found by the index: few are read, however many there are.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::Timestamp;

use super::index::{self, Turn};
use super::records;
use crate::core::person::{PersonId, Role};
use crate::request::{Request, RequestId, Roster};
use crate::store::{Key, Store, StoreError};

/// How many requests a list shows.
const SHOWN: usize = 20;
/// How many are counted beyond that.
const COUNTED: usize = 200;
/// How many requests of a role a digest looks at: more than anybody decides in a morning.
const WEIGHED: usize = 40;
/// How many likely duplicates are looked at.
const DUPLICATES: usize = 10;

/// Requests that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The first of them.
    pub requests: Vec<Request>,
    /// How many more there are, as far as they were counted.
    pub more: usize,
}

async fn load(
    store: &dyn Store,
    ids: impl IntoIterator<Item = RequestId>,
) -> Result<Vec<Request>, StoreError> {
    let mut found = Vec::new();
    for id in ids {
        if let Some(record) = store.load(&records::request(&id)).await? {
            found.push(records::decode(&record)?);
        }
    }
    Ok(found)
}

/// The requests that a person can see: what waits for their roles first, then their own, then, for the OSPO, what is
/// open.
///
/// # Errors
/// When the store fails.
pub async fn seen_by(
    store: &dyn Store,
    person: &PersonId,
    roster: Roster<'_>,
    now: Timestamp,
) -> Result<Found, StoreError> {
    let mut ranges = Vec::new();
    let roles = roster.roles(person, now);
    ranges.extend(roles.iter().map(|role| index::of_role(role, Turn::Now)));
    ranges.push(index::of_requester(person));
    ranges.extend(roles.iter().map(|role| index::of_role(role, Turn::NotNow)));
    if roster.people.holds(person, &Role::ospo()) {
        ranges.push(index::open());
    }
    let mut ids: Vec<RequestId> = Vec::new();
    let mut known: BTreeSet<RequestId> = BTreeSet::new();
    for range in ranges {
        let found = index::scan(store, range, COUNTED).await?;
        ids.extend(found.into_iter().filter(|id| known.insert(id.clone())));
    }
    let more = ids.len().saturating_sub(SHOWN);
    ids.truncate(SHOWN);
    Ok(Found { requests: load(store, ids).await?, more })
}

/// The ids of the requests that may wait for a person: the oldest of each of their roles, and their own.
///
/// # Errors
/// When the store fails.
pub async fn waiting_for(
    store: &dyn Store,
    person: &PersonId,
    roster: Roster<'_>,
    now: Timestamp,
) -> Result<BTreeSet<RequestId>, StoreError> {
    let mut found: BTreeSet<RequestId> =
        index::scan(store, index::owed_by(person), WEIGHED).await?.into_iter().collect();
    for role in roster.roles(person, now) {
        found.extend(index::scan(store, index::of_role(&role, Turn::Now), WEIGHED).await?);
    }
    Ok(found)
}

/// Some of many requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Which.
    pub requests: BTreeSet<RequestId>,
    /// The place in the index after which there may be more.
    pub after: Option<Key>,
}

/// The open requests that any of some roles decides, now or later: at most so many, after a place in the index.
///
/// # Errors
/// When the store fails.
pub async fn decided_by(
    store: &dyn Store,
    roles: &BTreeSet<Role>,
    after: Option<&Key>,
    at_most: usize,
) -> Result<Page, StoreError> {
    let mut ranges: Vec<Range<Key>> = roles.iter().map(index::decided_by).collect();
    // In the order of the index, which is not that of the names.
    ranges.sort_by(|one, other| one.start.cmp(&other.start));
    let mut left = at_most;
    let mut page = Page::default();
    for mut range in ranges {
        if let Some(after) = after {
            range.start = range.start.max(after.next());
        }
        let found = store.scan(range, left).await?;
        for record in &found {
            page.requests.insert(records::decode::<index::Entry>(record)?.0);
        }
        left -= found.len();
        if left == 0 {
            page.after = found.last().map(|record| record.key.clone());
            break;
        }
    }
    Ok(page)
}

/// The requests about any of some places.
///
/// # Errors
/// When the store fails.
pub async fn at_places(store: &dyn Store, places: &BTreeSet<String>) -> Result<Vec<Request>, StoreError> {
    let mut found = BTreeSet::new();
    for place in places {
        found.extend(index::scan(store, index::at_place(place), DUPLICATES).await?);
    }
    load(store, found).await
}
