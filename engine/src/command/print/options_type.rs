//! The TypeScript types of options objects: their properties, and which of these go together.

use std::fmt::Write as _;

use super::signature::{ts_given, ts_option};
use crate::command::argument::{Opt, OptValue, OptionNeed, Part, PhrasePiece};

/// The types of the options objects, each printed once, under the name of the first command that has it.
#[derive(Default)]
pub(crate) struct OptionTypes {
    named: Vec<(String, String)>,
    pub(crate) printed: String,
}

impl OptionTypes {
    /// The name of the type of these options, which is `name` where it is not known yet. `sole` is the only option that decides
    /// about the reply.
    pub(crate) fn name(
        &mut self,
        name: &str,
        options: &[Opt],
        need: OptionNeed,
        parts: &[Part],
        sole: Option<&Opt>,
    ) -> String {
        let properties = properties(options, parts);
        let choices: Vec<String> = choices(options, need, parts, sole).iter().map(|all| union(all)).collect();
        let body = format!("{properties}{}", choices.join("\n"));
        if let Some((_, known)) = self.named.iter().find(|(other, _)| *other == body) {
            return known.clone();
        }
        let out = &mut self.printed;
        // Writing to a String cannot fail.
        let _ = if choices.is_empty() {
            writeln!(out, "export interface {name} {{\n{properties}}}\n")
        } else {
            let choices = choices.join("\n  & ");
            writeln!(
                out,
                "export interface {name}Base {{\n{properties}}}\n\nexport type {name} = {name}Base\n  & {choices}\n"
            )
        };
        self.named.push((body, name.to_string()));
        name.to_string()
    }
}

/// The properties, each with its sentence.
fn properties(options: &[Opt], parts: &[Part]) -> String {
    let mut out = String::new();
    for option in options {
        let excluded: Vec<_> = options
            .iter()
            .filter(|other| excludes(option, other))
            .map(|other| format!("`{}`", other.name))
            .collect();
        let excluded =
            if excluded.is_empty() { String::new() } else { format!(" Excludes {}.", excluded.join(", ")) };
        let _ = writeln!(out, "  /** {}{excluded} */", option.doc);
        let _ = writeln!(out, "  {}?: {} | undefined", option.name, ts_option(option, parts));
    }
    out
}

fn excludes(one: &Opt, other: &Opt) -> bool {
    one.name != other.name && one.groups & other.groups != 0
}

/// Whether the words of `phrase` have a place for the companion.
fn takes(phrase: &Opt, companion: &Opt) -> bool {
    let OptValue::Phrase(pieces) = phrase.value else { return false };
    pieces.iter().any(|piece| match piece {
        PhrasePiece::Own(_) => false,
        PhrasePiece::Or { option, .. }
        | PhrasePiece::If { option, .. }
        | PhrasePiece::With { option, .. } => *option == companion.name,
    })
}

fn is_companion(option: &Opt) -> bool {
    matches!(option.value, OptValue::Companion(_))
}

/// For each set of options that depend on each other, the ways to give them; for a needed option and for the one that decides
/// about the reply, the same.
fn choices(options: &[Opt], need: OptionNeed, parts: &[Part], sole: Option<&Opt>) -> Vec<Vec<String>> {
    let mut choices: Vec<Vec<String>> =
        components(options).iter().map(|component| patterns(component, need.groups(), parts)).collect();
    if need == OptionNeed::Any {
        let own = options.iter().filter(|option| !is_companion(option));
        choices.push(own.map(|option| format!("{{ {} }}", given(option, parts))).collect());
    }
    // Beside a required property, `tsc` does not see that a boolean is either of the two.
    let is_open = !choices.iter().flatten().any(|pattern| pattern.starts_with('{'));
    if let Some(sole) = sole.filter(|sole| sole.groups == 0 && is_open) {
        let given = format!("{{ {} }}", given(sole, parts));
        choices.push([given].into_iter().chain(without([sole].into_iter())).collect());
    }
    choices
}

/// The options that exclude or complete each other, set by set.
fn components(options: &[Opt]) -> Vec<Vec<&Opt>> {
    let mut components: Vec<Vec<&Opt>> = Vec::new();
    for option in options {
        let linked = |other: &&Opt| excludes(option, other) || takes(option, other) || takes(other, option);
        let (joined, apart): (Vec<_>, Vec<_>) =
            components.into_iter().partition(|component| component.iter().any(&linked));
        components = apart;
        let mut component: Vec<&Opt> = joined.into_iter().flatten().collect();
        component.push(option);
        components.push(component);
    }
    components.retain(|component| component.len() > 1 || component.iter().any(|option| option.groups != 0));
    components
}

