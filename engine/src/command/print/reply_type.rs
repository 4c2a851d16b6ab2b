//! The TypeScript view of reply shapes: the type of a reply, and the interfaces that have names.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::overload::parameter_of;
use crate::command::argument::Opt;
use crate::command::registry::table;
use crate::command::row::Row;
use crate::command::shape::{Field, Shape};

/// The members of the union that a reply's type is.
pub(crate) fn ts_shape(shape: &Shape) -> Vec<String> {
    let single = |text: &str| vec![text.to_string()];
    match shape {
        Shape::Any => single("unknown"),
        Shape::Line(lines) => lines.iter().map(|line| format!("'{line}'")).collect(),
        Shape::Word => single("string"),
        Shape::Text | Shape::Key => single("T"),
        Shape::Binary => single("Buffer"),
        Shape::Int | Shape::Double => single("number"),
        Shape::Bool => single("boolean"),
        Shape::OrNull(inner) => {
            let mut members = ts_shape(inner);
            members.push("null".into());
            members
        }
        Shape::List(inner) => vec![format!("{}[]", grouped(inner))],
        Shape::Tuple(shapes) => {
            vec![format!("[{}]", shapes.iter().map(joined).collect::<Vec<_>>().join(", "))]
        }
        Shape::Pairs(first, second) => vec![format!("[{}, {}][]", joined(first), joined(second))],
        Shape::Tuples(shapes) => {
            vec![format!("[{}][]", shapes.iter().map(joined).collect::<Vec<_>>().join(", "))]
        }
        Shape::Map(Shape::Text | Shape::Key, Shape::Text) => single("Fields<T>"),
        Shape::Map(Shape::Text | Shape::Key, inner) => vec![format!("Fields<T, {}>", joined(inner))],
        Shape::Map(_, inner) => vec![format!("Record<string, {}>", joined(inner))],
        Shape::Object(_) | Shape::Record(_) | Shape::Trailing(..) => {
            vec![format!("{{ {} }}", members(shape).join("; "))]
        }
        Shape::Tagged(tags) => tags.iter().flat_map(|(_, shape)| ts_shape(shape)).collect(),
        Shape::Info => single("Record<string, Record<string, string>>"),
        Shape::Facts | Shape::Attributes => single("Record<string, string>"),
        Shape::AttributeLines => single("Record<string, string>[]"),
        Shape::OrEmpty(inner) | Shape::Sole(inner) | Shape::Optional(inner) => ts_shape(inner),
        Shape::Named(name, inner) => single(&reference(name, inner)),
        Shape::Typed(name, _) => single(name),
    }
}

/// The type of a reply.
pub(crate) fn joined(shape: &Shape) -> String {
    ts_shape(shape).join(" | ")
}

fn grouped(shape: &Shape) -> String {
    let members = ts_shape(shape);
    let is_union =
        matches!(members.as_slice(), [one] if one.contains(" | ") && !one.contains(['{', '[', '<']));
    if members.len() > 1 || is_union { format!("({})", members.join(" | ")) } else { members.join("") }
}

/// The properties of an object.
fn members(shape: &Shape) -> Vec<String> {
    match shape {
        Shape::Object(fields) | Shape::Record(fields) => fields.iter().map(member).collect(),
        Shape::Trailing(fields, last) => {
            let last = format!("{}: {}[]", property(last.name), grouped(&last.shape));
            fields.iter().map(member).chain([last]).collect()
        }
        _ => Vec::new(),
    }
}

fn member(field: &Field) -> String {
    let optional = if matches!(field.shape, Shape::Optional(_)) { "?" } else { "" };
    match field.name.strip_suffix('*') {
        Some(start) => format!("[name: `{start}${{string}}`]: {}", joined(&field.shape)),
        None => format!("{}{optional}: {}", property(field.name), joined(&field.shape)),
    }
}

fn property(name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        name.into()
    } else {
        format!("'{name}'")
    }
}

/// The use of a named interface. It has a parameter where a text in it is the user's.
fn reference(name: &str, shape: &Shape) -> String {
    if has_text(shape) { format!("{name}<T>") } else { name.to_string() }
}

