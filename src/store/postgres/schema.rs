//! The tables, and the statements on them. Nothing here that CockroachDB and YugabyteDB do not speak.
//!
//! | table | what |
//! | --- | --- |
//! | `ospo_store` | one row: the format of the records, and the last version given out |
//! | `ospo_records` | the records; keys are `bytea`, so that they sort by their bytes everywhere |
//! | `ospo_writers` | for each process that wrote lately: the last version that it committed |
//!
//! The row of `ospo_store` is the lock of all writing. Every transaction that writes takes it first and reads
//! records after that. Under READ COMMITTED each statement sees all that was committed when it began; so whoever
//! has the lock sees all that the holders before it wrote. On a server that gives a stronger isolation instead,
//! whoever waited for the lock is told to try again, with the same result. Either way writers pass one after
//! another, versions only grow, and none is given out twice: a transaction that fails gives back what it took.

use deadpool_postgres::Object;
use tokio_postgres::error::SqlState;

use super::super::format::{self, Migration};
use super::super::{Key, StoreError, Version};
use super::trouble::Trouble;

/// For each new connection. A replica that stands still in the middle of a transaction must not stop the others;
/// and a commit is on disk before it is acknowledged, whatever the server's default is.
pub(super) const SESSION: &str = "SELECT set_config('idle_in_transaction_session_timeout', '10s', false); \
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
pub(super) const LOCK: &str = "SELECT format, version FROM ospo_store WHERE id = 1 FOR UPDATE";
pub(super) const VERSIONS: &str = "SELECT key, version FROM ospo_records WHERE key = ANY($1)";
pub(super) const REMOVE: &str = "DELETE FROM ospo_records WHERE key = ANY($1)";
pub(super) const PUT: &str = "INSERT INTO ospo_records (key, version, value) \
     SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) \
     ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value";
pub(super) const GIVE_OUT: &str = "UPDATE ospo_store SET version = $1 WHERE id = 1";
pub(super) const SIGN: &str = "INSERT INTO ospo_writers (writer, version, at) VALUES ($1, $2, now()) \
     ON CONFLICT (writer) DO UPDATE SET version = excluded.version, at = excluded.at";
pub(super) const SIGNED: &str = "SELECT version FROM ospo_writers WHERE writer = $1";
pub(super) const LOAD: &str = "SELECT key, version, value FROM ospo_records WHERE key = $1";
pub(super) const SCAN: &str = "SELECT key, version, value FROM ospo_records \
     WHERE key >= $1 AND key < $2 ORDER BY key LIMIT $3";

const FORMAT: &str = "SELECT format FROM ospo_store WHERE id = 1";
const ALL: &str = "SELECT key, version, value FROM ospo_records";
const NEW_FORMAT: &str = "UPDATE ospo_store SET format = $1 WHERE id = 1";
const FIRST_ROW: &str =
    "INSERT INTO ospo_store (id, format, version) VALUES (1, $1, 0) ON CONFLICT (id) DO NOTHING";
/// No process takes nearly so long to find out what became of a commit.
const FORGET: &str = "DELETE FROM ospo_writers WHERE at < now() - INTERVAL '7 days'";
/// The row of `ospo_store` comes last: a store that has it is whole.
const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS ospo_records \
     (key bytea PRIMARY KEY, version bigint NOT NULL, value bytea NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ospo_writers \
     (writer text PRIMARY KEY, version bigint NOT NULL, at timestamptz NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ospo_store \
     (id bigint PRIMARY KEY CHECK (id = 1), format bigint NOT NULL, version bigint NOT NULL)",
];

/// What becomes of a database without a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// It gets one.
    Make,
    /// [`StoreError::Missing`].
    Refuse,
}

