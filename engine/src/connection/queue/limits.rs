//! What a queue admits.

use std::sync::atomic::Ordering;

use super::Queue;
use crate::config::Options;
use crate::error::Error;

/// What a queue admits. Each limit is an option's name.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// `offlineQueue.maxCommands`; `None`: nothing waits for a connection.
    pub offline_commands: Option<usize>,
    /// `offlineQueue.maxBytes`.
    pub offline_bytes: u64,
    /// `limits.maxInFlightBytes`.
    pub in_flight_bytes: u64,
    /// Commands that may wait to be sent again to a server that cannot run them now; their bytes are limited as those of the
    /// offline queue.
    pub postponed_commands: usize,
}

impl QueueLimits {
    /// As the options say.
    pub fn of(options: &Options) -> Self {
        let offline = options.offline_queue.as_ref();
        Self {
            // Where one connection is all there is, its state and its order are its user's.
            postponed_commands: offline
                .filter(|_| !options.single_connection)
                .map_or(0, |queue| queue.max_commands),
            offline_commands: offline.map(|queue| queue.max_commands),
            offline_bytes: offline.map_or(0, |queue| queue.max_bytes as u64),
            // A request counts its bytes in 32 bits.
            in_flight_bytes: (options.limits.max_in_flight_bytes as u64).min(u64::from(u32::MAX)),
        }
    }
}

impl QueueLimits {
    /// The same, with nothing that is sent again after what was called later.
    #[must_use]
    pub fn in_order(self) -> Self {
        Self { postponed_commands: 0, ..self }
    }
}

impl Queue {
    /// Whether one more command may be staged on top of `commands` commands of `bytes` bytes.
    pub fn admit(&self, commands: usize, bytes: usize) -> Result<(), Error> {
        let unanswered = self.bytes() + bytes as u64;
        if unanswered > self.limits.in_flight_bytes
            && unanswered.saturating_sub(self.outgoing().dead) > self.limits.in_flight_bytes
        {
            return Err(Error::queue_full("limits.maxInFlightBytes", self.limits.in_flight_bytes));
        }
        if self.is_online() {
            return Ok(());
        }
        let Some(max) = self.limits.offline_commands else {
            return Err(Error::offline());
        };
        if self.waiting.load(Ordering::Acquire) + commands >= max {
            return Err(Error::queue_full("offlineQueue.maxCommands", max as u64));
        }
        if unanswered > self.limits.offline_bytes
            && unanswered.saturating_sub(self.outgoing().dead) > self.limits.offline_bytes
        {
            return Err(Error::queue_full("offlineQueue.maxBytes", self.limits.offline_bytes));
        }
        Ok(())
    }
}
