//! Messages are read where they lie, past the scanner: any bytes in any parts give what the full decoder makes of them.
//!
//! The first byte of the input chooses the limits, the next four the sizes of the parts, the rest is what the peer sends.
#![no_main]

#[path = "../parts.rs"]
mod parts;

use bytes::{Buf, BytesMut};
use libfuzzer_sys::fuzz_target;

use oxidis_engine::resp::{Decoder, Frame, DecodeLimits, Scalar};
use oxidis_engine::value::Value;

use self::parts::parts;

/// Frames as text, because NaN is not equal to itself.
type Log = Vec<String>;

/// How many strings may be read where they lie.
const STRINGS: std::ops::RangeInclusive<usize> = 2..=4;

fuzz_target!(|input: &[u8]| {
    let Some((&[limits, ref sizes @ ..], wire)) = input.split_first_chunk::<5>() else { return };
    let limits = chosen_limits(limits);
    let decoded = decode(&[wire], limits, false);
    assert_eq!(decoded, decode(&[wire], limits, true), "whole");
    assert_eq!(decoded, decode(&parts(wire, sizes), limits, true), "in parts");
    assert_eq!(decoded, decode(&wire.chunks(1).collect::<Vec<_>>(), limits, true), "byte by byte");
});

fn chosen_limits(choice: u8) -> DecodeLimits {
    match choice & 3 {
        0 => DecodeLimits { max_reply_bytes: 1 << 20, ..DecodeLimits::default() },
        1 => DecodeLimits { max_reply_bytes: 8, max_depth: 1, max_elements: 4 },
        2 => DecodeLimits { max_reply_bytes: 1 << 20, max_depth: 0, max_elements: 1 << 10 },
        _ => DecodeLimits { max_reply_bytes: 64, max_depth: 8, max_elements: 3 },
    }
}

/// Two to four bulk strings as both ways write them into the log.
fn message<'a>(strings: impl Iterator<Item = &'a [u8]>) -> String {
    strings.map(|string| string.escape_ascii().to_string()).collect::<Vec<_>>().join(" | ")
}

/// The frame's line in the log.
fn line(frame: &Frame) -> String {
    if let Frame::Push(items) | Frame::Tree(Value::List(items)) = frame
        && STRINGS.contains(&items.len())
        && let Some(strings) = items.iter().map(bulk).collect::<Option<Vec<_>>>()
    {
        return message(strings.into_iter());
    }
    format!("{frame:?}")
}

fn bulk(item: &Value) -> Option<&[u8]> {
    match item {
        Value::Bulk(bytes) => Some(bytes),
        _ => None,
    }
}

/// Does what a subscriber's connection does, and keeps a log of it; with `shortcut` it asks for messages first.
fn decode(parts: &[&[u8]], limits: DecodeLimits, shortcut: bool) -> Log {
    let mut decoder = Decoder::new(limits);
    let mut buf = BytesMut::new();
    let mut large = None;
    let mut log = Log::new();
    for part in parts {
        buf.extend_from_slice(part);
        loop {
            if let Some(len) = large {
                if buf.len() < len + 2 {
                    break;
                }
                log.push(line(&Frame::Scalar(Scalar::Bulk(&buf[..len]))));
                if &buf[len..len + 2] != b"\r\n" {
                    log.push("a large bulk without CRLF".into());
                    return log;
                }
                buf.advance(len + 2);
                large = None;
            }
            if shortcut && let Some(strings) = decoder.strings(&mut buf) {
                assert!(STRINGS.contains(&strings.as_slice().len()), "not a message's number of strings");
                log.push(message(strings.as_slice().iter().copied()));
                continue;
            }
            match decoder.next(&mut buf) {
                Ok(None) => break,
                Ok(Some(Frame::LargeBulk { len })) => large = Some(len),
                Ok(Some(frame)) => log.push(line(&frame)),
                Err(error) => {
                    assert_eq!(decoder.strings(&mut buf), None, "a failed decoder stays failed");
                    log.push(error.to_string());
                    return log;
                }
            }
        }
    }
    if large.is_some() || !decoder.is_idle(&buf) {
        log.push("unfinished".into());
    }
    log
}
