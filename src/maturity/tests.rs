use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::answer::{Answer, Given};
use super::assessment::{Assessment, Refused};
use super::model::Model;
use super::reminder::{Item, Kind, Reminder, State, renewal, steps};
use super::report::{Ending, Progress, Questions, RequestFact, Requests, period};
use super::result::{Findings, Targets, course};
use super::roadmap::{Edit, NotChanged, Roadmap, Status};
use super::schedule::Schedule;
use super::strategy::{Outline, Strategy};
use crate::core::event::Place;
use crate::core::person::{ChannelId, People, PersonId, Platform};
use crate::core::source::{Fault, SourceFile};

/// Three stages, two areas, five practices, one antipattern.
const SAMPLE: &str = r#"
id = "sample"
version = "1"
title = "Sample"
about = "A sample."
measure = "stages"
renew_every = "6 months"
stages = [
  { id = "one", title = "One", short = "One", meaning = "m", article = "a" },
  { id = "two", title = "Two", short = "Two", meaning = "m" },
  { id = "three", title = "Three", short = "Three", meaning = "m" },
]
areas = [
  { id = "law", title = "Law", meaning = "m", target = "two" },
  { id = "people", title = "People", meaning = "m" },
]

[[practices]]
id = "law.list"
area = "law"
stage = "one"
layer = "ospo"
title = "There is a list"
meaning = "m"
example = "e"
first_step = "Make a list."
why = "w"
weeks = 2

[[practices]]
id = "law.rule"
area = "law"
stage = "two"
layer = "management"
title = "There is a rule"
meaning = "m"
example = "e"
first_step = "Write the rule."
why = "w"
weeks = 4

[[practices]]
id = "law.tool"
area = "law"
stage = "three"
layer = "ospo"
title = "There is a tool"
meaning = "m"
example = "e"
first_step = "Buy the tool."
why = "w"
weeks = 8

[[practices]]
id = "people.talk"
area = "people"
stage = "one"
layer = "employee"
title = "There was a talk"
meaning = "m"
example = "e"
first_step = "Give a talk."
why = "w"
weeks = 2

[[practices]]
id = "people.course"
area = "people"
stage = "two"
layer = "employee"
title = "There is a course"
meaning = "m"
example = "e"
first_step = "Plan the course."
why = "w"
weeks = 6

[[antipatterns]]
id = "paper"
title = "Paper"
meaning = "A rule that nobody knows."
way_out = "Teach it."
when = [
  { practice = "law.rule", is = ["most", "yes"] },
  { practice = "people.talk", is = ["no"] },
]
"#;

fn load(text: &str) -> Result<Model, Vec<Fault>> {
    Model::load(&SourceFile { path: "maturity/sample.toml".into(), text: text.into() })
}

fn model() -> Model {
    load(SAMPLE).unwrap()
}

fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

fn who(id: &str) -> PersonId {
    PersonId(id.to_owned())
}

fn given(answer: Answer) -> Given {
    Given { answer, note: (answer == Answer::NotApplicable).then(|| "no such thing".to_owned()) }
}

fn assessed(model: &Model, answers: &[(&str, Answer)]) -> Assessment {
    let mut assessment = Assessment::new(1, model, who("olga"), now());
    for (practice, answer) in answers {
        assessment.answer(model, practice, given(*answer), who("olga"), now()).unwrap();
    }
    assessment
}

fn findings<'m>(model: &'m Model, answers: &[(&str, Answer)]) -> Findings<'m> {
    Findings::of(model, &assessed(model, answers), &Targets::default())
}

use Answer::{Most, No, NotApplicable, Some as Somewhat, Yes};

