//! What is said about Slack itself: in the log, and to the operator.

use crate::core::person::GroupId;

/// What a refusal of Slack's means, and what to do. The codes are those of the methods' pages under
/// <https://docs.slack.dev/reference/methods>.
pub(super) fn refused(code: &str) -> String {
    let cure = match code.split(' ').next().unwrap_or_default() {
        "not_in_channel" | "channel_not_found" => {
            "invite the bot to the channel with /invite, and check the channel's id in the config"
        }
        "is_archived" => "unarchive the channel, or name another in the config",
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
            "install the app again and put its new token into the config"
        }
        "missing_scope" | "no_permission" | "access_denied" => {
            "install the app again with the manifest in deploy/slack"
        }
        "restricted_action" => "ask an admin to let the app post there",
        _ => return format!("Slack says `{code}`"),
    };
    format!("Slack says `{code}`: {cure}")
}

/// A token that works.
pub(super) fn token_works(team: &str, user: Option<&str>) -> String {
    format!("the bot token works: {} in {team}", user.unwrap_or("the bot"))
}

/// A user group that can be read.
pub(super) fn group(group: &GroupId, members: usize) -> String {
    format!("the user group {group} can be read; members: {members}")
}

/// The cure for a user group.
pub(super) const GROUP: &str = "copy the group's id (S…) from the address of its page, and see that the app has the scope usergroups:read";

/// Events come over HTTP, which only Slack can try.
pub(super) fn over_http(listen: std::net::SocketAddr) -> String {
    format!(
        "events come over HTTP: start the bot, which listens on {listen}, and let Slack verify its request URLs; the \
         signing secret is right when it does"
    )
}

/// What keeps the bot from starting.
pub(super) fn not_ready(missing: &[String]) -> String {
    format!("the bot cannot start in Slack yet:\n{}", missing.join("\n"))
}

/// The cure for a token or a scope.
pub(super) const INSTALL_AGAIN: &str =
    "install the app again with the manifest in deploy/slack, and put its bot token into the config";

/// The cure for the app-level token.
pub(super) const APP_TOKEN: &str =
    "switch Socket Mode on, and make an app-level token with the scope connections:write";

/// Why Slack opens no connection. The codes are those of <https://docs.slack.dev/reference/methods/apps.connections.open>.
pub(super) fn no_socket(code: &str) -> String {
    format!("Slack opens no connection and says `{code}`: {APP_TOKEN}")
}

/// Nothing that Slack would let be fetched.
pub(super) const NO_CONTENT: &str = "Slack gives no address to read it from";

/// A file that another service keeps.
pub(super) const ELSEWHERE: &str = "it is not kept at Slack; attach the file itself";

/// A file is larger than is read.
pub(super) fn too_large(limit: u64) -> String {
    format!("it is larger than {} MB", limit >> 20)
}

/// On the buttons of a form.
pub(super) const NEXT: &str = "Next";
/// On the button that leads to the part before.
pub(super) const BACK: &str = "Back";
/// On the button that closes a form.
pub(super) const CLOSE: &str = "Close";
/// The answers to a question of yes or no.
pub(super) const YES: &str = "Yes";
/// See [`YES`].
pub(super) const NO: &str = "No";
/// In a menu in which nothing is chosen.
pub(super) const CHOOSE: &str = "Choose";
/// The headline of a view that is shown until its form is there.
pub(super) const WAITING_TITLE: &str = "One moment";
/// What it says.
pub(super) const WAITING: &str = "The form is on its way.";
/// What it says when there is no form after all.
pub(super) const NO_FORM: &str =
    "There is no form to fill in here. I answer you in the conversation; you can close this.";
/// Where a message has no room for more.
pub(super) const MORE_IN_FILE: &str = "There is more than fits here: the whole is in the file below.";
/// In a channel, to somebody whose answer comes with a file.
pub(super) const SENT_DIRECTLY: &str =
    "My answer comes with a picture or a file, so I sent it to you in our direct conversation.";
/// Where a Home tab has no room for more.
pub(super) const MORE_AT_HOME: &str = "There is more than fits here. Write “requests” to me to see it.";
/// Before a press counts.
pub(super) const SURE: &str = "Are you sure?";
/// See [`SURE`].
pub(super) const SURE_YES: &str = "Yes, go on";
/// See [`SURE`].
pub(super) const SURE_NO: &str = "No";

/// Which part of a form is shown.
pub(super) fn step(number: usize, count: usize) -> String {
    format!(
        "Part {number} of {count}. What you fill in is kept when you go on, and when you come back later."
    )
}

/// The label of the file that may come instead of words.
pub(super) fn or_a_file(label: &str) -> String {
    format!("{label}: a file instead")
}

/// The name of the file that holds what a message has no room for.
pub(super) const OVERFLOW: &str = "whole.txt";
