//! Whom a client reads from.

use std::collections::BTreeSet;
use std::time::Duration;

use oxidis_engine::config::ReadFrom;
use tokio::time::{Instant, sleep};

use crate::fixture::{Fixture, NAME, until};
use crate::node::Node;

impl Fixture {
    /// Whom `count` attempts in a row are sent to.
    async fn turns(&self, from: ReadFrom, count: usize) -> Vec<String> {
        let locate = self.sentinels.locate(NAME, from);
        let mut turns = Vec::new();
        for _ in 0..count {
            turns.push(self.located(&locate).await.unwrap());
        }
        turns
    }

    fn set_replicas(&self, replicas: &[(&str, &'static str, &'static str)]) {
        let replicas: Vec<_> =
            replicas.iter().map(|(address, flags, link)| ((*address).to_owned(), *flags, *link)).collect();
        for node in &self.nodes {
            node.view(NAME, |view| view.replicas.clone_from(&replicas));
        }
    }
}

fn set(turns: &[String]) -> BTreeSet<&str> {
    turns.iter().map(String::as_str).collect()
}

#[tokio::test(start_paused = true)]
async fn replicas_take_turns() {
    let fixture = Fixture::new();
    let turns = fixture.turns(ReadFrom::Replica, 4).await;
    assert_eq!(set(&turns), BTreeSet::from(["b:1", "c:1"]));
    assert_ne!(turns[0], turns[1]);
    assert_eq!(turns[..2], turns[2..]);
}

#[tokio::test(start_paused = true)]
async fn with_any_the_master_has_its_turn() {
    let fixture = Fixture::new();
    let turns = fixture.turns(ReadFrom::Any, 3).await;
    assert_eq!(set(&turns), BTreeSet::from(["a:1", "b:1", "c:1"]));
}

#[tokio::test(start_paused = true)]
async fn replicas_that_are_not_well_are_passed_over() {
    let fixture = Fixture::new();
    fixture.set_replicas(&[
        ("b:1", "slave,s_down", "ok"),
        ("c:1", "slave", "ok"),
        ("d:1", "slave,o_down", "ok"),
        ("e:1", "slave,disconnected", "ok"),
        ("f:1", "slave", "err"),
    ]);
    assert_eq!(set(&fixture.turns(ReadFrom::Replica, 6).await), BTreeSet::from(["c:1"]));
}

#[tokio::test(start_paused = true)]
async fn without_a_replica_it_is_the_master_or_nobody() {
    let fixture = Fixture::new();
    fixture.set_replicas(&[]);
    assert_eq!(fixture.turns(ReadFrom::ReplicaPreferred, 2).await, ["a:1", "a:1"]);
    let error = fixture.located(&fixture.sentinels.locate(NAME, ReadFrom::Replica)).await.unwrap_err();
    assert_eq!(error.code(), "NO_REPLICA");
    assert_eq!(error.message(), "no replica of \"m\" is fit to be read from");
    assert!(!error.is_lasting());
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_cannot_be_connected_to_is_passed_over_for_a_while() {
    let fixture = Fixture::new();
    fixture.world.remove("b:1");
    for _ in 0..4 {
        let mut client = fixture.client(fixture.sentinels.locate(NAME, ReadFrom::Replica));
        client.read(1, "GET k");
        client.inbox.reply(1).await;
    }
    assert_eq!(fixture.c.asked().iter().filter(|command| *command == "GET k").count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_replica_without_its_master_is_not_read_from() {
    let fixture = Fixture::new();
    fixture.world.put("b:1", &Node::replica("connect"));
    fixture.world.put("c:1", &Node::replica("sync"));
    let client = fixture.client(fixture.sentinels.locate(NAME, ReadFrom::Replica));
    let error = client.connect().await.unwrap_err();
    assert_eq!(error.code(), "SERVER_NOT_READY");
    assert!(error.message().starts_with("the replica is not linked to its master"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_is_announced_as_down_is_left_for_another_one() {
    let fixture = Fixture::new();
    let mut client = fixture.client(fixture.sentinels.locate(NAME, ReadFrom::Replica));
    client.connect().await.unwrap();
    until(|| fixture.heard.lines().iter().any(|line| line == "s1:1 watched")).await;
    let (one, other, name) = if fixture.b.connections() == 1 {
        (&fixture.b, &fixture.c, "b:1")
    } else {
        (&fixture.c, &fixture.b, "c:1")
    };
    let left: Vec<_> = ["b:1", "c:1"]
        .into_iter()
        .map(|address| (address, if address == name { "slave,s_down" } else { "slave" }, "ok"))
        .collect();
    fixture.set_replicas(&left);
    let host = name.split(':').next().unwrap();
    fixture.sentinel(2).announce("+sdown", &format!("slave {name} {host} 1 @ m a 1"));
    until(|| one.connections() == 0 && other.connections() == 1).await;
    client.read(1, "GET k");
    client.inbox.reply(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_had_to_take_the_master_goes_back_to_a_replica() {
    let fixture = Fixture::new();
    fixture.set_replicas(&[("b:1", "slave,s_down", "err"), ("c:1", "slave,s_down", "err")]);
    let client = fixture.client(fixture.sentinels.locate(NAME, ReadFrom::ReplicaPreferred));
    client.connect().await.unwrap();
    assert_eq!(fixture.a.connections(), 1);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(fixture.a.connections(), 1);
    fixture.set_replicas(&[("b:1", "slave", "ok")]);
    until(|| fixture.a.connections() == 0 && fixture.b.connections() == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_is_announced_before_it_is_fit_is_looked_at_again_soon() {
    let fixture = Fixture::new();
    fixture.set_replicas(&[]);
    let client = fixture.client(fixture.sentinels.locate(NAME, ReadFrom::ReplicaPreferred));
    client.connect().await.unwrap();
    sleep(Duration::from_secs(31)).await;
    fixture.set_replicas(&[("b:1", "slave", "err")]);
    fixture.sentinel(3).announce("+slave", "slave b:1 b 1 @ m a 1");
    sleep(Duration::from_millis(500)).await;
    assert_eq!(fixture.a.connections(), 1);
    let begun = Instant::now();
    fixture.set_replicas(&[("b:1", "slave", "ok")]);
    until(|| fixture.a.connections() == 0 && fixture.b.connections() == 1).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_was_promoted_is_left() {
    let fixture = Fixture::new();
    fixture.set_replicas(&[("b:1", "slave", "ok")]);
    let client = fixture.client(fixture.sentinels.locate(NAME, ReadFrom::ReplicaPreferred));
    client.connect().await.unwrap();
    assert_eq!(fixture.b.connections(), 1);
    fixture.promote("b:1", 2);
    fixture.b.become_master();
    fixture.a.become_replica();
    fixture.set_replicas(&[("a:1", "slave", "ok")]);
    fixture.sentinel(1).announce("+switch-master", "m a 1 b 1");
    until(|| fixture.b.connections() == 0 && fixture.a.connections() == 1).await;
}
