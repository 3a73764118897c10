//! How the world looks to somebody: messages with their numbers, tallies, prompts, lists. Pure.

use std::collections::BTreeSet;

use super::config::ConsoleConfig;
use super::entry::{Cursor, Number, direct, direct_with};
use super::escape;
use super::layout::{GLUE, Ink, Line, Look, Run, hang, indent, paint, wrap};
use super::render::{content_lines, headline};
use super::session::Show;
use super::texts;
use super::world::{Body, Message, World};
use crate::core::message::Content;
use crate::core::person::{AccountId, ChannelId, Platform, Standing};

/// The columns by which the bot's texts stand in from its name.
const TEXT_INDENT: usize = 3;

/// How people's names are known.
type Names<'a> = &'a dyn Fn(&AccountId) -> String;

/// What is needed to draw anything.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub world: &'a World,
    pub config: &'a ConsoleConfig,
    pub cursor: &'a Cursor,
    /// Columns.
    pub width: usize,
    pub look: Look,
}

/// The name of a place as its people call it.
pub(super) fn place_name(channel: &ChannelId) -> String {
    if direct_with(channel).is_some() { "dm".to_owned() } else { escape::line(&channel.id) }
}

impl View<'_> {
    /// What somebody who sits here sees of one thing to be shown.
    pub fn show(&self, show: &Show) -> String {
        match show {
            Show::Text(text) if text.ends_with('\n') => text.clone(),
            Show::Text(text) => self.faint(text),
            Show::Message(number) => {
                self.world.message(*number).map(|message| self.message(message)).unwrap_or_default()
            }
            Show::Reactions(number) => self.reactions(*number),
            Show::People => self.people(),
            Show::Channels => self.channels(),
            Show::Unread => self.unread(),
        }
    }

    fn name(&self, account: &AccountId) -> String {
        escape::line(self.config.name(account))
    }

    /// A line of our own, in the background.
    pub fn faint(&self, text: &str) -> String {
        paint(&wrap(&[Run::new(escape::line(text), Ink::Faint)], self.width), self.look)
    }

    /// A message as it stands.
    pub fn message(&self, message: &Message) -> String {
        let names = |account: &AccountId| self.name(account);
        let mut lines = said(message, self.width, self.look, &names);
        let tally = tally(message, self.width, &names);
        lines.extend(indent(tally, TEXT_INDENT));
        paint(&lines, self.look)
    }

    /// A message that was changed in place.
    pub fn changed(&self, message: &Message) -> String {
        let number = message.number.to_string();
        if message.channel == self.cursor.channel {
            // The note stands in place of the line with the author, who is the bot.
            let whole = self.message(message);
            let content = whole.split_once('\n').map_or("", |(_, content)| content);
            return format!("{}{content}", self.faint(&texts::changed(&number)));
        }
        let Body::Bot(content) = &message.body else { return String::new() };
        let place = place_name(&message.channel);
        let room = self.room_for_headline(&place).saturating_sub(number.len() + 12);
        self.faint(&texts::changed_elsewhere(&place, &number, &headline(content, room)))
    }

    /// That a message has come somewhere else that this person can see.
    pub fn elsewhere(&self, message: &Message) -> String {
        let Body::Bot(content) = &message.body else { return String::new() };
        let place = place_name(&message.channel);
        self.faint(&texts::elsewhere(&place, &headline(content, self.room_for_headline(&place))))
    }

    fn room_for_headline(&self, place: &str) -> usize {
        self.width.saturating_sub(place.chars().count() + 6)
    }

    /// That a message has come that only somebody else may read.
    pub fn private_elsewhere(&self, account: &AccountId) -> String {
        self.faint(&texts::private_elsewhere(&self.name(account)))
    }

    fn reactions(&self, number: Number) -> String {
        let Some(message) = self.world.message(number) else { return String::new() };
        if message.reactions.is_empty() {
            return self.faint(&texts::no_reactions(&number.to_string()));
        }
        let mut lines = tally(message, self.width.saturating_sub(8), &|account| self.name(account));
        if let Some(first) = lines.first_mut() {
            first.insert(0, Run::new(format!("{number}  "), Ink::Faint));
        }
        paint(&lines, self.look)
    }

    /// The places where something is unread, with how much, in the order of the config.
    pub fn unread_counts(&self) -> Vec<(String, usize)> {
        self.places()
            .into_iter()
            .filter(|channel| *channel != self.cursor.channel)
            .map(|channel| (place_name(&channel), self.world.unread(&self.cursor.account, &channel).count()))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    fn places(&self) -> Vec<ChannelId> {
        let channels = self.config.channels.iter().map(|name| ChannelId::new(Platform::Console, name));
        channels.chain([direct(&self.cursor.account)]).collect()
    }

    fn unread(&self) -> String {
        let counts = self.unread_counts();
        if counts.is_empty() {
            return self.faint(texts::ALL_READ);
        }
        let lines: Vec<Line> = counts
            .into_iter()
            .map(|(place, count)| vec![Run::new(texts::unread_in(&place, count), Ink::Plain)])
            .collect();
        paint(&lines, self.look)
    }

    fn channels(&self) -> String {
        let lines: Vec<Line> = self
            .places()
            .into_iter()
            .map(|channel| {
                let ink = if channel == self.cursor.channel { Ink::Strong } else { Ink::Plain };
                let unread = self.world.unread(&self.cursor.account, &channel).count();
                let mut line = vec![Run::new(place_name(&channel), ink)];
                if unread > 0 {
                    line.push(Run::new(format!("  ({unread} unread)"), Ink::Faint));
                }
                line
            })
            .collect();
        paint(&lines, self.look)
    }

    fn people(&self) -> String {
        let ids = self.config.people.iter().map(|person| person.account.id.chars().count());
        let column = ids.max().unwrap_or(0) + 2;
        let lines: Vec<Line> = self
            .config
            .people
            .iter()
            .map(|person| {
                let id = escape::line(&person.account.id);
                let mut line = vec![
                    Run::new(format!("{id:column$}"), Ink::Strong),
                    Run::new(escape::line(&person.name), Ink::Plain),
                ];
                let standing = match person.standing {
                    Standing::Member => None,
                    Standing::Guest => Some(texts::GUEST),
                    Standing::Bot => Some(texts::OTHER_BOT),
                };
                let you = (person.account == self.cursor.account).then_some(texts::YOU);
                for note in standing.into_iter().chain(you) {
                    line.push(Run::new(format!("  ({note})"), Ink::Faint));
                }
                line
            })
            .collect();
        paint(&lines, self.look)
    }

    /// Who sits where: `ada in #legal, thread #4`.
    pub fn seat(&self) -> String {
        let place = place_name(&self.cursor.channel);
        let thread = self.cursor.thread.map(|first| format!(" › {first}")).unwrap_or_default();
        format!("{} in {place}{thread}", escape::line(&self.cursor.account.id))
    }

    /// What stands before the line that is being typed.
    pub fn prompt(&self) -> String {
        let unread = self.unread_counts();
        if unread.is_empty() {
            return format!("{} > ", self.seat());
        }
        let sum = unread.iter().map(|(_, count)| count).sum();
        let places: Vec<String> =
            unread.iter().map(|(place, count)| texts::unread_in(place, *count)).collect();
        format!("{} {} > ", self.seat(), texts::unread_sum(sum, &places))
    }

    /// A script line as if it were typed.
    pub fn echo(&self, line: &str) -> String {
        let line = escape::line(line);
        let runs = [Run::new(format!("{} > ", self.seat()), Ink::Faint), Run::new(line, Ink::Strong)];
        paint(&[runs.to_vec()], self.look)
    }
}

