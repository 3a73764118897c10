//! Several names in one text: `GPL-2+ or Artistic`, `MIT/Zlib`, `(MIT OR X) AND Y`, `GPLv2 with classpath
//! exception`. Cuts at the operators, reads each name, joins the results.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use spdx::expression::Operator;

use super::index::{Hit, How, Names, Reading};
use super::tokens::{Cut, cut, is_number, key};
use crate::license::expression::{Expression, MAX_DEPTH, Term};

/// Most names in one compound; the hidden cost of reading a name is bounded with it.
const MAX_NAMES: usize = 32;

/// What a compound of names turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Compound {
    /// There is no operator: it is one name.
    Single,
    /// Every name is known.
    Known(Expression, How),
    /// Some name is known and some is not, or is ambiguous: what may be meant.
    Partly(Vec<String>),
    /// No name is known.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Name(String),
    Join(Operator),
    /// `/` and `|` bind tighter than `and`: `MIT/X11 and BSD` is (`MIT` or `X11`) and `BSD`.
    Slash,
    Comma,
    /// `A or B, and C` (Debian): an operator after a comma joins what stands on its sides as a whole.
    Loose(Operator),
    Open,
    Close,
}

static LATER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)[\s,;]*\(?\s*\b(or|and)[\s,(]+(at\s+your\s+(?:own\s+)?(?:option|opinion|choice|discretion)[\s,)]+)?(any\s+)?(later|latter|newer|above|greater|higher|upper|up|subsequent)\b(\s+versions?)?\s*\)?",
    )
    .ok()
});

/// `GPL-2+-or-X11`, `LGPLv3+_or_GPLv2+`: an operator between dashes, unless it is "or later".
fn with_spaces(text: &str) -> Cow<'_, str> {
    static DASHED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)[_-](or|and)[_-]([\w.]+)").ok());
    const LATER_WORDS: [&str; 6] = ["later", "newer", "any", "above", "greater", "higher"];
    DASHED.as_ref().map_or(Cow::Borrowed(text), |dashed| {
        dashed.replace_all(text, |found: &Captures<'_>| {
            if LATER_WORDS.iter().any(|word| found[2].eq_ignore_ascii_case(word)) {
                found[0].to_owned()
            } else {
                format!(" {} {}", &found[1], &found[2])
            }
        })
    })
}

/// "MIT or Apache-2.0, at your option": the end says what `or` says already.
fn without_option(text: &str) -> &str {
    const OPTION: &str = "at your option";
    let end = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ')'));
    let begin = end.len().saturating_sub(OPTION.len());
    match end.get(begin..) {
        Some(option) if option.eq_ignore_ascii_case(OPTION) => {
            end[..begin].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '('))
        }
        _ => text,
    }
}

impl Names {
    /// Reads a text that may hold several names.
    pub(crate) fn compound(&self, text: &str) -> Compound {
        // "or later" is no operator.
        let text = LATER.as_ref().map_or_else(|| text.into(), |later| later.replace_all(text, "+ "));
        let text = with_spaces(without_option(&text));
        let mut pieces = pieces(&text);
        // "Dual licensed under MIT and GPL": the two are a choice.
        let lower = text.to_ascii_lowercase();
        if ["dual", "tri-licen", "triple"].iter().any(|word| lower.contains(word)) {
            for piece in &mut pieces {
                if *piece == Piece::Join(Operator::And) {
                    *piece = Piece::Join(Operator::Or);
                }
            }
        }
        let names = pieces.iter().filter(|piece| matches!(piece, Piece::Name(_))).count();
        if names > MAX_NAMES {
            return Compound::Unknown;
        }
        if names < 2 {
            return match pieces
                .iter()
                .find_map(|piece| if let Piece::Name(name) = piece { Some(name) } else { None })
            {
                Some(name) => self.with_exception(name).map_or(Compound::Single, Into::into),
                None => Compound::Single,
            };
        }
        // "General Public License, v2 with FOSS Exception, v1.0": the commas join no licenses.
        let only_commas =
            !pieces.iter().any(|p| matches!(p, Piece::Slash | Piece::Join(_) | Piece::Loose(_)));
        if only_commas && let Some(hit @ Hit { reading: Reading::Is(_), .. }) = self.with_exception(&text) {
            return hit.into();
        }
        self.read(pieces)
    }

