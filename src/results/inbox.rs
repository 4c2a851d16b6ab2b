//! Where the engine leaves results for one JavaScript environment. Owns the one threadsafe function of that environment.
//!
//! The function is called only when the inbox goes from empty to not empty: one wake for a whole batch.

use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::sys;
use oxidis_engine::client::Mailbox;
use oxidis_engine::connection::inline_read::read_handoff::Loan;
use oxidis_engine::connection::request::{Deliver, Event, Gather, Reply, Ticket};
use oxidis_engine::error::Error;

use super::pipeline_replies::Answer;
use super::render;
use super::result_batch::{Batch, Body, Kind};
use crate::encode::key_prefix::Names;
use crate::node_api::error_json;

/// The threadsafe function's handle.
#[derive(Clone, Copy)]
struct Waker(sys::napi_threadsafe_function);

// SAFETY: `napi_call_threadsafe_function` may be called from any thread; `Inbox::close` forgets the handle under the same
// lock before Node frees it.
unsafe impl Send for Waker {}

/// The inbox.
pub(crate) struct Inbox {
    state: Mutex<State>,
    waker: Mutex<Option<Waker>>,
    /// Whether JavaScript's thread can watch sockets.
    watches: bool,
    /// The calls whose replies name keys with a prefix.
    names: Arc<Names>,
}

#[derive(Default)]
struct State {
    batches: std::collections::VecDeque<Batch>,
    spare: Option<Batch>,
    woken: bool,
    closed: bool,
}

impl Inbox {
    /// An empty inbox that cannot wake anybody yet. `watches`: JavaScript's thread can watch sockets.
    pub(crate) fn new(watches: bool) -> Arc<Self> {
        let names = Arc::default();
        Arc::new(Self { state: Mutex::default(), waker: Mutex::new(None), watches, names })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waker(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The calls whose replies name keys with a prefix.
    pub(crate) fn names(&self) -> &Arc<Names> {
        &self.names
    }

    /// Uses `function` from now on.
    pub(crate) fn wake_with(&self, function: sys::napi_threadsafe_function) {
        *self.waker() = Some(Waker(function));
    }

    /// The environment ends: nothing is kept and nobody is woken any more.
    pub(crate) fn close(&self) {
        *self.waker() = None;
        self.names.clear();
        let mut state = self.state();
        state.closed = true;
        state.batches.clear();
    }

    /// Appends one event of `client`, as JSON text.
    pub(crate) fn tell(&self, client: u32, event: &str) {
        let mut batch = Batch::default();
        let span = batch.span(event.as_bytes());
        batch.push(client, Kind::Event, Body::Utf8(span));
        self.put(&mut batch);
    }

    /// The subscriber with this number has something to take.
    pub(crate) fn ring(&self, subscriber: u32) {
        let mut batch = Batch::default();
        batch.push(subscriber, Kind::Ring, Body::Null);
        self.put(&mut batch);
    }

    /// `connect()` or `close()` of `client` is settled.
    pub(crate) fn reported(&self, client: u32) {
        let mut batch = Batch::default();
        batch.push(client, Kind::Reported, Body::Null);
        self.put(&mut batch);
    }

    /// Appends `batch`, which is empty then.
    fn put(&self, batch: &mut Batch) {
        let mut state = self.state();
        if state.closed {
            batch.clear();
            return;
        }
        match state.batches.back_mut() {
            Some(last) if last.has_room_for(batch.bytes.len()) => last.append(batch),
            _ => {
                let next = state.spare.take().unwrap_or_default();
                state.batches.push_back(std::mem::replace(batch, next));
            }
        }
        let wake = !std::mem::replace(&mut state.woken, true);
        drop(state);
        if wake {
            self.wake();
        }
    }

    /// Calls the threadsafe function.
    pub(crate) fn wake(&self) {
        if let Some(Waker(function)) = *self.waker() {
            // SAFETY: the handle is valid while it is in the mutex. A closing environment answers `napi_closing`, which
            // needs no answer of ours.
            unsafe {
                sys::napi_call_threadsafe_function(
                    function,
                    ptr::null_mut(),
                    sys::ThreadsafeFunctionCallMode::nonblocking,
                );
            }
        }
    }

    /// Takes the oldest batch and gives back the last one for reuse. `None`: empty, and the next result wakes again.
    pub(crate) fn take(&self, used: Option<Batch>) -> Option<Batch> {
        let mut state = self.state();
        if let Some(mut used) = used {
            used.clear();
            state.spare = Some(used);
        }
        let batch = state.batches.pop_front();
        if batch.is_none() {
            state.woken = false;
        }
        batch
    }
}

/// Writers for the connections of one client.
pub(crate) struct ClientMailbox {
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) client: u32,
}

impl Mailbox for ClientMailbox {
    fn open(&self) -> Box<dyn Deliver> {
        let inbox = Some(Arc::clone(&self.inbox));
        let names = Arc::clone(self.inbox.names());
        Box::new(Writer { inbox, names, client: self.client, batch: Batch::default() })
    }
}

/// Renders results where they are read and hands them over batch by batch.
pub(crate) struct Writer {
    /// Absent where JavaScript's own thread reads.
    inbox: Option<Arc<Inbox>>,
    names: Arc<Names>,
    client: u32,
    batch: Batch,
}

impl Writer {
    /// One whose results are taken from [`Self::batch`], on the same thread.
    pub(crate) fn local(names: &Arc<Names>, client: u32) -> Self {
        Self { inbox: None, names: Arc::clone(names), client, batch: Batch::default() }
    }

