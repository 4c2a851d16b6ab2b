//! How far a blocking command has come, as its caller's thread and its task both see it.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

const WAITING: u8 = 0;
const COMMITTED: u8 = 1;
const WITHDRAWN: u8 = 2;

/// Why a call is to end early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Its caller gave up.
    GivenUp,
    /// The client is being closed.
    Closing,
}

/// It waits for a connection; or it is committed: it may have been sent, or its caller is about to be told of its end; or its caller
/// took it back before.
pub(super) struct BlockingState {
    state: AtomicU8,
    end: Mutex<Option<oneshot::Sender<Cause>>>,
}

impl BlockingState {
    /// It waits. What the receiver gets ends it.
    pub(super) fn new() -> (Arc<Self>, oneshot::Receiver<Cause>) {
        let (sender, receiver) = oneshot::channel();
        (Arc::new(Self { state: AtomicU8::new(WAITING), end: Mutex::new(Some(sender)) }), receiver)
    }

    /// It is about to be sent, perhaps again, or its caller to be told of its end. Answers whether that may be: nobody waits for
    /// what was taken back, and from now on it cannot be.
    pub(super) fn commit(&self) -> bool {
        let before = self.state.compare_exchange(WAITING, COMMITTED, Ordering::AcqRel, Ordering::Acquire);
        before != Err(WITHDRAWN)
    }

    /// Takes it back, if it is not committed: then nobody will be told of its end.
    pub(super) fn withdraw(&self) -> bool {
        let before = self.state.compare_exchange(WAITING, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        before.is_ok() && {
            self.end(Cause::GivenUp);
            true
        }
    }

    /// Orders its end. Returns whether it was neither over nor ordered before.
    pub(super) fn end(&self, cause: Cause) -> bool {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        end.is_some_and(|end| end.send(cause).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_is_not_sent_and_nobody_is_told_of_its_end() {
        let (blocking_state, mut given_up) = BlockingState::new();
        assert!(blocking_state.withdraw());
        assert!(given_up.try_recv().is_ok());
        assert!(!blocking_state.commit() && !blocking_state.commit());
        assert!(!blocking_state.withdraw());
    }

    #[test]
    fn whoever_is_about_to_be_told_cannot_take_it_back_any_more() {
        let (blocking_state, _given_up) = BlockingState::new();
        assert!(blocking_state.commit());
        assert!(!blocking_state.withdraw());
        assert!(blocking_state.commit());
    }

    #[test]
    fn it_is_given_up_once() {
        let (blocking_state, mut given_up) = BlockingState::new();
        assert!(blocking_state.commit() && blocking_state.end(Cause::Closing));
        assert!(given_up.try_recv().is_ok());
        assert!(!blocking_state.end(Cause::GivenUp));
    }
}
