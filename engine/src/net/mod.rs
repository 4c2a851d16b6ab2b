//! Connections: options, addresses, streams, the handshake and the connection itself. Knows no command but the handshake's,
//! the liveness probe's and the one that ends a wait.

pub mod address;
pub mod backoff;
pub mod block;
pub mod connection;
pub mod conversation;
pub mod dial;
pub mod dialect;
mod drains;
pub mod establish;
pub mod halves;
mod handover;
pub mod handshake;
pub mod history;
pub mod inbound;
pub(crate) mod invalidation;
pub mod liveness;
pub mod loan;
pub mod log;
#[cfg(unix)]
pub mod low_water;
pub mod named;
pub mod options;
pub mod plain;
pub mod queue;
pub mod refusal;
pub mod replies;
pub mod request;
pub mod role;
pub mod stream;
pub mod timer;
pub mod track;
pub mod unit;
mod units;

mod loneliness;
mod redaction;
pub mod renewal;
mod talk;
mod tcp;
mod tls;
mod url;
