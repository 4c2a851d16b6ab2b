//! Where JavaScript's commands leave its thread: for the shared connections of a client, or for the one of a lease. Owns the
//! staging buffer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use oxidis_engine::client::pool::{BlockingCall, Held, Lease, Pool, WaitLimit};
use oxidis_engine::client::{Client, ConnectionSet, ManagedConnection, Staging};
use oxidis_engine::command::{self, Command, Replay, SessionEffect, Shape};
use oxidis_engine::config::Options;
use oxidis_engine::connection::rejection::{Evidence, RetryPolicy};
use oxidis_engine::connection::request::{Millis, NEVER, Recipient, Request, Ticket, replays};
use oxidis_engine::error::Error;

use super::route::{Route, RouteDecision, Timeout, Withdrawal, milliseconds};
use super::session_restore::state_command;
use super::stream_tail::{questions, tails};
use crate::encode::arguments::Arguments;
use crate::encode::command_word::{CommandWord, Retry};
use crate::encode::key_prefix::HandlePrefix;
use crate::encode::pipeline::{BatchTerms, Chunk, EncodedBatch, Pipeline};
use crate::encode::pipeline_stream::StreamedBatch;
use crate::environment::Environment;
use crate::environment::call_time::CallTime;
use crate::environment::keep_alive::KeepAlive;
use crate::node_api::error_json;

/// Staged bytes beyond this are handed over at once, so that the server works while JavaScript still produces.
const FLUSH_BYTES: usize = 8 * 1024;

/// The same while the connection has nothing to do: the sooner the server starts, the sooner it is done.
const FIRST_FLUSH_BYTES: usize = 2 * 1024;

/// The port.
pub(crate) struct CommandPort {
    environment: Rc<Environment>,
    connections: Arc<ConnectionSet>,
    staging: RefCell<Staging>,
    pipeline: RefCell<Pipeline>,
    connection: Cell<usize>,
    time: CallTime,
    /// When the batch was executed whose commands are being staged.
    executed_at: Cell<Millis>,
    flush_at: Cell<usize>,
    call_defaults: CallDefaults,
    life: Rc<KeepAlive>,
    route: Route,
}

/// What a handle's options say about each of its calls.
#[derive(Clone)]
pub(crate) struct CallDefaults {
    /// The timeout of calls that name none, in milliseconds; 0 for none.
    timeout: u32,
    /// What is put before every key.
    prefix: Option<Rc<HandlePrefix>>,
}

impl CallDefaults {
    /// As the options say.
    pub(crate) fn of(options: &Options) -> Self {
        let timeout = options.command_timeout;
        Self {
            timeout: timeout.map_or(0, |time| u32::try_from(time.as_millis()).unwrap_or(u32::MAX)),
            prefix: HandlePrefix::new(&options.key_prefix).map(Rc::new),
        }
    }
}

/// What a command is sent with.
struct SingleCallTerms {
    slot: u32,
    command_word: CommandWord,
    timeout: Timeout,
}

/// What a batch is sent with.
#[derive(Clone, Copy)]
struct BatchCallTerms {
    slot: u32,
    /// The timeout that the call names, in milliseconds.
    timeout: Option<f64>,
}

/// What a part of a batch is.
#[derive(Clone, Copy)]
pub(crate) struct ChunkFlags {
    /// The batch is a transaction.
    pub(crate) transaction: bool,
    /// No other part came before.
    pub(crate) first: bool,
    /// No other part follows.
    pub(crate) last: bool,
}

impl CommandPort {
    /// A port of the shared connections of `client`.
    pub(crate) fn shared(environment: &Rc<Environment>, client: &Client, life: &Rc<KeepAlive>) -> Rc<Self> {
        let options = client.options();
        let pool = Arc::clone(client.pool());
        let route = match (options.single_connection, &options.reconnect) {
            (false, _) => Route::Shared(pool),
            (true, None) => Route::Single(pool),
            (true, Some(_)) => Route::Restored(pool),
        };
        Self::new(environment, client.connections(), CallDefaults::of(options), life, route)
    }

    /// Another port to the same connections, for calls in this `manner`.
    pub(crate) fn another(&self, call_defaults: CallDefaults) -> Rc<Self> {
        let route = match &self.route {
            Route::Shared(pool) => Route::Shared(Arc::clone(pool)),
            Route::Single(pool) | Route::Leased(pool, _) => Route::Single(Arc::clone(pool)),
            Route::Restored(pool) => Route::Restored(Arc::clone(pool)),
        };
        Self::new(&self.environment, &self.connections, call_defaults, &self.life, route)
    }

