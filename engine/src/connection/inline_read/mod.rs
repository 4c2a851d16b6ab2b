//! Reading replies on the thread that submits requests, and the policy that decides when.

pub(crate) mod policy;
pub mod read_handoff;
