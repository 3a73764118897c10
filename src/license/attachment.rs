//! A file that somebody attached, or named on the command line: an SBOM, a license text, a source file with a header,
//! or none of these.

use super::names::{Identified, MAX_TEXT, identify_text};
use super::sbom::{self, Sbom, SbomError};
use super::{Licenses, texts};

/// What a file turned out to be.
#[derive(Debug)]
pub enum Attachment {
    /// A bill of materials.
    Sbom(Sbom),
    /// A bill of materials that cannot be read, and why.
    BadSbom(SbomError),
    /// A text in which a license, or several that may be meant, were found: a license text, a file with a header.
    License(Identified),
    /// A text without any license in it.
    NoLicense,
    /// No text at all.
    NoText,
}

/// Says what a file is, by its bytes; its name only decides between "a broken SBOM" and "some text". At most
/// [`sbom::MAX_BYTES`] of an SBOM and [`MAX_TEXT`] of a text are read.
pub fn read(licenses: &Licenses, name: &str, bytes: &[u8]) -> Attachment {
    let begin = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if begin.first() == Some(&b'{') {
        match sbom::read(bytes) {
            Ok(sbom) => return Attachment::Sbom(sbom),
            Err(error) if is_meant_as_sbom(name, begin) => return Attachment::BadSbom(error),
            Err(_) => {}
        }
    } else if is_meant_as_sbom(name, begin) {
        // Another format of an SBOM: the reader names those that it reads.
        if let Err(error) = sbom::read(bytes) {
            return Attachment::BadSbom(error);
        }
    }
    match text(bytes) {
        Some(text) => {
            let found = identify_text(licenses, &text);
            if found.expression.is_none() && found.alternatives.is_empty() {
                Attachment::NoLicense
            } else {
                Attachment::License(found)
            }
        }
        None => Attachment::NoText,
    }
}

/// The first [`MAX_TEXT`] bytes as text; `None` for what is none (pictures, programs, archives).
fn text(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(MAX_TEXT)];
    let is_utf16 = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    if is_utf16 {
        let big = head.starts_with(b"\xFE\xFF");
        let units = head[2..].chunks_exact(2).map(|pair| {
            if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) }
        });
        return Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect());
    }
    (!head.contains(&0)).then(|| String::from_utf8_lossy(head).into_owned())
}

/// Whether the name or the beginning of a file says that it is an SBOM.
fn is_meant_as_sbom(name: &str, begin: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_named =
        [".cdx.json", ".spdx.json", "bom.json", ".spdx", "bom.xml", ".cdx.xml", ".spdx.rdf", ".spdx.yaml"]
            .iter()
            .any(|end| lower.ends_with(end));
    let head = &begin[..begin.len().min(4096)];
    let says = |word: &str| head.windows(word.len()).any(|window| window == word.as_bytes());
    is_named
        || says("\"bomFormat\"")
        || says("\"spdxVersion\"")
        || says("cyclonedx.org/schema/bom")
        || head.starts_with(b"SPDXVersion:")
}

impl Attachment {
    /// What is said where a license was asked for and the file holds none.
    pub fn why_not(&self) -> Option<String> {
        match self {
            Self::License(_) => None,
            Self::Sbom(sbom) => Some(texts::attachment_is_sbom(sbom.components.len())),
            Self::BadSbom(error) => Some(error.to_string()),
            Self::NoLicense => Some(texts::ATTACHMENT_NO_LICENSE.to_owned()),
            Self::NoText => Some(texts::ATTACHMENT_NO_TEXT.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::licenses;

    fn found(name: &str, bytes: &[u8]) -> String {
        match read(licenses(), name, bytes) {
            Attachment::License(found) => found.expression.unwrap_or_default(),
            Attachment::Sbom(sbom) => format!("{} parts", sbom.components.len()),
            Attachment::BadSbom(error) => format!("bad: {error}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let (_, mit) = spdx::text::LICENSE_TEXTS.iter().find(|(id, _)| *id == "MIT").expect("MIT has a text");
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(mit.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let bom = br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a"}]}"#;
        for (name, bytes, is) in [
            ("LICENSE", mit.as_bytes(), "MIT"),
            ("LICENSE", &utf16, "MIT"),
            ("main.rs", b"// SPDX-License-Identifier: MIT OR Apache-2.0\nfn main() {}", "MIT OR Apache-2.0"),
            ("anything.txt", bom, "1 parts"),
            ("README.md", b"# Hello\n\nThis is what we made.", "NoLicense"),
            ("package.json", br#"{"name": "shop", "version": "1.0.0"}"#, "NoLicense"),
            ("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NoText"),
            ("empty", b"", "NoLicense"),
            ("latin-1.c", b"// \xa9 2020 Jos\xe9\n// SPDX-License-Identifier: ISC\n", "ISC"),
        ] {
            assert_eq!(found(name, bytes), is, "{name}");
        }
    }

    #[test]
    fn a_broken_sbom_is_no_text() {
        for (name, bytes, says) in [
            ("x.json", &br#"{"bomFormat":"CycloneDX","specVersion":"9"}"#[..], "9"),
            ("bom.xml", b"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"/>", "JSON"),
            ("a.spdx", b"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0", "JSON"),
            ("shop.cdx.json", b"{", "bad"),
        ] {
            let said = found(name, bytes);
            assert!(said.starts_with("bad: ") && said.contains(says), "{name}: {said}");
        }
    }
}
