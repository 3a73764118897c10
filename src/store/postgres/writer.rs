//! The one task of a process that writes: group after group, in the order in which commits were called.
//!
//! A group is one transaction: it takes the lock, reads the versions of all records it concerns, decides its
//! batches in memory, writes what is left of them, and commits. The same transaction notes its last version under
//! this writer's name. So when the connection breaks during the commit, what became of it can be found out: the
//! lock, taken once more, is free only when the broken transaction is over, and then the note says whether it
//! holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use deadpool_postgres::{Object, Pool};
use futures::future::try_join3;
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::{Key, StoreError, Version};
use super::group::{self, Columns, Outcome};
use super::schema::{self, BEGIN, GIVE_OUT, LOCK, PUT, REMOVE, SIGN, SIGNED, VERSIONS};
use super::trouble::{Patience, Trouble, reason, surely_not_committed};
use super::{Commit, Shared};

/// At most so many commits share a transaction.
const MOST_TOGETHER: usize = 1000;
/// How much one statement carries, in bytes; CockroachDB takes 16 MiB.
const STATEMENT: usize = 4 * 1024 * 1024;

/// Writes what is committed on one store.
pub(super) struct Writer {
    shared: Arc<Shared>,
    /// Names this writer among all that ever were.
    name: String,
    client: Option<Object>,
}

/// What became of the attempt to commit.
enum Committed {
    Surely,
    /// The connection broke before the server said so, for this reason.
    Perhaps(String),
}

/// However it ends, also by a panic or with its runtime: nobody waits for it any more.
impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.fail(&StoreError::Failed(format!("{}: the writer has stopped", self.shared.name)));
        self.shared.done.send_replace(u64::MAX);
    }
}

impl Writer {
    /// A writer that has not connected yet.
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, name: format!("{:032x}", fastrand::u128(..)), client: None }
    }

    /// Its life: it ends when the store is dropped and nothing waits, or when it fails.
    pub(super) async fn run(mut self, mut queue: UnboundedReceiver<Commit>) {
        let mut group = Vec::new();
        while queue.recv_many(&mut group, MOST_TOGETHER).await > 0 {
            match self.write(&group).await {
                Ok(answers) => self.shared.finish(group.drain(..).zip(answers)),
                Err(trouble) => {
                    let error = trouble.into_error(&self.shared.name);
                    tracing::error!(%error, "the store stops");
                    self.shared.fail(&error);
                    queue.close();
                    while let Some(commit) = queue.recv().await {
                        group.push(commit);
                    }
                    let failed = group.drain(..).map(|commit| (commit, Err(error.clone())));
                    return self.shared.finish(failed);
                }
            }
        }
    }

    /// Writes a group, however often that takes, and returns what its commits return.
    async fn write(&mut self, group: &[Commit]) -> Result<Vec<Result<Version, StoreError>>, Trouble> {
        let mut patience = Patience::new(self.shared.patience);
        loop {
            let tried = match connected(&mut self.client, &self.shared.pool).await {
                Ok(client) => attempt(client, &self.name, group).await,
                Err(trouble) => Err(trouble),
            };
            let trouble = match tried {
                Ok((outcome, Committed::Surely)) => return Ok(outcome.answers),
                Ok((outcome, Committed::Perhaps(reason))) => {
                    // Closed, so that the server ends what it has not finished.
                    self.client = None;
                    if self.find_out(outcome.newest, Trouble::Passing(reason.clone())).await? {
                        return Ok(outcome.answers);
                    }
                    Trouble::Passing(reason)
                }
                Err(trouble) => trouble,
            };
            self.roll_back().await;
            patience.wait(trouble).await?;
        }
    }

    /// Was the transaction committed whose last version is `newest`? Its connection broke with `trouble`.
    async fn find_out(&mut self, newest: Version, mut trouble: Trouble) -> Result<bool, Trouble> {
        let mut patience = Patience::new(self.shared.patience);
        loop {
            patience.wait(trouble).await.map_err(Trouble::leaves_unknown)?;
            let found = match connected(&mut self.client, &self.shared.pool).await {
                Ok(client) => signed(client, &self.name).await,
                Err(trouble) => Err(trouble),
            };
            self.roll_back().await;
            match found {
                Ok(signed) => return Ok(signed == Some(newest)),
                Err(again) => trouble = again,
            }
        }
    }

    /// Ends a transaction that did not come to its end; a connection where that fails is given up.
    async fn roll_back(&mut self) {
        if let Some(client) = self.client.take()
            && client.batch_execute("ROLLBACK").await.is_ok()
        {
            self.client = Some(client);
        }
    }
}

