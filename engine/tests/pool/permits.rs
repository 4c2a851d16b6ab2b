//! Who may have a connection.

use std::time::Duration;

use oxidis_engine::config::{Options, Reconnect};
use oxidis_engine::error::{ConnectionFailure, ErrorKind};
use tokio::time::Instant;

use crate::fixture::{Fixture, idle, refused, room_for, within};
use crate::peer::Fate;

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_served_in_their_order_whatever_they_want() {
    let mut fixture = Fixture::new(room_for(1));
    let (first, _peer) = fixture.lease().await;
    let second = fixture.ask();
    idle().await;
    let third = fixture.ask_for_permit();
    idle().await;
    let fourth = fixture.ask();
    idle().await;
    first.release();
    let second = within(second).await.unwrap().unwrap();
    idle().await;
    assert!(!third.is_finished() && !fourth.is_finished());
    second.release();
    let permit = within(third).await.unwrap().unwrap();
    idle().await;
    assert!(!fourth.is_finished());
    drop(permit);
    fixture.peers.accept().await;
    within(fourth).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_permit_closes_a_connection_that_rests_where_there_is_no_other_room() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, mut peer) = fixture.lease().await;
    lease.release();
    let permit = within(fixture.ask_for_permit()).await.unwrap().unwrap();
    assert_eq!(peer.command().await, None);
    drop(permit);
    let asked = fixture.ask();
    fixture.peers.accept().await;
    within(asked).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_permit_leaves_what_rests_alone_where_there_is_room() {
    let mut fixture = Fixture::new(room_for(2));
    let (lease, _peer) = fixture.lease().await;
    lease.release();
    let _permit = within(fixture.ask_for_permit()).await.unwrap().unwrap();
    within(fixture.ask()).await.unwrap().unwrap().release();
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn who_gave_up_waiting_is_passed_over() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, _peer) = fixture.lease().await;
    let gone = fixture.ask();
    idle().await;
    let next = fixture.ask();
    idle().await;
    gone.abort();
    idle().await;
    lease.release();
    within(next).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_granted_to_one_who_gives_up_at_that_moment_is_not_lost() {
    let mut fixture = Fixture::new(room_for(1));
    let (lease, _peer) = fixture.lease().await;
    let gone = fixture.ask();
    idle().await;
    // Granted, and given up before its task has run.
    lease.release();
    gone.abort();
    idle().await;
    within(fixture.ask()).await.unwrap().unwrap();
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn a_full_pool_rejects_after_its_time_and_names_the_holders() {
    let mut fixture = Fixture::new(room_for(2));
    let (_lease, _peer) = fixture.lease().await;
    let _permit = within(fixture.ask_for_permit()).await.unwrap().unwrap();
    let asked = Instant::now();
    let error = within(fixture.ask()).await.unwrap().err().unwrap();
    assert_eq!((error.kind().clone(), error.maybe_executed()), (ErrorKind::PoolTimeout, Some(false)));
    assert!((5_000..=5_002).contains(&(asked.elapsed().as_millis())));
    assert!(
        error
            .message()
            .contains("(3) are: 1 shared, 1 leased, 1 subscribed; raise maxConnections, or give leases"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_wait_than_may() {
    let mut options = room_for(1);
    options.offline_queue.as_mut().unwrap().max_commands = 2;
    let mut fixture = Fixture::new(options);
    let (_lease, _peer) = fixture.lease().await;
    let _waiting = [fixture.ask(), fixture.ask()];
    idle().await;
    let error = within(fixture.ask()).await.unwrap().err().unwrap();
    assert_eq!(*error.kind(), ErrorKind::QueueFull);
}

#[tokio::test(start_paused = true)]
async fn without_room_beside_the_shared_connections_the_answer_is_immediate() {
    let fixture = Fixture::new(Options { max_connections: 1, acquire_timeout: None, ..room_for(0) });
    assert_eq!(*within(fixture.ask()).await.unwrap().err().unwrap().kind(), ErrorKind::PoolTimeout);
    let single = Fixture::new(Options { single_connection: true, ..Options::default() });
    assert_eq!(*within(single.ask()).await.unwrap().err().unwrap().kind(), ErrorKind::PoolTimeout);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_cannot_be_made_leaves_its_place_to_the_next() {
    let cause = oxidis_engine::error::Error::authentication("WRONGPASS");
    let mut fixture = Fixture::failing(room_for(1), vec![Fate::Fails(cause.clone())]);
    let error = within(fixture.ask()).await.unwrap().err().unwrap();
    assert_eq!(error.kind(), cause.kind());
    fixture.lease().await;
}

#[tokio::test(start_paused = true)]
async fn attempts_go_on_until_the_time_is_over() {
    let fates = (0..3).map(|_| Fate::Fails(refused())).collect();
    let mut fixture = Fixture::failing(room_for(1), fates);
    fixture.lease().await;
    let fates = (0..100).map(|_| Fate::Fails(refused())).collect();
    let fixture = Fixture::failing(room_for(1), fates);
    let asked = Instant::now();
    let error = within(fixture.ask()).await.unwrap().err().unwrap();
    assert_eq!(*error.kind(), ErrorKind::Connection(ConnectionFailure::Refused));
    assert!(asked.elapsed().as_millis() <= 5_002);
    let mut options = room_for(1);
    options.reconnect = None;
    let once = Fixture::failing(options, vec![Fate::Fails(refused())]);
    assert_eq!(*within(once.ask()).await.unwrap().err().unwrap().kind(), *error.kind());
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_would_end_too_late_is_not_waited_for() {
    let hour = Duration::from_secs(60 * 60);
    let reconnect = Reconnect { initial_delay: hour, max_delay: hour, jitter: false, max_attempts: None };
    let options = Options { reconnect: Some(reconnect), ..room_for(1) };
    let fixture = Fixture::failing(options, vec![Fate::Fails(refused())]);
    let asked = Instant::now();
    within(fixture.ask()).await.unwrap().err().unwrap();
    assert!(asked.elapsed().as_millis() < 5);
}
