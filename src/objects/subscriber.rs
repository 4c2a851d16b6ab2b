//! A subscriber as JavaScript sees it: a handful of functions around its seat. Owns how parcels cross: one text for all messages
//! of one, and three numbers for each.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use napi::sys;
use oxidis_engine::client::CLOSE_TIMEOUT;
use oxidis_engine::client::pubsub::{
    BacklogLimits, Delivery, Gap, GapReason, MessageBatch, Notice, Overflow, PARCEL_MESSAGES, QueueItem,
    RequestedInterest, SinkSettings, SinkWaker, SubscriberCall, SubscriberHandle, SubscriptionKind,
};
use oxidis_engine::client::pubsub::{BatchText as Text, BatchedMessage};
use oxidis_engine::connection::request::{TextFormat, Ticket};
use oxidis_engine::error::Error;

use super::client::NativeClient;
use super::route::milliseconds;
use crate::environment::Environment;
use crate::node_api::error_json;
use crate::node_api::status::Failed;
use crate::results::inbox::Inbox;
use crate::results::result_batch::{ArenaRange, ResultBody};

/// Numbers for each message: its route, the units of its channel's name, those of its data.
const WORDS_PER_MESSAGE: usize = 3;

/// Numbers of a parcel: how many messages, and theirs.
pub(crate) const WORDS: usize = 1 + WORDS_PER_MESSAGE * PARCEL_MESSAGES;

/// Beside the count: the data of the one message stands apart.
const LARGE: u32 = 1 << 31;

/// Beside a route: its messages flow.
const FLOWS: u32 = 1 << 31;

/// Names as they cross: all in one, and their lengths.
pub(crate) struct JoinedNames<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) lengths: &'a [u32],
}

impl<'a> JoinedNames<'a> {
    fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.bytes;
        self.lengths.iter().map_while(move |&length| {
            let (name, others) = rest.split_at_checked(length as usize)?;
            rest = others;
            Some(name)
        })
    }
}

/// How a subscriber is made.
pub(crate) struct SubscriberSettings {
    pub(crate) messages: f64,
    pub(crate) bytes: f64,
    /// In the order of [`OVERFLOWS`].
    pub(crate) overflow: u32,
    pub(crate) binary: bool,
}

/// What the façade calls 0, 1 and 2.
const OVERFLOWS: [Overflow; 3] = [Overflow::Pause, Overflow::DropOldest, Overflow::Fail];

/// Puts a ring into the inbox of an environment.
struct InboxWaker {
    inbox: Arc<Inbox>,
    id: u32,
}

impl SinkWaker for InboxWaker {
    fn wake(&self) {
        self.inbox.wake_subscriber(self.id);
    }
}

/// The subscriber.
pub(crate) struct NativeSubscriber {
    environment: Rc<Environment>,
    client: Rc<NativeClient>,
    id: u32,
    handle: SubscriberHandle,
    binary: bool,
    /// Data of a large message that JavaScript is about to fetch.
    large: RefCell<Option<Bytes>>,
}

impl NativeSubscriber {
    /// A subscriber of `client`.
    pub(crate) fn create(
        client: &Rc<NativeClient>,
        settings: &SubscriberSettings,
    ) -> Result<Rc<Self>, Error> {
        let environment = Rc::clone(client.environment());
        let id = environment.next_client();
        let bounds =
            BacklogLimits { messages: count(settings.messages), bytes: count(settings.bytes) as u64 };
        let overflow = OVERFLOWS.get(settings.overflow as usize).copied().unwrap_or(Overflow::Pause);
        let waker = Box::new(InboxWaker { inbox: Arc::clone(environment.inbox()), id });
        let binary = settings.binary;
        let handle = client.subscriber().join(SinkSettings { bounds, overflow, binary }, waker)?;
        let large = RefCell::default();
        Ok(Rc::new(Self { environment, client: Rc::clone(client), id, handle, binary, large }))
    }

