//! What is said around an answer: whether it helped, who has a question now, how a channel is set.

use std::path::Path;

use jiff::Timestamp;

use super::super::records::counsel::{Ask, AskState, Draft, DraftState, Setting};
use super::line;
use crate::core::event::Audience;
use crate::core::manners::{Manners, Mode};
use crate::core::message::{Block, Button, Card, Content, Span, Text, Tone};
use crate::core::person::People;
use crate::request::RequestId;

/// Under every answer: whether it helped, and the way to a person.
pub fn feedback(audience: Audience) -> [Button; 3] {
    [Button::new("Helpful", "helpful"), Button::new("Not helpful", "unhelpful"), to_a_person(audience)]
}

/// The way to a person. Alone with the bot it says what that means.
pub fn to_a_person(audience: Audience) -> Button {
    let label = match audience {
        Audience::Channel => "Ask a person",
        Audience::Direct => "Show my name and question to the OSPO",
    };
    Button::new(label, "human")
}

/// A question that nothing here answers, asked alone with the bot: it goes to people only when the asker says so.
pub fn offer_a_person() -> Text {
    Text {
        blocks: vec![Block::line(
            "I have no reviewed answer to that, and I would rather not guess. The OSPO can answer it. They would see your \
             name and this question, and nothing else of what we talk about.",
        )],
        buttons: vec![to_a_person(Audience::Direct)],
    }
}

/// Before the notice, where nothing here answers.
pub fn no_answer() -> Block {
    Block::line("I have no reviewed answer to that, and I would rather not guess.")
}

/// To somebody whose question is with the OSPO: who has it, and how to add to it.
pub fn notice(ask: &Ask, people: &People, ospo: &[String]) -> Vec<Block> {
    let id = Span::code(ask.id.to_string());
    let by = ask.taken_by.as_ref().map(|person| people.name(person).to_owned());
    let first = match (ask.state, by) {
        (AskState::Waiting, None) => {
            let who = if ospo.is_empty() { String::new() } else { format!(": {}", ospo.join(", ")) };
            vec![Span::text(format!("Your question is with the OSPO now{who}. It is ")), id, Span::text(".")]
        }
        (AskState::Waiting, Some(by)) => {
            vec![Span::strong(by), Span::text(" of the OSPO has your question now ("), id, Span::text(").")]
        }
        (AskState::Answered, by) => {
            let by = by.unwrap_or_else(|| "The OSPO".to_owned());
            vec![Span::strong(by), Span::text(" has answered your question ("), id, Span::text(").")]
        }
        (AskState::Closed, _) => return vec![closed_words(&ask.id)],
    };
    vec![Block::Paragraph { spans: first }, Block::Paragraph { spans: how_to_add(ask) }]
}

fn how_to_add(ask: &Ask) -> Vec<Span> {
    if ask.has_own_thread() {
        vec![Span::faint("What you write in this thread reaches them too, unless you address it to me.")]
    } else {
        vec![
            Span::faint("To add something, say "),
            Span::code(format!("reply {} …", ask.id)),
            Span::faint("; nothing else reaches them."),
        ]
    }
}

fn closed_words(id: &RequestId) -> Block {
    Block::spans([
        Span::text("The OSPO says that "),
        Span::code(id.to_string()),
        Span::text(" is not a question for them. If you see it otherwise, please talk to them."),
    ])
}

/// To the asker: the OSPO does not answer it.
pub fn closed(id: &RequestId) -> Content {
    Content::Text(Text { blocks: vec![closed_words(id)], buttons: Vec::new() })
}

/// Nobody takes questions over.
pub fn nobody_takes_over() -> Content {
    line([Span::text(
        "I have no reviewed answer to that, and nobody is set to take questions over. Please ask your OSPO directly, and \
         tell them that [channels] in my config names no channel for the role ospo.",
    )])
}

