//! How the bot behaves where people talk: when it answers, and how much.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::person::ChannelId;

/// When the bot answers questions in a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// When it is addressed.
    #[default]
    Mention,
    /// Also unasked: when somebody asks a question that it is sure to answer.
    Questions,
    /// Never.
    Off,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Mention, Self::Questions, Self::Off];

    /// The name in commands and in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Questions => "questions",
            Self::Off => "off",
        }
    }

    /// The mode with a name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `[counsel]` in the config: what holds where nobody has set anything else by command.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manners {
    /// The mode of channels that are not named below.
    pub mode: Mode,
    /// The mode of single channels.
    pub channels: BTreeMap<ChannelId, Mode>,
    /// How many questions of one person are answered in an hour.
    pub per_person_per_hour: u32,
    /// How many questions are answered in one channel in an hour.
    pub per_channel_per_hour: u32,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            mode: Mode::Mention,
            channels: BTreeMap::new(),
            per_person_per_hour: 30,
            per_channel_per_hour: 60,
        }
    }
}

impl Manners {
    /// The mode of a channel.
    pub fn of(&self, channel: &ChannelId) -> Mode {
        self.channels.get(channel).copied().unwrap_or(self.mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_is_not_named_has_the_common_mode() {
        let manners: Manners =
            toml::from_str("mode = \"off\"\nchannels = { \"slack:C1\" = \"questions\" }").unwrap();
        assert_eq!(manners.of(&"slack:C1".parse().unwrap()), Mode::Questions);
        assert_eq!(manners.of(&"slack:C2".parse().unwrap()), Mode::Off);
        assert_eq!(Mode::named("Questions"), Some(Mode::Questions));
        assert_eq!(Mode::named("loud"), None);
    }
}
