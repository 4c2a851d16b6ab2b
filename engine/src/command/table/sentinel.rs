//! Sentinels, which answer only these and a few commands of every server. A client of a deployment has a class of its own
//! (`Sentinel`); these are for a client that is connected to one sentinel.

use crate::command::argument::{Kind, Part, one, pairs, param};
use crate::command::row::{Row, ask, since, tell};
use crate::command::shape::{Field, OK, Shape, field};

const NAME: &[Part] = &[one("name", Kind::Text)];
const SETTINGS: Part = pairs(param("option", Kind::Text), param("value", Kind::Text));

const fn number(name: &'static str) -> Field {
    field(name, Shape::Optional(&Shape::Int))
}

const fn word(name: &'static str) -> Field {
    field(name, Shape::Optional(&Shape::Word))
}

const MASTER: Shape = Shape::Named(
    "SentinelMaster",
    &Shape::Object(&[
        field("name", Shape::Word),
        field("ip", Shape::Word),
        field("port", Shape::Int),
        field("flags", Shape::Word),
        word("runid"),
        number("link-pending-commands"),
        number("link-refcount"),
        number("last-ping-sent"),
        number("last-ok-ping-reply"),
        number("last-ping-reply"),
        number("s-down-time"),
        number("o-down-time"),
        number("down-after-milliseconds"),
        number("info-refresh"),
        word("role-reported"),
        number("role-reported-time"),
        number("config-epoch"),
        number("num-slaves"),
        number("num-other-sentinels"),
        number("quorum"),
        number("failover-timeout"),
        word("failover-state"),
        number("parallel-syncs"),
    ]),
);
const REPLICA: Shape = Shape::Named(
    "SentinelReplica",
    &Shape::Object(&[
        field("name", Shape::Word),
        field("ip", Shape::Word),
        field("port", Shape::Int),
        field("flags", Shape::Word),
        word("runid"),
        number("link-pending-commands"),
        number("link-refcount"),
        number("last-ping-sent"),
        number("last-ok-ping-reply"),
        number("last-ping-reply"),
        number("s-down-time"),
        number("o-down-time"),
        number("down-after-milliseconds"),
        number("info-refresh"),
        word("role-reported"),
        number("role-reported-time"),
        number("master-link-down-time"),
        word("master-link-status"),
        word("master-host"),
        number("master-port"),
        number("slave-priority"),
        number("slave-repl-offset"),
        number("replica-announced"),
    ]),
);
const PEER: Shape = Shape::Named(
    "SentinelPeer",
    &Shape::Object(&[
        field("name", Shape::Word),
        field("ip", Shape::Word),
        field("port", Shape::Int),
        field("flags", Shape::Word),
        word("runid"),
        number("link-pending-commands"),
        number("link-refcount"),
        number("last-ping-sent"),
        number("last-ok-ping-reply"),
        number("last-ping-reply"),
        number("s-down-time"),
        number("down-after-milliseconds"),
        number("last-hello-message"),
        word("voted-leader"),
        number("voted-leader-epoch"),
    ]),
);

pub(super) const ROWS: &[Row] = &[
    ask("SENTINEL CKQUORUM", since("2.8.4"), "Checks whether enough sentinels are reachable for a failover.")
        .takes(NAME)
        .gives(&Shape::Word)
        .admin(),
    tell("SENTINEL FAILOVER", since("2.8.4"), "Forces a failover without the agreement of other sentinels.")
        .takes(NAME)
        .gives(&OK)
        .admin(),
    tell("SENTINEL FLUSHCONFIG", since("2.8.4"), "Writes the sentinel's state to its configuration file.")
        .gives(&OK)
        .admin()
        .idempotent(),
    ask(
        "SENTINEL GET-MASTER-ADDR-BY-NAME",
        since("2.8.4"),
        "Returns the host and port of a master, or null.",
    )
    .takes(NAME)
    .gives(&Shape::OrNull(&Shape::Record(&[field("host", Shape::Word), field("port", Shape::Int)])))
    .admin(),
    ask("SENTINEL MASTER", since("2.8.4"), "Returns the state of a master as the sentinel sees it.")
        .takes(NAME)
        .gives(&MASTER)
        .admin(),
    ask("SENTINEL MASTERS", since("2.8.4"), "Returns the state of all masters that the sentinel monitors.")
        .gives(&Shape::List(&MASTER))
        .admin(),
    tell("SENTINEL MONITOR", since("2.8.4"), "Makes the sentinel monitor another master.")
        .takes(&[
            one("name", Kind::Text),
            one("ip", Kind::Text),
            one("port", Kind::Int),
            one("quorum", Kind::Int),
        ])
        .gives(&OK)
        .admin(),
    ask("SENTINEL MYID", since("6.2.0"), "Returns the id of the sentinel.").gives(&Shape::Word).admin(),
    tell("SENTINEL REMOVE", since("2.8.4"), "Makes the sentinel stop monitoring a master.")
        .takes(NAME)
        .gives(&OK)
        .admin(),
    ask(
        "SENTINEL REPLICAS",
        since("5.0.0"),
        "Returns the state of a master's replicas as the sentinel sees them.",
    )
    .takes(NAME)
    .gives(&Shape::List(&REPLICA))
    .admin(),
    tell(
        "SENTINEL RESET",
        since("2.8.4"),
        "Resets the sentinel's state of the masters that match a pattern. Returns their number.",
    )
    .takes(&[one("pattern", Kind::Text)])
    .gives(&Shape::Int)
    .admin(),
    ask(
        "SENTINEL SENTINELS",
        since("2.8.4"),
        "Returns the state of the other sentinels that monitor a master.",
    )
    .takes(NAME)
    .gives(&Shape::List(&PEER))
    .admin(),
    tell("SENTINEL SET", since("2.8.4"), "Sets configuration parameters of a master.")
        .takes(&[one("name", Kind::Text), SETTINGS])
        .gives(&OK)
        .admin()
        .idempotent(),
];
