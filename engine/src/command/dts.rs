//! Prints `commands.d.ts`.

use std::fmt::Write as _;

use super::argument::{Opt, Part};
use super::overload::{narrowed, overloads, unset};
use super::registry::{Command, table};
use super::reply_type::{interfaces, ts_shape};
use super::row::Lane;
use super::shape::Shape;
use super::signature::{Parameter, parameters, ts_option};

const HEADER: &str = "\
// Printed from the command table by `npm run generate`. Do not edit.
/// <reference types=\"node\" />
import type { Pipeline } from './index'

/** What a command takes as key, value, member, ... */
export type Arg = string | number | bigint | Uint8Array

/** Text or bytes, where a number could be taken for something else. */
export type Text = string | Uint8Array

/** A number, or its decimal text. */
export type Num = number | bigint | string

/** A Unix time in the unit that the command says, or a `Date`. */
export type Time = Num | Date

/** Pairs: an object, a `Map`, an array of pairs, or one flat array. */
export type Pairs =
  | { readonly [name: string]: Arg }
  | ReadonlyMap<Arg, Arg>
  | readonly (readonly [Arg, Arg])[]
  | readonly Arg[]

/** An object, or an array of pairs where names are Buffers. */
export type Fields<T, V = T> = T extends string ? Record<string, V> : [name: T, value: V][]

/** Members with scores: an object or a `Map` of scores by member, or an array of [member, score], as replies have them. */
export type Scores =
  | { readonly [member: string]: Num }
  | ReadonlyMap<Arg, Num>
  | readonly (readonly [member: Text, score: number | bigint])[]

/** Keys, each with a weight if it is a pair: one, an array of them, an object or a `Map` of weights by key. */
export type Weighted =
  | Text
  | readonly (Arg | readonly [key: Text, weight: number | bigint])[]
  | { readonly [key: string]: Num }
  | ReadonlyMap<Arg, Num>

/** What a method answers: a promise of the reply `X`, or in a pipeline with the replies `R`, the pipeline with one more. */
export type Out<T, R, X> = R extends readonly unknown[] ? Pipeline<T, [...R, X]> : Promise<X>

";

const COMMANDS: &str = "\
/**
 * The commands that any handle and any pipeline has.
 *
 * `T` is what a text reply is: a string, or a Buffer where replies are not decoded. `R` are the replies so far in a pipeline,
 * null elsewhere. Integers beyond 2^53, typed as numbers here, come as bigint.
 */
