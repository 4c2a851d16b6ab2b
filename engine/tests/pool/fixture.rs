//! A client over in-memory pipes.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::client::pool::{BlockingCall, Lease, Permit, Pool, WaitLimit};
use oxidis_engine::client::{Client, ManagedConnection, ReplySinkFactory, Staging};
use oxidis_engine::command::{ServerTimeout, Shape};
use oxidis_engine::config::address::Fixed;
use oxidis_engine::config::{Options, Reconnect};
use oxidis_engine::connection::connector::Connector;
use oxidis_engine::connection::rejection::{Evidence, RetryPolicy};
use oxidis_engine::connection::request::{NEVER, Recipient, Request, TextFormat, Ticket, now};
use oxidis_engine::error::{ConnectionFailure, Error};
use tokio::io::DuplexStream;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::inbox::Inbox;
use crate::peer::{Fate, Peer, Peers};

/// Awaits what must happen, so that a test in which it does not fails instead of hanging.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(120), work).await.unwrap()
}

/// Returns when every task waits for something else than the processor: only then does the stopped clock move.
pub(crate) async fn idle() {
    sleep(Duration::from_millis(1)).await;
}

/// A cause that may pass.
pub(crate) fn refused() -> Error {
    Error::connection(ConnectionFailure::Refused, "connection refused")
}

/// What a test works with.
pub(crate) struct Fixture {
    pub(crate) client: Client,
    pub(crate) pool: Arc<Pool>,
    pub(crate) peers: Peers,
    pub(crate) inbox: Inbox,
}

/// The default options, without jitter, and with room for `room` connections beside the shared one.
pub(crate) fn room_for(room: u32) -> Options {
    let reconnect = Some(Reconnect { jitter: false, ..Reconnect::default() });
    Options { reconnect, max_connections: room + 1, ..Options::default() }
}

impl Fixture {
    /// A client that is not connected.
    pub(crate) fn new(options: Options) -> Self {
        Self::failing(options, Vec::new())
    }

    /// The same, whose first attempts to connect end like this.
    pub(crate) fn failing(options: Options, fates: Vec<Fate>) -> Self {
        let options = Arc::new(options);
        let peers = Peers::new(1 << 20, fates);
        let (inbox, recorder) = Inbox::new();
        let locate = Arc::new(Fixed::new(options.endpoint.clone()));
        let dials = Arc::clone(&peers.dials);
        let connector = Connector::over(Arc::clone(&options), locate, dials);
        let mailbox: Arc<dyn ReplySinkFactory> = Arc::new(recorder);
        let client = Client::over(&connector, options, &mailbox, &Handle::current());
        let pool = Arc::clone(client.pool());
        Self { client, pool, peers, inbox }
    }

    /// Somebody asks for a lease.
    pub(crate) fn ask(&self) -> JoinHandle<Result<Lease, Error>> {
        let pool = Arc::clone(&self.pool);
        tokio::spawn(async move { pool.lease(None).await })
    }

    /// Somebody asks for a permit.
    pub(crate) fn ask_for_permit(&self) -> JoinHandle<Result<Permit, Error>> {
        let pool = Arc::clone(&self.pool);
        tokio::spawn(async move { pool.permit(oxidis_engine::client::pool::Holder::Subscriber).await })
    }

    /// A lease over a new connection, and its other end.
    pub(crate) async fn lease(&mut self) -> (Lease, Peer<DuplexStream>) {
        let asked = self.ask();
        let peer = self.peers.accept().await;
        (within(asked).await.unwrap().unwrap(), peer)
    }

    /// A blocking command of the caller in `slot`.
    pub(crate) fn block(&self, slot: u32, command: &str, server: ServerTimeout) {
        self.pool.block(blocking(slot, command, server)).unwrap();
    }
}

/// A blocking command whose caller leaves it to the server for how long it waits.
pub(crate) fn blocking(slot: u32, command: &str, server: ServerTimeout) -> BlockingCall {
    let mut staging = Staging::new();
    let request = stage(&mut staging, slot, command);
    let (bytes, request) = staging.take_command(request);
    let name = command.split(' ').next().unwrap().to_owned();
    let wait_limit = WaitLimit::Server { timeout: server, grace: 5_000 };
    BlockingCall { name: name.into(), bytes, request, wait_limit, tails: Vec::new() }
}

fn stage(staging: &mut Staging, slot: u32, command: &str) -> Request {
    let words: Vec<_> = command.split(' ').collect();
    staging.begin_raw(words.len());
    for word in words {
        staging.argument(word.as_bytes());
    }
    Request {
        recipient: Recipient::Caller(Ticket { slot, view: TextFormat::Text, prefixed: false }),
        shape: &Shape::Any,
        replays: 0,
        retry_policy: RetryPolicy { again: true, evidence: Evidence::Code },
        redirects: 0,
        track: None,
        length: 0,
        end: 0,
        deadline: NEVER,
        timeout: 0,
        late: 0,
    }
}

/// Calls `command` on a lease, for the caller in `slot`.
pub(crate) fn call(lease: &Lease, slot: u32, command: &str) {
    call_within(lease.connections().get(0).unwrap(), slot, command, 5_000);
}

/// The same, with another timeout in milliseconds, 0 for none.
pub(crate) fn call_within(connection: &Arc<ManagedConnection>, slot: u32, command: &str, timeout: u32) {
    let mut staging = Staging::new();
    let request = stage(&mut staging, slot, command);
    let deadline = if timeout == 0 { NEVER } else { now() + u64::from(timeout) };
    staging.commit(Request { deadline, timeout, ..request });
    let (bytes, requests) = staging.parts();
    connection.submit(bytes, requests);
}

/// Replies to HELLO with a number for the connection.
pub(crate) async fn greet_as(peer: &mut Peer<DuplexStream>, id: u32) {
    peer.greeting(3).await;
    peer.send(format!("%2\r\n+proto\r\n:3\r\n+id\r\n:{id}\r\n+OK\r\n+OK\r\n+PONG\r\n")).await;
}
