//! What the server says about its commands.
//!
//! `COMMAND` itself is what `commandInfo()` answers without a name.

use crate::command::argument::{Kind, Part, any, one, options, value};
use crate::command::row::{Row, ask, since};
use crate::command::shape::{Field, Shape, field};

// What a call is asked about goes over as it is, keys included, and comes back so.
const NAMES: &[Part] = &[any("names", Kind::Text)];
const CALL: &[Part] = &[one("command", Kind::Text), any("args", Kind::Text)];
const WORDS: Shape = Shape::List(&Shape::Word);

const WORD_IF_ANY: Shape = Shape::Optional(&Shape::Word);
const WORDS_IF_ANY: Shape = Shape::Optional(&WORDS);

const fn argument(nested: &'static Shape) -> [Field; 10] {
    [
        field("name", Shape::Word),
        field("type", Shape::Word),
        field("display_text", WORD_IF_ANY),
        field("key_spec_index", Shape::Optional(&Shape::Int)),
        field("token", WORD_IF_ANY),
        field("summary", WORD_IF_ANY),
        field("since", WORD_IF_ANY),
        field("deprecated_since", WORD_IF_ANY),
        field("flags", WORDS_IF_ANY),
        field("arguments", Shape::Optional(nested)),
    ]
}

// Arguments hold arguments. A shape is finite, so the depth is written out; no server nests them deeper.
const ARGUMENT: &str = "CommandArgument";
const ARGUMENTS: Shape = Shape::List(&Shape::Named(ARGUMENT, &Shape::Object(&argument(&SECOND_LEVEL))));
const SECOND_LEVEL: Shape = Shape::List(&Shape::Named(ARGUMENT, &Shape::Object(&argument(&THIRD_LEVEL))));
const THIRD_LEVEL: Shape = Shape::List(&Shape::Named(ARGUMENT, &Shape::Object(&argument(&FOURTH_LEVEL))));
const FOURTH_LEVEL: Shape = Shape::List(&Shape::Named(ARGUMENT, &Shape::Object(&argument(&FIFTH_LEVEL))));
const FIFTH_LEVEL: Shape = Shape::List(&Shape::Object(&argument(&Shape::Any)));

const fn document(nested: &'static Shape) -> [Field; 11] {
    [
        field("summary", Shape::Word),
        field("since", Shape::Word),
        field("group", Shape::Word),
        field("complexity", WORD_IF_ANY),
        field("module", WORD_IF_ANY),
        field("doc_flags", WORDS_IF_ANY),
        field("deprecated_since", WORD_IF_ANY),
        field("replaced_by", WORD_IF_ANY),
        field("history", Shape::Optional(&Shape::Pairs(&Shape::Word, &Shape::Word))),
        field("arguments", Shape::Optional(&ARGUMENTS)),
        field("subcommands", Shape::Optional(nested)),
    ]
}

const DOCUMENT: &str = "CommandDocumentation";
const DOCUMENTS: Shape =
    Shape::Map(&Shape::Word, &Shape::Named(DOCUMENT, &Shape::Object(&document(&OF_SUBCOMMANDS))));
const OF_SUBCOMMANDS: Shape =
    Shape::Map(&Shape::Word, &Shape::Named(DOCUMENT, &Shape::Object(&document(&Shape::Any))));

const SEARCH: Shape = Shape::Object(&[
    field("type", Shape::Word),
    field("spec", Shape::Map(&Shape::Word, &Shape::Typed("string | number", &Shape::Word))),
]);
const KEY_SPECIFICATION: Shape = Shape::Named(
    "CommandKeySpecification",
    &Shape::Object(&[
        field("notes", WORD_IF_ANY),
        field("flags", WORDS),
        field("begin_search", SEARCH),
        field("find_keys", SEARCH),
    ]),
);

const fn details(nested: &'static Shape) -> [Field; 10] {
    [
        field("name", Shape::Word),
        field("arity", Shape::Int),
        field("flags", WORDS),
        field("firstKey", Shape::Int),
        field("lastKey", Shape::Int),
        field("keyStep", Shape::Int),
        field("aclCategories", WORDS),
        field("tips", WORDS),
        field("keySpecifications", Shape::List(&KEY_SPECIFICATION)),
        field("subcommands", Shape::List(nested)),
    ]
}

const DETAILS: &str = "CommandDetails";
const COMMAND_DETAILS: Shape = Shape::Named(DETAILS, &Shape::Record(&details(&SUBCOMMAND_DETAILS)));
const SUBCOMMAND_DETAILS: Shape = Shape::Named(DETAILS, &Shape::Record(&details(&Shape::Any)));

pub(super) const ROWS: &[Row] = &[
    ask("COMMAND COUNT", since("2.8.13"), "Returns the number of commands that the server supports.")
        .gives(&Shape::Int),
    ask("COMMAND DOCS", since("7.0.0"), "Returns documentation of the given commands, or of all, by name.")
        .takes(NAMES)
        .gives(&DOCUMENTS),
    ask("COMMAND GETKEYS", since("2.8.13"), "Returns the keys of a full command call.")
        .takes(CALL)
        .gives(&Shape::List(&Shape::Text)),
    ask(
        "COMMAND GETKEYSANDFLAGS",
        since("7.0.0"),
        "Returns the keys of a full command call, each with its access flags.",
    )
    .takes(CALL)
    .gives(&Shape::Pairs(&Shape::Text, &WORDS)),
    ask(
        "COMMAND INFO",
        since("2.8.13"),
        "Returns details of the given commands, or of all. Unknown commands are null.",
    )
    .takes(NAMES)
    .gives(&Shape::List(&Shape::OrNull(&COMMAND_DETAILS))),
    ask("COMMAND LIST", since("7.0.0"), "Lists the names of all commands that the server supports.")
        .takes(&[options(&[
            value("module", "FILTERBY MODULE", Kind::Text, "Only commands of this module.").excludes(1),
            value("aclcat", "FILTERBY ACLCAT", Kind::Text, "Only commands of this ACL category.").excludes(1),
            value("pattern", "FILTERBY PATTERN", Kind::Text, "Only names that match this pattern.")
                .excludes(1),
        ])])
        .gives(&WORDS),
];
