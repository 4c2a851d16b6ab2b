//! The bounds, the two lines, and who is told what.

use super::*;
use crate::client::pubsub::message_batch::{BatchText, MessageParts};

const BOUNDS: BacklogLimits = BacklogLimits { messages: 8, bytes: 1000 };

fn message_batch(data: &str) -> MessageBatch {
    MessageBatch::new(&MessageParts { route: 1, channel: b"", data: data.as_bytes() }, false, BOUNDS.caps())
}

fn filled(flow: &[&str], pull: &[&str]) -> Backlog {
    let mut backlog = Backlog::new(BOUNDS);
    for data in flow {
        backlog.append(Delivery::Push, [message_batch(data)].into_iter());
    }
    for data in pull {
        backlog.append(Delivery::Pull, [message_batch(data)].into_iter());
    }
    backlog
}

fn text(item: Option<QueueItem>) -> String {
    match item {
        Some(QueueItem::Parcel(message_batch)) => {
            let skipped = message_batch.skipped_units();
            match message_batch.into_body() {
                BatchText::Bytes(text) => String::from_utf8(text[skipped..].to_vec()).unwrap(),
                other => format!("{other:?}"),
            }
        }
        Some(QueueItem::Notice(Notice::Gap(gap))) => format!("gap of {}", gap.dropped.unwrap_or(0)),
        other => format!("{other:?}"),
    }
}

#[test]
fn single_messages_share_parcels_that_leave_room_for_others() {
    let mut backlog = filled(&["a", "b", "c", "d", "e"], &[]);
    assert_eq!(text(backlog.take(Delivery::Push)), "ab");
    assert_eq!(text(backlog.take(Delivery::Push)), "cd");
    assert_eq!(text(backlog.take(Delivery::Push)), "e");
    assert!(backlog.take(Delivery::Push).is_none());
}

#[test]
fn what_was_taken_counts_until_it_is_released() {
    let mut backlog = filled(&["a", "b"], &["ccc"]);
    assert_eq!(backlog.held(), QueueSize { messages: 3, bytes: 5 });
    backlog.take(Delivery::Push);
    assert_eq!(backlog.held(), QueueSize { messages: 3, bytes: 5 });
    backlog.release(Delivery::Push);
    assert_eq!(backlog.held(), QueueSize { messages: 1, bytes: 3 });
}

#[test]
fn the_oldest_of_both_lines_are_dropped_and_counted() {
    let mut backlog = filled(&["a", "b", "c", "d"], &["e", "f", "g", "h"]);
    backlog.append(Delivery::Push, [message_batch("i"), message_batch("j")].into_iter());
    backlog.trim();
    assert_eq!(backlog.held().messages, 8);
    assert_eq!(text(backlog.take(Delivery::Push)), "gap of 2");
    assert_eq!(text(backlog.take(Delivery::Push)), "cd");
    assert_eq!(text(backlog.take(Delivery::Pull)), "ef");
    backlog.append(Delivery::Pull, (0..8).map(|_| message_batch("k")));
    backlog.trim();
    assert_eq!(text(backlog.take(Delivery::Push)), "gap of 8");
    assert_eq!(text(backlog.take(Delivery::Pull)), "gap of 6", "i and j were not to be pulled");
    assert_eq!(text(backlog.take(Delivery::Pull)), "kk");
}

#[test]
fn one_message_larger_than_the_bound_is_kept_alone() {
    let large = "x".repeat(2000);
    let mut backlog = filled(&["a"], &[]);
    assert!(!backlog.room().admits(2000));
    backlog.append(Delivery::Push, [message_batch(&large)].into_iter());
    backlog.trim();
    assert_eq!(backlog.held(), QueueSize { messages: 1, bytes: 2000 });
    assert_eq!(text(backlog.take(Delivery::Push)), "gap of 1");
    assert_eq!(text(backlog.take(Delivery::Push)).len(), 2000);
    backlog.release(Delivery::Push);
    assert!(backlog.room().admits(2000));
}

#[test]
fn a_connection_that_waits_goes_on_at_half() {
    let mut backlog = filled(&["a"; 8], &[]);
    assert!(backlog.starve(1));
    for (left, goes_on) in [(6, false), (4, true), (2, false)] {
        backlog.take(Delivery::Push);
        assert_eq!(backlog.release(Delivery::Push), goes_on, "{left} are left");
        assert_eq!(backlog.held().messages, left);
    }
    assert!(!backlog.starve(1), "there is room");
}

#[test]
fn javascript_is_told_once_until_it_has_found_the_flow_empty() {
    let mut backlog = filled(&["a"], &[]);
    assert!(backlog.calls());
    assert!(!backlog.calls());
    backlog.take(Delivery::Push);
    backlog.append(Delivery::Push, [message_batch("b")].into_iter());
    assert!(!backlog.calls());
    backlog.take(Delivery::Push);
    assert!(backlog.take(Delivery::Push).is_none());
    assert!(!backlog.calls(), "there is nothing");
    backlog.append(Delivery::Push, [message_batch("c")].into_iter());
    assert!(backlog.calls());
}

#[test]
fn what_is_pulled_is_told_only_to_who_found_nothing() {
    let mut backlog = filled(&[], &["a"]);
    assert!(!backlog.calls(), "nobody asked");
    assert_eq!(text(backlog.take(Delivery::Pull)), "a");
    assert!(backlog.take(Delivery::Pull).is_none());
    backlog.append(Delivery::Pull, [message_batch("b")].into_iter());
    assert!(backlog.calls());
}

#[test]
fn a_closed_backlog_takes_nothing() {
    let mut backlog = filled(&["a"], &["b"]);
    backlog.close();
    backlog.append(Delivery::Push, [message_batch("c")].into_iter());
    backlog.notice(Delivery::Push, Notice::Subscribed { route: 1 });
    assert_eq!(backlog.held(), QueueSize::default());
    assert!(!backlog.calls() && !backlog.starve(1));
    assert!(backlog.take(Delivery::Push).is_none() && backlog.take(Delivery::Pull).is_none());
}

#[test]
fn confirmations_that_nobody_pulls_are_bounded_and_numbers_become_free() {
    let mut backlog = filled(&[], &["a"]);
    for route in 0..1000 {
        backlog.notice(Delivery::Pull, Notice::Subscribed { route });
        backlog.notice(Delivery::Pull, Notice::Unsubscribed { route, last: true });
    }
    assert_eq!(backlog.held().messages, 1, "they are no messages");
    let freed = std::iter::from_fn(|| backlog.take(Delivery::Push)).count();
    assert_eq!(freed, 500);
    assert_eq!(text(backlog.take(Delivery::Pull)), "a");
    let first = backlog.take(Delivery::Pull);
    assert!(matches!(first, Some(QueueItem::Notice(Notice::Subscribed { route: 500 }))), "{first:?}");
    let rest = std::iter::from_fn(|| backlog.take(Delivery::Pull)).count();
    assert_eq!(rest, 999);
    backlog.notice(Delivery::Pull, Notice::Subscribed { route: 7 });
    assert!(backlog.take(Delivery::Push).is_none(), "there is room again");
}
