//! Connecting, closing and starting again.

use std::time::Duration;

use oxidis_engine::config::Reconnect;
use oxidis_engine::connection::driver::Shutdown;
use oxidis_engine::connection::request::{ConnectionEvent, now};
use oxidis_engine::error::{ConnectionFailure, Error, ErrorKind};

use crate::fixture::{Call, Fixture, LOST, Setting, idle, refused, status, verdict, within};
use crate::peer::Fate;

fn failing(fates: Vec<Fate>) -> Setting {
    Setting { fates, ..Setting::default() }
}

/// A setting with a pause between attempts that no test waits for.
fn patient(fates: Vec<Fate>) -> Setting {
    let mut setting = failing(fates);
    let hour = Duration::from_secs(60 * 60);
    let reconnect = Reconnect { initial_delay: hour, max_delay: hour, jitter: false, max_attempts: None };
    setting.options.reconnect = Some(reconnect);
    setting
}

#[tokio::test(start_paused = true)]
async fn everybody_who_waits_for_the_connection_learns_that_it_is_ready() {
    let mut fixture = Fixture::new();
    let waiting = [fixture.connection.connect(), fixture.connection.connect()];
    let mut peer = fixture.peers.arrival().await;
    let late = fixture.connection.connect();
    peer.handshake(3).await;
    for connected in waiting.into_iter().chain([late]) {
        within(connected).await.unwrap().unwrap();
    }
    within(fixture.connection.connect()).await.unwrap().unwrap();
    assert_eq!(fixture.inbox.events().await, ["connect", "ready"]);
    idle().await;
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_that_nobody_needs_is_not_repeated() {
    let mut fixture = Fixture::with(failing(vec![Fate::Fails(refused())]));
    let error = within(fixture.connection.connect()).await.unwrap().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Connection(ConnectionFailure::Refused));
    assert_eq!(fixture.inbox.events().await, ["end"]);
    assert!(!fixture.connection.is_active());
    idle().await;
    fixture.peers.assert_nobody_came();
    let again = fixture.connection.connect();
    fixture.peers.accept().await;
    within(again).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_that_a_command_needs_is_repeated() {
    let mut fixture = Fixture::with(failing(vec![Fate::Fails(refused()), Fate::Fails(refused())]));
    fixture.call(Call::write(1), "INCR a");
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    let events = ["error", "reconnecting", "error", "reconnecting", "connect", "ready"];
    assert_eq!(fixture.inbox.events().await, events);
}

#[tokio::test(start_paused = true)]
async fn delays_grow_during_an_outage_and_start_over_after_it() {
    let fates = (0..8).map(|_| Fate::Fails(refused())).collect();
    let mut fixture = Fixture::with(failing(fates));
    fixture.call(Call::write(1).timeout(0), "INCR a");
    let mut peer = fixture.peers.accept().await;
    let mut pauses = Vec::new();
    while pauses.len() < 9 {
        match fixture.inbox.event().await {
            ConnectionEvent::Ready => break,
            ConnectionEvent::Reconnecting { attempt, delay } => pauses.push((attempt, delay.as_millis())),
            _ => {}
        }
    }
    let expected = [50, 100, 200, 400, 800, 1600, 2000, 2000];
    assert_eq!(pauses, (1..).zip(expected).collect::<Vec<_>>());
    peer.command().await.unwrap();
    peer.send(":1\r\n").await;
    fixture.inbox.reply(1).await;
    drop(peer);
    fixture.inbox.close().await;
    let ConnectionEvent::Reconnecting { attempt: 1, delay } = fixture.inbox.event().await else {
        panic!("no new count")
    };
    assert_eq!(delay.as_millis(), 50);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_greets_and_hangs_up_is_an_outage_that_goes_on() {
    let mut fixture = Fixture::with(failing(Vec::new()));
    fixture.call(Call::read(1).timeout(0), "GET a");
    let mut pauses = Vec::new();
    for _ in 0..7 {
        drop(fixture.peers.accept().await);
        fixture.inbox.close().await;
        let ConnectionEvent::Reconnecting { attempt, delay } = fixture.inbox.event().await else {
            panic!("no further attempt")
        };
        pauses.push((attempt, delay.as_millis()));
    }
    let expected = [50, 100, 200, 400, 800, 1600, 2000];
    assert_eq!(pauses, (1..).zip(expected).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_outlived_the_longest_pause_ends_an_outage_although_nobody_used_it() {
    let mut setting = failing(vec![Fate::Fails(refused()), Fate::Fails(refused())]);
    setting.options.keep_alive = None;
    let mut fixture = Fixture::with(setting);
    fixture.call(Call::write(1).timeout(1), "INCR a");
    fixture.inbox.failure(1).await;
    fixture.call(Call::write(2).timeout(100), "INCR b");
    fixture.inbox.failure(2).await;
    let peer = fixture.peers.accept().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    drop(peer);
    fixture.inbox.close().await;
    let ConnectionEvent::Reconnecting { attempt: 1, delay } = fixture.inbox.event().await else {
        panic!("no new count")
    };
    assert_eq!(delay.as_millis(), 50);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_once_ready_is_made_again_though_nobody_waits() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    drop(peer);
    let _peer = fixture.peers.accept().await;
    let events = ["connect", "ready", "close", "reconnecting", "connect", "ready"];
    assert_eq!(fixture.inbox.events().await, events);
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_what_is_in_flight() {
    let mut fixture = Fixture::new();
    fixture.submit_together(&[(Call::read(1), "GET a"), (Call::write(2), "INCR b")]);
    let mut peer = fixture.peers.accept().await;
    peer.commands(2).await;
    let mut closed = fixture.connection.close(Shutdown::Drain);
    peer.send("+one\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    idle().await;
    assert!(closed.try_recv().is_err(), "closed with a command in flight");
    peer.send("+two\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, status("two"));
    within(closed).await.unwrap();
    assert_eq!(peer.command().await, None);
    assert_eq!(fixture.inbox.events().await, ["connect", "ready", "end"]);
    assert!(!fixture.connection.is_active());
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_what_is_queued_without_a_connection() {
    let mut fixture = Fixture::with(failing(vec![Fate::Fails(refused())]));
    fixture.call(Call::write(1), "INCR a");
    let closed = fixture.connection.close(Shutdown::Drain);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    peer.send(":1\r\n").await;
    fixture.inbox.reply(1).await;
    within(closed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn closing_waits_no_longer_than_the_deadlines_of_what_is_queued() {
    let mut fixture = Fixture::with(patient(vec![Fate::Fails(refused())]));
    fixture.call(Call::write(1).timeout(300), "INCR a");
    let closed = fixture.connection.close(Shutdown::Drain);
    let before = now();
    fixture.inbox.failure(1).await;
    within(closed).await.unwrap();
    assert!(now() - before < 310);
}

#[tokio::test(start_paused = true)]
async fn closing_an_empty_lane_does_not_wait_for_its_silent_server() {
    let mut fixture = Fixture::new();
    fixture.call(Call::write(1).timeout(100), "INCR a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let closed = fixture.connection.close(Shutdown::Drain);
    fixture.inbox.failure(1).await;
    drop(peer);
    within(closed).await.unwrap();
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn destroying_rejects_at_once_and_says_what_was_sent() {
    let mut fixture = Fixture::with(Setting { room: 256, ..Setting::default() });
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    fixture.call(Call::read(1), "GET a");
    peer.command().await.unwrap();
    let long = format!("SET b {}", "x".repeat(1_000));
    fixture.submit_together(&[(Call::write(2), &long), (Call::read(3), "GET c")]);
    idle().await;
    let closed = fixture.connection.close(Shutdown::Immediate);
    for (slot, sent) in [(1, true), (2, false), (3, false)] {
        assert_eq!(verdict(&fixture.inbox.failure(slot).await), (ErrorKind::Closed, Some(sent)));
    }
    within(closed).await.unwrap();
    peer.closed().await;
}

#[tokio::test(start_paused = true)]
async fn destroying_overtakes_closing() {
    let mut fixture = Fixture::new();
    fixture.call(Call::read(1).timeout(0), "GET a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let drained = fixture.connection.close(Shutdown::Drain);
    idle().await;
    let destroyed = fixture.connection.close(Shutdown::Immediate);
    assert_eq!(*fixture.inbox.failure(1).await.kind(), ErrorKind::Closed);
    within(drained).await.unwrap();
    within(destroyed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_soften_destroying() {
    let mut fixture = Fixture::new();
    fixture.call(Call::read(1).timeout(0), "GET a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let destroyed = fixture.connection.close(Shutdown::Immediate);
    let drained = fixture.connection.close(Shutdown::Drain);
    assert_eq!(*fixture.inbox.failure(1).await.kind(), ErrorKind::Closed);
    within(destroyed).await.unwrap();
    within(drained).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_attempt_to_connect_is_given_up_by_closing() {
    for shutdown in [Shutdown::Drain, Shutdown::Immediate] {
        let mut fixture = Fixture::with(failing(vec![Fate::Hangs]));
        let connected = fixture.connection.connect();
        idle().await;
        let before = now();
        within(fixture.connection.close(shutdown)).await.unwrap();
        assert!(now() - before < 10);
        assert_eq!(*within(connected).await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
        assert_eq!(fixture.inbox.events().await, ["end"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_is_given_up_by_closing() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.arrival().await;
    peer.greeting(3).await;
    within(fixture.connection.close(Shutdown::Drain)).await.unwrap();
    assert_eq!(*within(connected).await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn the_pause_before_the_next_attempt_is_ended_by_closing() {
    for shutdown in [Shutdown::Drain, Shutdown::Immediate] {
        let mut fixture = Fixture::with(patient(Vec::new()));
        let connected = fixture.connection.connect();
        let peer = fixture.peers.accept().await;
        within(connected).await.unwrap().unwrap();
        drop(peer);
        assert_eq!(*fixture.inbox.close().await.kind(), LOST);
        idle().await;
        let before = now();
        within(fixture.connection.close(shutdown)).await.unwrap();
        assert!(now() - before < 10);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_while_it_is_closed_is_not_made_again() {
    let mut fixture = Fixture::with(patient(Vec::new()));
    fixture.call(Call::write(1), "INCR a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let closed = fixture.connection.close(Shutdown::Drain);
    idle().await;
    drop(peer);
    let before = now();
    assert_eq!(verdict(&fixture.inbox.failure(1).await), (LOST, Some(true)));
    within(closed).await.unwrap();
    assert!(now() - before < 10);
}

#[tokio::test(start_paused = true)]
async fn closing_twice_and_closing_what_never_connected_are_answered() {
    for shutdown in [Shutdown::Drain, Shutdown::Immediate] {
        let mut fixture = Fixture::new();
        within(fixture.connection.close(shutdown)).await.unwrap();
        within(fixture.connection.close(shutdown)).await.unwrap();
        let error = within(fixture.connection.connect()).await.unwrap().unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Closed);
        idle().await;
        fixture.peers.assert_nobody_came();
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_for_a_closed_lane_is_rejected() {
    let mut fixture = Fixture::new();
    within(fixture.connection.close(Shutdown::Drain)).await.unwrap();
    fixture.call(Call::read(1), "GET a");
    assert_eq!(verdict(&fixture.inbox.failure(1).await), (ErrorKind::Closed, Some(false)));
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn without_reconnection_the_next_command_starts_anew() {
    let mut setting = Setting::default();
    setting.options.reconnect = None;
    let mut fixture = Fixture::with(setting);
    for slot in 1..=3 {
        fixture.call(Call::write(slot), "INCR a");
        let mut peer = fixture.peers.accept().await;
        peer.command().await.unwrap();
        drop(peer);
        assert_eq!(verdict(&fixture.inbox.failure(slot).await), (LOST, Some(true)));
        assert_eq!(fixture.inbox.events().await, ["connect", "ready", "close", "end"]);
        assert!(!fixture.connection.is_active());
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_and_the_last_failure_rejects_what_is_queued() {
    let fates = (0..4).map(|_| Fate::Fails(refused())).collect();
    let mut setting = failing(fates);
    setting.options.reconnect =
        Some(Reconnect { max_attempts: Some(2), jitter: false, ..Reconnect::default() });
    let mut fixture = Fixture::with(setting);
    fixture.call(Call::write(1).timeout(0), "INCR a");
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Connection(ConnectionFailure::Refused), Some(false)));
    let events = ["error", "reconnecting", "error", "reconnecting", "error", "end"];
    assert_eq!(fixture.inbox.events().await, events);
    fixture.call(Call::write(2).timeout(0), "INCR b");
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "INCR b");
}

#[tokio::test(start_paused = true)]
async fn a_cause_that_will_not_pass_rejects_what_is_queued_at_once() {
    let lasting = [
        Error::connection(ConnectionFailure::Tls, "the certificate has expired"),
        Error::protocol("this is HTTP"),
        Error::authentication("WRONGPASS"),
    ];
    for cause in lasting {
        let mut fixture = Fixture::with(patient(vec![Fate::Fails(cause.clone())]));
        let before = now();
        fixture.submit_together(&[(Call::read(1), "GET a"), (Call::write(2), "INCR b")]);
        for slot in [1, 2] {
            let error = fixture.inbox.failure(slot).await;
            assert_eq!(verdict(&error), (cause.kind().clone(), Some(false)));
        }
        assert!(now() - before < 10);
    }
}
