//! The subscribers of one client with their wishes: what orders and messages change. Owned by the engine's thread; behind a lock
//! only so that a panic leaves something to clear up.

use std::sync::Arc;

use super::backlog::Delivery;
use super::calls::{self, ChannelName, SubscriberCall};
use super::kind::SubscriptionKind;
use super::message_batch;
use super::notice::{Gap, GapReason, Notice};
use super::push::PushedMessage;
use super::registry::{RegistryEvent, RequestedInterest, SubscriptionRegistry};
use super::sink::{MessageSink, SinkAdmission, SinkOutbox};
use crate::connection::request::{Millis, ReplySink, now};
use crate::error::Error;

/// What a subscriber wants of the engine.
#[derive(Debug)]
pub(super) enum SubscriberCommand {
    Join { id: u32, sink: Arc<MessageSink> },
    Subscribe { id: u32, kind: SubscriptionKind, names: Vec<RequestedInterest>, call: SubscriberCall },
    Unsubscribe { id: u32, kind: SubscriptionKind, names: Option<Vec<ChannelName>>, call: SubscriberCall },
    Listen { id: u32, kind: SubscriptionKind, names: Option<Vec<ChannelName>>, is_push: bool },
    Leave { id: u32, call: Option<SubscriberCall> },
}

/// A subscriber.
#[derive(Debug)]
struct SubscriberEntry {
    outbox: SinkOutbox,
    /// What it has missed and was not told yet.
    outage: Option<Outage>,
}

#[derive(Clone, Debug)]
struct Outage {
    since: Millis,
    cause: Error,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dispatch {
    Done,
    /// Somebody has no room for it, so that nobody has got it yet.
    Held,
}

/// Wishes and subscribers.
#[derive(Debug, Default)]
pub(super) struct PubSubState {
    pub(super) registry: SubscriptionRegistry,
    /// By their numbers, which are given again when their subscribers have left.
    members: Vec<Option<SubscriberEntry>>,
    /// Numbers that may be given again.
    pub(super) vacated: Vec<u32>,
}

impl PubSubState {
    fn member(&mut self, id: u32) -> Option<&mut SubscriberEntry> {
        self.members.get_mut(id as usize)?.as_mut()
    }

    /// Whether there is a subscriber, with or without subscriptions.
    pub(super) fn has_members(&self) -> bool {
        self.members.iter().any(Option::is_some)
    }

    /// Does what a subscriber wants.
    pub(super) fn apply(&mut self, command: SubscriberCommand) {
        match command {
            SubscriberCommand::Join { id, sink } => {
                let place = id as usize;
                if self.members.len() <= place {
                    self.members.resize_with(place + 1, || None);
                }
                self.members[place] = Some(SubscriberEntry { outbox: SinkOutbox::new(sink), outage: None });
            }
            SubscriberCommand::Subscribe { id, call, .. }
            | SubscriberCommand::Unsubscribe { id, call, .. }
                if self.member(id).is_none() =>
            {
                self.registry.calls.settled.push_back((call.ticket, Err(Error::closed())));
            }
            SubscriberCommand::Subscribe { id, kind, names, call } => {
                self.registry.subscribe(id, kind, names, call);
            }
            SubscriberCommand::Unsubscribe { id, kind, names, call } => {
                self.registry.unsubscribe(id, kind, names, call);
            }
            SubscriberCommand::Listen { id, kind, names, is_push } => {
                self.registry.listen(id, kind, names, is_push);
                if let Some(member) = self.member(id).filter(|_| is_push) {
                    member.outbox.flush();
                    member.outbox.sink.notice(Delivery::Push, Notice::Reconsider);
                }
            }
            SubscriberCommand::Leave { id, call } => {
                self.registry.leave(id, call);
                if let Some(member) = self.members.get_mut(id as usize) {
                    *member = None;
                }
                self.vacated.push(id);
            }
        }
    }

    /// Gives a message to whoever wants it; to nobody as long as one of them has no room.
    #[inline]
    pub(super) fn dispatch(&mut self, message: &PushedMessage<'_>) -> Dispatch {
        let Self { registry, members, .. } = self;
        let wants = registry.wants(message.kind, message.name);
        let mut failed = Vec::new();
        for want in wants {
            let Some(Some(member)) = members.get_mut(want.sink as usize) else { continue };
            match member.outbox.admit(message.channel.len() + message.data.len()) {
                SinkAdmission::Taken => {}
                SinkAdmission::Full => return Dispatch::Held,
                SinkAdmission::Failed(error) => failed.push((want.sink, error)),
            }
        }
        for want in wants {
            let Some(Some(member)) = members.get_mut(want.sink as usize) else { continue };
            if member.outage.is_some() {
                member.tell_missing(registry.pulls(want.sink));
            }
            if failed.iter().any(|(sink, _)| *sink == want.sink) {
                continue;
            }
            let side = if want.is_push { Delivery::Push } else { Delivery::Pull };
            let (channel, data) = (message.channel, message.data);
            member.outbox.put(side, &message_batch::MessageParts { route: want.route, channel, data });
        }
        for (id, error) in failed {
            self.dismiss(id, Some(error));
        }
        Dispatch::Done
    }

