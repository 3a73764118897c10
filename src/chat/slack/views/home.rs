//! A home as the Home tab: each part with its buttons, as many as Slack takes.

use slack_morphism::prelude::*;

use super::super::limits::{VIEW_BLOCKS, VIEW_SIZE};
use super::super::render::{note, parts};
use super::super::texts;
use super::mark::Mark;
use crate::core::event::Place;
use crate::core::message::Home;

/// A home as a view; `place` is the person's direct conversation, where presses are answered.
pub(in super::super) fn home(home: &Home, place: &Place) -> SlackView {
    let (mut blocks, mut size) = (Vec::<SlackBlock>::new(), 0);
    for part in &home.parts {
        let next = parts(part);
        size += serde_json::to_string(&next).map_or(0, |json| json.len());
        // One is kept for the line that says so.
        if blocks.len() + next.len() >= VIEW_BLOCKS || size > VIEW_SIZE {
            blocks.push(note(texts::MORE_AT_HOME));
            break;
        }
        blocks.extend(next);
    }
    SlackView::Home(SlackHomeView::new(blocks).with_private_metadata(Mark::at(place).written()))
}
