//! The watch: a subscription on every sentinel that can be reached, and polling. Runs as long as somebody attends.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::SentinelsInner;
use super::known_sentinels::KnownSentinel;
use super::master::Master;
use super::replies::{address, text};
use super::settings::{SentinelEvent, SentinelState};
use crate::config::address::{HostPort, WatchGuard};
use crate::connection::request_response::{Received, SimpleConnection};
use crate::error::{ConnectionFailure, Error};
use crate::value::Value;

/// How often all sentinels are asked where their masters are: a message may have been missed.
const POLL: Duration = Duration::from_secs(5);

/// The same for [`POLL`] after an announcement: a new replica is announced before it has its data, and nobody announces that it has.
const POLL_AFTER_NEWS: Duration = Duration::from_secs(1);

/// The same while a master cannot be connected to.
const POLL_IN_TROUBLE: Duration = Duration::from_millis(500);

/// The first pause before a sentinel is connected to again; it doubles up to [`LONGEST_PAUSE`].
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause before a sentinel is connected to again. Short: the first one to return ends an outage.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Silence after which a sentinel is asked for a sign of life.
const PROBE_AFTER: Duration = Duration::from_secs(5);

/// The announcement of a new master.
const SWITCH: &[u8] = b"+switch-master";

/// Other announcements, after which sentinels are asked.
const HINTS: [&[u8]; 7] =
    [b"+sdown", b"-sdown", b"+odown", b"+slave", b"+convert-to-slave", b"+sentinel", b"+promoted-slave"];

/// Who attends, and the task that watches for them.
#[derive(Default)]
pub(super) struct MasterWatch {
    count: usize,
    task: Option<AbortHandle>,
}

impl MasterWatch {
    /// One more attends.
    pub(super) fn join(inner: &Arc<SentinelsInner>) -> WatchGuard {
        let mut attending = inner.attending.lock().unwrap_or_else(PoisonError::into_inner);
        attending.count += 1;
        if attending.count == 1 {
            attending.task = Some(inner.runtime.spawn(watch(Arc::clone(inner))).abort_handle());
        }
        Box::new(WatchTask(Arc::clone(inner)))
    }
}

struct WatchTask(Arc<SentinelsInner>);

impl Drop for WatchTask {
    fn drop(&mut self) {
        let mut attending = self.0.attending.lock().unwrap_or_else(PoisonError::into_inner);
        attending.count -= 1;
        if attending.count == 0
            && let Some(task) = attending.task.take()
        {
            task.abort();
        }
    }
}

/// Watches until it is aborted.
async fn watch(inner: Arc<SentinelsInner>) {
    let mut listeners: JoinSet<()> = JoinSet::new();
    let mut listened: Vec<(Arc<KnownSentinel>, AbortHandle)> = Vec::new();
    let mut polled = Instant::now();
    let mut unsettled_until = polled;
    let mut poll: JoinSet<()> = JoinSet::new();
    loop {
        let known_sentinels = inner.known_sentinels().all();
        listened.retain(|(sentinel, task)| {
            // One that ended by itself has panicked, and begins anew.
            let stays =
                !task.is_finished() && known_sentinels.iter().any(|known| Arc::ptr_eq(known, sentinel));
            if !stays {
                task.abort();
            }
            stays
        });
        for sentinel in known_sentinels {
            if !listened.iter().any(|(known, _)| Arc::ptr_eq(known, &sentinel)) {
                let task = listeners.spawn(listen(Arc::clone(&inner), Arc::clone(&sentinel)));
                listened.push((sentinel, task));
            }
        }
        let period = if inner.is_in_trouble() {
            POLL_IN_TROUBLE
        } else if polled < unsettled_until {
            POLL_AFTER_NEWS
        } else {
            POLL
        };
        let due = polled + period;
        let due = if inner.poll_is_due.load(Ordering::Acquire) { Instant::now() } else { due };
        tokio::select! {
            () = inner.wake.notified() => {}
            Some(_) = listeners.join_next() => {}
            Some(_) = poll.join_next() => {}
            () = sleep_until(due), if poll.is_empty() => {
                polled = Instant::now();
                if inner.poll_is_due.swap(false, Ordering::AcqRel) {
                    unsettled_until = polled + POLL;
                }
                poll.spawn(check_all(Arc::clone(&inner)));
            }
        }
    }
}

impl SentinelsInner {
    fn is_in_trouble(&self) -> bool {
        self.masters().values().any(|master| master.is_shaken())
    }
}

/// Asks all sentinels about all masters.
async fn check_all(inner: Arc<SentinelsInner>) {
    let masters: Vec<Arc<Master>> =
        inner.masters().values().filter(|it| it.is_worth_a_poll()).cloned().collect();
    for master in masters {
        check(&inner, &master).await;
    }
}

/// Asks all sentinels about `master`, and about its replicas where somebody reads from them.
async fn check(inner: &Arc<SentinelsInner>, master: &Master) {
    if let Err(error) = master.check(inner).await {
        inner.listener.happened(SentinelEvent::Trouble(error));
        return;
    }
    if master.is_read_from_replicas()
        && let Err(error) = master.list(inner).await
    {
        inner.listener.happened(SentinelEvent::Trouble(error));
    }
}

