//! The desk: the world, the one who sits at it, and the screen in front. It carries out what [`super::session`]
//! decides and what the bot delivers, each as one entry of the journal, and shows it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc;

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::config::ConsoleConfig;
use super::entry::{Cursor, Entry, Number, ScriptLine, What, direct, direct_with};
use super::files;
use super::journal::Journal;
use super::layout::Look;
use super::session::{Then, decide};
use super::texts;
use super::typed::{self, Refusal, Typed};
use super::view::View;
use super::world::{Body, Message, World};
use crate::chat::{Delivery, DeliveryAction, DeliveryError};
use crate::core::effect::Destination;
use crate::core::event::{MessageRef, Place};
use crate::core::message::Content;
use crate::core::person::AccountId;

/// Where things are shown.
pub(super) enum Screen {
    /// Straight to an output.
    Output(Box<dyn Write + Send>),
    /// To a thread that prints beside the line being typed, see [`super::repl`].
    Printer(mpsc::Sender<Print>),
}

/// What the printing thread is told.
pub(super) enum Print {
    /// Show this.
    Text(String),
    /// Say when all before this is shown.
    Flush(oneshot::Sender<()>),
}

impl Screen {
    fn print(&mut self, text: String) {
        // A screen that is gone, such as a closed pipe, is no reason not to do what was asked.
        match self {
            Self::Output(output) => {
                output.write_all(text.as_bytes()).and_then(|()| output.flush()).ok();
            }
            Self::Printer(queue) => {
                queue.send(Print::Text(text)).ok();
            }
        }
    }
}

/// Whether a script or a person types; a script's reader also reads what happens elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typist {
    /// A person at a terminal.
    Person,
    /// A script.
    Script,
}

/// Why a line was not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotDone {
    /// It makes no sense now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The disk failed.
    #[error("{}", texts::not_kept(&.0.to_string()))]
    NotKept(#[from] io::Error),
}

/// The desk.
pub(super) struct Desk {
    /// The console's directory.
    pub dir: PathBuf,
    pub journal: Journal,
    pub config: ConsoleConfig,
    pub cursor: Cursor,
    pub screen: Screen,
    pub typist: Typist,
    /// The columns of the screen.
    pub width: usize,
    pub look: Look,
    /// Whether something was shown since the last line was echoed.
    pub shown: bool,
}

impl Desk {
    /// What happened so far.
    pub fn world(&self) -> &World {
        self.journal.world()
    }

