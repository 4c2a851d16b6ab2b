//! One connection of the subscribers: what was sent and is not answered, what was read and has no room yet, and whether the
//! server is still there.

use std::collections::VecDeque;
use std::io;

use bytes::{Buf, BytesMut};
use tokio::io::AsyncReadExt;

use super::kind::{Direction, SubscriptionKind};
use super::notice::GapReason;
use super::push;
use super::push::{PushedMessage, PushedReply};
use super::read_coalescing::ReadCoalescing;
use super::registry::SubscribeCommand;
use super::state::{Dispatch, PubSubState};
use crate::connection::driver::{Connection, READ_CHUNK};
use crate::connection::liveness::{Liveness, LivenessVerdict};
use crate::connection::rejection::is_transient_code;
use crate::connection::request::{Millis, NEVER, now};
use crate::error::{ConnectionFailure, Error};
use crate::resp::{Decoder, encode};
use crate::transport::split::{ReadSide, WriteSide};
use crate::value::Value;

/// Less room than this is not worth a read.
const MIN_READ: usize = 16 * 1024;

/// Room made while large messages keep filling the buffer.
const MAX_READ_CHUNK: usize = 1024 * 1024;

/// What the server has yet to answer, in the order in which it was sent.
#[derive(Debug)]
enum ExpectedReply {
    Command(SubscribeCommand),
    Pong,
}

/// A message that somebody has no room for.
#[derive(Debug)]
struct HeldMessage {
    kind: SubscriptionKind,
    name: Box<[u8]>,
    channel: Box<[u8]>,
    data: Box<[u8]>,
}

impl HeldMessage {
    fn new(message: &PushedMessage<'_>) -> Self {
        Self {
            kind: message.kind,
            name: message.name.into(),
            channel: message.channel.into(),
            data: message.data.into(),
        }
    }

    fn message(&self) -> PushedMessage<'_> {
        PushedMessage { kind: self.kind, name: &self.name, channel: &self.channel, data: &self.data }
    }
}

/// Bytes on their way out.
#[derive(Debug, Default)]
pub(super) struct SessionOutput {
    bytes: BytesMut,
    /// A stream may keep bytes that it has taken.
    unflushed: bool,
}

impl SessionOutput {
    /// Whether there is something to write.
    pub(super) fn is_pending(&self) -> bool {
        self.unflushed || !self.bytes.is_empty()
    }

    /// Writes everything. Loses nothing when it is cancelled.
    pub(super) async fn write(&mut self, writer: &mut WriteSide) -> io::Result<()> {
        while !self.bytes.is_empty() {
            let count = writer.write_some(&self.bytes).await?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.bytes.advance(count);
            self.unflushed = true;
        }
        writer.flush().await?;
        self.unflushed = false;
        Ok(())
    }
}

/// The connection.
pub(super) struct SubscriberSession {
    pub(super) reader: ReadSide,
    pub(super) writer: WriteSide,
    pub(super) outgoing: SessionOutput,
    pub(super) buffer: BytesMut,
    decoder: Decoder,
    room: usize,
    expected: VecDeque<ExpectedReply>,
    held: Option<HeldMessage>,
    liveness: Liveness,
    pub(super) coalescing: ReadCoalescing,
    /// When the server was last heard.
    pub(super) heard: Millis,
    /// When the oldest question that it has not answered became the oldest.
    asked: Millis,
    answered: bool,
}

impl SubscriberSession {
    pub(super) fn new(connection: Connection) -> Self {
        let Connection { reader, writer, decoder, buffer, liveness, .. } = connection;
        Self {
            coalescing: ReadCoalescing::new(&reader),
            reader,
            writer,
            outgoing: SessionOutput::default(),
            buffer,
            decoder,
            room: READ_CHUNK,
            expected: VecDeque::new(),
            held: None,
            liveness,
            heard: now(),
            asked: now(),
            answered: false,
        }
    }

    /// Whether reading waits for room in a backlog.
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Whether the server has answered everything.
    pub(super) fn is_quiet(&self) -> bool {
        self.expected.is_empty()
    }

