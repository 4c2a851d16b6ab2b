//! The consumer groups of streams: who has read what, and what is still to be acknowledged.

use crate::command::argument::{
    KEY, Kind, Opt, Part, Part::Count, Part::Word, as_pairs, flag, maybe, one, options, value,
};
use crate::command::row::{ConnectionUse, Row, Since, read, since, when, write};
use crate::command::shape::{OK, Shape, field};

use super::stream::{
    ACKED, BLOCK, COUNT, COUNT_EACH, DELETIONS, DELREF, ENTRIES, ENTRIES_OF_PAIRS, FIELD_PAIRS, FIELDS, ID,
    IDS, KEEPREF, MAXCOUNT, MAXSIZE, PAIRS, START, STREAMS,
};

const GROUP: Part = one("group", Kind::Text);
const CONSUMER: Part = one("consumer", Kind::Text);
const MIN_IDLE: Part = one("minIdleTime", Kind::Int);

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
const PENDING_PAIRS: Shape = Shape::Named(
    "PendingStreamEntryPairs",
    &Shape::Typed(
        "[id: string, fields: [name: T, value: T][] | null]",
        &Shape::Tuple(&[Shape::Word, FIELD_PAIRS]),
    ),
);
const CLAIMED_PAIRS: Shape = Shape::Named(
    "ClaimedStreamEntryPairs",
    &Shape::Typed(
        "[id: string, fields: [name: T, value: T][] | null, idle: number, deliveries: number]",
        &Shape::Tuple(&[Shape::Word, FIELD_PAIRS, Shape::Int, Shape::Int]),
    ),
);
const LIST_OF_IDS: Shape = Shape::List(&Shape::Word);
const NEXT_IDS: Shape = Shape::Typed(
    "[next: string, ids: string[], deleted: string[]]",
    &Shape::Tuple(&[Shape::Word, LIST_OF_IDS, LIST_OF_IDS]),
);
const NEXT_ENTRIES: Shape = Shape::Typed(
    "[next: string, entries: StreamEntry<T>[], deleted: string[]]",
    &Shape::Tuple(&[Shape::Word, ENTRIES, LIST_OF_IDS]),
);
const NEXT_PAIRS: Shape = Shape::Typed(
    "[next: string, entries: StreamEntryPairs<T>[], deleted: string[]]",
    &Shape::Tuple(&[Shape::Word, ENTRIES_OF_PAIRS, LIST_OF_IDS]),
);
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

/// The variant bits: ids alone come back; a part of the list was asked for; entries come with their deliveries.
const JUST_IDS: u8 = 1;
/// The group of options that choose what entries look like.
const FORMS: u8 = 4;
const RANGE: u8 = 1;
const CLAIMS: u8 = 1;

const JUSTID: Opt = flag("justid", "JUSTID", "Answers ids alone, and does not count it as a delivery.")
    .excludes(FORMS)
    .sets(JUST_IDS);
const ENTRIESREAD: Part = options(&[value(
    "entriesread",
    "ENTRIESREAD",
    Kind::Int,
    "How many entries the group has read, so that its lag is known (7.0).",
)]);

pub(super) const ROWS: &[Row] = &[
    write("XACK", since("5.0.0"), "Acknowledges entries of a consumer group. Returns how many were pending.")
        .takes(&[KEY, GROUP, IDS])
        .gives(&Shape::Int)
        .idempotent(),
    write(
        "XACKDEL",
        Since::each("8.2.0", "9.2.0"),
        "Acknowledges and deletes entries. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.",
    )
    .takes(&[KEY, GROUP, options(&[KEEPREF, DELREF, ACKED]), Word("IDS"), Count, IDS])
    .gives(&DELETIONS),
    write(
        "XAUTOCLAIM",
        since("6.2.0"),
        "Claims entries that have been pending for at least the given time. Returns the id to continue from, '0-0' at the end.",
    )
    .takes(&[KEY, GROUP, CONSUMER, MIN_IDLE, START, options(&[COUNT, JUSTID, as_pairs(PAIRS).excludes(FORMS)])])
    .but(&[when(JUST_IDS, &NEXT_IDS), when(PAIRS, &NEXT_PAIRS)])
    .gives(&NEXT_ENTRIES),
    write("XCLAIM", since("5.0.0"), "Claims the given entries if they have been pending for at least the given time.")
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
                as_pairs(PAIRS).excludes(FORMS),
            ]),
        ])
        .but(&[when(JUST_IDS, &LIST_OF_IDS), when(PAIRS, &ENTRIES_OF_PAIRS)])
        .gives(&ENTRIES),
    write("XGROUP CREATE", since("5.0.0"), "Creates a consumer group that starts after an id. '$' is the end of the stream.")
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
    write("XGROUP CREATECONSUMER", since("6.2.0"), "Creates a consumer in a group. Returns false if it already exists.")
        .takes(&[KEY, GROUP, CONSUMER])
        .gives(&Shape::Bool),
    write("XGROUP DELCONSUMER", since("5.0.0"), "Deletes a consumer from a group. Returns the number of entries it had pending.")
        .takes(&[KEY, GROUP, CONSUMER])
        .gives(&Shape::Int),
    write("XGROUP DESTROY", since("5.0.0"), "Deletes a consumer group. Returns false if there is no such group.")
        .takes(&[KEY, GROUP])
        .gives(&Shape::Bool),
    write("XGROUP SETID", since("5.0.0"), "Sets the last delivered id of a consumer group.")
        .takes(&[KEY, GROUP, ID, ENTRIESREAD])
        .gives(&OK)
        .idempotent(),
    read("XINFO CONSUMERS", since("5.0.0"), "Returns the consumers of a group.")
        .takes(&[KEY, GROUP])
        .gives(&Shape::List(&CONSUMER_INFO)),
    read("XINFO GROUPS", since("5.0.0"), "Returns the consumer groups of a stream.")
        .takes(&[KEY])
        .gives(&Shape::List(&GROUP_INFO)),
    write(
        "XNACK",
        Since::redis("8.8.0"),
        "Returns pending entries to the group for redelivery. Returns their number.",
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
    read("XPENDING", since("5.0.0"), "Returns a summary of a group's pending entries, or the pending entries in a range.")
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
    write(
        "XREADGROUP",
        since("5.0.0"),
        "Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.",
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
            as_pairs(PAIRS),
        ]),
        Word("STREAMS"),
        STREAMS,
    ])
    .but(&[
        when(CLAIMS | PAIRS, &Shape::OrNull(&Shape::Pairs(&Shape::Key, &Shape::List(&CLAIMED_PAIRS)))),
        when(CLAIMS, &Shape::OrNull(&Shape::Map(&Shape::Key, &Shape::List(&CLAIMED_ENTRY)))),
        when(PAIRS, &Shape::OrNull(&Shape::Pairs(&Shape::Key, &Shape::List(&PENDING_PAIRS)))),
    ])
    .gives(&Shape::OrNull(&Shape::Map(&Shape::Key, &Shape::List(&PENDING_ENTRY))))
    .on(ConnectionUse::Dedicated),
];
