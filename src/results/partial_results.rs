//! Places where JavaScript keeps the results of a batch of which others are still to come (`lib/answers.js`). A batch may come to
//! nothing on any thread; its place is then free again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places of one environment. A place that nobody has any more is given away again, and what was kept there is dropped then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parking {
    places: Arc<Mutex<Places>>,
}

#[derive(Debug, Default)]
struct Places {
    free: Vec<u32>,
    count: u32,
}

/// A place.
#[derive(Debug)]
pub(crate) struct Parked {
    number: u32,
    parking: Parking,
}

impl Parking {
    /// A place of which nobody else knows.
    pub(crate) fn place(&self) -> Parked {
        let mut places = self.places();
        let number = places.free.pop().unwrap_or_else(|| {
            places.count += 1;
            places.count - 1
        });
        Parked { number, parking: self.clone() }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Parked {
    /// What JavaScript knows it by.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }
}

impl Drop for Parked {
    fn drop(&mut self) {
        self.parking.places().free.push(self.number);
    }
}
