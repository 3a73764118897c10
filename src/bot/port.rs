//! Where adapters hand in what happened, and ask how a form looks: an event is durable before its platform is told so.

use std::sync::atomic::Ordering;

use async_trait::async_trait;

use super::command::parse;
use super::engine::{Core, Job, Work};
use super::filter::{Concern, concerns};
use super::intent::Intent;
use super::mind::Mind;
use super::records::{self, Conversation, Seen};
use super::sheet::{self, Given, Opening, Saying, Which};
use super::unit::{Unit, read_all};
use crate::chat::{AcceptError, Accepted, EventPort, Note, Support, Visit};
use crate::core::event::{Event, EventKind};
use crate::core::person::Platform;
use crate::core::sheet::{Handing, Problems, Sheet};
use crate::request::Request;
use crate::store::{Batch, Key, StoreError};

fn not_kept(error: StoreError) -> AcceptError {
    AcceptError::Store(error.to_string())
}

#[async_trait]
impl EventPort for Core {
    async fn accept(&self, event: Event) -> Result<Accepted, AcceptError> {
        if self.closing.is_cancelled() {
            return Err(AcceptError::Closing);
        }
        let mind = self.minds.current();
        let around = self.around(&event).await.map_err(not_kept)?;
        if concerns(&mind, &event, &around) == Concern::NotOurs {
            return Ok(Accepted::Ignored);
        }
        let problems = self.problems(&mind, &event).await.map_err(not_kept)?;
        if !problems.is_empty() {
            return Ok(Accepted::Faulty(problems));
        }
        let seen = records::seen(&event.id);
        let mark = records::encode(&Seen { at: self.clock.now() }).map_err(not_kept)?;
        let value = records::encode(&event).map_err(not_kept)?;
        loop {
            let key = records::inbox(self.next_inbox.fetch_add(1, Ordering::Relaxed));
            let mut batch = Batch::default();
            batch.create(key.clone(), value.clone());
            batch.create(seen.clone(), mark.clone());
            match self.store.commit(batch).await {
                Ok(version) => {
                    self.pending.add(1);
                    self.queue(Job { key, version, work: Work::Event(Box::new(event)) });
                    return Ok(Accepted::Kept);
                }
                Err(StoreError::Conflict { key }) if key == seen => {
                    // Known; but the platform may forget it only once the first telling is on disk.
                    self.store.commit(Batch::default()).await.map_err(not_kept)?;
                    return Ok(Accepted::Known);
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => {
                    self.fail(error.clone());
                    return Err(not_kept(error));
                }
            }
        }
    }

    async fn remember(&self, platform: Platform, notes: Vec<Note>) -> Result<(), AcceptError> {
        let mut unit = Unit::new(self.store.as_ref());
        for Note { name, value } in &notes {
            let key = records::note(platform, name);
            let put = match value {
                Some(value) => unit.put(key, value).await,
                None => unit.drop(key).await,
            };
            put.map_err(not_kept)?;
        }
        let kept = self.committer.commit(unit, Vec::new(), "notes", self.clock.now()).await;
        kept.map(drop).map_err(|error| {
            self.fail(error.clone());
            not_kept(error)
        })
    }

    async fn recall(
        &self,
        platform: Platform,
        beginning: &str,
    ) -> Result<Vec<(String, String)>, AcceptError> {
        let range = records::all_notes(platform, beginning);
        let all = read_all::<String>(self.store.as_ref(), range).await.map_err(not_kept)?;
        let whole = records::note(platform, "").0;
        let name = |key: Key| key.0.strip_prefix(&whole).unwrap_or_default().to_owned();
        Ok(all.into_iter().map(|(key, _, value)| (name(key), value)).collect())
    }

    async fn sheet(&self, event: &Event) -> Result<Option<Sheet>, AcceptError> {
        self.sheet_of(event).await.map_err(not_kept)
    }

    fn opens(&self, line: &str) -> bool {
        let mind = self.minds.current();
        let commands = mind.knowledge.workflows.iter().map(|workflow| workflow.command.as_str());
        let intent = Intent::Line(parse(line, commands));
        // Most approvals need no more than a tap.
        let which = Which::asked(&mind, &intent, line, None);
        which.is_some_and(|which| !matches!(which, Which::Say(Saying::Confirm, _)))
    }

    fn visited(&self, visit: Visit) {
        self.homes.visited(visit);
    }
}

impl Core {
    /// The request that a sheet is about.
    pub(super) async fn request_of(
        &self,
        unit: &mut Unit<'_>,
        which: &Which,
    ) -> Result<Option<Request>, StoreError> {
        match which.request() {
            Some(id) => unit.read(records::request(id)).await,
            None => Ok(None),
        }
    }

    /// What is wrong with the answers that a form brought and that were handed in to be acted on.
    async fn problems(&self, mind: &Mind, event: &Event) -> Result<Problems, StoreError> {
        let EventKind::Filled { sheet, answers, files, handing, .. } = &event.kind else {
            return Ok(Problems::new());
        };
        let Some(which) = Which::of(sheet).filter(|_| *handing != Handing::Aside) else {
            return Ok(Problems::new());
        };
        let mut unit = Unit::new(self.store.as_ref());
        let conversation = self.understand(&mut unit, mind, event).await?.conversation;
        let draft = match &conversation {
            Some(Conversation::Filling(draft)) => Some(draft),
            _ => None,
        };
        let given = Given { answers, files, handing: *handing };
        Ok(sheet::problems(mind, &which, draft, given, self.clock.now()))
    }

    async fn sheet_of(&self, event: &Event) -> Result<Option<Sheet>, StoreError> {
        let adapter = self.adapters.get(&event.place.platform());
        if adapter.is_none_or(|adapter| adapter.capabilities().forms == Support::None) {
            return Ok(None);
        }
        let mind = self.minds.current();
        let mut unit = Unit::new(self.store.as_ref());
        let understood = self.understand(&mut unit, &mind, event).await?;
        let conversation = understood.conversation.as_ref();
        let which = match &event.kind {
            EventKind::Filled { sheet, .. } => Which::of(sheet),
            EventKind::Said { text: line, .. } | EventKind::Pressed { action: line, .. } => {
                Which::asked(&mind, &understood.intent, line, conversation)
            }
            _ => None,
        };
        let Some(which) = which else { return Ok(None) };
        let request = self.request_of(&mut unit, &which).await?;
        let absences = self.load_one(records::absences()).await?.unwrap_or_default();
        let opening = Opening {
            mind: &mind,
            event,
            conversation,
            request: request.as_ref(),
            absences: &absences,
            now: self.clock.now(),
        };
        Ok(sheet::sheet(opening, &which))
    }
}
