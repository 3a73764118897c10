//! An assessment by two people: one with commands and buttons in a channel, where only she sees what she is asked, one in
//! a direct conversation.

use crate::slack::company::Company;
use crate::support::assessment::{Extent, Step, on_the_console, result, steps};
use crate::support::slack::{BOT, Message, Slack};

/// What becomes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lives,
    /// It is killed in the middle of things, and started again.
    Dies,
}

/// Where somebody takes part: their user, the channel, and whether they alone see what is said to them there.
fn seat(who: &str) -> (&'static str, &'static str) {
    if who == "olga" { ("UOLGA", "COSPO") } else { ("UADA", "DUADA") }
}

/// Whether a message is for somebody in the place where they take part.
fn is_for(who: &str) -> impl Fn(&Message) -> bool {
    let (user, channel) = seat(who);
    move |message| {
        message.user == BOT && (channel.starts_with('D') || message.only_for.as_deref() == Some(user))
    }
}

/// What was said to somebody last, as soon as it is not what it was.
async fn told(slack: &Slack, who: &str, before: &str) -> String {
    let is_for = is_for(who);
    let newest = |messages: &[Message]| messages.iter().rfind(|message| is_for(message)).cloned();
    slack
        .found(seat(who).1, |messages| newest(messages).filter(|newest| newest.words() != before))
        .await
        .words()
}

/// Somebody takes a step: by a button where there is one, in words elsewhere.
async fn takes(slack: &Slack, (who, words): Step) {
    let ((user, channel), is_for) = (seat(who), is_for(who));
    let answer = format!(" {words}");
    let is_asked = |button: &String| button == words || button.ends_with(&answer);
    let tapped = words.split(' ').count() == 1 && words != "back"
        || words.starts_with("maturity assess five-stages security");
    if tapped {
        let asked =
            slack.latest(channel, |message| is_for(message) && message.buttons().iter().any(is_asked)).await;
        let button = asked.buttons().into_iter().find(is_asked).unwrap();
        slack.presses(user, channel, &asked.ts, &button);
    } else if channel.starts_with('D') {
        slack.says(user, channel, words, None);
    } else if words.starts_with("maturity") {
        slack.commands(user, channel, words);
    } else {
        slack.says(user, channel, &format!("<@UBOT> {words}"), None);
    }
}

/// The whole account that somebody asks for, as it comes to them: beside the message, since it is long.
async fn whole_account(slack: &Slack, user: &str, channel: &str) -> String {
    let direct = format!("D{user}");
    slack.commands(user, channel, "maturity result full");
    let beside =
        slack.latest(&direct, |message| message.files.iter().any(|file| file["title"] == "whole.txt")).await;
    let file = beside.files[0]["id"].as_str().unwrap().to_owned();
    String::from_utf8(slack.world().files[&file].clone()).unwrap()
}

async fn assess(extent: Extent, fate: Fate) -> String {
    let company = Company::new().await;
    let slack = &company.slack;
    let mut bot = Some(company.serve());
    slack.connected().await;
    let mut heard = [String::new(), String::new()];
    for (number, step) in steps(extent).into_iter().enumerate() {
        let heard = &mut heard[usize::from(step.0 == "ada")];
        if step.0 == "ada" && heard.is_empty() {
            // She was asked to take part.
            *heard = told(slack, step.0, heard).await;
        }
        takes(slack, step).await;
        if fate == Fate::Dies && number % 9 == 4 {
            // First the old one, so that the new one finds its records free.
            drop(bot.take());
            bot = Some(company.serve());
        }
        *heard = told(slack, step.0, heard).await;
    }
    slack.commands("UOLGA", "COSPO", "maturity result");
    let card = slack.latest("DUOLGA", |message| message.words().contains("What is missing")).await;
    let picture = slack
        .latest("DUOLGA", |message| message.files.iter().any(|file| file["title"] == "maturity.png"))
        .await;
    assert_eq!(picture.thread.as_ref(), Some(&card.ts), "the picture stands beside the card");
    let hint = slack.latest("COSPO", |message| message.words().contains("direct conversation")).await;
    assert_eq!(hint.only_for.as_deref(), Some("UOLGA"), "where she asked she is told where to look");
    // Each sees who answered what.
    let account = whole_account(slack, "UOLGA", "COSPO").await;
    for expected in
        ["Security, by Ada (sample engineer) (9)", "before: yes by Ada", "too small", "wiki.example.com"]
    {
        assert!(account.contains(expected), "no {expected:?} in:\n{account}");
    }
    assert_eq!(account, whole_account(slack, "UADA", "DUADA").await);
    slack.settles().await;
    company.is_content();
    drop(bot);
    let printed = company.ospo("maturity").args(["result", "--markdown"]).output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(account.trim(), printed.trim(), "in chat and on the command line it reads the same");
    result(&company.folder.path().join("data"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assessment_by_two_ends_as_on_the_console_with_and_without_a_kill_in_the_middle() {
    for (extent, fate) in [(Extent::Whole, Fate::Lives), (Extent::TwoAreas, Fate::Dies)] {
        let console = tokio::task::spawn_blocking(move || on_the_console(extent)).await.unwrap();
        assert_eq!(console, assess(extent, fate).await, "{fate:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_a_thread_is_answered_by_its_button_and_the_next_comes_there() {
    let company = Company::new().await;
    let _bot = company.serve();
    let slack = &company.slack;
    let root = slack.says("UOLGA", "COSPO", "how good are we?", None);
    slack.says("UOLGA", "COSPO", "<@UBOT> maturity assess security", Some(&root));
    let first = slack.latest("COSPO", |message| message.words().contains("0 of 49 answered")).await;
    assert_eq!((first.only_for.as_deref(), first.thread.as_ref()), (Some("UOLGA"), Some(&root)));
    let yes = first.buttons().into_iter().find(|button| button.ends_with(" yes")).unwrap();
    slack.presses("UOLGA", "COSPO", &first.ts, &yes);
    let next = slack.latest("COSPO", |message| message.words().contains("1 of 49 answered")).await;
    assert_eq!(next.thread.as_ref(), Some(&root));
    company.is_content();
}
