//! Reviewed Markdown as Slack's rich text. Pure.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::rich::{Look, Page, Run};

/// Writes Markdown onto a page. HTML in it is shown as typed.
pub(super) fn write(markdown: &str, page: &mut Page) {
    let mut writer = Writer::default();
    for event in Parser::new(markdown) {
        writer.take(event, page);
    }
    writer.flush(page);
}

#[derive(Default)]
struct Writer {
    runs: Vec<Run>,
    look: Look,
    link: Option<(String, String)>,
    /// The lists we are in: numbered or not.
    lists: Vec<Numbered>,
    /// The entries read so far of the innermost list, with their depth.
    items: Vec<(usize, Numbered, Vec<Run>)>,
    quote: bool,
    code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbered {
    Yes,
    No,
}

impl Writer {
    fn take(&mut self, event: Event<'_>, page: &mut Page) {
        match event {
            Event::Start(tag) => self.open(tag, page),
            Event::End(tag) => self.close(tag, page),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.push(&text),
            },
            Event::Code(code) => self.runs.push(Run::new(code.as_ref(), Look { code: true, ..self.look })),
            Event::SoftBreak => self.push(" "),
            Event::HardBreak => self.push("\n"),
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.push(&text),
            Event::Rule | Event::TaskListMarker(_) => {}
        }
    }

    fn push(&mut self, text: &str) {
        match &mut self.link {
            Some((label, _)) => label.push_str(text),
            None => self.runs.push(Run::new(text, self.look)),
        }
    }

    fn open(&mut self, tag: Tag<'_>, page: &mut Page) {
        match tag {
            Tag::Heading { .. } => {
                self.flush(page);
                self.look.bold = true;
            }
            Tag::Strong => self.look.bold = true,
            Tag::Emphasis => self.look.italic = true,
            Tag::BlockQuote(_) => {
                self.flush(page);
                self.quote = true;
            }
            Tag::CodeBlock(_) => {
                self.flush(page);
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.end_item();
                if self.lists.is_empty() {
                    self.flush(page);
                }
                self.lists.push(if first.is_some() { Numbered::Yes } else { Numbered::No });
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.link = Some((String::new(), dest_url.to_string()));
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd, page: &mut Page) {
        match tag {
            TagEnd::Paragraph if self.lists.is_empty() => self.flush(page),
            TagEnd::Heading(_) => {
                self.look.bold = false;
                self.flush(page);
            }
            TagEnd::Strong => self.look.bold = false,
            TagEnd::Emphasis => self.look.italic = false,
            TagEnd::BlockQuote(_) => {
                self.flush(page);
                self.quote = false;
            }
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take() {
                    page.code(code.trim_end());
                }
            }
            TagEnd::Item => self.end_item(),
            TagEnd::List(_) => {
                self.end_item();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.write_list(page);
                }
            }
            TagEnd::Link | TagEnd::Image => {
                if let Some((label, url)) = self.link.take() {
                    self.runs.push(Run::link(&label, &url));
                }
            }
            _ => {}
        }
    }

    /// Ends the entry of a list that is being read.
    fn end_item(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        if let Some(numbered) = self.lists.last()
            && !runs.is_empty()
        {
            self.items.push((self.lists.len() - 1, *numbered, runs));
        } else {
            self.runs = runs;
        }
    }

    fn write_list(&mut self, page: &mut Page) {
        let mut items = std::mem::take(&mut self.items).into_iter().peekable();
        // Entries of one depth and kind that follow each other are one list of Slack's.
        while let Some((depth, numbered, runs)) = items.next() {
            let mut entries = vec![runs];
            while let Some((_, _, runs)) = items.next_if(|(d, n, _)| (*d, *n) == (depth, numbered)) {
                entries.push(runs);
            }
            page.list(depth, numbered == Numbered::Yes, entries);
        }
    }

    /// Ends the paragraph that is being read.
    fn flush(&mut self, page: &mut Page) {
        let runs = std::mem::take(&mut self.runs);
        if runs.is_empty() {
            return;
        }
        if self.quote { page.quote(runs) } else { page.paragraph(runs) }
    }
}