/// The ways to give the options of a component: for each largest set that goes together, without and with companions.
fn patterns(component: &[&Opt], needed: u8, parts: &[Part]) -> Vec<String> {
    let own: Vec<&Opt> = component.iter().filter(|option| !is_companion(option)).copied().collect();
    let needed = needed & own.iter().fold(0, |all, option| all | option.groups);
    let fits = |set: u32| {
        let chosen: Vec<&Opt> = members(&own, set);
        !chosen.iter().any(|one| chosen.iter().any(|other| excludes(one, other)))
    };
    let sets: Vec<u32> = (0..1 << own.len()).filter(|set| fits(*set)).collect();
    let largest = sets.iter().filter(|set| !sets.iter().any(|other| other != *set && *set & other == **set));
    let mut patterns = Vec::new();
    for set in largest {
        let chosen = members(&own, *set);
        if chosen.iter().fold(0, |all, option| all | option.groups) & needed != needed {
            continue;
        }
        let is_needed = |option: &Opt| option.groups & needed != 0;
        let with: Vec<&Opt> = component
            .iter()
            .filter(|option| is_companion(option) && chosen.iter().any(|phrase| takes(phrase, option)))
            .copied()
            .collect();
        let leads = |option: &Opt| with.iter().any(|companion| takes(option, companion));
        let always = chosen.iter().any(|option| is_needed(option) && leads(option));
        if !always {
            patterns.push(pattern(component, &chosen, &[], is_needed, parts));
        }
        if !with.is_empty() {
            patterns.push(pattern(
                component,
                &chosen,
                &with,
                |option| is_needed(option) || leads(option),
                parts,
            ));
        }
    }
    patterns
}

fn members<'a>(options: &[&'a Opt], set: u32) -> Vec<&'a Opt> {
    let chosen = options.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0);
    chosen.map(|(_, option)| *option).collect()
}

/// The options that must be given, and those that must not.
fn pattern(
    component: &[&Opt],
    chosen: &[&Opt],
    with: &[&Opt],
    is_needed: impl Fn(&Opt) -> bool,
    parts: &[Part],
) -> String {
    let is_in = |options: &[&Opt], option: &Opt| options.iter().any(|other| other.name == option.name);
    let required = |option: &Opt| is_in(chosen, option) && is_needed(option);
    let left_out = |option: &Opt| !is_in(chosen, option) && !is_in(with, option);
    let required: Vec<String> =
        component.iter().filter(|option| required(option)).map(|option| given(option, parts)).collect();
    let given = (!required.is_empty()).then(|| format!("{{ {} }}", required.join("; ")));
    let none = without(component.iter().filter(|option| left_out(option)).copied());
    given.into_iter().chain(none).collect::<Vec<_>>().join(" & ")
}

/// The property of an option that is given.
pub(crate) fn given(option: &Opt, parts: &[Part]) -> String {
    format!("{}: {}", option.name, ts_given(option, parts))
}

/// None of these options.
pub(crate) fn without<'a>(options: impl Iterator<Item = &'a Opt>) -> Option<String> {
    let names: Vec<String> = options.map(|option| format!("'{}'", option.name)).collect();
    (!names.is_empty()).then(|| format!("Without<{}>", names.join(" | ")))
}

/// A union as a member of an intersection.
pub(crate) fn union(members: &[String]) -> String {
    if members.len() > 1 { format!("({})", members.join(" | ")) } else { members.concat() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::argument::{COUNT, LIMIT, OFFSET, flag};

    fn choices_of(options: &[Opt], need: OptionNeed) -> Vec<String> {
        choices(options, need, &[], None).iter().map(|all| union(all)).collect()
    }

    #[test]
    fn of_options_that_exclude_each_other_one_may_be_given() {
        let options =
            [flag("nx", "NX", "").excludes(1), flag("xx", "XX", "").excludes(1), flag("ch", "CH", "")];
        assert_eq!(choices_of(&options, OptionNeed::Nothing), ["(Without<'xx'> | Without<'nx'>)"]);
        assert_eq!(
            choices_of(&options, OptionNeed::EachGroup(1)),
            ["({ nx: true } & Without<'xx'> | { xx: true } & Without<'nx'>)"]
        );
    }

    #[test]
    fn a_companion_needs_the_option_that_it_completes() {
        assert_eq!(
            choices_of(&[LIMIT, OFFSET, COUNT], OptionNeed::Nothing),
            [
                "(Without<'offset' | 'count'> | Without<'limit' | 'offset'> | { count: Num } & Without<'limit'>)"
            ]
        );
    }

    #[test]
    fn at_least_one_is_at_least_one() {
        let options = [flag("a", "A", ""), flag("b", "B", "")];
        assert_eq!(choices_of(&options, OptionNeed::Any), ["({ a: true } | { b: true })"]);
    }
}
