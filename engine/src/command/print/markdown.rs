//! Prints `docs/commands.md`.

use std::fmt::Write as _;

use super::reply_type::joined;
use super::signature::usage;
use crate::command::registry::table;
use crate::command::row::{ConnectionUse, Family};

const HEADER: &str = "\
# Commands

Printed from the command table by `npm run generate`. `T` is a string, or a Buffer in the buffers view; `Fields<T, V>` is an
object of `V` by name, or an array of pairs in the buffers view; other names are types of the package. A `number` that is
an integer beyond 2^53 comes as a bigint instead of being rounded: where counters grow that far, look at `typeof`. Under `since`,
one number holds for Redis and Valkey. Methods of leased connections only (`redis.client()`) are marked with \\*, those that
wait on a connection of their own by themselves with †.
";

/// Every command: family, method, sentence, version, reply.
pub fn print_markdown() -> String {
    let mut out = String::from(HEADER);
    let mut family: Option<Family> = None;
    for command in table().iter().filter(|command| command.connection_use().has_method()) {
        if family != Some(command.family) {
            family = Some(command.family);
            let name = command.family.as_str();
            // Writing to a String cannot fail.
            let _ = writeln!(out, "\n## {name}\n\n| method | | since | reply |\n|---|---|---|---|");
        }
        let mark = match command.connection_use() {
            connection_use if connection_use.is_leased() => " \\*",
            ConnectionUse::Dedicated => " †",
            _ => "",
        };
        let mut replies: Vec<String> = Vec::new();
        for shape in std::iter::once(command.row.reply).chain(command.row.cases.iter().map(|case| case.shape))
        {
            let reply = format!("`{}`", joined(shape).replace('|', "\\|"));
            if !replies.contains(&reply) {
                replies.push(reply);
            }
        }
        let _ = writeln!(
            out,
            "| `{}`{mark} | {} | {} | {} |",
            usage(command),
            command.row.doc.replace('|', "\\|"),
            command.row.since.text(),
            replies.join(", ")
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_is_one_line_of_its_family() {
        let text = print_markdown();
        assert!(text.contains("## string\n"));
        assert!(
            text.contains(
                "| `get(key)` | Returns the string value of a key, or null. | 1.0.0 | `T \\| null` |"
            ),
            "{text}"
        );
        assert!(text.contains("| `select(db)` \\* |"));
    }
}