#[test]
fn every_fault_of_a_model_names_its_line_and_the_cure() {
    for (from, to, what, cure) in [
        ("id = \"sample\"", "id = \"simple\"", "not the file's name", "name the file"),
        ("\"6 months\"", "\"soon\"", "no length of time", "6 months"),
        ("\"6 months\"", "\"-6 months\"", "no length of time", "6 months"),
        ("area = \"law\"", "area = \"laws\"", "no area `laws`", "did you mean `law`?"),
        ("stage = \"three\"", "stage = \"tree\"", "no stage `tree`", "did you mean `three`?"),
        ("target = \"two\"", "target = \"twoo\"", "no stage `twoo`", "did you mean `two`?"),
        ("id = \"law.rule\"", "id = \"law.list\"", "twice", "rename"),
        ("id = \"law.rule\"", "id = \"Law rule\"", "no id for a practice", "small letters"),
        ("practice = \"law.rule\"", "practice = \"law.role\"", "no practice", "did you mean `law.rule`?"),
        ("layer = \"management\"", "layer = \"manager\"", "unknown variant", "did you mean `management`?"),
        ("is = [\"no\"]", "is = [\"nope\"]", "unknown variant", "allowed here: no, some"),
        ("first_step = \"Make a list.\"", "first = \"Make a list.\"", "unknown field", "first_step"),
        (
            "short = \"One\"",
            "short = \"A name that is far too long for any picture\"",
            "longer than",
            "shorten",
        ),
    ] {
        assert!(SAMPLE.contains(from), "{from}");
        let faults = load(&SAMPLE.replacen(from, to, 1)).unwrap_err();
        let fault = faults
            .iter()
            .find(|fault| fault.what.contains(what))
            .unwrap_or_else(|| panic!("{to}: {faults:?}"));
        assert!(fault.cure.contains(cure) && fault.line > 1, "{to}: {fault}");
    }
}

#[test]
fn stages_are_cumulative_and_only_what_is_done_everywhere_holds() {
    let model = model();
    let stage_of_law = |answers: &[(&str, Answer)]| findings(&model, answers).areas[0].standing.reached;
    assert_eq!(stage_of_law(&[]), 0);
    assert_eq!(stage_of_law(&[("law.list", Most)]), 0);
    assert_eq!(stage_of_law(&[("law.list", Yes)]), 1);
    assert_eq!(stage_of_law(&[("law.rule", Yes), ("law.tool", Yes)]), 0, "without its base nothing counts");
    assert_eq!(stage_of_law(&[("law.list", NotApplicable), ("law.rule", Yes), ("law.tool", Yes)]), 3);
    let half = findings(&model, &[("law.list", Yes), ("law.rule", Somewhat)]);
    assert!((half.areas[0].standing.along - 4.0 / 3.0).abs() < 1e-9);
}

#[test]
fn what_is_missing_comes_nearest_first_and_never_beyond_the_target() {
    let model = model();
    let ids = |answers: &[(&str, Answer)]| -> Vec<String> {
        findings(&model, answers).gaps.iter().map(|gap| gap.practice.id.clone()).collect()
    };
    assert_eq!(ids(&[("people.talk", Most)]), ["people.talk", "law.list", "law.rule", "people.course"]);
    let done = [("law.list", Yes), ("law.rule", Yes), ("people.talk", Yes), ("people.course", Yes)];
    assert_eq!(ids(&done), [""; 0], "law.tool is beyond what law aims for");
    let higher = Targets(BTreeMap::from([("law".to_owned(), 3)]));
    let assessment = assessed(&model, &done);
    assert_eq!(Findings::of(&model, &assessment, &higher).gaps.len(), 1);
}

#[test]
fn an_area_that_has_what_it_aims_for_holds_nobody_back() {
    let model = model();
    let law_done = [("law.list", Yes), ("law.rule", Yes)];
    assert_eq!(findings(&model, &law_done).overall, 0, "people have not begun");
    let all = [("law.list", Yes), ("law.rule", Yes), ("people.talk", Yes), ("people.course", Yes)];
    // People have no practice at the third stage, so they are there; law aims for the second only.
    assert_eq!(findings(&model, &all).overall, 3);
    assert_eq!(findings(&model, &[("law.list", Yes), ("people.talk", Yes)]).overall, 1);
}

#[test]
fn an_antipattern_is_shown_by_answers_and_by_nothing_less() {
    let model = model();
    let shown = |answers: &[(&str, Answer)]| findings(&model, answers).antipatterns.len();
    assert_eq!(shown(&[("law.rule", Yes), ("people.talk", No)]), 1);
    assert_eq!(shown(&[("law.rule", Yes)]), 0, "silence shows nothing");
    assert_eq!(shown(&[("law.rule", Yes), ("people.talk", Somewhat)]), 0);
}