    /// Bytes that are not handed over yet.
    pub(crate) fn staged_bytes(&self) -> usize {
        self.staging.try_borrow().map_or(0, |staging| staging.bytes())
    }

    /// A port of the same client for a lease.
    pub(crate) fn leased(&self, lease: Lease) -> Rc<Self> {
        let connections = Arc::clone(lease.connections());
        let route = Route::Leased(Arc::clone(lease.pool()), RefCell::new(Some(lease)));
        Self::new(&self.environment, &connections, self.call_defaults.clone(), &self.life, route)
    }

    fn new(
        environment: &Rc<Environment>,
        connections: &Arc<ConnectionSet>,
        call_defaults: CallDefaults,
        life: &Rc<KeepAlive>,
        route: Route,
    ) -> Rc<Self> {
        Rc::new(Self {
            environment: Rc::clone(environment),
            connections: Arc::clone(connections),
            staging: RefCell::new(Staging::new()),
            pipeline: RefCell::default(),
            connection: Cell::new(0),
            time: CallTime::new(),
            executed_at: Cell::new(0),
            flush_at: Cell::new(FLUSH_BYTES),
            call_defaults,
            life: Rc::clone(life),
            route,
        })
    }

    /// Stages a command.
    pub(crate) fn call(
        &self,
        slot: u32,
        command_word: u32,
        timeout: Option<f64>,
        arguments: &Arguments<'_>,
    ) -> Result<(), String> {
        let Ok(mut staging) = self.staging.try_borrow_mut() else {
            // An array with accessors may run any code while its elements are read.
            return Err(error_json::to_json(&Error::internal(
                "a command was called while another one read its arguments",
            )));
        };
        let timeout = timeout.map_or(Timeout::Default(self.call_defaults.timeout), |timeout| {
            Timeout::Given(milliseconds(timeout))
        });
        let call = SingleCallTerms { slot, command_word: CommandWord::from(command_word), timeout };
        let connection = self.admit(&staging).map_err(|error| error_json::to_json(&error))?;
        if let Err(problem) = arguments.encode(
            self.environment.env(),
            call.command_word,
            self.environment.templates(),
            &mut staging,
        ) {
            staging.abandon();
            return Err(problem);
        }
        if staging.command_bytes() > FLUSH_BYTES
            && let Err(error) = connection.queue().admit(staging.commands(), staging.bytes())
        {
            staging.abandon();
            return Err(error_json::to_json(&error));
        }
        if let Err(refusal) = self.commit(&mut staging, connection, &call) {
            staging.abandon();
            return Err(refusal);
        }
        self.submit_full(connection, &mut staging);
        Ok(())
    }

    /// Stages commands of a batch; with the last of them, the batch is complete, and `slot` settles with its results.
    pub(crate) fn batch(
        &self,
        slot: u32,
        ChunkFlags { transaction, first, last }: ChunkFlags,
        command_word: CommandWord,
        timeout: Option<f64>,
        chunk: &Chunk,
    ) -> Result<(), String> {
        let (Ok(mut staging), Ok(mut pipeline)) =
            (self.staging.try_borrow_mut(), self.pipeline.try_borrow_mut())
        else {
            return Err(error_json::to_json(&Error::internal(
                "a batch was executed while a command read its arguments",
            )));
        };
        let call = BatchCallTerms { slot, timeout };
        if first == pipeline.is_open() {
            // The rest of a batch must not follow another one's beginning, whatever became of that.
            pipeline.abandon(&mut staging);
            if !first {
                return Err(error_json::to_json(&Error::internal("a batch is continued that was not begun")));
            }
        }
        let connection = match self.admit(&staging) {
            Ok(connection) => connection,
            Err(error) => {
                pipeline.abandon(&mut staging);
                return Err(error_json::to_json(&error));
            }
        };
        if first {
            self.executed_at.set(self.time.look());
        }
        let lease = self.route.lease();
        let lease = lease.as_deref().and_then(Option::as_ref);
        let terms =
            BatchTerms { transaction, command_word, prefix: self.call_defaults.prefix.as_deref(), lease };
        let whole = first && last;
        if whole
            && staging.commands() == 0
            && connection.queue().bytes() == 0
            && connection.queue().is_online()
        {
            let words = chunk.words(self.environment.env());
            let memory = || self.environment.materialiser().take_batch();
            if let Some(streamed) = pipeline.check(terms, chunk, &words, memory) {
                return self.stream(call, terms, streamed, connection, &mut staging, &mut pipeline);
            }
        }
        if first {
            pipeline.begin(terms, self.environment.materialiser().take_batch(), &mut staging);
        }
        let appended = pipeline.append(self.environment.env(), terms, chunk, &mut staging).and_then(|()| {
            let commands = staging.commands() + pipeline.commands().saturating_sub(1);
            connection.queue().admit(commands, staging.bytes()).map_err(|error| error_json::to_json(&error))
        });
        if let Err(refusal) = appended {
            pipeline.abandon(&mut staging);
            return Err(refusal);
        }
        if !last {
            return Ok(());
        }
        if transaction && lease.is_some_and(Lease::has_lost_watch) {
            pipeline.abandon(&mut staging);
            return Err(error_json::to_json(&Error::watch()));
        }
        let (request, commands) =
            self.batch_request(call, command_word, pipeline.finish(terms, &mut staging), connection);
        self.environment.waits().clear(slot);
        staging.commit_unit(request, commands);
        self.submit_full(connection, &mut staging);
        Ok(())
    }

