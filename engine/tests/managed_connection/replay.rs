//! What a lost connection means for the commands that were on it.

use oxidis_engine::error::{ErrorKind, TimeoutPhase};
use oxidis_engine::value::Value;

use crate::fixture::{Call, Fixture, LOST, Setting, idle, status, verdict, within};

/// A connected fixture whose pipes hold `room` bytes.
async fn connected(room: usize) -> (Fixture, crate::peer::Peer<tokio::io::DuplexStream>) {
    let mut fixture = Fixture::with(Setting { room, ..Setting::default() });
    let connected = fixture.connection.connect();
    let peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    (fixture, peer)
}

#[tokio::test(start_paused = true)]
async fn reads_in_flight_are_sent_again_in_order_and_writes_are_rejected() {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.submit_together(&[
        (Call::read(1), "GET a"),
        (Call::write(2), "INCR b"),
        (Call::read(3), "GET c"),
        (Call::write(4), "INCR d"),
    ]);
    peer.commands(4).await;
    drop(peer);
    for slot in [2, 4] {
        assert_eq!(verdict(&fixture.inbox.failure(slot).await), (LOST, Some(true)));
    }
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.commands(2).await, ["GET a", "GET c"]);
    peer.send("+one\r\n+three\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    assert_eq!(fixture.inbox.reply(3).await, status("three"));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_is_not_sent_again() {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.submit_together(&[(Call::read(1), "GET a"), (Call::read(2), "GET b")]);
    peer.commands(2).await;
    peer.send("+one\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "GET b");
}

#[tokio::test(start_paused = true)]
async fn commands_that_are_not_wholly_written_are_kept_and_sent_once_in_order() {
    let (mut fixture, mut peer) = connected(256).await;
    fixture.call(Call::write(1), "INCR a");
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    let long = format!("SET b {}", "x".repeat(1_000));
    fixture.submit_together(&[(Call::write(2), &long), (Call::write(3), "INCR c")]);
    idle().await;
    drop(peer);
    assert_eq!(verdict(&fixture.inbox.failure(1).await), (LOST, Some(true)));
    fixture.call(Call::write(4), "INCR d");
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.commands(3).await, [&long, "INCR c", "INCR d"]);
    peer.send("+OK\r\n:3\r\n:4\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, status("OK"));
    assert_eq!(fixture.inbox.reply(3).await, Value::Int(3));
    assert_eq!(fixture.inbox.reply(4).await, Value::Int(4));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_read_is_sent_again_as_often_as_its_connection_is_lost_but_not_without_end() {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.submit_together(&[(Call::read(1).timeout(0), "GET a"), (Call::read(2).timeout(0), "GET b")]);
    for _ in 0..10 {
        assert_eq!(peer.commands(2).await, ["GET a", "GET b"]);
        drop(peer);
        peer = fixture.peers.accept().await;
    }
    assert_eq!(peer.commands(2).await, ["GET a", "GET b"]);
    peer.send("+one\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    drop(peer);
    assert_eq!(verdict(&fixture.inbox.failure(2).await), (LOST, Some(true)));
    fixture.call(Call::read(3).timeout(0), "GET c");
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "GET c");
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn to_be_kept_unwritten_is_not_to_be_sent_again() {
    let (mut fixture, mut peer) = connected(256).await;
    let long = format!("SET b {}", "x".repeat(1_000));
    fixture.submit_together(&[(Call::write(1).timeout(0), &long), (Call::write(2).timeout(0), "INCR c")]);
    for _ in 0..20 {
        idle().await;
        drop(peer);
        peer = fixture.peers.accept().await;
    }
    assert_eq!(peer.commands(2).await, [&long, "INCR c"]);
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_sent_again_keeps_its_deadline() {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.call(Call::read(1).timeout(400), "GET a");
    peer.command().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let before = oxidis_engine::connection::request::now();
    assert_eq!(
        verdict(&fixture.inbox.failure(1).await),
        (ErrorKind::Timeout(TimeoutPhase::Server), Some(true))
    );
    assert!(oxidis_engine::connection::request::now() - before < 100);
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_command_is_not_sent_again() {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.submit_together(&[(Call::read(1).timeout(50), "GET a"), (Call::read(2), "GET b")]);
    peer.commands(2).await;
    fixture.inbox.failure(1).await;
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "GET b");
}

#[tokio::test(start_paused = true)]
async fn without_reconnection_everything_is_rejected_and_says_what_was_sent() {
    let mut setting = Setting { room: 256, ..Setting::default() };
    setting.options.reconnect = None;
    let mut fixture = Fixture::with(setting);
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    fixture.call(Call::read(1), "GET a");
    peer.command().await.unwrap();
    let long = format!("SET b {}", "x".repeat(1_000));
    fixture.submit_together(&[(Call::write(2), &long), (Call::read(3), "GET c")]);
    idle().await;
    drop(peer);
    assert_eq!(verdict(&fixture.inbox.failure(1).await), (LOST, Some(true)));
    assert_eq!(verdict(&fixture.inbox.failure(2).await), (LOST, Some(false)));
    assert_eq!(verdict(&fixture.inbox.failure(3).await), (LOST, Some(false)));
    idle().await;
    fixture.peers.assert_nobody_came();
}
