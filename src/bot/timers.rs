//! What happens by itself: timers that are due, and the housekeeping.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::engine::{Core, Job, Work, lock};
use super::handle::review;
use super::records::{self, Seen};
use super::unit::{Unit, read_all};
use crate::core::effect::{Effect, Purpose, Subject, Timer, TimerId};
use crate::store::{Batch, Key, StoreError, Version};

/// The longest sleep, so that a clock that was set is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);
/// How often the house is kept.
const HOUSEKEEPING: Duration = Duration::from_secs(300);
/// How long a handled event is remembered; no platform sends one again later.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many remembered events are forgotten in one commit.
const FORGOTTEN_AT_ONCE: usize = 500;

impl Core {
    /// Queues what is due, and sleeps until the next is.
    pub(super) async fn run_timers(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let sleep = match self.ring_due().await {
                Ok(sleep) => sleep,
                Err(error) => return self.fail(error),
            };
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.timers.notified() => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Queues every timer that is due and returns how long until the next.
    async fn ring_due(&self) -> Result<Duration, StoreError> {
        let now = self.clock.now();
        let past = records::all_timers().start..first_after(now);
        for (key, version, timer) in read_all::<Timer>(self.store.as_ref(), past).await? {
            if lock(&self.ringing).insert(key.clone()) {
                debug!(timer = %timer.id.0, "due");
                self.pending.add(1);
                self.queue(Job { key, version, work: Work::Timer(timer) });
            }
        }
        let next = self.store.scan(first_after(now)..records::all_timers().end, 1).await?;
        let next = next.first().map(records::decode::<Timer>).transpose()?;
        let until = next.and_then(|timer| Duration::try_from(timer.due.duration_since(now)).ok());
        Ok(until.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP))
    }

    /// Makes up for what was missed, and forgets what is no longer needed; now and then.
    pub(super) async fn keep_house(self: Arc<Self>, stop: CancellationToken) {
        if let Err(error) = self.plan_review().await {
            warn!(%error, "could not plan the reminders of due articles; the next start will");
        }
        loop {
            tokio::select! {
                () = self.pending.settled() => {}
                () = stop.cancelled() => return,
            }
            if let Err(error) = self.reconcile().await {
                warn!(%error, "could not make up for missed reactions; will try again");
            }
            self.files.notify_one();
            if let Err(error) = self.forget_seen().await {
                warn!(%error, "could not forget old events; will try again");
            }
            if let Err(error) = self.forget_offers().await {
                warn!(%error, "could not forget old codes; will try again");
            }
            if let Err(error) = self.forget_talk().await {
                warn!(%error, "could not forget old conversations; will try again");
            }
            tokio::select! {
                () = tokio::time::sleep(HOUSEKEEPING) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Starts the timer of the weekly reminder, unless it runs.
    async fn plan_review(&self) -> Result<(), StoreError> {
        let timer = review::next(self.clock.now());
        let mut unit = Unit::new(self.store.as_ref());
        if unit.read::<Key>(records::timer_of(&timer.id)).await?.is_none() {
            let cause = timer.id.0.clone();
            self.committer.commit(unit, vec![Effect::Start(timer)], &cause, self.clock.now()).await?;
            self.timers.notify_one();
        }
        Ok(())
    }

    async fn forget_seen(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let seen = read_all::<Seen>(self.store.as_ref(), records::all_seen()).await?;
        let old = seen.into_iter().filter(|(_, _, seen)| now.duration_since(seen.at) > REMEMBERED);
        self.forget(old.map(|(key, version, _)| (key, version)).collect()).await
    }

    /// Removes records.
    pub(super) async fn forget(&self, old: Vec<(Key, Version)>) -> Result<(), StoreError> {
        for some in old.chunks(FORGOTTEN_AT_ONCE) {
            let mut batch = Batch::default();
            for (key, version) in some {
                batch.remove(key.clone(), *version);
            }
            self.store.commit(batch).await?;
        }
        Ok(())
    }
}

/// The first key of the timers that are due after a moment.
fn first_after(now: Timestamp) -> Key {
    let due = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
    let id = TimerId(String::new());
    records::timer(&Timer { id, due, subject: Subject(String::new()), purpose: Purpose::Digest })
}
