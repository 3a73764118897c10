//! How answers of the license engine look in chat and at a terminal.

use super::facts::{Copyleft, Curation, Dfsg, Fsf, Kind, Osi, Patents, Retaliation};
use super::obligations::{Obligation, obligations};
use super::policy::Ruling;
use super::report::{CheckReport, CompatReport, ObligationsReport};
use super::sbom::{Finding, SbomReport, Standing, Summary};
use super::situation::{Deployment, Situation};
use super::{
    Alternative, Attachment, ChooseError, Facts, Licenses, Recommendation, Source, Term, Verdict, texts,
};
use crate::core::message::{Block, Button, Card, Content, Field, Span, Tone};

/// The most characters of somebody's words in one place.
const LONGEST_WORDS: usize = 300;
/// The most components of one standing that a card lists.
const MOST_FINDINGS: usize = 8;

fn card(title: Vec<Span>, tone: Tone, blocks: Vec<Block>, footer: Vec<Span>) -> Content {
    Content::Card(Card { title, tone, blocks, buttons: Vec::new(), reactions: Vec::new(), footer })
}

fn sources(sources: &[Source]) -> Vec<Span> {
    let mut spans = Vec::new();
    for source in sources {
        spans.push(if spans.is_empty() { Span::faint("Sources: ") } else { Span::faint(", ") });
        spans.push(if source.url.is_empty() {
            Span::faint(source.title.clone())
        } else {
            Span::link(source.title.clone(), source.url.clone())
        });
    }
    spans
}

fn steps(obligations: &[Obligation]) -> Block {
    let item = |obligation: &Obligation| {
        let place = match obligation.clause.as_str() {
            "" => obligation.license.clone(),
            clause => format!("{}, {clause}", obligation.license),
        };
        vec![Span::text(obligation.step.clone()), Span::faint(format!(" ({place})"))]
    };
    Block::List { items: obligations.iter().map(item).collect() }
}

/// What is known of a license, and what it asks for when it is distributed.
pub fn facts(licenses: &Licenses, facts: &Facts) -> Content {
    let mut fields = vec![Field::new("Kind", kind(facts)), Field::new("Patents", patents(facts))];
    fields.push(Field::new("Approved by", approved(facts)));
    if !facts.steward.is_empty() {
        fields.push(Field::new("Steward", &facts.steward));
    }
    let mut blocks = Vec::new();
    if !facts.summary.is_empty() {
        blocks.push(Block::line(&facts.summary));
    }
    blocks.push(Block::Fields { fields });
    if let Some(changed) = &facts.changed {
        blocks.push(Block::line(changed));
    }
    let asks = Term::of(&facts.id)
        .map(|term| {
            let situation = Situation::of(Deployment::Distributed);
            obligations(licenses, &super::Expression::Term(term), situation)
        })
        .unwrap_or_default();
    if !asks.is_empty() {
        blocks.push(Block::line("When you give it to others:"));
        blocks.push(steps(&asks));
    }
    if facts.curation == Curation::NotCurated {
        blocks.push(Block::line(
            "Nobody here has read this license yet: read it, or ask the OSPO, before you rely on it.",
        ));
    }
    let title = vec![Span::code(facts.id.clone()), Span::text(format!(" {}", facts.name))];
    card(title, Tone::Info, blocks, sources(&facts.sources))
}

fn kind(facts: &Facts) -> &'static str {
    match (facts.kind, facts.copyleft) {
        (Kind::PublicDomain, _) => "public domain or as good as",
        (Kind::Permissive, _) => "permissive",
        (Kind::Copyleft, Copyleft::File) => "weak copyleft: changed files stay under it",
        (Kind::Copyleft, Copyleft::Library) => "weak copyleft: the library stays under it",
        (Kind::Copyleft, Copyleft::ShareAlike) => "share alike: adaptations stay under it",
        (Kind::Copyleft, Copyleft::Network) => "strong copyleft, also for use over a network",
        (Kind::Copyleft, Copyleft::Work | Copyleft::None) => "strong copyleft: the whole work is under it",
        (Kind::SourceAvailable, _) => "source available, not open source",
        (Kind::Restricted, _) => "restricted, not open source",
        (Kind::Unknown, _) => "not curated",
    }
}

