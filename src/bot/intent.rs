//! What an event means, before anything about its subject is read: a pure reading of the event, of what its
//! message is about, and of what is under way with its author.

use std::collections::BTreeSet;

use super::coach::CoachCommand;
use super::command::{Command, Line, Wish, parse};
use super::filter::{is_memo, question_in};
use super::hear::card_of;
use super::index;
use super::mind::Mind;
use super::records::counsel::{self, Talk};
use super::records::{About, Binding, Coaching, Conversation, Course, Draft, FormName};
use crate::core::event::{Addressed, Event, EventKind};
use crate::maturity::roadmap::Edit;
use crate::request::sign::Sign;
use crate::request::slot::CardSlot;
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
    /// The form that is under way is put aside as it is.
    Keep,
    /// Words about a request that were asked for.
    Words(RequestId, About, String),
    /// The person is asked for words and leaves it.
    LeaveWords(RequestId, About),
    /// A reaction was put on a card.
    React(CardSlot, Sign),
    /// A reaction was taken off it.
    Unreact(CardSlot, Sign),
    /// What was answered to a question is worth an article.
    Draft(RequestId),
    /// Words for the other side of a question that was handed over.
    Around(RequestId, String),
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
    let ask = || bound().filter(|id| id.prefix == counsel::ASK);
    let card = || {
        let card = binding.and_then(|binding| CardSlot::read(&binding.slot))?;
        (card.request.prefix != counsel::ASK).then_some(card)
    };
    match &event.kind {
        EventKind::Reacted { emoji, .. } => match (card(), Sign::of(emoji)) {
            (Some(card), Some(sign)) => Intent::React(card, sign),
            _ if is_memo(emoji) => ask().map_or(Intent::Nothing, Intent::Draft),
            (None, Some(Sign::Vote(Choice::Approve))) => {
                binding.and_then(step_done).unwrap_or(Intent::Nothing)
            }
            _ => Intent::Nothing,
        },
        EventKind::Unreacted { emoji, .. } => match (card(), Sign::of(emoji)) {
            (Some(card), Some(sign)) => Intent::Unreact(card, sign),
            _ => Intent::Nothing,
        },
        EventKind::Pressed { action, .. } => said(mind, action, Addressed::Command, conversation),
        // What it brought is put together with the draft before; see `super::sheet`.
        EventKind::Filled { .. } => Intent::Nothing,
        EventKind::Edited { text, .. } => question_in(mind, text).map_or(Intent::Nothing, Intent::Edited),
        EventKind::Said { text, addressed: Addressed::Nobody, .. } if conversation.is_none() => {
            overheard(mind, event, text, card_of(binding), talk)
        }
        EventKind::Said { text, addressed, files, .. } => {
            let intent = said(mind, text, *addressed, conversation);
            match (conversation, card_of(binding), &intent) {
                // A file is an answer, also without words.
                (Some(Conversation::Filling(draft)), _, Intent::Line(Line::Nothing))
                    if !files.is_empty() && draft.course != Course::Aside =>
                {
                    Intent::Form(FormWord::Answer(String::new()))
                }
                // In the thread of a card every word of the OSPO is an answer, but for commands.
                (_, Some(id), Intent::Line(Line::Question(_)))
                    if mind.of_the_ospo(&event.account).is_some() =>
                {
                    Intent::Around(id, text.trim().to_owned())
                }
                _ => intent,
            }
        }
    }
}

/// Reads what is said to nobody in particular: it is never a command.
fn overheard(mind: &Mind, event: &Event, text: &str, card: Option<RequestId>, talk: Option<&Talk>) -> Intent {
    let ask = match card {
        Some(id) => mind.of_the_ospo(&event.account).map(|_| id),
        None => talk.filter(|talk| talk.asker == event.account).and_then(|talk| talk.ask.clone()),
    };
    match (ask, question_in(mind, text)) {
        (Some(id), _) => Intent::Around(id, text.trim().to_owned()),
        (None, Some(question)) => Intent::Line(Line::Question(question)),
        (None, None) => Intent::Nothing,
    }
}

/// A check mark on the card of a milestone says that it is done.
fn step_done(binding: &Binding) -> Option<Intent> {
    let number = binding.subject.0.strip_prefix("step-")?.parse().ok()?;
    let done = CoachCommand::Edit(number, Edit::Done(None));
    Some(Intent::Line(Line::Command(Command::Coach(done))))
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
        Line::Command(Command::Help | Command::LinkWith(_)) => None,
        Line::Nothing => None,
        _ => Some(FormWord::Answer(text.trim().to_owned())),
    };
    match (conversation, word) {
        (_, None) => Intent::Line(line),
        (Conversation::Filling(Draft { course: Course::Aside, .. }), Some(word)) => match word {
            FormWord::Resume | FormWord::Cancel | FormWord::Submit => Intent::Form(word),
            _ => Intent::Line(line),
        },
        (Conversation::Filling(_), Some(word)) => Intent::Form(word),
        // No answer to a practice reads like a command or ends as a question; a strategy may be about anything but the coach itself.
        (Conversation::Coached(Coaching::Practice { .. }), Some(FormWord::Answer(text)))
            if matches!(line, Line::Command(_)) || text.trim_end().ends_with('?') =>
        {
            Intent::Line(line)
        }
        (Conversation::Coached(_), Some(FormWord::Answer(_)))
            if matches!(line, Line::Command(Command::Coach(_))) =>
        {
            Intent::Line(line)
        }
        (Conversation::Coached(_), Some(word)) => Intent::Form(word),
        (Conversation::Words { request, about, .. }, Some(FormWord::Cancel)) => {
            Intent::LeaveWords(request.clone(), *about)
        }
        (Conversation::Words { request, about, .. }, Some(FormWord::Answer(words))) => {
            Intent::Words(request.clone(), *about, words)
        }
        (Conversation::Words { .. }, Some(_)) => Intent::Line(line),
    }
}

