//! What the server refuses is nobody's, and takes nothing else with it.

use oxidis_engine::client::pubsub::SubscriptionKind;
use oxidis_engine::error::{ConnectionFailure, Error};

use crate::fixture::{Fixture, ack, idle, message};
use crate::peer::Fate;

const NOPERM: &str = "-NOPERM no permissions to access one of the channels\r\n";

#[tokio::test(start_paused = true)]
async fn a_refused_call_rejects_with_the_servers_error_and_leaves_nothing() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("z").await;
    listener.subscribe(2, SubscriptionKind::Channel, &[("secret", 2)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE secret");
    peer.send(NOPERM).await;
    let error = fixture.inbox.failure(2).await;
    assert_eq!(error.code(), "NOPERM");
    assert_eq!(listener.next().await, "unsubscribed 2");
    peer.send(message("z", "goes on")).await;
    assert_eq!(listener.next().await, "1 goes on");
}

#[tokio::test(start_paused = true)]
async fn one_refused_name_takes_back_its_call_and_no_other() {
    let mut fixture = Fixture::new();
    let (mut one, mut peer) = fixture.subscribed("z").await;
    let mut other = fixture.join();
    one.subscribe(2, SubscriptionKind::Channel, &[("a", 2), ("secret", 3)]);
    other.subscribe(3, SubscriptionKind::Channel, &[("a", 7)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a secret");
    peer.send(NOPERM).await;
    assert_eq!(peer.commands(2).await, ["SUBSCRIBE a", "SUBSCRIBE secret"]);
    peer.send(ack("subscribe", "a")).await;
    fixture.inbox.reply(3).await;
    peer.send(NOPERM).await;
    assert_eq!(fixture.inbox.failure(2).await.code(), "NOPERM");
    peer.send(message("a", "for the other")).await;
    assert_eq!(other.next_few().await, ["subscribed 7", "7 for the other"], "who goes on to have it");
    let mut got: Vec<String> = one.next_few::<3>().await.into();
    got.sort_unstable();
    assert_eq!(got, ["subscribed 2", "unsubscribed 2", "unsubscribed 3"]);
    one.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_restored_is_told_and_asked_for_again_with_the_next_connection() {
    let mut fixture = Fixture::new();
    let (mut listener, peer) = fixture.subscribed("a").await;
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    peer.send(NOPERM).await;
    let refused = "refused 1: NOPERM no permissions to access one of the channels";
    assert_eq!(listener.next().await, refused);
    assert!(listener.next().await.starts_with("gap: reconnect"));
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    peer.send([ack("subscribe", "a"), message("a", "back")].concat()).await;
    assert!(listener.next().await.starts_with("gap: reconnect"));
    assert_eq!(listener.next().await, "1 back");
}

#[tokio::test(start_paused = true)]
async fn a_lasting_failure_rejects_at_once() {
    let wrong = Error::connection(ConnectionFailure::Handshake, "the server refused SELECT");
    let mut fixture = Fixture::with(Fixture::options(), vec![Fate::Fails(wrong)]);
    let listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    assert_eq!(fixture.inbox.failure(1).await.code(), "HANDSHAKE_FAILED");
    assert!(
        !fixture.subscriber.is_active() || {
            crate::fixture::idle().await;
            !fixture.subscriber.is_active()
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_password_rejects_at_once() {
    let mut fixture = Fixture::new();
    let listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let mut peer = fixture.peers.arrival().await;
    peer.commands(3).await;
    peer.send("-NOAUTH HELLO must be called with the client already authenticated\r\n".repeat(3)).await;
    assert_eq!(fixture.inbox.failure(1).await.code(), "AUTHENTICATION_FAILED");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_asked_for_ends_the_connection() {
    for surplus in
        [ack("subscribe", "b"), "+PONG\r\n".to_owned(), "-ERR what\r\n".to_owned(), "$1\r\nx\r\n".to_owned()]
    {
        let mut fixture = Fixture::new();
        let (mut listener, mut peer) = fixture.subscribed("a").await;
        peer.send([message("a", "before"), surplus, message("a", "after")].concat()).await;
        assert_eq!(listener.next().await, "1 before");
        peer.closed().await;
        let mut peer = fixture.peers.accept().await;
        peer.command().await.unwrap();
        peer.send([ack("subscribe", "a"), message("a", "again")].concat()).await;
        assert!(listener.next().await.starts_with("gap: reconnect"));
        assert_eq!(listener.next().await, "1 again");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_the_server_ends_is_asked_for_anew() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    peer.send(ack("unsubscribe", "a")).await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    assert_eq!(listener.next().await, "gap: unsubscribed, ? ms, ? dropped");
    peer.send([ack("subscribe", "a"), message("a", "back")].concat()).await;
    assert_eq!(listener.next().await, "1 back");
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_rejects_when_the_server_has_taken_back_the_rest() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("z").await;
    listener.subscribe(2, SubscriptionKind::Channel, &[("a", 2), ("secret", 3), ("b", 4)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a secret b");
    peer.send(NOPERM).await;
    assert_eq!(peer.commands(3).await, ["SUBSCRIBE a", "SUBSCRIBE secret", "SUBSCRIBE b"]);
    peer.send([&ack("subscribe", "a"), NOPERM].concat()).await;
    assert_eq!(peer.commands(2).await, ["UNSUBSCRIBE a", "UNSUBSCRIBE b"]);
    peer.send([ack("subscribe", "b"), ack("unsubscribe", "a")].concat()).await;
    idle().await;
    fixture.inbox.assert_empty();
    peer.send(ack("unsubscribe", "b")).await;
    assert_eq!(fixture.inbox.failure(2).await.code(), "NOPERM");
    let mut got: Vec<String> = listener.next_few::<4>().await.into();
    got.sort_unstable();
    assert_eq!(got, ["subscribed 2", "unsubscribed 2", "unsubscribed 3", "unsubscribed 4"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_does_not_wait_for_a_connection_that_is_lost() {
    let mut fixture = Fixture::new();
    let (listener, mut peer) = fixture.subscribed("z").await;
    listener.subscribe(2, SubscriptionKind::Channel, &[("a", 2), ("secret", 3)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a secret");
    peer.send(NOPERM).await;
    peer.commands(2).await;
    peer.send([&ack("subscribe", "a"), NOPERM].concat()).await;
    assert_eq!(peer.command().await.unwrap(), "UNSUBSCRIBE a");
    drop(peer);
    assert_eq!(fixture.inbox.failure(2).await.code(), "NOPERM");
}

const BUSY: &str =
    "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n";

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_restore_now_is_asked_again_on_other_connections_until_it_can() {
    let mut fixture = Fixture::new();
    let (mut listener, peer) = fixture.subscribed("a").await;
    drop(peer);
    let mut before = tokio::time::Instant::now();
    for attempt in 0..6 {
        let mut peer = fixture.peers.accept().await;
        assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
        assert!(before.elapsed().as_millis() >= [50, 100, 200, 400, 800, 1600][attempt], "the pauses grow");
        before = tokio::time::Instant::now();
        peer.send(BUSY).await;
        peer.closed().await;
    }
    listener.assert_silent();
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    peer.send([ack("subscribe", "a"), message("a", "back")].concat()).await;
    assert!(listener.next().await.starts_with("gap: reconnect"));
    assert_eq!(listener.next().await, "1 back");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_server_cannot_take_now_waits_within_its_deadline() {
    let mut fixture = Fixture::new();
    let mut listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    peer.send(BUSY).await;
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    peer.send(ack("subscribe", "a")).await;
    fixture.inbox.reply(1).await;
    assert_eq!(listener.next().await, "subscribed 1");

    // A connection that others rely on is not given up for a call.
    listener.subscribe(2, SubscriptionKind::Channel, &[("b", 2)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE b");
    peer.send(BUSY).await;
    assert_eq!(fixture.inbox.failure(2).await.code(), "BUSY");
    assert_eq!(listener.next().await, "unsubscribed 2");
    peer.send(message("a", "goes on")).await;
    assert_eq!(listener.next().await, "1 goes on");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_can_is_what_a_call_is_told() {
    let mut fixture = Fixture::new();
    let listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let refusing = async {
        loop {
            let mut peer = fixture.peers.accept().await;
            assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
            peer.send(BUSY).await;
        }
    };
    let error = tokio::select! {
        error = fixture.inbox.failure(1) => error,
        () = refusing => unreachable!(),
    };
    assert_eq!((error.code(), error.maybe_executed()), ("SERVER_NOT_READY", Some(false)));
    assert!(error.to_string().contains("BUSY Redis is busy"), "{error}");
}
