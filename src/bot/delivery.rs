//! The way from the outbox to the platforms: in order for each place, again and again until the platform has
//! taken it, and once as people see it.

use std::time::Duration;

use tracing::{Instrument, debug, info, warn};

use super::engine::{Core, Outgoing};
use super::records::{self, Binding, OutboxEntry, Undelivered};
use super::unit::Unit;
use crate::chat::{ChatAdapter, Delivery, DeliveryAction, DeliveryError, EventPort, Support, Tried};
use crate::core::effect::Destination;
use crate::core::event::MessageRef;
use crate::core::person::Platform;
use crate::store::StoreError;

/// The first wait after a platform did not take something.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

fn platform(to: &Destination) -> Platform {
    match to {
        Destination::Place { place } => place.platform(),
        Destination::Private { account, .. } | Destination::Direct { account } => account.platform,
    }
}

/// What must keep its order: everything that one place, or one person in private, reads.
fn lane(to: &Destination) -> String {
    match to {
        Destination::Place { place } => place.channel.to_string(),
        Destination::Private { near, .. } => near.channel.to_string(),
        Destination::Direct { account } => format!("direct {account}"),
    }
}

/// How long to wait before the next attempt: doubling, with a random part so that not all come at once, and
/// never less than the platform asks for. `attempt` counts from 0; `random` is in 0..1.
pub(super) fn wait(attempt: u32, asked: Option<Duration>, random: f64) -> Duration {
    let backoff = FIRST_WAIT.saturating_mul(1u32 << attempt.min(16)).min(LONGEST_WAIT);
    asked.unwrap_or_default().max(backoff.mul_f64(0.5 + random / 2.0))
}

impl Core {
    /// Hands something to its lane. The caller has counted it as pending.
    pub(super) fn send(&self, outgoing: Outgoing) {
        self.deliveries.push(lane(&outgoing.entry.to), outgoing);
    }

    /// Delivers one entry, however long it takes; when the bot is to stop, what is not taken stays.
    pub(super) async fn deliver(&self, outgoing: Outgoing) {
        let span = tracing::info_span!("deliver", id = %outgoing.entry.id);
        async {
            let mut attempt = 0;
            let mut tried = outgoing.tried;
            loop {
                match self.try_deliver(&outgoing, tried).await {
                    Ok(()) => return self.pending.done(1),
                    // The platform has it; where it stands is noted once more.
                    Err(Trouble::Store(StoreError::Conflict { key })) => {
                        debug!(%key, "somebody else was faster");
                        tried = Tried::Perhaps;
                    }
                    Err(Trouble::Store(error)) => return self.fail(error),
                    Err(Trouble::Platform { why, after, carried_out }) => {
                        let wait = wait(attempt, after, fastrand::f64());
                        warn!(attempt, wait_ms = wait.as_millis(), why, "not delivered; will try again");
                        attempt += 1;
                        if carried_out == Tried::Perhaps {
                            tried = Tried::Perhaps;
                        }
                        tokio::select! {
                            () = tokio::time::sleep(wait) => {}
                            () = self.hurry.cancelled() => return,
                        }
                    }
                }
            }
        }
        .instrument(span)
        .await;
    }

    async fn try_deliver(&self, outgoing: &Outgoing, tried: Tried) -> Result<(), Trouble> {
        let entry = &outgoing.entry;
        let Some(adapter) = self.adapters.get(&platform(&entry.to)) else {
            return self.give_up(outgoing, "this bot does not run on that platform").await;
        };
        let mut unit = Unit::new(self.store.as_ref());
        let standing: Option<MessageRef> = match &entry.slot {
            Some((slot, _)) => unit.read(records::slot(slot)).await?,
            None => None,
        };
        let action = match &standing {
            Some(message) => {
                DeliveryAction::Edit { message: message.clone(), content: entry.content.clone() }
            }
            None => self.post(entry, adapter.as_ref()).await?,
        };
        let delivered = match adapter.deliver(&Delivery { id: entry.id.clone(), tried, action }).await {
            Err(DeliveryError::Gone) => {
                let id = format!("{}/anew", entry.id);
                let action = self.post(entry, adapter.as_ref()).await?;
                adapter.deliver(&Delivery { id, tried, action }).await
            }
            other => other,
        };
        match delivered {
            Ok(message) => Ok(self.receipt(unit, outgoing, standing, message).await?),
            Err(DeliveryError::Retry { why, after }) => {
                Err(Trouble::Platform { why, after, carried_out: Tried::Never })
            }
            Err(DeliveryError::Unknown { why }) => {
                Err(Trouble::Platform { why, after: None, carried_out: Tried::Perhaps })
            }
            Err(DeliveryError::Refused { why }) => self.give_up(outgoing, &why).await,
            Err(DeliveryError::Gone) => self.give_up(outgoing, "a new message was gone at once").await,
        }
    }

