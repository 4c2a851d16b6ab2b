//! The codec from outside: byte literals, every split, limits, hostile nesting, and random replies.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails the test by panicking")]

mod attributes_and_streams;
mod claims;
mod corpus;
mod driver;
mod limits;
mod malformed;
mod nesting;
mod pipelines;
mod protocol_sniff;
mod random;
mod splits;
mod writer;