export interface Commands<T = string, R extends readonly unknown[] | null = null> {
";

const PINNED: &str = "\
/** The commands about the writes before them on their connection: for leased connections, and for the end of a pipeline. */
export interface PinnedCommands<T = string, R extends readonly unknown[] | null = null> {
";

const SESSION: &str = "\
/** The commands of a leased connection: those of every handle, and those about the connection's own state and writes. */
export interface SessionCommands<T = string, R extends readonly unknown[] | null = null>
  extends Commands<T, R>, PinnedCommands<T, R> {
";

const ITERATORS: &str = "\
/** Commands that answer in pages, as async iterators: the next page is fetched ahead. */
export interface Iterators<T = string> {
";

/// The TypeScript declarations of every command.
pub fn print_dts() -> String {
    let mut out = String::from(HEADER);
    out.push_str(&interfaces());
    let mut named: Vec<(String, String)> = Vec::new();
    for command in table().iter().filter(|command| command.lane().has_method()) {
        let of = [(options_of(command), "Options"), (steps_of(command), "Step")];
        for (options, suffix) in of.into_iter().filter_map(|(options, suffix)| Some((options?, suffix))) {
            let body = members(options, command.row.parts);
            if !named.iter().any(|(known, _)| *known == body) {
                let name = format!("{}{suffix}", pascal(&command.method));
                // Writing to a String cannot fail.
                let _ = writeln!(out, "export interface {name} {{\n{body}}}\n");
                named.push((body, name));
            }
        }
    }
    let name_of = |options: Option<&[Opt]>, parts: &[Part]| {
        let body = members(options?, parts);
        named.iter().find(|(known, _)| *known == body).map(|(_, name)| name.as_str())
    };
    let parameters_of = |command: &Command| {
        let parts = command.row.parts;
        let options_type = name_of(options_of(command), parts).unwrap_or_default();
        let step_type = name_of(steps_of(command), parts).unwrap_or_default();
        parameters(parts, options_type, step_type)
    };
    let interfaces: [(&str, &[Lane]); 3] = [
        (COMMANDS, &[Lane::Shared, Lane::Dedicated]),
        (PINNED, &[Lane::Pinned]),
        (SESSION, &[Lane::Session]),
    ];
    for (head, lanes) in interfaces {
        let belonging = table().iter().filter(|command| lanes.contains(&command.lane()));
        declare(&mut out, head, belonging, |out, command| methods(out, command, &parameters_of(command)));
        out.push('\n');
    }
    let scanning = table().iter().filter(|command| command.row.scan);
    declare(&mut out, ITERATORS, scanning, |out, command| iterator(out, command, &parameters_of(command)));
    out
}

/// One interface, with a blank line between its commands.
fn declare<'a>(
    out: &mut String,
    head: &str,
    commands: impl Iterator<Item = &'a Command>,
    print: impl Fn(&mut String, &'a Command),
) {
    out.push_str(head);
    for (index, command) in commands.enumerate() {
        if index > 0 {
            out.push('\n');
        }
        print(out, command);
    }
    out.push_str("}\n");
}

fn options_of(command: &Command) -> Option<&'static [Opt]> {
    command.row.parts.iter().find_map(|part| match part {
        Part::Options { options, .. } => Some(*options),
        _ => None,
    })
}

fn steps_of(command: &Command) -> Option<&'static [Opt]> {
    command.row.parts.iter().find_map(|part| match part {
        Part::Steps(options) => Some(*options),
        _ => None,
    })
}

/// `SortRo` for `sort_ro`.
fn pascal(method: &str) -> String {
    let mut name = String::new();
    for word in method.split('_') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// The properties of the options object of a row with these parts.
fn members(options: &[Opt], parts: &[Part]) -> String {
    let mut out = String::new();
    for option in options {
        let excluded: Vec<_> = options
            .iter()
            .filter(|other| other.name != option.name && other.groups & option.groups != 0)
            .map(|other| format!("`{}`", other.name))
            .collect();
        let excluded =
            if excluded.is_empty() { String::new() } else { format!(" Excludes {}.", excluded.join(", ")) };
        let _ = writeln!(out, "  /** {}{excluded} */", option.doc);
        let _ = writeln!(out, "  {}?: {}", option.name, ts_option(option, parts));
    }
    out
}

fn methods(out: &mut String, command: &Command, parameters: &[Parameter]) {
    let overloads = overloads(command, options_of(command).unwrap_or_default(), parameters);
    for method in command.methods() {
        for overload in &overloads {
            let _ = writeln!(
                out,
                "  /**\n   * {}\n   * @since {}\n   */",
                command.row.doc,
                command.row.since.text()
            );
            let parameters = overload.parameters.join(", ");
            let _ = writeln!(out, "  {method}({parameters}): Out<T, R, {}>", overload.reply.join(" | "));
        }
    }
}

/// The async iterator that belongs to a scanning command: without the cursor, over the members of the pages.
fn iterator(out: &mut String, command: &Command, parameters: &[Parameter]) {
    let cases = command.row.cases.iter().map(|case| (case.bits, case.shape));
    let mut earlier = Vec::new();
    for (bits, shape) in cases.chain([(0, command.row.reply)]) {
        let unset = unset(&earlier, bits);
        earlier.push(bits);
        let options = options_of(command).unwrap_or_default();
        let list: Vec<String> = parameters
            .iter()
            .filter(|parameter| parameter.name != "cursor")
            .filter_map(|parameter| narrowed(options, parameter, bits, unset))
            .collect();
        let item = match shape {
            Shape::Typed(_, Shape::Tuple([_, Shape::List(item)])) => ts_shape(item).join(" | "),
            Shape::Typed(_, Shape::Tuple([_, Shape::Pairs(first, second)])) => {
                format!("[{}, {}]", ts_shape(first).join(" | "), ts_shape(second).join(" | "))
            }
            _ => "unknown".into(),
        };
        let _ = writeln!(out, "  /**\n   * Iterates over all pages of `{}`.", command.method);
        let _ = writeln!(out, "   * @since {}\n   */", command.row.since.text());
        let _ = writeln!(out, "  {}Iter({}): AsyncIterableIterator<{item}>", command.method, list.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(method: &str) -> Vec<String> {
        let head = format!("  {method}(");
        print_dts().lines().filter(|line| line.starts_with(&head)).map(str::to_string).collect()
    }

    #[test]
    fn a_plain_command_has_one_signature() {
        assert_eq!(lines("get"), ["  get(key: Arg): Out<T, R, T | null>"]);
        assert_eq!(
            lines("mget"),
            ["  mget(...keys: Arg[] | [keys: readonly Arg[]]): Out<T, R, (T | null)[]>"]
        );
        assert_eq!(lines("delete").len(), 1);
    }

    #[test]
    fn an_optional_argument_that_changes_the_reply_has_an_overload() {
        assert_eq!(lines("ping"), ["  ping(message: Arg): Out<T, R, T>", "  ping(): Out<T, R, 'PONG'>"]);
    }

    #[test]
    fn options_narrow_the_reply_and_unknown_ones_give_the_union() {
        assert_eq!(
            lines("sort"),
            [
                "  sort(key: Arg, options: SortOptions & { store: Arg }): Out<T, R, number>",
                "  sort(key: Arg, options?: SortOptions & { store?: undefined }): Out<T, R, (T | null)[]>",
                "  sort(key: Arg, options?: SortOptions): Out<T, R, number | (T | null)[]>",
            ]
        );
    }

    #[test]
    fn commands_that_break_a_connection_are_nowhere() {
        for method in ["hello", "quit", "reset", "clientReply"] {
            assert!(lines(method).is_empty(), "{method}");
        }
        assert_eq!(lines("select").len(), 1);
    }

    #[test]
    fn what_is_about_one_connection_is_declared_for_leased_ones_only() {
        let text = print_dts();
        let (handle, leased) = text.split_once("export interface PinnedCommands").expect("both");
        for method in ["select", "watch", "wait", "waitaof"] {
            let head = format!("  {method}(");
            assert!(leased.contains(&head) && !handle.contains(&head), "{method}");
        }
    }
}
