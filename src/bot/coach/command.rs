//! Reads `maturity …`, `roadmap …`, `remind …` and `strategy …`. What does not read as one of them was a question that
//! happens to begin with the word.

use crate::maturity::roadmap::Edit;

/// A command of the coach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoachCommand {
    /// The models, and how each stands.
    Models,
    /// Go through an assessment: perhaps a model, perhaps an area, as said.
    Assess(String),
    /// How an assessment stands.
    Result {
        /// The model, as said.
        model: String,
        /// With who answered what.
        full: Full,
    },
    /// Answer or correct one practice: perhaps a model, the practice, the answer.
    Answer(String),
    /// Ask a person to answer an area: perhaps a model, the person, the area.
    Invite(String),
    /// How far is far enough: perhaps a model, the area, the stage.
    Target(String),
    /// Close an assessment.
    Finish(String),
    /// The report to management, perhaps of a quarter, as said.
    Report(String),
    /// The roadmap.
    Roadmap,
    /// One milestone.
    Milestone(u32),
    /// Make milestones from gaps.
    Propose(String),
    /// Change a milestone.
    Edit(u32, Edit),
    /// Give a milestone to a person, as said.
    Owner(u32, String),
    /// Move a milestone to a day, as said.
    Due(u32, String),
    /// Set up a reminder in this channel: perhaps a team with a colon, and the schedule.
    RemindAdd(String),
    /// All reminders.
    RemindList,
    /// Let a reminder rest.
    RemindPause(u32),
    /// Let it go on.
    RemindContinue(u32),
    /// Remove it.
    RemindRemove(u32),
    /// The next occasions of a reminder by number, or of a schedule.
    RemindPreview(String),
    /// Put something off.
    Snooze(u32, String),
    /// Something is not for this team.
    NotOurs(u32, String),
    /// How far the strategy is.
    Strategy,
    /// Answer its questions, perhaps beginning with one.
    StrategyDraft(String),
    /// Ask a person to answer as well.
    StrategyInvite(String),
    /// The document.
    StrategyExport,
}

impl CoachCommand {
    /// Whether it is a step of an assessment that goes on, which those who read along may see, as they see its questions.
    pub fn is_of_the_dialogue(&self) -> bool {
        matches!(
            self,
            Self::Assess(_) | Self::Answer(_) | Self::Invite(_) | Self::Target(_) | Self::Finish(_)
        )
    }
}

/// How much of a result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// What fits on a card.
    No,
    /// Everything, as Markdown.
    Yes,
}

/// The words that begin a command of the coach, and how they are used.
pub const USAGE: &[(&str, &str)] = &[
    (
        "maturity",
        "maturity assess, maturity result, maturity target AREA STAGE, maturity invite PERSON AREA, maturity report",
    ),
    (
        "roadmap",
        "roadmap, roadmap propose, roadmap accept 1, roadmap done 1 EVIDENCE, roadmap owner 1 PERSON, roadmap due 1 2027-01-31",
    ),
    (
        "remind",
        "remind add TEAM: every second Monday 09:30 Europe/Berlin, remind list, remind preview 1, remind pause 1",
    ),
    ("strategy", "strategy, strategy draft, strategy export"),
];

/// What a line is that begins with one of the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A command.
    Command(CoachCommand),
    /// A command that lacks something.
    Incomplete,
    /// Something else: a question.
    Question,
}

