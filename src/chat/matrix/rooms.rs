//! Which room is meant, and who is in it. A room that was upgraded keeps the id under which it was known first, so that
//! config, cards and conversations stay with it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use matrix_sdk::room::RoomMember;
use matrix_sdk::ruma::{OwnedRoomId, OwnedRoomOrAliasId, RoomAliasId, RoomId, UserId};
use matrix_sdk::{Client, IdParseError, Room, RoomMemberships, RoomState};
use tracing::{info, warn};

use super::trouble::Trouble;
use super::{MatrixAdapter, MatrixConfig, error, texts};
use crate::chat::{AdapterError, DeliveryError};
use crate::core::event::Audience;
use crate::core::person::{AccountId, ChannelId, GroupId, Member, Platform, Standing};

/// How many upgrades of one room are followed.
const UPGRADES: usize = 32;
/// When an invitation that could not be answered is looked at again.
const INVITATION_AGAIN: Duration = Duration::from_secs(60);
/// How long the home server may take to tell of a room that was made just now.
const UNTIL_WHOLE: Duration = Duration::from_secs(30);
/// How often it is asked who is in such a room: an answer may be on its way from before somebody was invited.
const ASKED: usize = 3;

pub(super) fn account(user: &UserId) -> AccountId {
    AccountId::new(Platform::Matrix, user.as_str())
}

/// The room that an id or an alias means.
pub(super) async fn resolved(client: &Client, name: &str) -> Result<OwnedRoomId, Trouble> {
    let malformed = |why: IdParseError| Trouble::Refused(why.to_string());
    if name.starts_with('#') {
        let alias = RoomAliasId::parse(name).map_err(malformed)?;
        return Ok(client.resolve_room_alias(&alias).await?.room_id);
    }
    RoomId::parse(name).map_err(malformed)
}

/// The rooms that aliases among channels mean.
///
/// # Errors
/// When the home server does not know one, or cannot be asked.
pub(super) async fn aliases(
    client: &Client,
    channels: &BTreeSet<ChannelId>,
) -> Result<BTreeMap<ChannelId, ChannelId>, AdapterError> {
    let mut found = BTreeMap::new();
    for channel in channels.iter().filter(|channel| channel.id.starts_with('#')) {
        let id = resolved(client, &channel.id).await;
        let id = id.map_err(|why| error(texts::no_such_room(&channel.id, &why)))?;
        found.insert(channel.clone(), ChannelId::new(Platform::Matrix, id.as_str()));
    }
    Ok(found)
}

impl MatrixConfig {
    /// What a user is to the bot: a member, when their home server or they themselves are allowed, by the whole name.
    fn standing(&self, user: &UserId) -> Standing {
        let allowed = self.allowed_servers.contains(user.server_name().as_str())
            || self.allowed_people.contains(user.as_str());
        if allowed { Standing::Member } else { Standing::Guest }
    }
}

impl MatrixAdapter {
    /// The channel that a room is: the room it came from, when both say so.
    pub(super) fn channel(&self, room: &Room) -> ChannelId {
        let mut first = room.clone();
        for _ in 0..UPGRADES {
            let before = first.predecessor_room().and_then(|before| self.client.get_room(&before.room_id));
            let says_so =
                |before: &Room| before.successor_room().is_some_and(|after| after.room_id == first.room_id());
            match before.filter(says_so) {
                Some(before) => first = before,
                None => break,
            }
        }
        ChannelId::new(Platform::Matrix, first.room_id().as_str())
    }

    /// The rooms that a channel is, newest first.
    pub(super) fn rooms_of(&self, channel: &ChannelId) -> Vec<Room> {
        let Ok(id) = RoomId::parse(&channel.id) else { return Vec::new() };
        let mut rooms: Vec<Room> = Vec::new();
        let mut next = self.client.get_room(&id);
        while let Some(room) = next.filter(|_| rooms.len() < UPGRADES) {
            next = room.successor_room().and_then(|after| self.client.get_room(&after.room_id));
            rooms.push(room);
        }
        rooms.reverse();
        rooms
    }

    /// Who reads along. The room of a role is a channel, however few are in it.
    pub(super) fn audience(&self, room: &Room) -> Audience {
        let members = room.active_members_count();
        let of_a_role = self.config.channels.contains(&self.channel(room));
        if (1..=2).contains(&members) && !of_a_role { Audience::Direct } else { Audience::Channel }
    }

    /// What a user is here.
    pub(super) fn standing(&self, user: &UserId) -> Standing {
        self.config.standing(user)
    }

    /// Accepts invitations of members and declines all others. What fails is tried again after a while, kept in
    /// `later`.
    pub(super) async fn answer_invitations(&self, later: &mut BTreeMap<OwnedRoomId, Instant>) {
        later.retain(|_, until| *until > Instant::now());
        for room in self.client.invited_rooms() {
            let id = room.room_id().to_owned();
            if later.contains_key(&id) {
                continue;
            }
            let inviter = match room.invite_details().await {
                Ok(invite) => invite.inviter_id,
                Err(why) => {
                    warn!(room = %id, %why, "an invitation cannot be read");
                    continue;
                }
            };
            let answered = match self.standing(&inviter) {
                Standing::Member => {
                    info!(room = %id, %inviter, "joining on invitation");
                    room.join().await
                }
                _ => {
                    info!(room = %id, %inviter, "declining an invitation of somebody who is not allowed");
                    room.leave().await
                }
            };
            if let Err(why) = answered {
                warn!(room = %id, why = ?Trouble::from(why), "an invitation cannot be answered now");
                later.insert(id, Instant::now() + INVITATION_AGAIN);
            }
        }
    }

