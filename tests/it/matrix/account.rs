//! The bot's own account.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use matrix_sdk::ruma::api::client::session::logout_all;

use crate::matrix::company::Company;
use crate::support::matrix::Privacy;

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    [text(&output.stdout), text(&output.stderr)].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_fails_and_one_that_is_missing_are_told_with_their_cure() {
    let company = Company::new(Privacy::Plain).await;
    let session = company.folder.path().join("data/matrix/session.json");
    let mode = std::fs::metadata(&session).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "only its owner can read the session");
    let kept = std::fs::read_to_string(&session).unwrap();
    std::fs::write(company.path("wrong"), "not the password").unwrap();
    let output = company.run(&["matrix", "login", "--password-file", &company.path("wrong")]).await;
    assert!(!output.status.success());
    assert!(said(&output).contains("check user, password"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&session).unwrap(), kept, "the session is as it was");
    std::fs::remove_file(&session).unwrap();
    let (ended, log) = company.serves().ends();
    assert!(!ended && log.contains("ospo matrix login"), "{log}");
    std::fs::write(&session, kept).unwrap();
    std::fs::write(company.path("passphrase"), "another one").unwrap();
    let (ended, log) = company.serves().ends();
    assert!(!ended && log.contains("store_passphrase"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_logged_out_stops_it_with_a_clear_word_and_nothing_is_lost() {
    let company = Company::new(Privacy::Plain).await;
    let bot = company.serves();
    let room = company.direct().await;
    company.ada.says(&room, "license ISC").await;
    company.hears(&company.ada, &room, "ISC License").await;
    let other = company.another_device_of_the_bot().await;
    other.client().send(logout_all::v3::Request::new()).await.unwrap();
    let (ended, log) = tokio::task::spawn_blocking(|| bot.ends()).await.unwrap();
    assert!(!ended && log.contains("logged out") && log.contains("ospo matrix login"), "{log}");
    company.ada.says(&room, "license MIT").await;
    let login = company.run(&["matrix", "login", "--password-file", &company.path("password")]).await;
    assert!(login.status.success(), "{}", said(&login));
    let _bot = company.serves();
    company.hears(&company.ada, &room, "MIT License").await;
    assert_eq!(company.said(&company.ada, &room).len(), 2, "{}", company.ada.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_recovery_key_another_device_takes_up_the_identity() {
    let company = Company::new(Privacy::Encrypted).await;
    let check = company.run(&["matrix", "check"]).await;
    assert_eq!(check.status.code(), Some(1), "{}", said(&check));
    assert!(said(&check).contains("ospo matrix setup"), "{}", said(&check));
    let (key, password) = (company.path("recovery-key"), company.path("password"));
    let setup = ["matrix", "setup", "--recovery-key-file", &key, "--password-file", &password];
    let made = company.run(&setup).await;
    assert!(made.status.success(), "{}", said(&made));
    assert_eq!(
        std::fs::metadata(&key).unwrap().permissions().mode() & 0o077,
        0,
        "only its owner can read the key"
    );
    let bot = company.serves();
    let (room, ada) = (company.direct().await, &company.ada);
    for (asked, answered) in [("license ISC", "ISC License"), ("license Zlib", "zlib License")] {
        ada.says(&room, asked).await;
        company.hears(ada, &room, answered).await;
    }
    company.lea.sees_in(&company.legal, &company.bot).await;
    company.mia.sees_in(&company.management, &company.bot).await;
    company.olga.sees_in(&company.office, &company.bot).await;
    let check = company.run(&["matrix", "check"]).await;
    assert!(check.status.success(), "{}", said(&check));
    drop(bot);
    std::fs::remove_dir_all(company.folder.path().join("data/matrix")).unwrap();
    let login = company.run(&["matrix", "login", "--password-file", &password]).await;
    assert!(login.status.success(), "{}", said(&login));
    let recovered = company.run(&setup).await;
    assert!(recovered.status.success(), "{}", said(&recovered));
    // The new device is the bot's own too.
    let check = company.run(&["matrix", "check"]).await;
    assert!(check.status.success(), "{}", said(&check));
}
