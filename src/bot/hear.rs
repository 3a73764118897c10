//! What is read before a question is answered, and what is kept after.

use jiff::{SignedDuration, Timestamp};

use super::engine::Core;
use super::filter::Around;
use super::intent::{Intent, Needs};
use super::quota;
use super::records::counsel::{
    self as kept, Ask, AskState, Asked, Count, Draft, Gap, Served, Setting, Talk, Vote,
};
use super::records::{self, Binding};
use super::seat;
use super::unit::{Unit, read_all};
use crate::chat::Support;
use crate::core::effect::Slot;
use crate::core::event::{Addressed, Audience, Event, EventKind, MessageRef, Place};
use crate::core::person::{AccountId, ChannelId};
use crate::request::RequestId;
use crate::store::{Key, StoreError, Version};

/// What was read for a question, or for what is said around one.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Whether the platform has threads.
    pub threads: Support,
    /// The question that the message in hand is about: that of the pressed answer, of the edited message, or the
    /// last of the conversation.
    pub asked: Option<Asked>,
    /// The conversation.
    pub talk: Option<Talk>,
    /// The card in whose thread it is said.
    pub card: Option<RequestId>,
    /// The question that was handed over.
    pub ask: Option<Ask>,
    /// The draft of what was answered.
    pub draft: Option<Draft>,
    /// The last number given to a question that was handed over.
    pub last_ask: u32,
    /// How the channel was set.
    pub setting: Option<Setting>,
    /// How much the author asked.
    pub by_person: Option<Count>,
    /// How much was asked in the channel.
    pub in_channel: Option<Count>,
    /// What was asked in vain.
    pub gaps: Vec<Gap>,
    /// What was answered.
    pub served: Vec<Served>,
    /// Who found what helpful.
    pub votes: Vec<Vote>,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            threads: Support::None,
            asked: None,
            talk: None,
            card: None,
            ask: None,
            draft: None,
            last_ask: 0,
            setting: None,
            by_person: None,
            in_channel: None,
            gaps: Vec::new(),
            served: Vec::new(),
            votes: Vec::new(),
        }
    }
}

/// One record to be kept, or forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// A question.
    Asked(Asked),
    /// A conversation, in a place.
    Talk(Place, Talk),
    /// A question that was handed over.
    Ask(Ask),
    /// A draft article.
    Draft(Draft),
    /// How a channel is set.
    Setting(ChannelId, Setting),
    /// How much somebody asked.
    CountOf(AccountId, Count),
    /// How much was asked in a channel.
    CountIn(ChannelId, Count),
    /// Whether an answer helped somebody.
    Vote(AccountId, Vote),
    /// What a message asked in vain.
    Gap(MessageRef, Gap),
    /// A message was answered, and did not ask in vain.
    Served(MessageRef, Served),
}

impl Keep {
    /// Writes it as part of a unit.
    ///
    /// # Errors
    /// When the store fails or the record cannot be written.
    pub(super) async fn write(&self, unit: &mut Unit<'_>) -> Result<(), StoreError> {
        match self {
            Self::Asked(asked) => unit.put(kept::asked(&asked.message), asked).await,
            Self::Talk(place, talk) => unit.put(kept::talk(place, &talk.asker), talk).await,
            Self::Ask(ask) => unit.put(kept::ask(&ask.id), ask).await,
            Self::Draft(draft) => unit.put(kept::draft(&draft.ask), draft).await,
            Self::Setting(channel, setting) => unit.put(kept::setting(channel), setting).await,
            Self::CountOf(account, count) => unit.put(kept::count_of(account), count).await,
            Self::CountIn(channel, count) => unit.put(kept::count_in(channel), count).await,
            Self::Vote(account, vote) => unit.put(kept::vote(&vote.article, account), vote).await,
            Self::Gap(message, gap) => {
                unit.drop(kept::served(message)).await?;
                unit.put(kept::gap(message), gap).await
            }
            Self::Served(message, served) => {
                unit.drop(kept::gap(message)).await?;
                unit.put(kept::served(message), served).await
            }
        }
    }
}