fn patents(facts: &Facts) -> &'static str {
    match (facts.patents, facts.retaliation) {
        (Patents::Silent, _) => "not mentioned",
        (Patents::Implied, _) => "no express license, perhaps an implied one",
        (Patents::Excluded, _) => "none are licensed",
        (Patents::Express, Retaliation::None) => "licensed",
        (Patents::Express, Retaliation::PatentLicenseEnds) => {
            "licensed; the patent license ends for whoever sues over patents"
        }
        (Patents::Express, Retaliation::RightsEnd) => {
            "licensed; all rights end for whoever sues over patents"
        }
    }
}

fn approved(facts: &Facts) -> String {
    let who = [
        (facts.osi == Osi::Approved, "OSI"),
        (facts.fsf == Fsf::Free, "FSF"),
        (facts.dfsg == Dfsg::Free, "Debian"),
    ];
    let who: Vec<&str> = who.into_iter().filter(|(yes, _)| *yes).map(|(_, who)| who).collect();
    if who.is_empty() { "none of OSI, FSF and Debian".to_owned() } else { who.join(", ") }
}

/// Whether one license may go into another.
pub fn pair(report: &CompatReport) -> Content {
    let (tone, word) = match report.verdict {
        Verdict::Yes => (Tone::Good, "Yes"),
        Verdict::No => (Tone::Bad, "No"),
        Verdict::Depends => (Tone::Waiting, "It depends"),
        Verdict::Unknown => (Tone::Quiet, "Not known here"),
    };
    let title = vec![
        Span::code(report.inbound.clone()),
        Span::text(" in "),
        Span::code(report.outbound.clone()),
        Span::text(": "),
        Span::strong(word),
    ];
    card(title, tone, vec![Block::line(&report.why)], sources(&report.sources))
}

/// What the policy says.
pub fn ruling(report: &CheckReport) -> Content {
    let (tone, word) = match report.verdict {
        Ruling::Allowed => (Tone::Good, "allowed"),
        Ruling::Review => (Tone::Waiting, "needs a review by the OSPO"),
        Ruling::Denied => (Tone::Bad, "denied"),
    };
    let title = vec![
        Span::code(report.expression.clone()),
        Span::text(format!(" for {} use: ", report.use_.key())),
        Span::strong(word),
    ];
    let mut blocks = vec![Block::line(&report.why)];
    if !report.obligations.is_empty() {
        blocks.push(Block::line("What to do:"));
        blocks.push(steps(&report.obligations));
    }
    card(title, tone, blocks, Vec::new())
}

/// What a license asks for in a situation.
pub fn duties(report: &ObligationsReport) -> Content {
    let title = vec![
        Span::code(report.expression.clone()),
        Span::text(format!(" {}: ", report.situation)),
        Span::strong(if report.obligations.is_empty() { "nothing to do" } else { "what to do" }),
    ];
    let mut blocks = Vec::new();
    if report.chosen != report.expression {
        blocks.push(Block::spans([
            Span::text("Of the choice, "),
            Span::code(report.chosen.clone()),
            Span::text(" asks for least."),
        ]));
    }
    let tone = if report.obligations.is_empty() {
        blocks.push(Block::line(texts::nothing_to_do(report.situation.deployment)));
        Tone::Good
    } else {
        blocks.push(steps(&report.obligations));
        Tone::Info
    };
    if report.more_when_modified {
        blocks.push(Block::line(texts::MORE_WHEN_MODIFIED));
    }
    card(title, tone, blocks, Vec::new())
}

