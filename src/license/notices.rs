//! The attribution file of a product: what it is made of, who wrote it, and the text of every license, once.
//!
//! Most licenses ask for their text and the copyright notice to go with the binary (MIT, BSD, Apache-2.0 section 4,
//! GPL-3.0 section 4). Of a choice, the branch is named that the policy takes. What is not known stands first, as
//! things to do: an attribution file that hides them would be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::expression::Term;
use super::facts::Duty;
use super::sbom::{Component, Judge, Judged, Question, Sbom};
use super::texts;
use super::{Licenses, Policy};

/// An attribution file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notices {
    /// The file: plain text, lines end with `\n`.
    pub text: String,
    /// How many things are left to do before it is complete; they stand first in the text.
    pub to_do: usize,
}

/// Writes the attribution file of the components of an SBOM. The same input gives the same bytes, in whatever order
/// the SBOM lists its components.
pub fn notices(sbom: &Sbom, policy: &Policy, licenses: &Licenses, question: Question<'_>) -> Notices {
    let mut judge = Judge::new(policy, licenses, &sbom.references, question);
    let mut entries: Vec<(&Component, Judged)> =
        sbom.components.iter().map(|component| (component, judge.judge(component))).collect();
    entries.sort_by_cached_key(|(component, judged)| {
        let name = component.full_name();
        let rest = (component.version.clone(), judged.license.clone(), component.copyrights.clone());
        (name.to_lowercase(), name, rest, component.texts.clone())
    });
    entries.dedup_by(|(a, _), (b, _)| {
        a.full_name() == b.full_name()
            && (&a.version, &a.licenses, &a.copyrights, &a.texts)
                == (&b.version, &b.licenses, &b.copyrights, &b.texts)
    });

    let mut to_do: BTreeSet<String> = BTreeSet::new();
    let mut parts = String::new();
    let mut needed: BTreeSet<Needed> = BTreeSet::new();
    let mut bare = 0;
    let mut supplied: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (component, judged) in &entries {
        let title = title(component);
        let terms = judged.chosen.as_ref().map(|chosen| chosen.terms()).unwrap_or_default();
        if terms.is_empty() || terms.iter().any(|term| needs(term).is_empty()) {
            to_do.insert(texts::notices_unknown(&title, &judged.license, &judged.why));
        }
        for needed_by in terms.iter().flat_map(|term| needs(term)) {
            let is_missing = text_of(&needed_by, sbom).is_none() && component.texts.is_empty();
            if is_missing {
                to_do.insert(texts::notices_no_text(&title, &needed_by.name()));
            }
            needed.insert(needed_by);
        }
        let notice_wanted = terms
            .iter()
            .filter_map(|term| licenses.facts(term.id()?))
            .any(|facts| facts.asks(Duty::KeepNotice));
        if notice_wanted && component.copyrights.is_empty() && component.texts.is_empty() {
            bare += 1;
        }
        for text in &component.texts {
            supplied.entry(clean(text)).or_default().insert(title.clone());
        }
        parts.push_str(&entry(&title, component, judged));
    }

    let mut text = texts::notices_head(sbom.subject.as_deref(), entries.len());
    let to_do: Vec<String> =
        to_do.into_iter().chain((bare > 0).then(|| texts::notices_no_copyright(bare))).collect();
    if !to_do.is_empty() {
        text.push_str(&section(texts::NOTICES_TO_DO));
        to_do.iter().for_each(|line| text.push_str(&format!("- {line}\n")));
    }
    text.push_str(&section(texts::NOTICES_COMPONENTS));
    text.push_str(&parts);
    let known: Vec<(String, String)> = needed
        .iter()
        .filter_map(|needed| Some((needed.title(licenses), clean(text_of(needed, sbom)?))))
        .collect();
    if !known.is_empty() {
        text.push_str(&section(texts::NOTICES_TEXTS));
        known.iter().for_each(|(title, body)| text.push_str(&whole(title, body)));
    }
    // A text that is word for word one of the above adds nothing.
    supplied.retain(|text, _| !text.is_empty() && !known.iter().any(|(_, body)| body == text));
    if !supplied.is_empty() {
        text.push_str(&section(texts::NOTICES_SUPPLIED));
        for (body, of) in &supplied {
            let of: Vec<&str> = of.iter().map(String::as_str).collect();
            text.push_str(&whole(&of.join(", "), body));
        }
    }
    Notices { text, to_do: to_do.len() }
}

/// A text that must be in the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Needed {
    License(&'static str),
    Exception(String),
    Reference(String),
}

impl Needed {
    fn name(&self) -> String {
        match self {
            Self::License(id) => (*id).to_owned(),
            Self::Exception(id) | Self::Reference(id) => id.clone(),
        }
    }

    fn title(&self, licenses: &Licenses) -> String {
        let name = self.name();
        match licenses.name(&name) {
            same if same == name => name,
            full => format!("{name} ({full})"),
        }
    }
}

fn needs(term: &Term) -> Vec<Needed> {
    match term {
        Term::Spdx { id, exception, .. } => {
            let exception = exception.clone().map(Needed::Exception);
            std::iter::once(Needed::License(id)).chain(exception).collect()
        }
        Term::Reference(reference) => vec![Needed::Reference(reference.clone())],
        Term::None | Term::NoAssertion => Vec::new(),
    }
}

