//! The same bytes in other parts decode to the same frames.

use bytes::BytesMut;
use oxidis_engine::resp::{DecodeLimits, Decoder, Frame, LARGE_BULK, Scalar};
use oxidis_engine::value::Value;

use crate::corpus::corpus;
use crate::driver::{Event, bulk, decode_bytewise, decode_parts, decode_with};

#[test]
fn every_type_split_at_every_byte_decodes_once() {
    for (bytes, event) in corpus() {
        for cut in 0..=bytes.len() {
            let (left, right) = bytes.split_at(cut);
            let events = decode_parts([left, right], DecodeLimits::default());
            assert_eq!(events, std::slice::from_ref(&event), "{} cut at {cut}", bytes.escape_ascii());
        }
    }
}

#[test]
fn every_type_decodes_byte_by_byte() {
    for (bytes, event) in corpus() {
        assert_eq!(decode_bytewise(&bytes, DecodeLimits::default()), [event], "{}", bytes.escape_ascii());
    }
}

#[test]
fn every_proper_prefix_of_a_reply_is_unfinished_and_yields_nothing() {
    for (bytes, _) in corpus() {
        for cut in 1..bytes.len() {
            let events = decode_with(&bytes[..cut], DecodeLimits::default());
            assert_eq!(events, [Event::Unfinished], "{}", bytes[..cut].escape_ascii());
        }
    }
}

#[test]
fn every_type_split_at_every_byte_is_skipped_once_where_a_limit_forbids_it() {
    let none = DecodeLimits { max_reply_bytes: 0, max_depth: 0, max_elements: 0 };
    for (mut bytes, _) in corpus() {
        bytes.extend_from_slice(b":1\r\n");
        let whole = decode_with(&bytes, none);
        assert_eq!(whole.len(), 2, "{}", bytes.escape_ascii());
        assert_eq!(whole[1], Event::Reply(Value::Int(1)));
        for cut in 0..=bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(decode_parts([left, right], none), whole, "{} cut at {cut}", bytes.escape_ascii());
        }
        assert_eq!(decode_bytewise(&bytes, none), whole);
    }
}

#[test]
fn a_whole_large_bulk_is_borrowed_and_a_cut_one_is_left_to_the_caller() {
    let mut bytes = format!("${LARGE_BULK}\r\n").into_bytes();
    let header = bytes.len();
    bytes.resize(header + LARGE_BULK, b'x');
    bytes.extend_from_slice(b"\r\n");

    let mut buf = BytesMut::from(&bytes[..]);
    let mut decoder = Decoder::new(DecodeLimits::default());
    assert_eq!(
        decoder.next(&mut buf),
        Ok(Some(Frame::Scalar(Scalar::Bulk(&bytes[header..header + LARGE_BULK]))))
    );

    for cut in [header, header + 1, bytes.len() - 1] {
        let mut buf = BytesMut::from(&bytes[..cut]);
        let mut decoder = Decoder::new(DecodeLimits::default());
        assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::LargeBulk { len: LARGE_BULK })));
        assert_eq!(buf, bytes[header..cut], "the header is consumed, the payload is not");
    }
}

#[test]
fn a_bulk_just_below_the_large_size_waits_and_says_how_much_is_missing() {
    let len = LARGE_BULK - 1;
    let mut buf = BytesMut::from(format!("${len}\r\nabc").as_bytes());
    let mut decoder = Decoder::new(DecodeLimits::default());
    assert_eq!(decoder.next(&mut buf), Ok(None));
    assert_eq!(decoder.needed(), len - 3 + 2);
    buf.extend_from_slice(&vec![b'd'; len - 3]);
    buf.extend_from_slice(b"\r");
    assert_eq!(decoder.next(&mut buf), Ok(None));
    assert_eq!(decoder.needed(), 1);
    buf.extend_from_slice(b"\n");
    assert!(
        matches!(decoder.next(&mut buf), Ok(Some(Frame::Scalar(Scalar::Bulk(text)))) if text.len() == len)
    );
}

#[test]
fn decoding_goes_on_behind_a_large_bulk() {
    let text = "y".repeat(LARGE_BULK);
    let bytes = format!("+a\r\n|1\r\n+t\r\n:1\r\n${}\r\n{text}\r\n+b\r\n", text.len());
    for cut in [5, 20, 40, 1000, bytes.len() - 6, bytes.len() - 5] {
        let (left, right) = bytes.as_bytes().split_at(cut);
        let events = decode_parts([left, right], DecodeLimits::default());
        assert_eq!(events.len(), 3);
        assert_eq!(events[1], Event::Reply(bulk(&text)));
    }
}

#[test]
fn a_long_status_line_and_a_million_elements_byte_by_byte_take_linear_time() {
    let line = "s".repeat(64 * 1024);
    let events = decode_bytewise(format!("+{line}\r\n*1\r\n+{line}\r\n").as_bytes(), DecodeLimits::default());
    assert_eq!(events.len(), 2);

    let count = 1_000_000;
    let mut bytes = format!("*{count}\r\n").into_bytes();
    bytes.extend_from_slice(&b"_\r\n".repeat(count));
    let events = decode_bytewise(&bytes, DecodeLimits::default());
    let [Event::Reply(Value::List(items))] = events.as_slice() else { panic!("one list expected") };
    assert_eq!(items.len(), count);
}
