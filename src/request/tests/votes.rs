//! Who decides what, and how often they count.

use super::sample::{Scene, account, id, vote};
use crate::core::person::Role;
use crate::request::machine::{Deed, Happened, On, Refusal, Vote};
use crate::request::roster::{Delegation, NoDelegation};
use crate::request::rules::Gate;
use crate::request::state::{Approval, Choice, Confirmed, Means, Status};
use crate::request::tally::StageStatus;

fn stage(scene: &Scene, id: &str) -> StageStatus {
    scene.request.stage_status(scene.request.rules.stage(id).unwrap(), scene.roster())
}

#[test]
fn stages_come_in_their_order_and_all_that_are_needed_must_agree() {
    let mut scene = Scene::new(&[]);
    assert_eq!(stage(&scene, "management"), StageStatus::Waiting);
    assert_eq!(scene.approves("mia"), Err(Refusal::NotNow { stage: "management".into() }));
    scene.approves("lea").unwrap();
    assert_eq!(stage(&scene, "legal"), StageStatus::Pending, "two are needed");
    let happened = scene.approves("luis").unwrap();
    assert!(happened.contains(&Happened::Opened { stage: "management".into() }), "{happened:?}");
    assert_eq!(scene.request.status, Status::Open);
    scene.approves("mia").unwrap();
    assert_eq!(
        (scene.request.status, scene.request.approval.clone()),
        (Status::Approved, Some(Approval::Votes))
    );
}

#[test]
fn a_stage_that_is_not_needed_is_skipped_and_that_is_no_approval() {
    let mut scene = Scene::new(&[]);
    assert_eq!(stage(&scene, "security"), StageStatus::Skipped);
    assert_eq!(scene.approves("sam"), Err(Refusal::NotNow { stage: "security".into() }));
    let scene = Scene::new(&[("cryptography", "yes")]);
    assert_eq!(stage(&scene, "security"), StageStatus::Pending);
}

#[test]
fn a_condition_that_cannot_be_worked_out_never_approves() {
    let mut scene = Scene::new(&[]);
    scene.request.gates.insert("security".into(), Gate::Error("no such answer".into()));
    scene.legal_agrees();
    scene.approves("mia").unwrap();
    assert_eq!(scene.request.status, Status::Open);
    assert!(matches!(stage(&scene, "security"), StageStatus::Error(_)));
}

#[test]
fn those_who_ask_never_count_whatever_their_role() {
    let mut scene = Scene::new(&[("co_requesters", "lyn, max"), ("on_behalf_of", "luis")]);
    for name in ["ada", "lyn", "luis"] {
        assert_eq!(scene.approves(name), Err(Refusal::OwnRequest), "{name}");
    }
    assert_eq!(scene.approves("eve"), Err(Refusal::NoRole));
    scene.approves("lea").unwrap();
    assert_eq!(stage(&scene, "legal"), StageStatus::Pending);
}

#[test]
fn a_person_counts_once_on_whatever_account() {
    let mut scene = Scene::new(&[]);
    scene.approves("lea").unwrap();
    let again = scene.approves("lea").unwrap();
    assert_eq!(again, []);
    assert_eq!(stage(&scene, "legal"), StageStatus::Pending);
}

#[test]
fn a_stage_may_want_others_than_another_stage_had() {
    let mut scene = Scene::new(&[]);
    scene.approves("both").unwrap();
    scene.approves("lea").unwrap();
    let happened = scene.approves("both").unwrap();
    let expected = Happened::NotTwice { stage: "management".into(), other: "legal".into() };
    assert!(happened.contains(&expected), "{happened:?}");
    assert_eq!(scene.request.status, Status::Open);
    assert_eq!(scene.request.awaited(&scene.request.rules.stages[1], scene.roster(), scene.now), [id("mia")]);
    scene.approves("mia").unwrap();
    assert_eq!(scene.request.status, Status::Approved);
}

