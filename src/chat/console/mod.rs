//! The console: a small chat platform of its own, on which one person plays all parts.
//!
//! It behaves as a real one does: it keeps what was said on disk, hands an event in again until the bot has
//! taken it, shows a message to those who may see it, and counts what is unread. So what holds here for a
//! crash at any moment can be tested, from a terminal or from a script.
//!
//! - `entry`: what happened, one entry each; `world`: their fold; `journal`: the entries on disk
//! - `address`, `typed`: what a typed line means; `session`: what it does; all pure
//! - `escape`, `layout`, `markdown`, `render`, `view`: how things look; all pure
//! - `files`: what people attach, on disk
//! - `desk`: carries out and shows; `script` and `repl`: where lines come from; `complete`: the Tab key

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::chat::{
    AcceptError, AdapterError, Capabilities, ChatAdapter, Delivery, DeliveryError, EventPort,
    StandingReaction, Support,
};
use crate::core::event::{FileRef, MessageRef};
use crate::core::person::Platform;

mod address;
mod complete;
mod config;
mod desk;
mod entry;
mod escape;
mod files;
mod journal;
mod layout;
mod markdown;
mod render;
mod repl;
mod script;
mod session;
#[cfg(test)]
mod tests;
mod texts;
mod typed;
mod view;
mod world;

pub use config::{ConsoleConfig, ConsolePerson, OnFault};
pub use journal::OpenError;
pub use layout::Look;
pub use render::render;

use desk::{Desk, Screen, Typist};
use entry::{Cursor, Number, What};
use journal::Journal;
use world::World;

/// Says when everything that follows from what was handed in is done.
#[async_trait]
pub trait Settle: Send + Sync {
    /// Resolves when nothing waits to be handled, is being handled, or waits to be delivered.
    async fn settled(&self);
}

/// Where the lines come from.
pub enum ConsoleMode {
    /// From a person at the terminal of this process.
    Interactive,
    /// From a script, one line at a time.
    Script(Box<dyn BufRead + Send>),
}

/// What people see of a console's world, for tests that compare runs.
#[derive(Debug, Clone)]
pub struct ConsoleWorld(World);

impl ConsoleWorld {
    /// Reads the world kept in a directory and leaves it as it is.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn read(dir: &Path) -> Result<Self, OpenError> {
        Journal::read(dir).map(Self)
    }

    /// Everything people see, channel by channel, as plain text without numbers and times.
    pub fn transcript(&self) -> String {
        view::transcript(&self.0)
    }
}

/// The console as a platform of the bot.
pub struct ConsoleAdapter {
    desk: Arc<Mutex<Desk>>,
    mode: Mutex<Option<ConsoleMode>>,
    settle: Arc<dyn Settle>,
    start: Cursor,
    dir: PathBuf,
}

/// Whether everything was handed in.
enum Handed {
    /// It was.
    All,
    /// The bot is shutting down and takes no more; the rest is handed in at the next start.
    Closing,
}

/// The columns of a script's transcript.
const SCRIPT_WIDTH: usize = 80;
/// How long to wait before an event that was not taken is handed in again; doubled each time up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

