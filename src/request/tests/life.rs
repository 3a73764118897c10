//! Edits, concerns, questions, conditions, the end and what comes after.

use jiff::SignedDuration;

use super::sample::{Scene, id, vote};
use crate::request::machine::{Deed, Happened, Numbered, On, Refusal, Vote};
use crate::request::state::{Choice, Confirmed, Means, Status};

fn approve_if(condition: &str) -> Deed {
    Deed::Vote(Vote {
        choice: Choice::Approve,
        reason: None,
        condition: Some(condition.to_owned()),
        means: Means::Words,
        confirmed: Confirmed::Yes,
        on: On::default(),
    })
}

fn concern(text: &str) -> Deed {
    Deed::Concern { text: text.to_owned(), on: On::default() }
}

#[test]
fn a_material_change_makes_a_revision_and_voids_votes_a_minor_one_does_not() {
    let mut scene = Scene::new(&[]);
    scene.approves("lea").unwrap();
    let minor = scene.edit(&[("note", "for the fair")]);
    scene.tries("ada", minor).unwrap();
    assert_eq!((scene.request.revision, scene.request.answer("note")), (1, Some("for the fair")));
    assert_eq!(scene.request.ballot("legal", &id("lea")).unwrap().choice, Some(Choice::Approve));

    let material = scene.edit(&[("license", "MIT"), ("note", "for the fair")]);
    let happened = scene.tries("ada", material.clone()).unwrap();
    assert!(matches!(&happened[0], Happened::Edited { changes } if changes.len() == 1
        && changes[0].before.as_deref() == Some("Apache-2.0") && changes[0].after.as_deref() == Some("MIT")));
    assert!(matches!(&happened[1], Happened::Revised { voided } if voided.len() == 1));
    assert_eq!(scene.request.revision, 2);
    assert_eq!(scene.request.ballot("legal", &id("lea")).unwrap().choice, None);
    assert_eq!(scene.tries("ada", material.clone()), Err(Refusal::NoChange));
    assert_eq!(scene.tries("lea", material), Err(Refusal::NotTheirs));
}

#[test]
fn an_edit_moves_the_stages_that_are_needed() {
    let mut scene = Scene::new(&[]);
    assert!(scene.request.gates.contains_key("security"));
    let edit = scene.edit(&[("cryptography", "yes")]);
    scene.tries("ada", edit).unwrap();
    assert!(!scene.request.gates.contains_key("security"));
}

#[test]
fn what_is_decided_is_frozen_and_reopening_begins_anew() {
    let mut scene = Scene::new(&[]);
    scene.rejects("lea", "not ours").unwrap();
    assert_eq!(scene.approves("luis"), Err(Refusal::Decided(Status::Rejected)));
    let edit = scene.edit(&[("license", "MIT")]);
    assert_eq!(scene.tries("ada", edit), Err(Refusal::Decided(Status::Rejected)));
    assert_eq!(scene.tries("luis", Deed::Reopen), Err(Refusal::NotTheirs));
    scene.tries("ada", Deed::Reopen).unwrap();
    assert_eq!((scene.request.status, scene.request.revision), (Status::Open, 2));
    assert_eq!(scene.request.ballot("legal", &id("lea")).unwrap().choice, None);
    scene.legal_agrees();
    scene.approves("mia").unwrap();
    assert_eq!(scene.request.status, Status::Approved);
}

#[test]
fn what_the_rules_approved_stays_open_when_it_is_reopened() {
    let mut scene = Scene::new(&[("small", "yes"), ("license", "MIT")]);
    scene.tries("olga", Deed::Reopen).unwrap();
    assert_eq!(scene.request.status, Status::Open);
}

#[test]
fn a_concern_blocks_until_its_author_or_the_lead_resolves_it() {
    let mut scene = Scene::new(&[]);
    scene.tries("lyn", concern("the name is taken")).unwrap();
    scene.legal_agrees();
    assert_eq!(scene.request.status, Status::Open);
    assert_eq!(scene.approves("mia"), Err(Refusal::NotNow { stage: "management".into() }));
    assert_eq!(scene.tries("luis", Deed::Resolve(1)), Err(Refusal::NotTheirConcern));
    assert_eq!(scene.tries("ada", Deed::Resolve(1)), Err(Refusal::NotTheirConcern));
    let none = Refusal::NoSuch { what: Numbered::Concern, count: 1 };
    assert_eq!(scene.tries("lyn", Deed::Resolve(2)), Err(none));
    scene.tries("lea", Deed::Resolve(1)).unwrap();
    scene.approves("mia").unwrap();
    assert_eq!(scene.request.status, Status::Approved);
}

#[test]
fn a_concern_of_a_later_stage_blocks_too() {
    let mut scene = Scene::new(&[]);
    scene.legal_agrees();
    scene.tries("mia", concern("the budget")).unwrap();
    scene.approves("mia").unwrap();
    assert_eq!(scene.request.status, Status::Open);
    let resolved = scene.tries("mia", Deed::Resolve(1)).unwrap();
    assert!(resolved.contains(&Happened::Settled(Status::Approved)), "{resolved:?}");
}

