//! Reminders in chat, and the timer that tells them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::super::coach::{Kept, Shelf};
use super::super::super::mind::Mind;
use super::super::{Decision, Loaded};
use super::{Answered, Coach, refuse};
use crate::core::effect::{Destination, Effect, Purpose, Subject, Timer, TimerId};
use crate::core::message::Content;
use crate::core::person::{ChannelId, Role};
use crate::core::time::working_days_after;
use crate::maturity::reminder::{self, Item, Kind, Reminder, State};
use crate::maturity::schedule::{Schedule, Turn, turn};
use crate::maturity::{texts, view};
use crate::request::state::Discretion;
use crate::request::{Request, Roster, Status};

/// How many occasions a preview shows.
const PREVIEW: usize = 10;
/// After how many working days a checklist is late.
const CHECKLIST_DAYS: u32 = 10;

fn subject(number: u32) -> Subject {
    Subject(format!("remind-{number}"))
}

fn timer_id(number: u32) -> TimerId {
    TimerId(format!("remind-{number}/digest"))
}

/// The timer that looks at a reminder next; none when its schedule never comes again.
fn next_timer(reminder: &Reminder, now: Timestamp) -> Option<Effect> {
    let due = match turn(&reminder.schedule, reminder.told, now) {
        Turn::Wait(due) => due,
        Turn::Now { .. } => now,
        Turn::Never => return None,
    };
    let (id, subject) = (timer_id(reminder.number), subject(reminder.number));
    Some(Effect::Start(Timer { id, due, subject, purpose: Purpose::Team }))
}

/// The timer of a reminder is due: says what is worth it, and looks again at the next occasion. Asked twice, it says
/// nothing twice.
pub(in super::super) fn ring(mind: &Mind, timer: &Timer, loaded: &Loaded, now: Timestamp) -> Decision {
    let Some(shelf) = &loaded.shelf else { return Decision::default() };
    let mine = |reminder: &&Reminder| subject(reminder.number) == timer.subject;
    let Some(reminder) = shelf.reminders.iter().find(mine) else { return Decision::default() };
    if reminder.state == State::Paused {
        return Decision::default();
    }
    let mut reminder = reminder.clone();
    let mut decision = Decision::default();
    if let Turn::Now { until, missed } = turn(&reminder.schedule, reminder.told, now) {
        reminder.told = until;
        let today = reminder.schedule.day_of(now);
        let items = items(mind, shelf, loaded, &reminder, now);
        if let Some(digest) = reminder.digest(&items, today) {
            let content = view::digest(&reminder, &digest, missed, today).into();
            decision
                .effects
                .push(Effect::Say { to: Destination::Place { place: reminder.place.clone() }, content });
        }
    }
    decision.effects.extend(next_timer(&reminder, now));
    decision.kept.push(Kept::Reminder(reminder));
    decision
}

/// Everything that may be worth a word in the channel of a reminder, and may be read there: steps everywhere; what is
/// about requests only where those who decide are told, and where the OSPO is.
fn items(mind: &Mind, shelf: &Shelf, loaded: &Loaded, reminder: &Reminder, now: Timestamp) -> Vec<Item> {
    let channel = &reminder.place.channel;
    let of_ospo = mind.channels.of(&Role::ospo()).contains(channel);
    let mut items = reminder::steps(&shelf.roadmap, &mind.people);
    // A confidential request is nobody's news.
    let open: Vec<&Request> =
        loaded.requests.iter().filter(|request| request.discretion == Discretion::Normal).collect();
    let roster = Roster { people: &mind.people, absences: &loaded.absences };
    let waits = |request: &&&Request| waits_in(mind, request, roster, channel, of_ospo, now);
    items.extend(open.iter().filter(waits).map(|request| approval(request)));
    if of_ospo {
        let models = mind.knowledge.models.iter();
        items.extend(models.filter_map(|model| reminder::renewal(model, shelf.newest(model)?)));
        items.extend(open.iter().filter_map(|request| checklist(request)));
    }
    items.extend(articles(mind, reminder, of_ospo, now));
    items
}

