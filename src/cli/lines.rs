//! One case per argument list, or one per line on standard input; for people, or one JSON object a line.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Context;
use serde_json::{Value, json};

use super::Ended;

/// What one case gave.
pub struct Reply {
    /// For scripts: the object with the stable keys.
    pub json: Value,
    /// For people.
    pub text: String,
}

/// The longest line that is taken, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// Answers the case in `words`, or every line of standard input when there are none.
///
/// # Errors
/// When standard input or output fails.
pub fn answer(
    words: &[String],
    as_json: bool,
    what: &str,
    reply: impl Fn(&str) -> Result<Reply, String>,
) -> anyhow::Result<Ended> {
    let mut out = anstream::stdout().lock();
    if !words.is_empty() {
        return one(&words.join(" "), as_json, &reply, &mut out);
    }
    let input = io::stdin().lock();
    if input.is_terminal() {
        anstream::eprintln!("{what}, one a line; end with Ctrl-D:");
    }
    let mut ended = Ended::Well;
    for line in input.split(b'\n') {
        let line = line.context("cannot read standard input")?;
        let line = String::from_utf8_lossy(&line);
        if one(line.trim_end_matches('\r'), as_json, &reply, &mut out)? == Ended::BadInput {
            ended = Ended::BadInput;
        }
    }
    Ok(ended)
}

/// Answers each of `cases`.
///
/// # Errors
/// When standard output fails.
pub fn each(
    cases: impl Iterator<Item = String>,
    as_json: bool,
    reply: impl Fn(&str) -> Result<Reply, String>,
) -> anyhow::Result<Ended> {
    let mut out = anstream::stdout().lock();
    let mut ended = Ended::Well;
    for case in cases {
        if one(&case, as_json, &reply, &mut out)? == Ended::BadInput {
            ended = Ended::BadInput;
        }
    }
    Ok(ended)
}

fn one(
    line: &str,
    as_json: bool,
    reply: &impl Fn(&str) -> Result<Reply, String>,
    out: &mut impl Write,
) -> anyhow::Result<Ended> {
    let case = line.trim();
    let result = if case.is_empty() {
        Err("the line is empty".to_owned())
    } else if case.len() > LONGEST_LINE {
        Err(format!("the line has {} bytes; {LONGEST_LINE} are read at the most", case.len()))
    } else {
        reply(case)
    };
    let written = match (&result, as_json) {
        (Ok(reply), true) => writeln!(out, "{}", reply.json),
        (Ok(reply), false) => writeln!(out, "{}", reply.text.trim_end()),
        (Err(error), true) => {
            let shown: String = case.chars().take(200).collect();
            writeln!(out, "{}", json!({ "input": shown, "error": error }))
        }
        (Err(error), false) => {
            let shown: String = case.chars().take(80).collect();
            anstream::eprintln!("{shown}: {error}");
            Ok(())
        }
    };
    match written {
        // Whoever reads our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other?,
    }
    Ok(if result.is_ok() { Ended::Well } else { Ended::BadInput })
}
