//! A silent connection is asked whether it is there, and replaced within two probe intervals.

use std::time::Duration;

use oxidis_engine::client::pubsub::SubscriptionKind;
use oxidis_engine::connection::request::now;
use tokio::time::sleep;

use crate::fixture::{Fixture, ack, message};

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_probed_again_and_again() {
    let mut fixture = Fixture::new();
    let (_listener, mut peer) = fixture.subscribed("a").await;
    let mut before = now();
    for _ in 0..10 {
        assert_eq!(peer.command().await.unwrap(), "PING");
        assert!((15_000..=15_002).contains(&(now() - before)), "{}", now() - before);
        before = now();
        peer.send("+PONG\r\n").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_connection_is_replaced_within_two_probe_intervals() {
    for (keep_alive, command_timeout) in [(15_000, 5_000), (1_000, 5_000), (1_000, 0)] {
        let mut options = Fixture::options();
        options.keep_alive = Some(Duration::from_millis(keep_alive));
        options.command_timeout = (command_timeout > 0).then(|| Duration::from_millis(command_timeout));
        let mut fixture = Fixture::with(options, Vec::new());
        let (mut listener, mut silent) = fixture.subscribed("a").await;
        let before = now();
        silent.closed().await;
        assert!(now() - before <= 2 * keep_alive + 2, "{}", now() - before);
        let mut peer = fixture.peers.accept().await;
        peer.command().await.unwrap();
        peer.send(ack("subscribe", "a")).await;
        assert!(listener.next().await.starts_with("gap: reconnect"));
    }
}

#[tokio::test(start_paused = true)]
async fn messages_are_signs_of_life() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    for _ in 0..20 {
        sleep(Duration::from_secs(14)).await;
        peer.send(message("a", "alive")).await;
        assert_eq!(listener.next().await, "1 alive");
    }
    listener.unsubscribe(2, SubscriptionKind::Channel, &["a"]);
    assert_eq!(peer.command().await.unwrap(), "UNSUBSCRIBE a", "nothing was asked before");
}

#[tokio::test(start_paused = true)]
async fn a_user_without_the_right_to_ask_is_told_that_the_server_is_there() {
    let mut fixture = Fixture::new();
    let (_listener, mut peer) = fixture.subscribed("a").await;
    for _ in 0..3 {
        assert_eq!(peer.command().await.unwrap(), "PING");
        peer.send("-NOPERM this user has no permissions to run the 'ping' command\r\n").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_acknowledge_is_given_up() {
    let mut fixture = Fixture::new();
    let (listener, mut peer) = fixture.subscribed("a").await;
    listener.subscribe(2, SubscriptionKind::Channel, &[("b", 2)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE b");
    let error = fixture.inbox.failure(2).await;
    assert_eq!(error.code(), "COMMAND_TIMEOUT");
    peer.closed().await;
    fixture.peers.accept().await;
}

#[tokio::test(start_paused = true)]
async fn without_keep_alive_nothing_is_probed() {
    let mut options = Fixture::options();
    options.keep_alive = None;
    let mut fixture = Fixture::with(options, Vec::new());
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    sleep(Duration::from_secs(6 * 60 * 60)).await;
    peer.send(message("a", "hello")).await;
    assert_eq!(listener.next().await, "1 hello");
}
