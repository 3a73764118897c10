//! What words mean, as vectors: texts that mean the same lie near each other though they share no word.
//!
//! The table gives every word a vector; a text's is the sum of its words'. It was distilled from a language model and
//! tuned on the articles (`README.md` beside this file says from which, how, and under which license). It is compiled
//! in with the feature `embedding`; without the feature it is empty, every likeness is 0, and words alone decide.

use rustc_hash::FxHashMap;

use super::names::SIGN;

#[cfg(feature = "embedding")]
const TABLE: &[u8] = include_bytes!("table.bin");
#[cfg(not(feature = "embedding"))]
const TABLE: &[u8] = &[];

/// What begins the table, before the number of tokens, of dimensions, and of bytes of the tokens.
const MAGIC: &[u8] = b"OSPOVEC1";
/// What begins a piece that goes on with a word.
const GOES_ON: &str = "##";

/// The vectors of words and of pieces of words.
#[derive(Debug)]
pub(super) struct Table {
    dimensions: usize,
    tokens: FxHashMap<&'static str, usize>,
    /// What a row is multiplied with.
    scales: Vec<f32>,
    rows: &'static [u8],
}

/// What a text means: a vector of length 1, rounded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meaning {
    scale: f32,
    values: Vec<i8>,
}

impl Table {
    /// The table that is compiled in.
    pub fn built_in() -> Self {
        Self::read(TABLE).unwrap_or_else(Self::empty)
    }

    fn empty() -> Self {
        Self { dimensions: 0, tokens: FxHashMap::default(), scales: Vec::new(), rows: &[] }
    }

    /// The layout: [`MAGIC`], three numbers of 4 bytes, the tokens with line ends between them, a scale of 4 bytes for
    /// each, and their rows of one byte a dimension; all little-endian.
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let number = |at: usize| Some(u32::from_le_bytes(*rest.get(at..)?.first_chunk()?) as usize);
        let (count, dimensions, length) = (number(0)?, number(4)?, number(8)?);
        let (tokens, rest) = rest.get(12..)?.split_at_checked(length)?;
        let (scales, rows) = rest.split_at_checked(count * 4)?;
        let tokens = std::str::from_utf8(tokens).ok()?.split('\n').zip(0..).collect::<FxHashMap<_, _>>();
        let scales = scales.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        (rows.len() == count * dimensions).then_some(Self { dimensions, tokens, scales, rows })
    }

    /// What words mean together; none where no word of them has a vector.
    pub fn meaning(&self, words: &[String]) -> Option<Meaning> {
        let mut sum = vec![0.0_f32; self.dimensions];
        for word in words {
            let pieces = self.pieces(word);
            let share = 1.0 / (pieces.len().max(1) as f32).sqrt();
            for token in pieces {
                let scale = self.scales[token] * share;
                let row = &self.rows[token * self.dimensions..(token + 1) * self.dimensions];
                for (sum, value) in sum.iter_mut().zip(row) {
                    *sum += scale * f32::from(value.cast_signed());
                }
            }
        }
        Meaning::of(&sum)
    }

    /// The token of a word, or those of the longest pieces it can be put together from.
    fn pieces(&self, word: &str) -> Vec<usize> {
        if let Some(token) = self.tokens.get(word) {
            return vec![*token];
        }
        if word.starts_with(SIGN) {
            // A version that the table does not have means what the family means.
            let family = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            return self.tokens.get(family).copied().into_iter().collect();
        }
        let mut pieces = Vec::new();
        let mut rest = word;
        let mut piece = String::new();
        while !rest.is_empty() {
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
            let found = ends.into_iter().find_map(|end| {
                piece.clear();
                piece.push_str(if rest.len() < word.len() { GOES_ON } else { "" });
                piece.push_str(&rest[..end]);
                Some((*self.tokens.get(piece.as_str())?, end))
            });
            let skipped = rest.chars().next().map_or(rest.len(), char::len_utf8);
            pieces.extend(found.map(|(token, _)| token));
            rest = &rest[found.map_or(skipped, |(_, end)| end)..];
        }
        pieces
    }
}

