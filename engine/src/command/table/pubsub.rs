//! Channels.
//!
//! Subscribing turns a connection into a stream of messages, so that its commands are methods of nothing: subscriptions have a
//! connection and a class of their own.

use crate::command::argument::{Kind, Part, any, many};
use crate::command::row::{Lane, Row, since, tell};

const CHANNELS: &[Part] = &[many("channels", Kind::Text)];
const PATTERNS: &[Part] = &[many("patterns", Kind::Text)];
const ANY_CHANNELS: &[Part] = &[any("channels", Kind::Text)];
const ANY_PATTERNS: &[Part] = &[any("patterns", Kind::Text)];

pub(super) const ROWS: &[Row] = &[
    tell("PSUBSCRIBE", since("2.0.0"), "Listens to the channels that match the patterns.")
        .takes(PATTERNS)
        .on(Lane::Internal),
    tell("PUNSUBSCRIBE", since("2.0.0"), "Ends subscriptions to patterns.")
        .takes(ANY_PATTERNS)
        .on(Lane::Internal),
    tell("SSUBSCRIBE", since("7.0.0"), "Listens to shard channels.").takes(CHANNELS).on(Lane::Internal),
    tell("SUBSCRIBE", since("2.0.0"), "Listens to channels.").takes(CHANNELS).on(Lane::Internal),
    tell("SUNSUBSCRIBE", since("7.0.0"), "Ends subscriptions to shard channels.")
        .takes(ANY_CHANNELS)
        .on(Lane::Internal),
    tell("UNSUBSCRIBE", since("2.0.0"), "Ends subscriptions to channels.")
        .takes(ANY_CHANNELS)
        .on(Lane::Internal),
];
