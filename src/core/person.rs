//! Who. A person is known by a platform's immutable account id, never by a display name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod link;

pub use link::{Link, Links, NoLink};

/// A chat platform that an adapter speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// The terminal.
    Console,
    /// Slack.
    Slack,
    /// Matrix.
    Matrix,
    /// The web page to try it.
    Web,
}

impl Platform {
    /// Every platform there is a name for.
    pub const ALL: [Self; 4] = [Self::Console, Self::Slack, Self::Matrix, Self::Web];

    /// The name in ids and in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Slack => "slack",
            Self::Matrix => "matrix",
            Self::Web => "web",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An address was not `platform:id`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not of the form platform:id, with platform one of console, slack, matrix, web")]
pub struct AddressError(pub String);

fn split_address(text: &str) -> Result<(Platform, String), AddressError> {
    let fault = || AddressError(text.to_owned());
    let (platform, id) = text.split_once(':').ok_or_else(fault)?;
    let platform = Platform::ALL.into_iter().find(|p| p.as_str() == platform).ok_or_else(fault)?;
    if id.is_empty() || id.chars().any(char::is_whitespace) {
        return Err(fault());
    }
    Ok((platform, id.to_owned()))
}

macro_rules! address {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name {
            /// The platform that gave the id.
            pub platform: Platform,
            /// The platform's own immutable id.
            pub id: String,
        }

        impl $name {
            /// Puts platform and id together.
            pub fn new(platform: Platform, id: impl Into<String>) -> Self {
                Self { platform, id: id.into() }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}:{}", self.platform, self.id)
            }
        }

        impl FromStr for $name {
            type Err = AddressError;
            fn from_str(text: &str) -> Result<Self, AddressError> {
                split_address(text).map(|(platform, id)| Self { platform, id })
            }
        }

        impl TryFrom<String> for $name {
            type Error = AddressError;
            fn try_from(text: String) -> Result<Self, AddressError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(address: $name) -> Self {
                address.to_string()
            }
        }
    };
}

address! {
    /// An account on a platform, written `console:ada`.
    AccountId
}
address! {
    /// A channel, room or direct conversation on a platform, written `console:#legal`.
    ChannelId
}

address! {
    /// A group of accounts that a platform keeps, such as a user group of Slack, written `slack:S0123ABCD`.
    GroupId
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// The name that the platform shows.
    pub name: String,
    /// The zone that the account is set to.
    pub zone: jiff::tz::TimeZone,
}

/// What the platform says of an account. Only a member may ask for, see or decide anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// A full member of the workspace or of an allowed home server.
    Member,
    /// A guest or a stranger from a shared channel.
    Guest,
    /// Another bot.
    Bot,
}

/// The name of a person in the config: the key under `[people]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub String);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A role that rules speak of: `legal`, `management`, `security`, `ospo`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Role(pub String);

impl Role {
    /// The OSPO's own staff: sees every request, takes over what the bot cannot answer.
    pub fn ospo() -> Self {
        Self("ospo".to_owned())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person, with all the accounts that are theirs: they count once, wherever they speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The key in the config.
    pub id: PersonId,
    /// The name shown to others.
    pub name: String,
    /// Their accounts, each on its platform.
    pub accounts: Vec<AccountId>,
    /// The zone of their working days.
    pub zone: jiff::tz::TimeZone,
}

/// Who is who, and who holds which role. Built by the config; immutable afterwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    people: BTreeMap<PersonId, Person>,
    roles: BTreeMap<Role, BTreeSet<PersonId>>,
    /// Groups whose members hold a role, too; until they are read.
    groups: BTreeMap<Role, BTreeSet<GroupId>>,
    by_account: BTreeMap<AccountId, PersonId>,
    /// Who is known as a member of groups alone.
    of_groups: BTreeSet<PersonId>,
}

/// Where the people of a role are told what concerns them: `[channels]` in the config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleChannels(pub BTreeMap<Role, Vec<ChannelId>>);

impl RoleChannels {
    /// The channels of a role; none when the config names none.
    pub fn of(&self, role: &Role) -> &[ChannelId] {
        self.0.get(role).map_or(&[], Vec::as_slice)
    }
}

/// Why a directory of people cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeopleError {
    /// Two people claim one account, so neither could be told from the other.
    #[error("account {account} belongs to both {first} and {second}; an account is one person's")]
    SharedAccount {
        /// The account in question.
        account: AccountId,
        /// Who had it first.
        first: PersonId,
        /// Who claims it too.
        second: PersonId,
    },
    /// A role names somebody who is not under `[people]`.
    #[error("role {role} names {person}, who is not under [people]")]
    UnknownPerson {
        /// The role.
        role: Role,
        /// The unknown name.
        person: PersonId,
    },
}

impl People {
    /// Builds the directory.
    ///
    /// # Errors
    /// When an account has two owners or a role names an unknown person.
    pub fn new(people: Vec<Person>, roles: BTreeMap<Role, BTreeSet<PersonId>>) -> Result<Self, PeopleError> {
        let mut directory = Self { roles, ..Self::default() };
        for person in people {
            for account in &person.accounts {
                if let Some(first) = directory.by_account.insert(account.clone(), person.id.clone()) {
                    return Err(PeopleError::SharedAccount {
                        account: account.clone(),
                        first,
                        second: person.id,
                    });
                }
            }
            directory.people.insert(person.id.clone(), person);
        }
        for (role, members) in &directory.roles {
            if let Some(person) = members.iter().find(|id| !directory.people.contains_key(id)) {
                return Err(PeopleError::UnknownPerson { role: role.clone(), person: person.clone() });
            }
        }
        Ok(directory)
    }

