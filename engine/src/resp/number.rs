//! The numbers of RESP, strictly. Owns the grammar of lengths, integers, doubles and big numbers.
//!
//! Lengths are what the frame boundaries hang on, so they have one spelling each: decimal digits without sign or leading
//! zero, `-1` for the nulls of RESP2, `?` for what is streamed. Integers, doubles and big numbers follow the
//! specification, which allows a sign and leading zeros.

use super::limits::INTEGER_LINE_MAX;
use super::protocol_error::Flaw;

/// The number of bytes or elements that a header announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    Of(u64),
    /// `-1`.
    Absent,
    /// `?`.
    Streamed,
}

/// A parsed part and the size of its line from the type byte to the LF; `None` when the line has not wholly arrived.
pub(super) type Parsed<T> = Result<Option<(T, usize)>, Flaw>;

/// So many decimal digits are always within a signed 64-bit number.
const SAFE_DIGITS: usize = 18;

/// Reads a header's count. `bytes` begins with the type byte.
#[inline]
pub(super) fn count(bytes: &[u8]) -> Parsed<Count> {
    let marker = bytes[0];
    let mut value: u64 = 0;
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            if value == 0 && at > 1 {
                return Err(Flaw::Length(marker));
            }
            // Most headers have few digits, which need no look at the range.
            value = if at <= SAFE_DIGITS {
                value * 10 + u64::from(digit)
            } else {
                push_digit(value, digit).ok_or(Flaw::LengthRange(marker))?
            };
            at += 1;
            continue;
        }
        return match byte {
            b'\r' if at > 1 => match bytes.get(at + 1) {
                Some(b'\n') => Ok(Some((Count::Of(value), at + 2))),
                Some(_) => Err(Flaw::LineEnd(marker)),
                None => Ok(None),
            },
            b'\n' if at > 1 => Err(Flaw::LineEnd(marker)),
            b'-' if at == 1 => {
                Ok(literal(bytes, b"-1\r\n", Flaw::Length(marker))?.map(|size| (Count::Absent, size)))
            }
            b'?' if at == 1 => {
                Ok(literal(bytes, b"?\r\n", Flaw::Length(marker))?.map(|size| (Count::Streamed, size)))
            }
            _ => Err(Flaw::Length(marker)),
        };
    }
    Ok(None)
}

/// One more decimal digit, up to the largest signed 64-bit number.
fn push_digit(value: u64, digit: u8) -> Option<u64> {
    let value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    i64::try_from(value).is_ok().then_some(value)
}

/// Expects `rest` after the type byte. Answers the size of the line.
#[inline]
pub(super) fn literal(bytes: &[u8], rest: &[u8], flaw: Flaw) -> Result<Option<usize>, Flaw> {
    let arrived = &bytes[1..];
    let shared = arrived.len().min(rest.len());
    if arrived[..shared] != rest[..shared] {
        return Err(flaw);
    }
    Ok((shared == rest.len()).then_some(rest.len() + 1))
}

/// Reads `:` and its integer. `bytes` begins with the type byte.
#[inline]
pub(super) fn integer(bytes: &[u8]) -> Parsed<i64> {
    let (negative, first) = match bytes.get(1) {
        Some(b'-') => (true, 2),
        Some(b'+') => (false, 2),
        Some(_) => (false, 1),
        None => return Ok(None),
    };
    // Collected below zero, where there is room for the smallest integer.
    let mut value: i64 = 0;
    let mut at = first;
    while let Some(&byte) = bytes.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            if at > INTEGER_LINE_MAX {
                return Err(Flaw::LineLength(b':'));
            }
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_sub(i64::from(digit)))
                .ok_or(Flaw::IntegerRange)?;
            at += 1;
            continue;
        }
        if at == first || (byte != b'\r' && byte != b'\n') {
            return Err(Flaw::Integer);
        }
        return match (byte, bytes.get(at + 1)) {
            (b'\r', None) => Ok(None),
            (b'\r', Some(b'\n')) => {
                let value = if negative { value } else { value.checked_neg().ok_or(Flaw::IntegerRange)? };
                Ok(Some((value, at + 2)))
            }
            _ => Err(Flaw::LineEnd(b':')),
        };
    }
    Ok(None)
}

