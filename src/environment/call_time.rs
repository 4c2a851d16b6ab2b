//! When calls are made. Deadlines count from the call, but a look at the clock costs up to half as much as the rest of a call, so
//! calls share one look until the system's coarse clock, which costs next to nothing, has moved.

use std::cell::Cell;

use coarsetime::Instant as Coarse;
use oxidis_engine::connection::request::{Millis, now};

/// A call with a shorter timeout, in milliseconds, has a look of its own: the coarse clock moves every 1 to 16 ms.
const EXACT_BELOW: u32 = 100;

/// When the last call was made.
pub(crate) struct CallTime {
    at: Cell<Millis>,
    coarse: Cell<Coarse>,
}

impl CallTime {
    pub(crate) fn new() -> Self {
        Self { at: Cell::new(0), coarse: Cell::new(Coarse::now_without_cache_update()) }
    }

    /// A call is being made, and what it shares with others begins here.
    pub(crate) fn look(&self) -> Millis {
        self.coarse.set(Coarse::now_without_cache_update());
        self.at.set(now());
        self.at.get()
    }

    /// When the call was made that is being made now, with a timeout of so many milliseconds.
    pub(crate) fn of_call(&self, timeout: u32) -> Millis {
        if timeout < EXACT_BELOW || Coarse::now_without_cache_update() != self.coarse.get() {
            self.look()
        } else {
            self.at.get()
        }
    }
}
