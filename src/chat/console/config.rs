//! What the console is told when it opens.

use super::entry::{Cursor, DIRECT, direct};
use super::journal::OpenError;
use super::texts::config as texts;
use super::typed::Refusal;
use crate::core::person::{AccountId, ChannelId, Platform, Standing};
use crate::core::source::suggest;

/// Somebody who can be played at the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsolePerson {
    /// Their account; its id is the name to type.
    pub account: AccountId,
    /// The name shown to others.
    pub name: String,
    /// What the console says of the account to the bot.
    pub standing: Standing,
}

/// What a script does after a line that fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnFault {
    /// Says so and goes on.
    #[default]
    GoOn,
    /// Ends with an error that names the line. The line is not done: the next run begins with it.
    Stop,
}

/// What the console is told when it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleConfig {
    /// Everybody who can be played.
    pub people: Vec<ConsolePerson>,
    /// The channels, as in [`ChannelId::id`]: `#legal`.
    pub channels: Vec<String>,
    /// Who begins.
    pub start_as: AccountId,
    /// Where: a channel, or `dm`.
    pub start_in: String,
    /// The command words of the bot, for completion.
    pub command_words: Vec<String>,
    /// What a script does after a line that fails.
    pub on_fault: OnFault,
}

impl ConsoleConfig {
    /// Who sits where at the beginning.
    ///
    /// # Errors
    /// When the config contradicts itself.
    pub(super) fn start(&self) -> Result<Cursor, OpenError> {
        for (index, person) in self.people.iter().enumerate() {
            if person.account.platform != Platform::Console {
                return Err(OpenError::Config(texts::foreign(&person.account.to_string())));
            }
            if self.people.iter().take(index).any(|other| other.account == person.account) {
                return Err(OpenError::Config(texts::twice(&person.account.to_string())));
            }
        }
        if let Some(name) = self.channels.iter().find(|name| name.starts_with(DIRECT) || *name == "dm") {
            return Err(OpenError::Config(texts::reserved(name)));
        }
        if self.named(&self.start_as).is_none() {
            return Err(OpenError::Config(texts::unknown_start(&self.start_as.to_string())));
        }
        let channel = self
            .channel(&self.start_in, &self.start_as)
            .map_err(|_| OpenError::Config(texts::unknown_place(&self.start_in)))?;
        Ok(Cursor { account: self.start_as.clone(), channel, thread: None })
    }

    fn named(&self, account: &AccountId) -> Option<&ConsolePerson> {
        self.people.iter().find(|person| person.account == *account)
    }

    /// The name to show for an account; its id when it has left the config.
    pub(super) fn name<'a>(&'a self, account: &'a AccountId) -> &'a str {
        self.named(account).map_or(&account.id, |person| &person.name)
    }

    /// What the console says of an account.
    pub(super) fn standing(&self, account: &AccountId) -> Standing {
        self.named(account).map_or(Standing::Guest, |person| person.standing)
    }

    /// Finds a person by account id or by name.
    pub(super) fn person(&self, name: &str) -> Result<&ConsolePerson, Refusal> {
        let name = name.trim_start_matches('@');
        self.people
            .iter()
            .find(|person| person.account.id.eq_ignore_ascii_case(name))
            .or_else(|| self.people.iter().find(|person| person.name.eq_ignore_ascii_case(name)))
            .ok_or_else(|| {
                let known = self.people.iter().map(|person| person.account.id.as_str());
                Refusal(super::texts::unknown_person(name, suggest(name, known)))
            })
    }

    /// Finds a channel by its name, with or without `#`; `dm` is the account's own chat with the bot.
    pub(super) fn channel(&self, name: &str, account: &AccountId) -> Result<ChannelId, Refusal> {
        let bare = |name: &str| name.trim_start_matches('#').to_lowercase();
        if name.eq_ignore_ascii_case("dm") {
            return Ok(direct(account));
        }
        self.channels
            .iter()
            .find(|known| bare(known) == bare(name))
            .map(|known| ChannelId::new(Platform::Console, known))
            .ok_or_else(|| {
                let known = self.channels.iter().map(String::as_str).chain(["dm"]);
                Refusal(super::texts::unknown_channel(name, suggest(name, known)))
            })
    }

    /// Whether the bot can post there.
    pub(super) fn knows(&self, channel: &ChannelId) -> bool {
        channel.platform == Platform::Console
            && (self.channels.contains(&channel.id)
                || self.people.iter().any(|person| direct(&person.account) == *channel))
    }
}
