//! Messages reach those who asked for them, as they are.

use oxidis_engine::client::pubsub::{Delivery, SinkSettings, SubscriptionKind};
use oxidis_engine::config::{Options, Protocol};

use crate::fixture::{Fixture, WIDE, ack, bulk, idle, message};

#[tokio::test(start_paused = true)]
async fn each_name_of_a_call_is_acknowledged_before_it_settles() {
    let mut fixture = Fixture::new();
    let mut listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("z", 1)]);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE z");
    listener.subscribe(2, SubscriptionKind::Channel, &[("a", 2), ("b", 3)]);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a b");
    peer.send([ack("subscribe", "z"), ack("subscribe", "a")].concat()).await;
    fixture.inbox.reply(1).await;
    assert_eq!(listener.next_few().await, ["subscribed 1", "subscribed 2"]);
    idle().await;
    fixture.inbox.assert_empty();
    peer.send(ack("subscribe", "b")).await;
    fixture.inbox.reply(2).await;
    assert_eq!(listener.next().await, "subscribed 3");
}

#[tokio::test(start_paused = true)]
async fn arrays_of_resp2_say_what_pushes_say() {
    let options = Options { protocol: Protocol::Resp2, ..Fixture::options() };
    let mut fixture = Fixture::with(options, Vec::new());
    let mut listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Pattern, &[("n*", 7)]);
    let mut peer = fixture.peers.arrival().await;
    peer.handshake(3).await;
    assert_eq!(peer.command().await.unwrap(), "PSUBSCRIBE n*");
    peer.send(format!("*3\r\n{}{}:1\r\n", bulk("psubscribe"), bulk("n*"))).await;
    peer.send(format!("*4\r\n{}{}{}{}", bulk("pmessage"), bulk("n*"), bulk("news"), bulk("hello"))).await;
    fixture.inbox.reply(1).await;
    assert_eq!(listener.next_few().await, ["subscribed 7", "7 [news] hello"]);
    assert_eq!(peer.command().await.unwrap(), "PING");
    peer.send(format!("*2\r\n{}{}", bulk("pong"), bulk(""))).await;
    peer.send(format!("*4\r\n{}{}{}{}", bulk("pmessage"), bulk("n*"), bulk("news"), bulk("again"))).await;
    assert_eq!(listener.next().await, "7 [news] again");
}

#[tokio::test(start_paused = true)]
async fn several_subscribers_share_a_connection_and_each_gets_what_it_asked_for() {
    let mut fixture = Fixture::new();
    let (mut one, mut peer) = fixture.subscribed("a").await;
    let mut other = fixture.join();
    other.subscribe(2, SubscriptionKind::Channel, &[("a", 5)]);
    fixture.inbox.reply(2).await;
    assert_eq!(other.next().await, "subscribed 5", "without asking the server again");
    other.subscribe(3, SubscriptionKind::Shard, &[("a", 6)]);
    assert_eq!(peer.command().await.unwrap(), "SSUBSCRIBE a");
    peer.send(ack("ssubscribe", "a")).await;
    peer.send(message("a", "both")).await;
    peer.send(format!(">3\r\n{}{}{}", bulk("smessage"), bulk("a"), bulk("one"))).await;
    assert_eq!(one.next().await, "1 both");
    assert_eq!(other.next_few().await, ["subscribed 6", "5 both", "6 one"]);
    one.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn messages_cut_anywhere_arrive_once_and_in_order() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    let stream: String = (0..40).map(|number| message("a", &format!("number {number}"))).collect();
    for piece in stream.as_bytes().chunks(7) {
        peer.send(piece).await;
        idle().await;
    }
    for number in 0..40 {
        assert_eq!(listener.next().await, format!("1 number {number}"));
    }
    listener.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn text_that_is_not_ascii_keeps_its_place_and_its_length() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    peer.send(["one", "zwölf", "three", "日本", "", "six"].map(|data| message("a", data)).concat()).await;
    let got: [String; 6] = listener.next_few().await;
    assert_eq!(got, ["1 one", "1 zwölf", "1 three", "1 日本", "1 ", "1 six"]);
}

#[tokio::test(start_paused = true)]
async fn bytes_stay_bytes_where_they_are_wanted() {
    let mut fixture = Fixture::new();
    let mut listener = fixture.join_with(SinkSettings { binary: true, ..WIDE });
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    peer.send(ack("subscribe", "a")).await;
    peer.send(b">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$4\r\n\xff\r\n\x00\r\n").await;
    assert_eq!(listener.next_few().await, ["subscribed 1", "1 \\xff\\r\\n\\x00"]);
}

#[tokio::test(start_paused = true)]
async fn a_large_message_has_memory_of_its_own() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    let large = "x".repeat(300_000);
    let rest = tokio::spawn(async move {
        peer.send(message("a", &large)).await;
        peer.send(message("a", "small")).await;
        peer
    });
    assert_eq!(listener.next_few().await, ["1 300000 bytes", "1 small"]);
    rest.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_nobody_listens_to_waits_beside_what_flows() {
    let mut fixture = Fixture::new();
    let mut listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1)]);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE a");
    listener.subscribe_as(2, SubscriptionKind::Channel, &[("b", 2)], false);
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE b");
    peer.send([ack("subscribe", "a"), ack("subscribe", "b")].concat()).await;
    peer.send([message("b", "1"), message("a", "2"), message("b", "3")].concat()).await;
    assert_eq!(listener.next_few().await, ["subscribed 1", "subscribed 2", "1 2"]);
    for expected in ["subscribed 2", "2 1", "2 3"] {
        assert_eq!(listener.next_of(Delivery::Pull).await, expected);
    }
    listener.handle.listen(SubscriptionKind::Channel, None, true);
    idle().await;
    peer.send(message("b", "4")).await;
    assert_eq!(listener.next_few().await, ["reconsider", "2 4"]);
}

#[tokio::test(start_paused = true)]
async fn announcements_of_other_kinds_are_nobodys() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("a").await;
    peer.send(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n>2\r\n$6\r\nMOVING\r\n$1\r\nx\r\n").await;
    peer.send([message("unknown", "lost"), message("a", "kept")].concat()).await;
    assert_eq!(listener.next().await, "1 kept");
}
