//! Brings a reply into its shape: the same on RESP2 and RESP3. Runs on the engine thread.

use bytes::Bytes;

use crate::value::Value;

use super::server_text::{attribute_lines, attributes, facts, info};
use super::shape::{Field, ScalarRule, Shape, bool_from_int, double_from_text, int_from_text};

/// What becomes of a map whose names are the user's own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// They name the members of an object.
    Members,
    /// They are bytes, which cannot name members: the map becomes an array of pairs.
    Pairs,
}

/// Brings `value` into `shape`.
///
/// Cannot fail: null, an error inside an aggregate, `QUEUED` and whatever else the shape does not expect stay as they are.
/// Recursion follows the shape, which is finite, never the reply.
pub fn shape(value: Value, shape: &Shape, names: Names) -> Value {
    Shaper { names }.shape(value, shape)
}

struct Shaper {
    names: Names,
}

impl Shaper {
    fn shape(&self, value: Value, shape: &Shape) -> Value {
        match (shape.bare(), value) {
            (Shape::OrEmpty(_), Value::Null) => Value::List(Vec::new()),
            (_, Value::Null) => Value::Null,
            (_, error @ Value::Error(_)) => error,
            (Shape::OrEmpty(inner), value) => self.shape(value, inner),
            (Shape::Sole(inner), value) => self.shape(sole(value), inner),
            (Shape::List(inner), Value::List(items) | Value::Set(items)) => {
                Value::List(self.all(items, inner))
            }
            (Shape::Tuple(shapes), Value::List(items)) => {
                let nth = |(index, item)| match shapes.get(index) {
                    Some(inner) => self.shape(item, inner),
                    None => item,
                };
                Value::List(items.into_iter().enumerate().map(nth).collect())
            }
            (Shape::Pairs(first, second), value @ (Value::List(_) | Value::Set(_) | Value::Map(_))) => {
                self.pairs(value, first, second)
            }
            (
                Shape::Map(name @ (Shape::Text | Shape::Key), inner),
                value @ (Value::List(_) | Value::Map(_)),
            ) if self.names == Names::Pairs => self.pairs(value, name, inner),
            (Shape::Map(name, inner), value) => match entries(value) {
                Ok(entries) => {
                    let shaped = |(a, b)| (self.shape(a, name), self.shape(b, inner));
                    Value::Map(entries.into_iter().map(shaped).collect())
                }
                Err(other) => other,
            },
            (Shape::Object(fields), value) => match entries(value) {
                Ok(entries) => Value::Map(
                    entries.into_iter().map(|(name, value)| self.field(name, value, fields)).collect(),
                ),
                Err(other) => other,
            },
            (Shape::Record(fields), Value::List(items)) => self.record(items, fields, None),
            (Shape::Trailing(fields, last), Value::List(items)) => self.record(items, fields, Some(last)),
            (Shape::Tagged(tags), value) => match tagged(&value, tags) {
                Some(inner) => self.shape(value, inner),
                None => value,
            },
            (Shape::Info, Value::Bulk(text)) => info(&text),
            (Shape::Facts, Value::Bulk(text)) => facts(&text),
            (Shape::Attributes, Value::Bulk(text)) => attributes(&text),
            (Shape::AttributeLines, Value::Bulk(text)) => attribute_lines(&text),
            (shape, value) => scalar(value, shape.scalar_rule()),
        }
    }

    fn all(&self, mut items: Vec<Value>, inner: &Shape) -> Vec<Value> {
        if !inner.is_identity() {
            for item in &mut items {
                *item = self.shape(std::mem::replace(item, Value::Null), inner);
            }
        }
        items
    }

    /// RESP3 nests pairs, RESP2 sends them flat; an odd flat list is not one of pairs and stays.
    fn pairs(&self, value: Value, first: &Shape, second: &Shape) -> Value {
        match entries(value) {
            Ok(entries) => {
                let shaped = |(a, b)| Value::List(vec![self.shape(a, first), self.shape(b, second)]);
                Value::List(entries.into_iter().map(shaped).collect())
            }
            Err(other) => other,
        }
    }

