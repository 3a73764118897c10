//! A sample company and a sample workflow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};

use crate::core::event::{MessageRef, Place};
use crate::core::form::Answers;
use crate::core::person::{AccountId, ChannelId, People, Person, PersonId, Platform, Role, RoleChannels};
use crate::core::source::SourceFile;
use crate::request::machine::{self, Act, Deed, Doer, Filing, Happened, On, Refusal, Vote};
use crate::request::roster::{Absences, Roster};
use crate::request::state::{Choice, Confirmed, Means, Request};
use crate::request::steps::{By, Desk, Outcome, act, file};
use crate::request::workflow::Workflow;

/// Legal first, two of them; then management by others; security if there is cryptography, typed; OSPO is the backup.
pub(crate) const SAMPLE: &str = r#"
id = "release"
command = "request-release"
prefix = "REL"
title = "Open-source a project"
summary = "name"
break_glass = "glass"
lists = { licenses = ["MIT"] }
fields = [
  { id = "name", label = "Project", ask = "Name?", type = "line" },
  { id = "license", label = "License", ask = "License?", type = "license" },
  { id = "cryptography", label = "Cryptography", ask = "Cryptography?", type = "yes-no" },
  { id = "small", label = "Small", ask = "Small?", type = "yes-no", optional = true },
  { id = "note", label = "Note", ask = "Note?", type = "text", optional = true, change = "minor" },
  { id = "co_requesters", label = "With", ask = "With?", type = "people", optional = true },
  { id = "on_behalf_of", label = "For", ask = "For?", type = "people", optional = true },
  { id = "notify", label = "Tell", ask = "Tell?", type = "people", optional = true, change = "minor" },
  { id = "confidential", label = "Confidential", ask = "Confidential?", type = "yes-no", optional = true },
]
checklist = [
  { id = "license-file", label = "LICENSE is there" },
  { id = "announce", label = "Announced" },
]
patience = { remind_every = 2, remind_at_most = 3, expire_after = 20 }

[[automatic]]
id = "small"
label = "small, under a listed license"
when = "form.small && form.license in lists.licenses"

[[stages]]
id = "legal"
label = "Legal"
role = "legal"
needs = 2
lead = "lead"

[[stages]]
id = "management"
label = "Management"
role = "management"
after = ["legal"]
distinct_from = ["legal"]
backup = "ospo"

[[stages]]
id = "security"
label = "Security"
role = "security"
when = "form.cryptography"
confirm = "typed"
"#;

/// The workflow, read once.
pub(crate) fn workflow() -> Workflow {
    static WORKFLOW: LazyLock<Workflow> = LazyLock::new(|| {
        let file = SourceFile { path: "workflows/release.toml".into(), text: SAMPLE.into() };
        Workflow::load(&file).unwrap_or_else(|faults| panic!("{faults:#?}"))
    });
    WORKFLOW.clone()
}

pub(crate) fn id(name: &str) -> PersonId {
    PersonId(name.to_owned())
}

pub(crate) fn account(name: &str) -> AccountId {
    AccountId::new(Platform::Console, name)
}

pub(crate) const NAMES: [&str; 10] =
    ["ada", "max", "lea", "luis", "lyn", "mia", "both", "sam", "olga", "eve"];

/// ada asks, and is legal herself; max asks with her now and then; lea, luis, lyn and both are legal, lea leads; mia and
/// both are management; sam is security; olga is the OSPO and may break the glass; eve is nothing.
pub(crate) fn people() -> People {
    let person = |name: &str| Person {
        id: id(name),
        name: format!("{name} (sample)"),
        accounts: vec![account(name)],
        zone: jiff::tz::TimeZone::UTC,
    };
    let role = |role: &str, members: &[&str]| {
        (Role(role.to_owned()), members.iter().map(|name| id(name)).collect::<BTreeSet<_>>())
    };
    People::new(
        NAMES.into_iter().map(person).collect(),
        BTreeMap::from([
            role("legal", &["ada", "lea", "luis", "lyn", "both"]),
            role("lead", &["lea"]),
            role("management", &["mia", "both"]),
            role("security", &["sam"]),
            role("ospo", &["olga"]),
            role("glass", &["olga", "ada"]),
        ]),
    )
    .unwrap()
}

pub(crate) fn start() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

