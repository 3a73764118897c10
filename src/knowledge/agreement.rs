//! Whether the articles and the license engine say the same: an article whose title names two licenses has the engine's
//! verdict, and lists both.
//!
//! A company may hold another view than the engine, so this is reported and no fault that keeps a set from being used.

use super::Article;
use super::article::Verdict as Says;
use crate::core::source::{Fault, SourceFile, line_of};
use crate::license::{Certainty, Expression, Licenses, Mention, Use, Verdict, judge, mentions};

/// Words between two licenses that leave open which goes into which.
const EITHER_WAY: [&str; 6] = ["and", "with", "or", "versus", "vs", "beside"];

/// Everything on which articles and engine differ, by file and line, with how to mend it.
pub fn differences(articles: &[Article], licenses: &Licenses, files: &[SourceFile]) -> Vec<Fault> {
    let mut found = Vec::new();
    for article in articles {
        let text = files.iter().find(|file| file.path == article.path).map_or("", |file| file.text.as_str());
        let fault =
            |what: String, cure: &str| Fault::new(&article.path, line_of(text, "title ="), what, cure);
        let named = named(licenses, &article.title);
        let [first, second] = named.as_slice() else { continue };
        if first.expression.is_some() && first.expression == second.expression {
            continue;
        }
        if let Some(what) = contradiction(article, licenses, first, second) {
            found.push(fault(
                what,
                "mend the verdict of the article, or the tables in licenses/compatibility",
            ));
        }
        for mention in &named {
            if let Some(expression) = &mention.expression
                && !lists(article, expression)
            {
                let what = format!("the title names {expression}, and `licenses` does not list it");
                found.push(fault(what, "add it to `licenses`, so that questions on it find the article"));
            }
        }
    }
    found.sort();
    found
}

fn named(licenses: &Licenses, title: &str) -> Vec<Mention> {
    mentions(licenses, title)
        .into_iter()
        .filter(|mention| mention.certainty == Certainty::Certain)
        .filter(|mention| mention.expression.is_some() || !mention.alternatives.is_empty())
        .collect()
}

/// A yes where every reading of the pair is a no, or the other way round.
fn contradiction(
    article: &Article,
    licenses: &Licenses,
    first: &Mention,
    second: &Mention,
) -> Option<String> {
    let opposite = match article.verdict? {
        Says::Yes => Verdict::No,
        Says::No => Verdict::Yes,
        Says::Depends => return None,
    };
    let between = article.title.get(first.range.end..second.range.start)?.to_lowercase();
    let either_way = between.split_whitespace().any(|word| EITHER_WAY.contains(&word));
    let mut pairs: Vec<(Expression, Expression)> = Vec::new();
    for a in readings(first) {
        for b in readings(second) {
            if either_way {
                pairs.push((b.clone(), a.clone()));
            }
            pairs.push((a.clone(), b));
        }
    }
    let judged: Vec<_> = pairs
        .iter()
        .flat_map(|pair| [(pair, Use::Copied), (pair, Use::Linked)])
        .map(|((a, b), use_)| (a, b, judge(licenses, a, b, use_)))
        .collect();
    if judged.is_empty() || judged.iter().any(|(.., judged)| judged.verdict != opposite) {
        return None;
    }
    let (inbound, outbound, judged) = judged.first()?;
    let (says, engine) = if opposite == Verdict::No { ("yes", "no") } else { ("no", "yes") };
    Some(format!(
        "the article says {says}, and the license engine says {engine} to {inbound} in {outbound}: {}",
        judged.why
    ))
}

fn readings(mention: &Mention) -> Vec<Expression> {
    let names = mention
        .expression
        .iter()
        .chain(mention.expression.is_none().then_some(&mention.alternatives).into_iter().flatten());
    names.filter_map(|name| name.parse().ok()).collect()
}

/// Whether the article lists every license of an expression, in any span of versions.
fn lists(article: &Article, expression: &str) -> bool {
    let Ok(expression) = expression.parse::<Expression>() else { return true };
    let bare = |id: &str| id.trim_end_matches("-only").trim_end_matches("-or-later").to_owned();
    let listed: Vec<String> = article.licenses.iter().map(|id| bare(id)).collect();
    expression.terms().into_iter().all(|term| term.id().is_none_or(|id| listed.contains(&bare(id))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Knowledge, files};

    /// What differs when a built-in article is changed.
    fn differences_of(path: &str, from: &str, to: &str) -> String {
        let mut files = files::built_in();
        let licenses = Knowledge::load(&files).expect("the built-in set is sound").licenses;
        let file = files.iter_mut().find(|file| file.path == path).expect("its file");
        assert!(file.text.contains(from), "{path} has no {from}");
        file.text = file.text.replacen(from, to, 1);
        let changed = Article::load(file).expect("it reads");
        let found = differences(&[changed], &licenses, &files);
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_article_that_contradicts_the_engine_or_forgets_a_license_is_found() {
        let path = "articles/licenses/compat-permissive-in-gpl.md";
        let title = "Can MIT or BSD code be used in a GPL project?";
        let said = differences_of(path, title, "Can GPL code be used in an MIT-licensed project?");
        assert!(said.contains("the article says yes, and the license engine says no"), "{said}");
        let said = differences_of(path, title, "Can Zlib-licensed code be used in a GPL project?");
        assert!(said.contains("the title names Zlib, and `licenses` does not list it"), "{said}");
        assert_eq!(differences_of(path, title, "Can BSD code be used in a GPL project?"), "");
    }

    #[test]
    fn no_built_in_article_contradicts_the_engine() {
        let files = files::built_in();
        let knowledge = Knowledge::load(&files).expect("the built-in set is sound");
        let found = differences(&knowledge.articles, &knowledge.licenses, &files);
        let said: Vec<String> =
            found.iter().map(ToString::to_string).filter(|said| said.contains("the article says")).collect();
        assert!(said.is_empty(), "{}", said.join("\n"));
    }
}
