//! A row as a call in TypeScript: what stands before its list, the list and its forms, what follows it, the options.

use super::signature::{ANY, TEXT, ts_element, ts_kind, ts_rows};
use crate::command::argument::{Kind, Opt, OptionNeed, PairLayout, Param, Part};

/// The parameters of a call, in their JavaScript order.
pub(crate) struct Call {
    pub(crate) before: Vec<Parameter>,
    /// The only list of the row, which may be given one by one.
    pub(crate) list: Option<List>,
    pub(crate) after: Vec<Parameter>,
    pub(crate) options: Option<Options>,
}

/// One parameter.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) ts: String,
    pub(crate) given: Given,
    /// The variant bits that it sets when it is given.
    pub(crate) bits: u8,
    /// Whether an object may be given whose properties are all of one type.
    pub(crate) object: Option<&'static str>,
}

/// Whether a parameter must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Always,
    /// Only behind all those before it.
    InOrder,
    /// Whether or not the others are.
    Freely,
}

/// A list that may be given one by one.
pub(crate) struct List {
    pub(crate) name: &'static str,
    /// The names and types of the fewest arguments that are needed, one by one.
    pub(crate) head: Vec<(String, String)>,
    /// What further ones are; none where no more may follow.
    pub(crate) more: Option<String>,
    /// Given as a whole.
    pub(crate) whole: String,
    pub(crate) object: Option<&'static str>,
    /// Whether there need not be any.
    pub(crate) may_be_empty: bool,
    /// Whether a whole is how it is mostly given.
    pub(crate) mostly_whole: bool,
}

/// The options object.
pub(crate) struct Options {
    pub(crate) ts: String,
    pub(crate) required: bool,
    pub(crate) known: &'static [Opt],
}

/// The constraint of an object of values by name, and of one of numbers.
const NAMED: &str = "Named<O>";
const NUMBERS: &str = "Named<O, Num>";

/// The call of a row. `options_type` names the type of the options object, `step_type` that of a step.
pub(crate) fn call(parts: &'static [Part], options_type: &str, step_type: &str) -> Call {
    let lists = parts.iter().filter(|part| is_list(part)).count();
    let alone = lists == 1 && !parts.iter().any(|part| matches!(part, Part::Maybe { .. }));
    let has_options = parts.iter().any(|part| matches!(part, Part::Options { .. }));
    let mut call = Call { before: Vec::new(), list: None, after: Vec::new(), options: None };
    for (at, part) in parts.iter().enumerate() {
        let counted = at > 0 && parts[at - 1] == Part::Count;
        let found = match part {
            Part::One(param) => Some(parameter(param.name, ts_kind(param.kind), Given::Always, 0)),
            Part::Maybe { param, bits } => {
                Some(parameter(param.name, ts_kind(param.kind), Given::InOrder, *bits))
            }
            Part::Steps(_) => {
                Some(parameter("steps", format!("{step_type} | readonly {step_type}[]"), Given::Always, 0))
            }
            Part::OneOrMany(param) => Some(parameter(param.name, one_or_many(param.kind), Given::Always, 0)),
            Part::Options { options, need } => {
                let required = *need != OptionNeed::Nothing;
                call.options = Some(Options { ts: options_type.into(), required, known: options });
                None
            }
            Part::Vector { name, element } => {
                let ts = if *element { format!("Vector | {TEXT}") } else { "Vector".into() };
                Some(parameter(name, ts, Given::Always, 0))
            }
            Part::Word(_) | Part::Count | Part::Lifted(_) | Part::Early { .. } => None,
            Part::Many { .. } | Part::Pairs { .. } | Part::Weighted { .. } | Part::Rows(_) => {
                let list = list(part, counted, has_options || !alone);
                if alone {
                    call.list = Some(list);
                    None
                } else {
                    let given = if list.may_be_empty { Given::Freely } else { Given::Always };
                    let object = list.object;
                    Some(Parameter { object, ..parameter(list.name, list.whole, given, 0) })
                }
            }
        };
        let side = if call.list.is_some() { &mut call.after } else { &mut call.before };
        side.extend(found);
    }
    call
}

fn is_list(part: &Part) -> bool {
    matches!(part, Part::Many { .. } | Part::Pairs { .. } | Part::Weighted { .. } | Part::Rows(_))
}

fn parameter(name: &'static str, ts: String, given: Given, bits: u8) -> Parameter {
    Parameter { name, ts, given, bits, object: None }
}

fn one_or_many(kind: Kind) -> String {
    format!("{} | {}", ts_kind(kind), ts_array(kind))
}