#[test]
fn an_answer_is_corrected_without_losing_the_one_before() {
    let model = model();
    let mut assessment = assessed(&model, &[("law.list", No)]);
    let later = now() + SignedDuration::from_hours(1);
    assessment.answer(&model, "law.list", given(Yes), who("ada"), later).unwrap();
    assessment.answer(&model, "law.list", given(Yes), who("max"), later).unwrap();
    let answered = &assessment.answers["law.list"];
    assert_eq!((answered.now.by.clone(), answered.before.len()), (who("ada"), 1));
    assert_eq!(answered.before[0].given.answer, No);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let model = model();
    let mut assessment = assessed(&model, &[("law.list", No)]);
    let before = assessment.clone();
    let mut refuse = |practice: &str, given: Given| {
        let why = assessment.answer(&model, practice, given, who("ada"), now()).unwrap_err();
        assert_eq!(assessment, before);
        why
    };
    assert_eq!(refuse("law.lists", given(Yes)), Refused::Unknown("law.lists".into()));
    assert_eq!(refuse("law.rule", Given { answer: NotApplicable, note: None }), Refused::NoReason);
    let long = Given { answer: Yes, note: Some("x".repeat(1001)) };
    assert_eq!(refuse("law.rule", long), Refused::TooLong(1001));
    assessment.close(&model, who("olga"), now()).unwrap();
    let closed = assessment.answer(&model, "law.rule", given(Yes), who("ada"), now());
    assert_eq!(closed, Err(Refused::Closed));
}

#[test]
fn the_next_assessment_shows_what_rose_what_fell_and_who_said_so() {
    let model = model();
    let mut first = assessed(&model, &[("law.list", Yes), ("law.rule", Most), ("people.talk", No)]);
    first.close(&model, who("olga"), now()).unwrap();
    let later = now() + SignedDuration::from_hours(24 * 180);
    let mut second = first.following(&model, who("olga"), later);
    assert_eq!((second.number, second.progress(&model, None)), (2, (0, 5)), "all of it is asked again");
    second.answer(&model, "law.list", given(Yes), who("ada"), later).unwrap();
    second.answer(&model, "law.rule", given(No), who("ada"), later).unwrap();
    second.answer(&model, "people.talk", given(Yes), who("max"), later).unwrap();
    assert_eq!(second.progress(&model, None), (3, 5), "what was confirmed counts as answered");
    let targets = Targets::default();
    let comparison = Findings::of(&model, &second, &targets).since(&second, &first, &targets);
    let rose: Vec<&str> = comparison.rose.iter().map(|change| change.practice.id.as_str()).collect();
    assert_eq!(rose, ["people.talk"]);
    assert_eq!(comparison.rose[0].by, Some(who("max")));
    assert_eq!((comparison.fell.len(), comparison.fell[0].by.clone()), (1, Some(who("ada"))));
    assert_eq!(comparison.areas.len(), 1, "people went from 0 to 1");
    let points = course(&model, &[first.clone(), second.clone()], date(2027, 5, 24));
    assert_eq!(points.len(), 2);
    assert!(points[0].areas[1].1 < points[1].areas[1].1);
    second.close(&model, who("olga"), now()).unwrap();
    let on_one_day = course(&model, &[first, second], date(2027, 5, 24));
    assert_eq!(on_one_day.len(), 2, "each is a point of its own");
    assert_eq!(on_one_day[0].day, on_one_day[1].day);
}

