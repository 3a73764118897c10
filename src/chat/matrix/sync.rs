//! What comes in: a sync loop of our own. The library keeps its place before anybody has seen the events; so ours is
//! kept in the bot's store, after the events it covers were accepted. A crash in between tells them again, and their ids
//! tell the bot that it knows them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use matrix_sdk::Room;
use matrix_sdk::config::{SyncSettings, SyncToken};
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::{Messages, MessagesOptions};
use matrix_sdk::ruma::api::client::filter::{Filter, FilterDefinition, RoomEventFilter};
use matrix_sdk::ruma::api::client::sync::sync_events::v3::Filter as SyncFilter;
use matrix_sdk::ruma::{OwnedEventId, OwnedRoomId, UInt, UserId};
use matrix_sdk::sync::{JoinedRoomUpdate, SyncResponse};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::notes::{self, Notes};
use super::trouble::Trouble;
use super::waiting::Waiting;
use super::{MatrixAdapter, error, texts};
use crate::chat::{AcceptError, AdapterError, EventPort};

/// How long the home server may wait for news.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long at least.
const BRIEFLY: Duration = Duration::from_secs(1);
/// The longest wait after the home server did not answer.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How many events of a room come with a sync; what is more is fetched page by page.
const PAGE: u32 = 100;
/// How many pages of a gap are fetched: far more than people say while the bot is away.
const PAGES: usize = 200;
/// How many pages are searched for the bot's invitation.
const PAGES_TO_INVITATION: usize = 3;

/// Why the loop ends.
#[derive(Debug)]
pub(super) enum Halt {
    /// The bot is shutting down, or its store failed: the events are told again after the next start.
    Closing,
    /// The platform cannot go on.
    Failed(AdapterError),
}

impl From<AcceptError> for Halt {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Closing => Self::Closing,
            AcceptError::Store(why) => Self::Failed(super::error(why)),
        }
    }
}

/// The loop's own state.
pub(super) struct Listener<'a> {
    pub adapter: &'a MatrixAdapter,
    pub port: Arc<dyn EventPort>,
    pub notes: Notes,
    /// What could not be read yet, by its note's name.
    pub waiting: BTreeMap<String, Waiting>,
    /// Invitations that could not be answered, and until when they are left alone.
    later: BTreeMap<OwnedRoomId, Instant>,
}

/// Listens until told to stop.
///
/// # Errors
/// When the session is over, or the bot's store failed.
pub(super) async fn listen(
    adapter: &MatrixAdapter,
    port: Arc<dyn EventPort>,
    stop: CancellationToken,
) -> Result<(), AdapterError> {
    let notes = Notes::new(Arc::clone(&port));
    let mut listener = Listener { adapter, port, notes, waiting: BTreeMap::new(), later: BTreeMap::new() };
    // What is left in the middle is told again after the next start.
    let ended = tokio::select! {
        () = stop.cancelled() => Ok(()),
        ended = listener.run() => ended,
    };
    match ended {
        Ok(()) | Err(Halt::Closing) => Ok(()),
        Err(Halt::Failed(error)) => Err(error),
    }
}

/// What the home server is to tell. Every sync of the bot asks for the same: only to who loads members when they are
/// needed does it tell how many are in a room, and that once.
pub(super) fn filter() -> FilterDefinition {
    let mut filter = FilterDefinition::with_lazy_loading();
    filter.presence = Filter::ignore_all();
    filter.room.ephemeral = RoomEventFilter::ignore_all();
    filter.room.timeline.limit = Some(UInt::from(PAGE));
    filter
}

fn settings(cursor: Option<&String>, patience: Duration) -> SyncSettings {
    let token = cursor.map_or(SyncToken::NoToken, |cursor| SyncToken::Specific(cursor.clone()));
    SyncSettings::new().token(token).timeout(patience).filter(SyncFilter::FilterDefinition(filter()))
}

