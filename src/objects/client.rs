//! A client as JavaScript sees it: a handful of functions around its port.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use napi::sys;
use oxidis_engine::client::pubsub::SubscriptionManager;
use oxidis_engine::client::{CLOSE_TIMEOUT, Client, ReplySinkFactory};
use oxidis_engine::connection::driver::Shutdown;
use oxidis_engine::connection::request::{Reply, ReplySink, TextFormat, Ticket};
use oxidis_engine::error::{Error, TimeoutPhase};
use oxidis_engine::resp::Scalar;
use tokio::time::timeout;

use super::client_config::ClientConfig;
use super::command_port::{CallDefaults, CommandPort};
use super::lease::{Leases, NativeLease};
use super::pending_callbacks::PendingCallbacks;
use super::route::milliseconds;
use crate::engine_thread;
use crate::environment::Environment;
use crate::environment::keep_alive::KeepAlive;
use crate::results::inbox::ClientMailbox;

/// The client.
pub(crate) struct NativeClient {
    environment: Rc<Environment>,
    id: u32,
    engine: Client,
    mailbox: Arc<dyn ReplySinkFactory>,
    port: Rc<CommandPort>,
    life: Rc<KeepAlive>,
    pending_callbacks: Arc<PendingCallbacks>,
    leases: Rc<Leases>,
    /// Those of other handles.
    ports: RefCell<Vec<Weak<CommandPort>>>,
}

impl NativeClient {
    /// A client as `plan` says, owned by the JavaScript object behind `owner`.
    pub(crate) fn create(
        environment: &Rc<Environment>,
        id: u32,
        plan: ClientConfig,
        pending_callbacks: Arc<PendingCallbacks>,
        owner: sys::napi_ref,
    ) -> Result<Rc<Self>, Error> {
        let runtime = engine_thread::handle().map_err(Error::internal)?;
        let ClientConfig { options, locate } = plan;
        let mailbox: Arc<dyn ReplySinkFactory> =
            Arc::new(ClientMailbox { inbox: Arc::clone(environment.inbox()), client: id });
        let life = KeepAlive::new(environment, owner);
        let engine = Client::of(options, locate, &mailbox, runtime)?;
        life.belongs_to(engine.pool());
        let client = Rc::new(Self {
            environment: Rc::clone(environment),
            id,
            port: CommandPort::shared(environment, &engine, &life),
            engine,
            mailbox,
            life,
            pending_callbacks,
            leases: Rc::default(),
            ports: RefCell::default(),
        });
        environment.register(id, &client);
        Ok(client)
    }

    /// The number that events carry.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Its environment.
    pub(crate) fn environment(&self) -> &Rc<Environment> {
        &self.environment
    }

    /// Its subscribers' connection.
    pub(crate) fn subscriber(&self) -> &Arc<SubscriptionManager> {
        self.engine.subscriber()
    }

    /// `commandTimeout` in milliseconds; 0 for none.
    pub(crate) fn timeout(&self) -> u32 {
        let timeout = self.engine.options().command_timeout;
        timeout.map_or(0, |time| u32::try_from(time.as_millis()).unwrap_or(u32::MAX))
    }

    /// A connection may be opened: from now on the process stays.
    pub(crate) fn stay(&self) {
        self.life.stay();
    }

    /// Where its commands go.
    pub(crate) fn port(&self) -> &Rc<CommandPort> {
        &self.port
    }

    /// Settles `slot` when every lane is connected, with the first failure, or when `patience` is over: in milliseconds, 0 or
    /// `None` for no end but that of the attempt.
    pub(crate) fn connect(&self, slot: u32, wait_limit: Option<f64>) {
        let connected = self.engine.connect();
        let connections = Arc::clone(self.engine.connections());
        let wait_limit = wait_limit.map(milliseconds).filter(|&wait_limit| wait_limit > 0);
        self.report(slot, async move {
            let connected = match wait_limit.map(|wait_limit| Duration::from_millis(u64::from(wait_limit))) {
                None => connected.await,
                Some(wait_limit) => timeout(wait_limit, connected).await.unwrap_or_else(|_| {
                    let trouble = connections.all().iter().find_map(|connection| connection.trouble());
                    Err(Error::timeout(TimeoutPhase::Queue, wait_limit).caused_by(trouble).executed(false))
                }),
            };
            connected.map(|()| Scalar::Null)
        });
    }

    /// Settles `slot` when every lane is closed: after its work, or when `limit` is over; in milliseconds, 0 for no end.
    pub(crate) fn close(&self, slot: u32, limit: Option<f64>) {
        self.port.finish();
        self.flush();
        let closed = self.engine.close_within(close_limit(limit));
        self.report(slot, async move {
            closed.await;
            Ok(Scalar::Null)
        });
    }

    /// Settles `slot` when every lane is closed, which begins at once.
    pub(crate) fn destroy(&self, slot: u32) {
        self.port.finish();
        self.flush();
        let closed = self.engine.close(Shutdown::Immediate);
        self.report(slot, async move {
            closed.await;
            Ok(Scalar::Null)
        });
    }

    /// Settles `slot` with the number of a lease, to be fetched by [`Self::leased`]. `patience` is in milliseconds, 0 for no
    /// end; `None` means `acquireTimeout`.
    pub(crate) fn lease(&self, slot: u32, wait_limit: Option<f64>) {
        let pool = Arc::clone(self.engine.pool());
        let (number, granted, given_up) = self.leases.expect(slot);
        let wait_limit = wait_limit.map(|wait_limit| match milliseconds(wait_limit) {
            0 => Duration::MAX,
            wait_limit => Duration::from_millis(u64::from(wait_limit)),
        });
        self.report(slot, async move {
            let lease = tokio::select! {
                biased;
                lease = pool.lease(wait_limit) => lease?,
                Ok(()) = given_up => return Err(Error::closed()),
            };
            lease.call_itself(number);
            granted.put(number, lease);
            Ok(Scalar::Int(i64::from(number)))
        });
    }

