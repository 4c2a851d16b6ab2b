//! The watch over the sentinels: who is listened to, for how long, and what becomes of a connection that falls silent.

use std::time::Duration;

use oxidis_engine::config::{Options, Protocol, ReadFrom};
use oxidis_engine::sentinel::{SentinelSettings, Sentinels};
use tokio::time::sleep;

use crate::fixture::{Fixture, NAME, idle, sentinel_options, until};
use crate::node::Manner;

#[tokio::test(start_paused = true)]
async fn sentinels_are_listened_to_as_long_as_somebody_attends() {
    let fixture = Fixture::new();
    let one = fixture.sentinels.watch();
    let other = fixture.sentinels.watch();
    until(|| (1..=3).all(|number| fixture.sentinel(number).connections() == 1)).await;
    drop(one);
    sleep(Duration::from_secs(1)).await;
    assert!((1..=3).all(|number| fixture.sentinel(number).connections() == 1));
    drop(other);
    until(|| (1..=3).all(|number| fixture.sentinel(number).connections() == 0)).await;
    let again = fixture.sentinels.watch();
    until(|| (1..=3).all(|number| fixture.sentinel(number).connections() == 1)).await;
    drop(again);
}

#[tokio::test(start_paused = true)]
async fn a_failover_is_told_once_whoever_announces_it() {
    let fixture = Fixture::new();
    let _watched = fixture.sentinels.watch();
    until(|| (1..=3).all(|number| fixture.sentinel(number).connections() == 1)).await;
    idle().await;
    fixture.heard.lines();
    fixture.promote("b:1", 2);
    for number in [2, 1, 3] {
        fixture.sentinel(number).announce("+switch-master", "m a 1 b 1");
        idle().await;
    }
    sleep(Duration::from_secs(60)).await;
    assert_eq!(fixture.heard.lines(), ["a:1 -> b:1 after 0 ms"]);
}

#[tokio::test(start_paused = true)]
async fn an_announcement_that_does_not_fit_is_asked_about() {
    let fixture = Fixture::new();
    let master = fixture.master();
    let _watched = fixture.sentinels.watch();
    fixture.promote("c:1", 3);
    assert_eq!(fixture.located(&master).await.unwrap(), "c:1");
    until(|| (1..=3).all(|number| fixture.sentinel(number).connections() == 1)).await;
    fixture.heard.lines();
    // It was cut off during two failovers, and tells of the first one now.
    fixture.sentinel(1).announce("+switch-master", "m a 1 b 1");
    sleep(Duration::from_secs(30)).await;
    assert_eq!(fixture.located(&master).await.unwrap(), "c:1");
    assert_eq!(fixture.heard.lines(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_sentinel_that_falls_silent_is_lost_and_found_again() {
    let fixture = Fixture::with(&["s1:1"], None);
    fixture.sentinel(1).view(NAME, |view| view.peers.clear());
    let _watched = fixture.sentinels.watch();
    until(|| fixture.heard.lines() == ["s1:1 watched"]).await;
    fixture.sentinel(1).behave(Manner::Silent);
    until(|| fixture.heard.lines() == ["s1:1 lost"]).await;
    fixture.sentinel(1).behave(Manner::Answers);
    until(|| fixture.heard.lines() == ["s1:1 watched"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_sentinel_that_refuses_is_told_of_once() {
    let fixture = Fixture::with(&["s1:1"], None);
    fixture.sentinel(1).lock("secret");
    let _watched = fixture.sentinels.watch();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(fixture.heard.lines(), ["s1:1 lost"]);
}

#[tokio::test(start_paused = true)]
async fn messages_are_heard_in_resp2_too() {
    let fixture = Fixture::new();
    let sentinel = Options { protocol: Protocol::Resp2, ..sentinel_options("s1:1") };
    let settings = SentinelSettings { sentinels: vec![sentinel], address_map: None };
    let listener = fixture.heard.clone();
    let handle = tokio::runtime::Handle::current();
    let sentinels = Sentinels::over(settings, &fixture.dials, listener, handle).unwrap();
    let _watched = sentinels.watch();
    until(|| fixture.sentinel(1).connections() == 1).await;
    idle().await;
    fixture.sentinel(1).announce("+switch-master", "m a 1 b 1");
    until(|| fixture.heard.lines().contains(&"a:1 -> b:1 after 0 ms".to_owned())).await;
}

#[tokio::test(start_paused = true)]
async fn names_that_nobody_knows_are_not_asked_about_for_ever() {
    let fixture = Fixture::new();
    let _watched = fixture.sentinels.watch();
    let other = fixture.sentinels.locate("other", ReadFrom::Master);
    fixture.located(&other).await.unwrap_err();
    drop(other);
    fixture.located(&fixture.master()).await.unwrap();
    fixture.sentinel(1).asked();
    sleep(Duration::from_secs(60)).await;
    assert!(fixture.sentinel(1).asked().iter().all(|query| !query.contains("other")));
}
