//! Bytes that are no RESP end the connection, at any split and with the same words.

use oxidis_engine::resp::{BIG_NUMBER_LINE_MAX, DOUBLE_LINE_MAX, DecodeLimits, TEXT_LINE_MAX};

use crate::driver::{Event, decode, decode_bytewise, decode_parts, failure};

const MALFORMED: &[(&[u8], &str)] = &[
    (b"$+5\r\nhello\r\n", "invalid length after '$'"),
    (b"$05\r\nhello\r\n", "invalid length after '$'"),
    (b"$00\r\n\r\n", "invalid length after '$'"),
    (b"$\r\n", "invalid length after '$'"),
    (b"$-2\r\n", "invalid length after '$'"),
    (b"$-0\r\n", "invalid length after '$'"),
    (b"$-10\r\n", "invalid length after '$'"),
    (b"$5 \r\nhello\r\n", "invalid length after '$'"),
    (b"$5x\r\n", "invalid length after '$'"),
    (b"$?1\r\n", "invalid length after '$'"),
    (b"$5\nhello\r\n", "a line after '$' does not end in CRLF"),
    (b"$5\rhello\r\n", "a line after '$' does not end in CRLF"),
    (b"$9223372036854775808\r\n", "length out of range after '$'"),
    (b"$99999999999999999999\r\n", "length out of range after '$'"),
    (b"*+1\r\n:1\r\n", "invalid length after '*'"),
    (b"*-2\r\n", "invalid length after '*'"),
    (b"*01\r\n:1\r\n", "invalid length after '*'"),
    (b"*9223372036854775808\r\n", "length out of range after '*'"),
    (b"%-1\r\n", "invalid length after '%'"),
    (b"~-1\r\n", "invalid length after '~'"),
    (b"=-1\r\n", "invalid length after '='"),
    (b"!-1\r\n", "invalid length after '!'"),
    (b"!?\r\n", "invalid length after '!'"),
    (b"=?\r\n", "invalid length after '='"),
    (b">-1\r\n", "invalid length after '>'"),
    (b">?\r\n", "invalid length after '>'"),
    (b"|?\r\n", "invalid length after '|'"),
    (b"|-1\r\n", "invalid length after '|'"),
    (b">0\r\n", "a push without a kind"),
    (b"$5\r\nhelloX\n", "a string is not followed by CRLF"),
    (b"$5\r\nhello\rX", "a string is not followed by CRLF"),
    (b"$5\r\nhello world\r\n", "a string is not followed by CRLF"),
    (b"*1\r\n$5\r\nhello\n\r", "a string is not followed by CRLF"),
    (b"$?\r\n;2\r\nabc\r\n", "a string is not followed by CRLF"),
    (b"+O\nK\r\n", "a line after '+' does not end in CRLF"),
    (b"+O\rK\r\n", "a line after '+' does not end in CRLF"),
    (b"+OK\r\r\n", "a line after '+' does not end in CRLF"),
    (b"-ERR\n", "a line after '-' does not end in CRLF"),
    (b"*1\r\n+OK\n", "a line after '+' does not end in CRLF"),
    (b":\r\n", "invalid integer"),
    (b":-\r\n", "invalid integer"),
    (b":+-1\r\n", "invalid integer"),
    (b":1.0\r\n", "invalid integer"),
    (b":12a\r\n", "invalid integer"),
    (b": 1\r\n", "invalid integer"),
    (b":1\n", "a line after ':' does not end in CRLF"),
    (b":1\r1", "a line after ':' does not end in CRLF"),
    (b":9223372036854775808\r\n", "integer beyond 64 bits"),
    (b":-9223372036854775809\r\n", "integer beyond 64 bits"),
    (b":99999999999999999999\r\n", "integer beyond 64 bits"),
    (b":00000000000000000000000000000000000\r\n", "a line after ':' is too long"),
    (b",1.2.3\r\n", "invalid double"),
    (b",\r\n", "invalid double"),
    (b",.5\r\n", "invalid double"),
    (b",-\r\n", "invalid double"),
    (b",1e\r\n", "invalid double"),
    (b",1e+\r\n", "invalid double"),
    (b",1e5.0\r\n", "invalid double"),
    (b",infinity\r\n", "invalid double"),
    (b",INF\r\n", "invalid double"),
    (b",+inf\r\n", "invalid double"),
    (b",NaN\r\n", "invalid double"),
    (b",0x10\r\n", "invalid double"),
    (b", 1\r\n", "invalid double"),
    (b",1\xff\r\n", "invalid double"),
    (b"(\r\n", "invalid big number"),
    (b"(-\r\n", "invalid big number"),
    (b"(12.5\r\n", "invalid big number"),
    (b"(12e5\r\n", "invalid big number"),
    (b"#\r\n", "a boolean that is neither t nor f"),
    (b"#T\r\n", "a boolean that is neither t nor f"),
    (b"#1\r\n", "a boolean that is neither t nor f"),
    (b"#true\r\n", "a boolean that is neither t nor f"),
    (b"#t\n", "a boolean that is neither t nor f"),
    (b"_x\r\n", "a null with content"),
    (b"_\n", "a null with content"),
    (b"=3\r\ntxt\r\n", "a verbatim string without a three-byte format and a colon"),
    (b"=8\r\ntext:abc\r\n", "a verbatim string without a three-byte format and a colon"),
    (b"*1\r\n=5\r\ntxtxa\r\n", "a verbatim string without a three-byte format and a colon"),
    (b".\r\n", "an end mark where an element must follow"),
    (b"*1\r\n.\r\n", "an end mark where an element must follow"),
    (b"*?\r\n|1\r\n+a\r\n+b\r\n.\r\n", "an end mark where an element must follow"),
    (b"|1\r\n+a\r\n+b\r\n.\r\n", "an end mark where an element must follow"),
    (b"*?\r\n.x", "an end mark with content"),
    (b"%?\r\n+k\r\n.\r\n", "a streamed map ends with a key that has no value"),
    (b";4\r\nabcd\r\n", "a chunk outside a streamed string"),
    (b"*1\r\n;4\r\nabcd\r\n", "a chunk outside a streamed string"),
    (b"$?\r\n$4\r\nabcd\r\n", "no chunk where one of a streamed string must follow"),
    (b"$?\r\n.\r\n", "no chunk where one of a streamed string must follow"),
    (b"$?\r\n;-1\r\n", "invalid length after ';'"),
    (b"$?\r\n;?\r\n", "invalid length after ';'"),
    (b"*1\r\n>1\r\n+x\r\n", "a push inside another reply"),
    (b"|1\r\n>1\r\n+x\r\n+y\r\n", "a push inside another reply"),
    (b">2\r\n+x\r\n>1\r\n+y\r\n", "a push inside another reply"),
    (b"x\r\n", "unknown type byte 'x'"),
    (b"\r\n", "unknown type byte '\\r'"),
    (b"\0", "unknown type byte '\\x00'"),
    (b"*2\r\n:1\r\n?\r\n", "unknown type byte '?'"),
    (b"+OK\r\n\xffecret", "unknown type byte '\\xff'"),
];

