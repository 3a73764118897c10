//! A person on Matrix: a client of the same library that the program uses, with an account and keys of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use matrix_sdk::attachment::AttachmentConfig;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::api::client::filter::FilterDefinition;
use matrix_sdk::ruma::api::client::room::create_room::v3::{Request as CreateRoom, RoomPreset};
use matrix_sdk::ruma::events::InitialStateEvent;
use matrix_sdk::ruma::events::room::encryption::RoomEncryptionEventContent;
use matrix_sdk::ruma::events::room::member::MembershipState;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{EventId, OwnedRoomId, RoomId, UserId, uint};
use matrix_sdk::sync::RoomUpdates;
use matrix_sdk::{Client, Room};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::timeline::{Shown, Timeline};

/// How long a person waits while nothing new is seen; nobody waits as long unless something is broken.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long one request waits for news.
const POLL: Duration = Duration::from_secs(5);

/// Whether the messages of a room are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// They are not.
    Plain,
    /// They are, from one end to the other.
    Encrypted,
}

/// Somebody with an account.
pub struct Person {
    client: Client,
    sight: tokio::sync::Mutex<Sight>,
    /// Rooms as they were last seen; what a test prints when it fails.
    rooms: Mutex<BTreeMap<OwnedRoomId, Timeline>>,
}

#[derive(Default)]
struct Sight {
    token: Option<String>,
}

impl Person {
    /// Somebody with a client that is logged in.
    pub fn new(client: Client) -> Self {
        Self { client, sight: tokio::sync::Mutex::default(), rooms: Mutex::default() }
    }

    /// Their id.
    pub fn id(&self) -> &UserId {
        self.client.user_id().expect("logged in")
    }

    /// Their client, for what only one story does.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Makes a room and invites others. Where there is one other, it is a direct conversation.
    pub async fn opens(&self, privacy: Privacy, others: &[&UserId], direct: bool) -> OwnedRoomId {
        let mut request = CreateRoom::new();
        request.preset = Some(RoomPreset::TrustedPrivateChat);
        request.is_direct = direct;
        request.invite = others.iter().map(|user| (*user).to_owned()).collect();
        if privacy == Privacy::Encrypted {
            let content = RoomEncryptionEventContent::with_recommended_defaults();
            request.initial_state = vec![InitialStateEvent::with_empty_state_key(content).to_raw_any()];
        }
        self.client.create_room(request).await.unwrap().room_id().to_owned()
    }

    /// Opens a room and waits until everybody who was invited is there.
    pub async fn meets(&self, privacy: Privacy, others: &[&UserId], direct: bool) -> OwnedRoomId {
        let room = self.opens(privacy, others, direct).await;
        for user in others {
            self.sees_in(&room, user).await;
        }
        room
    }

    /// Says something, and returns the message's id.
    pub async fn says(&self, room: &RoomId, body: &str) -> String {
        self.sends(room, json!({ "msgtype": "m.text", "body": body })).await
    }

    /// Says something in a thread.
    pub async fn says_in(&self, room: &RoomId, thread: &str, body: &str) -> String {
        let relation = json!({ "rel_type": "m.thread", "event_id": thread, "is_falling_back": true,
            "m.in_reply_to": { "event_id": thread } });
        self.sends(room, json!({ "msgtype": "m.text", "body": body, "m.relates_to": relation })).await
    }

    /// Says something to somebody by name.
    pub async fn mentions(&self, room: &RoomId, whom: &UserId, body: &str) -> String {
        let content = json!({ "msgtype": "m.text", "body": format!("{whom}: {body}"),
            "m.mentions": { "user_ids": [whom] } });
        self.sends(room, content).await
    }

    /// Changes what was said.
    pub async fn edits(&self, room: &RoomId, message: &str, body: &str) {
        let content = json!({ "msgtype": "m.text", "body": format!("* {body}"),
            "m.new_content": { "msgtype": "m.text", "body": body },
            "m.relates_to": { "rel_type": "m.replace", "event_id": message } });
        self.sends(room, content).await;
    }

    /// Sends the content of a message as it is.
    pub async fn sends(&self, room: &RoomId, content: Value) -> String {
        self.room(room).send_raw("m.room.message", content).await.unwrap().response.event_id.to_string()
    }

    /// Puts an emoji under a message, and returns the reaction's id.
    pub async fn reacts(&self, room: &RoomId, message: &str, emoji: &str) -> String {
        let relation = json!({ "rel_type": "m.annotation", "event_id": message, "key": emoji });
        let content = json!({ "m.relates_to": relation });
        self.room(room).send_raw("m.reaction", content).await.unwrap().response.event_id.to_string()
    }

    /// Redacts an event.
    pub async fn redacts(&self, room: &RoomId, event: &str) {
        let event = EventId::parse(event).unwrap();
        self.room(room).redact(&event, None, None).await.unwrap();
    }

    /// Attaches a file, and returns the message's id.
    pub async fn attaches(
        &self,
        room: &RoomId,
        name: &str,
        bytes: Vec<u8>,
        config: AttachmentConfig,
    ) -> String {
        let kind = "application/json".parse().unwrap();
        let sent = self.room(room).send_attachment(name, &kind, bytes, config).await.unwrap();
        sent.event_id.to_string()
    }

    /// Waits until a message of a room is so that it fits, and returns it.
    pub async fn sees(&self, room: &RoomId, fits: impl Fn(&Shown) -> bool) -> Shown {
        self.until(|| self.messages(room).into_iter().find(&fits)).await
    }

