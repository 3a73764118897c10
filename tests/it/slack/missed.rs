//! What happened while the program was away.

use crate::slack::company::{Company, free};

#[tokio::test(flavor = "multi_thread")]
async fn after_a_minute_offline_each_of_twenty_messages_is_answered_once() {
    for http in [false, true] {
        let (company, address) =
            if http { Company::over_http().await } else { (Company::new().await, free()) };
        company.slack.says("UADA", "CGENERAL", "<@UBOT> this was said before there was a bot?", None);
        company.slack.gives_up();
        let bot = company.serve();
        if http {
            company.slack.verifies(address).await;
        }
        let thread = company.slack.says("UADA", "CGENERAL", "<@UBOT> license Zlib", None);
        company.slack.sees("CGENERAL", |message| message.words().contains("zlib License")).await;
        company.knows_where_it_begins().await;
        drop(bot);
        let licenses = [
            "MIT",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "MPL-2.0",
            "EPL-2.0",
            "GPL-2.0-only",
            "GPL-3.0-only",
            "LGPL-2.1-only",
            "LGPL-3.0-only",
            "AGPL-3.0-only",
            "CC0-1.0",
            "Unlicense",
            "BSL-1.0",
            "Artistic-2.0",
        ];
        for (number, license) in licenses.iter().enumerate() {
            let (user, channel) = [("UADA", "DUADA"), ("ULEA", "DULEA"), ("UMIA", "CGENERAL")][number % 3];
            let mention = if channel.starts_with('C') { "<@UBOT> " } else { "" };
            company.slack.says(user, channel, &format!("{mention}license {license}"), None);
        }
        for license in ["ISC", "0BSD"] {
            let text = format!("<@UBOT> license {license}");
            company.slack.says("UADA", "CGENERAL", &text, Some(&thread));
        }
        let changed = company.slack.says("UADA", "CGENERAL", "<@UBOT> license WTFPL", None);
        company.slack.edits("UADA", "CGENERAL", &changed, "<@UBOT> license PostgreSQL");
        company.slack.says("UADA", "CGENERAL", "talk among people", None);
        company.slack.says("ULEA", "DULEA", "license PHP-3.01", None);
        company.slack.gives_up();
        let _bot = company.serve();
        let named = |name: &'static str| {
            move |message: &crate::support::slack::Message| message.words().contains(name)
        };
        for (channel, license) in [
            ("DUADA", "MIT License"),
            ("DULEA", "Apache License 2.0"),
            ("DULEA", "PHP License v3.01"),
            ("CGENERAL", "ISC License"),
            ("CGENERAL", "BSD Zero Clause License"),
            ("CGENERAL", "PostgreSQL License"),
        ] {
            company.slack.sees(channel, named(license)).await;
        }
        company.slack.counts("DUADA", 6, |message| !message.words().is_empty()).await;
        company.slack.counts("DULEA", 6, |message| !message.words().is_empty()).await;
        company.slack.counts("CGENERAL", 9, |message| !message.words().is_empty()).await;
        company.slack.settles().await;
        company.is_content();
    }
}
