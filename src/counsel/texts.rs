//! What counsel says, apart from the articles.

use crate::core::message::{Block, Button, Span, Text};
use crate::counsel::Language;
use crate::counsel::beside::Short;
use crate::license::{CompatReport, Deployment, Facts};

/// A button's label is cut to this many characters: platforms refuse longer ones.
const LONGEST_LABEL: usize = 70;

/// Cuts a label where it gets too long.
pub(super) fn label(text: &str) -> String {
    if text.chars().count() <= LONGEST_LABEL {
        return text.to_owned();
    }
    let short: String = text.chars().take(LONGEST_LABEL - 1).collect();
    format!("{}…", short.trim_end())
}

/// To somebody who asked in another language: the answer is in English.
pub(super) fn in_english(language: Language) -> Option<&'static str> {
    match language {
        Language::English => None,
        Language::German => {
            Some("Ich habe die Frage verstanden; die Antwort gibt es bisher nur auf Englisch.")
        }
        Language::French => {
            Some("J'ai compris la question ; la réponse n'existe pour l'instant qu'en anglais.")
        }
        Language::Spanish => Some("He entendido la pregunta; por ahora la respuesta solo está en inglés."),
    }
}

/// Who keeps an article true, and since when it is known to be.
pub(super) fn kept_by(language: Language, owner: &str, reviewed: &str) -> String {
    match language {
        Language::English => format!("Kept by {owner}, reviewed {reviewed}."),
        Language::German => format!("Gepflegt von {owner}, geprüft am {reviewed}."),
        Language::French => format!("Tenu par {owner}, relu le {reviewed}."),
        Language::Spanish => format!("Mantenido por {owner}, revisado el {reviewed}."),
    }
}

/// Above the sources.
pub(super) fn sources(language: Language) -> &'static str {
    match language {
        Language::English => "Sources: ",
        Language::German => "Quellen: ",
        Language::French => "Sources : ",
        Language::Spanish => "Fuentes: ",
    }
}

/// The choice of somebody who does not know, or does not say.
pub(super) const IN_GENERAL: &str = "Just answer in general";

/// Before the buttons of a question that may mean several things.
pub(super) fn did_you_mean() -> Block {
    Block::line("I am not sure what you mean. Is it one of these?")
}

/// Above an answer that may not be the one that was meant.
pub(super) fn not_sure() -> Block {
    Block::spans([Span::faint("I am not sure that this is what you mean; below is what else it may be.")])
}

/// Under an answer that may not be the one that was meant, in Markdown: what else it may be, in short.
pub(super) fn others(others: &[Short<'_>]) -> String {
    let line = |other: &Short<'_>| format!("\n- **{}** {}", other.title, other.lead);
    format!("Not what you asked? In short:\n{}", others.iter().map(line).collect::<String>())
}

/// The answer to a second question, in short, in Markdown.
pub(super) fn second(short: &Short<'_>) -> String {
    format!("And in short: **{}** {}", short.title, short.lead)
}

/// To somebody who says something that asks nothing.
pub(super) fn chatter() -> Text {
    Text {
        blocks: vec![Block::spans([
            Span::text("At your service. Ask me about open source, or say "),
            Span::code("help"),
            Span::text("."),
        ])],
        buttons: Vec::new(),
    }
}

/// To somebody whose question nothing here answers, where nobody can take it over.
pub(super) fn unknown() -> Text {
    Text::line("I have no reviewed answer to that, and I would rather not guess. Please ask your OSPO.")
}

/// To somebody who asks about something else.
pub(super) fn outside() -> Text {
    Text {
        blocks: vec![Block::spans([
            Span::text(
                "I only know about open source: licenses, contributing, releasing, security, regulation, and how an OSPO works. Ask me for example ",
            ),
            Span::strong("Can we ship a GPL-2.0 library in our app?"),
            Span::text(", or say "),
            Span::code("help"),
            Span::text("."),
        ])],
        buttons: Vec::new(),
    }
}

/// To somebody who gives orders.
pub(super) fn no_orders() -> Text {
    Text {
        blocks: vec![Block::spans([
            Span::text(
                "I answer questions about open source from reviewed articles; I take no other instructions. See ",
            ),
            Span::code("help"),
            Span::text(" for what I can do."),
        ])],
        buttons: Vec::new(),
    }
}

/// The title of the license engine's answer on two licenses.
pub(super) fn pair_title(inbound: &str, outbound: &str) -> String {
    format!("May {inbound} code go into a work under {outbound}?")
}

/// Where software goes, after "when".
fn when(deployment: Deployment) -> &'static str {
    match deployment {
        Deployment::Internal => "only we use it",
        Deployment::Saas => "others use it over a network",
        Deployment::Distributed => "we give it to others",
        Deployment::Source => "we give its source to others",
        Deployment::Device => "it goes out inside a device",
    }
}

