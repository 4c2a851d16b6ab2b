//! What becomes of a command that the server cannot run for now: it is sent again, and never runs twice.

use std::time::Duration;

use oxidis_engine::config::{OfflineQueue, Options};
use oxidis_engine::connection::batch::BatchKind;
use oxidis_engine::connection::driver::Shutdown;
use oxidis_engine::connection::rejection::{Evidence, RetryPolicy};
use oxidis_engine::connection::request::now;
use oxidis_engine::error::{ErrorKind, TimeoutPhase};
use oxidis_engine::value::Value;
use tokio::io::DuplexStream;

use crate::fixture::{Call, Fixture, Setting, idle, status, verdict, within};
use crate::peer::Peer;

const LOADING: &str = "-LOADING Redis is loading the dataset in memory\r\n";
const BUSY: &str =
    "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n";

async fn connected(setting: Setting) -> (Fixture, Peer<DuplexStream>) {
    let mut fixture = Fixture::with(setting);
    let connected = fixture.connection.connect();
    let peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    (fixture, peer)
}

/// Waits until so many commands wait to be sent again. The clock stands still meanwhile.
async fn postponed(fixture: &Fixture, count: usize) {
    let all = async {
        while fixture.connection.queue().postponements().0 < count {
            tokio::task::yield_now().await;
        }
    };
    within(all).await;
}

/// The code of the error that `slot` was told, and whether the command may have run.
async fn told(fixture: &mut Fixture, slot: u32) -> (String, Option<bool>) {
    let error = fixture.inbox.failure(slot).await;
    let ErrorKind::Reply(reply) = error.kind() else { panic!("{error}") };
    (reply.code.to_string(), error.maybe_executed())
}

#[tokio::test(start_paused = true)]
async fn a_refused_command_is_sent_again_until_it_runs() {
    for code in ["LOADING x", "BUSY x", "TRYAGAIN x", "MASTERDOWN x", "CLUSTERDOWN x"] {
        let (mut fixture, mut peer) = connected(Setting::default()).await;
        fixture.call(Call::write(1), "INCR a");
        for _ in 0..5 {
            assert_eq!(peer.command().await.unwrap(), "INCR a");
            peer.send(format!("-{code}\r\n")).await;
        }
        assert_eq!(peer.command().await.unwrap(), "INCR a");
        peer.send(":1\r\n").await;
        assert_eq!(fixture.inbox.reply(1).await, Value::Int(1));
        fixture.inbox.assert_empty();
    }
}

#[tokio::test(start_paused = true)]
async fn refused_commands_keep_their_order_among_themselves_and_hold_nobody_up() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.submit_together(&[
        (Call::write(1), "SET a 1"),
        (Call::write(2), "SET a 2"),
        (Call::write(3), "SET b 3"),
    ]);
    peer.commands(3).await;
    peer.send([BUSY, BUSY, "+OK\r\n"].concat()).await;
    assert_eq!(fixture.inbox.reply(3).await, status("OK"));
    fixture.call(Call::write(4), "SCRIPT KILL");
    assert_eq!(peer.command().await.unwrap(), "SCRIPT KILL");
    peer.send("+OK\r\n").await;
    assert_eq!(fixture.inbox.reply(4).await, status("OK"));
    assert_eq!(peer.commands(2).await, ["SET a 1", "SET a 2"]);
    peer.send("+one\r\n+two\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    assert_eq!(fixture.inbox.reply(2).await, status("two"));
}

#[tokio::test(start_paused = true)]
async fn at_its_deadline_a_caller_is_told_what_the_server_said() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    let before = now();
    fixture.call(Call::write(1).timeout(2_000), "INCR a");
    let refusing = async {
        loop {
            peer.command().await.unwrap();
            peer.send(LOADING).await;
        }
    };
    let told = told(&mut fixture, 1);
    let told = tokio::select! {
        told = told => told,
        () = refusing => unreachable!(),
    };
    assert_eq!(told, ("LOADING".to_owned(), Some(false)));
    assert_eq!(now() - before, 2_000);
    // The lane is of use to the next caller.
    fixture.call(Call::read(2), "GET a");
    assert_eq!(peer.command().await.unwrap(), "GET a");
    peer.send("+x\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, status("x"));
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_a_command_is_not_sent_again_for_ever() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.call(Call::write(1).timeout(0), "INCR a");
    let mut sent = 0_u32;
    let refusing = async {
        loop {
            peer.command().await.unwrap();
            sent += 1;
            peer.send(LOADING).await;
        }
    };
    let told = tokio::select! {
        told = told(&mut fixture, 1) => told,
        () = refusing => unreachable!(),
    };
    assert_eq!(told, ("LOADING".to_owned(), Some(false)));
    assert_eq!(sent, 241);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_then_falls_silent_is_a_timeout() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.call(Call::write(1).timeout(1_000), "INCR a");
    peer.command().await.unwrap();
    peer.send(LOADING).await;
    peer.command().await.unwrap();
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Timeout(TimeoutPhase::Server), Some(true)));
}