/// The card in the OSPO's channel.
pub fn ask_card(ask: &Ask, asker: &str, people: &People) -> Content {
    let id = ask.id.to_string();
    let by = ask.taken_by.as_ref().map(|person| people.name(person).to_owned());
    let (tone, state) = match (ask.state, &by) {
        (AskState::Waiting, None) => (Tone::Waiting, None),
        (AskState::Waiting, Some(by)) => (Tone::Info, Some(format!("{by} is on it."))),
        (AskState::Answered, by) => {
            let by = by.clone().unwrap_or_else(|| "somebody".to_owned());
            (Tone::Good, Some(format!("Answered by {by}.")))
        }
        (AskState::Closed, by) => {
            let by = by.clone().unwrap_or_else(|| "somebody".to_owned());
            (Tone::Quiet, Some(format!("Not for us, says {by}.")))
        }
    };
    let place = match ask.place.audience {
        Audience::Channel => vec![Span::text(" asked in "), Span::code(ask.place.channel.to_string())],
        Audience::Direct => vec![Span::text(" asked me alone, and agreed to show you this")],
    };
    let mut asked = vec![Span::strong(asker)];
    asked.extend(place);
    asked.push(Span::text(":"));
    let mut blocks = vec![Block::Paragraph { spans: asked }, Block::Quote { text: ask.question.clone() }];
    blocks.extend(state.map(|state| Block::spans([Span::strong(state)])));
    let mut buttons = Vec::new();
    if ask.state == AskState::Waiting {
        if ask.taken_by.is_none() {
            buttons.push(Button::new("I am on it", format!("claim {id}")));
        }
        buttons.push(Button::new("Answered", format!("answered {id}")));
        buttons.push(
            Button::new("Not for us", format!("dismiss {id}"))
                .sure("The question is closed without an answer."),
        );
    }
    let mut footer = vec![
        Span::faint(format!("What you write in this card's thread goes to {asker} with your name; so does ")),
        Span::code(format!("reply {id} …")),
        Span::faint("."),
    ];
    if !ask.replies.is_empty() {
        footer.push(Span::faint(" 📝 on this card makes a draft article of the answers."));
    }
    Content::Card(Card {
        title: vec![Span::code(id.clone()), Span::text(" A question for the OSPO")],
        tone,
        blocks,
        buttons,
        reactions: Vec::new(),
        footer,
    })
}

/// An answer of a human, for the asker.
pub fn carried(id: &RequestId, by: &str, words: &str) -> Content {
    Content::Text(Text {
        blocks: vec![
            Block::spans([
                Span::strong(by),
                Span::text(" of the OSPO, on "),
                Span::code(id.to_string()),
                Span::text(":"),
            ]),
            Block::Quote { text: words.to_owned() },
        ],
        buttons: Vec::new(),
    })
}

/// What the asker adds, for the OSPO.
pub fn added(id: &RequestId, by: &str, words: &str) -> Content {
    Content::Text(Text {
        blocks: vec![
            Block::spans([
                Span::strong(by),
                Span::text(" adds to "),
                Span::code(id.to_string()),
                Span::text(":"),
            ]),
            Block::Quote { text: words.to_owned() },
        ],
        buttons: Vec::new(),
    })
}

/// To somebody whose words were passed on.
pub fn passed_on(id: &RequestId) -> Content {
    line([Span::text("Passed on ("), Span::code(id.to_string()), Span::text(").")])
}

/// To somebody who asks again for a person.
pub fn has_it_already(id: &RequestId) -> Content {
    line([Span::text("The OSPO has that question already: "), Span::code(id.to_string()), Span::text(".")])
}

/// There is no such question, or none that they may know of.
pub fn no_ask(id: &RequestId) -> Content {
    line([
        Span::text("There is no question "),
        Span::code(id.to_string()),
        Span::text(" that you could do that with."),
    ])
}

/// Only the OSPO may.
pub fn only_the_ospo() -> Content {
    line([Span::text("Only people of the OSPO can do that.")])
}

/// To somebody who found an answer helpful.
pub fn thanks() -> Content {
    line([Span::text("Thank you, noted.")])
}

/// To somebody whom an answer did not help.
pub fn sorry(audience: Audience) -> Content {
    Content::Text(Text {
        blocks: vec![Block::line(
            "Thank you, noted: the OSPO sees what did not help. A person can still answer.",
        )],
        buttons: vec![to_a_person(audience)],
    })
}

/// There is no answer here that could be meant.
pub fn no_answer_here() -> Content {
    line([Span::text(
        "I do not know which answer you mean. Press the button under it, or say it in its thread.",
    )])
}

