//! Who has a connection, who waits for one, and which ones rest. Decides, and does no I/O: what has to be closed is handed
//! to whoever asked.
//!
//! Order is that of asking: nobody overtakes a waiter, whatever he wants.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Weak};

use tokio::sync::oneshot;

use super::Pool;
use super::permit::{Grant, Holder, Permit};
use super::pooled_connection::PooledConnection;
use crate::connection::request::{Millis, now};

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AcquireRequest {
    /// A connection, if possible one that is open.
    Connection,
    /// The right to open one of another kind.
    Place,
}

/// What he gets.
pub(super) enum AcquireResult {
    /// A permit. With a connection: it is to be used (`Connection`) or to be closed first (`PermitInUse`).
    Seat(Grant),
    /// A permit or a connection later.
    Wait(oneshot::Receiver<Grant>),
    /// Nothing, ever: the pool has no room beside its shared connections.
    NoRoom,
    /// Nothing: this many wait already.
    TooMany(usize),
    /// Nothing any more.
    Closed,
}

struct AcquireWaiter {
    holder: Holder,
    sender: oneshot::Sender<Grant>,
}

/// An open connection that nobody uses.
struct IdleConnection {
    number: u64,
    member: Arc<PooledConnection>,
    since: Millis,
}

/// A connection that rests no more, with its permit.
pub(super) type ReapedConnection = (Permit, Arc<PooledConnection>);

/// A permit that is out.
struct PermitInUse {
    holder: Holder,
    member: Weak<PooledConnection>,
}

/// The roster.
pub(super) struct PoolState {
    pool: Weak<Pool>,
    room: usize,
    most_waiting: usize,
    places: BTreeMap<u64, PermitInUse>,
    idle: VecDeque<IdleConnection>,
    waiting: VecDeque<AcquireWaiter>,
    next: u64,
    /// Whether a task looks after those that rest.
    tended: bool,
    closed: bool,
}

impl PoolState {
    /// Room for `room` connections, and for `most_waiting` who wait for one.
    pub(super) fn new(pool: Weak<Pool>, room: usize, most_waiting: usize) -> Self {
        Self {
            pool,
            room,
            most_waiting,
            places: BTreeMap::new(),
            idle: VecDeque::new(),
            waiting: VecDeque::new(),
            next: 0,
            tended: false,
            closed: false,
        }
    }

