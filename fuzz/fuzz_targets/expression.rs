#![no_main]
//! Any text is an expression or an error, and an expression reads as itself.

use libfuzzer_sys::fuzz_target;
use ospo_counselor::license::Expression;

fuzz_target!(|text: &str| {
    if let Ok(expression) = text.parse::<Expression>() {
        let written = expression.to_string();
        assert_eq!(written.parse::<Expression>().map(|again| again.to_string()), Ok(written));
    }
});
