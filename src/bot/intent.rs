//! What an event means, before anything about its subject is read: a pure reading of the event, of what its
//! message is about, and of what is under way with its author.

use super::command::{Command, Line, parse};
use super::filter::{is_memo, question_in, vote_of};
use super::hear::card_of;
use super::mind::Mind;
use super::records::counsel::{self, Talk};
use super::records::{Binding, Conversation, Draft, FormName};
use crate::core::event::{Addressed, Event, EventKind};
use crate::core::person::ChannelId;
use crate::request::{Choice, RequestId};

/// What an event asks of the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Nothing.
    Nothing,
    /// A command, or one that is not whole.
    Line(Line),
    /// Words for the form that is under way.
    Form(FormWord),
    /// The reason for a rejection.
    Reason(RequestId, String),
    /// The person is asked for a reason and leaves it.
    LeaveReason(RequestId),
    /// A reaction was put on the card of a request, in a channel.
    React(RequestId, Choice, ChannelId),
    /// A reaction was taken off it.
    Unreact(RequestId, Choice, ChannelId),
    /// What was answered to a question is worth an article.
    Draft(RequestId),
    /// Words for the other side of a question that was handed over.
    Words(RequestId, String),
    /// A question was changed to this.
    Edited(String),
}

/// What is said to a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormWord {
    /// An answer.
    Answer(String),
    /// One back.
    Back,
    /// Leave it out.
    Skip,
    /// Leave the form.
    Cancel,
    /// File it.
    Submit,
    /// Ask again.
    Resume,
}

/// Reads an event.
pub fn read(
    mind: &Mind,
    event: &Event,
    binding: Option<&Binding>,
    conversation: Option<&Conversation>,
    talk: Option<&Talk>,
) -> Intent {
    let bound = || binding.and_then(|binding| binding.subject.0.parse::<RequestId>().ok());
    let request = || bound().filter(|id| id.prefix != counsel::ASK);
    let ask = || bound().filter(|id| id.prefix == counsel::ASK);
    match &event.kind {
        EventKind::Reacted { emoji, message } => match (request(), vote_of(emoji)) {
            (Some(id), Some(choice)) => Intent::React(id, choice, message.channel.clone()),
            _ if is_memo(emoji) => ask().map_or(Intent::Nothing, Intent::Draft),
            _ => Intent::Nothing,
        },
        EventKind::Unreacted { emoji, message } => match (request(), vote_of(emoji)) {
            (Some(id), Some(choice)) => Intent::Unreact(id, choice, message.channel.clone()),
            _ => Intent::Nothing,
        },
        EventKind::Pressed { action, .. } => said(mind, action, Addressed::Command, conversation),
        EventKind::Edited { text, .. } => question_in(mind, text).map_or(Intent::Nothing, Intent::Edited),
        EventKind::Said { text, addressed, .. } => {
            let to_nobody = *addressed == Addressed::Nobody;
            let intent = match (to_nobody, question_in(mind, text)) {
                (false, _) => said(mind, text, *addressed, conversation),
                (true, Some(question)) => Intent::Line(Line::Question(question)),
                (true, None) => Intent::Nothing,
            };
            let ask = match card_of(binding) {
                // In the thread of a card every word of the OSPO is an answer, but for commands.
                Some(id) if mind.of_the_ospo(&event.account).is_some() => {
                    let is_answer = to_nobody || matches!(intent, Intent::Line(Line::Question(_)));
                    is_answer.then_some(id)
                }
                Some(_) => None,
                None => {
                    let theirs = talk.filter(|talk| to_nobody && talk.asker == event.account);
                    theirs.and_then(|talk| talk.ask.clone())
                }
            };
            match ask {
                Some(id) => Intent::Words(id, text.trim().to_owned()),
                None => intent,
            }
        }
    }
}

fn said(mind: &Mind, text: &str, addressed: Addressed, conversation: Option<&Conversation>) -> Intent {
    let commands = mind.knowledge.workflows.iter().map(|workflow| workflow.command.as_str());
    let line = parse(text, commands);
    let Some(conversation) = conversation else { return Intent::Line(line) };
    let word = match &line {
        Line::Command(Command::Back) => Some(FormWord::Back),
        Line::Command(Command::Skip) => Some(FormWord::Skip),
        Line::Command(Command::Cancel) => Some(FormWord::Cancel),
        Line::Command(Command::Submit) => Some(FormWord::Submit),
        Line::Command(Command::Resume) => Some(FormWord::Resume),
        // With the command word in front, any command may come in between; without it, it is an answer.
        Line::Command(_) if addressed == Addressed::Command => None,
        Line::Command(Command::Help) => None,
        Line::Nothing => None,
        _ => Some(FormWord::Answer(text.trim().to_owned())),
    };
    match (conversation, word) {
        (_, None) => Intent::Line(line),
        (Conversation::Filling(_), Some(word)) => Intent::Form(word),
        (Conversation::Reason { request }, Some(FormWord::Cancel)) => Intent::LeaveReason(request.clone()),
        (Conversation::Reason { request }, Some(FormWord::Answer(reason))) => {
            Intent::Reason(request.clone(), reason)
        }
        (Conversation::Reason { .. }, Some(_)) => Intent::Line(line),
    }
}