/// The message that began the thread of a place.
fn root(place: &Place) -> Option<MessageRef> {
    let id = place.thread.clone()?;
    Some(MessageRef { channel: place.channel.clone(), id })
}

/// The question whose card a message of ours is.
pub fn card_of(binding: Option<&Binding>) -> Option<RequestId> {
    let binding = binding.filter(|binding| binding.slot.0.contains("/card/"))?;
    binding.subject.0.parse().ok().filter(|id: &RequestId| id.prefix == kept::ASK)
}

impl Core {
    /// What the filter must know of the place of talk that is not addressed. Nothing of the talk is kept.
    pub(super) async fn around(&self, event: &Event) -> Result<Around, StoreError> {
        let mut around = Around::default();
        match &event.kind {
            EventKind::Said { addressed: Addressed::Nobody, .. } => {
                if seat::may_go_on(event, self.seat(event).as_ref()) {
                    around.dialogue = self.load_one(self.conversation(event)).await?;
                }
                if let Some(root) = root(&event.place) {
                    around.card = card_of(self.load_one(records::binding(&root)).await?.as_ref());
                    // Where people talked before somebody asked the bot, they go on talking with each other.
                    if self.load_one::<Asked>(kept::asked(&root)).await?.is_some() {
                        around.talk = self.load_one(kept::talk(&event.place, &event.account)).await?;
                    }
                }
                let setting: Option<Setting> = self.load_one(kept::setting(&event.place.channel)).await?;
                around.mode = setting.map(|setting| setting.mode);
            }
            EventKind::Edited { message, .. } => around.asked = self.load_one(kept::asked(message)).await?,
            _ => {}
        }
        Ok(around)
    }

    /// Forgets conversations that nobody will take up again, and what was learned from them long ago.
    pub(super) async fn forget_talk(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let old = |at: Timestamp, lasts: SignedDuration| now.duration_since(at) > lasts;
        let store = self.store.as_ref();
        let mut gone: Vec<(Key, Version)> = Vec::new();
        for (key, version, asked) in read_all::<Asked>(store, kept::all_asked()).await? {
            if old(asked.at, kept::TALK_LASTS) {
                gone.push((key, version));
                self.shown(&asked.slot(), &mut gone).await?;
            }
        }
        for (key, version, ask) in read_all::<Ask>(store, kept::all_asks()).await? {
            if ask.state != AskState::Waiting && old(ask.at, kept::ASK_LASTS) {
                gone.push((key, version));
                let slots = records::slots_of(&ask.subject());
                for (key, version, message) in read_all::<MessageRef>(store, slots).await? {
                    gone.push((key, version));
                    self.known(records::binding(&message), &mut gone).await?;
                }
            }
        }
        let talk = read_all::<Talk>(store, kept::all_talk()).await?;
        let counts = read_all::<Count>(store, kept::all_counts()).await?;
        let votes = read_all::<Vote>(store, kept::all_votes()).await?;
        let gaps = read_all::<Gap>(store, kept::all_gaps()).await?;
        let served = read_all::<Served>(store, kept::all_served()).await?;
        let keep = |at: Timestamp, lasts, key: Key, version| old(at, lasts).then_some((key, version));
        gone.extend(talk.into_iter().filter_map(|(key, v, talk)| keep(talk.at, kept::TALK_LASTS, key, v)));
        gone.extend(counts.into_iter().filter_map(|(key, v, count)| keep(count.at, quota::HOUR, key, v)));
        gone.extend(
            votes.into_iter().filter_map(|(key, v, vote)| keep(vote.at, kept::LEARNING_LASTS, key, v)),
        );
        gone.extend(
            served.into_iter().filter_map(|(key, v, served)| keep(served.at, kept::LEARNING_LASTS, key, v)),
        );
        gone.extend(gaps.into_iter().filter_map(|(key, v, gap)| keep(gap.at, kept::LEARNING_LASTS, key, v)));
        self.forget(gone).await
    }

