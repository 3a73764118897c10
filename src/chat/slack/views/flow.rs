//! How forms come and go: opened while the trigger is young, changed while they are filled in, handed in. What is handed
//! in is durable before Slack is told so, as every event is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use slack_morphism::prelude::*;
use tracing::{debug, warn};

use super::super::client::CallError;
use super::super::incoming::{Heard, place_of, used_in_view};
use super::super::limits::{ERROR, cut};
use super::super::receive::{NotTaken, Receiver};
use super::super::wire::{Press, Started, Viewed};
use super::mark::{Mark, Rest};
use super::modal::{self, BACK};
use super::state::{Filled, View, block_id};
use crate::chat::{Accepted, Visit};
use crate::core::event::{Addressed, Event, EventId, EventKind, MessageRef};
use crate::core::person::{AccountId, ChannelId, Platform};
use crate::core::sheet::{Handing, Problems, Sheet, SheetKey};

/// How long a form may take to be known before its trigger is used for a view that says so: a trigger is good for three
/// seconds. Source: <https://docs.slack.dev/interactivity/handling-user-interaction#trigger_id>.
const READY: Duration = Duration::from_millis(800);
/// How long Slack may take to open or to change a view.
const OPENING: Duration = Duration::from_secs(2);
/// How many views are remembered before those that are not in use are forgotten.
const REMEMBERED: usize = 1024;

/// What is answered to Slack in the acknowledgment itself.
pub(in super::super) type Reply = Option<Value>;

/// Each view is handled in order, one thing at a time; what comes after it was handed in is too late.
#[derive(Debug, Default)]
pub(in super::super) struct Views(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Stage>>>>);

/// Where a view is on its way.
#[derive(Debug, Default)]
struct Stage {
    handing: Handed,
    /// How often something was done in it.
    count: u64,
    /// The newest turn of its parts.
    turn: usize,
    /// When the newest of what was done in this turn was done, as Slack tells it.
    newest: String,
    /// Its newest version, where the bot knows a newer one than it was told.
    hash: Option<String>,
}

/// Whether a view was handed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Handed {
    #[default]
    No,
    In,
}

impl Views {
    fn of(&self, id: &str) -> Arc<tokio::sync::Mutex<Stage>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > REMEMBERED {
            known.retain(|_, stage| Arc::strong_count(stage) > 1);
        }
        Arc::clone(known.entry(id.to_owned()).or_default())
    }
}

impl Receiver {
    /// Shows the form that somebody asks for; where there is none, or Slack does not open it, hands in what they said.
    /// What Slack tells again is dealt with once.
    pub async fn show_or_take(&self, heard: Heard, trigger: &str) -> Result<(), NotTaken> {
        let once = self.adapter.views.of(trigger);
        let mut stage = once.lock().await;
        if stage.handing == Handed::No
            && let Some(event) = self.show(heard, trigger).await?
        {
            self.port.accept(event).await?;
        }
        stage.handing = Handed::In;
        Ok(())
    }

    /// Shows the form that somebody asks for; gives back what they said when none was shown.
    async fn show(&self, heard: Heard, trigger: &str) -> Result<Option<Event>, NotTaken> {
        let line = match &heard.kind {
            EventKind::Said { text, .. } => text.clone(),
            EventKind::Pressed { action, .. } => action.clone(),
            _ => String::new(),
        };
        let trigger = trigger.into();
        let asked = async {
            let event = self.event(heard).await?;
            let sheet = self.port.sheet(&event).await?;
            Ok::<_, NotTaken>((event, sheet))
        };
        tokio::pin!(asked);
        if let Ok(ready) = tokio::time::timeout(READY, &mut asked).await {
            let (event, sheet) = ready?;
            let Some(sheet) = sheet else { return Ok(Some(event)) };
            let shown = self.open(&trigger, modal::modal(&sheet, Mark::at(&event.place))).await;
            return Ok(shown.is_none().then_some(event));
        }
        // The bot is busy: the trigger is used before it is too old.
        let opened = if self.port.opens(&line) { self.open(&trigger, modal::waiting()).await } else { None };
        let (event, sheet) = asked.await?;
        let Some(view) = opened else { return Ok(Some(event)) };
        match sheet {
            Some(sheet) => {
                let mark = Mark { turn: 1, ..Mark::at(&event.place) };
                self.change(&view.id, &view.hash, modal::modal(&sheet, mark)).await;
                Ok(None)
            }
            None => {
                self.change(&view.id, &view.hash, modal::no_form()).await;
                Ok(Some(event))
            }
        }
    }

    async fn open(&self, trigger: &SlackTriggerId, view: SlackView) -> Option<View> {
        match tokio::time::timeout(OPENING, self.adapter.client.open_view(trigger, view)).await {
            Ok(Ok(view)) => Some(view),
            // An earlier telling used it, and another process dealt with that.
            Ok(Err(error)) if error.is(&["exchanged_trigger_id"]) => Some(View::default()),
            Ok(Err(error)) => {
                warn!(?error, "Slack does not open a form; it is asked for in conversation");
                None
            }
            Err(_) => {
                warn!("Slack takes too long to open a form; it is asked for in conversation");
                None
            }
        }
    }