pub(crate) fn answers(more: &[(&str, &str)]) -> Answers {
    let mut answers = Answers::from([
        ("name".to_owned(), "turbine".to_owned()),
        ("license".to_owned(), "Apache-2.0".to_owned()),
        ("cryptography".to_owned(), "no".to_owned()),
    ]);
    answers.extend(more.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())));
    answers
}

/// A request under way, with the world around it and a clock that moves a minute with each act.
pub(crate) struct Scene {
    pub people: People,
    pub absences: Absences,
    pub channels: RoleChannels,
    pub workflow: Workflow,
    pub request: Request,
    pub now: Timestamp,
    place: Place,
    message: MessageRef,
}

impl Scene {
    pub fn new(more: &[(&str, &str)]) -> Self {
        Self::filed(more).0
    }

    pub fn filed(more: &[(&str, &str)]) -> (Self, Outcome) {
        let channel = |name: &str| vec![ChannelId::new(Platform::Console, format!("#{name}"))];
        let channels =
            ["legal", "management", "security", "ospo"].map(|name| (Role(name.to_owned()), channel(name)));
        let place = Place::channel(ChannelId::new(Platform::Console, "#general"));
        let message = MessageRef { channel: place.channel.clone(), id: "1".into() };
        let (people, absences, channels, workflow) =
            (people(), Absences::default(), RoleChannels(channels.into()), workflow());
        let by = By {
            person: &id("ada"),
            account: &account("ada"),
            place: &place,
            message: &message,
            at: start(),
        };
        let desk = Desk {
            roster: Roster { people: &people, absences: &absences },
            channels: &channels,
            now: start(),
        };
        let answers = answers(more);
        let filing = Filing {
            id: "REL-1".parse().unwrap(),
            workflow: &workflow,
            by: by.doer(),
            place: place.clone(),
            answers: &answers,
            findings: &BTreeMap::new(),
        };
        let outcome = file(desk, filing, by);
        let request = outcome.request.clone();
        (Self { people, absences, channels, workflow, request, now: start(), place, message }, outcome)
    }

    pub fn roster(&self) -> Roster<'_> {
        Roster { people: &self.people, absences: &self.absences }
    }

    pub fn desk(&self) -> Desk<'_> {
        Desk { roster: self.roster(), channels: &self.channels, now: self.now }
    }

    pub fn pass(&mut self, time: SignedDuration) {
        self.now += time;
    }

    /// What a person does, with all that follows.
    pub fn does(&mut self, name: &str, deed: Deed) -> Outcome {
        self.pass(SignedDuration::from_mins(1));
        let (person, account) = (id(name), account(name));
        let by = By {
            person: &person,
            account: &account,
            place: &self.place,
            message: &self.message,
            at: self.now,
        };
        let outcome = act(self.desk(), self.request.clone(), by, deed);
        self.request = outcome.request.clone();
        outcome
    }

    /// What a person does, as the machine alone sees it.
    pub fn tries(&mut self, name: &str, deed: Deed) -> Result<Vec<Happened>, Refusal> {
        self.pass(SignedDuration::from_mins(1));
        let doer = Doer { person: id(name), account: account(name) };
        let act = Act { by: Some(doer), at: self.now, deed };
        let roster = Roster { people: &self.people, absences: &self.absences };
        self.request.apply(roster, &act, self.now)
    }

    pub fn approves(&mut self, name: &str) -> Result<Vec<Happened>, Refusal> {
        self.tries(name, vote(Choice::Approve, None))
    }

    pub fn rejects(&mut self, name: &str, reason: &str) -> Result<Vec<Happened>, Refusal> {
        self.tries(name, vote(Choice::Reject, Some(reason)))
    }

    /// Legal agrees: lea and luis.
    pub fn legal_agrees(&mut self) {
        self.approves("lea").unwrap();
        self.approves("luis").unwrap();
    }

    /// The deed that changes answers.
    pub fn edit(&self, more: &[(&str, &str)]) -> Deed {
        machine::edited(&self.workflow.form, &answers(more), &BTreeMap::new())
    }
}

pub(crate) fn vote(choice: Choice, reason: Option<&str>) -> Deed {
    Deed::Vote(Vote {
        choice,
        reason: reason.map(str::to_owned),
        condition: None,
        means: Means::Words,
        confirmed: Confirmed::Yes,
        on: On::default(),
    })
}
