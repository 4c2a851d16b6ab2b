//! Rows only: a file for each family. Adding a command is one row here and one test.

mod acl;
mod array;
mod bitmap;
mod cluster;
mod connection;
mod generic;
mod geo;
mod hash;
mod hyperloglog;
mod introspection;
mod latency;
mod list;
mod maintenance;
mod memory;
mod pubsub;
mod script;
mod sentinel;
mod server;
mod set;
mod sorted_set;
mod stream;
mod stream_group;
mod string;
mod transaction;
mod vector_set;

use super::row::{Family, Row};

/// The families, in the order that numbers the commands.
pub(super) const FAMILIES: &[(Family, &[Row])] = &[
    (Family::String, string::ROWS),
    (Family::Hash, hash::ROWS),
    (Family::List, list::ROWS),
    (Family::Set, set::ROWS),
    (Family::SortedSet, sorted_set::ROWS),
    (Family::Stream, stream::ROWS),
    (Family::Stream, stream_group::ROWS),
    (Family::Array, array::ROWS),
    (Family::VectorSet, vector_set::ROWS),
    (Family::Generic, generic::ROWS),
    (Family::Bitmap, bitmap::ROWS),
    (Family::HyperLogLog, hyperloglog::ROWS),
    (Family::Geo, geo::ROWS),
    (Family::PubSub, pubsub::ROWS),
    (Family::Transactions, transaction::ROWS),
    (Family::Scripting, script::ROWS),
    (Family::Connection, connection::ROWS),
    (Family::Server, server::ROWS),
    (Family::Server, acl::ROWS),
    (Family::Server, introspection::ROWS),
    (Family::Server, latency::ROWS),
    (Family::Server, memory::ROWS),
    (Family::Server, maintenance::ROWS),
    (Family::Cluster, cluster::ROWS),
    (Family::Sentinel, sentinel::ROWS),
];
