//! What the server's answers, and the loss of its connection, mean for who wants what.

use super::{
    ChannelName, Direction, RegistryEvent, SubscribeCommand, SubscriptionKind, SubscriptionRegistry,
    UnacknowledgedCommand,
};
use crate::error::Error;

impl SubscriptionRegistry {
    /// A connection takes commands: asks for everything that anybody wants.
    pub(in super::super) fn connected(&mut self) {
        self.online = true;
        for kind in SubscriptionKind::ALL {
            let mut names = Vec::new();
            for (name, target) in &mut self.targets[kind.index()] {
                if target.wants.is_empty() {
                    continue;
                }
                let restores = target.is_live();
                self.restoring += usize::from(restores);
                target.asked = true;
                let waiters = std::mem::take(&mut target.waiting);
                target.steps.push_back(UnacknowledgedCommand {
                    verb: Direction::Subscribe,
                    waiters,
                    leavers: Vec::new(),
                    restores,
                });
                names.push((target.number, name.clone()));
            }
            names.sort_unstable_by_key(|(number, _)| *number);
            self.send(Direction::Subscribe, kind, names.into_iter().map(|(_, name)| name).collect());
        }
    }

    /// The connection is gone, and with it everything that the server held.
    pub(in super::super) fn disconnected(&mut self) {
        self.online = false;
        self.restoring = 0;
        self.commands.clear();
        for kind in SubscriptionKind::ALL {
            for target in self.targets[kind.index()].values_mut() {
                target.asked = false;
                for step in std::mem::take(&mut target.steps) {
                    self.notices
                        .extend(step.leavers.into_iter().map(|want| (want, RegistryEvent::Unsubscribed)));
                    if step.verb == Direction::Subscribe && !target.wants.is_empty() {
                        target.waiting.extend(step.waiters);
                    } else {
                        self.calls.complete(step.waiters);
                    }
                }
            }
            self.targets[kind.index()].retain(|_, target| !target.is_forgotten());
        }
        self.calls.reject_refused();
    }

    /// The server acknowledged a command for one name.
    pub(in super::super) fn acknowledged(&mut self, verb: Direction, kind: SubscriptionKind, name: &[u8]) {
        let Some(target) = self.targets[kind.index()].get_mut(name) else { return };
        let Some(step) = target.steps.pop_front() else { return };
        self.restoring -= usize::from(step.restores);
        self.notices.extend(step.leavers.into_iter().map(|want| (want, RegistryEvent::Unsubscribed)));
        // With commands outstanding, this acknowledgement is not the one that the present wishes wait for.
        if verb == Direction::Subscribe && target.steps.is_empty() {
            Self::enliven(target, &mut self.notices);
        }
        self.calls.complete(step.waiters);
        self.forget(kind, name);
    }

    /// The server refused a command, with all the names that it had.
    pub(in super::super) fn refused(&mut self, command: SubscribeCommand, error: &Error) {
        let SubscribeCommand { verb, kind, names } = command;
        let alone = names.len() == 1;
        for name in names {
            let Some(target) = self.targets[kind.index()].get_mut(&name) else { continue };
            let Some(step) = target.steps.pop_front() else { continue };
            match verb {
                Direction::Unsubscribe => self.not_unsubscribed(kind, &name, step, error),
                Direction::Subscribe if !target.steps.is_empty() => self.superseded(kind, &name, step),
                Direction::Subscribe if alone => self.not_subscribed(kind, &name, step, error),
                Direction::Subscribe => {
                    // One name among them may be the reason: each is asked for by itself.
                    target.steps.push_back(step);
                    self.commands.push_back(SubscribeCommand { verb, kind, names: [name].into() });
                }
            }
        }
    }

    /// The server ended a subscription by itself. It is asked for anew.
    pub(in super::super) fn ended_by_server(&mut self, kind: SubscriptionKind, name: &[u8]) -> Vec<u32> {
        let Some(target) = self.targets[kind.index()].get_mut(name) else { return Vec::new() };
        if !target.asked || !target.steps.is_empty() || target.wants.is_empty() {
            return Vec::new();
        }
        let step = UnacknowledgedCommand {
            verb: Direction::Subscribe,
            waiters: Vec::new(),
            leavers: Vec::new(),
            restores: true,
        };
        target.steps.push_back(step);
        self.restoring += 1;
        let sinks = target.wants.iter().map(|want| want.sink).collect();
        self.send(Direction::Subscribe, kind, vec![name.into()]);
        sinks
    }

    /// A later command for the same name decides; who waited for this one waits for that.
    fn superseded(&mut self, kind: SubscriptionKind, name: &ChannelName, step: UnacknowledgedCommand) {
        let Some(target) = self.targets[kind.index()].get_mut(name) else { return };
        let later = target.steps.iter_mut().rfind(|later| later.verb == Direction::Subscribe);
        if let Some(later) = later {
            later.waiters.extend(step.waiters);
            self.restoring -= usize::from(step.restores && later.restores);
            later.restores |= step.restores;
        } else {
            self.restoring -= usize::from(step.restores);
            self.calls.complete(step.waiters);
        }
    }

    fn not_subscribed(
        &mut self,
        kind: SubscriptionKind,
        name: &ChannelName,
        step: UnacknowledgedCommand,
        error: &Error,
    ) {
        self.restoring -= usize::from(step.restores);
        if let Some(target) = self.targets[kind.index()].get_mut(name) {
            target.asked = false;
        }
        for id in step.waiters {
            self.refuse(id, error);
        }
        // What is left was granted on an earlier connection, and may be on the next.
        let left = self.wants(kind, name).to_vec();
        self.notices.extend(left.into_iter().map(|want| (want, RegistryEvent::Refused(error.clone()))));
        self.forget(kind, name);
    }

    fn not_unsubscribed(
        &mut self,
        kind: SubscriptionKind,
        name: &ChannelName,
        step: UnacknowledgedCommand,
        error: &Error,
    ) {
        for id in step.waiters {
            self.fail(id, error.clone());
        }
        // The server goes on to send what nobody wants any more; it is dropped.
        self.notices.extend(step.leavers.into_iter().map(|want| (want, RegistryEvent::Unsubscribed)));
        self.forget(kind, name);
    }
}