/// The bot does not answer in this channel.
pub fn off() -> Content {
    line([Span::text(
        "In this channel I do not answer questions; the people here asked me not to. Ask me elsewhere, or alone.",
    )])
}

/// Somebody, or a channel, has asked enough for now.
pub fn enough(whose: Whose) -> Content {
    let words = match whose {
        Whose::Person => "You have asked a lot in the last hour. I will answer again in a while.",
        Whose::Channel => {
            "I have answered a lot in this channel in the last hour. I will answer here again in a while; ask me alone \
             meanwhile."
        }
    };
    line([Span::text(words)])
}

/// Whose share is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The author's.
    Person,
    /// The channel's.
    Channel,
}

/// How a channel is set.
pub fn channel(mode: Mode, setting: Option<&Setting>, manners: &Manners, people: &People) -> Content {
    let does = match mode {
        Mode::Mention => "Here I answer when I am mentioned.",
        Mode::Questions => {
            "Here I answer when I am mentioned, and unasked when a question is one that I am sure to answer."
        }
        Mode::Off => "Here I do not answer questions.",
    };
    let who = match setting {
        Some(setting) => {
            format!("Set by {} on {}.", people.name(&setting.by), setting.at.strftime("%Y-%m-%d"))
        }
        None => "As the config has it.".to_owned(),
    };
    let others: Vec<String> =
        Mode::ALL.into_iter().filter(|other| *other != mode).map(|m| m.to_string()).collect();
    Content::Text(Text {
        blocks: vec![
            Block::line(does),
            Block::spans([
                Span::faint(format!(
                    "{who} At most {} questions an hour here, {} of one person. The OSPO can change the mode with ",
                    manners.per_channel_per_hour, manners.per_person_per_hour
                )),
                Span::code(format!("channel mode {}", others.join("|"))),
                Span::faint("."),
            ]),
        ],
        buttons: Vec::new(),
    })
}

/// A direct conversation has no mode.
pub fn no_channel() -> Content {
    line([Span::text("We are alone here: I answer everything you ask. Modes are for channels.")])
}

/// A group of like questions that were asked in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapLine {
    /// One of them, for all.
    pub question: String,
    /// How many.
    pub count: usize,
    /// The newest.
    pub newest: Timestamp,
    /// The article that was shown and did not help.
    pub article: Option<String>,
}

/// What was asked in vain, and which articles helped.
pub fn gaps(gaps: &[GapLine], left_off: usize, helped: &[(String, usize, usize)]) -> Content {
    if gaps.is_empty() && helped.is_empty() {
        return line([Span::text(
            "Nothing was asked in vain in the last 180 days, and no answer was judged.",
        )]);
    }
    let gap = |gap: &GapLine| {
        let mut spans = vec![
            Span::strong(format!("{}× ", gap.count)),
            Span::text(gap.question.clone()),
            Span::faint(format!(" ({}", gap.newest.strftime("%Y-%m-%d"))),
        ];
        if let Some(article) = &gap.article {
            spans.extend([Span::faint(", not helped by "), Span::code(article.clone())]);
        }
        spans.push(Span::faint(")"));
        spans
    };
    let mut blocks = Vec::new();
    if !gaps.is_empty() {
        blocks.push(Block::spans([Span::strong("Asked in vain, like questions together")]));
        blocks.push(Block::List { items: gaps.iter().map(gap).collect() });
    }
    if left_off > 0 {
        blocks.push(Block::spans([
            Span::faint(format!("and {left_off} more: ")),
            Span::code("ospo knowledge gaps"),
        ]));
    }
    if !helped.is_empty() {
        let item = |(article, yes, no): &(String, usize, usize)| {
            vec![Span::code(article.clone()), Span::text(format!("  helpful to {yes}, not to {no}"))]
        };
        blocks.push(Block::spans([Span::strong("Answers that people judged")]));
        blocks.push(Block::List { items: helped.iter().map(item).collect() });
    }
    Content::Text(Text { blocks, buttons: Vec::new() })
}

