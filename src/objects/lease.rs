//! The leases of one client on their way to JavaScript, and those that JavaScript has.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oxidis_engine::client::pool::Lease;
use tokio::sync::oneshot;

use super::command_port::CommandPort;
use crate::node_api::error_json;

/// The leases of one client.
#[derive(Default)]
pub(crate) struct Leases {
    /// Those that are asked for and not granted, by the slots of their callers.
    asked: RefCell<HashMap<u32, oneshot::Sender<()>>>,
    granted: Granted,
    taken: RefCell<HashMap<u32, Rc<CommandPort>>>,
}

/// Leases that are granted and that JavaScript has not fetched yet, by the numbers that it is told.
#[derive(Clone, Default)]
pub(crate) struct Granted(Arc<Mutex<HashMap<u32, Lease>>>);

impl Granted {
    fn lock(&self) -> MutexGuard<'_, HashMap<u32, Lease>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps `lease` until JavaScript asks for `number`.
    pub(crate) fn put(&self, number: u32, lease: Lease) {
        self.lock().insert(number, lease);
    }
}

/// A number that no other lease of the process has, whichever client's it is. Never 0.
fn next_number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    match LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1) {
        0 => next_number(),
        number => number,
    }
}

impl Leases {
    /// A number for a lease that the caller in `slot` asks for, where to put it, and how he says that he gives up.
    pub(crate) fn expect(&self, slot: u32) -> (u32, Granted, oneshot::Receiver<()>) {
        let number = next_number();
        let (sender, receiver) = oneshot::channel();
        let mut asked = self.asked.borrow_mut();
        asked.retain(|_, sender| !sender.is_closed());
        asked.insert(slot, sender);
        (number, self.granted.clone(), receiver)
    }

    /// The caller in `slot` no longer waits for his lease.
    pub(crate) fn give_up(&self, slot: u32) {
        if let Some(sender) = self.asked.borrow_mut().remove(&slot) {
            // It may have been granted at this moment; then it is released when it is fetched.
            let _granted = sender.send(());
        }
    }

    /// JavaScript fetches the lease of this number, for calls as on `port`. `None` where there is none.
    pub(crate) fn take(self: &Rc<Self>, number: u32, port: &CommandPort) -> Option<Rc<NativeLease>> {
        let lease = self.granted.lock().remove(&number)?;
        let port = port.leased(lease);
        self.taken.borrow_mut().insert(number, Rc::clone(&port));
        Some(Rc::new(NativeLease { port, number, leases: Rc::clone(self) }))
    }

    /// Hands over what is staged on any of them.
    pub(crate) fn flush(&self) {
        for port in self.taken.borrow().values() {
            port.flush();
        }
    }
}

/// A lease that JavaScript has.
pub(crate) struct NativeLease {
    port: Rc<CommandPort>,
    number: u32,
    leases: Rc<Leases>,
}

impl NativeLease {
    /// Where its commands go.
    pub(crate) fn port(&self) -> &Rc<CommandPort> {
        &self.port
    }

    /// Why its connection was lost, as JSON text, if it was.
    pub(crate) fn lost(&self) -> Option<String> {
        self.port.lost().map(|error| error_json::to_json(&error))
    }

    /// Gives the connection back. Again, it does nothing. Answers whether that was of use to anybody.
    pub(crate) fn release(&self) -> bool {
        self.leases.taken.borrow_mut().remove(&self.number);
        self.port.release()
    }
}
