//! Streams.

use crate::command::argument::{
    KEY, Kind, Opt, Part, Part::Count, Part::Word, Piece, Unit, columns, companion, flag, many, mark, maybe,
    one, one_of_each, options, pairs, param, phrase, some_of, tuple, value,
};
use crate::command::row::{Lane, Row, Since, read, since, when, write};
use crate::command::shape::{OK, Shape, field};

const GROUP: Part = one("group", Kind::Text);
const CONSUMER: Part = one("consumer", Kind::Text);
const ID: Part = one("id", Kind::Text);
const IDS: Part = many("ids", Kind::Text);
const START: Part = one("start", Kind::Text);
const END: Part = one("end", Kind::Text);
const MIN_IDLE: Part = one("minIdleTime", Kind::Int);

/// The groups of options that exclude each other.
const TRIMMING: u8 = 0b001;
const REFERENCES: u8 = 0b010;
const PRODUCER: u8 = 0b100;

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

const KEEPREF: Opt = flag(
    "keepref",
    "KEEPREF",
    "Consumer groups keep their references to what is deleted (Redis 8.2, Valkey 9.2).",
)
.excludes(REFERENCES);
const DELREF: Opt = flag(
    "delref",
    "DELREF",
    "Consumer groups lose their references to what is deleted (Redis 8.2, Valkey 9.2).",
)
.excludes(REFERENCES);
const ACKED: Opt = flag(
    "acked",
    "ACKED",
    "Deletes only what every consumer group has acknowledged (Redis 8.2, Valkey 9.2).",
)
.excludes(REFERENCES);

const COUNT: Opt = value("count", "COUNT", Kind::Int, "How many entries at most.");
const COUNT_EACH: Opt = value("count", "COUNT", Kind::Int, "How many entries of each stream at most.");
const MAXCOUNT: Opt =
    value("maxcount", "MAXCOUNT", Kind::Int, "How many entries of all streams at most (Redis 8.10).");
const MAXSIZE: Opt =
    value("maxsize", "MAXSIZE", Kind::Int, "How many bytes of entries at most (Redis 8.10).");
const BLOCK: Opt = value(
    "block",
    "BLOCK",
    Kind::Timeout(Unit::Millis),
    "Waits for entries so many milliseconds, 0 for ever, on a connection of its own.",
);
const STREAMS: Part = columns(param("stream", Kind::Key), param("id", Kind::Text));

const FIELDS: Shape = Shape::Map(&Shape::Text, &Shape::Text);
const ENTRY: Shape = Shape::Named(
    "StreamEntry",
    &Shape::Typed("[id: string, fields: Fields<T>]", &Shape::Tuple(&[Shape::Word, FIELDS])),
);
/// What was deleted since has an id but no fields.
const PENDING_ENTRY: Shape = Shape::Named(
    "PendingStreamEntry",
    &Shape::Typed("[id: string, fields: Fields<T> | null]", &Shape::Tuple(&[Shape::Word, FIELDS])),
);
const CLAIMED_ENTRY: Shape = Shape::Named(
    "ClaimedStreamEntry",
    &Shape::Typed(
        "[id: string, fields: Fields<T> | null, idle: number, deliveries: number]",
        &Shape::Tuple(&[Shape::Word, FIELDS, Shape::Int, Shape::Int]),
    ),
);
const ENTRIES: Shape = Shape::List(&ENTRY);
const LIST_OF_IDS: Shape = Shape::List(&Shape::Word);
const NEXT_IDS: Shape = Shape::Typed(
    "[next: string, ids: string[], deleted: string[]]",
    &Shape::Tuple(&[Shape::Word, LIST_OF_IDS, LIST_OF_IDS]),
);
const NEXT_ENTRIES: Shape = Shape::Typed(
    "[next: string, entries: StreamEntry<T>[], deleted: string[]]",
    &Shape::Tuple(&[Shape::Word, ENTRIES, LIST_OF_IDS]),
);
/// For each id: deleted, not there, or still referred to.
const DELETIONS: Shape = Shape::List(&Shape::Typed("1 | -1 | 2", &Shape::Int));

