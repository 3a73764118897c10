//! The short id of a request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::core::effect::Subject;

/// The short id of a request: `REL-42`. Read in any case, written in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId {
    /// The workflow's prefix.
    pub prefix: String,
    /// Counted from 1 for each prefix.
    pub number: u32,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.prefix, self.number)
    }
}

/// A text is not a request id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the id of a request; ids look like REL-42")]
pub struct NotARequestId(pub String);

impl FromStr for RequestId {
    type Err = NotARequestId;
    fn from_str(text: &str) -> Result<Self, NotARequestId> {
        let fault = || NotARequestId(text.to_owned());
        let (prefix, number) = text.trim().split_once('-').ok_or_else(fault)?;
        if prefix.len() != 3
            || !prefix.bytes().all(|byte| byte.is_ascii_alphabetic())
            || number.is_empty()
            || !number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(fault());
        }
        let number = number.parse().ok().filter(|number| *number > 0).ok_or_else(fault)?;
        Ok(Self { prefix: prefix.to_ascii_uppercase(), number })
    }
}

impl TryFrom<String> for RequestId {
    type Error = NotARequestId;
    fn try_from(text: String) -> Result<Self, NotARequestId> {
        text.parse()
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.to_string()
    }
}

impl From<&RequestId> for Subject {
    fn from(id: &RequestId) -> Self {
        Self(id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_any_case_and_written_in_capitals() {
        assert_eq!("rel-42".parse::<RequestId>().unwrap().to_string(), "REL-42");
        for wrong in ["REL", "REL-", "REL-0", "RELL-1", "R1L-2", "REL-1x", "REL-99999999999", "REL-+1"] {
            assert!(wrong.parse::<RequestId>().is_err(), "{wrong}");
        }
    }
}
