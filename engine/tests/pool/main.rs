//! A client's connections beside the shared ones, against scripted peers: who gets one, in which order, and what becomes of
//! it afterwards. Time stands still unless every task waits.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod blocking;
mod closing;
mod ending;
mod fixture;
mod health_check;
#[path = "../managed_connection/inbox.rs"]
#[allow(dead_code, reason = "shared with the tests of lanes, which need more of it")]
mod inbox;
mod leases;
mod maintenance;
#[path = "../managed_connection/peer.rs"]
#[allow(dead_code, reason = "shared with the tests of lanes, which need more of it")]
mod peer;
mod permits;
