//! Reading JSON from outside: the errors, which format it is, and lists with an end.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Format, MAX_BYTES, MAX_COMPONENTS, MAX_NESTING};
use crate::license::expression::shortened;

/// Why a file is not read as an SBOM, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SbomError {
    /// Larger than [`MAX_BYTES`].
    #[error(
        "the SBOM is larger than {} MiB, which is the limit; leave out files and hashes, or split it by product",
        MAX_BYTES / (1024 * 1024)
    )]
    TooLarge,
    /// More components than [`MAX_COMPONENTS`].
    #[error(
        "the SBOM has a list of more than {MAX_COMPONENTS} entries at {0}, which is the limit; split it by product"
    )]
    TooMany(String),
    /// Components deeper than [`MAX_NESTING`].
    #[error("components stand in components deeper than {MAX_NESTING} levels at {0}; list them flat")]
    TooDeep(String),
    /// No JSON at all.
    #[error(
        "the file is no JSON ({0}); only SBOMs in JSON are read, so convert XML, YAML or tag-value first"
    )]
    NoJson(String),
    /// JSON, and no SBOM.
    #[error("the file is JSON and no SBOM: it has neither `bomFormat` (CycloneDX) nor `spdxVersion` (SPDX)")]
    NoSbom,
    /// A version that is not read.
    #[error("{format} {found} is not read; export or convert it to {format} {read}")]
    Version {
        /// The format.
        format: Format,
        /// The version of the file.
        found: String,
        /// The versions that are read.
        read: &'static str,
    },
    /// A value that is not what the format asks for.
    #[error("at {path}: {what}; correct the tool that wrote the SBOM")]
    Wrong {
        /// Where, such as `components[3].licenses[0].license.id`.
        path: String,
        /// What is wrong, with line and column.
        what: String,
    },
}

/// Marks of our own errors among those of serde, which carries only text.
const TOO_MANY: &str = "ospo: too many";
const TOO_DEEP: &str = "ospo: too deep";

/// The error of a list that has no end.
pub(super) fn too_many<E: de::Error>() -> E {
    E::custom(TOO_MANY)
}

/// The error of components within components without end.
pub(super) fn too_deep<E: de::Error>() -> E {
    E::custom(TOO_DEEP)
}

/// Reads a whole document; an error knows where it happened.
pub(super) fn parse<'de, S: DeserializeSeed<'de>>(bytes: &'de [u8], seed: S) -> Result<S::Value, SbomError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let value = seed
        .deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track))
        .map_err(|error| told(&error, &track.path().to_string()))?;
    json.end().map_err(|error| told(&error, "the end"))?;
    Ok(value)
}

fn told(error: &serde_json::Error, path: &str) -> SbomError {
    // Keys come from the file, so a path may hold anything.
    let path: String = path.chars().filter(|c| !c.is_control()).take(200).collect();
    let path = if path == "." { "the top of the file".to_owned() } else { path };
    let what = shown(&error.to_string());
    match error.classify() {
        _ if what.starts_with(TOO_MANY) => SbomError::TooMany(path),
        _ if what.starts_with(TOO_DEEP) || what.starts_with("recursion limit") => SbomError::TooDeep(path),
        serde_json::error::Category::Data => SbomError::Wrong { path, what },
        _ => SbomError::NoJson(what),
    }
}

/// An error of serde quotes values of the file.
fn shown(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    if plain.chars().count() <= 200 {
        return plain;
    }
    // The end says line and column.
    let tail: String =
        plain.rsplit_once(" at line ").map(|(_, at)| format!(" at line {at}")).unwrap_or_default();
    format!("{}{}", shortened(&plain), tail.chars().take(60).collect::<String>())
}

/// What tells the format.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "bomFormat")]
    bom_format: Option<String>,
    #[serde(rename = "specVersion")]
    spec_version: Option<String>,
    #[serde(rename = "spdxVersion")]
    spdx_version: Option<String>,
    #[serde(rename = "@context")]
    context: Option<IgnoredAny>,
}

/// Which format the file has.
///
/// # Errors
/// When it is no JSON, no SBOM, or of a version that is not read.
pub(super) fn format(bytes: &[u8]) -> Result<Format, SbomError> {
    let head: Head = parse(bytes, PhantomData::<Object<Head>>)?.0;
    let wrong = |format, found: &str, read| Err(SbomError::Version { format, found: shortened(found), read });
    if head.bom_format.is_some() {
        return match head.spec_version.as_deref().unwrap_or("without `specVersion`") {
            "1.4" | "1.5" | "1.6" => Ok(Format::CycloneDx),
            found => wrong(Format::CycloneDx, found, "1.4, 1.5 or 1.6"),
        };
    }
    match (head.spdx_version.as_deref(), head.context) {
        (Some("SPDX-2.2" | "SPDX-2.3"), _) => Ok(Format::Spdx),
        (Some(found), _) => wrong(Format::Spdx, found.strip_prefix("SPDX-").unwrap_or(found), "2.2 or 2.3"),
        (None, Some(_)) => wrong(Format::Spdx, "3", "2.2 or 2.3"),
        (None, None) => Err(SbomError::NoSbom),
    }
}

/// An object and nothing else: serde takes a list for a struct too, field by field.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Map<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(Map(PhantomData))
    }
}

/// A list that is refused when it has more than [`MAX_COMPONENTS`] entries. `null` is an empty one.
#[derive(Debug)]
pub(super) struct Bounded<T>(pub(super) Vec<T>);

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Bounded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
            type Value = Bounded<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Bounded::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    if list.len() == MAX_COMPONENTS {
                        return Err(too_many());
                    }
                    list.push(entry);
                }
                Ok(Bounded(list))
            }
        }
        deserializer.deserialize_any(List(PhantomData))
    }
}
