//! The end of a pool.

use oxidis_engine::command::ServerTimeout;
use oxidis_engine::connection::driver::Shutdown;
use oxidis_engine::error::ErrorKind;
use oxidis_engine::value::Value;
use tokio::time::Instant;

use crate::fixture::{Fixture, call, greet_as, idle, room_for, within};

#[tokio::test(start_paused = true)]
async fn what_waits_in_the_server_is_called_off_there_over_a_shared_connection() {
    let mut fixture = Fixture::new(room_for(1));
    let connected = fixture.client.connect();
    let mut shared = fixture.peers.accept().await;
    within(connected).await.unwrap();
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.arrival().await;
    greet_as(&mut peer, 77).await;
    peer.command().await.unwrap();
    let closed = tokio::spawn(fixture.client.close(Shutdown::Drain));
    assert_eq!(shared.command().await.unwrap(), "CLIENT UNBLOCK 77");
    shared.send(":1\r\n").await;
    peer.send("_\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Null);
    assert_eq!(peer.command().await, None);
    within(closed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_called_off_over_a_new_connection_where_there_is_no_other() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.arrival().await;
    greet_as(&mut peer, 78).await;
    peer.command().await.unwrap();
    let closed = tokio::spawn(fixture.client.close(Shutdown::Drain));
    let mut control = fixture.peers.accept().await;
    assert_eq!(control.command().await.unwrap(), "CLIENT UNBLOCK 78");
    control.send(":1\r\n").await;
    peer.send("+popped at the last moment\r\n").await;
    fixture.inbox.reply(1).await;
    within(closed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_call_it_off_is_not_waited_for_without_end() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let before = Instant::now();
    within(fixture.client.close(Shutdown::Drain)).await;
    assert!(before.elapsed().as_millis() <= 5_002);
    let error = fixture.inbox.failure(1).await;
    assert_eq!((error.kind().clone(), error.maybe_executed()), (ErrorKind::Closed, Some(true)));
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_line_is_told_at_once() {
    for shutdown in [Shutdown::Drain, Shutdown::Immediate] {
        let mut fixture = Fixture::new(room_for(1));
        let (lease, _peer) = fixture.lease().await;
        let waiting = fixture.ask();
        fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
        idle().await;
        let closed = tokio::spawn(fixture.client.close(shutdown));
        assert_eq!(*within(waiting).await.unwrap().err().unwrap().kind(), ErrorKind::Closed);
        assert_eq!(*fixture.inbox.failure(1).await.kind(), ErrorKind::Closed);
        within(closed).await.unwrap();
        call(&lease, 2, "GET a");
        assert_eq!(*fixture.inbox.failure(2).await.kind(), ErrorKind::Closed);
        assert!(within(fixture.ask()).await.unwrap().is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_to_connect_for_a_lease_is_given_up() {
    let mut fixture = Fixture::new(room_for(1));
    let waiting = fixture.ask();
    let _silent = fixture.peers.arrival().await;
    let before = Instant::now();
    within(fixture.client.close(Shutdown::Drain)).await;
    assert_eq!(*within(waiting).await.unwrap().err().unwrap().kind(), ErrorKind::Closed);
    assert!(before.elapsed().as_millis() < 10);
}

#[tokio::test(start_paused = true)]
async fn a_lease_finishes_its_calls_before_it_is_closed() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    call(&lease, 1, "GET a");
    peer.command().await.unwrap();
    let closed = tokio::spawn(fixture.client.close(Shutdown::Drain));
    idle().await;
    assert!(!closed.is_finished());
    peer.send("+one\r\n").await;
    fixture.inbox.reply(1).await;
    within(closed).await.unwrap();
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_pool_is_active_as_long_as_somebody_has_or_wants_a_connection() {
    let mut fixture = Fixture::new(room_for(1));
    assert!(!fixture.pool.is_active());
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    assert!(fixture.pool.is_active());
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    fixture.pool.give_up(1);
    fixture.inbox.failure(1).await;
    peer.closed().await;
    loop {
        if fixture.inbox.events().await == ["vacated"] {
            break;
        }
    }
    assert!(!fixture.pool.is_active());
}
