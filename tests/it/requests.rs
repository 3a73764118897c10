//! The life of a request beyond the straight way, as people see it.

use std::path::Path;
use std::sync::Arc;

use ospo_counselor::core::message::{Block, Content};
use ospo_counselor::store::Store;
use ospo_counselor::store::memory::MemoryStore;

use crate::story::FILE_RELEASE;
use crate::support::fake::{FakeChat, Running, TestClock, mind_with};
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
        "{FILE_RELEASE}{FILE_RELEASE}cancel\ncancel\ncopy REL-1\nProject\nwindmill\nsubmit\nsubmit\nshow REL-2\n"
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

/// Ada asks to open-source a project that depends on others; what it depends on is said so.
fn release_that_depends(on: &str) -> String {
    format!(
        "request-release\nturbine\nskip\nnew project\nhttps://git.example.com/turbine\nTurns things\nMore hands\n\
         none\nApache-2.0\nyes\n{on}\nskip\nno\nno\nyes\ndone\nno\nTeam Turbine\nTwo of us\nDCO\n\
         skip\nskip\nskip\nskip\nskip\nskip\nsubmit\n"
    )
}

/// An SBOM with one component under a license.
fn sbom(folder: &Path, file: &str, component: &str, license: &str) -> String {
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
            {{"type":"library","name":"{component}","version":"1.0","licenses":[{{"license":{{"id":"{license}"}}}}]}}]}}"#
    );
    std::fs::write(folder.join(file), text).unwrap();
    folder.join(file).display().to_string()
}

#[test]
fn the_verdict_on_an_attached_sbom_stands_on_the_card_and_goes_with_the_sbom() {
    let data = fresh();
    let strong = sbom(data.path(), "strong.json", "lib-strong", "AGPL-3.0-only");
    let weak = sbom(data.path(), "weak.json", "lib-weak", "MIT");
    let file = release_that_depends(&format!("/attach {strong}"));
    let script = format!(
        "{file}/as lea\n/in #legal\n/history 1\n/react REL-1 ✅\n\
         /as ada\n/in #general\nedit REL-1\nDependencies\n/attach {weak}\nsubmit\n\
         /as lea\n/in dm\n/history 3\n/in #legal\n/history 1\n/as ada\n/in #general\n\
         edit REL-1\nPurpose\nTurns everything\nsubmit\nshow REL-1\n\
         edit REL-1\nDependencies\nNothing any more\nsubmit\nshow REL-1\n"
    );
    let transcript = play(data.path(), &script);
    let at_first = &transcript[..transcript.find("> edit REL-1").expect("an edit")];
    has(
        at_first,
        &["SBOM strong.json: 1 component; 0 allowed, 0 to be reviewed, 1 denied", "Denied: lib-strong"],
    );
    let shown: Vec<&str> = transcript.split("> show REL-1").skip(1).collect();
    has(shown[0], &["revision 3", "see the file weak.json", "SBOM weak.json: 1 component; 1 allowed"]);
    assert!(!shown[0].contains("strong"), "{}", shown[0]);
    assert!(!shown[1].contains("SBOM"), "{}", shown[1]);
    has(&transcript, &["so your vote no longer counts"]);
    let edited = audit(data.path()).into_iter().find(|entry| entry["action"] == "request.edited").unwrap();
    let said = edited["detail"]["Dependencies"].as_str().unwrap();
    assert!(said.contains("1 denied") && said.contains("→ see the file weak.json"), "{said}");
}

#[test]
fn an_sbom_that_cannot_be_read_is_said_on_the_card() {
    let data = fresh();
    let path = data.path().join("bom.json");
    std::fs::write(&path, r#"{"bomFormat":"CycloneDX","specVersion":7}"#).unwrap();
    let file = release_that_depends(&format!("/attach {}", path.display()));
    let transcript = play(data.path(), &format!("{file}/as lea\n/in #legal\n/history 1\n"));
    has(after(&transcript, "/history 1"), &["SBOM bom.json could not be read"]);
}

#[test]
fn the_same_agreement_is_named_before_a_second_contribution_under_it_is_filed() {
    let data = fresh();
    let contribution = |project: &str| {
        format!(
            "request-contribution\n{project}\nhttps://git.example.com/{project}\nMIT\nfeature\none-off\ncorporate CLA\n\
             https://foundation.example.org/ccla\nCloses a file twice\nskip\nno\nskip\nNone of our products\nskip\nskip\n\
             skip\nskip\nsubmit\n"
        )
    };
    let script = format!("{}{}", contribution("libone"), contribution("libtwo"));
    let transcript = play(data.path(), &script);
    has(&transcript, &["This looks like", "CON-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_small_fix_under_an_agreement_needs_nobody_only_if_the_agreement_is_listed() {
    let contribution = include_str!("../../knowledge/workflows/contribution.toml");
    let ours = "https://foundation.example.org/ccla";
    let listed = contribution.replacen("agreements = []", &format!("agreements = [\"{ours}\"]"), 1);
    assert_ne!(listed, contribution);
    let mind = Arc::new(mind_with(&[("workflows/contribution.toml", &listed)]));
    let (store, chat) = (Arc::new(MemoryStore::new()) as Arc<dyn Store>, Arc::new(FakeChat::default()));
    let bot = Running::start_with(mind, store, Arc::clone(&chat), TestClock::new()).await;
    for (project, link) in [("libone", ours), ("libtwo", "https://elsewhere.example.org/cla")] {
        let repository = format!("https://git.example.com/{project}");
        for line in ["request-contribution", project, &repository, "MIT", "small fix", "one-off"] {
            bot.say("ada", "#general", line).await;
        }
        for line in ["corporate CLA", link, "Closes a file twice", "skip", "no", "skip", "submit"] {
            bot.say("ada", "#general", line).await;
        }
    }
    let ada = chat.said_to("@ada");
    let approved: Vec<&String> = ada.iter().filter(|said| said.contains("nobody needs to vote")).collect();
    assert!(approved.len() == 1 && approved[0].contains("CON-1"), "{approved:#?}");
    bot.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_report_comes_with_a_picture() {
    let (store, chat) = (Arc::new(MemoryStore::new()) as Arc<dyn Store>, Arc::new(FakeChat::default()));
    let bot = Running::start(store, Arc::clone(&chat), TestClock::new()).await;
    bot.say("olga", "#ospo", "report").await;
    let messages = chat.messages.lock().unwrap().clone();
    let Content::Text(report) = &messages.last().expect("a report").content else { panic!("{messages:?}") };
    let picture = report.blocks.iter().find_map(|block| match block {
        Block::Picture(picture) => Some(picture),
        _ => None,
    });
    let picture = picture.expect("a picture");
    assert!(picture.png.starts_with(b"\x89PNG"), "{} bytes", picture.png.len());
    assert!(picture.words.contains("approved   0"), "who cannot see it reads {:?}", picture.words);
    bot.end().await.unwrap();
}