/// What must be read to carry an intent out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// This request.
    pub request: Option<RequestId>,
    /// All requests.
    pub requests: bool,
    /// The audit trail of this request.
    pub trail: Option<RequestId>,
    /// Whether the whole audit log is as it was written.
    pub audit_check: bool,
    /// The last number of this workflow, by its id.
    pub number_of: Option<String>,
    /// What a question needs: how much was asked, and the number of the next that is handed over.
    pub question: bool,
    /// What was asked in vain.
    pub gaps: bool,
}

impl Intent {
    /// What must be read to carry it out.
    pub fn needs(&self, conversation: Option<&Conversation>) -> Needs {
        let request = |id: &RequestId| Needs { request: Some(id.clone()), ..Needs::default() };
        match self {
            Self::React(id, ..) | Self::Unreact(id, ..) | Self::Reason(id, _) => request(id),
            Self::Line(Line::Command(command)) => match command {
                Command::Show(id)
                | Command::Approve(id)
                | Command::Reject(id, _)
                | Command::Unvote(id)
                | Command::Withdraw(id)
                | Command::Done(id, _) => request(id),
                Command::Audit(id) => Needs { trail: Some(id.clone()), ..request(id) },
                Command::AuditVerify => Needs { audit_check: true, ..Needs::default() },
                Command::Requests => Needs { requests: true, ..Needs::default() },
                Command::Gaps => Needs { gaps: true, ..Needs::default() },
                _ if self.asks() => Needs { question: true, ..Needs::default() },
                _ => Needs::default(),
            },
            _ if self.asks() => Needs { question: true, ..Needs::default() },
            Self::Form(FormWord::Submit) => match conversation {
                Some(Conversation::Filling(Draft { form: FormName::Request { workflow }, .. })) => {
                    Needs { number_of: Some(workflow.clone()), ..Needs::default() }
                }
                _ => Needs::default(),
            },
            _ => Needs::default(),
        }
    }

    /// Whether it asks something that counsel or the license engine answers.
    pub fn asks(&self) -> bool {
        match self {
            Self::Line(Line::Question(_)) | Self::Edited(_) | Self::Words(..) => true,
            Self::Line(Line::Command(command)) => matches!(
                command,
                Command::Answer(_)
                    | Command::Human(_)
                    | Command::License(_)
                    | Command::Compat(_)
                    | Command::Identify(_)
                    | Command::Check(_)
            ),
            _ => false,
        }
    }

    /// The question that was handed over and that this is about.
    pub fn ask(&self) -> Option<&RequestId> {
        match self {
            Self::Words(id, _)
            | Self::Draft(id)
            | Self::Line(Line::Command(
                Command::Claim(id)
                | Command::Reply(id, _)
                | Command::Answered(id)
                | Command::Dismiss(id)
                | Command::Draft(id)
                | Command::Publish(id)
                | Command::Discard(id),
            )) => Some(id),
            _ => None,
        }
    }

    /// Whether it is about a draft article.
    pub fn is_about_a_draft(&self) -> bool {
        matches!(
            self,
            Self::Draft(_)
                | Self::Line(Line::Command(Command::Draft(_) | Command::Publish(_) | Command::Discard(_)))
        )
    }

    /// The request whose order of events this belongs to, if it is about one.
    pub fn subject(&self) -> Option<&RequestId> {
        match self {
            Self::React(id, ..) | Self::Unreact(id, ..) | Self::Reason(id, _) | Self::LeaveReason(id) => {
                Some(id)
            }
            Self::Line(Line::Command(
                Command::Show(id)
                | Command::Approve(id)
                | Command::Reject(id, _)
                | Command::Unvote(id)
                | Command::Withdraw(id)
                | Command::Done(id, _)
                | Command::Audit(id),
            )) => Some(id),
            _ => None,
        }
    }
}
