//! What a subscriber is told besides messages, in its place among them.

use crate::connection::request::Millis;
use crate::error::Error;

/// A notice to one [`Sink`](super::MessageSink).
#[derive(Clone, Debug)]
pub enum Notice {
    /// The server holds the subscription with this route.
    Subscribed {
        /// The number that the subscriber gave it.
        route: u32,
    },
    /// The subscription with this route is over.
    Unsubscribed {
        /// The number that the subscriber gave it.
        route: u32,
        /// Nothing with this route follows, so that the number is free again.
        last: bool,
    },
    /// Who listens has changed: what waited to be pulled before this may be listened to now.
    Reconsider,
    /// Messages may have been missed.
    Gap(Gap),
    /// The server refuses to restore the subscription with this route; it is asked again on the next connection.
    Refused {
        /// The number that the subscriber gave it.
        route: u32,
        /// The server's error.
        error: Error,
    },
    /// An attempt to restore the connection failed; others follow.
    Trouble(Error),
    /// Nothing follows: closed as it was wished, or failed.
    Ended(Option<Error>),
}

impl Notice {
    /// Whether it says that a call of the subscriber has been done.
    pub(super) fn is_confirmation(&self) -> bool {
        matches!(self, Self::Subscribed { .. } | Self::Unsubscribed { .. })
    }
}

/// Messages may have been missed.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Why.
    pub reason: GapReason,
    /// How long nothing could be heard, in milliseconds.
    pub lost: Option<Millis>,
    /// How many messages were dropped, where that is known.
    pub dropped: Option<u64>,
    /// What ended the connection.
    pub cause: Option<Error>,
}

/// Why messages may have been missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapReason {
    /// The connection was lost and made again.
    Reconnect,
    /// The backlog was full, and the oldest messages made room.
    Overflow,
    /// A message was larger than the client's limits allow.
    Limit,
    /// The server ended a subscription by itself; it was asked for anew.
    Unsubscribed,
}

impl GapReason {
    /// The name that JavaScript sees.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reconnect => "reconnect",
            Self::Overflow => "overflow",
            Self::Limit => "limit",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}
