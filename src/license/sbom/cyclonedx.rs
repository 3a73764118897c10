//! CycloneDX JSON, 1.4 to 1.6 (<https://cyclonedx.org/docs/1.6/json/>).
//!
//! Components stand in components. They are read one by one into one flat list, so that memory and depth have a bound
//! however they are nested.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json::{Bounded, Object, parse, too_deep, too_many};
use super::{Component, Format, MAX_COMPONENTS, MAX_NESTING, Sbom, SbomError, stated};

pub(super) fn read(bytes: &[u8]) -> Result<Sbom, SbomError> {
    parse(bytes, Document)
}

/// One entry of `licenses`: a license or an expression.
#[derive(Deserialize)]
struct Choice {
    license: Option<Object<License>>,
    expression: Option<String>,
    acknowledgement: Option<String>,
}

#[derive(Deserialize)]
struct License {
    id: Option<String>,
    name: Option<String>,
    text: Option<Object<Attachment>>,
    acknowledgement: Option<String>,
}

#[derive(Deserialize)]
struct Attachment {
    content: Option<String>,
    encoding: Option<String>,
}

#[derive(Deserialize, Default)]
struct Evidence {
    #[serde(default)]
    copyright: Bounded<Object<Copyright>>,
}

#[derive(Deserialize)]
struct Copyright {
    text: Option<String>,
}

/// The whole document.
struct Document;

impl<'de> DeserializeSeed<'de> for Document {
    type Value = Sbom;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Sbom, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document {
    type Value = Sbom;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CycloneDX document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sbom, A::Error> {
        let mut components = Vec::new();
        let mut subject = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "components" => map.next_value_seed(Components { list: &mut components, depth: 0 })?,
                "metadata" => {
                    let mut about = Vec::new();
                    map.next_value_seed(Metadata(&mut about))?;
                    // A component comes after those in it, so the last one is the subject itself.
                    if let Some(component) = about.pop() {
                        subject = Some(component.full_name());
                        about.extend(component.licenses.iter().any(|text| stated(text)).then_some(component));
                    }
                    components.append(&mut about);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Sbom { format: Format::CycloneDx, subject, components, references: Default::default() })
    }
}

/// `metadata`, of which only `component` matters.
struct Metadata<'a>(&'a mut Vec<Component>);

impl<'de> DeserializeSeed<'de> for Metadata<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the metadata")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "component" {
                map.next_value_seed(One { list: &mut *self.0, depth: 0 })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A list of components.
struct Components<'a> {
    list: &'a mut Vec<Component>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Components<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Components<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of components")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if self.depth == MAX_NESTING {
            return Err(too_deep());
        }
        while seq.next_element_seed(One { list: &mut *self.list, depth: self.depth })?.is_some() {}
        Ok(())
    }
}

/// One component, with those in it before it.
struct One<'a> {
    list: &'a mut Vec<Component>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a component")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut component = Component::default();
        let mut choices: Bounded<Object<Choice>> = Bounded::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => component.name = map.next_value()?,
                "group" => {
                    component.group = map.next_value::<Option<String>>()?.filter(|group| !group.is_empty())
                }
                "version" => {
                    component.version = map.next_value::<Option<String>>()?.filter(|text| !text.is_empty())
                }
                "purl" => component.purl = map.next_value()?,
                "licenses" => choices = map.next_value()?,
                "copyright" => component.copyrights.extend(map.next_value::<Option<String>>()?),
                "evidence" => {
                    let evidence: Evidence =
                        map.next_value::<Option<Object<_>>>()?.map(|found| found.0).unwrap_or_default();
                    component
                        .copyrights
                        .extend(evidence.copyright.0.into_iter().filter_map(|one| one.0.text));
                }
                "components" => {
                    map.next_value_seed(Components { list: &mut *self.list, depth: self.depth + 1 })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if self.list.len() == MAX_COMPONENTS {
            return Err(too_many());
        }
        (component.licenses, component.texts) =
            licenses(choices.0.into_iter().map(|choice| choice.0).collect());
        self.list.push(component);
        Ok(())
    }
}

/// Names and texts. Where some licenses were concluded after analysis and others only declared, the conclusion counts
/// (1.6, `acknowledgement`).
fn licenses(choices: Vec<Choice>) -> (Vec<String>, Vec<String>) {
    let is_concluded = |choice: &Choice| {
        let license = choice.license.as_ref().and_then(|license| license.0.acknowledgement.as_deref());
        license.or(choice.acknowledgement.as_deref()) == Some("concluded")
    };
    let any_concluded = choices.iter().any(is_concluded);
    let (mut names, mut texts) = (Vec::new(), Vec::new());
    for choice in choices {
        let counts = !any_concluded || is_concluded(&choice);
        let (name, text) = match choice.license {
            Some(Object(license)) => {
                (license.id.or(license.name), license.text.and_then(|text| text.0.decoded()))
            }
            None => (choice.expression, None),
        };
        texts.extend(text);
        names.extend(name.filter(|name| counts && !name.trim().is_empty()));
    }
    (names, texts)
}

impl Attachment {
    /// The text; none when it is not readable as text.
    fn decoded(self) -> Option<String> {
        let content = self.content.filter(|content| !content.trim().is_empty())?;
        if self.encoding.as_deref() != Some("base64") {
            return Some(content);
        }
        let packed: String = content.split_ascii_whitespace().collect();
        String::from_utf8(BASE64_STANDARD.decode(packed).ok()?).ok()
    }
}
