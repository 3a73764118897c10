//! Which language a question is in, by its smallest words.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Serialize;
use tantivy::tokenizer::{Language as Snowball, RawTokenizer, Stemmer, TokenFilter, TokenStream, Tokenizer};

/// A language that questions are understood in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, in which the answers are written.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
}

/// Words so small and frequent that hardly a sentence goes without them, as [`super::text::words`] gives them.
/// A word that two of the languages share stands in both.
const SMALL: &[(Language, &str)] = &[
    (
        Language::English,
        "the a an is are was were be been do does did can could may must should would will i we you they it its our my \
         your this that of to in on for from with by as at if and or not what how who when which why where have has \
         need there any some me us u w about into under than",
    ),
    (
        Language::German,
        "der die das den dem des ein eine einen einem einer eines ist sind war wird werden wurde kann koennen darf \
         duerfen muss muessen soll sollen sollte wir ich sie er es uns unser unsere unserer unserem unseren ihr mein \
         meine man und oder aber nicht kein keine auch nur was wie wer wann welche welcher welches warum wo wozu von \
         zu zum zur im in am auf fuer mit bei nach aus ueber unter durch wenn ob dass als hat haben ja nein gibt mir \
         mich sich vom beim gilt brauche brauchen braucht moechte moechten will wollen etwas schon noch",
    ),
    (
        Language::French,
        "le la les un une des du de d l qu est sont etait sera peut peuvent puis pouvons doit doivent dois devons faut \
         je tu il elle on nous vous ils elles notre nos votre vos mon ma mes son sa ses ce cet cette ces et ou mais ne \
         pas que qui quoi quel quelle quels quelles comment quand pourquoi combien en dans sur sous par pour avec \
         sans au aux si s a n y avoir etre fait faire t ai avons ont",
    ),
    (
        Language::Spanish,
        "el la los las un una unos unas del de es son era sera puede pueden puedo podemos debe deben debo debemos hay \
         yo tu usted nosotros ellos mi mis nuestro nuestra nuestros nuestras su sus este esta estos estas ese esa y o \
         pero no que quien cual cuales como cuando donde por para con sin en sobre bajo al se si lo le les me nos hacer \
         tener tengo tenemos tiene necesito necesitamos ser estar",
    ),
];

/// The same, to look a word up.
static SMALL_WORDS: LazyLock<HashSet<(Language, &str)>> = LazyLock::new(|| {
    let each = |(language, words): &(Language, &'static str)| {
        let language = *language;
        words.split_ascii_whitespace().map(move |word| (language, word))
    };
    SMALL.iter().flat_map(each).collect()
});

impl Language {
    /// The languages other than English, by their ISO 639-1 code.
    pub(super) fn of_code(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            "fr" => Some(Self::French),
            "es" => Some(Self::Spanish),
            _ => None,
        }
    }

    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// Whether a word is one of the language's small ones.
    pub(super) fn is_small(self, word: &str) -> bool {
        SMALL_WORDS.contains(&(self, word))
    }

    /// The language that most of the small words belong to; English when in doubt.
    pub(super) fn of(words: &[String]) -> Self {
        let count = |language: Self| words.iter().filter(|word| language.is_small(word)).count();
        let english = count(Self::English);
        [Self::German, Self::French, Self::Spanish]
            .into_iter()
            .map(|language| (count(language), language))
            .max_by_key(|(count, _)| *count)
            .filter(|(count, _)| *count > english)
            .map_or(Self::English, |(_, language)| language)
    }

    /// The stem of a word in lower case.
    pub(super) fn stem(self, word: &str) -> String {
        let algorithm = match self {
            Self::English => Snowball::English,
            Self::German => Snowball::German,
            Self::French => Snowball::French,
            Self::Spanish => Snowball::Spanish,
        };
        let mut tokenizer = Stemmer::new(algorithm).transform(RawTokenizer::default());
        let mut stream = tokenizer.token_stream(word);
        if stream.advance() { std::mem::take(&mut stream.token_mut().text) } else { String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::words;
    use super::*;

    #[test]
    fn a_sentence_tells_its_language_by_its_small_words() {
        for (text, language) in [
            ("Can we link GPL code?", Language::English),
            ("apache2 gplv2 compat?", Language::English),
            ("Darf ich GPL-Code in unserem Produkt verwenden?", Language::German),
            ("Peut-on vendre un logiciel sous GPL ?", Language::French),
            ("¿Puedo usar código MIT en mi empresa?", Language::Spanish),
        ] {
            assert_eq!(Language::of(&words(text)), language, "{text}");
        }
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        assert_eq!(Language::English.stem("distributed"), Language::English.stem("distributing"));
        assert_eq!(Language::German.stem("lizenzen"), Language::German.stem("lizenz"));
    }
}
