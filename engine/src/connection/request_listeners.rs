//! Requests whose end a task of the engine has to learn: calls that the server keeps waiting, and the engine's own questions.
//! Owns the listeners, by number. A request carries its number, so no reply reaches the listener of another request.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;

use tokio::sync::oneshot;

use crate::error::Error;
use crate::resp::{Frame, Scalar};
use crate::value::Value;

/// Names the listener of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TrackId(NonZeroU32);

/// The bit of those that hold back what follows them.
const HOLDS: u32 = 1 << 31;

impl TrackId {
    /// Whether nothing behind the request is written before its listener allows it.
    pub(crate) fn holds_back(self) -> bool {
        self.0.get() & HOLDS != 0
    }
}

/// How a tracked call ended.
#[derive(Debug)]
pub enum End {
    /// The caller has the reply.
    Delivered,
    /// The server replied null, which was kept from the caller ([`Tracks::keep_null`]).
    Null,
    /// There is no reply. The caller does not know yet.
    Failed(Error),
}

#[derive(Debug)]
enum Listener {
    Call { end: oneshot::Sender<End>, keeps_null: bool },
    Question(oneshot::Sender<Result<Value, Error>>),
    State(StateCommand),
}

/// A command that changes the state of its connection, for the connection after it. Printing it shows no argument.
#[derive(Clone, PartialEq, Eq)]
pub struct StateCommand {
    /// What it replaces: an earlier command of the same key.
    pub key: Vec<u8>,
    /// The command.
    pub words: Vec<Vec<u8>>,
}

impl fmt::Debug for StateCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateCommand({} words)", self.words.len())
    }
}

/// What a reply to a tracked request is for.
#[derive(Debug)]
pub(crate) enum Target {
    /// It goes to the caller, then the listener is notified.
    Caller(oneshot::Sender<End>),
    /// It is null, and only the listener is notified.
    Kept(oneshot::Sender<End>),
    /// It goes to the caller. Unless it is an error, the command is part of the connection's state from now on.
    State(StateCommand),
    /// The listener gets it.
    Listener(oneshot::Sender<Result<Value, Error>>),
    /// Nobody listens: the caller was already told how the call ended.
    Nobody,
}

/// The listeners of one connection's requests.
#[derive(Debug, Default)]
pub struct Tracks {
    last: u32,
    listeners: HashMap<TrackId, Listener>,
    /// What was done to the connection, in order.
    state: Vec<StateCommand>,
}

impl Tracks {
    fn add(&mut self, listener: Listener) -> TrackId {
        let held = if matches!(listener, Listener::Call { .. }) { HOLDS } else { 0 };
        loop {
            self.last = self.last.wrapping_add(1) % HOLDS;
            if let Some(number) = NonZeroU32::new(self.last).map(|number| number | held)
                && !self.listeners.contains_key(&TrackId(number))
            {
                self.listeners.insert(TrackId(number), listener);
                return TrackId(number);
            }
        }
    }

    /// A number for a call, and how its end is learned. The reply still goes to the caller, a failure does not.
    pub fn call(&mut self) -> (TrackId, oneshot::Receiver<End>) {
        let (end, ended) = oneshot::channel();
        (self.add(Listener::Call { end, keeps_null: false }), ended)
    }

    /// A number for a question of the engine, and its reply. Error replies count as failures. The sender is dropped with the
    /// connection.
    pub fn question(&mut self) -> (TrackId, oneshot::Receiver<Result<Value, Error>>) {
        let (reply, replied) = oneshot::channel();
        (self.add(Listener::Question(reply)), replied)
    }

    /// A number for a command that changes the connection's state. Its replies and failures are the caller's.
    pub fn state_change(&mut self, command: StateCommand) -> TrackId {
        self.add(Listener::State(command))
    }

    /// Whether the request changes the connection's state.
    pub fn is_state_change(&self, id: TrackId) -> bool {
        matches!(self.listeners.get(&id), Some(Listener::State(_)))
    }

    /// The server has run the command.
    pub(crate) fn remember(&mut self, command: StateCommand) {
        self.state.retain(|other| other.key != command.key);
        self.state.push(command);
    }

