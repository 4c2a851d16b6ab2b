//! The JavaScript view of a row: its usage line, and the TypeScript types of its arguments and options.

use crate::command::argument::{Companion, Kind, Opt, OptValue, OptionNeed, Param, Part, PhrasePiece};
use crate::command::registry::Command;

/// The type of what may be anything.
pub(crate) const ANY: &str = "Arg";
/// The type of what a number must not be, because it could be taken for something else.
pub(crate) const TEXT: &str = "Text";

fn lists(parts: &[Part]) -> usize {
    let is_list = |part: &&Part| {
        matches!(part, Part::Many { .. } | Part::Pairs { .. } | Part::Weighted { .. } | Part::Rows(_))
    };
    parts.iter().filter(is_list).count()
}

fn ts_values(params: &[Param]) -> String {
    let members: Vec<_> =
        params.iter().map(|param| format!("{}: {}", param.name, ts_kind(param.kind))).collect();
    members.join(", ")
}

/// `set(key, value, options?)`, for error messages and documents.
pub(crate) fn usage(command: &Command) -> String {
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
            Part::Vector { name, .. } => words.push((*name).to_string()),
            Part::Pairs { .. } if alone => words.push("...pairs".into()),
            Part::Pairs { .. } => words.push("pairs".into()),
            Part::Rows(_) if alone => words.push("...rows".into()),
            Part::Rows(_) => words.push("rows".into()),
            Part::Steps(_) => words.push("steps".into()),
            Part::Options { need: OptionNeed::Nothing, .. } => options = Some("options?".to_string()),
            Part::Options { .. } => options = Some("options".to_string()),
            Part::Word(_) | Part::Count | Part::Lifted(_) | Part::Early { .. } => {}
        }
    }
    words.extend(options);
    format!("{}({})", command.method, words.join(", "))
}

/// The type of one argument.
pub(crate) fn ts_kind(kind: Kind) -> String {
    match kind {
        Kind::Key | Kind::Text | Kind::Name | Kind::Pattern | Kind::Template | Kind::Bound => ANY.into(),
        Kind::Int | Kind::Float | Kind::Timeout(_) => "Num".into(),
        Kind::Number => "number | bigint".into(),
        Kind::Label => TEXT.into(),
        Kind::UnixSeconds | Kind::UnixMillis => "Time".into(),
        Kind::Choice(words) => union_of_words(words),
        Kind::Switch { .. } => "boolean".into(),
    }
}

/// The type of one argument, as the element of an array.
pub(crate) fn ts_element(kind: Kind) -> String {
    let one = ts_kind(kind);
    if one.contains('|') { format!("({one})") } else { one }
}

pub(crate) fn ts_rows(params: &[Param]) -> String {
    let tuple = ts_values(params);
    // By its name no value can be taken for another.
    let named = |param: &Param| match param.kind {
        Kind::Number => format!("{}: Num", param.name),
        Kind::Label => format!("{}: {ANY}", param.name),
        kind => format!("{}: {}", param.name, ts_kind(kind)),
    };
    let object = params.iter().map(named).collect::<Vec<_>>().join("; ");
    let flat = if params.iter().any(|param| param.kind == Kind::Label) { "" } else { " | Args" };
    format!("readonly (readonly [{tuple}])[] | readonly {{ {object} }}[] | {{ {object} }}{flat}")
}

/// The type of one option of a row with these parts.
pub(crate) fn ts_option(option: &Opt, parts: &[Part]) -> String {
    match option.value {
        OptValue::Flag | OptValue::Form | OptValue::Companion(Companion::Flag) => "boolean".into(),
        OptValue::One(kind) | OptValue::Companion(Companion::Value(kind)) | OptValue::Early(kind) => {
            ts_kind(kind)
        }
        OptValue::Phrase(pieces) => pieces
            .iter()
            .find_map(|piece| if let PhrasePiece::Own(kind) = piece { Some(ts_kind(*kind)) } else { None })
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

/// The type of an option that is given.
pub(crate) fn ts_given(option: &Opt, parts: &[Part]) -> String {
    if is_switch(option) { "true".into() } else { ts_option(option, parts) }
}

/// Whether the option is a boolean that sends nothing when it is false.
pub(crate) fn is_switch(option: &Opt) -> bool {
    match option.value {
        OptValue::Flag | OptValue::Form => true,
        OptValue::Phrase(pieces) => !pieces.iter().any(|piece| matches!(piece, PhrasePiece::Own(_))),
        _ => false,
    }
}

fn union_of_words(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::registry::table;

    fn usage_of(method: &str) -> Option<String> {
        table().iter().find(|command| command.method == method).map(usage)
    }

    #[test]
    fn a_usage_names_what_may_be_left_out_and_what_may_be_given_one_by_one() {
        assert_eq!(usage_of("set").as_deref(), Some("set(key, value, options?)"));
        assert_eq!(usage_of("lpop").as_deref(), Some("lpop(key, count?)"));
        assert_eq!(usage_of("xtrim").as_deref(), Some("xtrim(key, options)"));
        assert_eq!(usage_of("eval").as_deref(), Some("eval(script, keys?, args?)"));
    }
}
