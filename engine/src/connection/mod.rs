//! One connection: making it, its task, its queue, and the way of each reply to its caller. Knows no command but the handshake's,
//! the liveness probe's and the one that ends a wait.

pub mod backoff;
pub mod batch;
pub(crate) mod batch_table;
pub mod connector;
pub(crate) mod deliver;
pub mod dialect;
pub mod driver;
pub mod handshake;
pub(crate) mod handshake_stream;
pub mod history;
pub mod inline_read;
pub(crate) mod invalidation;
pub mod liveness;
pub mod named_server;
pub mod queue;
pub mod read_state;
pub(crate) mod redaction;
pub mod rejection;
pub mod renewal;
pub mod replies;
pub mod request;
pub mod request_listeners;
pub mod request_response;
pub mod send_buffer;
pub mod timer;
