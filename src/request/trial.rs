//! What would happen: votes tried on a request, and changed rules tried on requests that were decided. Nothing is kept
//! and nobody is told.

use std::str::FromStr;

use super::machine::{Deed, Happened, On, Refusal, Vote};
use super::roster::Roster;
use super::state::{Approval, Choice, Confirmed, Means, Request, Status};
use super::steps::{By, Desk, act};
use super::tally::StageStatus;
use super::workflow::Workflow;
use crate::core::effect::{Destination, Effect};
use crate::core::event::MessageRef;
use crate::core::message::{Block, Content, Span};
use crate::core::person::PersonId;
use crate::core::source::suggest;

/// A vote to try: `legal:approve`, or `legal:reject:lea`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The stage's id.
    pub stage: String,
    /// What.
    pub choice: Choice,
    /// Who; the first who can, if nobody is named.
    pub person: Option<PersonId>,
}

/// A vote cannot be tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// It is not written as one.
    #[error("`{0}` is no vote to try; write STAGE:approve or STAGE:reject, perhaps with :PERSON")]
    Unreadable(String),
    /// The request has no such stage.
    #[error("there is no stage `{stage}`; {hint}there are {allowed}")]
    NoStage {
        /// As written.
        stage: String,
        /// The nearest one.
        hint: String,
        /// All there are.
        allowed: String,
    },
    /// Nobody is left who could vote there.
    #[error("nobody can vote in the stage `{0}` now; name a person to see why")]
    Nobody(String),
    /// A person without an account.
    #[error("`{0}` is nobody under [people]")]
    Unknown(PersonId),
}

impl FromStr for Trial {
    type Err = TrialError;
    fn from_str(text: &str) -> Result<Self, TrialError> {
        let mut parts = text.splitn(3, ':');
        let fault = || TrialError::Unreadable(text.to_owned());
        let stage = parts.next().filter(|stage| !stage.is_empty()).ok_or_else(fault)?.to_owned();
        let choice = match parts.next() {
            Some("approve") => Choice::Approve,
            Some("reject") => Choice::Reject,
            _ => return Err(fault()),
        };
        Ok(Self { stage, choice, person: parts.next().map(|person| PersonId(person.to_owned())) })
    }
}

/// What one vote would lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Who would have voted.
    pub person: PersonId,
    /// What would happen, or why nothing.
    pub result: Result<Vec<Happened>, Refusal>,
    /// Who would be told what: where, and the words.
    pub told: Vec<(String, String)>,
    /// How the request would stand.
    pub status: Status,
}

/// Tries votes, one after another.
///
/// # Errors
/// Why one of them cannot be tried.
pub fn simulate(desk: Desk<'_>, request: &Request, trials: &[Trial]) -> Result<Vec<Tried>, TrialError> {
    let mut request = request.clone();
    let mut tried = Vec::new();
    for trial in trials {
        let person = voter(desk, &request, trial)?;
        let account = desk.account(&person).ok_or_else(|| TrialError::Unknown(person.clone()))?;
        let deed = Deed::Vote(Vote {
            choice: trial.choice,
            reason: (trial.choice == Choice::Reject).then(|| "a reason".to_owned()),
            condition: None,
            means: Means::Words,
            confirmed: Confirmed::Yes,
            on: On { stages: Some(vec![trial.stage.clone()]), ..On::default() },
        });
        let place = request.filed_in.clone();
        let message = MessageRef { channel: place.channel.clone(), id: "simulation".to_owned() };
        let by = By { person: &person, account, place: &place, message: &message, at: desk.now };
        let outcome = act(desk, request.clone(), by, deed.clone());
        let alone = super::machine::Act { by: Some(by.doer()), at: desk.now, deed };
        let result = request.clone().apply(desk.roster, &alone, desk.now);
        request = outcome.request;
        let told = outcome.effects.iter().filter_map(telling).collect();
        tried.push(Tried { person, result, told, status: request.status });
    }
    Ok(tried)
}

