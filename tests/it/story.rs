//! The main job, through the real binary, as people would do it at the console.

use std::path::Path;
use std::process::Stdio;

use ospo_counselor::bot::records;
use ospo_counselor::store::sled::SledStore;
use ospo_counselor::store::{Batch, Expect, Store};

use crate::support::{audit, ospo, play, run, said};

/// Ada asks to open-source a project.
pub const FILE_RELEASE: &str = "\
request-release
turbine
skip
sample or small tool
https://git.example.com/turbine
Turns things, and nothing existing turns them this way
Apache-2.0
yes
skip
no
no
yes
Team Turbine, two days a week
skip
skip
skip
skip
skip
submit
";

/// Ada asks to contribute to one.
pub const FILE_CONTRIBUTION: &str = "\
request-contribution
libturbine
https://git.example.com/libturbine
MIT
feature
1
2
Closes a file twice at most
skip
no
skip
None of our products
skip
skip
skip
skip
submit
";

/// The part of a transcript between two lines.
fn between<'a>(transcript: &'a str, from: &str, to: &str) -> &'a str {
    let start = transcript.find(from).unwrap_or_else(|| panic!("no {from:?} in:\n{transcript}")) + from.len();
    let rest = &transcript[start..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("no {to:?} after {from:?} in:\n{rest}"))]
}

fn fresh() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

#[test]
fn without_a_terminal_the_demo_plays_a_tour_and_ends_well() {
    let transcript = said(&run(&["demo"], ""));
    for expected in [
        "sample data",
        "contractor",
        "CON-1",
        "Lea (sample legal) (Legal) approved",
        "is approved",
        "request.approved",
    ] {
        assert!(transcript.contains(expected), "no {expected:?} in:\n{transcript}");
    }
    assert!(!transcript.contains('\u{1b}'), "no colors where there is no terminal");
}

#[test]
fn a_question_gets_a_sourced_answer_with_owner_and_review_date() {
    let data = fresh();
    let transcript = play(data.path(), "is using GPL software only inside our company distribution?\n");
    for expected in ["No", "gnu.org", "legal", "2026"] {
        assert!(transcript.contains(expected), "no {expected:?} in:\n{transcript}");
    }
}

#[test]
fn a_release_is_decided_by_two_reactions_and_its_checklist_completes_it() {
    let data = fresh();
    let script = format!(
        "{FILE_RELEASE}\
         /as lea\n/in #legal\n/react REL-1 ✅\n\
         /as mia\n/in #management\n/react REL-1 👍🏽\n\
         /as ada\n/in #general\n\
         done REL-1 1\ndone REL-1 2\ndone REL-1 3\ndone REL-1 4\ndone REL-1 5\ndone REL-1 6\ndone REL-1 7\n\
         show REL-1\n"
    );
    let transcript = play(data.path(), &script);
    let shown = between(&transcript, "> show REL-1", "Revision 1");
    for expected in ["1 of 1 (✅ Lea (sample legal))", "1 of 1 (✅ Mia (sample management))", "completed"] {
        assert!(shown.contains(expected), "no {expected:?} in:\n{shown}");
    }
    assert_eq!(shown.matches('☑').count(), 7);
    let actions: Vec<String> =
        audit(data.path()).iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(&actions[..4], ["request.submitted", "vote.approve", "vote.approve", "request.approved"]);
    assert_eq!(actions.last().unwrap(), "request.completed");
}

#[test]
fn a_rejection_by_reaction_is_asked_for_its_reason_and_the_requester_reads_it() {
    let data = fresh();
    let script = format!(
        "{FILE_RELEASE}\
         /as lea\n/in #legal\n/react REL-1 ✅\n/unreact REL-1 ✅\n/react REL-1 ❌\nThe patent review is missing\n\
         /as mia\n/in #management\n/react REL-1 ✅\n\
         /as ada\n/in #general\n/history 3\nshow REL-1\n"
    );
    let transcript = play(data.path(), &script);
    assert!(between(&transcript, "react REL-1 ❌", "/as mia").contains("Why do you reject"));
    assert!(between(&transcript, "> /history 3", "> show").contains("The patent review is missing"));
    assert!(between(&transcript, "> show REL-1", "Revision 1").contains("rejected"));
    let log = audit(data.path());
    let late = log.last().unwrap();
    assert_eq!((late["action"].as_str(), late["outcome"].as_str()), (Some("vote.approve"), Some("refused")));
    assert!(log.iter().any(|entry| entry["detail"]["reason"] == "The patent review is missing"));
}

#[test]
fn nobody_decides_or_sees_what_is_not_theirs() {
    let data = fresh();
    let script = format!(
        "{FILE_RELEASE}\
         /in #legal\n/react REL-1 ✅\n\
         /as max\n/in #general\nshow REL-1\napprove REL-1\naudit REL-1\n/in #legal\n/react REL-1 ✅\n\
         /as sam\n/in #general\nrequests\n\
         /as olga\n/in #general\nshow REL-1\n"
    );
    let transcript = play(data.path(), &script);
    let max = between(&transcript, "/as max", "/as sam");
    assert!(max.contains("There is no request") && !max.contains("Purpose  "), "{max}");
    assert!(between(&transcript, "> requests", "/as olga").contains("No requests that you can see"));
    let olga = &transcript[transcript.find("/as olga").unwrap()..];
    assert!(olga.contains("0 of 1, can decide: Lea (sample legal), Luis (sample legal)"), "{olga}");
    let refused = audit(data.path()).iter().filter(|entry| entry["outcome"] == "refused").count();
    assert!(refused >= 4, "refused attempts are on record");
}