/// Makes the store ready: its tables are there, its records have the newest format.
pub(super) async fn prepare(
    client: &Object,
    name: &str,
    if_missing: IfMissing,
    migrations: &[Migration],
) -> Result<(), Trouble> {
    let known = i64::from(format::newest(migrations));
    let found = match (format_of_store(client).await?, if_missing) {
        (Some(found), _) => found,
        (None, IfMissing::Refuse) => {
            return Err(Trouble::Store(StoreError::Missing { place: name.to_owned() }));
        }
        (None, IfMissing::Make) => {
            for table in TABLES {
                make(client, table).await?;
            }
            client.execute(FIRST_ROW, &[&known]).await?;
            format_of_store(client).await?.unwrap_or(known)
        }
    };
    if !due(found, migrations)?.is_empty() {
        migrate(client, migrations).await?;
    }
    client.execute(FORGET, &[]).await?;
    Ok(())
}

/// Refuses a store that a newer program has migrated.
pub(super) fn check_format(found: i64) -> Result<(), Trouble> {
    due(found, format::MIGRATIONS).map(drop)
}

/// A number of the store's, which the server keeps as a `bigint`.
pub(super) fn version(number: i64) -> Result<Version, Trouble> {
    let damaged = || Trouble::Lasting("a version is negative: it is damaged; restore a backup".to_owned());
    u64::try_from(number).map(Version).map_err(|_| damaged())
}

/// A version as the server keeps it.
pub(super) fn number(version: Version) -> Result<i64, Trouble> {
    i64::try_from(version.0).map_err(|_| Trouble::Lasting("the versions are used up".to_owned()))
}

/// A key as the server keeps it.
pub(super) fn key(bytes: Vec<u8>) -> Result<Key, Trouble> {
    let damaged = |_| Trouble::Lasting("a key is not text: it is damaged; restore a backup".to_owned());
    String::from_utf8(bytes).map(Key).map_err(damaged)
}

fn due(found: i64, migrations: &[Migration]) -> Result<&[Migration], Trouble> {
    format::due(u32::try_from(found).unwrap_or(u32::MAX), migrations).map_err(Trouble::Store)
}

/// The format of the store, if there is one.
async fn format_of_store(client: &Object) -> Result<Option<i64>, Trouble> {
    match client.query_opt(FORMAT, &[]).await {
        Ok(row) => Ok(row.map(|row| row.try_get(0)).transpose()?),
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes a table. Where another replica makes it at the same time, `IF NOT EXISTS` may have looked too early.
async fn make(client: &Object, table: &str) -> Result<(), Trouble> {
    const FASTER: [&SqlState; 3] =
        [&SqlState::UNIQUE_VIOLATION, &SqlState::DUPLICATE_TABLE, &SqlState::DUPLICATE_OBJECT];
    match client.batch_execute(table).await {
        Err(error) if error.code().is_some_and(|code| FASTER.contains(&code)) => {
            Ok(client.batch_execute(table).await?)
        }
        other => Ok(other?),
    }
}

/// Brings all records to the newest format, in one transaction. Replicas of the older program see that at their
/// next commit, and stop.
async fn migrate(client: &Object, migrations: &[Migration]) -> Result<(), Trouble> {
    client.batch_execute(BEGIN).await?;
    let found: i64 = client.query_one(LOCK, &[]).await?.try_get(0)?;
    let due = due(found, migrations)?;
    if due.is_empty() {
        // Another replica was faster.
        return Ok(client.batch_execute("ROLLBACK").await?);
    }
    let to = i64::from(format::newest(migrations));
    tracing::info!(from = found, to, "migrating the store");
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for row in client.query(ALL, &[]).await? {
        let (name, version): (Vec<u8>, i64) = (row.try_get(0)?, row.try_get(1)?);
        let kept = format::migrate(due, key(name.clone())?, row.try_get(2)?);
        new.extend(kept.map(|(key, value)| (key, version, value)));
        old.push(name);
    }
    for old in old.chunks(1000) {
        client.execute(REMOVE, &[&old]).await?;
    }
    for (key, version, value) in new {
        client
            .execute(PUT, &[&[key.0.as_bytes()].as_slice(), &[version].as_slice(), &[value].as_slice()])
            .await?;
    }
    client.execute(NEW_FORMAT, &[&to]).await?;
    client.batch_execute("COMMIT").await?;
    Ok(())
}
