//! The built-in knowledge for unit tests, compiled in: tests of pure code touch no disk either.

use std::sync::OnceLock;

use super::{Licenses, Policy};
use crate::core::source::SourceFile;

macro_rules! knowledge {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/knowledge/", $path)))),*]
    };
}

const FILES: &[(&str, &str)] = knowledge![
    "licenses/categories.csv",
    "licenses/choosing.toml",
    "licenses/compatibility/asf.toml",
    "licenses/compatibility/fsf.toml",
    "licenses/compatibility/osadl.csv",
    "licenses/compatibility/relicensing.toml",
    "licenses/facts/content.toml",
    "licenses/facts/exceptions.toml",
    "licenses/facts/gnu.toml",
    "licenses/facts/permissive.toml",
    "licenses/facts/reciprocal.toml",
    "licenses/facts/source-available.toml",
    "licenses/names/aliases.toml",
    "licenses/names/families.toml",
    "licenses/names/words.toml",
];

/// The files under `knowledge/licenses/`.
pub(crate) fn files() -> Vec<SourceFile> {
    FILES.iter().map(|(path, text)| SourceFile { path: (*path).into(), text: (*text).into() }).collect()
}

/// The built-in licenses.
pub(crate) fn licenses() -> &'static Licenses {
    static LICENSES: OnceLock<Licenses> = OnceLock::new();
    LICENSES.get_or_init(|| Licenses::load(&files()).unwrap_or_else(|faults| panic!("{faults:#?}")))
}

/// The sample policy.
pub(crate) fn policy_file() -> SourceFile {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/knowledge/policy.toml"));
    SourceFile { path: "policy.toml".into(), text: text.into() }
}

/// The sample policy, loaded.
pub(crate) fn policy() -> Policy {
    Policy::load(&policy_file(), licenses()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}
