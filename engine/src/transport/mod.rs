//! Byte streams: TCP, unix sockets and TLS, dialing them, and splitting them into halves. Knows no RESP.

pub mod dial;
#[cfg(unix)]
pub mod recv_low_water;
pub mod split;
pub mod std_socket;
pub mod stream;
pub(crate) mod tcp;
pub(crate) mod tls;
