//! Makes up for what Slack could not tell: what people said while the bot was away is read from the histories of its
//! conversations, and handed in as if it had been told. It has the same ids, so what was told before changes nothing.
//!
//! How far everything was read is kept in Slack's own time, the `ts` of messages: clocks need not agree. What was said
//! before the bot came for the first time is never read.
//! Source: <https://docs.slack.dev/reference/methods/conversations.history>.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::answers::{Conversations, Messages, Page};
use super::client::CallError;
use super::incoming::{Heard, edited, moment, said};
use super::receive::{NotTaken, Receiver};
use super::wire::Message;
use crate::chat::{AcceptError, DeliveryError, Note};
use crate::core::person::Platform;

/// How often it is looked whether something was missed although Slack could tell.
const EVERY: Duration = Duration::from_secs(600);
/// How soon after a look that failed.
const AGAIN: Duration = Duration::from_secs(60);
/// How much is read again before the mark: events may come out of order, and reading takes its time.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
/// How old a thread may be for new words in it to be found.
const THREADS: SignedDuration = SignedDuration::from_hours(3 * 24);
/// What is older than this when the bot comes back is not answered any more. The bot knows for a week what it has heard.
const OLDEST: SignedDuration = SignedDuration::from_hours(6 * 24);
/// The most pages of one history that are read; a page has 200 messages.
const PAGES: usize = 25;
/// After so many calls in one go the next ones take their time, as the tier of the methods asks.
/// Source: <https://docs.slack.dev/apis/web-api/rate-limits>.
const BURST: usize = 20;
const BETWEEN: Duration = Duration::from_millis(1200);
/// The name of the note that holds the mark.
const NOTE: &str = "read";

/// How far everything was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// Where the bot came for the first time.
    began: Timestamp,
    /// Up to where everything was taken.
    read: Timestamp,
    /// When that was, by the bot's own clock.
    at: Timestamp,
}

impl Mark {
    /// From where on to read, by the bot's own clock `now`. After a long stop the bot no longer knows what it heard last,
    /// so nothing is read twice.
    fn from(&self, now: Timestamp) -> Timestamp {
        if now.duration_since(self.at) > OLDEST { self.read } else { (self.read - OVERLAP).max(self.began) }
    }
}

