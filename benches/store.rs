//! What durability costs: commits on the sled backend, beside raw sled that writes the same records with the same
//! durability (its own flush, then `sync_data` on its log) on the same disk in the same run.
//!
//! Run with `cargo bench --bench store`; the stores are made under `target/`, not in a memory file system.

use std::fs::{File, OpenOptions};
use std::path::Path;

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use futures::future::try_join_all;
use ospo_counselor::store::sled::SledStore;
use ospo_counselor::store::{Batch, Key, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// About the size of a request's state.
const VALUE: [u8; 400] = [b'x'; 400];

fn key(n: &mut u64) -> String {
    *n += 1;
    format!("request/REL-{n:08}")
}

fn directory() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory for the store")
}

/// Raw sled, and our handle to its log.
fn raw(dir: &Path) -> (sled::Db, File) {
    let db = sled::Config::new().path(dir).flush_every_ms(Some(5_000)).open().expect("raw sled opens");
    let log = OpenOptions::new().write(true).open(dir.join("db")).expect("its log opens");
    (db, log)
}

fn durable_commits(group: &mut BenchmarkGroup<'_, WallTime>, at_once: u64) {
    group.throughput(Throughput::Elements(at_once));

    let dir = directory();
    let runtime = Runtime::new().expect("a runtime");
    let store = SledStore::open(dir.path()).expect("the store opens");
    let mut n = 0;
    group.bench_function("store", |bench| {
        bench.iter(|| {
            let commits: Vec<_> = (0..at_once)
                .map(|_| {
                    let mut batch = Batch::default();
                    batch.create(Key(key(&mut n)), VALUE.to_vec());
                    store.commit(batch)
                })
                .collect();
            runtime.block_on(try_join_all(commits)).expect("all commits are durable");
        });
    });

    let dir = directory();
    let (db, log) = raw(dir.path());
    let mut n = 0;
    group.bench_function("raw sled", |bench| {
        bench.iter(|| {
            for _ in 0..at_once {
                db.insert(key(&mut n), VALUE.as_slice()).expect("sled takes the record");
            }
            db.flush().and_then(|_| Ok(log.sync_data()?)).expect("sled's log is synced");
        });
    });
}

fn all(criterion: &mut Criterion) {
    for at_once in [1, 64] {
        let mut group = criterion.benchmark_group(format!("{at_once} durable at once"));
        durable_commits(&mut group, at_once);
        group.finish();
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
