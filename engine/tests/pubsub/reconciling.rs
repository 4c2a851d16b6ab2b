//! What the server holds in the end is what the last calls asked for.

use std::collections::HashSet;
use std::time::Duration;

use oxidis_engine::client::pubsub::SubscriptionKind;
use tokio::io::DuplexStream;

use crate::fixture::{Fixture, ack, idle, message, within};
use crate::peer::Peer;

#[tokio::test(start_paused = true)]
async fn the_subscription_ends_with_the_last_who_wants_it() {
    let mut fixture = Fixture::new();
    let (mut one, mut peer) = fixture.subscribed("a").await;
    let other = fixture.join();
    other.subscribe(2, SubscriptionKind::Channel, &[("a", 1)]);
    fixture.inbox.reply(2).await;
    one.unsubscribe(3, SubscriptionKind::Channel, &["a"]);
    fixture.inbox.reply(3).await;
    assert_eq!(one.next().await, "unsubscribed 1");
    peer.send(message("a", "for the other")).await;
    other.unsubscribe(4, SubscriptionKind::Channel, &["a"]);
    assert_eq!(peer.command().await.unwrap(), "UNSUBSCRIBE a");
    idle().await;
    fixture.inbox.assert_empty();
    peer.send(ack("unsubscribe", "a")).await;
    fixture.inbox.reply(4).await;
    one.assert_silent();
}

#[tokio::test(start_paused = true)]
async fn the_last_of_many_calls_without_an_answer_decides() {
    let mut fixture = Fixture::new();
    let (mut listener, mut peer) = fixture.subscribed("z").await;
    for slot in 2..7 {
        if slot % 2 == 0 {
            listener.subscribe(slot, SubscriptionKind::Channel, &[("a", slot)]);
        } else {
            listener.unsubscribe(slot, SubscriptionKind::Channel, &["a"]);
        }
    }
    let words = ["SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIBE"];
    for (slot, word) in (2..).zip(words) {
        assert_eq!(peer.command().await.unwrap(), format!("{word} a"));
        fixture.inbox.assert_empty();
        peer.send(ack(&word.to_lowercase(), "a")).await;
        fixture.inbox.reply(slot).await;
    }
    peer.send(message("a", "hello")).await;
    let got: [String; 4] = listener.next_few().await;
    assert_eq!(got, ["unsubscribed 2", "unsubscribed 4", "subscribed 6", "6 hello"]);
}

#[tokio::test(start_paused = true)]
async fn calls_without_a_connection_settle_as_their_last_one_wants() {
    let mut fixture = Fixture::new();
    let mut listener = fixture.join();
    listener.subscribe(1, SubscriptionKind::Channel, &[("a", 1), ("b", 2)]);
    listener.unsubscribe(2, SubscriptionKind::Channel, &["a"]);
    fixture.inbox.reply(2).await;
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "SUBSCRIBE b");
    peer.send(ack("subscribe", "b")).await;
    fixture.inbox.reply(1).await;
    assert_eq!(listener.next_few().await, ["unsubscribed 1", "subscribed 2"]);
}

