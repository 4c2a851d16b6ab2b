//! Where a lane's replies and events arrive, and a receiver that panics on demand.

use std::any::Any;
use std::sync::{Arc, Mutex};

use oxidis_engine::client::ReplySinkFactory;
use oxidis_engine::command::MapNames;
use oxidis_engine::connection::request::{
    ConnectionEvent, Reply, ReplyCollector, ReplySink, TextFormat, Ticket,
};
use oxidis_engine::error::{Error, ErrorKind};
use oxidis_engine::value::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::fixture::within;

/// How a call ended: its slot and its result. A batch's is the list of its replies; a batch that ends early gives a list of those
/// that came, and then its failure.
pub(crate) type Settled = (u32, Result<Value, Error>);

/// The receiving side.
pub(crate) struct Inbox {
    settled: UnboundedReceiver<Settled>,
    events: UnboundedReceiver<ConnectionEvent>,
    fault: Fault,
}

/// The slot whose next result makes the receiver panic.
type Fault = Arc<Mutex<Option<u32>>>;

/// The sending side.
#[derive(Clone)]
pub(crate) struct Recorder {
    settled: UnboundedSender<Settled>,
    events: UnboundedSender<ConnectionEvent>,
    fault: Fault,
}

impl Inbox {
    pub(crate) fn new() -> (Self, Recorder) {
        let (settled, settled_receiver) = unbounded_channel();
        let (events, events_receiver) = unbounded_channel();
        let fault = Fault::default();
        let inbox = Self { settled: settled_receiver, events: events_receiver, fault: Arc::clone(&fault) };
        (inbox, Recorder { settled, events, fault })
    }

    /// The next result makes the receiver panic if it is that of `slot`.
    pub(crate) fn panic_at(&self, slot: u32) {
        *self.fault.lock().unwrap() = Some(slot);
    }

    /// The next call that ends.
    pub(crate) async fn settled(&mut self) -> Settled {
        within(self.settled.recv()).await.unwrap()
    }

    /// The next call that ends is `slot`'s, and succeeds.
    pub(crate) async fn reply(&mut self, slot: u32) -> Value {
        match self.settled().await {
            (settled, Ok(value)) if settled == slot => value,
            other => panic!("{other:?} instead of a reply for {slot}"),
        }
    }

    /// The next call that ends is `slot`'s, and fails.
    pub(crate) async fn failure(&mut self, slot: u32) -> Error {
        match self.settled().await {
            (settled, Err(error)) if settled == slot => error,
            other => panic!("{other:?} instead of a failure of {slot}"),
        }
    }

    /// The next call that has ended already.
    pub(crate) fn try_settled(&mut self) -> Option<Settled> {
        self.settled.try_recv().ok()
    }

    /// Fails when a call has ended.
    pub(crate) fn assert_empty(&mut self) {
        if let Ok(settled) = self.settled.try_recv() {
            panic!("{settled:?} is one too many");
        }
    }

    /// The next event.
    pub(crate) async fn event(&mut self) -> ConnectionEvent {
        within(self.events.recv()).await.unwrap()
    }

    /// The names of the next events.
    pub(crate) async fn events<const N: usize>(&mut self) -> [&'static str; N] {
        let mut names = [""; N];
        for name in &mut names {
            *name = match self.event().await {
                ConnectionEvent::Connect => "connect",
                ConnectionEvent::Ready => "ready",
                ConnectionEvent::Close(_) => "close",
                ConnectionEvent::Reconnecting { .. } => "reconnecting",
                ConnectionEvent::Failed(_) => "error",
                ConnectionEvent::End => "end",
                ConnectionEvent::Vacated => "vacated",
                ConnectionEvent::LeaseLost(..) => "lease lost",
                ConnectionEvent::Invalidated(..) => "invalidated",
            };
        }
        names
    }

    /// The error of the next `close` event; what comes before it is skipped.
    pub(crate) async fn close(&mut self) -> Error {
        loop {
            if let ConnectionEvent::Close(error) = self.event().await {
                return error;
            }
        }
    }
}

impl Recorder {
    fn settle(&self, slot: u32, result: Result<Value, Error>) {
        let faulty = self.fault.lock().unwrap().take_if(|at| *at == slot).is_some();
        assert!(!faulty, "the receiver panics over s3cret");
        // The test may have ended.
        drop(self.settled.send((slot, result)));
    }
}

/// The replies to a batch.
#[derive(Debug, Default)]
pub(crate) struct Gathered(Vec<Value>);

impl ReplyCollector for Gathered {
    fn reply(&mut self, reply: Reply<'_>, _view: TextFormat) {
        self.0.push(reply.into_value(MapNames::Members).unwrap());
    }

    fn error(&mut self, error: &Error) {
        match error.kind() {
            // A reply to a command that was run has no word on that.
            ErrorKind::Reply(reply) if error.maybe_executed() == Some(false) => {
                self.0.push(Value::List(vec![Value::Status("not run".into()), Value::Error(reply.clone())]));
            }
            ErrorKind::Reply(error) => self.0.push(Value::Error(error.clone())),
            other => panic!("{other:?} instead of a reply"),
        }
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl ReplySinkFactory for Recorder {
    fn open(&self) -> Box<dyn ReplySink> {
        Box::new(self.clone())
    }
}

impl ReplySink for Recorder {
    fn reply(&mut self, ticket: Ticket, reply: Reply<'_>) {
        let value = reply.into_value(MapNames::Members).map_err(|error| Error::protocol(error.to_string()));
        self.settle(ticket.slot, value);
    }

    fn error(&mut self, ticket: Ticket, error: &Error) {
        self.settle(ticket.slot, Err(error.clone()));
    }

    fn batch(&mut self, ticket: Ticket, replies: Box<dyn ReplyCollector>, broken: Option<&Error>) {
        let replies: Box<dyn Any> = replies;
        let Gathered(replies) = *replies.downcast().unwrap();
        self.settle(ticket.slot, Ok(Value::List(replies)));
        if let Some(error) = broken {
            self.settle(ticket.slot, Err(error.clone()));
        }
    }

    fn event(&mut self, event: ConnectionEvent) {
        drop(self.events.send(event));
    }

    fn flush(&mut self) {}
}
