//! Lanes against scripted peers: what a command may rely on, whatever its connection goes through.
//!
//! Time stands still unless every task waits, and then it jumps to the next timer: nothing here depends on how fast the
//! machine is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod deadlines;
mod fixture;
mod greeting;
mod inbox;
mod large;
mod late;
mod lifecycle;
mod limits;
mod liveness;
mod loans;
mod matching;
mod order;
mod panics;
mod peer;
mod refusals;
mod replay;
mod secrecy;
mod sockets;
mod staging;
mod units;
