#![no_main]
//! Any text has a meaning or none, and what it means is itself.

mod built_in;

use built_in::KNOWLEDGE;
use libfuzzer_sys::fuzz_target;
use ospo_counselor::license::{identify, mentions, split_pair};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let licenses = &KNOWLEDGE.licenses;
    if let Some(expression) = identify(licenses, &text).expression {
        assert_eq!(identify(licenses, &expression).expression, Some(expression));
    }
    for mention in mentions(licenses, &text) {
        assert!(text.get(mention.range).is_some());
    }
    let _ = split_pair(licenses, &text);
});