impl Listener<'_> {
    async fn run(&mut self) -> Result<(), Halt> {
        let mut cursor: Option<String> = self.notes.get(notes::CURSOR).await?;
        self.waiting = self.notes.all(notes::WAITING).await?.into_iter().collect();
        let mut failures = 0;
        // After a new login the library knows no room yet, so that it asks for all of them, whole: what was said since the
        // cursor is found by what was seen last in each. (Asked twice, it would take the second answer, which ends where
        // the first did, for the same and drop it.)
        let mut learns_rooms = cursor.is_some() && self.adapter.client.rooms().is_empty();
        loop {
            let since = cursor.as_ref().filter(|_| !learns_rooms);
            let trouble = match self.adapter.client.sync_once(settings(since, self.patience())).await {
                Ok(response) => {
                    failures = 0;
                    learns_rooms = false;
                    self.take(&response, cursor.as_ref()).await?;
                    cursor = Some(response.next_batch);
                    continue;
                }
                Err(why) => Trouble::from(why),
            };
            let wait = match &trouble {
                Trouble::LoggedOut(code) => return Err(Halt::Failed(error(texts::logged_out(code)))),
                Trouble::Limited(after) => after.unwrap_or(Duration::from_secs(1)),
                _ => Duration::from_millis(500).saturating_mul(1 << failures.min(10)).min(LONGEST_WAIT),
            };
            failures += 1;
            warn!(?trouble, wait_ms = wait.as_millis(), "no news from the home server; will ask again");
            tokio::time::sleep(wait).await;
        }
    }

    /// How long to wait for news. Keys may come on other ways, so that what cannot be read is tried again, the sooner
    /// the newer it is.
    fn patience(&self) -> Duration {
        let now = Timestamp::now();
        let newest = self.waiting.values().map(|waiting| waiting.age(now)).min();
        let age = newest.and_then(|age| Duration::try_from(age).ok()).unwrap_or(PATIENCE * 4);
        (age / 4).clamp(BRIEFLY, PATIENCE)
    }

    /// Hands in all that a sync brings, then keeps its place.
    async fn take(&mut self, response: &SyncResponse, since: Option<&String>) -> Result<(), Halt> {
        let client = &self.adapter.client;
        self.decline_all(&response.to_device).await;
        for (id, update) in &response.rooms.joined {
            let Some(room) = client.get_room(id) else { continue };
            let seen: Option<OwnedEventId> = self.notes.get(&notes::seen_of(id)).await?;
            // What was said before the bot listened for the first time is nobody's question to it.
            if since.is_some() {
                for event in self.news(&room, update, seen.as_ref()).await? {
                    self.hear(&room, &event).await?;
                }
            }
            if let Some(last) = update.timeline.events.iter().rev().find_map(TimelineEvent::event_id) {
                self.notes.set(notes::seen_of(id), &last);
            }
        }
        for id in response.rooms.left.keys() {
            self.notes.forget(notes::seen_of(id));
        }
        if !self.waiting.is_empty() {
            self.try_again().await?;
        }
        self.notes.set(notes::CURSOR.to_owned(), &response.next_batch);
        self.notes.keep().await?;
        self.adapter.answer_invitations(&mut self.later).await;
        for id in response.rooms.joined.keys() {
            if let Some(room) = client.get_room(id) {
                self.adapter.tidy(&room).await;
            }
        }
        Ok(())
    }

    /// What is new in a room, oldest first: since what was seen last, or since the bot was invited.
    async fn news(
        &self,
        room: &Room,
        update: &JoinedRoomUpdate,
        seen: Option<&OwnedEventId>,
    ) -> Result<Vec<TimelineEvent>, Halt> {
        let timeline = &update.timeline.events;
        let start = match seen {
            Some(seen) => timeline.iter().rposition(|event| event.event_id().as_ref() == Some(seen)),
            None => beginning(room.own_user_id(), timeline),
        };
        if let Some(start) = start {
            return Ok(timeline[start + 1..].to_vec());
        }
        let Some(from) = update.timeline.prev_batch.clone().filter(|_| update.timeline.limited) else {
            return Ok(timeline.clone());
        };
        let mut all = self.before(room, from, seen).await?;
        all.extend_from_slice(timeline);
        Ok(all)
    }

    /// What came before a sync's first event and after what was seen last, oldest first.
    async fn before(
        &self,
        room: &Room,
        from: String,
        seen: Option<&OwnedEventId>,
    ) -> Result<Vec<TimelineEvent>, Halt> {
        let mut gap: Vec<TimelineEvent> = Vec::new();
        let mut next = Some(from);
        let pages = if seen.is_some() { PAGES } else { PAGES_TO_INVITATION };
        for _ in 0..pages {
            let Some(from) = next.take() else { break };
            let Some(page) = self.page(room, &from).await? else { break };
            // Newest first.
            let start = match seen {
                Some(seen) => page.chunk.iter().position(|event| event.event_id().as_ref() == Some(seen)),
                None => page.chunk.iter().position(|event| is_own(room.own_user_id(), "invite", event)),
            };
            let is_whole = start.is_some();
            gap.extend(page.chunk.into_iter().take(start.unwrap_or(usize::MAX)));
            if is_whole {
                info!(room = %room.room_id(), events = gap.len(), "filled a gap");
                gap.reverse();
                return Ok(gap);
            }
            next = page.end.filter(|end| *end != from);
        }
        gap.reverse();
        match seen {
            // What was seen is not there any more: everything that was found is newer.
            Some(_) => Ok(gap),
            // Nobody knows since when the bot has been meant.
            None => Ok(Vec::new()),
        }
    }

    /// A page of what was said before; none when the home server does not give it.
    async fn page(&self, room: &Room, from: &str) -> Result<Option<Messages>, Halt> {
        self.patiently("a gap", move || async move {
            let mut options = MessagesOptions::backward().from(from);
            options.limit = UInt::from(PAGE);
            Ok(room.messages(options).await?)
        })
        .await
    }

    /// Asks the home server again and again until it answers; none when it refuses.
    pub(super) async fn patiently<T, F>(&self, what: &str, ask: impl Fn() -> F) -> Result<Option<T>, Halt>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        loop {
            let wait = match ask().await {
                Ok(answer) => return Ok(Some(answer)),
                Err(Trouble::LoggedOut(code)) => return Err(Halt::Failed(error(texts::logged_out(&code)))),
                Err(Trouble::Limited(after)) => after.unwrap_or(Duration::from_secs(1)),
                Err(Trouble::Passing(why)) => {
                    warn!(what, why, "cannot be read now; will ask again");
                    Duration::from_secs(2)
                }
                Err(trouble @ (Trouble::Refused(_) | Trouble::NotFound)) => {
                    warn!(what, ?trouble, "cannot be read");
                    return Ok(None);
                }
            };
            tokio::time::sleep(wait).await;
        }
    }
}

/// Where the bot's time in a room begins: when it was invited; when it joined, where no invitation is to be seen.
fn beginning(me: &UserId, timeline: &[TimelineEvent]) -> Option<usize> {
    let last = |membership| timeline.iter().rposition(|event| is_own(me, membership, event));
    last("invite").or_else(|| last("join"))
}

/// Whether an event sets the bot's membership in a room to this.
fn is_own(me: &UserId, membership: &str, event: &TimelineEvent) -> bool {
    #[derive(serde::Deserialize)]
    struct Member {
        membership: String,
    }
    let raw = event.raw();
    let is = |field: &str, value: &str| {
        raw.get_field::<String>(field).is_ok_and(|found| found.as_deref() == Some(value))
    };
    let content = || raw.get_field::<Member>("content").ok().flatten();
    is("type", "m.room.member")
        && is("state_key", me.as_str())
        && content().is_some_and(|member| member.membership == membership)
}