fn voter(desk: Desk<'_>, request: &Request, trial: &Trial) -> Result<PersonId, TrialError> {
    let Some(stage) = request.rules.stage(&trial.stage) else {
        let ids: Vec<&str> = request.rules.stages.iter().map(|stage| stage.id.as_str()).collect();
        let near = suggest(&trial.stage, ids.iter().copied());
        return Err(TrialError::NoStage {
            stage: trial.stage.clone(),
            hint: near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default(),
            allowed: ids.join(", "),
        });
    };
    match &trial.person {
        Some(person) => Ok(person.clone()),
        None => {
            let mut awaited = request.awaited(stage, desk.roster, desk.now).into_iter();
            awaited.next().ok_or_else(|| TrialError::Nobody(trial.stage.clone()))
        }
    }
}

/// Where something is said or shown, and its first words.
fn telling(effect: &Effect) -> Option<(String, String)> {
    match effect {
        Effect::Say { to, content } => Some((place(to), words(content))),
        Effect::Show { to, content, .. } => Some((place(to), format!("(card) {}", words(content)))),
        Effect::Follow { place, content, .. } => Some((place.channel.to_string(), words(content))),
        Effect::File(_) | Effect::Audit(_) | Effect::Start(_) | Effect::Stop { .. } => None,
    }
}

fn place(to: &Destination) -> String {
    match to {
        Destination::Place { place } => place.channel.to_string(),
        Destination::Private { account, .. } | Destination::Direct { account } => account.to_string(),
    }
}

fn words(content: &Content) -> String {
    let spans: &[Span] = match content {
        Content::Card(card) => &card.title,
        Content::Text(text) => match text.blocks.first() {
            Some(Block::Paragraph { spans }) => spans,
            _ => &[],
        },
    };
    let word = |span: &Span| match span {
        Span::Text { text } | Span::Strong { text } | Span::Faint { text } | Span::Code { text } => {
            text.clone()
        }
        Span::Link { label, .. } => label.clone(),
    };
    spans.iter().map(word).collect()
}

/// How a request stands by a set of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// How it was decided.
    pub was: Verdict,
    /// How the other rules decide it, on the same answers and votes.
    pub would_be: Verdict,
    /// How each stage would stand, by its label.
    pub stages: Vec<(String, StageStatus)>,
}

/// What rules make of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Approved by votes.
    Approved,
    /// Approved without anybody's vote.
    Automatic,
    /// Rejected.
    Rejected,
    /// Not decided.
    Undecided,
}

/// Tries other rules on the answers and votes of a request. None for one whose end did not come from the rules: taken
/// back, lapsed, or approved by breaking the glass. Who is entitled is judged by today's roles.
pub fn replay(request: &Request, workflow: &Workflow, roster: Roster<'_>) -> Option<Replayed> {
    let was = match (request.status, &request.approval) {
        (Status::Withdrawn | Status::Expired, _) | (_, Some(Approval::BreakGlass { .. })) => return None,
        (Status::Approved | Status::Completed, Some(Approval::Policy { .. })) => Verdict::Automatic,
        (Status::Approved | Status::Completed, _) => Verdict::Approved,
        (Status::Rejected, _) => Verdict::Rejected,
        (Status::Open, _) => Verdict::Undecided,
    };
    let mut tried = request.clone();
    tried.rules = workflow.rules.clone();
    tried.status = Status::Open;
    let facts = tried.rules.facts(tried.facts(), &tried.requester, &tried.roles);
    tried.gates = tried.rules.gates(&facts);
    let would_be = match tried.tally(roster) {
        Status::Rejected => Verdict::Rejected,
        Status::Approved => Verdict::Approved,
        _ if tried.rules.automatic(&facts).is_some() => Verdict::Automatic,
        _ => Verdict::Undecided,
    };
    let stand = |stage: &super::rules::Stage| (stage.label.clone(), tried.stage_status(stage, roster));
    let stages = tried.rules.stages.iter().map(stand).collect();
    Some(Replayed { was, would_be, stages })
}
