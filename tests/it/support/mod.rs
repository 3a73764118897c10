//! The real binary, driven as a person or a script would; and a platform in memory.

#[cfg(any(feature = "slack", feature = "matrix"))]
pub mod assessment;
#[cfg(any(feature = "slack", feature = "matrix"))]
pub mod company;
pub mod fake;
#[cfg(feature = "matrix")]
pub mod matrix;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sim;
#[cfg(feature = "slack")]
pub mod slack;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The binary under test.
pub fn ospo() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ospo"));
    command
        .env_remove("OSPO_CONFIG")
        .env_remove("OSPO_KNOWLEDGE")
        .env_remove("RUST_LOG")
        .env("NO_COLOR", "1");
    command
}

/// Runs the binary with standard input and returns what it said.
pub fn run(args: &[&str], input: &str) -> Output {
    let mut child = ospo()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.to_owned();
    // The child may stop reading before all is written.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("the writer ends");
    output
}

/// What the binary wrote to standard output; it must have ended well.
pub fn said(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

/// Plays a script on the sample company, keeping its records in `data`.
pub fn play(data: &Path, script: &str) -> String {
    said(&run(&["demo", "--data", &data.display().to_string(), "--script", "-"], script))
}

/// The audit log as `ospo audit export` hands it over, without times and hashes, which differ from run to run.
pub fn audit(data: &Path) -> Vec<serde_json::Value> {
    let output = said(&run(&["audit", "export", "--data", &data.display().to_string()], ""));
    let strip = |line: &str| {
        let mut entry: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
        let object = entry.as_object_mut().expect("an object");
        for changing in ["at", "hash", "previous", "message"] {
            object.remove(changing);
        }
        entry
    };
    output.lines().map(strip).collect()
}