/// What the policy says of an SBOM: the numbers, and those components that want something.
pub fn sbom(report: &SbomReport) -> Content {
    let summary = &report.summary;
    let tone = match summary {
        Summary { denied: 1.., .. } => Tone::Bad,
        Summary { review: 1.., .. } | Summary { unknown: 1.., .. } => Tone::Waiting,
        _ => Tone::Good,
    };
    let mut title = vec![Span::strong(texts::SBOM_TITLE)];
    if let Some(subject) = &summary.subject {
        title.extend([Span::text(": "), Span::code(words(subject))]);
    }
    let mut blocks = vec![Block::line(texts::sbom_summary(summary))];
    for standing in [Standing::Denied, Standing::Review, Standing::Unknown] {
        let found = report.with(standing);
        if found.is_empty() {
            continue;
        }
        blocks.push(Block::spans([Span::strong(texts::standing_title(standing))]));
        let mut items: Vec<Vec<Span>> = found.iter().take(MOST_FINDINGS).map(finding).collect();
        if found.len() > MOST_FINDINGS {
            items.push(vec![Span::faint(texts::more(found.len() - MOST_FINDINGS))]);
        }
        blocks.push(Block::List { items });
    }
    card(title, tone, blocks, vec![Span::faint(texts::SBOM_WHOLE)])
}

fn finding(finding: &Finding) -> Vec<Span> {
    let version = finding.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    vec![
        Span::code(words(&format!("{}{version}", finding.component))),
        Span::text(format!(": {}", words(&finding.why))),
    ]
}

/// What a file turned out to be. An SBOM is judged with [`sbom`] instead, once it is a report.
pub fn file(licenses: &Licenses, name: &str, attachment: &Attachment) -> Content {
    let mut title = vec![Span::code(words(name)), Span::text(" ")];
    let Attachment::License(found) = attachment else {
        title.push(Span::strong(texts::ATTACHMENT_NOTHING));
        let why = attachment.why_not().unwrap_or_default();
        let blocks = vec![Block::line(words(&sentence(&why))), Block::line(texts::ATTACHMENT_READS)];
        return card(title, Tone::Quiet, blocks, Vec::new());
    };
    let mut blocks = vec![Block::line(words(&sentence(&found.why)))];
    if !found.alternatives.is_empty() {
        blocks.push(Block::line(texts::ATTACHMENT_OR));
        let other = |other: &Alternative| {
            vec![Span::code(other.expression.clone()), Span::text(format!(" {}", other.name))]
        };
        let items = found.alternatives.iter().take(MOST_FINDINGS).map(other).collect();
        blocks.push(Block::List { items });
    }
    let mut buttons = Vec::new();
    let tone = match &found.expression {
        Some(expression) => {
            title.extend([Span::text(texts::ATTACHMENT_FOUND), Span::code(expression.clone())]);
            if licenses.facts(expression).is_some() {
                buttons.push(Button::new("What it asks for", format!("license {expression}")));
            }
            Tone::Good
        }
        None => {
            title.push(Span::strong(texts::ATTACHMENT_NOTHING));
            Tone::Waiting
        }
    };
    Content::Card(Card { title, tone, blocks, buttons, reactions: Vec::new(), footer: Vec::new() })
}

/// A reason as a sentence.
fn sentence(why: &str) -> String {
    let mut chars = why.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str().trim_end_matches('.'))
    })
}

