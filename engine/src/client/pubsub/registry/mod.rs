//! Who wants what, and what the server holds: the state that orders, acknowledgements, refusals and lost connections change, one
//! at a time. Does no I/O and keeps no time.
//!
//! Commands are sent as soon as the wish changes, without waiting for earlier ones. The server runs them in order, so what it
//! holds in the end is what the last one asked for; `asked` remembers that, and `steps` what it has not acknowledged.

mod replies;

use std::collections::{HashMap, VecDeque};

use super::calls::{
    Absent, CallId, CallPurpose, ChannelName, PendingCall, PendingCalls, RequestedName, SubscriberCall,
};
use super::kind::{Direction, SubscriptionKind};
use crate::error::Error;

/// Names of one command. A hundred thousand subscriptions are restored without a command of megabytes.
const NAMES_PER_COMMAND: usize = 1000;

/// A subscriber's wish for one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interest {
    pub(super) sink: u32,
    /// The subscriber's own number for it.
    pub(super) route: u32,
    /// Somebody listens to it, so that it is not pulled.
    pub(super) is_push: bool,
    /// The server has acknowledged it, on this connection or an earlier one.
    live: bool,
}

/// A command that the server has not acknowledged, as far as one name is concerned.
#[derive(Debug)]
struct UnacknowledgedCommand {
    verb: Direction,
    waiters: Vec<CallId>,
    /// Whose last wish this ends.
    leavers: Vec<Interest>,
    /// It restores what was live on an earlier connection.
    restores: bool,
}

#[derive(Debug, Default)]
struct NameState {
    /// Targets are restored in the order in which they came to be wanted.
    number: u64,
    wants: Vec<Interest>,
    /// Whether the server holds the name once it has read everything that was sent.
    asked: bool,
    steps: VecDeque<UnacknowledgedCommand>,
    /// Calls that wait for a command that is not sent.
    waiting: Vec<CallId>,
}

/// A command to be sent. Its names are acknowledged one by one, or refused together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SubscribeCommand {
    pub(super) verb: Direction,
    pub(super) kind: SubscriptionKind,
    pub(super) names: VecDeque<ChannelName>,
}

/// A name that a subscriber wants.
#[derive(Clone, Debug)]
pub struct RequestedInterest {
    /// The channel or pattern.
    pub name: Box<[u8]>,
    /// The subscriber's own number for it, which its messages carry.
    pub route: u32,
    /// Whether its messages flow.
    pub is_push: bool,
}

/// The state.
#[derive(Debug, Default)]
pub(super) struct SubscriptionRegistry {
    targets: [HashMap<ChannelName, NameState>; 3],
    /// Of the next target.
    next: u64,
    pub(super) calls: PendingCalls,
    online: bool,
    /// Restoring commands, counted by name, that are not acknowledged.
    restoring: usize,
    pub(super) commands: VecDeque<SubscribeCommand>,
    /// What subscribers are to be told.
    pub(super) notices: Vec<(Interest, RegistryEvent)>,
}

/// What happened to a subscription.
#[derive(Clone, Debug)]
pub(super) enum RegistryEvent {
    Subscribed,
    Unsubscribed,
    Refused(Error),
}

impl NameState {
    fn is_forgotten(&self) -> bool {
        self.wants.is_empty() && self.steps.is_empty() && self.waiting.is_empty()
    }

    fn is_live(&self) -> bool {
        self.wants.iter().any(|want| want.live)
    }
}

impl SubscriptionRegistry {
    /// Who wants the messages of a name.
    #[inline]
    pub(super) fn wants(&self, kind: SubscriptionKind, name: &[u8]) -> &[Interest] {
        self.targets[kind.index()].get(name).map_or(&[], |target| &target.wants)
    }

    /// Whether anybody waits for anything of the server.
    pub(super) fn is_needed(&self) -> bool {
        !self.calls.is_empty()
            || self.targets.iter().any(|targets| targets.values().any(|target| !target.wants.is_empty()))
    }

    /// Whether everything that was live before the last outage is again, or is refused.
    pub(super) fn is_restored(&self) -> bool {
        self.online && self.restoring == 0
    }

    /// Whether something is live that would be interrupted by another connection.
    pub(super) fn relies_on_connection(&self) -> bool {
        self.is_restored() && !self.live_sinks().is_empty()
    }

