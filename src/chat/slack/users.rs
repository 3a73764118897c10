//! What Slack says of its users: member, guest or bot. Asked once, and again after a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use slack_morphism::prelude::*;
use tokio::time::Instant;

use super::answers::User;
use super::client::{CallError, Client};
use crate::core::person::Standing;

/// How long an answer holds: a person who has left may act no longer than this.
const FRESH: Duration = Duration::from_secs(600);

/// What Slack said last; whoever asks meanwhile waits for the same answer.
type Said = Arc<tokio::sync::Mutex<Option<(Standing, Instant)>>>;

/// How long the last answer holds when Slack cannot say now.
const STALE: Duration = Duration::from_secs(3600);

/// The workspace, and the organization it may be part of, whose members are ours.
#[derive(Debug, Clone)]
pub(super) struct Home {
    pub team: String,
    pub enterprise: Option<String>,
}

/// Users that were asked about.
#[derive(Debug)]
pub(super) struct Users {
    home: Home,
    known: Mutex<HashMap<String, Said>>,
}

impl Users {
    /// Knows nobody yet.
    pub fn new(home: Home) -> Self {
        Self { home, known: Mutex::default() }
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
            Ok(user) => standing(&user, &self.home),
            // An account of a workspace that this one does not show.
            Err(CallError::Refused(_)) => Standing::Guest,
            Err(error) => {
                let last = said.filter(|(_, at)| at.elapsed() < STALE);
                return last.map(|(standing, _)| standing).ok_or(error);
            }
        };
        *said = Some((standing, Instant::now()));
        Ok(standing)
    }

    /// What is to be thought of a user, by what Slack says.
    pub fn says(&self, user: &User) -> Standing {
        standing(user, &self.home)
    }

    /// Asks anew the next time: the user has changed.
    pub fn forget(&self, user: &str) {
        self.lock().remove(user);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Said>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A member is of the bot's own workspace, or of one of the organization's that the bot's workspace belongs to, and
/// neither a guest nor gone. In an Enterprise Grid organization `team_id` is the workspace where the account was made, and
/// the organization's own id for those who belong to none.
fn standing(user: &User, home: &Home) -> Standing {
    if user.is_bot || user.is_workflow_bot || user.id == "USLACKBOT" {
        return Standing::Bot;
    }
    let grid = user.enterprise_user.as_ref();
    let in_the_team =
        user.team_id.as_ref() == Some(&home.team) || grid.is_some_and(|grid| grid.teams.contains(&home.team));
    let in_the_organization = home.enterprise.is_some()
        && (grid.is_some_and(|grid| grid.enterprise_id == home.enterprise)
            || user.team_id == home.enterprise);
    let outside = user.is_restricted
        || user.is_ultra_restricted
        || user.is_stranger
        || user.is_invited_user
        || user.deleted;
    if (in_the_team || in_the_organization) && !outside { Standing::Member } else { Standing::Guest }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(user: Value, enterprise: Option<&str>) -> Standing {
        let mut whole = json!({ "id": "U1", "team_id": "T1" });
        whole.as_object_mut().unwrap().extend(user.as_object().unwrap().clone());
        let home = Home { team: "T1".into(), enterprise: enterprise.map(str::to_owned) };
        standing(&serde_json::from_value(whole).unwrap(), &home)
    }

    #[test]
    fn guests_strangers_and_those_who_left_are_no_members() {
        assert_eq!(of(json!({ "is_app_user": true, "is_admin": true }), None), Standing::Member);
        for guest in [
            json!({ "is_restricted": true }),
            json!({ "is_ultra_restricted": true }),
            json!({ "is_stranger": true }),
            json!({ "is_invited_user": true }),
            json!({ "deleted": true }),
            json!({ "team_id": "T2" }),
            json!({ "team_id": null }),
        ] {
            assert_eq!(of(guest.clone(), None), Standing::Guest, "{guest}");
        }
        for bot in
            [json!({ "is_bot": true }), json!({ "is_workflow_bot": true }), json!({ "id": "USLACKBOT" })]
        {
            assert_eq!(of(bot.clone(), None), Standing::Bot, "{bot}");
        }
    }

    #[test]
    fn in_a_grid_the_organization_counts_and_another_does_not() {
        let grid = |teams: &[&str], enterprise: &str| json!({ "team_id": "T2", "enterprise_user": { "enterprise_id": enterprise, "teams": teams } });
        assert_eq!(of(grid(&["T2", "T1"], "E1"), None), Standing::Member, "also in the bot's workspace");
        assert_eq!(of(grid(&["T2"], "E1"), Some("E1")), Standing::Member);
        assert_eq!(of(json!({ "team_id": "E1" }), Some("E1")), Standing::Member);
        assert_eq!(of(grid(&["T2"], "E2"), Some("E1")), Standing::Guest);
        let mut stranger = grid(&["T1"], "E1");
        stranger["is_stranger"] = json!(true);
        assert_eq!(of(stranger, Some("E1")), Standing::Guest);
    }
}
