//! Random replies in random spellings under random splits come back as they were. Seeded: a failure names its seed.

use std::iter::repeat_with;

use bytes::Bytes;
use fastrand::Rng;
use oxidis_engine::error::ServerError;
use oxidis_engine::resp::DecodeLimits;
use oxidis_engine::value::Value;

use crate::driver::{Event, decode_parts, decode_with};
use crate::writer::{write, write_push};

const ROUNDS: u64 = 2000;

fn text(rng: &mut Rng, most: usize) -> String {
    let len = rng.usize(..=most);
    repeat_with(|| rng.char('\u{20}'..'\u{2ff}')).take(len).collect()
}

/// Mostly short; now and then longer than what the decoder keeps in its buffer.
fn raw(rng: &mut Rng) -> Bytes {
    let most = if rng.u8(..) == 0 { 100_000 } else { 40 };
    let len = rng.usize(..=most);
    repeat_with(|| *rng.choice(b"\r\n$*:ab\0\xff0").unwrap()).take(len).collect()
}

fn value(rng: &mut Rng, depth: usize) -> Value {
    let kinds = if depth == 0 { 8 } else { 11 };
    match rng.u8(..kinds) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => Value::Int(rng.i64(..) >> rng.u32(..64)),
        3 => Value::Double(double(rng)),
        4 => Value::BigNumber(format!("{}{}", if rng.bool() { "-" } else { "" }, rng.u128(..)).into()),
        5 => Value::Status(text(rng, 20).into()),
        6 => Value::Error(ServerError::from_line(text(rng, 20).as_bytes())),
        7 => Value::Bulk(raw(rng)),
        8 => Value::List(values(rng, depth - 1)),
        9 => Value::Set(values(rng, depth - 1)),
        _ => {
            Value::Map((0..rng.usize(..6)).map(|_| (value(rng, depth - 1), value(rng, depth - 1))).collect())
        }
    }
}

fn double(rng: &mut Rng) -> f64 {
    let any = f64::from_bits(rng.u64(..));
    if any.is_nan() { f64::NEG_INFINITY } else { any }
}

fn values(rng: &mut Rng, depth: usize) -> Vec<Value> {
    (0..rng.usize(..9)).map(|_| value(rng, depth)).collect()
}

/// Some replies and pushes, and the bytes that a server might write for them.
fn conversation(rng: &mut Rng) -> (Vec<u8>, Vec<Event>) {
    let mut bytes = Vec::new();
    let events = (0..rng.usize(1..6))
        .map(|_| {
            if rng.u8(..8) == 0 {
                let mut items = values(rng, 2);
                items.insert(0, Value::Status("kind".into()));
                write_push(&mut bytes, &items, rng);
                Event::Push(items)
            } else {
                let value = value(rng, 4);
                write(&mut bytes, &value, rng);
                Event::Reply(value)
            }
        })
        .collect();
    (bytes, events)
}

fn random_parts<'a>(mut bytes: &'a [u8], rng: &mut Rng) -> Vec<&'a [u8]> {
    let most = *rng.choice(&[1, 3, 20, 200, 70_000]).unwrap();
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (part, rest) = bytes.split_at(rng.usize(1..=most).min(bytes.len()));
        parts.push(part);
        bytes = rest;
    }
    parts
}

#[test]
fn random_replies_in_random_spellings_under_random_splits_come_back_as_they_were() {
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let (bytes, events) = conversation(&mut rng);
        assert_eq!(decode_with(&bytes, DecodeLimits::default()), events, "seed {seed}, whole");
        let parts = random_parts(&bytes, &mut rng);
        assert_eq!(decode_parts(parts, DecodeLimits::default()), events, "seed {seed}, in parts");
    }
}

#[test]
fn random_limits_skip_the_same_replies_at_any_split_and_deliver_the_others() {
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let (bytes, events) = conversation(&mut rng);
        let limits = DecodeLimits {
            max_reply_bytes: rng.u64(..200),
            max_depth: rng.usize(..6),
            max_elements: rng.u64(..60),
        };
        let whole = decode_with(&bytes, limits);
        assert_eq!(whole.len(), events.len(), "seed {seed}");
        for (found, event) in whole.iter().zip(&events) {
            match found {
                Event::Skipped(_) => assert!(matches!(event, Event::Reply(_)), "seed {seed}"),
                Event::SkippedPush(_) => assert!(matches!(event, Event::Push(_)), "seed {seed}"),
                _ => assert_eq!(found, event, "seed {seed}"),
            }
        }
        let parts = random_parts(&bytes, &mut rng);
        assert_eq!(decode_parts(parts, limits), whole, "seed {seed}, in parts");
    }
}

#[test]
fn random_damage_gives_the_same_result_at_any_split_and_never_a_panic() {
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let (mut bytes, _) = conversation(&mut rng);
        bytes.truncate(5000);
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(..bytes.len());
            bytes[at] = *rng.choice(b"\r\n0129-+?.;|>*%~$:,(#_=!x\0").unwrap();
        }
        let limits = DecodeLimits { max_reply_bytes: 10_000, ..DecodeLimits::default() };
        let whole = decode_with(&bytes, limits);
        let parts = random_parts(&bytes, &mut rng);
        // NaN is not equal to itself; its printed form is.
        assert_eq!(format!("{:?}", decode_parts(parts, limits)), format!("{whole:?}"), "seed {seed}");
    }
}
