//! Leases, and what they leave behind.

use std::sync::Arc;

use oxidis_engine::command::SessionEffect;
use oxidis_engine::error::{ConnectionFailure, ErrorKind};
use oxidis_engine::value::Value;
use tokio::time::sleep;

use crate::fixture::{Fixture, call, call_within, idle, room_for, within};

#[tokio::test(start_paused = true)]
async fn the_connection_that_rested_last_is_given_out_first() {
    let mut fixture = Fixture::new(room_for(3));
    let (first, mut early) = fixture.lease().await;
    let (second, mut late) = fixture.lease().await;
    first.release();
    second.release();
    let again = within(fixture.ask()).await.unwrap().unwrap();
    call(&again, 1, "GET a");
    assert_eq!(late.command().await.unwrap(), "GET a");
    let other = within(fixture.ask()).await.unwrap().unwrap();
    call(&other, 2, "GET b");
    assert_eq!(early.command().await.unwrap(), "GET b");
}

#[tokio::test(start_paused = true)]
async fn watched_keys_are_forgotten_before_the_next_users_first_command() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    lease.mark(SessionEffect::Watch);
    lease.release();
    let next = within(fixture.ask()).await.unwrap().unwrap();
    call(&next, 1, "GET a");
    assert_eq!(peer.commands(2).await, ["UNWATCH", "GET a"]);
    peer.send("+OK\r\n+one\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Status("one".into()));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn an_open_transaction_is_dropped_before_the_next_users_first_command() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    lease.mark(SessionEffect::Transaction);
    lease.mark(SessionEffect::Watch);
    lease.release();
    within(fixture.ask()).await.unwrap().unwrap();
    assert_eq!(peer.commands(2).await, ["DISCARD", "UNWATCH"]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_state_was_changed_is_replaced() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    lease.mark(SessionEffect::State);
    lease.release();
    let next = fixture.ask();
    fixture.peers.accept().await;
    assert_eq!(peer.command().await, None);
    within(next).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn unanswered_commands_are_answered_and_their_connection_is_replaced() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    call(&lease, 1, "GET a");
    lease.release();
    let next = fixture.ask();
    assert_eq!(peer.command().await.unwrap(), "GET a");
    idle().await;
    assert!(!next.is_finished(), "the connection still works for somebody else");
    peer.send("+one\r\n").await;
    fixture.inbox.reply(1).await;
    assert_eq!(peer.command().await, None);
    fixture.peers.accept().await;
    within(next).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_to_a_call_that_timed_out_reaches_nobody() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    call(&lease, 1, "GET a");
    peer.command().await.unwrap();
    assert!(matches!(fixture.inbox.failure(1).await.kind(), ErrorKind::Timeout(_)));
    call(&lease, 2, "GET b");
    peer.command().await.unwrap();
    peer.send("+late\r\n+two\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, Value::Status("two".into()));
    lease.release();
    let next = within(fixture.ask()).await.unwrap().unwrap();
    call(&next, 3, "GET c");
    assert_eq!(peer.command().await.unwrap(), "GET c");
    peer.send("+three\r\n").await;
    assert_eq!(fixture.inbox.reply(3).await, Value::Status("three".into()));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn bytes_that_nobody_asked_for_retire_a_connection() {
    for surplus in ["+OK\r\n", "$5\r\nhal"] {
        let mut fixture = Fixture::new(room_for(1));
        let (lease, mut peer) = fixture.lease().await;
        call(&lease, 1, "GET a");
        peer.command().await.unwrap();
        peer.send(format!("+one\r\n{surplus}")).await;
        fixture.inbox.reply(1).await;
        idle().await;
        lease.release();
        let next = fixture.ask();
        fixture.peers.accept().await;
        within(next).await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_dropped_without_a_word_closes_its_connection() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    drop(lease);
    assert_eq!(peer.command().await, None);
    fixture.lease().await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_not_made_again_for_its_lease() {
    let mut fixture = Fixture::new(room_for(2));
    let (lease, peer) = fixture.lease().await;
    drop(peer);
    idle().await;
    call(&lease, 1, "GET a");
    let error = fixture.inbox.failure(1).await;
    assert_eq!(*error.kind(), ErrorKind::Connection(ConnectionFailure::Lost));
    assert_eq!(error.maybe_executed(), Some(false));
    idle().await;
    fixture.peers.assert_nobody_came();
    lease.release();
    fixture.lease().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_closed_while_it_rested_is_not_given_out() {
    let mut fixture = Fixture::new(room_for(2));
    let (lease, peer) = fixture.lease().await;
    lease.release();
    // No task has seen the end of it yet.
    drop(peer);
    let next = fixture.ask();
    fixture.peers.accept().await;
    within(next).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_rests_for_its_time_and_no_longer() {
    let mut options = room_for(3);
    options.min_connections = 2;
    options.keep_alive = None;
    let idle_time = options.idle_timeout.unwrap();
    let mut fixture = Fixture::new(options);
    let (first, mut first_peer) = fixture.lease().await;
    let (second, mut second_peer) = fixture.lease().await;
    first.release();
    second.release();
    sleep(idle_time / 2).await;
    within(fixture.ask()).await.unwrap().unwrap().release();
    first_peer.closed().await;
    sleep(idle_time * 3).await;
    // One is kept beside the shared one.
    let kept = within(fixture.ask()).await.unwrap().unwrap();
    call(&kept, 1, "GET a");
    assert_eq!(second_peer.command().await.unwrap(), "GET a");
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn connections_that_rest_are_asked_for_a_sign_of_life() {
    let mut options = room_for(1);
    options.idle_timeout = None;
    let mut fixture = Fixture::new(options);
    let (lease, mut peer) = fixture.lease().await;
    lease.release();
    assert_eq!(peer.command().await.unwrap(), "PING");
    assert_eq!(peer.command().await, None);
    fixture.lease().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_timed_out_does_not_keep_the_connection_from_others() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    call_within(lease.connections().get(0).unwrap(), 1, "BLPOP queue 0", 50);
    assert_eq!(peer.command().await.unwrap(), "BLPOP queue 0");
    fixture.inbox.failure(1).await;
    lease.release();
    let next = fixture.ask();
    assert_eq!(peer.command().await, None);
    fixture.peers.accept().await;
    within(next).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_does_not_keep_the_connection_from_others() {
    for released_first in [false, true] {
        let mut fixture = Fixture::new(room_for(1));
        let (lease, mut peer) = fixture.lease().await;
        let connections = Arc::clone(lease.connections());
        let connection = connections.get(0).unwrap();
        call_within(connection, 1, "BLPOP queue 0", 0);
        assert_eq!(peer.command().await.unwrap(), "BLPOP queue 0");
        if released_first {
            lease.release();
            idle().await;
            connection.queue().give_up(1);
        } else {
            connection.queue().give_up(1);
            lease.release();
        }
        fixture.inbox.failure(1).await;
        let next = fixture.ask();
        assert_eq!(peer.command().await, None);
        fixture.peers.accept().await;
        within(next).await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_given_up_does_not_end_a_later_one_in_its_slot() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    call(&lease, 1, "GET a");
    peer.command().await.unwrap();
    peer.send("+one\r\n").await;
    fixture.inbox.reply(1).await;
    lease.connections().get(0).unwrap().queue().give_up(1);
    call(&lease, 1, "GET b");
    assert_eq!(peer.command().await.unwrap(), "GET b");
    idle().await;
    peer.send("+two\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Status("two".into()));
    fixture.inbox.assert_empty();
}