/// Whether a request waits for somebody who is told in a channel.
fn waits_in(
    mind: &Mind,
    request: &Request,
    roster: Roster<'_>,
    channel: &ChannelId,
    of_ospo: bool,
    now: Timestamp,
) -> bool {
    request.status.is_open()
        && request.rules.stages.iter().any(|stage| {
            let told_here = of_ospo || mind.channels.of(&stage.role).contains(channel);
            told_here && !request.awaited(stage, roster, now).is_empty()
        })
}

fn approval(request: &Request) -> Item {
    Item {
        key: format!("approval-{}", request.id),
        kind: Kind::Approval,
        text: format!("{} {}", request.id, request.summary),
        owner: None,
        due: request.filed_at.to_zoned(TimeZone::UTC).date(),
        done: None,
        look: Some(format!("show {}", request.id)),
    }
}

/// An approved request whose checklist is late.
fn checklist(request: &Request) -> Option<Item> {
    let left = request.todo.iter().filter(|todo| todo.done.is_none()).count();
    (request.status == Status::Approved && left > 0).then(|| Item {
        key: format!("checklist-{}", request.id),
        kind: Kind::Checklist,
        text: format!("{} {}: {} of its checklist", request.id, request.summary, texts::count(left, "task")),
        owner: None,
        due: working_days_after(request.since, CHECKLIST_DAYS, &TimeZone::UTC).to_zoned(TimeZone::UTC).date(),
        done: None,
        look: Some(format!("show {}", request.id)),
    })
}

/// Articles that are due for review: one entry for each owner, to the OSPO and to the team that owns them.
fn articles(mind: &Mind, reminder: &Reminder, of_ospo: bool, now: Timestamp) -> Vec<Item> {
    let today = reminder.schedule.day_of(now);
    let mut due: BTreeMap<&str, Vec<(jiff::civil::Date, &str)>> = BTreeMap::new();
    for article in mind.knowledge.articles.iter().filter(|article| article.review_due() <= today) {
        if of_ospo || article.owner.eq_ignore_ascii_case(&reminder.team) {
            due.entry(&article.owner).or_default().push((article.review_due(), &article.id));
        }
    }
    let item = |(owner, articles): (&str, Vec<(jiff::civil::Date, &str)>)| {
        let (since, oldest) = articles.iter().min().copied()?;
        Some(Item {
            key: format!("articles-{owner}"),
            kind: Kind::Article,
            text: texts::articles_due(articles.len(), oldest),
            owner: Some(owner.to_owned()),
            due: since,
            done: None,
            look: Some(format!("answer {oldest}")),
        })
    };
    due.into_iter().filter_map(item).collect()
}