    fn read(&self, mut pieces: Vec<Piece>) -> Compound {
        let mut hits: Vec<Option<Hit>> = Vec::new();
        let mut before: Vec<String> = Vec::new();
        for piece in &pieces {
            let Piece::Name(name) = piece else { continue };
            let words = self.words(name, Cut::Words);
            let only_numbers = !words.is_empty() && words.iter().all(|word| is_number(word) || word == "+");
            // "GPL 2 or 3": the second name is the first with another version.
            let hit = if only_numbers && !before.is_empty() {
                let mut whole = before.clone();
                whole.extend(words);
                self.by_words(&whole)
            } else {
                before = words.into_iter().filter(|word| !is_number(word) && word != "+").collect();
                self.part(name)
            };
            hits.push(hit);
        }
        self.read_beside(&pieces, &mut hits);
        // "MIT + file LICENSE" (CRAN): the file only names the holder.
        drop_pointers(&mut pieces, &mut hits);
        let known = |hit: &Option<Hit>| hit.as_ref().is_some_and(|hit| hit.reading.expression().is_some());
        if !hits.iter().any(|hit| hit.as_ref().is_some_and(|hit| hit.reading != Reading::NoLicense)) {
            return Compound::Unknown;
        }
        if !hits.iter().all(known) {
            // A comma in front of a date or a place joins no licenses.
            if !pieces.iter().any(|piece| matches!(piece, Piece::Slash | Piece::Join(_) | Piece::Loose(_))) {
                return Compound::Unknown;
            }
            let parts = hits.iter().flatten().flat_map(|hit| match &hit.reading {
                Reading::Several { reading: None, alternatives, .. } => alternatives.clone(),
                reading => reading.expression().map(str::to_owned).into_iter().collect(),
            });
            return Compound::Partly(parts.collect());
        }
        let how = hits.iter().flatten().map(|hit| hit.how).max().unwrap_or(How::Name);
        let parts: Vec<Expression> = hits
            .iter()
            .flatten()
            .filter_map(|hit| hit.reading.expression().and_then(|expression| expression.parse().ok()))
            .collect();
        let listed = pieces.contains(&Piece::Comma);
        let joins: Vec<Operator> = pieces
            .iter()
            .filter_map(|p| match p {
                Piece::Join(operator) | Piece::Loose(operator) => Some(*operator),
                _ => None,
            })
            .collect();
        let comma = match joins.first() {
            // "A, B and C": the comma stands for the word.
            Some(first) if joins.iter().all(|join| join == first) => Some(*first),
            _ => None,
        };
        match (listed, comma) {
            (true, None) => {
                let join = |operator| parts.iter().cloned().reduce(|a, b| Expression::join(operator, a, b));
                Compound::Partly(
                    [join(Operator::Or), join(Operator::And)]
                        .into_iter()
                        .flatten()
                        .map(|e| e.to_string())
                        .collect(),
                )
            }
            _ => evaluate(&pieces, parts, comma.unwrap_or(Operator::Or))
                .map_or(Compound::Unknown, |expression| Compound::Known(expression, how.max(How::Rule))),
        }
    }

    /// One name of a compound, which may have an exception.
    fn part(&self, name: &str) -> Option<Hit> {
        if self.says_none(name) {
            return Some(Hit { reading: Reading::NoLicense, how: How::Rule });
        }
        if let Ok(expression) = name.parse::<Expression>() {
            return Some(Hit { reading: Reading::Is(expression.to_string()), how: How::Name });
        }
        self.direct(name).or_else(|| self.with_exception(name)).or_else(|| self.lenient(name))
    }

    /// `LICENSE with EXCEPTION`, in words.
    pub(crate) fn with_exception(&self, text: &str) -> Option<Hit> {
        self.joined_exception(text).or_else(|| self.exception_without_with(text))
    }

    /// `APACHE-2-LLVM-EXCEPTIONS`, `gpl2Classpath` (Nix): no word joins the two.
    fn exception_without_with(&self, text: &str) -> Option<Hit> {
        let lower = text.to_ascii_lowercase();
        if !["exception", "classpath"].iter().any(|word| lower.contains(word)) {
            return None;
        }
        let cuts = cut(text, Cut::Camel);
        cuts.iter().skip(1).rev().find_map(|token| {
            let (license, exception) = text.split_at_checked(token.start)?;
            let Reading::Is(base) = self.direct(license).or_else(|| self.lenient(license))?.reading else {
                return None;
            };
            let expression = format!("{base} WITH {}", self.exception(exception, &base)?);
            expression.parse::<Expression>().ok()?;
            Some(Hit { reading: Reading::Is(expression), how: How::Rule })
        })
    }

