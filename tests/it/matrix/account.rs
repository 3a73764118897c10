//! The bot's own account.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use matrix_sdk::ruma::api::client::backup::get_latest_backup_info;
use matrix_sdk::ruma::api::client::session::logout_all;
use matrix_sdk::ruma::events::key::verification::VerificationMethod;

use crate::matrix::company::{Company, Serving};
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

/// The bot, with an identity and a backup of its keys, in a direct conversation with Ada that has begun.
async fn begun(company: &Company) -> (Serving, matrix_sdk::ruma::OwnedRoomId) {
    let (key, password) = (company.path("recovery-key"), company.path("password"));
    let setup = ["matrix", "setup", "--recovery-key-file", &key, "--password-file", &password];
    let made = company.run(&setup).await;
    assert!(made.status.success(), "{}", said(&made));
    let bot = company.serves();
    let room = company.direct().await;
    company.ada.says(&room, "license ISC").await;
    company.hears(&company.ada, &room, "ISC License").await;
    (bot, room)
}

/// The bot logs in anew, as another device, and takes up its identity.
async fn logs_in_anew(company: &Company) -> String {
    let (key, password) = (company.path("recovery-key"), company.path("password"));
    let login = company.run(&["matrix", "login", "--password-file", &password]).await;
    assert!(login.status.success(), "{}", said(&login));
    let setup = company.run(&["matrix", "setup", "--recovery-key-file", &key]).await;
    assert!(setup.status.success(), "{}", said(&setup));
    said(&login)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_to_the_device_before_is_read_by_the_next() {
    let company = Company::new(Privacy::Encrypted).await;
    let (bot, room) = begun(&company).await;
    drop(bot);
    // A new session of hers, whose key nobody but the old device gets, and waits for it on the home server.
    let ada = &company.ada;
    ada.client().get_room(&room).unwrap().discard_room_key().await.unwrap();
    ada.says(&room, "license MIT").await;
    assert!(logs_in_anew(&company).await.contains("has taken along"));
    let _bot = company.serves();
    company.hears(ada, &room, "MIT License").await;
    assert_eq!(company.said(ada, &room).len(), 2, "{}", ada.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_backup_opens_is_read_when_all_on_disk_is_lost() {
    let company = Company::new(Privacy::Encrypted).await;
    let (bot, room) = begun(&company).await;
    // Ada's session and the bot's own.
    let itself = company.another_device_of_the_bot().await;
    let backed_up = async || {
        let backup = itself.client().send(get_latest_backup_info::v3::Request::new()).await.unwrap();
        u64::from(backup.count)
    };
    let mut looks = 0;
    while backed_up().await < 2 {
        looks += 1;
        assert!(looks < 100, "the keys are backed up");
        company.ada.looks(std::time::Duration::from_millis(200)).await;
    }
    drop(bot);
    // With the session that the backup has the key of.
    company.ada.says(&room, "license MIT").await;
    std::fs::remove_dir_all(company.folder.path().join("data/matrix")).unwrap();
    logs_in_anew(&company).await;
    let _bot = company.serves();
    company.hears(&company.ada, &room, "MIT License").await;
    assert_eq!(company.said(&company.ada, &room).len(), 2, "{}", company.ada.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_while_the_bot_had_no_device_is_said_to_be_unreadable() {
    let company = Company::new(Privacy::Encrypted).await;
    let (bot, room) = begun(&company).await;
    let itself = company.another_device_of_the_bot().await;
    itself.client().send(logout_all::v3::Request::new()).await.unwrap();
    let (ended, _) = tokio::task::spawn_blocking(|| bot.ends()).await.unwrap();
    assert!(!ended);
    // Ada's client sees that there is no device left.
    let ada = &company.ada;
    ada.client().encryption().request_user_identity(&company.bot).await.unwrap();
    ada.client().get_room(&room).unwrap().discard_room_key().await.unwrap();
    ada.says(&room, "license MIT").await;
    logs_in_anew(&company).await;
    let _bot = company.serves();
    // What she says to the device that there is now is read.
    ada.looks(std::time::Duration::ZERO).await;
    ada.client().encryption().request_user_identity(&company.bot).await.unwrap();
    ada.says(&room, "license Zlib").await;
    company.hears(ada, &room, "zlib License").await;
    // Once the bot has waited for the keys long enough, it says so.
    company.hears(ada, &room, "I cannot read your message").await;
    assert_eq!(company.said(ada, &room).len(), 3, "{}", ada.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_compare_emoji_is_declined_with_a_word_on_what_to_compare_instead() {
    let company = Company::new(Privacy::Encrypted).await;
    let (_bot, room) = begun(&company).await;
    let (ada, check) = (&company.ada, company.run(&["matrix", "check"]).await);
    let check = said(&check);
    let line = check.lines().find(|line| line.contains("fingerprint")).unwrap_or_else(|| panic!("{check}"));
    let told = line.rsplit(": ").next().unwrap().replace(' ', "");
    let devices = ada.client().encryption().get_user_devices(&company.bot).await.unwrap();
    let fingerprints: Vec<String> =
        devices.devices().filter_map(|device| device.ed25519_key()).map(|key| key.to_base64()).collect();
    assert_eq!(fingerprints, [told], "what her client shows is what the program tells");
    let identity = ada.client().encryption().request_user_identity(&company.bot).await.unwrap().unwrap();
    let methods = vec![VerificationMethod::SasV1];
    let request = identity.request_verification_with_methods(methods).await.unwrap();
    let asked_in = request.room_id().map(ToOwned::to_owned).unwrap_or(room);
    company.hears(ada, &asked_in, "ospo matrix check").await;
    ada.until(|| request.is_cancelled().then_some(())).await;
}
