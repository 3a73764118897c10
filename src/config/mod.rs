//! The one config file, TOML. Every key is explained in `deploy/ospo.example.toml`, which a test reads; unknown
//! keys are refused with "did you mean".

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

pub mod matrix;
pub mod secret;
pub mod slack;

use self::matrix::Matrix;
use self::secret::Secret;
use self::slack::Slack;

use crate::core::manners::Manners;
use crate::core::person::{AccountId, ChannelId, People, Person, PersonId, Platform, Role, RoleChannels};
use crate::core::source::{Fault, line_of, parse_toml, suggest};

/// The config, read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the bot keeps its records, and the console its messages.
    pub data: PathBuf,
    /// A database for the records, in place of the data directory.
    pub database: Option<SecretString>,
    /// The company's own knowledge folder, laid over the built-in one.
    pub knowledge: Option<PathBuf>,
    /// What is logged, and how.
    pub log: Log,
    /// Who is who.
    pub people: People,
    /// Where each role is told.
    pub channels: RoleChannels,
    /// How it behaves where people talk.
    pub manners: Manners,
    /// The console, if it is to run.
    pub console: Option<Console>,
    /// The Slack workspace, if there is one.
    pub slack: Option<Slack>,
    /// The account on Matrix, if there is one.
    pub matrix: Option<Matrix>,
}

/// `[log]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// From which level on.
    pub level: Level,
    /// How a line looks.
    pub format: LogFormat,
}

/// From which level on something is logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What needs a person.
    Error,
    /// What may need one.
    #[default]
    Warn,
    /// What happened, without anybody's words.
    Info,
    /// How it happened.
    Debug,
}

impl Level {
    /// The name that `tracing` filters know.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// For machines: one JSON object a line.
    Json,
}

/// `[console]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Console {
    /// The channels there are.
    pub channels: Vec<String>,
    /// Who speaks first.
    pub start_as: PersonId,
    /// Where.
    pub start_in: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    #[serde(default = "default_data")]
    data: PathBuf,
    knowledge: Option<PathBuf>,
    store: Option<StoreSection>,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    people: BTreeMap<PersonId, PersonEntry>,
    #[serde(default)]
    roles: BTreeMap<Role, BTreeSet<PersonId>>,
    #[serde(default)]
    channels: BTreeMap<Role, Vec<String>>,
    #[serde(default)]
    counsel: Manners,
    console: Option<Console>,
    slack: Option<slack::SlackSection>,
    matrix: Option<matrix::MatrixSection>,
}

fn default_data() -> PathBuf {
    PathBuf::from("data")
}

/// `[store]`: only needed for another backend than sled.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreSection {
    backend: Backend,
    url: Option<Secret>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Backend {
    Sled,
    Postgres,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonEntry {
    name: String,
    accounts: Vec<String>,
    #[serde(default = "utc")]
    zone: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// Why there is no config.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(
        "cannot read {path}: {why}. Copy deploy/ospo.example.toml to begin with, or name another with --config"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// The file has faults.
    #[error("{} in the config:\n{}", count(.0.len()), .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faulty(Vec<Fault>),
}

fn count(faults: usize) -> String {
    if faults == 1 { "1 fault".to_owned() } else { format!("{faults} faults") }
}

impl Config {
    /// Reads and checks a config file. Relative paths in it start at the file's own folder.
    ///
    /// # Errors
    /// When it cannot be read, or every fault it has.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|why| ConfigError::Unreadable { path: path.to_owned(), why })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::parse(&path.display().to_string(), &text, folder).map_err(ConfigError::Faulty)
    }

    /// Puts other names in place of those of channels, where there are any.
    pub fn rename_channels(&mut self, names: &BTreeMap<ChannelId, ChannelId>) {
        let name = |channel: &ChannelId| names.get(channel).unwrap_or(channel).clone();
        for channels in self.channels.0.values_mut() {
            *channels = channels.iter().map(name).collect();
        }
        let modes = std::mem::take(&mut self.manners.channels);
        self.manners.channels = modes.iter().map(|(channel, mode)| (name(channel), *mode)).collect();
    }

    /// Checks the text of a config. `name` stands in the faults; relative paths start at `folder`.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn parse(name: &str, text: &str, folder: &Path) -> Result<Self, Vec<Fault>> {
        let file: ConfigFile = parse_toml(name, text, 1).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let people = read_people(name, text, &file, &mut faults);
        let channels = read_channels(name, text, &file, &mut faults);
        check_console(name, text, &file, people.as_ref(), &mut faults);
        let database = read_database(name, text, &file, folder, &mut faults);
        let slack =
            file.slack.as_ref().and_then(|section| slack::read(name, text, section, folder, &mut faults));
        let matrix =
            file.matrix.as_ref().and_then(|section| matrix::read(name, text, section, folder, &mut faults));
        match people {
            Some(people) if faults.is_empty() => Ok(Self {
                data: folder.join(file.data),
                database,
                knowledge: file.knowledge.map(|knowledge| folder.join(knowledge)),
                log: file.log,
                people,
                channels,
                manners: file.counsel,
                console: file.console,
                slack,
                matrix,
            }),
            _ => Err(faults),
        }
    }
}

