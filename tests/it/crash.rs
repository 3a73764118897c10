//! The whole story with `kill -9` at random points, and a restart after each: nothing lost, nothing twice.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use ospo_counselor::chat::console::ConsoleWorld;

use crate::story::{FILE_CONTRIBUTION, FILE_RELEASE};
use crate::support::{audit, ospo, run, said};

/// Question, hand-over and its answer, release, approvals, rejection with reason, contribution.
fn script() -> String {
    format!(
        "may we keep changes to an LGPL library to ourselves?\n\
         human who decides about zeppelins?\n\
         /as olga\n/in #ospo\n/press ASK-1 1\n/thread ASK-1\n/say The board does\n/thread off\n\
         /as ada\n/in #general\n\
         {FILE_RELEASE}\
         /as lea\n/in #legal\n/react REL-1 ✅\n\
         /as luis\n/in #legal\n/react REL-1 👎\n/unreact REL-1 👎\n\
         /as mia\n/in #management\n/react REL-1 ✅\n\
         /as ada\n/in #general\ndone REL-1 2\n\
         {FILE_CONTRIBUTION}\
         /as lea\n/in #legal\n/react CON-1 ❌\nThe agreement is not signed\n\
         /as ada\n/in #general\nshow REL-1\nrequests\nshow CON-1\n"
    )
}

/// How often the story is killed.
const KILLS: usize = 50;

fn start(data: &Path, script: &Path) -> Child {
    ospo()
        .args(["demo", "--data"])
        .arg(data)
        .arg("--script")
        .arg(script)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the binary starts")
}

/// When the process is killed.
#[derive(Debug, Clone, Copy)]
enum At {
    /// When it has written so many lines.
    Line(usize),
    /// After so long.
    Time(Duration),
}

/// Kills the process at a point, or lets it end before; says whether it ended.
fn kill_at(mut child: Child, at: At) -> bool {
    let out = child.stdout.take().expect("stdout is piped");
    match at {
        At::Line(line) => {
            let mut lines = BufReader::new(out).lines();
            for _ in 0..line {
                if lines.next().is_none() {
                    return child.wait().expect("it ends").success();
                }
            }
        }
        At::Time(delay) => {
            std::thread::spawn(move || std::io::copy(&mut BufReader::new(out), &mut std::io::sink()));
            // The point of the kill is random by intent; nothing is awaited here.
            std::thread::sleep(delay);
        }
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends").success()
}

/// What must be the same at the end, however often the process died.
#[derive(Debug, PartialEq)]
struct End {
    seen_by_people: String,
    audit: Vec<serde_json::Value>,
}

fn end(data: &Path) -> End {
    let place = data.display().to_string();
    let verified = said(&run(&["audit", "verify", "--data", &place], ""));
    assert!(verified.contains("is whole"), "{verified}");
    said(&run(&["store", "verify", "--data", &place], ""));
    let seen_by_people = ConsoleWorld::read(data).expect("the world can be read").transcript();
    End { seen_by_people, audit: audit(data) }
}

#[test]
fn fifty_kills_change_nothing_that_people_or_auditors_see() {
    let seed = std::env::var("OSPO_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("story.txt");
    std::fs::File::create(&path)
        .and_then(|mut file| file.write_all(script().as_bytes()))
        .expect("it is written");

    let undisturbed = folder.path().join("undisturbed");
    let began = Instant::now();
    let output = start(&undisturbed, &path).wait_with_output().expect("it ends");
    let (took, lines) = (began.elapsed(), output.stdout.iter().filter(|byte| **byte == b'\n').count());
    assert!(output.status.success());
    let expected = end(&undisturbed);
    assert!(expected.audit.len() >= 8, "the story is told");

    let mut kills = 0;
    for round in 0.. {
        let data = folder.path().join(format!("round-{round}"));
        // Each round is killed several times on its way.
        for _ in 0..5 {
            let at = match random.bool() {
                true => At::Line(random.usize(0..lines)),
                false => At::Time(took.mul_f64(random.f64())),
            };
            kills += 1;
            if kill_at(start(&data, &path), at) {
                break;
            }
        }
        let last = start(&data, &path).wait_with_output().expect("it ends");
        assert!(last.status.success(), "seed {seed}, round {round}");
        let end = end(&data);
        assert_eq!(end.seen_by_people, expected.seen_by_people, "seed {seed}, round {round}");
        assert_eq!(end.audit, expected.audit, "seed {seed}, round {round}");
        if kills >= KILLS {
            return;
        }
    }
}