    /// Forgets all wishes; calls that are settled are still to be told.
    pub(super) fn reset(&mut self) {
        let settled = std::mem::take(&mut self.calls.settled);
        *self = Self::default();
        self.calls.settled = settled;
    }

    /// The subscribers for which the server holds, or held, something.
    pub(super) fn live_sinks(&self) -> Vec<u32> {
        let targets = self.targets.iter().flat_map(HashMap::values);
        let live = targets.flat_map(|target| &target.wants).filter(|want| want.live);
        let mut sinks: Vec<_> = live.map(|want| want.sink).collect();
        sinks.sort_unstable();
        sinks.dedup();
        sinks
    }

    /// Whether anything of a subscriber's waits to be pulled.
    pub(super) fn pulls(&self, sink: u32) -> bool {
        let targets = self.targets.iter().flat_map(HashMap::values);
        targets.flat_map(|target| &target.wants).any(|want| want.sink == sink && !want.is_push)
    }

    /// A subscriber wants names, or wants those that it has to flow otherwise.
    pub(super) fn subscribe(
        &mut self,
        sink: u32,
        kind: SubscriptionKind,
        names: Vec<RequestedInterest>,
        call: SubscriberCall,
    ) {
        let id = self.calls.open(call, CallPurpose::Subscribe, sink);
        let mut asked = Vec::new();
        for RequestedInterest { name, route, is_push } in names {
            let target = self.targets[kind.index()].entry(name.clone()).or_insert_with(|| {
                self.next += 1;
                NameState { number: self.next, ..NameState::default() }
            });
            let is_new = if let Some(want) = target.wants.iter_mut().find(|want| want.sink == sink) {
                want.is_push = is_push;
                self.calls.has_asked_anew(sink, kind, &name)
            } else {
                target.wants.push(Interest { sink, route, is_push, live: false });
                true
            };
            if let Some(waiting) = self.calls.get_mut(id) {
                waiting.asked.push(RequestedName { kind, name: name.clone(), is_new });
            }
            if !self.online {
                target.waiting.push(self.calls.await_one(id));
            } else if !target.asked {
                target.asked = true;
                let waiters = vec![self.calls.await_one(id)];
                target.steps.push_back(UnacknowledgedCommand {
                    verb: Direction::Subscribe,
                    waiters,
                    leavers: Vec::new(),
                    restores: false,
                });
                asked.push(name);
            } else if let Some(step) = target.steps.back_mut() {
                step.waiters.push(self.calls.await_one(id));
            } else {
                Self::enliven(target, &mut self.notices);
            }
        }
        self.send(Direction::Subscribe, kind, asked);
        self.calls.settle_if_complete(id);
    }

    /// A subscriber wants names no longer; without names, none of this kind.
    pub(super) fn unsubscribe(
        &mut self,
        sink: u32,
        kind: SubscriptionKind,
        names: Option<Vec<ChannelName>>,
        call: SubscriberCall,
    ) {
        let id = self.calls.open(call, CallPurpose::Unsubscribe, sink);
        let names = names.unwrap_or_else(|| self.names_of(sink, kind));
        self.end_all(sink, kind, names, Some(id));
        self.calls.settle_if_complete(id);
    }

    /// Whether somebody listens to these names has changed; without names, to all of this kind.
    pub(super) fn listen(
        &mut self,
        sink: u32,
        kind: SubscriptionKind,
        names: Option<Vec<ChannelName>>,
        is_push: bool,
    ) {
        for name in names.unwrap_or_else(|| self.names_of(sink, kind)) {
            let target = self.targets[kind.index()].get_mut(&name);
            let want = target.and_then(|target| target.wants.iter_mut().find(|want| want.sink == sink));
            if let Some(want) = want {
                want.is_push = is_push;
            }
        }
    }

    /// A subscriber leaves with everything it wanted.
    pub(super) fn leave(&mut self, sink: u32, call: Option<SubscriberCall>) {
        for id in self.calls.find(|waiting| waiting.sink == sink) {
            self.calls.fail(id, Error::closed());
        }
        let id = call.map(|call| self.calls.open(call, CallPurpose::Leave, sink));
        for kind in SubscriptionKind::ALL {
            let names = self.names_of(sink, kind);
            self.end_all(sink, kind, names, id);
        }
        if let Some(id) = id {
            self.calls.settle_if_complete(id);
        }
    }

