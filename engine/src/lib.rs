//! The engine of Oxidis: a Redis/Valkey client without Node-API.
//!
//! Imports point one way: `value`, `error` <- `resp` <- `command` <- `net` <- `client` and
//! `sentinel`. The N-API binding sits above and
//! never sees RESP.
#![forbid(unsafe_code)]

pub mod buffer_pool;
pub mod client;
pub mod command;
pub mod config;
pub mod connection;
pub mod error;
pub mod resp;
pub mod sentinel;
pub mod transport;
pub mod value;
