//! What a pool keeps, counts and tells.

use std::time::Duration;

use oxidis_engine::client::pool::PoolStats;
use oxidis_engine::command::ServerTimeout;
use oxidis_engine::error::Error;
use tokio::time::sleep;

use crate::fixture::{Fixture, call, call_within, idle, refused, room_for, within};
use crate::peer::Fate;

#[tokio::test(start_paused = true)]
async fn connections_that_are_kept_are_opened_and_made_again() {
    let mut options = room_for(5);
    options.min_connections = 3;
    let mut fixture = Fixture::failing(options, vec![Fate::Fails(refused()), Fate::Fails(refused())]);
    fixture.pool.fill();
    let first = fixture.peers.accept().await;
    let _second = fixture.peers.accept().await;
    idle().await;
    fixture.peers.assert_nobody_came();
    assert_eq!((fixture.pool.stats().idle, fixture.pool.open_connections()), (2, 2));
    drop(first);
    let _third = fixture.peers.accept().await;
    idle().await;
    assert_eq!(fixture.pool.stats().idle, 2);
    let (lease, _peer) = {
        let lease = within(fixture.ask()).await.unwrap().unwrap();
        (lease, ())
    };
    // What is leased counts as open.
    idle().await;
    fixture.peers.assert_nobody_came();
    drop(lease);
    fixture.peers.accept().await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_opened_for_good_is_not_tried_without_end() {
    let mut options = room_for(5);
    options.min_connections = 2;
    let cause = Error::authentication("WRONGPASS");
    let mut fixture = Fixture::failing(options, vec![Fate::Fails(cause)]);
    fixture.pool.fill();
    sleep(Duration::from_secs(60 * 60)).await;
    fixture.peers.assert_nobody_came();
    assert!(!fixture.pool.is_active());
    fixture.pool.fill();
    fixture.peers.accept().await;
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_counts_connections_calls_and_bytes() {
    let mut fixture = Fixture::new(room_for(3));
    let connected = fixture.client.connect();
    let mut shared = fixture.peers.accept().await;
    within(connected).await.unwrap();
    let (lease, mut leased) = fixture.lease().await;
    let (rested, _peer) = fixture.lease().await;
    rested.release();
    let _permit = within(fixture.ask_for_permit()).await.unwrap().unwrap();
    call(&lease, 1, "GET a");
    call_within(fixture.client.connections().get(0).unwrap(), 2, "GET b", 0);
    fixture.block(3, "BLPOP c 0", ServerTimeout::Never);
    idle().await;
    let waiting = fixture.ask();
    idle().await;
    let get = "*2\r\n$3\r\nGET\r\n$1\r\na\r\n".len() as u64;
    let blpop = "*3\r\n$5\r\nBLPOP\r\n$1\r\nc\r\n$1\r\n0\r\n".len() as u64;
    let expected = PoolStats {
        open: 4,
        shared: 1,
        idle: 0,
        leased: 1,
        blocking: 1,
        subscribed: 1,
        waiting: 1,
        in_flight: 3,
        queued_bytes: 2 * get + blpop,
        reconnects: 0,
    };
    assert_eq!(fixture.pool.stats(), expected);
    waiting.abort();
    leased.command().await.unwrap();
    leased.send("+one\r\n").await;
    fixture.inbox.reply(1).await;
    shared.command().await.unwrap();
    drop(shared);
    fixture.inbox.failure(2).await;
    let mut shared = fixture.peers.accept().await;
    idle().await;
    let stats = fixture.pool.stats();
    assert_eq!((stats.waiting, stats.in_flight, stats.queued_bytes, stats.reconnects), (0, 1, blpop, 1));
    call_within(fixture.client.connections().get(0).unwrap(), 4, "GET d", 0);
    shared.command().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_waits_until_all_is_answered_is_told_when_it_is_and_not_before() {
    let mut fixture = Fixture::new(room_for(1));
    let connection = fixture.client.connections().get(0).unwrap().clone();
    within(connection.queue().drained()).await.unwrap();
    call_within(&connection, 1, "GET a", 0);
    call_within(&connection, 2, "GET b", 0);
    let mut offline = connection.queue().drained();
    let mut peer = fixture.peers.accept().await;
    peer.commands(2).await;
    let mut online = connection.queue().drained();
    call_within(&connection, 3, "GET c", 0);
    peer.send("+one\r\n").await;
    fixture.inbox.reply(1).await;
    idle().await;
    assert!(offline.try_recv().is_err() && online.try_recv().is_err());
    peer.send("+two\r\n").await;
    within(offline).await.unwrap();
    within(online).await.unwrap();
    fixture.inbox.reply(2).await;
    let mut last = connection.queue().drained();
    idle().await;
    assert!(last.try_recv().is_err());
    // Lost for good: nothing is left to be answered.
    drop(peer);
    fixture.inbox.failure(3).await;
    within(last).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_gave_up_before_it_was_written_is_not_waited_for() {
    let fixture = Fixture::failing(room_for(1), vec![Fate::Hangs]);
    let connection = fixture.client.connections().get(0).unwrap().clone();
    call_within(&connection, 1, "GET a", 50);
    call_within(&connection, 2, "GET b", 60);
    within(connection.queue().drained()).await.unwrap();
    assert_eq!(connection.queue().bytes(), 0);
}
