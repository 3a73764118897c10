//! Whether everything is in place: `ospo slack check`, and what keeps the program from starting.

use crate::slack::company::Company;

#[tokio::test(flavor = "multi_thread")]
async fn the_check_names_what_is_missing_and_the_cure() {
    let company = Company::new().await;
    company.slack.world().scopes = "chat:write,commands".to_owned();
    let text = std::fs::read_to_string(company.folder.path().join("ospo.toml")).unwrap();
    std::fs::write(company.folder.path().join("ospo.toml"), text.replace("CMGMT", "CNOWHERE")).unwrap();
    let output = tokio::task::spawn_blocking({
        let mut command = company.ospo("slack");
        command.arg("check");
        move || command.output().unwrap()
    })
    .await
    .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for expected in [
        "✔ the bot token works",
        "✖ the scope files:read",
        "✔ Socket Mode works",
        "✔ the bot is in slack:CLEGAL",
        "✖ slack:CNOWHERE",
    ] {
        assert!(said.contains(expected), "no {expected:?} in:\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_configured_it_does_not_start_and_says_what_is_missing() {
    let company = Company::new().await;
    let refuses = |company: &Company| {
        let mut command = company.ospo("serve");
        async move {
            let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
            assert_eq!(output.status.code(), Some(2));
            String::from_utf8(output.stderr).unwrap()
        }
    };
    let scopes =
        std::mem::replace(&mut company.slack.world().scopes, "chat:write,commands,users:read".to_owned());
    let said = refuses(&company).await;
    assert!(said.contains("the scope channels:history is missing"), "{said}");
    company.slack.world().scopes = scopes;
    company.slack.world().link_disabled = true;
    let said = refuses(&company).await;
    assert!(said.contains("switch Socket Mode on"), "{said}");
    company.slack.world().link_disabled = false;
    company
        .rewrite(|config| config.replace("legal = [\"lea\"]", "legal = { members_of = [\"slack:SNONE\"] }"));
    let said = refuses(&company).await;
    assert!(said.contains("slack:SNONE") && said.contains("no_such_subteam"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_sees_user_groups_and_says_what_cannot_be_seen_over_http() {
    let (company, address) = Company::over_http().await;
    company.slack.world().groups.insert("SLEGAL".to_owned(), vec!["ULEA".to_owned()]);
    company.rewrite(|config| {
        let groups = "members_of = [\"slack:SLEGAL\", \"slack:SGONE\"]";
        config.replace("legal = [\"lea\"]", &format!("legal = {{ people = [\"lea\"], {groups} }}"))
    });
    let mut command = company.ospo("slack");
    command.arg("check");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for expected in [
        "✔ every scope is granted",
        "✔ the user group slack:SLEGAL can be read; members: 1",
        "✖ slack:SGONE: ",
        &format!("? events come over HTTP: start the bot, which listens on {address}"),
    ] {
        assert!(said.contains(expected), "no {expected:?} in:\n{said}");
    }
}
