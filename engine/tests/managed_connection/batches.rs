//! A batch is one unit: its replies belong to it in order, and it is sent, kept, lost and given up as a whole.

use oxidis_engine::command::Shape;
use oxidis_engine::config::{OfflineQueue, Options};
use oxidis_engine::connection::batch::BatchKind;
use oxidis_engine::error::{Error, ErrorKind, TimeoutPhase};
use oxidis_engine::value::Value;

use crate::fixture::{Call, Fixture, LOST, Setting, bulk, idle, status, verdict, within};
use crate::peer::Peer;

const PLAIN: BatchKind = BatchKind::Plain;

/// A connected fixture whose pipes hold `room` bytes.
async fn connected(room: usize) -> (Fixture, Peer<tokio::io::DuplexStream>) {
    let mut fixture = Fixture::with(Setting { room, ..Setting::default() });
    let connected = fixture.connection.connect();
    let peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    (fixture, peer)
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::List(values.into_iter().collect())
}

fn none() -> Value {
    list([])
}

/// Submits a transaction of two commands, sends `replies`, and answers how the transaction ended.
async fn transaction(replies: &str) -> Error {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.batch(Call::write(1), BatchKind::Transaction(2), &["INCR a", "GET b"]);
    fixture.call(Call::write(2), "INCR c");
    assert_eq!(peer.commands(5).await, ["MULTI", "INCR a", "GET b", "EXEC", "INCR c"]);
    peer.send(replies).await;
    let failure = match fixture.inbox.settled().await {
        (1, Err(failure)) => failure,
        (1, Ok(value)) if value == none() => fixture.inbox.failure(1).await,
        other => panic!("{other:?}"),
    };
    if *failure.kind() != ErrorKind::Protocol {
        peer.send(":7\r\n").await;
        assert_eq!(fixture.inbox.reply(2).await, Value::Int(7), "the next reply is the next caller's");
    }
    failure
}

