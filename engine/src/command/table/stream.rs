//! Streams.

use crate::command::argument::{
    KEY, Kind, Opt, Part::Word, Piece, Unit, columns, companion, flag, mark, one, options, pairs, param,
    phrase, value,
};
use crate::command::row::{Lane, Row, read, since, write};
use crate::command::shape::Shape;

/// The group of options that exclude each other.
const TRIMMING: u8 = 1;
const THRESHOLD: &[Piece] = &[
    Piece::If { option: "approximate", word: "~" },
    Piece::Own(Kind::Text),
    Piece::With { option: "limit", word: "LIMIT" },
];
const MAXLEN: Opt =
    phrase("maxlen", "MAXLEN", THRESHOLD, "Trims the stream to this many entries.").excludes(TRIMMING);
const MINID: Opt =
    phrase("minid", "MINID", THRESHOLD, "Trims the entries before this id.").excludes(TRIMMING);
const APPROXIMATE: Opt =
    mark("approximate", "With `maxlen` or `minid`: trims whole nodes only, which is cheaper.");
const TRIM_LIMIT: Opt = companion("limit", Kind::Int, "With `approximate`: trims so many entries at most.");

pub(super) const ROWS: &[Row] = &[
    write("XADD", since("5.0.0"), "Appends an entry to a stream; answers its id.")
        .takes(&[
            KEY,
            options(&[
                flag("nomkstream", "NOMKSTREAM", "Only if the stream exists; answers null otherwise."),
                MAXLEN,
                MINID,
                APPROXIMATE,
                TRIM_LIMIT,
            ]),
            one("id", Kind::Text),
            pairs(param("field", Kind::Text), param("value", Kind::Text)),
        ])
        .gives(&Shape::OrNull(&Shape::Word)),
    read("XREAD", since("5.0.0"), "Returns the entries of streams behind the given ids, or null.")
        .takes(&[
            options(&[
                value("count", "COUNT", Kind::Int, "How many entries of each stream at most."),
                value(
                    "block",
                    "BLOCK",
                    Kind::Timeout(Unit::Millis),
                    "Waits for entries so many milliseconds.",
                ),
            ]),
            Word("STREAMS"),
            columns(param("stream", Kind::Key), param("id", Kind::Text)),
        ])
        .on(Lane::Dedicated),
];
