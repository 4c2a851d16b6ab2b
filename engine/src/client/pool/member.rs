//! One pooled connection: one socket for its whole life, in turn for different users. Owns what the pool must hear of it.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::oneshot;

use super::Pool;
use crate::client::{Lane, Lanes, Mailbox, Redial};
use crate::error::{Error, Kind};
use crate::net::connection::Wish;
use crate::net::loan::Loan;
use crate::net::queue::QueueLimits;
use crate::net::request::{Deliver, Event, Gather, Reply, Ticket};

/// The connection.
pub(super) struct Member {
    lane: Arc<Lane>,
    /// Those of the lease that has it.
    lanes: Mutex<Weak<Lanes>>,
    service: Arc<Service>,
}

/// How a command that had the connection for itself has ended.
#[derive(Debug)]
pub(super) enum Served {
    /// Its caller has the answer.
    Answered,
    /// It has none; its caller does not know yet.
    Failed(Error),
}

/// What becomes of a reply.
const HANDED_ON: u8 = 0;
/// The same, and the end of the command is told.
const WATCHED: u8 = 1;
/// It is dropped: the caller was told something else.
const DROPPED: u8 = 2;

/// For whom the connection works. Changed and read on the engine's thread.
#[derive(Default)]
struct Service {
    mode: AtomicU8,
    done: Mutex<Option<oneshot::Sender<Served>>>,
}

impl Service {
    fn end(&self, served: Served) {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(done) = done {
            // Nobody listens where the command was given up.
            let _nobody_waits = done.send(served);
        }
    }
}

impl Member {
    /// A connection that is not made yet.
    pub(super) fn new(pool: &Arc<Pool>) -> Arc<Self> {
        let service = Arc::new(Service::default());
        Arc::new_cyclic(|member: &Weak<Self>| {
            let usher = Usher {
                pool: Arc::downgrade(pool),
                member: member.clone(),
                service: Arc::clone(&service),
                mailbox: Arc::clone(&pool.mailbox),
            };
            // What a user did to his connection cannot be made again on another one: it is made once.
            let lane = Lane::new(
                QueueLimits::of(&pool.options).in_order(),
                pool.connector.another(),
                Redial::Never,
                Arc::new(usher),
                pool.runtime.clone(),
            );
            Self { lane, lanes: Mutex::default(), service }
        })
    }

    /// Its lane.
    pub(super) fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }

    /// A lease has it, whose calls come by `lanes`.
    pub(super) fn belongs_to(&self, lanes: &Arc<Lanes>) {
        *self.lanes.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(lanes);
    }

    /// The lease that has it takes no more calls.
    pub(super) fn shut(&self) {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        if let Some(lanes) = lanes {
            lanes.close();
        }
    }

    /// Whether it is open and owes nobody a reply.
    pub(super) fn is_quiet(&self) -> bool {
        let queue = self.lane.queue();
        queue.is_online() && queue.bytes() == 0
    }

    /// From now on it works for one command, whose end the receiver learns. A failure is not told to the caller.
    pub(super) fn serve(&self) -> oneshot::Receiver<Served> {
        let (sender, receiver) = oneshot::channel();
        *self.service.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        self.service.mode.store(WATCHED, Ordering::Release);
        receiver
    }

    /// Whether it works for one command.
    pub(super) fn is_serving(&self) -> bool {
        self.service.mode.load(Ordering::Acquire) == WATCHED
    }

    /// The command is answered: the connection works for whoever has it.
    pub(super) fn served(&self) {
        self.service.mode.store(HANDED_ON, Ordering::Release);
    }

    /// The command is given up: its caller must not hear of it any more.
    pub(super) fn give_up(&self) {
        self.service.mode.store(DROPPED, Ordering::Release);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        drop(self.lane.close(Wish::Destroy));
    }
}

/// Hands a member's replies on to their callers, keeps its events from them, and tells the pool of its end.
struct Usher {
    pool: Weak<Pool>,
    member: Weak<Member>,
    service: Arc<Service>,
    mailbox: Arc<dyn Mailbox>,
}

impl Mailbox for Usher {
    fn open(&self) -> Box<dyn Deliver> {
        Box::new(Ushered {
            pool: self.pool.clone(),
            member: self.member.clone(),
            service: Arc::clone(&self.service),
            deliver: self.mailbox.open(),
            served: None,
            ended: false,
        })
    }
}

struct Ushered {
    pool: Weak<Pool>,
    member: Weak<Member>,
    service: Arc<Service>,
    deliver: Box<dyn Deliver>,
    served: Option<Served>,
    ended: bool,
}

impl Deliver for Ushered {
    fn reply(&mut self, ticket: Ticket, reply: Reply<'_>) {
        match self.service.mode.load(Ordering::Acquire) {
            HANDED_ON => self.deliver.reply(ticket, reply),
            WATCHED => {
                self.deliver.reply(ticket, reply);
                self.served = Some(Served::Answered);
            }
            _ => {}
        }
    }

    fn error(&mut self, ticket: Ticket, error: &Error) {
        // A server that is not the one to ask says so, too: that is no answer.
        let refused = matches!(error.kind(), Kind::Reply(_)) && error.maybe_executed() == Some(false);
        let is_answer = matches!(error.kind(), Kind::Reply(_) | Kind::ReplyLimit) && !refused;
        match self.service.mode.load(Ordering::Acquire) {
            HANDED_ON => self.deliver.error(ticket, error),
            WATCHED if is_answer => {
                self.deliver.error(ticket, error);
                self.served = Some(Served::Answered);
            }
            WATCHED => self.served = Some(Served::Failed(error.clone())),
            _ => {}
        }
    }

    fn unit(&mut self, ticket: Ticket, replies: Box<dyn Gather>, broken: Option<&Error>) {
        self.deliver.unit(ticket, replies, broken);
    }

    /// Whoever has a connection may read from it himself, which is the shorter way.
    fn borrows(&self) -> bool {
        self.deliver.borrows()
    }

    fn lend(&mut self, loan: Arc<Loan>) {
        if self.service.mode.load(Ordering::Acquire) == HANDED_ON {
            self.deliver.lend(loan);
        } else {
            loan.give_back();
        }
    }

    /// A client's events are those of its shared connections: these here come and go.
    fn event(&mut self, event: Event) {
        self.ended |= matches!(event, Event::Close(_) | Event::End);
    }

    fn flush(&mut self) {
        self.deliver.flush();
        if let Some(served) = self.served.take() {
            self.service.end(served);
        }
        if std::mem::take(&mut self.ended)
            && let (Some(pool), Some(member)) = (self.pool.upgrade(), self.member.upgrade())
        {
            pool.lost(&member);
        }
    }
}