fn text_of<'a>(needed: &Needed, sbom: &'a Sbom) -> Option<&'a str> {
    type Texts = BTreeMap<&'static str, &'static str>;
    static TEXTS: OnceLock<(Texts, Texts)> = OnceLock::new();
    let (licenses, exceptions) = TEXTS.get_or_init(|| {
        let map = |list: &[(&'static str, &'static str)]| list.iter().copied().collect();
        (map(spdx::text::LICENSE_TEXTS), map(spdx::text::EXCEPTION_TEXTS))
    });
    match needed {
        Needed::License(id) => licenses.get(id).copied(),
        Needed::Exception(id) => exceptions.get(id.as_str()).copied(),
        Needed::Reference(reference) => sbom.references.get(reference)?.text.as_deref(),
    }
}

fn title(component: &Component) -> String {
    let name = texts::on_one_line(&component.full_name());
    match &component.version {
        Some(version) => format!("{name} {}", texts::on_one_line(version)),
        None => name,
    }
}

fn entry(title: &str, component: &Component, judged: &Judged) -> String {
    let mut lines = format!("\n{title}\n");
    let license = texts::on_one_line(&judged.license);
    let chosen = judged.chosen.as_ref().map(ToString::to_string);
    lines.push_str(&match chosen.filter(|chosen| *chosen != license) {
        Some(chosen) => format!("  License: {chosen} (chosen from {license})\n"),
        None => format!("  License: {license}\n"),
    });
    let notices: BTreeSet<String> = component.copyrights.iter().map(|notice| clean(notice)).collect();
    for line in notices.iter().flat_map(|notice| notice.lines()).filter(|line| !line.trim().is_empty()) {
        lines.push_str(&format!("  {}\n", line.trim()));
    }
    lines
}

/// Somebody's text as plain text: no sequences that steer a terminal, lines end with `\n`, nothing around it.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !texts::is_steering(*c)).collect();
    text.trim_matches('\n').trim_end().to_owned()
}

fn section(title: &str) -> String {
    format!("\n{title}\n{}\n", "=".repeat(title.chars().count()))
}

fn whole(title: &str, body: &str) -> String {
    let title = texts::on_one_line(title);
    format!("\n{title}\n{}\n\n{body}\n", "-".repeat(title.chars().count().min(80)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::policy::PolicyUse;
    use crate::license::sbom::{Format, Reference};
    use crate::license::testing::{licenses, policy};

    fn component(name: &str, license: &str) -> Component {
        Component {
            name: name.to_owned(),
            version: Some("1.0".to_owned()),
            licenses: vec![license.to_owned()].into_iter().filter(|license| !license.is_empty()).collect(),
            ..Component::default()
        }
    }

    fn sbom(components: Vec<Component>) -> Sbom {
        Sbom { format: Format::Spdx, subject: Some("shop".into()), components, references: BTreeMap::new() }
    }

    fn written(sbom: &Sbom) -> Notices {
        let question = Question { use_: PolicyUse::Distributed, project: None, today: None };
        notices(sbom, &policy(), licenses(), question)
    }

    #[test]
    fn each_text_stands_once_and_of_a_choice_the_branch_that_is_taken() {
        let mut zlib = component("zlib", "Zlib");
        zlib.copyrights = vec!["Copyright (C) 1995-2024 Jean-loup Gailly and Mark Adler\u{1b}[31m".into()];
        let parts = [
            component("b", "MIT OR GPL-2.0-only"),
            component("a", "MIT"),
            component("jdk", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ];
        let text = written(&sbom([vec![zlib], parts.to_vec()].concat())).text;
        assert_eq!(text.matches("Permission is hereby granted, free of charge").count(), 1, "{text}");
        assert!(text.contains("License: MIT (chosen from MIT OR GPL-2.0-only)"), "{text}");
        assert!(text.contains("Jean-loup Gailly") && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains("Classpath-exception-2.0\n---"), "exceptions have a text too:\n{text}");
        assert!(text.find("\na 1.0").unwrap() < text.find("\nb 1.0").unwrap());
    }

    #[test]
    fn what_is_unknown_stands_first_as_a_thing_to_do() {
        let mut parts = sbom(vec![
            component("odd", ""),
            component("strange", "my own terms, ask me"),
            component("ours", "LicenseRef-Known"),
            component("theirs", "LicenseRef-Lost"),
        ]);
        let known = Reference { name: None, text: Some("Do as you please, says Acme.".into()) };
        parts.references.insert("LicenseRef-Known".into(), known);
        let Notices { text, to_do } = written(&parts);
        assert_eq!(to_do, 3, "{text}");
        let first = &text[..text.find(texts::NOTICES_COMPONENTS).unwrap()];
        for name in ["odd 1.0", "strange 1.0", "theirs 1.0"] {
            assert!(first.contains(name), "{name} in {first}");
        }
        assert!(!first.contains("ours 1.0") && text.contains("says Acme."), "{text}");
    }

    #[test]
    fn a_missing_copyright_notice_is_said_once_for_all() {
        let mut known = component("c", "MIT");
        known.copyrights = vec!["Copyright Ada".into()];
        let parts = vec![component("a", "MIT"), component("b", "MIT"), component("free", "CC0-1.0"), known];
        let Notices { text, to_do } = written(&sbom(parts));
        assert_eq!(to_do, 1, "{text}");
        assert!(text.contains("2 components have no copyright notice in the SBOM"), "{text}");
    }

    #[test]
    fn the_order_of_the_sbom_does_not_matter() {
        let mut with_text = component("a", "MIT");
        with_text.texts = vec!["Copyright Ada\n\nPermission is hereby granted to everybody".into()];
        let parts = vec![component("b", "ISC"), with_text, component("B", "0BSD"), component("b", "ISC")];
        let turned: Vec<Component> = parts.iter().rev().cloned().collect();
        let text = written(&sbom(parts)).text;
        assert_eq!(text, written(&sbom(turned)).text);
        assert!(text.contains("Copyright Ada") && text.matches("\nb 1.0").count() == 1, "{text}");
    }
}
