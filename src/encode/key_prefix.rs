//! The key prefix of one handle: put on its commands while they are staged, taken off the replies that name keys.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oxidis_engine::client::Staging;
use oxidis_engine::command::{Command, KeyPrefix, PrefixScratch, Shape};

use super::command_word::CommandWord;
use crate::node_api::error_json;

/// The prefix, and memory for putting it on.
pub(crate) struct HandlePrefix {
    prefix: KeyPrefix,
    scratch: RefCell<PrefixScratch>,
}

/// What is to be taken off a reply: the prefix, where the shape says that keys stand.
#[derive(Debug)]
pub(crate) struct PrefixedReply {
    pub(crate) prefix: Arc<[u8]>,
    pub(crate) shape: &'static Shape,
}

/// The calls of one environment whose replies name keys, by slot: from staging to the reply or the error.
#[derive(Default)]
pub(crate) struct PrefixedReplies(Mutex<HashMap<u32, PrefixedReply>>);

impl PrefixedReplies {
    fn calls(&self) -> MutexGuard<'_, HashMap<u32, PrefixedReply>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The call in `slot`, whose ticket says so, is answered by a reply that names keys.
    pub(crate) fn expect(&self, slot: u32, named: PrefixedReply) {
        self.calls().insert(slot, named);
    }

    /// What the reply to the call in `slot` needs.
    pub(crate) fn take(&self, slot: u32) -> Option<PrefixedReply> {
        self.calls().remove(&slot)
    }

    /// Nobody waits for replies any more.
    pub(crate) fn clear(&self) {
        self.calls().clear();
    }
}

impl HandlePrefix {
    /// `None` where the prefix is empty.
    pub(crate) fn new(prefix: &str) -> Option<Self> {
        Some(Self { prefix: KeyPrefix::new(prefix)?, scratch: RefCell::default() })
    }

    /// Puts the prefix on the command that was staged last. Answers what its reply needs, if that names keys.
    pub(crate) fn put_on(
        &self,
        staging: &mut Staging,
        command: &Command,
        command_word: CommandWord,
    ) -> Result<Option<PrefixedReply>, String> {
        let mut scratch = self.scratch.borrow_mut();
        staging.prefix(&self.prefix, command, &mut scratch).map_err(|ambiguous| {
            let problem =
                "holds a * for an element, and so does the keyPrefix; the server cannot tell them apart";
            // The words of a raw command's name are arguments as well.
            let name = if command_word.command().is_some() { 0 } else { command.words };
            error_json::argument(name + ambiguous.0 + 1, problem)
        })?;
        let shape = command.shape(command_word.variant());
        Ok(shape.names_keys().then(|| PrefixedReply { prefix: Arc::clone(self.prefix.bytes()), shape }))
    }
}