/// A message with its number and its author.
fn said(message: &Message, width: usize, look: Look, names: Names<'_>) -> Vec<Line> {
    let mut notes = String::new();
    if let Some(first) = message.thread {
        notes.push_str(&format!(" · {}", texts::in_thread(&first.to_string())));
    }
    if message.only_for.is_some() {
        notes.push_str(&format!(" · {}", texts::ONLY_YOU));
    }
    let number = Run::new(format!("{} ", message.number), Ink::Faint);
    match &message.body {
        Body::Words { by, text, files } => {
            let mut runs = vec![number, Run::new(names(by), Ink::Strong), Run::new(notes, Ink::Faint)];
            runs.push(Run::new(": ", Ink::Plain));
            runs.push(Run::new(escape::line(&texts::said_with(text, files)), Ink::Plain));
            let rest = Run::new(" ".repeat(TEXT_INDENT), Ink::Plain);
            hang(wrap(&runs, width.saturating_sub(TEXT_INDENT)), Run::new("", Ink::Plain), rest)
        }
        Body::Bot(content) => {
            let mut lines =
                vec![vec![number, Run::new(texts::BOT, Ink::Strong), Run::new(notes, Ink::Faint)]];
            match content {
                Content::Card(_) => lines.extend(content_lines(content, width, look)),
                Content::Text(_) => {
                    let inside = content_lines(content, width.saturating_sub(TEXT_INDENT), look);
                    lines.extend(indent(inside, TEXT_INDENT));
                }
            }
            lines
        }
    }
}

