//! The ways to call a command as TypeScript sees them: what options and optional arguments make of the reply.

use std::collections::BTreeSet;

use super::argument::Opt;
use super::registry::Command;
use super::reply_type::ts_shape;
use super::signature::{Form, Parameter, is_switch, spread_without_options, ts_given};

/// One way to call a command, and what it answers.
pub(super) struct Overload {
    pub(super) parameters: Vec<String>,
    pub(super) reply: Vec<String>,
}

/// An overload for each case, one for the calls without any, and one for options that only the run time knows.
pub(super) fn overloads(command: &Command, options: &[Opt], parameters: &[Parameter]) -> Vec<Overload> {
    let row = command.row;
    let mut list = Vec::new();
    if let Some(parameters) = spread_without_options(row.parts) {
        list.push(Overload {
            parameters: parameters.iter().map(plain).collect(),
            reply: ts_shape(row.reply),
        });
    }
    let mut earlier = Vec::new();
    let mut union: Vec<String> = Vec::new();
    let cases = row.cases.iter().map(|case| (case.bits, case.shape)).chain([(0, row.reply)]);
    for (bits, shape) in cases {
        let reply = ts_shape(shape);
        union.extend(reply.clone());
        let unset = unset(&earlier, bits);
        earlier.push(bits);
        let mut dropped = false;
        let parameters = parameters
            .iter()
            // What follows an argument that is not there cannot be there either.
            .filter(|parameter| {
                dropped |= parameter.form == Form::Optional && parameter.bits & unset != 0;
                !dropped || !matches!(parameter.form, Form::Optional | Form::Options { required: false })
            })
            .filter_map(|parameter| narrowed(options, parameter, bits, unset))
            .collect();
        list.push(Overload { parameters, reply });
    }
    let chosen = earlier.iter().fold(0, |all, bits| all | bits);
    let by_options = parameters
        .iter()
        .any(|parameter| matches!(parameter.form, Form::Options { .. }) && parameter.bits & chosen != 0);
    if by_options {
        let null = union.iter().any(|member| member == "null");
        let mut seen = BTreeSet::new();
        union.retain(|member| member != "null" && seen.insert(member.clone()));
        union.extend(null.then(|| "null".to_string()));
        list.push(Overload { parameters: parameters.iter().map(plain).collect(), reply: union });
    }
    list
}

/// The bits that must not be set for the case of `bits` to be reached: of each earlier case at least one.
pub(super) fn unset(earlier: &[u8], bits: u8) -> u8 {
    let left = earlier.iter().map(|case| case & !bits);
    let single = left.clone().filter(|left| left.is_power_of_two()).fold(0, |all, left| all | left);
    left.fold(single, |unset, left| if left & unset == 0 { unset | left } else { unset })
}

fn plain(parameter: &Parameter) -> String {
    let Parameter { name, ts, form, .. } = parameter;
    match form {
        Form::Required | Form::Options { required: true } => format!("{name}: {ts}"),
        Form::Optional | Form::Options { required: false } => format!("{name}?: {ts}"),
        Form::Rest => format!("...{name}: {ts}"),
    }
}

/// The parameter in an overload where `set` bits are given and `unset` ones are not.
pub(super) fn narrowed(options: &[Opt], parameter: &Parameter, set: u8, unset: u8) -> Option<String> {
    let Parameter { name, ts, form, bits } = parameter;
    match form {
        Form::Optional if bits & set != 0 => Some(format!("{name}: {ts}")),
        Form::Optional if bits & unset != 0 => None,
        Form::Options { .. } if bits & (set | unset) != 0 => {
            let mut members = vec![ts.clone()];
            let chosen = (0..8).map(|bit| 1 << bit).filter(|bit| set & bits & bit != 0);
            members.extend(chosen.map(|bit| given(options, bit)));
            members.extend(absent(options, unset));
            let optional =
                if set & bits == 0 && *form == (Form::Options { required: false }) { "?" } else { "" };
            Some(format!("{name}{optional}: {}", members.join(" & ")))
        }
        _ => Some(plain(parameter)),
    }
}

/// At least one of the options that set this bit.
fn given(options: &[Opt], bit: u8) -> String {
    let list: Vec<_> = options
        .iter()
        .filter(|option| option.bits & bit != 0)
        .map(|option| format!("{{ {}: {} }}", option.name, ts_given(option, &[])))
        .collect();
    if list.len() > 1 { format!("({})", list.join(" | ")) } else { list.join("") }
}

/// None of the options that set these bits.
fn absent(options: &[Opt], bits: u8) -> Option<String> {
    let list: Vec<_> = options
        .iter()
        .filter(|option| option.bits & bits != 0)
        .map(|option| {
            let ts = if is_switch(option) { "false" } else { "undefined" };
            format!("{}?: {ts}", option.name)
        })
        .collect();
    (!list.is_empty()).then(|| format!("{{ {} }}", list.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::unset;

    #[test]
    fn a_case_is_reached_when_no_earlier_one_holds() {
        assert_eq!(unset(&[], 1), 0);
        assert_eq!(unset(&[3], 1), 2);
        assert_eq!(unset(&[3, 1], 0), 1, "without the second, the first cannot hold");
        assert_eq!(unset(&[3], 0), 3);
        assert_eq!(unset(&[1, 2], 0), 3);
    }
}
