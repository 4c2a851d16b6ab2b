//! Who is asked where the master is, and who is believed.

use std::time::Duration;

use oxidis_engine::config::address::HostPort;
use oxidis_engine::error::{ErrorKind, SentinelFailure};
use tokio::time::Instant;

use crate::fixture::{Fixture, at_once, idle, within};
use crate::node::{Manner, Node};

#[tokio::test(start_paused = true)]
async fn the_first_answer_wins_while_others_are_silent() {
    let fixture = Fixture::new();
    fixture.sentinel(1).behave(Manner::Silent);
    fixture.sentinel(3).behave(Manner::Unreachable);
    let begun = Instant::now();
    assert_eq!(fixture.located(&fixture.master()).await.unwrap(), "a:1");
    assert!(begun.elapsed() < Duration::from_millis(10), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_silent_sentinel_costs_its_own_timeout_and_no_more() {
    let fixture = Fixture::new();
    for number in 1..=3 {
        fixture.sentinel(number).behave(Manner::Silent);
    }
    let begun = Instant::now();
    fixture.located(&fixture.master()).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_millis(1_100), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn every_sentinel_has_a_line_with_its_reason() {
    let fixture = Fixture::with(&["s1:1", "s2:1", "s3:1", "gone:1"], None);
    fixture.sentinel(1).lock("secret");
    fixture.sentinel(2).view("m", |view| view.name = "other");
    fixture.sentinel(3).behave(Manner::Silent);
    let error = fixture.located(&fixture.master()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Sentinel(SentinelFailure::Unreachable));
    assert_eq!(error.code(), "SENTINEL_UNREACHABLE");
    assert!(!error.is_lasting());
    let mut lines: Vec<_> = error.message().lines().collect();
    assert_eq!(lines.remove(0), "no sentinel could name the master \"m\":");
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "  gone:1: connect gone:1: connection refused",
            "  s1:1: NOAUTH Authentication required.",
            "  s2:1: does not know this master's name",
            "  s3:1: connect s3:1: timed out after 1000 ms (connectTimeout) waiting for the server's answer to the handshake \
             (a proxy that says nothing to HELLO or CLIENT needs the options protocol: 2 and clientInfo: false)",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn sentinels_that_all_refuse_are_told_from_those_that_are_away() {
    let fixture = Fixture::new();
    fixture.sentinel(1).lock("secret");
    for number in 2..=3 {
        fixture.sentinel(number).view("m", |view| view.name = "other");
    }
    let error = fixture.located(&fixture.master()).await.unwrap_err();
    assert_eq!(error.code(), "SENTINEL_REFUSED");
    assert!(error.is_lasting());
}

#[tokio::test(start_paused = true)]
async fn an_outdated_answer_is_believed_only_where_there_is_no_better_one() {
    let fixture = Fixture::new();
    fixture.promote("b:1", 2);
    let master = fixture.master();
    assert_eq!(fixture.located(&master).await.unwrap(), "b:1");

    // One was cut off and still names the old master; the others take longer.
    fixture.sentinel(1).view("m", |view| {
        view.address = "a:1".into();
        view.epoch = Some(1);
    });
    fixture.sentinel(2).behave(Manner::Silent);
    for _ in 0..10 {
        assert_eq!(fixture.located(&master).await.unwrap(), "b:1");
    }
    fixture.sentinel(3).behave(Manner::Silent);
    assert_eq!(fixture.located(&master).await.unwrap(), "a:1");
}

#[tokio::test(start_paused = true)]
async fn a_sentinel_that_tells_no_configuration_is_believed() {
    let fixture = Fixture::with(&["s1:1"], None);
    let master = fixture.master();
    assert_eq!(fixture.located(&master).await.unwrap(), "a:1");
    fixture.sentinel(1).view("m", |view| {
        view.address = "b:1".into();
        view.epoch = None;
    });
    assert_eq!(fixture.located(&master).await.unwrap(), "b:1");
}

#[tokio::test(start_paused = true)]
async fn names_are_looked_up_anew_at_every_attempt() {
    let fixture = Fixture::new();
    let master = fixture.master();
    for number in 1..=3 {
        fixture.world.remove(&format!("s{number}:1"));
    }
    fixture.located(&master).await.unwrap_err();
    fixture.world.dialled();
    // Behind the same name is another machine now.
    fixture.world.put("s2:1", fixture.sentinel(2));
    assert_eq!(fixture.located(&master).await.unwrap(), "a:1");
    let mut dialled = fixture.world.dialled();
    dialled.sort();
    assert_eq!(dialled, ["s1:1", "s2:1", "s3:1"]);
}

#[tokio::test(start_paused = true)]
async fn those_who_ask_at_once_share_one_question() {
    let fixture = Fixture::new();
    let master = fixture.master();
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let master = master.clone();
            async move { master.locate().await.unwrap().endpoint.to_string() }
        })
        .collect();
    let located = within(at_once(asking)).await;
    assert!(located.iter().all(|endpoint| endpoint == "a:1"));
    assert!(fixture.world.dialled().len() <= 6, "two rounds at most");
}

#[tokio::test(start_paused = true)]
async fn no_more_than_eight_sentinels_are_asked_at_once() {
    let addresses: Vec<String> = (0..20).map(|number| format!("far{number}:1")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let fixture = Fixture::with(&addresses, None);
    for address in &addresses {
        let node = Node::sentinel(address, Vec::new());
        node.behave(Manner::Unreachable);
        fixture.world.put(address, &node);
    }
    let master = fixture.master();
    let asking = tokio::spawn(async move { master.locate().await });
    idle().await;
    assert_eq!(fixture.world.dialled().len(), 8);
    let error = within(asking).await.unwrap().unwrap_err();
    assert_eq!(error.message().lines().count(), 21);
    assert_eq!(fixture.world.dialled().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn an_ipv6_address_is_one() {
    let fixture = Fixture::new();
    fixture.promote("fd00::7:6379", 2);
    let place = within(fixture.master().locate()).await.unwrap();
    assert_eq!(place.announced, Some(HostPort { host: "fd00::7".into(), port: 6379 }));
    assert_eq!(place.endpoint.to_string(), "[fd00::7]:6379");
}
