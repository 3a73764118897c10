//! Codes with which a person shows that two accounts are theirs: given to one, told by the other. Drawing, reading and
//! comparing them is pure; what is read and kept around it stands below.
//!
//! A code is short, for one use, soon over, and kept as a hash: whoever reads the records cannot use it. What an account
//! tells is only looked at a few times an hour, so that nobody finds one by trying.

use std::fmt;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::engine::Core;
use super::intent::Intent;
use super::mind::Mind;
use super::records;
use super::records::counsel::Count;
use super::unit::{Unit, read_all};
use crate::core::event::Event;
use crate::core::person::{AccountId, Links};
use crate::request::Request;
use crate::store::{Key, StoreError, Version};

/// How long a code is good.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How many wrong codes of an account are looked at in an hour.
pub const WRONG_CODES: u32 = 5;

/// What codes are made of: no vowels, so that no word is one, and nothing that is taken for something else.
const LETTERS: &[u8; 28] = b"BCDFGHJKMNPQRSTVWXYZ23456789";
/// How many letters a code has: 28 to the 10th are 48 bits.
const LENGTH: usize = 10;

/// A code, as it is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The code that a number gives; from numbers that nobody can guess come codes that nobody can.
    pub fn draw(random: u128) -> Self {
        let base = LETTERS.len() as u128;
        let digit = |at: u32| LETTERS[usize::try_from(random / base.pow(at) % base).unwrap_or_default()];
        Self((0..LENGTH as u32).map(|at| char::from(digit(at))).collect())
    }

    /// Reads one, in any case, with a dash or without; none if the text is of another shape.
    pub fn read(text: &str) -> Option<Self> {
        let letters: String =
            text.trim().chars().filter(|c| *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        let sound = letters.len() == LENGTH && letters.bytes().all(|letter| LETTERS.contains(&letter));
        sound.then_some(Self(letters))
    }

    fn hash(&self, salt: &str) -> String {
        let digest = Sha256::digest(format!("ospo link {salt} {}", self.0));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// A code that was given to an account, until it is used or over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// To which.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    salt: String,
    hash: String,
}

impl Offer {
    /// What is kept of a code. `salt` is another for every offer.
    pub fn new(account: AccountId, code: &Code, salt: &str, at: Timestamp) -> Self {
        Self { account, at, salt: salt.to_owned(), hash: code.hash(salt) }
    }

    /// Whether it can be used still.
    pub fn is_good(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < GOOD_FOR
    }

    /// Whether this is its code.
    pub fn is_of(&self, code: &Code) -> bool {
        self.hash == code.hash(&self.salt)
    }
}

/// What was read for a word about linked accounts.
#[derive(Debug, Clone)]
pub struct Linking {
    /// The accounts that are joined.
    pub links: Links,
    /// The codes that were given.
    pub offers: Vec<Offer>,
    /// How many wrong codes the account told in the hour.
    pub wrong: Option<Count>,
    /// A code that nobody has yet.
    pub fresh: Code,
    /// The requests in which something may change with it.
    pub requests: Vec<Request>,
}

/// A change of what is kept of links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkStep {
    /// These are joined from now on.
    Links(Links),
    /// A code was given.
    Offer(Offer),
    /// The code that was given to an account is over.
    Burn(AccountId),
    /// An account told a wrong code.
    Wrong(AccountId, Count),
}

impl LinkStep {
    /// Writes it as part of a unit.
    ///
    /// # Errors
    /// When the store fails or the record cannot be written.
    pub(super) async fn write(&self, unit: &mut Unit<'_>) -> Result<(), StoreError> {
        match self {
            Self::Links(links) => unit.put(links_key(), links).await,
            Self::Offer(offer) => unit.put(offer_of(&offer.account), offer).await,
            Self::Burn(account) => unit.drop(offer_of(account)).await,
            Self::Wrong(account, count) => unit.put(wrong_of(account), count).await,
        }
    }
}

/// Which accounts were joined.
pub fn links_key() -> Key {
    Key("links".to_owned())
}

/// The code that was given to an account.
fn offer_of(account: &AccountId) -> Key {
    Key(format!("link-offer/{account}"))
}

fn all_offers() -> Range<Key> {
    Key::under("link-offer/")
}

/// The wrong codes of an account; kept among the counts, and forgotten with them.
fn wrong_of(account: &AccountId) -> Key {
    Key(format!("{}link/{account}", records::counsel::all_counts().start))
}

impl Core {
    /// Reads what a word about linked accounts needs; whatever is decided on it is decided anew when any of it changes.
    pub(super) async fn linking(
        &self,
        unit: &mut Unit<'_>,
        mind: &Mind,
        event: &Event,
        intent: &Intent,
    ) -> Result<Linking, StoreError> {
        let store = self.store.as_ref();
        let mut offers = Vec::new();
        for (key, version, offer) in read_all::<Offer>(store, all_offers()).await? {
            unit.depends_on(key, version);
            offers.push(offer);
        }
        let known = mind.people.by_account(&event.account);
        let requests = match known.filter(|_| intent.changes_links()) {
            Some(_) => read_all(store, records::all_requests()).await?,
            None => Vec::new(),
        };
        let random = getrandom::u64().and_then(|high| Ok((high, getrandom::u64()?)));
        let (high, low) =
            random.map_err(|why| StoreError::Failed(format!("the system gives no random numbers: {why}")))?;
        Ok(Linking {
            links: unit.read(links_key()).await?.unwrap_or_default(),
            offers,
            wrong: unit.read(wrong_of(&event.account)).await?,
            fresh: Code::draw(u128::from(high) << 64 | u128::from(low)),
            requests: requests.into_iter().map(|(_, _, request)| request).collect(),
        })
    }

    /// Forgets codes that are over.
    pub(super) async fn forget_offers(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let offers = read_all::<Offer>(self.store.as_ref(), all_offers()).await?;
        let over = offers.into_iter().filter(|(_, _, offer)| !offer.is_good(now));
        let over: Vec<(Key, Version)> = over.map(|(key, version, _)| (key, version)).collect();
        self.forget(over).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_good_for_its_time_and_only_as_it_was_given() {
        let (code, at) = (Code::draw(12345), Timestamp::UNIX_EPOCH);
        let offer = Offer::new("slack:U1".parse().unwrap(), &code, "event 1", at);
        assert!(offer.is_of(&code) && !offer.is_of(&Code::draw(12346)));
        assert!(offer.is_good(at + SignedDuration::from_mins(9)) && !offer.is_good(at + GOOD_FOR));
        let kept = serde_json::to_string(&offer).unwrap();
        assert!(!kept.contains(&code.0) && !format!("{code:?}").contains(&code.0));
        let other = Offer::new("slack:U1".parse().unwrap(), &code, "event 2", at);
        assert_ne!(offer.hash, other.hash);
    }

    #[test]
    fn words_are_no_codes() {
        for text in ["statically", "GPL-2.0", "", "BCDFG-HJKM", "BCDFG HJKMN"] {
            assert_eq!(Code::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_code_reads_back_however_it_is_typed(random: u128) {
            let code = Code::draw(random);
            let shown = code.to_string();
            prop_assert_eq!(shown.len(), LENGTH + 1);
            prop_assert_eq!(Code::read(&shown), Some(code.clone()));
            prop_assert_eq!(Code::read(&shown.replace('-', "").to_lowercase()), Some(code));
        }
    }
}
