//! Transactions.
//!
//! `MULTI`, `EXEC` and `DISCARD` are methods of nothing: between them a connection answers `QUEUED` to every command. A
//! batch of one write stands for them; a leased connection takes them raw. Watching belongs to a connection and is a method
//! of leased ones.

use crate::command::argument::KEYS;
use crate::command::row::{ConnectionUse, Row, SessionEffect, since, tell};
use crate::command::shape::OK;

pub(super) const ROWS: &[Row] = &[
    tell("DISCARD", since("2.0.0"), "Discards the commands of a transaction.")
        .on(ConnectionUse::Raw)
        .leaving(SessionEffect::Nothing),
    tell("EXEC", since("1.2.0"), "Executes the commands of a transaction.")
        .on(ConnectionUse::Raw)
        .leaving(SessionEffect::Nothing),
    tell("MULTI", since("1.2.0"), "Starts a transaction.")
        .on(ConnectionUse::Raw)
        .leaving(SessionEffect::Transaction),
    tell("UNWATCH", since("2.2.0"), "Forgets the watched keys of this connection.")
        .gives(&OK)
        .on(ConnectionUse::Session)
        .leaving(SessionEffect::Nothing),
    tell("WATCH", since("2.2.0"), "Watches keys: the next EXEC fails if any of them changed.")
        .takes(&[KEYS])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .leaving(SessionEffect::Watch),
];
