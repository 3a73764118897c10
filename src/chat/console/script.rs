//! Plays a script, line by line; each line waits until everything that follows from the one before is done.
//!
//! A line that was done stays done: its number and text are stored with the one entry it caused, so that a
//! script that was interrupted goes on where it was, and a script that has ended has nothing left to do.

use std::io::BufRead;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::desk::NotDone;
use super::entry::What;
use super::session::Then;
use super::{ConsoleAdapter, Handed, OnFault, texts};
use crate::chat::{AdapterError, EventPort};

/// Lines as they are read.
type Lines = mpsc::Receiver<std::io::Result<String>>;

/// Reads lines on a thread of its own: a reader that blocks for ever must not keep the program from ending.
fn read_lines(input: Box<dyn BufRead + Send>) -> Lines {
    let (sender, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in input.lines() {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// Whether the script goes on.
enum Flow {
    GoOn,
    End,
    Stopped,
}

/// Plays a script to its end or until told to stop.
///
/// # Errors
/// When the script cannot be read, is not the one that was interrupted here, or has a line that fails while
/// the config says to stop at it.
pub(super) async fn play(
    console: &ConsoleAdapter,
    input: Box<dyn BufRead + Send>,
    port: &Arc<dyn EventPort>,
    stop: &CancellationToken,
) -> Result<(), AdapterError> {
    let player = Player { console, port, stop };
    let done = console.desk().world().progress.clone();
    if let Flow::Stopped = player.follow_up().await {
        return Ok(());
    }
    let mut lines = read_lines(input);
    let mut skipped: Vec<String> = Vec::new();
    let mut number = 0;
    let mut skipping = !done.lines.is_empty();
    while let Some(line) = player.next(&mut lines).await {
        let line = line.map_err(|error| console.error(texts::unreadable(number + 1, &error.to_string())))?;
        if skipping {
            match done.lines.get(skipped.len()) {
                Some(known) if *known == line => {
                    skipped.push(line);
                    continue;
                }
                Some(_) if !done.ended => return Err(console.error(console.other_script(skipped.len() + 1))),
                Some(_) => {
                    player.begin_anew()?;
                    skipped.push(line);
                    for line in std::mem::take(&mut skipped) {
                        number += 1;
                        match player.line(number, &line).await? {
                            Flow::GoOn => {}
                            Flow::End => return player.end(),
                            Flow::Stopped => return Ok(()),
                        }
                    }
                    skipping = false;
                    continue;
                }
                None => {
                    skipping = false;
                    number = skipped.len();
                    console.desk().remark(&texts::resumed(number));
                }
            }
        }
        number += 1;
        match player.line(number, &line).await? {
            Flow::GoOn => {}
            Flow::End => return player.end(),
            Flow::Stopped => return Ok(()),
        }
    }
    if stop.is_cancelled() {
        return Ok(());
    }
    if skipping {
        console.desk().remark(&texts::resumed(skipped.len()));
    }
    player.end()
}

struct Player<'a> {
    console: &'a ConsoleAdapter,
    port: &'a Arc<dyn EventPort>,
    stop: &'a CancellationToken,
}

impl Player<'_> {
    async fn next(&self, lines: &mut Lines) -> Option<std::io::Result<String>> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            line = lines.recv() => line,
        }
    }

    /// Hands in what has happened and waits until everything that follows from it is done.
    async fn follow_up(&self) -> Flow {
        let settled = async {
            match self.console.hand_in(self.port).await {
                Handed::All => {
                    self.console.settle.settled().await;
                    Flow::GoOn
                }
                Handed::Closing => Flow::Stopped,
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Flow::Stopped,
            flow = settled => flow,
        }
    }

    async fn line(&self, number: usize, line: &str) -> Result<Flow, AdapterError> {
        let then = self.carry_out(number, line)?;
        match self.follow_up().await {
            Flow::GoOn if then == Then::Quit => Ok(Flow::End),
            flow => Ok(flow),
        }
    }

    fn carry_out(&self, number: usize, line: &str) -> Result<Then, AdapterError> {
        let mut desk = self.console.desk();
        let kept = |fault: NotDone| self.console.error(texts::script_stops(number, &fault.to_string()));
        if line.trim().is_empty() || line.trim_end() == "#" || line.starts_with("# ") {
            if !line.trim().is_empty() {
                desk.comment(line);
            }
            return desk.pass(line, number).map(|()| Then::GoOn).map_err(kept);
        }
        desk.echo(line);
        match desk.perform(line, Some(number)) {
            Ok(then) => Ok(then),
            Err(NotDone::Refused(why)) => {
                desk.remark(&why.to_string());
                match desk.config.on_fault {
                    OnFault::GoOn => desk.pass(line, number).map(|()| Then::GoOn).map_err(kept),
                    OnFault::Stop => Err(self.console.error(texts::script_stops(number, &why.to_string()))),
                }
            }
            Err(fault @ NotDone::NotKept(_)) => Err(kept(fault)),
        }
    }

    /// Another script begins in a world in which one has ended.
    fn begin_anew(&self) -> Result<(), AdapterError> {
        let mut desk = self.console.desk();
        desk.cursor = self.console.start.clone();
        desk.note(What::ScriptStarted)
            .map_err(|error| self.console.error(texts::not_kept(&error.to_string())))
    }

    fn end(&self) -> Result<(), AdapterError> {
        let mut desk = self.console.desk();
        if desk.world().progress.ended {
            return Ok(());
        }
        desk.note(What::ScriptEnded).map_err(|error| self.console.error(texts::not_kept(&error.to_string())))
    }
}
