//! A reply reaches only the command that caused it.

use oxidis_engine::command::Shape;
use oxidis_engine::error::{ErrorKind, TimeoutPhase};
use oxidis_engine::value::Value;
use tokio::io::AsyncWriteExt;

use crate::fixture::{Call, Fixture, Setting, bulk, idle, status, verdict, within};
use crate::inbox::Settled;

#[tokio::test(start_paused = true)]
async fn replies_reach_their_commands_in_order_however_they_are_cut() {
    let mut fixture = Fixture::new();
    fixture.submit_together(&[
        (Call::read(1), "GET a"),
        (Call::write(2), "INCR b"),
        (Call::read(3), "GET c"),
    ]);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.commands(3).await, ["GET a", "INCR b", "GET c"]);
    for byte in b"+one\r\n:2\r\n$-1\r\n" {
        peer.send([*byte]).await;
        idle().await;
    }
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    assert_eq!(fixture.inbox.reply(2).await, Value::Int(2));
    assert_eq!(fixture.inbox.reply(3).await, Value::Null);
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_reply_takes_the_shape_of_its_command() {
    let cases = [
        (&Shape::Any, "$1\r\n1\r\n", bulk("1")),
        (&Shape::Binary, "$1\r\n1\r\n", bulk("1")),
        (&Shape::Word, "$4\r\nhash\r\n", status("hash")),
        (&Shape::Bool, ":1\r\n", Value::Bool(true)),
        (&Shape::Bool, ":2\r\n", Value::Int(2)),
        (&Shape::Int, "$2\r\n-7\r\n", Value::Int(-7)),
        (&Shape::Double, "$3\r\n1.5\r\n", Value::Double(1.5)),
        (&Shape::Double, ":2\r\n", Value::Double(2.0)),
        (&Shape::Double, "$-1\r\n", Value::Null),
        (
            &Shape::List(&Shape::Bool),
            "*2\r\n:1\r\n:0\r\n",
            Value::List([true, false].map(Value::Bool).into()),
        ),
        (&Shape::Attributes, "$3\r\na=1\r\n", Value::Map(vec![(status("a"), status("1"))])),
    ];
    let mut fixture = Fixture::new();
    for (slot, (shape, _, _)) in (0..).zip(&cases) {
        fixture.call(Call::read(slot).shaped(shape), "GET a");
    }
    let mut peer = fixture.peers.accept().await;
    peer.commands(cases.len()).await;
    for (slot, (_, reply, value)) in (0..).zip(cases) {
        peer.send(reply).await;
        assert_eq!(fixture.inbox.reply(slot).await, value);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_reply_is_the_server_s_own() {
    let mut fixture = Fixture::new();
    fixture.call(Call::read(1).shaped(&Shape::Int), "GET a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send("-WRONGTYPE no such thing\r\n").await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!((error.code(), error.message()), ("WRONGTYPE", "WRONGTYPE no such thing"));
}

#[tokio::test(start_paused = true)]
async fn a_surplus_reply_retires_the_connection() {
    let mut fixture = Fixture::new();
    fixture.call(Call::read(1), "GET a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send("+one\r\n+surplus\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    assert_eq!(*fixture.inbox.close().await.kind(), ErrorKind::Protocol);
    fixture.call(Call::read(2), "GET b");
    peer.closed().await;
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "GET b");
    peer.send("+two\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, status("two"));
}

#[tokio::test(start_paused = true)]
async fn a_surplus_reply_behind_the_handshake_reaches_nobody() {
    for surplus in ["+surplus\r\n", "+surp", "$3\r\nab"] {
        let mut fixture = Fixture::new();
        fixture.call(Call::read(1), "GET a");
        let mut peer = fixture.peers.arrival().await;
        peer.greeting(3).await;
        peer.send(format!("%0\r\n+OK\r\n+OK\r\n+PONG\r\n{surplus}")).await;
        let error = fixture.inbox.failure(1).await;
        assert_eq!(verdict(&error), (ErrorKind::Protocol, Some(false)));
        assert_eq!(peer.command().await, None);
        fixture.inbox.assert_empty();
    }
}

#[tokio::test(start_paused = true)]
async fn announcements_answer_no_command() {
    const PUSH: &str = ">2\r\n+invalidate\r\n*1\r\n+key\r\n";
    for cut in 0..=PUSH.len() {
        let (now, later) = PUSH.split_at(cut);
        let mut fixture = Fixture::new();
        fixture.call(Call::read(1), "GET a");
        let mut peer = fixture.peers.arrival().await;
        peer.greeting(3).await;
        peer.send(format!("%0\r\n+OK\r\n+OK\r\n+PONG\r\n{now}")).await;
        assert_eq!(peer.command().await.unwrap(), "GET a");
        peer.send(format!("{later}{PUSH}+one\r\n{PUSH}")).await;
        assert_eq!(fixture.inbox.reply(1).await, status("one"));
        fixture.call(Call::read(2), "GET b");
        peer.command().await.unwrap();
        peer.send("+two\r\n").await;
        assert_eq!(fixture.inbox.reply(2).await, status("two"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_to_a_command_that_is_not_wholly_written_retires_the_connection() {
    let mut fixture = Fixture::with(Setting { room: 256, ..Setting::default() });
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    let long = format!("SET a {}", "x".repeat(1_000));
    fixture.submit_together(&[(Call::write(1), &long), (Call::write(2), "INCR b")]);
    idle().await;
    peer.send("+early\r\n").await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Protocol, Some(false)));
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "INCR b", "the peer has seen nothing of it");
    peer.send(":1\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, Value::Int(1));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_malformed_reply_between_good_ones_fails_everything_from_there_on() {
    let mut fixture = Fixture::new();
    let calls = [1, 2, 3, 4].map(|slot| (Call::read(slot), "GET a"));
    fixture.submit_together(&calls);
    let mut peer = fixture.peers.accept().await;
    peer.commands(4).await;
    peer.send("+one\r\n+two\r\n$x\r\n+four\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    assert_eq!(fixture.inbox.reply(2).await, status("two"));
    for slot in [3, 4] {
        let error = fixture.inbox.failure(slot).await;
        assert_eq!(verdict(&error), (ErrorKind::Protocol, Some(true)));
    }
    peer.closed().await;
    let mut peer = fixture.peers.accept().await;
    fixture.call(Call::read(5), "GET b");
    assert_eq!(peer.command().await.unwrap(), "GET b", "a read is not sent again after a protocol error");
}

#[tokio::test(start_paused = true)]
async fn the_late_reply_of_a_timed_out_command_is_dropped() {
    let mut fixture = Fixture::new();
    fixture.submit_together(&[(Call::read(1).timeout(100), "GET a"), (Call::read(2), "GET b")]);
    let mut peer = fixture.peers.accept().await;
    peer.commands(2).await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Timeout(TimeoutPhase::Server), Some(true)));
    fixture.call(Call::read(3), "GET c");
    peer.command().await.unwrap();
    peer.send("+late\r\n+two\r\n+three\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, status("two"));
    assert_eq!(fixture.inbox.reply(3).await, status("three"));
    fixture.inbox.assert_empty();
}

/// A run of commands, the reply to each its own number, and something wrong at a random place.
#[tokio::test(start_paused = true)]
async fn nobody_gets_the_reply_of_another_in_any_of_many_random_runs() {
    let mut random = fastrand::Rng::with_seed(20_240_607);
    let mut fixture = Fixture::new();
    let mut slot = 0;
    for _ in 0..10_000 {
        let count = random.u32(1..20);
        let first = slot;
        slot += count;
        for slot in first..first + count {
            fixture.call(Call::read(slot), &format!("ECHO {slot}"));
        }
        let mut peer = fixture.peers.accept().await;
        peer.commands(count as usize).await;
        let (good, replies) = spoilt_replies(&mut random, first, count);
        let mut rest = replies.as_bytes();
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(random.usize(1..=rest.len()));
            // The client goes as soon as it has seen the flaw.
            if peer.stream.write_all(chunk).await.is_err() {
                break;
            }
            if random.bool() {
                idle().await;
            }
            rest = after;
        }
        for slot in first..first + count {
            assert_own(fixture.inbox.settled().await, slot, slot < first + good);
        }
        fixture.inbox.close().await;
        fixture.inbox.assert_empty();
    }
}

/// Replies of which so many are good.
fn spoilt_replies(random: &mut fastrand::Rng, first: u32, count: u32) -> (u32, String) {
    const FLAWS: [&str; 6] =
        ["?\r\n", "$-2\r\n", ":1x\r\n", "$1\r\nab\r\n", ",1.2.3\r\n", "*1\r\n$1\r\nabc\r\n"];
    let good = random.u32(0..=count);
    let reply = |slot: u32| {
        let text = slot.to_string();
        match random.u8(0..3) {
            0 => format!(":{text}\r\n"),
            1 => format!("${}\r\n{text}\r\n", text.len()),
            _ => format!(">1\r\n+news\r\n:{text}\r\n"),
        }
    };
    let mut replies: String = (first..first + good).map(reply).collect();
    replies.push_str(if good == count { "+surplus\r\n" } else { FLAWS[random.usize(..FLAWS.len())] });
    (good, replies)
}

fn assert_own(settled: Settled, slot: u32, good: bool) {
    match settled {
        (settled, Ok(Value::Int(own))) if good => assert_eq!((settled, own), (slot, i64::from(slot))),
        (settled, Ok(Value::Bulk(own))) if good => {
            assert_eq!((settled, &*own), (slot, slot.to_string().as_bytes()));
        }
        (settled, Err(error)) if !good => {
            assert_eq!((settled, verdict(&error)), (slot, (ErrorKind::Protocol, Some(true))));
        }
        other => panic!("{other:?} for {slot}"),
    }
}
