//! Words about a request that somebody is asked for: why they reject it, what their concern is. They come before
//! whatever else is under way with them there, and that goes on afterwards.

use super::super::records::{About, Conversation};
use super::super::texts;
use super::{ConversationChange, Decision, Loaded, Scene};
use crate::core::message::Content;
use crate::request::machine::On;
use crate::request::state::Confirmed;
use crate::request::steps::{self, By};
use crate::request::texts as ask;
use crate::request::{Choice, Deed, Means, Request, RequestId};

impl Scene<'_> {
    /// Asks for the words of a concern or a question; who may not have any is told so at once.
    pub(super) fn ask_words(
        &self,
        by: By<'_>,
        request: &Request,
        about: About,
        on: &On,
        loaded: &Loaded,
    ) -> Decision {
        let desk = self.desk(loaded);
        if let Err(why) = request.may_speak(desk.roster, by.person, on, self.now) {
            let deed = match about {
                About::Question => Deed::Ask(String::new()),
                _ => Deed::Concern { text: String::new(), on: on.clone() },
            };
            let outcome = steps::refuse(desk, request.clone(), by, &deed, &why);
            return Decision { effects: outcome.effects, ..Decision::default() };
        }
        let asking = Conversation::asking(loaded.conversation.clone(), request.id.clone(), about);
        Decision { conversation: ConversationChange::Set(asking), ..self.reply(asked(&request.id, about)) }
    }

    /// Words that were asked for.
    pub(super) fn words(
        &self,
        by: By<'_>,
        id: &RequestId,
        about: About,
        words: &str,
        loaded: Loaded,
    ) -> Decision {
        let under_way = loaded.conversation.clone();
        let deed = match about {
            About::Reason => Deed::Vote(steps::vote(Choice::Reject, Some(words), Means::Words)),
            About::Concern => Deed::Concern { text: words.to_owned(), on: On::default() },
            About::Question => Deed::Ask(words.to_owned()),
            About::Confirmation => {
                if words.trim().parse::<RequestId>().ok().as_ref() != Some(id) {
                    return self.reply(ask::not_confirmed(id).into());
                }
                let waiting = loaded.request.as_ref().and_then(|request| {
                    let mut ballots = request.ballots.values().filter_map(|ballots| ballots.get(by.person));
                    ballots.find(|ballot| ballot.confirmed == Confirmed::Awaited)?.choice
                });
                match waiting {
                    Some(choice) => Deed::Vote(steps::vote(choice, None, Means::Words)),
                    None => {
                        let told = self.reply(texts::nothing_under_way());
                        return self.words_done(told, under_way.as_ref(), id, about);
                    }
                }
            }
        };
        self.words_done(self.act(loaded, id, by, deed), under_way.as_ref(), id, about)
    }

    /// The author leaves it.
    pub(super) fn leave_words(&self, id: &RequestId, about: About, loaded: &Loaded) -> Decision {
        self.words_done(self.reply(texts::words_left(id, about)), loaded.conversation.as_ref(), id, about)
    }

    /// What they were asked for is wanted no more, if they were.
    pub(super) fn unasked_words(&self, loaded: &Loaded, id: &RequestId, about: About) -> Decision {
        match &loaded.conversation {
            Some(under_way) if under_way.asks(id, about) => self.leave_words(id, about, loaded),
            _ => Decision::default(),
        }
    }

    /// A decision after which words are no longer waited for, if they were; what was under way before goes on.
    pub(super) fn words_done(
        &self,
        mut decision: Decision,
        under_way: Option<&Conversation>,
        id: &RequestId,
        about: About,
    ) -> Decision {
        let now = match &decision.conversation {
            ConversationChange::Keep => under_way,
            ConversationChange::Set(next) => Some(next),
            ConversationChange::End => None,
        };
        let Some(now) = now.filter(|now| now.asks(id, about)).cloned() else { return decision };
        let was_first = matches!(&now, Conversation::Words { request, about: what, .. }
            if request == id && *what == about);
        let next = now.without(id, about);
        if let Some(again) = next.as_ref().filter(|_| was_first).and_then(|next| self.going_on(next)) {
            decision.effects.push(self.author_told(again));
        }
        decision.conversation = next.map_or(ConversationChange::End, ConversationChange::Set);
        decision
    }

    /// What says that something goes on.
    fn going_on(&self, conversation: &Conversation) -> Option<Content> {
        match conversation {
            Conversation::Words { request, about, .. } => Some(asked(request, *about)),
            Conversation::Filling(draft) => {
                let (form, _) = self.form_of(draft)?;
                Some(texts::form_under_way(&form.title))
            }
            Conversation::Coached(_) => None,
        }
    }
}

/// The question for words.
fn asked(id: &RequestId, about: About) -> Content {
    match about {
        About::Reason => ask::ask_reason(id),
        About::Confirmation => ask::ask_confirmation(id),
        About::Concern => ask::ask_concern(id),
        About::Question => ask::ask_question(id),
    }
    .into()
}
