//! The way of an event: accepted and durable, then handled in the order of its subject, then committed whole.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, error, info, warn};

use super::audit::{self, AuditEntry, Head};
use super::clock::Clock;
use super::coach::Shelf;
use super::early::Early;
use super::files::Received;
use super::handle::{self, ConversationChange, Decision, Loaded, sweep};
use super::home::Homes;
use super::index;
use super::intent::{self, Extent, Intent, Needs};
use super::lanes::Lanes;
use super::link::{LinkStep, links_key};
use super::lookup;
use super::mind::{Mind, Minds};
use super::numbers::Numbers;
use super::pending::Pending;
use super::records::counsel::{Talk, talk};
use super::records::{self, Binding, Conversation, OutboxEntry};
use super::reload::Reloader;
use super::seat;
use super::sheet::{self, Given, Which};
use super::unit::{Committer, Unit, read_all};
use crate::chat::{AdapterError, ChatAdapter, EventPort, Tried};
use crate::core::effect::{Effect, FileStep, Purpose, Timer};
use crate::core::event::{Event, EventKind, Place};
use crate::core::person::Platform;
use crate::request::{RequestId, Roster, digest};
use crate::store::{Batch, Key, Store, StoreError, Version};

/// How many subjects are worked on at a time.
const SUBJECTS_AT_A_TIME: usize = 64;
/// How many places are delivered to at a time.
const PLACES_AT_A_TIME: usize = 64;
/// How often a decision is taken anew after a conflict before something must be wrong.
const MOST_CONFLICTS: u32 = 100;
/// How long a shutdown waits for platforms that do not take what is left.
const GRACE: Duration = Duration::from_secs(10);

/// Why the bot stopped.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    /// The store failed; nothing that was acknowledged is lost, and a new start reads it again.
    #[error("the store failed, so the bot stopped; start it again once this is mended: {0}")]
    Store(#[from] StoreError),
    /// A platform cannot go on.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
}

/// The bot.
pub struct Bot {
    core: Arc<Core>,
    jobs: mpsc::UnboundedReceiver<Job>,
    /// What the last process did not show.
    left: Vec<(Key, Version, OutboxEntry)>,
}

/// What the parts of the engine share.
pub(super) struct Core {
    pub(super) store: Arc<dyn Store>,
    pub(super) minds: Minds,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) adapters: BTreeMap<Platform, Arc<dyn ChatAdapter>>,
    pub(super) pending: Arc<Pending>,
    pub(super) committer: Committer,
    numbers: Numbers,
    /// Told to give up waiting for platforms.
    pub(super) hurry: CancellationToken,
    pub(super) timers: Notify,
    /// Told when a file is to be written.
    pub(super) files: Notify,
    pub(super) ringing: Mutex<HashSet<Key>>,
    pub(super) homes: Homes,
    pub(super) early: Early,
    pub(super) deliveries: Lanes<Outgoing>,
    handlers: Lanes<Job>,
    /// How many decisions may be under way at a time.
    thinking: Semaphore,
    pub(super) next_inbox: AtomicU64,
    jobs: mpsc::UnboundedSender<Job>,
    pub(super) closing: CancellationToken,
    failed: CancellationToken,
    failure: OnceLock<StoreError>,
}

/// Something to be handled, with the record that goes when it is.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) key: Key,
    pub(super) version: Version,
    pub(super) work: Work,
}

/// What is to be handled.
#[derive(Debug, Clone)]
pub(super) enum Work {
    /// Something that happened.
    Event(Box<Event>),
    /// A timer that is due.
    Timer(Timer),
}

/// What an event means, and what had to be read to know.
pub(super) struct Understood {
    pub(super) intent: Intent,
    bound: Option<Binding>,
    /// What is under way with its author, with what a form brought.
    pub(super) conversation: Option<Conversation>,
    talk: Option<Talk>,
}

/// Something to be shown, with its record.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) tried: Tried,
    pub(super) key: Key,
    pub(super) version: Version,
    pub(super) entry: OutboxEntry,
}

