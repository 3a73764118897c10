//! What is said about Matrix itself: in the log, to the operator, and where a message cannot be read.

use std::fmt::Display;
use std::path::Path;

/// The home server does not answer.
pub(super) const UNREACHABLE: &str = "the home server cannot be reached";
/// The home server asks for patience.
pub(super) const SLOWLY: &str = "the home server asks to wait";
/// Something is gone.
pub(super) const NOT_THERE: &str = "the home server does not know it";
/// The bot is not in a room.
pub(super) const NOT_IN_ROOM: &str = "the bot is not in that room: invite it";
/// There is no session yet.
pub(super) const NOT_LOGGED_IN: &str = "the bot is not logged in; run `ospo matrix login` once";
/// A token of no device.
pub(super) const TOKEN_WITHOUT_DEVICE: &str =
    "the access token belongs to no device, so nothing could be decrypted; log in with the password instead";

/// A session that has ended.
pub(super) fn logged_out(code: &str) -> String {
    format!(
        "the home server says {code}: the bot was logged out, its device deleted, or its account closed. Nothing is \
         lost; run `ospo matrix login`, then `ospo matrix setup` with the recovery key, and start it again"
    )
}

/// A login that the home server did not take.
pub(super) fn login_failed(why: &str) -> String {
    format!("the home server did not let the bot in: {why}; check user, password and home server")
}

/// What a refusal of the home server means, and what to do.
/// The codes are those of <https://spec.matrix.org/v1.16/client-server-api/#standard-error-response>.
pub(super) fn refused(code: &str) -> String {
    let cure = match code {
        "M_FORBIDDEN" => "invite the bot, and let it send messages and reactions there",
        "M_TOO_LARGE" => "the home server takes no file of that size",
        "M_GUEST_ACCESS_FORBIDDEN" => "the bot needs an account of its own, not a guest's",
        _ => return format!("the home server says {code}"),
    };
    format!("the home server says {code}: {cure}")
}

/// The session file is there, and of no use.
pub(super) fn session_unreadable(path: &Path, why: &dyn Display) -> String {
    format!("the session in {} cannot be read: {why}; log in again with `ospo matrix login`", path.display())
}

/// The session cannot be kept.
pub(super) fn session_unwritable(path: &Path, why: &dyn Display) -> String {
    format!("the session cannot be kept in {}: {why}", path.display())
}

/// The keys on disk cannot be read.
pub(super) fn keys_unreadable(why: &dyn Display) -> String {
    format!(
        "the keys on disk cannot be opened: {why}; is store_passphrase the one the bot was logged in with?"
    )
}

/// A home server that cannot be found.
pub(super) fn no_home_server(why: &dyn Display) -> String {
    format!("the home server cannot be used: {why}; check homeserver in [matrix]")
}

/// A session of somebody else.
pub(super) fn other_user(logged_in: &str, configured: &str) -> String {
    format!("the session is that of {logged_in}, the config says {configured}; log in again or mend [matrix]")
}