    /// Goes with a room that was replaced by another, and leaves a room where nobody else is.
    pub(super) async fn tidy(&self, room: &Room) {
        if let Some(after) = room.successor_room()
            && self.client.get_room(&after.room_id).is_none_or(|after| after.state() != RoomState::Joined)
        {
            info!(room = %room.room_id(), after = %after.room_id, "following a room that was replaced");
            let via: Vec<_> =
                room.creators().into_iter().flatten().map(|user| user.server_name().to_owned()).collect();
            if let Err(why) =
                self.client.join_room_by_id_or_alias(&OwnedRoomOrAliasId::from(after.room_id), &via).await
            {
                warn!(room = %room.room_id(), why = ?Trouble::from(why), "the new room cannot be joined: invite the bot");
            }
            return;
        }
        let of_a_role = self.config.channels.contains(&self.channel(room));
        let alone = room.active_members_count() <= 1 && room.successor_room().is_none();
        if alone && !of_a_role && self.all_have_left(room).await {
            info!(room = %room.room_id(), "leaving a room where nobody else is");
            if let Err(why) = room.leave().await {
                warn!(room = %room.room_id(), why = ?Trouble::from(why), "the room cannot be left now");
            }
        }
    }

    /// The members who are in a room, but for the bot itself: the group that the room's id or alias names.
    pub(super) async fn members_of(&self, group: &GroupId) -> Result<Vec<Member>, DeliveryError> {
        let id = resolved(&self.client, &group.id).await?;
        let rooms = self.rooms_of(&ChannelId::new(Platform::Matrix, id.as_str()));
        let Some(room) = rooms.into_iter().find(|room| room.state() == RoomState::Joined) else {
            return Err(DeliveryError::Retry { why: texts::not_in_room_of_role(&group.id), after: None });
        };
        let members = room.members(RoomMemberships::JOIN).await.map_err(Trouble::from)?;
        let counts = |user: &UserId| user != room.own_user_id() && self.standing(user) == Standing::Member;
        let members = members.iter().filter(|member| counts(member.user_id()));
        let member = |member: &RoomMember| Member {
            account: account(member.user_id()),
            name: member.name().to_owned(),
            zone: jiff::tz::TimeZone::UTC,
        };
        Ok(members.map(member).collect())
    }

    /// Whether others were in a room and have left it, as the home server says. In one that was made just now, nobody
    /// else may be yet.
    async fn all_have_left(&self, room: &Room) -> bool {
        let Ok(members) = room.members(RoomMemberships::empty()).await else { return false };
        let others: Vec<_> = members.iter().filter(|member| member.user_id() != room.own_user_id()).collect();
        let gone = RoomMemberships::LEAVE | RoomMemberships::BAN;
        !others.is_empty() && others.iter().all(|member| gone.matches(member.membership()))
    }

    /// The conversation with one person alone: one that is there, or a new one.
    pub(super) async fn direct(&self, user: &UserId) -> Result<Room, Trouble> {
        // One at a time, so that two messages for one person never open two rooms.
        let mut opened = self.opened.lock().await;
        // What was opened just now is not among the rooms before the next news.
        let opened_before = opened.get(user).and_then(|room| self.client.get_room(room));
        let told = self.client.get_dm_rooms(user);
        // A person who talks to the bot alone need not have called the room direct.
        let others = self.client.joined_rooms().into_iter();
        let others = others.filter(|room| self.audience(room) == Audience::Direct && room.name().is_none());
        for room in opened_before.into_iter().chain(told).chain(others) {
            let members = room.members(RoomMemberships::ACTIVE).await?;
            if members.len() == 2 && members.iter().any(|member| member.user_id() == user) {
                return Ok(room);
            }
        }
        let room = self.client.create_dm(user).await?;
        opened.insert(user.to_owned(), room.room_id().to_owned());
        match tokio::time::timeout(UNTIL_WHOLE, whole(&room, user)).await {
            Ok(known) => known?,
            Err(_) => return Err(Trouble::Passing(texts::NOT_WHOLE.to_owned())),
        }
        Ok(room)
    }
}

/// Waits until it is known that a room for two, made just now, is encrypted, and that the other is in it. News of it, and
/// what was asked of its members meanwhile, may be from before it was whole; the first message would be sent as it is
/// then, or without its key for the other.
async fn whole(room: &Room, other: &UserId) -> Result<(), Trouble> {
    for _ in 0..ASKED {
        if room.get_member_no_sync(other).await?.is_some() {
            break;
        }
        room.mark_members_missing();
        room.sync_members().await?;
    }
    let mut changes = room.subscribe_info();
    while !room.latest_encryption_state().await?.is_encrypted() {
        changes.next().await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_of_an_allowed_home_server_or_named_is_a_member() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let config = MatrixConfig {
            homeserver: "https://matrix.example.org".to_owned(),
            user: "@ospo:example.org".to_owned(),
            passphrase: String::new().into(),
            folder: std::path::PathBuf::new(),
            allowed_servers: set(&["example.org", "partner.example:8448"]),
            allowed_people: set(&["@lea:elsewhere.example"]),
            channels: BTreeSet::new(),
        };
        for (user, expected) in [
            ("@ada:example.org", Standing::Member),
            ("@zoe:partner.example:8448", Standing::Member),
            ("@lea:elsewhere.example", Standing::Member),
            ("@zoe:partner.example", Standing::Guest),
            ("@eve:elsewhere.example", Standing::Guest),
            ("@ada:example.org.evil.example", Standing::Guest),
            ("@ada:sub.example.org", Standing::Guest),
            ("@example.org:evil.example", Standing::Guest),
        ] {
            assert_eq!(config.standing(&UserId::parse(user).unwrap()), expected, "{user}");
        }
    }
}
