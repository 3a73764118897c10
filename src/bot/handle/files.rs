//! What people attach: an SBOM is held against the policy, a license text is recognized.

use jiff::tz::TimeZone;

use super::super::files::Received;
use super::super::texts;
use super::{Decision, Scene};
use crate::core::effect::{Destination, Effect};
use crate::core::message::{Block, Content, Picture};
use crate::license::attachment::{self, Attachment};
use crate::license::policy::PolicyUse;
use crate::license::sbom::Question;
use crate::license::{Sbom, SbomReport, view};
use crate::picture::{Bar, bars, png};

impl Scene<'_> {
    /// Says what each attached file is, and what the policy says of it. `words` came with the files and may name the
    /// use: "for saas".
    pub(super) fn attached(&self, words: &str) -> Decision {
        let use_ = named_in(words).unwrap_or(PolicyUse::Distributed);
        let to = || Destination::Place { place: self.home() };
        let say = |file: &Received| Effect::Say { to: to(), content: self.about(file, use_) };
        Decision { effects: self.files.iter().map(say).collect(), ..Decision::default() }
    }

    fn about(&self, file: &Received, use_: PolicyUse) -> Content {
        let bytes = match &file.content {
            Ok(bytes) => bytes,
            Err(why) => return texts::file_not_read(&file.name, why),
        };
        let knowledge = &self.mind.knowledge;
        match attachment::read(&knowledge.licenses, &file.name, bytes) {
            Attachment::Sbom(sbom) => {
                let report = self.judged(&sbom, use_);
                with_picture(view::sbom(&report), &report)
            }
            other => view::file(&knowledge.licenses, &file.name, &other),
        }
    }

    /// What the policy says of an SBOM today: exceptions that have run out count no more.
    pub(super) fn judged(&self, sbom: &Sbom, use_: PolicyUse) -> SbomReport {
        let knowledge = &self.mind.knowledge;
        let today = Some(self.now.to_zoned(TimeZone::UTC).date());
        let question = Question { use_, project: None, today };
        SbomReport::of(sbom, &knowledge.policy, &knowledge.licenses, question)
    }
}

/// The use that words name: "for saas".
fn named_in(words: &str) -> Option<PolicyUse> {
    words.split(|c: char| !c.is_alphanumeric()).find_map(|word| word.parse().ok())
}

/// The report with its bars; without them when they cannot be drawn, since the words say the same.
fn with_picture(mut content: Content, report: &SbomReport) -> Content {
    let (title, about, counts) = view::sbom_chart(report);
    let words = counts.iter().map(|(label, value, _)| format!("{label:<10} {value}\n")).collect();
    let counts: Vec<Bar> =
        counts.into_iter().map(|(label, value, tone)| Bar::new(label, value, tone)).collect();
    if let (Ok(png), Content::Card(card)) = (png(&bars(&title, &about, &counts)), &mut content) {
        card.blocks.push(Block::Picture(Picture { name: "licenses.png".to_owned(), words, png }));
    }
    content
}
