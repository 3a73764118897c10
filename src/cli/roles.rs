//! Roles that the members of a platform's groups hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::bail;
use tracing::warn;

use crate::chat::{ChatAdapter, DeliveryError};
use crate::core::person::{GroupId, Member, People};

/// The groups of the config, and the platforms that know their members.
pub struct Groups {
    people: People,
    adapters: Vec<Arc<dyn ChatAdapter>>,
}

impl Groups {
    /// The groups that `people` wait for.
    pub fn new(people: People, adapters: Vec<Arc<dyn ChatAdapter>>) -> Self {
        Self { people, adapters }
    }

    /// Everybody, with the members of all groups in their roles. A group of which nobody can say who is in it has no
    /// members.
    pub async fn read(&self) -> People {
        self.ask().await.0
    }

    /// The same, when the bot starts: what will not be better by waiting stops it.
    ///
    /// # Errors
    /// When a platform refuses to tell who is in a group.
    pub async fn first(&self) -> anyhow::Result<People> {
        let (people, refused) = self.ask().await;
        if let Some((group, why)) = refused.first() {
            bail!("the group {group} under [roles] cannot be read: {why}");
        }
        Ok(people)
    }

    async fn ask(&self) -> (People, Vec<(GroupId, String)>) {
        let (mut members, mut refused): (BTreeMap<GroupId, Vec<Member>>, _) = (BTreeMap::new(), Vec::new());
        for group in self.people.groups() {
            let adapter = self.adapters.iter().find(|adapter| adapter.platform() == group.platform);
            let told = match adapter {
                Some(adapter) => adapter.members(group).await,
                None => {
                    Err(DeliveryError::Refused { why: "the bot does not run on that platform".to_owned() })
                }
            };
            match told {
                Ok(told) => drop(members.insert(group.clone(), told)),
                Err(error) => {
                    warn!(%group, %error, "nobody knows who is in a group; its members hold no role now");
                    if let DeliveryError::Refused { why } = error {
                        refused.push((group.clone(), why));
                    }
                }
            }
        }
        (self.people.filled(&members), refused)
    }
}