    /// The same, with roles that the members of groups hold, too.
    #[must_use]
    pub fn with_groups(mut self, groups: BTreeMap<Role, BTreeSet<GroupId>>) -> Self {
        for role in groups.keys() {
            self.roles.entry(role.clone()).or_default();
        }
        self.groups = groups;
        self
    }

    /// Every group whose members hold a role and are not read yet.
    pub fn groups(&self) -> BTreeSet<&GroupId> {
        self.groups.values().flatten().collect()
    }

    /// Whether nobody knows yet who all holds a role.
    pub fn waits_for_groups(&self, role: &Role) -> bool {
        self.groups.contains_key(role)
    }

    /// The same, with the members of the groups in their roles. A member is the person under `[people]` who has the
    /// account, or else a person of that one account, with the account as id. A group that is not in `members` has none.
    #[must_use]
    pub fn filled(&self, members: &BTreeMap<GroupId, Vec<Member>>) -> Self {
        let mut filled = Self { groups: BTreeMap::new(), ..self.clone() };
        for (role, groups) in &self.groups {
            for member in groups.iter().filter_map(|group| members.get(group)).flatten() {
                let own = PersonId(member.account.to_string());
                let id =
                    filled.by_account.entry(member.account.clone()).or_insert_with(|| own.clone()).clone();
                if id == own && !filled.people.contains_key(&own) {
                    let (name, accounts) = (member.name.clone(), vec![member.account.clone()]);
                    let person = Person { id: own.clone(), name, accounts, zone: member.zone.clone() };
                    filled.of_groups.insert(own.clone());
                    filled.people.insert(own, person);
                }
                filled.roles.entry(role.clone()).or_default().insert(id);
            }
        }
        filled
    }

    /// The person an account belongs to.
    pub fn by_account(&self, account: &AccountId) -> Option<&Person> {
        self.by_account.get(account).and_then(|id| self.people.get(id))
    }

    /// The person with an id.
    pub fn get(&self, id: &PersonId) -> Option<&Person> {
        self.people.get(id)
    }

    /// Everybody, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// The name to show for a person; their id when they have left the directory.
    pub fn name<'a>(&'a self, id: &'a PersonId) -> &'a str {
        self.people.get(id).map_or(&id.0, |person| &person.name)
    }

    /// Whether a person holds a role now.
    pub fn holds(&self, person: &PersonId, role: &Role) -> bool {
        self.roles.get(role).is_some_and(|members| members.contains(person))
    }

    /// The people who hold a role now, by id.
    pub fn members(&self, role: &Role) -> impl Iterator<Item = &Person> {
        self.roles.get(role).into_iter().flatten().filter_map(|id| self.people.get(id))
    }

    /// Every role there is.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, account: &str) -> Person {
        Person {
            id: PersonId(id.into()),
            name: id.to_uppercase(),
            accounts: vec![account.parse().unwrap()],
            zone: jiff::tz::TimeZone::UTC,
        }
    }

    #[test]
    fn addresses_read_back_as_written_and_refuse_what_is_none() {
        let address: AccountId = "matrix:@ada:example.org".parse().unwrap();
        assert_eq!(
            (address.platform, address.id.as_str(), address.to_string().as_str()),
            (Platform::Matrix, "@ada:example.org", "matrix:@ada:example.org")
        );
        for wrong in ["ada", "irc:ada", "slack:", "slack:a b"] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_account_cannot_be_two_people() {
        let twice = People::new(vec![person("a", "console:x"), person("b", "console:x")], BTreeMap::new());
        assert!(matches!(twice, Err(PeopleError::SharedAccount { .. })));
    }

    #[test]
    fn the_members_of_a_group_hold_its_role_and_count_once() {
        let legal = Role("legal".into());
        let group: GroupId = "slack:S1".parse().unwrap();
        let roles = BTreeMap::from([(legal.clone(), BTreeSet::from([PersonId("lea".into())]))]);
        let people = People::new(vec![person("lea", "slack:U1"), person("ada", "slack:U2")], roles)
            .unwrap()
            .with_groups(BTreeMap::from([(legal.clone(), BTreeSet::from([group.clone()]))]));
        assert!(people.waits_for_groups(&legal));
        let member = |account: &str| Member {
            account: account.parse().unwrap(),
            name: "Zoe".into(),
            zone: jiff::tz::TimeZone::UTC,
        };
        let members = ["slack:U1", "slack:U2", "slack:U3"].map(member).to_vec();
        let filled = people.filled(&BTreeMap::from([(group, members)]));
        let held: Vec<&str> = filled.members(&legal).map(|person| person.id.0.as_str()).collect();
        assert_eq!(held, ["ada", "lea", "slack:U3"]);
        assert_eq!(filled.by_account(&"slack:U3".parse().unwrap()).unwrap().name, "Zoe");
        let nobody = people.filled(&BTreeMap::new());
        assert_eq!(nobody.members(&legal).count(), 1, "who is named stays");
        assert!(!nobody.waits_for_groups(&legal));
    }

    #[test]
    fn a_role_cannot_name_a_stranger() {
        let roles = BTreeMap::from([(Role("legal".into()), BTreeSet::from([PersonId("zoe".into())]))]);
        assert!(matches!(
            People::new(vec![person("a", "console:a")], roles),
            Err(PeopleError::UnknownPerson { .. })
        ));
    }
}
