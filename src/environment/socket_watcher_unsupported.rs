//! Systems whose sockets are not watched on JavaScript's thread: the engine's thread reads all replies.

use std::rc::Rc;
use std::sync::Arc;

use oxidis_engine::connection::inline_read::read_handoff::ReadHandoff;

use crate::environment::Environment;

/// Whether this process can watch sockets.
pub(crate) fn is_available() -> bool {
    false
}

/// Nobody watches here.
pub(crate) fn watch(_environment: &Rc<Environment>, _client: u32, handoff: &Arc<ReadHandoff>) {
    handoff.give_back();
}