    fn joined_exception(&self, text: &str) -> Option<Hit> {
        static WITH: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r"(?i)(?:[\s,(_-]+(?:with|w/|plus)[\s_-]*(?:the[\s_-]+)?|\s*\+\s*|\s*\(?with\s+the\s+)",
            )
            .ok()
        });
        let with = WITH.as_ref()?;
        let lower = text.to_ascii_lowercase();
        let says_exception = lower.contains("exception") || lower.contains("syscall");
        for cut_at in with.find_iter(text) {
            let (license, exception) = (&text[..cut_at.start()], &text[cut_at.end()..]);
            if exception.trim().is_empty() {
                continue;
            }
            // "GPL-2+-autoconf-exception", "GPL-2+ with …": the `+` belongs to the version unless a name follows it
            // at once ("GPLv2+CE") or it stands alone ("GPL 2 + classpath exception").
            let joined = cut_at.as_str().starts_with('+')
                && (cut_at.as_str().len() > 1 || exception.starts_with(|c: char| !c.is_alphanumeric()));
            let license = if joined { &text[..=cut_at.start()] } else { license };
            let Some(hit) = self.direct(license).or_else(|| self.lenient(license)) else { continue };
            let base = match &hit.reading {
                Reading::Several { reading: None, alternatives, why } if says_exception => {
                    let (alternatives, why) = (alternatives.clone(), why.clone());
                    let reading = Reading::Several { reading: None, alternatives, why };
                    return Some(Hit { reading, how: How::Rule });
                }
                reading => reading.expression().map(str::to_owned),
            };
            let Some(base) = base else { continue };
            let name = exception.trim_start_matches(|c: char| !c.is_alphanumeric());
            let name = ["with ", "WITH ", "with-", "w/", "w "]
                .iter()
                .fold(name, |name, with| name.strip_prefix(with).unwrap_or(name));
            if let Some(exception) = self.exception(name, &base) {
                let expression = format!("{base} WITH {exception}");
                if expression.parse::<Expression>().is_ok() {
                    return Some(Hit { reading: Reading::Is(expression), how: How::Rule });
                }
            }
            if says_exception {
                let why = "which exception is meant is not clear".to_owned();
                let alternatives = self.possible_exceptions(name, base);
                let reading = Reading::Several { reading: None, alternatives, why };
                return Some(Hit { reading, how: How::Rule });
            }
        }
        None
    }

    /// Debian's way to write Perl's terms: what a name means beside another.
    fn read_beside(&self, pieces: &[Piece], hits: &mut [Option<Hit>]) {
        let names: Vec<&String> =
            pieces.iter().filter_map(|p| if let Piece::Name(name) = p { Some(name) } else { None }).collect();
        let expressions: Vec<String> =
            hits.iter().flatten().filter_map(|hit| hit.reading.expression().map(str::to_owned)).collect();
        for (name, hit) in names.iter().zip(hits.iter_mut()) {
            let words = key(&self.words(name, Cut::Words));
            for (of, beside) in &self.beside {
                if *of == words && expressions.contains(&beside.other) {
                    *hit = Some(Hit { reading: Reading::Is(beside.means.clone()), how: How::Rule });
                }
            }
        }
    }
}

impl From<Hit> for Compound {
    fn from(hit: Hit) -> Self {
        match hit.reading {
            Reading::Is(expression) => {
                expression.parse().map_or(Self::Unknown, |expression| Self::Known(expression, hit.how))
            }
            Reading::Several { alternatives, .. } => Self::Partly(alternatives),
            Reading::NoLicense => Self::Unknown,
        }
    }
}

/// Removes names that only point to a file, with the operator before them.
fn drop_pointers(pieces: &mut Vec<Piece>, hits: &mut Vec<Option<Hit>>) {
    let mut n = 0;
    let mut at = 0;
    while at < pieces.len() {
        if let Piece::Name(name) = &pieces[at] {
            let lower = name.trim().to_ascii_lowercase();
            let is_pointer = lower.starts_with("file ") || lower == "licence" || lower == "license";
            if is_pointer && hits.len() > 1 {
                hits.remove(n);
                pieces.remove(at);
                if at > 0 && !matches!(pieces[at - 1], Piece::Open | Piece::Name(_) | Piece::Close) {
                    pieces.remove(at - 1);
                    at -= 1;
                }
                continue;
            }
            n += 1;
        }
        at += 1;
    }
}