/// The title of what a license asks for.
pub(super) fn duties_title(license: &str, deployment: Deployment) -> String {
    format!("What does {license} ask for when {}?", when(deployment))
}

/// What a license asks for, step by step, each with its clause.
pub(super) fn duties(deployment: Deployment, steps: impl Iterator<Item = (String, String)>) -> String {
    let steps: Vec<String> = steps
        .map(
            |(step, clause)| {
                if clause.is_empty() { format!("- {step}") } else { format!("- {step} ({clause})") }
            },
        )
        .collect();
    if steps.is_empty() {
        return format!("Nothing, as long as {}: none of its conditions applies then.", when(deployment));
    }
    format!("When {}:\n\n{}", when(deployment), steps.join("\n"))
}

/// The title of what an expression means.
pub(super) fn meaning_title(expression: &str) -> String {
    format!("What does {expression} mean?")
}

/// What each license of an expression is, and that all or one of them apply.
pub(super) fn meaning(parts: &[String], terms: usize) -> String {
    let how =
        if terms > 1 { "AND means that all of these apply, OR that one may be chosen.\n\n" } else { "" };
    format!("{how}{}", parts.join("\n\n"))
}

/// What is known of a license, with its exception.
pub(super) fn license(facts: &Facts, exception: Option<&str>) -> String {
    let mut text = format!("**{}** is the {}.", facts.id, facts.name);
    if facts.name.starts_with("The ") || facts.name == facts.id {
        text = format!("**{}**: {}.", facts.id, facts.name);
    }
    for more in [facts.summary.as_str()].into_iter().chain(facts.changed.as_deref()).chain(exception) {
        if !more.is_empty() {
            text.push(' ');
            text.push_str(more);
        }
    }
    text
}

/// What an exception does to a license.
pub(super) fn exception(id: &str, summary: Option<&str>) -> String {
    match summary {
        Some(summary) => format!("The exception **{id}** adds a permission: {summary}"),
        None => format!("The exception **{id}** gives more permissions; read its text."),
    }
}

/// The license engine's answer in a word, as a sentence begins.
pub(super) fn verdict_word(verdict: crate::license::Verdict) -> &'static str {
    match verdict {
        crate::license::Verdict::Yes => "Yes",
        crate::license::Verdict::No => "No",
        crate::license::Verdict::Depends => "It depends",
        crate::license::Verdict::Unknown => "I do not know",
    }
}

/// One of several pairs, with the answer to it.
pub(super) fn of_each(report: &CompatReport) -> String {
    format!("{} in {}: {}. {}", report.inbound, report.outbound, verdict_word(report.verdict), report.why)
}

/// A name that may be several licenses.
pub(super) fn which_license(name: &str, choices: Vec<Button>) -> Text {
    Text {
        blocks: vec![Block::spans([
            Span::text("Several licenses go by "),
            Span::code(name),
            Span::text(". Which one is it?"),
        ])],
        buttons: choices,
    }
}

/// Before the choices where it depends on which license a name means.
pub(super) fn it_depends_on_which(name: &str, choices: Vec<Button>) -> Text {
    Text {
        blocks: vec![Block::spans([
            Span::text("It depends on which "),
            Span::code(name),
            Span::text(" you mean:"),
        ])],
        buttons: choices,
    }
}

/// A name that is no license.
pub(super) fn no_license(name: &str, near: Vec<Button>) -> Text {
    let hint = if near.is_empty() {
        ". I know the names of the SPDX License List."
    } else {
        ". Did you mean one of these?"
    };
    Text {
        blocks: vec![Block::spans([
            Span::text("I know no license by the name "),
            Span::code(name),
            Span::text(hint),
        ])],
        buttons: near,
    }
}

/// To a form field: the text is ambiguous.
pub(super) fn which_expression(text: &str, near: &[String]) -> String {
    format!("“{text}” may be {}. Which one is it?", near.join(" or "))
}

/// To a form field: the text is no license expression.
pub(super) fn no_expression(text: &str, why: &str) -> String {
    format!("I cannot read “{text}” as a license: {why}. Write an SPDX expression such as MIT or Apache-2.0.")
}
