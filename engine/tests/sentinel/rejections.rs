//! Commands that a server refuses because it is not the one to ask: they go to the one that is, once.

use std::time::Duration;

use oxidis_engine::config::{Options, ReadFrom};
use oxidis_engine::connection::batch::BatchKind;
use oxidis_engine::error::{ConnectionFailure, ErrorKind, ServerError};
use oxidis_engine::value::Value;
use tokio::time::sleep;

use crate::fixture::{Fixture, NAME, idle, until};
use crate::node::Node;

const READONLY: &str = "-READONLY You can't write against a read only replica.\r\n";

fn ok() -> Value {
    Value::Status("OK".into())
}

/// What `node` was asked to do, without the handshakes.
fn done(node: &Node) -> Vec<String> {
    node.asked().into_iter().filter(|command| command != "ROLE").collect()
}

impl Fixture {
    /// `b` is the master, and `a` a replica; the sentinels know it, and nobody announces it.
    fn demote(&self) {
        self.promote("b:1", 2);
        self.b.become_master();
        self.a.become_replica();
    }
}

/// What a batch gets of a command that was refused.
fn refused() -> Value {
    let line = READONLY.trim_start_matches('-').trim_end();
    let error = Value::Error(ServerError::from_line(line.as_bytes()));
    Value::List(vec![Value::Status("not run".into()), error])
}

#[tokio::test(start_paused = true)]
async fn writes_that_are_refused_go_to_the_new_master_in_their_order() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.demote();
    client.write(1, "SET k 1");
    client.read(2, "GET k");
    client.write(3, "SET k 2");
    client.write(4, "SET k 3");
    // The former master may still be read from.
    assert_eq!(client.inbox.reply(2).await, ok());
    for slot in [1, 3, 4] {
        assert_eq!(client.inbox.reply(slot).await, ok());
    }
    assert_eq!(done(&fixture.b), ["SET k 1", "SET k 2", "SET k 3"]);
    assert_eq!(fixture.a.connections(), 0);
    let left = client.inbox.close().await;
    assert_eq!(left.message(), "a:1 says that it is not the server to use");
}

