//! Files that people attach: SBOMs and license texts, at the console and on a platform that has its bad days.

use std::sync::Arc;

use ospo_counselor::core::event::{Addressed, EventKind, FileRef, MessageRef};
use ospo_counselor::core::message::{Block, Content};
use ospo_counselor::core::person::{ChannelId, Platform};
use ospo_counselor::store::Store;
use ospo_counselor::store::memory::MemoryStore;

use crate::support::fake::{FakeChat, Running, TestClock};
use crate::support::play;

const BOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
  {"type":"library","name":"good","version":"1.0","licenses":[{"license":{"id":"MIT"}}]},
  {"type":"library","name":"strong","version":"2.0","licenses":[{"license":{"id":"AGPL-3.0-only"}}]}]}"#;

fn with_file(text: &str, id: &str, name: &str, size: Option<u64>) -> EventKind {
    EventKind::Said {
        text: text.to_owned(),
        message: MessageRef { channel: ChannelId::new(Platform::Console, "#general"), id: "said".to_owned() },
        addressed: Addressed::Mention,
        files: vec![FileRef { id: id.to_owned(), name: name.to_owned(), size }],
    }
}

async fn company() -> (Arc<FakeChat>, Running) {
    let chat = Arc::new(FakeChat::default());
    chat.files.lock().unwrap().insert("bom".to_owned(), BOM.as_bytes().to_vec());
    let store = Arc::new(MemoryStore::new()) as Arc<dyn Store>;
    let bot = Running::start(store, Arc::clone(&chat), TestClock::new()).await;
    (chat, bot)
}

#[tokio::test(start_paused = true)]
async fn an_sbom_is_judged_for_the_use_that_is_named_with_a_picture_of_the_verdicts() {
    let (chat, bot) = company().await;
    bot.event("e1", "ada", "#general", with_file("for saas please", "bom", "bom.json", None)).await;
    let said = chat.said_to("#general");
    assert!(said[0].contains("strong 2.0") && said[0].contains("saas"), "{said:?}");
    let messages = chat.messages.lock().unwrap();
    let Content::Card(card) = &messages[0].content else { panic!("a card: {messages:?}") };
    let picture = card.blocks.iter().find_map(|block| match block {
        Block::Picture(picture) => Some(picture),
        _ => None,
    });
    let picture = picture.expect("a picture");
    assert!(picture.png.starts_with(b"\x89PNG") && picture.words.contains("allowed"), "{}", picture.words);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_or_read_is_said() {
    let (chat, bot) = company().await;
    bot.event("e1", "ada", "#general", with_file("", "lost", "lost.json", None)).await;
    bot.event("e2", "ada", "#general", with_file("", "bom", "huge.json", Some(1 << 40))).await;
    chat.files
        .lock()
        .unwrap()
        .insert("bad".to_owned(), br#"{"bomFormat":"CycloneDX","specVersion":7}"#.to_vec());
    bot.event("e3", "ada", "#general", with_file("", "bad", "bom.json", None)).await;
    let said = chat.said_to("#general");
    for (said, expected) in said.iter().zip(["not there any more", "larger than 64 MB", "specVersion"]) {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert_eq!(said.len(), 3);
}

#[test]
fn at_the_console_a_file_is_attached_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("bom.json"), BOM).unwrap();
    std::fs::write(at("a license"), "SPDX-License-Identifier: MIT OR Apache-2.0\n").unwrap();
    let script =
        format!("/attach {} for device\n/attach \"{}\"\n/history 4\n", at("bom.json"), at("a license"));
    let transcript = play(&folder.path().join("data"), &script);
    for expected in ["📎 bom.json for device", "strong 2.0", "allowed", "📎 a license", "MIT OR Apache-2.0"]
    {
        assert!(transcript.contains(expected), "no {expected:?} in:\n{transcript}");
    }
}