    /// Names for values by their place, and the rest under the name of `last`.
    fn record(&self, items: Vec<Value>, fields: &[Field], last: Option<&Field>) -> Value {
        let mut items = items.into_iter();
        let named = |(field, value): (&Field, Value)| (constant(field.name), self.shape(value, &field.shape));
        let mut entries: Vec<_> = fields.iter().zip(items.by_ref()).map(named).collect();
        if let Some(last) = last {
            entries.push((constant(last.name), Value::List(self.all(items.collect(), &last.shape))));
        }
        Value::Map(entries)
    }

    fn field(&self, name: Value, value: Value, fields: &[Field]) -> (Value, Value) {
        let known = match &name {
            Value::Bulk(text) | Value::Status(text) => fields.iter().find(|field| field.matches(text)),
            _ => None,
        };
        let value = match known {
            Some(field) => self.shape(value, &field.shape),
            None => value,
        };
        (scalar(name, ScalarRule::Word), value)
    }
}

/// What a shape does to a reply that is no aggregate.
pub fn scalar(value: Value, rule: ScalarRule) -> Value {
    match (rule, value) {
        (ScalarRule::Word, Value::Bulk(text)) => Value::Status(text),
        (ScalarRule::Bool, Value::Int(int)) => bool_from_int(int).map_or(Value::Int(int), Value::Bool),
        (ScalarRule::Int, Value::Bulk(text)) => int_from_text(&text).map_or(Value::Bulk(text), Value::Int),
        (ScalarRule::Double, Value::Bulk(text)) => {
            double_from_text(&text).map_or(Value::Bulk(text), Value::Double)
        }
        #[expect(clippy::cast_precision_loss, reason = "scores are doubles in the server already")]
        (ScalarRule::Double, Value::Int(int)) => Value::Double(int as f64),
        (_, value) => value,
    }
}

/// The entries of a RESP3 map, of one of its RESP2 forms, flat or an array of pairs, or of a RESP3 set of pairs. A name is never
/// an array, so they cannot be confused.
fn entries(value: Value) -> Result<Vec<(Value, Value)>, Value> {
    match value {
        Value::Map(entries) => Ok(entries),
        Value::List(items) | Value::Set(items) if is_pairs(&items) => Ok(items
            .into_iter()
            .filter_map(|item| match item {
                Value::List(pair) => <[Value; 2]>::try_from(pair).ok().map(|[name, value]| (name, value)),
                _ => None,
            })
            .collect()),
        Value::List(items) if items.len() % 2 == 0 => {
            let mut entries = Vec::with_capacity(items.len() / 2);
            let mut items = items.into_iter();
            while let (Some(name), Some(value)) = (items.next(), items.next()) {
                entries.push((name, value));
            }
            Ok(entries)
        }
        other => Err(other),
    }
}

/// What stands alone in an array; anything else is itself.
fn sole(value: Value) -> Value {
    match value {
        Value::List(mut items) if items.len() == 1 => items.swap_remove(0),
        other => other,
    }
}

fn is_pairs(items: &[Value]) -> bool {
    items.iter().all(|item| matches!(item, Value::List(pair) if pair.len() == 2))
}

fn constant(text: &'static str) -> Value {
    Value::Status(Bytes::from_static(text.as_bytes()))
}

/// The shape that the first element names.
fn tagged<'s>(value: &Value, tags: &'s [(&str, Shape)]) -> Option<&'s Shape> {
    let Value::List(items) = value else { return None };
    let (Value::Bulk(tag) | Value::Status(tag)) = items.first()? else { return None };
    tags.iter().find(|(name, _)| name.as_bytes() == &tag[..]).map(|(_, shape)| shape)
}

#[cfg(test)]
mod tests {
    use super::super::shape::field;
    use super::*;

    fn shape(value: Value, shape: &Shape) -> Value {
        super::shape(value, shape, Names::Members)
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
            assert_eq!(super::shape(reply, &inner, Names::Pairs), expected);
        }
        let constant = Shape::Map(&Shape::Word, &Shape::Int);
        assert_eq!(
            super::shape(Value::List(vec![bulk("a"), bulk("1")]), &constant, Names::Pairs),
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
}
