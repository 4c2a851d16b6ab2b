//! The subscribers' side of a client: who they are, what they order, and the task that works for them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

use super::calls::SubscriberCall;
use super::sink::{MessageSink, SinkSettings, SinkWaker};
use super::state::{PubSubState, SubscriberCommand};
use super::subscriber_handle::SubscriberHandle;
use crate::client::pool::Pool;
use crate::client::{ReconnectPolicy, ReplySinkFactory};
use crate::config::{OfflineQueue, Options};
use crate::connection::connector::Connector;
use crate::connection::request::{ConnectionEvent, Reply, ReplySink};
use crate::error::Error;
use crate::resp::Scalar;

/// Orders, and the life of the task.
#[derive(Debug, Default)]
struct ManagerControl {
    orders: VecDeque<SubscriberCommand>,
    /// A task works.
    running: bool,
    closed: bool,
    closing: Vec<oneshot::Sender<()>>,
    /// Numbers of subscribers: the next new one, and those that may be given again.
    next: u32,
    vacant: Vec<u32>,
}

/// What the task is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaskNeed {
    /// Somebody wants something of the server.
    Connection,
    /// Nobody does.
    Nothing,
    /// The client is closed.
    Closed,
}

/// The subscribers' side of a client.
pub struct SubscriptionManager {
    pub(super) connector: Connector,
    pub(super) reconnect_policy: ReconnectPolicy,
    /// Its connection counts among the others of the client.
    pub(super) pool: Arc<Pool>,
    pub(super) mailbox: Arc<dyn ReplySinkFactory>,
    /// Wakes the task: orders, or room in a backlog.
    pub(super) wake: Arc<Notify>,
    runtime: Handle,
    /// `offlineQueue.maxCommands`
    max_waiting: usize,
    control: Mutex<ManagerControl>,
    state: Mutex<PubSubState>,
    /// There are orders: saves the lock after most reads.
    ordered: AtomicBool,
    online: AtomicBool,
    /// Calls that the task has taken over and not settled.
    waiting: AtomicUsize,
}

impl fmt::Debug for SubscriptionManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionManager").field("active", &self.is_active()).finish_non_exhaustive()
    }
}

impl SubscriptionManager {
    /// Nobody subscribes yet, and nothing is connected.
    pub fn new(
        options: &Options,
        connector: Connector,
        pool: Arc<Pool>,
        mailbox: Arc<dyn ReplySinkFactory>,
        runtime: Handle,
    ) -> Arc<Self> {
        let max_waiting = options.offline_queue.as_ref().map(|queue| queue.max_commands);
        Arc::new(Self {
            connector,
            reconnect_policy: ReconnectPolicy::of(options),
            pool,
            mailbox,
            wake: Arc::default(),
            runtime,
            max_waiting: max_waiting.unwrap_or_else(|| OfflineQueue::default().max_commands),
            control: Mutex::default(),
            state: Mutex::default(),
            ordered: AtomicBool::new(false),
            online: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
        })
    }

    fn control(&self) -> MutexGuard<'_, ManagerControl> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, PubSubState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new subscriber, which is told by `bell` when it has something to take.
    pub fn join(
        self: &Arc<Self>,
        settings: SinkSettings,
        waker: Box<dyn SinkWaker>,
    ) -> Result<SubscriberHandle, Error> {
        let sink = Arc::new(MessageSink::new(settings, waker, Arc::clone(&self.wake)));
        let mut control = self.control();
        if control.closed {
            return Err(Error::closed());
        }
        let id = control.vacant.pop().unwrap_or(control.next);
        control.next = control.next.max(id + 1);
        // No work by itself: the task finds it before the first order that is.
        control.orders.push_back(SubscriberCommand::Join { id, sink: Arc::clone(&sink) });
        drop(control);
        self.ordered.store(true, Ordering::Release);
        Ok(SubscriberHandle::new(id, sink, Arc::clone(self)))
    }

    /// Whether a task works, with or without a connection.
    pub fn is_active(&self) -> bool {
        self.control().running
    }

    /// Whether one more call may wait.
    pub(super) fn admit(&self) -> Result<(), Error> {
        if self.online.load(Ordering::Acquire) {
            return Ok(());
        }
        let waiting = self.waiting.load(Ordering::Acquire) + self.control().orders.len();
        if waiting >= self.max_waiting {
            return Err(Error::queue_full("offlineQueue.maxCommands", self.max_waiting as u64));
        }
        Ok(())
    }

    /// Takes an order, and sees to it that somebody works on it.
    pub(super) fn command(self: &Arc<Self>, command: SubscriberCommand) {
        let mut control = self.control();
        if control.closed && !control.running {
            drop(control);
            return self.turn_away(&command);
        }
        control.orders.push_back(command);
        self.ordered.store(true, Ordering::Release);
        self.start(&mut control);
        drop(control);
        self.wake.notify_one();
    }

