//! A timer that is touched only when its time changes.

use std::pin::Pin;
use std::time::Instant;

use tokio::time::{Sleep, sleep_until};

use super::request::{Millis, NEVER, instant, now};

/// A day: how far ahead a timer is set when there is nothing to wait for.
const FAR: Millis = 24 * 60 * 60 * 1000;

/// The timer of one task.
#[derive(Debug)]
pub struct Timer {
    at: Millis,
    sleep: Pin<Box<Sleep>>,
}

impl Default for Timer {
    fn default() -> Self {
        Self::new()
    }
}

impl Timer {
    /// A timer that is not set.
    pub fn new() -> Self {
        let far = instant(now() + FAR).unwrap_or_else(Instant::now);
        Self { at: NEVER, sleep: Box::pin(sleep_until(far.into())) }
    }

    /// The time that it is set to.
    pub fn at(&self) -> Millis {
        self.at
    }

    /// Sets it.
    pub fn set(&mut self, at: Millis) {
        if at != self.at || self.sleep.is_elapsed() {
            self.at = at;
            let until = instant(at.min(now() + FAR)).unwrap_or_else(Instant::now);
            self.sleep.as_mut().reset(until.into());
        }
    }

    /// Resolves when the time has come, or after a day: look at the clock.
    pub fn passed(&mut self) -> Pin<&mut Sleep> {
        self.sleep.as_mut()
    }
}
