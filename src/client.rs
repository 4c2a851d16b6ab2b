//! A client as JavaScript sees it: a handful of functions. Owns the staging buffer of its thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use napi::sys;
use oxidis_engine::client::{Client, Lane, Mailbox, Staging};
use oxidis_engine::command::{self, Command, Shape};
use oxidis_engine::error::Error;
use oxidis_engine::net::connection::Wish;
use oxidis_engine::net::options::Options;
use oxidis_engine::net::request::{Deliver, NEVER, Recipient, Reply, Request, Ticket, now};
use oxidis_engine::resp::Scalar;

use crate::arguments::Arguments;
use crate::credentials::Provider;
use crate::environment::Environment;
use crate::inbox::ClientMailbox;
use crate::meta::{Meta, Retry};
use crate::{error, runtime};

/// Staged bytes beyond this are handed over at once, so that the server works while JavaScript still produces.
const FLUSH_BYTES: usize = 8 * 1024;

/// The same while the connection has nothing to do: the sooner the server starts, the sooner it is done.
const FIRST_FLUSH_BYTES: usize = 2 * 1024;

/// The client.
pub(crate) struct NativeClient {
    environment: Rc<Environment>,
    id: u32,
    engine: Client,
    mailbox: Arc<dyn Mailbox>,
    staging: RefCell<Staging>,
    lane: Cell<usize>,
    staged_at: Cell<u64>,
    flush_at: Cell<usize>,
    timeout: u32,
    /// Keeps the JavaScript object alive while a connection is open.
    owner: sys::napi_ref,
    open: Cell<bool>,
    /// Calls of `connect`, `close` and `destroy` that are not settled.
    reports: Cell<u32>,
    referenced: Cell<bool>,
    provider: Option<Arc<Provider>>,
}

/// What a command is sent with.
struct Call {
    slot: u32,
    meta: Meta,
    timeout: u32,
}