    /// Changes a view, if it is still the one with a hash; returns the hash that it has then.
    async fn change(&self, id: &str, hash: &str, view: SlackView) -> Option<String> {
        match tokio::time::timeout(OPENING, self.adapter.client.update_view(id, hash, view)).await {
            Ok(Ok(view)) => return Some(view.hash).filter(|hash| !hash.is_empty()),
            // It was changed meanwhile, or closed.
            Ok(Err(error)) if error.is(&["hash_conflict", "not_found"]) => {
                debug!(?error, "a view has changed")
            }
            Ok(Err(error)) => warn!(?error, "a form cannot be changed"),
            Err(_) => warn!("Slack takes too long to change a form"),
        }
        None
    }

    /// A form is handed in.
    pub async fn submitted(&self, viewed: &Viewed) -> Result<Reply, NotTaken> {
        let Some((mark, key)) = ours(&viewed.view) else { return Ok(None) };
        let views = self.adapter.views.of(&viewed.view.id);
        let mut stage = views.lock().await;
        let filled = viewed.view.filled(&mark);
        let heard = |handing, id: &str| answers(viewed, &mark, &key, &filled, handing, id);
        let draft = self.event(heard(Handing::Aside, "look")).await?;
        let sheet = self.port.sheet(&draft).await?;
        let next = sheet.as_ref().and_then(|sheet| next_page(sheet, &mark, &viewed.view));
        let handing = if next.is_some() { Handing::Part } else { Handing::Whole };
        let event = self.event(heard(handing, "handed-in")).await?;
        match self.port.accept(event).await? {
            Accepted::Faulty(problems) => {
                // What is sound is kept should they give up here.
                let trigger = viewed.trigger_id.as_deref().unwrap_or(&viewed.view.hash);
                let aside = self.event(heard(Handing::Aside, trigger)).await?;
                self.port.accept(aside).await?;
                // A change that is on its way would take the errors off again.
                stage.count += 1;
                let errors = errors(&viewed.view, &mark, &problems);
                Ok(Some(json!({ "response_action": "errors", "errors": errors })))
            }
            // It was taken before, and the acknowledgment was lost.
            Accepted::Known if mark.rest == Rest::None => Ok(None),
            Accepted::Kept | Accepted::Known => match (sheet, next) {
                (Some(sheet), Some(page)) => {
                    let mark = Mark { page, turn: mark.turn + 1, ..mark };
                    *stage = Stage { count: stage.count + 1, turn: mark.turn, ..Stage::default() };
                    Ok(Some(json!({ "response_action": "update", "view": modal::modal(&sheet, mark) })))
                }
                _ => {
                    stage.handing = Handed::In;
                    Ok(None)
                }
            },
            Accepted::Ignored => Ok(None),
        }
    }

    /// A form is closed: what it brought so far is kept.
    pub async fn closed(&self, viewed: &Viewed) -> Result<Reply, NotTaken> {
        let Some((mark, key)) = ours(&viewed.view) else { return Ok(None) };
        let views = self.adapter.views.of(&viewed.view.id);
        let stage = views.lock().await;
        let filled = viewed.view.filled(&mark);
        if stage.handing == Handed::In || viewed.view.is_untouched() {
            return Ok(None);
        }
        let event = self.event(answers(viewed, &mark, &key, &filled, Handing::Aside, "closed")).await?;
        self.port.accept(event).await?;
        Ok(None)
    }

    /// Something in a view was used: a button of the Home tab, or an input of a form on which others hang.
    pub async fn used(&self, press: &Press, view: &View) -> Result<Reply, NotTaken> {
        let Some(mark) = Mark::read(&view.private_metadata) else { return Ok(None) };
        let Some(key) = mark.sheet.clone() else {
            if let Some(heard) = used_in_view(press, mark.place(), Timestamp::now()) {
                self.show_or_take(heard, &press.trigger_id).await?;
            }
            return Ok(None);
        };
        let views = self.adapter.views.of(&view.id);
        let mut stage = views.lock().await;
        // What was done later brought all this, and may have been heard before: there is more than one connection.
        let done = press.actions.first().map(|action| action.action_ts.clone()).unwrap_or_default();
        let older = !done.is_empty() && stage.newest > done;
        if stage.handing == Handed::In || mark.turn < stage.turn || (mark.turn == stage.turn && older) {
            return Ok(None);
        }
        let viewed = Viewed {
            user: press.user.clone(),
            view: view.clone(),
            trigger_id: Some(press.trigger_id.clone()),
        };
        let filled = view.filled(&mark);
        let event =
            self.event(answers(&viewed, &mark, &key, &filled, Handing::Aside, &press.trigger_id)).await?;
        self.port.accept(event.clone()).await?;
        let Some(sheet) = self.port.sheet(&event).await? else { return Ok(None) };
        let back = press.actions.iter().any(|action| action.action_id.as_deref() == Some(BACK));
        let before = modal::page_before(&sheet, mark.page).filter(|_| back);
        let mark = match before {
            Some(page) => Mark { page, turn: mark.turn + 1, ..mark },
            None => mark,
        };
        (stage.count, stage.turn, stage.newest) = (stage.count + 1, mark.turn, done);
        let (count, views) = (stage.count, Arc::clone(&views));
        let (receiver, view, shown) = (self.clone(), view.clone(), modal::modal(&sheet, mark));
        // Slack is told first: it waits for that, and the change may take its time.
        tokio::spawn(async move {
            let mut stage = views.lock().await;
            // What was done since shows it as it is then.
            if stage.count == count {
                let hash = stage.hash.clone().unwrap_or(view.hash);
                stage.hash = receiver.change(&view.id, &hash, shown).await;
            }
        });
        Ok(None)
    }

