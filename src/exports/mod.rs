//! The functions that JavaScript calls, by the object that they work on.

pub(crate) mod client;
pub(crate) mod handle;
pub(crate) mod sentinel;
pub(crate) mod subscriber;