    /// Rejects the calls whose deadline has passed. `cause`: why there is no connection.
    pub(super) fn expire(&mut self, absent: &Absent<'_>) {
        for id in self.calls.overdue() {
            let absent = Some(absent).filter(|_| !self.online);
            let error = self.calls.get_mut(id).map(|waiting| waiting.late(absent));
            if let Some(error) = error {
                self.fail(id, error);
            }
        }
    }

    /// Rejects every call.
    pub(super) fn fail_calls(&mut self, error: &Error) {
        for id in self.calls.find(|_| true) {
            self.fail(id, error.clone());
        }
    }

    /// Rejects a call and takes back what it asked for: who is told that a subscription failed must not have it.
    fn fail(&mut self, id: CallId, error: Error) {
        let Some(PendingCall { sink, asked, .. }) = self.calls.fail(id, error) else { return };
        self.take_back(sink, asked, None);
    }

    /// The server refused a name of a call: the call rejects when the server has acknowledged that it has none of the others.
    fn refuse(&mut self, id: CallId, error: &Error) {
        let Some(sink) = self.calls.get_mut(id).map(|waiting| waiting.sink) else { return };
        let asked = self.calls.refuse(id, error);
        self.take_back(sink, asked, Some(id));
        self.calls.settle_if_complete(id);
    }

    fn take_back(&mut self, sink: u32, asked: Vec<RequestedName>, waiter: Option<CallId>) {
        for RequestedName { kind, name, .. } in asked.into_iter().filter(|asked| asked.is_new) {
            if !self.calls.has_asked_anew(sink, kind, &name) {
                self.end_all(sink, kind, vec![name], waiter);
            }
        }
    }

    fn names_of(&self, sink: u32, kind: SubscriptionKind) -> Vec<ChannelName> {
        let wanted = |target: &NameState| target.wants.iter().any(|want| want.sink == sink);
        let targets = self.targets[kind.index()].iter();
        targets.filter(|(_, target)| wanted(target)).map(|(name, _)| name.clone()).collect()
    }

    fn end_all(
        &mut self,
        sink: u32,
        kind: SubscriptionKind,
        names: Vec<ChannelName>,
        waiter: Option<CallId>,
    ) {
        let ended = names.into_iter().filter(|name| self.end(sink, kind, name, waiter)).collect();
        self.send(Direction::Unsubscribe, kind, ended);
    }

    /// Ends one subscriber's wish for a name. Answers whether the server is to be told.
    fn end(&mut self, sink: u32, kind: SubscriptionKind, name: &[u8], waiter: Option<CallId>) -> bool {
        let Some(target) = self.targets[kind.index()].get_mut(name) else { return false };
        let Some(at) = target.wants.iter().position(|want| want.sink == sink) else { return false };
        let want = target.wants.remove(at);
        let tells = self.online && target.asked && target.wants.is_empty();
        if tells {
            target.asked = false;
            let waiters = waiter.map(|id| self.calls.await_one(id)).into_iter().collect();
            target.steps.push_back(UnacknowledgedCommand {
                verb: Direction::Unsubscribe,
                waiters,
                leavers: vec![want],
                restores: false,
            });
        } else {
            self.notices.push((want, RegistryEvent::Unsubscribed));
            if target.wants.is_empty() {
                // Earlier calls waited for a connection to subscribe on; this later one has the last word.
                let waiting = std::mem::take(&mut target.waiting);
                self.calls.complete(waiting);
            }
        }
        self.forget(kind, name);
        tells
    }

    fn forget(&mut self, kind: SubscriptionKind, name: &[u8]) {
        let targets = &mut self.targets[kind.index()];
        if targets.get(name).is_some_and(NameState::is_forgotten) {
            targets.remove(name);
        }
    }

    /// The server holds the name: so it does for all who want it by now.
    fn enliven(target: &mut NameState, notices: &mut Vec<(Interest, RegistryEvent)>) {
        for want in target.wants.iter_mut().filter(|want| !want.live) {
            want.live = true;
            notices.push((*want, RegistryEvent::Subscribed));
        }
    }

    fn send(&mut self, verb: Direction, kind: SubscriptionKind, names: Vec<ChannelName>) {
        let mut names = names.into_iter().peekable();
        while names.peek().is_some() {
            let names = names.by_ref().take(NAMES_PER_COMMAND).collect();
            self.commands.push_back(SubscribeCommand { verb, kind, names });
        }
    }
}
