//! Lanes against scripted peers: what a command may rely on, whatever its connection goes through.
//!
//! Time stands still unless every task waits, and then it jumps to the next timer: nothing here depends on how fast the
//! machine is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod batches;
mod deadlines;
mod fixture;
mod greeting;
mod inbox;
mod inline_read;
mod large;
mod late;
mod lifecycle;
mod limits;
mod liveness;
mod matching;
mod order;
mod panics;
mod peer;
mod rejections;
mod replay;
mod secrecy;
mod sockets;
mod staging;