const PENDING_SUMMARY: Shape = Shape::Named(
    "PendingSummary",
    &Shape::Record(&[
        field("count", Shape::Int),
        field("min", Shape::OrNull(&Shape::Word)),
        field("max", Shape::OrNull(&Shape::Word)),
        field("consumers", Shape::OrEmpty(&Shape::Pairs(&Shape::Text, &Shape::Int))),
    ]),
);
const PENDING: Shape = Shape::Named(
    "PendingEntry",
    &Shape::Record(&[
        field("id", Shape::Word),
        field("consumer", Shape::Text),
        field("idle", Shape::Int),
        field("deliveries", Shape::Int),
    ]),
);

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
const GROUP_INFO: Shape = Shape::Named(
    "StreamGroup",
    &Shape::Object(&[
        field("name", Shape::Text),
        field("consumers", Shape::Int),
        field("pending", Shape::Int),
        field("last-delivered-id", Shape::Word),
        field("entries-read", Shape::OrNull(&Shape::Int)),
        field("lag", Shape::OrNull(&Shape::Int)),
    ]),
);
const CONSUMER_INFO: Shape = Shape::Named(
    "StreamConsumer",
    &Shape::Object(&[
        field("name", Shape::Text),
        field("pending", Shape::Int),
        field("idle", Shape::Int),
        field("inactive", Shape::Optional(&Shape::Int)),
    ]),
);

/// The variant bits: ids alone come back; the stream must exist; a part of the list was asked for; all details were; entries
/// come with their deliveries.
const JUST_IDS: u8 = 1;
const CONDITIONAL: u8 = 1;
const RANGE: u8 = 1;
const FULL: u8 = 1;
const CLAIMS: u8 = 1;

const JUSTID: Opt =
    flag("justid", "JUSTID", "Answers ids alone, and does not count it as a delivery.").sets(JUST_IDS);
const ENTRIESREAD: Part = options(&[value(
    "entriesread",
    "ENTRIESREAD",
    Kind::Int,
    "How many entries the group has read, so that its lag is known (7.0).",
)]);

