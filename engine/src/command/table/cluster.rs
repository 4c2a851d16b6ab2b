//! The cluster, as one of its nodes sees it. What prepares a connection for redirected or stale reads belongs to that
//! connection.

use crate::command::argument::Part::Steps;
use crate::command::argument::{
    Kind, Part, PhrasePiece, companion, flag, list, many, maybe, one, one_of_each, options, pairs, param,
    phrase, tuple, value,
};
use crate::command::row::{ConnectionUse, Row, Since, ask, read, since, tell, when, write};
use crate::command::shape::{OK, Shape, field};

const NODE: Part = one("nodeId", Kind::Text);
const SLOT: Part = one("slot", Kind::Int);
const SLOTS: &[Part] = &[many("slots", Kind::Int)];
const RANGES: &[Part] = &[pairs(param("start", Kind::Int), param("end", Kind::Int))];

/// One node of the cluster for a line.
const LINES: Shape = Shape::List(&Shape::Word);
const LINK: Shape = Shape::Named(
    "ClusterLink",
    &Shape::Object(&[
        field("direction", Shape::Line(&["to", "from"])),
        field("node", Shape::Word),
        field("create-time", Shape::Int),
        field("events", Shape::Word),
        field("send-buffer-allocated", Shape::Int),
        field("send-buffer-used", Shape::Int),
    ]),
);
const SHARD: Shape = Shape::Named(
    "ClusterShard",
    &Shape::Object(&[
        field("id", Shape::Optional(&Shape::Word)),
        field("slots", Shape::Pairs(&Shape::Int, &Shape::Int)),
        field(
            "nodes",
            Shape::List(&Shape::Object(&[
                field("id", Shape::Word),
                field("port", Shape::Optional(&Shape::Int)),
                field("tls-port", Shape::Optional(&Shape::Int)),
                field("ip", Shape::Word),
                field("endpoint", Shape::OrNull(&Shape::Word)),
                field("hostname", Shape::Optional(&Shape::Word)),
                field("role", Shape::Word),
                field("replication-offset", Shape::Int),
                field("health", Shape::Word),
                field("availability-zone", Shape::Optional(&Shape::Word)),
            ])),
        ),
    ]),
);
const SLOT_NODE: Shape = Shape::Named(
    "ClusterSlotNode",
    &Shape::Record(&[
        field("host", Shape::OrNull(&Shape::Word)),
        field("port", Shape::Int),
        field("id", Shape::Word),
        field("metadata", Shape::Map(&Shape::Word, &Shape::Word)),
    ]),
);
const SLOT_RANGE: Shape =
    Shape::Trailing(&[field("start", Shape::Int), field("end", Shape::Int)], &field("nodes", SLOT_NODE));
const MIGRATION: Shape = Shape::Named(
    "ClusterSlotMigration",
    &Shape::Object(&[
        field("name", Shape::Word),
        field("operation", Shape::Word),
        field("slot_ranges", Shape::Word),
        field("target_node", Shape::Word),
        field("source_node", Shape::Word),
        field("create_time", Shape::Int),
        field("last_update_time", Shape::Int),
        field("last_ack_time", Shape::Int),
        field("state", Shape::Word),
        field("message", Shape::Word),
        field("cow_size", Shape::Int),
        field("remaining_repl_size", Shape::Int),
    ]),
);

/// A Redis 8.4 task.
const MIGRATION_TASK: Shape = Shape::Named(
    "ClusterMigrationTask",
    &Shape::Object(&[
        field("id", Shape::Word),
        field("slots", Shape::Word),
        field("source", Shape::Word),
        field("dest", Shape::Word),
        field("operation", Shape::Word),
        field("state", Shape::Word),
        field("last_error", Shape::Word),
        field("retries", Shape::Int),
        field("create_time", Shape::Int),
        field("start_time", Shape::Int),
        field("end_time", Shape::Int),
        field("write_pause_ms", Shape::Int),
    ]),
);
const SLOT_STATISTICS: Shape = Shape::Typed(
    "[slot: number, statistics: Record<string, number>]",
    &Shape::Tuple(&[Shape::Int, Shape::Map(&Shape::Word, &Shape::Int)]),
);

/// The variant bits: tasks are ended; tasks are shown.
const CANCELS: u8 = 1;
const SHOWS: u8 = 2;

