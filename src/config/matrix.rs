//! `[matrix]`: the account the bot speaks with on Matrix.

use std::collections::BTreeSet;
use std::path::Path;

use secrecy::SecretString;
use serde::Deserialize;

use super::secret::Secret;
use crate::core::source::{Fault, line_of};

/// `[matrix]`, read and checked.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// The home server's address, or its name when it tells its address itself.
    pub homeserver: String,
    /// The bot's own id, `@ospo:example.org`.
    pub user: String,
    /// What the keys and the session on disk are encrypted with.
    pub store_passphrase: SecretString,
    /// The home servers whose people are members; only the bot's own when nothing is said.
    pub allowed_servers: BTreeSet<String>,
    /// Single people of other home servers who are members all the same.
    pub allowed_people: BTreeSet<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatrixSection {
    homeserver: String,
    user: String,
    store_passphrase: Secret,
    allowed_servers: Option<BTreeSet<String>>,
    #[serde(default)]
    allowed_people: BTreeSet<String>,
}

/// The name of the home server in a user id, when it is one.
/// Source: <https://spec.matrix.org/v1.16/appendices/#user-identifiers>.
fn server_of(user: &str) -> Option<&str> {
    let (name, server) = user.strip_prefix('@')?.split_once(':')?;
    let sound = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    (sound(name) && sound(server)).then_some(server)
}

/// Checks the section.
pub(super) fn read(
    name: &str,
    text: &str,
    section: &MatrixSection,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> Option<Matrix> {
    let line = line_of(text, "[matrix]");
    let before = faults.len();
    let mut fault = |what: String, cure: &str| faults.push(Fault::new(name, line, what, cure));
    if cfg!(not(feature = "matrix")) {
        fault("this program was built without Matrix".to_owned(), "build it with the feature `matrix`");
    }
    let server = server_of(&section.user);
    for user in section.allowed_people.iter().chain([&section.user]) {
        if server_of(user).is_none() {
            fault(format!("`{user}` is no Matrix user"), "write users as @name:example.org");
        }
    }
    let passphrase = section.store_passphrase.fetch(folder).map_err(|why| {
        fault(why, "write it as store_passphrase = { env = \"OSPO_MATRIX_PASSPHRASE\" } or { file = \"…\" }");
    });
    let complete = faults.len() == before;
    let own = || BTreeSet::from([server.unwrap_or_default().to_owned()]);
    complete.then_some(Matrix {
        homeserver: section.homeserver.clone(),
        user: section.user.clone(),
        store_passphrase: passphrase.ok()?,
        allowed_servers: section.allowed_servers.clone().unwrap_or_else(own),
        allowed_people: section.allowed_people.clone(),
    })
}

#[cfg(all(test, feature = "matrix"))]
mod tests {
    use super::*;

    fn read_section(toml: &str) -> Result<Matrix, Vec<Fault>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("passphrase"), "s3cret\n").unwrap();
        let mut faults = Vec::new();
        let section: MatrixSection = toml::from_str(toml).unwrap();
        read("ospo.toml", "[matrix]", &section, folder.path(), &mut faults).ok_or(faults)
    }

    #[test]
    fn the_bots_own_home_server_is_allowed_when_nothing_is_said() {
        let base = "homeserver = 'https://matrix.example.org'\nuser = '@ospo:example.org'\nstore_passphrase = { file = 'passphrase' }\n";
        let matrix = read_section(base).unwrap();
        assert_eq!(matrix.allowed_servers, BTreeSet::from(["example.org".to_owned()]));
        let matrix = read_section(&format!("{base}allowed_servers = ['b.example']")).unwrap();
        assert_eq!(matrix.allowed_servers, BTreeSet::from(["b.example".to_owned()]));
    }

    #[test]
    fn what_is_no_user_and_a_missing_passphrase_are_faults() {
        let faults = read_section(
            "homeserver = 'https://m.example'\nuser = 'ospo'\nstore_passphrase = { file = 'none' }\nallowed_people = ['@x']",
        )
        .unwrap_err();
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 3, "{said:?}");
        assert!(said.iter().all(|fault| fault.contains("@name:example.org") || fault.contains("passphrase")));
    }
}
