//! Whatever is shown keeps within what Slack takes: checked by the strict model that the stories run against.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use slack_morphism::prelude::SlackView;

use super::render::render;
use super::views;
use crate::core::condition::Condition;
use crate::core::event::{Audience, Place};
use crate::core::form::{Answers, Change, FieldKind, Form, FormField};
use crate::core::message::{Block, Button, Card, Content, Field, Home, Picture, Span, Text, Tone};
use crate::core::person::{AccountId, ChannelId, Platform};
use crate::core::sheet::{Sheet, SheetKey};

#[path = "../../../tests/it/support/slack/blocks.rs"]
mod blocks;

/// Words of any length, also none, also what Slack would carry out or count otherwise.
fn words(most: usize) -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ -~]{0,60}",
        1 => "[a-zäß€😀<>&@!|*_`~\n]{0,40}",
        1 => (0..most).prop_map(|length| "x".repeat(length)),
        1 => (0..most / 4).prop_map(|length| "é\n".repeat(length)),
    ]
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        words(4000).prop_map(Span::text),
        words(400).prop_map(Span::strong),
        words(400).prop_map(Span::faint),
        words(400).prop_map(Span::code),
        (words(100), prop_oneof![Just("https://example.com/a".to_owned()), words(50)])
            .prop_map(|(label, url)| Span::link(label, url)),
    ]
}

fn spans(most: usize) -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec(span(), 0..most)
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        spans(6).prop_map(|spans| Block::Paragraph { spans }),
        prop::collection::vec(spans(4), 0..60).prop_map(|items| Block::List { items }),
        prop::collection::vec((words(200), spans(4)), 0..40).prop_map(|fields| Block::Fields {
            fields: fields.into_iter().map(|(name, value)| Field { name, value }).collect()
        }),
        words(9000).prop_map(|text| Block::Quote { text }),
        words(9000).prop_map(|text| Block::Code { text }),
        words(9000).prop_map(|markdown| Block::Curated { markdown }),
        Just(Block::Picture(Picture { name: "a.png".into(), words: "a".into(), png: vec![1] })),
    ]
}

fn button() -> impl Strategy<Value = Button> {
    (words(200), words(2500), prop::option::of(words(600))).prop_map(|(label, action, sure)| Button {
        label,
        action,
        sure,
    })
}

fn text() -> impl Strategy<Value = Text> {
    (prop::collection::vec(block(), 0..8), prop::collection::vec(button(), 0..120))
        .prop_map(|(blocks, buttons)| Text { blocks, buttons })
}

fn content() -> impl Strategy<Value = Content> {
    let tone = select(vec![Tone::Info, Tone::Waiting, Tone::Good, Tone::Bad, Tone::Quiet]);
    prop_oneof![
        text().prop_map(Content::Text),
        (spans(4), tone, text(), spans(4)).prop_map(|(title, tone, text, footer)| {
            let Text { blocks, buttons } = text;
            Content::Card(Card { title, tone, blocks, buttons, reactions: Vec::new(), footer })
        }),
    ]
}

const KINDS: &[FieldKind] = &[
    FieldKind::Line,
    FieldKind::Text,
    FieldKind::Url,
    FieldKind::License,
    FieldKind::YesNo,
    FieldKind::Date,
    FieldKind::Choice,
    FieldKind::Sbom,
    FieldKind::People,
];

fn answer(kind: FieldKind, choices: &[String]) -> BoxedStrategy<String> {
    match kind {
        FieldKind::YesNo => select(vec!["yes".to_owned(), "no".to_owned(), String::new()]).boxed(),
        FieldKind::Date => Just("2027-01-31".to_owned()).boxed(),
        FieldKind::Choice if !choices.is_empty() => select(choices.to_vec()).boxed(),
        FieldKind::People => select(vec!["lea".to_owned(), "lea, luis".to_owned(), String::new()]).boxed(),
        FieldKind::Url => "https://[a-z]{1,20}\\.example\\.com".boxed(),
        _ => words(3000).boxed(),
    }
}

fn field(number: usize) -> impl Strategy<Value = (FormField, String)> {
    let choices = prop::collection::vec(words(200), 1..130);
    (words(2500), words(2500), select(KINDS), choices, any::<bool>(), any::<bool>()).prop_flat_map(
        move |(ask, help, kind, choices, optional, hangs)| {
            let when = (hangs && number > 0).then(|| Condition::from(format!("form.f{} != ''", number - 1)));
            let answer = answer(kind, &choices);
            let field = FormField {
                id: format!("f{number}"),
                label: format!("F{number}"),
                ask,
                help,
                kind,
                choices,
                optional,
                when,
                change: Change::Material,
            };
            (Just(field), answer)
        },
    )
}

fn sheet() -> impl Strategy<Value = Sheet> {
    let fields = (1usize..40).prop_flat_map(|count| (0..count).map(field).collect::<Vec<_>>());
    (words(100), fields, prop::option::of(text()), words(60)).prop_map(|(title, fields, note, submit)| {
        let answers: Answers =
            fields.iter().map(|(field, answer)| (field.id.clone(), answer.clone())).collect();
        let fields = fields.into_iter().map(|(field, _)| field).collect();
        let accounts = BTreeMap::from([("lea".to_owned(), AccountId::new(Platform::Slack, "ULEA"))]);
        Sheet {
            key: SheetKey("request f".into()),
            form: Form { title, fields },
            answers,
            accounts,
            note,
            submit,
        }
    })
}

fn place() -> Place {
    let channel = ChannelId::new(Platform::Slack, "D1");
    Place { channel, thread: None, audience: Audience::Direct }
}

fn json(view: &SlackView) -> Value {
    serde_json::to_value(view).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_message_is_one_that_slack_takes(content in content()) {
        let rendered = render(&content);
        let blocks = serde_json::to_value(&rendered.blocks).unwrap();
        prop_assert_eq!(blocks::check(&blocks), Ok(()), "{}", blocks);
        prop_assert!(!rendered.text.contains("<!") && rendered.text.chars().count() <= 4000);
        prop_assert!(!rendered.blocks.is_empty() || !rendered.text.is_empty(), "something is said");
    }

    #[test]
    fn every_home_is_one_that_slack_takes(parts in prop::collection::vec(text(), 0..60)) {
        let view = json(&views::home(&Home { parts }, &place()));
        prop_assert_eq!(blocks::check_view(&view, "home"), Ok(()));
    }

    #[test]
    fn every_part_of_every_form_is_one_that_slack_takes(sheet in sheet()) {
        for view in views::parts_of(&sheet, &place()) {
            let view = json(&view);
            prop_assert_eq!(blocks::check_view(&view, "modal"), Ok(()), "{}", view);
        }
    }
}

#[test]
fn what_has_no_room_is_in_the_file() {
    let long = "word ".repeat(3000);
    let buttons = (0..70).map(|n| Button::new(format!("Choice {n}"), format!("license {n}"))).collect();
    let content = Content::Text(Text { blocks: vec![Block::Quote { text: long.clone() }], buttons });
    let rendered = render(&content);
    let whole = rendered.overflow.unwrap();
    assert!(whole.contains(long.trim()), "all the words are in the file");
    assert!(whole.contains("Choice 69: license 69"), "and the choices that do not fit");
    let blocks = json!(rendered.blocks);
    assert_eq!(blocks::check(&blocks), Ok(()));
    assert!(blocks::words(&blocks).contains("in the file below"));
}