#[test]
fn a_form_goes_on_after_a_restart_and_says_what_does_not_fit() {
    let data = fresh();
    let first = play(data.path(), "request-contribution\nlibturbine\nno address\n");
    assert!(first.contains("whole web address"), "{first}");
    let second = play(
        data.path(),
        "resume\nhttps://git.example.com/libturbine\nback\nhttps://git.example.com/lib\nskip\nno such license\ncancel\nresume\ncancel\ncancel\nresume\n",
    );
    assert!(second.contains("Where is it?"), "{second}");
    assert!(second.contains("So far: https://git.example.com/libturbine"), "{second}");
    assert!(second.contains("cannot be left out"), "{second}");
    assert!(second.contains("is put aside") && second.contains("Nothing was filed"), "{second}");
    let resumed = between(&second, "> resume", "> resume");
    assert!(resumed.contains("is put aside"), "{resumed}");
    assert!(second[second.rfind("> resume").unwrap()..].contains("nothing under way"), "{second}");
}

#[test]
fn choosing_a_license_ends_in_one_with_reasons_and_refuses_what_a_dependency_forbids() {
    let data = fresh();
    let script =
        "choose\n1\n1\n1\n1\nGPL-2.0-only, GPL-3.0-only\n2\nsubmit\nback\nback\nMIT\n2\nsubmit\nresume\n";
    let transcript = play(data.path(), script);
    let forbidden = between(&transcript, "> submit", "> back");
    assert!(
        forbidden.contains("No license to recommend") && forbidden.contains("is this right?"),
        "{forbidden}"
    );
    let found = &transcript[transcript.rfind("> submit").unwrap()..];
    assert!(found.contains("Apache-2.0") && found.contains("nothing under way"), "{found}");
}

#[test]
fn almost_a_command_is_asked_back() {
    let data = fresh();
    let transcript = play(data.path(), "!ospo aprove REL-1\nshow\n/raect last ✅\n");
    assert!(transcript.contains("Did you mean `approve REL-1`?"), "{transcript}");
    assert!(transcript.contains("Say it like this: `show REL-1`"), "{transcript}");
    assert!(transcript.contains("Did you mean `/react`?"), "{transcript}");
}

#[test]
fn an_unclear_question_is_asked_back_and_the_way_to_a_person_is_one_press() {
    let data = fresh();
    let transcript =
        play(data.path(), "does the open source team own a boat?\n4\n/as olga\n/in #ospo\n/history\n");
    assert!(transcript.contains("[4] Ask a person"), "{transcript}");
    assert!(transcript.contains("is with the OSPO now"), "{transcript}");
    let olga = &transcript[transcript.find("/as olga").unwrap()..];
    assert!(olga.contains("Ada (sample engineer)") && olga.contains("own a boat?"), "{olga}");
}

#[test]
fn what_was_asked_in_vain_is_listed_on_the_command_line_without_names() {
    let data = fresh();
    play(
        data.path(),
        "human who decides about zeppelins?\n/as max\nhuman and who decides about zeppelins then?\n",
    );
    let place = data.path().display().to_string();
    let gaps = said(&run(&["knowledge", "gaps", "--data", &place], ""));
    assert!(gaps.contains("2×") && gaps.contains("who decides about zeppelins"), "{gaps}");
    assert!(!gaps.to_lowercase().contains("max") && !gaps.to_lowercase().contains("ada"), "{gaps}");
    assert!(said(&run(&["knowledge", "stale"], "")).contains("due"));
}

#[test]
fn the_audit_log_proves_itself_and_names_what_was_changed() {
    let data = fresh();
    let script = format!("{FILE_CONTRIBUTION}/as lea\n/in #legal\n/react CON-1 ✅\naudit verify\n");
    let transcript = play(data.path(), &script);
    assert!(transcript.contains("The audit log is whole: 2 entries"), "{transcript}");
    let place = data.path().display().to_string();
    assert!(said(&run(&["audit", "verify", "--data", &place], "")).contains("whole: 2 entries"));

    forge(data.path());
    let output = run(&["audit", "verify", "--data", &place], "");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("entry 1 was changed"), "{said}");
}

#[test]
fn logs_name_events_and_requests_and_hold_nobodys_words() {
    let data = fresh();
    let script = data.path().join("script.txt");
    std::fs::write(&script, FILE_CONTRIBUTION).unwrap();
    let output = ospo()
        .env("RUST_LOG", "info")
        .args(["demo", "--data"])
        .arg(data.path())
        .arg("--script")
        .arg(&script)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(log.contains("the bot is up") && log.contains("request=\"CON-1\""), "{log}");
    for words in ["libturbine", "Closes a file twice"] {
        assert!(!log.contains(words), "{log}");
    }
}

/// Somebody with access to the disk makes Max the requester.
fn forge(data: &Path) {
    let store = SledStore::open(data).expect("the bot has ended");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let key = records::audit(1);
        let record = store.load(&key).await.unwrap().expect("the first entry");
        let forged = String::from_utf8(record.value).unwrap().replace("\"ada\"", "\"max\"");
        let mut batch = Batch::default();
        batch.put(key, Expect::At(record.version), forged.into_bytes());
        store.commit(batch).await.unwrap();
    });
}
