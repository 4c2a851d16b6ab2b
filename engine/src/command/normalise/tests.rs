//! Replies of both protocols, and the shapes that they come to.

use super::*;
use crate::command::shape::field;

fn shape(value: Value, shape: &Shape) -> Value {
    super::shape(value, shape, MapNames::Members)
}

fn bulk(text: &'static str) -> Value {
    Value::Bulk(Bytes::from_static(text.as_bytes()))
}

fn status(text: &'static str) -> Value {
    Value::Status(Bytes::from_static(text.as_bytes()))
}

#[test]
fn predicates_become_booleans_and_other_integers_stay() {
    assert_eq!(shape(Value::Int(1), &Shape::Bool), Value::Bool(true));
    assert_eq!(shape(Value::Int(0), &Shape::Bool), Value::Bool(false));
    assert_eq!(shape(Value::Bool(true), &Shape::Bool), Value::Bool(true));
    assert_eq!(shape(Value::Int(-2), &Shape::Bool), Value::Int(-2));
}

#[test]
fn a_queued_command_and_an_error_pass_through_every_shape() {
    let line = crate::error::ServerError::from_line(b"ERR no");
    for inner in [
        Shape::Bool,
        Shape::Double,
        Shape::Info,
        Shape::List(&Shape::Int),
        Shape::Map(&Shape::Word, &Shape::Int),
    ] {
        assert_eq!(shape(status("QUEUED"), &inner), status("QUEUED"));
        assert_eq!(shape(Value::Error(line.clone()), &inner), Value::Error(line.clone()));
        assert_eq!(shape(Value::Null, &inner), Value::Null);
    }
}

#[test]
fn a_map_is_the_same_from_both_protocols() {
    let inner = Shape::Map(&Shape::Word, &Shape::Double);
    let flat = Value::List(vec![bulk("a"), bulk("1.5"), bulk("__proto__"), bulk("2")]);
    let map = Value::Map(vec![(bulk("a"), Value::Double(1.5)), (bulk("__proto__"), Value::Double(2.0))]);
    let expected =
        Value::Map(vec![(status("a"), Value::Double(1.5)), (status("__proto__"), Value::Double(2.0))]);
    assert_eq!(shape(flat, &inner), expected);
    assert_eq!(shape(map, &inner), expected);
}

#[test]
fn names_of_the_user_stay_bytes_where_bytes_are_wanted() {
    let inner = Shape::List(&Shape::Map(&Shape::Text, &Shape::Int));
    let bytes = Value::Bulk(Bytes::from_static(b"\xff"));
    let pair = Value::List(vec![bytes.clone(), Value::Int(1)]);
    let expected = Value::List(vec![Value::List(vec![pair]), Value::List(vec![])]);
    for map in [Value::List(vec![bytes.clone(), bulk("1")]), Value::Map(vec![(bytes, Value::Int(1))])] {
        let reply = Value::List(vec![map, Value::List(vec![])]);
        assert_eq!(super::shape(reply, &inner, MapNames::Pairs), expected);
    }
    let constant = Shape::Map(&Shape::Word, &Shape::Int);
    assert_eq!(
        super::shape(Value::List(vec![bulk("a"), bulk("1")]), &constant, MapNames::Pairs),
        Value::Map(vec![(status("a"), Value::Int(1))])
    );
}

#[test]
fn an_odd_flat_list_is_no_map_and_stays() {
    let odd = Value::List(vec![bulk("a"), bulk("1"), bulk("b")]);
    assert_eq!(shape(odd.clone(), &Shape::Map(&Shape::Word, &Shape::Double)), odd);
    assert_eq!(shape(odd.clone(), &Shape::Pairs(&Shape::Text, &Shape::Double)), odd);
}

#[test]
fn pairs_are_the_same_from_both_protocols() {
    let inner = Shape::Pairs(&Shape::Text, &Shape::Double);
    let flat = Value::List(vec![bulk("m"), bulk("1"), bulk("n"), bulk("inf")]);
    let nested = Value::List(vec![
        Value::List(vec![bulk("m"), Value::Double(1.0)]),
        Value::List(vec![bulk("n"), Value::Double(f64::INFINITY)]),
    ]);
    assert_eq!(shape(flat, &inner), nested);
    assert_eq!(shape(nested.clone(), &inner), nested);
    assert_eq!(shape(Value::List(vec![]), &inner), Value::List(vec![]));
}

#[test]
fn a_set_of_pairs_is_an_array_of_pairs() {
    let pair = |first, second| Value::List(vec![first, second]);
    let inner = Shape::Pairs(&Shape::Word, &Shape::Word);
    let set = Value::Set(vec![pair(bulk("7.0.0"), bulk("changed"))]);
    assert_eq!(shape(set, &inner), Value::List(vec![pair(status("7.0.0"), status("changed"))]));
    assert_eq!(shape(Value::Set(vec![]), &inner), Value::List(vec![]));
}

#[test]
fn a_scan_page_keeps_its_cursor_as_text() {
    let page = Value::List(vec![bulk("18446744073709551615"), Value::List(vec![bulk("k")])]);
    let inner = Shape::Tuple(&[Shape::Word, Shape::List(&Shape::Key)]);
    assert_eq!(
        shape(page, &inner),
        Value::List(vec![status("18446744073709551615"), Value::List(vec![bulk("k")])])
    );
}

