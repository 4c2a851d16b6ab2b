//! Commands whose deadline passed before they were handed over: their caller's thread did something else meanwhile. They are never
//! sent, and the server is not to blame.

use std::time::Duration;

use super::Queue;
use crate::connection::batch::BatchOutcome;
use crate::connection::replies::reject;
use crate::connection::request::{Millis, ReplySink, Request, now};
use crate::error::Error;

/// Such commands, until their callers are told. They must be told: nobody else knows of them any more.
#[derive(Debug, Default)]
#[must_use = "their callers wait"]
pub struct Overdue(Vec<(Request, Option<BatchOutcome>)>);

impl Overdue {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells their callers.
    pub fn tell(self, deliver: &mut dyn ReplySink) {
        for (request, outcome) in self.0 {
            let timeout = Duration::from_millis(u64::from(request.timeout));
            let late = Duration::from_millis(u64::from(request.late));
            reject(deliver, &request, outcome, &Error::handed_over_late(timeout, late));
        }
        deliver.flush();
    }
}

impl Queue {
    /// Takes the overdue ones out of `requests`, with their part of `bytes`, and notes how late the others are.
    pub(super) fn part_overdue(&self, bytes: &mut Vec<u8>, requests: &mut Vec<Request>) -> Overdue {
        if requests.iter().all(|request| request.timeout == 0) {
            return Overdue::default();
        }
        let now = now();
        let mut any = false;
        for request in requests.iter_mut().filter(|request| request.timeout > 0) {
            note_delay(request, now);
            any |= request.deadline <= now;
        }
        if any { self.take_overdue(bytes, requests, now) } else { Overdue::default() }
    }

    #[cold]
    fn take_overdue(&self, bytes: &mut Vec<u8>, requests: &mut Vec<Request>, now: Millis) -> Overdue {
        let mut in_time = Vec::with_capacity(bytes.len());
        let mut overdue = Vec::new();
        let mut at = 0;
        requests.retain(|request| {
            let start = at;
            at += request.length as usize;
            if request.deadline > now {
                in_time.extend_from_slice(bytes.get(start..at).unwrap_or_default());
                return true;
            }
            overdue.push(self.overdue(*request));
            false
        });
        *bytes = in_time;
        Overdue(overdue)
    }

    /// The same for one request that is not encoded yet; gives it back where it is in time.
    pub(super) fn part_overdue_batch(&self, mut request: Request) -> Result<Request, Overdue> {
        let now = now();
        note_delay(&mut request, now);
        if request.deadline > now { Ok(request) } else { Err(Overdue(vec![self.overdue(request)])) }
    }

    fn overdue(&self, request: Request) -> (Request, Option<BatchOutcome>) {
        let batch = request.recipient.batch();
        let outcome = self.batches().give_up(batch);
        if let Some(batch) = batch {
            self.drop_batch(batch);
        }
        (request, outcome)
    }
}

fn note_delay(request: &mut Request, now: Millis) {
    request.late = u32::try_from(now.saturating_sub(request.called())).unwrap_or(u32::MAX);
}
