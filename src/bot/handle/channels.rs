//! How the bot behaves in a channel: shown to everybody, set by the OSPO.

use std::collections::BTreeMap;

use super::super::hear::{Heard, Keep};
use super::super::records::counsel::Setting;
use super::super::texts::counsel as words;
use super::{Decision, Scene};
use crate::core::effect::Outcome as Taken;
use crate::core::event::Audience;
use crate::core::manners::Mode;

impl Scene<'_> {
    /// Shows how the bot behaves here, or sets it.
    pub(super) fn channel(&self, mode: Option<Mode>, heard: &Heard) -> Decision {
        if self.event.place.audience == Audience::Direct {
            return self.reply(words::no_channel());
        }
        let shown = |mode, setting: Option<&Setting>| {
            self.reply(words::channel(mode, setting, &self.mind.manners, &self.mind.people))
        };
        let Some(mode) = mode else { return shown(self.mode(heard), heard.setting.as_ref()) };
        let channel = &self.event.place.channel;
        let detail = BTreeMap::from([("mode".to_owned(), mode.to_string())]);
        let record = |outcome| self.ask_on_record_with(channel, "channel.mode", outcome, detail.clone());
        let Some(person) = self.mind.of_the_ospo(&self.event.account) else {
            let mut decision = self.reply(words::only_the_ospo());
            decision.effects.push(record(Taken::Refused));
            return decision;
        };
        let setting = Setting { mode, by: person.id.clone(), at: self.now };
        let mut decision = shown(mode, Some(&setting));
        decision.effects.push(record(Taken::Done));
        decision.keep.push(Keep::Setting(channel.clone(), setting));
        decision
    }
}
