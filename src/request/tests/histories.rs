//! Random histories, and a second machine, simpler and slower, that must always agree.
//!
//! Each run plays the same seeds and some fresh ones; a failure names the seed, and `OSPO_TEST_SEED` plays it alone.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::sample::{NAMES, account, answers, id, people, start, workflow};
use crate::core::event::Place;
use crate::core::form::Answers;
use crate::core::person::{ChannelId, People, Platform, Role};
use crate::request::machine::{Act, Deed, Doer, Filing, On, Vote, edited, file};
use crate::request::roster::{Absences, Delegation, Roster};
use crate::request::rules::{Confirm, Rules};
use crate::request::state::{Choice, Confirmed, Means, Request, Status};
use crate::request::workflow::Workflow;

/// How many histories are played with the seeds of every run, and how many with fresh ones.
const FIXED: u64 = 5_000;
const FRESH: u64 = 5_000;

fn seeds() -> Vec<u64> {
    if let Some(seed) = std::env::var("OSPO_TEST_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return vec![seed];
    }
    let fresh = fastrand::u64(FIXED..u64::MAX - FRESH);
    (0..FIXED).chain(fresh..fresh + FRESH).collect()
}

/// Everything a history needs: who there is, who stands in for whom, and the rules.
struct World {
    people: People,
    absences: Absences,
    workflow: Workflow,
}

impl World {
    fn new(random: &mut Rng) -> Self {
        let mut workflow = workflow();
        for stage in &mut workflow.rules.stages {
            stage.needs = random.u32(1..=3);
            stage.confirm = if random.bool() { Confirm::Tap } else { Confirm::Typed };
            if random.u8(..) < 128 {
                stage.after.clear();
            }
            if random.u8(..) < 128 {
                stage.distinct_from.clear();
            }
        }
        let mut absences = Absences::default();
        for _ in 0..random.usize(0..3) {
            let since = start() + SignedDuration::from_mins(random.i64(-20..30));
            absences.delegations.push(Delegation {
                from: id(random.choice(NAMES).unwrap()),
                to: id(random.choice(NAMES).unwrap()),
                role: random.bool().then(|| Role("legal".into())),
                since,
                until: since + SignedDuration::from_mins(random.i64(1..60)),
            });
        }
        Self { people: people(), absences, workflow }
    }

    fn roster(&self) -> Roster<'_> {
        Roster { people: &self.people, absences: &self.absences }
    }

    fn file(&self, answers: &Answers) -> Request {
        let filing = Filing {
            id: "REL-1".parse().unwrap(),
            workflow: &self.workflow,
            by: Doer { person: id("ada"), account: account("ada") },
            place: Place::channel(ChannelId::new(Platform::Console, "#general")),
            answers,
            findings: &BTreeMap::new(),
        };
        file(filing, self.roster(), start()).0
    }
}

fn some_answers(random: &mut Rng) -> Answers {
    let mut more = vec![("cryptography", *random.choice(&["yes", "no"]).unwrap())];
    match random.u8(0..8) {
        0 => more.push(("co_requesters", "luis")),
        1 => more.push(("on_behalf_of", "lea, both")),
        2 => more.push(("license", "MIT")),
        3 => more.extend([("license", "MIT"), ("small", "yes")]),
        4 => more.push(("note", "a note")),
        _ => {}
    }
    answers(&more)
}

fn some_act(random: &mut Rng, world: &World, minute: i64) -> Act {
    let name = *random.choice(NAMES).as_ref().unwrap();
    let choice = if random.u8(..) < 200 { Choice::Approve } else { Choice::Reject };
    let stages = ["legal", "management", "security"];
    let on = On {
        stages: random.bool().then(|| vec![(*random.choice(&stages).unwrap()).to_owned()]),
        revision: (random.u8(..) < 100).then(|| random.u32(1..=3)),
    };
    let deed = match random.u8(0..100) {
        0..60 => Deed::Vote(Vote {
            choice,
            reason: random.bool().then(|| "why".to_owned()),
            condition: (random.u8(..) < 25).then(|| "if".to_owned()),
            means: Means::Reaction,
            confirmed: if random.u8(..) < 200 { Confirmed::Yes } else { Confirmed::Awaited },
            on,
        }),
        60..70 => Deed::TakeBack { choices: vec![choice], on },
        70..74 => Deed::Concern { text: format!("c{}", random.u8(0..3)), on },
        74..80 => Deed::Resolve(random.usize(0..4)),
        80..82 => Deed::Ask(format!("q{}", random.u8(0..3))),
        82..88 => Deed::Reply(Some(random.usize(0..4)), "so".to_owned()),
        88..92 => edited(&world.workflow.form, &some_answers(random), &BTreeMap::new()),
        92 => Deed::Withdraw,
        93..96 => Deed::Reopen,
        96 => Deed::BreakGlass("fire".to_owned()),
        97 => Deed::Tick(random.usize(0..5), Some("https://example.com".to_owned())),
        98 => return Act { by: None, at: moment(minute), deed: Deed::Escalate },
        _ => return Act { by: None, at: moment(minute), deed: Deed::Expire },
    };
    // Some are told late.
    let late = if random.u8(..) < 40 { random.i64(0..10) } else { 0 };
    // No two acts of a history are of the same moment.
    let at = moment(minute - late) + SignedDuration::from_secs(minute - 59);
    Act { by: Some(Doer { person: id(name), account: account(name) }), at, deed }
}

