//! Accounts that their owners joined with a code: whose they are, and when they may be.
//!
//! The config has the last word: an account that it names under a person stays that person's. What a group gives to an
//! account, it gives to the person whom the account was joined to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountId, People, Person, PersonId};

/// The accounts that were joined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// Each joined account, with what it was joined to.
    #[serde(default)]
    joined: BTreeMap<AccountId, Link>,
    /// Accounts that were let go. No group makes somebody of their own of them: what they did before, they did as
    /// another, who must not count twice.
    #[serde(default)]
    apart: BTreeSet<AccountId>,
}

/// What an account was joined to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The account whose owner it is of, too; never one that was joined itself.
    pub to: AccountId,
    /// Since when.
    pub since: Timestamp,
}

/// Why an account cannot be joined to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLink {
    /// The other account belongs to nobody who is known.
    Nobody,
    /// It is theirs already.
    Theirs,
    /// Both are of one platform.
    OnePlatform,
    /// It is somebody else's, or other accounts are joined to it.
    SomebodyElses,
    /// They have this one on that platform.
    Second(AccountId),
}

impl Links {
    /// What an account was joined to.
    pub fn of(&self, account: &AccountId) -> Option<&Link> {
        self.joined.get(account)
    }

    /// The accounts that were joined to this one.
    pub fn joined_to<'a>(&'a self, account: &'a AccountId) -> impl Iterator<Item = &'a AccountId> {
        self.joined.iter().filter(move |(_, link)| link.to == *account).map(|(joined, _)| joined)
    }

    /// Joins an account to another, or to what that was joined to itself. [`People::may_join`] says whether it may be.
    pub fn join(&mut self, account: &AccountId, to: &AccountId, since: Timestamp) {
        let to = self.of(to).map_or(to, |link| &link.to).clone();
        // Nobody was the owner of these any more, or it could not be joined: they do not come along unasked.
        let left: Vec<AccountId> = self.joined_to(account).cloned().collect();
        for other in &left {
            self.part(other);
        }
        self.apart.remove(account);
        self.joined.insert(account.clone(), Link { to, since });
    }

    /// Lets a joined account go; whether it was one.
    pub fn part(&mut self, account: &AccountId) -> bool {
        let was = self.joined.remove(account).is_some();
        if was {
            self.apart.insert(account.clone());
        }
        was
    }
}

