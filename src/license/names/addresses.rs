//! Addresses of license pages: `https://www.gnu.org/licenses/gpl-3.0.html`, `apache.org/licenses/LICENSE-2.0`.

use super::index::{Hit, How, Names, Reading};
use super::tokens::{Cut, is_number, key};

/// Labels of hosts that publish many licenses, or none.
const HOSTS: [&str; 15] = [
    "www",
    "scripts",
    "docs",
    "org",
    "com",
    "net",
    "io",
    "co",
    "info",
    "eu",
    "fr",
    "opensource",
    "spdx",
    "github",
    "choosealicense",
];
/// Parts of a path that say where on a site the license is, not which.
const PLACES: [&str; 26] = [
    "old-licenses",
    "legal",
    "licenses",
    "license",
    "licence",
    "licences",
    "licensing",
    "legalcode",
    "standalone",
    "copying",
    "readme",
    "about",
    "users",
    "software",
    "release",
    "documents",
    "document",
    "org",
    "public",
    "wiki",
    "copyleft",
    "terms",
    "copyright",
    "deed",
    "en",
    "html",
];
const EXTENSIONS: [&str; 7] = [".html", ".htm", ".txt", ".php", ".md", ".pdf", ".en"];

impl Names {
    /// The license that an address names: by all of its words, else by its last part where that part names a license
    /// beyond doubt.
    pub(super) fn address(&self, address: &str) -> Option<Hit> {
        let (words, last) = words(address);
        if self.says_none(&words) {
            return None;
        }
        let hit = |text: &str| self.direct(text).or_else(|| self.lenient(text));
        let as_rule = |hit: Hit| Hit { how: hit.how.max(How::Rule), ..hit };
        let whole = hit(&words);
        if let Some(whole @ Hit { reading: Reading::Is(_), how: How::Name | How::Rule }) = whole {
            return Some(as_rule(whole));
        }
        if self.is_beyond_doubt(&last)
            && let Some(found @ Hit { reading: Reading::Is(_), how: How::Name | How::Rule }) = hit(&last)
        {
            return Some(as_rule(found));
        }
        whole.filter(|hit| matches!(hit.reading, Reading::Several { .. })).map(as_rule)
    }

    /// A version, a license word, or a name that means nothing else: `mit` alone may be a school's page.
    fn is_beyond_doubt(&self, part: &str) -> bool {
        let lower = part.to_ascii_lowercase();
        let words = self.words(part, Cut::Words);
        lower.contains("licen")
            || words.iter().any(|word| is_number(word))
            || self.mention_words.distinct.contains(&key(&words))
    }
}

/// The words of an address that may name a license, and its last part that may.
fn words(address: &str) -> (String, String) {
    let address = address.split_once("//").map_or(address, |(_, rest)| rest);
    let address = address.split(['?', '#']).next().unwrap_or(address);
    let mut words: Vec<&str> = Vec::new();
    for (n, part) in address.split('/').enumerate() {
        if n == 0 {
            let host = part.split(':').next().unwrap_or(part);
            words.extend(host.split('.').filter(|label| !is_one_of(label, &HOSTS)));
            continue;
        }
        let stem =
            EXTENSIONS.iter().fold(part, |stem, extension| stem.strip_suffix(extension).unwrap_or(stem));
        if !stem.is_empty() && !is_one_of(stem, &PLACES) && !is_locale(stem) {
            words.push(stem);
        }
    }
    let last = words.last().copied().unwrap_or_default().to_owned();
    (words.join(" "), last)
}

fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.iter().any(|other| word.eq_ignore_ascii_case(other))
}

/// `en-US`; not `by`, which is a license of Creative Commons.
fn is_locale(part: &str) -> bool {
    part.len() == 5
        && part.as_bytes()[2] == b'-'
        && !part.starts_with("by")
        && part.bytes().enumerate().all(|(n, b)| n == 2 || b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use crate::license::names::identify;
    use crate::license::testing::licenses;

    #[test]
    fn pages_of_licenses_are_read() {
        for (address, means) in [
            ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
            ("apache.org/licenses/LICENSE-2.0", "Apache-2.0"),
            ("Http://opensource.org/licenses/MIT", "MIT"),
            ("https://www.mozilla.org/en-US/MPL/2.0/", "MPL-2.0"),
            ("http://www.eclipse.org/legal/epl-v10.html", "EPL-1.0"),
            ("http://www.eclipse.org/org/documents/edl-v10.php", "BSD-3-Clause"),
            ("https://www.eclipse.org/org/documents/epl-2.0/EPL-2.0.txt", "EPL-2.0"),
            ("http://scripts.sil.org/OFL", "OFL-1.1"),
            ("http://www.boost.org/users/license.html", "BSL-1.0"),
            ("https://en.wikipedia.org/wiki/MIT_License", "MIT"),
            ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
            ("https://creativecommons.org/licenses/by-sa/3.0/deed.en", "CC-BY-SA-3.0"),
            ("http://www.gnu.org/licenses/gpl.html", ""),
            ("https://www.mit.edu/", ""),
            ("https://example.com/products/mit", ""),
            ("https://github.com/somebody/something/blob/main/LICENSE", ""),
        ] {
            let found = identify(licenses(), address).expression;
            assert_eq!(found.as_deref().unwrap_or_default(), means, "{address}");
        }
    }
}
