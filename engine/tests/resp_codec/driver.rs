//! Drives a decoder as a connection does, and tells what came out as owned values.

use bytes::{Buf, Bytes, BytesMut};
use oxidis_engine::error::ServerError;
use oxidis_engine::resp::{
    DecodeLimits, Decoder, Frame, LimitExceeded, Packed, PackedPart, PackedParts, ProtocolError, Scalar,
};
use oxidis_engine::value::Value;

/// What a connection would have seen. Large bulks are read to their end, so that a split makes no difference.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Reply(Value),
    Push(Vec<Value>),
    Skipped(LimitExceeded),
    SkippedPush(LimitExceeded),
    /// The bytes ended within a reply.
    Unfinished,
    Failed(String),
}

pub(crate) fn own(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(value) => Value::Int(value),
        Scalar::Double(value) => Value::Double(value),
        Scalar::BigNumber(text) => Value::BigNumber(Bytes::copy_from_slice(text)),
        Scalar::Status(text) => Value::Status(Bytes::copy_from_slice(text)),
        Scalar::Bulk(text) => Value::Bulk(Bytes::copy_from_slice(text)),
        Scalar::Error(line) => Value::Error(ServerError::from_line(line)),
    }
}

/// Decodes `parts` as they would arrive one after the other: into trees, left as bytes, and with bulk strings taken several at a
/// time, which must say the same.
pub(crate) fn decode_parts<'a>(
    parts: impl IntoIterator<Item = &'a [u8]>,
    limits: DecodeLimits,
) -> Vec<Event> {
    let parts: Vec<&[u8]> = parts.into_iter().collect();
    let events = drive(&parts, Decoder::new(limits), 0);
    // NaN is in the corpus, and is no more equal to itself here than elsewhere.
    let packed = drive(&parts, Decoder::new(limits).packing(), 0);
    assert_eq!(format!("{events:?}"), format!("{packed:?}"));
    for most in [1, 3, usize::MAX] {
        let together = drive(&parts, Decoder::new(limits), most);
        assert_eq!(format!("{events:?}"), format!("{together:?}"));
    }
    events
}

/// The tree of an aggregate, put together from its parts. A part does not say whether it is a set.
fn retold(parts: &mut PackedParts<'_>) -> Value {
    match parts.next_part().unwrap() {
        PackedPart::Scalar(scalar) => own(scalar),
        PackedPart::List(count) => Value::List((0..count).map(|_| retold(parts)).collect()),
        PackedPart::Map(count) => Value::Map((0..count).map(|_| (retold(parts), retold(parts))).collect()),
    }
}

fn without_sets(value: &Value) -> Value {
    match value {
        Value::List(items) | Value::Set(items) => Value::List(items.iter().map(without_sets).collect()),
        Value::Map(pairs) => {
            Value::Map(pairs.iter().map(|(a, b)| (without_sets(a), without_sets(b))).collect())
        }
        other => other.clone(),
    }
}

fn tree_of(packed: &Packed) -> Value {
    let value = packed.value().unwrap();
    assert_eq!(format!("{:?}", retold(&mut packed.parts())), format!("{:?}", without_sets(&value)));
    value
}

/// `together`: so many bulk strings at most are taken at a time.
fn drive(parts: &[&[u8]], mut decoder: Decoder, together: usize) -> Vec<Event> {
    let mut buf = BytesMut::new();
    let mut large: Option<usize> = None;
    let mut events = Vec::new();
    for part in parts {
        buf.extend_from_slice(part);
        loop {
            if let Some(len) = large {
                if buf.len() < len + 2 {
                    break;
                }
                events.push(Event::Reply(Value::Bulk(buf.split_to(len).freeze())));
                assert_eq!(&buf[..2], b"\r\n", "the corpus ends its large strings properly");
                buf.advance(2);
                large = None;
            }
            if together > 0 {
                let mut left = together;
                decoder.bulk_strings(&mut buf, |text| {
                    events.push(Event::Reply(own(Scalar::Bulk(text))));
                    left -= 1;
                    left > 0
                });
            }
            let event = match decoder.next(&mut buf) {
                Ok(None) => {
                    assert!(decoder.needed() >= 1);
                    break;
                }
                Ok(Some(Frame::Scalar(scalar))) => Event::Reply(own(scalar)),
                Ok(Some(Frame::Tree(value))) => Event::Reply(value),
                Ok(Some(Frame::Packed(packed))) => Event::Reply(tree_of(&packed)),
                Ok(Some(Frame::Push(items))) => Event::Push(items),
                Ok(Some(Frame::Skipped(limit))) => Event::Skipped(limit),
                Ok(Some(Frame::SkippedPush(limit))) => Event::SkippedPush(limit),
                Ok(Some(Frame::LargeBulk { len })) => {
                    large = Some(len);
                    continue;
                }
                Err(error) => {
                    assert_stays_failed(&mut decoder, &mut buf, &error);
                    events.push(Event::Failed(error.to_string()));
                    return events;
                }
            };
            events.push(event);
        }
    }
    if large.is_some() || !decoder.is_idle(&buf) {
        events.push(Event::Unfinished);
    }
    events
}

fn assert_stays_failed(decoder: &mut Decoder, buf: &mut BytesMut, error: &ProtocolError) {
    buf.extend_from_slice(b"+OK\r\n");
    assert_eq!(decoder.next(buf).as_ref(), Err(error));
    assert!(!decoder.is_idle(buf));
}

pub(crate) fn decode_with(bytes: &[u8], limits: DecodeLimits) -> Vec<Event> {
    decode_parts([bytes], limits)
}

pub(crate) fn decode(bytes: &[u8]) -> Vec<Event> {
    decode_with(bytes, DecodeLimits::default())
}

pub(crate) fn decode_bytewise(bytes: &[u8], limits: DecodeLimits) -> Vec<Event> {
    decode_parts(bytes.chunks(1), limits)
}

/// The only reply in `bytes`.
pub(crate) fn reply(bytes: &[u8]) -> Value {
    match decode(bytes).as_slice() {
        [Event::Reply(value)] => value.clone(),
        other => panic!("one reply expected, got {other:?}"),
    }
}

/// The message that `bytes` fail with.
pub(crate) fn failure(bytes: &[u8]) -> String {
    match decode(bytes).last() {
        Some(Event::Failed(message)) => message.clone(),
        other => panic!("{:?} decoded to {other:?}", bytes.escape_ascii().to_string()),
    }
}

pub(crate) fn bulk(text: &str) -> Value {
    Value::Bulk(Bytes::copy_from_slice(text.as_bytes()))
}

pub(crate) fn status(text: &str) -> Value {
    Value::Status(Bytes::copy_from_slice(text.as_bytes()))
}

pub(crate) fn error(line: &str) -> Value {
    Value::Error(ServerError::from_line(line.as_bytes()))
}