/// When a minute of a history ends.
fn moment(minute: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minute) + SignedDuration::from_secs(59)
}

/// What was said in a stage on the current revision, in the order it was heard.
#[derive(Debug, Clone)]
struct Word {
    stage: usize,
    name: String,
    at: Timestamp,
    choice: Option<Choice>,
    takes_back: Option<Choice>,
    reason: bool,
    confirmed: bool,
}

/// The second machine: keeps words and looks everything up in them, again and again.
struct Model<'a> {
    world: &'a World,
    rules: Rules,
    barred: BTreeSet<String>,
    cryptography: bool,
    words: Vec<Word>,
    /// The stages in which a concern stands.
    concerns: Vec<String>,
    questions: usize,
    escalated: bool,
}

impl Model<'_> {
    /// Whose seat somebody fills in a stage.
    fn seat(&self, stage: usize, name: &str, at: Timestamp) -> Option<String> {
        if self.barred.contains(name) {
            return None;
        }
        let stage = &self.rules.stages[stage];
        let mut roles = vec![stage.role.clone()];
        roles.extend(stage.backup.clone().filter(|_| self.escalated));
        for role in roles {
            if self.world.people.holds(&id(name), &role) {
                return Some(name.to_owned());
            }
            for delegation in &self.world.absences.delegations {
                let principal = &delegation.from.0;
                if delegation.to.0 == name
                    && delegation.role.as_ref().is_none_or(|scope| *scope == role)
                    && delegation.since <= at
                    && at < delegation.until
                    && self.world.people.holds(&delegation.from, &role)
                    && !self.barred.contains(principal)
                {
                    return Some(principal.clone());
                }
            }
        }
        None
    }

    /// What somebody says in a stage now: their choice, whether it has a reason and is confirmed, and when.
    fn says(&self, stage: usize, name: &str) -> Option<(Choice, bool, bool, Timestamp)> {
        let mut words: Vec<&Word> =
            self.words.iter().filter(|word| word.stage == stage && word.name == name).collect();
        words.sort_by_key(|word| word.at);
        let last = words.last()?.at;
        let mut says: Option<(Choice, bool, bool)> = None;
        for word in words {
            says = match (says, word.choice) {
                (Some((now, reason, confirmed)), Some(choice)) if now == choice => {
                    Some((now, reason || word.reason, confirmed || word.confirmed))
                }
                (_, Some(choice)) => Some((choice, word.reason, word.confirmed)),
                (Some((now, ..)), None) if word.takes_back == Some(now) => None,
                (says, None) => says,
            };
        }
        says.map(|(choice, reason, confirmed)| (choice, reason, confirmed, last))
    }

    /// The votes of a stage, one for each seat, its owner's first.
    fn votes(&self, stage: usize) -> Vec<(String, String, (Choice, bool, bool))> {
        let mut found: Vec<(String, String, (Choice, bool, bool))> = Vec::new();
        let mut names = NAMES.map(str::to_owned);
        names.sort();
        for own in [true, false] {
            for name in &names {
                let Some((choice, reason, confirmed, at)) = self.says(stage, name) else { continue };
                let Some(seat) = self.seat(stage, name, at) else { continue };
                if (seat == *name) == own && !found.iter().any(|(taken, ..)| *taken == seat) {
                    found.push((seat, name.clone(), (choice, reason, confirmed)));
                }
            }
        }
        found
    }

    fn approvers(&self, stage: usize) -> Vec<(String, String)> {
        let elsewhere: Vec<(String, String)> = self.rules.stages[stage]
            .distinct_from
            .iter()
            .filter_map(|id| self.rules.stages.iter().position(|stage| stage.id == *id))
            .flat_map(|other| self.votes(other))
            .filter(|(.., (choice, _, confirmed))| *choice == Choice::Approve && *confirmed)
            .map(|(seat, name, _)| (seat, name))
            .collect();
        let free = |who: &String| !elsewhere.iter().any(|(seat, name)| seat == who || name == who);
        self.votes(stage)
            .into_iter()
            .filter(|(.., (choice, _, confirmed))| *choice == Choice::Approve && *confirmed)
            .map(|(seat, name, _)| (seat, name))
            .filter(|(seat, name)| free(seat) && free(name))
            .collect()
    }

    fn skipped(&self, stage: usize) -> bool {
        self.rules.stages[stage].id == "security" && !self.cryptography
    }

    fn begun(&self, stage: usize) -> bool {
        self.rules.stages[stage].after.iter().all(|id| {
            let before = self.rules.stages.iter().position(|stage| stage.id == *id).unwrap();
            self.skipped(before) || self.agrees(before)
        })
    }

    fn rejects(&self, stage: usize) -> bool {
        !self.skipped(stage)
            && self.begun(stage)
            && self
                .votes(stage)
                .iter()
                .any(|(.., (c, reason, confirmed))| *c == Choice::Reject && *reason && *confirmed)
    }

    fn agrees(&self, stage: usize) -> bool {
        let rejections = self.votes(stage).iter().any(|(.., (choice, ..))| *choice == Choice::Reject);
        self.begun(stage)
            && !rejections
            && !self.concerns.contains(&self.rules.stages[stage].id)
            && self.approvers(stage).len() >= self.rules.stages[stage].needs as usize
    }

    fn verdict(&self) -> Status {
        let stages = 0..self.rules.stages.len();
        if stages.clone().any(|stage| self.rejects(stage)) {
            Status::Rejected
        } else if stages.clone().all(|stage| self.skipped(stage) || self.agrees(stage))
            && self.concerns.is_empty()
            && self.questions == 0
        {
            Status::Approved
        } else {
            Status::Open
        }
    }
}

