//! Forms as modals and the Home tab, with what people do in between.

use crate::slack::company::Company;
use crate::support::slack::views::Shown;

/// An SBOM with one part that policy allows.
const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
    {"type":"library","name":"tap","version":"1.0","licenses":[{"license":{"id":"MIT"}}]}]}"#;

/// What Ada puts into the first part of a release request.
pub const FIRST: &[(&str, &str)] = &[
    ("What will the project be called", "valve"),
    ("What kind of release", "new project"),
    ("Where is the code now", "https://git.example.com/valve"),
    ("What does it do", "It opens and closes"),
    ("What do we gain", "Contributors"),
    ("Which product of ours", "none"),
    ("Under which license", "Apache-2.0"),
    ("Is all of it written by us", "Yes"),
];

/// The second part.
pub const SECOND: &[(&str, &str)] = &[
    ("What does it depend on", "see the file"),
    ("Does it contain or use cryptography", "No"),
    ("Does it send anything anywhere", "No"),
    ("Is the whole history free", "Yes"),
    ("Is there a security review", "done"),
    ("Do we use it in production", "No"),
];

/// The third part.
pub const THIRD: &[(&str, &str)] = &[
    ("Which team owns it", "Pipes"),
    ("Who will maintain it", "Ada, one day a week"),
    ("What do contributors agree to", "DCO"),
    ("When would you like to publish", "2031-01-31"),
    ("Who else should hear how it ends", "UOLGA"),
];

impl Company {
    /// Ada fills in what she is asked, as it comes up; returns the form.
    pub async fn fills(&self, answers: &[(&str, &str)]) -> Shown {
        let mut form = None;
        for (label, value) in answers {
            let shown = self.slack.modal("UADA", |view| view.asks(label)).await;
            self.slack.fills(&shown.id, label, value);
            form = Some(shown);
        }
        form.expect("something is filled in")
    }

