//! Many frames in one buffer: each is handed out once, in order, and consumed when the next one is asked for.

use bytes::BytesMut;
use oxidis_engine::resp::{DecodeLimits, Decoder, Frame, Scalar, encode};
use oxidis_engine::value::Value;

use crate::corpus::corpus;
use crate::driver::{Event, bulk, decode, decode_bytewise, decode_parts, reply};

#[test]
fn a_pipeline_of_all_types_decodes_in_order_in_parts_of_any_size() {
    let (bytes, events): (Vec<_>, Vec<_>) = corpus().into_iter().unzip();
    let bytes = bytes.concat();
    assert_eq!(decode(&bytes), events);
    for size in 1..=64 {
        assert_eq!(
            decode_parts(bytes.chunks(size), DecodeLimits::default()),
            events,
            "parts of {size} bytes"
        );
    }
    assert_eq!(decode_bytewise(&bytes, DecodeLimits::default()), events);
}

#[test]
fn a_borrowed_scalar_is_consumed_by_the_following_call() {
    let mut buf = BytesMut::from(&b"+OK\r\n$2\r\nhi\r\n:1"[..]);
    let mut decoder = Decoder::new(DecodeLimits::default());
    assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::Scalar(Scalar::Status(b"OK")))));
    assert_eq!(buf.len(), 15);
    assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::Scalar(Scalar::Bulk(b"hi")))));
    assert_eq!(buf.len(), 10);
    assert_eq!(decoder.next(&mut buf), Ok(None));
    assert_eq!(buf, &b":1"[..]);
    buf.extend_from_slice(b"2\r\n");
    assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::Scalar(Scalar::Int(12)))));
    assert!(decoder.is_idle(&buf), "what was handed out is no unread byte");
    assert_eq!(decoder.next(&mut buf), Ok(None));
    assert!(buf.is_empty());
}

#[test]
fn a_push_between_two_replies_is_no_reply() {
    let events = decode(b"+a\r\n>1\r\n+invalidate\r\n+b\r\n");
    assert!(matches!(events[..], [Event::Reply(_), Event::Push(_), Event::Reply(_)]));
}

#[test]
fn a_tree_is_out_of_the_buffer_when_it_is_handed_out() {
    for text in ["x".to_owned(), "y".repeat(10_000)] {
        let bytes = format!("*1\r\n${}\r\n{text}\r\n+rest\r\n", text.len());
        let mut buf = BytesMut::from(bytes.as_bytes());
        let mut decoder = Decoder::new(DecodeLimits::default());
        assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::Tree(Value::List(vec![bulk(&text)])))));
        assert_eq!(buf, &b"+rest\r\n"[..]);
    }
}

#[test]
fn an_encoded_command_decodes_to_its_arguments() {
    let args: [&[u8]; 4] = [b"SET", b"\r\n$1\r\n", b"", b"\0\xff"];
    let mut out = Vec::new();
    encode::command(&mut out, &args);
    let expected = args.iter().map(|arg| Value::Bulk(bytes::Bytes::copy_from_slice(arg))).collect();
    assert_eq!(reply(&out), Value::List(expected));
}
