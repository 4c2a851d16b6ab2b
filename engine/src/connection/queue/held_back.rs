//! Requests with a listener. Owns what is held back behind a call that the server keeps waiting: it is written once the call's
//! listener allows it, so that an order to end the wait (`CLIENT UNBLOCK`) cannot reach a later call of the same connection.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::Queue;
use crate::connection::batch::BatchOutcome;
use crate::connection::replies::reject;
use crate::connection::request::{ReplySink, Request};
use crate::connection::request_listeners::{End, StateCommand, TrackId, Tracks};
use crate::error::Error;
use crate::value::Value;

impl Queue {
    /// Locks the listeners; taken last.
    pub(crate) fn tracks(&self) -> MutexGuard<'_, Tracks> {
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a call that is submitted next, and how its end is learned.
    pub fn track_call(&self) -> (TrackId, oneshot::Receiver<End>) {
        self.tracks().call()
    }

    /// A number for a question of the engine that is submitted next, and its reply.
    pub fn track_question(&self) -> (TrackId, oneshot::Receiver<Result<Value, Error>>) {
        self.tracks().question()
    }

    /// A number for a command that changes the connection's state and is submitted next. It is restored on the next connection.
    pub fn track_state(&self, command: StateCommand) -> TrackId {
        self.tracks().state_change(command)
    }

    /// What was done to the connection, in order, as the words of commands.
    pub fn state(&self) -> Vec<Vec<Vec<u8>>> {
        self.tracks().state().iter().map(|command| command.words.clone()).collect()
    }

    /// From now on a null reply to the call is kept from its caller.
    pub fn keep_null(&self, id: TrackId) {
        self.tracks().keep_null(id);
    }

    /// The request is not submitted after all, or its listener does not care any more.
    pub fn untrack(&self, id: TrackId) {
        self.tracks().forget(id);
    }

    /// Whether a call on this connection has a listener.
    pub fn tracks_calls(&self) -> bool {
        self.tracks().has_calls()
    }

    /// The listener of the oldest tracked call is through with it: what was held back behind the call is written, up to the next
    /// one. Does nothing while the call is unanswered.
    pub fn pass(&self) {
        let mut outgoing = self.outgoing();
        if outgoing.send_buffer.lift_barriers(self.answered.load(Ordering::Acquire)) {
            self.parked.store(outgoing.send_buffer.is_parked(), Ordering::Release);
            drop(outgoing);
            self.wake.notify_one();
        }
    }

    /// Whether everything is written that may be, and what is left waits behind a call.
    pub fn is_parked(&self) -> bool {
        self.parked.load(Ordering::Acquire)
    }

    /// Tells whoever waits for `request` that there will be no reply: its listener where it has one, otherwise its caller.
    pub(crate) fn reject(
        &self,
        deliver: &mut dyn ReplySink,
        request: &Request,
        outcome: Option<BatchOutcome>,
        error: &Error,
    ) {
        match request.track {
            Some(id) if !self.tracks().is_state_change(id) => self.tracks().fail(id, error),
            _ => reject(deliver, request, outcome, error),
        }
    }
}
