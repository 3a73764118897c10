//! The numbers of requests, given out so that many can be filed at once: each gets its own before it is filed, and what
//! is filed raises the record. A number that is given and not used is given again if it was the last, and is a gap
//! otherwise.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::engine::lock;

/// Gives out numbers, for each prefix from the record on.
#[derive(Debug, Default)]
pub struct Numbers(Mutex<BTreeMap<String, Given>>);

/// What was given out for a prefix.
#[derive(Debug, Default)]
struct Given {
    last: u32,
    /// The number of each cause that is under way.
    open: BTreeMap<String, u32>,
}

impl Numbers {
    /// The number before that of `cause`: the same however often it is asked for, until it is settled. `recorded` is the
    /// last number on record.
    pub fn before(&self, prefix: &str, cause: &str, recorded: u32) -> u32 {
        let mut numbers = lock(&self.0);
        let given = numbers.entry(prefix.to_owned()).or_default();
        if let Some(number) = given.open.get(cause) {
            return number - 1;
        }
        let before = given.last.max(recorded);
        given.last = before + 1;
        given.open.insert(cause.to_owned(), given.last);
        before
    }

    /// `cause` is handled and has used its number, or has not.
    pub fn settle(&self, cause: &str, used: Option<u32>) {
        for given in lock(&self.0).values_mut() {
            let number = given.open.remove(cause);
            if used.is_none() && number == Some(given.last) {
                given.last -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_a_number_of_their_own_and_the_last_that_is_not_used_is_given_again() {
        let numbers = Numbers::default();
        assert_eq!((numbers.before("REL", "a", 7), numbers.before("REL", "b", 7)), (7, 8));
        assert_eq!(numbers.before("REL", "a", 7), 7, "asked again, it is the same");
        assert_eq!(numbers.before("CON", "c", 0), 0);
        numbers.settle("b", None);
        numbers.settle("a", Some(8));
        assert_eq!(numbers.before("REL", "d", 8), 8);
    }
}
