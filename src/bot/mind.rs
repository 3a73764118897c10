//! What the bot knows while it handles an event: people, channels and curated knowledge. Immutable; a reload
//! puts a whole new one in its place.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use crate::core::manners::Manners;
use crate::core::person::{AccountId, People, Person, Role, RoleChannels, Standing};
use crate::counsel::Counsel;
use crate::knowledge::Knowledge;

/// What the bot knows.
#[derive(Debug)]
pub struct Mind {
    /// Who is who.
    pub people: People,
    /// Where each role is told.
    pub channels: RoleChannels,
    /// How it behaves where people talk.
    pub manners: Manners,
    /// The company's own knowledge folder, if it has one.
    pub folder: Option<PathBuf>,
    /// The curated files.
    pub knowledge: Knowledge,
    /// The articles, ready to be searched.
    pub counsel: Counsel,
}

/// Who an account is to the bot.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// Somebody under `[people]`.
    Person(&'a Person),
    /// A member of the workspace who is not listed: may ask, no more.
    Unlisted,
    /// A guest or a bot: nothing.
    Outsider,
}

impl Mind {
    /// Who an account is. Default is deny.
    pub fn who(&self, account: &AccountId, standing: Standing) -> Who<'_> {
        match (standing, self.people.by_account(account)) {
            (Standing::Guest | Standing::Bot, _) => Who::Outsider,
            (Standing::Member, Some(person)) => Who::Person(person),
            (Standing::Member, None) => Who::Unlisted,
        }
    }

    /// The member of the OSPO that an account belongs to, if it does.
    pub fn of_the_ospo(&self, account: &AccountId) -> Option<&Person> {
        self.people.by_account(account).filter(|person| self.people.holds(&person.id, &Role::ospo()))
    }

    /// The roles that some stage of a workflow names but nobody holds, or that are told nowhere: a request
    /// under it could never be decided.
    pub fn undecidable(&self) -> Vec<(String, Role)> {
        let mut found = Vec::new();
        for workflow in &self.knowledge.workflows {
            for role in workflow.roles() {
                if self.people.members(role).next().is_none() || self.channels.of(role).is_empty() {
                    found.push((workflow.id.clone(), role.clone()));
                }
            }
        }
        found
    }
}

/// The mind in use. A reload puts a whole new one in its place; whoever began with the old one ends with it.
#[derive(Debug)]
pub struct Minds(RwLock<Arc<Mind>>);

impl Minds {
    /// Begins with a mind.
    pub fn new(mind: Arc<Mind>) -> Self {
        Self(RwLock::new(mind))
    }

    /// The one in use now.
    pub fn current(&self) -> Arc<Mind> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another in its place.
    pub fn replace(&self, mind: Arc<Mind>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = mind;
    }
}