pub(super) const ROWS: &[Row] = &[
    write("XACK", since("5.0.0"), "Acknowledges entries of a consumer group; answers how many were pending.")
        .takes(&[KEY, GROUP, IDS])
        .gives(&Shape::Int)
        .idempotent(),
    write(
        "XACKDEL",
        Since::each("8.2.0", "9.2.0"),
        "Acknowledges and deletes entries; for each id 1 deleted, -1 not there, 2 still referred to.",
    )
    .takes(&[KEY, GROUP, options(&[KEEPREF, DELREF, ACKED]), Word("IDS"), Count, IDS])
    .gives(&DELETIONS),
    write("XADD", since("5.0.0"), "Appends an entry, '*' lets the server choose its id; answers the id.")
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
        "XAUTOCLAIM",
        since("6.2.0"),
        "Takes over entries that have been pending for too long; answers where to go on, '0-0' at the end.",
    )
    .takes(&[KEY, GROUP, CONSUMER, MIN_IDLE, START, options(&[COUNT, JUSTID])])
    .but(&[when(JUST_IDS, &NEXT_IDS)])
    .gives(&NEXT_ENTRIES),
    write("XCFGSET", Since::redis("8.6.0"), "Sets how long and how many ids of producers are remembered.")
        .takes(&[
            KEY,
            some_of(&[
                value("idmpDuration", "IDMP-DURATION", Kind::Int, "For this many seconds."),
                value("idmpMaxsize", "IDMP-MAXSIZE", Kind::Int, "This many of each producer."),
            ]),
        ])
        .gives(&OK)
        .idempotent(),
    write("XCLAIM", since("5.0.0"), "Takes over these entries if they have been pending for too long.")
        .takes(&[
            KEY,
            GROUP,
            CONSUMER,
            MIN_IDLE,
            IDS,
            options(&[
                value("idle", "IDLE", Kind::Int, "Pretends that they were delivered this many milliseconds ago.")
                    .excludes(1),
                value("time", "TIME", Kind::UnixMillis, "Pretends that they were delivered at this Unix time, or `Date`.")
                    .excludes(1),
                value("retrycount", "RETRYCOUNT", Kind::Int, "Pretends that they were delivered this often."),
                flag("force", "FORCE", "Even those that are not pending."),
                JUSTID,
                value("lastid", "LASTID", Kind::Text, "Raises the group's last delivered id to this one."),
            ]),
        ])
        .but(&[when(JUST_IDS, &LIST_OF_IDS)])
        .gives(&ENTRIES),
    write("XDEL", since("5.0.0"), "Deletes entries; answers how many there were.")
        .takes(&[KEY, IDS])
        .gives(&Shape::Int)
        .idempotent(),
    write(
        "XDELEX",
        Since::each("8.2.0", "9.2.0"),
        "Deletes entries; for each id 1 deleted, -1 not there, 2 still referred to.",
    )
    .takes(&[KEY, options(&[KEEPREF, DELREF, ACKED]), Word("IDS"), Count, IDS])
    .gives(&DELETIONS),
    write("XGROUP CREATE", since("5.0.0"), "Creates a consumer group that starts behind this id; '$' is the end.")
        .takes(&[
            KEY,
            GROUP,
            ID,
            options(&[
                flag("mkstream", "MKSTREAM", "Creates the stream if there is none."),
                value(
                    "entriesread",
                    "ENTRIESREAD",
                    Kind::Int,
                    "How many entries the group has read, so that its lag is known (7.0).",
                ),
            ]),
        ])
        .gives(&OK),
    write("XGROUP CREATECONSUMER", since("6.2.0"), "Creates a consumer; answers false if there was one.")
        .takes(&[KEY, GROUP, CONSUMER])
        .gives(&Shape::Bool),
    write("XGROUP DELCONSUMER", since("5.0.0"), "Deletes a consumer; answers how many entries it had pending.")
        .takes(&[KEY, GROUP, CONSUMER])
        .gives(&Shape::Int),
    write("XGROUP DESTROY", since("5.0.0"), "Deletes a consumer group; answers false if there was none.")
        .takes(&[KEY, GROUP])
        .gives(&Shape::Bool),
    write("XGROUP SETID", since("5.0.0"), "Lets a consumer group go on behind this id.")
        .takes(&[KEY, GROUP, ID, ENTRIESREAD])
        .gives(&OK)
        .idempotent(),
    write("XIDMPRECORD", Since::redis("8.8.0"), "Restores what the server remembers about a producer.")
        .takes(&[KEY, one("producerId", Kind::Text), one("idempotentId", Kind::Text), ID])
        .on(Lane::Internal),
    read("XINFO CONSUMERS", since("5.0.0"), "Returns the consumers of a group.")
        .takes(&[KEY, GROUP])
        .gives(&Shape::List(&CONSUMER_INFO)),
    read("XINFO GROUPS", since("5.0.0"), "Returns the consumer groups of a stream.")
        .takes(&[KEY])
        .gives(&Shape::List(&GROUP_INFO)),
    read("XINFO STREAM", since("5.0.0"), "Returns facts about a stream.")
        .takes(&[
            KEY,
            options(&[
                phrase(
                    "full",
                    "FULL",
                    &[Piece::With { option: "count", word: "COUNT" }],
                    "Adds entries, groups, their consumers and what is pending.",
                )
                .sets(FULL),
                companion("count", Kind::Int, "With `full`: how many of each; 0 all, 10 by default."),
            ]),
        ])
        .but(&[when(FULL, &STREAM_DETAILS)])
        .gives(&STREAM_INFO),
    read("XLEN", since("5.0.0"), "Returns the number of entries.").takes(&[KEY]).gives(&Shape::Int),
    write(
        "XNACK",
        Since::redis("8.8.0"),
        "Gives pending entries back to the group for another delivery; answers how many.",
    )
    .takes(&[
        KEY,
        GROUP,
        one("mode", Kind::Choice(&["silent", "fail", "fatal"])),
        Word("IDS"),
        Count,
        IDS,
        options(&[
            value("retrycount", "RETRYCOUNT", Kind::Int, "Pretends that they were delivered this often."),
            flag("force", "FORCE", "Even those that are not pending."),
        ]),
    ])
    .gives(&Shape::Int),
    read("XPENDING", since("5.0.0"), "Returns a summary of what is pending in a group, or the pending entries of a range.")
        .takes(&[
            KEY,
            GROUP,
            options(&[value("idle", "IDLE", Kind::Int, "With a range: only what is idle for so many milliseconds (6.2).")]),
            maybe("start", Kind::Text, RANGE),
            maybe("end", Kind::Text, RANGE),
            maybe("count", Kind::Int, RANGE),
            maybe("consumer", Kind::Text, 0),
        ])
        .but(&[when(RANGE, &Shape::List(&PENDING))])
        .gives(&PENDING_SUMMARY),
    read("XRANGE", since("5.0.0"), "Returns entries from one id to another; '-' and '+' are the ends.")
        .takes(&[KEY, START, END, options(&[COUNT])])
        .gives(&ENTRIES),
    read("XREAD", since("5.0.0"), "Returns the entries of streams behind the given ids by stream, or null.")
        .takes(&[options(&[COUNT_EACH, MAXCOUNT, MAXSIZE, BLOCK]), Word("STREAMS"), STREAMS])
        .gives(&Shape::OrNull(&Shape::Map(&Shape::Key, &ENTRIES)))
        .on(Lane::Dedicated),
    write(
        "XREADGROUP",
        since("5.0.0"),
        "Returns new entries ('>') for a consumer of a group, or its pending ones, by stream, or null.",
    )
    .takes(&[
        Word("GROUP"),
        GROUP,
        CONSUMER,
        options(&[
            COUNT_EACH,
            MAXCOUNT,
            MAXSIZE,
            BLOCK,
            value(
                "claim",
                "CLAIM",
                Kind::Int,
                "Takes over what is idle for so many milliseconds first; adds deliveries to entries (Redis 8.4).",
            )
            .sets(CLAIMS),
            flag("noack", "NOACK", "Entries count as acknowledged."),
        ]),
        Word("STREAMS"),
        STREAMS,
    ])
    .but(&[when(CLAIMS, &Shape::OrNull(&Shape::Map(&Shape::Key, &Shape::List(&CLAIMED_ENTRY))))])
    .gives(&Shape::OrNull(&Shape::Map(&Shape::Key, &Shape::List(&PENDING_ENTRY))))
    .on(Lane::Dedicated),
    read("XREVRANGE", since("5.0.0"), "Returns entries from one id back to another; '+' and '-' are the ends.")
        .takes(&[KEY, END, START, options(&[COUNT])])
        .gives(&ENTRIES),
    write("XSETID", since("5.0.0"), "Sets the id behind which the stream goes on: for replication.")
        .takes(&[
            KEY,
            one("lastId", Kind::Text),
            options(&[
                value("entriesadded", "ENTRIESADDED", Kind::Int, "How many entries were ever added (7.0)."),
                value("maxdeletedid", "MAXDELETEDID", Kind::Text, "The highest id that was ever deleted (7.0)."),
            ]),
        ])
        .gives(&OK)
        .idempotent(),
    write("XTRIM", since("5.0.0"), "Deletes the oldest entries; answers how many.")
        .takes(&[
            KEY,
            one_of_each(TRIMMING, &[MAXLEN, MINID, APPROXIMATE, TRIM_LIMIT, KEEPREF, DELREF, ACKED]),
        ])
        .gives(&Shape::Int)
        .idempotent(),
];
