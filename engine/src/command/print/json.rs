//! Describes the table to the JavaScript side: how each method turns its arguments into words.
//!
//! Every process that loads the addon waits for this text, so it is written in one pass instead of as a tree.

use std::fmt::Write as _;

use super::signature::{ts_kind, ts_option, usage};
use crate::command::argument::{Kind, Opt, OptValue, PairLayout, Param, Part, PhrasePiece};
use crate::command::registry::{Command, table};
use crate::command::row::Access;

/// The table as JSON: an array, in which a command's place is its number.
///
/// A row holds `name`, `methods` (none for those that have none anywhere), `usage`, `connectionUse`, `parts`, `scan` where it has pages,
/// and `reads` where it reads keys.
pub fn table_json() -> String {
    rows(row)
}

/// The same with each row's family, versions, first sentence and types, for tests and tools.
pub fn described_table_json() -> String {
    rows(|out, command| {
        row(out, command);
        let since = command.row.since;
        out.text_at("family", command.family.as_str());
        out.object_at("since", |out| {
            for (server, version) in [("redis", since.redis), ("valkey", since.valkey)] {
                match version {
                    Some(version) => out.text_at(server, version),
                    None => out.raw_at(server, "null"),
                }
            }
        });
        out.text_at("doc", command.row.doc);
        let parts = command.row.parts;
        out.array_at("types", parts, |out, part| {
            out.object(|out| for_each_type(part, parts, |name, ts| out.text_at(name, &ts)));
        });
    })
}

/// The TypeScript type of each argument and option that a part takes, by name.
fn for_each_type(part: &Part, parts: &[Part], mut each: impl FnMut(&str, String)) {
    let mut param = |param: &Param| each(param.name, ts_kind(param.kind));
    match part {
        Part::One(one)
        | Part::Maybe { param: one, .. }
        | Part::Many { param: one, .. }
        | Part::OneOrMany(one) => {
            param(one);
        }
        Part::Pairs { first: one, second: other, .. } | Part::Weighted { param: one, weight: other } => {
            param(one);
            param(other);
        }
        Part::Rows(params) => params.iter().for_each(param),
        Part::Steps(options) | Part::Options { options, .. } => {
            options.iter().for_each(|option| each(option.name, ts_option(option, parts)));
        }
        Part::Vector { name, .. } => each(name, "Vector".into()),
        Part::Word(_) | Part::Count | Part::Lifted(_) | Part::Early { .. } => {}
    }
}

fn rows(row: impl Fn(&mut JsonPrinter, &Command)) -> String {
    let mut out = JsonPrinter { text: String::with_capacity(ROOM) };
    out.array(table(), |out, command| out.object(|out| row(out, command)));
    out.text
}

/// About as long as the text becomes.
const ROOM: usize = 128 * 1024;

/// JSON text while it is written.
struct JsonPrinter {
    text: String,
}

impl JsonPrinter {
    /// A comma, where a value stands before.
    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'[' | b'{' | b':')) {
            self.text.push(',');
        }
    }

    fn text(&mut self, text: &str) {
        self.separate();
        self.text.push('"');
        for letter in text.chars() {
            // The table holds no control characters, which a test knows.
            if matches!(letter, '"' | '\\') {
                self.text.push('\\');
            }
            self.text.push(letter);
        }
        self.text.push('"');
    }

    fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.text.push('{');
        fill(self);
        self.text.push('}');
    }

    fn array<T>(&mut self, items: impl IntoIterator<Item = T>, each: impl Fn(&mut Self, T)) {
        self.separate();
        self.text.push('[');
        for item in items {
            each(self, item);
        }
        self.text.push(']');
    }

    fn key(&mut self, key: &str) {
        self.text(key);
        self.text.push(':');
    }

    fn text_at(&mut self, key: &str, text: &str) {
        self.key(key);
        self.text(text);
    }

    fn object_at(&mut self, key: &str, fill: impl FnOnce(&mut Self)) {
        self.key(key);
        self.object(fill);
    }

    fn array_at<T>(&mut self, key: &str, items: impl IntoIterator<Item = T>, each: impl Fn(&mut Self, T)) {
        self.key(key);
        self.array(items, each);
    }

    /// A number, `true`, `false` or `null`.
    fn raw_at(&mut self, key: &str, value: impl std::fmt::Display) {
        self.key(key);
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
    }
}

