//! A client's connection and its commands, when the master becomes another server.

use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::config::{Options, ReadFrom, Reconnect};
use oxidis_engine::connection::driver::Shutdown;
use oxidis_engine::connection::request::ConnectionEvent;
use oxidis_engine::error::{ConnectionFailure, ErrorKind};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::fixture::{Client, Fixture, idle, until, within};
use crate::node::Manner;

const SWITCH: (&str, &str) = ("+switch-master", "m a 1 b 1");
const LOST: ErrorKind = ErrorKind::Connection(ConnectionFailure::Lost);

impl Fixture {
    /// `b` takes `a`'s place by all sentinels' word, and the first of them announces it.
    pub(crate) fn switch(&self) {
        self.promote("b:1", 2);
        self.b.become_master();
        self.sentinel(1).announce(SWITCH.0, SWITCH.1);
    }

    /// A client that is connected to `a` while all sentinels are listened to.
    pub(crate) async fn connected(&self) -> Client {
        let client = self.client(self.master());
        client.connect().await.unwrap();
        until(|| self.heard.lines().iter().any(|line| line == "s3:1 watched")).await;
        idle().await;
        client
    }
}

#[tokio::test(start_paused = true)]
async fn a_switch_moves_the_connection_at_once() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    let begun = Instant::now();
    fixture.switch();
    until(|| fixture.a.connections() == 0 && fixture.b.connections() == 1).await;
    assert!(begun.elapsed() < Duration::from_millis(20), "{:?}", begun.elapsed());
    client.write(1, "SET k v");
    client.inbox.reply(1).await;
    assert_eq!(fixture.b.asked(), ["ROLE", "SET k v"]);
    assert_eq!(fixture.heard.lines(), ["a:1 -> b:1 after 0 ms"]);
    let mut events = Vec::new();
    while events.len() < 6 {
        events.push(match client.inbox.event().await {
            ConnectionEvent::Connect => "connect".to_owned(),
            ConnectionEvent::Ready => "ready".to_owned(),
            ConnectionEvent::Close(error) => error.message().to_owned(),
            ConnectionEvent::Reconnecting { attempt, delay } => format!("attempt {attempt} after {delay:?}"),
            other => panic!("{other:?}"),
        });
    }
    let left = "a:1 is no longer the server to use";
    assert_eq!(events, ["connect", "ready", left, "attempt 1 after 0ns", "connect", "ready"]);
}

#[tokio::test(start_paused = true)]
async fn who_hears_of_a_failover_no_longer_gets_through_to_the_former_master() {
    let fixture = Fixture::new();
    let client = fixture.connected().await;
    let (connection, (sender, mut receiver)) = (Arc::clone(&client.connection), oneshot::channel());
    assert!(connection.queue().is_online());
    let ask = move || sender.send(connection.queue().is_online()).unwrap();
    *fixture.heard.at_failover.lock().unwrap() = Some(Box::new(ask));
    fixture.switch();
    until(|| fixture.b.connections() == 1).await;
    assert!(!receiver.try_recv().unwrap());
}

#[tokio::test(start_paused = true)]
async fn what_the_old_master_was_asked_it_may_still_answer() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    // The reply is on its way when the switch is announced.
    client.write(1, "SET k v");
    fixture.switch();
    client.inbox.reply(1).await;
    until(|| fixture.b.connections() == 1).await;
    assert_eq!(fixture.a.asked(), ["ROLE", "SET k v"]);
    assert_eq!(fixture.b.asked(), ["ROLE"]);
}

