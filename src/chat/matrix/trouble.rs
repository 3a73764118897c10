//! What an error of the library means: to wait, to give up, or to stop.

use std::time::{Duration, SystemTime};

use matrix_sdk::ruma::api::error::{Error as ApiError, ErrorKind, RetryAfter};
use matrix_sdk::{Error, HttpError};

use super::texts;
use crate::chat::DeliveryError;

/// What a call came to when it did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The home server asks to wait; nothing was done.
    Limited(Option<Duration>),
    /// The session is over: the bot was logged out, its device deleted, or its account closed.
    LoggedOut(String),
    /// What was asked for is not there.
    NotFound,
    /// The home server refused it: nothing was done.
    Refused(String),
    /// Nobody knows whether it was carried out; it may be tried again.
    Passing(String),
}

impl Trouble {
    fn of(api: &ApiError) -> Self {
        let Some(kind) = api.error_kind() else {
            return Self::by_status(api.status_code.as_u16(), format!("HTTP status {}", api.status_code));
        };
        match kind {
            ErrorKind::LimitExceeded(limit) => Self::Limited(limit.retry_after.as_ref().map(wait)),
            ErrorKind::UnknownToken(_)
            | ErrorKind::MissingToken
            | ErrorKind::UserDeactivated
            | ErrorKind::UserLocked => Self::LoggedOut(kind.errcode().to_string()),
            ErrorKind::NotFound => Self::NotFound,
            _ => Self::by_status(api.status_code.as_u16(), kind.errcode().to_string()),
        }
    }

    fn by_status(status: u16, why: String) -> Self {
        match status {
            404 => Self::NotFound,
            400..=499 => Self::Refused(why),
            _ => Self::Passing(why),
        }
    }
}

fn wait(after: &RetryAfter) -> Duration {
    match after {
        RetryAfter::Delay(delay) => *delay,
        RetryAfter::DateTime(until) => until.duration_since(SystemTime::now()).unwrap_or_default(),
    }
}

impl From<&HttpError> for Trouble {
    fn from(error: &HttpError) -> Self {
        match (error.as_client_api_error(), error) {
            (Some(api), _) => Self::of(api),
            (None, HttpError::Reqwest(_)) => Self::Passing(texts::UNREACHABLE.to_owned()),
            (None, HttpError::Cached(cached)) => Self::from(cached.as_ref()),
            (None, other) => Self::Passing(other.to_string()),
        }
    }
}

impl From<&Error> for Trouble {
    fn from(error: &Error) -> Self {
        match error {
            Error::Http(http) => Self::from(http.as_ref()),
            Error::WrongRoomState(_) => Self::Refused(texts::NOT_IN_ROOM.to_owned()),
            other => Self::Passing(other.to_string()),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Self {
        Self::from(&error)
    }
}

impl From<Trouble> for DeliveryError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Limited(after) => Self::Retry { why: texts::SLOWLY.to_owned(), after },
            // What the bot has to say waits in its outbox until somebody has logged it in again.
            Trouble::LoggedOut(code) => Self::Retry { why: texts::logged_out(&code), after: None },
            Trouble::NotFound => Self::Refused { why: texts::NOT_THERE.to_owned() },
            Trouble::Refused(code) => Self::Refused { why: texts::refused(&code) },
            Trouble::Passing(why) => Self::Unknown { why },
        }
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::api::EndpointError;

    use super::*;

    fn trouble(status: u16, body: &'static str) -> Trouble {
        let api = ApiError::from_http_response(http::Response::builder().status(status).body(body).unwrap());
        Trouble::of(&api)
    }

    #[test]
    fn a_limit_says_how_long_and_a_lost_session_is_told_from_the_rest() {
        assert_eq!(
            trouble(429, r#"{"errcode":"M_LIMIT_EXCEEDED","error":"slowly","retry_after_ms":2500}"#),
            Trouble::Limited(Some(Duration::from_millis(2500)))
        );
        assert_eq!(
            trouble(401, r#"{"errcode":"M_UNKNOWN_TOKEN","error":"gone","soft_logout":false}"#),
            Trouble::LoggedOut("M_UNKNOWN_TOKEN".to_owned())
        );
        assert_eq!(trouble(404, r#"{"errcode":"M_NOT_FOUND","error":"no"}"#), Trouble::NotFound);
        assert_eq!(
            trouble(403, r#"{"errcode":"M_FORBIDDEN","error":"no"}"#),
            Trouble::Refused("M_FORBIDDEN".to_owned())
        );
        assert!(matches!(trouble(502, "<html>"), Trouble::Passing(_)));
    }
}