    /// Somebody asks.
    pub(super) fn request(&mut self, request: AcquireRequest, holder: Holder) -> AcquireResult {
        if self.closed {
            return AcquireResult::Closed;
        }
        if self.room == 0 {
            return AcquireResult::NoRoom;
        }
        // Those who gave up must not be in the way of one who would have been served at once.
        self.waiting.retain(|waiting| !waiting.sender.is_closed());
        if self.waiting.is_empty() {
            let rested = match request {
                AcquireRequest::Connection => self.idle.pop_back(),
                AcquireRequest::Place if self.places.len() < self.room => None,
                AcquireRequest::Place => self.idle.pop_front(),
            };
            if let Some(IdleConnection { number, member, .. }) = rested {
                return AcquireResult::Seat(self.grant(number, holder, Some(member)));
            }
            if self.places.len() < self.room {
                let number = self.next;
                self.next += 1;
                return AcquireResult::Seat(self.grant(number, holder, None));
            }
        }
        if self.waiting.len() >= self.most_waiting {
            return AcquireResult::TooMany(self.most_waiting);
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.push_back(AcquireWaiter { holder, sender });
        AcquireResult::Wait(receiver)
    }

    /// A permit for a connection that is to rest, where fewer than `count` permits are out.
    pub(super) fn below(&mut self, count: usize) -> Option<Grant> {
        if self.closed || self.places.len() >= count.min(self.room) {
            return None;
        }
        let number = self.next;
        self.next += 1;
        Some(self.grant(number, Holder::Idle, None))
    }

    fn grant(&mut self, number: u64, holder: Holder, member: Option<Arc<PooledConnection>>) -> Grant {
        let place = PermitInUse { holder, member: member.as_ref().map_or_else(Weak::new, Arc::downgrade) };
        self.places.insert(number, place);
        Grant::new(Permit::new(self.pool.clone(), number), member)
    }

    /// The permit is no longer needed: the longest waiter gets it. Answers whether no permit is out any more.
    pub(super) fn vacate(&mut self, number: u64) -> bool {
        self.hand_on(number, None);
        self.places.is_empty()
    }

    /// The connection is as good as new: the longest waiter gets it, or it rests. Answers it where nobody may have it.
    #[must_use = "a connection that comes back is to be closed"]
    pub(super) fn rest(
        &mut self,
        number: u64,
        member: Arc<PooledConnection>,
    ) -> Option<Arc<PooledConnection>> {
        if self.closed {
            return Some(member);
        }
        if let Some(member) = self.hand_on(number, Some(member)) {
            let place = PermitInUse { holder: Holder::Idle, member: Arc::downgrade(&member) };
            self.places.insert(number, place);
            self.idle.push_back(IdleConnection { number, member, since: now() });
        }
        None
    }

    /// Gives the permit to the longest waiter who still waits. Answers the connection that nobody took.
    fn hand_on(
        &mut self,
        number: u64,
        mut member: Option<Arc<PooledConnection>>,
    ) -> Option<Arc<PooledConnection>> {
        self.places.remove(&number);
        while let Some(AcquireWaiter { holder, sender }) = self.waiting.pop_front() {
            let grant = self.grant(number, holder, member.take());
            let Err(grant) = sender.send(grant) else { return None };
            self.places.remove(&number);
            member = grant.take().and_then(|(permit, member)| {
                permit.into_number();
                member
            });
        }
        member
    }

    /// The connection behind the permit is this one. Answers false when nobody may have one any more.
    #[must_use = "a connection of a closed pool is to be dropped"]
    pub(super) fn occupy(&mut self, number: u64, member: &Arc<PooledConnection>) -> bool {
        if let Some(place) = self.places.get_mut(&number) {
            place.member = Arc::downgrade(member);
        }
        !self.closed
    }

    /// The connections that somebody has.
    pub(super) fn out(&self) -> Vec<Arc<PooledConnection>> {
        let rests =
            |member: &Arc<PooledConnection>| self.idle.iter().any(|other| Arc::ptr_eq(member, &other.member));
        self.places
            .values()
            .filter_map(|place| place.member.upgrade())
            .filter(|member| !rests(member))
            .collect()
    }

    /// Takes a connection that has ended out of those that rest.
    #[must_use = "the permit is to be dropped outside of the lock"]
    pub(super) fn lose(&mut self, member: &PooledConnection) -> Option<ReapedConnection> {
        let at = self.idle.iter().position(|idle| std::ptr::eq(Arc::as_ptr(&idle.member), member))?;
        let lost = self.idle.remove(at)?;
        Some((Permit::new(self.pool.clone(), lost.number), lost.member))
    }

    /// Nobody gets anything any more. Answers what rests and what is out.
    pub(super) fn close(&mut self) -> (Vec<ReapedConnection>, Vec<Arc<PooledConnection>>) {
        self.closed = true;
        self.waiting.clear();
        let out = self.out();
        let pool = &self.pool;
        let idle = self.idle.drain(..);
        let idle = idle.map(|rested| (Permit::new(pool.clone(), rested.number), rested.member)).collect();
        (idle, out)
    }

    /// Connections that have rested for `idle` milliseconds, the longest first, but not the last `keep` of all.
    pub(super) fn overdue(&mut self, now: Millis, idle: Millis, keep: usize) -> Vec<ReapedConnection> {
        let mut overdue = Vec::new();
        while self.places.len() - overdue.len() > keep
            && self.idle.front().is_some_and(|first| first.since.saturating_add(idle) <= now)
            && let Some(first) = self.idle.pop_front()
        {
            overdue.push((Permit::new(self.pool.clone(), first.number), first.member));
        }
        overdue
    }

    /// Whether whoever asks is to look after those that rest, and nobody does so yet.
    pub(super) fn start_tending(&mut self) -> bool {
        !self.idle.is_empty() && !std::mem::replace(&mut self.tended, true)
    }

    /// Since when the longest of those that rest does so. `None`: there is none to be closed as long as `keep` stay, and
    /// nobody needs to look after them.
    pub(super) fn next_to_tend(&mut self, keep: usize) -> Option<Millis> {
        let next = self.idle.front().filter(|_| self.places.len() > keep).map(|first| first.since);
        self.tended = next.is_some();
        next
    }

    /// Whether `fits` holds for one of those that rest.
    pub(super) fn any_resting(&self, fits: impl Fn(&PooledConnection) -> bool) -> bool {
        self.idle.iter().any(|idle| fits(&idle.member))
    }

    /// Whether nobody gets anything any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Those who wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.iter().filter(|waiting| !waiting.sender.is_closed()).count()
    }

    /// Permits out, those that rest included.
    pub(super) fn open(&self) -> usize {
        self.places.len()
    }

    /// How many connections each kind of holder has.
    pub(super) fn holders(&self) -> BTreeMap<&Holder, usize> {
        let mut holders = BTreeMap::new();
        for place in self.places.values() {
            *holders.entry(&place.holder).or_default() += 1;
        }
        holders
    }

    /// How many connections wait in a server for a blocking call.
    pub(super) fn blocking(&self) -> usize {
        self.places.values().filter(|place| matches!(place.holder, Holder::Blocking(_))).count()
    }

    /// The holders in words: `3 leased, 2 blocking (BLPOP)`.
    pub(super) fn describe(&self) -> String {
        let mut text = String::new();
        for (holder, count) in self.holders() {
            let (kind, command) = holder.parts();
            let comma = if text.is_empty() { "" } else { ", " };
            let command = command.map(|command| format!(" ({command})")).unwrap_or_default();
            // Writing to a String does not fail.
            let _ = write!(text, "{comma}{count} {kind}{command}");
        }
        text
    }
}
