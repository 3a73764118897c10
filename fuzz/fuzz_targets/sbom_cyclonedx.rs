#![no_main]
//! Any components are read and judged, or refused.

mod built_in;

use libfuzzer_sys::fuzz_target;
use ospo_counselor::license::sbom::read;

fuzz_target!(|bytes: &[u8]| {
    let whole =
        [&br#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{},"components":"#[..], bytes, b"}"]
            .concat();
    for bytes in [bytes, &whole] {
        if let Ok(sbom) = read(bytes) {
            built_in::judged(&sbom);
        }
    }
});
