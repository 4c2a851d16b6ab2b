//! A lane, its peers and its inbox.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use oxidis_engine::client::{ManagedConnection, ReconnectPolicy, Staging};
use oxidis_engine::command::Shape;
use oxidis_engine::config::address::Fixed;
use oxidis_engine::config::{Options, Reconnect};
use oxidis_engine::connection::batch::{Batch, BatchCommand, BatchKind, EXEC, MULTI};
use oxidis_engine::connection::connector::Connector;
use oxidis_engine::connection::queue::QueueLimits;
use oxidis_engine::connection::rejection::{Evidence, RetryPolicy};
use oxidis_engine::connection::request::{NEVER, Recipient, Request, TextFormat, Ticket, now, replays};
use oxidis_engine::error::{ConnectionFailure, Error, ErrorKind};
use oxidis_engine::value::Value;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::inbox::{Gathered, Inbox};
use crate::peer::{Fate, Peers};

/// Bytes that a pipe holds where a test does not care.
const ROOM: usize = 1 << 20;

/// Awaits what must happen, so that a test in which it does not fails instead of hanging.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(120), work).await.unwrap()
}

/// Returns when every task waits for something else than the processor: only then does the stopped clock move.
pub(crate) async fn idle() {
    sleep(Duration::from_millis(1)).await;
}

/// A call: who, how long, and how often.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    slot: u32,
    timeout: u32,
    replay: bool,
    retry_policy: RetryPolicy,
    shape: &'static Shape,
}

impl Call {
    /// A command that may be sent twice.
    pub(crate) fn read(slot: u32) -> Self {
        let retry_policy = RetryPolicy { again: true, evidence: Evidence::Code };
        Self { slot, timeout: 5_000, replay: true, retry_policy, shape: &Shape::Any }
    }

    /// A command that may not.
    pub(crate) fn write(slot: u32) -> Self {
        Self { replay: false, ..Self::read(slot) }
    }

    /// With another timeout, in milliseconds; 0 for none.
    pub(crate) fn timeout(self, timeout: u32) -> Self {
        Self { timeout, ..self }
    }

    /// With another way to take a refusal.
    pub(crate) fn retry_policy(self, retry_policy: RetryPolicy) -> Self {
        Self { retry_policy, ..self }
    }

    /// With a reply of this shape.
    pub(crate) fn shaped(self, shape: &'static Shape) -> Self {
        Self { shape, ..self }
    }

    /// Puts `command`, whose words are parted by spaces, on `staging`.
    pub(crate) fn stage(self, staging: &mut Staging, command: &str) {
        let words: Vec<_> = command.split(' ').collect();
        staging.begin_raw(words.len());
        for word in words {
            staging.argument(word.as_bytes());
        }
        self.complete(staging);
    }

    /// The command that was begun last on `staging` is whole.
    pub(crate) fn complete(self, staging: &mut Staging) {
        let ticket = Ticket { slot: self.slot, view: TextFormat::Text, prefixed: false };
        staging.commit(self.request(Recipient::Caller(ticket)));
    }

    fn request(self, recipient: Recipient) -> Request {
        Request {
            recipient,
            shape: self.shape,
            replays: replays(self.replay),
            retry_policy: self.retry_policy,
            redirects: 0,
            track: None,
            length: 0,
            end: 0,
            deadline: if self.timeout == 0 { NEVER } else { now() + u64::from(self.timeout) },
            timeout: self.timeout,
            late: 0,
        }
    }
}

/// A batch: who, how long, how often, and what.
pub(crate) struct ScriptedBatch<'a> {
    pub(crate) call: Call,
    pub(crate) form: BatchKind,
    pub(crate) commands: &'a [&'a str],
}

