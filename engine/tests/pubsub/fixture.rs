//! Subscribers, their peers and what they get.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::client::ConnectionSet;
use oxidis_engine::client::pool::Pool;
use oxidis_engine::client::pubsub::{
    BacklogLimits, BatchText, Delivery, MessageBatch, Notice, Overflow, QueueItem, RequestedInterest,
    SinkSettings, SinkWaker, SubscriberCall, SubscriberHandle, SubscriptionKind, SubscriptionManager,
};
use oxidis_engine::config::address::{Fixed, Locate};
use oxidis_engine::config::{Options, Reconnect};
use oxidis_engine::connection::connector::Connector;
use oxidis_engine::connection::request::{TextFormat, Ticket};
use tokio::io::DuplexStream;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::inbox::Inbox;
use crate::peer::{Fate, Peer, Peers};

/// Awaits what must happen, so that a test in which it does not fails instead of hanging.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(120), work).await.unwrap()
}

/// Returns when every task waits for something else than the processor: only then does the stopped clock move.
pub(crate) async fn idle() {
    sleep(Duration::from_millis(1)).await;
}

/// How long a call waits, in milliseconds.
pub(crate) const TIMEOUT: u32 = 5_000;

/// Wide enough for any test that is not about it.
pub(crate) const WIDE: SinkSettings = SinkSettings {
    bounds: BacklogLimits { messages: 10_000, bytes: 1 << 24 },
    overflow: Overflow::Pause,
    binary: false,
};

/// What a test works with.
pub(crate) struct Fixture {
    pub(crate) subscriber: Arc<SubscriptionManager>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) peers: Peers,
    pub(crate) inbox: Inbox,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(Self::options(), Vec::new())
    }

    /// The default options but without jitter.
    pub(crate) fn options() -> Options {
        let reconnect = Some(Reconnect { jitter: false, ..Reconnect::default() });
        Options { reconnect, ..Options::default() }
    }

    pub(crate) fn with(options: Options, fates: Vec<Fate>) -> Self {
        let locate = Arc::new(Fixed::new(options.endpoint.clone()));
        Self::at(options, fates, locate)
    }

    /// One that connects to where `locate` says.
    pub(crate) fn at(options: Options, fates: Vec<Fate>, locate: Arc<dyn Locate>) -> Self {
        let options = Arc::new(options);
        let peers = Peers::new(1 << 20, fates);
        let (inbox, recorder) = Inbox::new();
        let dials = Arc::clone(&peers.dials);
        let connector = Connector::over(Arc::clone(&options), locate, dials);
        let (mailbox, runtime) = (Arc::new(recorder), Handle::current());
        let pool = Pool::new(
            Arc::clone(&options),
            connector.another(),
            mailbox.clone(),
            runtime.clone(),
            Arc::new(ConnectionSet::new([])),
        );
        let subscriber = SubscriptionManager::new(&options, connector, Arc::clone(&pool), mailbox, runtime);
        Self { subscriber, pool, peers, inbox }
    }

    /// A subscriber with a wide backlog.
    pub(crate) fn join(&self) -> Listener {
        self.join_with(WIDE)
    }

    pub(crate) fn join_with(&self, settings: SinkSettings) -> Listener {
        let (rings, rung) = unbounded_channel();
        let handle = self.subscriber.join(settings, Box::new(Rings(rings))).unwrap();
        Listener { handle, rung, got: Default::default() }
    }

    /// A listener that has subscribed to `channel` with slot 1 and route 1, and the connection that it did so on.
    pub(crate) async fn subscribed(&mut self, channel: &str) -> (Listener, Peer<DuplexStream>) {
        let mut listener = self.join();
        listener.subscribe(1, SubscriptionKind::Channel, &[(channel, 1)]);
        let mut peer = self.peers.accept().await;
        assert_eq!(peer.command().await.unwrap(), format!("SUBSCRIBE {channel}"));
        peer.send(ack("subscribe", channel)).await;
        self.inbox.reply(1).await;
        assert_eq!(listener.next().await, "subscribed 1");
        (listener, peer)
    }
}

struct Rings(UnboundedSender<()>);

impl SinkWaker for Rings {
    fn wake(&self) {
        // The test may have ended.
        let _ended = self.0.send(());
    }
}

/// A subscriber.
pub(crate) struct Listener {
    pub(crate) handle: SubscriberHandle,
    rung: UnboundedReceiver<()>,
    got: [VecDeque<String>; 2],
}

/// A call with the usual deadline.
pub(crate) fn call(slot: u32) -> SubscriberCall {
    SubscriberCall { ticket: Ticket { slot, view: TextFormat::Text, prefixed: false }, timeout: TIMEOUT }
}

