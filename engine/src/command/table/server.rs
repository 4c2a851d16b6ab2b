//! The server itself.
//!
//! `MONITOR`, `PSYNC`, `REPLCONF` and `SYNC` are methods of nothing: they turn a connection into a stream.

use crate::command::argument::{Kind, Part, any, many, maybe, one, pairs, param};
use crate::command::row::{Lane, Row, ask, read, since, tell, write};
use crate::command::shape::{OK, Shape};

const FLUSH_MODE: Part = maybe("mode", Kind::Choice(&["async", "sync"]), 0);

pub(super) const ROWS: &[Row] = &[
    ask("COMMAND COUNT", since("2.8.13"), "Returns the number of commands that the server knows.")
        .gives(&Shape::Int),
    ask("CONFIG GET", since("2.0.0"), "Returns the parameters that match the patterns.")
        .takes(&[many("patterns", Kind::Text)])
        .gives(&Shape::Map(&Shape::Word, &Shape::Word))
        .admin(),
    tell("CONFIG RESETSTAT", since("2.0.0"), "Resets the statistics of `info`.").gives(&OK).admin(),
    tell("CONFIG REWRITE", since("2.8.0"), "Writes the parameters in effect to the configuration file.")
        .gives(&OK)
        .admin(),
    tell("CONFIG SET", since("2.0.0"), "Sets parameters.")
        .takes(&[pairs(param("parameter", Kind::Text), param("value", Kind::Text))])
        .gives(&OK)
        .admin()
        .idempotent(),
    read("DBSIZE", since("1.0.0"), "Returns the number of keys in the database.").gives(&Shape::Int),
    write("FLUSHALL", since("1.0.0"), "Deletes all keys of all databases.")
        .takes(&[FLUSH_MODE])
        .gives(&OK)
        .idempotent(),
    write("FLUSHDB", since("1.0.0"), "Deletes all keys of the database.")
        .takes(&[FLUSH_MODE])
        .gives(&OK)
        .idempotent(),
    ask("INFO", since("1.0.0"), "Returns the server's facts and statistics by section, in lower case.")
        .takes(&[any("sections", Kind::Text)])
        .gives(&Shape::Info),
    tell("MONITOR", since("1.0.0"), "Streams every command that the server runs.").admin().on(Lane::Internal),
    tell("PSYNC", since("2.8.0"), "Streams the server's writes from an offset on.")
        .takes(&[one("replicationId", Kind::Text), many("offset", Kind::Text)])
        .admin()
        .on(Lane::Internal),
    tell("REPLCONF", since("3.0.0"), "Prepares a stream of the server's writes.")
        .takes(&[any("arguments", Kind::Text)])
        .admin()
        .on(Lane::Internal),
    tell("SYNC", since("1.0.0"), "Streams the server's data and writes.").admin().on(Lane::Internal),
    ask("TIME", since("2.6.0"), "Returns the server's Unix time.").gives(&Shape::Typed(
        "[seconds: number, microseconds: number]",
        &Shape::Tuple(&[Shape::Int, Shape::Int]),
    )),
];
