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

#[cfg(feature = "postgres")]
#[test]
fn the_whole_bot_runs_on_postgresql_one_at_a_time() {
    use crate::story::FILE_CONTRIBUTION;
    use crate::support::postgres::Server;

    let server = Server::shared();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = runtime.block_on(server.database());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ospo.toml");
    let section = "[store]\nbackend = \"postgres\"\nurl = { file = \"url\" }\n\n[log]";
    std::fs::write(&path, EXAMPLE.replacen("[log]", section, 1)).unwrap();
    std::fs::write(folder.path().join("url"), secrecy::ExposeSecret::expose_secret(&url)).unwrap();
    let config = path.display().to_string();

    let script = format!("{FILE_CONTRIBUTION}/as lea\n/in #legal\n/react CON-1 ✅\n/as ada\nshow CON-1\n");
    let transcript = said(&run(&["serve", "--config", &config], &script));
    assert!(transcript.contains("1 of 1 (✅ Lea (sample))"), "{transcript}");
    assert!(said(&run(&["audit", "verify", "--config", &config], "")).contains("whole: 2 entries"));
    assert!(!folder.path().join("data/store").exists(), "nothing is kept with sled");

    // While one runs, no other starts.
    let mut first = ospo()
        .args(["serve", "--config", &config])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = first.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"requests\n").unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(first.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().contains("CON-1")), "it runs");
    let elsewhere = folder.path().join("elsewhere.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&elsewhere, text.replacen("data = \"data\"", "data = \"elsewhere\"", 1)).unwrap();
    let second = ospo().args(["serve", "--config"]).arg(&elsewhere).output().unwrap();
    let stderr = String::from_utf8_lossy(&second.stderr);
    assert!(stderr.contains("another ospo runs on this database"), "{stderr}");
    drop(stdin);
    let rest = std::thread::spawn(move || lines.count());
    assert!(first.wait().unwrap().success());
    rest.join().unwrap();
    assert!(said(&run(&["audit", "verify", "--config", &config], "")).contains("whole"));
}