impl Bot {
    /// A bot on a store, with what it knows and the platforms it speaks on. Nothing happens before
    /// [`Self::run`].
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn new(
        store: Arc<dyn Store>,
        mind: Arc<Mind>,
        clock: Arc<dyn Clock>,
        adapters: Vec<Arc<dyn ChatAdapter>>,
        pending: Arc<Pending>,
    ) -> Result<Self, StoreError> {
        // All that is read from here on is on disk: the last process may have died before it was.
        store.commit(Batch::default()).await?;
        let events: Vec<(Key, Version, Event)> = read_all(store.as_ref(), records::all_inbox()).await?;
        let left: Vec<(Key, Version, OutboxEntry)> = read_all(store.as_ref(), records::all_outbox()).await?;
        let next_inbox = number_after(events.last().map(|(key, ..)| key));
        let files = read_all::<FileStep>(store.as_ref(), records::all_files()).await?;
        let next_outbox = number_after(left.last().map(|(key, ..)| key))
            .max(number_after(files.last().map(|(key, ..)| key)));
        let links =
            store.load(&links_key()).await?.as_ref().map(records::decode).transpose()?.unwrap_or_default();
        pending.add(events.len() + left.len());
        let (sender, jobs) = mpsc::unbounded_channel();
        let core = Arc::new_cyclic(|weak: &std::sync::Weak<Core>| {
            let (handler, deliverer) = (weak.clone(), weak.clone());
            Core {
                store,
                minds: Minds::new(mind, links),
                clock,
                adapters: adapters.into_iter().map(|adapter| (adapter.platform(), adapter)).collect(),
                pending,
                committer: Committer::new(next_outbox),
                numbers: Numbers::default(),
                hurry: CancellationToken::new(),
                timers: Notify::new(),
                files: Notify::new(),
                ringing: Mutex::new(HashSet::new()),
                homes: Homes::default(),
                early: Early::default(),
                deliveries: Lanes::new(PLACES_AT_A_TIME, move |outgoing: Outgoing| {
                    let core = deliverer.clone();
                    Box::pin(async move {
                        if let Some(core) = core.upgrade() {
                            core.deliver(outgoing).await;
                        }
                    })
                }),
                handlers: Lanes::new(SUBJECTS_AT_A_TIME, move |job: Job| {
                    let core = handler.clone();
                    Box::pin(async move {
                        if let Some(core) = core.upgrade() {
                            core.handle(job).await;
                        }
                    })
                }),
                thinking: Semaphore::new(cores().saturating_sub(1).max(1)),
                next_inbox: AtomicU64::new(next_inbox),
                jobs: sender,
                closing: CancellationToken::new(),
                failed: CancellationToken::new(),
                failure: OnceLock::new(),
            }
        });
        // What is handed in from now on comes after what was left.
        for (key, version, event) in events {
            core.queue(Job { key, version, work: Work::Event(Box::new(event)) });
        }
        Ok(Self { core, jobs, left })
    }

    /// Where adapters hand in what happened.
    pub fn port(&self) -> Arc<dyn EventPort> {
        Arc::clone(&self.core) as Arc<dyn EventPort>
    }

    /// Puts new knowledge in place while the bot runs, and tells of faults.
    pub fn reloader(&self) -> Reloader {
        Reloader::new(Arc::clone(&self.core))
    }

    /// Takes up what was left undone, then runs until `stop`, until every platform has ended, or until the
    /// store fails. Before it returns, what was accepted is handled, and shown as far as platforms take it.
    ///
    /// # Errors
    /// When the store fails or a platform cannot go on.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BotError> {
        let Self { core, jobs, left } = self;
        core.resume(left);
        let background = stop.child_token();
        let dispatcher = tokio::spawn(Arc::clone(&core).dispatch(jobs));
        let timers = tokio::spawn(Arc::clone(&core).run_timers(background.clone()));
        let housekeeping = tokio::spawn(Arc::clone(&core).keep_house(background.clone()));
        let shelf = tokio::spawn(Arc::clone(&core).keep_shelf(background.clone()));
        let homes = tokio::spawn(Arc::clone(&core).keep_homes(background.clone()));
        info!(platforms = core.adapters.len(), "the bot is up");

