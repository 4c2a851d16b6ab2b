//! Commands that wait in the server, and leased connections, when the master becomes another server.

use std::time::Duration;

use oxidis_engine::error::{ConnectionFailure, ErrorKind};
use tokio::time::{Instant, sleep};

use crate::fixture::{Fixture, blocking, idle, until, within};
use crate::node::Manner;

const WAIT: &str = "BLPOP q 0";

impl Fixture {
    /// Waits until every sentinel is listened to.
    async fn watched(&self) {
        until(|| self.heard.lines().iter().any(|line| line == "s3:1 watched")).await;
        idle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_waits_in_a_former_master_waits_in_the_new_one() {
    let fixture = Fixture::new();
    fixture.a.say(WAIT, "");
    let (client, mut inbox) = fixture.pooled();
    client.pool().block(blocking(1, WAIT)).unwrap();
    fixture.watched().await;
    until(|| fixture.a.asked().contains(&WAIT.to_owned())).await;
    let begun = Instant::now();
    fixture.switch();
    inbox.reply(1).await;
    assert!(begun.elapsed() < Duration::from_millis(110), "{:?}", begun.elapsed());
    assert!(fixture.b.asked().contains(&WAIT.to_owned()));
    assert_eq!(fixture.a.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_a_former_master_does_not_let_go_of_may_have_been_done() {
    let fixture = Fixture::new();
    fixture.a.say(WAIT, "");
    let (client, mut inbox) = fixture.pooled();
    client.pool().block(blocking(1, WAIT)).unwrap();
    fixture.watched().await;
    until(|| fixture.a.asked().contains(&WAIT.to_owned())).await;
    fixture.a.behave(Manner::Silent);
    let begun = Instant::now();
    fixture.switch();
    let lost = inbox.failure(1).await;
    assert_eq!(lost.kind(), &ErrorKind::Connection(ConnectionFailure::Lost));
    assert_eq!(lost.maybe_executed(), Some(true));
    assert!(begun.elapsed() < Duration::from_millis(1_060), "{:?}", begun.elapsed());
    assert!(!fixture.b.asked().contains(&WAIT.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_the_server_itself_lets_go_of_waits_again() {
    let fixture = Fixture::new();
    fixture.a.say(
        WAIT,
        "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n",
    );
    let (client, mut inbox) = fixture.pooled();
    client.pool().block(blocking(1, WAIT)).unwrap();
    until(|| fixture.a.asked().contains(&WAIT.to_owned())).await;
    fixture.a.become_replica();
    sleep(Duration::from_millis(500)).await;
    inbox.assert_empty();
    fixture.promote("b:1", 2);
    fixture.b.become_master();
    inbox.reply(1).await;
    assert!(fixture.b.asked().contains(&WAIT.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_leased_connection_ends_with_its_master_and_the_next_one_goes_to_the_new() {
    let fixture = Fixture::new();
    let (client, _inbox) = fixture.pooled();
    let lease = within(client.pool().clone().lease(None)).await.unwrap();
    let idle_one = within(client.pool().clone().lease(None)).await.unwrap();
    idle_one.release();
    fixture.watched().await;
    assert_eq!(fixture.a.connections(), 2);
    fixture.switch();
    until(|| fixture.a.connections() == 0).await;
    assert!(!lease.connections().all()[0].queue().is_online());
    drop(lease);
    let _next = within(client.pool().clone().lease(None)).await.unwrap();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(fixture.b.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn with_no_sentinel_left_a_working_client_still_makes_connections_to_its_master() {
    let fixture = Fixture::new();
    let (client, mut inbox) = fixture.pooled();
    within(client.connect()).await.unwrap();
    fixture.watched().await;
    for number in 1..=3 {
        fixture.world.remove(&format!("s{number}:1"));
        fixture.world.remove(&format!("ip{number}:1"));
        fixture.sentinel(number).hang_up();
    }
    idle().await;
    client.pool().block(blocking(1, WAIT)).unwrap();
    inbox.reply(1).await;
    let lease = within(client.pool().clone().lease(None)).await.unwrap();
    assert!(fixture.a.connections() >= 2);
    drop(lease);

    // Once it was lost, another server may be the master, and only they know.
    fixture.a.hang_up();
    let refused = within(client.pool().clone().lease(None)).await.map(drop).unwrap_err();
    assert_eq!(refused.code(), "SENTINEL_UNREACHABLE");
}
