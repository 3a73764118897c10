//! The files that people attach: copied into the console's directory, named after their content, so that the bot
//! can fetch them whenever it comes to the message.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::texts;
use super::typed::Refusal;
use crate::core::event::FileRef;

/// The folder within the console's directory.
const FOLDER: &str = "files";
/// The largest file that can be attached, in bytes; the platforms have such a limit too.
const LARGEST: u64 = 100 << 20;

/// Copies a file in, durable, and says what it is called from now on.
///
/// # Errors
/// Why it cannot be attached; then nothing has changed.
pub(super) fn keep(dir: &Path, path: &Path) -> Result<FileRef, Refusal> {
    let refused = |why: String| Refusal(texts::not_attached(&path.display().to_string(), &why));
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(refused(texts::too_large(LARGEST)));
    }
    let id: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    write(dir, &id, &bytes).map_err(|error| refused(error.to_string()))?;
    let name = path.file_name().map_or_else(|| id.clone(), |name| name.to_string_lossy().into_owned());
    Ok(FileRef { id, name, size: Some(bytes.len() as u64) })
}

fn write(dir: &Path, id: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = dir.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    let mut file = File::create(folder.join(id))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    File::open(&folder)?.sync_all()
}

/// Reads an attached file, or nothing when it is larger than `limit`.
///
/// # Errors
/// What the system said.
pub(super) fn read(dir: &Path, id: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let path: PathBuf = dir.join(FOLDER).join(id);
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}
