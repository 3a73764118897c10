//! Whether everything is in place, as the home server tells it: session, identity, backup, rooms. Nothing changes, and
//! the bot may run meanwhile.

use std::collections::BTreeSet;

use matrix_sdk::Client;
use matrix_sdk::ruma::api::client::{backup::get_latest_backup_info, config::get_global_account_data};
use matrix_sdk::ruma::api::client::{
    keys::get_keys, membership::joined_rooms, state::get_state_event_for_key,
};
use matrix_sdk::ruma::events::{GlobalAccountDataEventType, StateEventType};
use matrix_sdk::ruma::{OwnedRoomId, RoomId, UserId};
use serde_json::Value;

use super::trouble::Trouble;
use super::{MatrixConfig, rooms, session, texts};
use crate::core::person::ChannelId;

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is in place.
    Good(String),
    /// It is not, and what to do about it.
    Missing {
        /// What.
        what: String,
        /// The cure.
        cure: String,
    },
}

fn missing(what: impl Into<String>, cure: &str) -> Finding {
    Finding::Missing { what: what.into(), cure: cure.to_owned() }
}

fn judged(good: bool, yes: &str, no: &str, cure: &str) -> Finding {
    if good { Finding::Good(yes.to_owned()) } else { missing(no, cure) }
}

/// Checks what the config names.
pub async fn check(config: &MatrixConfig) -> Vec<Finding> {
    let client = match session::asking(config).await {
        Ok(client) => client,
        Err(why) => return vec![missing(why.why, texts::LOG_IN)],
    };
    let me = match client.whoami().await.map_err(Trouble::from) {
        Ok(me) => me,
        Err(why) => return vec![missing(texts::session_fails(&why), texts::LOG_IN)],
    };
    let device = me.device_id.map(|device| device.to_string()).unwrap_or_default();
    let mut found = vec![Finding::Good(texts::session_works(me.user_id.as_str(), &device))];
    let fingerprint = session::fingerprint(config);
    match identity(&client, &me.user_id, &device, fingerprint.as_deref()).await {
        Ok(findings) => found.extend(findings),
        Err(why) => found.push(missing(texts::not_told(&why), texts::TRY_AGAIN)),
    }
    let joined = match client.send(joined_rooms::v3::Request::new()).await {
        Ok(response) => response.joined_rooms.into_iter().collect(),
        Err(why) => {
            found.push(missing(texts::not_told(&Trouble::from(why)), texts::TRY_AGAIN));
            BTreeSet::new()
        }
    };
    for channel in &config.channels {
        found.push(room(&client, &me.user_id, channel, &joined).await);
    }
    found
}

/// Whether the device is signed as the bot's own, its others are, and what happens when it is lost.
async fn identity(
    client: &Client,
    me: &UserId,
    device: &str,
    fingerprint: Option<&str>,
) -> Result<Vec<Finding>, Trouble> {
    let mut request = get_keys::v3::Request::new();
    request.device_keys.insert(me.to_owned(), Vec::new());
    let keys = client.send(request).await?;
    let identity =
        keys.self_signing_keys.get(me).and_then(|key| key.deserialize_as_unchecked::<Value>().ok());
    let signer = identity.and_then(|key| Some(key["keys"].as_object()?.keys().next()?.clone()));
    let is_signed = |device: &Value| {
        signer.as_deref().is_some_and(|signer| device["signatures"][me.as_str()].get(signer).is_some())
    };
    let devices: Vec<(String, Value)> = keys
        .device_keys
        .get(me)
        .into_iter()
        .flatten()
        .filter_map(|(id, keys)| Some((id.to_string(), keys.deserialize_as_unchecked().ok()?)))
        .collect();
    let own = devices.iter().find(|(id, _)| id == device);
    let mut found = vec![
        judged(signer.is_some(), texts::HAS_IDENTITY, texts::NO_IDENTITY, texts::SET_UP),
        judged(own.is_some_and(|(_, keys)| is_signed(keys)), texts::TRUSTED, texts::UNTRUSTED, texts::SET_UP),
    ];
    let told = own.and_then(|(_, keys)| keys["keys"][format!("ed25519:{device}")].as_str());
    found.extend(fingerprint.map(|ours| match told {
        Some(told) if told != ours => missing(texts::other_fingerprint(ours, told), texts::TRUST_NOBODY),
        _ => Finding::Good(texts::fingerprint(ours)),
    }));
    for (id, keys) in devices.iter().filter(|(id, _)| id != device) {
        found.push(match is_signed(keys) {
            true => Finding::Good(texts::other_device(id)),
            false => missing(texts::unknown_device(id), texts::REMOVE_DEVICE),
        });
    }
    let backup = client.send(get_latest_backup_info::v3::Request::new()).await.map_err(Trouble::from);
    found.push(judged(is_there(backup)?, texts::HAS_BACKUP, texts::NO_BACKUP, texts::SET_UP));
    let default_key = GlobalAccountDataEventType::SecretStorageDefaultKey;
    let request = get_global_account_data::v3::Request::new(me.to_owned(), default_key);
    let recovery = client.send(request).await.map_err(Trouble::from);
    found.push(judged(is_there(recovery)?, texts::HAS_RECOVERY, texts::NO_RECOVERY, texts::SET_UP));
    Ok(found)
}

fn is_there<T>(answer: Result<T, Trouble>) -> Result<bool, Trouble> {
    match answer {
        Ok(_) => Ok(true),
        Err(Trouble::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Whether the bot is in the room of a role and may speak there.
async fn room(client: &Client, me: &UserId, channel: &ChannelId, joined: &BTreeSet<OwnedRoomId>) -> Finding {
    let id = match rooms::resolved(client, &channel.id).await {
        Ok(id) => id,
        Err(why) => return missing(texts::no_such_room(&channel.id, &why), texts::CHECK_ROOM),
    };
    if !joined.contains(&id) {
        return missing(texts::not_in_room_of_role(&channel.id), texts::INVITE);
    }
    match levels(client, &id).await {
        Ok(levels) => {
            let of = |value: &Value, other: i64| value.as_i64().unwrap_or(other);
            let own = of(&levels["users"][me.as_str()], of(&levels["users_default"], 0));
            let needed = |kind: &str| of(&levels["events"][kind], of(&levels["events_default"], 0));
            let may =
                ["m.room.message", "m.room.encrypted", "m.reaction"].iter().all(|kind| own >= needed(kind));
            let good = texts::in_room(&channel.id);
            judged(may, &good, &texts::may_not_speak(&channel.id), texts::LET_SPEAK)
        }
        Err(why) => missing(texts::not_told(&why), texts::TRY_AGAIN),
    }
}

async fn levels(client: &Client, room: &RoomId) -> Result<Value, Trouble> {
    let kind = StateEventType::RoomPowerLevels;
    let request = get_state_event_for_key::v3::Request::new(room.to_owned(), kind, String::new());
    let answer = client.send(request).await.map_err(Trouble::from)?;
    let content = answer.into_content().deserialize_as_unchecked::<Value>();
    content.map_err(|why| Trouble::Passing(why.to_string()))
}
