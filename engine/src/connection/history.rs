//! A record of what happens to each call between its submission and its end, for runs that look for a reply which is another
//! call's. Compiled in by the feature `history` alone; without it every note is nothing.

#[cfg(feature = "history")]
pub use self::ring::dump;

#[cfg(not(feature = "history"))]
use super::queue::Queue;
#[cfg(not(feature = "history"))]
use super::request::Request;

/// What happens to a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// It entered its queue.
    Submitted,
    /// Its caller took it back before it was written.
    Withdrawn,
    /// A reply came for it: the only one, or the last one of a batch.
    Answered,
    /// Its caller was told that its time is over.
    Expired,
    /// Its connection was lost; it waits for the next one.
    Kept,
    /// Its connection was lost, and its caller was told so.
    Lost,
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Link {
    /// A socket takes what is submitted.
    Attached,
    /// It is gone.
    Detached,
    /// JavaScript's thread reads.
    Lent,
    /// The engine's thread reads again.
    Returned,
}

#[cfg(feature = "history")]
pub(crate) use self::ring::{link, note};

/// Something happened to the call of `request` on `queue`.
#[cfg(not(feature = "history"))]
#[inline]
pub(crate) fn note(_queue: &Queue, _what: What, _request: &Request) {}

/// Something happened to the connection of `queue`.
#[cfg(not(feature = "history"))]
#[inline]
pub(crate) fn link(_queue: &Queue, _link: Link) {}

#[cfg(feature = "history")]
mod ring {
    use std::collections::VecDeque;
    use std::fmt::Write as _;
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use std::thread;
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::{Link, What};
    use crate::connection::queue::Queue;
    use crate::connection::request::Request;

    /// Events that are kept.
    const MOST: usize = 1 << 18;

    #[derive(Clone, Copy)]
    enum Event {
        Call(What, Request),
        Link(Link),
    }

    struct Note {
        at: u128,
        queue: usize,
        /// Noted by the engine's own thread.
        engine: bool,
        event: Event,
    }

    static RING: Mutex<VecDeque<Note>> = Mutex::new(VecDeque::new());

    fn ring() -> MutexGuard<'static, VecDeque<Note>> {
        RING.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something happened to the call of `request` on `queue`.
    pub(crate) fn note(queue: &Queue, what: What, request: &Request) {
        keep(queue, Event::Call(what, *request));
    }

    /// Something happened to the connection of `queue`.
    pub(crate) fn link(queue: &Queue, link: Link) {
        keep(queue, Event::Link(link));
    }

    fn keep(queue: &Queue, event: Event) {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros());
        let engine = thread::current().name() == Some("oxidis-engine");
        let mut ring = ring();
        if ring.len() == MOST {
            ring.pop_front();
        }
        ring.push_back(Note { at, queue: std::ptr::from_ref(queue).addr(), engine, event });
    }

    /// What is kept, one event a line, oldest first.
    pub fn dump() -> String {
        let mut text = String::new();
        for Note { at, queue, engine, event } in &*ring() {
            let thread = if *engine { "engine" } else { "caller" };
            // Writing to a String does not fail.
            let _ = match event {
                Event::Call(what, request) => writeln!(
                    text,
                    "{at} {queue:x} {thread} {what:?} {:?} {}..{} deadline {}",
                    request.recipient,
                    request.start(),
                    request.end,
                    request.deadline
                ),
                Event::Link(link) => writeln!(text, "{at} {queue:x} {thread} {link:?}"),
            };
        }
        text
    }
}
