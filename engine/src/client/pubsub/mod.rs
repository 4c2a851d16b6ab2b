//! Subscriptions: one connection for all subscribers of a client, which hold in it exactly what they ask for.
//!
//! ```text
//!   Seat        a subscriber's orders                                        (any thread)
//!   state       who the subscribers are; registry: who wants what, what the server holds
//!   session     one connection: commands and their acknowledgements, messages, silence; flood: when to read less often
//!   handle      orders on their way to the task, and its end
//!   task        connecting, restoring, giving up
//!   sink        messages between the threads; backlog and parcel: their bounds and their form
//! ```
//!
//! Knows no JavaScript: messages wait in a [`Sink`] until they are taken.

mod backlog;
mod calls;
mod kind;
mod manager;
mod message_batch;
mod notice;
mod push;
mod read_coalescing;
mod registry;
mod session;
mod sink;
mod state;
mod subscriber_handle;
mod task;

pub use self::manager::Subscriber;
pub use self::message_batch::{Body, Entry, PARCEL_BYTES, PARCEL_MESSAGES, Parcel};
pub use self::subscriber_handle::Seat;
pub use backlog::{Bounds, Item, Overflow, Side};
pub use calls::Call;
pub use kind::Kind;
pub use notice::{Gap, Notice, Reason};
pub use registry::Wanted;
pub use sink::{Bell, Sink, SinkSettings};
