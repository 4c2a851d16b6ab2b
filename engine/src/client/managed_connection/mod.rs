//! One shared connection that outlives its sockets: connects, restores, reconnects, and decides what a lost socket means for
//! the commands that were on it (promises P2, P3, P4, P6).

mod attempt;
mod own_commands;
mod renewal;
mod waiters;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::ReplySinkFactory;
use super::reconnect::{ReconnectPolicy, ReconnectSchedule};
use crate::config::address::ConnectTarget;
use crate::connection::connector::Connector;
use crate::connection::driver::{ConnectionEnd, Severance, Shutdown};
use crate::connection::queue::{Overdue, Queue, QueueLimits, RetainOnDisconnect};
use crate::connection::request::{ConnectionEvent, ReplySink, Request};
use crate::error::{Error, ErrorKind};

const SILENT: u8 = Severance::Silent as u8;
const HELD: u8 = Severance::Held as u8;

/// Whether a task runs for the lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DriverState {
    /// No socket and no task; the next command starts one.
    Idle,
    /// A task connects, serves or waits to reconnect.
    Active,
    /// Closed for good.
    Closed,
}

struct ConnectionControl {
    state: DriverState,
    connecting: Vec<oneshot::Sender<Result<(), Error>>>,
    closing: Vec<oneshot::Sender<()>>,
    online: bool,
    /// Why there is no connection: the last failure, until one is made.
    trouble: Option<Error>,
}

/// The lane.
pub struct ManagedConnection {
    queue: Arc<Queue>,
    connector: Connector,
    reconnect_policy: ReconnectPolicy,
    connected: AtomicBool,
    /// Connections made after one that was lost.
    reconnects: AtomicU64,
    shutdown: AtomicU8,
    leaving: AtomicBool,
    severed: AtomicU8,
    /// The server's number for the connection; 0 where it is not known.
    client_id: AtomicI64,
    /// Where the present connection, or the last one, leads.
    place: Mutex<Option<ConnectTarget>>,
    control: Mutex<ConnectionControl>,
    /// Whether the user has a transaction open that he sends command by command.
    transaction: Mutex<bool>,
    mailbox: Arc<dyn ReplySinkFactory>,
    runtime: Handle,
}

impl ManagedConnection {
    /// A lane that is not connected.
    pub fn new(
        limits: QueueLimits,
        connector: Connector,
        reconnect_policy: ReconnectPolicy,
        mailbox: Arc<dyn ReplySinkFactory>,
        runtime: Handle,
    ) -> Arc<Self> {
        let control = ConnectionControl {
            state: DriverState::Idle,
            connecting: Vec::new(),
            closing: Vec::new(),
            online: false,
            trouble: None,
        };
        Arc::new(Self {
            queue: Arc::new(Queue::new(limits)),
            connector,
            reconnect_policy,
            connected: AtomicBool::new(false),
            reconnects: AtomicU64::new(0),
            shutdown: AtomicU8::new(0),
            leaving: AtomicBool::new(false),
            severed: AtomicU8::new(0),
            client_id: AtomicI64::new(0),
            place: Mutex::default(),
            control: Mutex::new(control),
            transaction: Mutex::new(false),
            mailbox,
            runtime,
        })
    }

