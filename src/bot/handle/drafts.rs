//! A person's answer becomes a draft article, and the draft an article: both only by people of the OSPO.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::super::hear::{Heard, Keep};
use super::super::records::counsel::{Ask, Draft, DraftState};
use super::super::texts::counsel as words;
use super::{Decision, Scene};
use crate::core::effect::{Destination, Effect, FileStep, Outcome as Taken, Slot, Subject};
use crate::core::source::SourceFile;
use crate::knowledge::files::DRAFTS;
use crate::knowledge::{Article, draft};
use crate::license::mentions;
use crate::request::RequestId;

/// Where drafts go when they are published, in the company's knowledge folder.
const ARTICLES: &str = "articles/answers";

impl Scene<'_> {
    /// Makes a draft of what people answered to a question, or makes it anew.
    pub(super) fn draft(&self, id: &RequestId, heard: &Heard) -> Decision {
        let Some(person) = self.mind.of_the_ospo(&self.event.account) else {
            return self.reply(words::only_the_ospo());
        };
        let Some(ask) = &heard.ask else { return self.reply(words::no_ask(id)) };
        if ask.replies.is_empty() {
            return self.reply(words::nothing_to_draft(id));
        }
        let article = match &heard.draft {
            Some(draft) if draft.state == DraftState::Published => {
                return self.reply(words::published_already(&draft.article));
            }
            Some(draft) => draft.article.clone(),
            None => self.free_id(ask),
        };
        let text = self.text(ask, &article);
        let draft = Draft {
            ask: id.clone(),
            article,
            text,
            state: DraftState::Proposed,
            by: person.id.clone(),
            at: self.now,
        };
        let put = FileStep::Put { path: in_drafts(&draft), text: draft.text.clone() };
        self.drafted(draft, "draft.made", put)
    }

    /// A draft becomes an article.
    pub(super) fn publish(&self, id: &RequestId, heard: &Heard) -> Decision {
        self.decide_on(id, heard, |draft| match (&self.mind.folder, faults(draft).is_empty()) {
            (Some(_), true) => {
                draft.state = DraftState::Published;
                let step = FileStep::Publish {
                    draft: in_drafts(draft),
                    article: in_articles(draft),
                    text: draft.text.clone(),
                };
                Some(("draft.published", step))
            }
            _ => None,
        })
    }

    /// A draft becomes nothing.
    pub(super) fn discard(&self, id: &RequestId, heard: &Heard) -> Decision {
        self.decide_on(id, heard, |draft| {
            draft.state = DraftState::Discarded;
            Some(("draft.discarded", FileStep::Remove { path: in_drafts(draft) }))
        })
    }

    fn decide_on(
        &self,
        id: &RequestId,
        heard: &Heard,
        step: impl FnOnce(&mut Draft) -> Option<(&'static str, FileStep)>,
    ) -> Decision {
        let Some(person) = self.mind.of_the_ospo(&self.event.account) else {
            let mut decision = self.reply(words::only_the_ospo());
            decision.effects.push(self.ask_on_record(id, "draft.decided", Taken::Refused));
            return decision;
        };
        let proposed = heard.draft.as_ref().filter(|draft| draft.state == DraftState::Proposed);
        let Some(draft) = proposed else { return self.reply(words::no_draft(id)) };
        let mut draft = Draft { by: person.id.clone(), at: self.now, ..draft.clone() };
        match step(&mut draft) {
            Some((action, step)) => self.drafted(draft, action, step),
            None => self.reply(words::cannot_publish(&draft.article)),
        }
    }

    /// The draft as it is now: its card, its file, and the record of it.
    fn drafted(&self, draft: Draft, action: &str, step: FileStep) -> Decision {
        let content =
            words::draft_card(&draft, &faults(&draft), self.mind.folder.as_deref(), &self.mind.people);
        let show = |(index, place)| Effect::Show {
            slot: Slot(format!("{}/draft/{index}", draft.ask)),
            subject: Subject(format!("draft/{}", draft.ask)),
            to: Destination::Place { place },
            content: content.clone(),
        };
        let mut effects: Vec<Effect> = self.ospo_channels().into_iter().enumerate().map(show).collect();
        if self.mind.folder.is_some() {
            effects.push(Effect::File(step));
        }
        let detail = BTreeMap::from([("article".to_owned(), draft.article.clone())]);
        effects.push(self.ask_on_record_with(&draft.ask, action, Taken::Done, detail));
        Decision { effects, keep: vec![Keep::Draft(draft)], ..Decision::default() }
    }

    fn text(&self, ask: &Ask, article: &str) -> String {
        let answers: Vec<&str> = ask.replies.iter().map(|reply| reply.text.as_str()).collect();
        let licenses: BTreeSet<String> = mentions(&self.mind.knowledge.licenses, &ask.question)
            .into_iter()
            .filter_map(|mention| mention.expression)
            .filter(|expression| spdx_id(expression))
            .collect();
        let licenses: Vec<String> = licenses.into_iter().collect();
        let today = self.now.to_zoned(TimeZone::UTC).date();
        let question = &ask.question;
        draft::Draft { id: article, question, answers: &answers, licenses: &licenses, today }.text()
    }

    /// An id that no article has.
    fn free_id(&self, ask: &Ask) -> String {
        let id = draft::id(&ask.question);
        match self.mind.knowledge.article(&id) {
            Some(_) => format!("{id}-{}", ask.id.to_string().to_lowercase()),
            None => id,
        }
    }
}

/// Whether an expression is a single license of the list.
fn spdx_id(expression: &str) -> bool {
    !expression.contains(' ') && !expression.ends_with('+')
}

fn in_drafts(draft: &Draft) -> String {
    format!("{DRAFTS}/{}.md", draft.article)
}

fn in_articles(draft: &Draft) -> String {
    format!("{ARTICLES}/{}.md", draft.article)
}

/// Why a draft could not be served as it is.
fn faults(draft: &Draft) -> Vec<String> {
    let file = SourceFile { path: in_articles(draft), text: draft.text.clone() };
    let faults = Article::load(&file).err().unwrap_or_default();
    faults.into_iter().map(|fault| format!("{}; {}", fault.what, fault.cure)).collect()
}
