//! What the console's little chat server knows: people's posts, the bot's messages, reactions, read markers.
//!
//! The world is the fold of its [`Entry`]s by [`World::apply`], which is pure; [`super::journal`] keeps the
//! entries on disk. An entry that names a message that is not there changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;

use super::address;
use super::entry::{Cursor, Entry, Number, What, direct_with, place};
use super::render::plain_words;
use crate::chat::StandingReaction;
use crate::core::emoji::canonical;
use crate::core::event::{Event, EventId, EventKind, FileRef, MessageRef, Place};
use crate::core::message::{Button, Content};
use crate::core::person::{AccountId, ChannelId, Standing};

/// Who wrote a message, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// A person's words.
    Words {
        /// Who.
        by: AccountId,
        /// As typed.
        text: String,
        /// What came with it.
        files: Vec<FileRef>,
    },
    /// The bot's.
    Bot(Content),
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Its number.
    pub number: Number,
    /// Where it stands.
    pub channel: ChannelId,
    /// The first message of its thread.
    pub thread: Option<Number>,
    /// Who alone may see it.
    pub only_for: Option<AccountId>,
    /// Who said what.
    pub body: Body,
    /// People's reactions, in the order they were put.
    pub reactions: Vec<StandingReaction>,
    /// The ids such as `REL-42` that the bot ever named in it, for completion.
    pub ids: BTreeSet<String>,
}

impl Message {
    /// As the bot knows it.
    pub fn reference(&self) -> MessageRef {
        MessageRef { channel: self.channel.clone(), id: self.number.id() }
    }

    /// Whether an account may see it.
    pub fn visible_to(&self, account: &AccountId) -> bool {
        self.only_for.as_ref().is_none_or(|only| only == account)
            && direct_with(&self.channel).is_none_or(|with| with == *account)
    }

    /// Its buttons.
    pub fn buttons(&self) -> &[Button] {
        match &self.body {
            Body::Bot(Content::Card(card)) => &card.buttons,
            Body::Bot(Content::Text(text)) => &text.buttons,
            Body::Words { .. } => &[],
        }
    }

    /// The reaction of an account with an emoji, however it is written.
    pub fn reaction(&self, account: &AccountId, emoji: &str) -> Option<&StandingReaction> {
        let emoji = canonical(emoji);
        self.reactions.iter().find(|r| r.account == *account && canonical(&r.emoji) == emoji)
    }
}

/// How far a script has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// The lines done, in order.
    pub lines: Vec<String>,
    /// Who sat where after the last.
    pub cursor: Option<Cursor>,
    /// Whether its end was reached.
    pub ended: bool,
}

/// Everything the console's chat server knows.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    messages: Vec<Message>,
    deliveries: BTreeMap<String, Number>,
    read: BTreeMap<(AccountId, ChannelId), Number>,
    events: u64,
    pending: BTreeMap<u64, Event>,
    /// How far the script has come.
    pub progress: Progress,
}

impl World {
    /// Takes in what happened.
    pub fn apply(&mut self, entry: Entry) {
        let Entry { at, what, script } = entry;
        match what {
            What::Said { account, standing, place, text, addressed, files } => {
                let number = self.next_number();
                let words = address::without_address(&text, addressed).to_owned();
                self.post(&place, None, Body::Words { by: account.clone(), text, files: files.clone() });
                self.see(&account, &place.channel, number);
                let message = MessageRef { channel: place.channel.clone(), id: number.id() };
                let kind = EventKind::Said { text: words, message, addressed, files };
                self.happen(at, account, standing, place, kind);
            }
            What::Reacted { account, standing, message, emoji } => {
                if let Some((place, message)) = self.change(message, |found| {
                    found.reactions.push(StandingReaction { account: account.clone(), emoji: emoji.clone() });
                }) {
                    self.happen(at, account, standing, place, EventKind::Reacted { message, emoji });
                }
            }
            What::Unreacted { account, standing, message, emoji } => {
                if let Some((place, message)) = self.change(message, |found| {
                    found.reactions.retain(|r| r.account != account || r.emoji != emoji);
                }) {
                    self.happen(
                        at,
                        account,
                        standing,
                        place,
                        EventKind::Unreacted { message, emoji, by: None },
                    );
                }
            }
            What::Pressed { account, standing, message, action } => {
                if let Some((place, message)) = self.change(message, |_| ()) {
                    self.happen(at, account, standing, place, EventKind::Pressed { message, action });
                }
            }
            What::Read { account, channel, up_to } => self.see(&account, &channel, up_to),
            What::Delivered { delivery, place, only_for, seen_by, content } => {
                let number = self.next_number();
                self.post(&place, only_for, Body::Bot(content));
                self.deliveries.insert(delivery, number);
                if let Some(account) = seen_by {
                    self.see(&account, &place.channel, number);
                }
            }
            What::Edited { delivery, message, content } => {
                self.change(message, |found| {
                    found.ids.extend(ids(&content));
                    found.body = Body::Bot(content);
                });
                self.deliveries.insert(delivery, message);
            }
            What::Acknowledged { event } => {
                self.pending.remove(&event);
            }
            What::ScriptStarted => self.progress = Progress::default(),
            What::ScriptEnded => self.progress.ended = true,
            What::Begun { .. } | What::Consumed => {}
        }
        if let Some(line) = script {
            self.progress.lines.push(line.text);
            self.progress.cursor = Some(line.cursor);
            self.progress.ended = false;
        }
    }