    fn control(&self) -> MutexGuard<'_, ConnectionControl> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shutdown(&self) -> Shutdown {
        match self.shutdown.load(Ordering::Acquire) {
            0 if self.leaving.load(Ordering::Acquire) => Shutdown::Leave,
            0 => Shutdown::None,
            1 => Shutdown::Drain,
            _ => Shutdown::Immediate,
        }
    }

    /// The same for the present connection, which may have to go for reasons of its own.
    fn shutdown_now(&self) -> Shutdown {
        match self.shutdown() {
            Shutdown::Immediate => Shutdown::Immediate,
            shutdown => match self.severed.load(Ordering::Acquire) {
                SILENT => Shutdown::Abort(Severance::Silent),
                HELD => Shutdown::Abort(Severance::Held),
                _ => shutdown,
            },
        }
    }

    /// Ends the present connection as if it had broken: its server is known to be gone. Without one it does nothing.
    pub fn sever(&self) {
        self.sever_for(Severance::Silent);
    }

    /// Ends the present connection as if it had broken: its server may still keep a call waiting that has ended for its caller.
    pub fn give_up(&self) {
        self.sever_for(Severance::Held);
    }

    fn sever_for(&self, why: Severance) {
        if self.queue.is_online() {
            self.severed.store(why as u8, Ordering::Release);
            self.queue.wake.notify_one();
        }
    }

    /// The server's number for the present connection, where it is known.
    pub fn client_id(&self) -> Option<i64> {
        Some(self.client_id.load(Ordering::Acquire)).filter(|&id| id != 0 && self.queue.is_online())
    }

    /// Where its connection leads.
    pub fn place(&self) -> Option<ConnectTarget> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The lane's queue.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Takes over staged commands and sees to it that somebody works on them.
    pub fn submit(self: &Arc<Self>, bytes: &mut Vec<u8>, requests: &mut Vec<Request>) {
        let overdue = self.queue.submit(bytes, requests);
        self.see_to(overdue);
    }

    /// Takes over a command of the engine's own thread, which has seen to its deadline.
    pub(super) fn forward(self: &Arc<Self>, bytes: &mut Vec<u8>, request: Request) {
        self.queue.submit_all(bytes, &mut vec![request]);
        self.see_to(Overdue::default());
    }

    /// Something was submitted, but for what is `overdue`.
    fn see_to(self: &Arc<Self>, overdue: Overdue) {
        if !overdue.is_empty() {
            overdue.tell(self.mailbox.open().as_mut());
        }
        if !self.queue.is_online() && !self.queue.is_empty() {
            self.start();
        }
    }

    /// The same for one request, whose bytes are encoded while they are written.
    pub fn submit_while_encoding(
        self: &Arc<Self>,
        bytes: &mut Vec<u8>,
        request: Request,
        encode: impl FnMut(&mut Vec<u8>),
    ) {
        let overdue = self.queue.submit_while_encoding(bytes, request, encode);
        self.see_to(overdue);
    }

    /// Starts the lane's task unless it runs.
    pub fn start(self: &Arc<Self>) {
        let mut control = self.control();
        let connection = Arc::clone(self);
        match control.state {
            DriverState::Active => {}
            DriverState::Idle => {
                control.state = DriverState::Active;
                self.runtime.spawn(connection.supervise());
            }
            // Nobody else would ever answer what is in the queue.
            DriverState::Closed => {
                self.runtime.spawn(async move {
                    connection.reject(
                        connection.mailbox.open().as_mut(),
                        RetainOnDisconnect::Nothing,
                        &Error::closed(),
                    );
                });
            }
        }
    }

    /// Why there is no connection: the last failure, or what the attempt that is under way waits for.
    pub fn trouble(&self) -> Option<Error> {
        let failed = self.control().trouble.clone();
        failed.or_else(|| self.connector.progress())
    }

    /// How often its connection was made again.
    pub fn reconnects(&self) -> u64 {
        self.reconnects.load(Ordering::Relaxed)
    }

    /// Whether a task works for the lane.
    pub fn is_active(&self) -> bool {
        self.control().state == DriverState::Active
    }

    /// Whether its one connection is gone and will not be made again.
    pub fn is_spent(&self) -> bool {
        matches!(self.reconnect_policy, ReconnectPolicy::Never)
            && self.connected.load(Ordering::Acquire)
            && !self.queue.is_online()
    }

    /// Connects, or waits for the connection that is being made.
    pub fn connect(self: &Arc<Self>) -> oneshot::Receiver<Result<(), Error>> {
        let (sender, receiver) = oneshot::channel();
        let mut control = self.control();
        match control.state {
            DriverState::Closed => drop(sender.send(Err(Error::closed()))),
            DriverState::Active if control.online => drop(sender.send(Ok(()))),
            DriverState::Idle | DriverState::Active => {
                control.connecting.push(sender);
                drop(control);
                self.start();
            }
        }
        receiver
    }

    /// Closes: after what is in flight with [`Shutdown::Drain`], at once with [`Shutdown::Immediate`].
    pub fn close(self: &Arc<Self>, shutdown: Shutdown) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let level = if shutdown == Shutdown::Immediate { 2 } else { 1 };
        self.shutdown.fetch_max(level, Ordering::AcqRel);
        let mut control = self.control();
        match control.state {
            DriverState::Closed => {
                let _nobody_waits = sender.send(());
            }
            DriverState::Idle => {
                control.state = DriverState::Closed;
                let _nobody_waits = sender.send(());
            }
            DriverState::Active => control.closing.push(sender),
        }
        drop(control);
        self.queue.wake.notify_one();
        receiver
    }

    /// Runs the lane and, should it panic, rejects its commands instead of leaving them behind.
    async fn supervise(self: Arc<Self>) {
        let task = Arc::clone(&self).run();
        if self.runtime.spawn(task).await.is_err() {
            // Without the panic's text, which may quote what was being worked on; the panic hook has printed it.
            let error = Error::internal("the connection's task panicked");
            let mut deliver = self.mailbox.open();
            self.stop(deliver.as_mut(), &error);
        }
    }

    async fn run(self: Arc<Self>) {
        let mut deliver = self.mailbox.open();
        let deliver = deliver.as_mut();
        let _watched = self.connector.watch();
        let mut schedule = ReconnectSchedule::new(&self.reconnect_policy, &self.connector);
        let mut connected_before = false;
        let mut cause: Option<Error> = None;
        while !self.is_done() {
            schedule.attempt();
            let mut moved = false;
            let failed = match self.attempt(deliver, cause.as_ref()).await {
                None => break,
                Some(Ok(mut connection)) => {
                    if !schedule.goes_on() {
                        connection.redirects = connection.redirects.without_another();
                    }
                    connected_before = true;
                    // Who hears of the connection may use it at once, also where nothing may wait for one.
                    self.severed.store(0, Ordering::Release);
                    self.client_id.store(connection.client_id.unwrap_or(0), Ordering::Release);
                    *self.place.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(connection.place.clone());
                    connection.attach(&self.queue, deliver.accepts_handoff());
                    self.online();
                    deliver.event(ConnectionEvent::Ready);
                    deliver.flush();
                    let since = Instant::now();
                    let ended = self.serve(connection, deliver).await;
                    schedule.ended(since.elapsed(), self.queue.has_answers());
                    self.control().online = false;
                    moved = match ended {
                        ConnectionEnd::Left(_) => true,
                        // Where nobody watches, the name may lead elsewhere already.
                        ConnectionEnd::Refused(_) => !self.connector.is_watched(),
                        ConnectionEnd::Closed | ConnectionEnd::Lost(_) => false,
                    };
                    match ended {
                        ConnectionEnd::Closed => break,
                        ConnectionEnd::Lost(error)
                        | ConnectionEnd::Left(error)
                        | ConnectionEnd::Refused(error) => {
                            let keep = match error.kind() {
                                _ if !schedule.goes_on() => RetainOnDisconnect::Nothing,
                                ErrorKind::Protocol => RetainOnDisconnect::Unseen,
                                _ => RetainOnDisconnect::Unanswered,
                            };
                            self.reject(deliver, keep, &error);
                            deliver.event(ConnectionEvent::Close(error.clone()));
                            error
                        }
                    }
                }
                Some(Err(error)) => {
                    self.failed(deliver, &error);
                    error
                }
            };
            self.control().trouble = Some(failed.clone());
            let unused = !connected_before && self.queue.is_empty();
            match if unused { None } else { schedule.next(moved) } {
                None => return self.stop(deliver, &failed),
                Some((delay, attempt)) => {
                    deliver.event(ConnectionEvent::Reconnecting { attempt, delay });
                    deliver.flush();
                    if self.unless_done(deliver, Some(&failed), schedule.wait(delay)).await.is_none() {
                        break;
                    }
                }
            }
            cause = Some(failed);
        }
        self.stop(deliver, &Error::closed());
    }

    /// Whether the owner wants the lane closed and nothing stands against it.
    fn is_done(&self) -> bool {
        match self.shutdown() {
            Shutdown::None | Shutdown::Leave => false,
            Shutdown::Drain => self.queue.is_empty(),
            Shutdown::Abort(_) | Shutdown::Immediate => true,
        }
    }

    /// Does `work` while callers keep their deadlines. `None`: the lane is to be closed.
    async fn unless_done<T>(
        &self,
        deliver: &mut dyn ReplySink,
        cause: Option<&Error>,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            () = self.keep_time(deliver, cause) => None,
            done = work => Some(done),
        }
    }

    fn online(&self) {
        if self.connected.swap(true, Ordering::AcqRel) {
            self.reconnects.fetch_add(1, Ordering::Relaxed);
        }
        let mut control = self.control();
        control.online = true;
        control.trouble = None;
        for waiter in control.connecting.drain(..) {
            // Nobody listens any more: the caller gave up.
            drop(waiter.send(Ok(())));
        }
    }
}
