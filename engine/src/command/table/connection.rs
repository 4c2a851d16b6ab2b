//! The connection and its peers.
//!
//! `HELLO`, `QUIT`, `RESET` and `CLIENT REPLY` are methods of nothing: each changes behind the client's back what it knows
//! about its connection (protocol, user, database, whether replies come). `connect()`, `close()` and the options stand for
//! them. What only sets a state of its connection is a method of leased connections, which take the first three raw as well.

use crate::command::argument::{
    Kind, ON_OFF, Opt, YES_NO, any, flag, list, many, maybe, one, options, repeat, some_of, value,
};
use crate::command::row::{ConnectionUse, Row, Since, ask, since, tell, when};
use crate::command::shape::{Field, OK, Shape};

const KINDS: Kind = Kind::Choice(&["normal", "master", "primary", "replica", "slave", "pubsub"]);

/// The filters of `CLIENT LIST` and `CLIENT KILL`.
const FILTERS: &[Opt] = &[
    list("id", "ID", Kind::Int, "Only these client ids."),
    value("type", "TYPE", KINDS, "Only clients of this kind."),
    value("user", "USER", Kind::Text, "Only clients of this user."),
    value("addr", "ADDR", Kind::Text, "Only the client at this address, `ip:port`."),
    value("laddr", "LADDR", Kind::Text, "Only clients connected to this address of the server, `ip:port`."),
    value("skipme", "SKIPME", YES_NO, "Leaves the calling connection out."),
    value(
        "maxage",
        "MAXAGE",
        Kind::Int,
        "Only clients connected for at least this many seconds (Redis 7.4, Valkey 8.0).",
    ),
    value("name", "NAME", Kind::Text, "Only clients of this name (Valkey 9.0)."),
    value("idle", "IDLE", Kind::Int, "Only clients idle for at least this many seconds (Valkey 9.0)."),
    value("flags", "FLAGS", Kind::Text, "Only clients with all of these flags (Valkey 9.0)."),
    value("libName", "LIB-NAME", Kind::Text, "Only clients of this library (Valkey 9.0)."),
    value("libVer", "LIB-VER", Kind::Text, "Only clients of this library version (Valkey 9.0)."),
    value("db", "DB", Kind::Int, "Only clients on this database (Valkey 9.0)."),
    value("capa", "CAPA", Kind::Text, "Only clients with this capability (Valkey 9.0)."),
    value("ip", "IP", Kind::Text, "Only clients at this IP address (Valkey 9.0)."),
    list("notId", "NOT-ID", Kind::Int, "Not these client ids (Valkey 9.0)."),
    value("notType", "NOT-TYPE", KINDS, "Not clients of this kind (Valkey 9.0)."),
    value("notUser", "NOT-USER", Kind::Text, "Not clients of this user (Valkey 9.0)."),
    value("notAddr", "NOT-ADDR", Kind::Text, "Not the client at this address (Valkey 9.0)."),
    value("notLaddr", "NOT-LADDR", Kind::Text, "Not clients connected to this address (Valkey 9.0)."),
    value("notName", "NOT-NAME", Kind::Text, "Not clients of this name (Valkey 9.0)."),
    value("notFlags", "NOT-FLAGS", Kind::Text, "Not clients with any of these flags (Valkey 9.0)."),
    value("notLibName", "NOT-LIB-NAME", Kind::Text, "Not clients of this library (Valkey 9.0)."),
    value("notLibVer", "NOT-LIB-VER", Kind::Text, "Not clients of this library version (Valkey 9.0)."),
    value("notDb", "NOT-DB", Kind::Int, "Not clients on this database (Valkey 9.0)."),
    value("notCapa", "NOT-CAPA", Kind::Text, "Not clients with this capability (Valkey 9.0)."),
    value("notIp", "NOT-IP", Kind::Text, "Not clients at this IP address (Valkey 9.0)."),
];

const TRACKING: Shape = Shape::Object(&[
    Field { name: "flags", shape: Shape::List(&Shape::Word) },
    Field { name: "redirect", shape: Shape::Int },
    Field { name: "prefixes", shape: Shape::List(&Shape::Text) },
]);

