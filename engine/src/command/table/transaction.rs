//! Transactions.
//!
//! `MULTI`, `EXEC` and `DISCARD` are methods of nothing: between them a connection answers `QUEUED` to every command. A
//! batch of one write stands for them; a leased connection takes them raw. Watching belongs to a connection and is a method
//! of leased ones.

use crate::command::argument::KEYS;
use crate::command::row::{ConnectionUse, Row, SessionEffect, since, tell};
use crate::command::shape::OK;

pub(super) const ROWS: &[Row] = &[
    tell("DISCARD", since("2.0.0"), "Drops a transaction.")
        .on(ConnectionUse::Raw)
        .leaving(SessionEffect::Nothing),
    tell("EXEC", since("1.2.0"), "Runs a transaction.")
        .on(ConnectionUse::Raw)
        .leaving(SessionEffect::Nothing),
    tell("MULTI", since("1.2.0"), "Opens a transaction.")
        .on(ConnectionUse::Raw)
        .leaving(SessionEffect::Transaction),
    tell("UNWATCH", since("2.2.0"), "Forgets the keys that this connection watches.")
        .gives(&OK)
        .on(ConnectionUse::Session)
        .leaving(SessionEffect::Nothing),
    tell("WATCH", since("2.2.0"), "Lets this connection's next transaction fail if one of the keys changes.")
        .takes(&[KEYS])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .leaving(SessionEffect::Watch),
];
