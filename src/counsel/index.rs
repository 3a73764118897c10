//! The articles, ready to be searched: every way of asking is a document of its own, so that a question is compared
//! with questions; every article is one more, with all its text.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use tantivy::collector::TopDocs;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index as Tantivy, ReloadPolicy, Searcher, TantivyDocument, TantivyError, Term};

use super::embedding::{Meaning, Table};
use super::language::Language;
use super::tables::{self, RELATED};
use super::terms::{Manner, Reader, Reading};
use super::text::words;

use crate::knowledge::Article;

/// The number of a term in the vocabulary.
pub(super) type TermId = u32;

/// One way of asking the question that an article answers.
#[derive(Debug)]
pub(super) struct Phrasing {
    /// Its terms, each once, sorted.
    pub terms: Vec<TermId>,
    /// The weight of its terms together.
    pub mass: f32,
    /// How it asks.
    pub manner: Manner,
    /// What it means.
    pub meaning: Option<Meaning>,
}

/// What is known of an article for ranking.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// Its id.
    pub id: String,
    /// Every term of its text with the weight of the place it stands in, sorted by term.
    pub terms: Vec<(TermId, f32)>,
    /// Its ways of asking, as a range of the phrasings.
    pub phrasings: std::ops::Range<usize>,
    /// The families of licenses that its questions or its list of licenses name.
    pub families: BTreeSet<&'static str>,
    /// The families that its title names.
    pub title_families: BTreeSet<&'static str>,
    /// The licenses with a version that it is about.
    pub versions: BTreeSet<String>,
    /// Whether it answers by yes, no or a condition.
    pub decided: Decided,
    /// What its ways of asking mean together.
    pub middle: Option<Meaning>,
}

/// Whether an article answers by yes, no or a condition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Decided {
    /// It has a verdict.
    Yes,
    /// It explains.
    #[default]
    No,
}

/// How much a term counts that stands in a way of asking, in a tag, or in the body alone.
const IN_QUESTION: f32 = 1.0;
const IN_TAG: f32 = 0.9;
const IN_BODY: f32 = 0.55;

/// The index.
pub(super) struct Index {
    pub phrasings: Vec<Phrasing>,
    pub profiles: Vec<Profile>,
    vocabulary: FxHashMap<String, TermId>,
    weights: Vec<f32>,
    related: FxHashMap<TermId, Vec<TermId>>,
    searcher: Searcher,
    phrase: Field,
    whole: Field,
    /// The article of every document, by its number: documents keep the order in which they were added.
    documents: Vec<usize>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("articles", &self.profiles.len())
            .field("phrasings", &self.phrasings.len())
            .field("terms", &self.weights.len())
            .finish_non_exhaustive()
    }
}

/// One text of an article, in words.
struct Text<'a> {
    text: Cow<'a, str>,
    words: Vec<String>,
    language: Language,
    place: f32,
}

impl<'a> Text<'a> {
    fn new(text: impl Into<Cow<'a, str>>, language: Language, place: f32) -> Self {
        let text = text.into();
        Self { words: words(&text), text, language, place }
    }

    fn read(self, reader: &Reader, table: &Table) -> Part {
        let reading = reader.reading(&self.text, self.words, self.language);
        let asks = self.place >= IN_QUESTION;
        Part { meaning: asks.then(|| table.meaning(&reading.words)).flatten(), reading, place: self.place }
    }
}

/// One text of an article, read.
struct Part {
    reading: Reading,
    place: f32,
    /// What it means, of a way of asking.
    meaning: Option<Meaning>,
}

/// The memory tantivy may take while it builds, in bytes: its own minimum.
const BUDGET: usize = 15_000_000;

