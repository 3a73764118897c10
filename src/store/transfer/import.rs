//! Reading an export: every line is checked before any record is used.

use std::io::{self, BufRead};

use sha2::{Digest, Sha256};

use super::super::format::FORMAT;
use super::super::rules::{END, RESERVED};
use super::super::{Batch, Key, Record, StoreError};
use super::line::{self, End, Header, MARK, hex};
use super::{Progress, TransferError, Watch};

/// What is wrong with a line of an export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// The first line is no header.
    #[error("this is not the first line of a file that `ospo store export` wrote")]
    Header,
    /// The line's checksum does not match it.
    #[error("it was changed after it was written")]
    Changed,
    /// Another record belongs here.
    #[error("record {found} stands where record {expected} belongs: lines are missing, doubled or moved")]
    Sequence {
        /// The record that belongs here.
        expected: u64,
        /// The record that stands here.
        found: u64,
    },
    /// The keys are not in order, or are none that a store takes.
    #[error("the key {0} cannot stand here")]
    Key(Key),
    /// Lines are missing at the end.
    #[error("the file ends after {found} of {expected} records")]
    CutShort {
        /// The records that are there.
        found: u64,
        /// The records that should be.
        expected: u64,
    },
    /// The last line does not fit the lines before it.
    #[error("the checksum of the whole file does not match: a line was replaced")]
    Checksum,
    /// There is more.
    #[error("the file goes on after its closing line")]
    AfterEnd,
}

/// Reads an export and checks all of it. Returns the batch that writes its records into an empty store.
pub(super) fn read(input: &mut (dyn BufRead + Send), watch: Watch<'_>) -> Result<Batch, TransferError> {
    let mut lines = Lines { input, number: 0, sum: Sha256::new() };
    let header = lines.next()?.and_then(|line| serde_json::from_str::<Header>(&line).ok());
    let Some(Header { format, records: total, .. }) = header.filter(|header| header.export == MARK) else {
        return Err(lines.fault(LineFault::Header));
    };
    match format {
        FORMAT => {}
        found if found > FORMAT => return Err(StoreError::TooNew { found, known: FORMAT }.into()),
        _ => return Err(lines.fault(LineFault::Header)),
    }
    let mut batch = Batch::default();
    let mut last: Option<Key> = None;
    for expected in 1..=total {
        let cut_short = LineFault::CutShort { found: expected - 1, expected: total };
        let Some(text) = lines.next()? else { return Err(lines.fault(cut_short)) };
        let Some((found, Record { key, value, .. })) = line::decode(&text) else {
            let closing = serde_json::from_str::<End>(&text).is_ok();
            return Err(lines.fault(if closing { cut_short } else { LineFault::Changed }));
        };
        if found != expected {
            return Err(lines.fault(LineFault::Sequence { expected, found }));
        }
        let fits = last.as_ref().is_none_or(|last| *last < key) && key.0.as_str() < END;
        if !fits || key.0.starts_with(RESERVED) {
            return Err(lines.fault(LineFault::Key(key)));
        }
        last = Some(key.clone());
        batch.create(key, value);
        watch(Progress { done: expected, total });
    }
    let sum = lines.sum();
    let Some(text) = lines.next()? else {
        return Err(lines.fault(LineFault::CutShort { found: total, expected: total }));
    };
    match serde_json::from_str::<End>(&text) {
        Ok(end) if end.end == total && end.sha256 == sum => {}
        _ => return Err(lines.fault(LineFault::Checksum)),
    }
    if lines.next()?.is_some() {
        return Err(lines.fault(LineFault::AfterEnd));
    }
    Ok(batch)
}

struct Lines<'a> {
    input: &'a mut (dyn BufRead + Send),
    /// The line read last, counted from 1.
    number: u64,
    /// The checksum of all lines read.
    sum: Sha256,
}

impl Lines<'_> {
    /// The next line without its break; what is no text in it is replaced, so that its checksum fails.
    fn next(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        self.number += 1;
        if self.input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.sum.update(&bytes);
        let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        Ok(Some(String::from_utf8_lossy(text).into_owned()))
    }

    fn sum(&self) -> String {
        hex(&self.sum.clone().finalize())
    }

    fn fault(&self, fault: LineFault) -> TransferError {
        TransferError::Line { line: self.number, fault }
    }
}