    /// The number that rings carry.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    fn call(&self, slot: u32, timeout: Option<f64>) -> SubscriberCall {
        let timeout = timeout.map_or_else(|| self.client.timeout(), milliseconds);
        SubscriberCall { ticket: Ticket { slot, view: TextFormat::Text, prefixed: false }, timeout }
    }

    /// Subscribes to names; each has its route, whose highest bit says whether its messages flow.
    pub(crate) fn subscribe(
        &self,
        slot: u32,
        timeout: Option<f64>,
        kind: u32,
        names: &JoinedNames<'_>,
        routes: &[u32],
    ) -> Result<(), String> {
        let wanted = |(name, &word): (&[u8], &u32)| RequestedInterest {
            name: name.into(),
            route: word & !FLOWS,
            is_push: word & FLOWS != 0,
        };
        let names = names.iter().zip(routes).map(wanted).collect();
        let subscribed = self.handle.subscribe(kind_of(kind)?, names, self.call(slot, timeout));
        subscribed.map_err(|error| error_json::to_json(&error))?;
        self.client.stay();
        Ok(())
    }

    /// Ends subscriptions; without names, all of a kind.
    pub(crate) fn unsubscribe(
        &self,
        slot: u32,
        timeout: Option<f64>,
        kind: u32,
        names: Option<&JoinedNames<'_>>,
    ) -> Result<(), String> {
        self.handle.unsubscribe(kind_of(kind)?, boxed(names), self.call(slot, timeout));
        self.client.stay();
        Ok(())
    }

    /// Says whether messages flow; without names, all of a kind.
    pub(crate) fn listen(
        &self,
        kind: u32,
        names: Option<&JoinedNames<'_>>,
        is_push: bool,
    ) -> Result<(), String> {
        self.handle.listen(kind_of(kind)?, boxed(names), is_push);
        Ok(())
    }

    /// Leaves for good, in the time of a call; where calls may take for ever, in that of `close()`.
    pub(crate) fn leave(&self, slot: u32, timeout: Option<f64>) {
        #[allow(clippy::cast_precision_loss, reason = "a few seconds")]
        let endless = (self.client.timeout() == 0).then_some(CLOSE_TIMEOUT.as_millis() as f64);
        self.client.stay();
        self.handle.leave(Some(self.call(slot, timeout.or(endless))));
    }

    /// The parcel that was taken first is used up.
    pub(crate) fn release(&self, side: u32) {
        self.handle.sink().release(side_of(side));
    }

    /// The next parcel or notice: `words` say what it is. `None`: nothing is there.
    pub(crate) fn take(&self, side: u32, words: &mut [u32]) -> Result<Option<sys::napi_value>, Failed> {
        let side = side_of(side);
        match self.handle.sink().take(side) {
            None => Ok(None),
            Some(QueueItem::Notice(notice)) => self.notice(&notice, words).map(Some),
            Some(QueueItem::Parcel(message_batch)) => {
                if let Ok(text) = self.message_batch(message_batch, words) {
                    return Ok(Some(text));
                }
                // A message that does not fit a JavaScript string.
                self.handle.sink().release(side);
                let gap = Gap { reason: GapReason::Limit, lost: None, dropped: Some(1), cause: None };
                self.notice(&Notice::Gap(gap), words).map(Some)
            }
        }
    }

    /// The data of the large message that was taken last.
    pub(crate) fn take_large(&self) -> Result<sys::napi_value, Failed> {
        let data = self.large.take().unwrap_or_default();
        let body = if self.binary { ResultBody::LargeBinary(data) } else { ResultBody::LargeAscii(data) };
        self.environment.materialiser().value(&[], body)
    }

    fn message_batch(
        &self,
        message_batch: MessageBatch,
        words: &mut [u32],
    ) -> Result<sys::napi_value, Failed> {
        let count = u32::try_from(message_batch.len()).unwrap_or(0);
        write(words, count, message_batch.entries());
        let skipped = message_batch.skipped_units();
        let materialiser = self.environment.materialiser();
        let span = |length: usize| ArenaRange {
            start: u32::try_from(skipped).unwrap_or(0),
            length: u32::try_from(length - skipped).unwrap_or(0),
        };
        match message_batch.into_body() {
            Text::Bytes(text) => {
                let span = span(text.len());
                materialiser.value(
                    &text,
                    if self.binary { ResultBody::Binary(span) } else { ResultBody::Ascii(span) },
                )
            }
            Text::Wide(mut text) => {
                text.drain(..skipped);
                materialiser.value(&[], ResultBody::Utf16(text))
            }
            Text::Large { channel, data } => {
                if let Some(first) = words.first_mut() {
                    *first |= LARGE;
                }
                self.large.replace(Some(data));
                let span = span(channel.len());
                materialiser.value(
                    &channel,
                    if self.binary { ResultBody::Binary(span) } else { ResultBody::Utf8(span) },
                )
            }
        }
    }

    fn notice(&self, notice: &Notice, words: &mut [u32]) -> Result<sys::napi_value, Failed> {
        write(words, 0, &[]);
        self.environment.materialiser().text(&notice_json(notice))
    }
}

