//! What a typed line does: at most one entry of the journal, a move of the cursor, and what is shown for it.
//! Pure: the same world and the same line give the same result.

use super::config::ConsoleConfig;
use super::entry::{Cursor, Number, What, direct, direct_with};
use super::texts;
use super::typed::{Pointer, Refusal, Typed};
use super::world::{Body, Message, World};
use crate::core::event::{Addressed, Audience, FileRef};
use crate::core::message::Content;

/// How many unread messages are shown on entering a channel; the rest is counted.
const SHOWN_AT_ONCE: usize = 20;

/// What a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Act {
    /// What goes into the journal.
    pub what: Option<What>,
    /// Who sits where afterwards.
    pub cursor: Cursor,
    /// What is shown, once the entry is in the world.
    pub show: Vec<Show>,
    /// Whether the console goes on.
    pub then: Then,
}

/// Whether the console goes on after a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It does.
    GoOn,
    /// It ends.
    Quit,
}

/// One thing to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Show {
    /// A line or more of our own.
    Text(String),
    /// A message, whole.
    Message(Number),
    /// The reactions on a message.
    Reactions(Number),
    /// Everybody.
    People,
    /// Every channel, with what is unread there.
    Channels,
    /// What is unread.
    Unread,
}

/// Decides what a line does.
///
/// # Errors
/// Why it cannot be done; nothing changes then.
pub(super) fn decide(
    world: &World,
    config: &ConsoleConfig,
    cursor: &Cursor,
    typed: Typed,
) -> Result<Act, Refusal> {
    let desk = Desk { world, config, cursor };
    match typed {
        Typed::Nothing => Ok(desk.show(Vec::new())),
        Typed::Say { text, addressed, files } => Ok(desk.say(text, addressed, files)),
        Typed::Attach { .. } => Err(Refusal(texts::usage("/attach"))),
        Typed::Choose { number, text } => Ok(desk.choose(number, text)),
        Typed::As(name) => desk.speak_as(&name),
        Typed::In(name) => desk.go(&name),
        Typed::Thread(pointer) => desk.thread(&pointer),
        Typed::LeaveThread => {
            let cursor = Cursor { thread: None, ..cursor.clone() };
            Ok(Act { cursor, ..desk.show(vec![Show::Text(texts::THREAD_LEFT.to_owned())]) })
        }
        Typed::React { message, emoji } => desk.react(&message, emoji),
        Typed::Unreact { message, emoji } => desk.unreact(&message, &emoji),
        Typed::Press { message, button } => desk.press(&message, &button),
        Typed::Unread => Ok(desk.show(vec![Show::Unread])),
        Typed::Who => Ok(desk.show(vec![Show::People])),
        Typed::Channels => Ok(desk.show(vec![Show::Channels])),
        Typed::History(count) => Ok(desk.history(count)),
        Typed::Show(pointer) => Ok(desk.show(vec![Show::Message(desk.find(&pointer)?.number)])),
        Typed::Help => Ok(desk.show(vec![Show::Text(texts::HELP.to_owned())])),
        Typed::Quit => Ok(Act { then: Then::Quit, ..desk.show(Vec::new()) }),
    }
}

struct Desk<'a> {
    world: &'a World,
    config: &'a ConsoleConfig,
    cursor: &'a Cursor,
}

impl<'a> Desk<'a> {
    fn show(&self, show: Vec<Show>) -> Act {
        Act { what: None, cursor: self.cursor.clone(), show, then: Then::GoOn }
    }

    fn done(&self, what: What, show: Vec<Show>) -> Act {
        Act { what: Some(what), ..self.show(show) }
    }

    fn say(&self, text: String, addressed: Option<Addressed>, files: Vec<FileRef>) -> Act {
        let place = self.cursor.place();
        // A bare line at the console is for the bot: alone with it, or as if it were mentioned.
        let addressed = addressed.unwrap_or(match place.audience {
            Audience::Direct => Addressed::Direct,
            Audience::Channel => Addressed::Mention,
        });
        let account = self.cursor.account.clone();
        let standing = self.config.standing(&account);
        self.done(What::Said { account, standing, place, text, addressed, files }, Vec::new())
    }

    /// A bare number presses a button of what the bot showed last here, if it has such a button.
    fn choose(&self, number: usize, text: String) -> Act {
        let in_reach = |m: &&Message| self.cursor.thread.is_none_or(|first| m.thread == Some(first));
        let here = self.visible_here().filter(in_reach).rfind(|message| is_bots(message));
        let button = here.and_then(|m| Some((m, m.buttons().get(number.checked_sub(1)?)?)));
        match button {
            Some((message, button)) => self.pressed(message, button.action.clone()),
            None => self.say(text, None, Vec::new()),
        }
    }

