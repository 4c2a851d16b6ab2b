//! Commands whose caller's thread was busy between the call and the handover, or that a busy thread of the engine comes to late.

use std::time::Duration;

use oxidis_engine::client::Staging;
use oxidis_engine::connection::batch::BatchKind;
use oxidis_engine::error::{ErrorKind, TimeoutPhase};
use oxidis_engine::value::Value;
use tokio::io::AsyncReadExt;
use tokio::time::advance;

use crate::fixture::{Call, Fixture, ScriptedBatch, Setting, bulk, idle, status, verdict, within};
use crate::peer::{Fate, Peer};

const UNSENT: (ErrorKind, Option<bool>) = (ErrorKind::Timeout(TimeoutPhase::Queue), Some(false));

/// The results of a batch that has none.
fn none() -> Value {
    Value::List(Vec::new())
}

async fn online(fixture: &mut Fixture) -> Peer<tokio::io::DuplexStream> {
    let connected = fixture.connection.connect();
    let peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    peer
}

/// Stages the calls, and hands them over when this much time has passed.
async fn hand_over_after(fixture: &Fixture, delay: u64, calls: &[(Call, &str)]) {
    let mut staging = Staging::new();
    for (call, command) in calls {
        call.stage(&mut staging, command);
    }
    advance(Duration::from_millis(delay)).await;
    let (bytes, requests) = staging.parts();
    fixture.connection.submit(bytes, requests);
}

