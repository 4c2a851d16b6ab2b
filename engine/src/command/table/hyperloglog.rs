//! Approximate counts of different elements: `HyperLogLog`.

use crate::command::argument::{KEY, KEYS, Kind, any, one};
use crate::command::row::{Row, ask, read, since, write};
use crate::command::shape::{OK, Shape};

pub(super) const ROWS: &[Row] = &[
    write(
        "PFADD",
        since("2.8.9"),
        "Adds elements to a HyperLogLog. Returns whether the estimated count may have changed.",
    )
    .takes(&[KEY, any("elements", Kind::Text)])
    .gives(&Shape::Bool),
    read(
        "PFCOUNT",
        since("2.8.9"),
        "Returns the estimated number of distinct elements in one or more HyperLogLogs together.",
    )
    .takes(&[KEYS])
    .gives(&Shape::Int),
    write(
        "PFDEBUG",
        since("2.8.9"),
        "Reads or changes the registers of a HyperLogLog. Meant for the server's own tests.",
    )
    .takes(&[one("subcommand", Kind::Text), KEY])
    .admin(),
    write("PFMERGE", since("2.8.9"), "Merges HyperLogLogs into one.")
        .takes(&[one("destination", Kind::Key), any("sources", Kind::Key)])
        .gives(&OK)
        .idempotent(),
    ask(
        "PFSELFTEST",
        since("2.8.9"),
        "Runs the server's own test of its HyperLogLog implementation, which takes a while.",
    )
    .gives(&OK)
    .admin(),
];
