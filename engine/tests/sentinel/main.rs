//! Sentinels, servers and the clients that follow them, in a scripted world: who is believed, and what a switch does to a
//! client's commands.
//!
//! Time stands still unless every task waits, and then it jumps to the next timer: nothing here depends on how fast the
//! machine is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod blocking;
mod discovery;
mod failover;
mod fixture;
#[path = "../managed_connection/inbox.rs"]
#[allow(dead_code, reason = "the lanes' tests use more of it")]
mod inbox;
mod learning;
mod node;
mod queries;
mod rejections;
mod replicas;
mod watching;
mod world;
