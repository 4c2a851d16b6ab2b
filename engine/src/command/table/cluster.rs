//! The cluster. What prepares a connection for redirected or stale reads belongs to that connection.

use crate::command::row::{Lane, Row, since, tell};
use crate::command::shape::OK;

pub(super) const ROWS: &[Row] = &[
    tell("ASKING", since("3.0.0"), "Lets the next command pass at a node that imports its slot.")
        .on(Lane::Internal),
    tell("READONLY", since("3.0.0"), "Lets this connection read from a replica of the cluster.")
        .gives(&OK)
        .on(Lane::Session),
    tell("READWRITE", since("3.0.0"), "Ends what `readonly` allows.").gives(&OK).on(Lane::Session),
];
