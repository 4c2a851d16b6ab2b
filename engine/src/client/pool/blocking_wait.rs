//! One call that the server keeps waiting, from its submission to its end. Owns the promise that a wait which is ended early
//! loses nothing: the server ends it (`CLIENT UNBLOCK`), and its outcome is read before anything else is sent.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::sleep_until;

use super::Pool;
use super::blocking_state::Cause;
use super::unblock::Outcome;
use crate::client::ManagedConnection;
use crate::connection::rejection::is_postponement;
use crate::connection::request::{Millis, instant};
use crate::connection::request_listeners::{End, TrackId};
use crate::error::{Error, TimeoutPhase};

/// A call on its way, whose end is still unknown.
pub(super) struct Wait<'a> {
    pub(super) connection: &'a Arc<ManagedConnection>,
    pub(super) id: TrackId,
    pub(super) ended: oneshot::Receiver<End>,
    /// The slot of its caller.
    pub(super) slot: u32,
    pub(super) until: Until,
}

/// When a wait ends at the latest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Until {
    pub(super) deadline: Millis,
    /// The timeout behind it, in milliseconds.
    pub(super) timeout: u32,
    /// Whether the caller named it for this call. Otherwise the server's own timeout is behind it.
    pub(super) is_own: bool,
}

/// How a wait ended.
pub(super) struct Waited {
    /// Ok: the caller has the reply. Err: what the caller is to be told.
    pub(super) result: Result<(), Error>,
    /// Whether the connection may be used again.
    pub(super) is_free: bool,
    /// Whether the wait was ended early, so that no other attempt may follow.
    pub(super) is_final: bool,
}

impl Waited {
    /// Whether the connection was lost with the call.
    pub(super) fn is_lost(&self) -> bool {
        !self.is_final && !self.is_free
    }
}

/// Why a wait ends early.
#[derive(Clone, Copy)]
enum Early {
    Ordered(Cause),
    Late,
}

impl Wait<'_> {
    /// Waits for the end. `order` ends it early, and so does its deadline.
    pub(super) async fn end(mut self, pool: &Pool, order: &mut oneshot::Receiver<Cause>) -> Waited {
        let early = tokio::select! {
            biased;
            end = &mut self.ended => return natural(end),
            Ok(cause) = order => Early::Ordered(cause),
            () = at(self.until.deadline) => Early::Late,
        };
        let queue = self.connection.queue();
        let keeps_null = match early {
            Early::Ordered(Cause::Closing) => false,
            Early::Ordered(Cause::GivenUp) => true,
            Early::Late => self.until.is_own,
        };
        if keeps_null {
            queue.keep_null(self.id);
        }
        if queue.withdraw(self.slot) {
            queue.untrack(self.id);
            let error = self.verdict(early, TimeoutPhase::Queue).executed(false);
            return Waited { result: Err(error), is_free: true, is_final: true };
        }
        let outcome = pool.end_wait(self.connection, &mut self.ended).await;
        let verdict = |executed| Err(self.verdict(early, TimeoutPhase::Server).executed(executed));
        let (result, is_free) = match outcome {
            Outcome::Ended { end: End::Delivered, is_free } => (Ok(()), is_free),
            Outcome::Ended { end: End::Null, is_free } => (verdict(false), is_free),
            Outcome::Ended { end: End::Failed(error), .. } => {
                (verdict(error.maybe_executed().unwrap_or(true)), false)
            }
            Outcome::Unblocked => (verdict(false), false),
            Outcome::Unknown => (verdict(true), false),
        };
        Waited { result, is_free, is_final: true }
    }

    fn verdict(&self, early: Early, phase: TimeoutPhase) -> Error {
        match early {
            Early::Ordered(_) => Error::closed(),
            Early::Late => Error::timeout(phase, Duration::from_millis(u64::from(self.until.timeout))),
        }
    }
}

fn natural(end: Result<End, oneshot::error::RecvError>) -> Waited {
    let (result, is_free) = match end {
        Ok(End::Delivered | End::Null) => (Ok(()), true),
        // After such an error the connection is as good as before.
        Ok(End::Failed(error)) => {
            let is_free = is_postponement(&error);
            (Err(error), is_free)
        }
        Err(_) => (Err(Error::internal("a blocking command was forgotten")), false),
    };
    Waited { result, is_free, is_final: false }
}

async fn at(deadline: Millis) {
    match instant(deadline) {
        Some(at) => sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