/// To the owners of articles: these are due for review. `articles` are `(id, title, due since)`.
pub fn due(owner: &str, articles: &[(&str, &str, String)], left_off: usize) -> Content {
    let item = |(id, title, since): &(&str, &str, String)| {
        vec![Span::code(*id), Span::text(format!("  {title}")), Span::faint(format!(" (since {since})"))]
    };
    let more =
        if left_off > 0 { format!(" {left_off} more are due: ospo knowledge stale.") } else { String::new() };
    Content::Text(Text {
        blocks: vec![
            Block::spans([Span::strong(format!("Articles of {owner} to be reviewed"))]),
            Block::List { items: articles.iter().map(item).collect() },
            Block::spans([
                Span::faint("Read each, mend it where it is no longer true, and set "),
                Span::code("reviewed"),
                Span::faint(format!(" in its file to the day on which you did.{more}")),
            ]),
        ],
        buttons: Vec::new(),
    })
}

/// To the OSPO: a changed knowledge folder has faults, so what was there before is still in use.
pub fn not_reloaded(faults: &str) -> Content {
    Content::Text(Text {
        blocks: vec![
            Block::line("The knowledge folder was changed and has faults. I go on with what I knew before:"),
            Block::Code { text: faults.to_owned() },
        ],
        buttons: Vec::new(),
    })
}

/// There is no answer of a person to make an article of.
pub fn nothing_to_draft(id: &RequestId) -> Content {
    line([
        Span::text("Nobody has answered "),
        Span::code(id.to_string()),
        Span::text(
            " through me yet, so there is nothing to make an article of. Answer in the thread of its card first.",
        ),
    ])
}

/// The draft is an article already.
pub fn published_already(article: &str) -> Content {
    line([Span::text("That is an article already: "), Span::code(article), Span::text(".")])
}

/// There is no draft to decide on.
pub fn no_draft(id: &RequestId) -> Content {
    line([
        Span::text("No draft of "),
        Span::code(id.to_string()),
        Span::text(" waits to be decided. "),
        Span::code(format!("draft {id}")),
        Span::text(" makes one."),
    ])
}

/// A draft has faults, or there is no folder to publish it in.
pub fn cannot_publish(article: &str) -> Content {
    line([Span::code(article), Span::text(" cannot be published yet; its card says what is missing.")])
}

/// The card of a draft article.
pub fn draft_card(draft: &Draft, faults: &[String], folder: Option<&Path>, people: &People) -> Content {
    let by = people.name(&draft.by);
    let (tone, state) = match draft.state {
        DraftState::Proposed => (Tone::Waiting, format!("Drafted by {by}. Nobody is answered with it yet.")),
        DraftState::Published => (
            Tone::Good,
            format!("Published by {by}. I answer with it once I have read the folder anew, in a moment."),
        ),
        DraftState::Discarded => (Tone::Quiet, format!("Discarded by {by}.")),
    };
    let mut blocks = vec![Block::line(state)];
    let mut buttons = Vec::new();
    if draft.state == DraftState::Proposed {
        blocks.push(Block::Code { text: draft.text.clone() });
        if !faults.is_empty() {
            blocks.push(Block::spans([
                Span::strong("Still missing. "),
                Span::text(
                    "Answer once more in the thread of the question's card (a link becomes a source) and react with 📝 again, \
                     or mend the file and move it to articles/ yourself:",
                ),
            ]));
            blocks.push(Block::List {
                items: faults.iter().map(|fault| vec![Span::text(fault.clone())]).collect(),
            });
        } else if folder.is_some() {
            buttons.push(
                Button::new("Publish", format!("publish {}", draft.ask))
                    .sure("It is served as an answer to everybody who asks."),
            );
        }
        buttons
            .push(Button::new("Discard", format!("discard {}", draft.ask)).sure("The draft is thrown away."));
    }
    let footer = match folder {
        Some(_) => vec![
            Span::faint("The file is "),
            Span::code(format!("drafts/{}.md", draft.article)),
            Span::faint(" in the knowledge folder."),
        ],
        None => vec![
            Span::faint("There is no folder to keep it in: name one in the config, as "),
            Span::code("knowledge = \"knowledge\""),
            Span::faint(", and it can be published from here."),
        ],
    };
    Content::Card(Card {
        title: vec![Span::code(draft.article.clone()), Span::text(" A draft article")],
        tone,
        blocks,
        buttons,
        reactions: Vec::new(),
        footer,
    })
}
