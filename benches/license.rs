//! How fast the license engine answers: an SBOM of 10,000 components from its bytes to the report, a name, a pair.
//!
//! Run with `cargo bench --bench license`. The promise is an SBOM of that size in well under a second.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ospo_counselor::knowledge::{Knowledge, files};
use ospo_counselor::license::policy::PolicyUse;
use ospo_counselor::license::sbom::{Question, read};
use ospo_counselor::license::{SbomReport, Use, compatibility, identify, notices};
use serde_json::{Value, json};

const COMPONENTS: usize = 10_000;

/// What package managers write, as often as they do: mostly ids, some expressions, some names, some nothing.
const WRITTEN: [&str; 16] = [
    "MIT",
    "MIT",
    "MIT",
    "Apache-2.0",
    "Apache-2.0",
    "ISC",
    "BSD-3-Clause",
    "BSD-2-Clause",
    "MIT OR Apache-2.0",
    "(MPL-2.0 OR GPL-2.0-or-later) AND MIT",
    "GPL-2.0-only WITH Classpath-exception-2.0",
    "The Apache Software License, Version 2.0",
    "New BSD License",
    "GNU LGPL 2.1",
    "see LICENSE file",
    "",
];

/// A CycloneDX file as generators write it, with hashes, references and properties.
fn cyclonedx(license: impl Fn(usize) -> String) -> Vec<u8> {
    let component = |n: usize| -> Value {
        let license = license(n);
        let licenses = match license.as_str() {
            "" => json!([]),
            expression if expression.contains(" OR ") || expression.contains(" WITH ") => {
                json!([{ "expression": expression }])
            }
            id if !id.contains(' ') => json!([{ "license": { "id": id } }]),
            name => json!([{ "license": { "name": name, "url": "https://example.com/license" } }]),
        };
        json!({
            "type": "library", "bom-ref": format!("pkg:npm/component-{n}@1.{n}.0"), "group": "@example",
            "name": format!("component-{n}"), "version": format!("1.{n}.0"), "purl": format!("pkg:npm/%40example/component-{n}@1.{n}.0"),
            "hashes": [{ "alg": "SHA-256", "content": "0".repeat(64) }, { "alg": "SHA-512", "content": "0".repeat(128) }],
            "licenses": licenses,
            "externalReferences": [{ "type": "vcs", "url": format!("https://git.example.com/component-{n}") }],
            "properties": [{ "name": "tool:found-by", "value": "lock file" }, { "name": "tool:path", "value": format!("/node_modules/component-{n}") }],
        })
    };
    let components: Vec<Value> = (0..COMPONENTS).map(component).collect();
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": components })
        .to_string()
        .into_bytes()
}

fn all(criterion: &mut Criterion) {
    let Knowledge { licenses, policy, .. } =
        &Knowledge::load(&files::built_in()).expect("the built-in knowledge is sound");
    let question = Question { use_: PolicyUse::Distributed, project: None, today: None };

    let mut group = criterion.benchmark_group("SBOM of 10,000 components");
    group.sample_size(20);
    let usual = cyclonedx(|n| WRITTEN[n % WRITTEN.len()].to_owned());
    // The worst a file can do: no two components share a license, and all are names that need a search by likeness.
    let hostile = cyclonedx(|n| format!("Lisense of nobody number {n}"));
    for (name, bytes) in [("usual licenses", &usual), ("10,000 unknown names", &hostile)] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(format!("{name}, to the report"), |bench| {
            bench.iter(|| {
                let sbom = read(black_box(bytes)).expect("an SBOM");
                SbomReport::of(&sbom, policy, licenses, question)
            });
        });
    }
    group.bench_function("usual licenses, to the notices", |bench| {
        bench.iter(|| notices(&read(black_box(&usual)).expect("an SBOM"), policy, licenses, question));
    });
    group.finish();

    let mut group = criterion.benchmark_group("one answer");
    for name in ["Apache-2.0", "GNU General Public License v2 or later (GPLv2+)", "Apahce Lisence 2"] {
        group.bench_function(format!("identify {name}"), |bench| {
            bench.iter(|| identify(licenses, black_box(name)));
        });
    }
    for (inbound, outbound) in [("MIT", "GPL-3.0-only"), ("MPL-2.0 OR (EPL-2.0 AND MIT)", "EUPL-1.2")] {
        group.bench_function(format!("compat {inbound} in {outbound}"), |bench| {
            bench.iter(|| compatibility(licenses, black_box(inbound), outbound, Use::Copied));
        });
    }
    group.finish();
}

criterion_group!(benches, all);
criterion_main!(benches);
