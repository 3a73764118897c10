use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::license::policy::{Policy, PolicyUse};
use crate::license::testing::{licenses, policy};

fn read_json(value: &Value) -> Result<Sbom, SbomError> {
    read(value.to_string().as_bytes())
}

fn cyclonedx(components: Value) -> Value {
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "components": components })
}

fn spdx(packages: Value) -> Value {
    json!({ "spdxVersion": "SPDX-2.3", "name": "doc", "packages": packages })
}

fn report_under(policy: &Policy, value: &Value) -> SbomReport {
    let today = "2026-11-23".parse().ok();
    let question = Question { use_: PolicyUse::Distributed, project: None, today };
    SbomReport::of(&read_json(value).unwrap_or_else(|error| panic!("{error}")), policy, licenses(), question)
}

fn report(value: &Value) -> SbomReport {
    report_under(&policy(), value)
}

fn rows(report: &SbomReport) -> Vec<(&str, &str, Standing)> {
    report.components.iter().map(|one| (one.component.as_str(), one.license.as_str(), one.verdict)).collect()
}

#[test]
fn cyclonedx_licenses_are_read_in_every_shape_and_components_at_every_depth() {
    let report = report(&json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": { "component": { "type": "application", "name": "shop", "components": [{ "name": "part", "licenses": [{ "license": { "id": "ISC" } }] }] } },
        "components": [
            { "name": "by-id", "version": "1", "purl": "pkg:npm/by-id@1", "licenses": [{ "license": { "id": "MIT" } }] },
            { "group": "@acme", "name": "by-name", "licenses": [{ "license": { "name": "Apache 2" } }] },
            { "name": "by-expression", "licenses": [{ "expression": "GPL-3.0-only OR MIT" }],
              "components": [{ "name": "inner", "licenses": [{ "license": { "id": "AGPL-3.0-only" } }] }] },
            { "name": "two", "licenses": [{ "license": { "id": "MIT" } }, { "license": { "id": "GPL-2.0-only" } }] },
            { "name": "concluded", "licenses": [
                { "license": { "id": "GPL-2.0-only", "acknowledgement": "declared" } },
                { "license": { "id": "Zlib", "acknowledgement": "concluded" } }] },
            { "name": "weak", "licenses": [{ "license": { "id": "EPL-2.0" } }] },
            { "name": "silent" },
            { "name": "odd", "licenses": [{ "license": { "name": "see file" } }] },
        ]
    }));
    use Standing::{Allowed, Denied, Review, Unknown};
    assert_eq!(
        rows(&report),
        [
            ("inner", "AGPL-3.0-only", Denied),
            ("two", "MIT AND GPL-2.0-only", Denied),
            ("weak", "EPL-2.0", Review),
            ("odd", "see file", Unknown),
            ("silent", "NOASSERTION", Unknown),
            ("@acme/by-name", "Apache-2.0", Allowed),
            ("by-expression", "GPL-3.0-only OR MIT", Allowed),
            ("by-id", "MIT", Allowed),
            ("concluded", "Zlib", Allowed),
            ("part", "ISC", Allowed),
        ]
    );
    assert_eq!(report.summary.subject.as_deref(), Some("shop"));
    assert_eq!((report.summary.components, report.summary.denied, report.summary.unknown), (10, 2, 2));
}

