//! The terminal: line editing, history, completion, and messages that arrive while a line is being typed.
//!
//! The editor blocks, so it has a thread of its own, which reads one line for each prompt it is given. Printing
//! beside a half-typed line may wait for the editor, so it has another: the desk is never held meanwhile.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, ExternalPrinter, Helper};
use tokio::sync::{mpsc as async_mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::complete::{Words, complete};
use super::desk::{Desk, Print, Screen};
use super::entry::direct;
use super::session::Then;
use super::view::place_name;
use super::{ConsoleAdapter, Handed, texts};
use crate::chat::{AdapterError, EventPort};

/// The name of the history file in the console's directory, and how many lines it keeps.
const HISTORY: &str = "console_history";
const HISTORY_LINES: usize = 1000;
/// The widest that messages are drawn; long lines are hard to read.
const WIDEST: usize = 100;
/// How long the next prompt waits for the answer to the last line, so that it stands below it.
const PATIENCE: Duration = Duration::from_secs(2);

/// What comes from the editor.
enum Input {
    Line(String),
    /// Ctrl-C: the line is dropped.
    Dropped,
    /// Ctrl-D, or a signal: the console is left.
    Left,
    Failed(String),
}

/// Prints beside a line that is being typed; none where the terminal cannot.
type Printer = Option<Box<dyn ExternalPrinter + Send>>;

/// Lets a person type until they leave or the program stops.
///
/// # Errors
/// When the terminal cannot be read.
pub(super) async fn run(
    console: &ConsoleAdapter,
    port: &Arc<dyn EventPort>,
    stop: &CancellationToken,
) -> Result<(), AdapterError> {
    let (prompts, take_prompts) = mpsc::channel();
    let (give_input, mut inputs) = async_mpsc::channel(1);
    let (give_ready, ready) = oneshot::channel();
    let (desk, history) = (console.desk.clone(), console.dir.join(HISTORY));
    let editor = std::thread::spawn(move || edit(desk, history, &take_prompts, &give_input, give_ready));
    let printer = match ready.await {
        Ok(Ok(printer)) => printer,
        Ok(Err(why)) => return Err(console.error(texts::no_terminal(&why))),
        Err(_) => return Err(console.error(texts::no_terminal("its editor ended"))),
    };
    let edits = printer.is_some();
    let printing = print_beside(console, printer);
    open_up(console);

    let (more, mut on_more) = watch::channel(());
    let (idle, mut on_idle) = watch::channel(false);
    let handing_in = async {
        loop {
            if let Handed::Closing = console.hand_in(port).await {
                break;
            }
            idle.send_replace(true);
            if on_more.changed().await.is_err() {
                break;
            }
        }
    };
    let typing = async {
        loop {
            // The answer to the last line comes before the next prompt, unless it takes its time.
            let answered = async {
                if on_idle.wait_for(|idle| *idle).await.is_ok() {
                    console.settle.settled().await;
                }
            };
            tokio::time::timeout(PATIENCE, answered).await.ok();
            flush(&printing).await;
            let prompt = console.desk().view().prompt();
            if prompts.send(prompt).is_err() {
                return Ok(());
            }
            match inputs.recv().await {
                Some(Input::Line(line)) => {
                    let done = console.desk().perform(&line, None);
                    match done {
                        Ok(Then::Quit) => return Ok(()),
                        Ok(Then::GoOn) => {}
                        Err(why) => console.desk().remark(&why.to_string()),
                    }
                    idle.send_replace(false);
                    more.send_replace(());
                }
                Some(Input::Dropped) => {}
                Some(Input::Left) | None => return Ok(()),
                Some(Input::Failed(why)) => return Err(console.error(texts::no_terminal(&why))),
            }
        }
    };
    let left = tokio::select! {
        biased;
        () = stop.cancelled() => Ok(()),
        left = typing => left,
        () = handing_in => Ok(()),
    };
    drop(prompts);
    drop(inputs);
    if edits {
        leave(editor).await;
    }
    flush(&printing).await;
    left
}

/// Says what can be done, and shows what is new where the console opens.
fn open_up(console: &ConsoleAdapter) {
    let mut desk = console.desk();
    desk.remark(texts::WELCOME);
    let place = place_name(&desk.cursor.channel);
    if let Err(why) = desk.perform(&format!("/in {place}"), None) {
        desk.remark(&why.to_string());
    }
}

/// Starts the thread that prints beside the line being typed.
fn print_beside(console: &ConsoleAdapter, mut printer: Printer) -> mpsc::Sender<Print> {
    let (queue, prints) = mpsc::channel();
    std::thread::spawn(move || {
        for print in prints {
            match print {
                Print::Text(text) => {
                    let beside = printer.as_mut().map(|printer| printer.print(text.clone()));
                    if !matches!(beside, Some(Ok(()))) {
                        // No terminal to print beside a line on: plain output. When that is gone too, nobody reads.
                        anstream::stdout().write_all(text.as_bytes()).ok();
                    }
                }
                Print::Flush(done) => drop(done.send(())),
            }
        }
    });
    console.desk().screen = Screen::Printer(queue.clone());
    queue
}

/// Waits until everything that is to be shown is shown.
async fn flush(printing: &mpsc::Sender<Print>) {
    let (done, shown) = oneshot::channel();
    if printing.send(Print::Flush(done)).is_ok() {
        shown.await.ok();
    }
}

/// Ends the editor's thread and leaves the terminal as it was.
///
/// The editor can only be woken by a key or a signal. It catches an interrupt while it reads, gives the terminal
/// back its mode and returns, so the process interrupts itself.
async fn leave(editor: std::thread::JoinHandle<()>) {
    const TRIES: usize = 20;
    for attempt in 0..TRIES {
        // A moment to end by itself first, as it does when it is not reading.
        tokio::time::sleep(Duration::from_millis(50)).await;
        if editor.is_finished() {
            // Its result is nothing, and it has ended.
            editor.join().ok();
            return;
        }
        // rustyline reads on until a key or a signal comes.
        if attempt % 4 == 0 && nix::sys::signal::raise(nix::sys::signal::Signal::SIGINT).is_err() {
            return;
        }
    }
}

/// The editor's thread: one line for each prompt.
fn edit(
    desk: Arc<Mutex<Desk>>,
    history: PathBuf,
    prompts: &mpsc::Receiver<String>,
    inputs: &async_mpsc::Sender<Input>,
    ready: oneshot::Sender<Result<Printer, String>>,
) {
    let mut editor = match open_editor(desk.clone()) {
        Ok(editor) => editor,
        Err(error) => {
            ready.send(Err(error.to_string())).ok();
            return;
        }
    };
    // A first start has no history yet.
    editor.load_history(&history).ok();
    let printer = editor.create_external_printer().ok().map(|printer| Box::new(printer) as _);
    if ready.send(Ok(printer)).is_err() {
        return;
    }
    while let Ok(prompt) = prompts.recv() {
        if let Some((columns, _)) = editor.dimensions() {
            let width = usize::from(columns).min(WIDEST);
            desk.lock().unwrap_or_else(PoisonError::into_inner).width = width;
        }
        let input = match editor.readline(&prompt) {
            Ok(line) => {
                // History is a comfort: a line counts even when it cannot be remembered.
                editor.add_history_entry(line.as_str()).ok();
                editor.save_history(&history).ok();
                Input::Line(line)
            }
            Err(ReadlineError::Interrupted) => Input::Dropped,
            Err(ReadlineError::Eof | ReadlineError::Signal(_)) => Input::Left,
            Err(error) => Input::Failed(error.to_string()),
        };
        if inputs.blocking_send(input).is_err() {
            return;
        }
    }
}

fn open_editor(desk: Arc<Mutex<Desk>>) -> rustyline::Result<Editor<Tab, FileHistory>> {
    let config = Config::builder()
        .max_history_size(HISTORY_LINES)?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Tab { desk }));
    Ok(editor)
}

/// The Tab key.
struct Tab {
    desk: Arc<Mutex<Desk>>,
}

impl Tab {
    fn words(&self) -> Words {
        const NEWEST: usize = 30;
        let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let (world, config, me) = (desk.world(), &desk.config, &desk.cursor.account);
        let mut channels = config.channels.clone();
        channels.push(place_name(&direct(me)));
        Words {
            people: config.people.iter().map(|person| person.account.id.clone()).collect(),
            channels,
            bot: config.command_words.clone(),
            numbers: world
                .messages()
                .rev()
                .filter(|message| message.visible_to(me))
                .take(NEWEST)
                .map(|message| message.number.to_string())
                .collect(),
            ids: {
                let seen = world.messages().filter(|message| message.visible_to(me));
                let ids: BTreeSet<&String> = seen.flat_map(|message| &message.ids).collect();
                ids.into_iter().cloned().collect()
            },
        }
    }
}

impl Completer for Tab {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(complete(line, pos, &self.words()))
    }
}

impl Helper for Tab {}
impl Highlighter for Tab {}
impl Validator for Tab {}
impl Hinter for Tab {
    type Hint = String;
}