    /// Ada files a release request in a form; returns the ts of legal's card.
    pub async fn files_a_release(&self) -> String {
        self.slack.commands("UADA", "CGENERAL", "request-release");
        for answers in [FIRST, SECOND, THIRD] {
            let form = self.fills(answers).await;
            self.slack.submits(&form.id);
        }
        self.slack.sees("CLEGAL", |message| message.words().contains("valve")).await.ts
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_asks_what_the_answers_ask_for_says_what_is_wrong_and_is_kept_when_closed() {
    let company = Company::new().await;
    let _bot = company.serve();
    let slack = &company.slack;
    slack.connected().await;
    slack.commands("UADA", "CGENERAL", "request-release");
    let form = slack.modal("UADA", |view| view.asks("What will the project be called")).await;
    assert!(form.words().contains("Part 1 of 3"), "{}", form.words());
    slack.fills(&form.id, "What will the project be called", "valve");
    slack.fills(&form.id, "What kind of release", "sample or small tool");
    slack.modal("UADA", |view| !view.asks("What do we gain")).await;
    slack.fills(&form.id, "What kind of release", "new project");
    slack.modal("UADA", |view| view.asks("What do we gain")).await;
    slack.fills(&form.id, "Is all of it written by us", "No");
    slack.modal("UADA", |view| view.asks("Which code, assets, data")).await;
    slack.settles().await;
    slack.closes(&form.id);
    slack.settles().await;

    slack.commands("UADA", "CGENERAL", "request-release");
    let form = slack.modal("UADA", |view| view.words().contains("You began this before")).await;
    assert_eq!(form.stands("What will the project be called"), "valve");
    assert_eq!(form.stands("What kind of release"), "new project");
    assert_eq!(form.stands("Is all of it written by us"), "No");
    company.fills(FIRST).await;
    let form = slack.modal("UADA", |view| !view.asks("Which code, assets, data")).await;
    slack.fills(&form.id, "Under which license", "the usual one");
    slack.submits(&form.id);
    let form = slack.modal("UADA", |view| view.error("Under which license").is_some()).await;
    assert_eq!(form.errors.len(), 1, "{:?}", form.errors);
    slack.fills(&form.id, "Under which license", "apache 2.0");
    slack.submits(&form.id);

    let form = slack.modal("UADA", |view| view.words().contains("Part 2 of 3")).await;
    assert!(!form.asks("Which algorithms"), "{}", form.words());
    slack.fills(&form.id, "Does it contain or use cryptography", "Yes");
    slack.modal("UADA", |view| view.asks("Which algorithms")).await;
    slack.presses_in(&form.id, "back");
    let form = slack.modal("UADA", |view| view.words().contains("Part 1 of 3")).await;
    assert_eq!(form.stands("Under which license"), "Apache-2.0", "as SPDX writes it");
    slack.submits(&form.id);
    let form = slack.modal("UADA", |view| view.words().contains("Part 2 of 3")).await;
    assert_eq!(form.stands("Does it contain or use cryptography"), "Yes");
    company.fills(SECOND).await;
    let form = slack.modal("UADA", |view| !view.asks("Which algorithms")).await;
    slack.fills(&form.id, "What does it depend on", "");
    slack.submits(&form.id);
    let form = slack.modal("UADA", |view| view.error("What does it depend on").is_some()).await;
    slack.fills(&form.id, "a file instead", &format!("bom.json={SBOM}"));
    slack.submits(&form.id);

    let form = company.fills(THIRD).await;
    assert!(form.words().contains("Part 3 of 3"), "{}", form.words());
    slack.submits(&form.id);
    slack.submits_again(&form.id);
    slack.gone(&form.id).await;
    let card = slack.sees("CLEGAL", |message| message.words().contains("REL-1")).await;
    for said in ["valve", "Apache-2.0", "see the file bom.json", "1 component; 1 allowed", "2031-01-31"] {
        assert!(card.words().contains(said), "no {said:?} in {}", card.words());
    }
    slack.settles().await;
    slack.commands("UADA", "CGENERAL", "requests");
    let list = slack.sees("CGENERAL", |message| message.words().contains("REL-1 valve")).await;
    assert!(!list.words().contains("REL-2"), "told twice, filed once: {}", list.words());
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_from_a_form_is_edited_in_one_and_rejected_with_the_reason_in_another() {
    let company = Company::new().await;
    let _bot = company.serve();
    let slack = &company.slack;
    slack.connected().await;
    let card = company.files_a_release().await;
    slack.reacts("ULEA", "CLEGAL", &card, "white_check_mark");
    slack.sees("CLEGAL", |message| message.words().contains("1 of 1")).await;

    slack.commands("UADA", "CGENERAL", "edit REL-1");
    let form = slack.modal("UADA", |view| view.asks("What does it do")).await;
    assert_eq!(form.stands("What does it do"), "It opens and closes");
    slack.fills(&form.id, "What does it do", "It opens, closes and drips");
    slack.submits(&form.id);
    let form = slack.modal("UADA", |view| view.asks("What does it depend on")).await;
    slack.submits(&form.id);
    let form = slack.modal("UADA", |view| view.asks("Which team owns it")).await;
    assert_eq!(form.stands("Who else should hear how it ends"), "UOLGA");
    assert_eq!(form.stands("When would you like to publish"), "2031-01-31");
    slack.submits(&form.id);
    slack.gone(&form.id).await;
    let card = slack
        .sees("CLEGAL", |message| {
            message.words().contains("revision 2") && message.words().contains("It opens, closes and drips")
        })
        .await;
    assert!(card.words().contains("0 of 1"), "votes begin anew: {}", card.words());

    slack.presses("ULEA", "CLEGAL", &card.ts, "reject REL-1");
    let form = slack.modal("ULEA", |view| view.asks("Why do you reject REL-1")).await;
    slack.closes(&form.id);
    slack.settles().await;
    let standing = slack.sees("CLEGAL", |message| message.ts == card.ts).await;
    assert!(!standing.words().contains("reason awaited"), "nothing is decided by a form that was closed");
    slack.presses("ULEA", "CLEGAL", &card.ts, "reject REL-1");
    let form = slack.modal("ULEA", |view| view.asks("Why do you reject REL-1")).await;
    slack.fills(&form.id, "Why do you reject", "   ");
    slack.submits(&form.id);
    slack.modal("ULEA", |view| view.error("Why do you reject").is_some()).await;
    slack.fills(&form.id, "Why do you reject", "The name is taken");
    slack.submits(&form.id);
    slack.gone(&form.id).await;
    let rejected = slack.sees("CLEGAL", |message| message.words().contains("The name is taken")).await;
    assert_eq!(rejected.ts, card.ts, "the card is edited in place");
    assert!(rejected.words().contains("This request is rejected"), "{}", rejected.words());
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_tells_late_of_a_form_takes_nothing_back() {
    let company = Company::new().await;
    let _bot = company.serve();
    let slack = &company.slack;
    slack.connected().await;
    slack.commands("UADA", "CGENERAL", "request-release");
    let form = slack.modal("UADA", |view| view.asks("Is all of it written by us")).await;
    slack.late(|| slack.fills(&form.id, "Is all of it written by us", "Yes"));
    slack.fills(&form.id, "Is all of it written by us", "No");
    slack.modal("UADA", |view| view.asks("Which code, assets, data")).await;
    slack.catches_up();
    slack.settles().await;
    slack.closes(&form.id);
    slack.settles().await;
    slack.commands("UADA", "CGENERAL", "request-release");
    let form = slack.modal("UADA", |view| view.words().contains("You began this before")).await;
    assert_eq!(form.stands("Is all of it written by us"), "No", "what was done last is kept");
    slack.late(|| slack.fills(&form.id, "What kind of release", "sample or small tool"));
    for answers in [FIRST, SECOND, THIRD] {
        company.fills(answers).await;
        let form = slack.modal("UADA", |view| !view.asks("Which code, assets, data")).await;
        slack.submits(&form.id);
        if answers == FIRST {
            slack.modal("UADA", |view| view.words().contains("Part 2 of 3")).await;
            slack.catches_up();
            slack.settles().await;
        }
    }
    let card = slack.sees("CLEGAL", |message| message.words().contains("REL-1")).await;
    for said in ["valve", "new project", "Apache-2.0"] {
        assert!(card.words().contains(said), "no {said:?} in {}", card.words());
    }
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_in_survives_a_kill_and_is_approved_by_reactions() {
    let company = Company::new().await;
    let bot = company.serve();
    let slack = &company.slack;
    slack.connected().await;
    // A form in parts: the bot dies before the last, and again right after it.
    slack.commands("UADA", "CGENERAL", "request-release");
    let form = company.fills(FIRST).await;
    slack.submits(&form.id);
    let form = company.fills(SECOND).await;
    slack.settles().await;
    drop(bot);
    let bot = company.serve();
    slack.submits(&form.id);
    let form = company.fills(THIRD).await;
    slack.submits(&form.id);
    slack.gone(&form.id).await;
    drop(bot);
    let _bot = company.serve();
    for (channel, user) in [("CLEGAL", "ULEA"), ("CMGMT", "UMIA")] {
        let card = slack.sees(channel, |message| message.words().contains("valve")).await;
        slack.reacts(user, channel, &card.ts, "white_check_mark");
    }
    slack.sees("CLEGAL", |message| message.words().contains("This request is approved")).await;
    slack.settles().await;
    let cards = slack.read("CLEGAL").iter().filter(|words| words.contains("Requested by")).count();
    assert_eq!(cards, 1, "one request, one card");
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_slack_does_not_open_is_asked_in_conversation() {
    let company = Company::new().await;
    let _bot = company.serve();
    let slack = &company.slack;
    slack.connected().await;
    slack.world().views.broken = 1;
    slack.commands("UADA", "CGENERAL", "request-contribution");
    slack.sees("CGENERAL", |message| message.words().contains("Which project")).await;
    assert_eq!(slack.modals("UADA"), 0);
    slack.settles().await;
    // Alone with the bot, the answer may stand under the question.
    slack.world().views.broken = 1;
    slack.commands("UADA", "DUADA", "request-contribution");
    let asked = slack.sees("DUADA", |message| message.words().contains("Which project")).await;
    slack.says("UADA", "DUADA", "libturbine", Some(&asked.ts));
    slack.sees("DUADA", |message| message.words().contains("2/")).await;
    // What is not theirs is refused in words, not opened.
    slack.commands("UMIA", "CGENERAL", "edit REL-1");
    slack.sees("CGENERAL", |message| message.only_for.as_deref() == Some("UMIA")).await;
    assert_eq!(slack.modals("UMIA"), 0);
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_tab_shows_what_is_somebodys_and_follows_what_happens() {
    let company = Company::new().await;
    company.slack.user("UGUEST", &serde_json::json!({ "is_restricted": true }));
    let _bot = company.serve();
    let slack = &company.slack;
    slack.connected().await;
    slack.opens_home("UADA");
    let home = slack.home("UADA", |view| view.words().contains("Nothing waits for you")).await;
    assert!(home.buttons().contains(&"request-contribution".to_owned()), "{:?}", home.buttons());
    slack.opens_home("ULEA");
    slack.home("ULEA", |view| view.words().contains("Nothing waits for you")).await;
    slack.opens_home("UGUEST");
    let home_of_a_guest = slack.home("UGUEST", |view| view.words().contains("members")).await;
    assert!(home_of_a_guest.buttons().is_empty());

    slack.presses_in(&home.id, "request-contribution");
    let form = slack.modal("UADA", |view| view.asks("Which project")).await;
    slack.fills(&form.id, "Which project", "libturbine");
    slack.fills(&form.id, "What do you want", "feature");
    slack.settles().await;
    slack.closes(&form.id);
    slack.home("UADA", |view| view.words().contains("have not filed it")).await;
    slack.presses_in(&home.id, "resume");
    let form = slack.modal("UADA", |view| view.words().contains("You began this before")).await;
    slack.closes(&form.id);
    slack.presses_in(&home.id, "cancel");
    slack.home("UADA", |view| !view.words().contains("have not filed it")).await;

    let card = company.files_a_contribution().await;
    slack.home("UADA", |view| view.words().contains("CON-1 libturbine")).await;
    let waits = slack.home("ULEA", |view| view.words().contains("Waits for you")).await;
    assert!(waits.words().contains("CON-1 libturbine"), "{}", waits.words());
    slack.presses_in(&waits.id, "question CON-1");
    let form = slack.modal("ULEA", |view| view.asks("What do you want to know about CON-1")).await;
    slack.fills(&form.id, "What do you want to know", "Who maintains it?");
    slack.submits(&form.id);
    let asked = slack.home("UADA", |view| view.buttons().contains(&"answer CON-1".to_owned())).await;
    slack.presses_in(&asked.id, "answer CON-1");
    let form = slack.modal("UADA", |view| view.asks("Who maintains it?")).await;
    slack.fills(&form.id, "Who maintains it?", "We do");
    slack.submits(&form.id);
    slack.sees("CLEGAL", |message| message.ts == card && message.words().contains("Answer: We do")).await;
    let waits = slack.home("ULEA", |view| view.buttons().contains(&"approve CON-1".to_owned())).await;
    slack.presses_in(&waits.id, "approve CON-1");
    slack.home("ULEA", |view| view.words().contains("Nothing waits for you")).await;

    slack.presses_in(&waits.id, "away");
    let form = slack.modal("ULEA", |view| view.asks("Until which day")).await;
    slack.fills(&form.id, "Until which day", "2020-01-01");
    slack.submits(&form.id);
    slack.modal("ULEA", |view| view.error("Until which day").is_some()).await;
    slack.fills(&form.id, "Until which day", "2040-01-31");
    slack.submits(&form.id);
    let away = slack.home("ULEA", |view| view.words().contains("away until 2040-01-31")).await;
    slack.presses_in(&away.id, "away off");
    slack.home("ULEA", |view| view.words().contains("You are here")).await;
    company.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_is_used_in_time_also_when_slack_is_slow_to_say_who_somebody_is() {
    let company = Company::new().await;
    let _bot = company.serve();
    let slack = &company.slack;
    slack.connected().await;
    slack.holds_back(Some("users.info"));
    slack.commands("UADA", "CGENERAL", "request-contribution");
    let early = slack.modal("UADA", |view| view.words().contains("on its way")).await;
    slack.holds_back(None);
    let form = slack.modal("UADA", |view| view.asks("Which project")).await;
    assert_eq!(form.id, early.id, "the view is filled, not another opened");
    slack.settles().await;
    company.is_content();
}