    /// How things look from here.
    pub fn view(&self) -> View<'_> {
        View {
            world: self.world(),
            config: &self.config,
            cursor: &self.cursor,
            width: self.width,
            look: self.look,
        }
    }

    /// Shows something.
    pub fn print(&mut self, text: String) {
        if !text.is_empty() {
            self.shown = true;
            self.screen.print(text);
        }
    }

    /// Shows a remark of the console itself.
    pub fn remark(&mut self, text: &str) {
        let text = self.view().faint(text);
        self.print(text);
    }

    /// Shows a script line as if it were typed.
    pub fn echo(&mut self, line: &str) {
        if std::mem::take(&mut self.shown) {
            self.screen.print("\n".to_owned());
        }
        let text = self.view().echo(line);
        self.screen.print(text);
    }

    /// Shows a comment of a script.
    pub fn comment(&mut self, line: &str) {
        if std::mem::take(&mut self.shown) {
            self.screen.print("\n".to_owned());
        }
        let text = self.view().faint(line);
        self.screen.print(text);
    }

    /// Reads a line and carries it out. With a script line's number, exactly one entry is added, so that the
    /// line is done once whatever happens; without, none when nothing changes.
    ///
    /// # Errors
    /// When the line makes no sense now, or the disk fails; then nothing has changed.
    pub fn perform(&mut self, line: &str, number: Option<usize>) -> Result<Then, NotDone> {
        let typed = match typed::read(line, &self.config.command_words)? {
            Typed::Attach { path, text } => {
                Typed::Say { text, addressed: None, files: vec![files::keep(&self.dir, &path)?] }
            }
            typed => typed,
        };
        self.act(typed, line, number)
    }

    /// Lets a script line count as done without doing anything.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn pass(&mut self, line: &str, number: usize) -> Result<(), NotDone> {
        self.act(Typed::Nothing, line, Some(number)).map(|_| ())
    }

    fn act(&mut self, typed: Typed, line: &str, number: Option<usize>) -> Result<Then, NotDone> {
        let act = decide(self.world(), &self.config, &self.cursor, typed)?;
        let script =
            number.map(|number| ScriptLine { number, text: line.to_owned(), cursor: act.cursor.clone() });
        let what = act.what.or_else(|| script.is_some().then_some(What::Consumed));
        if let Some(what) = what {
            self.journal.append(Entry { at: Timestamp::now(), what, script })?;
        }
        self.cursor = act.cursor;
        for show in &act.show {
            let text = self.view().show(show);
            self.print(text);
        }
        Ok(act.then)
    }

    /// Adds an entry that nobody typed.
    ///
    /// # Errors
    /// When the disk fails; then nothing was added.
    pub fn note(&mut self, what: What) -> io::Result<()> {
        self.journal.append(Entry { at: Timestamp::now(), what, script: None })
    }

    /// Carries out a delivery, once.
    ///
    /// # Errors
    /// See [`DeliveryError`].
    pub fn deliver(&mut self, delivery: &Delivery) -> Result<MessageRef, DeliveryError> {
        if let Some(message) = self.world().delivered(&delivery.id) {
            return Ok(message.reference());
        }
        match &delivery.action {
            DeliveryAction::Post { to, content } => self.post(&delivery.id, to, content),
            DeliveryAction::Edit { message, content } => self.edit(&delivery.id, message, content),
        }
    }

    fn post(&mut self, id: &str, to: &Destination, content: &Content) -> Result<MessageRef, DeliveryError> {
        let (place, only_for) = self.resolve(to)?;
        let here = place.channel == self.cursor.channel
            && only_for.as_ref().is_none_or(|only| *only == self.cursor.account);
        let seen_by = here.then(|| self.cursor.account.clone());
        self.keep(What::Delivered {
            delivery: id.to_owned(),
            place,
            only_for,
            seen_by,
            content: content.clone(),
        })?;
        let (text, reference) = {
            let message = self.world().delivered(id).ok_or(DeliveryError::Gone)?;
            (self.arrival(message), message.reference())
        };
        self.print(text);
        Ok(reference)
    }

    /// How the arrival of a message is shown to the one who sits here.
    fn arrival(&self, message: &Message) -> String {
        let view = self.view();
        let owner = message.only_for.clone().or_else(|| direct_with(&message.channel));
        match owner.filter(|owner| *owner != self.cursor.account) {
            Some(owner) if self.typist == Typist::Script => view.private_elsewhere(&owner),
            Some(_) => String::new(),
            None if message.channel == self.cursor.channel => view.message(message),
            None => view.elsewhere(message),
        }
    }

    fn edit(
        &mut self,
        id: &str,
        message: &MessageRef,
        content: &Content,
    ) -> Result<MessageRef, DeliveryError> {
        let stands = Number::from_id(&message.id)
            .and_then(|number| self.world().message(number))
            .filter(|stands| stands.channel == message.channel)
            .ok_or(DeliveryError::Gone)?;
        let number = stands.number;
        let Body::Bot(before) = &stands.body else {
            return Err(DeliveryError::Refused { why: texts::not_the_bots(&number.to_string()) });
        };
        let differs = before != content;
        self.keep(What::Edited { delivery: id.to_owned(), message: number, content: content.clone() })?;
        if differs {
            let text = self
                .world()
                .message(number)
                .filter(|edited| edited.visible_to(&self.cursor.account))
                .map(|edited| self.view().changed(edited));
            self.print(text.unwrap_or_default());
        }
        Ok(message.clone())
    }

    fn keep(&mut self, what: What) -> Result<(), DeliveryError> {
        self.note(what).map_err(|error| DeliveryError::Retry { why: error.to_string(), after: None })
    }

    /// Where a destination is, and who alone may see what is said there.
    fn resolve(&self, to: &Destination) -> Result<(Place, Option<AccountId>), DeliveryError> {
        let refused = |why: String| DeliveryError::Refused { why };
        let (place, only_for) = match to {
            Destination::Place { place } => (place.clone(), None),
            Destination::Private { account, near } if direct_with(&near.channel).is_none() => {
                (near.clone(), Some(account.clone()))
            }
            Destination::Private { account, near } if direct(account) == near.channel => (near.clone(), None),
            Destination::Private { account, .. } | Destination::Direct { account } => {
                let seat = Cursor { account: account.clone(), channel: direct(account), thread: None };
                (seat.place(), None)
            }
        };
        if !self.config.knows(&place.channel) {
            return Err(refused(texts::no_such_place(&place.channel.to_string())));
        }
        if let Some(thread) = &place.thread {
            let first = Number::from_id(thread).and_then(|number| self.world().message(number));
            if first.is_none_or(|first| first.channel != place.channel) {
                return Err(refused(texts::no_such_thread(thread, &place.channel.to_string())));
            }
        }
        Ok((place, only_for))
    }
}