/// What must be read to carry an intent out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// This request.
    pub request: Option<RequestId>,
    /// The requests that the author can see.
    pub requests: Extent,
    /// The audit trail of this request.
    pub trail: Option<RequestId>,
    /// Whether the whole audit log is as it was written.
    pub audit_check: bool,
    /// The last number of this workflow, by its id.
    pub number_of: Option<String>,
    /// The requests about these places.
    pub places: BTreeSet<String>,
    /// What a question needs: how much was asked, and the number of the next that is handed over.
    pub question: bool,
    /// What was asked in vain.
    pub gaps: bool,
    /// What the coach keeps.
    pub shelf: bool,
}

/// How many of the requests are needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extent {
    /// None.
    #[default]
    None,
    /// The newest that concern the author.
    Newest,
    /// All there are.
    All,
}

impl Intent {
    /// What must be read to carry it out.
    pub fn needs(&self, mind: &Mind, conversation: Option<&Conversation>) -> Needs {
        let of = |id: &RequestId| Needs { request: Some(id.clone()), ..Needs::default() };
        match self {
            Self::Line(Line::Command(Command::On(id, Wish::Audit))) => {
                Needs { trail: Some(id.clone()), ..of(id) }
            }
            Self::Line(Line::Command(Command::Gaps)) => Needs { gaps: true, ..Needs::default() },
            _ if self.asks() => Needs { question: true, ..Needs::default() },
            Self::Line(Line::Command(Command::AuditVerify)) => {
                Needs { audit_check: true, ..Needs::default() }
            }
            Self::Line(Line::Command(Command::Requests)) => {
                Needs { requests: Extent::Newest, ..Needs::default() }
            }
            Self::Line(Line::Command(Command::Report)) => Needs { requests: Extent::All, ..Needs::default() },
            Self::Line(Line::Command(Command::Coach(command))) => {
                let reports = matches!(command, CoachCommand::Report(_));
                let requests = if reports { Extent::All } else { Extent::None };
                Needs { shelf: true, requests, gaps: reports, ..Needs::default() }
            }
            Self::Form(_) if matches!(conversation, Some(Conversation::Coached(_))) => {
                Needs { shelf: true, ..Needs::default() }
            }
            Self::Form(FormWord::Submit) => match conversation {
                Some(Conversation::Filling(Draft {
                    form: FormName::Request { workflow }, answers, ..
                })) => {
                    let form = mind.knowledge.workflow(workflow).map(|workflow| &workflow.form);
                    let kind = |field: &str| Some(form?.field(field)?.kind);
                    let answers =
                        answers.iter().filter_map(|(field, text)| Some((kind(field)?, text.as_str())));
                    Needs {
                        number_of: Some(workflow.clone()),
                        places: index::places(answers),
                        ..Needs::default()
                    }
                }
                Some(Conversation::Filling(Draft { form: FormName::Edit { request }, .. })) => of(request),
                _ => Needs::default(),
            },
            _ => self.subject().map(of).unwrap_or_default(),
        }
    }

    /// Whether it is about who is away and who decides for whom.
    pub fn tells_absences(&self) -> bool {
        matches!(
            self,
            Self::Line(Line::Command(Command::Away(_) | Command::Delegate { .. } | Command::DelegateEnd))
        )
    }

    /// Whether it is about accounts that are joined.
    pub fn is_about_links(&self) -> bool {
        self.changes_links() || matches!(self, Self::Line(Line::Command(Command::Link)))
    }

    /// Whether other accounts may be joined after it.
    pub fn changes_links(&self) -> bool {
        matches!(self, Self::Line(Line::Command(Command::LinkWith(_) | Command::Unlink(_))))
    }

    /// Whether it asks something that counsel or the license engine answers.
    pub fn asks(&self) -> bool {
        match self {
            Self::Line(Line::Question(_)) | Self::Edited(_) | Self::Around(..) => true,
            Self::Line(Line::Command(command)) => matches!(
                command,
                Command::Answer(_)
                    | Command::Human(_)
                    | Command::License(_)
                    | Command::Obligations(_)
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
            Self::Around(id, _)
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
            Self::React(card, _) | Self::Unreact(card, _) => Some(&card.request),
            Self::Words(id, ..) | Self::LeaveWords(id, _) => Some(id),
            Self::Line(Line::Command(Command::On(id, _))) => Some(id),
            _ => None,
        }
    }
}
