//! What people are told and shown, and what is on record.

use jiff::SignedDuration;

use super::sample::{Scene, account, id, vote};
use crate::core::effect::{Destination, Effect, Outcome as Taken, Purpose};
use crate::core::person::{ChannelId, Platform};
use crate::request::digest;
use crate::request::machine::{Deed, On};
use crate::request::report::{Load, Spread, report};
use crate::request::slot::CardSlot;
use crate::request::state::{CardAt, Choice, Status};
use crate::request::steps::{Outcome, escalate, expire, warn};
use crate::request::view;

/// Every text that an account is told, joined.
fn told(outcome: &Outcome, name: &str) -> String {
    let mut all = String::new();
    for effect in &outcome.effects {
        if let Effect::Say {
            to: Destination::Private { account: to, .. } | Destination::Direct { account: to },
            content,
        } = effect
            && *to == account(name)
        {
            all.push_str(&serde_json::to_string(content).unwrap());
        }
    }
    all
}

fn audited(outcome: &Outcome) -> Vec<(String, Taken)> {
    let fact = |effect: &Effect| match effect {
        Effect::Audit(fact) => Some((fact.action.clone(), fact.outcome)),
        _ => None,
    };
    outcome.effects.iter().filter_map(fact).collect()
}

/// Where cards are shown, with the revision.
fn cards(outcome: &Outcome) -> Vec<(String, u32)> {
    let card = |effect: &Effect| match effect {
        Effect::Show { slot, .. } => CardSlot::read(slot).map(|card| {
            let at = match card.at {
                CardAt::Channel(channel) => channel.id,
                CardAt::Person(person) => person.0,
            };
            (at, card.revision)
        }),
        _ => None,
    };
    outcome.effects.iter().filter_map(card).collect()
}

fn timers(outcome: &Outcome) -> (Vec<Purpose>, usize) {
    let started = outcome.effects.iter().filter_map(|effect| match effect {
        Effect::Start(timer) if timer.purpose != Purpose::Digest => Some(timer.purpose),
        _ => None,
    });
    let stopped = outcome.effects.iter().filter(|effect| matches!(effect, Effect::Stop { .. })).count();
    (started.collect(), stopped)
}

fn approve() -> Deed {
    vote(Choice::Approve, None)
}

#[test]
fn filing_shows_a_card_where_somebody_can_decide_and_starts_the_clock() {
    let (_, outcome) = Scene::filed(&[]);
    assert_eq!(cards(&outcome), [("#legal".to_owned(), 1)], "management's turn comes later");
    assert_eq!(timers(&outcome).0, [Purpose::Warn, Purpose::Escalate, Purpose::Expire]);
    assert!(told(&outcome, "ada").contains("Filed as"));
}

#[test]
fn a_stage_that_begins_gets_its_card_and_the_requester_hears_it() {
    let mut scene = Scene::new(&[]);
    scene.does("lea", approve());
    let outcome = scene.does("luis", approve());
    assert_eq!(cards(&outcome), [("#legal".to_owned(), 1), ("#management".to_owned(), 1)]);
    let ada = told(&outcome, "ada");
    assert!(
        ada.contains("luis (sample) (Legal) approved") && ada.contains("now it is with Management"),
        "{ada}"
    );
    let outcome = scene.does("mia", approve());
    assert!(told(&outcome, "ada").contains("is approved"));
    let expected = [("vote.approve".to_owned(), Taken::Done), ("request.approved".to_owned(), Taken::Done)];
    assert_eq!(audited(&outcome), expected);
    assert_eq!(timers(&outcome), (vec![], 3));
}

#[test]
fn a_vote_told_twice_is_one_vote_and_one_word() {
    let mut scene = Scene::new(&[]);
    scene.does("lea", approve());
    let twice = scene.does("lea", approve());
    assert_eq!(twice.effects, []);
}

#[test]
fn who_may_not_vote_and_who_comes_late_is_told_why_and_it_is_on_record() {
    let mut scene = Scene::new(&[]);
    let eve = scene.does("eve", approve());
    assert!(told(&eve, "eve").contains("does not count"));
    assert_eq!(audited(&eve), [("vote.approve".to_owned(), Taken::Refused)]);
    scene.does("lea", vote(Choice::Reject, Some("not ours")));
    let late = scene.does("luis", approve());
    assert!(told(&late, "luis").contains("rejected already"));
    assert!(scene.does("lea", vote(Choice::Reject, None)).effects.is_empty(), "hers was in time");
}

