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
    lanes: Arc<ConnectionSet>,
    staging: RefCell<Staging>,
    pipeline: RefCell<Pipeline>,
    lane: Cell<usize>,
    time: CallTime,
    /// When the batch was executed whose commands are being staged.
    executed_at: Cell<Millis>,
    flush_at: Cell<usize>,
    manner: CallDefaults,
    life: Rc<KeepAlive>,
    road: Route,
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
    meta: CommandWord,
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
        let road = match (options.single_connection, &options.reconnect) {
            (false, _) => Route::Shared(pool),
            (true, None) => Route::Single(pool),
            (true, Some(_)) => Route::Restored(pool),
        };
        Self::new(environment, client.lanes(), CallDefaults::of(options), life, road)
    }

    /// Another port to the same connections, for calls in this `manner`.
    pub(crate) fn another(&self, manner: CallDefaults) -> Rc<Self> {
        let road = match &self.road {
            Route::Shared(pool) => Route::Shared(Arc::clone(pool)),
            Route::Single(pool) | Route::Leased(pool, _) => Route::Single(Arc::clone(pool)),
            Route::Restored(pool) => Route::Restored(Arc::clone(pool)),
        };
        Self::new(&self.environment, &self.lanes, manner, &self.life, road)
    }

    /// Bytes that are not handed over yet.
    pub(crate) fn staged_bytes(&self) -> usize {
        self.staging.try_borrow().map_or(0, |staging| staging.bytes())
    }

    /// A port of the same client for a lease.
    pub(crate) fn leased(&self, lease: Lease) -> Rc<Self> {
        let lanes = Arc::clone(lease.lanes());
        let road = Route::Leased(Arc::clone(lease.pool()), RefCell::new(Some(lease)));
        Self::new(&self.environment, &lanes, self.manner.clone(), &self.life, road)
    }

    fn new(
        environment: &Rc<Environment>,
        lanes: &Arc<ConnectionSet>,
        manner: CallDefaults,
        life: &Rc<KeepAlive>,
        road: Route,
    ) -> Rc<Self> {
        Rc::new(Self {
            environment: Rc::clone(environment),
            lanes: Arc::clone(lanes),
            staging: RefCell::new(Staging::new()),
            pipeline: RefCell::default(),
            lane: Cell::new(0),
            time: CallTime::new(),
            executed_at: Cell::new(0),
            flush_at: Cell::new(FLUSH_BYTES),
            manner,
            life: Rc::clone(life),
            road,
        })
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
            return Err(error_json::to_json(&Error::internal(
                "a command was called while another one read its arguments",
            )));
        };
        let timeout = timeout
            .map_or(Timeout::Default(self.manner.timeout), |timeout| Timeout::Given(milliseconds(timeout)));
        let call = SingleCallTerms { slot, meta: CommandWord::from(meta), timeout };
        let lane = self.admit(&staging).map_err(|error| error_json::to_json(&error))?;
        if let Err(problem) =
            arguments.encode(self.environment.env(), call.meta, self.environment.templates(), &mut staging)
        {
            staging.abandon();
            return Err(problem);
        }
        if staging.command_bytes() > FLUSH_BYTES
            && let Err(error) = lane.queue().admit(staging.commands(), staging.bytes())
        {
            staging.abandon();
            return Err(error_json::to_json(&error));
        }
        if let Err(refusal) = self.commit(&mut staging, lane, &call) {
            staging.abandon();
            return Err(refusal);
        }
        self.submit_full(lane, &mut staging);
        Ok(())
    }

    /// Stages commands of a batch; with the last of them, the batch is complete, and `slot` settles with its results.
    pub(crate) fn batch(
        &self,
        slot: u32,
        ChunkFlags { transaction, first, last }: ChunkFlags,
        meta: CommandWord,
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
        let lane = match self.admit(&staging) {
            Ok(lane) => lane,
            Err(error) => {
                pipeline.abandon(&mut staging);
                return Err(error_json::to_json(&error));
            }
        };
        if first {
            self.executed_at.set(self.time.look());
        }
        let lease = self.road.lease();
        let lease = lease.as_deref().and_then(Option::as_ref);
        let terms = BatchTerms { transaction, meta, prefix: self.manner.prefix.as_deref(), lease };
        let whole = first && last;
        if whole && staging.commands() == 0 && lane.queue().bytes() == 0 && lane.queue().is_online() {
            let words = chunk.words(self.environment.env());
            let memory = || self.environment.materialiser().take_batch();
            if let Some(streamed) = pipeline.check(terms, chunk, &words, memory) {
                return self.stream(call, terms, streamed, lane, &mut staging, &mut pipeline);
            }
        }
        if first {
            pipeline.begin(terms, self.environment.materialiser().take_batch(), &mut staging);
        }
        let appended = pipeline.append(self.environment.env(), terms, chunk, &mut staging).and_then(|()| {
            let commands = staging.commands() + pipeline.commands().saturating_sub(1);
            lane.queue().admit(commands, staging.bytes()).map_err(|error| error_json::to_json(&error))
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
        let (request, commands) = self.unit_request(call, meta, pipeline.finish(terms, &mut staging), lane);
        self.environment.waits().clear(slot);
        staging.commit_unit(request, commands);
        self.submit_full(lane, &mut staging);
        Ok(())
    }

    /// Hands over a batch that is encoded meanwhile.
    fn stream(
        &self,
        call: BatchCallTerms,
        terms: BatchTerms<'_>,
        mut streamed: StreamedBatch<'_>,
        lane: &Arc<ManagedConnection>,
        staging: &mut Staging,
        pipeline: &mut Pipeline,
    ) -> Result<(), String> {
        let encoded = pipeline.encoded(terms);
        lane.queue()
            .admit(encoded.unit.commands() - 1, streamed.length())
            .map_err(|error| error_json::to_json(&error))?;
        if terms.transaction && terms.lease.is_some_and(Lease::has_lost_watch) {
            return Err(error_json::to_json(&Error::watch()));
        }
        let (mut request, _) = self.unit_request(call, terms.meta, encoded, lane);
        self.environment.waits().clear(call.slot);
        request.length = u32::try_from(streamed.length()).unwrap_or(u32::MAX);
        lane.submit_while_encoding(staging.spare(), request, |out| streamed.encode(out));
        pipeline.keep_text(streamed.into_text());
        self.life.stay();
        Ok(())
    }

    /// The request for a batch, and how many commands it is.
    fn unit_request(
        &self,
        BatchCallTerms { slot, timeout }: BatchCallTerms,
        meta: CommandWord,
        EncodedBatch { unit, replay, patience }: EncodedBatch,
        lane: &Arc<ManagedConnection>,
    ) -> (Request, usize) {
        let timeout = match (timeout, patience) {
            (Some(given), _) => milliseconds(given),
            (None, Some(patience)) if self.manner.timeout > 0 => self.manner.timeout.saturating_add(patience),
            (None, _) => 0,
        };
        let commands = unit.commands();
        let ticket = Ticket { slot, view: meta.view(), prefixed: false };
        let request = Request {
            recipient: Recipient::Unit(ticket, lane.queue().adopt(unit)),
            shape: &Shape::Any,
            replays: replays(replay),
            on_refusal: on_refusal(None, meta),
            refusals: 0,
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
    fn submit_full(&self, lane: &Arc<ManagedConnection>, staging: &mut Staging) {
        if staging.bytes() >= self.flush_at.get() {
            Self::submit(lane, staging);
            self.flush_at.set(FLUSH_BYTES);
        }
        self.life.stay();
    }

    fn deadline(&self, timeout: u32) -> Millis {
        if timeout == 0 { NEVER } else { self.time.of_call(timeout) + u64::from(timeout) }
    }

    /// The lane that takes the current batch, if one more command may join it.
    fn admit(&self, staging: &Staging) -> Result<&Arc<ManagedConnection>, Error> {
        if self.lanes.is_closed() {
            return Err(Error::closed().executed(false));
        }
        if staging.commands() == 0 {
            self.lane.set(self.lanes.least_busy());
            self.time.look();
            let idle = self.lanes.get(self.lane.get()).is_some_and(|lane| lane.queue().bytes() == 0);
            self.flush_at.set(if idle { FIRST_FLUSH_BYTES } else { FLUSH_BYTES });
        }
        let lane = self.lanes.get(self.lane.get()).ok_or_else(Error::closed)?;
        lane.queue().admit(staging.commands(), staging.bytes())?;
        Ok(lane)
    }

    fn commit(
        &self,
        staging: &mut Staging,
        lane: &Arc<ManagedConnection>,
        call: &SingleCallTerms,
    ) -> Result<(), String> {
        let (command, shape) = match call.meta.command() {
            Some(id) => {
                let command = id.get();
                (Some(command), command.shape(call.meta.variant()))
            }
            None => (raw(staging), &Shape::Any),
        };
        let prefixed = match (&self.manner.prefix, command) {
            (Some(prefix), Some(command)) => prefix.put_on(staging, command, call.meta)?,
            (Some(_), None) if !call.meta.is_prefixed() => return Err(error_json::unknown_keys()),
            _ => None,
        };
        let ordinary = command.is_some_and(|command| command.lane() == command::ConnectionUse::Shared);
        let (Timeout::Given(mut timeout) | Timeout::Default(mut timeout)) = call.timeout;
        let mut waits = None;
        let mut state = None;
        if !ordinary {
            // A lease notes it for itself.
            if let (Route::Single(_), Some(command)) = (&self.road, command)
                && command.row.trace == SessionEffect::Transaction
            {
                self.lanes.all().iter().for_each(|lane| lane.note_transaction(true));
            }
            match self.road.way(command, staging, call.timeout)? {
                RouteDecision::Here(other) => timeout = other,
                RouteDecision::Restored(other) => {
                    timeout = other;
                    state = command.map(|command| state_command(command, staging));
                }
                RouteDecision::Held(pool, patience) => waits = Some((pool, None, patience)),
                RouteDecision::Apart(pool, name, patience) => waits = Some((pool, Some(name), patience)),
            }
        }
        let ticket = Ticket { slot: call.slot, view: call.meta.view(), prefixed: prefixed.is_some() };
        let request = Request {
            recipient: Recipient::Caller(ticket),
            shape,
            replays: replays(replayable(command, call.meta)),
            on_refusal: on_refusal(command, call.meta),
            refusals: 0,
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
        let Some((pool, apart, patience)) = waits else {
            self.environment.waits().clear(call.slot);
            let track = state.map(|state| lane.queue().track_state(state));
            staging.commit(Request { track, ..request });
            return Ok(());
        };
        self.environment.waits().note(call.slot);
        let tails = command.map_or_else(Vec::new, |command| tails(command, staging));
        let Some(name) = apart else {
            // There, the end of a stream is what it is when the command runs.
            let replays = if tails.is_empty() { request.replays } else { 0 };
            Self::hold(&pool, lane, staging, Request { replays, ..request }, patience);
            return Ok(());
        };
        let (bytes, request) = staging.take_command(request);
        let (tails, questions) = questions(lane, command, tails, self.manner.timeout);
        let blocking = BlockingCall { name: name.into(), bytes, request, patience, tails };
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
        lane: &Arc<ManagedConnection>,
        staging: &mut Staging,
        request: Request,
        patience: WaitLimit,
    ) {
        let (id, ended) = lane.queue().track_call();
        // Whoever ends the wait keeps its time as well.
        staging.commit(Request { deadline: NEVER, timeout: 0, track: Some(id), ..request });
        // So that it is found where it is ended early.
        Self::submit(lane, staging);
        pool.hold(Held { lane: Arc::clone(lane), id, ended, request, patience });
    }

    fn submit(lane: &Arc<ManagedConnection>, staging: &mut Staging) {
        let (bytes, requests) = staging.parts();
        lane.submit(bytes, requests);
    }

    /// Takes the call in `slot` back, if nothing of it was sent.
    pub(crate) fn withdraw(&self, slot: u32) -> Withdrawal {
        let withdrawal = if self.environment.waits().contains(slot) {
            self.road.withdraw(slot)
        } else if self.withdraw_staged(slot)
            || self.lanes.all().iter().any(|lane| lane.queue().withdraw(slot))
        {
            Withdrawal::Done
        } else {
            Withdrawal::Refused
        };
        if withdrawal == Withdrawal::Done {
            self.environment.inbox().names().take(slot);
        } else if let (Withdrawal::Refused, Route::Leased(..)) = (withdrawal, &self.road) {
            // A connection that waits for nobody any more must not be kept from others when the lease is given back.
            self.lanes.all().iter().for_each(|lane| lane.queue().give_up(slot));
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
        if let (Some(id), Some(lane)) = (request.recipient.unit(), self.lanes.get(self.lane.get())) {
            staging.withdrew_further(lane.queue().disown(id));
        }
        true
    }

    /// The tick ends: hands over what is staged.
    pub(crate) fn flush(&self) {
        let Ok(mut staging) = self.staging.try_borrow_mut() else { return };
        if staging.commands() > 0
            && let Some(lane) = self.lanes.get(self.lane.get())
        {
            Self::submit(lane, &mut staging);
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
        self.road.lease()?.as_ref()?.lost()
    }

    /// Gives a leased connection back. Again, it does nothing. Answers whether that was of use to anybody.
    pub(crate) fn release(&self) -> bool {
        self.finish();
        match &self.road {
            Route::Leased(_, lease) => lease.take().is_some_and(Lease::release),
            Route::Shared(_) | Route::Single(_) | Route::Restored(_) => false,
        }
    }
}

/// Whether a call may be sent again after it was lost in flight.
pub(crate) fn replayable(command: Option<&Command>, meta: CommandWord) -> bool {
    match meta.retry() {
        Retry::ByTable => command.is_some_and(Command::read_only),
        // Of a command, or options, that the table does not see, the caller knows more.
        Retry::Always => command.is_none_or(|command| command.replay(meta.variant()) != Replay::Once),
        Retry::Never => false,
    }
}

/// What is to be done when the server cannot run a call now.
pub(crate) fn on_refusal(command: Option<&Command>, meta: CommandWord) -> RetryPolicy {
    let known = command.is_some_and(|command| !command.runs_scripts());
    let proof = if known { Evidence::Code } else { Evidence::Words };
    RetryPolicy { again: meta.retry() != Retry::Never, proof }
}

/// The command whose name is the first argument, or the first two, of what was staged last.
pub(crate) fn raw(staging: &Staging) -> Option<&'static Command> {
    let (name, second) = staging.words();
    command::resolve(name, &[second]).map(|(id, _)| id.get())
}
