//! The server itself: its configuration, its data as a whole, its modules, its replication.
//!
//! `MONITOR`, `PSYNC`, `REPLCONF` and `SYNC` are methods of nothing: they turn a connection into a stream.

use crate::command::argument::{
    Kind, Part, any, flag, last, list, many, maybe, one, options, pairs, param, repeat_pairs, tuple, value,
};
use crate::command::row::{ConnectionUse, Row, ask, read, since, tell, write};
use crate::command::shape::{OK, Shape, field};

const FLUSH_MODE: Part = maybe("mode", Kind::Choice(&["async", "sync"]), 0);
const ANY_ARGUMENTS: Part = any("args", Kind::Text);
const MASTER: &[Part] = &[one("host", Kind::Text), one("port", Kind::Text)];

const MODULE: Shape = Shape::Named(
    "LoadedModule",
    &Shape::Object(&[
        field("name", Shape::Word),
        field("ver", Shape::Int),
        field("path", Shape::Word),
        field("args", Shape::List(&Shape::Word)),
    ]),
);
const REPLICA: Shape =
    Shape::Record(&[field("host", Shape::Word), field("port", Shape::Int), field("offset", Shape::Int)]);
const ROLE: Shape = Shape::Tagged(&[
    (
        "master",
        Shape::Record(&[
            field("role", Shape::Line(&["master"])),
            field("offset", Shape::Int),
            field("replicas", Shape::List(&REPLICA)),
        ]),
    ),
    (
        "slave",
        Shape::Record(&[
            field("role", Shape::Line(&["slave"])),
            field("host", Shape::Word),
            field("port", Shape::Int),
            field("state", Shape::Word),
            field("offset", Shape::Int),
        ]),
    ),
    (
        "sentinel",
        Shape::Record(&[
            field("role", Shape::Line(&["sentinel"])),
            field("masters", Shape::List(&Shape::Word)),
        ]),
    ),
]);