#[tokio::test(start_paused = true)]
async fn without_names_everything_of_a_kind_ends() {
    let mut fixture = Fixture::new();
    let (listener, mut peer) = fixture.subscribed("a").await;
    listener.subscribe(2, SubscriptionKind::Pattern, &[("p", 2)]);
    peer.command().await.unwrap();
    peer.send(ack("psubscribe", "p")).await;
    fixture.inbox.reply(2).await;
    listener.handle.unsubscribe(SubscriptionKind::Channel, None, crate::fixture::call(3));
    assert_eq!(peer.command().await.unwrap(), "UNSUBSCRIBE a");
    peer.send(ack("unsubscribe", "a")).await;
    fixture.inbox.reply(3).await;
    listener.handle.unsubscribe(SubscriptionKind::Shard, None, crate::fixture::call(4));
    fixture.inbox.reply(4).await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_names_are_restored_in_commands_of_bounded_size() {
    let mut fixture = Fixture::new();
    let listener = fixture.join();
    let names: Vec<_> = (0..2500).map(|number| format!("c{number}")).collect();
    let wanted: Vec<_> = names.iter().zip(0..).map(|(name, route)| (name.as_str(), route)).collect();
    listener.subscribe(1, SubscriptionKind::Channel, &wanted);
    let mut peer = fixture.peers.accept().await;
    let mut seen = HashSet::new();
    for count in [1000, 1000, 500] {
        let command = peer.command().await.unwrap();
        let words: Vec<_> = command.split(' ').skip(1).map(str::to_owned).collect();
        assert_eq!(words.len(), count);
        peer.send(words.iter().map(|word| ack("subscribe", word)).collect::<String>()).await;
        seen.extend(words);
    }
    assert_eq!(seen.len(), 2500);
    fixture.inbox.reply(1).await;
}

/// A server that answers as one does, and counts what it holds.
async fn serve(peer: &mut Peer<DuplexStream>, held: &mut HashSet<String>, commands: usize) {
    for _ in 0..commands {
        let command = peer.command().await.unwrap();
        let mut words = command.split(' ');
        let word = words.next().unwrap().to_lowercase();
        for name in words {
            if word == "subscribe" {
                held.insert(name.to_owned());
            } else {
                held.remove(name);
            }
            peer.send(ack(&word, name)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_and_lost_connections_in_any_order_end_in_what_was_asked_for_last() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut options = Fixture::options();
        // No call is to reach its deadline while connections are lost one after the other.
        options.reconnect.iter_mut().for_each(|reconnect| reconnect.max_delay = Duration::from_millis(1));
        let mut fixture = Fixture::with(options, Vec::new());
        let (mut listeners, mut peer) = {
            let (first, peer) = fixture.subscribed("z").await;
            (vec![first, fixture.join()], peer)
        };
        let mut wanted: [HashSet<&str>; 2] = [HashSet::from(["z"]), HashSet::new()];
        let mut held = HashSet::from(["z".to_owned()]);
        for slot in 2..60 {
            let who = random.usize(..2);
            let name = ["a", "b", "c"][random.usize(..3)];
            match random.u32(..10) {
                0..4 => {
                    listeners[who].subscribe(slot, SubscriptionKind::Channel, &[(name, slot)]);
                    wanted[who].insert(name);
                }
                4..8 => {
                    listeners[who].unsubscribe(slot, SubscriptionKind::Channel, &[name]);
                    wanted[who].remove(name);
                }
                8 => {
                    let answered = random.usize(..3);
                    if let Ok(()) =
                        tokio::time::timeout(Duration::from_millis(1), serve(&mut peer, &mut held, answered))
                            .await
                    {
                        idle().await;
                    }
                }
                _ => {
                    drop(peer);
                    held.clear();
                    peer = fixture.peers.accept().await;
                }
            }
        }
        // The server answers whatever is left.
        while tokio::time::timeout(Duration::from_millis(10), serve(&mut peer, &mut held, 1)).await.is_ok() {}
        let expected: HashSet<String> = wanted.iter().flatten().map(|&name| name.to_owned()).collect();
        assert_eq!(held, expected, "seed {seed}");
        for (listener, wanted) in listeners.iter_mut().zip(&wanted) {
            listener.clear();
            for name in ["a", "b", "c", "z"] {
                peer.send(message(name, name)).await;
            }
            idle().await;
            let mut got = HashSet::new();
            for _ in 0..wanted.len() {
                let next = within(listener.next()).await;
                got.insert(next.rsplit(' ').next().unwrap().to_owned());
            }
            assert_eq!(got, wanted.iter().map(|&name| name.to_owned()).collect(), "seed {seed}");
        }
    }
}
