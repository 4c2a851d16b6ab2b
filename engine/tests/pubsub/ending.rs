//! Who leaves leaves nothing behind, and nobody is left behind.

use oxidis_engine::client::pool::Holder;
use oxidis_engine::client::pubsub::SubscriptionKind;
use oxidis_engine::config::Options;

use crate::fixture::{Fixture, ack, call, idle, message, within};

#[tokio::test(start_paused = true)]
async fn the_last_who_leaves_unsubscribes_and_closes_the_connection() {
    let mut fixture = Fixture::new();
    let (one, mut peer) = fixture.subscribed("a").await;
    let other = fixture.join();
    other.subscribe(2, SubscriptionKind::Channel, &[("a", 1), ("b", 2)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE b");
    peer.send(ack("subscribe", "b")).await;
    fixture.inbox.reply(2).await;
    one.handle.leave(Some(call(3)));
    fixture.inbox.reply(3).await;
    other.handle.leave(Some(call(4)));
    let command = peer.command().await.unwrap();
    assert!(command.starts_with("UNSUBSCRIBE "), "{command}");
    fixture.inbox.assert_empty();
    for name in command.split(' ').skip(1) {
        peer.send(ack("unsubscribe", name)).await;
    }
    fixture.inbox.reply(4).await;
    assert_eq!(peer.command().await, None);
    idle().await;
    assert!(!fixture.subscriber.is_active());
    one.handle.leave(Some(call(5)));
    fixture.inbox.reply(5).await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_seat_leaves() {
    let mut fixture = Fixture::new();
    let (listener, mut peer) = fixture.subscribed("a").await;
    drop(listener);
    assert_eq!(peer.command().await.unwrap(), "UNSUBSCRIBE a");
    peer.send(ack("unsubscribe", "a")).await;
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn leaving_is_not_held_up_by_a_server_that_does_not_answer() {
    let mut fixture = Fixture::new();
    let (listener, mut peer) = fixture.subscribed("a").await;
    listener.handle.leave(Some(call(2)));
    assert_eq!(peer.command().await.unwrap(), "UNSUBSCRIBE a");
    fixture.inbox.reply(2).await;
    peer.closed().await;
}

#[tokio::test(start_paused = true)]
async fn the_connection_stays_for_a_subscriber_without_subscriptions() {
    let mut fixture = Fixture::new();
    let (listener, mut peer) = fixture.subscribed("a").await;
    listener.unsubscribe(2, SubscriptionKind::Channel, &["a"]);
    peer.command().await.unwrap();
    peer.send(ack("unsubscribe", "a")).await;
    fixture.inbox.reply(2).await;
    idle().await;
    listener.subscribe(3, SubscriptionKind::Channel, &[("b", 2)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE b");
}

#[tokio::test(start_paused = true)]
async fn without_subscriptions_a_lost_connection_is_not_made_again() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    listener.unsubscribe(2, SubscriptionKind::Channel, &["a"]);
    peer.command().await.unwrap();
    peer.send(ack("unsubscribe", "a")).await;
    fixture.inbox.reply(2).await;
    drop(peer);
    idle().await;
    fixture.peers.assert_nobody_came();
    listener.subscribe(3, SubscriptionKind::Channel, &[("b", 2)]);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE b");
    peer.send(ack("subscribe", "b")).await;
    assert_eq!(listener.next_few().await, ["unsubscribed 1", "subscribed 2"], "nothing was missed");
}

#[tokio::test(start_paused = true)]
async fn closing_the_client_ends_every_subscriber() {
    let mut fixture = Fixture::new();
    let (mut one, mut peer) = fixture.subscribed("a").await;
    let mut other = fixture.join();
    one.subscribe(2, SubscriptionKind::Channel, &[("b", 2)]);
    peer.command().await.unwrap();
    peer.send(message("a", "last")).await;
    assert_eq!(one.next().await, "1 last");
    within(fixture.subscriber.close()).await.unwrap();
    assert_eq!(fixture.inbox.failure(2).await.code(), "CLIENT_CLOSED");
    assert_eq!(one.next().await, "ended");
    assert_eq!(other.next().await, "ended");
    peer.closed().await;
    one.subscribe(3, SubscriptionKind::Channel, &[("c", 3)]);
    assert_eq!(fixture.inbox.failure(3).await.code(), "CLIENT_CLOSED");
    one.handle.leave(Some(call(4)));
    fixture.inbox.reply(4).await;
    within(fixture.subscriber.close()).await.unwrap();
    assert!(!fixture.subscriber.is_active());
}

#[tokio::test(start_paused = true)]
async fn a_panic_fails_its_subscribers_and_the_next_one_begins_anew() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    fixture.inbox.panic_at(2);
    listener.subscribe(2, SubscriptionKind::Channel, &[("b", 2)]);
    listener.subscribe(3, SubscriptionKind::Channel, &[("c", 3)]);
    peer.commands(2).await;
    peer.send([ack("subscribe", "b"), message("a", "unseen")].concat()).await;
    fixture.inbox.reply(2).await;
    assert_eq!(fixture.inbox.failure(3).await.code(), "INTERNAL_ERROR");
    let mut got = listener.next().await;
    while !got.starts_with("ended") {
        got = listener.next().await;
    }
    assert_eq!(got, "ended: the subscribers' task panicked");
    let another = fixture.join();
    another.subscribe(4, SubscriptionKind::Channel, &[("a", 1)]);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send(ack("subscribe", "a")).await;
    fixture.inbox.reply(4).await;
}

#[tokio::test(start_paused = true)]
async fn the_connection_counts_among_the_others_of_its_client() {
    let mut fixture = Fixture::new();
    assert_eq!(fixture.pool.open_connections(), 0);
    let (listener, mut peer) = fixture.subscribed("a").await;
    assert_eq!(fixture.pool.open_connections(), 1);
    drop(listener);
    peer.command().await.unwrap();
    peer.send(ack("unsubscribe", "a")).await;
    peer.closed().await;
    idle().await;
    assert_eq!(fixture.pool.open_connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_room_for_a_connection_a_call_rejects() {
    let options = Options { max_connections: 1, ..Fixture::options() };
    let mut fixture = Fixture::with(options, Vec::new());
    let listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    assert_eq!(fixture.inbox.failure(1).await.code(), "POOL_TIMEOUT");
    idle().await;
    assert!(!fixture.subscriber.is_active());
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_waited_for_where_others_have_them_all() {
    let options = Options { max_connections: 2, ..Fixture::options() };
    let mut fixture = Fixture::with(options, Vec::new());
    let permit = fixture.pool.permit(Holder::Lease).await.unwrap();
    let listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    idle().await;
    fixture.peers.assert_nobody_came();
    drop(permit);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send(ack("subscribe", "a")).await;
    fixture.inbox.reply(1).await;
}
