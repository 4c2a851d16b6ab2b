//! Nesting of any depth needs no stack, and a reply that is too deep fails alone.

use std::thread;

use oxidis_engine::resp::{DEPTH_CEILING, DecodeLimits, LimitExceeded, MAX_DEPTH, SKIP_LEVELS_MAX};
use oxidis_engine::value::Value;

use crate::driver::{Event, decode, decode_bytewise, decode_with};

/// `depth` levels, each opened by `opening` and closed by `closing`, around one integer.
fn nested(opening: &str, closing: &str, depth: usize) -> Vec<u8> {
    [opening.repeat(depth), ":1\r\n".into(), closing.repeat(depth)].concat().into_bytes()
}

fn depth_of(mut value: &Value) -> usize {
    let mut depth = 0;
    loop {
        value = match value {
            Value::List(items) | Value::Set(items) => &items[0],
            Value::Map(pairs) => &pairs[0].1,
            _ => return depth,
        };
        depth += 1;
    }
}

const SHAPES: [(&str, &str); 6] = [
    ("*1\r\n", ""),
    ("~2\r\n", ":2\r\n"),
    ("%1\r\n+k\r\n", ""),
    ("*?\r\n", ".\r\n"),
    ("%?\r\n:0\r\n", ".\r\n"),
    ("*2\r\n", "|1\r\n:1\r\n:2\r\n:3\r\n"),
];

#[test]
fn a_reply_exactly_at_the_depth_limit_is_delivered_and_one_level_more_is_skipped() {
    for limit in [1, 2, 7, MAX_DEPTH] {
        // The attribute of the last shape is a level of its own.
        for (opening, closing) in &SHAPES[..5] {
            let limits = DecodeLimits { max_depth: limit, ..DecodeLimits::default() };
            let events = decode_with(&nested(opening, closing, limit), limits);
            let [Event::Reply(value)] = events.as_slice() else { panic!("{opening:?}: {events:?}") };
            assert_eq!(depth_of(value), limit);
            let skipped = Event::Skipped(LimitExceeded::Depth(limit as u64));
            assert_eq!(decode_with(&nested(opening, closing, limit + 1), limits), [skipped]);
        }
    }
}

#[test]
fn an_empty_aggregate_and_an_attribute_are_levels_too() {
    let limits = DecodeLimits { max_depth: 1, ..DecodeLimits::default() };
    let skipped = [Event::Skipped(LimitExceeded::Depth(1))];
    for bytes in
        [&b"*1\r\n*0\r\n"[..], b"*1\r\n|0\r\n:1\r\n", b"|1\r\n:1\r\n*0\r\n:1\r\n", b"*?\r\n*?\r\n.\r\n.\r\n"]
    {
        assert_eq!(decode_with(bytes, limits), skipped, "{}", bytes.escape_ascii());
    }
    let none = DecodeLimits { max_depth: 0, ..DecodeLimits::default() };
    assert_eq!(decode_with(b"*0\r\n", none), [Event::Skipped(LimitExceeded::Depth(0))]);
    assert_eq!(decode_with(b":1\r\n", none), [Event::Reply(Value::Int(1))]);
}

#[test]
fn a_reply_five_thousand_deep_is_skipped_and_the_next_one_is_decoded() {
    for (opening, closing) in SHAPES {
        let mut bytes = nested(opening, closing, 5000);
        bytes.extend_from_slice(b":7\r\n");
        let expected = [Event::Skipped(LimitExceeded::Depth(MAX_DEPTH as u64)), Event::Reply(Value::Int(7))];
        assert_eq!(decode(&bytes), expected, "{opening:?}");
        assert_eq!(decode_bytewise(&bytes, DecodeLimits::default()), expected, "{opening:?}");
    }
}

#[test]
fn a_chain_of_a_million_last_elements_is_skipped_whatever_its_depth() {
    for (opening, closing) in [("*1\r\n", ""), ("%1\r\n+k\r\n", ""), ("*2\r\n+x\r\n", "")] {
        let mut bytes = nested(opening, closing, 1_000_000);
        bytes.extend_from_slice(b":7\r\n");
        let events = decode(&bytes);
        assert_eq!(
            events,
            [Event::Skipped(LimitExceeded::Depth(MAX_DEPTH as u64)), Event::Reply(Value::Int(7))]
        );
    }
}

#[test]
fn open_levels_of_a_skipped_reply_are_capped() {
    let message = format!("more than {SKIP_LEVELS_MAX} open levels in a reply that is being skipped");
    for opening in ["*2\r\n", "*?\r\n", "|1\r\n", "%1\r\n"] {
        let events = decode(&opening.repeat(1_000_000).into_bytes());
        let [Event::Failed(found)] = events.as_slice() else { panic!("{opening:?}: {events:?}") };
        assert!(found.ends_with(&message), "{found}");
    }
    for (opening, closing) in [("*2\r\n", ":2\r\n"), ("*?\r\n", ".\r\n")] {
        let events = decode(&nested(opening, closing, SKIP_LEVELS_MAX));
        assert_eq!(events, [Event::Skipped(LimitExceeded::Depth(MAX_DEPTH as u64))]);
    }
}

#[test]
fn a_skipped_streamed_aggregate_still_needs_its_end_and_its_pairs() {
    let limits = DecodeLimits { max_depth: 1, ..DecodeLimits::default() };
    let failed = |bytes: &[u8]| matches!(decode_with(bytes, limits)[..], [Event::Failed(_)]);
    assert!(failed(b"*1\r\n%?\r\n+k\r\n.\r\n"));
    assert!(failed(b"*2\r\n*0\r\n.\r\n"));
    assert!(failed(b"*1\r\n*?\r\n|0\r\n.\r\n"));
    assert_eq!(decode_with(b"*1\r\n*?\r\n", limits), [Event::Unfinished]);
}

#[test]
fn the_deepest_tree_that_any_limit_allows_is_safe_on_the_smallest_stack() {
    let limits = DecodeLimits { max_depth: usize::MAX, ..DecodeLimits::default() };
    // 1 MiB is the main thread's stack on Windows; frames without optimisation are several times larger.
    let stack = if cfg!(debug_assertions) { 8 } else { 1 } * 1024 * 1024;
    let deepest = thread::Builder::new().stack_size(stack).spawn(move || {
        for (opening, closing) in &SHAPES[..5] {
            let events = decode_with(&nested(opening, closing, DEPTH_CEILING), limits);
            assert_eq!(events.clone(), events);
            assert!(matches!(events[..], [Event::Reply(_)]));
        }
        decode_with(&nested("*1\r\n", "", DEPTH_CEILING + 1), limits)
    });
    let events = deepest.unwrap().join().unwrap();
    assert_eq!(events, [Event::Skipped(LimitExceeded::Depth(DEPTH_CEILING as u64))]);
}
