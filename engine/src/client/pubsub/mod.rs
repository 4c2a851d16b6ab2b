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
//! Knows no JavaScript: messages wait in a [`MessageSink`] until they are taken.

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

pub use self::manager::SubscriptionManager;
pub use self::message_batch::{BatchText, BatchedMessage, MessageBatch, PARCEL_BYTES, PARCEL_MESSAGES};
pub use self::subscriber_handle::SubscriberHandle;
pub use backlog::{BacklogLimits, Delivery, Overflow, QueueItem};
pub use calls::SubscriberCall;
pub use kind::SubscriptionKind;
pub use notice::{Gap, GapReason, Notice};
pub use registry::RequestedInterest;
pub use sink::{MessageSink, SinkSettings, SinkWaker};
