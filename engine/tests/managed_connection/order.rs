//! On the wire, the order of commands is the order of calls.

use oxidis_engine::connection::driver::Shutdown;
use oxidis_engine::value::Value;

use crate::fixture::{Call, Fixture, Setting, idle, status, within};

fn keys(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| format!("GET {number}")).collect()
}

#[tokio::test(start_paused = true)]
async fn what_waits_behind_a_full_socket_can_be_taken_back_and_is_never_sent() {
    let mut fixture = Fixture::with(Setting { room: 256, ..Setting::default() });
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    fixture.call(Call::write(1), "INCR a");
    let long = format!("SET b {}", "x".repeat(1_000));
    fixture.submit_together(&[
        (Call::write(2), &long),
        (Call::write(3), "INCR c"),
        (Call::write(4), "INCR d"),
    ]);
    fixture.call(Call::write(5).timeout(10), "INCR e");
    fixture.call(Call::write(6), "INCR f");
    // The connection's task looks at all of them, for the deadline's sake and for a reply.
    assert_eq!(fixture.inbox.failure(5).await.maybe_executed(), Some(false));
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    peer.send(":1\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Int(1));
    let queue = fixture.connection.queue();
    assert!(queue.withdraw(3) && queue.withdraw(6));
    assert!(!queue.withdraw(2), "it was begun to be written");
    assert!(!queue.withdraw(1) && !queue.withdraw(3) && !queue.withdraw(5), "they are over");
    assert_eq!(peer.commands(2).await, [&long, "INCR d"]);
    peer.send("+OK\r\n:4\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, status("OK"));
    assert_eq!(fixture.inbox.reply(4).await, Value::Int(4));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn commands_queued_offline_go_before_later_ones() {
    let mut fixture = Fixture::new();
    let all = keys(0..300);
    for (slot, command) in (0..).zip(&all[..100]) {
        fixture.call(Call::read(slot), command);
    }
    let mut peer = fixture.peers.arrival().await;
    for (slot, command) in (100..).zip(&all[100..200]) {
        fixture.call(Call::read(slot), command);
    }
    peer.handshake(3).await;
    let first = peer.command().await.unwrap();
    for (slot, command) in (200..).zip(&all[200..]) {
        fixture.call(Call::read(slot), command);
    }
    let mut seen = vec![first];
    seen.extend(peer.commands(299).await);
    assert_eq!(seen, all);
}

#[tokio::test(start_paused = true)]
async fn a_command_submitted_behind_others_in_flight_stays_behind_them() {
    for shutdown in [Shutdown::None, Shutdown::Drain] {
        let mut fixture = Fixture::new();
        fixture.submit_together(&[
            (Call::read(1), "GET a"),
            (Call::read(2), "GET b"),
            (Call::read(3), "GET c"),
        ]);
        let mut peer = fixture.peers.accept().await;
        peer.commands(3).await;
        peer.send("+one\r\n").await;
        fixture.inbox.reply(1).await;
        fixture.call(Call::read(4), "GET d");
        if shutdown == Shutdown::Drain {
            drop(fixture.connection.close(shutdown));
        }
        idle().await;
        peer.send("+two\r\n+three\r\n+four\r\n").await;
        assert_eq!(fixture.inbox.reply(2).await, status("two"));
        assert_eq!(fixture.inbox.reply(3).await, status("three"));
        assert_eq!(fixture.inbox.reply(4).await, status("four"));
    }
}

#[tokio::test(start_paused = true)]
async fn commands_keep_their_order_over_reconnections() {
    let mut random = fastrand::Rng::with_seed(11);
    let mut fixture = Fixture::with(Setting { room: 512, ..Setting::default() });
    let mut next = 0;
    let mut expected = 0;
    for _ in 0..200 {
        fixture.connection.start();
        let mut peer = fixture.peers.accept().await;
        for _ in 0..random.u32(1..40) {
            fixture.call(Call::read(next).timeout(0), &format!("GET {next}"));
            next += 1;
            if random.u8(0..8) == 0 {
                idle().await;
            }
        }
        // Read some, answer fewer, and go away.
        let read = random.u32(0..=next - expected);
        let mut numbers = expected..;
        for command in peer.commands(read as usize).await {
            assert_eq!(command, format!("GET {}", numbers.next().unwrap()));
        }
        let answered = expected + random.u32(0..=read);
        for number in expected..answered {
            peer.send(format!(":{number}\r\n")).await;
            assert_eq!(fixture.inbox.reply(number).await, Value::Int(number.into()));
        }
        expected = answered;
        // Submitted behind what is in flight when the connection goes.
        for _ in 0..random.u32(0..3) {
            fixture.call(Call::read(next).timeout(0), &format!("GET {next}"));
            next += 1;
        }
    }
    fixture.inbox.assert_empty();
}
