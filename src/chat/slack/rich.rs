//! Slack's rich text: what stands in it is literal, so that nothing people write becomes a mention, a link or a
//! command. A [`Page`] keeps within what one message takes, and knows whether something was left out.

use slack_morphism::prelude::*;

use super::limits::{self, RICH_ELEMENTS, RICH_TEXT};

/// How a run of words looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
}

/// Words with one look, or a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    text: String,
    look: Look,
    url: Option<String>,
}

impl Run {
    /// Words.
    pub fn new(text: impl Into<String>, look: Look) -> Self {
        Self { text: text.into(), look, url: None }
    }

    /// Plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Look::default())
    }

    /// A link; where the address is none that leads to the web, its words alone.
    pub fn link(label: &str, url: &str) -> Self {
        let web = url.starts_with("https://") || url.starts_with("http://");
        let label = if label.trim().is_empty() { url } else { label };
        Self { text: label.to_owned(), look: Look::default(), url: web.then(|| url.to_owned()) }
    }
}

/// Rich text that grows until one message is full.
#[derive(Debug)]
pub(super) struct Page {
    elements: Vec<SlackRichTextElement>,
    left: usize,
    inline: usize,
    full: bool,
}

impl Page {
    /// An empty page.
    pub fn new() -> Self {
        Self { elements: Vec::new(), left: RICH_TEXT, inline: RICH_ELEMENTS, full: false }
    }

    /// The page as a block, if anything stands on it, and whether something was left out.
    pub fn finish(self) -> (Option<SlackBlock>, bool) {
        let block = (!self.elements.is_empty()).then(|| SlackRichTextBlock::new(self.elements).into());
        (block, self.full)
    }

    /// A paragraph; one that follows another is set off by an empty line.
    pub fn paragraph(&mut self, runs: Vec<Run>) {
        let mut elements = Vec::new();
        if matches!(self.elements.last(), Some(SlackRichTextElement::Section(_))) {
            elements.push("\n".into());
        }
        elements.extend(self.inline(runs));
        elements.push("\n".into());
        self.add(SlackRichTextSection::new(elements));
    }

    /// Lines that belong together.
    pub fn lines(&mut self, lines: Vec<Vec<Run>>) {
        let mut runs = Vec::new();
        for (n, line) in lines.into_iter().enumerate() {
            if n > 0 {
                runs.push(Run::plain("\n"));
            }
            runs.extend(line);
        }
        self.paragraph(runs);
    }

    /// A list at a depth.
    pub fn list(&mut self, depth: usize, numbered: bool, entries: Vec<Vec<Run>>) {
        let style = if numbered { SlackRichTextListStyle::Ordered } else { SlackRichTextListStyle::Bullet };
        let mut sections = Vec::new();
        for runs in entries {
            let inline = self.inline(runs);
            if !inline.is_empty() {
                sections.push(SlackRichTextSection::new(inline).into());
            }
        }
        if !sections.is_empty() {
            self.add(SlackRichTextList::new(style, sections).with_indent(depth as u64));
        }
    }

    /// Somebody's words.
    pub fn quote(&mut self, runs: Vec<Run>) {
        let inline = self.inline(runs);
        if !inline.is_empty() {
            self.add(SlackRichTextQuote::new(inline));
        }
    }

    /// Text in a fixed width.
    pub fn code(&mut self, text: &str) {
        let inline = self.inline(vec![Run::plain(text)]);
        if !inline.is_empty() {
            self.add(SlackRichTextPreformatted::new(inline));
        }
    }

    fn add(&mut self, element: impl Into<SlackRichTextElement>) {
        if !self.full || self.left > 0 {
            self.elements.push(element.into());
        }
    }

    /// As much of the runs as there is room for.
    fn inline(&mut self, runs: Vec<Run>) -> Vec<SlackRichTextInlineElement> {
        let mut elements = Vec::new();
        for run in runs.into_iter().filter(|run| !run.text.is_empty()) {
            if self.left == 0 || self.inline == 0 {
                self.full = true;
                break;
            }
            let length = run.text.chars().count();
            self.full |= length > self.left;
            let text = limits::cut(&run.text, self.left);
            self.left -= length.min(self.left);
            self.inline -= 1;
            elements.push(element(text, run.look, run.url.as_deref()));
        }
        elements
    }
}

fn element(text: String, look: Look, url: Option<&str>) -> SlackRichTextInlineElement {
    let style = (look != Look::default()).then(|| {
        let flag = |set: bool| set.then_some(true);
        SlackRichTextStyle::new()
            .opt_bold(flag(look.bold))
            .opt_italic(flag(look.italic))
            .opt_code(flag(look.code))
    });
    match url.and_then(|url| url.parse().ok()) {
        Some(url) => SlackRichTextLink::new(url).with_text(text).opt_style(style).into(),
        None => SlackRichTextText::new(text).opt_style(style).into(),
    }
}