fn row(out: &mut JsonPrinter, command: &Command) {
    let parts = command.row.parts;
    let has_method = command.connection_use().has_method();
    out.text_at("name", command.row.name);
    out.array_at("methods", command.methods().filter(|_| has_method), JsonPrinter::text);
    out.text_at("usage", &usage(command));
    out.text_at("connectionUse", command.connection_use().as_str());
    out.array_at("parts", parts.iter().enumerate(), |out, (at, each)| {
        out.object(|out| {
            part(out, each, parts);
            counted(out, &parts[..at], each);
        });
    });
    if command.row.scan {
        out.raw_at("scan", true);
    }
    if command.row.access == Access::Read {
        out.raw_at("reads", true);
    }
}

fn part(out: &mut JsonPrinter, part: &Part, parts: &[Part]) {
    out.text_at(
        "is",
        match part {
            Part::One(_) => "one",
            Part::Maybe { .. } => "maybe",
            Part::Word(_) => "word",
            Part::Count => "count",
            Part::Many { .. } => "many",
            Part::Pairs { .. } => "pairs",
            Part::Weighted { .. } => "weighted",
            Part::Rows(_) => "rows",
            Part::Steps(_) => "steps",
            Part::OneOrMany(_) => "oneOrMany",
            Part::Lifted(_) => "lifted",
            Part::Vector { .. } => "vector",
            Part::Early { .. } => "early",
            Part::Options { .. } => "options",
        },
    );
    match part {
        Part::One(param) => {
            conversion(out, param.kind);
            if let Kind::Number | Kind::Label = param.kind {
                out.text_at("name", param.name);
            }
        }
        Part::Maybe { param, bits } => {
            conversion(out, param.kind);
            out.raw_at("bits", bits);
        }
        Part::Word(word) | Part::Lifted(word) => out.text_at("word", word),
        Part::Many { min, .. } => out.raw_at("min", min),
        Part::Pairs { first, second, layout } => {
            out.text_at(
                "layout",
                match layout {
                    PairLayout::Named => "named",
                    PairLayout::Valued => "valued",
                    PairLayout::Columns => "columns",
                },
            );
            names(out, &[*first, *second]);
        }
        Part::Rows(params) => names(out, params),
        Part::Steps(steps) => options(out, steps, &[]),
        Part::Options { options: known, need } => {
            out.raw_at("required", need.object());
            out.raw_at("needs", need.groups());
            options(out, known, parts);
        }
        Part::Vector { name, element } => {
            out.text_at("name", name);
            out.raw_at("element", element);
        }
        Part::Early { option, word } => {
            out.text_at("name", option);
            out.text_at("word", word);
        }
        Part::Count | Part::Weighted { .. } | Part::OneOrMany(_) => {}
    }
}

fn names(out: &mut JsonPrinter, params: &[Param]) {
    out.array_at("names", params, |out, param| out.text(param.name));
    if params.iter().any(|param| matches!(param.kind, Kind::Number | Kind::Label)) {
        out.array_at("kinds", params, |out, param| {
            out.text(if param.kind == Kind::Label { "label" } else { "number" });
        });
    }
}

/// Says of a list behind its count what it is called, and the constant word in front of the count.
fn counted(out: &mut JsonPrinter, before: &[Part], part: &Part) {
    let ([before @ .., Part::Count], Some(name)) = (before, part.list_name()) else { return };
    out.text_at("counted", name);
    if let Some(Part::Word(word)) = before.last() {
        out.text_at("behind", word);
    }
}

fn options(out: &mut JsonPrinter, known: &[Opt], parts: &[Part]) {
    out.object_at("options", |out| {
        for known in known {
            out.object_at(known.name, |out| option(out, known, parts));
        }
    });
}

