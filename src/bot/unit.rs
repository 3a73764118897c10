//! A unit of work: what was read, in which version, and the one batch that follows from it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::audit::{self, AuditEntry, Head};
use super::records::{self, OutboxEntry, decode, encode};
use crate::core::effect::{AuditFact, Destination, Effect, FileStep, Timer, TimerId};
use crate::store::{Batch, Change, Expect, Key, Store, StoreError, Version, Write};

/// Reads and remembers what it read, so that the commit fails if any of it changed meanwhile.
pub struct Unit<'s> {
    store: &'s dyn Store,
    read: BTreeMap<Key, Expect>,
    writes: BTreeMap<Key, Change>,
    raised: Option<(Key, u32)>,
}

/// How many records one scan asks for.
const PAGE: usize = 1000;

impl<'s> Unit<'s> {
    /// A unit that has read nothing yet.
    pub fn new(store: &'s dyn Store) -> Self {
        Self { store, read: BTreeMap::new(), writes: BTreeMap::new(), raised: None }
    }

    /// Reads a record; the commit depends on it.
    ///
    /// # Errors
    /// When the store fails or the record cannot be understood.
    pub async fn read<T: DeserializeOwned>(&mut self, key: Key) -> Result<Option<T>, StoreError> {
        let record = self.store.load(&key).await?;
        let value = record.as_ref().map(decode).transpose()?;
        self.read.insert(key, record.map_or(Expect::Absent, |record| Expect::At(record.version)));
        Ok(value)
    }

    /// Takes up a record that was read elsewhere; the commit depends on it.
    pub fn depends_on(&mut self, key: Key, version: Version) {
        self.read.insert(key, Expect::At(version));
    }

    /// Writes a record in place of what was read, or as a new one.
    ///
    /// # Errors
    /// When the value cannot be written.
    pub fn write<T: Serialize>(&mut self, key: Key, value: &T) -> Result<(), StoreError> {
        self.writes.insert(key, Change::Put(encode(value)?));
        Ok(())
    }

    /// Writes a record in place of whatever is there now.
    ///
    /// # Errors
    /// When the store fails or the value cannot be written.
    pub async fn put<T: Serialize>(&mut self, key: Key, value: &T) -> Result<(), StoreError> {
        self.know(&key).await?;
        self.write(key, value)
    }

    /// Removes a record if it is there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drop(&mut self, key: Key) -> Result<(), StoreError> {
        self.know(&key).await?;
        self.remove(key);
        Ok(())
    }

    /// Reads the version of a record that was not read yet.
    async fn know(&mut self, key: &Key) -> Result<(), StoreError> {
        if !self.read.contains_key(key) {
            let record = self.store.load(key).await?;
            self.read.insert(key.clone(), record.map_or(Expect::Absent, |record| Expect::At(record.version)));
        }
        Ok(())
    }

    /// Raises a number on record to at least this, whatever others have made of it since: it is read when the commit
    /// is made.
    pub fn raise(&mut self, key: Key, number: u32) {
        self.raised = Some((key, number));
    }

    /// Removes a record that was read; nothing happens where there was none.
    pub fn remove(&mut self, key: Key) {
        if let Some(Expect::At(_)) = self.read.get(&key) {
            self.writes.insert(key, Change::Remove);
        }
    }

    fn batch(self) -> Batch {
        let Self { mut read, writes, .. } = self;
        let mut batch = Batch::default();
        for (key, change) in writes {
            let expect = read.remove(&key).unwrap_or(Expect::Absent);
            batch.writes.push(Write { key, expect, change });
        }
        batch.writes.extend(read.into_iter().map(|(key, expect)| Write {
            key,
            expect,
            change: Change::Keep,
        }));
        batch
    }

    async fn replace_timer(&mut self, id: &TimerId, next: Option<&Timer>) -> Result<(), StoreError> {
        let pointer = records::timer_of(id);
        // A timer that is due then anyway stays: what many start at once is written once.
        if let Some(timer) = next {
            let key = records::timer(timer);
            if self.read::<Key>(pointer.clone()).await?.as_ref() == Some(&key)
                && !self.writes.contains_key(&key)
            {
                return Ok(());
            }
        }
        if let Some(Key(current)) = self.read::<Key>(pointer.clone()).await? {
            let current = Key(current);
            if !self.read.contains_key(&current) {
                self.read::<Timer>(current.clone()).await?;
            }
            self.remove(current);
        }
        match next {
            Some(timer) => {
                let key = records::timer(timer);
                if !self.read.contains_key(&key) {
                    self.read::<Timer>(key.clone()).await?;
                }
                self.write(key.clone(), timer)?;
                self.write(pointer, &key)
            }
            None => {
                self.remove(pointer);
                Ok(())
            }
        }
    }
}

