//! Writes a value as RESP3, choosing at random among the spellings that the protocol allows.

use fastrand::Rng;
use oxidis_engine::value::Value;

/// Appends `value`. The same value may come out counted or streamed, bulk or verbatim, with or without attributes.
pub(crate) fn write(out: &mut Vec<u8>, value: &Value, rng: &mut Rng) {
    if rng.u8(..) < 16 {
        attribute(out, rng);
    }
    match value {
        Value::Null => out.extend_from_slice(rng.choice([&b"_\r\n"[..], b"$-1\r\n", b"*-1\r\n"]).unwrap()),
        Value::Bool(value) => out.extend_from_slice(if *value { b"#t\r\n" } else { b"#f\r\n" }),
        Value::Int(value) => line(out, ':', &value.to_string()),
        Value::Double(value) if value.is_infinite() => {
            line(out, ',', if *value > 0.0 { "inf" } else { "-inf" });
        }
        Value::Double(value) if rng.bool() => line(out, ',', &format!("{value:e}")),
        Value::Double(value) => line(out, ',', &value.to_string()),
        Value::BigNumber(text) => line(out, '(', std::str::from_utf8(text).unwrap()),
        Value::Status(text) => line(out, '+', std::str::from_utf8(text).unwrap()),
        Value::Error(error) if error.message.contains(['\r', '\n']) || rng.bool() => {
            blob(out, '!', error.message.as_bytes());
        }
        Value::Error(error) => line(out, '-', &error.message),
        Value::Bulk(text) => match rng.u8(..8) {
            0 => blob(out, '=', &[b"txt:", &text[..]].concat()),
            1 => streamed(out, text, rng),
            _ => blob(out, '$', text),
        },
        Value::List(items) => aggregate(out, '*', items.len(), items.iter(), rng),
        Value::Set(items) => aggregate(out, '~', items.len(), items.iter(), rng),
        Value::Map(pairs) => {
            aggregate(out, '%', pairs.len(), pairs.iter().flat_map(|(key, value)| [key, value]), rng);
        }
    }
}

/// Appends a push, which can only be counted.
pub(crate) fn write_push(out: &mut Vec<u8>, items: &[Value], rng: &mut Rng) {
    line(out, '>', &items.len().to_string());
    for item in items {
        write(out, item, rng);
    }
}

fn line(out: &mut Vec<u8>, marker: char, text: &str) {
    out.extend_from_slice(format!("{marker}{text}\r\n").as_bytes());
}

fn blob(out: &mut Vec<u8>, marker: char, text: &[u8]) {
    line(out, marker, &text.len().to_string());
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

fn streamed(out: &mut Vec<u8>, mut text: &[u8], rng: &mut Rng) {
    line(out, '$', "?");
    while !text.is_empty() {
        let (chunk, rest) = text.split_at(rng.usize(1..=text.len()));
        blob(out, ';', chunk);
        text = rest;
    }
    line(out, ';', "0");
}

fn aggregate<'a>(
    out: &mut Vec<u8>,
    marker: char,
    len: usize,
    items: impl Iterator<Item = &'a Value>,
    rng: &mut Rng,
) {
    let streamed = rng.u8(..) < 64;
    line(out, marker, &if streamed { "?".to_owned() } else { len.to_string() });
    for item in items {
        write(out, item, rng);
    }
    if streamed {
        out.extend_from_slice(b".\r\n");
    }
}

fn attribute(out: &mut Vec<u8>, rng: &mut Rng) {
    let pairs = rng.usize(..3);
    line(out, '|', &pairs.to_string());
    for n in 0..pairs * 2 {
        write(out, &Value::Int(i64::try_from(n).unwrap()), rng);
    }
}
