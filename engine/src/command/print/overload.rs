//! The overloads of a method: for each way to call it that differs in the reply, the forms that the arguments may have.

use super::call::{Call, Given, List, Options, Parameter};
use super::options_type::{given, union, without};
use super::signature::is_switch;
use super::variants::{Way, ways};
use crate::command::argument::Opt;
use crate::command::row::Row;
use crate::command::shape::Shape;

/// One way to call a command, and what it returns.
#[derive(Clone)]
pub(crate) struct Overload {
    pub(crate) generics: Vec<String>,
    pub(crate) parameters: Vec<String>,
    pub(crate) reply: Vec<String>,
}

/// So many switches that each decide about the reply by themselves become type parameters: overloads would be too many.
const MOST_SWITCHES: usize = 2;

/// The overloads, the common one first and the widest one, which `tsc` speaks about, last. `members` are those of the union that a
/// reply of some shape is, `by_switches` names the type that the reply has by switches.
pub(crate) fn overloads(
    row: &Row,
    call: &Call,
    by_switches: &str,
    members: &dyn Fn(&Shape) -> Vec<String>,
) -> Vec<Overload> {
    let known = call.options.as_ref().map_or(&[][..], |options| options.known);
    let switches = switches(row, known);
    let free = switches.iter().fold(0, |all, option| all | option.bits);
    let bits = row.cases.iter().fold(0, |all, case| all | case.bits) & !free;
    let replies = |shape: &Shape, variant: u8| {
        if switches.is_empty()
            || row.cases.iter().any(|case| case.bits & bits != 0 && case.bits & variant == case.bits)
        {
            return members(shape);
        }
        let names: Vec<String> = switches.iter().map(|option| parameter_of(option)).collect();
        vec![format!("{by_switches}<T, {}>", names.join(", "))]
    };
    let ways = ways(row, bits, &impossible(known, bits), &replies);
    let generics: Vec<String> =
        switches.iter().map(|option| format!("{} extends boolean = false", parameter_of(option))).collect();
    let mut list = Vec::new();
    if let Some(values) = &call.list {
        one_by_one(&mut list, call, values, &ways);
    }
    let forms = |way: &Way| -> Vec<Overload> {
        let Some(options) = &call.options else { return plain(call, way, None) };
        let ts = options_ts(options, way, &switches);
        plain(call, way, Some((options, ts.as_str())))
    };
    for way in &ways {
        for mut overload in forms(way) {
            overload.generics.extend(generics.iter().cloned());
            if !list.iter().any(|known: &Overload| known.parameters == overload.parameters) {
                list.push(overload);
            }
        }
    }
    list
}

/// The switches that decide about the reply one by one, if they are many.
pub(crate) fn switches<'a>(row: &Row, options: &'a [Opt]) -> Vec<&'a Opt> {
    let bits = row.cases.iter().fold(0, |all, case| all | case.bits);
    let alone = |option: &&Opt| {
        option.bits & bits != 0
            && is_switch(option)
            && options.iter().filter(|other| other.bits == option.bits).count() == 1
    };
    let found: Vec<&Opt> = options.iter().filter(alone).collect();
    if found.len() > MOST_SWITCHES { found } else { Vec::new() }
}

/// The only option that decides about the reply, if there is only one.
pub(crate) fn sole<'a>(row: &Row, options: &'a [Opt]) -> Option<&'a Opt> {
    let bits = row.cases.iter().fold(0, |all, case| all | case.bits);
    let alone = |option: &&Opt| {
        option.bits & bits != 0 && options.iter().filter(|other| other.bits == option.bits).count() == 1
    };
    let mut found = options.iter().filter(alone);
    found.next().filter(|_| found.next().is_none())
}