/// Listens to one sentinel for as long as it is in the book.
async fn listen(inner: Arc<SentinelsInner>, sentinel: Arc<KnownSentinel>) {
    let mut pause = SHORTEST_PAUSE;
    let mut state = SentinelState::Learned;
    loop {
        let error = match subscribe(&sentinel).await {
            Err(error) => error,
            Ok(conversation) => {
                pause = SHORTEST_PAUSE;
                state = SentinelState::Watched;
                sentinel.answered();
                inner.tell_of(&sentinel, state, None);
                let _heard = SubscribedSentinel::begin(&inner);
                receive(&inner, &sentinel, conversation).await
            }
        };
        if state != SentinelState::Lost {
            state = SentinelState::Lost;
            inner.tell_of(&sentinel, state, Some(error));
        }
        if sentinel.failed() {
            inner.known_sentinels().forget(&sentinel);
            inner.wake.notify_one();
            return;
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

impl SentinelsInner {
    fn tell_of(&self, sentinel: &KnownSentinel, state: SentinelState, error: Option<Error>) {
        let address = sentinel.address.clone();
        self.listener.happened(SentinelEvent::Sentinel { address, state, error });
    }
}

/// One more sentinel is heard, until this is dropped.
struct SubscribedSentinel<'a>(&'a SentinelsInner);

impl<'a> SubscribedSentinel<'a> {
    fn begin(inner: &'a SentinelsInner) -> Self {
        inner.heard.fetch_add(1, Ordering::AcqRel);
        Self(inner)
    }
}

impl Drop for SubscribedSentinel<'_> {
    fn drop(&mut self) {
        self.0.heard.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A conversation in which the sentinel announces what happens.
async fn subscribe(sentinel: &KnownSentinel) -> Result<SimpleConnection, Error> {
    let mut conversation = SimpleConnection::open(&sentinel.connector, sentinel.wait_limit).await?;
    let channels: Vec<&[u8]> = [&b"SUBSCRIBE"[..], SWITCH].into_iter().chain(HINTS).collect();
    let confirmations = channels.len() - 1;
    conversation.send(&[channels]).await?;
    let confirmed = async {
        let mut left = confirmations;
        while left > 0 {
            match parts(conversation.receive().await?) {
                EventParts::Refusal(error) => return Err(error),
                EventParts::Message(words) if words.first().is_some_and(|kind| kind == "subscribe") => {
                    left -= 1;
                }
                // An announcement between two confirmations: what is asked after the last one tells the same.
                EventParts::Message(_) => {}
            }
        }
        Ok(())
    };
    timeout(sentinel.wait_limit, confirmed).await.unwrap_or_else(|_| {
        Err(Error::connection(ConnectionFailure::Lost, "the sentinel does not confirm a subscription"))
    })?;
    Ok(conversation)
}

/// Acts on what `sentinel` announces. Returns why it ended.
async fn receive(
    inner: &Arc<SentinelsInner>,
    sentinel: &KnownSentinel,
    mut conversation: SimpleConnection,
) -> Error {
    // What happened before the subscription was not heard.
    inner.poll_soon();
    let mut probed = false;
    loop {
        let heard =
            match timeout(if probed { sentinel.wait_limit } else { PROBE_AFTER }, conversation.receive())
                .await
            {
                Ok(Ok(heard)) => heard,
                Ok(Err(error)) => return error,
                Err(_) if probed => {
                    let message =
                        format!("the sentinel is silent for {} ms", sentinel.wait_limit.as_millis());
                    return Error::connection(ConnectionFailure::Lost, message);
                }
                Err(_) => {
                    if let Err(error) = conversation.send(&[vec![b"PING"]]).await {
                        return error;
                    }
                    probed = true;
                    continue;
                }
            };
        probed = false;
        if let EventParts::Message(words) = parts(heard) {
            announced(inner, &words);
        }
    }
}

/// `message`, channel, text.
fn announced(inner: &SentinelsInner, message: &[String]) {
    let [kind, channel, announcement] = message else { return };
    if kind != "message" {
        return;
    }
    let words: Vec<&str> = announcement.split(' ').collect();
    if channel.as_bytes() == SWITCH {
        if let Some((name, old, new)) = switch(&words)
            && !inner.followed(name).switched(inner, &old, &new)
        {
            inner.poll_soon();
        }
    } else if master_of(&words).and_then(|name| inner.master_called(name)).is_some() {
        inner.poll_soon();
    }
}

impl SentinelsInner {
    /// Has the sentinels asked about all masters, without waiting for the next round.
    fn poll_soon(&self) {
        self.poll_is_due.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    fn master_called(&self, name: &str) -> Option<Arc<Master>> {
        self.masters().get(name).cloned()
    }
}

/// `<name> <old ip> <old port> <new ip> <new port>`
fn switch<'a>(words: &[&'a str]) -> Option<(&'a str, HostPort, HostPort)> {
    let [name, old_host, old_port, new_host, new_port] = words else { return None };
    Some((name, address(old_host, old_port)?, address(new_host, new_port)?))
}

/// `master <name> <ip> <port>`, or `<kind> <name> <ip> <port> @ <master's name> <ip> <port>`; more may follow.
fn master_of<'a>(words: &[&'a str]) -> Option<&'a str> {
    match words {
        ["master", name, ..] | [_, _, _, _, "@", name, ..] => Some(name),
        _ => None,
    }
}

enum EventParts {
    Message(Vec<String>),
    Refusal(Error),
}

/// RESP3 pushes messages, RESP2 sends them as replies.
fn parts(heard: Received) -> EventParts {
    let values = match heard {
        Received::Push(values) | Received::Reply(Value::List(values)) => values,
        Received::Reply(Value::Error(error)) => return EventParts::Refusal(Error::reply(error)),
        Received::Reply(_) => Vec::new(),
    };
    EventParts::Message(values.iter().map(|value| text(value).unwrap_or_default()).collect())
}
