//! SPDX JSON, 2.2 and 2.3 (<https://spdx.github.io/spdx-spec/v2.3/>, section 7 packages, 10 other licenses, 11
//! relationships).
//!
//! Only what the document describes is asked of the relationships; they are never followed, so circles do no harm.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::json::{Bounded, Object, parse, too_many};
use super::{Component, Format, MAX_COMPONENTS, Reference, Sbom, SbomError, stated};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    name: Option<String>,
    #[serde(default)]
    packages: Bounded<Object<Package>>,
    #[serde(default)]
    has_extracted_licensing_infos: Bounded<Object<Extracted>>,
    #[serde(default)]
    document_describes: Bounded<String>,
    #[serde(default)]
    relationships: Described,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    name: String,
    #[serde(rename = "SPDXID")]
    id: Option<String>,
    version_info: Option<String>,
    license_concluded: Option<String>,
    license_declared: Option<String>,
    copyright_text: Option<String>,
    #[serde(default)]
    external_refs: Bounded<Object<ExternalRef>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef {
    reference_type: Option<String>,
    reference_locator: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extracted {
    license_id: String,
    name: Option<String>,
    extracted_text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: Option<String>,
    relationship_type: Option<String>,
    related_spdx_element: Option<String>,
}

/// The ids that the document describes; of the relationships nothing else is kept.
#[derive(Default)]
struct Described(BTreeSet<String>);

impl<'de> Deserialize<'de> for Described {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Relationships)
    }
}

struct Relationships;

impl<'de> Visitor<'de> for Relationships {
    type Value = Described;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of relationships")
    }

    fn visit_unit<E>(self) -> Result<Described, E> {
        Ok(Described::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Described, A::Error> {
        let mut described = BTreeSet::new();
        while let Some(Object(relationship)) = seq.next_element::<Object<Relationship>>()? {
            let Relationship { spdx_element_id, relationship_type, related_spdx_element } = relationship;
            let id = match relationship_type.as_deref() {
                Some("DESCRIBES") => related_spdx_element,
                Some("DESCRIBED_BY") => spdx_element_id,
                _ => None,
            };
            described.extend(id);
            if described.len() > MAX_COMPONENTS {
                return Err(too_many());
            }
        }
        Ok(Described(described))
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Sbom, SbomError> {
    let document = parse(bytes, PhantomData::<Object<Document>>)?.0;
    let mut described = document.relationships.0;
    described.extend(document.document_describes.0);
    let is_root = |package: &Package| package.id.as_ref().is_some_and(|id| described.contains(id));
    // One described package among others is what the document is about; a list of described ones is the parts.
    let packages: Vec<Package> = document.packages.0.into_iter().map(|package| package.0).collect();
    let mut roots = packages.iter().filter(|package| is_root(package));
    let root = match (roots.next(), roots.next()) {
        (Some(root), None) if packages.len() > 1 => root.id.clone(),
        _ => None,
    };
    let mut subject = document.name;
    let mut components = Vec::with_capacity(packages.len());
    for package in packages {
        let is_subject = root.is_some() && package.id == root;
        let component = package.component();
        if is_subject {
            subject = Some(component.name.clone());
        }
        if !is_subject || !component.licenses.is_empty() {
            components.push(component);
        }
    }
    let reference = |Object(one): Object<Extracted>| {
        let text = one.extracted_text.filter(|text| stated(text));
        (one.license_id, Reference { name: one.name.filter(|name| stated(name)), text })
    };
    let references = document.has_extracted_licensing_infos.0.into_iter().map(reference).collect();
    Ok(Sbom { format: Format::Spdx, subject, components, references })
}

impl Package {
    fn component(self) -> Component {
        let said = |text: Option<String>| text.filter(|text| stated(text));
        let purl = self
            .external_refs
            .0
            .into_iter()
            .find(|one| one.0.reference_type.as_deref() == Some("purl"))
            .and_then(|one| one.0.reference_locator);
        // What somebody concluded after looking goes before what the author declared (section 7.13).
        let license = said(self.license_concluded).or_else(|| said(self.license_declared));
        Component {
            name: self.name,
            group: None,
            version: self.version_info.filter(|version| !version.is_empty()),
            purl,
            licenses: license.into_iter().collect(),
            copyrights: said(self.copyright_text).filter(|text| text.trim() != "NONE").into_iter().collect(),
            texts: Vec::new(),
        }
    }
}
