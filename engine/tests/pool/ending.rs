//! Waits that are ended early: by their callers, and by deadlines.

use std::time::Duration;

use oxidis_engine::client::pool::WaitLimit;
use oxidis_engine::command::ServerTimeout;
use oxidis_engine::connection::rejection::UNBLOCK_GRACE;
use oxidis_engine::connection::request::now;
use oxidis_engine::error::{ErrorKind, TimeoutPhase};
use oxidis_engine::value::Value;
use tokio::io::DuplexStream;
use tokio::time::{Instant, timeout};

use crate::fixture::{Fixture, blocking, greet_as, idle, room_for, within};
use crate::peer::Peer;

/// A client with a shared connection and a blocking call of slot 1 on connection 77: the peers of both.
async fn waiting(room: u32) -> (Fixture, Peer<DuplexStream>, Peer<DuplexStream>) {
    let mut fixture = Fixture::new(room_for(room));
    let connected = fixture.client.connect();
    let shared = fixture.peers.accept().await;
    within(connected).await.unwrap();
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.arrival().await;
    greet_as(&mut peer, 77).await;
    assert_eq!(peer.command().await.unwrap(), "BLPOP a 0");
    (fixture, shared, peer)
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_fails_as_not_executed_when_the_server_ends_its_wait() {
    let (mut fixture, mut shared, mut peer) = waiting(1).await;
    assert!(fixture.pool.give_up(1));
    assert_eq!(shared.command().await.unwrap(), "CLIENT UNBLOCK 77");
    shared.send(":1\r\n").await;
    idle().await;
    fixture.inbox.assert_empty();
    peer.send("_\r\n").await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!((error.kind().clone(), error.maybe_executed()), (ErrorKind::Closed, Some(false)));
    // The connection is as good as before.
    fixture.block(2, "BLPOP b 0", ServerTimeout::Never);
    assert_eq!(peer.command().await.unwrap(), "BLPOP b 0");
    peer.send("+two\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, Value::Status("two".into()));
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_ends_with_the_element_that_came_first() {
    let (mut fixture, mut shared, mut peer) = waiting(1).await;
    fixture.pool.give_up(1);
    shared.command().await.unwrap();
    peer.send("+element\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Status("element".into()));
    // Until the order is answered, it could hit the next call.
    fixture.block(2, "BLPOP b 0", ServerTimeout::Never);
    idle().await;
    assert!(timeout(Duration::from_millis(5), peer.command()).await.is_err(), "nothing is sent yet");
    shared.send(":0\r\n").await;
    assert_eq!(peer.command().await.unwrap(), "BLPOP b 0");
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn an_order_that_overtook_its_call_is_repeated() {
    let (mut fixture, mut shared, mut peer) = waiting(1).await;
    fixture.pool.give_up(1);
    for _ in 0..3 {
        assert_eq!(shared.command().await.unwrap(), "CLIENT UNBLOCK 77");
        shared.send(":0\r\n").await;
    }
    assert_eq!(shared.command().await.unwrap(), "CLIENT UNBLOCK 77");
    shared.send(":1\r\n").await;
    peer.send("_\r\n").await;
    assert_eq!(fixture.inbox.failure(1).await.maybe_executed(), Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_wait_whose_end_is_not_permitted_is_ended_with_its_connection() {
    let (mut fixture, mut shared, mut peer) = waiting(1).await;
    fixture.pool.give_up(1);
    shared.command().await.unwrap();
    shared.send("-NOPERM no permission\r\n").await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!((error.kind().clone(), error.maybe_executed()), (ErrorKind::Closed, Some(true)));
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_is_not_waited_for_without_end() {
    let (mut fixture, mut shared, mut peer) = waiting(1).await;
    let before = Instant::now();
    fixture.pool.give_up(1);
    shared.command().await.unwrap();
    let error = fixture.inbox.failure(1).await;
    assert_eq!((error.kind().clone(), error.maybe_executed()), (ErrorKind::Closed, Some(true)));
    let elapsed = u64::try_from(before.elapsed().as_millis()).unwrap();
    assert!((UNBLOCK_GRACE..=UNBLOCK_GRACE + 2).contains(&elapsed), "{elapsed}");
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_server_has_ended_was_not_executed_although_its_reply_is_lost() {
    let (mut fixture, mut shared, peer) = waiting(1).await;
    fixture.pool.give_up(1);
    shared.command().await.unwrap();
    shared.send(":1\r\n").await;
    idle().await;
    drop(peer);
    let error = fixture.inbox.failure(1).await;
    assert_eq!((error.kind().clone(), error.maybe_executed()), (ErrorKind::Closed, Some(false)));
}

#[tokio::test(start_paused = true)]
async fn the_order_takes_a_connection_of_its_own_where_none_is_shared() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.arrival().await;
    greet_as(&mut peer, 77).await;
    peer.command().await.unwrap();
    fixture.pool.give_up(1);
    let mut control = fixture.peers.accept().await;
    for _ in 0..2 {
        assert_eq!(control.command().await.unwrap(), "CLIENT UNBLOCK 77");
        control.send(":0\r\n").await;
    }
    peer.send("+element\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Status("element".into()));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_call_ends_the_wait_in_the_server() {
    for (reply, expected) in [("_\r\n", None), ("+late\r\n", Some("late"))] {
        let mut fixture = Fixture::new(room_for(1));
        let connected = fixture.client.connect();
        let mut shared = fixture.peers.accept().await;
        within(connected).await.unwrap();
        let mut call = blocking(1, "BLPOP a 0", ServerTimeout::Never);
        call.wait_limit = WaitLimit::Given;
        (call.request.timeout, call.request.deadline) = (300, now() + 300);
        fixture.pool.block(call).unwrap();
        let mut peer = fixture.peers.arrival().await;
        greet_as(&mut peer, 77).await;
        peer.command().await.unwrap();
        assert_eq!(shared.command().await.unwrap(), "CLIENT UNBLOCK 77");
        shared.send(":1\r\n").await;
        peer.send(reply).await;
        if let Some(text) = expected {
            assert_eq!(fixture.inbox.reply(1).await, Value::Status(text.into()));
        } else {
            let error = fixture.inbox.failure(1).await;
            let told = (error.kind().clone(), error.maybe_executed());
            assert_eq!(told, (ErrorKind::Timeout(TimeoutPhase::Server), Some(false)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_null_after_the_servers_own_timeout_is_the_reply() {
    let mut fixture = Fixture::new(room_for(1));
    let connected = fixture.client.connect();
    let mut shared = fixture.peers.accept().await;
    within(connected).await.unwrap();
    fixture.block(1, "BLPOP a 1", ServerTimeout::After(Duration::from_secs(1)));
    let mut peer = fixture.peers.arrival().await;
    greet_as(&mut peer, 77).await;
    peer.command().await.unwrap();
    assert_eq!(shared.command().await.unwrap(), "CLIENT UNBLOCK 77");
    peer.send("_\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Null);
    shared.send(":0\r\n").await;
}
