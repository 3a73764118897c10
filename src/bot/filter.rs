//! What concerns the bot at all, decided before anything is kept: talk that is not for it is neither stored
//! nor logged.

use super::command::{Line, parse};
use super::mind::Mind;
use super::records::Conversation;
use super::records::counsel::{Asked, Talk};
use crate::core::emoji;
use crate::core::event::{Addressed, Event, EventKind};
use crate::core::manners::Mode;
use crate::core::person::Standing;
use crate::counsel::{Answer, Kind};
use crate::request::RequestId;
use crate::request::sign::Sign;

/// Whether an event is for the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// It is handled.
    Ours,
    /// It is not; nothing of it is kept.
    NotOurs,
}

/// What is known of the place where somebody speaks.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The question whose card began the thread.
    pub card: Option<RequestId>,
    /// The conversation in the thread, where a question began it.
    pub talk: Option<Talk>,
    /// How the channel was set by command.
    pub mode: Option<Mode>,
    /// What the message asked before it was changed.
    pub asked: Option<Asked>,
    /// What is under way with the author in the thread, where dialogues are held in threads.
    pub dialogue: Option<Conversation>,
}

/// How sure an answer must be before it is given unasked, or held for what was asked.
pub const SURE: f64 = 0.75;

/// Decides whether an event is for the bot. Bots are never answered.
pub fn concerns(mind: &Mind, event: &Event, around: &Around) -> Concern {
    if event.standing == Standing::Bot {
        return Concern::NotOurs;
    }
    let ours = match &event.kind {
        EventKind::Said { text, files, .. } if around.dialogue.is_some() => {
            !text.trim().is_empty() || !files.is_empty()
        }
        EventKind::Said { text, addressed: Addressed::Nobody, .. } => {
            event.standing == Standing::Member && overheard(mind, event, text, around)
        }
        EventKind::Said { text, files, .. } => !text.trim().is_empty() || !files.is_empty(),
        EventKind::Edited { .. } => around.asked.as_ref().is_some_and(|asked| asked.asker == event.account),
        EventKind::Reacted { emoji, .. } => Sign::of(emoji).is_some() || is_memo(emoji),
        EventKind::Unreacted { emoji, .. } => Sign::of(emoji).is_some(),
        EventKind::Pressed { .. } => true,
    };
    if ours { Concern::Ours } else { Concern::NotOurs }
}

/// Whether talk to nobody in particular is for the bot: an answer of the OSPO in the thread of a card, what somebody
/// says in the thread of their own question, or a question in a channel where the bot answers unasked.
fn overheard(mind: &Mind, event: &Event, text: &str, around: &Around) -> bool {
    if around.card.is_some() {
        return mind.of_the_ospo(&event.account).is_some() && !text.trim().is_empty();
    }
    let mode = around.mode.unwrap_or_else(|| mind.manners.of(&event.place.channel));
    match (mode, &event.place.thread) {
        (Mode::Off, _) => false,
        (_, Some(_)) => {
            let theirs = around.talk.as_ref().filter(|talk| talk.asker == event.account);
            let goes_on = || question_in(mind, text).is_some_and(|question| goes_on(mind, &question));
            theirs.is_some_and(|talk| talk.ask.is_some() || goes_on())
        }
        (Mode::Mention, None) => false,
        (Mode::Questions, None) => match question_in(mind, text) {
            Some(question) => worth_saying(&question, &mind.counsel.answer(&mind.knowledge, &question)),
            None => false,
        },
    }
}

/// The question in a text, without code blocks and quotes; none in a command.
pub fn question_in(mind: &Mind, text: &str) -> Option<String> {
    let commands = mind.knowledge.workflows.iter().map(|workflow| workflow.command.as_str());
    match parse(text, commands) {
        Line::Question(question) => Some(question),
        _ => None,
    }
}

/// Whether something said in the thread of a question may be another.
pub fn goes_on(mind: &Mind, said: &str) -> bool {
    said.contains('?') || mind.counsel.goes_on(said)
}

/// Whether an answer is given to somebody who did not ask the bot.
pub fn worth_saying(question: &str, answer: &Answer) -> bool {
    question.contains('?') && answer.kind == Kind::Answer && answer.confidence >= SURE
}

/// Whether a reaction says that something is worth writing down.
pub fn is_memo(reaction: &str) -> bool {
    emoji::canonical(reaction) == emoji::MEMO
}