/// Powers of ten that a double holds exactly, as far as a short number needs them.
const POWERS_OF_TEN: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads `[-]digits[.digits]` of at most fifteen digits, which is what most scores look like. Both the digits without their point and
/// the power of ten that they are divided by are exact as doubles, and so one division rounds as the specification of
/// doubles wants it.
#[inline]
fn short_double(text: &[u8]) -> Option<f64> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut digits: u64 = 0;
    let mut count = 0;
    let mut point = None;
    if text.len() > POWERS_OF_TEN.len() {
        return None;
    }
    for (index, &byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            digits = digits * 10 + u64::from(digit);
            count += 1;
        } else if byte == b'.' && point.is_none() && index > 0 {
            point = Some(index);
        } else {
            return None;
        }
    }
    let fraction = point.map_or(0, |point| text.len() - point - 1);
    if count == 0 || count >= POWERS_OF_TEN.len() {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "fifteen digits are less than 2^53")]
    let double = digits as f64 / POWERS_OF_TEN.get(fraction)?;
    Some(if negative { -double } else { double })
}

/// Reads the text of a double.
///
/// Source: RESP specification, "Doubles": `[<+|->]<integral>[.<fractional>][<E|e>[sign]<exponent>]`, `inf`, `-inf`, `nan`,
/// where the fraction may be empty.
pub(super) fn double(text: &[u8]) -> Result<f64, Flaw> {
    if let Some(double) = short_double(text) {
        return Ok(double);
    }
    match text {
        b"inf" => return Ok(f64::INFINITY),
        b"-inf" => return Ok(f64::NEG_INFINITY),
        // Servers before 7.2 print NaN as their C library does, which may put a sign before it.
        b"nan" | b"-nan" => return Ok(f64::NAN),
        _ => {}
    }
    // The standard parser takes more than the specification allows (`.5`, `infinity`), so the shape is checked first.
    let rest = after_digits(unsigned(text)).ok_or(Flaw::Double)?;
    let rest = match rest {
        [b'.', fraction @ ..] => after_digits(fraction).unwrap_or(fraction),
        _ => rest,
    };
    let rest = match rest {
        [b'e' | b'E', exponent @ ..] => after_digits(unsigned(exponent)).ok_or(Flaw::Double)?,
        _ => rest,
    };
    if !rest.is_empty() {
        return Err(Flaw::Double);
    }
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Flaw::Double)
}

/// Verifies the text of a big number: an optional sign and at least one digit.
pub(super) fn big_number(text: &[u8]) -> Result<(), Flaw> {
    match after_digits(unsigned(text)) {
        Some([]) => Ok(()),
        _ => Err(Flaw::BigNumber),
    }
}

fn unsigned(text: &[u8]) -> &[u8] {
    match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    }
}

/// What follows one or more digits; `None` when there is no digit.
fn after_digits(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| &text[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_doubles_are_what_the_standard_parser_makes_of_them() {
        let mut random = fastrand::Rng::with_seed(11);
        for _ in 0..200_000 {
            let length = random.usize(1..20);
            let mut text: Vec<u8> = (0..length).map(|_| random.u8(b'0'..=b'9')).collect();
            if random.bool() {
                let at = random.usize(1..=length);
                text.insert(at, b'.');
            }
            if random.bool() {
                text.insert(0, b'-');
            }
            let wanted: f64 = std::str::from_utf8(&text).unwrap().parse().unwrap();
            let read = double(&text).unwrap();
            assert_eq!(read.to_bits(), wanted.to_bits(), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn what_only_looks_like_a_short_double_is_none() {
        for text in ["", "-", ".", "-.", ".5", "-.5", "1.2.3", "1-", "--1", "1,5", " 1", "1 "] {
            assert_eq!(double(text.as_bytes()), Err(Flaw::Double), "{text}");
        }
        assert_eq!(double(b"-0").map(f64::to_bits), Ok((-0.0_f64).to_bits()));
        assert_eq!(double(b"7."), Ok(7.0));
    }
}
