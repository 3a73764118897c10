//! What the license engine says to people about SBOMs, notices and choosing a license.

use super::expression::MAX_TERMS;
use super::sbom::{Standing, Summary};
use super::situation::Deployment;

/// The headline of an SBOM report.
pub(crate) const SBOM_TITLE: &str = "License check";

/// How a standing is called over its components.
pub(crate) fn standing_title(standing: Standing) -> &'static str {
    match standing {
        Standing::Denied => "Denied",
        Standing::Review => "Needs a review by the OSPO",
        Standing::Unknown => "License unknown",
        Standing::Allowed => "Allowed",
    }
}

/// How a standing is called beside its bar.
pub(crate) fn standing_label(standing: Standing) -> &'static str {
    match standing {
        Standing::Denied => "denied",
        Standing::Review => "to review",
        Standing::Unknown => "unknown",
        Standing::Allowed => "allowed",
    }
}

/// Below the headline of a chart.
pub(crate) fn chart_about(summary: &Summary) -> String {
    format!("License check of {} for {} use", count(summary.components, "component"), summary.use_.key())
}

/// How many of each, in one sentence.
pub(crate) fn sbom_summary(summary: &Summary) -> String {
    format!(
        "{} for {} use: {} denied, {} to review, {} unknown, {} allowed.",
        count(summary.components, "component"),
        summary.use_.key(),
        summary.denied,
        summary.review,
        summary.unknown,
        summary.allowed
    )
}

/// Why a component without any license is unknown.
pub(crate) const SBOM_NOTHING_STATED: &str = "no license is stated; look at its source and fill it in";
/// Why a name is unknown that nobody looked up.
pub(crate) const SBOM_TOO_MANY_NAMES: &str =
    "the SBOM has more different license names than are looked up; write SPDX ids instead of names";
/// Why a long list of licenses is unknown.
pub(crate) fn sbom_too_many_licenses(number: usize) -> String {
    format!("{number} licenses are listed; at most {MAX_TERMS} are read")
}

/// That a list goes on.
pub(crate) fn more(left: usize) -> String {
    format!("and {left} more")
}

/// Where the software goes, after "you use it".
pub(crate) fn deployment(deployment: Deployment) -> &'static str {
    match deployment {
        Deployment::Internal => "inside the company",
        Deployment::Saas => "as a service over a network",
        Deployment::Distributed => "distributed as a program",
        Deployment::Source => "distributed as source",
        Deployment::Device => "in a device",
    }
}

/// The words that a situation is said in.
pub(crate) const SITUATION_WORDS: &str = "say internal, service, distributed, source or device; static or dynamic; modified or unmodified; combined or separate";

/// Why nothing is to be done.
pub(crate) fn nothing_to_do(deployment: Deployment) -> &'static str {
    match deployment {
        Deployment::Internal => {
            "Nothing: its duties begin when somebody outside the company gets it or uses it."
        }
        Deployment::Saas => {
            "Nothing: its duties begin when others get a copy, and users of a service do not."
        }
        _ => "Nothing: it asks for nothing in this situation.",
    }
}

/// A file in which no license was found.
pub(crate) const ATTACHMENT_NO_LICENSE: &str =
    "no license is named in it, and its text is like none that is known here";
/// A file that is no text.
pub(crate) const ATTACHMENT_NO_TEXT: &str =
    "it is no text: give the license text, or a source file with its header";
/// An SBOM where a text is asked for.
pub(crate) fn attachment_is_sbom(components: usize) -> String {
    format!("it is an SBOM of {}: `ospo check --sbom` reads it", count(components, "component"))
}
/// Over a file with a license.
pub(crate) const ATTACHMENT_FOUND: &str = "is under ";
/// Over a file with none.
pub(crate) const ATTACHMENT_NOTHING: &str = "no license found";
/// What a file may be.
pub(crate) const ATTACHMENT_READS: &str = "I read license texts, source files with a header, and SBOMs: CycloneDX 1.4 to 1.6 and SPDX 2.2 or 2.3, in JSON.";
/// Over other readings of a file.
pub(crate) const ATTACHMENT_OR: &str = "It may also be:";

/// That changes bring duties.
pub(crate) const MORE_WHEN_MODIFIED: &str = "A modified version asks for more.";

/// A number with its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Somebody's words on one line, without what steers a terminal, is not seen, or turns the writing direction.
pub(crate) fn on_one_line(text: &str) -> String {
    let words: Vec<String> = text
        .split(char::is_whitespace)
        .map(|word| word.chars().filter(|c| !is_steering(*c)).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    words.join(" ")
}

/// Whether a character is not seen and changes how others are.
pub(crate) fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Over the things to do.
pub(crate) const NOTICES_TO_DO: &str = "TO DO BEFORE YOU SHIP THIS";
/// Over the components.
pub(crate) const NOTICES_COMPONENTS: &str = "COMPONENTS";
/// Over the license texts.
pub(crate) const NOTICES_TEXTS: &str = "LICENSE TEXTS";
/// Over texts that came with components.
pub(crate) const NOTICES_SUPPLIED: &str = "LICENSE TEXTS AS SUPPLIED WITH COMPONENTS";

/// The head of an attribution file.
pub(crate) fn notices_head(subject: Option<&str>, components: usize) -> String {
    let of = subject.map(|subject| format!(" OF {}", on_one_line(subject))).unwrap_or_default();
    format!(
        "THIRD-PARTY NOTICES{of}\n\nThis product contains {} by others. Their copyright notices and licenses follow.\n",
        count(components, "component")
    )
}

/// A component of which nobody knows the license.
pub(crate) fn notices_unknown(title: &str, license: &str, why: &str) -> String {
    format!("{title}: find out its license ({}): {}", on_one_line(license), on_one_line(why))
}

/// A license whose text is not at hand.
pub(crate) fn notices_no_text(title: &str, license: &str) -> String {
    format!("{title}: add the text of {license}; neither SPDX nor the SBOM has it")
}

/// Components without a copyright notice, under licenses that ask for it.
pub(crate) fn notices_no_copyright(components: usize) -> String {
    let (who, they) =
        if components == 1 { ("has", "its license asks") } else { ("have", "their licenses ask") };
    let components = count(components, "component");
    format!("{components} {who} no copyright notice in the SBOM, and {they} for it: take it from the source")
}

/// One question of the dialogue that chooses a license.
pub(crate) struct Asked {
    pub(crate) label: &'static str,
    pub(crate) ask: &'static str,
    pub(crate) help: &'static str,
    pub(crate) choices: &'static [&'static str],
}

