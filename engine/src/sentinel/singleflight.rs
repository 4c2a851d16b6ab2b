//! Work whose outcome everybody gets who asked for it meanwhile: many connections that are made at once put one question.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::error::Error;

/// The last outcome, and how many there were.
pub(super) struct Singleflight<T> {
    completed: AtomicU64,
    last: Mutex<Option<Result<T, Error>>>,
}

impl<T: Clone> Singleflight<T> {
    pub(super) fn new() -> Self {
        Self { completed: AtomicU64::new(0), last: Mutex::new(None) }
    }

    /// Does `work`, unless somebody else completes it while this one waits for its turn.
    pub(super) async fn run(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let before = self.completed.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        if self.completed.load(Ordering::Acquire) != before
            && let Some(outcome) = &*last
        {
            return outcome.clone();
        }
        let outcome = work.await;
        *last = Some(outcome.clone());
        self.completed.fetch_add(1, Ordering::AcqRel);
        outcome
    }
}
