//! The JavaScript view of a row: its parameters in order, as TypeScript and as a usage line.

use super::argument::{Companion, Kind, Layout, Need, Opt, OptValue, Param, Part, Piece};
use super::registry::Command;

/// One parameter of the JavaScript method.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) ts: String,
    pub(super) form: Form,
    /// The variant bits that it sets when it is given.
    pub(super) bits: u8,
}

/// The entries of a list that is counted for the caller, where they are given one by one: a number would look like the count.
const BARE: &str = "Text";
/// The type of what may be anything.
const ANY: &str = "Arg";

/// How a parameter is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Required,
    Optional,
    Rest,
    /// The options object, which must be given or may be.
    Options {
        required: bool,
    },
}

/// Whether the row's only list can be given one by one: as rest arguments.
fn spreads(parts: &[Part]) -> bool {
    lists(parts) == 1 && !parts.iter().any(|part| matches!(part, Part::Options { .. } | Part::Maybe { .. }))
}

fn lists(parts: &[Part]) -> usize {
    let is_list = |part: &&Part| {
        matches!(part, Part::Many { .. } | Part::Pairs { .. } | Part::Weighted { .. } | Part::Rows(_))
    };
    parts.iter().filter(is_list).count()
}

/// The parameters of a row whose options are left out, if its only list can then be given one by one.
pub(super) fn spread_without_options(parts: &[Part]) -> Option<Vec<Parameter>> {
    let optional = |part: &Part| matches!(part, Part::Options { need: Need::Nothing, .. });
    let rest: Vec<Part> = parts.iter().filter(|part| !optional(part)).copied().collect();
    let counted_pairs = rest.windows(2).any(|two| matches!(two, [Part::Count, Part::Pairs { .. }]));
    if rest.len() == parts.len() || !spreads(&rest) || counted_pairs {
        return None;
    }
    let values = parts.iter().find_map(|part| match part {
        Part::Pairs { first, second, .. } => Some(ts_values(&[*first, *second])),
        Part::Rows(params) => Some(ts_values(params)),
        _ => None,
    });
    let mut parameters = parameters(&rest, "", "");
    for parameter in parameters.iter_mut().filter(|parameter| parameter.form == Form::Rest) {
        // The array is declared beside the options.
        if let Some(values) = &values {
            parameter.ts = format!("[{values}, ...more: Arg[]]");
        } else if let Some((one_by_one, _)) = parameter.ts.rsplit_once(" | [") {
            parameter.ts = one_by_one.to_string();
        }
    }
    Some(parameters)
}

fn ts_values(params: &[Param]) -> String {
    let members: Vec<_> =
        params.iter().map(|param| format!("{}: {}", param.name, ts_kind(param.kind))).collect();
    members.join(", ")
}

/// The parameters in their JavaScript order: options last. `options_type` names the type of the options object,
/// `step_type` that of a step.
pub(super) fn parameters(parts: &[Part], options_type: &str, step_type: &str) -> Vec<Parameter> {
    let spreads = spreads(parts);
    let mut found = Vec::new();
    let mut options_object = None;
    for (index, part) in parts.iter().enumerate() {
        let tail = &parts[index + 1..];
        let counted = index > 0 && parts[index - 1] == Part::Count;
        match part {
            Part::One(param) => found.push(parameter(param.name, ts_kind(param.kind), Form::Required, 0)),
            Part::Maybe { param, bits } => {
                found.push(parameter(param.name, ts_kind(param.kind), Form::Optional, *bits));
            }
            Part::Many { param, min } => {
                let one = ts_element(param.kind);
                let bare = if counted && one == ANY { BARE } else { &one };
                if spreads && tail.iter().any(|part| matches!(part, Part::One(_))) {
                    found.push(variadic_head(param.name, bare, &one, tail));
                    return found;
                }
                found.push(if spreads {
                    parameter(
                        param.name,
                        format!("{bare}[] | [{}: readonly {one}[]]", param.name),
                        Form::Rest,
                        0,
                    )
                } else {
                    let form = if *min == 0 { Form::Optional } else { Form::Required };
                    parameter(param.name, format!("{bare} | readonly {one}[]"), form, 0)
                });
            }
            Part::Pairs { layout, .. } => {
                let pairs = ts_pairs(*layout);
                let rest = format!("Arg[] | [pairs: {pairs}]");
                found.push(listed(spreads && !counted, "pairs", rest, pairs.into()));
            }
            Part::Weighted { param, .. } => {
                let one_by_one = format!("{BARE}[]");
                let rest = format!("{one_by_one} | [{}: Weighted]", param.name);
                found.push(listed(spreads, param.name, rest, "Weighted".into()));
            }
            Part::Rows(params) => {
                let rows = ts_rows(params);
                found.push(listed(spreads, "rows", format!("Arg[] | [rows: {rows}]"), rows));
            }
            Part::Steps(_) => {
                let steps = format!("{step_type} | readonly {step_type}[]");
                found.push(parameter("steps", steps, Form::Required, 0));
            }
            Part::OneOrMany(param) => {
                let one = ts_kind(param.kind);
                found.push(parameter(param.name, format!("{one} | readonly {one}[]"), Form::Required, 0));
            }
            Part::Options { options, need } => {
                let bits = options.iter().fold(0, |bits, option| bits | option.bits);
                let ts = [options_type.to_string()].into_iter().chain(needed(options, *need, parts));
                options_object = Some(parameter(
                    "options",
                    ts.collect::<Vec<_>>().join(" & "),
                    Form::Options { required: need.object() },
                    bits,
                ));
            }
            Part::Word(_) | Part::Count | Part::Lifted(_) => {}
        }
    }
    found.extend(options_object);
    found
}

