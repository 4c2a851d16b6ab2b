//! Commands that wait in the server.

use std::time::Duration;

use oxidis_engine::client::pool::WaitLimit;
use oxidis_engine::command::ServerTimeout;
use oxidis_engine::connection::request::{NEVER, now, replays};
use oxidis_engine::error::{ConnectionFailure, ErrorKind, TimeoutPhase};
use oxidis_engine::value::Value;
use tokio::time::{Instant, sleep};

use crate::fixture::{Fixture, blocking, idle, room_for, within};

const LOST: ErrorKind = ErrorKind::Connection(ConnectionFailure::Lost);

fn text(text: &'static str) -> Value {
    Value::Status(text.into())
}

#[tokio::test(start_paused = true)]
async fn a_command_has_a_connection_while_it_waits_and_leaves_it_to_the_next() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    fixture.block(2, "BLPOP b 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "BLPOP a 0");
    idle().await;
    peer.send("+one\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, text("one"));
    assert_eq!(peer.command().await.unwrap(), "BLPOP b 0");
    peer.send("-ERR no\r\n").await;
    assert!(matches!(fixture.inbox.failure(2).await.kind(), ErrorKind::Reply(_)));
    let lease = within(fixture.ask()).await.unwrap().unwrap();
    lease.release();
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn the_server_has_its_time_and_a_grace_from_the_moment_it_is_asked() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 30", ServerTimeout::After(Duration::from_secs(30)));
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let asked = Instant::now();
    // A look at the waiting connections wants a sign of life.
    fixture.peers.accept().await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(
        (error.kind().clone(), error.maybe_executed()),
        (ErrorKind::Timeout(TimeoutPhase::Server), Some(true))
    );
    assert!((35_000..=35_002).contains(&(asked.elapsed().as_millis())));
    assert_eq!(peer.command().await, None, "the server still holds it");
    fixture.lease().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_timeout_it_waits_as_long_as_its_connection_lives() {
    let mut options = room_for(1);
    options.keep_alive = None;
    let mut fixture = Fixture::new(options);
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    sleep(Duration::from_secs(24 * 60 * 60)).await;
    fixture.inbox.assert_empty();
    drop(peer);
    let error = fixture.inbox.failure(1).await;
    assert_eq!((error.kind().clone(), error.maybe_executed()), (LOST, Some(true)));
}

#[tokio::test(start_paused = true)]
async fn a_callers_own_timeout_counts_from_the_call_also_in_line() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let _peer = fixture.peers.accept().await;
    let mut call = blocking(2, "BLPOP a 0", ServerTimeout::Never);
    call.wait_limit = WaitLimit::Given;
    call.request.timeout = 300;
    call.request.deadline = now() + 300;
    let asked = Instant::now();
    fixture.pool.block(call).unwrap();
    let error = fixture.inbox.failure(2).await;
    assert_eq!(
        (error.kind().clone(), error.maybe_executed()),
        (ErrorKind::Timeout(TimeoutPhase::Queue), Some(false))
    );
    assert!((300..=302).contains(&(asked.elapsed().as_millis())));
}

#[tokio::test(start_paused = true)]
async fn a_read_is_asked_again_on_another_connection_and_not_without_end() {
    let mut fixture = Fixture::new(room_for(1));
    let mut call = blocking(1, "XREAD BLOCK 0 STREAMS s 7", ServerTimeout::Never);
    call.request.replays = replays(true);
    fixture.pool.block(call).unwrap();
    for _ in 0..11 {
        let mut peer = fixture.peers.accept().await;
        assert_eq!(peer.command().await.unwrap(), "XREAD BLOCK 0 STREAMS s 7");
    }
    assert_eq!(*fixture.inbox.failure(1).await.kind(), LOST);
    idle().await;
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn one_that_is_given_up_frees_its_connection_wherever_it_is() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    fixture.block(2, "BLPOP b 0", ServerTimeout::Never);
    fixture.block(3, "BLPOP c 0", ServerTimeout::Never);
    idle().await;
    for slot in [2, 1] {
        assert!(fixture.pool.give_up(slot));
        assert_eq!(*fixture.inbox.failure(slot).await.kind(), ErrorKind::Closed);
        assert!(!fixture.pool.give_up(slot), "it is over");
    }
    assert_eq!(peer.command().await, None);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "BLPOP c 0");
    peer.send("+three\r\n").await;
    assert_eq!(fixture.inbox.reply(3).await, text("three"));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_after_giving_up_reaches_nobody() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send("+too late\r\n").await;
    fixture.pool.give_up(1);
    let first = fixture.inbox.settled().await;
    idle().await;
    fixture.inbox.assert_empty();
    assert_eq!(first.0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_is_used_again_belongs_to_the_new_call() {
    let mut fixture = Fixture::new(room_for(2));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send("+one\r\n").await;
    fixture.inbox.reply(1).await;
    fixture.block(1, "BLPOP b 0", ServerTimeout::Never);
    assert_eq!(peer.command().await.unwrap(), "BLPOP b 0");
    assert!(fixture.pool.give_up(1));
    assert_eq!(*fixture.inbox.failure(1).await.kind(), ErrorKind::Closed);
}

#[tokio::test(start_paused = true)]
async fn bytes_that_wait_are_bounded() {
    let mut options = room_for(1);
    options.limits.max_in_flight_bytes = 100;
    let fixture = Fixture::new(options);
    let long = format!("BLPOP {} 0", "k".repeat(60));
    fixture.block(1, &long, ServerTimeout::Never);
    let error = fixture.pool.block(blocking(2, &long, ServerTimeout::Never)).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::QueueFull);
    assert!(error.message().contains("limits.maxInFlightBytes"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_taken_back_in_line_is_never_sent_and_nobody_hears_of_it() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    fixture.block(2, "BLPOP b 0", ServerTimeout::Never);
    fixture.block(3, "BLPOP c 0", ServerTimeout::Never);
    assert!(fixture.pool.withdraw(2));
    assert!(!fixture.pool.withdraw(1), "it was sent");
    assert!(!fixture.pool.withdraw(4), "there is none");
    peer.send("+one\r\n").await;
    fixture.inbox.reply(1).await;
    assert_eq!(peer.command().await.unwrap(), "BLPOP c 0");
    fixture.inbox.assert_empty();
    // Before its task has run for the first time.
    fixture.block(5, "BLPOP d 0", ServerTimeout::Never);
    assert!(fixture.pool.withdraw(5));
    peer.send("+three\r\n").await;
    fixture.inbox.reply(3).await;
    within(fixture.ask()).await.unwrap().unwrap();
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_panic_fails_the_command_that_it_concerns_and_no_other() {
    let mut fixture = Fixture::new(room_for(2));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut first = fixture.peers.accept().await;
    first.command().await.unwrap();
    fixture.block(2, "BLPOP b 0", ServerTimeout::Never);
    let mut second = fixture.peers.accept().await;
    second.command().await.unwrap();
    fixture.inbox.panic_at(1);
    first.send("+one\r\n").await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(*error.kind(), ErrorKind::Internal);
    assert_eq!(first.command().await, None);
    second.send("+two\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, text("two"));
    within(fixture.ask()).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_deadline_waits_in_line_without_an_end() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let mut endless = blocking(2, "BLPOP b 0", ServerTimeout::Never);
    endless.wait_limit = WaitLimit::Server { timeout: ServerTimeout::Never, grace: 0 };
    fixture.pool.block(endless).unwrap();
    let mut own = blocking(3, "BLPOP c 0", ServerTimeout::Never);
    own.wait_limit = WaitLimit::Given;
    own.request.deadline = NEVER;
    fixture.pool.block(own).unwrap();
    // Longer than acquireTimeout.
    sleep(Duration::from_secs(10)).await;
    fixture.inbox.assert_empty();
    for (slot, reply) in [(1, "one"), (2, "two"), (3, "three")] {
        peer.send(format!("+{reply}\r\n")).await;
        assert_eq!(fixture.inbox.reply(slot).await, text(reply));
        if slot < 3 {
            peer.command().await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_pool_says_that_its_connections_wait_and_which_option_helps() {
    let mut fixture = Fixture::new(room_for(1));
    fixture.block(1, "BLPOP a 0", ServerTimeout::Never);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    fixture.block(2, "BLPOP b 0", ServerTimeout::Never);
    let error = fixture.inbox.failure(2).await;
    assert_eq!((error.kind(), error.maybe_executed()), (&ErrorKind::PoolTimeout, Some(false)));
    assert!(error.message().contains("1 blocking (BLPOP)"), "{error}");
    assert!(error.message().contains("raise maxConnections beyond the calls that wait at once"), "{error}");
}