#[tokio::test(start_paused = true)]
async fn who_wants_no_second_try_is_told_at_once() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.call(Call::read(1).retry_policy(RetryPolicy::TOLD), "GET a");
    peer.command().await.unwrap();
    peer.send(LOADING).await;
    assert_eq!(told(&mut fixture, 1).await, ("LOADING".to_owned(), None));
}

#[tokio::test(start_paused = true)]
async fn a_script_that_answers_with_such_a_code_is_not_run_again() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    let script = RetryPolicy { again: true, evidence: Evidence::Words };
    fixture.call(Call::write(1).retry_policy(script), "EVAL s 0");
    peer.command().await.unwrap();
    peer.send("-BUSY all seats are taken\r\n").await;
    assert_eq!(told(&mut fixture, 1).await, ("BUSY".to_owned(), None));
    fixture.call(Call::write(2).retry_policy(script), "EVAL s 0");
    peer.command().await.unwrap();
    peer.send(BUSY).await;
    assert_eq!(peer.command().await.unwrap(), "EVAL s 0");
    peer.send(":1\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, Value::Int(1));
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_does_not_lose_what_was_refused() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.submit_together(&[(Call::write(1), "INCR a"), (Call::write(2), "INCR b")]);
    peer.commands(2).await;
    peer.send([LOADING, ":1\r\n"].concat()).await;
    assert_eq!(fixture.inbox.reply(2).await, Value::Int(1));
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    peer.send(":1\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Int(1));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn what_waits_to_be_sent_again_can_be_taken_back_and_is_never_sent() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.submit_together(&[(Call::write(1), "INCR a"), (Call::write(2), "INCR b")]);
    peer.commands(2).await;
    peer.send([BUSY, BUSY].concat()).await;
    postponed(&fixture, 2).await;
    assert!(fixture.connection.queue().withdraw(1));
    assert!(!fixture.connection.queue().withdraw(1));
    assert_eq!(peer.command().await.unwrap(), "INCR b");
    peer.send(":1\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, Value::Int(1));
    assert_eq!(fixture.connection.queue().postponements(), (0, 0));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn what_waits_to_be_sent_again_is_bounded() {
    let offline_queue = Some(OfflineQueue { max_commands: 2, ..OfflineQueue::default() });
    let options = Options { offline_queue, ..Setting::default().options };
    let (mut fixture, mut peer) = connected(Setting { options, ..Setting::default() }).await;
    fixture.submit_together(&[(Call::read(1), "GET a"), (Call::read(2), "GET b"), (Call::read(3), "GET c")]);
    peer.commands(3).await;
    peer.send([LOADING, LOADING, LOADING].concat()).await;
    assert_eq!(told(&mut fixture, 3).await, ("LOADING".to_owned(), Some(false)));
    assert_eq!(peer.commands(2).await, ["GET a", "GET b"]);
    peer.send("+a\r\n+b\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("a"));
    assert_eq!(fixture.inbox.reply(2).await, status("b"));
}

#[tokio::test(start_paused = true)]
async fn the_only_connection_keeps_its_order_and_tells() {
    let options = Options { single_connection: true, ..Setting::default().options };
    let (mut fixture, mut peer) = connected(Setting { options, ..Setting::default() }).await;
    fixture.submit_together(&[(Call::write(1), "SET a 1"), (Call::write(2), "SET a 2")]);
    peer.commands(2).await;
    peer.send([BUSY, "+OK\r\n"].concat()).await;
    assert_eq!(told(&mut fixture, 1).await, ("BUSY".to_owned(), Some(false)));
    assert_eq!(fixture.inbox.reply(2).await, status("OK"));
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_what_was_refused() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.call(Call::write(1), "INCR a");
    peer.command().await.unwrap();
    peer.send(LOADING).await;
    postponed(&fixture, 1).await;
    let drained = fixture.connection.queue().drained();
    let closed = fixture.connection.close(Shutdown::Drain);
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    peer.send(":1\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Int(1));
    within(drained).await.unwrap();
    within(closed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn to_be_drained_means_that_what_was_refused_is_answered() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.call(Call::write(1), "INCR a");
    peer.command().await.unwrap();
    peer.send(LOADING).await;
    postponed(&fixture, 1).await;
    let mut drained = fixture.connection.queue().drained();
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    idle().await;
    assert!(drained.try_recv().is_err(), "it is not answered");
    peer.send(":1\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::Int(1));
    within(drained).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_was_refused_as_a_whole_is_sent_again_as_a_whole() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.batch(Call::write(1), BatchKind::Plain, &["INCR a", "INCR b"]);
    peer.commands(2).await;
    peer.send([LOADING, LOADING].concat()).await;
    assert_eq!(peer.commands(2).await, ["INCR a", "INCR b"]);
    peer.send(":1\r\n:2\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::List(vec![Value::Int(1), Value::Int(2)]));
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_which_a_write_has_run_is_not_sent_again() {
    for replies in [[LOADING, ":2\r\n"], [":1\r\n", LOADING]] {
        let (mut fixture, mut peer) = connected(Setting::default()).await;
        fixture.batch(Call::write(1), BatchKind::Plain, &["INCR a", "INCR b"]);
        peer.commands(2).await;
        peer.send(replies.concat()).await;
        let Value::List(gathered) = fixture.inbox.reply(1).await else { panic!("no list") };
        assert_eq!(gathered.iter().filter(|reply| matches!(reply, Value::Error(_))).count(), 1);
        tokio::time::sleep(Duration::from_secs(5)).await;
        fixture.call(Call::read(2), "GET c");
        assert_eq!(peer.command().await.unwrap(), "GET c");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_did_not_run_is_sent_again_as_a_whole() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    let previous = "-EXECABORT Transaction discarded because of previous errors.\r\n";
    let because = "-EXECABORT Transaction discarded because: ".to_owned() + &BUSY[1..];
    fixture.batch(Call::write(1), BatchKind::Transaction(2), &["INCR a", "INCR b"]);
    for refusal in [
        ["+OK\r\n", LOADING, LOADING, previous].concat(),
        ["+OK\r\n", "+QUEUED\r\n", BUSY, previous].concat(),
        ["+OK\r\n", "+QUEUED\r\n", "+QUEUED\r\n", &because].concat(),
        [LOADING, LOADING, LOADING, LOADING].concat(),
    ] {
        assert_eq!(peer.commands(4).await, ["MULTI", "INCR a", "INCR b", "EXEC"]);
        peer.send(refusal).await;
    }
    assert_eq!(peer.commands(4).await, ["MULTI", "INCR a", "INCR b", "EXEC"]);
    peer.send("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:2\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, Value::List(vec![Value::Int(1), Value::Int(2)]));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_transaction_whose_multi_was_refused_and_whose_commands_ran_is_not_sent_again() {
    let (mut fixture, mut peer) = connected(Setting::default()).await;
    fixture.batch(Call::write(1), BatchKind::Transaction(1), &["INCR a"]);
    peer.commands(3).await;
    peer.send([BUSY, ":1\r\n", "-ERR EXEC without MULTI\r\n"].concat()).await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(error.maybe_executed(), Some(true));
    fixture.call(Call::read(2), "GET c");
    assert_eq!(peer.command().await.unwrap(), "GET c");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_is_refused_for_now_is_tried_again_and_the_command_sent_once() {
    for (url, commands, refused) in [
        ("redis://:secret@localhost/1", 4, "HELLO"),
        ("redis://:secret@localhost/1", 4, "SELECT"),
        ("redis://:secret@localhost/1?protocol=2", 4, "AUTH"),
        ("redis://localhost/1?clientName=me&protocol=2", 5, "CLIENT SETNAME"),
    ] {
        for refusal in [LOADING, BUSY] {
            let Setting { options, .. } = Setting::default();
            let options = Options { reconnect: options.reconnect, ..Options::from_url(url).unwrap() };
            let mut fixture = Fixture::with(Setting { options, ..Setting::default() });
            fixture.call(Call::write(1), "INCR a");
            for attempt in 0..4 {
                let mut peer = fixture.peers.arrival().await;
                for command in peer.commands(commands + 1).await {
                    let reply = match command {
                        command if command.starts_with(refused) && attempt < 3 => refusal,
                        command if command.starts_with("HELLO") => "%1\r\n+proto\r\n:3\r\n",
                        command if command == "PING" => "+PONG\r\n",
                        _ => "+OK\r\n",
                    };
                    peer.send(reply).await;
                }
                if attempt == 3 {
                    assert_eq!(peer.command().await.unwrap(), "INCR a");
                    peer.send(":1\r\n").await;
                }
            }
            assert_eq!(fixture.inbox.reply(1).await, Value::Int(1));
            fixture.inbox.assert_empty();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_is_refused_for_too_long_is_what_the_caller_is_told() {
    let mut fixture = Fixture::new();
    fixture.call(Call::write(1), "INCR a");
    let refusing = async {
        loop {
            let mut peer = fixture.peers.arrival().await;
            peer.commands(3).await;
            peer.send(LOADING).await;
            peer.closed().await;
        }
    };
    let error = tokio::select! {
        error = fixture.inbox.failure(1) => error,
        () = refusing => unreachable!(),
    };
    assert_eq!((error.code(), error.maybe_executed()), ("SERVER_NOT_READY", Some(false)));
    assert!(error.to_string().contains("LOADING Redis is loading"), "{error}");
}