/// The type parameter of a switch.
pub(crate) fn parameter_of(option: &Opt) -> String {
    let mut letters = option.name.chars();
    letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Pairs of bits whose options exclude each other.
fn impossible(options: &[Opt], bits: u8) -> Vec<u8> {
    let setting = |bit: u8| options.iter().filter(move |option| option.bits & bit != 0);
    let single: Vec<u8> = (0..8).map(|at| 1 << at).filter(|bit| bits & bit != 0).collect();
    let excluded = |one: u8, other: u8| {
        let mut ones = setting(one).peekable();
        ones.peek().is_some()
            && setting(other).next().is_some()
            && ones.all(|a| setting(other).all(|b| a.groups & b.groups != 0))
    };
    let pairs = single.iter().flat_map(|one| single.iter().map(move |other| (*one, *other)));
    pairs
        .filter(|(one, other)| one < other && excluded(*one, *other))
        .map(|(one, other)| one | other)
        .collect()
}

/// The type of the options in this way.
fn options_ts(options: &Options, way: &Way, switches: &[&Opt]) -> String {
    let mut members = vec![options.ts.clone()];
    for bit in (0..8).map(|at| 1 << at).filter(|bit| way.on & bit != 0) {
        let list: Vec<String> = options
            .known
            .iter()
            .filter(|option| option.bits & bit != 0)
            .map(|option| format!("{{ {} }}", given(option, &[])))
            .collect();
        members.extend((!list.is_empty()).then(|| union(&list)));
    }
    members.extend(without(options.known.iter().filter(|option| option.bits & way.off != 0)));
    let free =
        switches.iter().map(|option| format!("{}?: {} | undefined", option.name, parameter_of(option)));
    let free: Vec<String> = free.collect();
    members.extend((!free.is_empty()).then(|| format!("{{ {} }}", free.join("; "))));
    members.join(" & ")
}

fn options_bits(options: &Options) -> u8 {
    options.known.iter().fold(0, |bits, option| bits | option.bits)
}

/// The forms without options of a list that is given one by one.
fn one_by_one(out: &mut Vec<Overload>, call: &Call, list: &List, ways: &[Way]) {
    let common = match (&call.options, ways.first()) {
        (None, Some(way)) => way,
        (Some(options), Some(way)) if !options.required => way,
        _ => return,
    };
    let before = required(&call.before);
    let reply = common.reply.clone();
    let object: Vec<String> = generic_object(list.object);
    let whole_first = |out: &mut Vec<Overload>| {
        let optional = if list.may_be_empty { "?" } else { "" };
        let whole = format!("{}{optional}: {}", list.name, list.whole);
        let parameters = [before.clone(), vec![whole], required(&call.after)].concat();
        out.push(Overload { generics: object.clone(), parameters, reply: reply.clone() });
    };
    let separately = call.options.is_none();
    if separately && list.mostly_whole {
        whole_first(out);
    }
    if list.may_be_empty {
        let more = list.more.as_deref().unwrap_or("Arg");
        let rest = format!("...{}: {more}[] | [{}: {}]", list.name, list.name, list.whole);
        out.push(Overload { generics: Vec::new(), parameters: [before, vec![rest]].concat(), reply });
        return;
    }
    let head = list.head.iter().map(|(name, ts)| format!("{name}: {ts}"));
    let named: Vec<String> = before.iter().cloned().chain(head).collect();
    let after = required(&call.after);
    let parameters = match (&list.more, after.is_empty()) {
        (Some(more), true) => [named, vec![format!("...{}: {more}[]", rest_name(list))]].concat(),
        (Some(more), false) => {
            let rest = format!("...{}: [...{}: {more}[], {}]", rest_name(list), list.name, after.join(", "));
            [named, vec![rest]].concat()
        }
        (None, _) => [named, after.clone()].concat(),
    };
    out.push(Overload { generics: Vec::new(), parameters, reply: reply.clone() });
    if let Some(spread) = spread(list) {
        let whole =
            format!("[{}: {}]", list.name, [vec![list.whole.clone()], after.clone()].concat().join(", "));
        let rest = if after.is_empty() {
            spread
        } else {
            format!("[...{}: {spread}, {}]", list.name, after.join(", "))
        };
        let also = separately && !list.mostly_whole;
        let rest = if also {
            format!("...{}: {rest} | {whole}", list.name)
        } else {
            format!("...{}: {rest}", list.name)
        };
        out.push(Overload {
            generics: vec![spread_from(list)],
            parameters: [before, vec![rest]].concat(),
            reply,
        });
    }
}

/// Further values of a list: named like it, unless the first one is.
fn rest_name(list: &List) -> &str {
    if list.head.len() > 1 || list.head.iter().any(|(name, _)| name == list.name) {
        "more"
    } else {
        list.name
    }
}

/// The type of a list that is made of spread arrays.
fn spread(list: &List) -> Option<String> {
    list.more.as_ref()?;
    let head: Vec<String> = list.head.iter().map(|(name, ts)| format!("{name}: {ts}")).collect();
    let element = match list.more.as_deref() {
        None | Some("Arg") => String::new(),
        Some(more) => format!(", {}", more.trim_matches(['(', ')'])),
    };
    Some(format!("Spread<K, [{}]{element}>", head.join(", ")))
}

/// What it is made of.
fn spread_from(list: &List) -> String {
    match list.more.as_deref() {
        None | Some("Arg") => "const K extends Args".into(),
        Some(more) => format!("const K extends readonly {more}[]"),
    }
}

fn generic_object(object: Option<&str>) -> Vec<String> {
    object.map(|named| format!("O extends {named}")).into_iter().collect()
}

fn required(parameters: &[Parameter]) -> Vec<String> {
    parameters.iter().map(|parameter| format!("{}: {}", parameter.name, parameter.ts)).collect()
}

/// The forms of one way: with the options behind a list that is given one by one, and with a list as a whole.
fn plain(call: &Call, way: &Way, options: Option<(&Options, &str)>) -> Vec<Overload> {
    let mut list = Vec::new();
    let Some(values) = &call.list else {
        for (parameters, takes_options) in
            optional_ones(&call.before, way, options.map(|(options, _)| options))
        {
            let objects = call.before.iter().find_map(|parameter| parameter.object);
            let options =
                options.filter(|_| takes_options).map(|(options, ts)| options_parameter(options, ts, way));
            let parameters = parameters.into_iter().chain(options).collect();
            list.push(Overload { generics: generic_object(objects), parameters, reply: way.reply.clone() });
        }
        return list;
    };
    let Some((options, ts)) = options else { return list };
    let before = required(&call.before);
    let after = required(&call.after);
    let missing = if is_needed(options, way) { "" } else { " | undefined" };
    let behind = [after.clone(), vec![format!("options: {ts}{missing}")]].concat();
    if let Some(spread) = spread(values) {
        let rest = format!("...args: [...{}: {spread}, {}]", values.name, behind.join(", "));
        let parameters = [before.clone(), vec![rest]].concat();
        list.push(Overload { generics: vec![spread_from(values)], parameters, reply: way.reply.clone() });
    } else {
        let head = values.head.iter().map(|(name, ts)| format!("{name}: {ts}"));
        let parameters = before.iter().cloned().chain(head).chain(behind).collect();
        list.push(Overload { generics: Vec::new(), parameters, reply: way.reply.clone() });
    }
    let whole = format!("{}: {}", values.name, values.whole);
    let parameters = [before, vec![whole], after, vec![options_parameter(options, ts, way)]].concat();
    list.push(Overload { generics: generic_object(values.object), parameters, reply: way.reply.clone() });
    list
}

fn options_parameter(options: &Options, ts: &str, way: &Way) -> String {
    format!("options{}: {ts}", if is_needed(options, way) { "" } else { "?" })
}

fn is_needed(options: &Options, way: &Way) -> bool {
    options.required || options_bits(options) & way.on != 0
}

/// The parameters in front of the options, and whether options may follow. What is given in order needs all before it: where there
/// are several, each gets a form that ends with it.
fn optional_ones(parameters: &[Parameter], way: &Way, options: Option<&Options>) -> Vec<(Vec<String>, bool)> {
    let in_order = || parameters.iter().filter(|parameter| parameter.given == Given::InOrder);
    let deciding = in_order().fold(0, |bits, parameter| bits | parameter.bits);
    let several = in_order().filter(|parameter| parameter.bits & deciding != 0).count() > 1;
    let by_options = options.map_or(0, options_bits) & way.on != 0;
    let open = deciding & !(way.on | way.off) != 0;
    let missing = deciding & way.off != 0;
    if open && several || (open || missing) && by_options {
        return Vec::new();
    }
    let free = in_order().filter(|parameter| parameter.bits & way.on == 0).count();
    let forms = if missing { 1 } else { free.max(1) };
    let form = |given: usize| {
        let mut at = 0;
        let mut one = |parameter: &Parameter| {
            let Parameter { name, ts, .. } = parameter;
            let is_on = parameter.bits & way.on != 0;
            match parameter.given {
                Given::Freely => Some(format!("{name}?: {ts}")),
                Given::InOrder if !is_on => {
                    at += 1;
                    match at - 1 {
                        _ if parameter.bits & way.off != 0 => Some(format!("{name}?: undefined")),
                        _ if missing => None,
                        place if place < given => Some(format!("{name}: {ts}")),
                        place if place == given => Some(format!("{name}?: {ts}")),
                        _ => Some(format!("{name}?: undefined")),
                    }
                }
                _ => Some(format!("{name}: {ts}")),
            }
        };
        parameters.iter().filter_map(&mut one).collect()
    };
    (0..forms).map(|given| (form(given), !(open || missing))).collect()
}