#[tokio::test(start_paused = true)]
async fn a_master_that_does_not_answer_costs_a_short_grace() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.a.behave(Manner::Silent);
    client.write(1, "SET k 1");
    client.read(2, "GET k");
    idle().await;
    let begun = Instant::now();
    fixture.switch();
    idle().await;
    client.write(3, "SET k 2");
    let lost = client.inbox.failure(1).await;
    assert_eq!((lost.kind(), lost.maybe_executed()), (&LOST, Some(true)));
    assert_eq!(lost.message(), "a:1 is no longer the server to use");
    client.inbox.reply(2).await;
    client.inbox.reply(3).await;
    assert!(begun.elapsed() < Duration::from_millis(60), "{:?}", begun.elapsed());
    assert_eq!(fixture.b.asked(), ["ROLE", "GET k", "SET k 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_missed_is_made_up_for_by_polling() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.promote("b:1", 2);
    fixture.b.become_master();
    until(|| fixture.b.connections() == 1).await;
    client.write(1, "SET k v");
    client.inbox.reply(1).await;
}

#[tokio::test(start_paused = true)]
async fn polling_believes_the_latest_configuration_of_all() {
    let fixture = Fixture::new();
    let _client = fixture.connected().await;
    // One of three has heard of the failover.
    fixture.b.become_master();
    fixture.sentinel(3).view("m", |view| {
        view.address = "b:1".into();
        view.epoch = Some(2);
    });
    until(|| fixture.b.connections() == 1).await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!((fixture.a.connections(), fixture.b.connections()), (0, 1));
    assert_eq!(fixture.heard.lines().len(), 1, "one failover");
}

#[tokio::test(start_paused = true)]
async fn a_replica_in_the_masters_place_is_refused_until_there_is_a_master() {
    let fixture = Fixture::new();
    fixture.a.become_replica();
    let mut client = fixture.client(fixture.master());
    client.write(1, "SET k v");
    for _ in 0..2 {
        until(|| fixture.a.asked().contains(&"ROLE".to_owned())).await;
    }
    let error = client.connect().await.unwrap_err();
    assert_eq!(error.code(), "WRONG_ROLE");
    assert_eq!(error.message(), "the server is a replica, not the master");
    fixture.a.become_master();
    client.inbox.reply(1).await;
    let asked = fixture.a.asked();
    assert_eq!(asked.last().map(String::as_str), Some("SET k v"));
    assert_eq!(asked.iter().filter(|command| command.starts_with("SET")).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_at_a_frozen_master_is_given_up_when_there_is_another() {
    let fixture = Fixture::new();
    fixture.a.behave(Manner::Silent);
    let mut client = fixture.client(fixture.master());
    client.write(1, "SET k v");
    until(|| fixture.heard.lines().iter().any(|line| line == "s1:1 watched")).await;
    let begun = Instant::now();
    fixture.switch();
    client.inbox.reply(1).await;
    assert!(begun.elapsed() < Duration::from_millis(50), "{:?}", begun.elapsed());
    assert_eq!(fixture.b.asked(), ["ROLE", "SET k v"]);
}

#[tokio::test(start_paused = true)]
async fn a_switch_ends_the_pause_between_attempts() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.world.remove("a:1");
    fixture.a.hang_up();
    sleep(Duration::from_millis(2_250)).await;
    client.write(1, "SET k v");
    let begun = Instant::now();
    fixture.switch();
    client.inbox.reply(1).await;
    assert!(begun.elapsed() < Duration::from_millis(20), "{:?}", begun.elapsed());
    let lines = fixture.heard.lines();
    let took: u64 = lines[0].split(' ').nth(4).unwrap().parse().unwrap();
    assert!(lines[0].starts_with("a:1 -> b:1 after") && (2_240..2_300).contains(&took), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn with_no_sentinel_left_connected_clients_go_on_and_new_ones_learn_why() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    for number in 1..=3 {
        fixture.world.remove(&format!("s{number}:1"));
        fixture.world.remove(&format!("ip{number}:1"));
        fixture.sentinel(number).hang_up();
    }
    sleep(Duration::from_secs(60)).await;
    client.write(1, "SET k v");
    client.inbox.reply(1).await;
    let late = fixture.client(fixture.sentinels.locate("m", ReadFrom::Master));
    let error = late.connect().await.unwrap_err();
    assert_eq!(error.code(), "SENTINEL_UNREACHABLE");
    assert_eq!(error.message().lines().count(), 4);

    // They return behind the same names, and so does the master.
    fixture.world.remove("a:1");
    fixture.a.hang_up();
    sleep(Duration::from_secs(60)).await;
    client.write(2, "SET k v");
    for number in 1..=3 {
        fixture.world.put(&format!("s{number}:1"), fixture.sentinel(number));
    }
    fixture.world.put("a:1", &fixture.a);
    let begun = Instant::now();
    client.inbox.reply(2).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn without_reconnection_the_next_command_goes_to_the_new_master() {
    let fixture = Fixture::new();
    let options = Options { reconnect: None, ..Options::default() };
    let mut client = fixture.client_with(fixture.master(), options);
    client.connect().await.unwrap();
    until(|| fixture.heard.lines().iter().any(|line| line == "s1:1 watched")).await;
    fixture.a.behave(Manner::Silent);
    client.read(1, "GET k");
    idle().await;
    fixture.switch();
    assert_eq!(client.inbox.failure(1).await.maybe_executed(), Some(true));
    until(|| !client.connection.is_active()).await;
    client.write(2, "SET k v");
    client.inbox.reply(2).await;
    assert_eq!(fixture.b.asked(), ["ROLE", "SET k v"]);
}

#[tokio::test(start_paused = true)]
async fn closing_while_a_master_is_left_answers_what_waits() {
    let fixture = Fixture::new();
    let mut client = fixture.connected().await;
    fixture.a.behave(Manner::Silent);
    client.read(1, "GET k");
    idle().await;
    fixture.switch();
    idle().await;
    client.write(2, "SET k v");
    let closed = client.connection.close(Shutdown::Drain);
    client.inbox.reply(1).await;
    client.inbox.reply(2).await;
    within(closed).await.unwrap();
    until(|| fixture.sentinel(1).connections() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_never_further_than_a_second_away() {
    let fixture = Fixture::new();
    let reconnect =
        Some(Reconnect { max_delay: Duration::from_secs(60), jitter: false, ..Reconnect::default() });
    let mut client = fixture.client_with(fixture.master(), Options { reconnect, ..Options::default() });
    client.connect().await.unwrap();
    // The sentinels notice nothing.
    fixture.world.remove("a:1");
    fixture.a.hang_up();
    for node in &fixture.nodes {
        node.view("m", |view| view.flags = "master,s_down");
    }
    sleep(Duration::from_secs(300)).await;
    client.write(1, "SET k v");
    fixture.world.put("a:1", &fixture.a);
    let begun = Instant::now();
    client.inbox.reply(1).await;
    assert!(begun.elapsed() <= Duration::from_millis(1_001), "{:?}", begun.elapsed());
}
