//! The coach: an assessment by two people with restarts, the roadmap, reminders over days, the strategy, and the same on
//! the command line.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ospo_counselor::bot::Mind;
use ospo_counselor::core::event::EventKind;
use ospo_counselor::core::message::{Block, Content};
use ospo_counselor::store::Store;
use ospo_counselor::store::memory::MemoryStore;

use crate::story::FILE_RELEASE;
use crate::support::fake::{FakeChat, Running, TestClock, mind, mind_with, said};
use crate::support::{play, run, said as wrote};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A company with a bot that can be stopped and started again.
struct House {
    store: Arc<MemoryStore>,
    mind: Arc<Mind>,
    chat: Arc<FakeChat>,
    clock: Arc<TestClock>,
    bot: Option<Running>,
    said: AtomicUsize,
}

impl House {
    async fn new() -> Self {
        Self::knowing(mind()).await
    }

    async fn knowing(mind: Arc<Mind>) -> Self {
        let mut house = Self {
            store: Arc::new(MemoryStore::new()),
            mind,
            chat: Arc::new(FakeChat::default()),
            clock: TestClock::new(),
            bot: None,
            said: AtomicUsize::new(0),
        };
        house.start().await;
        house
    }

    async fn start(&mut self) {
        let store = Arc::clone(&self.store) as Arc<dyn Store>;
        let (mind, chat, clock) = (Arc::clone(&self.mind), Arc::clone(&self.chat), Arc::clone(&self.clock));
        self.bot = Some(Running::start_with(mind, store, chat, clock).await);
    }

    async fn stop(&mut self) {
        self.bot.take().expect("it runs").end().await.unwrap();
    }

    async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    async fn happens(&self, who: &str, channel: &str, kind: EventKind) {
        // Ids go on over restarts, as a platform's do.
        let id = format!("said-{}", self.said.fetch_add(1, Ordering::SeqCst));
        self.bot.as_ref().expect("it runs").event(&id, who, channel, kind).await;
    }

    async fn say(&self, who: &str, channel: &str, text: &str) {
        self.happens(who, channel, said(channel, text)).await;
    }

    /// Somebody presses the button with a label on the newest message to them.
    async fn press(&self, who: &str, channel: &str, label: &str) {
        let to = format!("@{who}");
        let action = {
            let messages = self.chat.messages.lock().unwrap();
            let newest =
                messages.iter().rev().find(|seen| seen.to == to || seen.to == channel).expect("a message");
            let buttons = match &newest.content {
                Content::Text(text) => &text.buttons,
                Content::Card(card) => &card.buttons,
            };
            let button = buttons.iter().find(|button| button.label == label);
            button.unwrap_or_else(|| panic!("no button {label:?} in {newest:#?}")).action.clone()
        };
        let message = self.chat.newest_in(&to);
        self.happens(who, channel, EventKind::Pressed { message, action }).await;
    }

    /// The newest message to somebody, as JSON.
    fn newest(&self, to: &str) -> String {
        self.chat.said_to(to).pop().unwrap_or_default()
    }

    /// The lines of fixed width in the newest message to somebody: bars, verdicts, documents.
    fn chart(&self, to: &str) -> String {
        let messages = self.chat.messages.lock().unwrap();
        let newest = messages.iter().rev().find(|seen| seen.to == to).expect("a message");
        let blocks = match &newest.content {
            Content::Text(text) => &text.blocks,
            Content::Card(card) => &card.blocks,
        };
        let words = blocks.iter().find_map(|block| match block {
            Block::Picture(picture) => Some(picture.words.clone()),
            Block::Code { text } => Some(text.clone()),
            _ => None,
        });
        words.unwrap_or_else(|| panic!("no chart in {newest:#?}"))
    }

    async fn passes(&self, time: Duration) {
        tokio::time::sleep(time).await;
        self.bot.as_ref().expect("it runs").pending.settled().await;
    }
}

/// The answers that come round: every kind of them, so that areas differ.
const ROUND: [&str; 6] = ["yes", "yes", "most, see https://wiki.example.com/a", "yes", "some", "no"];

#[derive(Clone, Copy, PartialEq)]
enum Restarts {
    Never,
    InTheMiddle,
}

