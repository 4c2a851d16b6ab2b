//! After a lost connection everything is asked for again, and who missed something is told so, once.

use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::client::pubsub::{Delivery, SubscriptionKind};
use oxidis_engine::config::Options;
use oxidis_engine::config::address::{ConnectTarget, Endpoint, HostPort, Locate, LocateFuture};
use oxidis_engine::error::{ConnectionFailure, Error};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::fixture::{Fixture, ack, bulk, idle, message};
use crate::peer::Fate;

#[tokio::test(start_paused = true)]
async fn all_kinds_are_restored_in_one_write_before_anything_else() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    listener.subscribe(2, SubscriptionKind::Pattern, &[("p*", 2)]);
    listener.subscribe(3, SubscriptionKind::Shard, &[("s", 3)]);
    peer.commands(2).await;
    peer.send([ack("psubscribe", "p*"), ack("ssubscribe", "s")].concat()).await;
    assert_eq!(listener.next_few().await, ["subscribed 2", "subscribed 3"]);
    sleep(Duration::from_secs(3)).await;
    drop(peer);
    idle().await;
    listener.subscribe(4, SubscriptionKind::Channel, &[("new", 4)]);
    let mut peer = fixture.peers.accept().await;
    let restored = peer.commands(3).await;
    let mut channels: Vec<_> = restored[0].split(' ').collect();
    channels.sort_unstable();
    assert_eq!(channels, ["SUBSCRIBE", "a", "new"]);
    assert_eq!(restored[1..], ["PSUBSCRIBE p*", "SSUBSCRIBE s"]);
    listener.assert_silent();
    let acks = [
        ack("subscribe", restored[0].split(' ').nth(1).unwrap()),
        ack("subscribe", restored[0].split(' ').nth(2).unwrap()),
    ];
    peer.send(acks.concat()).await;
    peer.send([ack("psubscribe", "p*"), ack("ssubscribe", "s")].concat()).await;
    let [subscribed, gap] = listener.next_few().await;
    assert_eq!(subscribed, "subscribed 4");
    assert!(gap.starts_with("gap: reconnect, 305"), "{gap}");
    idle().await;
    listener.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn the_gap_comes_before_the_first_message_behind_it() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    listener.subscribe(2, SubscriptionKind::Channel, &[("b", 2)]);
    peer.command().await.unwrap();
    peer.send([ack("subscribe", "b"), message("a", "last")].concat()).await;
    assert_eq!(listener.next_few().await, ["subscribed 2", "1 last"]);
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    let command = peer.command().await.unwrap();
    let (first, second) = command.strip_prefix("SUBSCRIBE ").unwrap().split_once(' ').unwrap();
    peer.send([ack("subscribe", first), message(first, "early")].concat()).await;
    let [gap, early] = listener.next_few().await;
    assert!(gap.starts_with("gap: reconnect"), "{gap}");
    assert!(early.ends_with("early"), "{early}");
    peer.send([ack("subscribe", second), message(second, "late")].concat()).await;
    assert!(listener.next().await.ends_with("late"), "one outage is one gap");
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_several_attempts_is_one_gap_and_told_to_those_who_missed_something() {
    let refused = || Fate::Fails(Error::connection(ConnectionFailure::Refused, "connection refused"));
    let mut fixture = Fixture::new();
    let (mut listener, peer) = fixture.subscribed("a").await;
    let mut newcomer = fixture.join();
    fixture.peers.fail_next([refused(), refused()]);
    drop(peer);
    idle().await;
    newcomer.subscribe(2, SubscriptionKind::Channel, &[("n", 1)]);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(listener.next_few().await, ["trouble: connection refused", "trouble: connection refused"]);
    peer.command().await.unwrap();
    // Lost again before the restoration is complete.
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    let command = peer.command().await.unwrap();
    for name in command.split(' ').skip(1) {
        peer.send(ack("subscribe", name)).await;
    }
    fixture.inbox.reply(2).await;
    let gap = listener.next().await;
    assert!(gap.starts_with("gap: reconnect, 750 ms"), "{gap}");
    assert_eq!(newcomer.next().await, "subscribed 1", "it had nothing to miss");
    idle().await;
    listener.assert_silent();
    newcomer.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn what_is_pulled_has_the_gap_in_its_place() {
    let mut fixture = Fixture::new();
    let mut listener = fixture.join();
    listener.subscribe_as(1, SubscriptionKind::Channel, &[("a", 1)], false);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send([ack("subscribe", "a"), message("a", "before")].concat()).await;
    fixture.inbox.reply(1).await;
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send([ack("subscribe", "a"), message("a", "after")].concat()).await;
    assert_eq!(listener.next_of(Delivery::Pull).await, "subscribed 1");
    assert_eq!(listener.next_of(Delivery::Pull).await, "1 before");
    assert!(listener.next_of(Delivery::Pull).await.starts_with("gap: reconnect"));
    assert_eq!(listener.next_of(Delivery::Pull).await, "1 after");
}

#[tokio::test(start_paused = true)]
async fn after_the_last_attempt_subscribers_fail_with_its_cause() {
    let refused = || Fate::Fails(Error::connection(ConnectionFailure::Refused, "connection refused"));
    let mut options = Fixture::options();
    options.reconnect.as_mut().unwrap().max_attempts = Some(2);
    let mut fixture = Fixture::with(options, Vec::new());
    let (mut listener, peer) = fixture.subscribed("a").await;
    fixture.peers.fail_next([refused(), refused()]);
    drop(peer);
    let got: [String; 3] = listener.next_few().await;
    assert_eq!(got[2], "ended: connection refused");
    listener.subscribe(2, SubscriptionKind::Channel, &[("a", 2)]);
    assert_eq!(fixture.inbox.failure(2).await.code(), "CLIENT_CLOSED");
}

#[tokio::test(start_paused = true)]
async fn without_reconnection_a_lost_connection_fails_its_subscribers() {
    let mut fixture = Fixture::with(Options { reconnect: None, ..Fixture::options() }, Vec::new());
    let (mut listener, peer) = fixture.subscribed("a").await;
    drop(peer);
    assert_eq!(listener.next().await, "ended: the server closed the subscribers' connection");
    let another = fixture.join();
    another.subscribe(2, SubscriptionKind::Channel, &[("a", 1)]);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send(ack("subscribe", "a")).await;
    fixture.inbox.reply(2).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_beyond_the_limits_is_a_gap() {
    let mut options = Fixture::options();
    options.limits.max_reply_bytes = 100;
    let mut fixture = Fixture::with(options, Vec::new());
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    peer.send([message("a", "one"), message("a", &"x".repeat(200)), message("a", "three")].concat()).await;
    let got: [String; 3] = listener.next_few().await;
    assert_eq!(got, ["1 one", "gap: limit, ? ms, 1 dropped", "1 three"]);
    let large = format!("*3\r\n{}{}{}", bulk("message"), bulk("a"), bulk(&"x".repeat(200)));
    peer.send([large, message("a", "five")].concat()).await;
    assert_eq!(listener.next_few().await, ["gap: limit, ? ms, 1 dropped", "1 five"]);
}

/// A server that is replaced by another one when the test says so.
struct Moving {
    moves: watch::Sender<u64>,
}

impl Moving {
    fn place(&self) -> ConnectTarget {
        let port = u16::try_from(*self.moves.borrow()).unwrap();
        let endpoint = Endpoint::Tcp(HostPort { host: "server".into(), port });
        ConnectTarget::at(endpoint)
    }
}

impl Locate for Moving {
    fn locate(&self) -> LocateFuture<'_> {
        Box::pin(std::future::ready(Ok(self.place())))
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.moves.subscribe())
    }

    fn holds(&self, place: &ConnectTarget) -> bool {
        *place == self.place()
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_replaced_is_left_at_once_for_its_successor() {
    let moving = Arc::new(Moving { moves: watch::channel(1).0 });
    let mut fixture = Fixture::at(Fixture::options(), Vec::new(), Arc::clone(&moving) as Arc<dyn Locate>);
    let (mut listener, mut old) = fixture.subscribed("a").await;
    old.send(message("a", "before")).await;
    assert_eq!(listener.next().await, "1 before");
    moving.moves.send_replace(2);
    assert_eq!(old.command().await, None);
    let mut successor = fixture.peers.accept().await;
    assert_eq!(successor.command().await.unwrap(), "SUBSCRIBE a");
    successor.send([ack("subscribe", "a"), message("a", "after")].concat()).await;
    let [gap, after] = listener.next_few().await;
    assert!(gap.starts_with("gap: reconnect"), "{gap}");
    assert_eq!(after, "1 after");
}
