//! Questions to functions of JavaScript: the engine asks through the inbox and waits for the answer. Owns which are open.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use oxidis_engine::error::Error;
use tokio::sync::oneshot;

/// The questions to one function, by number.
pub(crate) struct Asking<T>(Mutex<Pending<T>>);

struct Pending<T> {
    next: u32,
    waiting: HashMap<u32, oneshot::Sender<Result<T, Error>>>,
}

impl<T> Asking<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Pending { next: 0, waiting: HashMap::new() }))
    }

    fn pending(&self) -> MutexGuard<'_, Pending<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new question: its number, and where the answer will come.
    pub(crate) fn ask(&self) -> (u32, oneshot::Receiver<Result<T, Error>>) {
        let (sender, receiver) = oneshot::channel();
        let mut pending = self.pending();
        let request = pending.next;
        pending.next = request.wrapping_add(1);
        // Attempts that timed out before their answer came, if it ever comes.
        pending.waiting.retain(|_, waiting| !waiting.is_closed());
        pending.waiting.insert(request, sender);
        (request, receiver)
    }

    /// Who waits for the answer to `request`, if anybody does.
    pub(crate) fn settle(&self, request: u32, answer: Result<T, Error>) {
        if let Some(waiting) = self.pending().waiting.remove(&request) {
            // The attempt may have timed out meanwhile.
            drop(waiting.send(answer));
        }
    }
}
