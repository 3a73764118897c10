//! Questions on two licenses: "is X compatible with Y", "can I use X code in a Y project".

use super::rank::{Measures, Question, Ranked};
use super::terms::Reading;
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

/// What the license engine says to a question that names two licenses and asks whether they go together.
pub(super) fn judge(knowledge: &Knowledge, question: &str, reading: &Reading) -> Option<CompatReport> {
    if reading.named.len() < 2 {
        return None;
    }
    let found: Vec<Mention> = mentions(&knowledge.licenses, question)
        .into_iter()
        .filter(|mention| mention.certainty == Certainty::Certain || mention.expression.is_some())
        .collect();
    let [first, second] = found.as_slice() else { return None };
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
    CompatReport::of(&knowledge.licenses, inbound, outbound, use_).ok()
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
    engine: Verdict,
    question: &Question,
    ranked: &[Ranked],
    verdict: impl Fn(&Ranked) -> Option<Verdict>,
) -> Answers {
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
        .or_else(|| fitting().find(|(_, candidate)| !verdict(candidate).is_some_and(opposite)))
        .map_or(Answers::Engine, |(at, _)| Answers::Article(at))
}
