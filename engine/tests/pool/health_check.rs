//! A server that falls silent behind commands that wait in it.

use std::time::Duration;

use oxidis_engine::command::ServerTimeout;
use oxidis_engine::error::{ConnectionFailure, ErrorKind};
use tokio::time::{Instant, sleep};

use crate::fixture::{Fixture, call_within, refused, room_for, within};
use crate::peer::Fate;

const LOST: ErrorKind = ErrorKind::Connection(ConnectionFailure::Lost);

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_a_greeting_is_gone() {
    let mut fixture = Fixture::new(room_for(3));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let (lease, mut leased) = fixture.lease().await;
    call_within(lease.connections().get(0).unwrap(), 2, "BLPOP b 0", 0);
    leased.command().await.unwrap();
    let asked = Instant::now();
    let _silent = fixture.peers.arrival().await;
    for _ in [1, 2] {
        let (slot, result) = fixture.inbox.settled().await;
        let error = result.unwrap_err();
        assert_eq!((error.kind().clone(), error.maybe_executed()), (LOST, Some(true)), "{slot}");
    }
    // Two looks, the second of which asks for as long as a caller would wait.
    assert!(asked.elapsed().as_millis() <= 2 * 15_000 + 5_010, "{}", asked.elapsed().as_millis());
    assert_eq!(peer.command().await, None);
    assert_eq!(leased.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_is_waited_for() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    for _ in 0..20 {
        let mut probe = fixture.peers.accept().await;
        assert_eq!(probe.command().await, None, "nothing is asked but the greeting");
    }
    peer.send("+at last\r\n").await;
    fixture.inbox.reply(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_a_sign_of_life() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    fixture.peers.fail_next((0..20).map(|_| Fate::Fails(refused())));
    sleep(Duration::from_secs(5 * 60)).await;
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_shared_connection_that_is_idle_is_evidence_enough() {
    let mut fixture = Fixture::new(room_for(1));
    let connected = fixture.client.connect();
    let mut shared = fixture.peers.accept().await;
    within(connected).await.unwrap();
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    for _ in 0..20 {
        assert_eq!(shared.command().await.unwrap(), "PING");
        shared.send("+PONG\r\n").await;
    }
    fixture.peers.assert_nobody_came();
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn without_keep_alive_nobody_looks() {
    let mut options = room_for(1);
    options.keep_alive = None;
    let mut fixture = Fixture::new(options);
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    sleep(Duration::from_secs(60 * 60)).await;
    fixture.peers.assert_nobody_came();
    fixture.inbox.assert_empty();
}