        let ended = core.run_adapters(&stop).await;
        core.closing.cancel();
        background.cancel();
        info!("stopping: what was accepted is being finished");
        let hurry = core.hurry.clone();
        let pressing = tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            hurry.cancel();
        });
        core.finish().await;
        pressing.abort();
        dispatcher.abort();
        for task in [timers, housekeeping, shelf, homes] {
            task.abort();
        }
        if let Some(error) = core.failure.get() {
            return Err(error.clone().into());
        }
        // The last word on disk before the process ends.
        core.store.commit(Batch::default()).await?;
        ended
    }
}

impl Core {
    /// Runs all adapters until they end, one fails, the store fails, or `stop`.
    async fn run_adapters(self: &Arc<Self>, stop: &CancellationToken) -> Result<(), BotError> {
        let own = stop.child_token();
        let mut running = tokio::task::JoinSet::new();
        for adapter in self.adapters.values() {
            let (adapter, port, stop) = (Arc::clone(adapter), Arc::clone(self), own.clone());
            running.spawn(async move {
                let platform = adapter.platform();
                adapter.run(port, stop).instrument(tracing::info_span!("chat", %platform)).await
            });
        }
        let mut result = Ok(());
        loop {
            tokio::select! {
                ended = running.join_next() => match ended {
                    None => break,
                    Some(Ok(Ok(()))) => {}
                    Some(Ok(Err(error))) => {
                        result = Err(error.into());
                        own.cancel();
                    }
                    Some(Err(error)) => error!(%error, "an adapter died"),
                },
                () = self.failed.cancelled() => {
                    own.cancel();
                    running.abort_all();
                    break;
                }
            }
        }
        result
    }

    /// Waits until everything accepted is handled and shown, or the store fails, or time is up.
    async fn finish(&self) {
        tokio::select! {
            () = self.failed.cancelled() => {}
            () = self.pending.settled() => {}
            () = self.hurry.cancelled() => {
                // What platforms do not take now stays in the outbox for the next start.
                self.handlers.drained().await;
                self.deliveries.drained().await;
                warn!(left = self.pending.count(), "not everything could be shown; it will be after the next start");
            }
        }
    }

    /// Shows what the last process did not; it is counted as pending already.
    fn resume(&self, left: Vec<(Key, Version, OutboxEntry)>) {
        if !left.is_empty() {
            info!(messages = left.len(), "showing what was left");
        }
        for (key, version, entry) in left {
            self.send(Outgoing { tried: Tried::Perhaps, key, version, entry });
        }
    }

    /// Hands a job to the dispatcher. The caller has counted it as pending.
    pub(super) fn queue(&self, job: Job) {
        // The receiver lives until the process ends; after that nobody waits for the job.
        let _ = self.jobs.send(job);
    }

    /// Puts every job into the lane of its subject.
    async fn dispatch(self: Arc<Self>, mut jobs: mpsc::UnboundedReceiver<Job>) {
        while let Some(job) = jobs.recv().await {
            match self.lane(&job.work).await {
                Ok(lane) => self.handlers.push(lane, job),
                Err(error) => self.fail(error),
            }
        }
    }

    async fn lane(&self, work: &Work) -> Result<String, StoreError> {
        match work {
            Work::Timer(timer) => Ok(timer.subject.0.clone()),
            Work::Event(event) => {
                let mut unit = Unit::new(self.store.as_ref());
                let mind = self.minds.current();
                let Understood { intent, .. } = self.understand(&mut unit, &mind, event).await?;
                Ok(match intent.subject().or(intent.ask()) {
                    Some(id) => id.to_string(),
                    None => self.conversation(event).0,
                })
            }
        }
    }

    /// Where a dialogue with the author of an event is held, if not where they spoke.
    pub(super) fn seat(&self, event: &Event) -> Option<Place> {
        self.adapters
            .get(&event.place.platform())
            .and_then(|adapter| seat::seat(event, adapter.capabilities()))
    }

    /// What is under way with the author of an event, there.
    pub(super) fn conversation(&self, event: &Event) -> Key {
        records::conversation(&event.account, self.seat(event).as_ref().unwrap_or(&event.place))
    }

