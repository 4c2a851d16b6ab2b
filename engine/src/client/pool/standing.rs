//! How far a blocking command has come, as its caller's thread and its task both see it.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::error::Error;

const WAITING: u8 = 0;
const SENT: u8 = 1;
const WITHDRAWN: u8 = 2;

/// It waits for a connection, or was sent; or its caller took it back before.
pub(super) struct Standing {
    state: AtomicU8,
    end: Mutex<Option<oneshot::Sender<Error>>>,
}

impl Standing {
    /// It waits. What the receiver gets ends it.
    pub(super) fn new() -> (Arc<Self>, oneshot::Receiver<Error>) {
        let (sender, receiver) = oneshot::channel();
        (Arc::new(Self { state: AtomicU8::new(WAITING), end: Mutex::new(Some(sender)) }), receiver)
    }

    /// It is about to be sent, perhaps again. Answers whether it may.
    pub(super) fn send(&self) -> bool {
        let before = self.state.compare_exchange(WAITING, SENT, Ordering::AcqRel, Ordering::Acquire);
        before != Err(WITHDRAWN)
    }

    /// Takes it back, if it was not sent.
    pub(super) fn withdraw(&self) -> bool {
        let before = self.state.compare_exchange(WAITING, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        before.is_ok() && {
            self.give_up(Error::closed());
            true
        }
    }

    /// Whether it was taken back: then nobody is to be told of its end.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.state.load(Ordering::Acquire) == WITHDRAWN
    }

    /// Ends it with `error`. Answers whether it was not over.
    pub(super) fn give_up(&self, error: Error) -> bool {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        end.is_some_and(|end| end.send(error).is_ok())
    }
}