#[test]
fn every_malformation_is_named() {
    for (bytes, message) in MALFORMED {
        let found = failure(bytes);
        assert!(found.ends_with(&format!(": {message}")), "{}: {found}", bytes.escape_ascii());
    }
}

#[test]
fn every_malformation_is_found_at_every_split_with_the_same_words() {
    for (bytes, _) in MALFORMED {
        let whole = decode(bytes);
        assert_eq!(decode_bytewise(bytes, DecodeLimits::default()), whole, "{}", bytes.escape_ascii());
        for cut in 0..=bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(
                decode_parts([left, right], DecodeLimits::default()),
                whole,
                "{} at {cut}",
                bytes.escape_ascii()
            );
        }
    }
}

#[test]
fn replies_before_a_malformed_one_are_delivered() {
    let events = decode(b"+OK\r\n*1\r\n:1\r\n$x");
    assert_eq!(events.len(), 3);
    assert!(matches!(events[2], Event::Failed(_)));
}

#[test]
fn the_place_is_counted_from_the_start_of_the_reply() {
    assert_eq!(failure(b"+OK\r\n*2\r\n:1\r\n:x"), "malformed reply, 8 bytes in: invalid integer");
    assert_eq!(failure(b"$2\r\nab\rx"), "malformed reply, 7 bytes in: a string is not followed by CRLF");
    assert_eq!(failure(b"|1\r\n:1\r\n:2\r\n:x"), "malformed reply, 12 bytes in: invalid integer");
    assert_eq!(failure(b"|1\r\n:1\r\n:2\r\n*1\r\n:x"), "malformed reply, 16 bytes in: invalid integer");
    let verbatim = "a verbatim string without a three-byte format and a colon";
    assert_eq!(failure(b"*2\r\n:1\r\n=1\r\nx\r\n"), format!("malformed reply, 8 bytes in: {verbatim}"));
    assert_eq!(failure(b"|0\r\n*1\r\n=1\r\nx\r\n"), format!("malformed reply, 8 bytes in: {verbatim}"));
    assert_eq!(failure(b"|0\r\n=1\r\nx\r\n"), format!("malformed reply, 4 bytes in: {verbatim}"));
    assert_eq!(failure(b"|1\r\n:1\r\n:2\r\n+OK\r\n:x"), "malformed reply, 0 bytes in: invalid integer");
}

