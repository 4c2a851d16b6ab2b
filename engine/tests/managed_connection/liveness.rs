//! A silent connection is asked whether it is there.

use std::time::Duration;

use oxidis_engine::connection::request::now;
use tokio::time::sleep;

use crate::fixture::{Call, Fixture, LOST, Setting, idle, status, verdict, within};

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_probed_again_and_again() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    let mut before = now();
    for _ in 0..10 {
        assert_eq!(peer.command().await.unwrap(), "PING");
        assert!((15_000..=15_002).contains(&(now() - before)), "{}", now() - before);
        before = now();
        peer.send("+PONG\r\n").await;
        idle().await;
    }
    fixture.call(Call::read(1), "GET a");
    assert_eq!(peer.command().await.unwrap(), "GET a");
    peer.send("+one\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_that_does_not_answer_is_replaced() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut silent = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    assert_eq!(silent.command().await.unwrap(), "PING");
    let before = now();
    assert_eq!(silent.command().await, None);
    assert!((6_250..=6_252).contains(&(now() - before)), "{}", now() - before);
    assert_eq!(*fixture.inbox.close().await.kind(), LOST);
    let mut peer = fixture.peers.accept().await;
    fixture.call(Call::read(1), "GET a");
    assert_eq!(peer.command().await.unwrap(), "GET a");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_leaves_its_callers_without_a_word_is_replaced() {
    let mut fixture = Fixture::new();
    fixture.submit_together(&[
        (Call::write(1).timeout(100), "INCR a"),
        (Call::write(2).timeout(60_000), "INCR b"),
    ]);
    let mut silent = fixture.peers.accept().await;
    silent.commands(2).await;
    fixture.inbox.failure(1).await;
    sleep(Duration::from_secs(50)).await;
    fixture.inbox.assert_empty();
    silent.send(">1\r\n+news\r\n").await;
    fixture.inbox.failure(2).await;
    fixture.call(Call::read(3).timeout(0), "GET c");
    assert_eq!(silent.command().await.unwrap(), "GET c", "it was heard of less than 60 s ago");
    silent.send("+1\r\n+2\r\n+three\r\n").await;
    assert_eq!(fixture.inbox.reply(3).await, status("three"));
    fixture
        .submit_together(&[(Call::write(4).timeout(100), "INCR d"), (Call::read(5).timeout(100), "GET e")]);
    for slot in [4, 5] {
        fixture.inbox.failure(slot).await;
    }
    assert_eq!(verdict(&fixture.inbox.close().await).0, LOST);
    fixture.peers.accept().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_probed_again_once_its_unlimited_command_is_answered() {
    let mut fixture = Fixture::new();
    fixture.call(Call::write(1).timeout(0), "BLPOP a 0");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    sleep(Duration::from_secs(60 * 60)).await;
    peer.send("*-1\r\n").await;
    fixture.inbox.reply(1).await;
    assert_eq!(peer.command().await.unwrap(), "PING");
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_under_way_does_not_hold_up_a_command() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    assert_eq!(peer.command().await.unwrap(), "PING");
    fixture.call(Call::read(1), "GET a");
    assert_eq!(peer.command().await.unwrap(), "GET a");
    peer.send("+PONG\r\n+one\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
}

#[tokio::test(start_paused = true)]
async fn without_keep_alive_nothing_is_probed() {
    let mut setting = Setting::default();
    setting.options.keep_alive = None;
    let mut fixture = Fixture::with(setting);
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    sleep(Duration::from_secs(6 * 60 * 60)).await;
    fixture.call(Call::read(1), "GET a");
    assert_eq!(peer.command().await.unwrap(), "GET a");
}