    /// The caller in `slot` no longer waits for his lease; the slot is settled with an error.
    pub(crate) fn give_up_lease(&self, slot: u32) {
        self.leases.give_up(slot);
    }

    /// A lease that was granted, for calls as on `port`; `None` where there is none of this number.
    pub(crate) fn leased(&self, number: u32, port: &CommandPort) -> Option<Rc<NativeLease>> {
        self.leases.take(number, port)
    }

    /// Another port to the shared connections, for calls in this `manner`.
    pub(crate) fn port_for(&self, call_defaults: CallDefaults) -> Rc<CommandPort> {
        let port = self.port.another(call_defaults);
        self.ports.borrow_mut().retain(|port| port.strong_count() > 0);
        self.ports.borrow_mut().push(Rc::downgrade(&port));
        port
    }

    /// Bytes of calls that have no answer.
    pub(crate) fn buffered_bytes(&self) -> f64 {
        let staged =
            self.port.staged_bytes() + self.other_ports().map(|port| port.staged_bytes()).sum::<usize>();
        #[allow(clippy::cast_precision_loss, reason = "no machine has 2^53 bytes")]
        let bytes = (self.engine.pool().queued_bytes() + staged as u64) as f64;
        bytes
    }

    fn other_ports(&self) -> impl Iterator<Item = Rc<CommandPort>> {
        self.ports.borrow().iter().filter_map(Weak::upgrade).collect::<Vec<_>>().into_iter()
    }

    /// Settles `slot` when everything that was called before on shared connections is answered or rejected, or when `limit` is
    /// over.
    pub(crate) fn drained(&self, slot: u32, limit: Option<Duration>) {
        self.flush();
        let waiting: Vec<_> =
            self.engine.connections().all().iter().map(|connection| connection.queue().drained()).collect();
        self.report(slot, async move {
            let drained = async {
                for connection in waiting {
                    // A lane that is gone has nothing left to answer.
                    drop(connection.await);
                }
            };
            // Either end is what was asked for.
            let _in_time = timeout(limit.unwrap_or(Duration::MAX), drained).await;
            Ok(Scalar::Null)
        });
    }

    /// The state of its connections, as JSON text.
    pub(crate) fn stats(&self) -> String {
        let stats = self.engine.pool().stats();
        serde_json::json!({
            "open": stats.open,
            "shared": stats.shared,
            "idle": stats.idle,
            "leased": stats.leased,
            "blocking": stats.blocking,
            "subscribed": stats.subscribed,
            "waiting": stats.waiting,
            "inFlight": stats.in_flight,
            "queuedBytes": self.buffered_bytes(),
            "reconnects": stats.reconnects,
        })
        .to_string()
    }

    fn flush(&self) {
        self.port.flush();
        self.other_ports().for_each(|port| port.flush());
        self.leases.flush();
    }

    /// Settles `slot` with `outcome`; until then, the process stays.
    fn report(
        &self,
        slot: u32,
        outcome: impl Future<Output = Result<Scalar<'static>, Error>> + Send + 'static,
    ) {
        self.report_boxed(slot, Box::pin(outcome));
    }

    /// One kind of task for all outcomes: each kind is kilobytes of code.
    fn report_boxed(
        &self,
        slot: u32,
        outcome: Pin<Box<dyn Future<Output = Result<Scalar<'static>, Error>> + Send>>,
    ) {
        let mailbox = Arc::clone(&self.mailbox);
        let Ok(runtime) = engine_thread::handle() else { return };
        let (inbox, id) = (Arc::clone(self.environment.inbox()), self.id);
        self.life.owe_report();
        runtime.spawn(async move {
            let outcome = runtime
                .spawn(outcome)
                .await
                .unwrap_or_else(|_| Err(Error::internal("a task of the client panicked")));
            let mut deliver: Box<dyn ReplySink> = mailbox.open();
            let ticket = Ticket { slot, view: TextFormat::Text, prefixed: false };
            match outcome {
                Ok(value) => deliver.reply(ticket, Reply::Scalar(value)),
                Err(error) => deliver.error(ticket, &error),
            }
            deliver.flush();
            inbox.reported(id);
        });
    }

    /// One outcome of [`Self::report`] is in JavaScript.
    pub(crate) fn reported(&self) {
        self.life.reported();
        self.release();
    }

    /// JavaScript answers a question.
    pub(crate) fn answer(&self, request: u32, result: Option<&str>, problem: Option<String>) {
        self.pending_callbacks.answer(request, result, problem);
    }

    /// The environment ends: nobody waits for replies any more.
    pub(crate) fn abandon(&self) {
        drop(self.engine.close(Shutdown::Immediate));
    }

    /// Whether an open connection keeps the process alive.
    pub(crate) fn set_referenced(&self, referenced: bool) {
        self.life.set_referenced(referenced);
    }

    /// Something has ended: when no connection and no report is left, the process and the JavaScript object may go.
    pub(crate) fn release(&self) {
        self.life.release(self.engine.is_active());
    }
}

/// How long closing may take, from JavaScript's milliseconds: 0 for no end.
pub(crate) fn close_limit(limit: Option<f64>) -> Option<Duration> {
    match limit.map(milliseconds) {
        None => Some(CLOSE_TIMEOUT),
        Some(0) => None,
        Some(limit) => Some(Duration::from_millis(u64::from(limit))),
    }
}

impl Drop for NativeClient {
    fn drop(&mut self) {
        self.environment.forget(self.id);
    }
}