#[test]
fn a_message_holds_no_payload() {
    for (bytes, _) in MALFORMED {
        let secret: Vec<u8> = [&b"*2\r\n$7\r\nhunter2\r\n"[..], bytes].concat();
        assert!(!failure(&secret).contains("hunter"), "{}", bytes.escape_ascii());
    }
    assert!(!failure(b"$7\r\nhunter2hunter2\r\n").contains("hunter"));
    assert!(!failure(b"+hunter2\n").contains("hunter"));
}

#[test]
fn a_line_may_be_as_long_as_its_limit_and_no_longer() {
    for (marker, max, fill) in [
        ('+', TEXT_LINE_MAX, "a"),
        ('-', TEXT_LINE_MAX, "A"),
        ('(', BIG_NUMBER_LINE_MAX, "7"),
        (',', DOUBLE_LINE_MAX, "0"),
    ] {
        for prefix in ["", "*1\r\n"] {
            let longest = format!("{prefix}{marker}{}\r\n", fill.repeat(max));
            assert!(matches!(decode(longest.as_bytes())[..], [Event::Reply(_)]), "{prefix}{marker}");
            let message = format!("a line after '{marker}' is too long");
            let longer = format!("{prefix}{marker}{}\r\n", fill.repeat(max + 1));
            assert!(failure(longer.as_bytes()).ends_with(&message));
            let endless = format!("{prefix}{marker}{}", fill.repeat(max + 1));
            assert!(failure(endless.as_bytes()).ends_with(&message));
        }
    }
    let longest = format!(":-{}1\r\n", "0".repeat(30));
    assert!(matches!(decode(longest.as_bytes())[..], [Event::Reply(_)]));
}

#[test]
fn malformations_inside_a_skipped_reply_are_found() {
    let limits = DecodeLimits { max_elements: 1, ..DecodeLimits::default() };
    for (bytes, message) in MALFORMED {
        if message.contains("verbatim") || message.contains("push without") {
            continue;
        }
        let skipped = [b"*3\r\n:1\r\n", *bytes, b":1\r\n:1\r\n"].concat();
        let events = decode_parts([&skipped[..]], limits);
        let Some(Event::Failed(found)) = events.last() else {
            panic!("{}: {events:?}", skipped.escape_ascii())
        };
        assert!(found.starts_with("malformed reply, "));
        assert_eq!(decode_bytewise(&skipped, limits), events);
    }
}
