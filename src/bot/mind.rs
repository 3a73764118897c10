//! What the bot knows while it handles an event: people, channels and curated knowledge. Immutable; a reload
//! puts a whole new one in its place.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use crate::core::manners::Manners;
use crate::core::person::{AccountId, Links, People, Person, Role, RoleChannels, Standing};
use crate::counsel::Counsel;
use crate::knowledge::Knowledge;
use crate::request::rules::Stage;

use super::texts;

/// What the bot knows.
#[derive(Debug, Clone)]
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
    pub knowledge: Arc<Knowledge>,
    /// The articles, ready to be searched.
    pub counsel: Arc<Counsel>,
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

    /// The one person whom a word means: an id, or a name as it is shown, in any case, or an account.
    pub fn person_named(&self, word: &str) -> Option<&Person> {
        let word = word.trim().trim_start_matches('@');
        if let Ok(account) = word.parse::<AccountId>() {
            return self.people.by_account(&account);
        }
        let by_id = self.people.iter().find(|person| person.id.0.eq_ignore_ascii_case(word));
        let mut by_name = self.people.iter().filter(|person| person.name.eq_ignore_ascii_case(word));
        by_id.or_else(|| by_name.next().filter(|_| by_name.next().is_none()))
    }

    /// Reads people named with commas between, and returns their ids.
    ///
    /// # Errors
    /// Who is not known, to be shown to the one who wrote it.
    pub fn people_named(&self, text: &str) -> Result<String, String> {
        let one = |word: &str| {
            self.person_named(word)
                .map(|person| person.id.0.clone())
                .ok_or_else(|| texts::nobody(word.trim()))
        };
        let named = text.split(',').filter(|word| !word.trim().is_empty());
        Ok(named.map(one).collect::<Result<Vec<_>, _>>()?.join(", "))
    }

    /// What makes a request of some kind undecidable: a role that decides and that nobody holds, or that is told
    /// nowhere, or too few people for what a stage needs. Each with the workflow it stands in.
    pub fn undecidable(&self) -> Vec<(String, Undecidable)> {
        let mut found = Vec::new();
        for workflow in &self.knowledge.workflows {
            for role in workflow.roles() {
                let unread = self.people.waits_for_groups(role);
                let nobody = self.people.members(role).next().is_none() && !unread;
                let decides = workflow.rules.stages.iter().any(|stage| stage.role == *role);
                if nobody || (decides && self.channels.of(role).is_empty()) {
                    found.push((workflow.id.clone(), Undecidable::Role(role.clone())));
                }
            }
            let read = |stage: &&Stage| !self.people.waits_for_groups(&stage.role);
            for stage in workflow.rules.stages.iter().filter(read) {
                let taken: usize = stage
                    .distinct_from
                    .iter()
                    .filter_map(|id| workflow.rules.stage(id))
                    .filter(|other| {
                        self.people.members(&stage.role).any(|p| self.people.holds(&p.id, &other.role))
                    })
                    .filter(|other| !self.others_can(other, &stage.role))
                    .map(|other| other.needs as usize)
                    .sum();
                let have = self.people.members(&stage.role).count();
                if have > 0 && have < stage.needs as usize + taken {
                    let too_few = Undecidable::TooFew {
                        stage: stage.id.clone(),
                        role: stage.role.clone(),
                        needs: stage.needs as usize + taken,
                        have,
                    };
                    found.push((workflow.id.clone(), too_few));
                }
            }
        }
        found
    }

    /// Whether enough people without a role can approve in a stage.
    fn others_can(&self, stage: &Stage, role: &Role) -> bool {
        let others = self.people.members(&stage.role).filter(|person| !self.people.holds(&person.id, role));
        others.count() >= stage.needs as usize
    }
}

/// Why requests of a kind could never be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecidable {
    /// Nobody holds a role, or it is told nowhere.
    #[error("the role `{0}` needs people under [roles] and a channel under [channels]")]
    Role(Role),
    /// Fewer people hold a role than a stage needs.
    #[error(
        "the stage `{stage}` needs {needs} people with the role `{role}`, and {have} have it; name more under [roles]"
    )]
    TooFew {
        /// The stage.
        stage: String,
        /// Its role.
        role: Role,
        /// How many must agree.
        needs: usize,
        /// How many there are.
        have: usize,
    },
}

/// The mind in use. A reload puts a whole new one in its place; whoever began with the old one ends with it.
#[derive(Debug)]
pub struct Minds(RwLock<InUse>);

/// What was read, which accounts people joined since, and what both come to.
#[derive(Debug)]
struct InUse {
    read: Arc<Mind>,
    links: Links,
    mind: Arc<Mind>,
}

impl InUse {
    fn new(read: Arc<Mind>, links: Links) -> Self {
        let people = read.people.linked(&links);
        let mind = Arc::new(Mind { people, ..Mind::clone(&read) });
        Self { read, links, mind }
    }
}

impl Minds {
    /// Begins with a mind, and the accounts that are joined.
    pub fn new(mind: Arc<Mind>, links: Links) -> Self {
        Self(RwLock::new(InUse::new(mind, links)))
    }

    /// The one in use now.
    pub fn current(&self) -> Arc<Mind> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).mind)
    }

    /// Puts another in its place, made of what the one that was read is now.
    pub fn replace(&self, change: impl FnOnce(&Mind) -> Mind) {
        let mut in_use = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *in_use = InUse::new(Arc::new(change(&in_use.read)), std::mem::take(&mut in_use.links));
    }

    /// From now on these accounts are joined.
    pub fn link(&self, links: Links) {
        let mut in_use = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *in_use = InUse::new(Arc::clone(&in_use.read), links);
    }
}