#[test]
fn a_rejection_takes_effect_with_its_reason_and_holds_the_approval_back_until_then() {
    let mut scene = Scene::new(&[]);
    scene.approves("lea").unwrap();
    let happened = scene.tries("lyn", vote(Choice::Reject, None)).unwrap();
    assert_eq!(happened, [Happened::ReasonMissing]);
    assert!(scene.request.owes_reason(&id("lyn")));
    scene.approves("luis").unwrap();
    assert_eq!(stage(&scene, "legal"), StageStatus::Pending);
    scene.rejects("lyn", "export control is open").unwrap();
    assert_eq!(scene.request.status, Status::Rejected);
}

#[test]
fn a_taken_back_rejection_leaves_no_vote_not_the_approval_before_it() {
    let mut scene = Scene::new(&[]);
    scene.approves("lea").unwrap();
    scene.tries("lea", vote(Choice::Reject, None)).unwrap();
    let back = |choice| Deed::TakeBack { choices: vec![choice], on: On::default() };
    assert_eq!(scene.tries("lea", back(Choice::Approve)), Ok(vec![Happened::NothingToTakeBack]));
    scene.tries("lea", back(Choice::Reject)).unwrap();
    assert_eq!(scene.request.ballot("legal", &id("lea")).unwrap().choice, None);
    assert!(!scene.request.owes_reason(&id("lea")));
}

#[test]
fn a_stage_may_take_typed_words_instead_of_a_tap() {
    let mut scene = Scene::new(&[("cryptography", "yes")]);
    let tap = |confirmed| {
        Deed::Vote(Vote {
            choice: Choice::Approve,
            reason: None,
            condition: None,
            means: Means::Reaction,
            confirmed,
            on: On::default(),
        })
    };
    assert_eq!(scene.tries("sam", tap(Confirmed::Awaited)), Ok(vec![Happened::ConfirmationMissing]));
    assert_eq!(stage(&scene, "security"), StageStatus::Pending);
    assert!(scene.request.owes_confirmation(&id("sam")));
    scene.tries("sam", tap(Confirmed::Yes)).unwrap();
    assert_eq!(stage(&scene, "security"), StageStatus::Approved);
}

#[test]
fn a_vote_on_a_card_counts_for_that_card_and_that_revision() {
    let mut scene = Scene::new(&[("cryptography", "yes")]);
    let on = |stages: &[&str], revision| {
        Deed::Vote(Vote {
            choice: Choice::Approve,
            reason: None,
            condition: None,
            means: Means::Reaction,
            confirmed: Confirmed::Yes,
            on: On {
                stages: Some(stages.iter().map(|id| (*id).to_owned()).collect()),
                revision: Some(revision),
            },
        })
    };
    assert_eq!(scene.tries("lea", on(&["security"], 1)), Err(Refusal::NoRole));
    scene.tries("lea", on(&["legal"], 1)).unwrap();
    let edit = scene.edit(&[("cryptography", "yes"), ("license", "MIT")]);
    scene.tries("ada", edit).unwrap();
    assert_eq!(scene.tries("luis", on(&["legal"], 1)), Err(Refusal::OldRevision));
    scene.tries("luis", on(&["legal"], 2)).unwrap();
}

#[test]
fn a_deputy_fills_one_seat_never_passes_it_on_and_never_decides_what_they_or_their_principal_ask() {
    let mut scene = Scene::new(&[]);
    let (now, until) = (scene.now, "2026-12-01T00:00:00Z".parse().unwrap());
    let delegate = |from: &str, to: &str| Delegation {
        from: id(from),
        to: id(to),
        role: Some(Role("legal".into())),
        since: now,
        until,
    };
    let people = &scene.people;
    scene.absences.delegate(people, delegate("luis", "eve")).unwrap();
    assert_eq!(scene.absences.delegate(people, delegate("eve", "max")), Err(NoDelegation::Chain));
    assert_eq!(scene.absences.delegate(people, delegate("luis", "luis")), Err(NoDelegation::ToOneself));
    assert_eq!(scene.absences.delegate(people, delegate("max", "sam")), Err(NoDelegation::HoldsNothing));
    scene.absences.delegate(people, delegate("ada", "max")).unwrap();
    assert_eq!(scene.approves("max"), Err(Refusal::NoRole), "ada asks, so nobody decides in her place");
    let happened = scene.approves("eve").unwrap();
    let expected =
        Happened::Voted { stage: "legal".into(), choice: Choice::Approve, instead_of: Some(id("luis")) };
    assert!(happened.contains(&expected), "{happened:?}");
    scene.approves("luis").unwrap();
    assert_eq!(stage(&scene, "legal"), StageStatus::Pending, "one seat, one vote");
    scene.approves("lea").unwrap();
    assert_eq!(stage(&scene, "legal"), StageStatus::Approved);
}

