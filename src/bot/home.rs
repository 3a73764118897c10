//! What the bot has for one person alone, kept up to date for those who look. It follows from the records alone: nothing
//! of it is kept, and whoever comes again is shown it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::delivery::wait;
use super::engine::{Core, lock};
use super::lookup;
use super::mind::Who;
use super::records::{self, Conversation};
use super::texts;
use super::texts::home::Mine;
use crate::chat::{DeliveryError, Visit};
use crate::core::message::Home;
use crate::core::person::AccountId;
use crate::request::{Absences, Roster};
use crate::store::StoreError;

/// Those who look, and whom something has changed for.
#[derive(Debug, Default)]
pub struct Homes {
    visits: Mutex<BTreeMap<AccountId, Visit>>,
    stale: Mutex<BTreeSet<AccountId>>,
    told: Notify,
}

impl Homes {
    /// Somebody looks.
    pub fn visited(&self, visit: Visit) {
        let account = visit.account.clone();
        lock(&self.visits).insert(account.clone(), visit);
        self.show(account);
    }

    /// Something of somebody's was handled.
    pub fn acted(&self, account: &AccountId) {
        self.changed(|other| other == account);
    }

    /// Something changed that is shown to some of those who look.
    pub fn changed(&self, for_whom: impl Fn(&AccountId) -> bool) {
        let theirs: Vec<AccountId> =
            lock(&self.visits).keys().filter(|account| for_whom(account)).cloned().collect();
        theirs.into_iter().for_each(|account| self.show(account));
    }

    fn show(&self, account: AccountId) {
        lock(&self.stale).insert(account);
        self.told.notify_one();
    }

    fn next(&self) -> Option<Visit> {
        let account = lock(&self.stale).pop_first()?;
        lock(&self.visits).get(&account).cloned()
    }
}

impl Core {
    /// Shows people their homes, one after another; what changes meanwhile is shown once.
    pub(super) async fn keep_homes(self: Arc<Self>, stop: CancellationToken) {
        let mut failures = 0;
        loop {
            let pause = match self.homes.next() {
                None => {
                    tokio::select! {
                        () = self.homes.told.notified() => continue,
                        () = stop.cancelled() => return,
                    }
                }
                Some(visit) => match self.show_home(&visit).await {
                    Ok(None) => {
                        failures = 0;
                        continue;
                    }
                    Ok(Some(after)) => {
                        self.homes.show(visit.account);
                        let pause = wait(failures, after, fastrand::f64());
                        failures += 1;
                        pause
                    }
                    Err(error) => return self.fail(error),
                },
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Shows one home; when the platform does not take it now, the time it asks to wait, if it asks for one.
    async fn show_home(&self, visit: &Visit) -> Result<Option<Option<Duration>>, StoreError> {
        let Some(adapter) = self.adapters.get(&visit.account.platform) else { return Ok(None) };
        let home = self.home_of(visit).await?;
        let (why, after) = match adapter.show_home(visit, &home).await {
            Ok(()) => return Ok(None),
            Err(DeliveryError::Retry { why, after }) => (why, after),
            Err(DeliveryError::Unknown { why }) => (why, None),
            Err(why) => {
                warn!(%why, "a home cannot be shown");
                return Ok(None);
            }
        };
        warn!(why, "a home is not shown; will try again");
        Ok(Some(after))
    }

    async fn home_of(&self, visit: &Visit) -> Result<Home, StoreError> {
        let mind = self.minds.current();
        let workflows = &mind.knowledge.workflows;
        let person = match mind.who(&visit.account, visit.standing) {
            Who::Person(person) => person,
            Who::Unlisted => return Ok(texts::home::unlisted()),
            Who::Outsider => return Ok(texts::home::outsider()),
        };
        let now = self.clock.now();
        let absences: Absences = self.load_one(records::absences()).await?.unwrap_or_default();
        let roster = Roster { people: &mind.people, absences: &absences };
        let found = lookup::seen_by(self.store.as_ref(), &person.id, roster, now).await?;
        let conversation = self.load_one(records::conversation(&visit.account, &visit.place)).await?;
        let begun = match conversation {
            Some(Conversation::Filling(draft)) => super::sheet::title(&mind, &draft.form),
            _ => None,
        };
        let mine = Mine { person, requests: &found.requests, more: found.more, begun, roster, now };
        Ok(texts::home::home(&mine, workflows))
    }
}