    fn visible_here(&self) -> impl DoubleEndedIterator<Item = &'a Message> {
        self.world.visible(&self.cursor.account, &self.cursor.channel)
    }

    fn find(&self, pointer: &Pointer) -> Result<&'a Message, Refusal> {
        let account = &self.cursor.account;
        match pointer {
            Pointer::Number(number) => self
                .world
                .message(*number)
                .filter(|message| message.visible_to(account))
                .ok_or_else(|| Refusal(texts::unknown_message(&number.to_string()))),
            Pointer::Last => self
                .visible_here()
                .rfind(|message| is_bots(message))
                .ok_or_else(|| Refusal(texts::NOTHING_SHOWN.to_owned())),
            Pointer::Subject(id) => {
                let is_card = |message: &&Message| is_card_of(message, id);
                self.visible_here()
                    .rfind(is_card)
                    .or_else(|| self.world.messages().filter(|m| m.visible_to(account)).rfind(is_card))
                    .ok_or_else(|| Refusal(texts::unknown_message(id)))
            }
        }
    }

    fn speak_as(&self, name: &str) -> Result<Act, Refusal> {
        let person = self.config.person(name)?;
        let account = person.account.clone();
        let channel = match direct_with(&self.cursor.channel) {
            Some(_) => direct(&account),
            None => self.cursor.channel.clone(),
        };
        let thread = self.cursor.thread.filter(|_| channel == self.cursor.channel);
        // What stands in the open was seen a moment ago; only what nobody else sees is new at this desk.
        let unread: Vec<&Message> = self.world.unread(&account, &channel).collect();
        let private = |m: &&&Message| m.only_for.is_some() || direct_with(&channel).is_some();
        let own: Vec<Number> = unread.iter().filter(private).map(|m| m.number).collect();
        let mut show = vec![Show::Text(texts::now_as(&person.name))];
        if unread.len() > own.len() {
            show.push(Show::Text(texts::unread_here(unread.len() - own.len())));
        }
        show.extend(own.into_iter().map(Show::Message));
        let what = unread.last().map(|last| What::Read {
            account: account.clone(),
            channel: channel.clone(),
            up_to: last.number,
        });
        Ok(Act { what, cursor: Cursor { account, channel, thread }, show, then: Then::GoOn })
    }

    fn go(&self, name: &str) -> Result<Act, Refusal> {
        let account = self.cursor.account.clone();
        let channel = self.config.channel(name, &account)?;
        let unread: Vec<Number> = self.world.unread(&account, &channel).map(|m| m.number).collect();
        let mut show = Vec::new();
        if unread.is_empty() {
            let place = super::view::place_name(&channel);
            show.push(Show::Text(texts::now_in(&place)));
        }
        let earlier = unread.len().saturating_sub(SHOWN_AT_ONCE);
        if earlier > 0 {
            show.push(Show::Text(texts::unread_here(unread.len())));
        }
        show.extend(unread.iter().skip(earlier).map(|number| Show::Message(*number)));
        let what = unread.last().map(|last| What::Read {
            account: account.clone(),
            channel: channel.clone(),
            up_to: *last,
        });
        Ok(Act { what, cursor: Cursor { account, channel, thread: None }, show, then: Then::GoOn })
    }

    fn thread(&self, pointer: &Pointer) -> Result<Act, Refusal> {
        let message = self.find(pointer)?;
        if message.channel != self.cursor.channel {
            let channel = super::view::place_name(&message.channel);
            return Err(Refusal(texts::thread_elsewhere(&message.number.to_string(), &channel)));
        }
        // A message within a thread points at that thread: threads have one level.
        let first = message.thread.unwrap_or(message.number);
        let cursor = Cursor { thread: Some(first), ..self.cursor.clone() };
        Ok(Act { cursor, ..self.show(vec![Show::Text(texts::now_in_thread(&first.to_string()))]) })
    }

    fn react(&self, pointer: &Pointer, emoji: String) -> Result<Act, Refusal> {
        let message = self.find(pointer)?;
        let account = self.cursor.account.clone();
        if message.reaction(&account, &emoji).is_some() {
            return Err(Refusal(texts::already_reacted(&message.number.to_string(), &emoji)));
        }
        let standing = self.config.standing(&account);
        let message = message.number;
        Ok(self.done(What::Reacted { account, standing, message, emoji }, vec![Show::Reactions(message)]))
    }

    fn unreact(&self, pointer: &Pointer, emoji: &str) -> Result<Act, Refusal> {
        let message = self.find(pointer)?;
        let account = self.cursor.account.clone();
        let Some(stands) = message.reaction(&account, emoji) else {
            return Err(Refusal(texts::not_reacted(&message.number.to_string(), emoji)));
        };
        let standing = self.config.standing(&account);
        let (message, emoji) = (message.number, stands.emoji.clone());
        Ok(self.done(What::Unreacted { account, standing, message, emoji }, vec![Show::Reactions(message)]))
    }

    fn press(&self, pointer: &Pointer, button: &str) -> Result<Act, Refusal> {
        let message = self.find(pointer)?;
        let number = message.number.to_string();
        let buttons = message.buttons();
        if buttons.is_empty() {
            return Err(Refusal(texts::no_buttons(&number)));
        }
        let by_number = button.parse::<usize>().ok().and_then(|n| buttons.get(n.checked_sub(1)?));
        let by_label = || {
            let wanted = button.to_lowercase();
            buttons.iter().find(|known| known.label.to_lowercase() == wanted)
        };
        let Some(found) = by_number.or_else(by_label) else {
            let labels: Vec<&str> = buttons.iter().map(|known| known.label.as_str()).collect();
            return Err(Refusal(texts::unknown_button(&number, button, &labels)));
        };
        Ok(self.pressed(message, found.action.clone()))
    }

    fn pressed(&self, message: &Message, action: String) -> Act {
        let account = self.cursor.account.clone();
        let standing = self.config.standing(&account);
        self.done(What::Pressed { account, standing, message: message.number, action }, Vec::new())
    }

    fn history(&self, count: usize) -> Act {
        let mut last: Vec<Show> =
            self.visible_here().rev().take(count).map(|message| Show::Message(message.number)).collect();
        last.reverse();
        if last.is_empty() {
            last.push(Show::Text(texts::NO_HISTORY.to_owned()));
        }
        self.show(last)
    }
}

fn is_bots(message: &Message) -> bool {
    matches!(message.body, Body::Bot(_))
}

/// Whether a message is a card whose headline names an id.
fn is_card_of(message: &Message, id: &str) -> bool {
    let Body::Bot(content @ Content::Card(_)) = &message.body else { return false };
    super::render::title_words(content)
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .any(|w| w == id)
}