impl Coach<'_> {
    fn zone_name(&self) -> String {
        self.person.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    /// `remind add TEAM: SCHEDULE`, for the channel it is said in.
    pub(super) fn remind_add(&self, words: &str) -> Answered {
        if !self.is_ospo() {
            return refuse(texts::ospo_only("Setting up reminders"));
        }
        let place = crate::core::event::Place { thread: None, ..self.scene.event.place.clone() };
        // A colon also stands in a time of day: a team's is followed by a space.
        let (team, schedule) = match words.split_once(": ") {
            Some((team, schedule)) => (team.trim(), schedule),
            None => (place.channel.id.as_str(), words),
        };
        if team.is_empty() || team.chars().count() > 60 {
            return refuse(texts::problem(
                &"name the team in at most 60 letters: `remind add TEAM: SCHEDULE`",
            ));
        }
        let schedule = match Schedule::parse(schedule, &self.zone_name(), self.today()) {
            Ok(schedule) => schedule,
            Err(why) => return refuse(texts::problem(&why)),
        };
        let Some(first) = schedule.occasions(self.scene.now).next() else {
            return refuse(texts::problem(&"this schedule never comes"));
        };
        let number = self.shelf.reminders.iter().map(|reminder| reminder.number).max().unwrap_or(0) + 1;
        let reminder = Reminder {
            number,
            team: team.to_owned(),
            place,
            schedule,
            by: self.person.id.clone(),
            told: self.scene.now,
            state: State::Running,
            snoozed: BTreeMap::new(),
            not_ours: Default::default(),
        };
        let first = first.strftime("%A %Y-%m-%d %H:%M %Z").to_string();
        let timer = next_timer(&reminder, self.scene.now);
        let said = texts::reminder_added(&reminder, &first);
        let detail = [("schedule", reminder.schedule.to_string()), ("team", reminder.team.clone())];
        let audit = self.audit("remind.added", subject(number).0, &detail);
        let mut decision = self.kept(Kept::Reminder(reminder), said);
        decision.effects.extend(timer);
        decision.effects.push(audit);
        Ok(decision)
    }

    /// A reminder that the author may change.
    ///
    /// # Errors
    /// The refusal.
    fn mine(&self, number: u32) -> Result<Reminder, Box<Content>> {
        if !self.is_ospo() {
            return refuse(texts::ospo_only("Changing reminders"));
        }
        self.shelf.reminder(number).cloned().ok_or_else(|| Box::new(texts::no_reminder(number)))
    }

    pub(super) fn remind_pause(&self, number: u32) -> Answered {
        let mut reminder = self.mine(number)?;
        reminder.state = State::Paused;
        let said = texts::reminder_changed(&reminder, "rests");
        let mut decision = self.kept(Kept::Reminder(reminder), said);
        decision.effects.push(Effect::Stop { timer: timer_id(number) });
        Ok(decision)
    }

    pub(super) fn remind_continue(&self, number: u32) -> Answered {
        let mut reminder = self.mine(number)?;
        if reminder.state == State::Running {
            return refuse(texts::reminder_changed(&reminder, "is running"));
        }
        reminder.state = State::Running;
        // What went by while it rested was not missed.
        reminder.told = self.scene.now;
        let timer = next_timer(&reminder, self.scene.now);
        let said = texts::reminder_changed(&reminder, "goes on");
        let mut decision = self.kept(Kept::Reminder(reminder), said);
        decision.effects.extend(timer);
        Ok(decision)
    }

    pub(super) fn remind_remove(&self, number: u32) -> Answered {
        let reminder = self.mine(number)?;
        let mut decision = self.kept(Kept::NoReminder(number), texts::reminder_changed(&reminder, "is gone"));
        decision.effects.push(Effect::Stop { timer: timer_id(number) });
        decision.effects.push(self.audit("remind.removed", subject(number).0, &[]));
        Ok(decision)
    }

    /// The OSPO sees all reminders; others those of the channel they are in.
    pub(super) fn remind_list(&self) -> Decision {
        let here = &self.scene.event.place.channel;
        let visible = |reminder: &&Reminder| self.is_ospo() || reminder.place.channel == *here;
        let reminders: Vec<Reminder> = self.shelf.reminders.iter().filter(visible).cloned().collect();
        self.reply(view::reminders(&reminders))
    }

    /// The next occasions, of a reminder or of a schedule that is being thought about.
    pub(super) fn remind_preview(&self, words: &str) -> Answered {
        let schedule = match words.trim().parse::<u32>() {
            Ok(number) => match self.ours(number) {
                Some(reminder) => Ok(reminder.schedule),
                None => return refuse(texts::no_reminder(number)),
            },
            Err(_) => Schedule::parse(words, &self.zone_name(), self.today()),
        };
        match schedule {
            Ok(schedule) => Ok(self.reply(texts::occasions(&schedule, self.scene.now, PREVIEW))),
            Err(why) => refuse(texts::problem(&why)),
        }
    }

    /// A reminder whose contents the author may put off: the OSPO, and whoever is in its channel.
    fn ours(&self, number: u32) -> Option<Reminder> {
        let here = &self.scene.event.place.channel;
        let reminder = self.shelf.reminder(number)?;
        (self.is_ospo() || reminder.place.channel == *here).then(|| reminder.clone())
    }

    pub(super) fn snooze(&self, number: u32, key: &str) -> Answered {
        let Some(mut reminder) = self.ours(number) else { return refuse(texts::no_reminder(number)) };
        let until = reminder.snooze(key, reminder.schedule.day_of(self.scene.now));
        Ok(self.kept(Kept::Reminder(reminder), texts::put_off(until)))
    }

    pub(super) fn not_ours(&self, number: u32, key: &str) -> Answered {
        let Some(mut reminder) = self.ours(number) else { return refuse(texts::no_reminder(number)) };
        reminder.disown(key);
        let said = texts::not_ours(&reminder.team);
        Ok(self.kept(Kept::Reminder(reminder), said))
    }
}
