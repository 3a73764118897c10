//! How assessments, results, roadmaps, digests and strategies look.
//!
//! - [`question`], [`models`]: what is asked
//! - [`result`], [`standing`], [`course`]: what comes of it, as card and as lines of fixed width
//! - [`roadmap`], [`milestone`], [`digest`], [`reminders`]: what is to be done
//! - [`strategy`], [`report`]: what is written

mod ask;
mod bars;
mod paper;
mod plan;
mod result;

pub use ask::{models, question};
pub use bars::{COURSE, course, in_a_line, reached, standing};
pub use paper::{report, strategy, strategy_question};
pub use plan::{digest, milestone, reminders, roadmap};
pub use result::result;

use super::texts::words;
use crate::core::message::{Block, Card, Span, Tone};

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What fits on a card.
    Short,
    /// Everything.
    Full,
}

fn card(title: Vec<Span>, tone: Tone, blocks: Vec<Block>) -> Card {
    Card { title, tone, blocks, buttons: Vec::new(), reactions: Vec::new(), footer: Vec::new() }
}

fn heading(words: &str) -> Block {
    Block::spans([Span::strong(words)])
}

fn sources(articles: &[String]) -> Option<Block> {
    if articles.is_empty() {
        return None;
    }
    let mut spans = vec![Span::faint("More: ")];
    for (at, article) in articles.iter().enumerate() {
        if at > 0 {
            spans.push(Span::text(", "));
        }
        spans.push(Span::code(format!("answer {article}")));
    }
    Some(Block::spans(spans))
}

/// A word in the background, and what is said after it.
fn after(word: &str, said: &str) -> Block {
    Block::spans(std::iter::once(Span::faint(word)).chain(words(said)))
}