    /// What was rendered and not handed over.
    pub(crate) fn batch(&mut self) -> &mut Batch {
        &mut self.batch
    }
}

impl Deliver for Writer {
    fn reply(&mut self, ticket: Ticket, reply: Reply<'_>) {
        if ticket.prefixed
            && let Some(named) = self.names.take(ticket.slot)
        {
            return render::render_named(&mut self.batch, ticket, reply, &named);
        }
        render::render(&mut self.batch, ticket, reply);
    }

    fn error(&mut self, ticket: Ticket, error: &Error) {
        if ticket.prefixed {
            self.names.take(ticket.slot);
        }
        let span = self.batch.span(error_json::to_json(error).as_bytes());
        self.batch.push(ticket.slot, Kind::Error, Body::Utf8(span));
    }

    fn unit(&mut self, ticket: Ticket, replies: Box<dyn Gather>, broken: Option<&Error>) {
        self.batch.push(ticket.slot, Kind::Value, Body::Answer(Box::new(Answer::new(replies, broken))));
    }

    fn event(&mut self, event: Event) {
        if matches!(event, Event::Vacated) {
            return self.batch.push(self.client, Kind::Vacated, Body::Null);
        }
        let span = self.batch.span(event_json(&event).as_bytes());
        self.batch.push(self.client, Kind::Event, Body::Utf8(span));
    }

    fn flush(&mut self) {
        if let Some(inbox) = &self.inbox
            && !self.batch.items.is_empty()
        {
            inbox.put(&mut self.batch);
        }
    }

    fn borrows(&self) -> bool {
        self.inbox.as_ref().is_some_and(|inbox| inbox.watches)
    }

    fn lend(&mut self, loan: Arc<Loan>) {
        self.batch.push(self.client, Kind::Lent, Body::Loan(loan));
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.flush();
    }
}

fn event_json(event: &Event) -> String {
    let (name, error) = match event {
        Event::Connect => ("connect", None),
        Event::Ready => ("ready", None),
        Event::Close(error) => ("close", Some(error)),
        Event::Failed(error) => ("error", Some(error)),
        Event::End => ("end", None),
        Event::Vacated => ("vacated", None),
        Event::Invalidated(lease, keys) => {
            return format!("{{\"event\":\"invalidate\",\"lease\":{lease},\"keys\":{keys}}}");
        }
        Event::LeaseLost(lease, error) => {
            return format!(
                "{{\"event\":\"lease\",\"lease\":{lease},\"error\":{}}}",
                error_json::to_json(error)
            );
        }
        Event::Reconnecting { attempt, delay } => {
            let delay = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            return serde_json::json!({ "event": "reconnecting", "attempt": attempt, "delay": delay })
                .to_string();
        }
    };
    let error = error.map_or_else(|| "null".to_owned(), error_json::to_json);
    format!("{{\"event\":\"{name}\",\"error\":{error}}}")
}