    /// A shortcut is used that stands for a command.
    pub async fn started(&self, started: &Started) -> Result<Reply, NotTaken> {
        let user = started.user.id.clone().into();
        let channel = self.adapter.client.direct(&user).await.map_err(|error| match error {
            CallError::Refused(why) | CallError::Unknown(why) => NotTaken::Who(why),
            CallError::Limited(_) => NotTaken::Who("too many questions".to_owned()),
        })?;
        let id = format!("shortcut:{}", started.trigger_id);
        let channel = ChannelId::new(Platform::Slack, channel.to_string());
        let place = place_of(&channel.id, None);
        let heard = Heard {
            id: EventId(format!("slack:{id}")),
            at: Timestamp::now(),
            user,
            place,
            kind: EventKind::Said {
                text: started.callback_id.clone(),
                message: MessageRef { channel, id },
                addressed: Addressed::Command,
                files: Vec::new(),
            },
        };
        self.show_or_take(heard, &started.trigger_id).await?;
        Ok(None)
    }

    /// Somebody opens their Home tab. What it shows follows; if Slack does not say who they are, they open it again.
    pub async fn came_home(&self, user: &str, channel: &str) {
        let place = place_of(channel, None);
        match self.standing(&user.into()).await {
            Ok(standing) => {
                let account = AccountId::new(Platform::Slack, user);
                self.port.visited(Visit { account, standing, place });
            }
            Err(error) => warn!(%error, "a Home tab is not shown"),
        }
    }
}

fn ours(view: &View) -> Option<(Mark, SheetKey)> {
    let mark = Mark::read(&view.private_metadata)?;
    let key = mark.sheet.clone()?;
    Some((mark, key))
}

/// What is wrong, by block, each in words: Slack takes words on inputs that the view shows alone.
fn errors(view: &View, mark: &Mark, problems: &Problems) -> HashMap<String, String> {
    let shown = view.shown(mark);
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        problems.iter().partition(|(field, _)| shown.contains(*field) || shown.is_empty());
    let mut errors: HashMap<String, String> =
        here.into_iter().map(|(field, problem)| (block_id(mark.turn, field), cut(problem, ERROR))).collect();
    if let (true, Some((_, problem)), Some(field)) = (errors.is_empty(), elsewhere.first(), shown.first()) {
        errors.insert(block_id(mark.turn, field), cut(problem, ERROR));
    }
    errors
}

/// The part of a form that is shown next: the same one when its answers ask for more on it.
fn next_page(sheet: &Sheet, mark: &Mark, view: &View) -> Option<usize> {
    let shown = view.shown(mark);
    let more = modal::asked_on(sheet, mark.page)
        .iter()
        .any(|field| !shown.contains(&field.id) && !field.optional && !sheet.answers.contains_key(&field.id));
    if more && !shown.is_empty() { Some(mark.page) } else { modal::page_after(sheet, mark.page) }
}

/// What a view brought, as an event. `id` tells it from others of the same view.
fn answers(
    viewed: &Viewed,
    mark: &Mark,
    key: &SheetKey,
    filled: &Filled,
    handing: Handing,
    id: &str,
) -> Heard {
    let view = format!("view:{}/{}/{}", viewed.view.id, viewed.view.hash, mark.turn);
    let place = mark.place();
    Heard {
        id: EventId(format!("slack:{view}/{id}")),
        at: Timestamp::now(),
        user: viewed.user.id.clone().into(),
        kind: EventKind::Filled {
            sheet: key.clone(),
            answers: filled.answers.clone(),
            files: filled.files.clone(),
            handing,
            message: MessageRef { channel: place.channel.clone(), id: view },
        },
        place,
    }
}

impl Receiver {
    /// What was heard, with what Slack says of who did it.
    pub async fn event(&self, heard: Heard) -> Result<Event, NotTaken> {
        let Heard { id, at, user, place, kind } = heard;
        let standing = self.standing(&user).await?;
        let account = AccountId::new(Platform::Slack, user.to_string());
        Ok(Event { id, at, account, standing, place, kind })
    }
}
