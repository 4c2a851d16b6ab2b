//! Where the prefix goes, and where it is taken off.

use bytes::Bytes;

use super::*;
use crate::command::{by_name, resolve, table};

fn put_on(prefix: &str, line: &str) -> Result<String, Ambiguous> {
    let words: Vec<&[u8]> =
        line.split(' ').map(|word| if word == "_" { &b""[..] } else { word.as_bytes() }).collect();
    let (id, sub) = resolve(words[0], &words[1..]).expect("a row");
    let mut buffer = b"before".to_vec();
    encode::command(&mut buffer, &words);
    let mut scratch = PrefixScratch::default();
    let prefix = KeyPrefix::new(prefix).expect("not empty");
    prefix.put_on(id.get(), 1 + sub, &mut buffer, 6, &mut scratch)?;
    assert!(buffer.starts_with(b"before"));
    let mut found = Vec::new();
    read_words(&buffer, 6, &mut found);
    let texts: Vec<_> =
        found.iter().map(|word| String::from_utf8_lossy(&buffer[word.clone()]).into_owned()).collect();
    let mut again = b"before".to_vec();
    encode::command(&mut again, &texts.iter().map(String::as_bytes).collect::<Vec<_>>());
    assert_eq!(buffer, again, "{line} is encoded as it should be");
    Ok(texts.join(" "))
}

#[test]
fn every_key_gets_the_prefix_wherever_it_stands() {
    for (line, expected) in [
        ("GET k", "GET p:k"),
        ("SET k v EX 5 GET", "SET p:k v EX 5 GET"),
        ("MGET a b _", "MGET p:a p:b p:"),
        ("MSET a 1 b 2", "MSET p:a 1 p:b 2"),
        ("RENAME a b", "RENAME p:a p:b"),
        ("EVAL script 2 a b c", "EVAL script 2 p:a p:b c"),
        ("XREAD COUNT 1 STREAMS streams b 0 1", "XREAD COUNT 1 STREAMS p:streams p:b 0 1"),
        ("SORT l BY w_* GET # GET o_*->f STORE d", "SORT p:l BY p:w_* GET # GET p:o_*->f STORE p:d"),
        ("SORT l BY nosort", "SORT p:l BY nosort"),
        ("MIGRATE h 1 k 0 100", "MIGRATE h 1 p:k 0 100"),
        ("MIGRATE h 1 _ 0 100 KEYS a b", "MIGRATE h 1  0 100 KEYS p:a p:b"),
        ("OBJECT ENCODING k", "OBJECT ENCODING p:k"),
        ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", "ZUNIONSTORE p:d 2 p:a p:b WEIGHTS 1 2"),
        ("BLPOP a b 0", "BLPOP p:a p:b 0"),
        ("KEYS a*", "KEYS p:a*"),
        ("SCAN 0 MATCH a* COUNT 9", "SCAN 0 MATCH p:a* COUNT 9"),
        ("SCAN 0 COUNT 9", "SCAN 0 COUNT 9 MATCH p:*"),
        ("PING", "PING"),
    ] {
        assert_eq!(put_on("p:", line).as_deref(), Ok(expected));
    }
}

#[test]
fn lengths_of_any_width_are_written_anew() {
    for length in [0, 1, 8, 9, 98, 99, 998, 1000, 100_000] {
        let key = "k".repeat(length.max(1));
        for prefix in ["p", "prefix:of:ten", &"q".repeat(120)] {
            let line = format!("MSET {key} {key} b {key}");
            let expected = format!("MSET {prefix}{key} {key} {prefix}b {key}");
            assert_eq!(put_on(prefix, &line), Ok(expected));
        }
    }
}

#[test]
fn in_patterns_every_character_of_the_prefix_stands_for_itself() {
    assert_eq!(put_on("a*[b]?\\:", "KEYS *").as_deref(), Ok("KEYS a\\*\\[b\\]\\?\\\\:*"));
    assert_eq!(put_on("a*", "GET k").as_deref(), Ok("GET a*k"));
    assert_eq!(put_on("a*", "SORT l BY w_*"), Err(Ambiguous(2)));
    assert_eq!(put_on("a*", "SORT l BY nosort GET #").as_deref(), Ok("SORT a*l BY nosort GET #"));
}

#[test]
fn a_command_whose_numbers_are_wrong_is_left_for_the_server_to_refuse() {
    assert_eq!(put_on("p:", "EVAL script 9 a").as_deref(), Ok("EVAL script 9 p:a"));
    assert_eq!(put_on("p:", "EVAL script x a").as_deref(), Ok("EVAL script x a"));
    assert_eq!(put_on("p:", "GET").as_deref(), Ok("GET"));
}

#[test]
fn no_key_stands_at_a_fixed_place_behind_something_of_any_length() {
    for command in table() {
        let fixed = command.keys.iter().filter_map(|spec| match spec.begin {
            KeySearchStart::Index(index) => Some(index),
            KeySearchStart::Keyword { .. } => None,
        });
        for index in fixed {
            let before = &command.row.parts[..index];
            assert!(before.iter().all(crate::command::Part::is_one_word), "{}", command.row.name);
        }
    }
}

fn bulk(text: &'static str) -> Value {
    Value::Bulk(Bytes::from_static(text.as_bytes()))
}

#[test]
fn keys_in_replies_lose_the_prefix_and_nothing_else_does() {
    let shape = |name: &str| by_name(name.as_bytes()).expect("a row").get().shape(0);
    let keys = |items: [&'static str; 3]| Value::List(items.map(bulk).to_vec());
    assert_eq!(
        take_off(keys(["p:a", "p:", "other"]), shape("KEYS"), b"p:"),
        keys(["a", "", "other"]),
        "a key of somebody else stays"
    );
    assert_eq!(take_off(bulk("p:a"), shape("RANDOMKEY"), b"p:"), bulk("a"));
    assert_eq!(take_off(Value::Null, shape("RANDOMKEY"), b"p:"), Value::Null);
    assert_eq!(take_off(bulk("p:a"), shape("GET"), b"p:"), bulk("p:a"));
    let page = |key| Value::List(vec![bulk("p:0"), Value::List(vec![bulk(key)])]);
    assert_eq!(take_off(page("p:a"), shape("SCAN"), b"p:"), page("a"), "the cursor stays");
    let popped = |key| Value::List(vec![bulk(key), bulk("p:element")]);
    assert_eq!(take_off(popped("p:l"), shape("BLPOP"), b"p:"), popped("l"));
}

#[test]
fn names_of_maps_are_found_in_every_form() {
    const SHAPE: Shape = Shape::Map(&Shape::Key, &Shape::Int);
    let map = |key| Value::Map(vec![(bulk(key), Value::Int(1))]);
    let flat = |key| Value::List(vec![bulk(key), Value::Int(1), bulk("other"), Value::Int(2)]);
    let nested = |key| Value::List(vec![Value::List(vec![bulk(key), Value::Int(1)])]);
    assert_eq!(take_off(map("p:a"), &SHAPE, b"p:"), map("a"));
    assert_eq!(take_off(flat("p:a"), &SHAPE, b"p:"), flat("a"));
    assert_eq!(take_off(nested("p:a"), &SHAPE, b"p:"), nested("a"));
}
