//! Prints `types/commands.d.ts`.

use std::fmt::Write as _;

use super::call::{Call, call};
use super::options_type::OptionTypes;
use super::overload::{Overload, overloads, sole, switches};
use super::reply_type::{SwitchedReplies, interfaces, joined, ts_shape};
use crate::command::argument::{OptionNeed, Part};
use crate::command::registry::{Command, table};
use crate::command::row::ConnectionUse;
use crate::command::shape::Shape;

const HEADER: &str = "\
// Printed from the command table by `npm run generate`. Do not edit.
/// <reference types=\"node\" />
import type { Pipeline } from '../index'

/** What a command takes as key, value, member, ... */
export type Arg = string | number | bigint | Uint8Array

/** Any number of these. */
export type Args = readonly Arg[]

/** Text or bytes, where a number could be taken for something else. */
export type Text = string | Uint8Array

/** A vector. A `Float32Array` is sent as its bytes, an array as decimal text. */
export type Vector = readonly number[] | Float32Array | Float64Array

/** A number, or its decimal text. */
export type Num = number | bigint | string

/** A Unix time in the unit that the command says, or a `Date`. */
export type Time = Num | Date

/** An object of values by name. Any type of object, also an `interface`; a value that is undefined is refused by its name. */
export type Named<O, V = Arg> = object & { readonly [K in keyof O]: V }

/** Pairs that are no object: a `Map`, an array of pairs, or one flat array. */
export type PairList = ReadonlyMap<Arg, Arg> | readonly (readonly [Arg, Arg])[] | Args

/** Pairs: an object, a `Map`, an array of pairs, or one flat array. */
export type Pairs = { readonly [name: string]: Arg } | PairList

/** An object, or an array of pairs where names are Buffers. */
export type Fields<T, V = T> = T extends string ? Record<string, V> : [name: T, value: V][]

/** Scores that are no object: a `Map` of scores by member, or an array of [member, score], as replies have them. */
export type ScoreList = ReadonlyMap<Arg, Num> | readonly (readonly [member: Text, score: number | bigint])[]

/** Members with scores: an object or a `Map` of scores by member, or an array of [member, score], as replies have them. */
export type Scores = { readonly [member: string]: Num } | ScoreList

/** Keys, each with a weight if it is a pair: one, an array of them, or a `Map` of weights by key. */
export type WeightedList =
  | Text
  | readonly (Arg | readonly [key: Text, weight: number | bigint])[]
  | ReadonlyMap<Arg, Num>

/** Keys, each with a weight if it is a pair: one, an array of them, an object or a `Map` of weights by key. */
export type Weighted = { readonly [key: string]: Num } | WeightedList

/** None of these options. */
export type Without<K extends string> = { [P in K]?: false | undefined }

/** Arguments `K`, of which some may come out of spread arrays. Where the first one is known, they are as `H` and then `E`s. */
export type Spread<K, H extends List, E = Arg> = K extends readonly [] | readonly [unknown, ...List] ? [...H, ...E[]] : K

/** Any values. */
export type List = readonly unknown[]

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
    let mut types = Types::default();
    let mut body = String::new();
    let interfaces_of: [(&str, &[ConnectionUse]); 3] = [
        (COMMANDS, &[ConnectionUse::Shared, ConnectionUse::Dedicated]),
        (PINNED, &[ConnectionUse::Pinned]),
        (SESSION, &[ConnectionUse::Session]),
    ];
    for (head, lanes) in interfaces_of {
        let belonging = table().iter().filter(|command| lanes.contains(&command.connection_use()));
        declare(&mut body, head, belonging, |out, command| methods(out, command, &mut types));
        body.push('\n');
    }
    let scanning = table().iter().filter(|command| command.row.scan);
    declare(&mut body, ITERATORS, scanning, |out, command| iterator(out, command, &mut types));
    let Types { options, replies } = types;
    [HEADER, &interfaces(), &options.printed, &replies.printed, &body].concat()
}

/// The types that the signatures name.
#[derive(Default)]
struct Types {
    options: OptionTypes,
    replies: SwitchedReplies,
}

impl Types {
    /// The call of a command; the type of its options is printed if it is not yet.
    fn call(&mut self, command: &Command) -> Call {
        let parts = command.row.parts;
        let name = pascal(&command.method);
        let options_type = parts.iter().find_map(|part| match part {
            Part::Options { options, need } => {
                let sole = sole(command.row, options);
                Some(self.options.name(&format!("{name}Options"), options, *need, parts, sole))
            }
            _ => None,
        });
        let step_type = parts.iter().find_map(|part| match part {
            Part::Steps(steps) => {
                Some(self.options.name(&format!("{name}Step"), steps, OptionNeed::Nothing, parts, None))
            }
            _ => None,
        });
        call(parts, &options_type.unwrap_or_default(), &step_type.unwrap_or_default())
    }

