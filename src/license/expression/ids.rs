//! The ids of the SPDX list: found without regard to case, and deprecated ones replaced.

use std::collections::HashMap;
use std::sync::OnceLock;

pub(super) fn exceptions() -> impl Iterator<Item = &'static str> {
    spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name)
}

pub(super) fn exception_id(word: &str) -> Option<String> {
    if word.starts_with("AdditionRef-")
        || (word.starts_with("DocumentRef-") && word.contains(":AdditionRef-"))
    {
        return Some(word.to_owned());
    }
    exceptions().find(|name| name.eq_ignore_ascii_case(word)).map(str::to_owned)
}

pub(super) fn license_word(word: &str) -> Option<String> {
    if is_reference(word) {
        return Some(word.to_owned());
    }
    let (base, plus) = word.strip_suffix('+').map_or((word, ""), |base| (base, "+"));
    let lower = format!("{}{plus}", base.to_ascii_lowercase());
    if let Some(current) = replaced().get(lower.as_str()) {
        // A successor that is itself an expression stands in parentheses, as nothing may precede its WITH.
        return Some((*current).to_owned());
    }
    let id = license_id(base)?;
    Some(format!("{id}{plus}"))
}

fn is_reference(word: &str) -> bool {
    let name = word
        .split_once(':')
        .map_or(word, |(document, name)| if document.starts_with("DocumentRef-") { name } else { word });
    name.strip_prefix("LicenseRef-").is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
    })
}

/// The SPDX id in its own spelling, found without regard to case.
pub fn license_id(word: &str) -> Option<&'static str> {
    static IDS: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    let ids = IDS.get_or_init(|| {
        spdx::identifiers::LICENSES
            .iter()
            .filter(|license| !matches!(license.name, "NONE" | "NOASSERTION"))
            .map(|license| (license.name.to_ascii_lowercase(), license.name))
            .collect()
    });
    ids.get(word.to_ascii_lowercase().as_str()).copied()
}

/// What the SPDX list says to write instead of a deprecated id (notes of each deprecated entry,
/// <https://spdx.org/licenses/#deprecated>). Ids without a successor stay as they are.
fn replaced() -> &'static HashMap<String, &'static str> {
    static REPLACED: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    REPLACED.get_or_init(|| {
        let mut map: HashMap<String, &'static str> = HashMap::new();
        for license in
            spdx::identifiers::LICENSES.iter().filter(|l| l.flags & spdx::flags::IS_DEPRECATED != 0)
        {
            let (base, suffix) = match license.name.strip_suffix('+') {
                Some(base) => (base, "-or-later"),
                None => (license.name, "-only"),
            };
            if let Some(current) = spdx::license_id(&format!("{base}{suffix}")) {
                map.insert(license.name.to_ascii_lowercase(), current.name);
                if let Some(later) = spdx::license_id(&format!("{base}-or-later")) {
                    map.insert(format!("{}+", base.to_ascii_lowercase()), later.name);
                }
            }
        }
        for (old, current) in [
            ("bsd-2-clause-freebsd", "BSD-2-Clause"),
            ("bsd-2-clause-netbsd", "BSD-2-Clause"),
            ("bzip2-1.0.5", "bzip2-1.0.6"),
            ("ecos-2.0", "GPL-2.0-or-later WITH eCos-exception-2.0"),
            ("gpl-2.0-with-autoconf-exception", "GPL-2.0-only WITH Autoconf-exception-2.0"),
            ("gpl-2.0-with-bison-exception", "GPL-2.0-only WITH Bison-exception-2.2"),
            ("gpl-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
            ("gpl-2.0-with-font-exception", "GPL-2.0-only WITH Font-exception-2.0"),
            ("gpl-2.0-with-gcc-exception", "GPL-2.0-only WITH GCC-exception-2.0"),
            ("gpl-3.0-with-autoconf-exception", "GPL-3.0-only WITH Autoconf-exception-3.0"),
            ("gpl-3.0-with-gcc-exception", "GPL-3.0-only WITH GCC-exception-3.1"),
            ("standardml-nj", "SMLNJ"),
            ("wxwindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1"),
        ] {
            map.insert(old.to_owned(), current);
        }
        map
    })
}
