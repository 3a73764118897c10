//! An article made of a question and what a person answered, for a curator to review. Pure.

use jiff::civil::Date;

/// A draft is answered by this team until somebody says otherwise.
const OWNER: &str = "ospo";
/// How many words of the question make the id.
const WORDS: usize = 6;
/// Words shorter than this say little.
const SHORTEST: usize = 3;

/// What a draft is made of.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// Its id.
    pub id: &'a str,
    /// The question as it was asked.
    pub question: &'a str,
    /// What people answered, in order.
    pub answers: &'a [&'a str],
    /// The SPDX ids that it is about.
    pub licenses: &'a [String],
    /// The day on which it is made.
    pub today: Date,
}

/// An id for an article on a question, made of its words.
pub fn id(question: &str) -> String {
    let lower = question.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= SHORTEST);
    let id = words.take(WORDS).collect::<Vec<_>>().join("-");
    if id.is_empty() { "answer".to_owned() } else { id }
}

impl Draft<'_> {
    /// The text of the article's file.
    pub fn text(&self) -> String {
        let question = self.question.split_whitespace().collect::<Vec<_>>().join(" ");
        let body = self.body();
        let verdict = match body.split(|c: char| !c.is_alphanumeric()).next() {
            Some("Yes") => "verdict = \"yes\"\n",
            Some("No") => "verdict = \"no\"\n",
            _ => "",
        };
        let licenses: Vec<String> = self.licenses.iter().map(|license| quoted(license)).collect();
        let mut text = format!(
            "+++\nid = {}\ntitle = {}\nquestions = [{}]\ntags = []\nlicenses = [{}]\npillar = \"counselor\"\n\
             layer = \"employee\"\n{verdict}owner = {}\nreviewed = {}\nreview_every = \"12 months\"\n",
            quoted(self.id),
            quoted(&title(&question)),
            quoted(&question),
            licenses.join(", "),
            quoted(OWNER),
            self.today,
        );
        let links = self.links();
        if links.is_empty() {
            text.push_str("sources = []\n");
        }
        for link in links {
            let name = link.split("://").nth(1).unwrap_or(link);
            text.push_str(&format!("\n[[sources]]\ntitle = {}\nurl = {}\n", quoted(name), quoted(link)));
        }
        text.push_str(&format!("+++\n{body}\n"));
        text
    }

    /// The answers, one after another; an article has no headings.
    fn body(&self) -> String {
        let plain = |answer: &&str| {
            let lines = answer.trim().lines().map(|line| line.trim_start_matches('#').trim_end());
            lines.collect::<Vec<_>>().join("\n").trim().to_owned()
        };
        self.answers.iter().map(plain).collect::<Vec<_>>().join("\n\n")
    }

    /// The web addresses in the answers: where it is written.
    fn links(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | '|');
        for word in self.answers.iter().flat_map(|answer| answer.split(ends)) {
            let link = word.trim_end_matches(['.', ',', ';', ':', '!', '?']);
            if link.starts_with("https://") && !found.contains(&link) {
                found.push(link);
            }
        }
        found
    }
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The question as a headline.
fn title(question: &str) -> String {
    let mut chars = question.trim_end_matches(['.', '?', '!', ' ']).chars();
    let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}?", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::source::SourceFile;
    use crate::knowledge::Article;

    fn draft<'a>(answers: &'a [&'a str]) -> Draft<'a> {
        Draft {
            id: "may-zeppelins",
            question: "may our \"zeppelins\"\nfly?",
            answers,
            licenses: &[],
            today: jiff::civil::date(2026, 11, 25),
        }
    }

    fn load(text: String) -> Result<Article, String> {
        Article::load(&SourceFile { path: "articles/answers/may-zeppelins.md".into(), text })
            .map_err(|faults| faults[0].to_string())
    }

    #[test]
    fn an_answer_with_its_source_becomes_a_sound_article() {
        let text = draft(&["# No, they may not.", "See <https://example.com/rules>."]).text();
        let article = load(text).unwrap();
        assert_eq!(article.title, "May our \"zeppelins\" fly?");
        assert_eq!(article.body, "No, they may not.\n\nSee <https://example.com/rules>.");
        assert_eq!(article.sources[0].url, "https://example.com/rules");
    }

    #[test]
    fn without_a_source_it_is_not_sound_yet() {
        assert!(load(draft(&["They may."]).text()).unwrap_err().contains("no sources"));
    }

    #[test]
    fn the_id_is_made_of_the_words_that_say_something() {
        assert_eq!(id("May we fly it over the Alps, or below?"), "may-fly-over-the-alps-below");
        assert_eq!(id("???"), "answer");
    }
}
