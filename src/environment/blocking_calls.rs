//! Which slots of one environment belong to calls that a server may keep waiting. Such a call has an outcome even after its
//! caller gave up. An entry may outlive its call: the next call in the slot replaces it.

use std::cell::RefCell;
use std::collections::HashSet;

/// The slots.
#[derive(Default)]
pub(crate) struct Waits(RefCell<HashSet<u32>>);

impl Waits {
    /// The slot has a call that a server may keep waiting.
    pub(crate) fn note(&self, slot: u32) {
        self.0.borrow_mut().insert(slot);
    }

    /// The slot has another call.
    pub(crate) fn clear(&self, slot: u32) {
        let mut slots = self.0.borrow_mut();
        if !slots.is_empty() {
            slots.remove(&slot);
        }
    }

    /// Whether the call in `slot` may be kept waiting.
    pub(crate) fn contains(&self, slot: u32) -> bool {
        self.0.borrow().contains(&slot)
    }
}