    pub(super) async fn understand(
        &self,
        unit: &mut Unit<'_>,
        mind: &Mind,
        event: &Event,
    ) -> Result<Understood, StoreError> {
        let bound = self.bound(unit, event).await?;
        let conversation = unit.read(self.conversation(event)).await?;
        let talk: Option<Talk> = unit.read(talk(&event.place, &event.account)).await?;
        if let EventKind::Filled { sheet, answers, files, handing, .. } = &event.kind {
            let given = Given { answers, files, handing: *handing };
            let (intent, conversation) = match Which::of(sheet) {
                Some(which) => {
                    let request = self.request_of(unit, &which).await?;
                    let draft = sheet::draft(mind, &which, conversation.as_ref(), request.as_ref(), given);
                    let intent = sheet::meant(&which, draft.as_ref(), given);
                    (intent, draft.map(Conversation::Filling).or(conversation))
                }
                None => (Intent::Nothing, conversation),
            };
            return Ok(Understood { intent, bound, conversation, talk });
        }
        let meant = conversation.as_ref().filter(|_| seat::may_go_on(event, self.seat(event).as_ref()));
        let intent = intent::read(mind, event, bound.as_ref(), meant, talk.as_ref());
        Ok(Understood { intent, bound, conversation, talk })
    }

    /// Handles a job: decides and commits, again from the start when somebody else was faster.
    async fn handle(&self, job: Job) {
        let span = match &job.work {
            Work::Event(event) => {
                tracing::info_span!("event", id = %event.id, account = %event.account, request = Empty)
            }
            Work::Timer(timer) => tracing::info_span!("timer", id = %timer.id.0, request = %timer.subject),
        };
        async {
            let mut conflicts = 0;
            let files = match &job.work {
                Work::Event(event) => self.fetch_all(event).await,
                Work::Timer(_) => Vec::new(),
            };
            loop {
                match self.attempt(&job, &files).await {
                    Ok(()) => break,
                    Err(StoreError::Conflict { key }) if key == job.key => break,
                    Err(StoreError::Conflict { key }) if conflicts < MOST_CONFLICTS => {
                        conflicts += 1;
                        debug!(%key, conflicts, "somebody else was faster; deciding anew");
                        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=u64::from(conflicts))))
                            .await;
                    }
                    Err(error) => return self.fail(error),
                }
            }
            if let Work::Timer(_) = job.work {
                lock(&self.ringing).remove(&job.key);
                self.timers.notify_one();
            }
            self.pending.done(1);
        }
        .instrument(span)
        .await;
    }

    async fn attempt(&self, job: &Job, files: &[Received]) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mind = self.minds.current();
        let mut unit = Unit::new(self.store.as_ref());
        unit.depends_on(job.key.clone(), job.version);
        unit.remove(job.key.clone());
        let (cause, decision) = match &job.work {
            Work::Event(event) => {
                let understood = self.understand(&mut unit, &mind, event).await?;
                if understood.bound.is_none() {
                    // Before the commit, which fails when it is bound meanwhile.
                    self.early.keep(event);
                }
                let intent = understood.intent.clone();
                let loaded = self.load(&mut unit, &mind, event, understood, now).await?;
                let decide = || handle::decide(&mind, event, intent, loaded, files, now);
                (event.id.0.clone(), self.think(decide).await)
            }
            Work::Timer(timer) => {
                let loaded = self.load_for_timer(&mut unit, &mind, timer, now).await?;
                self.take_down(&mut unit, timer, &job.key).await?;
                let cause = format!("{}@{}", timer.id.0, timer.due.as_second());
                (cause, self.think(|| handle::ring(&mind, timer, loaded, now)).await)
            }
        };
        if let Work::Event(event) = &job.work {
            match &decision.conversation {
                ConversationChange::Keep => {}
                ConversationChange::End => unit.remove(self.conversation(event)),
                ConversationChange::Set(next) => {
                    unit.write(self.conversation(event), next)?;
                }
            }
        }
        for kept in &decision.kept {
            kept.write(&mut unit)?;
        }
        let mut absences = None;
        if let Some(request) = &decision.request {
            Span::current().record("request", request.id.to_string());
            unit.write(records::request(&request.id), request)?;
            let known = unit.read(records::absences()).await?.unwrap_or_default();
            let roster = Roster { people: &mind.people, absences: &known };
            index::update(&mut unit, request, roster, now).await?;
            absences = Some(known);
        }
        if let Some(absences) = &decision.absences {
            unit.write(records::absences(), absences)?;
        }
        if let Some(person) = &decision.digest {
            unit.read::<Timestamp>(records::digest(person)).await?;
            unit.write(records::digest(person), &now)?;
        }
        if let Some((prefix, number)) = &decision.number {
            unit.raise(records::counter(prefix), *number);
        }
        for keep in &decision.keep {
            keep.write(&mut unit).await?;
        }
        for step in &decision.links {
            step.write(&mut unit).await?;
        }
        let starts_timer = decision.effects.iter().any(|effect| matches!(effect, Effect::Start(_)));
        let writes_file = decision.effects.iter().any(|effect| matches!(effect, Effect::File(_)));
        let (version, entries) = self.committer.commit(unit, decision.effects, &cause, now).await?;
        for step in decision.links {
            if let LinkStep::Links(links) = step {
                info!("other accounts are joined than before");
                self.minds.link(links);
                self.homes.changed(|_| true);
            }
        }
        if let Work::Event(event) = &job.work {
            self.numbers.settle(&event.id.0, decision.number.as_ref().map(|(_, number)| *number));
            self.homes.acted(&event.account);
        }
        if let Some(request) = &decision.request {
            let absences = absences.unwrap_or_default();
            let roster = Roster { people: &mind.people, absences: &absences };
            self.homes.changed(|account| {
                let person = mind.people.by_account(account);
                person.is_some_and(|person| request.visible_to(&person.id, roster, now))
            });
        }
        match &decision.request {
            Some(request) => info!(status = ?request.status, messages = entries.len(), "handled"),
            None => debug!(messages = entries.len(), "handled"),
        }
        self.pending.add(entries.len());
        for (key, entry) in entries {
            self.send(Outgoing { tried: Tried::Never, key, version, entry });
        }
        if writes_file {
            self.files.notify_one();
        }
        if starts_timer {
            self.timers.notify_one();
        }
        Ok(())
    }

    /// Decides when there is a core for it: one is left for what comes in, which platforms want acknowledged soon.
    async fn think(&self, decide: impl FnOnce() -> Decision) -> Decision {
        // It is never closed.
        let _turn = self.thinking.acquire().await.ok();
        guarded(decide)
    }

    /// A timer that is handled no longer stands under its id, unless it was set anew meanwhile.
    async fn take_down(&self, unit: &mut Unit<'_>, timer: &Timer, key: &Key) -> Result<(), StoreError> {
        let pointer = records::timer_of(&timer.id);
        let current: Option<Key> = unit.read(pointer.clone()).await?;
        if current.as_ref() == Some(key) {
            unit.remove(pointer);
        }
        Ok(())
    }

    async fn load(
        &self,
        unit: &mut Unit<'_>,
        mind: &Mind,
        event: &Event,
        understood: Understood,
        now: Timestamp,
    ) -> Result<Loaded, StoreError> {
        let Understood { intent, bound, conversation, talk } = understood;
        let needs = intent.needs(mind, conversation.as_ref());
        let heard = self.hear(unit, event, &intent, &needs, bound.as_ref(), talk).await?;
        let mut loaded = Loaded { conversation, heard, seat: self.seat(event), ..Loaded::default() };
        if intent.subject().is_some() || needs != Needs::default() || intent.tells_absences() {
            loaded.absences = unit.read(records::absences()).await?.unwrap_or_default();
        }
        if let Some(id) = &needs.request {
            loaded.request = unit.read(records::request(id)).await?;
        }
        if needs.shelf {
            loaded.shelf = Some(Shelf::read(unit, self.store.as_ref()).await?);
        }
        if intent.is_about_links() {
            loaded.linking = Some(self.linking(unit, mind, event, &intent).await?);
        }
        let store = self.store.as_ref();
        match needs.requests {
            Extent::None => {}
            Extent::Newest => {
                let roster = Roster { people: &mind.people, absences: &loaded.absences };
                if let Some(person) = mind.people.by_account(&event.account) {
                    let found = lookup::seen_by(store, &person.id, roster, now).await?;
                    (loaded.requests, loaded.more) = (found.requests, found.more);
                }
            }
            Extent::All => {
                let all = read_all(store, records::all_requests()).await?;
                loaded.requests = all.into_iter().map(|(_, _, request)| request).collect();
            }
        }
        if !needs.places.is_empty() {
            loaded.requests = lookup::at_places(store, &needs.places).await?;
        }
        if let Some(id) = &needs.trail {
            let numbers = read_all::<u64>(self.store.as_ref(), records::all_audit_of(&id.into())).await?;
            for (_, _, number) in numbers {
                loaded.trail.extend(self.load_one(records::audit(number)).await?);
            }
        }
        if needs.audit_check {
            let end: Head = self.load_one(records::audit_head()).await?.unwrap_or_default();
            // Entries that were added after the end was read are none of this check's business.
            let log = records::all_audit().start..records::audit(end.number + 1);
            let log = read_all::<AuditEntry>(self.store.as_ref(), log).await?;
            let log: Vec<AuditEntry> = log.into_iter().map(|(_, _, entry)| entry).collect();
            let checked = audit::verify(&log, &end);
            loaded.audit_check = Some((checked, end));
        }
        if let Some(workflow) = needs.number_of.and_then(|id| mind.knowledge.workflow(&id)) {
            let recorded = self.load_one(records::counter(&workflow.prefix)).await?.unwrap_or(0);
            loaded.last_number = Some(self.numbers.before(&workflow.prefix, &event.id.0, recorded));
        }
        Ok(loaded)
    }

    /// What a timer that is due looks at. What a digest names is read with its version: should one of them be decided
    /// meanwhile, the digest is made anew.
    async fn load_for_timer(
        &self,
        unit: &mut Unit<'_>,
        mind: &Mind,
        timer: &Timer,
        now: Timestamp,
    ) -> Result<Loaded, StoreError> {
        let absences = unit.read(records::absences()).await?.unwrap_or_default();
        let mut loaded = Loaded { absences, ..Loaded::default() };
        if timer.purpose == Purpose::Team {
            loaded.shelf = Some(Shelf::read(unit, self.store.as_ref()).await?);
            let all = read_all(self.store.as_ref(), records::all_requests()).await?;
            loaded.requests = all.into_iter().map(|(_, _, request)| request).collect();
        } else if let Some((person, after)) = sweep::of(timer) {
            let roles = Roster { people: &mind.people, absences: &loaded.absences }.roles(&person, now);
            let store = self.store.as_ref();
            loaded.page = lookup::decided_by(store, &roles, after.as_ref(), sweep::AT_A_TIME).await?;
        } else if let Some(person) = digest::person_of(&timer.subject) {
            let roster = Roster { people: &mind.people, absences: &loaded.absences };
            for id in lookup::waiting_for(self.store.as_ref(), &person, roster, now).await? {
                loaded.requests.extend(unit.read(records::request(&id)).await?);
            }
            loaded.last_digest = unit.read(records::digest(&person)).await?;
        } else if let Ok(id) = timer.subject.0.parse::<RequestId>() {
            loaded.request = unit.read(records::request(&id)).await?;
        }
        Ok(loaded)
    }

    pub(super) async fn load_one<T: serde::de::DeserializeOwned>(
        &self,
        key: Key,
    ) -> Result<Option<T>, StoreError> {
        self.store.load(&key).await?.as_ref().map(records::decode).transpose()
    }

    /// The store failed: the bot must not go on.
    pub(super) fn fail(&self, error: StoreError) {
        error!(%error, "the store failed");
        // The first failure is the one to tell.
        let _ = self.failure.set(error);
        self.failed.cancel();
    }
}

/// Runs a handler. Handlers do not panic; if one does all the same, the event is dropped with a loud line in
/// the log rather than stopping everything else at every start.
fn guarded(decide: impl FnOnce() -> Decision) -> Decision {
    catch_unwind(AssertUnwindSafe(decide)).unwrap_or_else(|_| {
        error!("a handler panicked; the event has no effect. Please report this.");
        Decision::default()
    })
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The number after that of the last record of a kind.
fn number_after(last: Option<&Key>) -> u64 {
    last.and_then(|key| key.0.rsplit('/').next()?.parse::<u64>().ok()).unwrap_or(0) + 1
}