    /// Puts commands on their way.
    pub(super) fn send(&mut self, commands: &mut VecDeque<SubscribeCommand>) {
        let mut bytes = Vec::new();
        for command in commands.drain(..) {
            encode::array_header(&mut bytes, command.names.len() + 1);
            encode::bulk(&mut bytes, command.kind.command(command.verb));
            for name in &command.names {
                encode::bulk(&mut bytes, name);
            }
            self.expect(ExpectedReply::Command(command));
        }
        self.outgoing.bytes.extend_from_slice(&bytes);
    }

    fn expect(&mut self, expected: ExpectedReply) {
        if self.expected.is_empty() {
            self.asked = now();
        }
        self.expected.push_back(expected);
    }

    /// Reads once. `Ok(0)`: the server has closed the connection.
    pub(super) async fn read(reader: &mut ReadSide, buffer: &mut BytesMut) -> io::Result<usize> {
        reader.read_buf(buffer).await
    }

    /// Takes in what has arrived, up to a message that somebody has no room for.
    pub(super) fn take_in(&mut self, state: &mut PubSubState) -> Result<(), Error> {
        if let Some(held) = self.held.take()
            && state.dispatch(&held.message()) == Dispatch::Held
        {
            self.held = Some(held);
            return Ok(());
        }
        while self.held.is_none() {
            if let Some(strings) = self.decoder.strings(&mut self.buffer) {
                if let Some(message) = push::message(strings.as_slice()) {
                    if state.dispatch(&message) == Dispatch::Held {
                        self.held = Some(HeldMessage::new(&message));
                    }
                } else if strings.as_slice().first().is_some_and(|word| word.eq_ignore_ascii_case(b"pong")) {
                    self.answered(PushedReply::Pong, state)?;
                }
                continue;
            }
            let frame = self.decoder.next(&mut self.buffer);
            let Some(frame) = frame.map_err(|error| Error::protocol(error.to_string()))? else { break };
            let answer = push::answer(frame)?;
            self.answered(answer, state)?;
        }
        state.flush();
        self.make_room();
        Ok(())
    }

    fn answered(&mut self, answer: PushedReply, state: &mut PubSubState) -> Result<(), Error> {
        match answer {
            PushedReply::Message(items) => self.built(&items, state)?,
            PushedReply::Invalidated(keys) => {
                let message = push::invalidated(&keys);
                if state.dispatch(&message) == Dispatch::Held {
                    self.held = Some(HeldMessage::new(&message));
                }
            }
            PushedReply::Acknowledged(verb, kind, name) => self.acknowledged(verb, kind, &name, state)?,
            PushedReply::Pong => match self.expected.pop_front() {
                Some(ExpectedReply::Pong) => self.asked = now(),
                _ => return Err(surplus()),
            },
            PushedReply::Refused(error) => match self.expected.pop_front() {
                Some(ExpectedReply::Command(_))
                    if is_transient_code(&error.code) && !state.registry.relies_on_connection() =>
                {
                    // Another one asks again, after a pause that grows.
                    self.answered = false;
                    let message = format!("the server cannot take subscriptions now: {}", error.message);
                    return Err(Error::connection(ConnectionFailure::NotReady, message));
                }
                Some(ExpectedReply::Command(command)) => {
                    self.asked = now();
                    state.registry.refused(command, &Error::reply(error));
                    state.tell();
                }
                // A user without the right to ask is told so: the server is there.
                Some(ExpectedReply::Pong) => self.asked = now(),
                None => return Err(surplus()),
            },
            PushedReply::Dropped(_) => {
                let all = state.registry.live_sinks();
                state.gap(GapReason::Limit, Some(1), &all);
            }
            PushedReply::Other => {}
        }
        Ok(())
    }

    /// A message that had not wholly arrived at first.
    fn built(&mut self, items: &[Value], state: &mut PubSubState) -> Result<(), Error> {
        let message = push::items_message(items)
            .ok_or_else(|| Error::protocol("the server sent a message without its parts"))?;
        if state.dispatch(&message) == Dispatch::Held {
            self.held = Some(HeldMessage::new(&message));
        }
        Ok(())
    }

