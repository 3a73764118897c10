//! A client that nobody here wrote, matrix-nio, talks to the bot in an encrypted room.

use std::process::{Command, Stdio};

use matrix_sdk::ruma::UserId;
use serde_json::Value;

use crate::matrix::company::Company;
use crate::support::matrix::{PASSWORD, Privacy, python};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/matrix/foreign.py");

#[tokio::test(flavor = "multi_thread")]
async fn another_client_is_answered_in_an_encrypted_room() {
    let company = Company::new(Privacy::Encrypted).await;
    let _bot = company.serves();
    company.gathers().await;
    // Lea has a second device with the other client.
    let lea: &UserId = company.lea.id();
    let mut client = Command::new(python());
    client.arg(SCRIPT).args([&company.synapse.url(), lea.as_str(), PASSWORD, company.general.as_str()]);
    client.arg(format!("{}: may we sell GPL software for money?", company.bot)).stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || client.output().unwrap()).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert!(answer["body"].as_str().unwrap().contains("Yes"), "{answer}");
    assert!(answer["html"].as_str().unwrap().contains("<a href="), "{answer}");
    assert_eq!(answer["sealed"], true);
}