#[test]
fn a_delegation_ends_and_what_was_decided_in_time_stands() {
    let mut scene = Scene::new(&[]);
    let since = scene.now;
    scene.absences.delegations.push(Delegation {
        from: id("luis"),
        to: id("eve"),
        role: None,
        since,
        until: "2026-11-24T00:00:00Z".parse().unwrap(),
    });
    scene.approves("eve").unwrap();
    scene.pass(jiff::SignedDuration::from_hours(48));
    assert_eq!(scene.tries("eve", vote(Choice::Reject, Some("no"))), Err(Refusal::NoRole));
    scene.approves("lea").unwrap();
    assert_eq!(stage(&scene, "legal"), StageStatus::Approved);
}

#[test]
fn whoever_is_away_is_not_waited_for_and_may_still_decide() {
    let mut scene = Scene::new(&[]);
    let legal = scene.request.rules.stages[0].clone();
    let now = scene.now;
    scene.absences.set_away(&id("lea"), "2026-12-01T00:00:00Z".parse().unwrap(), now);
    let awaited = scene.request.awaited(&legal, scene.roster(), now);
    assert_eq!(awaited, [id("both"), id("luis"), id("lyn")]);
    scene.approves("lea").unwrap();
    assert_eq!(scene.request.approvals(&legal, scene.roster()).len(), 1);
}

#[test]
fn one_named_role_may_break_the_glass_with_a_reason_but_not_for_itself() {
    let mut scene = Scene::new(&[]);
    let glass = |reason: &str| Deed::BreakGlass(reason.to_owned());
    assert_eq!(scene.tries("ada", glass("I need it")), Err(Refusal::OwnRequest));
    assert_eq!(scene.tries("lea", glass("urgent")), Err(Refusal::NoGlass));
    assert_eq!(scene.tries("olga", glass(" ")), Err(Refusal::NeedsWords));
    scene.tries("olga", glass("a hole is being exploited")).unwrap();
    assert_eq!(scene.request.status, Status::Approved);
    assert!(matches!(scene.request.approval, Some(Approval::BreakGlass { .. })));
}

#[test]
fn the_boring_is_approved_by_the_rules_and_by_nobody() {
    let (scene, outcome) = Scene::filed(&[("small", "yes"), ("license", "MIT")]);
    assert_eq!(scene.request.status, Status::Approved);
    assert!(matches!(&scene.request.approval, Some(Approval::Policy { rule, .. }) if rule == "small"));
    assert!(scene.request.ballots.is_empty());
    let audited = serde_json::to_string(&outcome.effects).unwrap();
    assert!(audited.contains("policy.approved") && audited.contains("release@"), "{audited}");
    assert_eq!(Scene::new(&[("small", "yes")]).request.status, Status::Open, "another license");
}

#[test]
fn accounts_of_one_person_are_one_voter() {
    let mut scene = Scene::new(&[]);
    scene.approves("lea").unwrap();
    let elsewhere = crate::request::machine::Doer { person: id("lea"), account: account("lea-elsewhere") };
    let act = crate::request::machine::Act {
        by: Some(elsewhere),
        at: scene.now,
        deed: vote(Choice::Approve, None),
    };
    let (people, absences) = (scene.people.clone(), scene.absences.clone());
    let roster = crate::request::Roster { people: &people, absences: &absences };
    scene.request.apply(roster, &act, scene.now).unwrap();
    assert_eq!(stage(&scene, "legal"), StageStatus::Pending);
}
