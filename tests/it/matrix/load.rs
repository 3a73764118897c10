//! What a hundred rooms cost. It measures and is not part of a usual run:
//!
//! ```text
//! cargo test --release --all-features --test it matrix::load -- --ignored --nocapture
//! ```

use std::time::Duration;

use matrix_sdk::ruma::OwnedRoomId;

use crate::matrix::company::{Company, Serving};
use crate::support::matrix::Privacy;

const ROOMS: usize = 100;
/// How long idleness is watched.
const IDLE: Duration = Duration::from_secs(60);

/// What a process has used.
struct Used {
    memory_mb: f64,
    cpu: Duration,
}

impl Used {
    fn by(serving: &Serving) -> Self {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", serving.id())).unwrap();
        let status = read("status");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let resident: f64 = resident.trim().trim_end_matches(" kB").parse().unwrap();
        // After the name in parentheses: state is the first field, user and system time the 12th and 13th, in ticks of
        // 10 ms: proc_pid_stat(5).
        let stat = read("stat");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum();
        Self { memory_mb: resident / 1024.0, cpu: Duration::from_millis(ticks * 10) }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, for two minutes or more"]
async fn a_hundred_rooms() {
    for privacy in [Privacy::Plain, Privacy::Encrypted] {
        let company = Company::new(privacy).await;
        let bot = company.serves();
        company.gathers().await;
        let ada = &company.ada;
        let mut rooms: Vec<OwnedRoomId> = Vec::new();
        for _ in 0..ROOMS {
            rooms.push(ada.opens(privacy, &[&company.bot], false).await);
        }
        for room in &rooms {
            ada.sees_in(room, &company.bot).await;
        }
        let answered = async |count: usize| {
            for room in &rooms {
                ada.says(room, "!ospo license ISC").await;
            }
            ada.until(|| {
                let done = rooms.iter().all(|room| company.said(ada, room).len() == count);
                done.then_some(())
            })
            .await;
        };
        // The first round makes keys and fills caches.
        answered(1).await;
        let before = Used::by(&bot);
        tokio::time::sleep(IDLE).await;
        let idle = Used::by(&bot);
        answered(2).await;
        let after = Used::by(&bot);
        println!(
            "{privacy:?}, {ROOMS} rooms: {:.0} MB; idle {:.2} % of a core; a question with its answer {:.1} ms of CPU",
            after.memory_mb,
            (idle.cpu - before.cpu).as_secs_f64() / IDLE.as_secs_f64() * 100.0,
            (after.cpu - idle.cpu).as_secs_f64() * 1000.0 / ROOMS as f64,
        );
    }
}
