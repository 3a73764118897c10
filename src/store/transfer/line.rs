//! The lines of an export.
//!
//! The first is the header, with the number of records. Each record has one line, numbered from 1, with the
//! SHA-256 of the line's text up to there. The last has the SHA-256 of all bytes before it.
//!
//! ```text
//! {"export":"ospo store","format":1,"records":2}
//! {"n":1,"key":"request/REL-1","version":7,"json":{"title":"a parser"},"sha256":"5e1f…"}
//! {"n":2,"key":"upload/1","version":9,"hex":"00ff10","sha256":"09ab…"}
//! {"end":2,"sha256":"c2d4…"}
//! ```
//!
//! Values are kept to the byte: a value that is JSON on one line stands there as it is, any other one in
//! hexadecimal.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::{Key, Record, Version};

/// What marks a file as an export.
pub(super) const MARK: &str = "ospo store";

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// [`MARK`].
    pub(super) export: String,
    /// The format of the records.
    pub(super) format: u32,
    /// How many records follow.
    pub(super) records: u64,
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    /// How many records there were.
    pub(super) end: u64,
    /// The checksum of all bytes before this line.
    pub(super) sha256: String,
}

#[derive(Deserialize)]
struct Fields {
    n: u64,
    key: Key,
    version: Version,
}

/// The line of the record number `n`, without a line break.
pub(super) fn encode(n: u64, record: &Record) -> String {
    let mut body = head(n, &record.key, record.version);
    match one_line_json(&record.value) {
        Some(text) => body.push_str(&format!(r#""json":{text}"#)),
        None => body.push_str(&format!(r#""hex":"{}""#, hex(&record.value))),
    }
    let sum = hex(&Sha256::digest(&body));
    format!(r#"{body},"sha256":"{sum}"}}"#)
}

/// Reads a record's line and its number. None if the line is not as [`encode`] wrote it.
pub(super) fn decode(line: &str) -> Option<(u64, Record)> {
    let (body, sum) = line.strip_suffix("\"}")?.rsplit_once(r#","sha256":""#)?;
    if hex(&Sha256::digest(body)) != sum {
        return None;
    }
    let Fields { n, key, version } = serde_json::from_str(&format!("{body}}}")).ok()?;
    let value = body.strip_prefix(&head(n, &key, version))?;
    let value = match value.strip_prefix(r#""json":"#) {
        Some(text) => one_line_json(text.as_bytes())?.into(),
        None => unhex(value.strip_prefix(r#""hex":""#)?.strip_suffix('"')?)?,
    };
    Some((n, Record { key, version, value }))
}

fn head(n: u64, key: &Key, version: Version) -> String {
    format!(r#"{{"n":{n},"key":{},"version":{},"#, Value::from(key.0.as_str()), version.0)
}

fn one_line_json(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok().filter(|text| !text.contains(['\n', '\r']))?;
    serde_json::from_str::<IgnoredAny>(text).is_ok().then_some(text)
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(value: &[u8]) -> Record {
        Record { key: "a \"quoted\" key/ü".into(), version: Version(7), value: value.to_vec() }
    }

    #[test]
    fn every_value_comes_back_to_the_byte() {
        let values: [&[u8]; 9] = [
            b"",
            b"null",
            b" {\"b\":1.50,\"a\":1e400} ",
            b"{\n}",
            b"\"json\":",
            b"\xff\x00",
            b"1,\"hex\":\"00\"",
            "\"ü\u{2028}\"".as_bytes(),
            b"123456789012345678901234567890",
        ];
        for value in values {
            let line = encode(3, &record(value));
            assert!(!line.contains('\n'), "{line}");
            assert!(serde_json::from_str::<Value>(&line).is_ok() || line.contains("1e400"), "{line}");
            assert_eq!(decode(&line), Some((3, record(value))), "{line}");
        }
    }

    #[test]
    fn json_stands_in_a_line_as_it_is() {
        assert!(encode(1, &record(b"{\"title\":\"a parser\"}")).contains(r#""json":{"title":"a parser"},"#));
        assert!(encode(1, &record(b"\x00\xff")).contains(r#""hex":"00ff","#));
    }

    #[test]
    fn any_changed_character_is_found() {
        let line = encode(3, &record(b"{\"a\":[1,2]}"));
        for at in (0..line.len()).filter(|at| line.is_char_boundary(*at)) {
            let mut changed: Vec<char> = line.chars().collect();
            if let Some(c) = changed.get_mut(at) {
                *c = if *c == '#' { '%' } else { '#' };
            } else {
                continue;
            }
            assert_eq!(decode(&changed.into_iter().collect::<String>()), None);
        }
        assert_eq!(decode(&line[..line.len() - 1]), None);
        assert_eq!(decode(&format!("{line} ")), None);
    }
}
