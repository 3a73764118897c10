//! What is learned from questions: which answers help, and what was asked in vain.

use std::collections::BTreeMap;

use super::super::filter::SURE;
use super::super::hear::{Heard, Keep};
use super::super::records::counsel::{Gap, Helpful, Vote};
use super::super::texts::counsel as words;
use super::super::texts::counsel::GapLine;
use super::{Decision, Scene};
use crate::counsel::{Counsel, Kind};
use crate::knowledge::Knowledge;

/// How many groups are shown in chat.
const SHOWN: usize = 15;

/// Like questions that were asked in vain, the most frequent first. What an article answers by now is left out.
pub fn grouped(counsel: &Counsel, knowledge: &Knowledge, gaps: &[Gap]) -> Vec<GapLine> {
    let open = |gap: &&Gap| {
        let answer = counsel.answer(knowledge, &gap.question);
        gap.article.is_some() || answer.kind != Kind::Answer || answer.confidence < SURE
    };
    let gaps: Vec<&Gap> = gaps.iter().filter(open).collect();
    let questions: Vec<&str> = gaps.iter().map(|gap| gap.question.as_str()).collect();
    let mut lines: Vec<GapLine> = counsel
        .alike(&questions)
        .into_iter()
        .filter_map(|group| {
            let of_group = || group.iter().filter_map(|index| gaps.get(*index));
            let newest = of_group().max_by_key(|gap| gap.at)?;
            Some(GapLine {
                question: newest.question.clone(),
                count: group.len(),
                newest: newest.at,
                article: of_group().find_map(|gap| gap.article.clone()),
            })
        })
        .collect();
    lines.sort_by(|a, b| b.count.cmp(&a.count).then(b.newest.cmp(&a.newest)));
    lines
}

/// How many found each article helpful, and how many not; the least helpful first.
pub fn judged(votes: &[Vote]) -> Vec<(String, usize, usize)> {
    let mut by_article: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for vote in votes {
        let (yes, no) = by_article.entry(&vote.article).or_default();
        match vote.helpful {
            Helpful::Yes => *yes += 1,
            Helpful::No => *no += 1,
        }
    }
    let mut judged: Vec<(String, usize, usize)> =
        by_article.into_iter().map(|(article, (yes, no))| (article.to_owned(), yes, no)).collect();
    judged.sort_by_key(|(_, yes, no)| (std::cmp::Reverse(*no), std::cmp::Reverse(*yes)));
    judged
}

impl Scene<'_> {
    /// Somebody says whether an answer helped; their last word counts.
    pub(super) fn helped(&self, helpful: Helpful, heard: &Heard) -> Decision {
        let answered = heard.asked.as_ref().and_then(|asked| Some((asked, asked.article.clone()?)));
        let Some((asked, article)) = answered else { return self.reply(words::no_answer_here()) };
        let vote = Vote { article, helpful, at: self.now };
        let mut decision = match helpful {
            Helpful::Yes => self.reply(words::thanks()),
            Helpful::No => self.reply(words::sorry(self.event.place.audience)),
        };
        decision.keep.push(Keep::Vote(self.event.account.clone(), vote));
        if asked.asker == self.event.account && asked.ask.is_none() {
            decision.keep.push(match helpful {
                Helpful::Yes => self.served(asked),
                Helpful::No => self.in_vain(asked),
            });
        }
        decision
    }

    /// What was asked in vain, for the OSPO.
    pub(super) fn gaps(&self, heard: &Heard) -> Decision {
        if self.mind.of_the_ospo(&self.event.account).is_none() {
            return self.reply(words::only_the_ospo());
        }
        let mut lines = grouped(&self.mind.counsel, &self.mind.knowledge, &heard.gaps);
        let left_off = lines.len().saturating_sub(SHOWN);
        lines.truncate(SHOWN);
        let mut judged = judged(&heard.votes);
        judged.truncate(SHOWN);
        self.reply(words::gaps(&lines, left_off, &judged))
    }
}
