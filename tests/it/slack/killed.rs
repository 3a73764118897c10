//! The program is killed without mercy, in the middle of things.

use crate::slack::company::Company;

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