pub(super) const ROWS: &[Row] = &[
    tell("AUTH", since("1.0.0"), "Authenticates this connection with a password, or with a user name and a password.")
        .takes(&[one("usernameOrPassword", Kind::Text), maybe("password", Kind::Text, 0)])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
    tell("CLIENT CACHING", since("6.0.0"), "Tells the server whether to track the keys of the next command.")
        .takes(&[one("enabled", YES_NO)])
        .gives(&OK)
        .on(ConnectionUse::Session),
    tell("CLIENT CAPA", Since::valkey("8.0.0"), "Declares the capabilities of this connection.")
        .takes(&[many("capabilities", Kind::Text)])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
    ask("CLIENT GETNAME", since("2.6.9"), "Returns the name of this connection, or null if it has none.")
        .gives(&Shape::OrNull(&Shape::Word)),
    ask(
        "CLIENT GETREDIR",
        since("6.0.0"),
        "Returns the client id that receives invalidation messages. 0 means no redirection, -1 that tracking is off.",
    )
    .gives(&Shape::Int),
    ask("CLIENT ID", since("5.0.0"), "Returns the client id of this connection.").gives(&Shape::Int),
    tell("CLIENT IMPORT-SOURCE", Since::valkey("8.1.0"), "Marks this connection as an import source while the server is in import mode.")
        .takes(&[one("enabled", ON_OFF)])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
    ask("CLIENT INFO", since("6.2.0"), "Returns information about this connection.")
        .gives(&Shape::Attributes),
    tell("CLIENT KILL", since("2.4.0"), "Closes the connections that match every filter. Returns their number.")
        .takes(&[some_of(FILTERS)])
        .gives(&Shape::Int)
        .admin(),
    ask("CLIENT LIST", since("2.4.0"), "Lists the open connections of the server.")
        .takes(&[options(FILTERS)])
        .gives(&Shape::AttributeLines)
        .admin(),
    tell("CLIENT NO-EVICT", since("7.0.0"), "Exempts this connection from client eviction, or ends the exemption.")
        .takes(&[one("enabled", ON_OFF)])
        .gives(&OK)
        .admin()
        .on(ConnectionUse::Session)
        .restored(),
    tell(
        "CLIENT NO-TOUCH",
        since("7.2.0"),
        "Controls whether commands on this connection update the last access time of keys.",
    )
    .takes(&[one("enabled", ON_OFF)])
    .gives(&OK)
    .on(ConnectionUse::Session)
    .restored(),
    tell("CLIENT PAUSE", since("3.0.0"), "Suspends the commands of clients for a number of milliseconds.")
        .takes(&[one("timeout", Kind::Int), maybe("mode", Kind::Choice(&["write", "all"]), 0)])
        .gives(&OK)
        .admin(),
    tell("CLIENT REPLY", since("3.2.0"), "Turns replies on this connection on or off.")
        .takes(&[one("mode", Kind::Choice(&["on", "off", "skip"]))])
        .on(ConnectionUse::Internal),
    tell("CLIENT SETINFO", since("7.2.0"), "Sets the library name or version that the server shows for this connection.")
        .takes(&[one("attribute", Kind::Choice(&["lib-name", "lib-ver"])), one("value", Kind::Text)])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
    tell("CLIENT SETNAME", since("2.6.9"), "Sets the name of this connection. The option `clientName` names all connections of a client.")
        .takes(&[one("name", Kind::Text)])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
    tell("CLIENT TRACKING", since("6.0.0"), "Turns tracking of this connection's keys on or off, for client-side caching.")
        .takes(&[
            one("enabled", ON_OFF),
            options(&[
                value("redirect", "REDIRECT", Kind::Int, "Sends invalidations to this client id."),
                repeat("prefix", "PREFIX", Kind::Text, "With `bcast`: only keys that start with this."),
                flag("bcast", "BCAST", "Tracks all keys instead of those read."),
                flag("optin", "OPTIN", "Tracks only what follows `clientCaching(true)`.").excludes(1),
                flag("optout", "OPTOUT", "Tracks all but what follows `clientCaching(false)`.").excludes(1),
                flag("noloop", "NOLOOP", "Says nothing about this connection's own changes."),
            ]),
        ])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
    ask("CLIENT TRACKINGINFO", since("6.2.0"), "Returns the tracking state of this connection.")
        .gives(&TRACKING),
    tell("CLIENT UNBLOCK", since("5.0.0"), "Unblocks another client that is waiting in a blocking command.")
        .takes(&[one("clientId", Kind::Int), maybe("reason", Kind::Choice(&["timeout", "error"]), 0)])
        .gives(&Shape::Bool)
        .admin(),
    tell("CLIENT UNPAUSE", since("6.2.0"), "Resumes the clients that `clientPause` suspended.")
        .gives(&OK)
        .admin(),
    ask("ECHO", since("1.0.0"), "Returns the given message.")
        .takes(&[one("message", Kind::Text)])
        .gives(&Shape::Text),
    tell("HELLO", since("6.0.0"), "Negotiates the protocol version, and optionally authenticates and names the connection.")
        .takes(&[any("arguments", Kind::Text)])
        .on(ConnectionUse::Raw),
    ask("PING", since("1.0.0"), "Returns 'PONG', or the given message.")
        .takes(&[maybe("message", Kind::Text, 1)])
        .but(&[when(1, &Shape::Text)])
        .gives(&Shape::Line(&["PONG"])),
    tell("QUIT", since("1.0.0"), "Closes the connection.")
        .takes(&[any("arguments", Kind::Text)])
        .on(ConnectionUse::Raw),
    tell("RESET", since("6.2.0"), "Resets the state of the connection.").on(ConnectionUse::Raw),
    tell("SELECT", since("1.0.0"), "Changes the database of this connection. The option `db` sets it for all connections of a client.")
        .takes(&[one("db", Kind::Int)])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .restored(),
];
