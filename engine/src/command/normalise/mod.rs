//! Brings a reply into its shape: the same on RESP2 and RESP3. Runs on the engine thread.

use bytes::Bytes;

use crate::value::Value;

use super::info_text::{attribute_lines, attributes, facts, info};
use super::shape::{Field, ScalarRule, Shape, bool_from_int, double_from_text, int_from_text};

/// What becomes of a map whose names are the user's own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapNames {
    /// They name the members of an object.
    Members,
    /// They are bytes, which cannot name members: the map becomes an array of pairs.
    Pairs,
}

/// Brings `value` into `shape`.
///
/// Cannot fail: null, an error inside an aggregate, `QUEUED` and whatever else the shape does not expect stay as they are.
/// Recursion follows the shape, which is finite, never the reply.
pub fn shape(value: Value, shape: &Shape, names: MapNames) -> Value {
    Shaper { names }.shape(value, shape)
}

struct Shaper {
    names: MapNames,
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
            (Shape::Tuples(shapes), value) => self.tuples(value, shapes),
            (
                Shape::Map(name @ (Shape::Text | Shape::Key), inner),
                value @ (Value::List(_) | Value::Map(_)),
            ) if self.names == MapNames::Pairs => self.pairs(value, name, inner),
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

    /// RESP3 sends a map from the first of each to the array of the others, RESP2 all of them flat.
    fn tuples(&self, value: Value, shapes: &[Shape]) -> Value {
        let tuple = |items: Vec<Value>| {
            Value::List(items.into_iter().zip(shapes).map(|(item, inner)| self.shape(item, inner)).collect())
        };
        match value {
            Value::Map(entries) => {
                let whole = |(first, rest)| match rest {
                    Value::List(rest) => tuple(std::iter::once(first).chain(rest).collect()),
                    other => tuple(vec![first, other]),
                };
                Value::List(entries.into_iter().map(whole).collect())
            }
            Value::List(items) if items.len().is_multiple_of(shapes.len()) => {
                let mut items = items.into_iter().peekable();
                let mut tuples = Vec::new();
                while items.peek().is_some() {
                    tuples.push(tuple(items.by_ref().take(shapes.len()).collect()));
                }
                Value::List(tuples)
            }
            other => other,
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
mod tests;