/// A list that is followed by required arguments: TypeScript wants all of them in one rest parameter.
fn variadic_head(name: &str, bare: &str, one: &str, tail: &[Part]) -> Parameter {
    let after: Vec<String> = tail
        .iter()
        .filter_map(|part| match part {
            Part::One(param) => Some(format!("{}: {}", param.name, ts_kind(param.kind))),
            _ => None,
        })
        .collect();
    let after = after.join(", ");
    let ts = format!("[...{name}: {bare}[], {after}] | [{name}: readonly {one}[], {after}]");
    parameter(name, ts, Form::Rest, 0)
}

fn listed(spreads: bool, name: &str, rest: String, whole: String) -> Parameter {
    if spreads { parameter(name, rest, Form::Rest, 0) } else { parameter(name, whole, Form::Required, 0) }
}

fn parameter(name: &str, ts: String, form: Form, bits: u8) -> Parameter {
    Parameter { name: name.into(), ts, form, bits }
}

/// `set(key, value, options?)`, for error messages and documents.
pub(super) fn usage(command: &Command) -> String {
    let parts = command.row.parts;
    let alone = lists(parts) == 1 && !parts.iter().any(|part| matches!(part, Part::Maybe { .. }));
    let mut words = Vec::new();
    let mut options = None;
    for part in parts {
        match part {
            Part::Many { param, .. } | Part::Weighted { param, .. } if alone => {
                words.push(format!("...{}", param.name));
            }
            Part::Maybe { param, .. } | Part::Many { param, min: 0 } => {
                words.push(format!("{}?", param.name));
            }
            Part::One(param)
            | Part::OneOrMany(param)
            | Part::Many { param, .. }
            | Part::Weighted { param, .. } => {
                words.push(param.name.to_string());
            }
            Part::Pairs { .. } if alone => words.push("...pairs".into()),
            Part::Pairs { .. } => words.push("pairs".into()),
            Part::Rows(_) if alone => words.push("...rows".into()),
            Part::Rows(_) => words.push("rows".into()),
            Part::Steps(_) => words.push("steps".into()),
            Part::Options { need: Need::Nothing, .. } => options = Some("options?".to_string()),
            Part::Options { .. } => options = Some("options".to_string()),
            Part::Word(_) | Part::Count | Part::Lifted(_) => {}
        }
    }
    words.extend(options);
    format!("{}({})", command.method, words.join(", "))
}

/// The type of one argument.
pub(super) fn ts_kind(kind: Kind) -> String {
    match kind {
        Kind::Key | Kind::Text | Kind::Name | Kind::Pattern | Kind::Template | Kind::Bound => ANY.into(),
        Kind::Int | Kind::Float | Kind::Timeout(_) => "Num".into(),
        Kind::Number => "number | bigint".into(),
        Kind::Label => "Text".into(),
        Kind::UnixSeconds | Kind::UnixMillis => "Time".into(),
        Kind::Choice(words) => union_of_words(words),
        Kind::Switch { .. } => "boolean".into(),
    }
}

/// The type of one argument, as the element of an array.
fn ts_element(kind: Kind) -> String {
    let one = ts_kind(kind);
    if one.contains('|') { format!("({one})") } else { one }
}

fn ts_pairs(layout: Layout) -> &'static str {
    match layout {
        Layout::Named | Layout::Columns => "Pairs",
        Layout::Valued => "Scores",
    }
}

fn ts_rows(params: &[Param]) -> String {
    let tuple = ts_values(params);
    // By its name no value can be taken for another.
    let named = |param: &Param| match param.kind {
        Kind::Number => format!("{}: Num", param.name),
        Kind::Label => format!("{}: Arg", param.name),
        kind => format!("{}: {}", param.name, ts_kind(kind)),
    };
    let object = params.iter().map(named).collect::<Vec<_>>().join("; ");
    let flat = if params.iter().any(|param| param.kind == Kind::Label) { "" } else { " | readonly Arg[]" };
    format!("readonly (readonly [{tuple}])[] | readonly {{ {object} }}[] | {{ {object} }}{flat}")
}