    fn acknowledged(
        &mut self,
        verb: Direction,
        kind: SubscriptionKind,
        name: &[u8],
        state: &mut PubSubState,
    ) -> Result<(), Error> {
        if let Some(ExpectedReply::Command(command)) = self.expected.front_mut()
            && (command.verb, command.kind) == (verb, kind)
            && command.names.front().is_some_and(|next| **next == *name)
        {
            command.names.pop_front();
            if command.names.is_empty() {
                self.expected.pop_front();
            }
            self.asked = now();
            state.registry.acknowledged(verb, kind, name);
            state.tell();
            return Ok(());
        }
        if verb == Direction::Subscribe {
            return Err(surplus());
        }
        let affected = state.registry.ended_by_server(kind, name);
        state.gap(GapReason::Unsubscribed, None, &affected);
        Ok(())
    }

    /// Makes room for the next read. Messages that are larger than the buffer make it grow, so that the next of their kind comes
    /// in few reads.
    fn make_room(&mut self) {
        if self.buffer.is_empty() {
            self.buffer.reserve(self.room);
            return;
        }
        let needed = self.decoder.needed();
        if self.buffer.capacity() - self.buffer.len() < needed.max(MIN_READ) {
            self.room = (self.room * 2).min(MAX_READ_CHUNK);
            self.buffer.reserve(needed.clamp(self.room, MAX_READ_CHUNK));
        }
    }

    /// How long the server may take to answer: within two probe intervals a connection that is dead is found.
    fn wait_limit(&self) -> Millis {
        let Liveness { probe_after, .. } = self.liveness;
        match (self.liveness.wait_limit(), probe_after) {
            (0, _) => NEVER,
            (wait_limit, 0) => wait_limit,
            (wait_limit, probe_after) => wait_limit.min(probe_after),
        }
    }

    fn judge(&self, now: Millis) -> LivenessVerdict {
        let until = self.next_look();
        if now < until {
            LivenessVerdict::Wait(until)
        } else if self.expected.is_empty() {
            LivenessVerdict::Probe
        } else {
            LivenessVerdict::Dead(now - self.heard.max(self.asked))
        }
    }

    /// Something was heard.
    pub(super) fn receive(&mut self) {
        self.heard = now();
        self.answered = true;
    }

    /// Whether anything was heard behind the greeting.
    pub(super) fn is_answered(&self) -> bool {
        self.answered
    }

    /// When to look at the silence, if it lasts.
    pub(super) fn next_look(&self) -> Millis {
        let Liveness { probe_after, .. } = self.liveness;
        match (self.expected.is_empty(), probe_after) {
            (false, _) => self.heard.max(self.asked).saturating_add(self.wait_limit()),
            (true, 0) => NEVER,
            (true, probe_after) => self.heard.saturating_add(probe_after),
        }
    }

    /// Judges the silence, and asks for a sign of life where there was none for long. Returns when to look again.
    pub(super) fn look(&mut self) -> Result<Millis, Error> {
        let now = now();
        if self.is_held() {
            // Nothing is heard because nothing is read.
            self.heard = now;
        }
        match self.judge(now) {
            LivenessVerdict::Wait(at) => Ok(at),
            LivenessVerdict::Dead(silence) => Err(Error::connection(
                ConnectionFailure::Lost,
                format!("the server sent nothing for {silence} ms while it was asked for a sign of life"),
            )),
            LivenessVerdict::Probe => {
                let mut bytes = Vec::new();
                encode::command(&mut bytes, &[b"PING"]);
                self.outgoing.bytes.extend_from_slice(&bytes);
                self.expect(ExpectedReply::Pong);
                Ok(now.saturating_add(self.wait_limit()))
            }
        }
    }
}

fn surplus() -> Error {
    Error::protocol("the server answered a subscriber's command that was not sent")
}