/// Why not everything could be read now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("Slack does not tell: {0}")]
    Slack(DeliveryError),
    #[error(transparent)]
    Taken(#[from] NotTaken),
    #[error(transparent)]
    Kept(#[from] AcceptError),
    #[error("the mark cannot be read: {0}")]
    Mark(#[from] serde_json::Error),
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self::Slack(error.into())
    }
}

/// Looks for what was missed: at the start, after each gap that is told of, and every now and then.
pub(super) async fn watch(receiver: Receiver, stop: CancellationToken) {
    let looking = async {
        loop {
            let wait = match (Look { receiver: &receiver, calls: 0 }).all().await {
                Ok(()) => EVERY,
                Err(error) => {
                    warn!(%error, "what was said while the bot was away cannot be read now");
                    AGAIN
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = receiver.gap.notified() => {}
            }
        }
    };
    stop.run_until_cancelled(looking).await;
}

/// One look at all conversations.
struct Look<'a> {
    receiver: &'a Receiver,
    calls: usize,
}

impl Look<'_> {
    async fn all(&mut self) -> Result<(), Trouble> {
        let port = &self.receiver.port;
        let noted = port.recall(Platform::Slack, NOTE).await?.into_iter().find(|(name, _)| name == NOTE);
        let mark: Option<Mark> = noted.map(|(_, value)| serde_json::from_str(&value)).transpose()?;
        // All of this was told; everything before it is told or is found now.
        let told = self.receiver.newest.get();
        let conversations = self.conversations().await?;
        let next = match mark {
            Some(mark) => {
                let from = mark.from(Timestamp::now());
                for conversation in &conversations {
                    self.conversation(conversation, from).await?;
                }
                Mark { read: mark.read.max(told), ..mark }
            }
            None => {
                let mut newest = Timestamp::UNIX_EPOCH;
                for conversation in &conversations {
                    newest = newest.max(self.newest(conversation).await?);
                }
                // Who asked while the bot looked for the first time is answered all the same: that was told.
                let began = newest.min(self.receiver.newest.first().unwrap_or(newest));
                Mark { began, read: began, at: Timestamp::now() }
            }
        };
        let value = serde_json::to_string(&Mark { at: Timestamp::now(), ..next })?;
        port.remember(Platform::Slack, vec![Note { name: NOTE.to_owned(), value: Some(value) }]).await?;
        Ok(())
    }

    /// The conversations that the bot is in.
    async fn conversations(&mut self) -> Result<Vec<String>, CallError> {
        let arguments = [("types", "public_channel,private_channel,im"), ("exclude_archived", "true")];
        let pages: Vec<Conversations> = self.pages("users.conversations", &arguments, usize::MAX).await?;
        Ok(pages.into_iter().flat_map(|page| page.channels).map(|channel| channel.id).collect())
    }

    /// When the last message of a conversation was posted.
    async fn newest(&mut self, conversation: &str) -> Result<Timestamp, Trouble> {
        let messages = self.history(conversation, Timestamp::UNIX_EPOCH, 1).await?;
        let newest = messages.iter().map(|message| moment(&message.ts)).max();
        Ok(newest.unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Takes what was said in a conversation, or changed there, after `from`.
    async fn conversation(&mut self, conversation: &str, from: Timestamp) -> Result<(), Trouble> {
        let roots = self.history(conversation, from - THREADS, PAGES).await?;
        let mut messages = Vec::new();
        for root in roots {
            if root.latest_reply.as_deref().is_some_and(|latest| moment(latest) > from) {
                messages.extend(self.thread(conversation, &root.ts, from).await?);
            }
            messages.push(root);
        }
        let newest = messages.iter().map(|message| moment(&message.ts)).max().unwrap_or(from);
        let oldest = from.max(newest - OLDEST);
        let me = &self.receiver.adapter.me;
        let channel_id = conversation.to_owned().into();
        let mut heard: Vec<Heard> = messages
            .iter()
            .flat_map(|message| [said(me, &channel_id, message), edited(me, &channel_id, message)])
            .flatten()
            .filter(|heard| heard.at > oldest)
            .collect();
        heard.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        heard.dedup_by(|one, other| one.id == other.id);
        if !heard.is_empty() {
            info!(conversation, messages = heard.len(), "reading what may have been missed");
        }
        for heard in heard {
            self.receiver.take(Some(heard)).await?;
        }
        self.receiver.newest.told(newest);
        Ok(())
    }

    /// The messages of a conversation after `from`, threads left out.
    async fn history(
        &mut self,
        conversation: &str,
        from: Timestamp,
        pages: usize,
    ) -> Result<Vec<Message>, CallError> {
        let oldest = ts(from);
        let arguments = [("channel", conversation), ("oldest", &oldest)];
        self.messages("conversations.history", &arguments, pages).await
    }

    /// The messages of a thread after `from`.
    async fn thread(
        &mut self,
        conversation: &str,
        root: &str,
        from: Timestamp,
    ) -> Result<Vec<Message>, CallError> {
        let oldest = ts(from);
        let arguments = [("channel", conversation), ("ts", root), ("oldest", &oldest)];
        self.messages("conversations.replies", &arguments, PAGES).await
    }

    async fn messages(
        &mut self,
        method: &'static str,
        arguments: &[(&str, &str)],
        most: usize,
    ) -> Result<Vec<Message>, CallError> {
        match self.pages::<Messages>(method, arguments, most).await {
            // The bot has left the conversation meanwhile, or may not read it; a thread may be gone.
            Err(CallError::Refused(code)) => {
                debug!(method, code, "something cannot be read");
                Ok(Vec::new())
            }
            other => Ok(other?.into_iter().flat_map(|page| page.messages).collect()),
        }
    }

    /// Reads up to `most` pages of a list, as often as Slack asks to wait and as slowly as its tiers allow.
    async fn pages<T: DeserializeOwned + Send>(
        &mut self,
        method: &'static str,
        arguments: &[(&str, &str)],
        most: usize,
    ) -> Result<Vec<T>, CallError> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        while found.len() < most {
            let mut arguments = arguments.to_vec();
            arguments.extend([("limit", "200"), ("cursor", &cursor)]);
            self.calls += 1;
            if self.calls > BURST {
                tokio::time::sleep(BETWEEN).await;
            }
            let page: Page<T> = match self.receiver.adapter.client.get(method, &arguments).await {
                Err(CallError::Limited(after)) => {
                    tokio::time::sleep(after.unwrap_or(BETWEEN)).await;
                    continue;
                }
                other => other?,
            };
            let next = page.next();
            found.push(page.items);
            match next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        Ok(found)
    }
}

/// A moment as Slack writes it.
fn ts(at: Timestamp) -> String {
    let micros = at.as_microsecond().max(0);
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        for text in ["1700000000.000200", "0.000000", "1.000001"] {
            assert_eq!(ts(moment(text)), text);
        }
    }

    #[test]
    fn reading_begins_before_the_mark_but_never_before_the_bot_came() {
        let mark = Mark { began: at(1_000), read: at(10_000), at: at(10_000) };
        assert_eq!(mark.from(at(10_100)), at(10_000) - OVERLAP);
        assert_eq!(Mark { read: at(1_010), ..mark }.from(at(1_020)), at(1_000));
        let long_after = at(10_000) + OLDEST + SignedDuration::from_secs(1);
        assert_eq!(mark.from(long_after), at(10_000), "what was heard then is known no longer");
    }
}
