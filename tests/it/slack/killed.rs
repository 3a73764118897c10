//! The program is killed without mercy, in the middle of things.

use crate::slack::company::{Company, Serving};
use crate::support::slack::Message;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_of_a_question_it_is_answered_once() {
    let company = Company::new().await;
    let mut bot = company.serve();
    company.knows_where_it_begins().await;
    let names = ["MIT License", "Apache License 2.0", "BSD Zero Clause License", "zlib License"];
    for (license, (name, kill)) in ["MIT", "Apache-2.0", "0BSD", "Zlib"].iter().zip(names.iter().zip(0..)) {
        company.slack.says("UADA", "DUADA", &format!("license {license}"), None);
        match kill {
            // Before it can be known, once it is acknowledged, once it is sent but not known to be, after all.
            0 => {}
            1 => company.slack.settles().await,
            2 => {
                company.slack.world().swallowed = 1;
                company.slack.sees("DUADA", |message| message.words().contains(name)).await;
            }
            _ => drop(company.slack.sees("DUADA", |message| message.words().contains(name)).await),
        }
        drop(bot);
        bot = company.serve();
        company.slack.sees("DUADA", |message| message.words().contains(name)).await;
    }
    company.slack.says("UADA", "DUADA", "license MPL-2.0", None);
    company.slack.sees("DUADA", |message| message.words().contains("Mozilla Public License 2.0")).await;
    for name in names {
        company.slack.counts("DUADA", 1, |message| message.words().contains(name)).await;
    }
    company.is_content();
}

/// The program, which may die whenever something has just been done.
struct Mortal<'a> {
    company: &'a Company,
    serving: Option<Serving>,
    /// How many connections there had been when it started.
    connections: usize,
}

impl<'a> Mortal<'a> {
    fn starts(company: &'a Company) -> Self {
        Self { company, serving: Some(company.serve()), connections: 0 }
    }

    fn ends(&mut self) {
        drop(self.serving.take());
    }

    fn dies(&mut self) {
        // First the old one, so that the new one finds its records free.
        self.ends();
        self.connections = self.company.slack.world().connections;
        self.serving = Some(self.company.serve());
    }

    /// Waits until it listens again: who asks for a form has three seconds.
    async fn is_back(&self) {
        self.company.slack.connected_after(self.connections).await;
    }
}

/// Whether a message is a card that shows some words now.
fn shows(card: &str, words: &str) -> impl Fn(&Message) -> bool {
    move |message| message.ts == card && message.words().contains(words)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_within_a_vote_an_edit_a_reason_the_home_tab_and_while_catching_up_it_goes_on_where_it_was() {
    let company = Company::new().await;
    let slack = &company.slack;
    let mut bot = Mortal::starts(&company);
    company.knows_where_it_begins().await;
    let card = company.files_a_release().await;

    slack.reacts("ULEA", "CLEGAL", &card, "white_check_mark");
    bot.dies();
    slack.sees("CLEGAL", shows(&card, "1 of 1")).await;
    slack.unreacts("ULEA", "CLEGAL", &card, "white_check_mark");
    slack.settles().await;
    bot.dies();
    slack.sees("CLEGAL", shows(&card, "0 of 1")).await;
    bot.is_back().await;

    // The edit: it dies with a form before somebody's eyes, between its parts, and as the last is handed in.
    slack.commands("UADA", "CGENERAL", "edit REL-1");
    let form = slack.modal("UADA", |view| view.asks("What does it do")).await;
    slack.fills(&form.id, "What does it do", "It opens, closes and drips");
    bot.dies();
    slack.submits(&form.id);
    let form = slack.modal("UADA", |view| view.asks("What does it depend on")).await;
    bot.dies();
    slack.submits(&form.id);
    let form = slack.modal("UADA", |view| view.asks("Which team owns it")).await;
    slack.submits(&form.id);
    bot.dies();
    slack.gone(&form.id).await;
    let anew = |message: &Message| {
        message.words().contains("revision 2") && message.words().contains("It opens, closes and drips")
    };
    let card = slack.sees("CLEGAL", anew).await.ts;

    // The Home tab: it dies as it is opened, and as a button of it is pressed.
    company.files_a_contribution().await;
    slack.opens_home("ULEA");
    bot.dies();
    // What somebody looks at dies with it: she comes back to it.
    slack.opens_home("ULEA");
    let home = slack.home("ULEA", |view| view.buttons().contains(&"approve CON-1".to_owned())).await;
    slack.presses_in(&home.id, "approve CON-1");
    bot.dies();
    let approved =
        |message: &Message| message.words().contains("libturbine") && message.words().contains("1 of 1");
    slack.sees("CLEGAL", approved).await;
    bot.is_back().await;

    // The reason: it dies with the question before somebody's eyes, and as it is answered.
    slack.presses("ULEA", "CLEGAL", &card, "reject REL-1");
    let form = slack.modal("ULEA", |view| view.asks("Why do you reject REL-1")).await;
    slack.fills(&form.id, "Why do you reject", "The name is taken");
    bot.dies();
    slack.submits(&form.id);
    bot.dies();
    slack.gone(&form.id).await;
    slack.sees("CLEGAL", shows(&card, "The name is taken")).await;

    // Catching up: it dies before it has read anything, and in the middle of the answers.
    bot.ends();
    let asked = [("MIT", "MIT License"), ("Apache-2.0", "Apache License 2.0"), ("Zlib", "zlib License")];
    let places = [("UMIA", "DUMIA", ""), ("ULEA", "DULEA", ""), ("UADA", "CGENERAL", "<@UBOT> ")];
    for (license, _) in asked {
        for (user, channel, mention) in places {
            slack.says(user, channel, &format!("{mention}license {license}"), None);
        }
    }
    slack.gives_up();
    slack.holds_back(Some("conversations.history"));
    slack.world().calls.clear();
    bot.dies();
    slack.has_called("users.conversations").await;
    bot.ends();
    slack.holds_back(None);
    bot.dies();
    slack.sees("DUMIA", |message| message.words().contains("MIT License")).await;
    bot.dies();
    for (user, channel, mention) in places {
        slack.says(user, channel, &format!("{mention}license MPL-2.0"), None);
        slack.sees(channel, |message| message.words().contains("Mozilla Public License 2.0")).await;
        for (_, name) in asked {
            slack.counts(channel, 1, |message| message.words().contains(name)).await;
        }
    }
    let cards = |words: &str| {
        slack
            .read("CLEGAL")
            .iter()
            .filter(|card| card.contains("Requested by") && card.contains(words))
            .count()
    };
    assert_eq!((cards("valve"), cards("libturbine")), (1, 1), "one card for each, edited in place");
    slack.settles().await;
    company.is_content();
}
