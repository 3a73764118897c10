//! How much is still to be done, so that somebody can wait for the moment when nothing is: the console between
//! two lines of a script, a shutdown, a test. No sleeping, no polling.

use tokio::sync::watch;

/// Counts events that are kept but not handled, and messages that are decided but not shown.
#[derive(Debug)]
pub struct Pending(watch::Sender<usize>);

impl Default for Pending {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Pending {
    /// More is to be done.
    pub fn add(&self, count: usize) {
        self.0.send_modify(|pending| *pending += count);
    }

    /// Something is done.
    pub fn done(&self, count: usize) {
        self.0.send_modify(|pending| *pending = pending.saturating_sub(count));
    }

    /// How much is to be done now.
    pub fn count(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until nothing is left to do.
    pub async fn settled(&self) {
        // The sender lives in `self`, so the channel is open for as long as this waits.
        let _ = self.0.subscribe().wait_for(|pending| *pending == 0).await;
    }
}
