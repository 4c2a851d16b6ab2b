//! Where the submitted call of a slot stands, for whoever takes calls back: a search along all of them for each of many would cost the
//! square of their number.

use std::collections::{HashMap, VecDeque};

use crate::connection::request::Request;

/// An index that is made when it is first asked, and goes on from there. What it knows may be out of date: whoever asks looks.
#[derive(Debug, Default)]
pub(super) struct Whereabouts {
    /// The stream offset after the call of a slot.
    ends: HashMap<u32, u64>,
    /// Everything up to this offset has been looked at.
    until: u64,
}

impl Whereabouts {
    /// The place among `submitted` of the latest call in `slot` that still waits.
    pub(super) fn find(&mut self, submitted: &VecDeque<Request>, slot: u32) -> Option<usize> {
        // Entries of calls that are answered stay until there are as many of them as of others.
        if self.ends.len() > 2 * submitted.len() {
            *self = Self::default();
        }
        let new = submitted.partition_point(|request| request.end <= self.until);
        for request in submitted.range(new..) {
            if let Some(ticket) = request.recipient.waiting() {
                self.ends.insert(ticket.slot, request.end);
            }
            self.until = request.end;
        }
        let end = *self.ends.get(&slot)?;
        let at = submitted.partition_point(|request| request.end < end);
        let request = submitted.get(at)?;
        let is_meant =
            request.end == end && request.recipient.waiting().is_some_and(|ticket| ticket.slot == slot);
        is_meant.then_some(at)
    }

    /// Offsets have changed.
    pub(super) fn forget(&mut self) {
        if self.until > 0 {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Shape;
    use crate::connection::rejection::RetryPolicy;
    use crate::connection::request::{NEVER, Recipient, TextFormat, Ticket};

    fn request(slot: u32, end: u64) -> Request {
        Request {
            recipient: Recipient::Caller(Ticket { slot, view: TextFormat::Text, prefixed: false }),
            shape: &Shape::Any,
            replays: 0,
            retry_policy: RetryPolicy::TOLD,
            redirects: 0,
            length: 10,
            end,
            deadline: NEVER,
            timeout: 0,
            late: 0,
            track: None,
        }
    }

    #[test]
    fn finds_what_a_search_along_all_of_them_finds() {
        let mut random = fastrand::Rng::with_seed(11);
        let mut submitted = VecDeque::new();
        let mut whereabouts = Whereabouts::default();
        let mut end = 0;
        for _ in 0..20_000 {
            match random.u8(0..10) {
                // Slots are used again, for one call at a time.
                0..5 => {
                    let slot = random.u32(0..300);
                    let is_free = submitted.iter().all(|request: &Request| {
                        request.recipient.waiting().is_none_or(|ticket| ticket.slot != slot)
                    });
                    if is_free {
                        end += 10;
                        submitted.push_back(request(slot, end));
                    }
                }
                5..7 => drop(submitted.pop_front()),
                7 if random.u8(0..50) == 0 => {
                    for request in &mut submitted {
                        request.end += 3;
                    }
                    end += 3;
                    whereabouts.forget();
                }
                _ => {
                    let slot = random.u32(0..300);
                    let expected = submitted.iter().position(|request| {
                        request.recipient.waiting().is_some_and(|ticket| ticket.slot == slot)
                    });
                    let found = whereabouts.find(&submitted, slot);
                    assert_eq!(found, expected);
                    if let Some(request) = found.and_then(|at| submitted.get_mut(at)) {
                        request.recipient = Recipient::Abandoned;
                    }
                }
            }
        }
    }

    #[test]
    fn looks_at_each_call_once_however_many_are_taken_back() {
        let calls = 50_000;
        let submitted: VecDeque<_> = (0..calls).map(|slot| request(slot, 10 * u64::from(slot + 1))).collect();
        let mut whereabouts = Whereabouts::default();
        for slot in 0..calls {
            assert_eq!(whereabouts.find(&submitted, slot), Some(slot as usize));
            assert_eq!(whereabouts.until, 10 * u64::from(calls), "all of them were looked at the first time");
        }
    }
}
