//! Describes the table to the JavaScript side: how each method turns its arguments into words.

use serde_json::{Value, json};

use super::argument::{Kind, Layout, Opt, OptValue, Part, Piece};
use super::registry::{Command, table};
use super::signature::usage;

/// The table as JSON: an array, in which a command's place is its number.
///
/// A row holds `name`, `methods` (none for those that have none anywhere), `usage`, `lane`, `parts`, and `scan` where it has pages.
pub fn table_json() -> String {
    Value::Array(table().iter().map(row).collect()).to_string()
}

/// The same with each row's family, versions and first sentence, for tests and tools.
pub fn described_table_json() -> String {
    let described = table().iter().map(|command| {
        let mut row = row(command);
        row["family"] = json!(command.family.as_str());
        row["since"] = json!({ "redis": command.row.since.redis, "valkey": command.row.since.valkey });
        row["doc"] = json!(command.row.doc);
        row
    });
    Value::Array(described.collect()).to_string()
}

fn row(command: &Command) -> Value {
    let has_method = command.lane().has_method();
    let methods: Vec<&str> = if has_method { command.methods().collect() } else { Vec::new() };
    let mut row = json!({
        "name": command.row.name,
        "methods": methods,
        "usage": usage(command),
        "lane": command.lane().as_str(),
        "parts": command.row.parts.iter().map(|each| part(each, command.row.parts)).collect::<Vec<_>>(),
    });
    if command.row.scan {
        row["scan"] = json!(true);
    }
    row
}

fn part(part: &Part, parts: &[Part]) -> Value {
    match part {
        Part::One(param) => with_conversion(json!({ "is": "one" }), param.kind),
        Part::Maybe { param, bits } => with_conversion(json!({ "is": "maybe", "bits": bits }), param.kind),
        Part::Word(word) => json!({ "is": "word", "word": word }),
        Part::Count => json!({ "is": "count" }),
        Part::Many { min, .. } => json!({ "is": "many", "min": min }),
        Part::Pairs { layout, .. } => json!({ "is": "pairs", "layout": match layout {
            Layout::Named => "named",
            Layout::Valued => "valued",
            Layout::Columns => "columns",
        } }),
        Part::Weighted { .. } => json!({ "is": "weighted" }),
        Part::Rows(params) => {
            json!({ "is": "rows", "names": params.iter().map(|param| param.name).collect::<Vec<_>>() })
        }
        Part::Steps(steps) => json!({ "is": "steps", "options": options(steps, &[]) }),
        Part::OneOrMany(_) => json!({ "is": "oneOrMany" }),
        Part::Lifted(word) => json!({ "is": "lifted", "word": word }),
        Part::Options { options: known, need } => {
            let known = options(known, parts);
            json!({ "is": "options", "required": need.object(), "needs": need.groups(), "options": known })
        }
    }
}

fn options(known: &[Opt], parts: &[Part]) -> Value {
    Value::Object(known.iter().map(|known| (known.name.to_string(), option(known, parts))).collect())
}

fn option(option: &Opt, parts: &[Part]) -> Value {
    let mut out = match option.value {
        OptValue::Flag => json!({ "is": "flag", "token": option.token }),
        OptValue::One(kind) => with_conversion(json!({ "is": "value", "token": option.token }), kind),
        OptValue::Repeat(_) => json!({ "is": "repeat", "token": option.token }),
        OptValue::List(_) => json!({ "is": "list", "token": option.token }),
        OptValue::Tuple(params) => json!({ "is": "tuple", "token": option.token, "size": params.len() }),
        OptValue::Counted(params) => json!({
            "is": "counted",
            "token": option.token,
            "names": params.iter().map(|param| param.name).collect::<Vec<_>>(),
        }),
        OptValue::RepeatPairs => json!({ "is": "repeatPairs", "token": option.token }),
        OptValue::Last(_) => json!({ "is": "last", "token": option.token }),
        OptValue::Choice(words) => json!({ "is": "choice", "words": words }),
        OptValue::Phrase(pieces) => json!({
            "is": "phrase",
            "token": option.token,
            "pieces": pieces.iter().map(piece).collect::<Vec<_>>(),
        }),
        OptValue::Companion(_) => json!({ "is": "companion" }),
        OptValue::Exclude => json!({ "is": "exclude", "ends": ends(parts) }),
    };
    if option.bits != 0 {
        out["bits"] = json!(option.bits);
    }
    if option.groups != 0 {
        out["groups"] = json!(option.groups);
    }
    out
}

fn piece(piece: &Piece) -> Value {
    match piece {
        Piece::Own(kind) => with_conversion(json!({ "is": "own" }), *kind),
        Piece::Or { option, word } => json!({ "is": "or", "option": option, "word": word }),
        Piece::If { option, word } => json!({ "is": "if", "option": option, "word": word }),
        Piece::With { option, word } => json!({ "is": "with", "option": option, "word": word }),
    }
}

/// The ends of the range among the arguments, by name, and where they stand.
fn ends(parts: &[Part]) -> Value {
    let ends = parts.iter().enumerate().filter_map(|(at, part)| match part {
        Part::One(param) if param.kind == Kind::Bound => Some((param.name.to_string(), json!(at))),
        _ => None,
    });
    Value::Object(ends.collect())
}

/// `as` says what must happen to the value before it is sent; most values need nothing.
fn with_conversion(mut out: Value, kind: Kind) -> Value {
    match kind {
        Kind::UnixSeconds => out["as"] = json!("seconds"),
        Kind::UnixMillis => out["as"] = json!("milliseconds"),
        Kind::Switch { on, off } => out["as"] = json!([on, off]),
        Kind::Key
        | Kind::Text
        | Kind::Name
        | Kind::Pattern
        | Kind::Template
        | Kind::Int
        | Kind::Float
        | Kind::Bound
        | Kind::Choice(_)
        | Kind::Timeout(_) => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::*;

    #[test]
    fn a_row_stands_at_its_number_and_internal_ones_have_no_method() {
        let table: Vec<Value> = serde_json::from_str(&table_json()).expect("JSON");
        let get = &table[by_name(b"GET").expect("a row").index()];
        assert_eq!(
            get,
            &json!({ "name": "GET", "methods": ["get"], "usage": "get(key)", "lane": "shared", "parts": [{ "is": "one" }] })
        );
        assert_eq!(table[by_name(b"HELLO").expect("a row").index()]["methods"], json!([]));
    }

    #[test]
    fn options_say_what_they_send_and_exclude() {
        let table: Vec<Value> = serde_json::from_str(&table_json()).expect("JSON");
        let set = &table[by_name(b"SET").expect("a row").index()];
        let options = &set["parts"][2]["options"];
        assert_eq!(options["exat"], json!({ "is": "value", "token": "EXAT", "as": "seconds", "groups": 1 }));
        assert_eq!(options["nx"], json!({ "is": "flag", "token": "NX", "bits": 2, "groups": 2 }));
        assert_eq!(set["usage"], "set(key, value, options?)");
    }
}