fn write(words: &mut [u32], count: u32, entries: &[BatchedMessage]) {
    let mut places = words.iter_mut();
    let entries = entries.iter().flat_map(|entry| [entry.route, entry.channel, entry.data]);
    for word in std::iter::once(count).chain(entries) {
        if let Some(place) = places.next() {
            *place = word;
        }
    }
}

/// The notice as `lib/pubsub/subscriber.js` reads it.
fn notice_json(notice: &Notice) -> String {
    let error_json = |error: Option<&Error>| error.map_or_else(|| "null".to_owned(), error_json::to_json);
    match notice {
        Notice::Subscribed { route } => format!(r#"{{"notice":"subscribed","route":{route}}}"#),
        Notice::Unsubscribed { route, last } => {
            format!(r#"{{"notice":"unsubscribed","route":{route},"last":{last}}}"#)
        }
        Notice::Gap(Gap { reason, lost, dropped, cause }) => {
            let number = |number: Option<u64>| number.map_or_else(|| "null".to_owned(), |it| it.to_string());
            let (reason, lost, dropped) = (reason.as_str(), number(*lost), number(*dropped));
            let error = error_json(cause.as_ref());
            format!(
                r#"{{"notice":"gap","reason":"{reason}","lost":{lost},"dropped":{dropped},"error":{error}}}"#
            )
        }
        Notice::Reconsider => r#"{"notice":"reconsider"}"#.to_owned(),
        Notice::Refused { route, error } => {
            format!(r#"{{"notice":"refused","route":{route},"error":{}}}"#, error_json::to_json(error))
        }
        Notice::Trouble(error) => {
            format!(r#"{{"notice":"reconnect_failed","error":{}}}"#, error_json::to_json(error))
        }
        Notice::Ended(error) => format!(r#"{{"notice":"ended","error":{}}}"#, error_json(error.as_ref())),
    }
}

fn kind_of(kind: u32) -> Result<SubscriptionKind, String> {
    SubscriptionKind::from_index(kind as usize)
        .ok_or_else(|| error_json::to_json(&Error::internal("there is no such kind of subscription")))
}

fn side_of(side: u32) -> Delivery {
    if side == 0 { Delivery::Push } else { Delivery::Pull }
}

fn boxed(names: Option<&JoinedNames<'_>>) -> Option<Vec<Box<[u8]>>> {
    names.map(|names| names.iter().map(Into::into).collect())
}

/// A count from JavaScript.
fn count(number: f64) -> usize {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the type's range first"
    )]
    let whole = number.clamp(1.0, f64::from(u32::MAX) * 1024.0) as usize;
    whole
}
