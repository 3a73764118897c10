//! How a form looks to the one who asks for it, if it is theirs to fill in.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::mind::{Mind, Who};
use super::super::records::{Conversation, FormName};
use super::super::texts;
use super::super::texts::sheets::Words;
use super::fill::{WORDS, beginning, form_of};
use super::{Saying, Which};
use crate::core::event::Event;
use crate::core::form::{Answers, Change, FieldKind, Form, FormField};
use crate::core::message::Text;
use crate::core::person::{AccountId, Person};
use crate::core::sheet::Sheet;
use crate::request::machine::{Act, Doer, On};
use crate::request::{Absences, Choice, Deed, Happened, Means, Request, Roster, steps};

/// What is known when a sheet is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// What the bot knows.
    pub mind: &'a Mind,
    /// What asks for it, or brings answers to it.
    pub event: &'a Event,
    /// What is under way with its author, there.
    pub conversation: Option<&'a Conversation>,
    /// The request it is about.
    pub request: Option<&'a Request>,
    /// Who is away.
    pub absences: &'a Absences,
    /// The moment.
    pub now: Timestamp,
}

/// The sheet, as its author sees it; none if it is not for them, or another form is under way: then the handlers say so.
pub fn sheet(opening: Opening<'_>, which: &Which) -> Option<Sheet> {
    let person = match opening.mind.who(&opening.event.account, opening.event.standing) {
        Who::Person(person) => Some(person),
        Who::Unlisted if *which == Which::Form(FormName::Choose) => None,
        Who::Unlisted | Who::Outsider => return None,
    };
    match (which, person) {
        (Which::Form(_) | Which::Copy(_), person) => opening.form(which, person),
        (Which::Say(saying, _), Some(person)) => opening.words(*saying, person),
        (Which::Away, Some(_)) => {
            Some(blank(which, words_form(texts::sheets::away()), texts::sheets::submit_words()))
        }
        (Which::Say(..) | Which::Away, None) => None,
    }
}

/// A form of one field.
pub(super) fn words_form(words: Words) -> Form {
    let Words { title, label, ask, help, kind } = words;
    let field = FormField {
        id: WORDS.to_owned(),
        label,
        ask,
        help,
        kind,
        choices: Vec::new(),
        optional: false,
        when: None,
        change: Change::Minor,
    };
    Form { title, fields: vec![field] }
}

fn blank(which: &Which, form: Form, submit: String) -> Sheet {
    Sheet { key: which.key(), form, answers: Answers::new(), accounts: BTreeMap::new(), note: None, submit }
}

impl<'a> Opening<'a> {
    fn roster(&self) -> Roster<'a> {
        Roster { people: &self.mind.people, absences: self.absences }
    }

    fn form(&self, which: &Which, person: Option<&Person>) -> Option<Sheet> {
        let name = match which {
            Which::Form(name @ FormName::Edit { .. }) => {
                let request = self.request?;
                if !request.owns(&person?.id) || !request.status.is_open() {
                    return None;
                }
                name.clone()
            }
            Which::Copy(_) => {
                let request = self.request?;
                if !request.visible_to(&person?.id, self.roster(), self.now) {
                    return None;
                }
                FormName::Request { workflow: request.workflow.clone() }
            }
            Which::Form(name) => name.clone(),
            Which::Say(..) | Which::Away => return None,
        };
        let mut note: Option<Text> = None;
        if let Some(Conversation::Filling(draft)) = self.conversation {
            // Another form is under way; the handlers say how to go on with it or leave it.
            if draft.form != name || matches!(which, Which::Copy(_)) && !self.brings_answers() {
                return None;
            }
            note = (!self.brings_answers()).then(texts::sheets::taken_up);
        }
        let draft = beginning(which, self.conversation, self.request)?;
        let form = form_of(self.mind, &name)?;
        let submit = texts::sheets::submit(&name);
        let accounts = self.accounts(&form, &draft.answers);
        Some(Sheet { answers: draft.answers, accounts, note, ..blank(which, form, submit) })
    }

    fn brings_answers(&self) -> bool {
        matches!(self.event.kind, crate::core::event::EventKind::Filled { .. })
    }

    /// The accounts on this platform of the people whom the answers name.
    fn accounts(&self, form: &Form, answers: &Answers) -> BTreeMap<String, AccountId> {
        let platform = self.event.account.platform;
        let people = form.fields.iter().filter(|field| field.kind == FieldKind::People);
        let named = people.filter_map(|field| answers.get(&field.id)).flat_map(|answer| answer.split(','));
        let account = |id: &str| {
            let person = self.mind.person_named(id)?;
            let account = person.accounts.iter().find(|account| account.platform == platform)?;
            Some((person.id.0.clone(), account.clone()))
        };
        named.filter_map(account).collect()
    }

    /// A sheet for words about a request, unless they would be refused.
    fn words(&self, saying: Saying, person: &Person) -> Option<Sheet> {
        let request = self.request.filter(|it| it.visible_to(&person.id, self.roster(), self.now))?;
        let (saying, question) = match saying {
            Saying::Reply(0) => {
                let (number, question) = request.open_questions().next()?;
                (Saying::Reply(number), Some(question.text.as_str()))
            }
            Saying::Reply(number) => {
                (saying, request.questions.get(number.checked_sub(1)?).map(|question| question.text.as_str()))
            }
            other => (other, None),
        };
        let some = || "…".to_owned();
        let deed = match saying {
            Saying::Reject => Deed::Vote(steps::vote(Choice::Reject, Some("…"), Means::Words)),
            Saying::Concern => Deed::Concern { text: some(), on: On::default() },
            Saying::Question => Deed::Ask(some()),
            Saying::Reply(number) => Deed::Reply(Some(number), some()),
            Saying::Confirm => Deed::Vote(steps::vote(Choice::Approve, None, Means::Press)),
        };
        let by = Doer { person: person.id.clone(), account: self.event.account.clone() };
        let act = Act { by: Some(by), at: self.event.at, deed };
        let happened = request.clone().apply(self.roster(), &act, self.now).ok()?;
        if saying == Saying::Confirm && !happened.contains(&Happened::ConfirmationMissing) {
            return None;
        }
        let which = Which::Say(saying, request.id.clone());
        let words = texts::sheets::words(saying, &request.id, &request.summary, question);
        Some(blank(&which, words_form(words), texts::sheets::submit_words()))
    }
}
