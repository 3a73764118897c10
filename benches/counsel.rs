//! What an answer costs: one question against 60 and against 1,000 articles, beside tantivy's plain BM25 over the
//! same articles (title, questions, body in one field, stemmed) in the same run; and what it takes to make the
//! built-in articles ready.
//!
//! Run with `cargo bench --bench counsel`. Sets larger than the built-in one are its articles again, each with a word
//! of its own.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ospo_counselor::counsel::Counsel;
use ospo_counselor::knowledge::{Article, Knowledge, files};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, Searcher, TantivyDocument, Term};

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

fn answers(criterion: &mut Criterion) {
    let mut knowledge = Knowledge::load(&files::built_in()).expect("the built-in knowledge has no faults");
    let real = std::mem::take(&mut knowledge.articles);
    knowledge.articles = real.clone();
    for count in [60, 1_000] {
        let articles = articles(&knowledge, count);
        let counsel = Counsel::new(&articles).expect("the articles can be indexed");
        let plain = Plain::new(&articles);
        knowledge.articles = articles;
        let mut group = criterion.benchmark_group(format!("one question, {count} articles"));
        let mut next = QUESTIONS.iter().cycle();
        group.bench_function("counsel", |bench| {
            bench.iter(|| black_box(counsel.answer(&knowledge, next.next().copied().unwrap_or_default())));
        });
        let mut next = QUESTIONS.iter().cycle();
        group.bench_function("plain BM25", |bench| {
            bench.iter(|| black_box(plain.search(next.next().copied().unwrap_or_default())));
        });
        group.finish();
        knowledge.articles.clone_from(&real);
    }
    let mut group = criterion.benchmark_group(format!("make {} articles ready", real.len()));
    group.sample_size(10);
    group.bench_function("counsel", |bench| {
        bench.iter(|| Counsel::new(black_box(&real)).expect("they can be"))
    });
    group.bench_function("plain BM25", |bench| {
        bench.iter(|| Plain::new(black_box(&real)).searcher.num_docs())
    });
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);
