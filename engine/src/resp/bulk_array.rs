//! A push or an array of a few bulk strings, read where it lies: what messages are made of. Owns the way past the scanner for
//! what has wholly arrived and is plain.

use super::header;

/// The most strings that are read this way: those of a message that came through a pattern.
const STRINGS_MAX: usize = 4;

/// The marker, one digit, CRLF.
const HEADER: usize = 4;

/// Two to four strings, borrowed from the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkArray<'a> {
    parts: [&'a [u8]; STRINGS_MAX],
    count: usize,
}

impl<'a> BulkArray<'a> {
    /// The strings, in their order.
    #[inline]
    pub fn as_slice(&self) -> &[&'a [u8]] {
        &self.parts[..self.count]
    }

    /// Bytes of payload in all of them.
    #[inline]
    pub(super) fn payload(&self) -> u64 {
        self.as_slice().iter().map(|part| part.len() as u64).sum()
    }
}

/// The strings at the start of `bytes` and how many bytes they take. `None` leaves it to the full decoder: there is something
/// else, it has not wholly arrived, or it is flawed.
#[inline]
pub(super) fn parse(bytes: &[u8]) -> Option<(BulkArray<'_>, usize)> {
    let [b'>' | b'*', digit @ b'2'..=b'4', b'\r', b'\n', ..] = *bytes else { return None };
    let mut strings = BulkArray { parts: [&[]; STRINGS_MAX], count: usize::from(digit - b'0') };
    let mut at = HEADER;
    for part in &mut strings.parts[..strings.count] {
        let string = header::whole_bulk(&bytes[at..])?;
        *part = &bytes[at + string.start..at + string.end];
        at += string.end + 2;
    }
    Some((strings, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_where_it_lies() {
        for marker in ['>', '*'] {
            let bytes = format!("{marker}3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\n\r\n\r\nrest");
            let (strings, size) = parse(bytes.as_bytes()).unwrap();
            assert_eq!(strings.as_slice(), [&b"message"[..], b"c", b"\r\n"]);
            assert_eq!((size, strings.payload()), (bytes.len() - 4, 10));
        }
    }

    #[test]
    fn anything_else_is_left_to_the_decoder() {
        for bytes in [
            &b""[..],
            b">3\r\n$1\r\na\r\n$1\r\nb\r\n:1\r\n",
            b">3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r",
            b">3\r\n$1\r\na\r\n$1\r\nb\r\n$-1\r\n",
            b">1\r\n$1\r\na\r\n",
            b">5\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n",
            b"~2\r\n$1\r\na\r\n$1\r\na\r\n",
            b">2\r\n+a\r\n+b\r\n",
            b">2\n\n$1\r\na\r\n",
        ] {
            assert_eq!(parse(bytes), None, "{}", bytes.escape_ascii());
        }
    }
}