impl Listener {
    /// Wants names, with their routes, to flow.
    pub(crate) fn subscribe(&self, slot: u32, kind: SubscriptionKind, names: &[(&str, u32)]) {
        self.subscribe_as(slot, kind, names, true);
    }

    pub(crate) fn subscribe_as(
        &self,
        slot: u32,
        kind: SubscriptionKind,
        names: &[(&str, u32)],
        is_push: bool,
    ) {
        let wanted =
            |&(name, route): &(&str, u32)| RequestedInterest { name: name.as_bytes().into(), route, is_push };
        self.handle.subscribe(kind, names.iter().map(wanted).collect(), call(slot)).unwrap();
    }

    pub(crate) fn unsubscribe(&self, slot: u32, kind: SubscriptionKind, names: &[&str]) {
        let names = names.iter().map(|name| name.as_bytes().into()).collect();
        self.handle.unsubscribe(kind, Some(names), call(slot));
    }

    /// The next thing that flows.
    pub(crate) async fn next(&mut self) -> String {
        self.next_of(Delivery::Push).await
    }

    /// The next thing of a side, in words.
    pub(crate) async fn next_of(&mut self, side: Delivery) -> String {
        loop {
            if let Some(next) = self.got[side as usize].pop_front() {
                return next;
            }
            if !self.take(side) {
                within(self.rung.recv()).await.unwrap();
                // The bell rings again only after the flow was found empty.
                while self.take(Delivery::Push) {}
            }
        }
    }

    fn take(&mut self, side: Delivery) -> bool {
        let got = &mut self.got[side as usize];
        match self.handle.sink().take(side) {
            Some(QueueItem::Parcel(message_batch)) => {
                got.extend(words(message_batch));
                self.handle.sink().release(side);
            }
            Some(QueueItem::Notice(notice)) => got.push_back(notice_words(&notice)),
            None => return false,
        }
        true
    }

    /// Forgets what has come.
    pub(crate) fn clear(&mut self) {
        while self.take(Delivery::Push) || self.take(Delivery::Pull) {}
        self.got = Default::default();
    }

    /// The next things that flow.
    pub(crate) async fn next_few<const N: usize>(&mut self) -> [String; N] {
        let mut few = [const { String::new() }; N];
        for one in &mut few {
            *one = self.next().await;
        }
        few
    }

    /// Fails when something has come.
    pub(crate) fn assert_silent(&mut self) {
        while self.take(Delivery::Push) || self.take(Delivery::Pull) {}
        assert!(self.got.iter().all(VecDeque::is_empty), "{:?} are too many", self.got);
    }
}

/// The messages of a parcel: route, channel in brackets where there is one, data.
fn words(message_batch: MessageBatch) -> Vec<String> {
    let entries = message_batch.entries().to_vec();
    let mut at = message_batch.skipped_units();
    let body = message_batch.into_body();
    let mut cut = |batches: u32| {
        if batches == 0 {
            return String::new();
        }
        let range = at..at + batches as usize;
        at = range.end;
        match &body {
            BatchText::Bytes(text) => text[range].escape_ascii().to_string(),
            BatchText::Wide(text) => String::from_utf16(&text[range]).unwrap(),
            BatchText::Large { data, .. } => format!("{} bytes", data.len()),
        }
    };
    let mut words = Vec::new();
    for entry in entries {
        let channel = cut(entry.channel);
        let data = cut(entry.data);
        let channel = if channel.is_empty() { channel } else { format!("[{channel}] ") };
        words.push(format!("{} {channel}{data}", entry.route));
    }
    words
}

fn notice_words(notice: &Notice) -> String {
    match notice {
        Notice::Subscribed { route } => format!("subscribed {route}"),
        Notice::Unsubscribed { route, last } => {
            format!("unsubscribed {route}{}", if *last { "" } else { " but not yet pulled" })
        }
        Notice::Gap(gap) => {
            let number =
                |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
            format!("gap: {}, {} ms, {} dropped", gap.reason.as_str(), number(gap.lost), number(gap.dropped))
        }
        Notice::Reconsider => "reconsider".to_owned(),
        Notice::Refused { route, error } => format!("refused {route}: {error}"),
        Notice::Trouble(error) => format!("trouble: {error}"),
        Notice::Ended(None) => "ended".to_owned(),
        Notice::Ended(Some(error)) => format!("ended: {error}"),
    }
}

/// The acknowledgement of one name, as RESP3 says it.
pub(crate) fn ack(word: &str, name: &str) -> String {
    format!(">3\r\n{}{}:1\r\n", bulk(word), bulk(name))
}

/// A message on a channel, as RESP3 says it.
pub(crate) fn message(channel: &str, data: &str) -> String {
    format!(">3\r\n{}{}{}", bulk("message"), bulk(channel), bulk(data))
}

/// A bulk string on the wire.
pub(crate) fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}
