//! Places where JavaScript keeps the results of a batch of which others are still to come (`lib/reply/pipeline-chunks.js`). A batch may come to
//! nothing on any thread; its place is then free again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places of one environment. A place that nobody has any more is given away again, and what was kept there is dropped then.
#[derive(Clone, Debug, Default)]
pub(crate) struct PartialResults {
    places: Arc<Mutex<ResultPlaces>>,
}

#[derive(Debug, Default)]
struct ResultPlaces {
    free: Vec<u32>,
    count: u32,
}

/// A place.
#[derive(Debug)]
pub(crate) struct PartialResult {
    number: u32,
    partial_results: PartialResults,
}

impl PartialResults {
    /// A place of which nobody else knows.
    pub(crate) fn place(&self) -> PartialResult {
        let mut places = self.places();
        let number = places.free.pop().unwrap_or_else(|| {
            places.count += 1;
            places.count - 1
        });
        PartialResult { number, partial_results: self.clone() }
    }

    fn places(&self) -> MutexGuard<'_, ResultPlaces> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialResult {
    /// What JavaScript knows it by.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }
}

impl Drop for PartialResult {
    fn drop(&mut self) {
        self.partial_results.places().free.push(self.number);
    }
}