impl ConsoleAdapter {
    /// Opens the world in a directory, or begins one, and shows it on this process's standard output.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(
        dir: &Path,
        config: ConsoleConfig,
        mode: ConsoleMode,
        settle: Arc<dyn Settle>,
    ) -> Result<Arc<Self>, OpenError> {
        let look = match anstream::AutoStream::choice(&std::io::stdout()) {
            anstream::ColorChoice::Never => Look::Plain,
            _ => Look::Colored,
        };
        Self::open_on(dir, config, mode, settle, Box::new(anstream::stdout()), look)
    }

    /// Opens the world in a directory and shows it on an output.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_on(
        dir: &Path,
        config: ConsoleConfig,
        mode: ConsoleMode,
        settle: Arc<dyn Settle>,
        output: Box<dyn Write + Send>,
        look: Look,
    ) -> Result<Arc<Self>, OpenError> {
        let start = config.start()?;
        let journal = Journal::open(dir)?;
        let typist = match &mode {
            ConsoleMode::Interactive => Typist::Person,
            ConsoleMode::Script(_) => Typist::Script,
        };
        let went_on = journal.world().progress.cursor.clone().filter(|_| typist == Typist::Script);
        let desk = Desk {
            dir: dir.to_owned(),
            journal,
            config,
            cursor: went_on.unwrap_or_else(|| start.clone()),
            screen: Screen::Output(output),
            typist,
            width: SCRIPT_WIDTH,
            look,
            shown: false,
        };
        Ok(Arc::new(Self {
            desk: Arc::new(Mutex::new(desk)),
            mode: Mutex::new(Some(mode)),
            settle,
            start,
            dir: dir.to_owned(),
        }))
    }

    /// What people see now.
    pub fn world(&self) -> ConsoleWorld {
        ConsoleWorld(self.desk().world().clone())
    }

    /// The desk. It is held for single steps only: a write of a line to disk at the most.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, why: String) -> AdapterError {
        AdapterError { platform: Platform::Console, why }
    }

    fn other_script(&self, line: usize) -> String {
        texts::other_script(line, &self.dir.display().to_string())
    }

    /// Hands in everything that the bot has not taken yet, in order, each until it is taken.
    async fn hand_in(&self, port: &Arc<dyn EventPort>) -> Handed {
        let mut wait = FIRST_WAIT;
        let mut said = false;
        loop {
            let Some((number, event)) =
                self.desk().world().next_pending().map(|(number, event)| (number, event.clone()))
            else {
                return Handed::All;
            };
            let taken = match port.accept(event).await {
                Ok(_) => {
                    self.desk().note(What::Acknowledged { event: number }).map_err(|error| error.to_string())
                }
                Err(AcceptError::Closing) => return Handed::Closing,
                Err(error @ AcceptError::Store(_)) => Err(error.to_string()),
            };
            match taken {
                Ok(()) => {
                    if std::mem::take(&mut said) {
                        self.desk().remark(texts::TAKEN_AFTER_ALL);
                    }
                    wait = FIRST_WAIT;
                }
                Err(why) => {
                    if !std::mem::replace(&mut said, true) {
                        self.desk().remark(&texts::not_taken(&why));
                    }
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }
}

impl ChatAdapter for ConsoleAdapter {
    fn platform(&self) -> Platform {
        Platform::Console
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            buttons: Support::Native,
            forms: Support::None,
            edits: Support::Native,
            threads: Support::Native,
            ephemeral: Support::Native,
        }
    }

    fn run(
        &self,
        port: Arc<dyn EventPort>,
        stop: CancellationToken,
    ) -> BoxFuture<'_, Result<(), AdapterError>> {
        async move {
            let mode = self.mode.lock().unwrap_or_else(PoisonError::into_inner).take();
            match mode {
                Some(ConsoleMode::Script(input)) => script::play(self, input, &port, &stop).await,
                Some(ConsoleMode::Interactive) => repl::run(self, &port, &stop).await,
                None => Err(self.error(texts::RUNS_ALREADY.to_owned())),
            }
        }
        .boxed()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<MessageRef, DeliveryError>> {
        async move { self.desk().deliver(delivery) }.boxed()
    }

    fn fetch<'a>(
        &'a self,
        _: &'a MessageRef,
        file: &'a FileRef,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<u8>, DeliveryError>> {
        async move {
            match files::read(&self.dir, &file.id, limit) {
                Ok(Some(bytes)) => Ok(bytes),
                Ok(None) => Err(DeliveryError::Refused { why: texts::too_large(limit) }),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(DeliveryError::Gone),
                Err(error) => Err(DeliveryError::Retry { why: error.to_string(), after: None }),
            }
        }
        .boxed()
    }

    fn reactions<'a>(
        &'a self,
        message: &'a MessageRef,
    ) -> BoxFuture<'a, Result<Option<Vec<StandingReaction>>, DeliveryError>> {
        async move {
            let desk = self.desk();
            let stands = Number::from_id(&message.id)
                .and_then(|number| desk.world().message(number))
                .filter(|stands| stands.channel == message.channel);
            Ok(stands.map(|stands| stands.reactions.clone()))
        }
        .boxed()
    }
}