/// Olga and Ada assess the whole model together; returns the result as Olga reads it.
async fn assess(restarts: Restarts) -> (String, String) {
    let mut house = House::new().await;
    house.say("olga", "#ospo", "maturity assess compliance").await;
    house.press("olga", "#ospo", "yes").await;
    house.say("olga", "#ospo", "maturity invite ada security").await;
    assert!(house.newest("@ada").contains("Olga (sample OSPO) asks you"), "{}", house.newest("@ada"));
    house.say("ada", "dm:ada", "maturity assess security").await;
    for (number, answer) in ROUND.into_iter().enumerate() {
        house.say("olga", "#ospo", answer).await;
        house.say("ada", "dm:ada", answer).await;
        if restarts == Restarts::InTheMiddle && number % 2 == 0 {
            house.restart().await;
        }
    }
    house.say("olga", "#ospo", "maturity assess").await;
    // Everything that is left; after it there is nothing more to be asked.
    for number in 0..60 {
        if house.newest("@olga").contains("are answered") {
            break;
        }
        if restarts == Restarts::InTheMiddle && number % 7 == 0 {
            house.restart().await;
        }
        house.say("olga", "#ospo", ROUND[number % ROUND.len()]).await;
    }
    assert!(house.newest("@olga").contains("all 49 are answered"), "{}", house.newest("@olga"));
    house
        .say("olga", "#ospo", "maturity answer community.lead not applicable because we are too small")
        .await;
    house.say("olga", "#ospo", "maturity finish").await;
    house.say("olga", "#ospo", "maturity result").await;
    let chart = house.chart("@olga");
    house.say("olga", "#ospo", "maturity result full").await;
    let full = house.chart("@olga");
    house.stop().await;
    (chart, full)
}

#[tokio::test(start_paused = true)]
async fn an_assessment_by_two_people_ends_the_same_with_and_without_restarts() {
    let (chart, full) = assess(Restarts::Never).await;
    assert_eq!((chart.clone(), full.clone()), assess(Restarts::InTheMiddle).await);
    insta::assert_snapshot!("a_result_as_text", chart);
    for expected in ["Ada (sample engineer)", "Olga (sample OSPO)", "wiki.example.com", "too small"] {
        assert!(full.contains(expected), "no {expected:?} in:\n{full}");
    }
}

#[tokio::test(start_paused = true)]
async fn others_see_and_answer_only_what_they_were_asked() {
    let house = House::new().await;
    house.say("ada", "#general", "maturity assess").await;
    assert!(house.newest("@ada").contains("up to the people of the OSPO"));
    house.say("olga", "#ospo", "maturity assess").await;
    for refused in [
        "maturity assess security",
        "maturity result",
        "maturity answer security.scanner yes",
        "maturity invite max security",
        "maturity target security 5",
        "maturity finish",
        "maturity report",
        "roadmap",
        "roadmap propose",
        "remind add every Monday 9:00",
        "strategy",
        "strategy export",
    ] {
        house.say("ada", "#general", refused).await;
        let told = house.newest("@ada");
        assert!(
            told.contains("up to the people of the OSPO") || told.contains("answered by others"),
            "{refused}: {told}"
        );
    }
    house.say("olga", "#ospo", "maturity invite ada security").await;
    house.say("ada", "#general", "maturity answer security.scanner yes").await;
    assert!(house.newest("@ada").contains("Kept"), "{}", house.newest("@ada"));
    house.say("ada", "#general", "maturity answer compliance.suppliers yes").await;
    assert!(house.newest("@ada").contains("answered by others"));
}

