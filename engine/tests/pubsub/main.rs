//! Subscribers against scripted peers: who gets what, whatever the connection goes through.
//!
//! Time stands still unless every task waits, and then it jumps to the next timer: nothing here depends on how fast the
//! machine is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod backlog;
mod deadlines;
mod ending;
mod fixture;
#[allow(dead_code, reason = "shared with the tests of lanes")]
#[path = "../managed_connection/inbox.rs"]
mod inbox;
mod liveness;
mod messages;
#[allow(dead_code, reason = "shared with the tests of lanes")]
#[path = "../managed_connection/peer.rs"]
mod peer;
mod reconciling;
mod rejections;
mod restoring;