    fn start(self: &Arc<Self>, control: &mut ManagerControl) {
        if !control.running {
            control.running = true;
            self.runtime.spawn(Arc::clone(self).supervise());
        }
    }

    /// The client is closed: nobody will work on the order.
    fn turn_away(&self, command: &SubscriberCommand) {
        match command {
            SubscriberCommand::Subscribe { call, .. } | SubscriberCommand::Unsubscribe { call, .. } => {
                self.answer(|deliver| deliver.error(call.ticket, &Error::closed()));
            }
            SubscriberCommand::Leave { call: Some(call), .. } => self.settle(*call),
            SubscriberCommand::Join { .. }
            | SubscriberCommand::Listen { .. }
            | SubscriberCommand::Leave { .. } => {}
        }
    }

    /// Settles a call for which there is nothing to do.
    pub(super) fn settle(&self, call: SubscriberCall) {
        self.answer(|deliver| deliver.reply(call.ticket, Reply::Scalar(Scalar::Null)));
    }

    /// Answers without the task, whose end will not tell that nobody waits any more.
    fn answer(&self, answer: impl FnOnce(&mut dyn ReplySink)) {
        let mut deliver = self.mailbox.open();
        answer(deliver.as_mut());
        deliver.event(ConnectionEvent::Vacated);
        deliver.flush();
    }

    /// Closes: every subscriber is told that nothing follows. Resolves when the connection is gone.
    pub fn close(self: &Arc<Self>) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut control = self.control();
        control.closed = true;
        let idle = !control.running && control.orders.is_empty() && !self.state().has_members();
        if idle {
            let _nobody_waits = sender.send(());
        } else {
            control.closing.push(sender);
            self.start(&mut control);
        }
        drop(control);
        self.wake.notify_one();
        receiver
    }

    /// Runs the task and, should it panic, fails every subscriber instead of leaving it behind.
    async fn supervise(self: Arc<Self>) {
        let task = Arc::clone(&self);
        if self.runtime.spawn(task.run()).await.is_err() {
            // Without the panic's text, which may quote what was being worked on; the panic hook has printed it.
            let error = Error::internal("the subscribers' task panicked");
            let mut deliver = self.mailbox.open();
            self.set_online(false);
            self.change(deliver.as_mut(), |state| state.fail_all(&error));
            self.finish(deliver.as_mut());
        }
    }

    /// Does what was ordered.
    pub(super) fn apply(&self, deliver: &mut dyn ReplySink) {
        if !self.ordered.swap(false, Ordering::AcqRel) {
            return;
        }
        let orders = std::mem::take(&mut self.control().orders);
        self.change(deliver, |state| orders.into_iter().for_each(|command| state.apply(command)));
        let vacated = std::mem::take(&mut self.state().vacated);
        self.control().vacant.extend(vacated);
    }

    /// Changes the state, and tells everybody what has come of it.
    pub(super) fn change(&self, deliver: &mut dyn ReplySink, change: impl FnOnce(&mut PubSubState)) {
        let mut state = self.state();
        change(&mut state);
        state.settle(deliver);
        self.waiting.store(state.registry.calls.len(), Ordering::Release);
        drop(state);
        deliver.flush();
    }

    pub(super) fn need(&self) -> TaskNeed {
        if self.control().closed {
            return TaskNeed::Closed;
        }
        if self.state().registry.is_needed() { TaskNeed::Connection } else { TaskNeed::Nothing }
    }

    pub(super) fn set_online(&self, online: bool) {
        self.online.store(online, Ordering::Release);
    }

    /// Ends the task, unless there is something to do by now.
    pub(super) fn rest(&self, deliver: &mut dyn ReplySink) -> bool {
        let mut control = self.control();
        if control.closed || !control.orders.is_empty() {
            return false;
        }
        control.running = false;
        drop(control);
        deliver.event(ConnectionEvent::Vacated);
        deliver.flush();
        true
    }

    /// Ends the task, and with it everything that waits.
    pub(super) fn finish(self: &Arc<Self>, deliver: &mut dyn ReplySink) {
        let mut control = self.control();
        let orders = std::mem::take(&mut control.orders);
        if control.closed {
            // Under the lock: an order that arrives meanwhile is either in here or turned away.
            let mut state = self.state();
            for command in orders {
                state.apply(command);
            }
            state.close();
            state.settle(deliver);
            control.running = false;
        } else {
            control.orders = orders;
            control.running = false;
            if !control.orders.is_empty() {
                self.start(&mut control);
            }
        }
        let closing = std::mem::take(&mut control.closing);
        drop(control);
        deliver.event(ConnectionEvent::Vacated);
        deliver.flush();
        for waiter in closing {
            let _nobody_waits = waiter.send(());
        }
    }
}