#[test]
fn spdx_conclusions_go_before_declarations_and_references_are_named() {
    let report = report(&json!({
        "spdxVersion": "SPDX-2.2", "name": "doc",
        "packages": [
            { "SPDXID": "SPDXRef-root", "name": "shop", "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION" },
            { "SPDXID": "SPDXRef-1", "name": "concluded", "versionInfo": "2", "licenseConcluded": "MIT", "licenseDeclared": "GPL-2.0-only",
              "externalRefs": [{ "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/concluded@2" }] },
            { "SPDXID": "SPDXRef-2", "name": "declared", "licenseConcluded": "NOASSERTION", "licenseDeclared": "GPL-2.0" },
            { "SPDXID": "SPDXRef-3", "name": "none", "licenseConcluded": "NONE" },
            { "SPDXID": "SPDXRef-4", "name": "named", "licenseDeclared": "LicenseRef-1 AND ISC" },
            { "SPDXID": "SPDXRef-5", "name": "nameless", "licenseDeclared": "LicenseRef-2" },
            { "SPDXID": "SPDXRef-6", "name": "silent" },
        ],
        "hasExtractedLicensingInfos": [
            { "licenseId": "LicenseRef-1", "name": "The Apache Software License, Version 2.0", "extractedText": "..." },
            { "licenseId": "LicenseRef-2", "extractedText": "Ask me." },
        ],
        "relationships": [
            { "spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root" },
            { "spdxElementId": "SPDXRef-1", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-2" },
            { "spdxElementId": "SPDXRef-2", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-1" },
        ],
    }));
    use Standing::{Allowed, Denied, Unknown};
    assert_eq!(
        rows(&report),
        [
            ("declared", "GPL-2.0-only", Denied),
            ("none", "NONE", Denied),
            ("nameless", "LicenseRef-2", Unknown),
            ("silent", "NOASSERTION", Unknown),
            ("concluded", "MIT", Allowed),
            ("named", "Apache-2.0 AND ISC", Allowed),
        ]
    );
    assert_eq!(report.summary.subject.as_deref(), Some("shop"));
    assert_eq!(report.with(Standing::Allowed)[0].purl.as_deref(), Some("pkg:npm/concluded@2"));
}

#[test]
fn what_the_bill_is_about_is_judged_when_it_states_a_license() {
    let mut value = cyclonedx(json!([]));
    value["metadata"] =
        json!({ "component": { "name": "bought", "licenses": [{ "license": { "id": "GPL-3.0-only" } }] } });
    assert_eq!(report(&value).summary.denied, 1);
    let mut value = spdx(json!([
        { "SPDXID": "a", "name": "bought", "licenseDeclared": "GPL-3.0-only" }, { "SPDXID": "b", "name": "part", "licenseDeclared": "MIT" }
    ]));
    value["documentDescribes"] = json!(["a"]);
    assert_eq!((report(&value).summary.denied, report(&value).summary.allowed), (1, 1));
}

#[test]
fn the_keys_are_those_of_the_contract() {
    let report =
        report(&cyclonedx(json!([{ "name": "a", "version": "1", "licenses": [{ "expression": "MIT" }] }])));
    let finding = serde_json::to_string(&report.components[0]).unwrap();
    assert!(finding.starts_with(
        r#"{"component":"a","version":"1","purl":null,"license":"MIT","verdict":"allowed","why":"MIT is permissive"#
    ));
    let summary = serde_json::to_string(&report.summary).unwrap();
    assert_eq!(
        summary,
        r#"{"format":"CycloneDX","subject":null,"use":"distributed","components":1,"denied":0,"review":0,"unknown":0,"allowed":1}"#
    );
}

#[test]
fn an_exception_holds_for_its_component_alone() {
    let text = r#"
[[exception]]
component = "@acme/Shell"
verdict = "allowed"
reason = "runs apart"
approved_by = "OSPO"
expires = "2027-01-01"
"#;
    let mut file = crate::license::testing::policy_file();
    file.text.push_str(text);
    let policy = Policy::load(&file, licenses()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let gpl = json!([{ "license": { "id": "GPL-3.0-only" } }]);
    let report = report_under(
        &policy,
        &cyclonedx(json!([
            { "name": "before", "licenses": gpl }, { "group": "@acme", "name": "shell", "licenses": gpl }, { "name": "shell", "licenses": gpl }
        ])),
    );
    let allowed: Vec<&str> =
        report.with(Standing::Allowed).iter().map(|one| one.component.as_str()).collect();
    assert_eq!(allowed, ["@acme/shell"]);
    assert!(report.with(Standing::Allowed)[0].why.contains("runs apart"));
}

#[test]
fn texts_and_copyrights_are_kept_for_the_notices() {
    let sbom = read_json(&cyclonedx(json!([{
        "name": "a", "copyright": "Copyright Ada", "evidence": { "copyright": [{ "text": "Copyright Bob" }] },
        "licenses": [{ "license": { "name": "X", "text": { "encoding": "base64", "content": "SGVsbG8sIHdvcmxkIQ==" } } },
                     { "license": { "id": "MIT", "text": { "content": "plain" } } }]
    }])))
    .unwrap();
    assert_eq!(sbom.components[0].copyrights, ["Copyright Ada", "Copyright Bob"]);
    assert_eq!(sbom.components[0].texts, ["Hello, world!", "plain"]);
}

#[test]
fn errors_name_the_place_and_the_cure() {
    let error = |value: Value| read_json(&value).unwrap_err().to_string();
    let text =
        error(cyclonedx(json!([{ "name": "a" }, { "name": "b", "licenses": [{ "license": { "id": 7 } }] }])));
    assert!(
        text.contains("components[1].licenses[0].license.id") && text.contains("expected a string"),
        "{text}"
    );
    let text = error(spdx(json!([{ "name": "a", "licenseDeclared": ["MIT"] }])));
    assert!(text.contains("packages[0].licenseDeclared"), "{text}");
    assert!(error(cyclonedx(json!("none"))).contains("at components: invalid type"));
    assert!(error(spdx(json!([{}]))).contains("missing field `name`"));
    assert!(error(json!({ "bomFormat": "CycloneDX", "specVersion": "1.2" })).contains("1.4, 1.5 or 1.6"));
    assert!(error(json!({ "spdxVersion": "SPDX-3.0" })).contains("SPDX 3.0 is not read"));
    assert!(
        error(json!({ "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld" })).contains("2.2 or 2.3")
    );
    assert!(error(json!({ "name": "package.json" })).contains("no SBOM"));
    assert!(error(json!([1])).contains("at the top of the file: invalid type: sequence, expected an object"));
    for bytes in [&b""[..], b"<bom/>", b"{\"bomFormat\":", b"\xff\xfe{", b"{} {}"] {
        let text = read(bytes).unwrap_err().to_string();
        assert!(text.contains("JSON"), "{bytes:?}: {text}");
    }
    assert!(read(b"\xEF\xBB\xBF{\"spdxVersion\":\"SPDX-2.3\"}").is_ok(), "a byte order mark does no harm");
}

#[test]
fn what_is_too_large_too_deep_or_too_long_is_refused_by_its_limit() {
    let text = read(&vec![b' '; MAX_BYTES + 1]).unwrap_err().to_string();
    assert!(text.contains("64 MiB, which is the limit"), "{text}");

    let nested = |depth: usize| {
        let (open, close) = (r#"[{"name":"a","components":"#.repeat(depth), "}]".repeat(depth));
        format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":{open}[]{close}}}"#)
    };
    assert!(read(nested(MAX_NESTING - 1).as_bytes()).is_ok());
    for depth in [MAX_NESTING, 100_000] {
        let text = read(nested(depth).as_bytes()).unwrap_err().to_string();
        assert!(text.contains("deeper than 32 levels"), "{text}");
    }
    let deep =
        format!(r#"{{"spdxVersion":"SPDX-2.3","x":{}{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    assert!(read(deep.as_bytes()).is_ok(), "what is not read may be as deep as it likes");

    for (head, entry) in [
        (r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":["#, r#"{"name":"a"}"#),
        (r#"{"spdxVersion":"SPDX-2.2","packages":["#, r#"{"name":"a"}"#),
    ] {
        let text = format!("{head}{}]}}", vec![entry; MAX_COMPONENTS + 1].join(","));
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("more than 100000 entries"), "{error}");
    }
}

#[test]
fn hostile_licenses_are_unknown_and_say_why() {
    let many: Vec<Value> = (0..100).map(|_| json!({ "license": { "id": "MIT" } })).collect();
    let report = report(&cyclonedx(json!([
        { "name": "parentheses", "licenses": [{ "expression": "(".repeat(1_000_000) }] },
        { "name": "many", "licenses": many },
        { "name": "ambiguous", "licenses": [{ "license": { "name": "GPL" } }] },
        { "name": "steering\u{1b}[2J", "licenses": [{ "license": { "name": "\u{1b}[31m\u{202e}x" } }] },
    ])));
    assert_eq!(report.summary.unknown, 4, "{:#?}", report.components);
    let page = report.markdown();
    assert!(page.len() < 4_000 && !page.contains(['\u{1b}', '\u{202e}']), "{page}");
    assert!(report.components[0].why.contains("GPL-2.0-only"), "{:?}", report.components[0]);
}

#[test]
fn endless_names_are_not_all_looked_up_and_ids_are_read_all_the_same() {
    let mut parts: Vec<Value> = (0..3_000)
        .map(|n| json!({ "name": "a", "licenses": [{ "license": { "name": format!("Lisense of nobody, number {n}") } }] }))
        .collect();
    parts.push(json!({ "name": "last", "licenses": [{ "expression": "(mit or GPL-2.0+) and ISC" }] }));
    let report = report(&cyclonedx(parts.into()));
    assert_eq!((report.summary.unknown, report.summary.allowed), (3_000, 1));
    assert!(report.components[2_999].why.contains("write SPDX ids"), "{:?}", report.components[2_999]);
}

#[test]
fn the_markdown_lists_what_wants_something_first() {
    let page = report(&cyclonedx(json!([
        { "name": "fine", "licenses": [{ "license": { "id": "MIT" } }] },
        { "name": "a|b`c <img> @team", "version": "1", "licenses": [{ "license": { "id": "GPL-3.0-only" } }] },
    ])))
    .markdown();
    assert!(
        page.contains("2 components for distributed use: 1 denied, 0 to review, 0 unknown, 1 allowed."),
        "{page}"
    );
    assert!(page.find("## Denied (1)").unwrap() < page.find("## Allowed (1)").unwrap());
    assert!(
        page.contains("| ``a\\|b`c <img> @team`` | `1` | `GPL-3.0-only` | GPL-3.0-only is strong-copyleft"),
        "{page}"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![Just("MIT"), Just("LicenseRef-a"), Just("SPDXRef-a"), Just("DESCRIBES")]
            .prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("name"),
        Just("licenses"),
        Just("license"),
        Just("id"),
        Just("expression"),
        Just("components"),
        Just("component"),
        Just("text"),
        Just("content"),
        Just("packages"),
        Just("relationships"),
        Just("SPDXID"),
        Just("spdxElementId"),
        Just("relatedSpdxElement"),
        Just("licenseConcluded"),
        Just("externalRefs"),
        Just("hasExtractedLicensingInfos"),
        Just("licenseId"),
        Just("evidence"),
        Just("copyright"),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(key.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn any_values_are_read_and_judged_or_refused_with_their_place(value in any_json()) {
        let policy = policy();
        for head in [r#"{"bomFormat":"CycloneDX","specVersion":"1.6""#, r#"{"spdxVersion":"SPDX-2.3""#] {
            for key in ["components", "metadata", "packages", "relationships", "hasExtractedLicensingInfos"] {
                match read(format!("{head},\"{key}\":{value}}}").as_bytes()) {
                    Ok(sbom) => {
                        let question = Question { use_: PolicyUse::Saas, project: None, today: None };
                        let report = SbomReport::of(&sbom, &policy, licenses(), question);
                        prop_assert_eq!(report.components.len(), sbom.components.len());
                        prop_assert!(!report.markdown().is_empty());
                    }
                    Err(error) => prop_assert!(error.to_string().contains(key), "{}", error),
                }
            }
        }
    }
}