/// Cuts a text at its operators. A parenthesis groups only where a name would begin; elsewhere it is part of one.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut name = String::new();
    let mut inside_name = 0_usize;
    let mut open = 0_usize;
    let mut rest = text;
    let flush = |name: &mut String, pieces: &mut Vec<Piece>| {
        let trimmed = name.trim();
        if trimmed.chars().any(char::is_alphanumeric) {
            pieces.push(Piece::Name(trimmed.to_owned()));
        }
        name.clear();
    };
    while let Some(c) = rest.chars().next() {
        let before = name.chars().next_back();
        let at_word = before.is_none_or(char::is_whitespace) || before == Some(')');
        if inside_name == 0 {
            if c == '(' && name.trim().is_empty() && open < MAX_DEPTH {
                pieces.push(Piece::Open);
                open += 1;
                rest = &rest[1..];
                continue;
            }
            if c == ')' && open > 0 {
                flush(&mut name, &mut pieces);
                pieces.push(Piece::Close);
                open -= 1;
                rest = &rest[1..];
                continue;
            }
            if let Some((length, piece)) = operator(rest, at_word, before) {
                flush(&mut name, &mut pieces);
                pieces.push(piece);
                rest = &rest[length..];
                continue;
            }
        }
        match c {
            '(' => inside_name += 1,
            ')' => inside_name = inside_name.saturating_sub(1),
            _ => {}
        }
        name.push(c);
        rest = &rest[c.len_utf8()..];
    }
    flush(&mut name, &mut pieces);
    loosened(pieces)
}

/// A comma and an operator are one: `A or B, and C`. In a list (`A, B, and C`) the comma says nothing of its own.
fn loosened(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (joined.last(), piece) {
            (Some(Piece::Comma), Piece::Join(operator)) => {
                joined.pop();
                joined.push(Piece::Loose(operator));
            }
            (_, piece) => joined.push(piece),
        }
    }
    joined
}

/// The operator at the beginning of a text, and its length.
fn operator(text: &str, at_word: bool, before: Option<char>) -> Option<(usize, Piece)> {
    if at_word {
        // "and/or" leaves the choice to the user.
        for (word, piece) in [
            ("and/or ", Piece::Join(Operator::Or)),
            ("or ", Piece::Join(Operator::Or)),
            ("and ", Piece::Join(Operator::And)),
            ("&& ", Piece::Join(Operator::And)),
            ("& ", Piece::Join(Operator::And)),
            ("+ ", Piece::Join(Operator::And)),
            ("oder ", Piece::Join(Operator::Or)),
            ("und ", Piece::Join(Operator::And)),
        ] {
            if text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                && before.is_some()
            {
                return Some((word.len(), piece));
            }
        }
    }
    let slash = || (before.is_some_and(|c| !matches!(c, 'w' | 'W')) || before.is_none(), 1);
    match text.as_bytes().first()? {
        b'|' => Some((if text.starts_with("||") { 2 } else { 1 }, Piece::Slash)),
        b'/' if slash().0 => Some((1, Piece::Slash)),
        b',' | b';' => Some((1, Piece::Comma)),
        b'&' if !text.starts_with("& ") => {
            Some((if text.starts_with("&&") { 2 } else { 1 }, Piece::Join(Operator::And)))
        }
        _ => None,
    }
}

/// Shunting-yard over the pieces; `parts` are the names in order. `None` where names stand side by side.
fn evaluate(pieces: &[Piece], parts: Vec<Expression>, comma: Operator) -> Option<Expression> {
    let mut parts = parts.into_iter();
    let mut output: Vec<Expression> = Vec::new();
    let mut stack: Vec<Option<(u8, Operator)>> = Vec::new();
    let apply = |output: &mut Vec<Expression>, operator: Operator| -> Option<()> {
        let (right, left) = (output.pop()?, output.pop()?);
        output.push(Expression::join(operator, left, right));
        Some(())
    };
    let mut name_before = false;
    for piece in pieces {
        let (binds, operator) = match piece {
            Piece::Name(_) => {
                if name_before {
                    return None;
                }
                output.push(parts.next()?);
                name_before = true;
                continue;
            }
            Piece::Open => {
                stack.push(None);
                name_before = false;
                continue;
            }
            Piece::Close => {
                while let Some(Some((_, operator))) = stack.last().copied() {
                    stack.pop();
                    apply(&mut output, operator)?;
                }
                stack.pop();
                name_before = true;
                continue;
            }
            Piece::Slash => (3, Operator::Or),
            Piece::Join(Operator::And) => (2, Operator::And),
            Piece::Join(Operator::Or) => (1, Operator::Or),
            Piece::Loose(operator) => (0, *operator),
            Piece::Comma => (if comma == Operator::And { 2 } else { 1 }, comma),
        };
        // "A, and B": two operators in a row are one.
        if !name_before {
            continue;
        }
        while let Some(Some((other, top))) = stack.last().copied() {
            if other < binds {
                break;
            }
            stack.pop();
            apply(&mut output, top)?;
        }
        stack.push(Some((binds, operator)));
        name_before = false;
    }
    while let Some(top) = stack.pop() {
        if let Some((_, operator)) = top {
            apply(&mut output, operator)?;
        }
    }
    let whole = output.pop()?;
    (output.is_empty() && !whole.terms().contains(&&Term::None)).then_some(whole)
}
