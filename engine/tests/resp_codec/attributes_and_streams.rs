//! Attributes are dropped wherever they stand; streamed strings and aggregates arrive whole.

use oxidis_engine::resp::{DecodeLimits, Decoder, Frame, Scalar};
use oxidis_engine::value::Value;

use bytes::BytesMut;

use crate::corpus::corpus;
use crate::driver::{Event, bulk, decode, reply};

const ATTRIBUTE: &[u8] =
    b"|2\r\n+a\r\n*2\r\n:1\r\n$2\r\nxy\r\n|1\r\n_\r\n#t\r\n+b\r\n%?\r\n+k\r\n$?\r\n;1\r\nz\r\n;0\r\n.\r\n";

#[test]
fn an_attribute_before_any_type_changes_nothing() {
    for (bytes, event) in corpus() {
        assert_eq!(
            decode(&[ATTRIBUTE, &bytes].concat()),
            std::slice::from_ref(&event),
            "{}",
            bytes.escape_ascii()
        );
        if let Event::Reply(value) = event {
            let nested = [b"*2\r\n", ATTRIBUTE, &bytes, ATTRIBUTE, ATTRIBUTE, &bytes].concat();
            assert_eq!(reply(&nested), Value::List(vec![value.clone(), value]), "{}", bytes.escape_ascii());
        }
    }
}

#[test]
fn a_scalar_behind_an_attribute_is_still_borrowed() {
    let mut buf = BytesMut::from(&b"|1\r\n+ttl\r\n:5\r\n$2\r\nhi\r\n"[..]);
    let mut decoder = Decoder::new(DecodeLimits::default());
    assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::Scalar(Scalar::Bulk(b"hi")))));
}

#[test]
fn a_connection_is_not_idle_behind_an_attribute() {
    assert_eq!(decode(b"|1\r\n+ttl\r\n:5\r\n"), [Event::Unfinished]);
    assert_eq!(decode(b"+OK\r\n|0\r\n").last(), Some(&Event::Unfinished));
}

#[test]
fn streamed_aggregates_nest_in_counted_ones_and_the_other_way_round() {
    let bytes = b"*2\r\n%?\r\n+a\r\n*?\r\n:1\r\n~2\r\n:2\r\n~?\r\n.\r\n.\r\n.\r\n$?\r\n;3\r\nend\r\n;0\r\n";
    let inner = Value::Set(vec![Value::Int(2), Value::Set(vec![])]);
    let map = Value::Map(vec![(Value::Status("a".into()), Value::List(vec![Value::Int(1), inner]))]);
    assert_eq!(reply(bytes), Value::List(vec![map, bulk("end")]));
}

#[test]
fn the_strings_of_a_tree_share_one_allocation() {
    for text in ["short".to_owned(), "l".repeat(5000)] {
        let item = format!("${}\r\n{text}\r\n", text.len());
        let Value::List(items) = reply(format!("*2\r\n{item}{item}").as_bytes()) else { panic!() };
        let [Value::Bulk(first), Value::Bulk(second)] = items.as_slice() else { panic!() };
        assert_eq!(second.as_ptr() as usize - first.as_ptr() as usize, item.len());
        assert_eq!(first, second);
    }
}