/// Reads every record of a range, page by page.
///
/// # Errors
/// When the store fails or a record cannot be understood.
pub async fn read_all<T: DeserializeOwned>(
    store: &dyn Store,
    range: Range<Key>,
) -> Result<Vec<(Key, Version, T)>, StoreError> {
    let mut all = Vec::new();
    let mut from = range.start;
    loop {
        let page = store.scan(from.clone()..range.end.clone(), PAGE).await?;
        let more = page.len() == PAGE;
        for record in page {
            let value = decode(&record)?;
            from = record.key.next();
            all.push((record.key, record.version, value));
        }
        if !more {
            return Ok(all);
        }
    }
}

/// Turns decisions into commits. Commits of one process pass one after another, so that the audit log grows in
/// order; they wait for the disk together.
pub struct Committer {
    next_outbox: AtomicU64,
    gate: Mutex<()>,
}

impl Committer {
    /// A committer that numbers the outbox from `next_outbox` on.
    pub fn new(next_outbox: u64) -> Self {
        Self { next_outbox: AtomicU64::new(next_outbox), gate: Mutex::new(()) }
    }

    /// Commits a unit with its effects, whole or not at all, and returns what is now to be shown, with the
    /// version of all that was written.
    ///
    /// `cause` names what was handled; the ids of deliveries derive from it, so a retry gives the same ids.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when something that was read has changed: read again and decide anew.
    pub async fn commit(
        &self,
        mut unit: Unit<'_>,
        effects: Vec<Effect>,
        cause: &str,
        now: Timestamp,
    ) -> Result<(Version, Vec<(Key, OutboxEntry)>), StoreError> {
        let mut facts: Vec<AuditFact> = Vec::new();
        let mut entries: Vec<OutboxEntry> = Vec::new();
        let mut files: Vec<FileStep> = Vec::new();
        for effect in effects {
            let id = format!("{cause}/{}", entries.len());
            match effect {
                Effect::Say { to, content } => {
                    entries.push(OutboxEntry { id, to, content, slot: None, follows: None });
                }
                Effect::Show { slot, subject, to, content } => {
                    let slot = Some((slot, subject));
                    entries.push(OutboxEntry { id, to, content, slot, follows: None });
                }
                Effect::Follow { slot, place, content } => {
                    let to = Destination::Place { place };
                    entries.push(OutboxEntry { id, to, content, slot: None, follows: Some(slot) });
                }
                Effect::File(step) => files.push(step),
                Effect::Audit(fact) => facts.push(fact),
                Effect::Start(timer) => unit.replace_timer(&timer.id.clone(), Some(&timer)).await?,
                Effect::Stop { timer } => unit.replace_timer(&timer, None).await?,
            }
        }
        let gate = self.gate.lock().await;
        if let Some((key, number)) = unit.raised.take() {
            let recorded: u32 = unit.read(key.clone()).await?.unwrap_or(0);
            unit.write(key, &recorded.max(number))?;
        }
        if !facts.is_empty() {
            let mut head: Head = unit.read(records::audit_head()).await?.unwrap_or_default();
            for fact in facts {
                let subject = fact.subject.clone();
                let entry: AuditEntry = audit::append(&head, now, fact);
                head = Head { number: entry.number, hash: entry.hash.clone() };
                unit.write(records::audit_of(&subject, entry.number), &entry.number)?;
                unit.write(records::audit(entry.number), &entry)?;
            }
            unit.write(records::audit_head(), &head)?;
        }
        let mut numbered = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = records::outbox(self.next_outbox.fetch_add(1, Ordering::Relaxed));
            unit.write(key.clone(), &entry)?;
            numbered.push((key, entry));
        }
        for step in files {
            // Numbered with the outbox, so that their order is that of the decisions.
            unit.write(records::file(self.next_outbox.fetch_add(1, Ordering::Relaxed)), &step)?;
        }
        let store = unit.store;
        let durable = store.commit(unit.batch());
        drop(gate);
        Ok((durable.await?, numbered))
    }
}
