//! A reply beyond a limit is dropped alone: what comes behind it is decoded.

use bytes::BytesMut;
use oxidis_engine::resp::{DecodeLimits, Decoder, Frame, LARGE_BULK, LimitExceeded};
use oxidis_engine::value::Value;

use crate::driver::{Event, bulk, decode_bytewise, decode_with};

fn bytes_limit(max_reply_bytes: u64) -> DecodeLimits {
    DecodeLimits { max_reply_bytes, ..DecodeLimits::default() }
}

fn element_limit(max_elements: u64) -> DecodeLimits {
    DecodeLimits { max_elements, ..DecodeLimits::default() }
}

/// Asserts that `bytes` are skipped for `limit`, and that a reply behind them is decoded, also byte by byte.
fn assert_skipped(bytes: &[u8], limits: DecodeLimits, limit: LimitExceeded) {
    let bytes = [bytes, b":7\r\n"].concat();
    let expected = [Event::Skipped(limit), Event::Reply(Value::Int(7))];
    assert_eq!(decode_with(&bytes, limits), expected, "{}", bytes.escape_ascii());
    assert_eq!(decode_bytewise(&bytes, limits), expected, "{}", bytes.escape_ascii());
}

fn assert_allowed(bytes: &[u8], limits: DecodeLimits) {
    assert!(matches!(decode_with(bytes, limits)[..], [Event::Reply(_)]), "{}", bytes.escape_ascii());
}

#[test]
fn payload_is_counted_over_all_strings_and_lines_of_a_reply() {
    for bytes in [
        &b"$10\r\n0123456789\r\n"[..],
        b"+0123456789\r\n",
        b"-0123456789\r\n",
        b"(0123456789\r\n",
        b"!10\r\n0123456789\r\n",
        b"=10\r\ntxt:456789\r\n",
        b"*3\r\n$4\r\n0123\r\n+45\r\n$4\r\n6789\r\n",
        b"%1\r\n*1\r\n$5\r\n01234\r\n~1\r\n$5\r\n56789\r\n",
        b"$?\r\n;4\r\n0123\r\n;6\r\n456789\r\n;0\r\n",
        b"*?\r\n$4\r\n0123\r\n$6\r\n456789\r\n.\r\n",
        b"|1\r\n+012\r\n+3\r\n$6\r\n456789\r\n",
        b"|1\r\n+012\r\n+3\r\n+456789\r\n",
        b"|1\r\n+012\r\n+3\r\n*1\r\n+456789\r\n",
        b"*1\r\n|1\r\n+012\r\n+3\r\n$6\r\n456789\r\n",
    ] {
        assert_allowed(bytes, bytes_limit(10));
        assert_skipped(bytes, bytes_limit(9), LimitExceeded::ReplyBytes(9));
    }
}

#[test]
fn elements_are_counted_over_all_levels_keys_values_attributes_and_chunks_included() {
    for (bytes, count) in [
        (&b"*3\r\n:1\r\n:2\r\n:3\r\n"[..], 3),
        (b"%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n", 4),
        (b"*2\r\n*2\r\n_\r\n_\r\n~1\r\n_\r\n", 5),
        (b"*?\r\n_\r\n_\r\n.\r\n", 2),
        (b"%?\r\n_\r\n_\r\n.\r\n", 2),
        (b"|1\r\n_\r\n_\r\n_\r\n", 3),
        (b"|0\r\n|0\r\n|0\r\n_\r\n", 3),
        (b"*1\r\n|1\r\n_\r\n_\r\n_\r\n", 4),
        (b"$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n", 2),
    ] {
        if !bytes.starts_with(b"|") {
            assert_allowed(bytes, element_limit(count));
        }
        assert_skipped(bytes, element_limit(count - 1), LimitExceeded::Elements(count - 1));
    }
}

#[test]
fn an_attribute_counts_towards_the_reply_behind_it_and_no_further() {
    let reply = b"|1\r\n$4\r\n0123\r\n:1\r\n$4\r\n4567\r\n";
    assert_eq!(decode_with(&reply.repeat(3), bytes_limit(8)), vec![Event::Reply(bulk("4567")); 3]);
    let reply = b"|1\r\n_\r\n_\r\n*1\r\n_\r\n";
    let list = Event::Reply(Value::List(vec![Value::Null]));
    assert_eq!(decode_with(&reply.repeat(3), element_limit(4)), vec![list; 3]);
    let reply = b"|1\r\n_\r\n_\r\n:5\r\n";
    assert_eq!(decode_with(&reply.repeat(3), element_limit(3)), vec![Event::Reply(Value::Int(5)); 3]);
}