#[test]
fn a_conformance_is_yes_or_no_and_begins_anew() {
    let text = SAMPLE.replace("measure = \"stages\"", "measure = \"conformance\"");
    let model = load(&text).unwrap();
    let mut assessment = Assessment::new(1, &model, who("olga"), now());
    let refused = assessment.answer(&model, "law.list", given(Most), who("olga"), now());
    assert_eq!(refused, Err(Refused::OnlyYesOrNo));
    for practice in ["law.list", "law.rule", "law.tool", "people.talk"] {
        assessment.answer(&model, practice, given(Yes), who("olga"), now()).unwrap();
    }
    let targets = Targets::default();
    assert!(!Findings::of(&model, &assessment, &targets).conformant(), "one is not answered");
    let card = |assessment: &Assessment| {
        let findings = Findings::of(&model, assessment, &targets);
        super::view::standing(&findings)
    };
    assert!(card(&assessment).contains("Not conformant: 1 requirement open"), "{}", card(&assessment));
    assert!(!card(&assessment).contains('%'));
    assessment.answer(&model, "people.course", given(NotApplicable), who("olga"), now()).unwrap();
    assert!(Findings::of(&model, &assessment, &targets).conformant());
    assert!(assessment.following(&model, who("olga"), now()).answers.is_empty());
}

#[test]
fn gaps_become_milestones_that_people_change() {
    let model = model();
    let today = date(2026, 11, 25);
    let findings = findings(&model, &[("people.talk", Most)]);
    let mut roadmap = Roadmap::default();
    assert_eq!(roadmap.propose(&findings, today, &who("olga"), now()), [1, 2, 3, 4]);
    assert!(roadmap.propose(&findings, today, &who("olga"), now()).is_empty(), "nothing is proposed twice");
    let first = roadmap.get(1).unwrap();
    assert_eq!((first.step.as_str(), first.due), ("Give a talk.", date(2026, 12, 9)));
    let due: Vec<_> = roadmap.milestones.iter().map(|milestone| milestone.due).collect();
    assert!(due.is_sorted(), "steps follow one another: {due:?}");
    let mut edit =
        |number, edit| roadmap.edit(number, edit, &who("olga"), today, now()).map(|found| found.status);
    assert_eq!(edit(1, Edit::Accept), Ok(Status::Accepted));
    assert_eq!(
        edit(2, Edit::Drop("  ".into())),
        Err(NotChanged::Empty("why it will not be done: `roadmap drop NUMBER because …`"))
    );
    assert_eq!(edit(2, Edit::Drop("sold".into())), Ok(Status::Dropped));
    assert_eq!(edit(1, Edit::Due(date(2026, 1, 1))), Err(NotChanged::Past(date(2026, 1, 1))));
    assert_eq!(edit(1, Edit::Progress("https://wiki.example.com/talk".into())), Ok(Status::Accepted));
    assert_eq!(edit(1, Edit::Done(None)), Ok(Status::Done));
    assert_eq!(edit(1, Edit::Accept), Err(NotChanged::Over(1, "done")));
    assert_eq!(edit(9, Edit::Accept), Err(NotChanged::Unknown(9)));
    assert_eq!(edit(1, Edit::Reopen), Ok(Status::Accepted));
    assert!(
        roadmap.propose(&findings, today, &who("olga"), now()).is_empty(),
        "what was dropped stays dropped"
    );
    let said: Vec<&str> = roadmap.get(1).unwrap().log.iter().map(|note| note.what.as_str()).collect();
    assert_eq!(said, ["proposed", "accepted", "progress", "done", "reopened"]);
}

fn reminder() -> Reminder {
    Reminder {
        number: 1,
        team: "Payments".into(),
        place: Place::channel(ChannelId::new(Platform::Console, "#payments")),
        schedule: Schedule::parse("every Monday 9:00", "UTC", date(2026, 11, 23)).unwrap(),
        by: who("olga"),
        told: now(),
        state: State::Running,
        snoozed: BTreeMap::new(),
        not_ours: Default::default(),
    }
}

fn item(key: &str, kind: Kind, due: &str) -> Item {
    let due = due.parse().unwrap();
    Item { key: key.into(), kind, text: key.into(), owner: None, due, done: None, look: None }
}

