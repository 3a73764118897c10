//! What Slack says of its users: member, guest or bot. Asked once, and again after a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use slack_morphism::prelude::*;
use tokio::time::Instant;

use super::client::{CallError, Client};
use crate::core::person::Standing;

/// How long an answer holds: a person who has left may act no longer than this.
const FRESH: Duration = Duration::from_secs(600);

/// What Slack said last; whoever asks meanwhile waits for the same answer.
type Said = Arc<tokio::sync::Mutex<Option<(Standing, Instant)>>>;

/// Users that were asked about.
#[derive(Debug)]
pub(super) struct Users {
    team: SlackTeamId,
    known: Mutex<HashMap<String, Said>>,
}

impl Users {
    /// Knows nobody yet; members of another team are guests.
    pub fn new(team: SlackTeamId) -> Self {
        Self { team, known: Mutex::default() }
    }

    /// What Slack says of a user. Events of one user that wait for it go on in the order in which they came.
    ///
    /// # Errors
    /// When Slack cannot say now; without it nobody may do anything.
    pub async fn standing(&self, client: &Client, user: &SlackUserId) -> Result<Standing, CallError> {
        let said = Arc::clone(self.lock().entry(user.to_string()).or_default());
        let mut said = said.lock().await;
        if let Some((standing, at)) = *said
            && at.elapsed() < FRESH
        {
            return Ok(standing);
        }
        let standing = match client.user(user).await {
            Ok(user) => standing(&user, &self.team),
            // An account of a workspace that this one does not show.
            Err(error) if error.is(&["user_not_found", "user_not_visible", "users_not_found"]) => {
                Standing::Guest
            }
            Err(error) => return Err(error),
        };
        *said = Some((standing, Instant::now()));
        Ok(standing)
    }

    /// Asks anew the next time: the user has changed.
    pub fn forget(&self, user: &str) {
        self.lock().remove(user);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Said>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Source: <https://docs.slack.dev/reference/objects/user-object>. In an Enterprise Grid organization a user belongs to
/// several teams.
fn standing(user: &SlackUser, team: &SlackTeamId) -> Standing {
    let flags = &user.flags;
    let yes = |flag: Option<bool>| flag == Some(true);
    if yes(flags.is_bot) || user.id.to_string() == "USLACKBOT" {
        return Standing::Bot;
    }
    let of_the_team = user.team_id.as_ref().is_none_or(|own| own == team)
        || user
            .enterprise_user
            .as_ref()
            .and_then(|grid| grid.teams.as_ref())
            .is_some_and(|t| t.contains(team));
    let guest = yes(flags.is_restricted)
        || yes(flags.is_ultra_restricted)
        || yes(flags.is_stranger)
        || yes(user.deleted)
        || !of_the_team;
    if guest { Standing::Guest } else { Standing::Member }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_strangers_and_those_who_left_are_no_members() {
        let of = |extra: serde_json::Value| {
            let mut user = serde_json::json!({ "id": "U1", "team_id": "T1" });
            user.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            standing(&serde_json::from_value(user).unwrap(), &"T1".into())
        };
        assert_eq!(of(serde_json::json!({})), Standing::Member);
        for guest in [
            serde_json::json!({ "is_restricted": true }),
            serde_json::json!({ "is_ultra_restricted": true }),
            serde_json::json!({ "is_stranger": true }),
            serde_json::json!({ "deleted": true }),
            serde_json::json!({ "team_id": "T2" }),
        ] {
            assert_eq!(of(guest.clone()), Standing::Guest, "{guest}");
        }
        assert_eq!(of(serde_json::json!({ "is_bot": true })), Standing::Bot);
    }
}
