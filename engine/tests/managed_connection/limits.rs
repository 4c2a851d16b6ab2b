//! What may wait, be in flight or come back is bounded, and the error names the limit.

use oxidis_engine::config::OfflineQueue;
use oxidis_engine::error::{Error, ErrorKind};
use oxidis_engine::value::Value;

use crate::fixture::{Call, Fixture, Setting, bulk, idle, status, verdict, within};
use crate::peer::Fate;

fn assert_full(admitted: Result<(), Error>, option: &str) {
    let error = admitted.unwrap_err();
    assert_eq!(verdict(&error), (ErrorKind::QueueFull, Some(false)));
    assert!(error.message().contains(option), "{error}");
}

fn offline(max_commands: usize, max_bytes: usize) -> Fixture {
    let mut setting = Setting { fates: vec![Fate::Hangs], ..Setting::default() };
    setting.options.offline_queue = Some(OfflineQueue { max_commands, max_bytes });
    Fixture::with(setting)
}

#[tokio::test(start_paused = true)]
async fn commands_that_wait_for_a_connection_are_counted() {
    let mut fixture = offline(3, 1 << 20);
    let queue = fixture.connection.queue();
    queue.admit(2, 0).unwrap();
    assert_full(queue.admit(3, 0), "offlineQueue.maxCommands");
    for slot in 1..=3 {
        queue.admit(0, 0).unwrap();
        fixture.call(Call::read(slot).timeout(250 * slot), "GET a");
    }
    assert_full(queue.admit(0, 0), "offlineQueue.maxCommands");
    fixture.inbox.failure(1).await;
    queue.admit(0, 0).unwrap();
    assert_full(queue.admit(1, 0), "offlineQueue.maxCommands");
    fixture.call(Call::read(4).timeout(0), "GET a");
    let _peer = fixture.peers.accept().await;
    idle().await;
    fixture.connection.queue().admit(100, 0).unwrap();
}

#[tokio::test(start_paused = true)]
async fn commands_that_are_to_be_sent_again_are_counted() {
    let mut setting = Setting::default();
    setting.options.offline_queue = Some(OfflineQueue { max_commands: 3, max_bytes: 1 << 20 });
    let mut fixture = Fixture::with(setting);
    fixture.submit_together(&[
        (Call::read(1), "GET a"),
        (Call::read(2), "GET b"),
        (Call::write(3), "INCR c"),
    ]);
    let mut peer = fixture.peers.accept().await;
    peer.commands(3).await;
    drop(peer);
    fixture.inbox.failure(3).await;
    fixture.connection.queue().admit(0, 0).unwrap();
    assert_full(fixture.connection.queue().admit(1, 0), "offlineQueue.maxCommands");
}

#[tokio::test(start_paused = true)]
async fn bytes_that_wait_for_a_connection_are_counted() {
    let mut fixture = offline(100, 60);
    let queue = fixture.connection.queue();
    queue.admit(0, 60).unwrap();
    assert_full(queue.admit(0, 61), "offlineQueue.maxBytes");
    fixture.call(Call::read(1).timeout(100), &format!("GET {}", "a".repeat(60)));
    assert_full(queue.admit(0, 0), "offlineQueue.maxBytes");
    fixture.inbox.failure(1).await;
    queue.admit(0, 60).unwrap();
    assert_eq!(queue.bytes(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_an_offline_queue_nothing_waits_for_a_connection() {
    let mut setting = Setting::default();
    setting.options.offline_queue = None;
    let mut fixture = Fixture::with(setting);
    let error = fixture.connection.queue().admit(0, 0).unwrap_err();
    assert_eq!(error.maybe_executed(), Some(false));
    assert!(error.message().contains("offlineQueue"), "{error}");
    let connected = fixture.connection.connect();
    let peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    idle().await;
    fixture.connection.queue().admit(0, 0).unwrap();
    drop(peer);
    fixture.inbox.close().await;
    fixture.connection.queue().admit(0, 0).unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn bytes_without_a_reply_are_counted() {
    let mut setting = Setting::default();
    setting.options.limits.max_in_flight_bytes = 100;
    let mut fixture = Fixture::with(setting);
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    fixture.call(Call::read(1), &format!("GET {}", "a".repeat(61)));
    fixture.call(Call::read(2), "GET b");
    let command = |slot| fixture.call(Call::read(slot), "GET c");
    assert_full(fixture.connection.queue().admit(0, 0), "limits.maxInFlightBytes");
    assert_eq!(fixture.connection.queue().bytes(), 81 + 20);
    peer.commands(2).await;
    peer.send("+one\r\n").await;
    idle().await;
    assert_eq!(fixture.connection.queue().bytes(), 20);
    fixture.connection.queue().admit(0, 80).unwrap();
    assert_full(fixture.connection.queue().admit(0, 81), "limits.maxInFlightBytes");
    command(3);
    peer.send("+two\r\n").await;
    peer.command().await.unwrap();
    peer.send("+three\r\n").await;
    idle().await;
    assert_eq!(fixture.connection.queue().bytes(), 0);
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
}

#[tokio::test(start_paused = true)]
async fn a_reply_beyond_a_limit_fails_only_its_own_command() {
    let mut setting = Setting::default();
    setting.options.limits.max_reply_bytes = 100_000;
    setting.options.limits.max_depth = 3;
    setting.options.limits.max_elements = 5;
    let mut fixture = Fixture::with(setting);
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    let large = format!("$100001\r\n{}\r\n", "x".repeat(100_001));
    let beyond = [
        (large.as_str(), "maxReplyBytes (100000)"),
        ("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "maxDepth (3)"),
        ("*6\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n", "maxElements (5)"),
    ];
    for (slot, (reply, limit)) in (0..).step_by(3).zip(beyond) {
        let calls = [slot, slot + 1, slot + 2].map(|slot| (Call::read(slot), "GET a"));
        fixture.submit_together(&calls);
        peer.commands(3).await;
        peer.send(format!("+before\r\n{reply}+after\r\n")).await;
        assert_eq!(fixture.inbox.reply(slot).await, status("before"));
        let error = fixture.inbox.failure(slot + 1).await;
        assert_eq!(verdict(&error), (ErrorKind::ReplyLimit, Some(true)));
        assert!(error.message().contains(limit), "{error}");
        assert_eq!(fixture.inbox.reply(slot + 2).await, status("after"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_at_its_limit_is_delivered() {
    let mut setting = Setting::default();
    setting.options.limits.max_reply_bytes = 100_000;
    setting.options.limits.max_depth = 3;
    let mut fixture = Fixture::with(setting);
    let calls = [1, 2].map(|slot| (Call::read(slot), "GET a"));
    fixture.submit_together(&calls);
    let mut peer = fixture.peers.accept().await;
    peer.commands(2).await;
    let text = "x".repeat(100_000);
    peer.send(format!("$100000\r\n{text}\r\n*1\r\n*1\r\n*1\r\n:1\r\n")).await;
    assert_eq!(fixture.inbox.reply(1).await, bulk(text));
    let nested = Value::List(vec![Value::List(vec![Value::List(vec![Value::Int(1)])])]);
    assert_eq!(fixture.inbox.reply(2).await, nested);
}