impl Meaning {
    fn of(vector: &[f32]) -> Option<Self> {
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        let greatest = vector.iter().fold(0.0_f32, |greatest, value| greatest.max(value.abs()));
        let step = greatest / f32::from(i8::MAX);
        (length > 0.0).then(|| Self {
            scale: step / length,
            values: vector.iter().map(|value| (value / step).round() as i8).collect(),
        })
    }

    /// What several texts mean together.
    pub fn middle<'m>(meanings: impl Iterator<Item = &'m Self>) -> Option<Self> {
        let mut sum: Vec<f32> = Vec::new();
        for meaning in meanings {
            sum.resize(meaning.values.len(), 0.0);
            for (sum, value) in sum.iter_mut().zip(&meaning.values) {
                *sum += meaning.scale * f32::from(*value);
            }
        }
        Self::of(&sum)
    }

    /// How near another text is: the cosine, 0 where it is negative.
    pub fn likeness(&self, other: &Self) -> f32 {
        let products = self.values.iter().zip(&other.values).map(|(a, b)| i32::from(*a) * i32::from(*b));
        (products.sum::<i32>() as f32 * self.scale * other.scale).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
#[cfg(feature = "embedding")]
mod tests {
    use std::io::Write;

    use super::super::language::Language;
    use super::super::terms::Reader;
    use super::super::tests::mind;
    use super::super::text::words;
    use super::*;

    fn likeness(one: &str, other: &str) -> f32 {
        let table = Table::built_in();
        let meaning = |text: &str| table.meaning(&words(text)).expect("it has words");
        meaning(one).likeness(&meaning(other))
    }

    #[test]
    fn what_means_the_same_is_nearer_than_what_does_not() {
        let near = likeness("who owns code that staff write", "copyright of what an employee programs");
        let far = likeness("who owns code that staff write", "report a vulnerability to the maintainer");
        assert!(near > far + 0.1, "{near} {far}");
        assert!(likeness("ship a binary", "ship a binary") > 0.99);
    }

    #[test]
    fn a_word_that_the_table_does_not_have_is_put_together() {
        let table = Table::built_in();
        assert_eq!(table.pieces("license").len(), 1);
        assert!(table.pieces("zeppelinlicensing").len() > 1);
        assert_eq!(table.pieces("=gpl9"), table.pieces("=gpl"));
        assert_eq!(table.meaning(&[]), None);
        assert_eq!(table.meaning(&["日本".into()]), None);
    }

    #[test]
    fn a_table_that_is_cut_short_is_none() {
        assert!(Table::read(&TABLE[..TABLE.len() - 1]).is_none());
        assert!(Table::read(b"something else").is_none());
    }

    /// Writes what the table is made from: every way of asking and every sentence of the articles, as words.
    #[test]
    #[ignore = "writes the file that make.py reads: OSPO_WORDS names it"]
    fn words_of_the_articles() {
        let path = std::env::var("OSPO_WORDS").expect("OSPO_WORDS names the file to write");
        let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("it can be written"));
        let reader = Reader::new();
        for article in &mind().0.articles {
            let mut line = |kind: &str, text: &str, language| {
                let words = reader.read(text, language).words;
                let json = serde_json::json!({"article": article.id, "kind": kind, "words": words});
                writeln!(file, "{json}").expect("it is written");
            };
            line("title", &article.title, Language::English);
            for question in &article.questions {
                line("question", question, Language::English);
            }
            for (code, questions) in &article.questions_in {
                for question in questions {
                    line(code, question, Language::of_code(code).unwrap_or(Language::English));
                }
            }
            line("tags", &article.tags.join(". "), Language::English);
            for sentence in article.body.split("\n\n").flat_map(|paragraph| paragraph.split_inclusive(". ")) {
                line("body", sentence, Language::English);
            }
        }
    }
}