    /// Hands over a batch that is encoded meanwhile.
    fn stream(
        &self,
        call: BatchCallTerms,
        terms: BatchTerms<'_>,
        mut streamed: StreamedBatch<'_>,
        connection: &Arc<ManagedConnection>,
        staging: &mut Staging,
        pipeline: &mut Pipeline,
    ) -> Result<(), String> {
        let encoded = pipeline.encoded(terms);
        connection
            .queue()
            .admit(encoded.batch.commands() - 1, streamed.length())
            .map_err(|error| error_json::to_json(&error))?;
        if terms.transaction && terms.lease.is_some_and(Lease::has_lost_watch) {
            return Err(error_json::to_json(&Error::watch()));
        }
        let (mut request, _) = self.batch_request(call, terms.command_word, encoded, connection);
        self.environment.waits().clear(call.slot);
        request.length = u32::try_from(streamed.length()).unwrap_or(u32::MAX);
        connection.submit_while_encoding(staging.spare(), request, |out| streamed.encode(out));
        pipeline.keep_text(streamed.into_text());
        self.life.stay();
        Ok(())
    }

    /// The request for a batch, and how many commands it is.
    fn batch_request(
        &self,
        BatchCallTerms { slot, timeout }: BatchCallTerms,
        command_word: CommandWord,
        EncodedBatch { batch, replay, wait_limit }: EncodedBatch,
        connection: &Arc<ManagedConnection>,
    ) -> (Request, usize) {
        let timeout = match (timeout, wait_limit) {
            (Some(given), _) => milliseconds(given),
            (None, Some(wait_limit)) if self.call_defaults.timeout > 0 => {
                self.call_defaults.timeout.saturating_add(wait_limit)
            }
            (None, _) => 0,
        };
        let commands = batch.commands();
        let ticket = Ticket { slot, view: command_word.view(), prefixed: false };
        let request = Request {
            recipient: Recipient::Batch(ticket, connection.queue().register_batch(batch)),
            shape: &Shape::Any,
            replays: replays(replay),
            retry_policy: retry_policy(None, command_word),
            redirects: 0,
            track: None,
            length: 0,
            end: 0,
            deadline: if timeout == 0 { NEVER } else { self.executed_at.get() + u64::from(timeout) },
            timeout,
            late: 0,
        };
        (request, commands)
    }

    /// Hands over what is staged if it is enough to be on its way before the tick ends.
    fn submit_full(&self, connection: &Arc<ManagedConnection>, staging: &mut Staging) {
        if staging.bytes() >= self.flush_at.get() {
            Self::submit(connection, staging);
            self.flush_at.set(FLUSH_BYTES);
        }
        self.life.stay();
    }

    fn deadline(&self, timeout: u32) -> Millis {
        if timeout == 0 { NEVER } else { self.time.of_call(timeout) + u64::from(timeout) }
    }