#[tokio::test(start_paused = true)]
async fn what_was_submitted_meanwhile_follows_them() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.demote();
    fixture.a.say("GET slow", "");
    client.write(1, "SET k 1");
    client.read(2, "GET slow");
    idle().await;
    client.write(3, "SET k 2");
    for slot in [1, 2, 3] {
        assert_eq!(client.inbox.reply(slot).await, ok());
    }
    assert_eq!(done(&fixture.a), ["SET k 1", "GET slow"]);
    assert_eq!(done(&fixture.b), ["SET k 1", "GET slow", "SET k 2"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_former_master_leaves_open_may_have_been_done() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.demote();
    fixture.a.say("SET k 2", "");
    fixture.a.say("SET k 3", "");
    client.write(1, "SET k 1");
    client.write(2, "SET k 2");
    client.write(3, "SET k 3");
    let lost = client.inbox.failure(2).await;
    assert_eq!(lost.kind(), &ErrorKind::Connection(ConnectionFailure::Lost));
    assert_eq!(lost.maybe_executed(), Some(true));
    let lost = client.inbox.failure(3).await;
    assert_eq!(lost.maybe_executed(), Some(true));
    assert_eq!(client.inbox.reply(1).await, ok());
    assert_eq!(done(&fixture.b), ["SET k 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_waited_out_until_there_is_a_master() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    // Somebody has demoted it by hand; the sentinels still name it.
    fixture.a.become_replica();
    client.write(1, "SET k 1");
    sleep(Duration::from_secs(3)).await;
    client.inbox.assert_empty();
    assert_eq!(done(&fixture.a), ["SET k 1"], "it is not asked again as long as it is a replica");
    fixture.a.become_master();
    assert_eq!(client.inbox.reply(1).await, ok());
    assert_eq!(done(&fixture.a), ["SET k 1"]);
}

#[tokio::test(start_paused = true)]
async fn every_way_to_refuse_is_known() {
    for refusal in [
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
        "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
    ] {
        let fixture = Fixture::new();
        let mut client = fixture.connected().await;
        fixture.a.say("BLPOP k 0", refusal);
        client.write(1, "BLPOP k 0");
        until(|| fixture.a.connections() == 0).await;
        fixture.a.say_nothing_special();
        assert_eq!(client.inbox.reply(1).await, ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_deadline_passes_in_between_was_not_run() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.a.become_replica();
    client.write(1, "SET k 1");
    let late = client.inbox.failure(1).await;
    assert_eq!((late.code(), late.maybe_executed()), ("WRONG_ROLE", Some(false)));
}

#[tokio::test(start_paused = true)]
async fn a_batch_goes_as_a_whole_where_nothing_of_it_was_run() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.demote();
    client.batch(1, BatchKind::Plain, &["GET a", "SET k 1", "SET k 2"]);
    client.write(2, "SET k 3");
    assert_eq!(client.inbox.settled().await.1.unwrap(), Value::List(vec![ok(), ok(), ok()]));
    assert_eq!(client.inbox.reply(2).await, ok());
    assert_eq!(done(&fixture.b), ["GET a", "SET k 1", "SET k 2", "SET k 3"]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_which_something_was_run_is_told_what_was_refused() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.a.say("SET k 2", READONLY);
    fixture.promote("b:1", 2);
    fixture.b.become_master();
    client.batch(1, BatchKind::Plain, &["SET k 1", "SET k 2"]);
    let (1, Ok(Value::List(replies))) = client.inbox.settled().await else { panic!("no replies") };
    assert_eq!(replies[0], ok());
    assert_eq!(replies[1], refused());
    // The server is left all the same.
    client.write(2, "SET k 3");
    assert_eq!(client.inbox.reply(2).await, ok());
    assert_eq!(done(&fixture.b), ["SET k 3"]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_refused_and_then_run_is_not_run_again() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    // The server became a master again in the midst of it.
    fixture.a.say("SET k 1", READONLY);
    client.batch(1, BatchKind::Plain, &["SET k 1", "SET k 2"]);
    let (1, Ok(Value::List(replies))) = client.inbox.settled().await else { panic!("no replies") };
    assert_eq!(replies, [refused(), ok()]);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_was_aborted_by_a_refusal_goes_as_a_whole() {
    for abort in [
        "-EXECABORT Transaction discarded because of previous errors.\r\n",
        "-EXECABORT Transaction discarded because: READONLY You can't write against a read only replica.\r\n",
    ] {
        let fixture = Fixture::new();
        let mut client = fixture.connected().await;
        fixture.a.say("GET a", "+QUEUED\r\n");
        fixture.a.say("SET k 1", if abort.contains(':') { "+QUEUED\r\n" } else { READONLY });
        fixture.a.say("EXEC", abort);
        fixture.b.say("GET a", "+QUEUED\r\n");
        fixture.b.say("SET k 1", "+QUEUED\r\n");
        fixture.b.say("EXEC", "*2\r\n+one\r\n+two\r\n");
        fixture.promote("b:1", 2);
        fixture.b.become_master();
        client.batch(1, BatchKind::Transaction(2), &["GET a", "SET k 1"]);
        let replies = ["one", "two"].map(|text| Value::Status(text.into())).to_vec();
        assert_eq!(client.inbox.settled().await.1.unwrap(), Value::List(replies), "{abort}");
        assert_eq!(done(&fixture.b), ["MULTI", "GET a", "SET k 1", "EXEC"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_is_aborted_for_another_reason_is_told() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.a.say("SET k 1", "-ERR wrong number of arguments for 'set' command\r\n");
    fixture.a.say("EXEC", "-EXECABORT Transaction discarded because of previous errors.\r\n");
    client.batch(1, BatchKind::Transaction(1), &["SET k 1"]);
    assert_eq!(client.inbox.failure(1).await.code(), "EXECABORT");
}

#[tokio::test(start_paused = true)]
async fn without_another_connection_the_caller_is_told() {
    let fixture = Fixture::new();
    let options = Options { reconnect: None, ..Options::default() };
    let mut client = fixture.client_with(fixture.master(), options);
    client.connect().await.unwrap();
    fixture.a.become_replica();
    client.write(1, "SET k 1");
    let refused = client.inbox.failure(1).await;
    assert_eq!((refused.code(), refused.maybe_executed()), ("READONLY", Some(false)));
    until(|| fixture.a.connections() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_write_to_a_replica_is_told_and_the_replica_kept() {
    let fixture = Fixture::new();
    let mut client = fixture.client(fixture.sentinels.locate(NAME, ReadFrom::Replica));
    client.write(1, "SET k 1");
    assert_eq!(client.inbox.failure(1).await.code(), "READONLY");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(fixture.b.connections() + fixture.c.connections(), 1);
}
