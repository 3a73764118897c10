//! The life of a request beyond the straight way, as people see it.

use std::path::Path;

use crate::story::FILE_RELEASE;
use crate::support::{audit, play, run, said};

fn fresh() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// What is said after the last time somebody typed a line.
fn after<'a>(transcript: &'a str, line: &str) -> &'a str {
    let at = transcript.rfind(line).unwrap_or_else(|| panic!("no {line:?} in:\n{transcript}"));
    &transcript[at..]
}

/// The words alone, however the lines are broken and framed.
fn unbroken(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c == '│')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn has(text: &str, expected: &[&str]) {
    let said = unbroken(text);
    for words in expected {
        assert!(said.contains(&unbroken(words)), "no {words:?} in:\n{text}");
    }
}

/// A config of the sample company for the records in a folder.
fn config(data: &Path) -> String {
    let company = include_str!("../../src/cli/demo/company.toml");
    let path = data.join("company.toml");
    std::fs::write(&path, company).unwrap();
    path.display().to_string()
}

#[test]
fn an_edit_makes_a_revision_and_the_voter_reads_what_changed() {
    let data = fresh();
    let script = format!(
        "{FILE_RELEASE}/as lea\n/in #legal\n/react REL-1 ✅\n\
         /as ada\n/in #general\nedit REL-1\nLicense\nMIT\nsubmit\n\
         /as lea\n/in dm\n/history 3\n/as ada\n/in #general\nstatus REL-1\n"
    );
    let transcript = play(data.path(), &script);
    has(&transcript, &["revision 2", "so your vote no longer counts", "Apache-2.0"]);
    has(after(&transcript, "> status REL-1"), &["Legal (pending)", "0 of 1", "Security (skipped)"]);
    let edited = audit(data.path()).into_iter().find(|entry| entry["action"] == "request.edited").unwrap();
    assert_eq!(edited["detail"]["License"], "Apache-2.0 → MIT");
}

#[test]
fn concerns_and_questions_are_asked_for_their_words_and_come_back() {
    let data = fresh();
    let script = format!(
        "{FILE_RELEASE}/as lea\n/in #legal\n/react REL-1 ❓\nWho maintains it?\n\
         /as ada\n/in #general\nanswer REL-1 Two of us\n\
         /as luis\n/in #legal\n/react REL-1 ⚠️\nThe name is taken\n\
         /as lea\n/in #legal\napprove REL-1\n/as mia\n/in #management\napprove REL-1\nstatus REL-1\n\
         /as luis\n/in #legal\nresolve REL-1 1\n"
    );
    let transcript = play(data.path(), &script);
    has(&transcript, &["What do you want to know", "Who maintains it?", "Two of us", "What is your concern"]);
    has(after(&transcript, "> status REL-1"), &["blocks until Luis"]);
    has(after(&transcript, "> resolve REL-1 1"), &["concern 1 is resolved"]);
    assert_eq!(audit(data.path()).last().unwrap()["action"], "request.approved");
}

#[test]
fn the_boring_is_approved_at_once_by_the_rules() {
    let data = fresh();
    let script = "request-contribution\nlibturbine\nhttps://git.example.com/libturbine\nMIT\nsmall fix\none-off\nDCO\n\
                  Closes a file twice\nskip\nno\nskip\nsubmit\n";
    let transcript = play(data.path(), script);
    has(&transcript, &["is approved", "nobody needs to vote", "a small fix of our own"]);
    let log = audit(data.path());
    let decided = log.iter().find(|entry| entry["action"] == "policy.approved").unwrap();
    assert_eq!(
        (decided["actor"]["actor"].as_str(), decided["detail"]["rule"].as_str()),
        (Some("bot"), Some("small-fix"))
    );
    assert!(decided["policy"].as_str().unwrap().starts_with("contribution@"));
    assert!(!log.iter().any(|entry| entry["action"].as_str().unwrap().starts_with("vote.")));
}

#[test]
fn a_likely_duplicate_is_named_before_it_is_filed_and_an_old_request_can_be_copied() {
    let data = fresh();
    let script = format!(
        "{FILE_RELEASE}{FILE_RELEASE}cancel\ncopy REL-1\nProject\nwindmill\nsubmit\nsubmit\nshow REL-2\n"
    );
    let transcript = play(data.path(), &script);
    has(&transcript, &["This looks like", "REL-1"]);
    has(after(&transcript, "> show REL-2"), &["windmill", "https://git.example.com/turbine"]);
}

