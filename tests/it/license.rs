//! Licenses on the command line: our own table of names and pairs, SBOMs, and the attribution file.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{ospo, run, said};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    floor: Floor,
    name: Vec<Name>,
    pair: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Floor {
    names: usize,
    pairs: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    written: String,
    is: Right,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    #[serde(rename = "in")]
    inbound: String,
    of: String,
    #[serde(default, rename = "use")]
    use_: How,
    is: Right,
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "lowercase")]
enum How {
    #[default]
    Copied,
    Linked,
}

/// What is right: one answer, or several that are defensible.
#[derive(Deserialize)]
#[serde(untagged)]
enum Right {
    One(String),
    Several(Vec<String>),
}

impl Right {
    fn allows(&self, answer: &str) -> bool {
        match self {
            Self::One(one) => one == answer,
            Self::Several(all) => all.iter().any(|one| one == answer),
        }
    }
}

fn table() -> Table {
    toml::from_str(include_str!("../licenses.toml")).expect("licenses.toml reads")
}

/// The objects that a lookup prints for lines on standard input; bad lines are among them.
fn objects(args: &[&str], lines: &[String]) -> Vec<Value> {
    let output = run(&[args, &["--json"]].concat(), &lines.join("\n"));
    let text = String::from_utf8(output.stdout).expect("output is UTF-8");
    let objects: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect();
    assert_eq!(objects.len(), lines.len(), "one object a line");
    objects
}

#[test]
fn names_are_recognized_as_often_as_they_were() {
    let table = table();
    let lines: Vec<String> = table.name.iter().map(|name| name.written.clone()).collect();
    let wrong: Vec<String> = objects(&["identify"], &lines)
        .iter()
        .zip(&table.name)
        .filter(|(object, name)| !name.is.allows(object["expression"].as_str().unwrap_or_default()))
        .map(|(object, name)| format!("{} -> {}", name.written, object["expression"]))
        .collect();
    let right = lines.len() - wrong.len();
    assert!(right >= table.floor.names, "{right} of {}:\n{}", lines.len(), wrong.join("\n"));
}

#[test]
fn pairs_are_judged_right_as_often_as_they_were() {
    let table = table();
    let mut wrong = Vec::new();
    for (how, args) in [(How::Copied, &["compat"][..]), (How::Linked, &["compat", "--linked"])] {
        let pairs: Vec<&Pair> = table.pair.iter().filter(|pair| pair.use_ == how).collect();
        let lines: Vec<String> =
            pairs.iter().map(|pair| format!("{} -> {}", pair.inbound, pair.of)).collect();
        for (object, (pair, line)) in objects(args, &lines).iter().zip(pairs.iter().zip(&lines)) {
            if !pair.is.allows(object["verdict"].as_str().unwrap_or_default()) {
                wrong.push(format!("{line} -> {} ({})", object["verdict"], object["why"]));
            }
        }
    }
    let right = table.pair.len() - wrong.len();
    assert!(right >= table.floor.pairs, "{right} of {}:\n{}", table.pair.len(), wrong.join("\n"));
}

#[test]
fn files_are_identified_by_their_text_or_their_header() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let license = write("LICENSE", include_bytes!("../../LICENSE"));
    let header =
        write("main.c", b"/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */\nint x;\n");
    let nothing = write("notes.txt", b"Bring the cake to the meeting.");
    let picture = write("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");

    let output = run(&["identify", "--json", "--file", &license, &header], "");
    let found: Vec<Value> =
        said(&output).lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    assert_eq!(found[0]["expression"], "Apache-2.0");
    assert_eq!(found[1]["expression"], "GPL-2.0-only WITH Linux-syscall-note");
    assert_eq!(found[0]["input"], license.as_str());

    let output = run(&["identify", "--file", &nothing, &picture, "no-such-file"], "");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    for expected in ["no license is named in it", "it is no text", "no-such-file: "] {
        assert!(stderr.contains(expected), "{expected}: {stderr}");
    }
    let isc = "// SPDX-License-Identifier: ISC\n";
    assert!(said(&run(&["identify", "--file", "-"], isc)).contains("`ISC`"));
}

#[test]
fn obligations_are_those_of_the_situation() {
    let asked = |args: &[&str]| said(&run(&[&["license"], args].concat(), ""));
    let flat =
        |text: String| text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    let firmware = flat(asked(&["LGPL-2.1-only", "--for", "device", "--linked", "static"]));
    assert!(
        firmware.contains("in a device, linked statically") && firmware.contains("object files"),
        "{firmware}"
    );
    assert!(flat(asked(&["GPL-3.0-only", "--for", "internal"])).contains("nothing to do"));
    let chosen = flat(asked(&["MIT OR GPL-2.0-only", "--for", "distributed"]));
    assert!(chosen.contains("Of the choice, `MIT` asks for least"), "{chosen}");
    let object: Value =
        serde_json::from_str(&asked(&["AGPL-3.0-only", "--for", "saas", "--modified", "--json"])).unwrap();
    assert_eq!(object["situation"]["for"], "saas");
    assert!(object["obligations"][0]["clause"].as_str().unwrap().contains("13"), "{object}");
    assert_eq!(run(&["license", "MIT", "--for", "mars"], "").status.code(), Some(2));
}

