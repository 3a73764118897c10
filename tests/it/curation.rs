//! What a curator runs: `ospo knowledge check` and `ospo knowledge eval`.

use std::path::Path;
use std::process::Output;

use crate::support::ospo;

fn knowledge(arguments: &[&str]) -> Output {
    ospo().arg("knowledge").args(arguments).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A copy of a built-in article under another id and with another file.
fn twin(folder: &Path) {
    let article = include_str!("../../knowledge/articles/copyleft/gpl-selling.md");
    let copy = article.replace("id = \"gpl-selling\"", "id = \"gpl-selling-again\"");
    let place = folder.join("articles/copyleft");
    std::fs::create_dir_all(&place).expect("a folder");
    std::fs::write(place.join("gpl-selling-again.md"), copy).expect("a file");
}

#[test]
fn an_article_that_says_the_same_as_another_is_a_warning_and_fails_only_when_asked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    twin(folder.path());
    let own = folder.path().to_str().expect("a path");
    let output = knowledge(&["check", "--knowledge", own]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("gpl-selling and gpl-selling-again ask nearly the same"),
        "{}",
        said(&output)
    );
    let strict = knowledge(&["check", "--strict", "--knowledge", own]);
    assert_eq!(strict.status.code(), Some(1));
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
