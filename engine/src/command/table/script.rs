//! Scripts and functions.
//!
//! What a script answers only its author knows: a number, text, null, or an array of these.

use crate::command::argument::{Kind, Part, Part::Count, any, flag, many, maybe, one, options, value};
use crate::command::row::{ConnectionUse, Row, Since, ask, read, since, tell, write};
use crate::command::shape::{OK, Shape, TEXT_OR_NULL, field};

const SCRIPT: Part = one("script", Kind::Text);
const SHA1: Part = one("sha1", Kind::Text);
const FUNCTION: Part = one("name", Kind::Text);
const SCRIPT_KEYS: Part = any("keys", Kind::Key);
const ARGS: Part = any("args", Kind::Text);
const FLUSH_MODE: Part = maybe("mode", Kind::Choice(&["async", "sync"]), 0);

const LIBRARY: Shape = Shape::Named(
    "FunctionLibrary",
    &Shape::Object(&[
        field("library_name", Shape::Word),
        field("engine", Shape::Word),
        field("functions", Shape::List(&FUNCTION_ENTRY)),
        field("library_code", Shape::Optional(&Shape::Text)),
    ]),
);
const FUNCTION_ENTRY: Shape = Shape::Object(&[
    field("name", Shape::Word),
    field("description", Shape::OrNull(&Shape::Word)),
    field("flags", Shape::List(&Shape::Word)),
]);
const STATS: Shape = Shape::Named(
    "FunctionStats",
    &Shape::Object(&[
        field(
            "running_script",
            Shape::OrNull(&Shape::Object(&[
                field("name", Shape::Word),
                field("command", Shape::List(&Shape::Text)),
                field("duration_ms", Shape::Int),
            ])),
        ),
        field(
            "engines",
            Shape::Map(
                &Shape::Word,
                &Shape::Object(&[field("libraries_count", Shape::Int), field("functions_count", Shape::Int)]),
            ),
        ),
    ]),
);

pub(super) const ROWS: &[Row] = &[
    tell("EVAL", since("2.6.0"), "Runs a Lua script with an array of keys and an array of arguments.")
        .takes(&[SCRIPT, Count, SCRIPT_KEYS, ARGS]),
    tell("EVALSHA", since("2.6.0"), "Runs a cached script by its SHA-1 digest.").takes(&[
        SHA1,
        Count,
        SCRIPT_KEYS,
        ARGS,
    ]),
    read("EVALSHA_RO", since("7.0.0"), "Runs a cached read-only script by its SHA-1 digest.").takes(&[
        SHA1,
        Count,
        SCRIPT_KEYS,
        ARGS,
    ]),
    read("EVAL_RO", since("7.0.0"), "Runs a read-only Lua script.").takes(&[
        SCRIPT,
        Count,
        SCRIPT_KEYS,
        ARGS,
    ]),
    tell("FCALL", since("7.0.0"), "Calls a function with an array of keys and an array of arguments.")
        .takes(&[FUNCTION, Count, SCRIPT_KEYS, ARGS]),
    read("FCALL_RO", since("7.0.0"), "Calls a read-only function.").takes(&[
        FUNCTION,
        Count,
        SCRIPT_KEYS,
        ARGS,
    ]),
    write("FUNCTION DELETE", since("7.0.0"), "Deletes a library and its functions.")
        .takes(&[one("library", Kind::Text)])
        .gives(&OK),
    ask("FUNCTION DUMP", since("7.0.0"), "Returns all libraries in the server's serialized form.")
        .gives(&Shape::Binary),
    write("FUNCTION FLUSH", since("7.0.0"), "Deletes all libraries.")
        .takes(&[FLUSH_MODE])
        .gives(&OK)
        .idempotent(),
    tell(
        "FUNCTION KILL",
        since("7.0.0"),
        "Stops the function that is running, unless it has already written.",
    )
    .gives(&OK),
    ask("FUNCTION LIST", since("7.0.0"), "Lists the libraries and their functions.")
        .takes(&[options(&[
            value("libraryname", "LIBRARYNAME", Kind::Text, "Only libraries that match this pattern."),
            flag("withcode", "WITHCODE", "Adds the libraries' code."),
        ])])
        .gives(&Shape::List(&LIBRARY)),
    write("FUNCTION LOAD", since("7.0.0"), "Loads a library. Returns its name.")
        .takes(&[
            options(&[flag("replace", "REPLACE", "Overwrites a library of the same name.")]),
            one("code", Kind::Text),
        ])
        .gives(&Shape::Word),
    write("FUNCTION RESTORE", since("7.0.0"), "Restores the libraries that `functionDump` returned.")
        .takes(&[
            one("serialized", Kind::Text),
            maybe("policy", Kind::Choice(&["flush", "append", "replace"]), 0),
        ])
        .gives(&OK),
    ask(
        "FUNCTION STATS",
        since("7.0.0"),
        "Returns the function that is running, and the number of libraries and functions.",
    )
    .gives(&STATS),
    // Every script that follows on the connection would stop for a debugger that nobody speaks to.
    tell("SCRIPT DEBUG", since("3.2.0"), "Sets the debug mode for scripts on this connection.")
        .takes(&[one("mode", Kind::Choice(&["yes", "sync", "no"]))])
        .on(ConnectionUse::Internal),
    ask("SCRIPT EXISTS", since("2.6.0"), "Checks for each SHA-1 digest whether the script is cached.")
        .takes(&[many("sha1s", Kind::Text)])
        .gives(&Shape::List(&Shape::Bool)),
    tell("SCRIPT FLUSH", since("2.6.0"), "Removes all scripts from the cache.")
        .takes(&[FLUSH_MODE])
        .gives(&OK)
        .idempotent(),
    tell("SCRIPT KILL", since("2.6.0"), "Stops the script that is running, unless it has already written.")
        .gives(&OK),
    tell("SCRIPT LOAD", since("2.6.0"), "Loads a script into the cache. Returns its SHA-1 digest.")
        .takes(&[SCRIPT])
        .gives(&Shape::Word)
        .idempotent(),
    ask("SCRIPT SHOW", Since::valkey("8.0.0"), "Returns the source of a cached script by its SHA-1 digest.")
        .takes(&[SHA1])
        .gives(&TEXT_OR_NULL),
];
