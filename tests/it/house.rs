//! The rules of the house, read from the imports: which room may know which, and what pure rooms never touch.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Each room and the rooms it may know. A room that is not here may not exist.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("license", &["core"]),
    ("request", &["core"]),
    ("maturity", &["core"]),
    ("knowledge", &["core", "license", "maturity", "request"]),
    ("counsel", &["core", "knowledge", "license"]),
    ("store", &["core"]),
    ("chat", &["core"]),
    ("config", &["core"]),
    ("picture", &["core"]),
    ("bot", &["chat", "core", "counsel", "knowledge", "license", "maturity", "picture", "request", "store"]),
    (
        "cli",
        &[
            "bot",
            "chat",
            "config",
            "core",
            "counsel",
            "knowledge",
            "license",
            "maturity",
            "picture",
            "request",
            "store",
        ],
    ),
];

/// Rooms without async, clock, randomness and platforms.
const PURE: &[&str] = &["core", "license", "maturity", "picture", "request", "knowledge", "counsel"];

/// What a pure room never names: the beginning of a path.
const IMPURE: &[&str] = &[
    "tokio",
    "async_trait",
    "futures",
    "fastrand",
    "sled",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "std::env",
    "jiff::Timestamp::now",
    "Timestamp::now",
    "jiff::Zoned::now",
    "Zoned::now",
];

/// The one module of a pure room that reads the disk, for the rest of it.
const READS_FILES: &str = "knowledge/files.rs";

/// Every path that a file names, `use` trees spelled out; tests are left out.
#[derive(Default)]
struct Named {
    paths: BTreeSet<String>,
    is_async: bool,
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.tree(String::new(), &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.paths.insert(segments.join("::"));
        syn::visit::visit_path(self, path);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.is_async |= signature.asyncness.is_some();
        syn::visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.is_async = true;
        syn::visit::visit_expr_async(self, block);
    }
}

impl Named {
    fn tree(&mut self, before: String, tree: &syn::UseTree) {
        let join = |name: &syn::Ident| {
            if before.is_empty() { name.to_string() } else { format!("{before}::{name}") }
        };
        match tree {
            syn::UseTree::Path(path) => self.tree(join(&path.ident), &path.tree),
            syn::UseTree::Name(name) => drop(self.paths.insert(join(&name.ident))),
            syn::UseTree::Rename(rename) => drop(self.paths.insert(join(&rename.ident))),
            syn::UseTree::Glob(_) => drop(self.paths.insert(before)),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.tree(before.clone(), tree));
            }
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of ours") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Path within `src`, the room it is in, and what it names.
fn house() -> Vec<(String, String, Named)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&src, &mut found);
    let mut house = Vec::new();
    for path in found {
        let inside = path.strip_prefix(&src).expect("inside src").to_string_lossy().into_owned();
        let room = inside.split(['/', '.']).next().expect("a first part").to_owned();
        let is_tests = inside.ends_with("/tests.rs") || inside.contains("/tests/");
        if matches!(inside.as_str(), "lib.rs" | "main.rs") || is_tests {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("readable");
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{inside}: {error}"));
        let mut named = Named::default();
        named.visit_file(&file);
        house.push((inside, room, named));
    }
    house
}

/// The room a path leads into.
fn leads_to(path: &str) -> Option<&str> {
    path.strip_prefix("crate::").map(|rest| rest.split("::").next().unwrap_or(rest))
}

#[test]
fn rooms_know_only_what_they_may() {
    let rules: BTreeMap<&str, &[&str]> = MAY_KNOW.iter().copied().collect();
    let mut broken = Vec::new();
    for (file, room, named) in house() {
        let Some(allowed) = rules.get(room.as_str()) else {
            broken.push(format!("{file}: there is no rule for `{room}`"));
            continue;
        };
        for known in named.paths.iter().filter_map(|path| leads_to(path)) {
            if known != room && !allowed.contains(&known) {
                broken.push(format!("{file}: `{room}` may not know `{known}`"));
            }
        }
    }
    broken.dedup();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_rules_have_no_circle() {
    let rules: BTreeMap<&str, &[&str]> = MAY_KNOW.iter().copied().collect();
    let mut done: Vec<&str> = Vec::new();
    while done.len() < rules.len() {
        let next = rules
            .iter()
            .find(|(room, knows)| !done.contains(room) && knows.iter().all(|known| done.contains(known)));
        match next {
            Some((room, _)) => done.push(room),
            None => panic!("a circle among the rooms that are not {done:?}"),
        }
    }
}

#[test]
fn pure_rooms_stay_pure() {
    let mut broken = Vec::new();
    for (file, room, named) in house().into_iter().filter(|(_, room, _)| PURE.contains(&room.as_str())) {
        if named.is_async {
            broken.push(format!("{file}: `{room}` is pure, and this is async"));
        }
        for path in &named.paths {
            let reads = path.starts_with("std::fs") && file != READS_FILES;
            let impure = IMPURE.iter().any(|word| path == word || path.starts_with(&format!("{word}::")));
            if reads || impure {
                broken.push(format!("{file}: `{room}` is pure, and this names `{path}`"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_platform_knows_no_other_and_only_the_bot_keeps_records() {
    let mut broken = Vec::new();
    for (file, _, named) in house() {
        if let Some(platform) = file.strip_prefix("chat/").and_then(|rest| rest.split(['/', '.']).next()) {
            for path in named.paths.iter().filter_map(|path| path.strip_prefix("crate::chat::")) {
                let other = path.split("::").next().unwrap_or(path);
                let is_platform = ["console", "slack", "matrix", "web"].contains(&other);
                if is_platform && other != platform {
                    broken.push(format!("{file}: knows the platform `{other}`"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