    fn next_number(&self) -> Number {
        Number(u32::try_from(self.messages.len() + 1).unwrap_or(u32::MAX))
    }

    fn post(&mut self, place: &Place, only_for: Option<AccountId>, body: Body) {
        let ids = match &body {
            Body::Bot(content) => ids(content),
            Body::Words { .. } => BTreeSet::new(),
        };
        self.messages.push(Message {
            number: self.next_number(),
            channel: place.channel.clone(),
            thread: place.thread.as_deref().and_then(Number::from_id),
            only_for,
            body,
            reactions: Vec::new(),
            ids,
        });
    }

    /// Changes a message that is there; returns where it stands.
    fn change(&mut self, number: Number, change: impl FnOnce(&mut Message)) -> Option<(Place, MessageRef)> {
        let index = usize::try_from(number.0).ok()?.checked_sub(1)?;
        let message = self.messages.get_mut(index)?;
        change(message);
        Some((place(&message.channel, message.thread), message.reference()))
    }

    fn happen(
        &mut self,
        at: Timestamp,
        account: AccountId,
        standing: Standing,
        place: Place,
        kind: EventKind,
    ) {
        self.events += 1;
        let id = EventId(format!("console:e{}", self.events));
        self.pending.insert(self.events, Event { id, at, account, standing, place, kind });
    }

    fn see(&mut self, account: &AccountId, channel: &ChannelId, number: Number) {
        let up_to = self.read.entry((account.clone(), channel.clone())).or_insert(number);
        *up_to = (*up_to).max(number);
    }

    /// The message with a number.
    pub fn message(&self, number: Number) -> Option<&Message> {
        self.messages.get(usize::try_from(number.0).ok()?.checked_sub(1)?)
    }

    /// Every message, oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter()
    }

    /// The messages of a channel that an account may see, oldest first.
    pub fn visible<'a>(
        &'a self,
        account: &'a AccountId,
        channel: &'a ChannelId,
    ) -> impl DoubleEndedIterator<Item = &'a Message> {
        self.messages.iter().filter(move |m| m.channel == *channel && m.visible_to(account))
    }

    /// The messages of a channel that an account has not seen yet, oldest first.
    pub fn unread<'a>(
        &'a self,
        account: &'a AccountId,
        channel: &'a ChannelId,
    ) -> impl Iterator<Item = &'a Message> {
        let seen = self.read.get(&(account.clone(), channel.clone())).copied();
        self.visible(account, channel).filter(move |m| seen.is_none_or(|seen| m.number > seen))
    }

    /// The message in which a delivery was carried out.
    pub fn delivered(&self, delivery: &str) -> Option<&Message> {
        self.deliveries.get(delivery).and_then(|number| self.message(*number))
    }

    /// The oldest event that the bot has not taken yet.
    pub fn next_pending(&self) -> Option<(u64, &Event)> {
        self.pending.first_key_value().map(|(number, event)| (*number, event))
    }
}

/// The ids such as `REL-42` in a content.
fn ids(content: &Content) -> BTreeSet<String> {
    static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z]{3}-\d+\b").ok());
    let words = plain_words(content);
    let found = ID.as_ref().map(|id| id.find_iter(&words));
    found.into_iter().flatten().map(|id| id.as_str().to_owned()).collect()
}
