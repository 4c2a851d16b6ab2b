//! What a subscriber's connection hears, in the arrays of RESP2 and in the pushes of RESP3 alike.

use super::kind::{Direction, SubscriptionKind};
use crate::connection::invalidation;
use crate::error::{Error, ServerError};
use crate::resp::{Frame, LimitExceeded, Scalar};
use crate::value::Value;

/// A message where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PushedMessage<'a> {
    pub(super) kind: SubscriptionKind,
    /// The channel or pattern that was subscribed to.
    pub(super) name: &'a [u8],
    /// The channel, where the name does not tell it; [`KEYS`] where the data is a list of changed keys.
    pub(super) channel: &'a [u8],
    pub(super) data: &'a [u8],
}

/// In the place of a channel that the name tells: the data is JSON of changed keys.
pub(super) const KEYS: &[u8] = b"*";

/// Changed keys as a message on the channel for them.
pub(super) fn invalidated(keys: &str) -> PushedMessage<'_> {
    PushedMessage {
        kind: SubscriptionKind::Channel,
        name: invalidation::CHANNEL,
        channel: KEYS,
        data: keys.as_bytes(),
    }
}

/// Anything but a message.
#[derive(Debug, PartialEq)]
pub(super) enum PushedReply {
    /// A message that had to be put together.
    Message(Vec<Value>),
    /// One name of a command.
    Acknowledged(Direction, SubscriptionKind, Box<[u8]>),
    /// Keys have changed (`CLIENT TRACKING`), as JSON.
    Invalidated(String),
    /// The answer to a probe.
    Pong,
    /// An error, which answers a whole command.
    Refused(ServerError),
    /// Something beyond a limit: a message, for nothing else is as large.
    Dropped(LimitExceeded),
    /// Another announcement of the server.
    Other,
}

/// The message that these strings are.
#[inline]
pub(super) fn message<'a>(strings: &[&'a [u8]]) -> Option<PushedMessage<'a>> {
    match *strings {
        [b"message", name, data] => {
            Some(PushedMessage { kind: SubscriptionKind::Channel, name, channel: &[], data })
        }
        [b"pmessage", name, channel, data] => {
            Some(PushedMessage { kind: SubscriptionKind::Pattern, name, channel, data })
        }
        [b"smessage", name, data] => {
            Some(PushedMessage { kind: SubscriptionKind::Shard, name, channel: &[], data })
        }
        _ => None,
    }
}

/// What a frame says.
pub(super) fn answer(frame: Frame<'_>) -> Result<PushedReply, Error> {
    let broken = |error: &dyn std::fmt::Display| Error::protocol(error.to_string());
    match frame {
        Frame::Push(items) | Frame::Tree(Value::List(items)) => items_answer(items),
        Frame::Packed(packed) => match packed.value().map_err(|error| broken(&error))? {
            Value::List(items) => items_answer(items),
            _ => Err(unexpected()),
        },
        Frame::Scalar(Scalar::Error(line)) => Ok(PushedReply::Refused(ServerError::from_line(line))),
        Frame::Scalar(Scalar::Status(_)) => Ok(PushedReply::Pong),
        Frame::Skipped(limit) | Frame::SkippedPush(limit) => Ok(PushedReply::Dropped(limit)),
        Frame::Tree(_) | Frame::Scalar(_) | Frame::LargeBulk { .. } => Err(unexpected()),
    }
}

fn unexpected() -> Error {
    Error::protocol("the server sent a subscriber what no subscriber can have asked for")
}

fn items_answer(items: Vec<Value>) -> Result<PushedReply, Error> {
    let Some(Value::Bulk(word) | Value::Status(word)) = items.first() else { return Err(unexpected()) };
    if let Some(keys) = invalidation::announced(&items).or_else(|| invalidation::message(&items)) {
        return Ok(PushedReply::Invalidated(keys));
    }
    if SubscriptionKind::of_message(word).is_some() {
        return Ok(PushedReply::Message(items));
    }
    if word.eq_ignore_ascii_case(b"pong") {
        return Ok(PushedReply::Pong);
    }
    match (SubscriptionKind::of_acknowledgement(word), items.as_slice()) {
        (Some((verb, kind)), [_, Value::Bulk(name), Value::Int(_)]) => {
            Ok(PushedReply::Acknowledged(verb, kind, name.as_ref().into()))
        }
        (Some(_), _) => Err(unexpected()),
        // A server may announce other things: MOVING, invalidate.
        (None, _) => Ok(PushedReply::Other),
    }
}