/// The shapes that a shape is made of.
fn parts(shape: &'static Shape) -> Vec<&'static Shape> {
    match shape {
        Shape::OrNull(inner)
        | Shape::OrEmpty(inner)
        | Shape::Sole(inner)
        | Shape::List(inner)
        | Shape::Optional(inner)
        | Shape::Named(_, inner)
        | Shape::Typed(_, inner) => vec![*inner],
        Shape::Pairs(first, second) | Shape::Map(first, second) => vec![*first, *second],
        Shape::Tuple(shapes) | Shape::Tuples(shapes) => shapes.iter().collect(),
        Shape::Object(fields) | Shape::Record(fields) => fields.iter().map(|field| &field.shape).collect(),
        Shape::Trailing(fields, last) => {
            fields.iter().map(|field| &field.shape).chain([&last.shape]).collect()
        }
        Shape::Tagged(tags) => tags.iter().map(|(_, shape)| shape).collect(),
        _ => Vec::new(),
    }
}

fn has_text(shape: &Shape) -> bool {
    // The printed type is what counts: a name in it stands for what is behind it.
    joined(shape).split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == "T")
}

/// The interfaces of all named shapes in the table's replies, by name.
pub(crate) fn interfaces() -> String {
    let mut found: BTreeMap<&str, &Shape> = BTreeMap::new();
    let commands = table().iter().filter(|command| command.connection_use().has_method());
    let mut next: Vec<&'static Shape> = commands
        .flat_map(|command| command.row.cases.iter().map(|case| case.shape).chain([command.row.reply]))
        .collect();
    // Level by level: where a shape holds itself down to some depth, the outermost one is declared.
    while !next.is_empty() {
        for shape in &next {
            if let Shape::Named(name, inner) = shape {
                found.entry(*name).or_insert(*inner);
            }
        }
        next = next.into_iter().flat_map(parts).collect();
    }
    let mut out = String::new();
    for (name, shape) in found {
        let parameter = if has_text(shape) { "<T = string>" } else { "" };
        // Writing to a String cannot fail.
        if !matches!(shape, Shape::Object(_) | Shape::Record(_) | Shape::Trailing(..)) {
            let _ = writeln!(out, "export type {name}{parameter} = {}\n", joined(shape));
            continue;
        }
        let _ = writeln!(out, "export interface {name}{parameter} {{");
        for member in members(shape) {
            let _ = writeln!(out, "  {member}");
        }
        out.push_str("}\n\n");
    }
    out
}

/// The replies that switches decide about one by one, each printed once as a type with a parameter for each switch.
#[derive(Default)]
pub(crate) struct SwitchedReplies {
    named: Vec<(String, String)>,
    pub(crate) printed: String,
}

impl SwitchedReplies {
    /// The name of the type, which is `nameReply` where it is not known yet; none without switches.
    pub(crate) fn name(&mut self, name: &str, row: &Row, switches: &[&Opt]) -> String {
        if switches.is_empty() {
            return String::new();
        }
        let body = decided(row, switches, 0);
        if let Some((_, known)) = self.named.iter().find(|(other, _)| *other == body) {
            return known.clone();
        }
        let name = format!("{name}Reply");
        let parameters: Vec<String> =
            switches.iter().map(|option| format!("{} = false", parameter_of(option))).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.printed,
            "/** The reply, by the options that are true; a boolean gives both. */\nexport type {name}<T, {}> = {body}\n",
            parameters.join(", ")
        );
        self.named.push((body, name.clone()));
        name
    }
}

/// The reply as a tree of decisions.
fn decided(row: &Row, switches: &[&Opt], variant: u8) -> String {
    let Some((first, rest)) = switches.split_first() else {
        let case = row.cases.iter().find(|case| case.bits & variant == case.bits);
        return joined(case.map_or(row.reply, |case| case.shape));
    };
    format!(
        "{} extends true ? {} : {}",
        parameter_of(first),
        decided(row, rest, variant | first.bits),
        decided(row, rest, variant)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unions_are_grouped_where_an_array_needs_it() {
        assert_eq!(joined(&Shape::List(&Shape::OrNull(&Shape::Text))), "(T | null)[]");
        assert_eq!(joined(&Shape::List(&Shape::Int)), "number[]");
        assert_eq!(joined(&Shape::List(&Shape::Typed("0 | 1", &Shape::Int))), "(0 | 1)[]");
        assert_eq!(joined(&Shape::Pairs(&Shape::Text, &Shape::Double)), "[T, number][]");
    }

    #[test]
    fn named_shapes_are_declared_once_and_take_a_parameter_where_they_hold_the_users_text() {
        let text = interfaces();
        assert!(text.contains("export interface SlowlogEntry<T = string> {\n  id: number\n"), "{text}");
        assert!(text.contains("export interface AclUser {\n"), "{text}");
        assert_eq!(text.matches("export interface CommandArgument ").count(), 1);
        assert!(text.contains("\n  arguments?: CommandArgument[]\n"), "{text}");
    }
}