#[test]
fn a_digest_says_what_is_due_and_is_quiet_when_nothing_is() {
    let today = date(2026, 11, 30);
    let mut reminder = reminder();
    let far = [item("step-1", Kind::Step, "2027-03-01"), item("articles-legal", Kind::Article, "2026-12-01")];
    assert_eq!(reminder.digest(&far, today), None);
    let mut near: Vec<Item> = (1..=7).map(|n| item(&format!("step-{n}"), Kind::Step, "2026-12-05")).collect();
    near.push(item("step-8", Kind::Step, "2026-11-01"));
    let digest = reminder.digest(&near, today).unwrap();
    assert_eq!((digest.items[0].key.as_str(), digest.items.len(), digest.more), ("step-8", 5, 3));
    assert_eq!(reminder.snooze("step-8", today), date(2026, 12, 14));
    reminder.disown("step-1");
    let keys = |today| -> Vec<String> {
        reminder.digest(&near, today).unwrap().items.iter().map(|item| item.key.clone()).collect()
    };
    assert_eq!(keys(today)[0], "step-2");
    assert_eq!(keys(date(2026, 12, 14))[0], "step-8", "it comes back on its day");
    assert!(!keys(date(2027, 12, 14)).contains(&"step-1".to_owned()), "not ours stays not ours");
}

#[test]
fn an_assessment_is_due_again_in_its_time() {
    let model = model();
    let mut assessment = assessed(&model, &[("law.list", Yes)]);
    assert_eq!(renewal(&model, &assessment), None, "it is open");
    assessment.close(&model, who("olga"), now()).unwrap();
    assert_eq!(renewal(&model, &assessment).unwrap().due, date(2027, 5, 25));
}

#[test]
fn accepted_steps_are_worth_a_word_and_others_are_not() {
    let model = model();
    let mut roadmap = Roadmap::default();
    roadmap.propose(&findings(&model, &[]), date(2026, 11, 25), &who("olga"), now());
    assert!(steps(&roadmap, &People::default()).is_empty());
    roadmap.edit(2, Edit::Owner(who("ada")), &who("olga"), date(2026, 11, 25), now()).unwrap();
    let items = steps(&roadmap, &People::default());
    assert_eq!((items.len(), items[0].done.as_deref()), (1, Some("roadmap done 2")));
}

#[test]
fn a_quarter_is_counted_from_its_days() {
    let today = date(2026, 11, 25);
    assert_eq!(period("2026-Q3", today), Ok((date(2026, 7, 1), date(2026, 9, 30))));
    assert_eq!(period("2027-q4", today), Ok((date(2027, 10, 1), date(2027, 12, 31))));
    assert_eq!(period("", today), Ok((date(2026, 8, 26), today)));
    assert!(period("2026-Q5", today).unwrap_err().to_string().contains("2026-Q3"));
    let at = |text: &str| format!("{text}T12:00:00Z").parse::<Timestamp>().unwrap();
    let fact = |filed: &str, ended: Option<(Ending, &str)>| RequestFact {
        filed: at(filed),
        ended: ended.map(|(how, day)| (how, at(day))),
    };
    let facts = [
        fact("2026-07-01", Some((Ending::Approved, "2026-07-04"))),
        fact("2026-06-30", Some((Ending::Rejected, "2026-07-05"))),
        fact("2026-09-01", None),
        fact("2026-09-29", Some((Ending::Approved, "2026-10-02"))),
    ];
    let count = Requests::count(&facts, date(2026, 7, 1), date(2026, 9, 30));
    assert_eq!((count.filed, count.approved, count.rejected, count.waiting), (3, 1, 1, 1));
    assert_eq!(count.median_days, Some(4.0));
    let asked = [
        ("Who signs a CLA?", at("2026-08-01")),
        ("who signs  a CLA?", at("2026-08-02")),
        ("Why?", at("2026-01-01")),
    ];
    let questions = Questions::count(
        asked.into_iter(),
        ["2026-06-30T10:00:00Z", "2026-07-01T10:00:00Z"].iter().map(|at| at.parse().unwrap()),
        date(2026, 7, 1),
        date(2026, 9, 30),
    );
    assert_eq!(questions.answered, 1, "June is another quarter");
    assert_eq!((questions.in_vain, questions.gaps), (2, vec![("Who signs a CLA?".to_owned(), 2)]));
    assert_eq!(
        Progress::of(&Roadmap::default(), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1)),
        Progress::default()
    );
}

