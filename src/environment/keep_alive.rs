//! How long a client lives: open connections keep the process and the JavaScript object behind them, unless told otherwise.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Weak};

use napi::sys;
use oxidis_engine::client::pool::Pool;

use crate::environment::Environment;

/// The life of one client.
pub(crate) struct KeepAlive {
    environment: Rc<Environment>,
    /// Keeps the JavaScript object alive while a connection is open.
    owner: sys::napi_ref,
    open: Cell<bool>,
    /// Calls that are answered by no command, such as `connect`, and are not settled.
    reports: Cell<u32>,
    referenced: Cell<bool>,
    pool: RefCell<Weak<Pool>>,
}

impl KeepAlive {
    /// Of the client whose JavaScript object is behind `owner`. Nothing is open.
    pub(crate) fn new(environment: &Rc<Environment>, owner: sys::napi_ref) -> Rc<Self> {
        Rc::new(Self {
            environment: Rc::clone(environment),
            owner,
            open: Cell::new(false),
            reports: Cell::new(0),
            referenced: Cell::new(true),
            pool: RefCell::default(),
        })
    }

    /// The pool that opens its connections when the client is first used.
    pub(crate) fn belongs_to(&self, pool: &Arc<Pool>) {
        *self.pool.borrow_mut() = Arc::downgrade(pool);
    }

    /// A connection may be opened: from now on the process and the JavaScript object stay.
    pub(crate) fn stay(&self) {
        if !self.open.get() {
            self.hold();
        }
    }

    fn hold(&self) {
        self.open.set(true);
        let mut count = 0;
        // SAFETY: the reference is this client's and this is its environment's thread.
        unsafe { sys::napi_reference_ref(self.environment.env(), self.owner, &raw mut count) };
        if self.referenced.get() {
            self.environment.hold();
        }
        if let Some(pool) = self.pool.borrow().upgrade() {
            pool.fill();
        }
    }

    /// Something has ended: when no connection is `active` and no report is left, the process and the JavaScript object may go.
    pub(crate) fn release(&self, active: bool) {
        if active || self.reports.get() > 0 || !self.open.replace(false) {
            return;
        }
        let mut count = 0;
        // SAFETY: as in `hold`, whose reference this gives back.
        unsafe { sys::napi_reference_unref(self.environment.env(), self.owner, &raw mut count) };
        if self.referenced.get() {
            self.environment.release();
        }
    }

    /// A report is owed: until it is in JavaScript, the process stays.
    pub(crate) fn owe_report(&self) {
        self.reports.set(self.reports.get() + 1);
        self.stay();
    }

    /// A report is in JavaScript.
    pub(crate) fn reported(&self) {
        self.reports.set(self.reports.get().saturating_sub(1));
    }

    /// Whether an open connection keeps the process alive.
    pub(crate) fn set_referenced(&self, referenced: bool) {
        if self.referenced.replace(referenced) != referenced && self.open.get() {
            if referenced {
                self.environment.hold();
            } else {
                self.environment.release();
            }
        }
    }
}

impl Drop for KeepAlive {
    fn drop(&mut self) {
        // SAFETY: the last user of the reference, on its environment's thread. A failure means the environment is gone, and
        // the reference with it.
        unsafe { sys::napi_delete_reference(self.environment.env(), self.owner) };
    }
}