/// Builds the model of a request as it stands, from the words that were heard.
fn model<'a>(world: &'a World, request: &Request, words: &[Word]) -> Model<'a> {
    let mut barred: BTreeSet<String> = BTreeSet::from(["ada".to_owned()]);
    for field in ["co_requesters", "on_behalf_of"] {
        let named = request.answer(field).unwrap_or_default().split(", ");
        barred.extend(named.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    Model {
        world,
        rules: request.rules.clone(),
        barred,
        cryptography: request.answer("cryptography") == Some("yes"),
        words: words.to_vec(),
        concerns: request
            .concerns
            .iter()
            .filter(|concern| concern.resolved.is_none())
            .map(|concern| concern.stage.clone())
            .collect(),
        questions: request.questions.iter().filter(|question| question.answer.is_none()).count(),
        escalated: request.escalated.is_some(),
    }
}

impl Model<'_> {
    /// The stages in which somebody is heard.
    fn heard(&self, name: &str, on: &On, at: Timestamp) -> Vec<usize> {
        let meant = |stage: &usize| {
            let id = &self.rules.stages[*stage].id;
            on.stages.as_ref().is_none_or(|stages| stages.contains(id))
        };
        (0..self.rules.stages.len())
            .filter(meant)
            .filter(|stage| self.seat(*stage, name, at).is_some() && !self.skipped(*stage))
            .filter(|stage| self.begun(*stage) || self.says(*stage, name).is_some())
            .collect()
    }

    /// Whether somebody, or the one they decide for, approved where a stage wants others.
    fn approved_elsewhere(&self, stage: usize, name: &str, at: Timestamp) -> bool {
        let seat = self.seat(stage, name, at);
        let same = |who: &str| who == name || seat.as_deref() == Some(who);
        let others = self.rules.stages[stage].distinct_from.iter();
        others
            .filter_map(|id| self.rules.stages.iter().position(|stage| stage.id == *id))
            .flat_map(|other| self.votes(other))
            .any(|(seat, voter, (choice, _, confirmed))| {
                choice == Choice::Approve && confirmed && (same(&seat) || same(&voter))
            })
    }
}

