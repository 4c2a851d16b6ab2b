//! What took long, and what was large: latency events, `SLOWLOG`, `COMMANDLOG`.

use crate::command::argument::{Kind, Part, any, maybe, one};
use crate::command::row::{Row, Since, ask, since, tell};
use crate::command::shape::{OK, Shape, field};

const EVENT: Part = one("event", Kind::Text);
const LOG: Part = one("log", Kind::Choice(&["slow", "large-request", "large-reply"]));

const PEAK: Shape = Shape::Named(
    "LatencyPeak",
    &Shape::Record(&[
        field("event", Shape::Word),
        field("timestamp", Shape::Int),
        field("latest", Shape::Int),
        field("max", Shape::Int),
        field("sum", Shape::Optional(&Shape::Int)),
        field("count", Shape::Optional(&Shape::Int)),
    ]),
);
const SAMPLE: Shape = Shape::Named(
    "LatencySample",
    &Shape::Record(&[field("timestamp", Shape::Int), field("latency", Shape::Int)]),
);
const HISTOGRAM: Shape = Shape::Named(
    "LatencyHistogram",
    &Shape::Object(&[
        field("calls", Shape::Int),
        field("histogram_usec", Shape::Map(&Shape::Word, &Shape::Int)),
    ]),
);

/// The arguments are the users' own bytes.
const SLOW: Shape = Shape::Named(
    "SlowlogEntry",
    &Shape::Record(&[
        field("id", Shape::Int),
        field("timestamp", Shape::Int),
        field("duration", Shape::Int),
        field("args", Shape::List(&Shape::Text)),
        field("clientAddress", Shape::Word),
        field("clientName", Shape::Word),
    ]),
);
const LOGGED: Shape = Shape::Named(
    "CommandlogEntry",
    &Shape::Record(&[
        field("id", Shape::Int),
        field("timestamp", Shape::Int),
        field("value", Shape::Int),
        field("args", Shape::List(&Shape::Text)),
        field("clientAddress", Shape::Word),
        field("clientName", Shape::Word),
    ]),
);

pub(super) const ROWS: &[Row] = &[
    ask(
        "COMMANDLOG GET",
        Since::valkey("8.1.0"),
        "Returns entries of the log of slow or large commands, newest first. `value` is in microseconds or bytes.",
    )
    .takes(&[one("count", Kind::Int), LOG])
    .gives(&Shape::List(&LOGGED))
    .admin(),
    ask("COMMANDLOG LEN", Since::valkey("8.1.0"), "Returns the number of entries in a command log.")
        .takes(&[LOG])
        .gives(&Shape::Int)
        .admin(),
    tell("COMMANDLOG RESET", Since::valkey("8.1.0"), "Clears a command log.")
        .takes(&[LOG])
        .gives(&OK)
        .admin()
        .idempotent(),
    ask("LATENCY DOCTOR", since("2.8.13"), "Returns the server's own analysis of its latency, as text.")
        .gives(&Shape::Word)
        .admin(),
    ask("LATENCY GRAPH", since("2.8.13"), "Draws the latency of an event as text.")
        .takes(&[EVENT])
        .gives(&Shape::Word)
        .admin(),
    ask("LATENCY HISTOGRAM", since("7.0.0"), "Returns the latency distribution of the given commands, or of all.")
        .takes(&[any("commands", Kind::Text)])
        .gives(&Shape::Map(&Shape::Word, &HISTOGRAM))
        .admin(),
    ask("LATENCY HISTORY", since("2.8.13"), "Returns the latency samples of an event in milliseconds, with Unix times.")
        .takes(&[EVENT])
        .gives(&Shape::List(&SAMPLE))
        .admin(),
    ask("LATENCY LATEST", since("2.8.13"), "Returns the latest and the highest latency of each event, in milliseconds.")
        .gives(&Shape::List(&PEAK))
        .admin(),
    tell("LATENCY RESET", since("2.8.13"), "Clears the latency samples of the given events, or of all. Returns how many were cleared.")
        .takes(&[any("events", Kind::Text)])
        .gives(&Shape::Int)
        .admin()
        .idempotent(),
    ask("SLOWLOG GET", since("2.2.12"), "Returns entries of the slow log, newest first. Durations are in microseconds.")
        .takes(&[maybe("count", Kind::Int, 0)])
        .gives(&Shape::List(&SLOW))
        .admin(),
    ask("SLOWLOG LEN", since("2.2.12"), "Returns the number of entries in the slow log.")
        .gives(&Shape::Int)
        .admin(),
    tell("SLOWLOG RESET", since("2.2.12"), "Clears the slow log.").gives(&OK).admin().idempotent(),
];