/// The numbers of an SBOM report as a chart: headline, line below it, and a bar for each standing: its name, how many,
/// and how good that is.
pub fn sbom_chart(report: &SbomReport) -> (String, String, Vec<(&'static str, usize, Tone)>) {
    let summary = &report.summary;
    let title = summary.subject.as_deref().map_or_else(|| texts::SBOM_TITLE.to_owned(), words);
    let bars = Standing::ALL.map(|standing| {
        let tone = match standing {
            Standing::Denied => Tone::Bad,
            Standing::Review => Tone::Waiting,
            Standing::Unknown => Tone::Quiet,
            Standing::Allowed => Tone::Good,
        };
        (texts::standing_label(standing), summary.of(standing), tone)
    });
    (title, texts::chart_about(summary), bars.to_vec())
}

/// Words of an SBOM, on one line and not endless.
fn words(text: &str) -> String {
    let line = texts::on_one_line(text);
    match line.char_indices().nth(LONGEST_WORDS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Which license is recommended, why, what else fits, and what the dependencies forbid.
pub fn recommendation(found: &Recommendation) -> Content {
    let title = vec![
        Span::text(texts::CHOOSE_FOUND),
        Span::code(found.license.clone()),
        Span::text(if found.name == found.license { String::new() } else { format!(" {}", found.name) }),
    ];
    let mut blocks = vec![Block::List {
        items: found.reasons.iter().map(|reason| vec![Span::text(reason.clone())]).collect(),
    }];
    if !found.refused.is_empty() {
        blocks.push(Block::line(texts::CHOOSE_REFUSED));
        blocks.push(refused(&found.refused));
    }
    if !found.alternatives.is_empty() {
        blocks.push(Block::line(texts::CHOOSE_ALTERNATIVES));
    }
    let others = found.alternatives.iter().map(|other| other.expression.as_str());
    let buttons = std::iter::once(found.license.as_str())
        .chain(others)
        .map(|license| Button::new(license, format!("license {license}")))
        .collect();
    let footer = vec![Span::faint(texts::CHOOSE_FOOTER)];
    Content::Card(Card { title, tone: Tone::Good, blocks, buttons, reactions: Vec::new(), footer })
}

/// Why no license is recommended.
pub fn not_recommended(error: &ChooseError) -> Content {
    let title = vec![Span::strong(texts::CHOOSE_NOTHING)];
    let mut blocks = vec![Block::line(words(&error.to_string()))];
    if let ChooseError::Forbidden { refused: all } = error {
        blocks.push(refused(&all[..all.len().min(MOST_FINDINGS)]));
    }
    card(title, Tone::Bad, blocks, Vec::new())
}

fn refused(all: &[(String, String)]) -> Block {
    let item =
        |(license, why): &(String, String)| vec![Span::code(license.clone()), Span::text(format!(": {why}"))];
    Block::List { items: all.iter().map(item).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::Use;

    fn said(content: &Content) -> String {
        serde_json::to_string(content).expect("content is plain data")
    }

    #[test]
    fn a_pair_says_the_verdict_first_and_who_says_so() {
        let licenses = crate::license::testing::licenses();
        let report = CompatReport::of(licenses, "Apache-2.0", "GPL-2.0-only", Use::Copied).expect("a pair");
        let content = pair(&report);
        assert!(
            said(&content).contains("\"No\"") && said(&content).contains("https://"),
            "{}",
            said(&content)
        );
    }

    #[test]
    fn facts_name_what_is_asked_with_its_clause() {
        let licenses = crate::license::testing::licenses();
        let content = facts(licenses, licenses.facts("MPL-2.0").expect("MPL is there"));
        assert!(said(&content).contains("section 3"), "{}", said(&content));
    }

    #[test]
    fn an_sbom_shows_its_numbers_and_what_wants_something() {
        use crate::license::sbom::{Question, read};
        let parts: Vec<String> = (0..20)
            .map(|n| format!(r#"{{"name":"bad{n:02}","licenses":[{{"license":{{"id":"GPL-3.0-only"}}}}]}}"#))
            .collect();
        let text =
            format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}}"#, parts.join(","));
        let question = Question { use_: crate::license::PolicyUse::Distributed, project: None, today: None };
        let (licenses, policy) = (crate::license::testing::licenses(), crate::license::testing::policy());
        let sbom_read = read(text.as_bytes()).expect("an SBOM");
        let content = sbom(&SbomReport::of(&sbom_read, &policy, licenses, question));
        let text = said(&content);
        assert!(
            text.contains("20 denied") && text.contains("bad07") && text.contains("and 12 more"),
            "{text}"
        );
        assert!(!text.contains("bad08"), "{text}");
        assert!(matches!(&content, Content::Card(card) if card.tone == Tone::Bad));
    }

    #[test]
    fn a_recommendation_gives_reasons_and_buttons() {
        let found = Recommendation {
            license: "MPL-2.0".into(),
            name: "Mozilla Public License 2.0".into(),
            reasons: vec!["It fits.".into()],
            alternatives: vec![crate::license::Alternative {
                expression: "EPL-2.0".into(),
                name: "EPL".into(),
            }],
            refused: vec![("MIT".into(), "a dependency forbids it".into())],
        };
        let text = said(&recommendation(&found));
        for expected in ["It fits.", "license EPL-2.0", "a dependency forbids it", "no legal advice"] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }
}