    /// The lane that takes the current batch, if one more command may join it.
    fn admit(&self, staging: &Staging) -> Result<&Arc<ManagedConnection>, Error> {
        if self.connections.is_closed() {
            return Err(Error::closed().executed(false));
        }
        if staging.commands() == 0 {
            self.connection.set(self.connections.least_busy());
            self.time.look();
            let idle = self
                .connections
                .get(self.connection.get())
                .is_some_and(|connection| connection.queue().bytes() == 0);
            self.flush_at.set(if idle { FIRST_FLUSH_BYTES } else { FLUSH_BYTES });
        }
        let connection = self.connections.get(self.connection.get()).ok_or_else(Error::closed)?;
        connection.queue().admit(staging.commands(), staging.bytes())?;
        Ok(connection)
    }

    fn commit(
        &self,
        staging: &mut Staging,
        connection: &Arc<ManagedConnection>,
        call: &SingleCallTerms,
    ) -> Result<(), String> {
        let (command, shape) = match call.command_word.command() {
            Some(id) => {
                let command = id.get();
                (Some(command), command.shape(call.command_word.variant()))
            }
            None => (raw(staging), &Shape::Any),
        };
        let prefixed = match (&self.call_defaults.prefix, command) {
            (Some(prefix), Some(command)) => prefix.put_on(staging, command, call.command_word)?,
            (Some(_), None) if !call.command_word.is_prefixed() => return Err(error_json::unknown_keys()),
            _ => None,
        };
        let ordinary =
            command.is_some_and(|command| command.connection_use() == command::ConnectionUse::Shared);
        let (Timeout::Given(mut timeout) | Timeout::Default(mut timeout)) = call.timeout;
        let mut waits = None;
        let mut state = None;
        if !ordinary {
            // A lease notes it for itself.
            if let (Route::Single(_), Some(command)) = (&self.route, command)
                && command.row.trace == SessionEffect::Transaction
            {
                self.connections.all().iter().for_each(|connection| connection.note_transaction(true));
            }
            match self.route.way(command, staging, call.timeout)? {
                RouteDecision::Here(other) => timeout = other,
                RouteDecision::Restored(other) => {
                    timeout = other;
                    state = command.map(|command| state_command(command, staging));
                }
                RouteDecision::Held(pool, wait_limit) => waits = Some((pool, None, wait_limit)),
                RouteDecision::Apart(pool, name, wait_limit) => waits = Some((pool, Some(name), wait_limit)),
            }
        }
        let ticket = Ticket { slot: call.slot, view: call.command_word.view(), prefixed: prefixed.is_some() };
        let request = Request {
            recipient: Recipient::Caller(ticket),
            shape,
            replays: replays(replayable(command, call.command_word)),
            retry_policy: retry_policy(command, call.command_word),
            redirects: 0,
            track: None,
            length: 0,
            end: 0,
            deadline: self.deadline(timeout),
            timeout,
            late: 0,
        };
        if let Some(named) = prefixed {
            self.environment.inbox().names().expect(call.slot, named);
        }
        let Some((pool, apart, wait_limit)) = waits else {
            self.environment.waits().clear(call.slot);
            let track = state.map(|state| connection.queue().track_state(state));
            staging.commit(Request { track, ..request });
            return Ok(());
        };
        self.environment.waits().note(call.slot);
        let tails = command.map_or_else(Vec::new, |command| tails(command, staging));
        let Some(name) = apart else {
            // There, the end of a stream is what it is when the command runs.
            let replays = if tails.is_empty() { request.replays } else { 0 };
            Self::hold(&pool, connection, staging, Request { replays, ..request }, wait_limit);
            return Ok(());
        };
        let (bytes, request) = staging.take_command(request);
        let (tails, questions) = questions(connection, command, tails, self.call_defaults.timeout);
        let blocking = BlockingCall { name: name.into(), bytes, request, wait_limit, tails };
        pool.block(blocking).map_err(|error| {
            self.environment.inbox().names().take(call.slot);
            error_json::to_json(&error)
        })?;
        // On the shared connection, in the order of the calls: what is called later is added later.
        for question in questions {
            question.stage(staging);
        }
        Ok(())
    }