/// `✅ Lea, Max   ❌ Ann`.
fn tally(message: &Message, width: usize, names: Names<'_>) -> Vec<Line> {
    let mut emojis: Vec<&str> = Vec::new();
    for reaction in &message.reactions {
        if !emojis.contains(&reaction.emoji.as_str()) {
            emojis.push(&reaction.emoji);
        }
    }
    let glue = GLUE.to_string();
    let mut runs = Vec::new();
    for (index, emoji) in emojis.iter().enumerate() {
        let people: Vec<String> =
            message.reactions.iter().filter(|r| r.emoji == *emoji).map(|r| names(&r.account)).collect();
        let gap = if index == 0 { "" } else { " " };
        let people = people.join(", ").replace(' ', &glue);
        runs.push(Run::new(format!("{gap}{}{GLUE}{people}{GLUE}", escape::line(emoji)), Ink::Plain));
    }
    wrap(&runs, width)
}

/// Everything people see, channel by channel, without numbers and times: two runs that showed people the same
/// have the same transcript.
pub(super) fn transcript(world: &World) -> String {
    const WIDTH: usize = 80;
    let channels: BTreeSet<&ChannelId> = world.messages().map(|message| &message.channel).collect();
    let mut text = String::new();
    for channel in channels {
        text.push_str(&format!("== {}\n", escape::line(&channel.id)));
        for first in world.messages().filter(|m| m.channel == *channel && m.thread.is_none()) {
            text.push_str(&transcribed(first, WIDTH));
            for answer in world.messages().filter(|m| m.thread == Some(first.number)) {
                for line in transcribed(answer, WIDTH).lines() {
                    text.push_str(&format!("    {line}\n"));
                }
            }
        }
        text.push('\n');
    }
    text
}

fn transcribed(message: &Message, width: usize) -> String {
    let names = |account: &AccountId| escape::line(&account.id);
    let only = message.only_for.as_ref().map(|only| format!(" (to {})", names(only))).unwrap_or_default();
    let mut lines = match &message.body {
        Body::Words { by, text, files } => {
            let words = escape::line(&texts::said_with(text, files));
            vec![vec![Run::new(format!("{}: {words}", names(by)), Ink::Plain)]]
        }
        Body::Bot(content) => {
            let mut lines = vec![vec![Run::new(format!("{}{only}:", texts::BOT), Ink::Plain)]];
            lines.extend(indent(content_lines(content, width, Look::Plain), TEXT_INDENT));
            lines
        }
    };
    lines.extend(indent(tally(message, width, &names), TEXT_INDENT));
    paint(&lines, Look::Plain)
}
