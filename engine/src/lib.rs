//! The engine of Oxidis: a Redis/Valkey client without Node-API.
//!
//! Imports point one way: `value`, `error` <- `resp` <- `command` <- `net` <- `client` and
//! `sentinel`. The N-API binding sits above and
//! never sees RESP.
#![forbid(unsafe_code)]

pub mod client;
pub mod command;
pub mod error;
pub mod net;
pub mod resp;
pub mod sentinel;
pub mod value;