impl Index {
    /// Builds the index in memory, in one segment. Articles are read side by side and put in one after another, so that
    /// the same articles always make the same index.
    pub fn new(reader: &mut Reader, table: &Table, articles: &[Article]) -> Result<Self, TantivyError> {
        let texts: Vec<Vec<Text<'_>>> = articles.par_iter().map(texts).collect();
        for text in texts.iter().flatten().filter(|text| text.language == Language::English) {
            reader.learn_article(&text.words);
        }
        let reader = &*reader;
        let read = |texts: Vec<Text<'_>>| texts.into_iter().map(|text| text.read(reader, table)).collect();
        let read: Vec<Vec<Part>> = texts.into_par_iter().map(read).collect();
        let mut schema = Schema::builder();
        let options = || {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer("whitespace")
                .set_index_option(IndexRecordOption::WithFreqs);
            TextOptions::default().set_indexing_options(indexing)
        };
        let phrase = schema.add_text_field("phrase", options());
        let whole = schema.add_text_field("whole", options());
        let mut writer = Tantivy::builder()
            .schema(schema.build())
            .single_segment_index_writer::<TantivyDocument>(RamDirectory::create(), BUDGET)?;

        let mut vocabulary = Vocabulary::default();
        let mut phrasings: Vec<Phrasing> = Vec::new();
        let mut profiles = Vec::new();
        let mut documents = Vec::new();
        let mut add = |field: Field, article: usize, terms: &[String]| {
            let mut document = TantivyDocument::default();
            document.add_text(field, terms.join(" "));
            documents.push(article);
            writer.add_document(document)
        };
        for (place, (article, parts)) in articles.iter().zip(read).enumerate() {
            let first = phrasings.len();
            let decided = if article.verdict.is_some() { Decided::Yes } else { Decided::No };
            let mut profile = Profile { id: article.id.clone(), decided, ..Profile::default() };
            let mut all: Vec<String> = Vec::new();
            let mut weights: FxHashMap<TermId, f32> = FxHashMap::default();
            for part in parts {
                let ids: Vec<TermId> = part.reading.terms.iter().map(|term| vocabulary.id(term)).collect();
                for id in &ids {
                    let weight = weights.entry(*id).or_default();
                    *weight = weight.max(part.place);
                }
                if part.place >= IN_QUESTION {
                    add(phrase, place, &part.reading.terms)?;
                    let mut terms = ids;
                    terms.sort_unstable();
                    terms.dedup();
                    let named = part.reading.named.iter().map(|named| named.family);
                    if phrasings.len() == first {
                        profile.title_families.extend(named.clone());
                    }
                    profile.families.extend(named);
                    profile
                        .versions
                        .extend(part.reading.named.iter().filter_map(|named| named.version_term()));
                    let manner = part.reading.manner;
                    phrasings.push(Phrasing { terms, mass: 0.0, manner, meaning: part.meaning });
                }
                all.extend(part.reading.terms);
            }
            for license in &article.licenses {
                let reading = reader.read(license, Language::English);
                profile.families.extend(reading.named.iter().map(|named| named.family));
                profile.versions.extend(reading.named.iter().filter_map(|named| named.version_term()));
            }
            add(whole, place, &all)?;
            profile.phrasings = first..phrasings.len();
            profile.middle =
                Meaning::middle(phrasings[first..].iter().filter_map(|phrasing| phrasing.meaning.as_ref()));
            profile.terms = weights.into_iter().collect();
            profile.terms.sort_unstable_by_key(|(term, _)| *term);
            profiles.push(profile);
        }
        let index = writer.finalize()?;
        let searcher = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
        let weights = weigh(&profiles, vocabulary.0.len());
        for phrasing in &mut phrasings {
            phrasing.mass = phrasing.terms.iter().map(|term| weights[*term as usize]).sum();
        }
        let related = related(reader, &vocabulary.0);
        Ok(Self {
            phrasings,
            profiles,
            vocabulary: vocabulary.0,
            weights,
            related,
            searcher,
            phrase,
            whole,
            documents,
        })
    }

    /// The number of a term, if any article has it.
    pub fn term(&self, term: &str) -> Option<TermId> {
        self.vocabulary.get(term).copied()
    }

    /// How much a term tells: its inverse document frequency.
    pub fn weight(&self, term: TermId) -> f32 {
        self.weights.get(term as usize).copied().unwrap_or(0.0)
    }

    /// How much a term would tell that no article has.
    pub fn weight_of_unknown(&self) -> f32 {
        inverse_frequency(self.profiles.len() as f32, 1.0)
    }

    /// The terms that are near a term.
    pub fn related(&self, term: TermId) -> &[TermId] {
        self.related.get(&term).map_or(&[], Vec::as_slice)
    }

    /// The articles worth comparing: those with the best ways of asking, those with the best whole text, and those
    /// that mean the nearest.
    pub fn candidates(
        &self,
        terms: &[String],
        meaning: Option<&Meaning>,
        most: Most,
    ) -> Result<Vec<Hit>, TantivyError> {
        let mut hits: FxHashMap<usize, Hit> = FxHashMap::default();
        let mut hit = |article: usize, whole: f32| {
            let hit = hits.entry(article).or_insert(Hit { article, whole });
            hit.whole = hit.whole.max(whole);
        };
        for (field, limit) in [(self.phrase, most.phrasings), (self.whole, most.articles)] {
            for (score, document) in self.search(field, terms, limit)? {
                if let Some(article) = self.documents.get(document as usize) {
                    hit(*article, if field == self.whole { score } else { 0.0 });
                }
            }
        }
        for article in meaning.map(|meaning| self.nearest(meaning, most.near)).unwrap_or_default() {
            hit(article, 0.0);
        }
        let mut hits: Vec<Hit> = hits.into_values().collect();
        hits.sort_by_key(|hit| hit.article);
        Ok(hits)
    }

