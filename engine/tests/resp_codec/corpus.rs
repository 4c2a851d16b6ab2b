//! Every type of RESP2 and RESP3 as a byte literal with the value it stands for.

use bytes::Bytes;
use oxidis_engine::resp::LARGE_BULK;
use oxidis_engine::value::Value;

use crate::driver::{Event, bulk, decode, error, status};

pub(crate) fn corpus() -> Vec<(Vec<u8>, Event)> {
    let mut all: Vec<(Vec<u8>, Event)> = scalars()
        .into_iter()
        .chain(aggregates())
        .map(|(bytes, value)| (bytes.to_vec(), Event::Reply(value)))
        .collect();
    all.push((
        b">3\r\n+message\r\n$1\r\nc\r\n$5\r\na\r\nbc\r\n".to_vec(),
        Event::Push(vec![status("message"), bulk("c"), bulk("a\r\nbc")]),
    ));
    all.push((
        b"|1\r\n+ttl\r\n:9\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n".to_vec(),
        Event::Push(vec![bulk("invalidate"), Value::List(vec![bulk("k")])]),
    ));
    all
}

fn scalars() -> Vec<(&'static [u8], Value)> {
    vec![
        (b"+OK\r\n", status("OK")),
        (b"+\r\n", status("")),
        (b"-ERR no such key\r\n", error("ERR no such key")),
        (b"-WRONGTYPE Operation\r\n", error("WRONGTYPE Operation")),
        (b":0\r\n", Value::Int(0)),
        (b":-0\r\n", Value::Int(0)),
        (b":+42\r\n", Value::Int(42)),
        (b":007\r\n", Value::Int(7)),
        (b":9223372036854775807\r\n", Value::Int(i64::MAX)),
        (b":-9223372036854775808\r\n", Value::Int(i64::MIN)),
        (b"$0\r\n\r\n", bulk("")),
        (b"$4\r\n\r\n\r\n\r\n", bulk("\r\n\r\n")),
        (b"$3\r\n\0\xff\n\r\n", Value::Bulk(Bytes::from_static(b"\0\xff\n"))),
        (b"$-1\r\n", Value::Null),
        (b"*-1\r\n", Value::Null),
        (b"_\r\n", Value::Null),
        (b"#t\r\n", Value::Bool(true)),
        (b"#f\r\n", Value::Bool(false)),
        (b",1.5\r\n", Value::Double(1.5)),
        (b",-0\r\n", Value::Double(-0.0)),
        (b",10\r\n", Value::Double(10.0)),
        (b",1.\r\n", Value::Double(1.0)),
        (b",+1.25E-3\r\n", Value::Double(0.001_25)),
        (b",1e+300\r\n", Value::Double(1e300)),
        (b",inf\r\n", Value::Double(f64::INFINITY)),
        (b",-inf\r\n", Value::Double(f64::NEG_INFINITY)),
        (
            b"(3492890328409238509324850943850943825024385\r\n",
            big("3492890328409238509324850943850943825024385"),
        ),
        (b"(-12\r\n", big("-12")),
        (b"!21\r\nSYNTAX invalid syntax\r\n", error("SYNTAX invalid syntax")),
        (b"!0\r\n\r\n", error("")),
        (b"=15\r\ntxt:Some string\r\n", bulk("Some string")),
        (b"=4\r\nmkd:\r\n", bulk("")),
        (b"$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;2\r\nld\r\n;0\r\n", bulk("Hello world")),
        (b"$?\r\n;0\r\n", bulk("")),
        (b"|1\r\n+key-popularity\r\n%1\r\n$1\r\na\r\n,0.19\r\n:7\r\n", Value::Int(7)),
        (b"|0\r\n|0\r\n$2\r\nhi\r\n", bulk("hi")),
        (b"|1\r\n|1\r\n:1\r\n:2\r\n+a\r\n*?\r\n.\r\n=5\r\ntxt:x\r\n", bulk("x")),
    ]
}