    fn overloads(
        &mut self,
        command: &Command,
        call: &Call,
        members: &dyn Fn(&Shape) -> Vec<String>,
    ) -> Vec<Overload> {
        let options = call.options.as_ref().map_or(&[][..], |options| options.known);
        let name = self.replies.name(&pascal(&command.method), command.row, &switches(command.row, options));
        overloads(command.row, call, &name, members)
    }
}

/// One interface, with a blank line between its commands.
fn declare<'a>(
    out: &mut String,
    head: &str,
    commands: impl Iterator<Item = &'a Command>,
    mut print: impl FnMut(&mut String, &'a Command),
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

fn methods(out: &mut String, command: &Command, types: &mut Types) {
    let call = types.call(command);
    let overloads = types.overloads(command, &call, &ts_shape);
    for method in command.methods() {
        for overload in &overloads {
            let _ = writeln!(out, "  /** {}\n   * @since {} */", command.row.doc, command.row.since.text());
            let _ =
                writeln!(out, "  {method}{}: Out<T, R, {}>", signature(overload), overload.reply.join(" | "));
        }
    }
}

/// The type parameters and the parameters.
fn signature(overload: &Overload) -> String {
    let generics = overload.generics.join(", ");
    let generics = if generics.is_empty() { generics } else { format!("<{generics}>") };
    format!("{generics}({})", overload.parameters.join(", "))
}

/// The async iterator that belongs to a scanning command: without the cursor, over the members of the pages.
fn iterator(out: &mut String, command: &Command, types: &mut Types) {
    let mut call = types.call(command);
    call.before.retain(|parameter| parameter.name != "cursor");
    for overload in types.overloads(command, &call, &items) {
        let _ = writeln!(out, "  /** Iterates over all pages of `{}`.", command.method);
        let _ = writeln!(out, "   * @since {} */", command.row.since.text());
        let item = overload.reply.join(" | ");
        let _ =
            writeln!(out, "  {}Iter{}: AsyncIterableIterator<{item}>", command.method, signature(&overload));
    }
}

/// What a page of this shape consists of.
fn items(page: &Shape) -> Vec<String> {
    match page {
        Shape::Typed(_, Shape::Tuple([_, Shape::List(item)])) => ts_shape(item),
        Shape::Typed(_, Shape::Tuple([_, Shape::Pairs(first, second)])) => {
            vec![format!("[{}, {}]", joined(first), joined(second))]
        }
        _ => vec!["unknown".into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(method: &str) -> Vec<String> {
        let heads = [format!("  {method}("), format!("  {method}<")];
        let belongs = |line: &&str| heads.iter().any(|head| line.starts_with(head));
        print_dts().lines().filter(belongs).map(str::to_string).collect()
    }

    #[test]
    fn a_plain_command_has_one_signature() {
        assert_eq!(lines("get"), ["  get(key: Arg): Out<T, R, T | null>"]);
        assert_eq!(
            lines("mget"),
            [
                "  mget(key: Arg, ...keys: Arg[]): Out<T, R, (T | null)[]>",
                "  mget<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, (T | null)[]>",
            ]
        );
        assert_eq!(lines("delete").len(), 2);
    }

    #[test]
    fn an_optional_argument_that_changes_the_reply_has_an_overload() {
        assert_eq!(
            lines("ping"),
            [
                "  ping(message?: undefined): Out<T, R, 'PONG'>",
                "  ping(message: Arg): Out<T, R, T>",
                "  ping(message?: Arg): Out<T, R, 'PONG' | T>",
            ]
        );
    }

    #[test]
    fn options_narrow_the_reply_and_unknown_ones_give_the_union() {
        assert_eq!(
            lines("sort"),
            [
                "  sort(key: Arg, options?: SortOptions & Without<'store'>): Out<T, R, (T | null)[]>",
                "  sort(key: Arg, options: SortOptions & { store: Arg }): Out<T, R, number>",
                "  sort(key: Arg, options?: SortOptions): Out<T, R, (T | null)[] | number>",
            ]
        );
    }

    #[test]
    fn an_optional_argument_needs_those_before_it() {
        assert_eq!(
            lines("bitcount"),
            [
                "  bitcount(key: Arg, start?: Num, end?: undefined, unit?: undefined): Out<T, R, number>",
                "  bitcount(key: Arg, start: Num, end?: Num, unit?: undefined): Out<T, R, number>",
                "  bitcount(key: Arg, start: Num, end: Num, unit?: 'byte' | 'bit'): Out<T, R, number>",
            ]
        );
    }

    #[test]
    fn many_switches_are_type_parameters() {
        let found = lines("georadius_ro");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].ends_with("Out<T, R, GeoradiusReply<T, Withcoord, Withdist, Withhash>>"),
            "{found:?}"
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
