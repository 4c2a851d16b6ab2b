//! Every call settles by its deadline, and who is told that it failed has nothing of it.

use oxidis_engine::client::pubsub::{RequestedInterest, SubscriptionKind};
use oxidis_engine::config::OfflineQueue;
use oxidis_engine::error::{ConnectionFailure, Error, ErrorKind, TimeoutPhase};

use crate::fixture::{Fixture, ack, call, idle, message};
use crate::peer::Fate;

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_a_connection_within_its_deadline() {
    let mut fixture = Fixture::with(Fixture::options(), vec![Fate::Hangs, Fate::Hangs]);
    let mut listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let error = fixture.inbox.failure(1).await;
    assert_eq!(*error.kind(), ErrorKind::Timeout(TimeoutPhase::Queue));
    assert_eq!(listener.next().await, "unsubscribed 1");
    idle().await;
    assert!(!fixture.subscriber.is_active(), "nobody wants a connection any more");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_without_a_connection_tells_the_cause() {
    let refused = || Fate::Fails(Error::connection(ConnectionFailure::Refused, "connection refused"));
    let fates = (0..100).map(|_| refused()).collect();
    let mut fixture = Fixture::with(Fixture::options(), fates);
    let listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let error = fixture.inbox.failure(1).await;
    assert_eq!((error.code(), error.maybe_executed()), ("CONNECTION_REFUSED", Some(false)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_server_does_not_answer_is_taken_back() {
    let mut options = Fixture::options();
    options.keep_alive = None;
    options.command_timeout = None;
    let mut fixture = Fixture::with(options, Vec::new());
    let (mut listener, mut peer) = fixture.subscribed("z").await;
    listener.subscribe(2, SubscriptionKind::Channel, &[("a", 2)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    let error = fixture.inbox.failure(2).await;
    assert_eq!(*error.kind(), ErrorKind::Timeout(TimeoutPhase::Server));
    assert_eq!(peer.command().await.unwrap(), "UNSUBSCRIBE a");
    peer.send([ack("subscribe", "a"), message("a", "late"), ack("unsubscribe", "a")].concat()).await;
    assert_eq!(listener.next().await, "unsubscribed 2");
    listener.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn an_earlier_call_that_fails_leaves_the_later_one_alone() {
    let mut fixture = Fixture::with(Fixture::options(), vec![Fate::Hangs, Fate::Hangs, Fate::Hangs]);
    let mut listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let wanted = RequestedInterest { name: b"a"[..].into(), route: 1, is_push: true };
    let patient = oxidis_engine::client::pubsub::SubscriberCall { timeout: 0, ..call(2) };
    listener.handle.subscribe(SubscriptionKind::Channel, vec![wanted], patient).unwrap();
    fixture.inbox.failure(1).await;
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    peer.send(ack("subscribe", "a")).await;
    fixture.inbox.reply(2).await;
    assert_eq!(listener.next().await, "subscribed 1");
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_a_connection_are_bounded() {
    let mut options = Fixture::options();
    options.offline_queue = Some(OfflineQueue { max_commands: 3, ..OfflineQueue::default() });
    let fixture = Fixture::with(options, vec![Fate::Hangs]);
    let listener = fixture.join();
    for slot in 1..3 {
        listener.subscribe(slot, SubscriptionKind::Channel, &[("a", slot)]);
    }
    let wanted = RequestedInterest { name: b"b"[..].into(), route: 9, is_push: true };
    idle().await;
    listener.handle.subscribe(SubscriptionKind::Channel, vec![wanted.clone()], call(3)).unwrap();
    let error = listener.handle.subscribe(SubscriptionKind::Channel, vec![wanted], call(4)).unwrap_err();
    assert_eq!(error.code(), "QUEUE_FULL");
}
