//! What durability costs: commits on the sled backend, beside raw sled that writes the same records with the same
//! durability (its own flush, then `sync_data` on its log) on the same disk in the same run.
//!
//! Run with `cargo bench --bench store`; the stores are made under `target/`, not in a memory file system. With
//! `--features postgres` and the URL of an empty database in `OSPO_BENCH_POSTGRES`, the same on PostgreSQL.

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

fn on_store(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    runtime: &Runtime,
    store: &dyn Store,
    at_once: u64,
) {
    // A database may hold the records of an earlier group.
    let mut n = at_once * 10_000_000;
    group.bench_function(name, |bench| {
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
}

fn durable_commits(group: &mut BenchmarkGroup<'_, WallTime>, at_once: u64) {
    group.throughput(Throughput::Elements(at_once));

    let runtime = Runtime::new().expect("a runtime");
    let dir = directory();
    let store = SledStore::open(dir.path()).expect("the store opens");
    on_store(group, "store", &runtime, &store, at_once);
    drop(store);

    #[cfg(feature = "postgres")]
    if let Ok(url) = std::env::var("OSPO_BENCH_POSTGRES") {
        use ospo_counselor::store::postgres::PostgresStore;
        let store = runtime.block_on(PostgresStore::connect(&url.into())).expect("the database is there");
        on_store(group, "PostgreSQL", &runtime, &store, at_once);
    }

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
