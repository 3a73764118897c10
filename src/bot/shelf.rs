//! The files that decisions lead to, in the company's knowledge folder. The store is the truth: a step waits there until
//! it is done, and doing it twice does no harm.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::engine::Core;
use super::records;
use super::unit::read_all;
use crate::core::effect::FileStep;
use crate::store::{Batch, StoreError};

impl Core {
    /// Does what waits, and then whatever comes, until told to stop.
    pub(super) async fn keep_shelf(self: Arc<Self>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.do_steps().await {
                return self.fail(error);
            }
            tokio::select! {
                () = self.files.notified() => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Does every step that waits, in order. What cannot be done waits for the next time.
    async fn do_steps(&self) -> Result<(), StoreError> {
        let Some(folder) = self.minds.current().folder.clone() else { return Ok(()) };
        for (key, version, step) in read_all::<FileStep>(self.store.as_ref(), records::all_files()).await? {
            let folder = folder.clone();
            let done = tokio::task::spawn_blocking(move || carry_out(&folder, &step)).await;
            match done.unwrap_or_else(|died| Err(io::Error::other(died))) {
                Ok(()) => {
                    info!(%key, "a file of the knowledge folder is as decided");
                    let mut batch = Batch::default();
                    batch.remove(key, version);
                    self.store.commit(batch).await?;
                }
                Err(error) => {
                    warn!(%error, %key, "a file of the knowledge folder cannot be written; will try again");
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn carry_out(folder: &Path, step: &FileStep) -> io::Result<()> {
    match step {
        FileStep::Put { path, text } => put(&folder.join(path), text),
        FileStep::Publish { draft, article, text } => {
            let (draft, article) = (folder.join(draft), folder.join(article));
            if let Some(parent) = article.parent() {
                std::fs::create_dir_all(parent)?;
            }
            // A curator may have improved the draft by hand: then that is what is published.
            match std::fs::rename(&draft, &article) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && !article.exists() => {
                    put(&article, text)
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                other => other,
            }
        }
        FileStep::Remove { path } => match std::fs::remove_file(folder.join(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        },
    }
}

/// Writes a file so that it is there whole or not at all.
fn put(path: &PathBuf, text: &str) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)?;
    let file = tempfile::NamedTempFile::new_in(parent)?;
    std::fs::write(file.path(), text)?;
    file.as_file().sync_data()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_written_published_and_removed_and_twice_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).ok();
        let step = |step: &FileStep| carry_out(folder.path(), step).unwrap();
        let draft = "drafts/a.md".to_owned();
        let put = FileStep::Put { path: draft.clone(), text: "draft".into() };
        step(&put);
        std::fs::write(folder.path().join(&draft), "improved").unwrap();
        let article = "articles/answers/a.md".to_owned();
        let publish =
            FileStep::Publish { draft: draft.clone(), article: article.clone(), text: "draft".into() };
        step(&publish);
        step(&publish);
        assert_eq!((read(&draft), read(&article).as_deref()), (None, Some("improved")));
        step(&put);
        let remove = FileStep::Remove { path: draft.clone() };
        step(&remove);
        step(&remove);
        assert_eq!(read(&draft), None);
    }
}
