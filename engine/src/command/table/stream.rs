//! Streams; their consumer groups have a file of their own.

use crate::command::Tail;
use crate::command::argument::{
    KEY, Kind, Opt, Part, Part::Count, Part::Word, PhrasePiece, Unit, as_pairs, columns, companion, flag,
    many, mark, one, one_of_each, options, pairs, param, phrase, some_of, tuple, value,
};
use crate::command::row::{ConnectionUse, Row, Since, read, since, when, write};
use crate::command::shape::{OK, Shape, field};

pub(super) const ID: Part = one("id", Kind::Text);
pub(super) const IDS: Part = many("ids", Kind::Text);
pub(super) const START: Part = one("start", Kind::Text);
const END: Part = one("end", Kind::Text);
/// The groups of options that exclude each other.
const TRIMMING: u8 = 0b001;
const REFERENCES: u8 = 0b010;
const PRODUCER: u8 = 0b100;

const THRESHOLD: &[PhrasePiece] = &[
    PhrasePiece::If { option: "approximate", word: "~" },
    PhrasePiece::Own(Kind::Text),
    PhrasePiece::With { option: "limit", word: "LIMIT" },
];
const MAXLEN: Opt =
    phrase("maxlen", "MAXLEN", THRESHOLD, "Trims the stream to this many entries.").excludes(TRIMMING);
const MINID: Opt =
    phrase("minid", "MINID", THRESHOLD, "Trims the entries before this id.").excludes(TRIMMING);
const APPROXIMATE: Opt =
    mark("approximate", "With `maxlen` or `minid`: trims whole nodes only, which is cheaper.");
const TRIM_LIMIT: Opt = companion("limit", Kind::Int, "With `approximate`: trims so many entries at most.");

pub(super) const KEEPREF: Opt = flag(
    "keepref",
    "KEEPREF",
    "Consumer groups keep their references to what is deleted (Redis 8.2, Valkey 9.2).",
)
.excludes(REFERENCES);
pub(super) const DELREF: Opt = flag(
    "delref",
    "DELREF",
    "Consumer groups lose their references to what is deleted (Redis 8.2, Valkey 9.2).",
)
.excludes(REFERENCES);
pub(super) const ACKED: Opt = flag(
    "acked",
    "ACKED",
    "Deletes only what every consumer group has acknowledged (Redis 8.2, Valkey 9.2).",
)
.excludes(REFERENCES);

pub(super) const COUNT: Opt = value("count", "COUNT", Kind::Int, "How many entries at most.");
pub(super) const COUNT_EACH: Opt =
    value("count", "COUNT", Kind::Int, "How many entries of each stream at most.");
pub(super) const MAXCOUNT: Opt =
    value("maxcount", "MAXCOUNT", Kind::Int, "How many entries of all streams at most (Redis 8.10).");
pub(super) const MAXSIZE: Opt =
    value("maxsize", "MAXSIZE", Kind::Int, "How many bytes of entries at most (Redis 8.10).");
pub(super) const BLOCK: Opt = value(
    "block",
    "BLOCK",
    Kind::Timeout(Unit::Millis),
    "Waits for entries so many milliseconds, 0 for ever, on a connection of its own.",
);
/// `$`: only what is added from now on.
const TAIL: Tail =
    Tail { word: "STREAMS", id: "$", found_by: "XREVRANGE", arguments: &["+", "-", "COUNT", "1"] };

pub(super) const STREAMS: Part = columns(param("stream", Kind::Key), param("id", Kind::Text));

pub(super) const FIELDS: Shape = Shape::Map(&Shape::Text, &Shape::Text);
const ENTRY: Shape = Shape::Named(
    "StreamEntry",
    &Shape::Typed("[id: string, fields: Fields<T>]", &Shape::Tuple(&[Shape::Word, FIELDS])),
);
pub(super) const ENTRIES: Shape = Shape::List(&ENTRY);
/// The same where `pairs` is given.
pub(super) const FIELD_PAIRS: Shape = Shape::Pairs(&Shape::Text, &Shape::Text);
pub(super) const ENTRIES_OF_PAIRS: Shape = Shape::List(&Shape::Named(
    "StreamEntryPairs",
    &Shape::Typed("[id: string, fields: [name: T, value: T][]]", &Shape::Tuple(&[Shape::Word, FIELD_PAIRS])),
));
/// The variant bit of pairs instead of objects.
pub(super) const PAIRS: u8 = 2;
/// For each id: deleted, not there, or still referred to.
pub(super) const DELETIONS: Shape = Shape::List(&Shape::Typed("1 | -1 | 2", &Shape::Int));

