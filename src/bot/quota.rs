//! How much one person, or one channel, may ask in an hour. Pure: the time is an argument.

use jiff::{SignedDuration, Timestamp};

use super::records::counsel::Count;

/// How long a count lasts.
pub const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What one more question comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Room {
    /// It is answered, and this is the count with it.
    Within(Count),
    /// It is the first that is too much: this is told, once.
    JustOver(Count),
    /// It was told already.
    Over,
}

impl Room {
    /// Whether there is none left.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::JustOver(_) | Self::Over)
    }
}

/// Counts one more question. An hour begins with the first question after the last one ended.
pub fn one_more(count: Option<&Count>, limit: u32, now: Timestamp) -> Room {
    let running = count.filter(|count| now.duration_since(count.at) < HOUR);
    let (at, so_far) = running.map_or((now, 0), |count| (count.at, count.count));
    let next = Count { at, count: so_far.saturating_add(1) };
    match so_far {
        _ if so_far < limit => Room::Within(next),
        _ if so_far == limit => Room::JustOver(next),
        _ => Room::Over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_told_once_and_the_next_hour_begins_anew() {
        let start = Timestamp::UNIX_EPOCH;
        let mut count = None;
        let mut seen = Vec::new();
        for minute in [0, 1, 2, 3, 61] {
            let now = start + SignedDuration::from_mins(minute);
            let room = one_more(count.as_ref(), 2, now);
            seen.push(match &room {
                Room::Within(_) => "within",
                Room::JustOver(_) => "told",
                Room::Over => "silent",
            });
            if let Room::Within(next) | Room::JustOver(next) = room {
                count = Some(next);
            }
        }
        assert_eq!(seen, ["within", "within", "told", "silent", "within"]);
    }
}