    /// The messages of one read are dispatched.
    pub(super) fn flush(&mut self) {
        for member in self.members.iter_mut().flatten() {
            member.outbox.flush();
        }
    }

    /// Tells subscribers and callers what has happened to them.
    pub(super) fn settle(&mut self, deliver: &mut dyn ReplySink) {
        self.tell();
        calls::deliver(&mut self.registry.calls.settled, deliver);
    }

    /// Tells subscribers what has happened to them, in its place among their messages.
    pub(super) fn tell(&mut self) {
        for (want, event) in std::mem::take(&mut self.registry.notices) {
            let Some(member) = self.member(want.sink) else { continue };
            member.outbox.flush();
            let (sink, route) = (&member.outbox.sink, want.route);
            match event {
                RegistryEvent::Subscribed => {
                    sink.notice(Delivery::Push, Notice::Subscribed { route });
                    if !want.is_push {
                        sink.notice(Delivery::Pull, Notice::Subscribed { route });
                    }
                }
                RegistryEvent::Unsubscribed => sink.unsubscribed(route, want.is_push),
                RegistryEvent::Refused(error) => {
                    sink.notice(Delivery::Push, Notice::Refused { route, error });
                }
            }
        }
        if self.registry.is_restored() && self.members.iter().flatten().any(|one| one.outage.is_some()) {
            self.tell_gaps();
        }
    }

    fn tell_gaps(&mut self) {
        let live = self.registry.live_sinks();
        for (id, member) in (0..).zip(&mut self.members) {
            let Some(member) = member else { continue };
            if live.binary_search(&id).is_ok() {
                member.tell_missing(self.registry.pulls(id));
            }
            member.outage = None;
        }
    }

    /// The connection is gone, and nothing was heard on it since `heard`.
    pub(super) fn lost(&mut self, heard: Millis, cause: &Error) {
        self.flush();
        self.registry.disconnected();
        for id in self.registry.live_sinks() {
            if let Some(member) = self.member(id) {
                member.outage.get_or_insert_with(|| Outage { since: heard, cause: cause.clone() });
            }
        }
    }

    /// These subscribers may have missed something on a connection that goes on.
    pub(super) fn gap(&mut self, reason: GapReason, dropped: Option<u64>, ids: &[u32]) {
        for &id in ids {
            let pulls = self.registry.pulls(id);
            if let Some(member) = self.member(id) {
                member.outbox.flush();
                member.tell(&Notice::Gap(Gap { reason, lost: None, dropped, cause: None }), pulls);
            }
        }
    }

    /// An attempt to connect failed: whoever had something hears of it.
    pub(super) fn reconnect_failed(&mut self, error: &Error) {
        for id in self.registry.live_sinks() {
            if let Some(member) = self.member(id) {
                member.tell(&Notice::Trouble(error.clone()), false);
            }
        }
    }

    /// Nothing will come any more for whoever waits for something.
    pub(super) fn give_up(&mut self, error: &Error) {
        self.registry.fail_calls(error);
        for id in self.registry.live_sinks() {
            self.dismiss(id, Some(error.clone()));
        }
    }

    /// The client is closed.
    pub(super) fn close(&mut self) {
        self.registry.fail_calls(&Error::closed());
        for member in self.members.iter_mut().filter_map(Option::take) {
            member.end(None);
        }
        self.registry.reset();
    }

    /// A panic left nothing to rely on.
    pub(super) fn fail_all(&mut self, error: &Error) {
        self.registry.calls.fail_all(error);
        for member in self.members.iter_mut().filter_map(Option::take) {
            member.end(Some(error.clone()));
        }
        self.registry.reset();
    }

    fn dismiss(&mut self, id: u32, error: Option<Error>) {
        let Some(member) = self.members.get_mut(id as usize).and_then(Option::take) else { return };
        self.registry.leave(id, None);
        member.end(error);
    }
}

impl SubscriberEntry {
    fn end(mut self, error: Option<Error>) {
        self.outbox.flush();
        self.tell(&Notice::Ended(error), true);
    }

    fn tell_missing(&mut self, pulls: bool) {
        let Some(Outage { since, cause }) = self.outage.take() else { return };
        let lost = Some(now().saturating_sub(since));
        let gap = Gap { reason: GapReason::Reconnect, lost, dropped: None, cause: Some(cause) };
        self.tell(&Notice::Gap(gap), pulls);
    }

    fn tell(&mut self, notice: &Notice, pulls: bool) {
        let sink = &self.outbox.sink;
        if pulls {
            sink.notice(Delivery::Pull, notice.clone());
        }
        sink.notice(Delivery::Push, notice.clone());
    }
}
