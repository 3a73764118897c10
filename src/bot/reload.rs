//! New knowledge while the bot runs: a whole valid set takes the place of the old one, or nothing changes and the
//! OSPO hears why.

use std::sync::Arc;

use tracing::info;

use super::engine::{Core, Outgoing};
use super::mind::Mind;
use super::texts::counsel as words;
use super::unit::Unit;
use crate::chat::Tried;
use crate::core::effect::{Destination, Effect};
use crate::core::event::Place;
use crate::core::person::{People, Role};
use crate::store::StoreError;

/// Puts new knowledge in place.
#[derive(Clone)]
pub struct Reloader {
    core: Arc<Core>,
}

impl Reloader {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// From now on this is known. What is being handled ends with what it began with.
    pub fn put(&self, mind: Mind) {
        info!(articles = mind.knowledge.articles.len(), "the knowledge was read anew");
        self.core.minds.replace(|_| mind);
    }

    /// From now on these are the people, and who holds which role.
    pub fn put_people(&self, people: People) {
        info!("who holds which role has changed");
        self.core.minds.replace(|mind| Mind { people, ..mind.clone() });
    }

    /// Tells the OSPO that a changed set has faults and is not used.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refuse(&self, faults: &str) -> Result<(), StoreError> {
        let core = &self.core;
        let now = core.clock.now();
        let content = words::not_reloaded(faults);
        let channels = core.minds.current().channels.of(&Role::ospo()).to_vec();
        let say = |channel| Effect::Say {
            to: Destination::Place { place: Place::channel(channel) },
            content: content.clone(),
        };
        let effects = channels.into_iter().map(say).collect();
        let unit = Unit::new(core.store.as_ref());
        let cause = format!("reload/{}", now.as_microsecond());
        let (version, entries) = core.committer.commit(unit, effects, &cause, now).await?;
        core.pending.add(entries.len());
        for (key, entry) in entries {
            core.send(Outgoing { tried: Tried::Never, key, version, entry });
        }
        Ok(())
    }
}
