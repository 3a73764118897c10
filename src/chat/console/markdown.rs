//! Reviewed Markdown as lines: paragraphs, headings, lists, quotes, bold, italic, code, links.

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd};

use super::escape;
use super::layout::{Ink, Line, Look, Run, hang, indent, wrap};
use super::render::code_run;

/// The columns by which a list entry stands in.
const LIST_INDENT: usize = 2;

/// Draws Markdown in at most `columns` columns. What it may not hold (HTML) is shown as typed.
pub(super) fn lines(markdown: &str, columns: usize, look: Look) -> Vec<Line> {
    let mut page = Page { columns, look, ..Page::default() };
    for event in Parser::new(markdown) {
        page.take(event);
    }
    page.flush();
    page.lines
}

#[derive(Default)]
struct Page {
    columns: usize,
    look: Look,
    lines: Vec<Line>,
    /// The paragraph that is being read.
    runs: Vec<Run>,
    inks: Vec<Ink>,
    link: Option<(String, String)>,
    /// The lists we are in: the next number, or a bullet.
    lists: Vec<Option<u64>>,
    /// What stands before the next paragraph of a list entry.
    mark: Option<String>,
    quotes: usize,
    code: Option<String>,
    /// Whether the next block is set off by an empty line.
    apart: bool,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => {
                let run = code_run(&code, self.look);
                self.runs.push(run);
            }
            Event::SoftBreak => self.push(" "),
            Event::HardBreak => self.break_line(),
            Event::Html(html) | Event::InlineHtml(html) => self.push(&escape::line(&html)),
            Event::Rule => {
                self.flush();
                self.apart = true;
            }
            // Only read when their extensions are on, and they are not.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.push(&escape::line(&text));
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.flush();
                self.inks.push(Ink::Strong);
            }
            Tag::Strong => self.inks.push(Ink::Strong),
            Tag::Emphasis => self.inks.push(Ink::Emphasis),
            Tag::BlockQuote(_) => {
                self.flush();
                self.quotes += 1;
            }
            Tag::CodeBlock(_) => {
                self.flush();
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.mark = self.lists.last_mut().map(|next| match next {
                    Some(number) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    None => "• ".to_owned(),
                });
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.link = Some((String::new(), escape::line(&dest_url)));
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                self.flush();
                self.apart = self.lists.is_empty();
            }
            TagEnd::Heading(_) => {
                self.inks.pop();
                self.flush();
            }
            TagEnd::Strong | TagEnd::Emphasis => {
                self.inks.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
                self.apart = true;
            }
            TagEnd::CodeBlock => self.close_code(),
            TagEnd::Item => {
                self.flush();
                self.mark = None;
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                self.apart = self.lists.is_empty();
            }
            TagEnd::Link | TagEnd::Image => {
                if let Some((label, url)) = self.link.take() {
                    self.runs.extend(link(&label, &url));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &CowStr<'_>) {
        if let Some(code) = &mut self.code {
            code.push_str(text);
        } else {
            self.push(&escape::line(text));
        }
    }

    fn push(&mut self, text: &str) {
        if let Some((label, _)) = &mut self.link {
            label.push_str(text);
        } else {
            let ink = self.inks.last().copied().unwrap_or(Ink::Plain);
            self.runs.push(Run::new(text, ink));
        }
    }

    fn break_line(&mut self) {
        let apart = self.apart;
        self.flush();
        self.apart = apart;
    }

    fn close_code(&mut self) {
        if let Some(code) = self.code.take() {
            let columns = self.room();
            let lines = code_lines(&code, columns);
            self.add(lines);
            self.apart = self.lists.is_empty();
        }
    }

    /// The columns left inside the lists and quotes we are in.
    fn room(&self) -> usize {
        self.columns.saturating_sub(LIST_INDENT * self.lists.len() + 2 * self.quotes).max(8)
    }

    /// Ends the paragraph that is being read.
    fn flush(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        if runs.iter().all(|run| run.text.trim().is_empty()) {
            return;
        }
        let mark = self.mark.as_ref().map_or(0, |mark| mark.chars().count().saturating_sub(LIST_INDENT));
        let lines = wrap(&runs, self.room().saturating_sub(mark));
        self.add(lines);
    }

    fn add(&mut self, lines: Vec<Line>) {
        if std::mem::take(&mut self.apart) && !self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        let depth = self.lists.len();
        let lines = match self.mark.take() {
            Some(mark) => {
                let outer = LIST_INDENT * depth.saturating_sub(1);
                let rest = " ".repeat(mark.chars().count());
                indent(hang(lines, Run::new(mark, Ink::Plain), Run::new(rest, Ink::Plain)), outer)
            }
            None => indent(lines, LIST_INDENT * depth),
        };
        let bar = Run::new("▌ ".repeat(self.quotes), Ink::Faint);
        self.lines.extend(if self.quotes > 0 { hang(lines, bar.clone(), bar) } else { lines });
    }
}

/// Text in a fixed width, as typed; long lines are cut.
pub(super) fn code_lines(code: &str, columns: usize) -> Vec<Line> {
    let room = columns.saturating_sub(2).max(1);
    let lines = escape::lines(code)
        .iter()
        .flat_map(|line| {
            // Spaces count here, so they are glued.
            let glued = line.replace(' ', "\u{A0}");
            let cut = wrap(&[Run::new(glued, Ink::Code)], room);
            if cut.is_empty() { vec![Vec::new()] } else { cut }
        })
        .collect();
    indent(lines, 2)
}

/// A link on paper: its label and where it leads.
pub(super) fn link(label: &str, url: &str) -> Vec<Run> {
    if label.trim().is_empty() || label == url {
        return vec![Run::new(url, Ink::Link)];
    }
    vec![
        Run::new(format!("{label} "), Ink::Plain),
        Run::new("(", Ink::Faint),
        Run::new(url, Ink::Link),
        Run::new(")", Ink::Faint),
    ]
}