impl ScriptedBatch<'_> {
    /// Puts the batch on `staging`, as a unit of the lane's queue.
    pub(crate) fn stage(&self, staging: &mut Staging, connection: &ManagedConnection) {
        let mut steps = Vec::new();
        staging.begin_unit();
        if self.form != BatchKind::Plain {
            staging.verbatim(MULTI);
        }
        for command in self.commands {
            let words: Vec<_> = command.split(' ').collect();
            staging.begin_next(b"", 0, words.len());
            for word in words {
                staging.argument(word.as_bytes());
            }
            let length = u32::try_from(staging.last_command_bytes()).unwrap();
            let Call { shape, replay, retry_policy, .. } = self.call;
            steps.push(BatchCommand { shape, length, replay, retry_policy });
            if self.form == BatchKind::Transaction(steps.len()) {
                staging.verbatim(EXEC);
            }
        }
        let batch = Batch::new(self.form, steps, Box::<Gathered>::default());
        let commands = batch.commands();
        let ticket = Ticket { slot: self.call.slot, view: TextFormat::Text, prefixed: false };
        let recipient = Recipient::Batch(ticket, connection.queue().register_batch(batch));
        staging.commit_unit(self.call.request(recipient), commands);
    }
}

/// What a test works with.
pub(crate) struct Fixture {
    pub(crate) connection: Arc<ManagedConnection>,
    pub(crate) peers: Peers,
    pub(crate) inbox: Inbox,
}

/// How a fixture is made.
pub(crate) struct Setting {
    pub(crate) options: Options,
    pub(crate) room: usize,
    pub(crate) fates: Vec<Fate>,
}

impl Default for Setting {
    fn default() -> Self {
        let reconnect = Some(Reconnect { jitter: false, ..Reconnect::default() });
        Self { options: Options { reconnect, ..Options::default() }, room: ROOM, fates: Vec::new() }
    }
}

impl Fixture {
    /// A lane that is not connected, with the default options but without jitter.
    pub(crate) fn new() -> Self {
        Self::with(Setting::default())
    }

    /// A lane that is not connected.
    pub(crate) fn with(setting: Setting) -> Self {
        let Setting { options, room, fates } = setting;
        let options = Arc::new(options);
        let peers = Peers::new(room, fates);
        let (inbox, recorder) = Inbox::new();
        let locate = Arc::new(Fixed::new(options.endpoint.clone()));
        let dials = Arc::clone(&peers.dials);
        let connector = Connector::over(Arc::clone(&options), locate, dials);
        let reconnect_policy = ReconnectPolicy::of(&options);
        let limits = QueueLimits::of(&options);
        let connection = ManagedConnection::new(
            limits,
            connector,
            reconnect_policy,
            Arc::new(recorder),
            Handle::current(),
        );
        Self { connection, peers, inbox }
    }

    /// Submits one command.
    pub(crate) fn call(&self, call: Call, command: &str) {
        self.submit_together(&[(call, command)]);
    }

    /// Submits a batch as one unit.
    pub(crate) fn batch(&self, call: Call, form: BatchKind, commands: &[&str]) {
        let mut staging = Staging::new();
        ScriptedBatch { call, form, commands }.stage(&mut staging, &self.connection);
        let (bytes, requests) = staging.parts();
        self.connection.submit(bytes, requests);
    }

    /// Submits several commands at once.
    pub(crate) fn submit_together(&self, calls: &[(Call, &str)]) {
        let mut staging = Staging::new();
        for (call, command) in calls {
            call.stage(&mut staging, command);
        }
        let (bytes, requests) = staging.parts();
        self.connection.submit(bytes, requests);
    }
}

/// `text` as a status.
pub(crate) fn status(text: &str) -> Value {
    Value::Status(Bytes::copy_from_slice(text.as_bytes()))
}

/// `text` as a bulk string.
pub(crate) fn bulk(text: impl AsRef<[u8]>) -> Value {
    Value::Bulk(Bytes::copy_from_slice(text.as_ref()))
}

/// A cause that may pass.
pub(crate) fn refused() -> Error {
    Error::connection(ConnectionFailure::Refused, "connection refused")
}

/// The kind and the verdict of an error.
pub(crate) fn verdict(error: &Error) -> (ErrorKind, Option<bool>) {
    (error.kind().clone(), error.maybe_executed())
}

/// The kind of a lost connection.
pub(crate) const LOST: ErrorKind = ErrorKind::Connection(ConnectionFailure::Lost);