const STREAM_INFO: Shape = Shape::Named(
    "StreamInfo",
    &Shape::Object(&[
        field("length", Shape::Int),
        field("radix-tree-keys", Shape::Int),
        field("radix-tree-nodes", Shape::Int),
        field("last-generated-id", Shape::Word),
        field("max-deleted-entry-id", Shape::Word),
        field("entries-added", Shape::Int),
        field("recorded-first-entry-id", Shape::Word),
        field("idmp-duration", Shape::Optional(&Shape::Int)),
        field("idmp-maxsize", Shape::Optional(&Shape::Int)),
        field("pids-tracked", Shape::Optional(&Shape::Int)),
        field("iids-tracked", Shape::Optional(&Shape::Int)),
        field("iids-added", Shape::Optional(&Shape::Int)),
        field("iids-duplicates", Shape::Optional(&Shape::Int)),
        field("groups", Shape::Int),
        field("first-entry", Shape::OrNull(&ENTRY)),
        field("last-entry", Shape::OrNull(&ENTRY)),
    ]),
);
const STREAM_DETAILS: Shape = Shape::Named(
    "StreamDetails",
    &Shape::Object(&[
        field("length", Shape::Int),
        field("radix-tree-keys", Shape::Int),
        field("radix-tree-nodes", Shape::Int),
        field("last-generated-id", Shape::Word),
        field("max-deleted-entry-id", Shape::Word),
        field("entries-added", Shape::Int),
        field("recorded-first-entry-id", Shape::Word),
        field("entries", ENTRIES),
        field("groups", Shape::List(&GROUP_DETAILS)),
    ]),
);
const GROUP_DETAILS: Shape = Shape::Named(
    "StreamGroupDetails",
    &Shape::Object(&[
        field("name", Shape::Text),
        field("last-delivered-id", Shape::Word),
        field("entries-read", Shape::OrNull(&Shape::Int)),
        field("lag", Shape::OrNull(&Shape::Int)),
        field("pel-count", Shape::Int),
        field(
            "pending",
            Shape::List(&Shape::Record(&[
                field("id", Shape::Word),
                field("consumer", Shape::Text),
                field("time", Shape::Int),
                field("deliveries", Shape::Int),
            ])),
        ),
        field("consumers", Shape::List(&CONSUMER_DETAILS)),
    ]),
);
const CONSUMER_DETAILS: Shape = Shape::Object(&[
    field("name", Shape::Text),
    field("seen-time", Shape::Int),
    field("active-time", Shape::Optional(&Shape::Int)),
    field("pel-count", Shape::Int),
    field(
        "pending",
        Shape::List(&Shape::Record(&[
            field("id", Shape::Word),
            field("time", Shape::Int),
            field("deliveries", Shape::Int),
        ])),
    ),
]);
/// The variant bits: the stream must exist; all details were asked for.
const CONDITIONAL: u8 = 1;
const FULL: u8 = 1;
pub(super) const ROWS: &[Row] = &[
    write(
        "XADD",
        since("5.0.0"),
        "Appends an entry to a stream. With '*' the server chooses the id. Returns the id.",
    )
    .takes(&[
        KEY,
        options(&[
            flag("nomkstream", "NOMKSTREAM", "Only if the stream exists; answers null otherwise.")
                .sets(CONDITIONAL),
            KEEPREF,
            DELREF,
            ACKED,
            value(
                "idmpauto",
                "IDMPAUTO",
                Kind::Text,
                "The producer: its entry is added once, told by its content (Redis 8.6).",
            )
            .excludes(PRODUCER),
            tuple(
                "idmp",
                "IDMP",
                &[param("producerId", Kind::Text), param("idempotentId", Kind::Text)],
                "The producer and an id of its own: the entry is added once (Redis 8.6).",
            )
            .excludes(PRODUCER),
            MAXLEN,
            MINID,
            APPROXIMATE,
            TRIM_LIMIT,
        ]),
        ID,
        pairs(param("field", Kind::Text), param("value", Kind::Text)),
    ])
    .but(&[when(CONDITIONAL, &Shape::OrNull(&Shape::Word))])
    .gives(&Shape::Word),
    write(
        "XCFGSET",
        Since::redis("8.6.0"),
        "Sets how long, and for how many ids, the stream remembers what its producers sent.",
    )
    .takes(&[
        KEY,
        some_of(&[
            value("idmpDuration", "IDMP-DURATION", Kind::Int, "For this many seconds."),
            value("idmpMaxsize", "IDMP-MAXSIZE", Kind::Int, "This many of each producer."),
        ]),
    ])
    .gives(&OK)
    .idempotent(),
    write("XDEL", since("5.0.0"), "Deletes entries by id. Returns the number of deleted entries.")
        .takes(&[KEY, IDS])
        .gives(&Shape::Int)
        .idempotent(),
    write(
        "XDELEX",
        Since::each("8.2.0", "9.2.0"),
        "Deletes entries by id. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.",
    )
    .takes(&[KEY, options(&[KEEPREF, DELREF, ACKED]), Word("IDS"), Count, IDS])
    .gives(&DELETIONS),
    write("XIDMPRECORD", Since::redis("8.8.0"), "Restores what the server remembers about a producer.")
        .takes(&[KEY, one("producerId", Kind::Text), one("idempotentId", Kind::Text), ID])
        .on(ConnectionUse::Internal),
    read("XINFO STREAM", since("5.0.0"), "Returns information about a stream.")
        .takes(&[
            KEY,
            options(&[
                phrase(
                    "full",
                    "FULL",
                    &[PhrasePiece::With { option: "count", word: "COUNT" }],
                    "Adds entries, groups, their consumers and what is pending.",
                )
                .sets(FULL),
                companion("count", Kind::Int, "With `full`: how many of each; 0 all, 10 by default."),
            ]),
        ])
        .but(&[when(FULL, &STREAM_DETAILS)])
        .gives(&STREAM_INFO),
    read("XLEN", since("5.0.0"), "Returns the number of entries in a stream.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    read("XRANGE", since("5.0.0"), "Returns the entries with ids in a range. '-' and '+' are the ends.")
        .takes(&[KEY, START, END, options(&[COUNT, as_pairs(PAIRS)])])
        .but(&[when(PAIRS, &ENTRIES_OF_PAIRS)])
        .gives(&ENTRIES),
    read("XREAD", since("5.0.0"), "Returns entries with ids above the given ones, by stream, or null.")
        .takes(&[options(&[COUNT_EACH, MAXCOUNT, MAXSIZE, BLOCK, as_pairs(PAIRS)]), Word("STREAMS"), STREAMS])
        .but(&[when(PAIRS, &Shape::OrNull(&Shape::Pairs(&Shape::Key, &ENTRIES_OF_PAIRS)))])
        .gives(&Shape::OrNull(&Shape::Map(&Shape::Key, &ENTRIES)))
        .following(&TAIL)
        .on(ConnectionUse::Dedicated),
    read(
        "XREVRANGE",
        since("5.0.0"),
        "Returns the entries with ids in a range, in reverse order. '+' and '-' are the ends.",
    )
    .takes(&[KEY, END, START, options(&[COUNT, as_pairs(PAIRS)])])
    .but(&[when(PAIRS, &ENTRIES_OF_PAIRS)])
    .gives(&ENTRIES),
    write("XSETID", since("5.0.0"), "Sets the last id of a stream. Meant for replication.")
        .takes(&[
            KEY,
            one("lastId", Kind::Text),
            options(&[
                value("entriesadded", "ENTRIESADDED", Kind::Int, "How many entries were ever added (7.0)."),
                value(
                    "maxdeletedid",
                    "MAXDELETEDID",
                    Kind::Text,
                    "The highest id that was ever deleted (7.0).",
                ),
            ]),
        ])
        .gives(&OK)
        .idempotent(),
    write("XTRIM", since("5.0.0"), "Deletes the oldest entries of a stream. Returns their number.")
        .takes(&[
            KEY,
            one_of_each(TRIMMING, &[MAXLEN, MINID, APPROXIMATE, TRIM_LIMIT, KEEPREF, DELREF, ACKED]),
        ])
        .gives(&Shape::Int)
        .idempotent(),
];