#[test]
fn a_set_becomes_an_array_and_its_members_are_shaped() {
    assert_eq!(
        shape(Value::Set(vec![bulk("1"), Value::Int(2)]), &Shape::List(&Shape::Int)),
        Value::List(vec![Value::Int(1), Value::Int(2)])
    );
}

#[test]
fn an_object_shapes_known_fields_and_keeps_unknown_ones() {
    const FIELDS: &[Field] = &[field("len", Shape::Int), field("db.*", Shape::Bool)];
    let inner = Shape::Object(FIELDS);
    let flat = Value::List(vec![
        bulk("len"),
        bulk("6"),
        bulk("new"),
        bulk("x"),
        bulk("db.1"),
        Value::Int(1),
        bulk("db"),
        Value::Int(1),
    ]);
    assert_eq!(
        shape(flat, &inner),
        Value::Map(vec![
            (status("len"), Value::Int(6)),
            (status("new"), bulk("x")),
            (status("db.1"), Value::Bool(true)),
            (status("db"), Value::Int(1)),
        ])
    );
}

#[test]
fn a_map_sent_as_pairs_is_a_map() {
    let inner = Shape::Map(&Shape::Text, &Shape::Int);
    let pairs = Value::List(vec![
        Value::List(vec![bulk("a"), bulk("1")]),
        Value::List(vec![bulk("b"), Value::Int(2)]),
    ]);
    assert_eq!(
        shape(pairs, &inner),
        Value::Map(vec![(bulk("a"), Value::Int(1)), (bulk("b"), Value::Int(2))])
    );
    assert_eq!(shape(Value::List(vec![]), &inner), Value::Map(vec![]));
}

#[test]
fn values_in_a_fixed_order_get_names() {
    const FIELDS: &[Field] = &[field("id", Shape::Word), field("idle", Shape::Int)];
    const REST: Field = field("rest", Shape::Word);
    let full = Value::List(vec![bulk("1-1"), bulk("5"), bulk("new")]);
    assert_eq!(
        shape(full.clone(), &Shape::Record(FIELDS)),
        Value::Map(vec![(status("id"), status("1-1")), (status("idle"), Value::Int(5))])
    );
    assert_eq!(
        shape(Value::List(vec![bulk("1-1")]), &Shape::Record(FIELDS)),
        Value::Map(vec![(status("id"), status("1-1"))]),
        "an older server sends less"
    );
    let trailing = Shape::Trailing(FIELDS, &REST);
    assert_eq!(
        shape(full, &trailing),
        Value::Map(vec![
            (status("id"), status("1-1")),
            (status("idle"), Value::Int(5)),
            (status("rest"), Value::List(vec![status("new")])),
        ])
    );
}

#[test]
fn an_array_of_one_is_that_one() {
    const INNER: Shape = Shape::Object(&[field("active", Shape::Bool)]);
    let expected = Value::Map(vec![(status("active"), Value::Bool(true))]);
    let flat = Value::List(vec![bulk("active"), Value::Int(1)]);
    let map = Value::Map(vec![(bulk("active"), Value::Int(1))]);
    for value in [Value::List(vec![flat.clone()]), Value::List(vec![map.clone()]), flat, map] {
        assert_eq!(shape(value, &Shape::Sole(&INNER)), expected);
    }
    assert_eq!(shape(Value::Null, &Shape::Sole(&INNER)), Value::Null);
}

#[test]
fn the_first_element_chooses_the_shape() {
    const TAGS: &[(&str, Shape)] = &[("a", Shape::Record(&[field("kind", Shape::Word)]))];
    let known = Value::List(vec![bulk("a")]);
    assert_eq!(shape(known, &Shape::Tagged(TAGS)), Value::Map(vec![(status("kind"), status("a"))]));
    let unknown = Value::List(vec![bulk("b")]);
    assert_eq!(shape(unknown.clone(), &Shape::Tagged(TAGS)), unknown);
    assert_eq!(shape(bulk("a"), &Shape::Tagged(TAGS)), bulk("a"));
}

#[test]
fn tuples_are_the_same_from_both_protocols() {
    const MATCH: Shape = Shape::Tuples(&[Shape::Text, Shape::Double, Shape::OrNull(&Shape::Text)]);
    let flat = Value::List(vec![bulk("a"), bulk("1"), bulk("{}"), bulk("b"), bulk("0.5"), Value::Null]);
    let map = Value::Map(vec![
        (bulk("a"), Value::List(vec![Value::Double(1.0), bulk("{}")])),
        (bulk("b"), Value::List(vec![Value::Double(0.5), Value::Null])),
    ]);
    let expected = Value::List(vec![
        Value::List(vec![bulk("a"), Value::Double(1.0), bulk("{}")]),
        Value::List(vec![bulk("b"), Value::Double(0.5), Value::Null]),
    ]);
    assert_eq!(shape(flat, &MATCH), expected);
    assert_eq!(shape(map, &MATCH), expected);
    assert_eq!(shape(Value::List(vec![]), &MATCH), Value::List(vec![]));
    let odd = Value::List(vec![bulk("a"), bulk("1")]);
    assert_eq!(shape(odd.clone(), &MATCH), odd, "what the shape does not expect stays");
}