#[test]
fn a_question_stops_the_clock_until_it_is_answered() {
    let mut scene = Scene::new(&[]);
    let from = scene.request.clock.from;
    scene.tries("lea", Deed::Ask("who maintains it?".into())).unwrap();
    scene.pass(SignedDuration::from_hours(72));
    assert_eq!(scene.tries("luis", Deed::Reply(None, "me".into())), Err(Refusal::NotTheirs));
    let happened = scene.tries("ada", Deed::Reply(None, "two of us".into())).unwrap();
    assert_eq!(happened, [Happened::Replied(1), Happened::Resumed]);
    let stood = scene.request.clock.from.duration_since(from);
    assert!(stood >= SignedDuration::from_hours(72), "{stood}");
    let none = Refusal::NoSuch { what: Numbered::Question, count: 0 };
    assert_eq!(scene.tries("ada", Deed::Reply(None, "again".into())), Err(none));
}

#[test]
fn nothing_is_approved_while_a_question_is_open_and_nothing_lapses() {
    let mut scene = Scene::new(&[]);
    scene.tries("lea", Deed::Ask("who maintains it?".into())).unwrap();
    scene.legal_agrees();
    scene.approves("mia").unwrap();
    assert_eq!(scene.request.status, Status::Open);
    let act = crate::request::machine::Act { by: None, at: scene.now, deed: Deed::Expire };
    let (people, absences) = (scene.people.clone(), scene.absences.clone());
    let roster = crate::request::Roster { people: &people, absences: &absences };
    scene.request.apply(roster, &act, scene.now).unwrap();
    assert_eq!(scene.request.status, Status::Open);
    let answered = scene.tries("ada", Deed::Reply(Some(1), "two of us".into())).unwrap();
    assert!(answered.contains(&Happened::Settled(Status::Approved)), "{answered:?}");
}

#[test]
fn conditions_of_an_approval_are_ticked_with_a_link_before_all_is_complete() {
    let mut scene = Scene::new(&[]);
    scene.tries("lea", approve_if("the trademark search is done")).unwrap();
    scene.approves("luis").unwrap();
    scene.approves("mia").unwrap();
    assert_eq!(scene.request.todo.len(), 3);
    let tick = |number, link: Option<&str>| Deed::Tick(number, link.map(str::to_owned));
    assert_eq!(scene.tries("ada", tick(3, None)), Err(Refusal::NeedsEvidence));
    assert_eq!(scene.tries("ada", tick(3, Some("trust me"))), Err(Refusal::NeedsEvidence));
    assert_eq!(scene.tries("max", tick(1, None)), Err(Refusal::NotTheirs));
    let none = Refusal::NoSuch { what: Numbered::Task, count: 3 };
    assert_eq!(scene.tries("ada", tick(4, None)), Err(none));
    scene.tries("ada", tick(1, None)).unwrap();
    scene.tries("olga", tick(2, None)).unwrap();
    assert_eq!(scene.request.status, Status::Approved);
    scene.tries("ada", tick(3, Some("https://example.com/search"))).unwrap();
    assert_eq!(scene.request.status, Status::Completed);
}

#[test]
fn a_condition_goes_with_the_vote_that_made_it() {
    let mut scene = Scene::new(&[]);
    scene.tries("lea", approve_if("the trademark search is done")).unwrap();
    scene.tries("lea", Deed::TakeBack { choices: vec![Choice::Approve], on: On::default() }).unwrap();
    scene.approves("lyn").unwrap();
    scene.approves("luis").unwrap();
    scene.approves("mia").unwrap();
    assert_eq!(scene.request.todo.len(), 2);
}

#[test]
fn only_those_who_ask_withdraw_and_only_while_it_is_open() {
    let mut scene = Scene::new(&[("co_requesters", "max")]);
    assert_eq!(scene.tries("lea", Deed::Withdraw), Err(Refusal::NotTheirs));
    scene.tries("max", Deed::Withdraw).unwrap();
    assert_eq!(scene.tries("ada", Deed::Withdraw), Err(Refusal::NotPossible(Status::Withdrawn)));
}

#[test]
fn when_reminders_did_not_help_the_backup_may_decide_too() {
    let mut scene = Scene::new(&[]);
    scene.legal_agrees();
    assert_eq!(scene.approves("olga"), Err(Refusal::NoRole));
    let act = crate::request::machine::Act { by: None, at: scene.now, deed: Deed::Escalate };
    let (people, absences) = (scene.people.clone(), scene.absences.clone());
    let roster = crate::request::Roster { people: &people, absences: &absences };
    assert_eq!(scene.request.apply(roster, &act, scene.now), Ok(vec![Happened::Escalated]));
    assert_eq!(scene.request.apply(roster, &act, scene.now), Ok(vec![]), "once");
    scene.approves("olga").unwrap();
    assert_eq!(scene.request.status, Status::Approved);
}

#[test]
fn a_late_rejection_changes_nothing_and_time_never_approves() {
    let mut scene = Scene::new(&[]);
    scene.legal_agrees();
    let act = crate::request::machine::Act { by: None, at: scene.now, deed: Deed::Expire };
    let (people, absences) = (scene.people.clone(), scene.absences.clone());
    let roster = crate::request::Roster { people: &people, absences: &absences };
    scene.request.apply(roster, &act, scene.now).unwrap();
    assert_eq!(scene.request.status, Status::Expired);
    let late = scene.tries("mia", vote(Choice::Reject, Some("no")));
    assert_eq!(late, Err(Refusal::Decided(Status::Expired)));
}
