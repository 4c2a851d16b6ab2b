//! Keys that the server says have changed (`CLIENT TRACKING`). Owns their form on the way to JavaScript: JSON text in ASCII, each
//! byte of a key one character, so that no byte is lost whatever texts are wanted as.

use bytes::Bytes;

use crate::value::Value;

/// The first word of the announcement in RESP3.
const WORD: &[u8] = b"invalidate";

/// The channel that RESP2 redirects announcements to.
pub(crate) const CHANNEL: &[u8] = b"__redis__:invalidate";

/// The keys that an announcement names, as JSON: a list, or `null` for all keys. `None` where it is another announcement.
pub(crate) fn announced(items: &[Value]) -> Option<String> {
    match items {
        [Value::Bulk(word) | Value::Status(word), keys] if **word == *WORD => keys_json(keys),
        _ => None,
    }
}

/// The same for the message of a subscription.
pub(crate) fn message(items: &[Value]) -> Option<String> {
    match items {
        [Value::Bulk(word), Value::Bulk(channel), keys] if **word == *b"message" && **channel == *CHANNEL => {
            keys_json(keys)
        }
        _ => None,
    }
}

fn keys_json(keys: &Value) -> Option<String> {
    match keys {
        Value::Null => Some("null".to_owned()),
        Value::List(keys) => {
            let mut text = String::from("[");
            for key in keys {
                let Value::Bulk(key) = key else { return None };
                if text.len() > 1 {
                    text.push(',');
                }
                write_key(&mut text, key);
            }
            text.push(']');
            Some(text)
        }
        _ => None,
    }
}

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

fn write_key(text: &mut String, key: &Bytes) {
    text.push('"');
    for &byte in key {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                text.push_str("\\u00");
                text.extend([byte >> 4, byte & 15].map(|digit| char::from(HEX_DIGITS[usize::from(digit)])));
            }
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(bytes: &'static [u8]) -> Value {
        Value::Bulk(Bytes::from_static(bytes))
    }

    #[test]
    fn no_byte_of_a_key_is_lost() {
        let keys = Value::List(vec![bulk(b"plain"), bulk(b"\"\\\n\xff")]);
        let told = announced(&[bulk(WORD), keys.clone()]).unwrap();
        assert_eq!(told, r#"["plain","\"\\\u000a\u00ff"]"#);
        assert_eq!(message(&[bulk(b"message"), bulk(CHANNEL), keys]), Some(told));
    }

    #[test]
    fn all_keys_are_null_and_other_things_are_none() {
        assert_eq!(announced(&[bulk(WORD), Value::Null]).as_deref(), Some("null"));
        assert_eq!(announced(&[bulk(b"MOVING"), Value::Null]), None);
        assert_eq!(message(&[bulk(b"message"), bulk(b"other"), Value::Null]), None);
        assert_eq!(message(&[bulk(b"message"), bulk(CHANNEL), bulk(b"published")]), None);
    }
}
