//! Questions on two licenses: "is X compatible with Y", "can I use X code in a Y project".

use super::rank::{Measures, Question, Ranked};
use super::terms::Reading;
use super::texts;
use crate::knowledge::Knowledge;
use crate::license::{Certainty, CompatReport, Mention, Use, Verdict, mentions};

/// Terms that ask whether two licenses go together.
const TOGETHER: &[&str] =
    &["compatible", "combine", "link", "use", "includ", "copy", "embed", "add", "merg", "import", "put"];

/// Words near a license that make it that of the whole work, or of a part that goes into it; the German, French and
/// Spanish ones as [`super::text::words`] gives them.
const WHOLE: &[&str] = &[
    "project",
    "product",
    "program",
    "app",
    "application",
    "work",
    "codebase",
    "repo",
    "repository",
    "software",
    "projekt",
    "produkt",
    "programm",
    "anwendung",
    "projet",
    "produit",
    "logiciel",
    "proyecto",
    "producto",
    "aplicacion",
];
const PART: &[&str] = &[
    "code",
    "library",
    "libraries",
    "lib",
    "libs",
    "component",
    "components",
    "dependency",
    "dependencies",
    "file",
    "files",
    "snippet",
    "snippets",
    "package",
    "packages",
    "module",
    "modules",
    "bibliothek",
    "bibliotheken",
    "komponente",
    "abhaengigkeit",
    "paket",
    "datei",
    "dateien",
    "bibliotheque",
    "composant",
    "dependance",
    "fichier",
    "biblioteca",
    "componente",
    "dependencia",
    "paquete",
    "archivo",
];
/// Words before a license that make it that of what we release.
const OURS: &[&str] = &[
    "our", "my", "under", "unser", "unsere", "unserem", "unserer", "unter", "notre", "mon", "sous",
    "nuestro", "nuestra", "mi", "bajo",
];

/// Words between two licenses that put one into the other.
const INTO: &[&str] = &["in", "into", "inside", "within", "with", "dans", "avec", "en", "con", "mit"];

/// What the license engine says to a question.
#[derive(Debug)]
pub(super) struct Judged {
    /// Its answer.
    pub report: CompatReport,
    /// Whether it was asked about one pair, or about one license with several versions of another.
    pub pairs: Pairs,
}

/// How many pairs a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairs {
    /// One.
    One,
    /// Several, which differ.
    Several,
}

/// What the license engine says to a question that names two licenses, or one and several versions of another, and asks
/// whether they go together.
pub(super) fn judge(knowledge: &Knowledge, question: &str, reading: &Reading) -> Option<Judged> {
    if reading.named.len() < 2 {
        return None;
    }
    let found: Vec<Mention> = mentions(&knowledge.licenses, question)
        .into_iter()
        .filter(|mention| mention.certainty == Certainty::Certain || mention.expression.is_some())
        .collect();
    let [first, second, versions @ ..] = found.as_slice() else { return None };
    if versions.iter().any(|other| family(other) != family(second)) {
        return None;
    }
    let (inbound, outbound) = (first.expression.as_deref()?, second.expression.as_deref()?);
    let between = question.get(first.range.end..second.range.start).unwrap_or_default();
    let into = || super::text::words(between).iter().any(|word| INTO.contains(&word.as_str()));
    let together = reading.terms.iter().any(|term| TOGETHER.contains(&term.as_str()));
    if inbound == outbound || !(together || into()) {
        return None;
    }
    // Whichever is more of a whole is what the other goes into; where neither is, the second.
    let turned = wholeness(question, first) > wholeness(question, second);
    let (inbound, outbound) = if turned { (outbound, inbound) } else { (inbound, outbound) };
    let use_ = if reading.terms.iter().any(|term| term == "link") { Use::Linked } else { Use::Copied };
    let report = CompatReport::of(&knowledge.licenses, inbound, outbound, use_).ok()?;
    let others = versions.iter().filter_map(|version| {
        let version = version.expression.as_deref()?;
        let (inbound, outbound) = if turned { (version, outbound) } else { (inbound, version) };
        CompatReport::of(&knowledge.licenses, inbound, outbound, use_).ok()
    });
    Some(together_with(report, others.collect()))
}

/// The name of a license without its version.
fn family(mention: &Mention) -> Option<&str> {
    mention.expression.as_deref()?.split('-').next()
}

/// One answer for all pairs: that of the first where they agree; otherwise it depends, on which is which.
fn together_with(first: CompatReport, others: Vec<CompatReport>) -> Judged {
    if others.iter().all(|other| other.verdict == first.verdict) {
        return Judged { report: first, pairs: Pairs::One };
    }
    let mut report = CompatReport { verdict: Verdict::Depends, why: texts::of_each(&first), ..first };
    for other in others {
        report.why = format!("{}\n\n{}", report.why, texts::of_each(&other));
        for (side, name) in [(&mut report.inbound, other.inbound), (&mut report.outbound, other.outbound)] {
            if !side.split(", ").any(|known| known == name) {
                *side = format!("{side}, {name}");
            }
        }
        let new: Vec<_> =
            other.sources.into_iter().filter(|source| !report.sources.contains(source)).collect();
        report.sources.extend(new);
    }
    Judged { report, pairs: Pairs::Several }
}

/// How much a license is that of the whole work rather than of a part, by the two words on each side of it.
fn wholeness(question: &str, mention: &Mention) -> i32 {
    let after = super::text::words(question.get(mention.range.end..).unwrap_or_default());
    let before = super::text::words(question.get(..mention.range.start).unwrap_or_default());
    let near = |set: &[&str]| i32::from(after.iter().take(2).any(|word| set.contains(&word.as_str())));
    let ours = before.iter().rev().take(2).any(|word| OURS.contains(&word.as_str()));
    2 * near(WHOLE) - 2 * near(PART) + i32::from(ours)
}

/// Who answers a question on two licenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// The candidate at this place.
    Article(usize),
    /// The engine alone.
    Engine,
}

/// How many candidates may take the place of the best.
const NEAREST: usize = 4;
/// All licenses of the question, and at most one more in the title.
const SAME_LICENSES: f32 = 0.8;
const SAME_VERSIONS: f32 = 0.95;
const ALIKE: f32 = 0.5;

/// Chooses between the engine and the articles on just these licenses: an article says more, but which license goes
/// into which is the engine's to know. `verdict` gives that of a candidate's article.
pub(super) fn choose(
    judged: &Judged,
    question: &Question,
    ranked: &[Ranked],
    verdict: impl Fn(&Ranked) -> Option<Verdict>,
) -> Answers {
    let engine = judged.report.verdict;
    let fits = |candidate: &Ranked| {
        let Measures { license, version, likeness, .. } = candidate.measures;
        license >= SAME_LICENSES
            && (question.versions.is_empty() || version >= SAME_VERSIONS)
            && likeness >= ALIKE
            && verdict(candidate).is_some()
    };
    let fitting = || ranked.iter().take(NEAREST).enumerate().filter(|(_, candidate)| fits(candidate));
    let opposite =
        |of: Verdict| matches!((of, engine), (Verdict::Yes, Verdict::No) | (Verdict::No, Verdict::Yes));
    fitting()
        .find(|(_, candidate)| verdict(candidate) == Some(engine))
        // An article on one of several pairs says too little.
        .or_else(|| match judged.pairs {
            Pairs::One => fitting().find(|(_, candidate)| !verdict(candidate).is_some_and(opposite)),
            Pairs::Several => None,
        })
        .map_or(Answers::Engine, |(at, _)| Answers::Article(at))
}