impl NativeClient {
    /// A client with `options`, owned by the JavaScript object behind `owner`.
    pub(crate) fn create(
        environment: &Rc<Environment>,
        id: u32,
        options: Options,
        provider: Option<Arc<Provider>>,
        owner: sys::napi_ref,
    ) -> Result<Rc<Self>, Error> {
        let runtime = runtime::handle().map_err(Error::internal)?;
        let mailbox: Arc<dyn Mailbox> =
            Arc::new(ClientMailbox { inbox: Arc::clone(environment.inbox()), client: id });
        let timeout =
            options.command_timeout.map_or(0, |time| u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
        let client = Rc::new(Self {
            environment: Rc::clone(environment),
            id,
            engine: Client::new(options, &mailbox, runtime)?,
            mailbox,
            staging: RefCell::new(Staging::new()),
            lane: Cell::new(0),
            staged_at: Cell::new(0),
            flush_at: Cell::new(FLUSH_BYTES),
            timeout,
            owner,
            open: Cell::new(false),
            reports: Cell::new(0),
            referenced: Cell::new(true),
            provider,
        });
        environment.register(id, &client);
        Ok(client)
    }

    /// The number that events carry.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Stages a command.
    pub(crate) fn call(
        &self,
        slot: u32,
        meta: u32,
        timeout: Option<f64>,
        arguments: &Arguments<'_>,
    ) -> Result<(), String> {
        let Ok(mut staging) = self.staging.try_borrow_mut() else {
            // An array with accessors may run any code while its elements are read.
            return Err(error::to_json(&Error::internal(
                "a command was called while another one read its arguments",
            )));
        };
        let timeout = timeout.map_or(self.timeout, milliseconds);
        let call = Call { slot, meta: Meta::from(meta), timeout };
        let lane = self.admit(&staging).map_err(|error| error::to_json(&error))?;
        if let Err(problem) = arguments.encode(self.environment.env(), call.meta, &mut staging) {
            staging.abandon();
            return Err(problem);
        }
        if staging.command_bytes() > FLUSH_BYTES
            && let Err(error) = lane.queue().admit(staging.commands(), staging.bytes())
        {
            staging.abandon();
            return Err(error::to_json(&error));
        }
        if let Err(refusal) = self.commit(&mut staging, &call) {
            staging.abandon();
            return Err(refusal);
        }
        if staging.bytes() >= self.flush_at.get() {
            Self::submit(lane, &mut staging);
            self.flush_at.set(FLUSH_BYTES);
        }
        if !self.open.get() {
            self.hold();
        }
        Ok(())
    }

    /// The lane that takes the current batch, if one more command may join it.
    fn admit(&self, staging: &Staging) -> Result<&Arc<Lane>, Error> {
        if self.engine.is_closed() {
            return Err(Error::closed());
        }
        if staging.commands() == 0 {
            self.lane.set(self.engine.least_busy());
            self.staged_at.set(now());
            let idle = self.engine.lane(self.lane.get()).is_some_and(|lane| lane.queue().bytes() == 0);
            self.flush_at.set(if idle { FIRST_FLUSH_BYTES } else { FLUSH_BYTES });
        }
        let lane = self.engine.lane(self.lane.get()).ok_or_else(Error::closed)?;
        lane.queue().admit(staging.commands(), staging.bytes())?;
        Ok(lane)
    }

    fn commit(&self, staging: &mut Staging, call: &Call) -> Result<(), String> {
        let (shape, read_only) = self.facts(staging, call.meta)?;
        let deadline = if call.timeout == 0 { NEVER } else { self.staged_at.get() + u64::from(call.timeout) };
        staging.commit(Request {
            recipient: Recipient::Caller(Ticket { slot: call.slot, binary: call.meta.binary() }),
            shape,
            replay: match call.meta.retry() {
                Retry::ByTable => read_only,
                Retry::Always => true,
                Retry::Never => false,
            },
            length: 0,
            end: 0,
            deadline,
            timeout: call.timeout,
        });
        Ok(())
    }

    /// How the reply is shaped, and whether the command may be sent twice. Refuses what a shared connection must not carry.
    #[allow(clippy::unused_self, reason = "keyPrefix and cluster routing will ask the client")]
    fn facts(&self, staging: &Staging, meta: Meta) -> Result<(&'static Shape, bool), String> {
        if let Some(id) = meta.command() {
            let command = id.get();
            share(command, staging)?;
            return Ok((command.shape(meta.variant()), command.read_only()));
        }
        let (name, second) = staging.words();
        let Some((id, _)) = command::resolve(name, &[second]) else {
            return Ok((&Shape::Any, false));
        };
        share(id.get(), staging)?;
        Ok((&Shape::Any, id.get().read_only()))
    }

    fn submit(lane: &Arc<Lane>, staging: &mut Staging) {
        let (bytes, requests) = staging.parts();
        lane.submit(bytes, requests);
    }

    /// The tick ends: hands over what is staged.
    pub(crate) fn flush(&self) {
        let Ok(mut staging) = self.staging.try_borrow_mut() else { return };
        if staging.commands() > 0
            && let Some(lane) = self.engine.lane(self.lane.get())
        {
            Self::submit(lane, &mut staging);
        }
    }

    /// Settles `slot` when every lane is connected, or with the first failure.
    pub(crate) fn connect(&self, slot: u32) {
        let connected = self.engine.connect();
        self.report(slot, connected);
    }

    /// Settles `slot` when every lane is closed.
    pub(crate) fn close(&self, slot: u32, wish: Wish) {
        self.flush();
        if let Ok(mut staging) = self.staging.try_borrow_mut() {
            // Nothing will be staged any more, and the JavaScript object may wait long for its collection.
            *staging = Staging::new();
        }
        let closed = self.engine.close(wish);
        self.report(slot, async move {
            closed.await;
            Ok(())
        });
    }

    /// Settles `slot` with `outcome`; until then, the process stays.
    fn report(&self, slot: u32, outcome: impl Future<Output = Result<(), Error>> + Send + 'static) {
        let mailbox = Arc::clone(&self.mailbox);
        let Ok(runtime) = runtime::handle() else { return };
        let (inbox, id) = (Arc::clone(self.environment.inbox()), self.id);
        self.reports.set(self.reports.get() + 1);
        self.hold();
        runtime.spawn(async move {
            let outcome = outcome.await;
            let mut deliver: Box<dyn Deliver> = mailbox.open();
            let ticket = Ticket { slot, binary: false };
            match outcome {
                Ok(()) => deliver.reply(ticket, Reply::Scalar(Scalar::Null)),
                Err(error) => deliver.error(ticket, &error),
            }
            deliver.flush();
            inbox.reported(id);
        });
    }

    /// One outcome of [`Self::report`] is in JavaScript.
    pub(crate) fn reported(&self) {
        self.reports.set(self.reports.get().saturating_sub(1));
        self.let_go();
    }

    /// JavaScript answers a request for credentials.
    pub(crate) fn answer(
        &self,
        request: u32,
        username: Option<String>,
        password: Option<String>,
        problem: Option<String>,
    ) {
        if let Some(provider) = &self.provider {
            provider.answer(request, username, password, problem);
        }
    }

    /// The environment ends: nobody waits for replies any more.
    pub(crate) fn abandon(&self) {
        drop(self.engine.close(Wish::Destroy));
    }

    /// Whether an open connection keeps the process alive.
    pub(crate) fn set_referenced(&self, referenced: bool) {
        if self.referenced.replace(referenced) != referenced && self.open.get() {
            if referenced {
                self.environment.hold();
            } else {
                self.environment.release();
            }
        }
    }

    /// A connection is being opened: the process and the JavaScript object stay.
    fn hold(&self) {
        if self.open.replace(true) {
            return;
        }
        let mut count = 0;
        // SAFETY: the reference is this client's and this is its environment's thread.
        unsafe { sys::napi_reference_ref(self.environment.env(), self.owner, &raw mut count) };
        if self.referenced.get() {
            self.environment.hold();
        }
    }

    /// Something has ended: when no connection and no report is left, the process and the JavaScript object may go.
    pub(crate) fn let_go(&self) {
        if self.engine.is_active() || self.reports.get() > 0 || !self.open.replace(false) {
            return;
        }
        let mut count = 0;
        // SAFETY: as in `hold`, whose reference this gives back.
        unsafe { sys::napi_reference_unref(self.environment.env(), self.owner, &raw mut count) };
        if self.referenced.get() {
            self.environment.release();
        }
    }
}

impl Drop for NativeClient {
    fn drop(&mut self) {
        self.environment.forget(self.id);
        // SAFETY: the last user of the reference, on its environment's thread. A failure means the environment is gone, and
        // the reference with it.
        unsafe { sys::napi_delete_reference(self.environment.env(), self.owner) };
    }
}

/// Refuses the command that was begun last if a shared connection must not carry it.
fn share(command: &Command, staging: &Staging) -> Result<(), String> {
    if command.lane() == command::Lane::Shared {
        return Ok(());
    }
    let words = staging.all_words();
    let refusal = command.needs_own_connection(words.get(command.words..).unwrap_or_default());
    refusal.map_or(Ok(()), |why| Err(error::needs_own_connection(why)))
}

/// A timeout from JavaScript: rounded up, 0 for none.
fn milliseconds(timeout: f64) -> u32 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the type's range first"
    )]
    let whole = timeout.ceil().clamp(0.0, f64::from(u32::MAX)) as u32;
    whole
}