    /// Submits what is staged, the last of which a server may keep waiting.
    fn hold(
        pool: &Arc<Pool>,
        connection: &Arc<ManagedConnection>,
        staging: &mut Staging,
        request: Request,
        wait_limit: WaitLimit,
    ) {
        let (id, ended) = connection.queue().track_call();
        // Whoever ends the wait keeps its time as well.
        staging.commit(Request { deadline: NEVER, timeout: 0, track: Some(id), ..request });
        // So that it is found where it is ended early.
        Self::submit(connection, staging);
        pool.hold(Held { connection: Arc::clone(connection), id, ended, request, wait_limit });
    }

    fn submit(connection: &Arc<ManagedConnection>, staging: &mut Staging) {
        let (bytes, requests) = staging.parts();
        connection.submit(bytes, requests);
    }

    /// Takes the call in `slot` back, if nothing of it was sent.
    pub(crate) fn withdraw(&self, slot: u32) -> Withdrawal {
        let withdrawal = if self.environment.waits().contains(slot) {
            self.route.withdraw(slot)
        } else if self.withdraw_staged(slot)
            || self.connections.all().iter().any(|connection| connection.queue().withdraw(slot))
        {
            Withdrawal::Done
        } else {
            Withdrawal::Refused
        };
        if withdrawal == Withdrawal::Done {
            self.environment.inbox().names().take(slot);
        } else if let (Withdrawal::Refused, Route::Leased(..)) = (withdrawal, &self.route) {
            // A connection that waits for nobody any more must not be kept from others when the lease is given back.
            self.connections.all().iter().for_each(|connection| connection.queue().give_up(slot));
        }
        withdrawal
    }

    /// The same for a call of this tick.
    fn withdraw_staged(&self, slot: u32) -> bool {
        // While a command reads its arguments, or a batch is put together, what is staged is not whole.
        let Ok(mut staging) = self.staging.try_borrow_mut() else { return false };
        if self.pipeline.try_borrow().is_ok_and(|pipeline| pipeline.is_open()) {
            return false;
        }
        let Some(request) = staging.withdraw(slot) else { return false };
        if let (Some(id), Some(connection)) =
            (request.recipient.batch(), self.connections.get(self.connection.get()))
        {
            staging.withdrew_further(connection.queue().drop_batch(id));
        }
        true
    }

    /// The tick ends: hands over what is staged.
    pub(crate) fn flush(&self) {
        let Ok(mut staging) = self.staging.try_borrow_mut() else { return };
        if staging.commands() > 0
            && let Some(connection) = self.connections.get(self.connection.get())
        {
            Self::submit(connection, &mut staging);
        }
    }

    /// Hands over what is staged and gives the buffer's memory back: nothing will be staged any more, and the JavaScript object
    /// may wait long for its collection.
    pub(crate) fn finish(&self) {
        self.flush();
        if let Ok(mut staging) = self.staging.try_borrow_mut() {
            *staging = Staging::new();
        }
    }

    /// Why a leased connection was lost, if it was.
    pub(crate) fn lost(&self) -> Option<Error> {
        self.route.lease()?.as_ref()?.lost()
    }

    /// Gives a leased connection back. Again, it does nothing. Answers whether that was of use to anybody.
    pub(crate) fn release(&self) -> bool {
        self.finish();
        match &self.route {
            Route::Leased(_, lease) => lease.take().is_some_and(Lease::release),
            Route::Shared(_) | Route::Single(_) | Route::Restored(_) => false,
        }
    }
}

/// Whether a call may be sent again after it was lost in flight.
pub(crate) fn replayable(command: Option<&Command>, command_word: CommandWord) -> bool {
    match command_word.retry() {
        Retry::ByTable => command.is_some_and(Command::read_only),
        // Of a command, or options, that the table does not see, the caller knows more.
        Retry::Always => command.is_none_or(|command| command.replay(command_word.variant()) != Replay::Once),
        Retry::Never => false,
    }
}

/// What is to be done when the server cannot run a call now.
pub(crate) fn retry_policy(command: Option<&Command>, command_word: CommandWord) -> RetryPolicy {
    let known = command.is_some_and(|command| !command.runs_scripts());
    let evidence = if known { Evidence::Code } else { Evidence::Words };
    RetryPolicy { again: command_word.retry() != Retry::Never, evidence }
}

/// The command whose name is the first argument, or the first two, of what was staged last.
pub(crate) fn raw(staging: &Staging) -> Option<&'static Command> {
    let (name, second) = staging.words();
    command::resolve(name, &[second]).map(|(id, _)| id.get())
}