    /// The articles whose ways of asking together mean the nearest.
    fn nearest(&self, meaning: &Meaning, most: usize) -> Vec<usize> {
        let likeness = |(article, profile): (usize, &Profile)| {
            Some((meaning.likeness(profile.middle.as_ref()?), article))
        };
        let mut all: Vec<(f32, usize)> = self.profiles.iter().enumerate().filter_map(likeness).collect();
        let nearer = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if all.len() > most {
            all.select_nth_unstable_by(most, nearer);
            all.truncate(most);
        }
        all.into_iter().map(|(_, article)| article).collect()
    }

    fn search(&self, field: Field, terms: &[String], limit: usize) -> Result<Vec<(f32, u32)>, TantivyError> {
        let distinct: BTreeSet<&String> = terms.iter().collect();
        let clauses: Vec<(Occur, Box<dyn Query>)> = distinct
            .into_iter()
            .map(|term| {
                let query = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
                (Occur::Should, Box::new(query) as Box<dyn Query>)
            })
            .collect();
        let found = self
            .searcher
            .search(&BooleanQuery::new(clauses), &TopDocs::with_limit(limit).order_by_score())?;
        Ok(found.into_iter().map(|(score, address)| (score, address.doc_id)).collect())
    }
}

/// How many of each kind the search hands on to be measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// Ways of asking that share words.
    pub phrasings: usize,
    /// Whole texts that share words.
    pub articles: usize,
    /// Articles that mean about the same.
    pub near: usize,
}

/// An article that the search found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    /// The article, by its place.
    pub article: usize,
    /// The BM25 score of its whole text; 0 where it was not found so.
    pub whole: f32,
}

#[derive(Default)]
struct Vocabulary(FxHashMap<String, TermId>);

impl Vocabulary {
    fn id(&mut self, term: &str) -> TermId {
        if let Some(id) = self.0.get(term) {
            return *id;
        }
        let id = self.0.len() as TermId;
        self.0.insert(term.to_owned(), id);
        id
    }
}

/// The texts of an article: the ways of asking, title first, then tags and body.
fn texts(article: &Article) -> Vec<Text<'_>> {
    fn asks(text: &str, language: Language) -> Text<'_> {
        Text::new(text, language, IN_QUESTION)
    }
    let mut texts = vec![asks(&article.title, Language::English)];
    texts.extend(article.questions.iter().map(|question| asks(question, Language::English)));
    for (code, questions) in &article.questions_in {
        let language = Language::of_code(code).unwrap_or(Language::English);
        texts.extend(questions.iter().map(|question| asks(question, language)));
    }
    texts.push(Text::new(article.tags.join(". "), Language::English, IN_TAG));
    // By paragraphs: a text is read up to a bound that a whole body may exceed.
    texts.extend(article.body.split("\n\n").map(|text| Text::new(text, Language::English, IN_BODY)));
    texts
}

fn inverse_frequency(articles: f32, frequency: f32) -> f32 {
    (1.0 + (articles - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln()
}

/// The weight of every term: rare terms tell more. A term of the body alone counts as a third of an occurrence.
fn weigh(profiles: &[Profile], terms: usize) -> Vec<f32> {
    let mut frequency = vec![0.0_f32; terms];
    for (term, place) in profiles.iter().flat_map(|profile| &profile.terms) {
        frequency[*term as usize] += if *place > IN_BODY { 1.0 } else { 0.33 };
    }
    frequency.into_iter().map(|frequency| inverse_frequency(profiles.len() as f32, frequency)).collect()
}

fn related(reader: &Reader, vocabulary: &FxHashMap<String, TermId>) -> FxHashMap<TermId, Vec<TermId>> {
    let mut related: FxHashMap<TermId, Vec<TermId>> = FxHashMap::default();
    for (_, group) in tables::entries(RELATED) {
        let ids: Vec<TermId> = group
            .iter()
            .filter_map(|word| {
                let known = |term: &String| vocabulary.get(term).copied();
                reader
                    .read(word, Language::English)
                    .terms
                    .first()
                    .and_then(known)
                    .or_else(|| vocabulary.get(*word).copied())
            })
            .collect();
        for id in &ids {
            related.entry(*id).or_default().extend(ids.iter().filter(|other| *other != id));
        }
    }
    related
}