fn option(out: &mut JsonPrinter, option: &Opt, parts: &[Part]) {
    out.text_at(
        "is",
        match option.value {
            OptValue::Flag => "flag",
            OptValue::One(_) => "value",
            OptValue::Repeat(_) => "repeat",
            OptValue::List(_) => "list",
            OptValue::Tuple(_) => "tuple",
            OptValue::Counted(_) => "counted",
            OptValue::RepeatPairs => "repeatPairs",
            OptValue::Last(_) => "last",
            OptValue::Choice(_) => "choice",
            OptValue::Phrase(_) => "phrase",
            OptValue::Companion(_) => "companion",
            OptValue::Early(_) => "early",
            OptValue::Form => "form",
            OptValue::Exclude => "exclude",
        },
    );
    if !matches!(
        option.value,
        OptValue::Choice(_)
            | OptValue::Companion(_)
            | OptValue::Early(_)
            | OptValue::Form
            | OptValue::Exclude
    ) {
        out.text_at("token", option.token);
    }
    match option.value {
        OptValue::One(kind) => conversion(out, kind),
        OptValue::Tuple(params) => out.raw_at("size", params.len()),
        OptValue::Counted(params) => names(out, params),
        OptValue::Choice(words) => out.array_at("words", words, |out, word| out.text(word)),
        OptValue::Phrase(pieces) => {
            out.array_at("pieces", pieces, |out, each| out.object(|out| piece(out, each)));
        }
        OptValue::Exclude => out.object_at("ends", |out| ends(out, parts)),
        OptValue::Flag
        | OptValue::Repeat(_)
        | OptValue::List(_)
        | OptValue::RepeatPairs
        | OptValue::Last(_)
        | OptValue::Early(_)
        | OptValue::Form
        | OptValue::Companion(_) => {}
    }
    for (key, bits) in [("bits", option.bits), ("groups", option.groups)] {
        if bits != 0 {
            out.raw_at(key, bits);
        }
    }
}

fn piece(out: &mut JsonPrinter, piece: &PhrasePiece) {
    let (is, companion) = match piece {
        PhrasePiece::Own(_) => ("own", None),
        PhrasePiece::Or { option, word } => ("or", Some((option, word))),
        PhrasePiece::If { option, word } => ("if", Some((option, word))),
        PhrasePiece::With { option, word } => ("with", Some((option, word))),
    };
    out.text_at("is", is);
    if let PhrasePiece::Own(kind) = piece {
        conversion(out, *kind);
    }
    if let Some((option, word)) = companion {
        out.text_at("option", option);
        out.text_at("word", word);
    }
}

/// The ends of the range among the arguments, by name, and where they stand.
fn ends(out: &mut JsonPrinter, parts: &[Part]) {
    for (at, part) in parts.iter().enumerate() {
        if let Part::One(param) = part
            && param.kind == Kind::Bound
        {
            out.raw_at(param.name, at);
        }
    }
}

/// `as` says what must happen to the value before it is sent; most values need nothing.
fn conversion(out: &mut JsonPrinter, kind: Kind) {
    match kind {
        Kind::UnixSeconds => out.text_at("as", "seconds"),
        Kind::UnixMillis => out.text_at("as", "milliseconds"),
        Kind::Switch { on, off } => out.array_at("as", [on, off], JsonPrinter::text),
        Kind::Number => out.text_at("as", "number"),
        Kind::Label => out.text_at("as", "label"),
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
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::command::by_name;

    #[test]
    fn a_row_stands_at_its_number_and_internal_ones_have_no_method() {
        let table: Vec<Value> = serde_json::from_str(&table_json()).expect("JSON");
        let get = &table[by_name(b"GET").expect("a row").index()];
        assert_eq!(
            get,
            &json!({ "name": "GET", "methods": ["get"], "usage": "get(key)", "connectionUse": "shared", "reads": true, "parts": [{ "is": "one" }] })
        );
        assert_eq!(table[by_name(b"HELLO").expect("a row").index()]["methods"], json!([]));
    }

    #[test]
    fn every_text_of_the_table_is_written_as_it_is() {
        let described: Vec<Value> = serde_json::from_str(&described_table_json()).expect("JSON");
        assert_eq!(described.len(), table().len());
        for (command, row) in table().iter().zip(&described) {
            assert_eq!(row["name"], command.row.name);
            assert_eq!(row["doc"], command.row.doc);
            assert_eq!(row["usage"], usage(command));
            assert_eq!(row["since"]["redis"], json!(command.row.since.redis));
        }
        assert!(table_json().len() < ROOM);
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