#[test]
fn after_an_edit_voters_read_what_changed_and_old_cards_say_so() {
    let mut scene = Scene::new(&[]);
    scene.does("lea", approve());
    let edit = scene.edit(&[("license", "MIT")]);
    let outcome = scene.does("ada", edit);
    let lea = told(&outcome, "lea");
    assert!(lea.contains("no longer counts") && lea.contains("Apache-2.0") && lea.contains("MIT"), "{lea}");
    assert_eq!(cards(&outcome), [("#legal".to_owned(), 1), ("#legal".to_owned(), 2)]);
    assert_eq!(audited(&outcome), [("request.edited".to_owned(), Taken::Done)]);
}

#[test]
fn a_question_reaches_the_requester_and_its_answer_comes_back() {
    let mut scene = Scene::new(&[]);
    let asked = scene.does("lea", Deed::Ask("who maintains it?".into()));
    assert!(told(&asked, "ada").contains("who maintains it?"));
    assert_eq!(timers(&asked), (vec![], 3), "the clock stands");
    let answered = scene.does("ada", Deed::Reply(None, "two of us".into()));
    assert!(told(&answered, "lea").contains("two of us"));
    assert_eq!(timers(&answered).0.len(), 3);
}

#[test]
fn breaking_the_glass_is_loud() {
    let mut scene = Scene::new(&[]);
    let outcome = scene.does("olga", Deed::BreakGlass("a hole is being exploited".into()));
    let in_legal = outcome.effects.iter().any(|effect| {
        let Effect::Say { to: Destination::Place { place }, content } = effect else { return false };
        let said = serde_json::to_string(content).unwrap();
        place.channel == ChannelId::new(Platform::Console, "#legal")
            && said.contains("a hole is being exploited")
    });
    assert!(in_legal, "{:#?}", outcome.effects);
    assert!(audited(&outcome).contains(&("request.BREAK-GLASS".to_owned(), Taken::Done)));
}

#[test]
fn a_confidential_request_is_shown_to_each_reviewer_alone_and_exists_for_nobody_else() {
    let (scene, outcome) = Scene::filed(&[("confidential", "yes")]);
    let shown: Vec<String> = cards(&outcome).into_iter().map(|(at, _)| at).collect();
    assert_eq!(shown, ["both", "lea", "luis", "lyn"]);
    let public = |effect: &Effect| {
        matches!(
            effect,
            Effect::Say { to: Destination::Place { .. }, .. }
                | Effect::Show { to: Destination::Place { .. }, .. }
        )
    };
    assert!(!outcome.effects.iter().any(public));
    for (name, sees) in
        [("ada", true), ("lea", true), ("mia", true), ("olga", true), ("eve", false), ("max", false)]
    {
        assert_eq!(scene.request.visible_to(&id(name), scene.roster(), scene.now), sees, "{name}");
    }
}

#[test]
fn status_says_of_each_rule_why_not_yet_and_who_can() {
    let mut scene = Scene::new(&[]);
    scene.does("lea", approve());
    scene.does("lyn", Deed::Concern { text: "the name is taken".into(), on: On::default() });
    let card = view::explanation(&scene.request, scene.desk().seen());
    let said = serde_json::to_string(&card).unwrap();
    for expected in [
        "Legal (pending)",
        "can decide: both (sample), luis (sample), lyn (sample)",
        "Management (waits)",
        "comes after Legal",
        "Security (skipped)",
        "form.cryptography",
        "blocks until lyn (sample)",
    ] {
        assert!(said.contains(expected), "no {expected:?} in {said}");
    }
}

fn morning(scene: &Scene, name: &str, last: Option<jiff::Timestamp>) -> digest::Digest {
    digest::digest(&id(name), std::slice::from_ref(&scene.request), last, scene.roster(), scene.now)
}

