//! Channels.
//!
//! Subscribing turns a connection into a stream of messages, so that its commands are methods of nothing: subscriptions have a
//! connection and a class of their own.

use crate::command::argument::{Kind, Part, any, many, maybe, one};
use crate::command::row::{ConnectionUse, Row, ask, since, tell};
use crate::command::shape::Shape;

const MATCHING: &[Part] = &[maybe("pattern", Kind::Text, 0)];
const MESSAGE: &[Part] = &[one("channel", Kind::Text), one("message", Kind::Text)];
const CHANNELS: &[Part] = &[many("channels", Kind::Text)];
const PATTERNS: &[Part] = &[many("patterns", Kind::Text)];
const ANY_CHANNELS: &[Part] = &[any("channels", Kind::Text)];
const ANY_PATTERNS: &[Part] = &[any("patterns", Kind::Text)];

pub(super) const ROWS: &[Row] = &[
    tell("PSUBSCRIBE", since("2.0.0"), "Subscribes to the channels that match the patterns.")
        .takes(PATTERNS)
        .on(ConnectionUse::Internal),
    tell(
        "PUBLISH",
        since("2.0.0"),
        "Publishes a message to a channel. Returns the number of clients that received it.",
    )
    .takes(MESSAGE)
    .gives(&Shape::Int),
    ask(
        "PUBSUB CHANNELS",
        since("2.8.0"),
        "Lists the channels that have subscribers. Pattern subscriptions do not count.",
    )
    .takes(MATCHING)
    .gives(&Shape::List(&Shape::Text)),
    ask("PUBSUB NUMPAT", since("2.8.0"), "Returns the number of patterns that clients are subscribed to.")
        .gives(&Shape::Int),
    ask("PUBSUB NUMSUB", since("2.8.0"), "Returns the number of subscribers of each channel.")
        .takes(ANY_CHANNELS)
        .gives(&Shape::Map(&Shape::Text, &Shape::Int)),
    ask("PUBSUB SHARDCHANNELS", since("7.0.0"), "Lists the shard channels that have subscribers.")
        .takes(MATCHING)
        .gives(&Shape::List(&Shape::Text)),
    ask("PUBSUB SHARDNUMSUB", since("7.0.0"), "Returns the number of subscribers of each shard channel.")
        .takes(ANY_CHANNELS)
        .gives(&Shape::Map(&Shape::Text, &Shape::Int)),
    tell("PUNSUBSCRIBE", since("2.0.0"), "Unsubscribes from patterns.")
        .takes(ANY_PATTERNS)
        .on(ConnectionUse::Internal),
    tell(
        "SPUBLISH",
        since("7.0.0"),
        "Publishes a message to a shard channel. Returns the number of clients that received it.",
    )
    .takes(MESSAGE)
    .gives(&Shape::Int),
    tell("SSUBSCRIBE", since("7.0.0"), "Subscribes to shard channels.")
        .takes(CHANNELS)
        .on(ConnectionUse::Internal),
    tell("SUBSCRIBE", since("2.0.0"), "Subscribes to channels.").takes(CHANNELS).on(ConnectionUse::Internal),
    tell("SUNSUBSCRIBE", since("7.0.0"), "Unsubscribes from shard channels.")
        .takes(ANY_CHANNELS)
        .on(ConnectionUse::Internal),
    tell("UNSUBSCRIBE", since("2.0.0"), "Unsubscribes from channels.")
        .takes(ANY_CHANNELS)
        .on(ConnectionUse::Internal),
];