#[tokio::test(start_paused = true)]
async fn replies_reach_their_batches_and_calls_in_order_however_they_are_cut() {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.call(Call::read(1), "GET a");
    fixture.batch(Call::read(2).shaped(&Shape::Bool), PLAIN, &["PERSIST a", "GET b", "INCR c"]);
    fixture.batch(Call::write(3), BatchKind::Transaction(1), &["INCR d", "WAIT 1 5"]);
    fixture.call(Call::read(4), "GET e");
    let expected = ["GET a", "PERSIST a", "GET b", "INCR c", "MULTI", "INCR d", "EXEC", "WAIT 1 5", "GET e"];
    assert_eq!(peer.commands(9).await, expected);
    for byte in b"+one\r\n:1\r\n-ERR no\r\n:0\r\n+OK\r\n+QUEUED\r\n*1\r\n:9\r\n:2\r\n+last\r\n" {
        peer.send([*byte]).await;
        idle().await;
    }
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    let Value::List(replies) = fixture.inbox.reply(2).await else { panic!("no list") };
    assert_eq!([&replies[0], &replies[2]], [&Value::Bool(true), &Value::Bool(false)]);
    assert!(matches!(&replies[1], Value::Error(error) if &*error.message == "ERR no"));
    assert_eq!(fixture.inbox.reply(3).await, list([Value::Int(9), Value::Int(2)]));
    assert_eq!(fixture.inbox.reply(4).await, status("last"));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_large_string_in_a_batch_is_read_into_its_own_memory() {
    let (mut fixture, mut peer) = connected(1 << 22).await;
    fixture.batch(Call::read(1), PLAIN, &["GET a", "GET b", "GET c"]);
    peer.commands(3).await;
    let large = "x".repeat(200_000);
    peer.send(format!("+a\r\n${}\r\n{large}\r\n+c\r\n", large.len())).await;
    assert_eq!(fixture.inbox.reply(1).await, list([status("a"), bulk(large), status("c")]));
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_answered_while_the_rest_of_it_is_still_being_written() {
    let (mut fixture, mut peer) = connected(256).await;
    let long = format!("SET b {}", "x".repeat(10_000));
    fixture.batch(Call::write(1), PLAIN, &["INCR a", &long, "INCR c"]);
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    peer.send(":1\r\n").await;
    idle().await;
    assert_eq!(peer.command().await.unwrap(), long);
    peer.send("+OK\r\n").await;
    assert_eq!(peer.command().await.unwrap(), "INCR c");
    peer.send(":2\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, list([Value::Int(1), status("OK"), Value::Int(2)]));
}

#[tokio::test(start_paused = true)]
async fn a_reply_to_a_part_that_is_not_written_yet_retires_the_connection() {
    let (mut fixture, mut peer) = connected(256).await;
    let long = format!("SET b {}", "x".repeat(10_000));
    fixture.batch(Call::write(1), PLAIN, &["INCR a", &long, "INCR c"]);
    fixture.call(Call::write(2), "INCR d");
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    peer.send(":1\r\n+OK\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, list([Value::Int(1)]));
    assert_eq!(verdict(&fixture.inbox.failure(1).await), (ErrorKind::Protocol, Some(true)));
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "INCR d", "it was not seen, and is sent");
}

#[tokio::test(start_paused = true)]
async fn exec_answers_null_where_a_watched_key_was_changed() {
    let failure = transaction("+OK\r\n+QUEUED\r\n+QUEUED\r\n*-1\r\n").await;
    assert_eq!(verdict(&failure), (ErrorKind::Watch, Some(false)));
}

#[tokio::test(start_paused = true)]
async fn an_aborted_transaction_names_the_commands_that_were_not_queued() {
    let failure = transaction("+OK\r\n-OOM full\r\n+QUEUED\r\n-EXECABORT because\r\n").await;
    assert_eq!(failure.maybe_executed(), Some(false));
    let ErrorKind::ExecAbort(rejected) = failure.kind() else { panic!("{failure:?}") };
    let rejected: Vec<_> = rejected.iter().map(|(at, error)| (*at, &*error.code)).collect();
    assert_eq!(rejected, [(0, "OOM")]);
}

#[tokio::test(start_paused = true)]
async fn commands_behind_a_refused_multi_may_have_run() {
    let failure =
        transaction("-NOPERM no multi\r\n:1\r\n-NOPERM no get\r\n-ERR EXEC without MULTI\r\n").await;
    assert_eq!((failure.code(), failure.maybe_executed()), ("NOPERM", Some(true)));
    let failure = transaction("-NOAUTH a\r\n-NOAUTH b\r\n-NOAUTH c\r\n-NOAUTH d\r\n").await;
    assert_eq!((failure.code(), failure.maybe_executed()), ("NOAUTH", Some(false)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_a_transaction_out_of_turn_is_not_believed() {
    for replies in [
        ":1\r\n",
        "+OK\r\n:1\r\n",
        "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n",
        "+OK\r\n+QUEUED\r\n+QUEUED\r\n*1\r\n:1\r\n",
        "+OK\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n:1\r\n:2\r\n:3\r\n",
    ] {
        let failure = transaction(replies).await;
        assert_eq!(verdict(&failure), (ErrorKind::Protocol, Some(true)), "{replies:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_reads_is_sent_again_from_its_start() {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.batch(Call::read(1), PLAIN, &["GET a", "GET b"]);
    peer.commands(2).await;
    peer.send("+old\r\n").await;
    idle().await;
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.commands(2).await, ["GET a", "GET b"]);
    peer.send("+new\r\n+b\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, list([status("new"), status("b")]));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_was_begun_and_lost_is_rejected_with_what_came_of_it() {
    let (mut fixture, mut peer) = connected(256).await;
    let long = format!("SET b {}", "x".repeat(10_000));
    fixture.batch(Call::write(1), PLAIN, &["INCR a", &long]);
    fixture.batch(Call::write(2), PLAIN, &["INCR c", "INCR d"]);
    assert_eq!(peer.command().await.unwrap(), "INCR a");
    peer.send(":1\r\n").await;
    idle().await;
    drop(peer);
    assert_eq!(fixture.inbox.reply(1).await, list([Value::Int(1)]));
    assert_eq!(verdict(&fixture.inbox.failure(1).await), (LOST, Some(true)));
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.commands(2).await, ["INCR c", "INCR d"], "no byte of it was written before");
    peer.send(":1\r\n:2\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, list([Value::Int(1), Value::Int(2)]));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_lost_before_its_exec_was_written_did_not_run() {
    let (mut fixture, mut peer) = connected(256).await;
    let long = format!("SET b {}", "x".repeat(10_000));
    fixture.batch(Call::write(1), BatchKind::Transaction(2), &["INCR a", &long]);
    assert_eq!(peer.commands(2).await, ["MULTI", "INCR a"]);
    drop(peer);
    assert_eq!(fixture.inbox.reply(1).await, none());
    assert_eq!(verdict(&fixture.inbox.failure(1).await), (LOST, Some(false)));

    let mut peer = fixture.peers.accept().await;
    fixture.batch(Call::write(2), BatchKind::Transaction(1), &["INCR a"]);
    assert_eq!(peer.commands(3).await, ["MULTI", "INCR a", "EXEC"]);
    peer.send("+OK\r\n+QUEUED\r\n").await;
    idle().await;
    drop(peer);
    assert_eq!(fixture.inbox.reply(2).await, none());
    assert_eq!(verdict(&fixture.inbox.failure(2).await), (LOST, Some(true)));
}

#[tokio::test(start_paused = true)]
async fn all_replies_of_a_batch_that_was_given_up_are_dropped() {
    let (mut fixture, mut peer) = connected(4096).await;
    fixture.batch(Call::write(1).timeout(100), PLAIN, &["INCR a", "INCR b", "INCR c"]);
    fixture.batch(Call::write(2).timeout(100), BatchKind::Transaction(2), &["INCR d", "INCR e"]);
    fixture.call(Call::write(3), "INCR f");
    peer.commands(8).await;
    peer.send(":1\r\n").await;
    let timeout = (ErrorKind::Timeout(TimeoutPhase::Server), Some(true));
    assert_eq!(fixture.inbox.reply(1).await, list([Value::Int(1)]));
    assert_eq!(verdict(&fixture.inbox.failure(1).await), timeout);
    assert_eq!(fixture.inbox.reply(2).await, none());
    assert_eq!(verdict(&fixture.inbox.failure(2).await), timeout);
    peer.send(":2\r\n:3\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:4\r\n:5\r\n:6\r\n").await;
    assert_eq!(fixture.inbox.reply(3).await, Value::Int(6));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_was_not_begun_when_its_time_came_is_never_sent() {
    let (mut fixture, mut peer) = connected(64).await;
    let long = format!("SET a {}", "x".repeat(10_000));
    fixture.call(Call::write(1), &long);
    fixture.batch(Call::write(2).timeout(100), PLAIN, &["INCR b", "INCR c"]);
    fixture.batch(Call::write(3).timeout(9_000), PLAIN, &["INCR d", "INCR e"]);
    assert_eq!(fixture.inbox.reply(2).await, none());
    assert_eq!(
        verdict(&fixture.inbox.failure(2).await),
        (ErrorKind::Timeout(TimeoutPhase::Write), Some(false))
    );
    assert_eq!(peer.commands(3).await, [&long, "INCR d", "INCR e"]);
    peer.send("+OK\r\n:1\r\n:2\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("OK"));
    assert_eq!(fixture.inbox.reply(3).await, list([Value::Int(1), Value::Int(2)]));
}

#[tokio::test(start_paused = true)]
async fn a_batch_counts_as_many_commands_as_it_has() {
    let offline_queue = Some(OfflineQueue { max_commands: 10, ..OfflineQueue::default() });
    let options = Options { offline_queue, ..Options::default() };
    let mut fixture = Fixture::with(Setting { options, ..Setting::default() });
    fixture.batch(Call::write(1).timeout(100), PLAIN, &["INCR a"; 4]);
    fixture.batch(Call::write(2).timeout(200), BatchKind::Transaction(3), &["INCR a"; 3]);
    let queue = fixture.connection.queue();
    assert!(queue.admit(0, 0).is_ok());
    assert_eq!(queue.admit(1, 0).unwrap_err().code(), "QUEUE_FULL");
    // The peer never greets: everything stays where it is.
    let _peer = fixture.peers.arrival().await;
    fixture.inbox.reply(1).await;
    fixture.inbox.failure(1).await;
    let queue = fixture.connection.queue();
    assert!(queue.admit(4, 0).is_ok());
    assert_eq!(queue.admit(5, 0).unwrap_err().code(), "QUEUE_FULL");
}