#[test]
fn a_digest_comes_in_time_names_only_what_one_can_act_on_and_is_capped() {
    let mut scene = Scene::new(&[]);
    assert_eq!(morning(&scene, "lea", None).text, None, "not on the first day");
    let mut told = 0;
    let mut last = None;
    for _ in 0..30 {
        scene.pass(SignedDuration::from_hours(24));
        let digest = morning(&scene, "lea", last);
        told += usize::from(digest.text.is_some());
        last = Some(scene.now);
    }
    assert_eq!(told, 3, "as often as allowed");
    assert_eq!(morning(&scene, "lea", last).next, None, "and then no more");

    let mut scene = Scene::new(&[]);
    scene.pass(SignedDuration::from_hours(72));
    assert!(morning(&scene, "luis", None).text.is_some());
    assert_eq!(morning(&scene, "luis", Some(scene.now)).text, None, "run twice, it says it once");
    assert_eq!(morning(&scene, "mia", None).text, None, "not her turn");
    assert_eq!(morning(&scene, "ada", None).text, None, "it is her own");
    scene.does("luis", approve());
    assert_eq!(morning(&scene, "luis", None).text, None, "he has voted");
    let until = scene.now + SignedDuration::from_hours(24);
    let now = scene.now;
    scene.absences.set_away(&id("lyn"), until, now);
    assert_eq!(morning(&scene, "lyn", None).text, None, "she is away");
    scene.does("lea", Deed::Ask("why?".into()));
    assert_eq!(morning(&scene, "both", None).text, None, "the clock stands");
}

#[test]
fn the_requester_is_reminded_of_questions_and_of_the_checklist() {
    let mut scene = Scene::new(&[]);
    scene.does("lea", Deed::Ask("why?".into()));
    scene.pass(SignedDuration::from_hours(72));
    let said = serde_json::to_string(&morning(&scene, "ada", None).text).unwrap();
    assert!(said.contains("answer REL-1"), "{said}");
    scene.does("ada", Deed::Reply(None, "so".into()));
    for name in ["lea", "luis", "mia"] {
        scene.does(name, approve());
    }
    assert_eq!(scene.request.status, Status::Approved);
    scene.pass(SignedDuration::from_hours(120));
    let said = serde_json::to_string(&morning(&scene, "ada", None).text).unwrap();
    assert!(said.contains("2 of its checklist"), "{said}");
}

#[test]
fn the_end_is_announced_and_is_no_approval() {
    let scene = Scene::new(&[]);
    let warned = warn(scene.desk(), scene.request.clone());
    assert!(told(&warned, "ada").contains("lapses in 3 working days"));
    let lapsed = expire(scene.desk(), scene.request.clone());
    assert_eq!(lapsed.request.status, Status::Expired);
    assert!(expire(scene.desk(), lapsed.request).effects.is_empty(), "twice is once");
}

#[test]
fn the_backup_is_called_in_its_channel() {
    let mut scene = Scene::new(&[]);
    scene.does("lea", approve());
    scene.does("luis", approve());
    let outcome = escalate(scene.desk(), scene.request.clone());
    assert!(cards(&outcome).contains(&("#ospo".to_owned(), 1)));
    assert!(told(&outcome, "ada").contains("in spite of reminders"));
}

#[test]
fn a_report_sums_up_times_by_kind_and_stage_ages_and_load() {
    let mut scene = Scene::new(&[]);
    scene.pass(SignedDuration::from_hours(2));
    scene.does("lea", approve());
    scene.pass(SignedDuration::from_hours(4));
    scene.does("luis", approve());
    scene.pass(SignedDuration::from_hours(10));
    scene.does("mia", approve());
    let decided = scene.request.clone();
    let mut open = Scene::new(&[]);
    open.request.id = "REL-2".parse().unwrap();
    open.does("lea", approve());
    open.pass(SignedDuration::from_hours(5 * 24));
    let report = report(&[decided, open.request.clone()], open.roster(), open.now);

    assert_eq!((report.total, report.open.week, report.open.fresh), (2, 1, 0));
    let [kind] = &report.kinds[..] else { panic!("{report:#?}") };
    assert_eq!((kind.counts[&Status::Approved], kind.counts[&Status::Open]), (1, 1));
    let minutes = |spread: Spread| (spread.count, spread.median / 60, spread.p90 / 60);
    assert_eq!(minutes(kind.first_response), (2, 1, 121), "of both, the slow end is the decided one");
    assert_eq!(minutes(kind.decision), (1, 963, 963));
    assert_eq!(
        (minutes(kind.stages["Legal"]), minutes(kind.stages["Management"])),
        ((1, 362, 362), (1, 963, 963))
    );
    assert_eq!(report.load[&id("lea")], Load { waiting: 0, votes: 2 });
    assert_eq!(report.load[&id("luis")], Load { waiting: 1, votes: 1 });
    assert_eq!(report.load.get(&id("ada")), None, "it is her own");
}