/// The type of one option of a row with these parts.
pub(super) fn ts_option(option: &Opt, parts: &[Part]) -> String {
    match option.value {
        OptValue::Flag | OptValue::Companion(Companion::Flag) => "boolean".into(),
        OptValue::One(kind) | OptValue::Companion(Companion::Value(kind)) => ts_kind(kind),
        OptValue::Phrase(pieces) => pieces
            .iter()
            .find_map(|piece| if let Piece::Own(kind) = piece { Some(ts_kind(*kind)) } else { None })
            .unwrap_or_else(|| "boolean".into()),
        OptValue::Exclude => {
            let bounds = parts.iter().filter_map(|part| match part {
                Part::One(param) if param.kind == Kind::Bound => Some(param.name),
                _ => None,
            });
            union_of_words(&bounds.chain(["both"]).collect::<Vec<_>>())
        }
        OptValue::RepeatPairs => "Pairs".into(),
        OptValue::Counted(params) => ts_rows(params),
        OptValue::Repeat(kind) | OptValue::List(kind) | OptValue::Last(kind) => {
            let one = ts_element(kind);
            format!("{one} | readonly {one}[]")
        }
        OptValue::Tuple(params) => {
            let members: Vec<_> =
                params.iter().map(|param| format!("{}: {}", param.name, ts_kind(param.kind))).collect();
            format!("readonly [{}]", members.join(", "))
        }
        OptValue::Choice(words) => union_of_words(words),
    }
}

/// For each group that is needed, that one of its options is given.
fn needed(options: &[Opt], need: Need, parts: &[Part]) -> Vec<String> {
    let groups = (0..8).map(|bit| 1 << bit).filter(|bit| need.groups() & bit != 0);
    let one_of = |group: u8| {
        let given: Vec<_> = options
            .iter()
            .filter(|option| option.groups & group != 0)
            .map(|option| format!("{{ {}: {} }}", option.name, ts_given(option, parts)))
            .collect();
        if given.len() > 1 { format!("({})", given.join(" | ")) } else { given.join("") }
    };
    groups.map(one_of).collect()
}

/// The type of an option that is given.
pub(super) fn ts_given(option: &Opt, parts: &[Part]) -> String {
    if is_switch(option) { "true".into() } else { ts_option(option, parts) }
}

/// Whether the option is a boolean that sends nothing when it is false.
pub(super) fn is_switch(option: &Opt) -> bool {
    match option.value {
        OptValue::Flag => true,
        OptValue::Phrase(pieces) => !pieces.iter().any(|piece| matches!(piece, Piece::Own(_))),
        _ => false,
    }
}

fn union_of_words(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::super::argument::{KEYS, Unit, any, many, one, options, pairs, param};
    use super::*;

    fn ts(parts: &[Part]) -> Vec<String> {
        parameters(parts, "Options", "Step").into_iter().map(|parameter| parameter.ts).collect()
    }

    #[test]
    fn a_list_is_rest_or_one_array_unless_options_follow() {
        assert_eq!(ts(&[KEYS]), ["Arg[] | [keys: readonly Arg[]]"]);
        assert_eq!(ts(&[KEYS, options(&[])]), ["Arg | readonly Arg[]", "Options"]);
        assert_eq!(
            ts(&[KEYS, one("timeout", Kind::Timeout(Unit::Seconds))]),
            ["[...keys: Arg[], timeout: Num] | [keys: readonly Arg[], timeout: Num]"]
        );
    }

    #[test]
    fn a_list_of_words_is_an_array_of_their_union() {
        let words = [many("words", Kind::Choice(&["a", "b"]))];
        assert_eq!(ts(&words), ["('a' | 'b')[] | [words: readonly ('a' | 'b')[]]"]);
    }

    #[test]
    fn two_lists_are_arrays_and_may_be_left_out_where_none_is_needed() {
        let parts = [one("script", Kind::Text), Part::Count, any("keys", Kind::Key), any("args", Kind::Text)];
        let forms: Vec<_> =
            parameters(&parts, "", "").into_iter().map(|parameter| (parameter.ts, parameter.form)).collect();
        let list = |bare: &str| (format!("{bare} | readonly Arg[]"), Form::Optional);
        assert_eq!(forms, [("Arg".to_string(), Form::Required), list("Text"), list("Arg")]);
    }

    #[test]
    fn entries_that_are_counted_are_no_numbers_unless_an_array_holds_them() {
        assert_eq!(ts(&[Part::Count, KEYS]), ["Text[] | [keys: readonly Arg[]]"]);
        assert_eq!(ts(&[Part::Count, KEYS, options(&[])]), ["Text | readonly Arg[]", "Options"]);
        let words = [Part::Count, many("words", Kind::Choice(&["a", "b"]))];
        assert_eq!(ts(&words), ["('a' | 'b')[] | [words: readonly ('a' | 'b')[]]"]);
    }

    #[test]
    fn counted_pairs_are_never_given_one_by_one() {
        let counted = [Part::Count, pairs(param("key", Kind::Key), param("value", Kind::Text)), options(&[])];
        assert_eq!(ts(&counted), ["Pairs", "Options"]);
        assert_eq!(spread_without_options(&counted), None);
        assert!(spread_without_options(&counted[1..]).is_some());
    }

    #[test]
    fn options_come_last_wherever_they_stand_on_the_wire() {
        let names: Vec<_> = parameters(&[options(&[]), one("key", Kind::Key)], "Options", "Step")
            .into_iter()
            .map(|p| p.name)
            .collect();
        assert_eq!(names, ["key", "options"]);
    }
}
