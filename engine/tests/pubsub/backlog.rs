//! A slow subscriber costs what its bounds say, and what it does not get is told.

use std::time::Duration;

use oxidis_engine::client::pubsub::{
    BacklogLimits, Delivery, Overflow, QueueItem, SinkSettings, SubscriptionKind,
};
use tokio::time::{sleep, timeout};

use crate::fixture::{Fixture, Listener, WIDE, ack, idle, message};
use crate::peer::Peer;

const FEW: BacklogLimits = BacklogLimits { messages: 8, bytes: 1 << 20 };

async fn listen(
    fixture: &mut Fixture,
    overflow: Overflow,
    bounds: BacklogLimits,
) -> (Listener, Peer<tokio::io::DuplexStream>) {
    let mut listener = fixture.join_with(SinkSettings { overflow, bounds, ..WIDE });
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send(ack("subscribe", "a")).await;
    assert_eq!(listener.next().await, "subscribed 1");
    (listener, peer)
}

fn numbers(count: usize) -> String {
    (0..count).map(|number| message("a", &number.to_string())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_full_backlog_stops_the_reading_and_loses_nothing() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = listen(&mut fixture, Overflow::Pause, FEW).await;
    let writing = tokio::spawn(async move {
        // More than the pipe and the read buffers hold.
        for number in 0..200_000 {
            peer.send(message("a", &number.to_string())).await;
        }
        peer
    });
    for number in 0..200_000 {
        assert!(listener.handle.sink().held().0 <= 8);
        assert_eq!(listener.next().await, format!("1 {number}"));
    }
    writing.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn while_nothing_is_read_the_server_can_write_only_what_the_pipes_hold() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = listen(&mut fixture, Overflow::Pause, FEW).await;
    let coalescing = numbers(200_000);
    let blocked = timeout(Duration::from_secs(60), peer.send_slowly(&coalescing)).await;
    assert!(blocked.is_err(), "everything was read");
    assert_eq!(listener.handle.sink().held().0, 8);
    for number in 0..8 {
        assert_eq!(listener.next().await, format!("1 {number}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_not_read_is_not_taken_for_dead() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = listen(&mut fixture, Overflow::Pause, FEW).await;
    peer.send(numbers(9)).await;
    sleep(Duration::from_secs(600)).await;
    for number in 0..9 {
        assert_eq!(listener.next().await, format!("1 {number}"));
    }
    assert_eq!(peer.command().await.unwrap(), "PING");
}

#[tokio::test(start_paused = true)]
async fn what_waits_counts_on_both_sides_until_it_is_used_up() {
    let mut fixture = Fixture::new();
    let (listener, mut peer) = listen(&mut fixture, Overflow::Pause, FEW).await;
    peer.send(numbers(20)).await;
    idle().await;
    let sink = listener.handle.sink();
    for taken in 1..=4 {
        assert!(
            matches!(sink.take(Delivery::Push), Some(QueueItem::Parcel(message_batch)) if message_batch.len() == 2)
        );
        idle().await;
        assert_eq!(sink.held().0, 8, "{taken} parcels are being used");
    }
    assert!(sink.take(Delivery::Push).is_none());
    sink.release(Delivery::Push);
    sink.release(Delivery::Push);
    idle().await;
    assert_eq!(sink.held().0, 8, "and filled up again");
}

#[tokio::test(start_paused = true)]
async fn the_oldest_make_room_and_are_counted() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = listen(&mut fixture, Overflow::DropOldest, FEW).await;
    peer.send(numbers(1000)).await;
    peer.send(message("a", "1000")).await;
    idle().await;
    assert_eq!(listener.next().await, "gap: overflow, ? ms, 993 dropped");
    for number in 993..=1000 {
        assert_eq!(listener.next().await, format!("1 {number}"));
    }
    listener.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn bytes_are_bounded_as_messages_are() {
    let mut fixture = Fixture::new();
    let bounds = BacklogLimits { messages: 1000, bytes: 1000 };
    let (mut listener, mut peer) = listen(&mut fixture, Overflow::DropOldest, bounds).await;
    let data = "x".repeat(300);
    peer.send(message("a", &data).repeat(10)).await;
    idle().await;
    assert_eq!(listener.handle.sink().held(), (3, 900));
    assert_eq!(listener.next().await, "gap: overflow, ? ms, 7 dropped");
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_is_to_fail_gets_what_fits_and_then_the_error() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = listen(&mut fixture, Overflow::Fail, FEW).await;
    let mut other = fixture.join();
    other.subscribe(2, SubscriptionKind::Channel, &[("a", 7)]);
    fixture.inbox.reply(1).await;
    fixture.inbox.reply(2).await;
    peer.send(numbers(20)).await;
    for number in 0..8 {
        assert_eq!(listener.next().await, format!("1 {number}"));
    }
    assert_eq!(listener.next().await, "ended: maxBacklog (8 messages, 1048576 bytes) is full");
    assert_eq!(other.next().await, "subscribed 7");
    for number in 0..20 {
        assert_eq!(other.next().await, format!("7 {number}"), "others go on");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_held_for_all_and_given_to_each_once() {
    let mut fixture = Fixture::new();
    let (mut slow, mut peer) = listen(&mut fixture, Overflow::Pause, FEW).await;
    let mut quick = fixture.join();
    quick.subscribe(2, SubscriptionKind::Channel, &[("a", 2)]);
    assert_eq!(quick.next().await, "subscribed 2");
    peer.send(numbers(30)).await;
    for number in 0..8 {
        assert_eq!(quick.next().await, format!("2 {number}"));
    }
    idle().await;
    quick.assert_silent();
    for number in 0..30 {
        assert_eq!(slow.next().await, format!("1 {number}"));
    }
    for number in 8..30 {
        assert_eq!(quick.next().await, format!("2 {number}"));
    }
    idle().await;
    quick.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn a_slow_subscriber_that_leaves_holds_nobody_up() {
    let mut fixture = Fixture::new();
    let (slow, mut peer) = listen(&mut fixture, Overflow::Pause, FEW).await;
    let mut quick = fixture.join();
    quick.subscribe(2, SubscriptionKind::Channel, &[("a", 2)]);
    assert_eq!(quick.next().await, "subscribed 2");
    peer.send(numbers(30)).await;
    drop(slow);
    for number in 0..30 {
        assert_eq!(quick.next().await, format!("2 {number}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_lost_while_it_is_not_read_is_told_behind_what_had_come() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = listen(&mut fixture, Overflow::Pause, FEW).await;
    peer.send(numbers(30)).await;
    idle().await;
    drop(peer);
    for number in 0..30 {
        assert_eq!(listener.next().await, format!("1 {number}"));
    }
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send(ack("subscribe", "a")).await;
    assert!(listener.next().await.starts_with("gap: reconnect"));
}
