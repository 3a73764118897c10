//! The report as Markdown, for a pull request or a build log. Every word of the SBOM is data: names, versions and
//! licenses stand in code spans, and the rest is escaped, so that nothing becomes a link, a mention or HTML.

use std::fmt::Write;

use super::report::{Finding, SbomReport, Standing};
use crate::license::texts;

/// The most allowed components that are listed; those that want something are listed all.
const MOST_ALLOWED: usize = 200;
/// The most characters of a cell.
const LONGEST_CELL: usize = 300;

impl SbomReport {
    /// The whole report in GitHub Flavored Markdown.
    pub fn markdown(&self) -> String {
        let mut page = format!("# {}\n\n", texts::SBOM_TITLE);
        if let Some(subject) = &self.summary.subject {
            page.push_str(&format!("{}\n\n", code(subject)));
        }
        page.push_str(&texts::sbom_summary(&self.summary));
        page.push('\n');
        for standing in Standing::ALL {
            let found = self.with(standing);
            if found.is_empty() {
                continue;
            }
            let shown =
                if standing == Standing::Allowed { &found[..found.len().min(MOST_ALLOWED)] } else { found };
            page.push_str(&format!("\n## {} ({})\n\n", texts::standing_title(standing), found.len()));
            page.push_str("| Component | Version | License | Why |\n| --- | --- | --- | --- |\n");
            shown.iter().for_each(|finding| row(&mut page, finding));
            if shown.len() < found.len() {
                page.push_str(&format!("\n{}\n", texts::more(found.len() - shown.len())));
            }
        }
        page
    }
}

fn row(page: &mut String, finding: &Finding) {
    let version = finding.version.as_deref().map(code).unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "| {} | {version} | {} | {} |",
        code(&finding.component),
        code(&finding.license),
        prose(&finding.why)
    );
}

/// On one line, without what steers a terminal or turns the writing direction, and not endless.
fn plain(text: &str) -> String {
    let mut plain: String = texts::on_one_line(text).chars().take(LONGEST_CELL).collect();
    if text.chars().count() > LONGEST_CELL {
        plain.push('…');
    }
    plain
}

/// A code span with a fence longer than any run of backticks in it. A pipe would end the cell even there.
fn code(text: &str) -> String {
    let text = plain(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Words in which nothing is markup, a mention, an issue number or an address.
fn prose(text: &str) -> String {
    let mut safe = String::new();
    for c in plain(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // A reader sees the sign alone; a mention or a link is none any more.
            '@' | '#' => safe.extend([c, '\u{200B}']),
            ':' => safe.extend([':', '\u{200B}']),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => safe.extend(['\\', c]),
            _ => safe.push(c),
        }
    }
    safe.replace("www.", "www\u{200B}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_words() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("x\n| y\u{1b}[31m\u{202e}"), "`x \\| y[31m`");
        let said = prose("<img src=x> @team [a](https://evil.example) www.evil.example #1");
        for smuggled in ["<img", "@team", "[a]", "://", "www.", "#1"] {
            assert!(!said.contains(smuggled), "{smuggled} in {said}");
        }
    }
}
