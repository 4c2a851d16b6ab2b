//! Commands to bytes. Owns the one form in which a command is written: an array of bulk strings.
//!
//! Everything is length-prefixed, so nothing in an argument can end it or begin another command.

/// The longest header: a type byte, the twenty digits of the largest 64-bit number, CRLF.
pub const HEADER_MAX: usize = 23;

/// Appends a whole command, its name first.
pub fn command(out: &mut Vec<u8>, args: &[&[u8]]) {
    out.reserve(command_len(args));
    array_header(out, args.len());
    for arg in args {
        bulk(out, arg);
    }
}

/// Appends `*count\r\n`, which `count` bulk strings must follow.
#[inline]
pub fn array_header(out: &mut Vec<u8>, count: usize) {
    header(out, b'*', count);
}

/// Appends `$len\r\n`, which `len` bytes and CRLF must follow.
#[inline]
pub fn bulk_header(out: &mut Vec<u8>, len: usize) {
    header(out, b'$', len);
}

/// Appends a whole bulk string.
#[inline]
pub fn bulk(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bulk_len(bytes.len()));
    bulk_header(out, bytes.len());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

/// How many bytes [`array_header`] writes.
#[inline]
pub fn array_header_len(count: usize) -> usize {
    3 + decimal_len(count)
}

/// How many bytes [`bulk`] writes for a string of `len` bytes.
#[inline]
pub fn bulk_len(len: usize) -> usize {
    5 + decimal_len(len) + len
}

/// How many bytes [`command`] writes.
pub fn command_len(args: &[&[u8]]) -> usize {
    array_header_len(args.len()) + args.iter().map(|arg| bulk_len(arg.len())).sum::<usize>()
}

/// How many decimal digits `n` has.
#[inline]
pub fn decimal_len(n: usize) -> usize {
    // Lengths are short; a division-free comparison finds them before the logarithm is needed.
    match n {
        0..=9 => 1,
        10..=99 => 2,
        100..=999 => 3,
        _ => n.ilog10() as usize + 1,
    }
}

/// Writes `$len\r\n` into `place`, which must have [`array_header_len`]`(len)` bytes.
pub fn write_bulk_header(place: &mut [u8], len: usize) {
    let mut header = [0; HEADER_MAX];
    let length = line(&mut header, b'$', len);
    place.copy_from_slice(&header[..length]);
}

#[inline]
fn header(out: &mut Vec<u8>, marker: u8, number: usize) {
    // Put together on the stack, so that the vector's capacity is checked once.
    let mut header = [0; HEADER_MAX];
    let length = line(&mut header, marker, number);
    out.extend_from_slice(&header[..length]);
}

#[inline]
fn line(place: &mut [u8; HEADER_MAX], marker: u8, number: usize) -> usize {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number).as_bytes();
    let end = digits.len() + 1;
    place[0] = marker;
    place[1..end].copy_from_slice(digits);
    place[end] = b'\r';
    place[end + 1] = b'\n';
    end + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_an_array_of_bulk_strings() {
        let mut out = b"before".to_vec();
        command(&mut out, &[b"SET", b"key", b""]);
        assert_eq!(out, b"before*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n");
    }

    #[test]
    fn an_argument_cannot_inject_a_command() {
        let mut out = Vec::new();
        command(&mut out, &[b"GET", b"a\r\n*1\r\n$8\r\nFLUSHALL\r\n\0\xff"]);
        assert_eq!(out, b"*2\r\n$3\r\nGET\r\n$23\r\na\r\n*1\r\n$8\r\nFLUSHALL\r\n\0\xff\r\n");
    }

    #[test]
    fn the_longest_header_fits() {
        let mut out = Vec::new();
        array_header(&mut out, usize::MAX);
        bulk_header(&mut out, 0);
        assert_eq!(out, format!("*{}\r\n$0\r\n", usize::MAX).as_bytes());
    }

    #[test]
    fn decimal_lengths_are_those_of_the_printed_number() {
        let mut n: usize = 1;
        while let Some(next) = n.checked_mul(10) {
            for n in [n - 1, n, n + 1, next - 1] {
                assert_eq!(decimal_len(n), n.to_string().len(), "{n}");
            }
            n = next;
        }
        assert_eq!(decimal_len(usize::MAX), usize::MAX.to_string().len());
    }

    #[test]
    fn announced_lengths_are_the_written_ones() {
        for len in [0, 1, 9, 10, 99, 100, 12_345] {
            let arg = vec![b'x'; len];
            let mut out = Vec::new();
            command(&mut out, &[&arg, &arg]);
            assert_eq!(out.len(), command_len(&[&arg, &arg]));
            out.clear();
            bulk(&mut out, &arg);
            assert_eq!(out.len(), bulk_len(len));
            out.clear();
            array_header(&mut out, len);
            assert_eq!(out.len(), array_header_len(len));
        }
    }
}
