//! How much a queue holds, and when it is through with it.

use std::sync::atomic::Ordering;

use tokio::sync::oneshot;

use super::Queue;

impl Queue {
    /// Whether no request waits or is in flight, as far as the submitting side knows.
    pub fn is_empty(&self) -> bool {
        self.submitted().is_empty()
    }

    /// Whether the present connection, or the last one until it is detached, has answered a command.
    pub fn has_answers(&self) -> bool {
        self.answered.load(Ordering::Acquire) > 0
    }

    /// So many requests were collected and are not answered.
    pub(crate) fn count(&self, awaiting: usize) {
        self.awaiting.store(awaiting, Ordering::Relaxed);
    }

    /// Requests that wait or are in flight; a batch is one.
    pub fn requests(&self) -> usize {
        let awaiting = self.awaiting.load(Ordering::Relaxed) + self.retry_count.load(Ordering::Relaxed);
        self.submitted().len() + awaiting
    }

    /// Resolves when everything that was submitted before is answered or rejected.
    pub fn drained(&self) -> oneshot::Receiver<()> {
        let outgoing = self.outgoing();
        let drained = self.drain_waiters.wait(self.end());
        drop(outgoing);
        self.notify_drain_waiters();
        drained
    }

    pub(super) fn notify_drain_waiters(&self) {
        self.drain_waiters.tell(|| {
            let answered = if self.has_retries() { 0 } else { self.answered.load(Ordering::Acquire) };
            (answered, self.end())
        });
    }
}