    /// Waits until a message of whatever room is so that it fits, and returns the room with it.
    pub async fn sees_somewhere(&self, fits: impl Fn(&Shown) -> bool) -> (OwnedRoomId, Shown) {
        self.until(|| {
            let rooms = self.rooms.lock().unwrap();
            rooms.iter().find_map(|(room, timeline)| {
                let shown = timeline.messages().iter().find(|shown| fits(shown));
                shown.map(|shown| (room.clone(), shown.clone()))
            })
        })
        .await
    }

    /// Waits until somebody has joined a room.
    pub async fn sees_in(&self, room: &RoomId, user: &UserId) {
        self.sees_membership(room, user, MembershipState::Join).await;
    }

    /// Waits until somebody has left a room, or declined to join it.
    pub async fn sees_gone(&self, room: &RoomId, user: &UserId) {
        self.sees_membership(room, user, MembershipState::Leave).await;
    }

    async fn sees_membership(&self, room: &RoomId, user: &UserId, wanted: MembershipState) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let room = self.client.get_room(room);
            let member = match &room {
                Some(room) => room.get_member_no_sync(user).await.unwrap(),
                None => None,
            };
            let membership = member.map(|member| member.membership().clone());
            if membership.as_ref() == Some(&wanted) {
                return;
            }
            assert!(Instant::now() < deadline, "{user} is {membership:?}, not {wanted}");
            self.looks(POLL).await;
        }
    }

    /// Leaves a room.
    pub async fn leaves(&self, room: &RoomId) {
        self.room(room).leave().await.unwrap();
    }

    /// Waits until something can be found in what is seen.
    pub async fn until<T>(&self, find: impl Fn() -> Option<T>) -> T {
        let mut deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = find() {
                return found;
            }
            assert!(Instant::now() < deadline, "{} waited in vain:\n{}", self.id(), self.transcript());
            if self.looks(POLL).await > 0 {
                deadline = Instant::now() + PATIENCE;
            }
        }
    }

    /// The messages of a room as they were last seen, oldest first.
    pub fn messages(&self, room: &RoomId) -> Vec<Shown> {
        self.rooms.lock().unwrap().get(room).map(|timeline| timeline.messages().to_vec()).unwrap_or_default()
    }

    /// How many messages of a room could not be decrypted.
    pub fn locked(&self, room: &RoomId) -> usize {
        self.rooms.lock().unwrap().get(room).map_or(0, |timeline| timeline.locked.len())
    }

    /// Everything seen, to be read by whom a failed test concerns.
    pub fn transcript(&self) -> String {
        let mut lines = String::new();
        for (room, timeline) in self.rooms.lock().unwrap().iter() {
            lines.push_str(&format!("-- {room} ({} cannot be decrypted)\n", timeline.locked.len()));
            for event in timeline.locked.values() {
                lines.push_str(&format!("LOCKED {event}\n"));
            }
            for shown in timeline.messages() {
                let emojis: BTreeSet<String> =
                    shown.reactions.values().map(|(who, with)| format!("{with} {who}")).collect();
                lines.push_str(&format!("{} {}: {} {emojis:?}\n", shown.kind, shown.sender, shown.body));
            }
        }
        lines
    }

    /// Looks once for what is new, waiting so long at most, and returns how much it was; joins where they are invited.
    pub async fn looks(&self, wait: Duration) -> usize {
        let mut sight = self.sight.lock().await;
        let mut filter = FilterDefinition::default();
        filter.room.timeline.limit = Some(uint!(2000));
        let mut settings = SyncSettings::new().timeout(wait).filter(filter.into());
        settings = match &sight.token {
            Some(token) => settings.token(token.clone()),
            None => settings.token(matrix_sdk::config::SyncToken::NoToken),
        };
        // The server may be gone for a while.
        let Ok(response) = self.client.sync_once(settings).await else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            return 0;
        };
        sight.token = Some(response.next_batch);
        self.takes(response.rooms).await
    }

    async fn takes(&self, news: RoomUpdates) -> usize {
        for room in news.invited.keys() {
            self.client.join_room_by_id(room).await.unwrap();
        }
        let mut events: Vec<(OwnedRoomId, TimelineEvent)> = Vec::new();
        // What could not be decrypted before, perhaps can now.
        for (room, timeline) in self.locked_events() {
            for event in timeline {
                let raw: Raw<matrix_sdk::ruma::events::room::encrypted::OriginalSyncRoomEncryptedEvent> =
                    serde_json::from_value(event).unwrap();
                let tried = self.room(&room).decrypt_event(&raw, None).await;
                events.extend(
                    tried.ok().filter(|event| !event.kind.is_utd()).map(|event| (room.clone(), event)),
                );
            }
        }
        let joined = news.joined.into_iter();
        events.extend(joined.flat_map(|(room, update)| {
            update.timeline.events.into_iter().map(move |event| (room.clone(), event))
        }));
        let mut rooms = self.rooms.lock().unwrap();
        let count = events.len();
        for (room, event) in events {
            let timeline = rooms.entry(room).or_default();
            let raw: Value = event.raw().deserialize_as_unchecked().unwrap();
            let id = raw["event_id"].as_str().unwrap_or_default().to_owned();
            if event.kind.is_utd() {
                timeline.locked.insert(id, raw);
            } else {
                timeline.locked.remove(&id);
                timeline.take(&raw, event.encryption_info().is_some());
            }
        }
        count
    }

    fn locked_events(&self) -> Vec<(OwnedRoomId, Vec<Value>)> {
        let rooms = self.rooms.lock().unwrap();
        rooms
            .iter()
            .map(|(room, timeline)| (room.clone(), timeline.locked.values().cloned().collect()))
            .collect()
    }

    fn room(&self, room: &RoomId) -> Room {
        self.client.get_room(room).unwrap_or_else(|| panic!("{} is not in {room}", self.id()))
    }
}
