//! How much a queue holds, and when it is through with it.

use std::sync::atomic::Ordering;

use tokio::sync::oneshot;

use super::Queue;

impl Queue {
    /// So many requests were collected and are not answered.
    pub(in crate::net) fn count(&self, awaiting: usize) {
        self.awaiting.store(awaiting, Ordering::Relaxed);
    }

    /// Requests that wait or are in flight; a batch is one.
    pub fn requests(&self) -> usize {
        self.submitted().len() + self.awaiting.load(Ordering::Relaxed)
    }

    /// Resolves when everything that was submitted before is answered or rejected.
    pub fn drained(&self) -> oneshot::Receiver<()> {
        let outgoing = self.outgoing();
        let drained = self.drains.wait(self.end());
        drop(outgoing);
        self.tell_drains();
        drained
    }

    pub(super) fn tell_drains(&self) {
        self.drains.tell(|| (self.answered.load(Ordering::Acquire), self.end()));
    }
}