#[test]
fn an_approval_may_have_a_condition_that_is_ticked_with_a_link() {
    let data = fresh();
    let script = format!(
        "{FILE_RELEASE}/as lea\n/in #legal\napprove REL-1 if the trademark search is done\n\
         /as mia\n/in #management\n/react REL-1 ✅\n\
         /as ada\n/in #general\ndone REL-1 8\ndone REL-1 8 https://example.com/search\nshow REL-1\n"
    );
    let transcript = play(data.path(), &script);
    has(&transcript, &["it takes a link that proves it"]);
    has(
        after(&transcript, "> show REL-1"),
        &["☑ 8. the trademark search is done", "https://example.com/search"],
    );
}

#[test]
fn somebody_decides_for_somebody_who_is_away() {
    let data = fresh();
    let script = format!(
        "/as lea\n/in #legal\naway until 2999-01-01\ndelegate to sam for legal until 2999-01-01\n\
         /as ada\n/in #general\n{FILE_RELEASE}\
         /as sam\n/in dm\n/history 3\n/in #security\napprove REL-1\n/as ada\n/in #general\nstatus REL-1\n"
    );
    let transcript = play(data.path(), &script);
    has(
        &transcript,
        &["You are away until 2999-01-01", "Sam (sample security) decides for legal", "asks you to decide"],
    );
    has(after(&transcript, "> status REL-1"), &["Sam (sample security) for Lea (sample legal)", "Away: Lea"]);
}

#[test]
fn rules_are_checked_votes_are_tried_and_changed_rules_are_replayed() {
    let data = fresh();
    let script = format!(
        "{FILE_RELEASE}/as lea\n/in #legal\n/react REL-1 ✅\n/as mia\n/in #management\n/react REL-1 ✅\n{FILE_RELEASE}submit\n"
    );
    play(
        data.path(),
        &script.replacen(
            "/as mia\n/in #management\n/react REL-1 ✅\n",
            "/as mia\n/in #management\n/react REL-1 ✅\n/as ada\n/in #general\n",
            1,
        ),
    );
    let (config, place) = (config(data.path()), data.path().display().to_string());
    let at = ["--config", &config, "--data", &place];

    has(&said(&run(&[&["policy", "check"][..], &at].concat(), "")), &["Sound", "Management"]);
    let simulate = ["policy", "simulate", "REL-2", "--vote", "legal:approve", "--vote", "management:approve"];
    let simulated = said(&run(&[&simulate[..], &at].concat(), ""));
    has(
        &simulated,
        &["Nothing is changed", "Lea (sample legal) approves", "decided: approved", "tells console:ada"],
    );
    let wrong = run(&[&["policy", "simulate", "REL-2", "--vote", "legl:approve"][..], &at].concat(), "");
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean `legal`?"));

    let folder = data.path().join("rules/workflows");
    std::fs::create_dir_all(&folder).unwrap();
    let release = include_str!("../../knowledge/workflows/release.toml");
    let stricter = release.replacen("role = \"legal\"\nneeds = 1", "role = \"legal\"\nneeds = 2", 1);
    assert_ne!(stricter, release);
    std::fs::write(folder.join("release.toml"), stricter).unwrap();
    let rules = data.path().join("rules").display().to_string();
    let replayed = said(&run(&[&["policy", "replay", "--knowledge", &rules][..], &at].concat(), ""));
    has(
        &replayed,
        &[
            "2 requests",
            "1 would stand differently",
            "approved by votes → not decided",
            "Legal: not enough votes",
        ],
    );

    has(
        &said(&run(&[&["report"][..], &at].concat(), "")),
        &["2 requests", "1 open, 1 approved", "first response"],
    );
    let png = data.path().join("report.png").display().to_string();
    said(&run(&[&["report", "--png", &png][..], &at].concat(), ""));
    assert!(std::fs::read(&png).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn the_audit_log_is_a_table_without_formulas() {
    let data = fresh();
    let script = FILE_RELEASE.replacen("turbine\n", "=HYPERLINK(\"https://evil.example\")\n", 1);
    play(data.path(), &format!("{script}/as lea\n/in #legal\nreject REL-1 =1+1\n"));
    let place = data.path().display().to_string();
    let table = said(&run(&["audit", "export", "--format", "csv", "--data", &place], ""));
    assert!(table.starts_with("number,at,subject,actor,account,action"), "{table}");
    let cells = table.lines().skip(1).flat_map(|line| line.split(','));
    let formula = |cell: &str| cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']);
    assert!(!cells.into_iter().any(formula), "{table}");
    has(&table, &["vote.reject", "request.rejected"]);
}

#[test]
fn reports_are_for_those_who_decide() {
    let data = fresh();
    let transcript = play(data.path(), &format!("{FILE_RELEASE}report\n/as olga\n/in #ospo\nreport\n"));
    has(&transcript, &["Reports are for the OSPO"]);
    has(
        after(&transcript, "/as olga"),
        &["1 in all, 1 open", "Open by age", "Lea (sample legal): 1 waiting"],
    );
}
