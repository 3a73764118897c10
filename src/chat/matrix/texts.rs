//! What is said about Matrix itself: in the log, to the operator, and where a message cannot be read.

use std::fmt::Display;
use std::path::Path;

use super::html::escape;
use super::trouble::Trouble;

/// The home server does not answer.
pub(super) const UNREACHABLE: &str = "the home server cannot be reached";
/// The home server asks for patience.
pub(super) const SLOWLY: &str = "the home server asks to wait";
/// Something is gone.
pub(super) const NOT_THERE: &str = "the home server does not know it";
/// The bot is not in a room.
pub(super) const NOT_IN_ROOM: &str = "the bot is not in that room: invite it";
/// A room was made that is not known as it is.
pub(super) const NOT_WHOLE: &str = "the home server has not told of the new room yet";
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

/// What the sender of something that cannot be read is told.
pub(super) const UNREADABLE: &str = "I cannot read your message: the keys to it have not reached me. Please send it \
                                     again; if that does not help, ask whoever runs me to look at `ospo matrix check`.";

/// The room of a role that the bot is not in.
pub(super) fn not_in_room_of_role(room: &str) -> String {
    format!("the bot is not in {room}, the room of a role: invite it there")
}

/// A file is larger than is read.
pub(super) fn too_large(limit: u64) -> String {
    format!("it is larger than {} MB", limit >> 20)
}

/// A file that cannot be decrypted.
pub(super) const UNDECRYPTABLE: &str = "it cannot be decrypted; please send it again";

/// The account has an identity already, and this device does not know it.
pub(super) const IDENTITY_ELSEWHERE: &str = "the account has an identity that this device does not know; give its \
                                             recovery key with --recovery-key-file";
/// A new identity needs the password.
pub(super) const PASSWORD_NEEDED: &str = "the home server wants the account's password before it takes a new identity; \
                                          give it with --password-file or in OSPO_MATRIX_PASSWORD";
/// Somebody else uses the keys.
pub(super) const RUNNING: &str = "the bot runs with these keys; stop it first";

/// A recovery key that opens nothing.
pub(super) fn not_recovered(why: &dyn Display) -> String {
    format!("the identity cannot be recovered: {why}; is this the recovery key of this account?")
}

/// A backup that cannot be made.
pub(super) fn no_backup(why: &dyn Display) -> String {
    format!("the backup of keys cannot be made: {why}; if there is one already, give its recovery key")
}

/// The cure for a session.
pub(super) const LOG_IN: &str = "run `ospo matrix login`";
/// The cure for an identity.
pub(super) const SET_UP: &str = "stop the bot and run `ospo matrix setup`";
/// The cure for a home server that does not tell.
pub(super) const TRY_AGAIN: &str =
    "try again; if it stays, check the network between here and the home server";
/// The cure for a device that nobody knows.
pub(super) const REMOVE_DEVICE: &str = "if it is an older login of the bot, remove it from the account; nothing but the bot should be logged in there";
/// The cure for a room that is not there.
pub(super) const CHECK_ROOM: &str = "check its id or alias under [channels]";
/// The cure for a room that the bot is not in.
pub(super) const INVITE: &str = "invite the bot there";
/// The cure for a room in which it may not speak.
pub(super) const LET_SPEAK: &str = "give it the power level that messages and reactions need there";
/// An identity.
pub(super) const HAS_IDENTITY: &str = "the account has an identity (cross-signing)";
/// None.
pub(super) const NO_IDENTITY: &str = "the account has no identity (cross-signing)";
/// A signed device.
pub(super) const TRUSTED: &str = "the bot's device is signed by it: people see it as verified by its owner";
/// An unsigned device.
pub(super) const UNTRUSTED: &str =
    "the bot's device is not signed by the account's identity: people see a warning";
/// A backup.
pub(super) const HAS_BACKUP: &str = "the keys to its rooms are backed up";
/// None.
pub(super) const NO_BACKUP: &str = "the keys to its rooms are not backed up";
/// A recovery key.
pub(super) const HAS_RECOVERY: &str = "a recovery key opens identity and backup";
/// None.
pub(super) const NO_RECOVERY: &str = "no recovery key opens identity and backup";

/// A home server that shows another device than this one.
pub(super) const TRUST_NOBODY: &str = "people encrypt for somebody else: ask whoever runs the home server, and log in \
                                       again with `ospo matrix login`";

/// The device's fingerprint, in the groups in which clients show it.
pub(super) fn fingerprint(key: &str) -> String {
    format!(
        "the fingerprint of its device, for people to compare with what their client shows: {}",
        grouped(key)
    )
}

/// A fingerprint that people see and that is not the device's.
pub(super) fn other_fingerprint(ours: &str, told: &str) -> String {
    format!(
        "the home server shows people another fingerprint than the device's own {}: {}",
        grouped(ours),
        grouped(told)
    )
}

fn grouped(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// What somebody is told who wants to compare emoji, in plain words and in HTML.
pub(super) fn cannot_compare(device: &str) -> (String, String) {
    let words = |device: &str, check: &str| {
        format!(
            "I am a program and cannot compare emoji with you, so I have declined. To trust me, look at the fingerprint \
             of my session {device} in your client, and compare it with the one that {check} tells whoever runs me."
        )
    };
    let html = words(&escape(device), "<code>ospo matrix check</code>");
    (words(device, "ospo matrix check"), html)
}

/// A session that works.
pub(super) fn session_works(user: &str, device: &str) -> String {
    format!("the session works: {user} with the device {device}")
}

/// A session that does not.
pub(super) fn session_fails(why: &Trouble) -> String {
    format!("the session does not work: {}", said(why))
}

/// Something that the home server does not tell.
pub(super) fn not_told(why: &Trouble) -> String {
    format!("the home server does not tell: {}", said(why))
}

/// Another device of the bot's.
pub(super) fn other_device(device: &str) -> String {
    format!("another device is signed as well: {device}")
}

/// A device that is not signed.
pub(super) fn unknown_device(device: &str) -> String {
    format!("there is a device that is not signed: {device}")
}

/// A room that is not there.
pub(super) fn no_such_room(room: &str, why: &Trouble) -> String {
    format!("{room} is not to be found: {}", said(why))
}

/// A room that is in order.
pub(super) fn in_room(room: &str) -> String {
    format!("the bot is in {room} and may speak there")
}

/// A room in which the bot must be silent.
pub(super) fn may_not_speak(room: &str) -> String {
    format!("the bot is in {room}, but may not send messages or reactions there")
}

fn said(why: &Trouble) -> String {
    match why {
        Trouble::LoggedOut(code) | Trouble::Refused(code) => code.clone(),
        Trouble::Passing(why) => why.clone(),
        Trouble::NotFound => NOT_THERE.to_owned(),
        Trouble::Limited(_) => SLOWLY.to_owned(),
    }
}
