//! The world on disk: one JSON line per entry in `console.jsonl`, durable before anybody is told.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::entry::{Entry, FORMAT, What};
use super::world::World;

/// The name of the file in the console's directory.
const FILE: &str = "console.jsonl";

/// Why the world cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The disk said no.
    #[error("{}: {source}; check that the directory can be written", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it open.
    #[error("{} is in use by another process; stop it first, or give another directory", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A line is not what this program writes.
    #[error("{}:{line}: not a journal entry: {why}; restore the file, or give another directory", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser said.
        why: String,
    },
    /// The file was written by a newer version of this program.
    #[error("{} has format {found}, and this program knows formats up to {FORMAT}; use the newer ospo", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// The config asks for something that cannot be.
    #[error("the console cannot start: {0}")]
    Config(String),
}

/// The world and the file that holds it. An entry is in both or in neither.
#[derive(Debug)]
pub(super) struct Journal {
    world: World,
    file: File,
    /// The length of the file up to its last whole entry.
    length: u64,
    /// Whether an append failed and may have left something behind that length.
    torn: bool,
}

impl Journal {
    /// Opens the world in a directory, or begins one. What a crash left of an unfinished line is cut off.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join(FILE);
        let io = |source| OpenError::Io { path: path.clone(), source };
        std::fs::create_dir_all(dir).map_err(io)?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path }),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        let (world, length) = read(&mut file, &path)?;
        file.set_len(length).map_err(io)?;
        let mut journal = Self { world, file, length, torn: false };
        if length == 0 {
            let begun =
                Entry { at: jiff::Timestamp::now(), what: What::Begun { format: FORMAT }, script: None };
            journal.append(begun).map_err(io)?;
            // The file's name is durable only once its directory is.
            File::open(dir).and_then(|dir| dir.sync_all()).map_err(io)?;
        }
        Ok(journal)
    }

    /// Reads the world in a directory and leaves it as it is.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn read(dir: &Path) -> Result<World, OpenError> {
        let path = dir.join(FILE);
        let mut file = File::open(&path).map_err(|source| OpenError::Io { path: path.clone(), source })?;
        Ok(read(&mut file, &path)?.0)
    }

    /// What the journal tells.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Adds an entry; when this returns, it is on disk and in the world.
    ///
    /// # Errors
    /// What the system said; then nothing was added.
    pub fn append(&mut self, entry: Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        if self.torn {
            self.file.set_len(self.length)?;
            self.torn = false;
        }
        if let Err(error) = self.file.write_all(&line).and_then(|()| self.file.sync_data()) {
            self.torn = true;
            return Err(error);
        }
        self.length += line.len() as u64;
        self.world.apply(entry);
        Ok(())
    }
}

/// Reads all whole lines; returns the world and the length of what was whole.
fn read(file: &mut File, path: &Path) -> Result<(World, u64), OpenError> {
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    file.read_to_end(&mut bytes).map_err(io)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let mut world = World::default();
    for (index, line) in
        bytes.get(..whole).unwrap_or_default().split_inclusive(|byte| *byte == b'\n').enumerate()
    {
        let entry: Entry = serde_json::from_slice(line).map_err(|error| match format_of(line) {
            Some(found) if found > FORMAT => OpenError::TooNew { path: path.to_owned(), found },
            _ => OpenError::Damaged { path: path.to_owned(), line: index + 1, why: error.to_string() },
        })?;
        if let What::Begun { format: found } = entry.what
            && found > FORMAT
        {
            return Err(OpenError::TooNew { path: path.to_owned(), found });
        }
        world.apply(entry);
    }
    Ok((world, whole as u64))
}

/// The format that a first line of a later version states, even where the rest of it cannot be read.
fn format_of(line: &[u8]) -> Option<u32> {
    let line: serde_json::Value = serde_json::from_slice(line).ok()?;
    line.get("what")?.get("format")?.as_u64()?.try_into().ok()
}