#[tokio::test(start_paused = true)]
async fn a_command_handed_over_after_its_deadline_is_never_sent_and_others_are() {
    let mut fixture = Fixture::new();
    let mut peer = online(&mut fixture).await;
    let calls = [
        (Call::write(1).timeout(50), "INCR a"),
        (Call::write(2).timeout(500), "INCR b"),
        (Call::write(3).timeout(80), "INCR c"),
        (Call::write(4).timeout(0), "INCR d"),
        (Call::write(5).timeout(90), "INCR e"),
    ];
    hand_over_after(&fixture, 100, &calls).await;
    for slot in [1, 3, 5] {
        let error = fixture.inbox.failure(slot).await;
        assert_eq!(verdict(&error), UNSENT);
        assert!(error.message().contains("was busy for "), "{error}");
    }
    fixture.call(Call::read(6), "GET f");
    assert_eq!(peer.commands(3).await, ["INCR b", "INCR d", "GET f"]);
    peer.send("+2\r\n+4\r\n+6\r\n").await;
    for slot in [2, 4, 6] {
        assert_eq!(fixture.inbox.reply(slot).await, status(&slot.to_string()));
    }
    assert_eq!(fixture.connection.queue().bytes(), 0);
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_batch_handed_over_after_its_deadline_is_never_sent() {
    for form in [BatchKind::Plain, BatchKind::Transaction(2)] {
        let mut fixture = Fixture::new();
        let mut peer = online(&mut fixture).await;
        let mut staging = Staging::new();
        let call = Call::write(1).timeout(50);
        ScriptedBatch { call, form, commands: &["INCR a", "INCR b"] }
            .stage(&mut staging, &fixture.connection);
        advance(Duration::from_millis(60)).await;
        let (bytes, requests) = staging.parts();
        fixture.connection.submit(bytes, requests);
        assert_eq!(fixture.inbox.reply(1).await, none());
        assert_eq!(verdict(&fixture.inbox.failure(1).await), UNSENT);
        fixture.call(Call::read(2), "GET c");
        assert_eq!(peer.command().await.unwrap(), "GET c");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_to_be_encoded_while_it_is_written_is_not_begun_after_its_deadline() {
    let mut fixture = Fixture::new();
    let mut peer = online(&mut fixture).await;
    let mut staging = Staging::new();
    let call = Call::write(1).timeout(50);
    ScriptedBatch { call, form: BatchKind::Plain, commands: &["INCR a"] }
        .stage(&mut staging, &fixture.connection);
    let (bytes, requests) = staging.parts();
    let request = requests.pop().unwrap();
    advance(Duration::from_millis(60)).await;
    fixture.connection.submit_while_encoding(bytes, request, |_| panic!("nothing of it is encoded"));
    assert_eq!(fixture.inbox.reply(1).await, none());
    assert_eq!(verdict(&fixture.inbox.failure(1).await), UNSENT);
    fixture.call(Call::read(2), "GET c");
    assert_eq!(peer.command().await.unwrap(), "GET c");
}

#[tokio::test(start_paused = true)]
async fn without_a_connection_it_is_told_at_once_and_none_is_made_for_it() {
    let mut fixture = Fixture::new();
    hand_over_after(&fixture, 60, &[(Call::write(1).timeout(50), "INCR a")]).await;
    assert_eq!(verdict(&fixture.inbox.failure(1).await), UNSENT);
    idle().await;
    fixture.peers.assert_nobody_came();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_got_a_command_late_is_not_blamed_for_the_delay() {
    let mut fixture = Fixture::new();
    let mut peer = online(&mut fixture).await;
    hand_over_after(&fixture, 45, &[(Call::write(1).timeout(50), "INCR a")]).await;
    peer.command().await.unwrap();
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Timeout(TimeoutPhase::Server), Some(true)));
    assert!(error.message().contains("had been busy for "), "{error}");
    fixture.call(Call::write(2).timeout(50), "INCR b");
    let error = fixture.inbox.failure(2).await;
    assert!(!error.message().contains("busy"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_late_handover_does_not_make_the_connection_look_dead() {
    let mut fixture = Fixture::new();
    let mut peer = online(&mut fixture).await;
    // Longer ago than any caller would wait for the server, were it the server's doing.
    let calls = [(Call::write(1).timeout(20_000), "INCR a"), (Call::write(2).timeout(60_000), "INCR b")];
    hand_over_after(&fixture, 19_990, &calls).await;
    fixture.inbox.failure(1).await;
    advance(Duration::from_secs(30)).await;
    peer.commands(2).await;
    peer.send("+1\r\n+2\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, status("2"));
}

#[tokio::test(start_paused = true)]
async fn what_waits_behind_a_full_socket_is_not_sent_after_its_deadline() {
    let mut fixture = Fixture::with(Setting { room: 256, ..Setting::default() });
    let mut peer = online(&mut fixture).await;
    let long = format!("SET a {}", "x".repeat(300));
    fixture.submit_together(&[
        (Call::write(1), &long),
        (Call::write(2).timeout(50), "INCR b"),
        (Call::write(3), "INCR c"),
    ]);
    idle().await;
    // The socket takes bytes again, and the deadline passes, before the engine's thread comes to either.
    peer.stream.read_exact(&mut [0; 256]).await.unwrap();
    advance(Duration::from_millis(60)).await;
    assert_eq!(
        verdict(&fixture.inbox.failure(2).await),
        (ErrorKind::Timeout(TimeoutPhase::Write), Some(false))
    );
    let mut rest = vec![0; 512];
    within(async {
        let mut read = 0;
        while !rest[..read].ends_with(b"$1\r\nc\r\n") {
            read += peer.stream.read(&mut rest[read..]).await.unwrap();
        }
        rest.truncate(read);
    })
    .await;
    assert!(!rest.windows(5).any(|window| window == b"\r\nb\r\n"), "{}", String::from_utf8_lossy(&rest));
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_connection_is_not_sent_on_one_that_comes_with_its_deadline() {
    let mut fixture = Fixture::new();
    fixture.submit_together(&[(Call::write(1).timeout(50), "INCR a"), (Call::write(2), "INCR b")]);
    let mut peer = fixture.peers.arrival().await;
    peer.handshake(3).await;
    advance(Duration::from_millis(60)).await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(error.maybe_executed(), Some(false));
    assert_eq!(peer.command().await.unwrap(), "INCR b");
}

#[tokio::test(start_paused = true)]
async fn replies_that_came_in_time_are_not_late_because_they_are_read_late() {
    const CALLS: u32 = 20;
    let mut fixture = Fixture::with(Setting { room: 4 << 20, ..Setting::default() });
    let mut peer = online(&mut fixture).await;
    let value = "v".repeat(60_000);
    for slot in 0..CALLS {
        fixture.call(Call::read(slot).timeout(50), "GET a");
    }
    peer.commands(CALLS as usize).await;
    let reply = format!("${}\r\n{value}\r\n", value.len());
    // More than one read, all of it there before the deadline.
    peer.send(reply.repeat(CALLS as usize)).await;
    advance(Duration::from_millis(60)).await;
    for slot in 0..CALLS {
        assert_eq!(fixture.inbox.reply(slot).await, bulk(&value));
    }
}

#[tokio::test(start_paused = true)]
async fn a_dial_that_hangs_does_not_keep_a_late_command() {
    let mut fixture = Fixture::with(Setting { fates: vec![Fate::Hangs], ..Setting::default() });
    fixture.call(Call::read(1), "GET a");
    idle().await;
    hand_over_after(&fixture, 60, &[(Call::write(2).timeout(50), "INCR a")]).await;
    assert_eq!(verdict(&fixture.inbox.failure(2).await), UNSENT);
}

#[tokio::test(start_paused = true)]
async fn of_many_calls_behind_a_full_socket_those_that_are_given_up_are_never_written() {
    const CALLS: u32 = 3_000;
    let mut fixture = Fixture::with(Setting { room: 256, ..Setting::default() });
    let mut peer = online(&mut fixture).await;
    let long = format!("SET a {}", "x".repeat(2_000));
    fixture.call(Call::write(CALLS), &long);
    for slot in 0..CALLS {
        let timeout = if slot % 3 == 1 { 100 + slot % 50 } else { 60_000 };
        fixture.call(Call::write(slot).timeout(timeout), &format!("INCR {slot}"));
    }
    idle().await;
    for slot in (0..CALLS).filter(|slot| slot % 3 == 0) {
        assert!(fixture.connection.queue().withdraw(slot), "{slot}");
        assert!(!fixture.connection.queue().withdraw(slot), "{slot} again");
    }
    for _ in (0..CALLS).filter(|slot| slot % 3 == 1) {
        let (slot, result) = fixture.inbox.settled().await;
        assert_eq!(slot % 3, 1);
        assert_eq!(verdict(&result.unwrap_err()), (ErrorKind::Timeout(TimeoutPhase::Write), Some(false)));
    }
    assert_eq!(peer.command().await.unwrap(), long);
    peer.send("+OK\r\n").await;
    assert_eq!(fixture.inbox.reply(CALLS).await, status("OK"));
    for slot in (0..CALLS).filter(|slot| slot % 3 == 2) {
        assert_eq!(peer.command().await.unwrap(), format!("INCR {slot}"));
        peer.send(format!("+{slot}\r\n")).await;
        assert_eq!(fixture.inbox.reply(slot).await, status(&slot.to_string()));
    }
    assert_eq!(fixture.connection.queue().bytes(), 0);
    within(fixture.connection.queue().drained()).await.unwrap();
    fixture.inbox.assert_empty();
}