/// Reads what follows one of the words.
pub fn read(word: &str, rest: &str) -> Read {
    let rest = rest.trim();
    let (verb, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (verb, after) = (verb.to_lowercase(), after.trim());
    let found = match word {
        "maturity" => maturity(&verb, after),
        "roadmap" => roadmap(&verb, after),
        "remind" => remind(&verb, after),
        "strategy" => strategy(&verb, after),
        _ => None,
    };
    match found {
        Some(read) => read,
        // "strategy for open source in five years" is a question, "remind pause" is not.
        None if rest.split_whitespace().count() > 2 || rest.ends_with('?') => Read::Question,
        None => Read::Incomplete,
    }
}

/// Nothing more may follow.
fn alone(after: &str, command: CoachCommand) -> Option<Read> {
    after.is_empty().then_some(Read::Command(command))
}

/// Something must follow.
fn with(after: &str, command: impl FnOnce(String) -> CoachCommand) -> Option<Read> {
    Some(if after.is_empty() { Read::Incomplete } else { Read::Command(command(after.to_owned())) })
}

/// A number must follow, and something behind it may.
fn numbered(after: &str, command: impl FnOnce(u32, &str) -> Option<CoachCommand>) -> Option<Read> {
    let (number, after) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
    let number = number.trim_start_matches("step-").trim_start_matches('#').parse().ok();
    Some(number.and_then(|number| command(number, after.trim())).map_or(Read::Incomplete, Read::Command))
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn maturity(verb: &str, after: &str) -> Option<Read> {
    // One or two words behind it name a model and an area; more than that is a sentence.
    let short = after.split_whitespace().count() <= 4;
    match verb {
        "" => alone(after, CoachCommand::Models),
        "assess" if short => Some(Read::Command(CoachCommand::Assess(after.to_owned()))),
        "result" | "results" if short => {
            let model = after.trim_end_matches("full").trim();
            let full = if model.len() < after.len() { Full::Yes } else { Full::No };
            Some(Read::Command(CoachCommand::Result { model: model.to_owned(), full }))
        }
        "answer" => with(after, CoachCommand::Answer),
        "invite" => with(after, CoachCommand::Invite),
        "target" | "targets" => with(after, CoachCommand::Target),
        "finish" | "close" if short => Some(Read::Command(CoachCommand::Finish(after.to_owned()))),
        "report" if short => Some(Read::Command(CoachCommand::Report(after.to_owned()))),
        _ => None,
    }
}

fn roadmap(verb: &str, after: &str) -> Option<Read> {
    let because = |text: &str| text.strip_prefix("because ").unwrap_or(text).to_owned();
    let edit = |make: fn(String) -> Edit| {
        numbered(after, |number, text| some(text).map(|text| CoachCommand::Edit(number, make(text))))
    };
    match verb {
        "" => alone(after, CoachCommand::Roadmap),
        "show" => numbered(after, |number, _| Some(CoachCommand::Milestone(number))),
        "propose" => Some(Read::Command(CoachCommand::Propose(after.to_owned()))),
        "accept" => numbered(after, |number, _| Some(CoachCommand::Edit(number, Edit::Accept))),
        "reopen" => numbered(after, |number, _| Some(CoachCommand::Edit(number, Edit::Reopen))),
        "done" => numbered(after, |number, text| Some(CoachCommand::Edit(number, Edit::Done(some(text))))),
        "progress" => edit(Edit::Progress),
        "step" => edit(Edit::Step),
        "drop" => numbered(after, |number, text| Some(CoachCommand::Edit(number, Edit::Drop(because(text))))),
        "owner" => numbered(after, |number, text| some(text).map(|text| CoachCommand::Owner(number, text))),
        "due" => numbered(after, |number, text| some(text).map(|text| CoachCommand::Due(number, text))),
        _ => None,
    }
}

fn remind(verb: &str, after: &str) -> Option<Read> {
    match verb {
        "add" => with(after, CoachCommand::RemindAdd),
        "" | "list" => alone(after, CoachCommand::RemindList),
        "pause" => numbered(after, |number, _| Some(CoachCommand::RemindPause(number))),
        "continue" | "unpause" => numbered(after, |number, _| Some(CoachCommand::RemindContinue(number))),
        "remove" => numbered(after, |number, _| Some(CoachCommand::RemindRemove(number))),
        "preview" => with(after, CoachCommand::RemindPreview),
        "snooze" => numbered(after, |number, key| some(key).map(|key| CoachCommand::Snooze(number, key))),
        "not-ours" => numbered(after, |number, key| some(key).map(|key| CoachCommand::NotOurs(number, key))),
        _ => None,
    }
}

fn strategy(verb: &str, after: &str) -> Option<Read> {
    let short = after.split_whitespace().count() <= 2;
    match verb {
        "" | "show" => alone(after, CoachCommand::Strategy),
        "draft" if short => Some(Read::Command(CoachCommand::StrategyDraft(after.to_owned()))),
        "invite" if short => with(after, CoachCommand::StrategyInvite),
        "export" => alone(after, CoachCommand::StrategyExport),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> CoachCommand {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match read(word, rest) {
            Read::Command(command) => command,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn commands_are_read() {
        assert_eq!(command("maturity"), CoachCommand::Models);
        assert_eq!(command("maturity assess compliance"), CoachCommand::Assess("compliance".into()));
        let full = CoachCommand::Result { model: "openchain-5230".into(), full: Full::Yes };
        assert_eq!(command("maturity result openchain-5230 full"), full);
        assert_eq!(
            command("roadmap drop 3 because we sold it"),
            CoachCommand::Edit(3, Edit::Drop("we sold it".into()))
        );
        assert_eq!(command("roadmap done 3"), CoachCommand::Edit(3, Edit::Done(None)));
        assert_eq!(command("remind snooze 1 step-4"), CoachCommand::Snooze(1, "step-4".into()));
        assert_eq!(
            command("remind add payments: daily 9:00"),
            CoachCommand::RemindAdd("payments: daily 9:00".into())
        );
    }

    #[test]
    fn a_question_that_begins_like_one_stays_a_question() {
        for line in [
            "maturity of our open source work, how do we measure it",
            "strategy for open source?",
            "roadmap for the next release of the kernel",
            "remind me what copyleft means",
            "strategy draft of our competitor, where is it published",
        ] {
            let (word, rest) = line.split_once(' ').unwrap();
            assert_eq!(read(word, rest), Read::Question, "{line}");
        }
        for line in ["roadmap done", "remind pause all", "maturity invite"] {
            let (word, rest) = line.split_once(' ').unwrap();
            assert_eq!(read(word, rest), Read::Incomplete, "{line}");
        }
    }
}
