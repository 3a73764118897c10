//! What a view remembers, in its `private_metadata`: Slack keeps nothing else of where a form belongs.

use serde::{Deserialize, Serialize};

use super::super::incoming::place_of;
use super::super::limits::PRIVATE_METADATA;
use crate::core::event::Place;
use crate::core::form::Answers;
use crate::core::sheet::{Sheet, SheetKey};

/// Whether more of a form comes after a part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// More comes.
    #[default]
    More,
    /// This is the last: it hands the form in.
    None,
}

/// Where a view belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The form it shows; none for a Home tab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<SheetKey>,
    /// The channel in which it was asked for.
    pub channel: String,
    /// The thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Which part of the form it shows, from 0 on.
    #[serde(default)]
    pub page: usize,
    /// How often the part has changed: it is in the ids of the blocks, since Slack keeps what was typed into a block by
    /// its id.
    #[serde(default)]
    pub turn: usize,
    /// Whether more of the form comes after it.
    #[serde(default)]
    pub rest: Rest,
    /// The answers of other parts on which it depends what is asked here.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub known: Answers,
}

impl Mark {
    /// The mark of a view that is asked for in a place.
    pub fn at(place: &Place) -> Self {
        Self {
            sheet: None,
            channel: place.channel.id.clone(),
            thread: place.thread.clone(),
            page: 0,
            turn: 0,
            rest: Rest::More,
            known: Answers::new(),
        }
    }

    /// Reads the mark of a view; none when the view is not the bot's.
    pub fn read(private_metadata: &str) -> Option<Self> {
        serde_json::from_str(private_metadata).ok()
    }

    /// The place in which it was asked for.
    pub fn place(&self) -> Place {
        place_of(&self.channel, self.thread.as_deref())
    }

    /// The same for a form, with the answers that decide what is asked.
    pub fn of(self, sheet: &Sheet) -> Self {
        let deciding = sheet.deciding();
        let known = sheet.answers.iter().filter(|(field, _)| deciding.contains(*field));
        let known = known.map(|(field, answer)| (field.clone(), answer.clone())).collect();
        Self { sheet: Some(sheet.key.clone()), known, ..self }
    }

    /// As a view keeps it. Where there is no room for the answers, they are left out: the draft has them.
    pub fn written(&self) -> String {
        let written = |mark: &Self| serde_json::to_string(mark).unwrap_or_default();
        let whole = written(self);
        if whole.chars().count() <= PRIVATE_METADATA {
            return whole;
        }
        written(&Self { known: Answers::new(), ..self.clone() })
    }
}
