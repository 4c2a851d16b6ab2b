//! Every call ends by its deadline, wherever it is then.

use std::time::Duration;

use oxidis_engine::config::Reconnect;
use oxidis_engine::connection::request::now;
use oxidis_engine::error::{ConnectionFailure, ErrorKind, TimeoutPhase};
use tokio::time::sleep;

use crate::fixture::{Call, Fixture, Setting, idle, refused, status, verdict, within};
use crate::peer::Fate;

/// Timers have a resolution of a millisecond and never fire early.
fn assert_took(since: u64, timeout: u64) {
    let took = now() - since;
    assert!((timeout..=timeout + 2).contains(&took), "{took} ms instead of {timeout}");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passes_while_the_server_has_the_command() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    let called = now();
    fixture.call(Call::read(1).timeout(250), "GET a");
    peer.command().await.unwrap();
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Timeout(TimeoutPhase::Server), Some(true)));
    assert_took(called, 250);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passes_while_the_connection_is_being_made_and_the_command_is_never_sent() {
    let mut fixture = Fixture::with(Setting { fates: vec![Fate::Hangs], ..Setting::default() });
    let called = now();
    fixture
        .submit_together(&[(Call::write(1).timeout(250), "INCR a"), (Call::write(2).timeout(0), "INCR b")]);
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Timeout(TimeoutPhase::Queue), Some(false)));
    assert_took(called, 250);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "INCR b");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passes_during_the_handshake() {
    let mut fixture = Fixture::new();
    fixture.call(Call::write(1).timeout(250), "INCR a");
    let mut peer = fixture.peers.arrival().await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Timeout(TimeoutPhase::Queue), Some(false)));
    peer.handshake(3).await;
    fixture.call(Call::read(2), "GET b");
    assert_eq!(peer.command().await.unwrap(), "GET b");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_before_the_next_attempt_names_the_cause_of_the_last_one() {
    let mut setting = Setting { fates: vec![Fate::Fails(refused())], ..Setting::default() };
    let slow = Duration::from_secs(60);
    let reconnect = Reconnect { initial_delay: slow, max_delay: slow, jitter: false, max_attempts: None };
    setting.options.reconnect = Some(reconnect);
    let mut fixture = Fixture::with(setting);
    let called = now();
    fixture.call(Call::write(1).timeout(250), "INCR a");
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Connection(ConnectionFailure::Refused), Some(false)));
    assert_took(called, 250);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passes_while_the_peer_takes_no_bytes() {
    let mut fixture = Fixture::with(Setting { room: 256, ..Setting::default() });
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    let long = format!("SET a {}", "x".repeat(1_000));
    fixture.submit_together(&[
        (Call::write(1).timeout(250), &long),
        (Call::write(2).timeout(250), "INCR b"),
        (Call::write(3).timeout(0), "INCR c"),
        (Call::write(4).timeout(300), "INCR d"),
        (Call::write(5).timeout(0), "INCR e"),
    ]);
    let begun = fixture.inbox.failure(1).await;
    assert_eq!(
        verdict(&begun),
        (ErrorKind::Timeout(TimeoutPhase::Write), Some(true)),
        "it will be written to its end"
    );
    for slot in [2, 4] {
        let unwritten = fixture.inbox.failure(slot).await;
        assert_eq!(verdict(&unwritten), (ErrorKind::Timeout(TimeoutPhase::Write), Some(false)));
    }
    assert_eq!(peer.commands(3).await, [&long, "INCR c", "INCR e"]);
    peer.send("+late\r\n+three\r\n+five\r\n").await;
    assert_eq!(fixture.inbox.reply(3).await, status("three"));
    assert_eq!(fixture.inbox.reply(5).await, status("five"));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn each_of_several_deadlines_is_kept() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    let called = now();
    for (slot, timeout) in [(1, 3_000), (2, 100), (3, 2_000), (4, 0), (5, 100), (6, 700)] {
        fixture.call(Call::read(slot).timeout(timeout), "GET a");
    }
    for (slot, timeout) in [(2, 100), (5, 100), (6, 700), (3, 2_000), (1, 3_000)] {
        fixture.inbox.failure(slot).await;
        assert_took(called, timeout);
    }
    peer.commands(6).await;
    peer.send("+1\r\n+2\r\n+3\r\n+4\r\n+5\r\n+6\r\n").await;
    assert_eq!(fixture.inbox.reply(4).await, status("4"));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_deadline_earlier_than_the_one_that_is_waited_for_is_kept() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let _peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    fixture.call(Call::read(1), "GET a");
    idle().await;
    let called = now();
    fixture.call(Call::read(2).timeout(20), "GET b");
    fixture.inbox.failure(2).await;
    assert_took(called, 20);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_earlier_than_the_one_that_is_waited_for_is_kept_without_a_connection() {
    let mut fixture = Fixture::with(Setting { fates: vec![Fate::Hangs], ..Setting::default() });
    fixture.call(Call::read(1).timeout(4_000), "GET a");
    idle().await;
    let called = now();
    fixture.call(Call::read(2).timeout(20), "GET b");
    fixture.inbox.failure(2).await;
    assert_took(called, 20);
}

#[tokio::test(start_paused = true)]
async fn a_command_without_a_timeout_waits_as_long_as_its_connection_lives() {
    let mut fixture = Fixture::new();
    fixture.call(Call::write(1).timeout(0), "BLPOP a 0");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    sleep(Duration::from_secs(6 * 60 * 60)).await;
    fixture.inbox.assert_empty();
    peer.send("+at last\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("at last"));
}

#[tokio::test(start_paused = true)]
async fn bytes_that_keep_coming_do_not_put_a_deadline_off() {
    let mut fixture = Fixture::new();
    fixture.call(Call::write(1).timeout(250), "INCR a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    for _ in 0..250 {
        peer.send(">1\r\n+news\r\n").await;
        sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(*fixture.inbox.failure(1).await.kind(), ErrorKind::Timeout(TimeoutPhase::Server));
}

#[tokio::test(start_paused = true)]
async fn deadlines_of_many_that_wait_for_a_connection_are_each_kept_and_what_is_left_is_sent_in_order() {
    let mut fixture = Fixture::with(Setting { fates: vec![Fate::Hangs], ..Setting::default() });
    let value = "x".repeat(100);
    // Every second one waits for ever; the others give up one after the other, a millisecond apart.
    for slot in 0..2_000_u32 {
        let timeout = if slot % 2 == 0 { 0 } else { 1 + slot };
        fixture.call(Call::write(slot).timeout(timeout), &format!("APPEND {slot} {value}"));
    }
    for slot in (1..2_000).step_by(2) {
        let error = fixture.inbox.failure(slot).await;
        assert_eq!(verdict(&error), (ErrorKind::Timeout(TimeoutPhase::Queue), Some(false)));
    }
    let mut peer = fixture.peers.accept().await;
    for slot in (0..2_000).step_by(2) {
        assert_eq!(peer.command().await.unwrap(), format!("APPEND {slot} {value}"));
    }
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn what_gave_up_waiting_takes_no_room_from_others() {
    let mut setting = Setting { fates: vec![Fate::Hangs], ..Setting::default() };
    setting.options.offline_queue.as_mut().unwrap().max_bytes = 1_000;
    let mut fixture = Fixture::with(setting);
    let value = "x".repeat(250);
    let command = format!("SET a {value}");
    for (slot, timeout) in [(1, 10), (2, 0), (3, 0)] {
        fixture.call(Call::write(slot).timeout(timeout), &command);
    }
    assert!(fixture.connection.queue().admit(0, 300).is_err());
    fixture.inbox.failure(1).await;
    assert!(fixture.connection.queue().admit(0, 300).is_ok());
    fixture.call(Call::write(4).timeout(0), "INCR b");
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.commands(3).await, [&command, &command, "INCR b"]);
}
