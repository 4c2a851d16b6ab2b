//! The batches of one queue, by the numbers that their requests carry.

use std::collections::HashMap;

use super::batch::{Batch, BatchId, BatchOutcome};

/// The units of one queue that no reply has come to yet.
#[derive(Debug, Default)]
pub(crate) struct BatchTable {
    known: HashMap<BatchId, Box<Batch>>,
    next: u32,
}

impl BatchTable {
    pub(crate) fn add(&mut self, batch: Batch) -> BatchId {
        let id = BatchId::new(self.next);
        self.next = self.next.wrapping_add(1);
        self.known.insert(id, Box::new(batch));
        id
    }

    pub(crate) fn put(&mut self, id: BatchId, batch: Box<Batch>) {
        self.known.insert(id, batch);
    }

    pub(crate) fn take(&mut self, id: BatchId) -> Option<Box<Batch>> {
        self.known.remove(&id)
    }

    pub(crate) fn restart(&mut self, id: Option<BatchId>) {
        if let Some(batch) = id.and_then(|id| self.known.get_mut(&id)) {
            batch.restart();
        }
    }

    pub(crate) fn forget(&mut self, id: Option<BatchId>) {
        if let Some(id) = id {
            self.known.remove(&id);
        }
    }

    pub(crate) fn is_transaction(&self, id: BatchId) -> bool {
        self.known.get(&id).is_some_and(|batch| batch.is_transaction())
    }

    /// What came of a unit for which nobody waits any more.
    pub(crate) fn give_up(&mut self, id: Option<BatchId>) -> Option<BatchOutcome> {
        self.known.get_mut(&id?).map(|batch| batch.give_up())
    }

    /// How many commands the server sees of a request for this unit, if it is one for a unit.
    pub(crate) fn commands(&self, id: Option<BatchId>) -> usize {
        id.and_then(|id| self.known.get(&id)).map_or(1, |batch| batch.commands())
    }
}
