//! Trees as JSON text. `JSON.parse` makes a large array in a quarter less time than one Node-API call per element, and makes
//! `__proto__` an own property by construction.

use oxidis_engine::value::Value;

use super::render::MAX_SAFE_INTEGER;

/// Writes `value`, unless JSON cannot say it exactly: then returns false, with some of it written. Without `decoded`, texts are
/// bytes, which JSON cannot say.
pub(crate) fn write(out: &mut Vec<u8>, value: &Value, decoded: bool) -> bool {
    // Depth is bounded by `limits.maxDepth`, but a thread's stack is not ours to spend: frames live on the heap.
    let mut stack: Vec<JsonFrame<'_>> = Vec::new();
    let mut next = Some(value);
    loop {
        if let Some(value) = next.take() {
            match value {
                Value::List(items) | Value::Set(items) => {
                    out.push(b'[');
                    stack.push(JsonFrame::List(items.iter(), true));
                }
                Value::Map(pairs) => {
                    out.push(b'{');
                    stack.push(JsonFrame::Map(pairs.iter(), true, None));
                }
                leaf => {
                    if !write_leaf(out, leaf, decoded) {
                        return false;
                    }
                }
            }
        }
        match stack.last_mut() {
            None => return true,
            Some(JsonFrame::List(items, first)) => {
                if let Some(item) = items.next() {
                    if !std::mem::replace(first, false) {
                        out.push(b',');
                    }
                    next = Some(item);
                } else {
                    out.push(b']');
                    stack.pop();
                }
            }
            Some(JsonFrame::Map(pairs, first, pending)) => {
                if let Some(value) = pending.take() {
                    next = Some(value);
                } else if let Some((key, value)) = pairs.next() {
                    if !std::mem::replace(first, false) {
                        out.push(b',');
                    }
                    if !write_key(out, key, decoded) {
                        return false;
                    }
                    out.push(b':');
                    *pending = Some(value);
                } else {
                    out.push(b'}');
                    stack.pop();
                }
            }
        }
    }
}

enum JsonFrame<'a> {
    List(std::slice::Iter<'a, Value>, bool),
    Map(std::slice::Iter<'a, (Value, Value)>, bool, Option<&'a Value>),
}

fn write_leaf(out: &mut Vec<u8>, value: &Value, decoded: bool) -> bool {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(int) => return write_int(out, *int).is_some(),
        Value::Double(double) => return write_double(out, *double).is_some(),
        Value::Bulk(text) if decoded => write_text(out, text),
        Value::Status(text) => write_text(out, text),
        Value::Bulk(_)
        | Value::BigNumber(_)
        | Value::Error(_)
        | Value::List(_)
        | Value::Set(_)
        | Value::Map(_) => return false,
    }
    true
}

fn write_key(out: &mut Vec<u8>, key: &Value, decoded: bool) -> bool {
    match key {
        Value::Bulk(text) if decoded => write_text(out, text),
        Value::Status(text) => write_text(out, text),
        Value::Int(int) => write_int_name(out, *int),
        _ => return false,
    }
    true
}

/// Writes an integer; `None`, with nothing written, for one that a JavaScript number would round.
pub(crate) fn write_int(out: &mut Vec<u8>, int: i64) -> Option<()> {
    if int.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs() {
        return None;
    }
    out.extend_from_slice(itoa::Buffer::new().format(int).as_bytes());
    Some(())
}

/// Writes a double; `None`, with nothing written, for what JSON has no number for.
pub(crate) fn write_double(out: &mut Vec<u8>, double: f64) -> Option<()> {
    if !double.is_finite() {
        return None;
    }
    out.extend_from_slice(ryu::Buffer::new().format_finite(double).as_bytes());
    Some(())
}

/// Writes an integer as the name of a member.
pub(crate) fn write_int_name(out: &mut Vec<u8>, int: i64) {
    out.push(b'"');
    out.extend_from_slice(itoa::Buffer::new().format(int).as_bytes());
    out.push(b'"');
}

/// Bytes that JSON text must escape.
const fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

pub(crate) fn write_text(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    if has_escape(text) {
        write_escaped(out, text);
    } else {
        out.extend_from_slice(text);
    }
    out.push(b'"');
}

/// Each byte of a word.
const EACH: u64 = u64::from_ne_bytes([1; 8]);
const HIGH_BITS: u64 = EACH * 0x80;

/// High bits set where a byte of `word` is less than `bound`, which is at most 128; exact as to whether there is any.
const fn any_less(word: u64, bound: u64) -> u64 {
    word.wrapping_sub(EACH * bound) & !word & HIGH_BITS
}

/// Whether any byte must be escaped. Most texts have none, so all of the text is looked at, eight bytes at a time and without a
/// branch for each.
fn has_escape(text: &[u8]) -> bool {
    const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
    const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
    let (words, rest) = text.as_chunks::<8>();
    let mut found = 0;
    for word in words {
        let word = u64::from_ne_bytes(*word);
        found |= any_less(word, 0x20) | any_less(word ^ QUOTES, 1) | any_less(word ^ BACKSLASHES, 1);
    }
    found != 0 || rest.iter().any(|&byte| needs_escape(byte))
}

fn write_escaped(out: &mut Vec<u8>, text: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte if needs_escape(byte) => {
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
            byte => out.push(byte),
        }
    }
}
