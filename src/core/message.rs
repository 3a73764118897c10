//! What we show: what it says, never how it looks. Each adapter draws it in its platform's own way.
//!
//! Words from people are [`Span::Text`] or [`Block::Quote`] and are data: an adapter escapes them. Markup comes
//! only from the other spans and from [`Block::Curated`], which holds reviewed Markdown of the knowledge base.

use serde::{Deserialize, Serialize};

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case")]
pub enum Content {
    /// A plain message.
    Text(Text),
    /// A message that stands out and is edited in place while its subject changes.
    Card(Card),
}

/// A plain message, perhaps with choices under it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// What it says, from top to bottom.
    pub blocks: Vec<Block>,
    /// Choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

impl Text {
    /// A message of one paragraph.
    pub fn line(text: impl Into<String>) -> Self {
        Self { blocks: vec![Block::line(text)], buttons: Vec::new() }
    }
}

impl From<Text> for Content {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<Card> for Content {
    fn from(card: Card) -> Self {
        Self::Card(card)
    }
}

/// What the bot has for one person alone, part by part: what waits for them, what is theirs, what they can begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home {
    /// The parts, from top to bottom, each with its choices.
    pub parts: Vec<Text>,
}

/// A card: a title, a state seen at a glance, and what can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The headline.
    pub title: Vec<Span>,
    /// How it stands.
    pub tone: Tone,
    /// What it says.
    pub blocks: Vec<Block>,
    /// What can be done by a press.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// Reactions the bot puts under the card so that one tap is enough, as canonical names of
    /// [`super::emoji`]; empty when nothing is to be decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<String>,
    /// The small print.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub footer: Vec<Span>,
}

/// How a card stands; adapters show it by color and symbol, never by color alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Says something, wants nothing.
    Info,
    /// Waits for somebody.
    Waiting,
    /// Ended well.
    Good,
    /// Ended badly.
    Bad,
    /// Over without a decision.
    Quiet,
}

impl Tone {
    /// It as an emoji, for platforms that have them.
    pub fn emoji(self) -> &'static str {
        match self {
            Self::Info => "ℹ️",
            Self::Waiting => "⏳",
            Self::Good => "✅",
            Self::Bad => "⛔",
            Self::Quiet => "💤",
        }
    }
}

/// A part of a message, drawn on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Paragraph {
        /// Its words.
        spans: Vec<Span>,
    },
    /// A list, one entry a line.
    List {
        /// The entries.
        items: Vec<Vec<Span>>,
    },
    /// Names and their values.
    Fields {
        /// Each name with its value.
        fields: Vec<Field>,
    },
    /// Somebody's words, shown as theirs.
    Quote {
        /// The words, as typed.
        text: String,
    },
    /// Text to be shown as typed, in a fixed width: a command, a table.
    Code {
        /// The text.
        text: String,
    },
    /// A picture.
    Picture(Picture),
    /// Reviewed Markdown from the knowledge base: paragraphs, lists, bold, italic, code, links.
    Curated {
        /// The Markdown.
        markdown: String,
    },
}

impl Block {
    /// A paragraph of plain words.
    pub fn line(text: impl Into<String>) -> Self {
        Self::Paragraph { spans: vec![Span::text(text)] }
    }

    /// A paragraph of spans.
    pub fn spans(spans: impl IntoIterator<Item = Span>) -> Self {
        Self::Paragraph { spans: spans.into_iter().collect() }
    }
}

/// A picture, with the words that stand for it where pictures cannot be shown or seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Its file name, such as `verdicts.png`.
    pub name: String,
    /// What it shows, in lines of fixed width.
    pub words: String,
    /// The PNG.
    #[serde(with = "base64_bytes")]
    pub png: Vec<u8>,
}

/// Bytes as Base64 (RFC 4648, section 4), which takes a third of the room of a JSON list.
mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Vec<Span>,
}

impl Field {
    /// A field with a plain value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: vec![Span::text(value)] }
    }
}

/// A run of words with one look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "span", rename_all = "snake_case")]
pub enum Span {
    /// Plain words; may come from people.
    Text {
        /// The words.
        text: String,
    },
    /// Words that stand out.
    Strong {
        /// The words.
        text: String,
    },
    /// Words in the background.
    Faint {
        /// The words.
        text: String,
    },
    /// A command, an id, a license expression.
    Code {
        /// The text.
        text: String,
    },
    /// A link of ours or a source of an article; never built from people's words.
    Link {
        /// What to click.
        label: String,
        /// Where it leads.
        url: String,
    },
}

impl Span {
    /// Plain words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
    /// Words that stand out.
    pub fn strong(text: impl Into<String>) -> Self {
        Self::Strong { text: text.into() }
    }
    /// Words in the background.
    pub fn faint(text: impl Into<String>) -> Self {
        Self::Faint { text: text.into() }
    }
    /// A command, an id, a license expression.
    pub fn code(text: impl Into<String>) -> Self {
        Self::Code { text: text.into() }
    }
    /// A link.
    pub fn link(label: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Link { label: label.into(), url: url.into() }
    }
}

/// A choice. Where a platform has no buttons it is drawn as a numbered line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// The command line that a press stands for, without the command word: `approve REL-42`.
    pub action: String,
    /// What is asked before a press counts, where one tap would do something grave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sure: Option<String>,
}

impl Button {
    /// A choice that stands for a command line.
    pub fn new(label: impl Into<String>, action: impl Into<String>) -> Self {
        Self { label: label.into(), action: action.into(), sure: None }
    }

    /// The same, but with a question before it counts.
    pub fn sure(self, question: impl Into<String>) -> Self {
        Self { sure: Some(question.into()), ..self }
    }
}