fn ts_array(kind: Kind) -> String {
    match ts_element(kind).as_str() {
        "Arg" => "Args".into(),
        one => format!("readonly {one}[]"),
    }
}

/// The forms of a list. What is `counted` for the caller begins with no number, which would look like the count; with `single`, a
/// whole may be one value.
fn list(part: &Part, counted: bool, single: bool) -> List {
    match part {
        Part::Many { param, min } => {
            let any = ts_kind(param.kind);
            let (one, element) = if counted && any == ANY {
                (TEXT.into(), TEXT.into())
            } else {
                (any, ts_element(param.kind))
            };
            let array = ts_array(param.kind);
            List {
                name: param.name,
                head: vec![(singular(param.name), one.clone())],
                more: Some(element),
                whole: if single { format!("{one} | {array}") } else { array },
                object: None,
                may_be_empty: *min == 0,
                mostly_whole: false,
            }
        }
        Part::Pairs { first, second, layout } => {
            let (object, whole) = match layout {
                PairLayout::Named | PairLayout::Columns => (NAMED, "O | PairList"),
                PairLayout::Valued => (NUMBERS, "O | ScoreList"),
            };
            let mut head = head(&[*first, *second]);
            if counted {
                head[0].1 = TEXT.into();
            }
            let more = (*layout != PairLayout::Columns).then(|| ANY.into());
            List { more, ..whole_list("pairs", head, whole.into(), Some(object)) }
        }
        Part::Weighted { param, .. } => {
            let head = vec![(singular(param.name), TEXT.into())];
            let list = whole_list(param.name, head, "O | WeightedList".into(), Some(NUMBERS));
            List { more: Some(TEXT.into()), ..list }
        }
        Part::Rows(params) => whole_list("rows", head(params), ts_rows(params), None),
        _ => whole_list("list", Vec::new(), ANY.into(), None),
    }
}

fn whole_list(
    name: &'static str,
    head: Vec<(String, String)>,
    whole: String,
    object: Option<&'static str>,
) -> List {
    let more = Some(ANY.to_string());
    List { name, head, more, whole, object, may_be_empty: false, mostly_whole: true }
}

fn head(params: &[Param]) -> Vec<(String, String)> {
    params.iter().map(|param| (param.name.to_string(), ts_kind(param.kind))).collect()
}

/// What one of several is called.
fn singular(name: &str) -> String {
    if name == "indices" {
        return "index".into();
    }
    name.strip_suffix('s').unwrap_or(name).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::argument::{KEY, KEYS, any, one, options, pairs, param};

    #[test]
    fn only_a_list_that_is_alone_may_be_given_one_by_one() {
        const TWO: &[Part] =
            &[one("script", Kind::Text), Part::Count, any("keys", Kind::Key), any("args", Kind::Text)];
        let two = call(TWO, "", "");
        assert!(two.list.is_none());
        let names: Vec<_> = two.before.iter().map(|each| (each.name, each.given)).collect();
        let expected = [("script", Given::Always), ("keys", Given::Freely), ("args", Given::Freely)];
        assert_eq!(names, expected);
        let list = call(&[KEYS], "", "").list.expect("a list");
        assert_eq!(list.head, [("key".to_string(), "Arg".to_string())]);
        assert_eq!(list.whole, "Args");
    }

    #[test]
    fn what_is_counted_begins_with_no_number_unless_an_array_holds_it() {
        const COUNTED: &[Part] = &[Part::Count, KEYS, options(&[])];
        const PAIRS: &[Part] = &[Part::Count, pairs(param("key", Kind::Key), param("value", Kind::Text))];
        let list = call(COUNTED, "XOptions", "").list.expect("a list");
        assert_eq!((list.head[0].1.as_str(), list.whole.as_str()), ("Text", "Text | Args"));
        let pairs = call(PAIRS, "", "").list.expect("a list");
        assert_eq!(pairs.head.iter().map(|(_, ts)| ts.as_str()).collect::<Vec<_>>(), ["Text", "Arg"]);
    }

    #[test]
    fn options_come_last_wherever_they_stand_on_the_wire() {
        const ROW: &[Part] = &[options(&[]), KEY, KEYS];
        let call = call(ROW, "XOptions", "");
        assert_eq!(call.options.map(|options| options.ts), Some("XOptions".to_string()));
        assert_eq!(call.before.len(), 1);
        assert_eq!(call.list.map(|list| list.whole), Some("Arg | Args".to_string()));
    }
}