#[tokio::test(start_paused = true)]
async fn the_report_counts_what_was_answered_and_what_was_asked_in_vain() {
    let house = House::new().await;
    house.say("ada", "#general", "may we sell GPL software for money?").await;
    house.say("lea", "#legal", "Does our insurer accept the SBOM of the elevator?").await;
    house.say("olga", "#ospo", "maturity report").await;
    let report = house.newest("@olga");
    assert!(report.contains("Our articles answered 1 question."), "{report}");
    assert!(report.contains("1 question found no good answer"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_press_on_an_old_question_answers_that_question() {
    let house = House::new().await;
    house.say("olga", "#ospo", "maturity assess").await;
    house.say("olga", "#ospo", "skip").await;
    assert!(house.newest("@olga").contains("There is a person and a channel"));
    let message = house.chat.newest_in("@olga");
    let action = "maturity answer five-stages strategy.importance-known yes".to_owned();
    house.happens("olga", "#ospo", EventKind::Pressed { message, action }).await;
    assert!(house.newest("@olga").contains("Management knows how much"), "{}", house.newest("@olga"));
    house.say("olga", "#ospo", "resume").await;
    assert!(house.newest("@olga").contains("There is a person and a channel"), "it is still asked");
    // A question in between is answered as one.
    house.say("olga", "#ospo", "what is an SBOM?").await;
    house.say("olga", "#ospo", "perhaps").await;
    assert!(house.newest("@olga").contains("I need one of these"));
    house.say("olga", "#ospo", "cancel").await;
    assert!(house.newest("@olga").contains("Paused"));
}

#[tokio::test(start_paused = true)]
async fn gaps_become_a_roadmap_and_a_team_is_reminded_until_it_is_done() {
    // Monday, November 23, 9:00 UTC.
    let mut house = House::new().await;
    house.say("olga", "#ospo", "maturity assess security").await;
    for _ in 0..5 {
        house.say("olga", "#ospo", "no").await;
    }
    house.say("olga", "#ospo", "roadmap propose").await;
    assert!(house.newest("@olga").contains("Proposed"));
    house.press("olga", "#ospo", "Accept 1").await;
    house.say("olga", "#ospo", "roadmap owner 2 max").await;
    assert!(house.newest("@max").contains("Milestone"), "{}", house.newest("@max"));
    house.say("olga", "#engineering", "remind add Turbines: every working day 09:30").await;
    assert!(house.newest("@olga").contains("Monday 2026-11-23 09:30"), "{}", house.newest("@olga"));
    house.say("olga", "#engineering", "remind preview 1").await;
    assert_eq!(house.newest("@olga").matches("09:30 UTC").count(), 11, "{}", house.newest("@olga"));

    house.passes(HOUR).await;
    let told = |house: &House| house.chat.said_to("#engineering").len();
    assert_eq!(told(&house), 0, "two weeks before it is due there is something to say, before that nothing");
    house.say("olga", "#ospo", "roadmap due 1 2026-11-27").await;
    house.passes(24 * HOUR).await;
    assert_eq!(told(&house), 1);
    // Down from Tuesday to Sunday: one message on Monday for what was missed.
    house.stop().await;
    tokio::time::sleep(5 * 24 * HOUR).await;
    house.start().await;
    house.passes(HOUR).await;
    assert_eq!(told(&house), 1, "nothing on a weekend");
    house.passes(24 * HOUR).await;
    assert_eq!(told(&house), 2);
    assert!(
        house.newest("#engineering").contains("3 reminders before it"),
        "{}",
        house.newest("#engineering")
    );
    // Max, who is in that channel, puts the first off and says that the other is done.
    house.press("max", "#engineering", "1 snooze").await;
    assert!(house.newest("@max").contains("Put off until"), "{}", house.newest("@max"));
    house.say("max", "#engineering", "roadmap show 1").await;
    let card = house.chat.newest_in("#engineering");
    house.happens("max", "#engineering", EventKind::Reacted { message: card, emoji: "✅".to_owned() }).await;
    assert!(house.newest("@max").contains("is done"), "{}", house.newest("@max"));
    let before = told(&house);
    house.say("olga", "#engineering", "remind pause 1").await;
    house.passes(72 * HOUR).await;
    assert_eq!(told(&house), before, "paused");
    house.stop().await;
}

/// An article that was to be reviewed months ago.
const STALE: &str = r#"+++
id = "zeppelin-license"
title = "Which license does our sample zeppelin have?"
questions = ["zeppelin license"]
tags = []
licenses = []
pillar = "counselor"
layer = "ospo"
owner = "Turbines"
reviewed = 2025-01-15
review_every = "12 months"
sources = [{ title = "Sample", url = "https://example.com/zeppelin" }]
+++
It has a sample license.
"#;

#[tokio::test(start_paused = true)]
async fn waiting_approvals_stale_articles_and_late_checklists_stand_in_the_digest_of_those_they_concern() {
    let mut house =
        House::knowing(Arc::new(mind_with(&[("articles/copyleft/zeppelin-license.md", STALE)]))).await;
    // Monday, November 23, 9:00 UTC.
    for line in FILE_RELEASE.lines() {
        house.say("ada", "#general", line).await;
    }
    for (channel, team) in
        [("#ospo", "OSPO"), ("#legal", "Legal"), ("#security", "Security"), ("#engineering", "Turbines")]
    {
        house.say("olga", channel, &format!("remind add {team}: every working day 09:30")).await;
    }
    let digests = |house: &House, channel: &str| -> Vec<String> {
        let said = house.chat.said_to(channel);
        said.into_iter().filter(|said| said.contains("Next steps for")).collect()
    };
    house.passes(HOUR).await;
    let newest = |house: &House, channel: &str| digests(house, channel).pop().unwrap_or_default();
    let (ospo, legal, team) =
        (newest(&house, "#ospo"), newest(&house, "#legal"), newest(&house, "#engineering"));
    assert!(ospo.contains("REL-1") && ospo.contains("zeppelin-license"), "{ospo}");
    assert!(legal.contains("REL-1") && !legal.contains("zeppelin-license"), "{legal}");
    assert!(team.contains("zeppelin-license") && !team.contains("REL-1"), "{team}");
    assert_eq!(newest(&house, "#security"), "", "nothing waits for them");

    house.say("lea", "#legal", "approve REL-1").await;
    house.passes(24 * HOUR).await;
    assert_eq!(digests(&house, "#legal").len(), 1, "they have decided");
    assert!(newest(&house, "#ospo").contains("REL-1"), "management has not");
    house.say("mia", "#management", "approve REL-1").await;
    house.passes(24 * HOUR).await;
    assert!(!newest(&house, "#ospo").contains("REL-1"), "the checklist has ten working days");
    house.passes(14 * 24 * HOUR).await;
    assert!(newest(&house, "#ospo").contains("of its checklist"), "{}", newest(&house, "#ospo"));
    for number in 1..=7 {
        house.say("ada", "#general", &format!("done REL-1 {number}")).await;
    }
    house.passes(24 * HOUR).await;
    assert!(!newest(&house, "#ospo").contains("REL-1"), "{}", newest(&house, "#ospo"));
    assert_eq!(digests(&house, "#legal").len(), 1);
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_strategy_is_written_by_two_over_a_restart() {
    let mut house = House::new().await;
    house.say("olga", "#ospo", "strategy draft").await;
    house.say("olga", "#ospo", "Reuse, and no late surprises").await;
    house.restart().await;
    house.say("olga", "#ospo", "cancel").await;
    house.say("mia", "#management", "strategy draft regulators").await;
    house.say("mia", "#management", "The Cyber Resilience Act; we are the manufacturer").await;
    house.say("mia", "#management", "strategy export").await;
    let document = house.chart("@mia");
    for expected in [
        "Written by Mia (sample management), Olga (sample OSPO)",
        "Reuse, and no late surprises",
        "we are the manufacturer",
        "**Open.**",
        "## Questions and answers",
    ] {
        assert!(document.contains(expected), "no {expected:?} in:\n{document}");
    }
    house.stop().await;
}

#[test]
fn the_demo_shows_a_conformance_as_yes_or_no() {
    let data = tempfile::tempdir().unwrap();
    let script = "/as olga\n/in #ospo\nmaturity assess openchain-5230\nyes\nno\ncancel\nmaturity result openchain-5230\n";
    let transcript = play(data.path(), script);
    assert!(transcript.contains("section 3.1.1.1"), "{transcript}");
    assert!(transcript.contains("Not conformant: 24 requirements open"), "{transcript}");
    let result = &transcript[transcript.rfind("maturity result").unwrap()..];
    assert!(!result.contains('%'), "{result}");
}

#[test]
fn an_assessment_on_the_command_line_goes_on_where_it_was_left_and_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("maturity.json").display().to_string();
    let assess = |input: &str, more: &[&str]| {
        let args = [&["maturity", "assess", "--file", &file, "--as", "olga"], more].concat();
        run(&args, input)
    };
    assert!(wrote(&assess("yes\nback\nno\nyes\n", &[])).contains("2 of 49 answered."));
    let bad = assess("perhaps\n", &[]);
    assert_eq!(bad.status.code(), Some(1));
    let rest: String = ROUND.iter().cycle().take(47).map(|answer| format!("{answer}\n")).collect();
    assert!(wrote(&assess(&rest, &["--finish"])).contains("49 of 49 answered."));
    let (radar, course) = (folder.path().join("radar.png"), folder.path().join("course.png"));
    let (to_radar, to_course) = (radar.display().to_string(), course.display().to_string());
    let args = ["maturity", "result", "--file", &file, "--picture", &to_radar, "--course", &to_course];
    let result = wrote(&run(&args, ""));
    assert!(result.contains("Overall:") && result.contains("█"), "{result}");
    for picture in [radar, course] {
        assert!(std::fs::read(picture).unwrap().starts_with(b"\x89PNG"));
    }
    let markdown = wrote(&run(&["maturity", "result", "--file", &file, "--markdown"], ""));
    assert!(
        markdown.starts_with("# Five stages of an OSPO") && markdown.contains("## Who answered what"),
        "{markdown}"
    );
    let starter =
        wrote(&run(&["maturity", "roadmap", "--file", "none.json", "--model", "minimum-viable-ospo"], ""));
    assert!(starter.contains("One accountable lead has agreed hours"), "{starter}");
}

#[test]
fn the_command_line_reads_what_was_said_in_chat() {
    let data = tempfile::tempdir().unwrap();
    let place = data.path().display().to_string();
    play(
        data.path(),
        "/as olga\n/in #ospo\nmaturity assess\nyes\ncancel\nstrategy draft\nFor reuse\ncancel\n",
    );
    let goes_on = wrote(&run(&["maturity", "assess", "--data", &place, "--as", "olga"], "no\n"));
    assert!(goes_on.contains("2 of 49 answered."), "{goes_on}");
    assert!(wrote(&run(&["maturity", "result", "--data", &place], "")).contains("2 of 49 answered"));
    let report = wrote(&run(&["maturity", "report", "--data", &place, "--markdown"], ""));
    assert!(report.starts_with("# Open source report") && report.contains("## Requests"), "{report}");
    let strategy = wrote(&run(&["strategy", "export", "--data", &place], ""));
    assert!(strategy.contains("For reuse") && strategy.contains("Still open"), "{strategy}");
}
