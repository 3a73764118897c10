//! What a curator runs: `ospo knowledge eval`. What `ospo knowledge check` warns of is tested in `counsel::review`, on few
//! articles.

use std::process::Output;

use crate::support::ospo;

fn knowledge(arguments: &[&str]) -> Output {
    ospo().arg("knowledge").args(arguments).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    [text(&output.stdout), text(&output.stderr)].concat()
}

#[test]
fn a_companys_own_questions_are_asked_and_what_got_worse_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a path").to_owned()
    };
    let question =
        |want: &str| format!("{{\"ask\": \"May we sell GPL software for money?\", \"want\": [{want}]}}\n");
    let good = file("good.jsonl", &question("\"gpl-selling\""));
    let report = folder.path().join("report.json");
    let report = report.to_str().expect("a path");
    let first = knowledge(&["eval", &good, "--save", report]);
    assert!(first.status.success() && said(&first).contains("1 questions: 1 right"), "{}", said(&first));
    let bad = file("bad.jsonl", &question("\"gpl-fonts\""));
    let second = knowledge(&["eval", &bad, "--against", report]);
    assert_eq!(second.status.code(), Some(1));
    assert!(said(&second).contains("worse than before: wrong: May we sell"), "{}", said(&second));
    let unknown = knowledge(&["eval", &file("unknown.jsonl", &question("\"no-such-article\""))]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("no-such-article"), "{}", said(&unknown));
}