    /// The records of the message that shows a slot.
    async fn shown(&self, slot: &Slot, found: &mut Vec<(Key, Version)>) -> Result<(), StoreError> {
        let key = records::slot(slot);
        if let Some(message) = self.load_one::<MessageRef>(key.clone()).await? {
            self.known(records::binding(&message), found).await?;
            self.known(key, found).await?;
        }
        Ok(())
    }

    /// A record, if it is there.
    async fn known(&self, key: Key, found: &mut Vec<(Key, Version)>) -> Result<(), StoreError> {
        if let Some(record) = self.store.load(&key).await? {
            found.push((key, record.version));
        }
        Ok(())
    }

    /// What the message of an event is about: the one that is reacted to or pressed, or the first of its thread.
    pub(super) async fn bound(
        &self,
        unit: &mut Unit<'_>,
        event: &Event,
    ) -> Result<Option<Binding>, StoreError> {
        let message = match &event.kind {
            EventKind::Reacted { message, .. }
            | EventKind::Unreacted { message, .. }
            | EventKind::Pressed { message, .. } => Some(message.clone()),
            EventKind::Said { .. } => root(&event.place),
            EventKind::Edited { .. } => None,
        };
        match message {
            Some(message) => unit.read(records::binding(&message)).await,
            None => Ok(None),
        }
    }

    /// Reads what a question needs.
    pub(super) async fn hear(
        &self,
        unit: &mut Unit<'_>,
        event: &Event,
        intent: &Intent,
        needs: &Needs,
        bound: Option<&Binding>,
        talk: Option<Talk>,
    ) -> Result<Heard, StoreError> {
        let mut heard = Heard::default();
        if let Some(adapter) = self.adapters.get(&event.place.platform()) {
            heard.threads = adapter.capabilities().threads;
        }
        if event.place.audience == Audience::Channel {
            heard.setting = unit.read(kept::setting(&event.place.channel)).await?;
        }
        let asked: Option<Key> = match &event.kind {
            EventKind::Edited { message, .. } => Some(kept::asked(message)),
            EventKind::Pressed { .. } => bound.and_then(|bound| Asked::key_of(&bound.subject)),
            _ => talk.as_ref().map(|talk| kept::asked(&talk.last)),
        };
        if let Some(asked) = asked {
            heard.asked = unit.read(asked).await?;
        }
        heard.talk = talk;
        if let EventKind::Said { .. } = event.kind {
            heard.card = card_of(bound);
        }
        if needs.question {
            heard.last_ask = unit.read(records::counter(kept::ASK)).await?.unwrap_or(0);
            heard.by_person = unit.read(kept::count_of(&event.account)).await?;
            heard.in_channel = unit.read(kept::count_in(&event.place.channel)).await?;
        }
        if let Some(id) = intent.ask().or(heard.asked.as_ref().and_then(|asked| asked.ask.as_ref())) {
            heard.ask = unit.read(kept::ask(id)).await?;
            if intent.is_about_a_draft() {
                heard.draft = unit.read(kept::draft(id)).await?;
            }
        }
        if needs.gaps {
            let gaps = read_all::<Gap>(self.store.as_ref(), kept::all_gaps()).await?;
            heard.gaps = gaps.into_iter().map(|(_, _, gap)| gap).collect();
            let served = read_all::<Served>(self.store.as_ref(), kept::all_served()).await?;
            heard.served = served.into_iter().map(|(_, _, served)| served).collect();
            let votes = read_all::<Vote>(self.store.as_ref(), kept::all_votes()).await?;
            heard.votes = votes.into_iter().map(|(_, _, vote)| vote).collect();
        }
        Ok(heard)
    }
}