fn aggregates() -> Vec<(&'static [u8], Value)> {
    let list = Value::List;
    vec![
        (b"*0\r\n", list(vec![])),
        (b"~0\r\n", Value::Set(vec![])),
        (b"%0\r\n", Value::Map(vec![])),
        (b"*?\r\n.\r\n", list(vec![])),
        (b"~?\r\n:1\r\n.\r\n", Value::Set(vec![Value::Int(1)])),
        (b"%?\r\n+a\r\n:1\r\n+a\r\n_\r\n.\r\n", Value::Map(vec![(status("a"), Value::Int(1)), (status("a"), Value::Null)])),
        (
            b"*6\r\n$3\r\nfoo\r\n$-1\r\n:-5\r\n+OK\r\n-ERR x\r\n*-1\r\n",
            list(vec![bulk("foo"), Value::Null, Value::Int(-5), status("OK"), error("ERR x"), Value::Null]),
        ),
        (
            b"*7\r\n#t\r\n,2.5\r\n(99\r\n!5\r\nERR y\r\n=6\r\ntxt:zz\r\n_\r\n$?\r\n;1\r\nq\r\n;1\r\nr\r\n;0\r\n",
            list(vec![Value::Bool(true), Value::Double(2.5), big("99"), error("ERR y"), bulk("zz"), Value::Null, bulk("qr")]),
        ),
        (
            b"*2\r\n*2\r\n*0\r\n*1\r\n:1\r\n~1\r\n%1\r\n+k\r\n*0\r\n",
            list(vec![
                list(vec![list(vec![]), list(vec![Value::Int(1)])]),
                Value::Set(vec![Value::Map(vec![(status("k"), list(vec![]))])]),
            ]),
        ),
        (b"%1\r\n*1\r\n:1\r\n%0\r\n", Value::Map(vec![(list(vec![Value::Int(1)]), Value::Map(vec![]))])),
        (
            b"*3\r\n|1\r\n+ttl\r\n:3600\r\n:1\r\n|0\r\n*1\r\n|1\r\n+x\r\n*2\r\n:8\r\n:9\r\n:2\r\n:3\r\n",
            list(vec![Value::Int(1), list(vec![Value::Int(2)]), Value::Int(3)]),
        ),
        (
            b"%1\r\n|1\r\n+on\r\n+key\r\n+k\r\n|1\r\n+on\r\n+value\r\n+v\r\n",
            Value::Map(vec![(status("k"), status("v"))]),
        ),
        (b"*?\r\n*?\r\n:1\r\n.\r\n|1\r\n+a\r\n+b\r\n:2\r\n.\r\n", list(vec![list(vec![Value::Int(1)]), Value::Int(2)])),
    ]
}

fn big(digits: &'static str) -> Value {
    Value::BigNumber(Bytes::from_static(digits.as_bytes()))
}

#[test]
fn every_type_decodes_to_its_value() {
    for (bytes, event) in corpus() {
        assert_eq!(decode(&bytes), [event], "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_nan_decodes_with_and_without_the_sign_that_old_servers_print() {
    for bytes in [&b",nan\r\n"[..], b",-nan\r\n"] {
        let events = decode(bytes);
        let [Event::Reply(Value::Double(number))] = events.as_slice() else { panic!("{events:?}") };
        assert!(number.is_nan());
    }
}

#[test]
fn a_double_keeps_the_sign_of_zero() {
    let events = decode(b",-0\r\n");
    let [Event::Reply(Value::Double(number))] = events.as_slice() else { panic!("{events:?}") };
    assert!(number.is_sign_negative());
}

#[test]
fn a_verbatim_string_or_bulk_error_of_any_size_waits_in_the_buffer() {
    let text = "v".repeat(LARGE_BULK * 2);
    assert_eq!(
        decode(format!("={}\r\ntxt:{text}\r\n", text.len() + 4).as_bytes()),
        [Event::Reply(bulk(&text))]
    );
    assert_eq!(decode(format!("!{}\r\n{text}\r\n", text.len()).as_bytes()), [Event::Reply(error(&text))]);
}