    /// What was done to the connection, in order.
    pub fn state(&self) -> &[StateCommand] {
        &self.state
    }

    /// From now on a null reply to the call is kept from its caller.
    pub fn keep_null(&mut self, id: TrackId) {
        if let Some(Listener::Call { keeps_null, .. }) = self.listeners.get_mut(&id) {
            *keeps_null = true;
        }
    }

    /// The request will have no reply, and its listener knows or does not care.
    pub fn forget(&mut self, id: TrackId) {
        self.listeners.remove(&id);
    }

    /// Whether a call is tracked.
    pub fn has_calls(&self) -> bool {
        self.listeners.values().any(|listener| matches!(listener, Listener::Call { .. }))
    }

    /// Notifies the listener of a request without a reply.
    pub(crate) fn fail(&mut self, id: TrackId, error: &Error) {
        match self.listeners.remove(&id) {
            // A listener that is gone has told the caller something else.
            Some(Listener::Call { end, .. }) => drop(end.send(End::Failed(error.clone()))),
            Some(Listener::Question(reply)) => drop(reply.send(Err(error.clone()))),
            Some(Listener::State(_)) | None => {}
        }
    }

    /// Where the reply to the request goes.
    pub(crate) fn target(&mut self, id: TrackId, is_null: bool) -> Target {
        match self.listeners.remove(&id) {
            Some(Listener::Call { end, .. }) if end.is_closed() => Target::Nobody,
            Some(Listener::Call { end, keeps_null: true }) if is_null => Target::Kept(end),
            Some(Listener::Call { end, .. }) => Target::Caller(end),
            Some(Listener::Question(reply)) => Target::Listener(reply),
            Some(Listener::State(command)) => Target::State(command),
            None => Target::Nobody,
        }
    }
}

/// The reply to a question.
pub(crate) fn reply(frame: Frame<'_>) -> Result<Value, Error> {
    match frame {
        Frame::Scalar(Scalar::Error(line)) => Err(Error::reply(crate::error::ServerError::from_line(line))),
        Frame::Scalar(scalar) => Ok(Value::from(scalar)),
        Frame::Packed(packed) => packed.value().map_err(|error| Error::protocol(error.to_string())),
        Frame::Tree(value) => Ok(value),
        Frame::Skipped(limit) => Err(Error::reply_limit(limit.option(), limit.allowed())),
        Frame::Push(_) | Frame::SkippedPush(_) | Frame::LargeBulk { .. } => {
            Err(Error::internal("the frame is no reply"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_goes_to_the_caller_and_a_null_that_is_kept_does_not() {
        let mut tracks = Tracks::default();
        let (first, _ended) = tracks.call();
        let (second, _ended_too) = tracks.call();
        assert!(tracks.has_calls());
        tracks.keep_null(second);
        assert!(matches!(tracks.target(first, true), Target::Caller(_)));
        assert!(matches!(tracks.target(second, true), Target::Kept(_)));
        assert!(matches!(tracks.target(second, true), Target::Nobody), "it has ended");
        assert!(!tracks.has_calls());
    }

    #[test]
    fn a_value_reaches_the_caller_although_nulls_are_kept() {
        let mut tracks = Tracks::default();
        let (id, _ended) = tracks.call();
        tracks.keep_null(id);
        assert!(matches!(tracks.target(id, false), Target::Caller(_)));
    }

    #[test]
    fn nothing_reaches_a_caller_whose_listener_is_gone() {
        let mut tracks = Tracks::default();
        let (id, ended) = tracks.call();
        drop(ended);
        assert!(matches!(tracks.target(id, false), Target::Nobody));
    }

    #[test]
    fn a_failure_is_the_listeners_to_tell() {
        let mut tracks = Tracks::default();
        let (call, mut ended) = tracks.call();
        let (question, mut replied) = tracks.question();
        tracks.fail(call, &Error::closed());
        tracks.fail(question, &Error::closed());
        assert!(matches!(ended.try_recv(), Ok(End::Failed(_))));
        assert!(matches!(replied.try_recv(), Ok(Err(_))));
    }
}
