//! What JavaScript holds a handle of: clients, leases, sentinels, subscribers, and how a command gets from there to a connection.

pub(crate) mod address_map;
pub(crate) mod client;
pub(crate) mod client_config;
pub(crate) mod command_port;
pub(crate) mod credentials;
pub(crate) mod handle;
pub(crate) mod lease;
pub(crate) mod pending_callbacks;
pub(crate) mod route;
pub(crate) mod sentinel;
pub(crate) mod session_restore;
pub(crate) mod stream_tail;
pub(crate) mod subscriber;
pub(crate) mod tls;
