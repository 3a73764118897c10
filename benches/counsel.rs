//! What an answer costs: p50 and p99 of one question against 250, 2,500 and 25,000 articles, the time to make them
//! ready and the memory that takes, beside tantivy's plain BM25 over the same articles (title, questions, body in one
//! field, stemmed) in the same run; and the time from start to the first answer with the built-in articles.
//!
//! Run with `cargo bench --bench counsel`. Sets larger than the built-in one are its articles again, each with a word
//! of its own.

use std::hint::black_box;
use std::time::{Duration, Instant};

use ospo_counselor::counsel::Counsel;
use ospo_counselor::knowledge::{Article, Knowledge, files};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, Searcher, TantivyDocument, Term};

/// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const QUESTIONS: [&str; 6] = [
    "Does running a changed GPL tool only in-house oblige us to publish anything?",
    "can we ship lgpl code statically linked in our closed app",
    "who has to aprove a pull request to an upstream project",
    "what is an sbom",
    "Dürfen wir den Quellcode eines AGPL-Programms für uns behalten?",
    "when does the cyber resilience act bind open source stewards, and what must they do?",
];

fn articles(knowledge: &Knowledge, count: usize) -> Vec<Article> {
    let again = |(index, article): (usize, &Article)| {
        let mut article = article.clone();
        if index >= knowledge.articles.len() {
            article.id = format!("{}-{index}", article.id);
            article.title.push_str(&format!(" variant{index}"));
        }
        article
    };
    let mut articles: Vec<Article> =
        knowledge.articles.iter().cycle().take(count).enumerate().map(again).collect();
    articles.sort_by(|a, b| a.id.cmp(&b.id));
    articles
}

/// The library alone: one field, its own English stemmer, BM25.
struct Plain {
    searcher: Searcher,
    field: Field,
    index: Index,
}

impl Plain {
    fn new(articles: &[Article]) -> Self {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("en_stem")
            .set_index_option(IndexRecordOption::WithFreqs);
        let field = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 15_000_000).expect("a writer");
        for article in articles {
            let mut document = TantivyDocument::default();
            document.add_text(
                field,
                format!("{} {} {}", article.title, article.questions.join(" "), article.body),
            );
            writer.add_document(document).expect("it is added");
        }
        writer.commit().expect("it commits");
        let searcher = index.reader().expect("a reader").searcher();
        Self { searcher, field, index }
    }

    fn search(&self, question: &str) -> usize {
        let mut tokenizer = self.index.tokenizers().get("en_stem").expect("the stemmer");
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        tokenizer.token_stream(question).process(&mut |token| {
            let term = Term::from_field_text(self.field, &token.text);
            clauses.push((Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
        });
        let found =
            self.searcher.search(&BooleanQuery::new(clauses), &TopDocs::with_limit(4).order_by_score());
        found.expect("it searches").len()
    }
}

/// The times of one question each, sorted: every question in turn, after a round to get warm.
fn times(rounds: usize, mut ask: impl FnMut(&str)) -> Vec<Duration> {
    QUESTIONS.iter().for_each(|question| ask(question));
    let mut times: Vec<Duration> = QUESTIONS
        .iter()
        .cycle()
        .take(rounds * QUESTIONS.len())
        .map(|question| {
            let start = Instant::now();
            ask(question);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times
}

/// What is resident in memory, in MiB; 0 where the system does not tell.
fn resident() -> f64 {
    const PAGE: f64 = 4096.0;
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|statm| statm.split(' ').nth(1)?.parse::<f64>().ok());
    pages.unwrap_or_default() * PAGE / f64::from(1 << 20)
}

fn row(articles: usize, who: &str, made: Duration, memory: f64, times: &[Duration]) {
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e6;
    println!(
        "{articles:>8}  {who:<10}  {:>9.0}  {:>9.0}  {:>9.1}  {memory:>7.1}",
        at(50),
        at(99),
        made.as_secs_f64() * 1e3
    );
}

fn main() {
    // `cargo test --benches` only wants to see that it runs.
    let whole = std::env::args().any(|argument| argument == "--bench");
    let (sizes, rounds): (&[usize], usize) = if whole { (&[250, 2_500, 25_000], 500) } else { (&[60], 1) };

    let start = Instant::now();
    let mut knowledge = Knowledge::load(&files::built_in()).expect("the built-in knowledge has no faults");
    let read = start.elapsed();
    let counsel = Counsel::new(&knowledge.articles).expect("the articles can be indexed");
    black_box(counsel.answer(&knowledge, QUESTIONS[0]));
    println!(
        "start-up to the first answer with the {} built-in articles: {:.0} ms ({:.0} ms to read and check the files)\n",
        knowledge.articles.len(),
        start.elapsed().as_secs_f64() * 1e3,
        read.as_secs_f64() * 1e3
    );
    drop(counsel);

    println!("articles  who            p50 us     p99 us   made ms      MiB");
    let real = std::mem::take(&mut knowledge.articles);
    for count in sizes {
        knowledge.articles.clone_from(&real);
        knowledge.articles = articles(&knowledge, *count);
        let (before, start) = (resident(), Instant::now());
        let counsel = Counsel::new(&knowledge.articles).expect("the articles can be indexed");
        let (made, memory) = (start.elapsed(), resident() - before);
        let measured = times(rounds, |question| drop(black_box(counsel.answer(&knowledge, question))));
        row(*count, "counsel", made, memory, &measured);
        let (before, start) = (resident(), Instant::now());
        let plain = Plain::new(&knowledge.articles);
        let (made, memory) = (start.elapsed(), resident() - before);
        let measured = times(rounds, |question| {
            black_box(plain.search(question));
        });
        row(*count, "plain BM25", made, memory, &measured);
    }
}