fn part(name: &str, license: &str) -> Value {
    json!({ "name": name, "version": "1.0", "licenses": [{ "license": { "id": license } }] })
}

/// Writes a CycloneDX file and gives its path.
fn sbom(folder: &Path, components: Value) -> String {
    let path = folder.join("bom.json");
    let bom = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": { "component": { "name": "shop" } }, "components": components,
    });
    std::fs::write(&path, bom.to_string()).expect("the file is written");
    path.display().to_string()
}

#[test]
fn an_sbom_with_something_denied_ends_in_1_and_shows_it_first() {
    let folder = tempfile::tempdir().unwrap();
    let file =
        sbom(folder.path(), json!([part("fine", "MIT"), part("bad", "AGPL-3.0-only"), { "name": "silent" }]));
    let picture = folder.path().join("out.png");

    let output = run(&["check", "--sbom", &file, "--picture", &picture.display().to_string()], "");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("3 components for distributed use: 1 denied, 0 to review, 1 unknown"), "{text}");
    assert!(text.find("bad 1.0").unwrap() < text.find("silent").unwrap(), "{text}");
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));

    let output = run(&["check", "--sbom", &file, "--json"], "");
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
        .collect();
    let keys: Vec<&str> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["component", "license", "purl", "verdict", "version", "why"]);
    let verdicts: Vec<&str> = lines[..3].iter().map(|line| line["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["denied", "unknown", "allowed"]);
    assert_eq!(
        (lines[3]["summary"]["denied"].as_u64(), lines[3]["summary"]["subject"].as_str()),
        (Some(1), Some("shop"))
    );

    let output = run(&["check", "--sbom", &file, "--markdown"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("## Denied (1)"));
}

#[test]
fn an_sbom_without_anything_denied_ends_well_and_use_decides() {
    let folder = tempfile::tempdir().unwrap();
    let file = sbom(folder.path(), json!([part("tool", "GPL-3.0-only")]));
    assert!(said(&run(&["check", "--sbom", &file, "--use", "internal"], "")).contains("1 allowed"));
    let bytes = std::fs::read_to_string(&file).unwrap();
    let spdx =
        bytes.replace("bomFormat", "x").replace("\"specVersion\":\"1.6\"", "\"spdxVersion\":\"SPDX-2.3\"");
    assert!(said(&run(&["check", "--sbom", "-"], &spdx)).contains("0 components"));
}

#[test]
fn what_is_no_sbom_ends_in_2_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("package.json");
    let path = wrong.display().to_string();
    for (bytes, cure) in [
        (&b"{\"name\":\"shop\"}"[..], "neither `bomFormat`"),
        (b"<bom/>", "only SBOMs in JSON"),
        (b"\xff\xfe\x00", "only SBOMs in JSON"),
        (
            b"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"name\":[]}]}",
            "components[0].name",
        ),
    ] {
        std::fs::write(&wrong, bytes).unwrap();
        for command in ["check", "notices"] {
            let output = run(&[command, "--sbom", &path], "");
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{stderr}");
            assert!(stderr.contains(cure) && stderr.contains("package.json"), "{stderr}");
        }
    }
    let output = run(&["check", "--sbom", "no-such-file.json"], "");
    assert_eq!(output.status.code(), Some(2));
    let output = run(&["check", "--picture", "x.png", "MIT"], "");
    assert_eq!(output.status.code(), Some(2), "a picture is of an SBOM");
}

#[test]
fn a_file_of_100_megabytes_is_refused_by_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.json");
    // Sparse: it has the length and takes no space.
    std::fs::File::create(&path).and_then(|file| file.set_len(100_000_000)).unwrap();
    let output = ospo().args(["check", "--sbom"]).arg(&path).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("larger than 64 MiB, which is the limit"), "{stderr}");
}

#[test]
fn notices_hold_every_text_once_and_say_what_is_left_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = sbom(folder.path(), json!([part("b", "MIT"), part("a", "MIT"), { "name": "odd" }]));
    let out = folder.path().join("NOTICES.txt");
    let output = run(&["notices", "--sbom", &file, "--out", &out.display().to_string()], "");
    assert_eq!(said(&output), "");
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 things to do"));
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.find("odd: find out its license").unwrap() < text.find("a 1.0").unwrap(), "{text}");
    assert_eq!(text.matches("Permission is hereby granted").count(), 1, "{text}");
    assert_eq!(text.trim_end(), said(&run(&["notices", "--sbom", &file], "")).trim_end());
}

#[test]
fn the_help_states_the_exit_codes() {
    let help = said(&run(&["check", "--help"], ""));
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("0: nothing is denied; 1: something is denied; 2: it could not run"), "{help}");
}
