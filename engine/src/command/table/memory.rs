//! The server's memory.

use crate::command::argument::{KEY, Kind, options, value};
use crate::command::row::{Row, ask, read, since, tell};
use crate::command::shape::{OK, Shape, field};

/// What is no integer; all others are.
const STATS: Shape = Shape::Object(&[
    field("dataset.percentage", Shape::Double),
    field("peak.percentage", Shape::Double),
    field("allocator-fragmentation.ratio", Shape::Double),
    field("allocator-rss.ratio", Shape::Double),
    field("rss-overhead.ratio", Shape::Double),
    field("fragmentation", Shape::Double),
    field("db.*", Shape::Map(&Shape::Word, &Shape::Int)),
]);

pub(super) const ROWS: &[Row] = &[
    ask("MEMORY DOCTOR", since("4.0.0"), "Returns the server's own analysis of its memory use, as text.")
        .gives(&Shape::Word),
    ask("MEMORY MALLOC-STATS", since("4.0.0"), "Returns the statistics of the memory allocator, as text.")
        .gives(&Shape::Word),
    tell("MEMORY PURGE", since("4.0.0"), "Asks the memory allocator to release unused memory.")
        .gives(&OK)
        .idempotent(),
    ask("MEMORY STATS", since("4.0.0"), "Returns details of the server's memory use, in bytes.")
        .gives(&Shape::Typed("Record<string, number | Record<string, number>>", &STATS)),
    read(
        "MEMORY USAGE",
        since("4.0.0"),
        "Returns the number of bytes that a key and its value use, or null.",
    )
    .takes(&[
        KEY,
        options(&[value(
            "samples",
            "SAMPLES",
            Kind::Int,
            "How many elements to look at; 0 all, 5 by default.",
        )]),
    ])
    .gives(&Shape::OrNull(&Shape::Int)),
];