fn outline(template: &str) -> Result<Outline, Vec<Fault>> {
    let questions = r#"
[[questions]]
id = "goals"
title = "Goals"
ask = "Which goals?"
help = "Two or three."

[[questions]]
id = "money"
title = "Money"
ask = "How much?"
help = "A sum."

[[qa]]
question = "May I?"
answer = "Yes."
"#;
    Outline::load(
        &SourceFile { path: "strategy/questions.toml".into(), text: questions.into() },
        &SourceFile { path: "strategy/template.md".into(), text: template.into() },
    )
}

const TEMPLATE: &str = include_str!("../../knowledge/strategy/template.md");

#[test]
fn a_strategy_is_written_by_several_and_marks_what_is_open() {
    let outline = outline(TEMPLATE).unwrap();
    let mut strategy = Strategy::default();
    let draft = outline.document(&strategy, &People::default(), date(2026, 11, 25)).unwrap();
    assert!(draft.contains("Still open: Goals; Money"), "{draft}");
    strategy.write(&outline, "goals", "Reuse", &who("ada"), now()).unwrap();
    strategy.write(&outline, "goals", "Reuse\n# and <b>hiring</b>", &who("max"), now()).unwrap();
    assert_eq!(outline.next(&strategy, Some("goals")).map(|question| question.id.as_str()), Some("money"));
    let text = outline.document(&strategy, &People::default(), date(2026, 11, 25)).unwrap();
    assert!(text.contains("Written by ada, max") && text.contains("**Open.**"), "{text}");
    assert!(
        text.contains("\\# and &lt;b>") && text.contains("**May I?**"),
        "people bring no headings: {text}"
    );
    strategy.write(&outline, "money", "Some", &who("ada"), now()).unwrap();
    let done = outline.document(&strategy, &People::default(), date(2026, 11, 25)).unwrap();
    assert!(!done.to_lowercase().contains("open."), "{done}");
    insta::assert_snapshot!("a_whole_strategy", done);
}

#[test]
fn a_template_that_is_wrong_is_found_when_it_is_read() {
    let fault = &outline("# Ours\n\n{{ secions }}\n").unwrap_err()[0];
    assert_eq!((fault.file.as_str(), fault.line), ("strategy/template.md", 3), "{fault}");
    assert!(outline("{% for x in sections %}").is_err());
    assert!(outline("# Only a title\n").is_ok());
}

fn any_answer() -> impl proptest::strategy::Strategy<Value = Answer> {
    proptest::sample::select(vec![No, Somewhat, Most, Yes, NotApplicable])
}

proptest! {
    #[test]
    fn a_better_answer_never_lowers_a_stage(
        answers in proptest::collection::vec(any_answer(), 5),
        which in 0..5_usize,
    ) {
        let model = model();
        let ids: Vec<&str> = model.practices.iter().map(|practice| practice.id.as_str()).collect();
        let pairs: Vec<(&str, Answer)> = ids.iter().copied().zip(answers).collect();
        let mut better = pairs.clone();
        better[which].1 = Yes;
        let (before, after) = (findings(&model, &pairs), findings(&model, &better));
        for (was, is) in before.areas.iter().zip(&after.areas) {
            prop_assert!(is.standing.reached >= was.standing.reached && is.standing.along >= was.standing.along);
        }
        prop_assert!(after.overall >= before.overall && after.gaps.len() <= before.gaps.len());
    }

    #[test]
    fn the_order_of_answers_and_a_restart_change_no_result(
        answers in proptest::collection::vec(any_answer(), 5),
        order in proptest::strategy::Strategy::prop_shuffle(Just((0..5_usize).collect::<Vec<_>>())),
        restart in 0..5_usize,
    ) {
        let model = model();
        let say = |assessment: &mut Assessment, n: usize| {
            let practice = &model.practices[n].id;
            assessment.answer(&model, practice, given(answers[n]), who("olga"), now()).unwrap();
        };
        let mut straight = Assessment::new(1, &model, who("olga"), now());
        (0..5).for_each(|n| say(&mut straight, n));
        let mut other = Assessment::new(1, &model, who("olga"), now());
        for (at, n) in order.iter().enumerate() {
            if at == restart {
                other = serde_json::from_str(&serde_json::to_string(&other).unwrap()).unwrap();
            }
            say(&mut other, *n);
        }
        prop_assert_eq!(straight, other);
    }
}