    /// A new message; what follows a slot goes into the thread of the message that shows it.
    async fn post(
        &self,
        entry: &OutboxEntry,
        adapter: &dyn ChatAdapter,
    ) -> Result<DeliveryAction, StoreError> {
        let mut to = entry.to.clone();
        if let (Some(slot), Destination::Place { place }) = (&entry.follows, &mut to)
            && adapter.capabilities().threads == Support::Native
            && let Some(message) = self.load_one::<MessageRef>(records::slot(slot)).await?
            && message.channel == place.channel
        {
            place.thread = Some(message.id);
        }
        Ok(DeliveryAction::Post { to, content: entry.content.clone() })
    }

    /// Keeps where it stands, and forgets what was to be done.
    async fn receipt(
        &self,
        mut unit: Unit<'_>,
        outgoing: &Outgoing,
        standing: Option<MessageRef>,
        message: MessageRef,
    ) -> Result<(), StoreError> {
        unit.depends_on(outgoing.key.clone(), outgoing.version);
        unit.remove(outgoing.key.clone());
        let anew = outgoing.entry.slot.as_ref().filter(|_| standing.as_ref() != Some(&message));
        if let Some((slot, subject)) = anew {
            if let Some(old) = standing {
                let key = records::binding(&old);
                unit.read::<Binding>(key.clone()).await?;
                unit.remove(key);
            }
            unit.write(records::slot(slot), &message)?;
            let key = records::binding(&message);
            unit.read::<Binding>(key.clone()).await?;
            unit.write(key, &Binding { slot: slot.clone(), subject: subject.clone() })?;
        }
        match self.committer.commit(unit, Vec::new(), &outgoing.entry.id, self.clock.now()).await {
            Err(StoreError::Conflict { key }) if key == outgoing.key => return Ok(()),
            other => other.map(drop)?,
        }
        let early = if anew.is_some() { self.early.on(&message) } else { Vec::new() };
        for event in early {
            info!(event = %event.id, "somebody was faster than the platform's answer");
            // If the bot is closing, the next start sees the reactions that stand.
            let _ = self.accept(event).await;
        }
        Ok(())
    }

    /// It will never be taken: it goes where the operator sees it.
    async fn give_up(&self, outgoing: &Outgoing, why: &str) -> Result<(), Trouble> {
        warn!(why, "cannot be delivered; kept under undelivered/");
        let mut unit = Unit::new(self.store.as_ref());
        unit.depends_on(outgoing.key.clone(), outgoing.version);
        unit.remove(outgoing.key.clone());
        let record = Undelivered { entry: outgoing.entry.clone(), why: why.to_owned() };
        unit.write(records::undelivered(&outgoing.entry.id), &record)?;
        self.committer.commit(unit, Vec::new(), &outgoing.entry.id, self.clock.now()).await?;
        info!("given up");
        Ok(())
    }
}

enum Trouble {
    Store(StoreError),
    Platform { why: String, after: Option<Duration>, carried_out: Tried },
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_respect_what_the_platform_asks() {
        assert_eq!(wait(0, None, 1.0), Duration::from_millis(500));
        assert_eq!(wait(3, None, 1.0), Duration::from_secs(4));
        assert_eq!(wait(40, None, 1.0), LONGEST_WAIT);
        assert_eq!(wait(0, Some(Duration::from_secs(30)), 0.0), Duration::from_secs(30));
        assert!(wait(3, None, 0.0) >= Duration::from_secs(2));
    }
}
