//! Where the engine leaves results for one JavaScript environment. Owns the one threadsafe function of that environment.
//!
//! The function is called only when the inbox goes from empty to not empty: one wake for a whole batch.

use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::sys;
use oxidis_engine::client::ReplySinkFactory;
use oxidis_engine::connection::inline_read::read_handoff::ReadHandoff;
use oxidis_engine::connection::request::{ConnectionEvent, Reply, ReplyCollector, ReplySink, Ticket};
use oxidis_engine::error::Error;

use super::pipeline_replies::PipelineReplies;
use super::render;
use super::result_batch::{ResultBatch, ResultBody, ResultKind};
use crate::encode::key_prefix::PrefixedReplies;
use crate::node_api::error_json;

/// The threadsafe function's handle.
#[derive(Clone, Copy)]
struct JsWaker(sys::napi_threadsafe_function);

// SAFETY: `napi_call_threadsafe_function` may be called from any thread; `Inbox::close` forgets the handle under the same
// lock before Node frees it.
unsafe impl Send for JsWaker {}

/// The inbox.
pub(crate) struct Inbox {
    state: Mutex<InboxState>,
    waker: Mutex<Option<JsWaker>>,
    /// Whether JavaScript's thread can watch sockets.
    watches: bool,
    /// The calls whose replies name keys with a prefix.
    names: Arc<PrefixedReplies>,
}

#[derive(Default)]
struct InboxState {
    batches: std::collections::VecDeque<ResultBatch>,
    spare: Option<ResultBatch>,
    woken: bool,
    closed: bool,
}

impl Inbox {
    /// An empty inbox that cannot wake anybody yet. `watches`: JavaScript's thread can watch sockets.
    pub(crate) fn new(watches: bool) -> Arc<Self> {
        let names = Arc::default();
        Arc::new(Self { state: Mutex::default(), waker: Mutex::new(None), watches, names })
    }

    fn state(&self) -> MutexGuard<'_, InboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waker(&self) -> MutexGuard<'_, Option<JsWaker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The calls whose replies name keys with a prefix.
    pub(crate) fn names(&self) -> &Arc<PrefixedReplies> {
        &self.names
    }

    /// Uses `function` from now on.
    pub(crate) fn wake_with(&self, function: sys::napi_threadsafe_function) {
        *self.waker() = Some(JsWaker(function));
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
        let mut batch = ResultBatch::default();
        let span = batch.span(event.as_bytes());
        batch.push(client, ResultKind::Event, ResultBody::Utf8(span));
        self.put(&mut batch);
    }

    /// The subscriber with this number has something to take.
    pub(crate) fn wake_subscriber(&self, subscriber: u32) {
        let mut batch = ResultBatch::default();
        batch.push(subscriber, ResultKind::Ring, ResultBody::Null);
        self.put(&mut batch);
    }

    /// `connect()` or `close()` of `client` is settled.
    pub(crate) fn reported(&self, client: u32) {
        let mut batch = ResultBatch::default();
        batch.push(client, ResultKind::Reported, ResultBody::Null);
        self.put(&mut batch);
    }

    /// Appends `batch`, which is empty then.
    fn put(&self, batch: &mut ResultBatch) {
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
        if let Some(JsWaker(function)) = *self.waker() {
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
    pub(crate) fn take(&self, used: Option<ResultBatch>) -> Option<ResultBatch> {
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

impl ReplySinkFactory for ClientMailbox {
    fn open(&self) -> Box<dyn ReplySink> {
        let inbox = Some(Arc::clone(&self.inbox));
        let names = Arc::clone(self.inbox.names());
        Box::new(ResultWriter { inbox, names, client: self.client, batch: ResultBatch::default() })
    }
}

/// Renders results where they are read and hands them over batch by batch.
pub(crate) struct ResultWriter {
    /// Absent where JavaScript's own thread reads.
    inbox: Option<Arc<Inbox>>,
    names: Arc<PrefixedReplies>,
    client: u32,
    batch: ResultBatch,
}

impl ResultWriter {
    /// One whose results are taken from [`Self::batch`], on the same thread.
    pub(crate) fn local(names: &Arc<PrefixedReplies>, client: u32) -> Self {
        Self { inbox: None, names: Arc::clone(names), client, batch: ResultBatch::default() }
    }

    /// What was rendered and not handed over.
    pub(crate) fn batch(&mut self) -> &mut ResultBatch {
        &mut self.batch
    }
}

impl ReplySink for ResultWriter {
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
        self.batch.push(ticket.slot, ResultKind::Error, ResultBody::Utf8(span));
    }

    fn batch(&mut self, ticket: Ticket, replies: Box<dyn ReplyCollector>, broken: Option<&Error>) {
        self.batch.push(
            ticket.slot,
            ResultKind::Value,
            ResultBody::Answer(Box::new(PipelineReplies::new(replies, broken))),
        );
    }

    fn event(&mut self, event: ConnectionEvent) {
        if matches!(event, ConnectionEvent::Vacated) {
            return self.batch.push(self.client, ResultKind::Vacated, ResultBody::Null);
        }
        let span = self.batch.span(event_json(&event).as_bytes());
        self.batch.push(self.client, ResultKind::Event, ResultBody::Utf8(span));
    }

    fn flush(&mut self) {
        if let Some(inbox) = &self.inbox
            && !self.batch.items.is_empty()
        {
            inbox.put(&mut self.batch);
        }
    }

    fn accepts_handoff(&self) -> bool {
        self.inbox.as_ref().is_some_and(|inbox| inbox.watches)
    }

    fn hand_off(&mut self, handoff: Arc<ReadHandoff>) {
        self.batch.push(self.client, ResultKind::Lent, ResultBody::Loan(handoff));
    }
}

impl Drop for ResultWriter {
    fn drop(&mut self) {
        self.flush();
    }
}

fn event_json(event: &ConnectionEvent) -> String {
    let (name, error) = match event {
        ConnectionEvent::Connect => ("connect", None),
        ConnectionEvent::Ready => ("ready", None),
        ConnectionEvent::Close(error) => ("close", Some(error)),
        ConnectionEvent::Failed(error) => ("error", Some(error)),
        ConnectionEvent::End => ("end", None),
        ConnectionEvent::Vacated => ("vacated", None),
        ConnectionEvent::Invalidated(lease, keys) => {
            return format!("{{\"event\":\"invalidate\",\"lease\":{lease},\"keys\":{keys}}}");
        }
        ConnectionEvent::LeaseLost(lease, error) => {
            return format!(
                "{{\"event\":\"lease\",\"lease\":{lease},\"error\":{}}}",
                error_json::to_json(error)
            );
        }
        ConnectionEvent::Reconnecting { attempt, delay } => {
            let delay = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            return serde_json::json!({ "event": "reconnecting", "attempt": attempt, "delay": delay })
                .to_string();
        }
    };
    let error = error.map_or_else(|| "null".to_owned(), error_json::to_json);
    format!("{{\"event\":\"{name}\",\"error\":{error}}}")
}
