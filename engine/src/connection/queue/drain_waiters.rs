//! Those who wait until everything that was submitted before is answered. Costs whoever answers one look at a flag.

use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Somebody who waits for the answers to everything before this offset of the stream.
type DrainWaiter = (u64, oneshot::Sender<()>);

/// They.
#[derive(Debug, Default)]
pub(crate) struct DrainWaiters {
    waiting: Mutex<Vec<DrainWaiter>>,
    any: AtomicBool,
}

impl DrainWaiters {
    fn waiting(&self) -> MutexGuard<'_, Vec<DrainWaiter>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody waits until everything before `target` is answered. To be followed by [`Self::tell`].
    pub(crate) fn wait(&self, target: u64) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.waiting().push((target, sender));
        self.any.store(true, Ordering::Release);
        receiver
    }

    /// The offset up to which everything is answered, or that of the end, has changed: `state` says both.
    #[inline]
    pub(crate) fn tell(&self, state: impl FnOnce() -> (u64, u64)) {
        // Either this sees who has begun to wait, or he sees what has changed.
        fence(Ordering::SeqCst);
        if self.any.load(Ordering::Relaxed) {
            self.tell_some(state());
        }
    }

    #[cold]
    fn tell_some(&self, (answered, end): (u64, u64)) {
        let mut waiting = self.waiting();
        for (_, sender) in waiting.extract_if(.., |(target, _)| *target <= answered || end <= answered) {
            // Whoever waited may have gone.
            let _nobody_waits = sender.send(());
        }
        self.any.store(!waiting.is_empty(), Ordering::Release);
    }

    /// The stream begins anew: what it holds, up to `end`, is what is left to be answered.
    pub(crate) fn rebase(&self, end: u64) {
        for (target, _) in self.waiting().iter_mut() {
            *target = end;
        }
    }
}
