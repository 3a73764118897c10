//! One message a second in a channel, which is what Slack asks for, and longer where it says so.
//! Source: <https://docs.slack.dev/apis/web-api/rate-limits>.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The least time between two messages in a channel.
const BETWEEN: Duration = Duration::from_secs(1);
/// How many channels are remembered before those that may be posted to again are forgotten.
const REMEMBERED: usize = 1024;

/// When each channel may be posted to next.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<HashMap<String, Instant>>);

impl Pace {
    /// Waits for the channel's turn, and takes it.
    pub async fn turn(&self, channel: &str) {
        let at = self.take(channel, Instant::now());
        tokio::time::sleep_until(at).await;
    }

    fn take(&self, channel: &str, now: Instant) -> Instant {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if next.len() > REMEMBERED {
            next.retain(|_, at| *at > now);
        }
        let slot = next.entry(channel.to_owned()).or_insert(now);
        let at = (*slot).max(now);
        *slot = at + BETWEEN;
        at
    }
}

/// Methods that Slack has asked to leave alone for a while, each in a channel or as a whole.
#[derive(Debug, Default)]
pub(super) struct Holds(Mutex<HashMap<(&'static str, String), Instant>>);

impl Holds {
    /// How long a method is to be left alone still.
    pub fn left(&self, method: &'static str, channel: &str) -> Option<Duration> {
        let mut holds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        holds.retain(|_, end| *end > now);
        holds.get(&(method, channel.to_owned())).map(|end| *end - now)
    }

    /// Slack asks to leave a method alone.
    pub fn hold(&self, method: &'static str, channel: &str, time: Duration) {
        let mut holds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        holds.insert((method, channel.to_owned()), Instant::now() + time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_method_is_left_alone_as_long_as_asked_and_no_other() {
        let holds = Holds::default();
        holds.hold("chat.postMessage", "C1", Duration::from_secs(30));
        assert_eq!(holds.left("chat.postMessage", "C1"), Some(Duration::from_secs(30)));
        assert_eq!(holds.left("chat.postMessage", "C2"), None);
        assert_eq!(holds.left("chat.update", "C1"), None);
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(holds.left("chat.postMessage", "C1"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_waits_for_itself_and_not_for_others() {
        let (pace, start) = (Pace::default(), Instant::now());
        pace.turn("C1").await;
        pace.turn("C2").await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        pace.turn("C1").await;
        pace.turn("C1").await;
        assert_eq!(start.elapsed(), 2 * BETWEEN);
    }
}
