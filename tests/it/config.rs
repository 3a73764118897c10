//! The config as an operator meets it.

use crate::support::{ospo, run, said};

const EXAMPLE: &str = include_str!("../../deploy/ospo.example.toml");

#[test]
fn the_example_is_sound_and_every_commented_key_is_one_that_exists() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ospo.toml");
    for text in [EXAMPLE.to_owned(), with_every_key(EXAMPLE)] {
        std::fs::create_dir_all(folder.path().join("knowledge")).unwrap();
        std::fs::write(&path, &text).unwrap();
        let output = run(&["config", "check", "--config", &path.display().to_string()], "");
        assert!(said(&output).contains("sound"), "{text}");
    }
}

/// Takes the `#` from every line `# key = value`.
fn with_every_key(text: &str) -> String {
    let uncomment = |line: &str| match line.strip_prefix("# ") {
        Some(rest) if rest.contains(" = ") && rest.split(" = ").next().is_some_and(is_key) => rest.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(uncomment).collect::<Vec<_>>().join("\n")
}

fn is_key(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[test]
fn a_misspelt_key_is_refused_with_line_and_cure_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ospo.toml");
    std::fs::write(&path, EXAMPLE.replacen("[channels]", "[chanels]", 1)).unwrap();
    let output = ospo().args(["serve", "--config"]).arg(&path).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.contains("did you mean `channels`?"), "{stderr}");
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn a_role_that_nobody_holds_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ospo.toml");
    let text = EXAMPLE.replacen("management = [\"mia\"]", "management = []", 1);
    std::fs::write(&path, text).unwrap();
    let output = ospo().args(["config", "check", "--config"]).arg(&path).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("the role `management` needs people"), "{stderr}");
}