/// Plays one history on both machines.
fn play(seed: u64) {
    let mut random = Rng::with_seed(seed);
    let world = World::new(&mut random);
    let mut request = world.file(&some_answers(&mut random));
    let mut words: Vec<Word> = Vec::new();
    let roster = world.roster();
    for minute in 1..random.i64(5..40) {
        let now = moment(minute);
        let act = some_act(&mut random, &world, minute);
        let before = request.clone();
        let result = request.apply(roster, &act, now);
        let context = || format!("seed {seed}, minute {minute}: {act:?} gave {result:?}");

        if result.is_err() {
            assert_eq!(request, before, "what is refused changes nothing: {}", context());
        }
        // Told again, nothing more happens.
        let mut again = request.clone();
        let _ = again.apply(roster, &act, now);
        assert_eq!(again, request, "told twice: {}", context());
        // Written and read, it is the same.
        if random.u8(..) < 16 {
            let written = serde_json::to_vec(&request).unwrap();
            assert_eq!(serde_json::from_slice::<Request>(&written).unwrap(), request, "{}", context());
        }

        if request.revision != before.revision {
            words.clear();
        }
        if let (true, Some(by)) = (result.is_ok(), &act.by) {
            let at = act.at.min(now);
            let name = &by.person.0;
            let view = model(&world, &before, &words);
            let word = |stage: usize| Word {
                stage,
                name: name.clone(),
                at,
                choice: None,
                takes_back: None,
                reason: false,
                confirmed: false,
            };
            match &act.deed {
                Deed::Vote(vote) => {
                    for stage in view.heard(name, &vote.on, at) {
                        let approves = vote.choice == Choice::Approve;
                        if approves && model(&world, &before, &words).approved_elsewhere(stage, name, at) {
                            continue;
                        }
                        let typed = view.rules.stages[stage].confirm == Confirm::Typed;
                        words.push(Word {
                            choice: Some(vote.choice),
                            reason: vote.reason.is_some(),
                            confirmed: !typed || vote.confirmed == Confirmed::Yes,
                            ..word(stage)
                        });
                    }
                }
                Deed::TakeBack { choices, on } => {
                    for stage in view.heard(name, on, at) {
                        words.push(Word { takes_back: choices.first().copied(), ..word(stage) });
                    }
                }
                _ => {}
            }
        }

        let by_votes = matches!(request.approval, Some(crate::request::state::Approval::Votes));
        if request.status == Status::Approved && before.status.is_open() && by_votes {
            let verdict = model(&world, &request, &words).verdict();
            assert_eq!(verdict, Status::Approved, "approved without the votes: {}", context());
        }
        if request.status == Status::Rejected && before.status.is_open() {
            let verdict = model(&world, &request, &words).verdict();
            assert_eq!(verdict, Status::Rejected, "rejected without a reasoned no: {}", context());
        }
        if request.status.is_open() && result.as_ref().is_ok_and(|happened| !happened.is_empty()) {
            let verdict = model(&world, &request, &words).verdict();
            assert_eq!(verdict, Status::Open, "should be decided: {}", context());
        }
    }
}

#[test]
fn ten_thousand_histories_never_decide_what_the_rules_do_not() {
    for seed in seeds() {
        play(seed);
    }
}

/// The acts of people who vote in stages that need more votes than there are people, so that nothing is decided.
fn votes_only(random: &mut Rng) -> Vec<Act> {
    (0..random.i64(2..14))
        .map(|minute| {
            let name = *random.choice(["lea", "luis", "lyn", "both", "mia"]).as_ref().unwrap();
            let choice = if random.bool() { Choice::Approve } else { Choice::Reject };
            let stage = *random.choice(["legal", "management"]).as_ref().unwrap();
            let on = On { stages: Some(vec![stage.to_owned()]), revision: Some(1) };
            let deed = if random.u8(..) < 180 {
                Deed::Vote(Vote {
                    choice,
                    // A reasoned rejection would decide.
                    reason: (choice == Choice::Approve && random.bool()).then(|| format!("r{minute}")),
                    condition: random.bool().then(|| format!("c{}", random.u8(0..3))),
                    means: Means::Reaction,
                    confirmed: if random.bool() { Confirmed::Yes } else { Confirmed::Awaited },
                    on,
                })
            } else {
                Deed::TakeBack { choices: vec![choice], on }
            };
            let at = start() + SignedDuration::from_mins(minute);
            Act { by: Some(Doer { person: id(name), account: account(name) }), at, deed }
        })
        .collect()
}

#[test]
fn any_order_and_any_repetition_of_what_people_say_gives_the_state_of_a_replay_in_order() {
    for seed in seeds().into_iter().step_by(5) {
        let mut random = Rng::with_seed(seed);
        let mut world = World::new(&mut random);
        world.absences = Absences::default();
        for stage in &mut world.workflow.rules.stages {
            (stage.needs, stage.after, stage.distinct_from) = (9, Vec::new(), Vec::new());
        }
        let filed = world.file(&answers(&[]));
        let acts = votes_only(&mut random);
        let now = start() + SignedDuration::from_hours(1);
        let replay = |acts: &[Act]| {
            let mut request = filed.clone();
            for act in acts {
                let _ = request.apply(world.roster(), act, now);
            }
            request.first_response = None;
            request
        };
        let expected = replay(&acts);
        let mut told: Vec<Act> = acts.iter().chain(acts.iter().filter(|_| random.bool())).cloned().collect();
        random.shuffle(&mut told);
        assert_eq!(replay(&told), expected, "seed {seed}: {told:#?}");
    }
}
