//! The tables in `tables/*.txt`: spellings, synonyms, other languages, names of licenses, what is ours and what is not.
//! Plain text, so that anyone can add a word: `term: way, another way`, or words with commas between; `#` begins a
//! comment, an indented line goes on with the one before. Words are written as [`super::text::words`] gives them:
//! lower case, no accents, no apostrophes.

/// Short and wrong spellings.
pub(super) const SPELLING: &str = include_str!("tables/spelling.txt");
/// Terms that mean the same.
pub(super) const CONCEPTS: &str = include_str!("tables/concepts.txt");
/// Terms that are near each other.
pub(super) const RELATED: &str = include_str!("tables/related.txt");
/// Words that say nothing.
pub(super) const EMPTY: &str = include_str!("tables/empty.txt");
/// German for the field's words.
pub(super) const GERMAN: &str = include_str!("tables/german.txt");
/// French for the field's words.
pub(super) const FRENCH: &str = include_str!("tables/french.txt");
/// Spanish for the field's words.
pub(super) const SPANISH: &str = include_str!("tables/spanish.txt");
/// Families of licenses and their names; under `-`, names that only begin like one.
pub(super) const LICENSES: &str = include_str!("tables/licenses.txt");
/// Families of licenses whose name has another meaning.
pub(super) const AMBIGUOUS: &str = include_str!("tables/ambiguous.txt");
/// Terms of the subject.
pub(super) const SUBJECT: &str = include_str!("tables/subject.txt");
/// Terms of the subject that prove little.
pub(super) const WEAK: &str = include_str!("tables/weak.txt");
/// Common words that the subject uses too.
pub(super) const FAINT: &str = include_str!("tables/faint.txt");
/// Words of other matters.
pub(super) const ELSEWHERE: &str = include_str!("tables/elsewhere.txt");
/// Words of command.
pub(super) const ORDERS: &str = include_str!("tables/orders.txt");

/// The entries of a table: what stands before the colon (empty where there is none), and the words after it.
pub(super) fn entries(table: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut entries: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let goes_on = line.starts_with(' ');
        let (key, ways) = line.split_once(": ").unwrap_or(("", line));
        let ways = ways.split(',').map(str::trim).filter(|way| !way.is_empty());
        match entries.last_mut() {
            Some((_, before)) if goes_on => before.extend(ways),
            _ => entries.push((key, ways.collect())),
        }
    }
    entries
}

/// All words of a table that is one list.
pub(super) fn list(table: &'static str) -> impl Iterator<Item = &'static str> {
    entries(table).into_iter().flat_map(|(_, ways)| ways)
}

#[cfg(test)]
mod tests {
    use super::super::text::words;
    use super::*;

    #[test]
    fn every_table_is_written_as_words_are_read() {
        for table in [
            SPELLING, CONCEPTS, EMPTY, GERMAN, FRENCH, SPANISH, LICENSES, SUBJECT, WEAK, FAINT, ELSEWHERE,
            ORDERS,
        ] {
            assert!(entries(table).len() + list(table).count() > 1);
            for way in list(table) {
                assert_eq!(words(way).join(" "), way);
            }
        }
    }

    #[test]
    fn a_line_that_is_indented_goes_on() {
        assert_eq!(
            entries("# about\n\na: b, c,\n    d\ne: f\n"),
            [("a", vec!["b", "c", "d"]), ("e", vec!["f"])]
        );
    }
}
