//! What can go wrong between here and the server, and how long to hope that it passes.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use deadpool_postgres::{HookError, PoolError};
use tokio::time::Instant;
use tokio_postgres::Error;

use super::super::StoreError;

/// The first wait before another attempt; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(20);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Something went wrong, and nothing was written.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It may pass: the connection broke, the server restarts, another transaction was in the way.
    Passing(String),
    /// It will not pass by itself.
    Lasting(String),
    /// A newer program has taken the store over, or there is none.
    Store(StoreError),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        if passes(&error) { Self::Passing(reason(&error)) } else { Self::Lasting(reason(&error)) }
    }
}

impl From<PoolError> for Trouble {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => error.into(),
            PoolError::Timeout(_) => Self::Passing("it does not answer".to_owned()),
            other => Self::Lasting(other.to_string()),
        }
    }
}

impl Trouble {
    /// The same trouble, where it kept us from learning what became of a commit.
    pub(super) fn leaves_unknown(self) -> Self {
        match self {
            Self::Passing(reason) | Self::Lasting(reason) => {
                Self::Lasting(format!("whether the last commits were written is unknown: {reason}"))
            }
            store => store,
        }
    }

    /// What the caller of the store hears.
    pub(super) fn into_error(self, name: &str) -> StoreError {
        match self {
            Self::Passing(reason) | Self::Lasting(reason) => StoreError::Failed(format!("{name}: {reason}")),
            Self::Store(error) => error,
        }
    }
}

/// May the same attempt succeed later, perhaps on another connection?
///
/// By class of SQLSTATE: 08 lost connections, 40 serialization failures and deadlocks; and one by one: a server
/// that stops, crashes or starts (57P01 to 57P03), has no connection free (53300), does not give a lock (55P03),
/// ended an idle transaction (25P03), or became a read-only standby (25006).
fn passes(error: &Error) -> bool {
    match error.code() {
        Some(code) => {
            let code = code.code();
            code.starts_with("08")
                || code.starts_with("40")
                || ["57P01", "57P02", "57P03", "53300", "55P03", "25P03", "25006"].contains(&code)
        }
        None => error.is_closed() || error.source().is_some_and(|source| source.is::<io::Error>()),
    }
}

/// Did the server say for certain that a transaction was not committed? If not, it may have been.
pub(super) fn surely_not_committed(error: &Error) -> bool {
    error.code().is_some_and(|code| {
        let code = code.code();
        // 40003: whether the statement completed is unknown.
        !code.starts_with("08") && !code.starts_with("57P") && code != "40003"
    })
}

/// Why, in one line.
pub(super) fn reason(error: &Error) -> String {
    if let Some(error) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", error.message(), error.code().code());
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    if text.ends_with("server does not support TLS") {
        text += "; turn it on there, or add sslmode=disable to the URL if the network between is trusted";
    }
    text
}

/// How long a call goes on trying, from its first trouble on.
pub(super) struct Patience {
    limit: Duration,
    until: Option<Instant>,
    wait: Duration,
}

impl Patience {
    /// For one call.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, until: None, wait: FIRST_WAIT }
    }

    /// Waits before the next attempt, or gives the trouble back when there is to be none.
    pub(super) async fn wait(&mut self, trouble: Trouble) -> Result<(), Trouble> {
        let Trouble::Passing(reason) = &trouble else { return Err(trouble) };
        let now = Instant::now();
        let until = *self.until.get_or_insert(now + self.limit);
        if now >= until {
            return Err(trouble);
        }
        tracing::warn!(reason, "PostgreSQL: trying again");
        // A random part, so that replicas do not try in step.
        tokio::time::sleep(self.wait.mul_f64(0.5 + fastrand::f64() / 2.0).min(until - now)).await;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        Ok(())
    }
}