/// The writer's connection, made anew if it broke.
async fn connected<'c>(client: &'c mut Option<Object>, pool: &Pool) -> Result<&'c Object, Trouble> {
    Ok(match client.take().filter(|client| !client.is_closed()) {
        Some(open) => client.insert(open),
        None => client.insert(pool.get().await?),
    })
}

/// One transaction.
async fn attempt<'g>(
    client: &Object,
    writer: &str,
    group: &'g [Commit],
) -> Result<(Outcome<'g>, Committed), Trouble> {
    let batches = || group.iter().map(|commit| &commit.batch);
    let keys: Vec<&[u8]> = group::keys(batches()).into_iter().map(|key| key.0.as_bytes()).collect();
    let (lock, versions) = (client.prepare_cached(LOCK).await?, client.prepare_cached(VERSIONS).await?);
    // One way there and back: the requests are sent in this order before the first answer is awaited.
    let ((), store, found) = try_join3(
        client.batch_execute(BEGIN),
        client.query_one(&lock, &[]),
        client.query(&versions, &[&keys]),
    )
    .await?;
    schema::check_format(store.try_get(0)?)?;
    let given_out = schema::version(store.try_get(1)?)?;
    let mut versions: BTreeMap<Key, Version> = BTreeMap::new();
    for row in found {
        versions.insert(schema::key(row.try_get(0)?)?, schema::version(row.try_get(1)?)?);
    }

    let outcome = group::decide(batches(), versions, given_out);
    if outcome.newest == given_out {
        client.batch_execute("ROLLBACK").await?;
        return Ok((outcome, Committed::Surely));
    }
    put(client, &outcome).await?;
    let newest = schema::number(outcome.newest)?;
    let (give_out, sign) = (client.prepare_cached(GIVE_OUT).await?, client.prepare_cached(SIGN).await?);
    let ended = try_join3(
        client.execute(&give_out, &[&newest]),
        client.execute(&sign, &[&writer, &newest]),
        client.batch_execute("COMMIT"),
    )
    .await;
    match ended {
        Ok(_) => Ok((outcome, Committed::Surely)),
        Err(error) if surely_not_committed(&error) => Err(error.into()),
        Err(error) => Ok((outcome, Committed::Perhaps(reason(&error)))),
    }
}

/// Writes what a group leaves behind, a few statements for all of it.
async fn put(client: &Object, outcome: &Outcome<'_>) -> Result<(), Trouble> {
    let gone = outcome.gone();
    if !gone.is_empty() {
        client.execute(&client.prepare_cached(REMOVE).await?, &[&gone]).await?;
    }
    for Columns { keys, versions, values } in outcome.kept(STATEMENT) {
        let versions: Vec<i64> = versions.into_iter().map(schema::number).collect::<Result<_, _>>()?;
        client.execute(&client.prepare_cached(PUT).await?, &[&keys, &versions, &values]).await?;
    }
    Ok(())
}

/// The last version that a writer surely committed. Whatever it left unfinished is over when this returns.
async fn signed(client: &Object, writer: &str) -> Result<Option<Version>, Trouble> {
    client.batch_execute(BEGIN).await?;
    client.query_one(LOCK, &[]).await?;
    let row = client.query_opt(SIGNED, &[&writer]).await?;
    row.map(|row| schema::version(row.try_get(0)?)).transpose()
}
