//! The right to one connection of a pool, and who has it.

use std::borrow::Cow;
use std::sync::{Arc, Weak};

use super::Pool;
use super::pooled_connection::PooledConnection;

/// What a connection is held for. Error messages name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// Somebody's lease.
    Lease,
    /// A command that the server may keep waiting: its name.
    Blocking(Cow<'static, str>),
    /// A subscriber.
    Subscriber,
    /// Nobody: it is open and may be had.
    Idle,
}

impl Holder {
    /// The word for the kind, and the command where there is one.
    pub fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Lease => ("leased", None),
            Self::Blocking(command) => ("blocking", Some(command)),
            Self::Subscriber => ("subscribed", None),
            Self::Idle => ("idle", None),
        }
    }
}

/// The right to have one connection open. Dropping it gives it to whoever has waited longest.
#[must_use = "dropping the permit gives it back"]
pub struct Permit {
    pool: Weak<Pool>,
    number: u64,
}

impl Permit {
    /// The right that the pool's roster knows by `number`.
    pub(super) fn new(pool: Weak<Pool>, number: u64) -> Self {
        Self { pool, number }
    }

    /// The roster's number. Whoever takes it answers for it.
    pub(super) fn into_number(mut self) -> u64 {
        self.pool = Weak::new();
        self.number
    }

    /// The roster's number.
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.vacate(self.number);
        }
    }
}

/// A permit, and perhaps an open connection with it. Unused, both go back as they are.
pub(super) struct Grant {
    permit: Option<Permit>,
    member: Option<Arc<PooledConnection>>,
}

impl Grant {
    pub(super) fn new(permit: Permit, member: Option<Arc<PooledConnection>>) -> Self {
        Self { permit: Some(permit), member }
    }

    /// What it is made of.
    pub(super) fn take(mut self) -> Option<(Permit, Option<Arc<PooledConnection>>)> {
        self.permit.take().map(|permit| (permit, self.member.take()))
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        if let (Some(permit), Some(member)) = (self.permit.take(), self.member.take())
            && let Some(pool) = permit.pool.upgrade()
        {
            pool.rest(permit, member);
        }
    }
}
