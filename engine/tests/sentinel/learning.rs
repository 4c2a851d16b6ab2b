//! Sentinels that others name, and addresses that a map says.

use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::config::address::{AddressMap, HostPort, MappedFuture};
use oxidis_engine::error::{ConnectionFailure, Error, ErrorKind};
use tokio::time::sleep;

use crate::fixture::{Fixture, NAME, until};
use crate::node::Manner;

/// Servers are announced without their domain; `lost` is nowhere.
struct Domain;

impl AddressMap for Domain {
    fn map(&self, announced: HostPort) -> MappedFuture<'_> {
        Box::pin(async move {
            // An answer of JavaScript takes its time.
            sleep(Duration::from_millis(5)).await;
            if announced.host == "lost" {
                return Err(Error::connection(ConnectionFailure::Unresolved, "addressMap() failed: lost"));
            }
            Ok(HostPort { host: format!("{}.example", announced.host), port: announced.port + 1 })
        })
    }
}

fn known(fixture: &Fixture) -> Vec<String> {
    fixture.sentinels.known().iter().map(ToString::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn sentinels_are_learned_from_the_first_one_and_asked_when_it_is_gone() {
    let fixture = Fixture::with(&["s1:1"], None);
    let master = fixture.master();
    let _watched = fixture.sentinels.watch();
    assert_eq!(fixture.located(&master).await.unwrap(), "a:1");
    until(|| known(&fixture).len() == 3).await;
    assert_eq!(known(&fixture), ["s1:1", "ip2:1", "ip3:1"]);
    let lines = fixture.heard.lines();
    assert!(lines.contains(&"ip2:1 learned".to_owned()), "{lines:?}");

    fixture.sentinel(1).behave(Manner::Unreachable);
    fixture.sentinel(1).hang_up();
    fixture.promote("b:1", 2);
    fixture.b.become_master();
    until(|| fixture.heard.lines().iter().any(|line| line.starts_with("a:1 -> b:1"))).await;
    assert_eq!(fixture.located(&master).await.unwrap(), "b:1");
}

#[tokio::test(start_paused = true)]
async fn a_sentinel_is_not_taken_for_two_when_it_is_named_by_another_address() {
    let fixture = Fixture::new();
    let master = fixture.master();
    let _watched = fixture.sentinels.watch();
    fixture.located(&master).await.unwrap();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(known(&fixture), ["s1:1", "s2:1", "s3:1"]);
    assert!((1..=3).all(|number| fixture.sentinel(number).connections() <= 2));
}

#[tokio::test(start_paused = true)]
async fn sentinels_that_are_down_are_not_learned_and_those_that_go_are_forgotten() {
    let fixture = Fixture::with(&["s1:1"], None);
    fixture.sentinel(1).view(NAME, |view| view.peers[0].1 = "sentinel,s_down");
    let master = fixture.master();
    let _watched = fixture.sentinels.watch();
    fixture.located(&master).await.unwrap();
    until(|| known(&fixture) == ["s1:1", "ip3:1"]).await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(known(&fixture).len(), 2);

    fixture.sentinel(1).view(NAME, |view| view.peers.clear());
    fixture.world.remove("ip3:1");
    fixture.sentinel(3).hang_up();
    until(|| known(&fixture) == ["s1:1"]).await;

    fixture.world.remove("s1:1");
    fixture.sentinel(1).hang_up();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(known(&fixture), ["s1:1"], "what is configured is kept for ever");
}

#[tokio::test(start_paused = true)]
async fn the_address_map_says_where_servers_and_learned_sentinels_are() {
    let fixture = Fixture::with(&["s1:1"], Some(Arc::new(Domain)));
    let place = fixture.master().locate().await.unwrap();
    assert_eq!(place.endpoint.to_string(), "a.example:2");
    assert_eq!(place.announced, Some(HostPort { host: "a".into(), port: 1 }));
    let replicas = fixture.sentinels.replicas(NAME).await.unwrap();
    let replicas: Vec<_> = replicas.iter().map(ToString::to_string).collect();
    assert_eq!(replicas, ["b.example:2", "c.example:2"]);

    fixture.world.put("ip2.example:2", fixture.sentinel(2));
    let _watched = fixture.sentinels.watch();
    until(|| known(&fixture).contains(&"ip2.example:2".to_owned())).await;
}

#[tokio::test(start_paused = true)]
async fn an_address_map_that_fails_fails_the_attempt() {
    let fixture = Fixture::with(&["s1:1"], Some(Arc::new(Domain)));
    fixture.promote("lost:1", 2);
    let error = fixture.located(&fixture.master()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Connection(ConnectionFailure::Unresolved));
    assert_eq!(error.message(), "addressMap() failed: lost");
}