pub(super) const ROWS: &[Row] = &[
    tell("BGREWRITEAOF", since("1.0.0"), "Rewrites the append-only file in the background.")
        .gives(&Shape::Word)
        .admin(),
    tell("BGSAVE", since("1.0.0"), "Saves the dataset to disk in the background.")
        .takes(&[options(&[
            flag("schedule", "SCHEDULE", "Waits for a rewrite of the append-only file that is under way.")
                .excludes(1),
            flag("cancel", "CANCEL", "Ends or forgets the save instead (Valkey 8.1).").excludes(1),
        ])])
        .gives(&Shape::Word)
        .admin(),
    ask("CONFIG GET", since("2.0.0"), "Returns the configuration parameters that match the patterns.")
        .takes(&[many("patterns", Kind::Text)])
        .gives(&Shape::Map(&Shape::Word, &Shape::Word))
        .admin(),
    tell("CONFIG RESETSTAT", since("2.0.0"), "Resets the statistics of `info`.").gives(&OK).admin(),
    tell("CONFIG REWRITE", since("2.8.0"), "Writes the current configuration to the configuration file.")
        .gives(&OK)
        .admin(),
    tell("CONFIG SET", since("2.0.0"), "Sets configuration parameters.")
        .takes(&[pairs(param("parameter", Kind::Text), param("value", Kind::Text))])
        .gives(&OK)
        .admin()
        .idempotent(),
    read("DBSIZE", since("1.0.0"), "Returns the number of keys in the database.").gives(&Shape::Int),
    tell(
        "DEBUG",
        since("1.0.0"),
        "Runs a debugging command of the server's developers. Some of them crash the server.",
    )
    .takes(&[many("args", Kind::Text)])
    .admin(),
    tell("FAILOVER", since("6.2.0"), "Starts a coordinated failover to a replica.")
        .takes(&[options(&[
            tuple(
                "to",
                "TO",
                &[param("host", Kind::Text), param("port", Kind::Int)],
                "The replica; any if left out.",
            ),
            flag("force", "FORCE", "With `to` and `timeout`: even if the replica has not caught up by then."),
            flag("abort", "ABORT", "Ends a failover that is under way instead."),
            value("timeout", "TIMEOUT", Kind::Int, "Gives up after this many milliseconds."),
        ])])
        .gives(&OK)
        .admin(),
    write("FLUSHALL", since("1.0.0"), "Deletes all keys in all databases.")
        .takes(&[FLUSH_MODE])
        .gives(&OK)
        .idempotent(),
    write("FLUSHDB", since("1.0.0"), "Deletes all keys in the database.")
        .takes(&[FLUSH_MODE])
        .gives(&OK)
        .idempotent(),
    ask(
        "INFO",
        since("1.0.0"),
        "Returns information and statistics about the server, by section in lower case.",
    )
    .takes(&[any("sections", Kind::Text)])
    .gives(&Shape::Info),
    ask("LASTSAVE", since("1.0.0"), "Returns the Unix time of the last successful save to disk.")
        .gives(&Shape::Int),
    read("LOLWUT", since("5.0.0"), "Returns the server version and a piece of computer art, as text.")
        .takes(&[options(&[
            value("version", "VERSION", Kind::Int, "The version whose art is wanted."),
            list("args", "", Kind::Int, "Numbers that the art is made of."),
        ])])
        .gives(&Shape::Word),
    ask("MODULE LIST", since("4.0.0"), "Lists the loaded modules.").gives(&Shape::List(&MODULE)).admin(),
    tell("MODULE LOAD", since("4.0.0"), "Loads a module.")
        .takes(&[one("path", Kind::Text), ANY_ARGUMENTS])
        .gives(&OK)
        .admin(),
    tell("MODULE LOADEX", since("7.0.0"), "Loads a module with its configuration.")
        .takes(&[
            one("path", Kind::Text),
            options(&[
                repeat_pairs("config", "CONFIG", "Parameters of the module."),
                last("args", "ARGS", Kind::Text, "Arguments of the module."),
            ]),
        ])
        .gives(&OK)
        .admin(),
    tell("MODULE UNLOAD", since("4.0.0"), "Unloads a module.")
        .takes(&[one("name", Kind::Text)])
        .gives(&OK)
        .admin(),
    tell("MONITOR", since("1.0.0"), "Streams every command that the server processes.")
        .admin()
        .on(ConnectionUse::Internal),
    tell("PSYNC", since("2.8.0"), "Starts partial replication from an offset. Replicas use it internally.")
        .takes(&[one("replicationId", Kind::Text), many("offset", Kind::Text)])
        .admin()
        .on(ConnectionUse::Internal),
    tell(
        "REPLCONF",
        since("3.0.0"),
        "Configures replication on this connection. Replicas use it internally.",
    )
    .takes(&[any("arguments", Kind::Text)])
    .admin()
    .on(ConnectionUse::Internal),
    tell(
        "REPLICAOF",
        since("5.0.0"),
        "Makes the server a replica of another one. 'no' and 'one' make it a master.",
    )
    .takes(MASTER)
    .gives(&Shape::Word)
    .admin()
    .idempotent(),
    write(
        "RESTORE-ASKING",
        since("3.0.0"),
        "Restores a key of a slot that is being imported. Servers use it internally.",
    )
    .takes(&[
        one("key", Kind::Key),
        one("ttl", Kind::Int),
        one("serialized", Kind::Text),
        any("arguments", Kind::Text),
    ])
    .on(ConnectionUse::Internal),
    ask("ROLE", since("2.8.12"), "Returns the replication role of the server and its peers.").gives(&ROLE),
    tell("SAVE", since("1.0.0"), "Saves the dataset to disk and blocks the server meanwhile.")
        .gives(&OK)
        .admin(),
    tell(
        "SHUTDOWN",
        since("1.0.0"),
        "Shuts down the server. The call rejects because its connection is lost.",
    )
    .takes(&[options(&[
        flag("nosave", "NOSAVE", "Does not save the data, even if save points are configured.")
            .excludes(0b01),
        flag("save", "SAVE", "Saves the data, even if no save points are configured.").excludes(0b01),
        flag("now", "NOW", "Does not wait for replicas that lag behind (7.0)."),
        flag("force", "FORCE", "Ignores errors such as a failed save (7.0)."),
        flag("abort", "ABORT", "Ends a shutdown that is under way instead (7.0)."),
        flag("safe", "SAFE", "Refuses where the server is a cluster's voting primary (Valkey 9.0)."),
        flag("failover", "FAILOVER", "Lets a replica take over first (Valkey 9.0)."),
    ])])
    .gives(&OK)
    .admin(),
    tell("SLAVEOF", since("1.0.0"), "Makes the server a replica. The old name of `replicaof`.")
        .takes(MASTER)
        .gives(&Shape::Word)
        .admin()
        .idempotent(),
    write("SWAPDB", since("4.0.0"), "Swaps two databases.")
        .takes(&[one("index1", Kind::Int), one("index2", Kind::Int)])
        .gives(&OK),
    tell("SYNC", since("1.0.0"), "Starts full replication. Replicas use it internally.")
        .admin()
        .on(ConnectionUse::Internal),
    ask("TIME", since("2.6.0"), "Returns the current Unix time of the server.").gives(&Shape::Typed(
        "[seconds: number, microseconds: number]",
        &Shape::Tuple(&[Shape::Int, Shape::Int]),
    )),
];
