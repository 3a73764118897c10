//! User groups, whose members may hold a role. Read again every few minutes, and when Slack tells of a change.
//! Source: <https://docs.slack.dev/reference/methods/usergroups.users.list>.

use std::collections::HashMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tracing::warn;

use super::client::{CallError, Client};
use super::users::Users;
use crate::chat::DeliveryError;
use crate::core::person::{AccountId, GroupId, Member, Platform, Standing};

/// How long an answer holds.
const FRESH: Duration = Duration::from_secs(300);
/// How long it holds when Slack cannot say now; after that nobody is in the group.
const STALE: Duration = Duration::from_secs(3600);
/// How soon a group that could not be read is asked for again.
const AGAIN: Duration = Duration::from_secs(30);

/// What is known of a group.
#[derive(Debug, Clone)]
struct Known {
    members: Vec<Member>,
    /// When it was read.
    read: Instant,
    /// When it is to be read again.
    due: Instant,
}

/// The user groups that were asked about.
#[derive(Debug, Default)]
pub(super) struct Groups(Mutex<HashMap<String, Known>>);

impl Groups {
    /// Who is in a group.
    ///
    /// # Errors
    /// When Slack has not said so for too long, or says that it will not.
    pub async fn members(
        &self,
        client: &Client,
        users: &Users,
        group: &GroupId,
    ) -> Result<Vec<Member>, DeliveryError> {
        let mut groups = self.0.lock().await;
        let now = Instant::now();
        if let Some(known) = groups.get(&group.id)
            && now < known.due
        {
            return Ok(known.members.clone());
        }
        match read(client, users, group).await {
            Ok(members) => {
                let known = Known { members: members.clone(), read: now, due: now + FRESH };
                groups.insert(group.id.clone(), known);
                Ok(members)
            }
            Err(error) => {
                let last = groups.get_mut(&group.id).filter(|known| now.duration_since(known.read) < STALE);
                match last {
                    Some(known) => {
                        known.due = now + AGAIN;
                        let why = DeliveryError::from(error);
                        warn!(%group, %why, "a user group cannot be read; its last known members hold for an hour");
                        Ok(known.members.clone())
                    }
                    None => {
                        groups.remove(&group.id);
                        Err(error.into())
                    }
                }
            }
        }
    }

    /// Reads the groups again the next time: one of them changed.
    pub async fn forget_dates(&self) {
        let now = Instant::now();
        self.0.lock().await.values_mut().for_each(|known| known.due = now);
    }
}

async fn read(client: &Client, users: &Users, group: &GroupId) -> Result<Vec<Member>, CallError> {
    let mut members = Vec::new();
    for id in client.group(&group.id).await? {
        let user = client.user(&id.clone().into()).await?;
        if users.says(&user) == Standing::Member {
            let zone = user.tz.as_deref().and_then(|zone| TimeZone::get(zone).ok());
            members.push(Member {
                account: AccountId::new(Platform::Slack, id.clone()),
                name: user.real_name.or(user.name).unwrap_or(id),
                zone: zone.unwrap_or(TimeZone::UTC),
            });
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::super::users::Home;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn when_slack_cannot_say_the_last_members_hold_for_an_hour_and_then_nobody() {
        // Nobody answers there.
        let client = Client::new(&"xoxb-x".to_owned().into(), Some("http://127.0.0.1:9/api")).unwrap();
        let users = Users::new(Home { team: "T1".to_owned(), enterprise: None });
        let group: GroupId = "slack:S1".parse().unwrap();
        let lea = Member {
            account: "slack:ULEA".parse().unwrap(),
            name: "Lea (sample)".to_owned(),
            zone: TimeZone::UTC,
        };
        let groups = Groups::default();
        let now = Instant::now();
        let known = Known { members: vec![lea.clone()], read: now, due: now + FRESH };
        groups.0.lock().await.insert("S1".to_owned(), known);
        for wait in [Duration::ZERO, FRESH, STALE / 2] {
            tokio::time::advance(wait).await;
            assert_eq!(groups.members(&client, &users, &group).await.unwrap(), std::slice::from_ref(&lea));
        }
        tokio::time::advance(STALE / 2).await;
        assert!(groups.members(&client, &users, &group).await.is_err());
    }
}