#[test]
fn attributes_without_end_are_skipped_in_bounded_memory() {
    let mut decoder = Decoder::new(element_limit(100));
    let mut buf = BytesMut::new();
    for _ in 0..10_000 {
        buf.extend_from_slice(b"|1\r\n$1\r\nk\r\n$1\r\nv\r\n");
        assert_eq!(decoder.next(&mut buf), Ok(None));
        assert!(buf.is_empty());
    }
    buf.extend_from_slice(b"+OK\r\n");
    assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::Skipped(LimitExceeded::Elements(100)))));
}

#[test]
fn a_push_beyond_a_limit_is_told_from_a_reply() {
    let bytes = b">2\r\n+message\r\n$5\r\nhello\r\n+OK\r\n";
    let skipped = Event::SkippedPush(LimitExceeded::ReplyBytes(8));
    assert_eq!(decode_with(bytes, bytes_limit(8))[0], skipped);
    assert_eq!(decode_bytewise(bytes, bytes_limit(8))[0], skipped);
    let attributed = [&b"|1\r\n+01234\r\n+56789\r\n"[..], bytes].concat();
    assert_eq!(decode_with(&attributed, bytes_limit(8))[0], skipped);
    assert_eq!(decode_with(&attributed, bytes_limit(8)).len(), 2);
}

#[test]
fn a_skipped_reply_costs_no_memory_while_it_is_read() {
    let mut decoder = Decoder::new(bytes_limit(1000));
    let mut buf = BytesMut::from(&b"*2\r\n:1\r\n$10000000\r\n"[..]);
    let part = [b'x'; 1000];
    assert_eq!(decoder.next(&mut buf), Ok(None));
    for _ in 0..10_000 {
        buf.extend_from_slice(&part);
        assert_eq!(decoder.next(&mut buf), Ok(None));
        assert!(buf.is_empty());
        assert_eq!(decoder.needed(), 1, "nothing is to be reserved for bytes that are dropped");
    }
    assert!(buf.capacity() < 10_000);
    buf.extend_from_slice(b"\r\n+next\r\n");
    assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::Skipped(LimitExceeded::ReplyBytes(1000)))));
    assert_eq!(buf, &b"+next\r\n"[..]);
}

#[test]
fn a_bulk_of_exactly_the_limit_is_read_and_one_byte_more_is_skipped() {
    let limits = bytes_limit(LARGE_BULK as u64);
    let mut buf = BytesMut::from(format!("${LARGE_BULK}\r\n").as_bytes());
    assert_eq!(Decoder::new(limits).next(&mut buf), Ok(Some(Frame::LargeBulk { len: LARGE_BULK })));
    let text = "x".repeat(LARGE_BULK + 1);
    let limit = LimitExceeded::ReplyBytes(LARGE_BULK as u64);
    let events = decode_with(format!("${}\r\n{text}\r\n", text.len()).as_bytes(), limits);
    assert_eq!(events, [Event::Skipped(limit)]);
}

#[test]
fn the_limit_that_is_exceeded_first_is_named_with_its_option() {
    let limits = DecodeLimits { max_reply_bytes: 2, max_depth: 2, max_elements: 4 };
    assert_skipped(
        b"*2\r\n+abc\r\n*3\r\n:1\r\n:1\r\n*1\r\n*1\r\n*0\r\n",
        limits,
        LimitExceeded::ReplyBytes(2),
    );
    assert_skipped(b"*2\r\n*3\r\n:1\r\n:1\r\n*1\r\n*1\r\n*0\r\n+abc\r\n", limits, LimitExceeded::Elements(4));
    assert_skipped(b"*2\r\n*1\r\n*1\r\n:1\r\n+abc\r\n", limits, LimitExceeded::Depth(2));
    assert_eq!(LimitExceeded::ReplyBytes(2).to_string(), "maxReplyBytes (2)");
    assert_eq!(LimitExceeded::Depth(3).to_string(), "maxDepth (3)");
    assert_eq!(LimitExceeded::Elements(4).to_string(), "maxElements (4)");
}

#[test]
fn after_a_skipped_reply_the_counts_begin_anew() {
    let limits = DecodeLimits { max_reply_bytes: 4, max_depth: 1, max_elements: 2 };
    let bytes = b"*2\r\n+a\r\n*0\r\n*2\r\n+ab\r\n+cd\r\n*3\r\n:1\r\n:1\r\n:1\r\n%1\r\n+ab\r\n+cd\r\n";
    let events = decode_with(bytes, limits);
    assert_eq!(events[0], Event::Skipped(LimitExceeded::Depth(1)));
    assert!(matches!(&events[1], Event::Reply(Value::List(items)) if items.len() == 2));
    assert_eq!(events[2], Event::Skipped(LimitExceeded::Elements(2)));
    assert!(matches!(&events[3], Event::Reply(Value::Map(pairs)) if pairs.len() == 1));
    assert_eq!(events.len(), 4);
}
