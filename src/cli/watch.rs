//! Watches the company's knowledge folder and the groups whose members hold roles, and puts what is new in place.
//!
//! It looks every few seconds rather than being told: that also works on network drives, in containers and where the
//! folder itself is exchanged, and a few hundred files are looked over in a millisecond.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::roles::Groups;
use super::start::read_mind;
use crate::bot::{Mind, Reloader};
use crate::config::Config;
use crate::knowledge::files::DRAFTS;

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// What can be seen of the files without reading them: a change shows in it.
type Sight = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// What a look at the folder tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Nothing new.
    Same,
    /// Somebody is at it: the next look will tell.
    Changing,
    /// It has changed, and is still now.
    Changed,
}

/// What was seen so far.
struct Watch {
    read: Sight,
    last: Sight,
}

impl Watch {
    fn new(sight: Sight) -> Self {
        Self { read: sight.clone(), last: sight }
    }

    /// Compares what is seen now: a change counts when two looks in a row see the same.
    fn look(&mut self, now: Sight) -> Look {
        let still = now == self.last;
        self.last = now;
        match (self.last == self.read, still) {
            (true, _) => Look::Same,
            (false, false) => Look::Changing,
            (false, true) => {
                self.read.clone_from(&self.last);
                Look::Changed
            }
        }
    }
}

fn see(folder: &Path) -> Sight {
    let mut sight = Sight::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match std::fs::metadata(&path) {
                Ok(found) if found.is_dir() && path.ends_with(DRAFTS) => {}
                Ok(found) if found.is_dir() => folders.push(path),
                Ok(found) => drop(sight.insert(path, (found.len(), found.modified().ok()))),
                Err(_) => {}
            }
        }
    }
    sight
}

/// Watches until told to stop. A set with faults changes nothing; its faults are told once.
pub async fn watch(mut config: Config, groups: Groups, reloader: Reloader, stop: CancellationToken) {
    let folder = config.knowledge.clone();
    let see = || folder.as_deref().map(see).unwrap_or_default();
    let mut watch = Watch::new(see());
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
        let people = groups.read().await;
        if people != config.people {
            config.people = people.clone();
            reloader.put_people(people);
        }
        if watch.look(see()) != Look::Changed {
            continue;
        }
        let config = config.clone();
        let read = tokio::task::spawn_blocking(move || read_mind(&config)).await;
        match read.unwrap_or_else(|died| Err(died.into())) {
            Ok(mind) => put(&reloader, mind),
            Err(faults) => {
                error!(%faults, "the changed knowledge is not used");
                if let Err(why) = reloader.refuse(&format!("{faults:#}")).await {
                    warn!(%why, "the OSPO could not be told");
                }
            }
        }
    }
}

fn put(reloader: &Reloader, mind: Mind) {
    for warning in &mind.knowledge.warnings {
        warn!(%warning, "in the knowledge");
    }
    reloader.put(mind);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_once_it_is_still_and_only_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(see(folder.path()));
        assert_eq!(watch.look(see(folder.path())), Look::Same);
        std::fs::create_dir(folder.path().join("articles")).unwrap();
        std::fs::write(folder.path().join("articles/one.md"), "one").unwrap();
        assert_eq!(watch.look(see(folder.path())), Look::Changing);
        assert_eq!(watch.look(see(folder.path())), Look::Changed);
        assert_eq!(watch.look(see(folder.path())), Look::Same);
        std::fs::write(folder.path().join("articles/one.md"), "two!").unwrap();
        assert_eq!(watch.look(see(folder.path())), Look::Changing);
        std::fs::write(folder.path().join("articles/one.md"), "three").unwrap();
        assert_eq!(watch.look(see(folder.path())), Look::Changing);
        assert_eq!(watch.look(see(folder.path())), Look::Changed);
    }
}
