//! The bounds, the two lines, and who is told what.

use super::*;
use crate::client::pubsub::message_batch::{BatchText, MessageParts};

const BOUNDS: BacklogLimits = BacklogLimits { messages: 8, bytes: 1000 };

fn parcel(data: &str) -> MessageBatch {
    MessageBatch::new(&MessageParts { route: 1, channel: b"", data: data.as_bytes() }, false, BOUNDS.caps())
}

fn filled(flow: &[&str], pull: &[&str]) -> Backlog {
    let mut backlog = Backlog::new(BOUNDS);
    for data in flow {
        backlog.append(Delivery::Flow, [parcel(data)].into_iter());
    }
    for data in pull {
        backlog.append(Delivery::Pull, [parcel(data)].into_iter());
    }
    backlog
}

fn text(item: Option<QueueItem>) -> String {
    match item {
        Some(QueueItem::Parcel(parcel)) => {
            let skipped = parcel.skipped_units();
            match parcel.into_body() {
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
    assert_eq!(text(backlog.take(Delivery::Flow)), "ab");
    assert_eq!(text(backlog.take(Delivery::Flow)), "cd");
    assert_eq!(text(backlog.take(Delivery::Flow)), "e");
    assert!(backlog.take(Delivery::Flow).is_none());
}

#[test]
fn what_was_taken_counts_until_it_is_released() {
    let mut backlog = filled(&["a", "b"], &["ccc"]);
    assert_eq!(backlog.held(), QueueSize { messages: 3, bytes: 5 });
    backlog.take(Delivery::Flow);
    assert_eq!(backlog.held(), QueueSize { messages: 3, bytes: 5 });
    backlog.release(Delivery::Flow);
    assert_eq!(backlog.held(), QueueSize { messages: 1, bytes: 3 });
}

#[test]
fn the_oldest_of_both_lines_are_dropped_and_counted() {
    let mut backlog = filled(&["a", "b", "c", "d"], &["e", "f", "g", "h"]);
    backlog.append(Delivery::Flow, [parcel("i"), parcel("j")].into_iter());
    backlog.trim();
    assert_eq!(backlog.held().messages, 8);
    assert_eq!(text(backlog.take(Delivery::Flow)), "gap of 2");
    assert_eq!(text(backlog.take(Delivery::Flow)), "cd");
    assert_eq!(text(backlog.take(Delivery::Pull)), "ef");
    backlog.append(Delivery::Pull, (0..8).map(|_| parcel("k")));
    backlog.trim();
    assert_eq!(text(backlog.take(Delivery::Flow)), "gap of 8");
    assert_eq!(text(backlog.take(Delivery::Pull)), "gap of 6", "i and j were not to be pulled");
    assert_eq!(text(backlog.take(Delivery::Pull)), "kk");
}

#[test]
fn one_message_larger_than_the_bound_is_kept_alone() {
    let large = "x".repeat(2000);
    let mut backlog = filled(&["a"], &[]);
    assert!(!backlog.room().admits(2000));
    backlog.append(Delivery::Flow, [parcel(&large)].into_iter());
    backlog.trim();
    assert_eq!(backlog.held(), QueueSize { messages: 1, bytes: 2000 });
    assert_eq!(text(backlog.take(Delivery::Flow)), "gap of 1");
    assert_eq!(text(backlog.take(Delivery::Flow)).len(), 2000);
    backlog.release(Delivery::Flow);
    assert!(backlog.room().admits(2000));
}

#[test]
fn a_connection_that_waits_goes_on_at_half() {
    let mut backlog = filled(&["a"; 8], &[]);
    assert!(backlog.starve(1));
    for (left, goes_on) in [(6, false), (4, true), (2, false)] {
        backlog.take(Delivery::Flow);
        assert_eq!(backlog.release(Delivery::Flow), goes_on, "{left} are left");
        assert_eq!(backlog.held().messages, left);
    }
    assert!(!backlog.starve(1), "there is room");
}

#[test]
fn javascript_is_told_once_until_it_has_found_the_flow_empty() {
    let mut backlog = filled(&["a"], &[]);
    assert!(backlog.calls());
    assert!(!backlog.calls());
    backlog.take(Delivery::Flow);
    backlog.append(Delivery::Flow, [parcel("b")].into_iter());
    assert!(!backlog.calls());
    backlog.take(Delivery::Flow);
    assert!(backlog.take(Delivery::Flow).is_none());
    assert!(!backlog.calls(), "there is nothing");
    backlog.append(Delivery::Flow, [parcel("c")].into_iter());
    assert!(backlog.calls());
}

#[test]
fn what_is_pulled_is_told_only_to_who_found_nothing() {
    let mut backlog = filled(&[], &["a"]);
    assert!(!backlog.calls(), "nobody asked");
    assert_eq!(text(backlog.take(Delivery::Pull)), "a");
    assert!(backlog.take(Delivery::Pull).is_none());
    backlog.append(Delivery::Pull, [parcel("b")].into_iter());
    assert!(backlog.calls());
}

#[test]
fn a_closed_backlog_takes_nothing() {
    let mut backlog = filled(&["a"], &["b"]);
    backlog.close();
    backlog.append(Delivery::Flow, [parcel("c")].into_iter());
    backlog.notice(Delivery::Flow, Notice::Subscribed { route: 1 });
    assert_eq!(backlog.held(), QueueSize::default());
    assert!(!backlog.calls() && !backlog.starve(1));
    assert!(backlog.take(Delivery::Flow).is_none() && backlog.take(Delivery::Pull).is_none());
}

#[test]
fn confirmations_that_nobody_pulls_are_bounded_and_numbers_become_free() {
    let mut backlog = filled(&[], &["a"]);
    for route in 0..1000 {
        backlog.notice(Delivery::Pull, Notice::Subscribed { route });
        backlog.notice(Delivery::Pull, Notice::Unsubscribed { route, last: true });
    }
    assert_eq!(backlog.held().messages, 1, "they are no messages");
    let freed = std::iter::from_fn(|| backlog.take(Delivery::Flow)).count();
    assert_eq!(freed, 500);
    assert_eq!(text(backlog.take(Delivery::Pull)), "a");
    let first = backlog.take(Delivery::Pull);
    assert!(matches!(first, Some(QueueItem::Notice(Notice::Subscribed { route: 500 }))), "{first:?}");
    let rest = std::iter::from_fn(|| backlog.take(Delivery::Pull)).count();
    assert_eq!(rest, 999);
    backlog.notice(Delivery::Pull, Notice::Subscribed { route: 7 });
    assert!(backlog.take(Delivery::Flow).is_none(), "there is room again");
}
