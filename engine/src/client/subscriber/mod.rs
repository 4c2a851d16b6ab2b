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
mod flood;
mod handle;
mod heard;
mod kind;
mod notice;
mod parcel;
mod registry;
mod seat;
mod session;
mod sink;
mod state;
mod task;

pub use backlog::{Bounds, Item, Overflow, Side};
pub use calls::Call;
pub use handle::Subscriber;
pub use kind::Kind;
pub use notice::{Gap, Notice, Reason};
pub use parcel::{Body, Entry, PARCEL_BYTES, PARCEL_MESSAGES, Parcel};
pub use registry::Wanted;
pub use seat::Seat;
pub use sink::{Bell, Sink, SinkSettings};