/// The headline of the dialogue.
pub(crate) const CHOOSE_TITLE: &str = "Choose a license";
/// What is released; the choices are those of the candidates' file.
pub(crate) const CHOOSE_WORK: Asked =
    Asked { label: "Kind of work", ask: "What do you release?", help: "", choices: &[] };
/// Who should use it; in the order of the audiences.
pub(crate) const CHOOSE_AUDIENCE: Asked = Asked {
    label: "Audience",
    ask: "Who should be able to use it?",
    help: "Projects under GPL-2.0-only cannot take code under Apache-2.0 or GPL-3.0.",
    choices: &[
        "everyone, in closed products too",
        "open source, GPL-2.0-only projects included",
        "open source only",
    ],
};
/// Patents.
pub(crate) const CHOOSE_PATENT_WISH: Asked = Asked {
    label: "Patent license",
    ask: "Should users get a patent license in so many words?",
    help: "Yes, when we hold patents in the field or users may fear that we do.",
    choices: &[],
};
/// What should come back; in the order of the scale.
pub(crate) const CHOOSE_COPYLEFT: Asked = Asked {
    label: "What comes back",
    ask: "What should others have to publish under the same license?",
    help: "The further it reaches, the fewer companies use it.",
    choices: &[
        "nothing",
        "changes to our files",
        "the whole work they pass on",
        "also what they only run as a service",
    ],
};
/// The licenses of its parts.
pub(crate) const CHOOSE_DEPENDENCIES: Asked = Asked {
    label: "Dependencies",
    ask: "Which licenses do the parts have that go into it?",
    help: "SPDX expressions or names, separated by commas: MIT, LGPL-2.1-only, Apache 2.",
    choices: &[],
};
/// How the parts are used; linked, copied.
pub(crate) const CHOOSE_JOINED: Asked = Asked {
    label: "Used how",
    ask: "How are these parts used?",
    help: "Not sure? Leave it out, and the stricter case counts.",
    choices: &["linked as libraries", "copied into our code"],
};

/// Why a candidate falls away.
pub(crate) fn choose_forbidden(dependency: &str, why: &str) -> String {
    format!("the dependency under {dependency} forbids it: {why}")
}
/// What a dependency asks for.
pub(crate) fn choose_condition(dependency: &str, why: &str, way_out: Option<&str>) -> String {
    let way_out = way_out.map(|way_out| format!("; {way_out}")).unwrap_or_default();
    format!("Mind the dependency under {dependency}: {why}{way_out}.")
}
/// That nobody knows of a dependency.
pub(crate) fn choose_unclear(dependency: &str) -> String {
    format!("Nobody here knows whether the dependency under {dependency} allows it: ask the OSPO.")
}
/// That the dependencies go with it.
pub(crate) const CHOOSE_DEPENDENCIES_ALLOW: &str = "All the licenses of your dependencies allow it.";
/// More copyleft than wished.
pub(crate) const CHOOSE_MORE_COPYLEFT: &str = "It asks others to publish more than you wished.";
/// Less copyleft than wished.
pub(crate) const CHOOSE_LESS_COPYLEFT: &str = "It asks others to publish less than you wished.";
/// A patent license.
pub(crate) const CHOOSE_PATENTS: &str = "It gives users a patent license in so many words, as you wished.";
/// None.
pub(crate) const CHOOSE_NO_PATENTS: &str = "It has no patent license in so many words, which you wished for.";
/// Strong copyleft.
pub(crate) const CHOOSE_SHUTS_OUT_CLOSED: &str =
    "Closed products cannot use it, though you want everyone to.";
/// No way into GPL-2.0-only.
pub(crate) const CHOOSE_SHUTS_OUT_GPL2: &str =
    "Projects under GPL-2.0-only cannot use it, though you want them to.";
/// No copyleft.
pub(crate) const CHOOSE_LETS_IN_CLOSED: &str = "Closed products may use it too, which you do not want.";
/// Before the license.
pub(crate) const CHOOSE_FOUND: &str = "I would take ";
/// Over what the dependencies forbid.
pub(crate) const CHOOSE_REFUSED: &str = "These would fit as well, were it not for a dependency:";
/// Over the buttons.
pub(crate) const CHOOSE_ALTERNATIVES: &str = "Read more about it, or about what else fits:";
/// Under a recommendation.
pub(crate) const CHOOSE_FOOTER: &str =
    "A recommendation by rules, no legal advice; a release is decided by its request.";
/// Nothing fits.
pub(crate) const CHOOSE_NOTHING: &str = "No license to recommend";
/// Under an SBOM report.
pub(crate) const SBOM_WHOLE: &str = "The whole list: ospo check --sbom FILE --markdown";