impl People {
    /// Whose a new account may become: the person whom `to` belongs to, or why it may not.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may_join(&self, account: &AccountId, to: &AccountId) -> Result<&Person, NoLink> {
        let owner = self.by_account(to).ok_or(NoLink::Nobody)?;
        match self.by_account(account) {
            Some(own) if own.id == owner.id => return Err(NoLink::Theirs),
            Some(own) if !self.is_of_groups(&own.id) || own.accounts.len() > 1 => {
                return Err(NoLink::SomebodyElses);
            }
            _ => {}
        }
        if account.platform == to.platform {
            return Err(NoLink::OnePlatform);
        }
        match owner.accounts.iter().find(|other| other.platform == account.platform) {
            Some(second) => Err(NoLink::Second(second.clone())),
            None => Ok(owner),
        }
    }

    /// Whether a person is known as the member of groups alone: the config does not name them.
    pub fn is_of_groups(&self, person: &PersonId) -> bool {
        self.of_groups.contains(person)
    }

    /// The same, with joined accounts at their owners. Who would be somebody of their own by a group alone becomes one
    /// with the owner, roles included.
    #[must_use]
    pub fn linked(&self, links: &Links) -> Self {
        let mut linked = self.clone();
        for (account, link) in &links.joined {
            linked.join(account, &link.to);
        }
        for account in &links.apart {
            if let Some(own) = linked.own_of_groups(account) {
                linked.remove(&own);
            }
        }
        linked
    }

    /// The person that an account is by groups alone.
    fn own_of_groups(&self, account: &AccountId) -> Option<PersonId> {
        self.by_account.get(account).filter(|id| self.is_of_groups(id)).cloned()
    }

    fn join(&mut self, account: &AccountId, to: &AccountId) {
        let own = self.own_of_groups(account);
        if own.is_none() && self.by_account.contains_key(account) {
            return;
        }
        let owner = match (self.by_account.get(to), &own) {
            (Some(owner), _) => owner.clone(),
            // No group has the account any more that they were known by: they are the same all the same.
            (None, Some(own)) => self.same_as(own, to),
            (None, None) => return,
        };
        if let Some(own) = own {
            for members in self.roles.values_mut() {
                if members.remove(&own) {
                    members.insert(owner.clone());
                }
            }
            self.remove(&own);
        }
        if let Some(person) = self.people.get_mut(&owner) {
            person.accounts.push(account.clone());
            self.by_account.insert(account.clone(), owner);
        }
    }

    /// A person as they are known by another account of theirs.
    fn same_as(&mut self, own: &PersonId, account: &AccountId) -> PersonId {
        let id = PersonId(account.to_string());
        if let Some(person) = self.people.get(own) {
            let person = Person { id: id.clone(), accounts: vec![account.clone()], ..person.clone() };
            self.people.insert(id.clone(), person);
            self.by_account.insert(account.clone(), id.clone());
            self.of_groups.insert(id.clone());
        }
        id
    }

    /// Takes a person away, with all they hold.
    fn remove(&mut self, person: &PersonId) {
        self.people.remove(person);
        self.of_groups.remove(person);
        self.by_account.retain(|_, owner| owner != person);
        for members in self.roles.values_mut() {
            members.remove(person);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{GroupId, Member, Role};
    use super::*;

    fn account(text: &str) -> AccountId {
        text.parse().unwrap()
    }

    fn legal() -> Role {
        Role("legal".into())
    }

    /// Lea and Max are under `[people]`, Lea holds legal; so does who is in a user group or in a room.
    fn people(in_group: &[&str], in_room: &[&str]) -> People {
        let person = |id: &str, accounts: &[&str]| Person {
            id: PersonId(id.into()),
            name: id.to_uppercase(),
            accounts: accounts.iter().map(|text| account(text)).collect(),
            zone: jiff::tz::TimeZone::UTC,
        };
        let member = |text: &&str| Member {
            account: account(text),
            name: (*text).to_owned(),
            zone: jiff::tz::TimeZone::UTC,
        };
        let (group, room): (GroupId, GroupId) = ("slack:S1".parse().unwrap(), "matrix:!r:b".parse().unwrap());
        let named = BTreeMap::from([(legal(), BTreeSet::from([PersonId("lea".into())]))]);
        let groups = BTreeMap::from([(legal(), BTreeSet::from([group.clone(), room.clone()]))]);
        let members = BTreeMap::from([
            (group, in_group.iter().map(member).collect()),
            (room, in_room.iter().map(member).collect()),
        ]);
        let listed = vec![person("lea", &["slack:U1"]), person("max", &["slack:U2", "matrix:@max:b"])];
        People::new(listed, named).unwrap().with_groups(groups).filled(&members)
    }

    fn links(pairs: &[(&str, &str)]) -> Links {
        let mut links = Links::default();
        for (joined, to) in pairs {
            links.join(&account(joined), &account(to), Timestamp::UNIX_EPOCH);
        }
        links
    }

    fn holders(people: &People) -> Vec<&str> {
        people.members(&legal()).map(|person| person.id.0.as_str()).collect()
    }

    #[test]
    fn a_joined_account_is_its_owners_and_counts_once_whatever_group_it_is_in() {
        let (lea, at_matrix) = (account("slack:U1"), account("matrix:@lea:b"));
        let apart = people(&[], &["matrix:@lea:b"]);
        assert_eq!(holders(&apart), ["lea", "matrix:@lea:b"], "two, as nobody knows that they are one");
        assert_eq!(apart.may_join(&at_matrix, &lea).unwrap().id.0, "lea");
        let joined = apart.linked(&links(&[("matrix:@lea:b", "slack:U1")]));
        assert_eq!(holders(&joined), ["lea"]);
        let person = joined.by_account(&at_matrix).unwrap();
        assert_eq!((person.id.0.as_str(), person.accounts.len()), ("lea", 2));
        assert!(joined.get(&PersonId("matrix:@lea:b".into())).is_none());
    }

    #[test]
    fn what_the_config_says_of_an_account_stays() {
        let people = people(&[], &[]);
        let stolen = people.linked(&links(&[("matrix:@max:b", "slack:U1"), ("slack:U2", "slack:U1")]));
        assert_eq!(stolen, people);
        let nobody = people.linked(&links(&[("matrix:@x:b", "slack:U9")]));
        assert_eq!(nobody, people);
    }

    #[test]
    fn why_an_account_cannot_be_joined() {
        let people = people(&["slack:U3"], &["matrix:@zoe:b"]);
        let no = |joined: &str, to: &str| people.may_join(&account(joined), &account(to)).unwrap_err();
        assert_eq!(no("matrix:@x:b", "slack:U9"), NoLink::Nobody);
        assert_eq!(no("slack:U1", "slack:U1"), NoLink::Theirs);
        assert_eq!(no("matrix:@max:b", "slack:U2"), NoLink::Theirs);
        assert_eq!(no("matrix:@max:b", "slack:U1"), NoLink::SomebodyElses);
        assert_eq!(no("slack:U9", "slack:U1"), NoLink::OnePlatform);
        assert_eq!(no("matrix:@x:b", "slack:U2"), NoLink::Second(account("matrix:@max:b")));
        assert!(people.may_join(&account("matrix:@zoe:b"), &account("slack:U3")).is_ok());
        let joined = people.linked(&links(&[("matrix:@zoe:b", "slack:U3")]));
        let taken = joined.may_join(&account("matrix:@zoe:b"), &account("slack:U1"));
        assert_eq!(taken.unwrap_err(), NoLink::SomebodyElses);
    }

    #[test]
    fn somebody_known_by_groups_alone_stays_the_same_when_one_of_them_lets_them_go() {
        let joined = links(&[("matrix:@zoe:b", "slack:U3")]);
        for in_group in [&["slack:U3"][..], &[]] {
            let people = people(in_group, &["matrix:@zoe:b"]).linked(&joined);
            assert_eq!(holders(&people), ["lea", "slack:U3"]);
            assert_eq!(people.by_account(&account("matrix:@zoe:b")).unwrap().id.0, "slack:U3");
        }
        assert_eq!(holders(&people(&[], &[]).linked(&joined)), ["lea"]);
    }

    #[test]
    fn an_account_that_was_let_go_is_nobody_until_the_config_names_it_or_it_is_joined_again() {
        let at_matrix = account("matrix:@lea:b");
        let mut links = links(&[("matrix:@lea:b", "slack:U1")]);
        assert!(links.part(&at_matrix) && !links.part(&at_matrix));
        let let_go = people(&[], &["matrix:@lea:b"]).linked(&links);
        assert_eq!(holders(&let_go), ["lea"], "what she said as Lea she cannot say once more");
        assert!(let_go.by_account(&at_matrix).is_none());
        links.join(&at_matrix, &account("slack:U1"), Timestamp::UNIX_EPOCH);
        assert!(people(&[], &[]).linked(&links).by_account(&at_matrix).is_some());
    }

    proptest! {
        /// However accounts are joined and let go by those who may: nobody holds a role who did not before, nobody is
        /// twice among those who hold it, an account that the config names keeps its person, and no account has two.
        #[test]
        fn joining_gives_nobody_more_than_they_had(
            in_group in proptest::sample::subsequence(vec!["slack:U1", "slack:U3", "slack:U4"], 0..=3),
            in_room in proptest::sample::subsequence(vec!["matrix:@a:b", "matrix:@b:b", "matrix:@max:b"], 0..=3),
            tried in proptest::collection::vec((0..7usize, 0..7usize, any::<bool>()), 0..12),
        ) {
            let all = ["slack:U1", "slack:U2", "slack:U3", "slack:U4", "matrix:@a:b", "matrix:@b:b", "matrix:@max:b"].map(account);
            let before = people(&in_group, &in_room);
            let mut links = Links::default();
            for (joined, to, join) in tried {
                let now = before.linked(&links);
                if !join {
                    links.part(&all[joined]);
                } else if now.may_join(&all[joined], &all[to]).is_ok() {
                    links.join(&all[joined], &all[to], Timestamp::UNIX_EPOCH);
                }
            }
            let after = before.linked(&links);
            prop_assert!(holders(&after).len() <= holders(&before).len());
            prop_assert_eq!(after.by_account(&all[0]).map(|p| p.id.0.as_str()), Some("lea"));
            prop_assert_eq!(after.by_account(&all[6]).map(|p| p.id.0.as_str()), Some("max"));
            let mut seen = BTreeSet::new();
            for person in after.iter() {
                for account in &person.accounts {
                    prop_assert!(seen.insert(account.clone()), "{} is of two", account);
                    prop_assert_eq!(&after.by_account(account).unwrap().id, &person.id);
                }
            }
            for account in &all {
                let could = |people: &People| people.by_account(account).is_some_and(|p| people.holds(&p.id, &legal()));
                if could(&after) && !could(&before) {
                    // Only as one with somebody who could.
                    prop_assert!(links.of(account).is_some() || links.joined_to(account).next().is_some());
                }
            }
        }
    }
}