pub(super) const ROWS: &[Row] = &[
    tell("ASKING", since("3.0.0"), "Lets the next command through on a node that is importing its slot.")
        .on(ConnectionUse::Internal),
    tell("CLUSTER ADDSLOTS", since("3.0.0"), "Assigns slots to this node.").takes(SLOTS).gives(&OK).admin(),
    tell("CLUSTER ADDSLOTSRANGE", since("7.0.0"), "Assigns ranges of slots to this node.")
        .takes(RANGES)
        .gives(&OK)
        .admin(),
    tell("CLUSTER BUMPEPOCH", since("3.0.0"), "Advances the cluster's configuration epoch. Returns what was done.")
        .gives(&Shape::Word)
        .admin(),
    tell(
        "CLUSTER CANCELSLOTMIGRATIONS",
        Since::valkey("9.0.0"),
        "Cancels all slot migrations that this node started.",
    )
    .gives(&OK)
    .admin(),
    ask("CLUSTER COUNT-FAILURE-REPORTS", since("3.0.0"), "Returns the number of active failure reports for a node.")
        .takes(&[NODE])
        .gives(&Shape::Int)
        .admin(),
    ask("CLUSTER COUNTKEYSINSLOT", since("3.0.0"), "Returns the number of keys in a slot on this node.")
        .takes(&[SLOT])
        .gives(&Shape::Int),
    tell("CLUSTER DELSLOTS", since("3.0.0"), "Removes slots from this node.").takes(SLOTS).gives(&OK).admin(),
    tell("CLUSTER DELSLOTSRANGE", since("7.0.0"), "Removes ranges of slots from this node.")
        .takes(RANGES)
        .gives(&OK)
        .admin(),
    tell("CLUSTER FAILOVER", since("3.0.0"), "Makes this replica take over from its primary.")
        .takes(&[maybe("mode", Kind::Choice(&["force", "takeover"]), 0)])
        .gives(&OK)
        .admin(),
    write("CLUSTER FLUSHSLOT", Since::valkey("9.0.0"), "Deletes all keys in a slot.")
        .takes(&[SLOT, maybe("mode", Kind::Choice(&["async", "sync"]), 0)])
        .gives(&OK)
        .admin()
        .idempotent(),
    tell("CLUSTER FLUSHSLOTS", since("3.0.0"), "Removes all slots from this node, which must hold no keys.")
        .gives(&OK)
        .admin()
        .idempotent(),
    tell("CLUSTER FORGET", since("3.0.0"), "Removes a node from this node's table of nodes.")
        .takes(&[NODE])
        .gives(&OK)
        .admin(),
    ask("CLUSTER GETKEYSINSLOT", since("3.0.0"), "Returns some of the keys in a slot on this node.")
        .takes(&[SLOT, one("count", Kind::Int)])
        .gives(&Shape::List(&Shape::Key)),
    ask(
        "CLUSTER GETSLOTMIGRATIONS",
        Since::valkey("9.0.0"),
        "Returns the ongoing slot migrations and the most recent finished ones.",
    )
    .gives(&Shape::List(&MIGRATION))
    .admin(),
    ask("CLUSTER INFO", since("3.0.0"), "Returns the state of the cluster as this node sees it, with statistics.")
        .gives(&Shape::Facts),
    ask("CLUSTER KEYSLOT", since("3.0.0"), "Returns the hash slot of a key.")
        .takes(&[one("key", Kind::Name)])
        .gives(&Shape::Int),
    ask("CLUSTER LINKS", since("7.0.0"), "Returns the node's connections to its peers.")
        .gives(&Shape::List(&LINK)),
    tell("CLUSTER MEET", since("3.0.0"), "Introduces another node to this one, so that the two form a cluster.")
        .takes(&[one("ip", Kind::Text), one("port", Kind::Int), maybe("busPort", Kind::Int, 0)])
        .gives(&OK)
        .admin(),
    tell("CLUSTER MIGRATESLOTS", Since::valkey("9.0.0"), "Moves ranges of slots to other nodes.")
        .takes(&[Steps(&[
            list(
                "slotsrange",
                "SLOTSRANGE",
                Kind::Int,
                "First and last slot of each range, one behind the other.",
            ),
            value("node", "NODE", Kind::Text, "Where they go."),
        ])])
        .gives(&OK)
        .admin(),
    tell(
        "CLUSTER MIGRATION",
        Since::redis("8.4.0"),
        "Starts, cancels or shows migrations of slots to this node.",
    )
    .takes(&[one_of_each(
        1,
        &[
            list("import", "IMPORT", Kind::Int, "First and last slot of each range; answers the task's id.")
                .excludes(1),
            value("cancel", "CANCEL ID", Kind::Text, "Ends this task; answers how many were ended.")
                .excludes(1)
                .sets(CANCELS),
            flag("cancelAll", "CANCEL ALL", "Ends all tasks; answers how many.").excludes(1).sets(CANCELS),
            value("status", "STATUS ID", Kind::Text, "Shows this task.").excludes(1).sets(SHOWS),
            flag("statusAll", "STATUS ALL", "Shows all tasks.").excludes(1).sets(SHOWS),
        ],
    )])
    .but(&[when(CANCELS, &Shape::Int), when(SHOWS, &Shape::List(&MIGRATION_TASK))])
    .gives(&Shape::Word)
    .admin(),
    ask("CLUSTER MYID", since("3.0.0"), "Returns the id of this node.").gives(&Shape::Word),
    ask("CLUSTER MYSHARDID", since("7.2.0"), "Returns the id of this node's shard.").gives(&Shape::Word),
    ask(
        "CLUSTER NODES",
        since("3.0.0"),
        "Returns the nodes as text, one line for each, in the format of the node's own configuration file.",
    )
    .gives(&Shape::Word),
    ask("CLUSTER REPLICAS", since("5.0.0"), "Returns the replicas of a primary, as lines in the format of `clusterNodes`.")
        .takes(&[NODE])
        .gives(&LINES)
        .admin(),
    tell(
        "CLUSTER REPLICATE",
        since("3.0.0"),
        "Makes this node a replica of another one. 'no' and 'one' make it a primary without slots (Valkey 9.0).",
    )
    .takes(&[many("nodeId", Kind::Text)])
    .gives(&OK)
    .admin()
    .idempotent(),
    tell("CLUSTER RESET", since("3.0.0"), "Resets this node: it forgets its peers and its slots.")
        .takes(&[maybe("mode", Kind::Choice(&["hard", "soft"]), 0)])
        .gives(&OK)
        .admin(),
    tell("CLUSTER SAVECONFIG", since("3.0.0"), "Saves the node's cluster configuration to disk.")
        .gives(&OK)
        .admin()
        .idempotent(),
    tell("CLUSTER SET-CONFIG-EPOCH", since("3.0.0"), "Sets the configuration epoch of a new node.")
        .takes(&[one("epoch", Kind::Int)])
        .gives(&OK)
        .admin(),
    tell("CLUSTER SETSLOT", since("3.0.0"), "Sets the state of a slot: its owner, or the node that it is migrating to or importing from.")
        .takes(&[
            SLOT,
            one_of_each(
                1,
                &[
                    value("importing", "IMPORTING", Kind::Text, "This node takes it from that one.")
                        .excludes(1),
                    value("migrating", "MIGRATING", Kind::Text, "This node gives it to that one.")
                        .excludes(1),
                    value("node", "NODE", Kind::Text, "It belongs to that node.").excludes(1),
                    flag("stable", "STABLE", "It stays where it is.").excludes(1),
                    value(
                        "timeout",
                        "TIMEOUT",
                        Kind::Int,
                        "How many milliseconds replicas may take (Valkey 8.0).",
                    ),
                ],
            ),
        ])
        .gives(&OK)
        .admin(),
    ask("CLUSTER SHARDS", since("7.0.0"), "Returns the shards with their slots and nodes.")
        .gives(&Shape::List(&SHARD)),
    ask(
        "CLUSTER SLAVES",
        since("3.0.0"),
        "Returns the replicas of a primary. The old name of `clusterReplicas`.",
    )
    .takes(&[NODE])
    .gives(&LINES)
    .admin(),
    ask("CLUSTER SLOT-STATS", Since::each("8.2.0", "8.0.0"), "Returns usage statistics of the node's slots.")
        .takes(&[one_of_each(
            1,
            &[
                tuple(
                    "slotsrange",
                    "SLOTSRANGE",
                    &[param("start", Kind::Int), param("end", Kind::Int)],
                    "Of the slots from one to another.",
                )
                .excludes(1),
                phrase(
                    "orderby",
                    "ORDERBY",
                    &[
                        PhrasePiece::Own(Kind::Text),
                        PhrasePiece::With { option: "limit", word: "LIMIT" },
                        PhrasePiece::With { option: "order", word: "" },
                    ],
                    "Of all, sorted by this statistic such as 'key-count'.",
                )
                .excludes(1),
                companion("limit", Kind::Int, "With `orderby`: how many at most."),
                companion("order", Kind::Choice(&["asc", "desc"]), "With `orderby`: the direction."),
            ],
        )])
        .gives(&Shape::List(&SLOT_STATISTICS)),
    ask("CLUSTER SLOTS", since("3.0.0"), "Returns the slot ranges with their nodes, primary first.")
        .gives(&Shape::List(&SLOT_RANGE)),
    tell("CLUSTER SYNCSLOTS", Since::each("8.4.0", "9.0.0"), "Carries out a slot migration between two nodes. Servers use it internally.")
        .takes(&[many("arguments", Kind::Text)])
        .admin()
        .on(ConnectionUse::Internal),
    read(
        "CLUSTERSCAN",
        Since::valkey("9.1.0"),
        "Returns one page of the cluster's keys and the next cursor. The cursor '0' ends the scan.",
    )
    .takes(&[
        one("cursor", Kind::Text),
        options(&[
            value("match", "MATCH", Kind::Pattern, "Only names that match this pattern."),
            value("count", "COUNT", Kind::Int, "About how many to look at for one page."),
            value("type", "TYPE", Kind::Text, "Only keys of this type."),
            value("slot", "SLOT", Kind::Int, "Only keys of this slot."),
        ]),
    ])
    .gives(&Shape::Typed(
        "[cursor: string, keys: T[]]",
        &Shape::Tuple(&[Shape::Word, Shape::List(&Shape::Key)]),
    )),
    tell("READONLY", since("3.0.0"), "Allows reads on this connection to a cluster replica.")
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
    tell("READWRITE", since("3.0.0"), "Ends the read-only mode that `readonly` started.")
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
];
