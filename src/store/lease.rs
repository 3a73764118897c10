//! Leases: work that one replica does at a time, such as timers or a platform's sync loop.
//!
//! A lease is two records. `lease/<name>` is the tenure: who holds it; its version is the fencing token.
//! `lease/<name>/until` is when it ends, written anew with each renewal. So a renewal does not disturb the
//! commits of its own holder, while whoever takes the lease over changes the tenure and thereby makes every
//! later commit of the old holder a conflict, however wrong the clocks are.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Batch, Expect, Key, Store, StoreError, Version};

/// The right to do some work until a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    name: String,
    token: Version,
    until: Timestamp,
    renewal: Version,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tenure {
    holder: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    until: Timestamp,
}

impl Lease {
    /// The fencing token: larger for each tenure than for all before it.
    pub fn token(&self) -> Version {
        self.token
    }

    /// When the lease ends unless it is renewed.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Makes a batch hold only while this tenure does: once the lease is lost or released, the commit is a
    /// [`StoreError::Conflict`] on the lease's key.
    pub fn fence(&self, batch: &mut Batch) {
        batch.keep(tenure_key(&self.name), Expect::At(self.token));
    }
}

/// Takes the lease `name` from `now` on for `ttl`. None while another holder has it.
///
/// `holder` must be another one in each running process. The same holder gets it again at once, as a new tenure:
/// that is a process that starts anew.
///
/// # Errors
/// [`StoreError::Failed`].
pub async fn acquire(
    store: &dyn Store,
    name: &str,
    holder: &str,
    now: Timestamp,
    ttl: SignedDuration,
) -> Result<Option<Lease>, StoreError> {
    let tenure: Option<(Version, Tenure)> = read(store, &tenure_key(name)).await?;
    let term: Option<(Version, Term)> = read(store, &term_key(name)).await?;
    if let (Some((_, tenure)), Some((_, term))) = (&tenure, &term)
        && tenure.holder != holder
        && now < term.until
    {
        return Ok(None);
    }
    let until = end(now, ttl);
    let mut batch = Batch::default();
    batch.put(tenure_key(name), expect(&tenure), bytes(&Tenure { holder: holder.to_owned() })?);
    batch.put(term_key(name), expect(&term), bytes(&Term { until })?);
    let version = unless_lost(store.commit(batch).await)?;
    Ok(version.map(|version| Lease { name: name.to_owned(), token: version, until, renewal: version }))
}

/// Extends a lease to `ttl` from `now` on, also one that has ended, as long as nobody else took it. None when it is
/// lost: stop the work and acquire it again.
///
/// # Errors
/// [`StoreError::Failed`].
pub async fn renew(
    store: &dyn Store,
    lease: &Lease,
    now: Timestamp,
    ttl: SignedDuration,
) -> Result<Option<Lease>, StoreError> {
    let until = end(now, ttl);
    let mut batch = Batch::default();
    lease.fence(&mut batch);
    batch.put(term_key(&lease.name), Expect::At(lease.renewal), bytes(&Term { until })?);
    let version = unless_lost(store.commit(batch).await)?;
    Ok(version.map(|renewal| Lease { until, renewal, ..lease.clone() }))
}

/// Gives a lease back, so that another holder need not wait for its end. No fault when it is lost already.
///
/// # Errors
/// [`StoreError::Failed`].
pub async fn release(store: &dyn Store, lease: Lease) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    batch.remove(tenure_key(&lease.name), lease.token);
    batch.remove(term_key(&lease.name), lease.renewal);
    unless_lost(store.commit(batch).await).map(drop)
}

fn tenure_key(name: &str) -> Key {
    Key(format!("lease/{name}"))
}

fn term_key(name: &str) -> Key {
    Key(format!("lease/{name}/until"))
}

fn end(now: Timestamp, ttl: SignedDuration) -> Timestamp {
    now.checked_add(ttl).unwrap_or(Timestamp::MAX)
}

fn expect<T>(found: &Option<(Version, T)>) -> Expect {
    found.as_ref().map_or(Expect::Absent, |(version, _)| Expect::At(*version))
}

/// A conflict on a lease means that somebody else has it.
fn unless_lost(committed: Result<Version, StoreError>) -> Result<Option<Version>, StoreError> {
    match committed {
        Ok(version) => Ok(Some(version)),
        Err(StoreError::Conflict { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn read<T: DeserializeOwned>(store: &dyn Store, key: &Key) -> Result<Option<(Version, T)>, StoreError> {
    let Some(record) = store.load(key).await? else { return Ok(None) };
    let value = serde_json::from_slice(&record.value);
    let value = value.map_err(|error| StoreError::Failed(format!("the record {key} is damaged: {error}")))?;
    Ok(Some((record.version, value)))
}

fn bytes(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Failed(error.to_string()))
}