fn read_database(
    name: &str,
    text: &str,
    file: &ConfigFile,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> Option<SecretString> {
    let store = file.store.as_ref()?;
    let line = line_of(text, "[store]");
    let where_to_write = "write it as url = { env = \"OSPO_DATABASE_URL\" } or { file = \"…\" }";
    match (store.backend, &store.url) {
        (Backend::Sled, None) => None,
        (Backend::Sled, Some(_)) => {
            let cure = "remove it: sled keeps its records under `data`";
            faults.push(Fault::new(name, line, "sled has no url", cure));
            None
        }
        (Backend::Postgres, None) => {
            faults.push(Fault::new(name, line, "PostgreSQL needs a url", where_to_write));
            None
        }
        (Backend::Postgres, Some(_)) if cfg!(not(feature = "postgres")) => {
            let cure = "build it with the feature `postgres`, or use sled";
            faults.push(Fault::new(name, line, "this program was built without PostgreSQL", cure));
            None
        }
        (Backend::Postgres, Some(url)) => match url.fetch(folder) {
            Ok(url) => Some(url),
            Err(why) => {
                faults.push(Fault::new(name, line, why, where_to_write));
                None
            }
        },
    }
}

fn read_people(name: &str, text: &str, file: &ConfigFile, faults: &mut Vec<Fault>) -> Option<People> {
    let mut people = Vec::new();
    for (id, entry) in &file.people {
        let line = line_of(text, &format!("[people.{id}]"));
        let mut accounts = Vec::new();
        for account in &entry.accounts {
            match account.parse::<AccountId>() {
                Ok(account) => accounts.push(account),
                Err(error) => faults.push(Fault::new(name, line, error.to_string(), "")),
            }
        }
        let zone = jiff::tz::TimeZone::get(&entry.zone).unwrap_or_else(|_| {
            let cure = "write it as in the IANA time zone database, such as Europe/Berlin";
            faults.push(Fault::new(name, line, format!("there is no time zone `{}`", entry.zone), cure));
            jiff::tz::TimeZone::UTC
        });
        people.push(Person { id: id.clone(), name: entry.name.clone(), accounts, zone });
    }
    People::new(people, file.roles.clone())
        .map_err(|error| {
            let cure = match &error {
                crate::core::person::PeopleError::UnknownPerson { person, .. } => {
                    suggest(&person.0, file.people.keys().map(|id| id.0.as_str()))
                        .map(|near| format!("did you mean `{near}`?"))
                        .unwrap_or_else(|| format!("add [people.{person}], or remove the name"))
                }
                crate::core::person::PeopleError::SharedAccount { .. } => {
                    "remove it from one of them".to_owned()
                }
            };
            faults.push(Fault::new(name, line_of(text, "[roles]"), error.to_string(), cure));
        })
        .ok()
}

fn read_channels(name: &str, text: &str, file: &ConfigFile, faults: &mut Vec<Fault>) -> RoleChannels {
    let line = line_of(text, "[channels]");
    let mut channels = BTreeMap::new();
    for (role, addresses) in &file.channels {
        if !file.roles.contains_key(role) {
            let cure = suggest(&role.0, file.roles.keys().map(|role| role.0.as_str())).map_or_else(
                || "add the role under [roles]".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            faults.push(Fault::new(name, line, format!("there is no role `{role}`"), cure));
        }
        let mut of_role = Vec::new();
        for address in addresses {
            match address.parse::<ChannelId>() {
                Ok(channel) => of_role.push(channel),
                Err(error) => faults.push(Fault::new(name, line, error.to_string(), "")),
            }
        }
        channels.insert(role.clone(), of_role);
    }
    if let (Some(console), true) = (&file.console, faults.is_empty()) {
        let unknown = |channel: &&ChannelId| {
            channel.platform == Platform::Console && !console.channels.contains(&channel.id)
        };
        for channel in channels.values().flatten().filter(unknown) {
            let cure = suggest(&channel.id, console.channels.iter().map(String::as_str))
                .map_or_else(|| "add it there".to_owned(), |near| format!("did you mean `console:{near}`?"));
            let what = format!("`{channel}` is not among the channels of [console]");
            faults.push(Fault::new(name, line_of(text, &channel.to_string()), what, cure));
        }
    }
    RoleChannels(channels)
}

fn check_console(
    name: &str,
    text: &str,
    file: &ConfigFile,
    people: Option<&People>,
    faults: &mut Vec<Fault>,
) {
    let Some(console) = &file.console else { return };
    let line = line_of(text, "[console]");
    if !console.channels.contains(&console.start_in) {
        let cure = "name one of its channels";
        faults.push(Fault::new(name, line, format!("there is no channel `{}`", console.start_in), cure));
    }
    let on_console =
        |person: &Person| person.accounts.iter().any(|account| account.platform == Platform::Console);
    if people.is_some_and(|people| !people.get(&console.start_as).is_some_and(on_console)) {
        let what = format!("`{}` has no console account", console.start_as);
        faults.push(Fault::new(name, line, what, "name a person with an account such as console:ada"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r##"
data = "store"

[people.ada]
name = "Ada (sample)"
accounts = ["console:ada"]
zone = "Europe/Berlin"

[people.lea]
name = "Lea (sample)"
accounts = ["console:lea"]

[roles]
legal = ["lea"]

[channels]
legal = ["console:#legal"]

[console]
channels = ["#general", "#legal"]
start_as = "ada"
start_in = "#general"
"##;

    fn fault(from: &str, to: &str) -> Fault {
        assert!(SAMPLE.contains(from), "{from}");
        Config::parse("ospo.toml", &SAMPLE.replacen(from, to, 1), Path::new("/etc/ospo"))
            .unwrap_err()
            .remove(0)
    }

    #[test]
    fn a_sound_config_is_read_and_paths_start_at_its_folder() {
        let config = Config::parse("ospo.toml", SAMPLE, Path::new("/etc/ospo")).unwrap();
        assert_eq!(config.data, Path::new("/etc/ospo/store"));
        assert_eq!(config.people.members(&Role("legal".into())).count(), 1);
    }

    #[test]
    fn every_fault_names_its_line_and_the_cure() {
        for (from, to, line, cure) in [
            ("data =", "dta =", 2, "did you mean `data`?"),
            ("zone = \"Europe/Berlin\"", "zone = \"Berlin\"", 4, "IANA"),
            ("legal = [\"lea\"]", "legal = [\"leah\"]", 13, "did you mean `lea`?"),
            ("legal = [\"console:#legal\"]", "leagl = [\"console:#legal\"]", 16, "did you mean `legal`?"),
            ("console:#legal", "console:#legl", 17, "did you mean `console:#legal`?"),
            ("start_in = \"#general\"", "start_in = \"#genral\"", 19, "one of its channels"),
            ("[people.ada]", "[store]\nbackend = \"postgres\"\n[people.ada]", 4, "OSPO_DATABASE_URL"),
            ("[people.ada]", "[store]\nbackend = \"sqlite\"\n[people.ada]", 5, "postgres"),
            ("start_as = \"ada\"", "start_as = \"max\"", 19, "console:ada"),
        ] {
            let fault = fault(from, to);
            assert!(fault.cure.contains(cure), "{to}: {fault}");
            assert_eq!(fault.line, line, "{to}: {fault}");
        }
    }
}