/// The message that these items are.
pub(super) fn items_message(items: &[Value]) -> Option<PushedMessage<'_>> {
    let mut strings = [&[][..]; 4];
    for (string, item) in strings.iter_mut().zip(items) {
        let Value::Bulk(bytes) = item else { return None };
        *string = bytes;
    }
    message(strings.get(..items.len())?)
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};

    use super::*;
    use crate::resp::{DecodeLimits, Decoder};

    fn receive(bytes: &str) -> Result<PushedReply, Error> {
        let mut buffer = BytesMut::from(bytes);
        let mut decoder = Decoder::new(DecodeLimits::default()).packing();
        answer(decoder.next(&mut buffer).unwrap().unwrap())
    }

    #[test]
    fn both_protocols_say_the_same() {
        for marker in ['*', '>'] {
            let ack = receive(&format!("{marker}3\r\n$10\r\npsubscribe\r\n$1\r\na\r\n:1\r\n"));
            assert_eq!(
                ack.unwrap(),
                PushedReply::Acknowledged(Direction::Subscribe, SubscriptionKind::Pattern, b"a"[..].into())
            );
            let message = receive(&format!("{marker}3\r\n$8\r\nsmessage\r\n$1\r\na\r\n$1\r\nb\r\n"));
            let Ok(PushedReply::Message(items)) = message else { panic!("{message:?}") };
            let expected =
                PushedMessage { kind: SubscriptionKind::Shard, name: b"a", channel: b"", data: b"b" };
            assert_eq!(items_message(&items), Some(expected));
        }
        for marker in ['*', '>'] {
            let name = "$20\r\n__redis__:invalidate\r\n";
            let keys = receive(&format!("{marker}3\r\n$7\r\nmessage\r\n{name}*1\r\n$1\r\nk\r\n"));
            assert_eq!(keys.unwrap(), PushedReply::Invalidated("[\"k\"]".to_owned()));
            let all = receive(&format!("{marker}3\r\n$7\r\nmessage\r\n{name}*-1\r\n"));
            assert_eq!(all.unwrap(), PushedReply::Invalidated("null".to_owned()));
        }
        let push = receive(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n");
        assert_eq!(push.unwrap(), PushedReply::Invalidated("[\"k\"]".to_owned()));
        assert_eq!(receive("*2\r\n$4\r\npong\r\n$0\r\n\r\n").unwrap(), PushedReply::Pong);
        assert_eq!(receive("+PONG\r\n").unwrap(), PushedReply::Pong);
        assert_eq!(receive(">2\r\n$6\r\nMOVING\r\n:1\r\n").unwrap(), PushedReply::Other);
    }

    #[test]
    fn a_message_through_a_pattern_names_its_channel() {
        let items =
            ["pmessage", "a*", "ab", "data"].map(|text| Value::Bulk(Bytes::from_static(text.as_bytes())));
        let expected =
            PushedMessage { kind: SubscriptionKind::Pattern, name: b"a*", channel: b"ab", data: b"data" };
        assert_eq!(items_message(&items), Some(expected));
        assert_eq!(items_message(&items[..3]), None);
    }

    #[test]
    fn what_no_subscriber_asks_for_breaks_the_protocol() {
        for bytes in
            ["$1\r\na\r\n", ":1\r\n", "*0\r\n", "*3\r\n$9\r\nsubscribe\r\n:1\r\n:1\r\n", "%1\r\n:1\r\n:1\r\n"]
        {
            assert!(receive(bytes).is_err(), "{bytes}");
        }
    }
}
