//! Scripts.

use crate::command::argument::{Kind, one};
use crate::command::row::{Lane, Row, since, tell};

pub(super) const ROWS: &[Row] = &[
    // Every script that follows on the connection would stop for a debugger that nobody speaks to.
    tell("SCRIPT DEBUG", since("3.2.0"), "Switches the debugger of this connection's scripts.")
        .takes(&[one("mode", Kind::Choice(&["yes", "sync", "no"]))])
        .on(Lane::Internal),
];
