//! A deployment in the scripted world, and clients of it.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oxidis_engine::client::pool::{BlockingCall, WaitLimit};
use oxidis_engine::client::{
    Client as PooledClient, ManagedConnection, ReconnectPolicy, ReplySinkFactory, Staging,
};
use oxidis_engine::command::{ServerTimeout, Shape};
use oxidis_engine::config::address::{AddressMap, Locate};
use oxidis_engine::config::{Options, OptionsBuilder, ReadFrom, Reconnect};
use oxidis_engine::connection::batch::{Batch, BatchCommand, BatchKind, EXEC, MULTI};
use oxidis_engine::connection::connector::Connector;
use oxidis_engine::connection::queue::QueueLimits;
use oxidis_engine::connection::rejection::RetryPolicy;
use oxidis_engine::connection::request::{Recipient, Request, TextFormat as Texts, Ticket, now, replays};
use oxidis_engine::error::Error;
use oxidis_engine::sentinel::{SentinelEvent, SentinelListener, SentinelSettings, Sentinels};
use oxidis_engine::transport::dial::Dial;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::inbox::{Gathered, Inbox};
use crate::node::{Node, View};
use crate::world::{Dials, World};

/// The master's name.
pub(crate) const NAME: &str = "m";

/// Awaits what must happen, so that a test in which it does not fails instead of hanging.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(600), work).await.unwrap()
}

/// Returns when every task waits for something else than the processor: only then does the stopped clock move.
pub(crate) async fn idle() {
    sleep(Duration::from_millis(1)).await;
}

/// Runs all of `work` at once.
pub(crate) async fn at_once<T: Send + 'static>(
    work: Vec<impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = work.into_iter().map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

/// Waits until `holds`, in steps of the stopped clock.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    within(async {
        while !holds() {
            idle().await;
        }
    })
    .await;
}

/// Is asked at the very moment of a failover's news.
pub(crate) type AtFailover = Box<dyn FnOnce() + Send>;

/// Keeps what it is told.
#[derive(Default)]
pub(crate) struct Heard {
    happenings: Mutex<Vec<SentinelEvent>>,
    pub(crate) at_failover: Mutex<Option<AtFailover>>,
}

impl Heard {
    /// What happened since the last call, in one line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let heard = std::mem::take(&mut *self.happenings.lock().unwrap());
        let line = |event: &SentinelEvent| match event {
            SentinelEvent::Failover { from, to, took, .. } => {
                format!("{from} -> {to} after {} ms", took.as_millis())
            }
            SentinelEvent::Sentinel { address, state, .. } => format!("{address} {}", state.as_str()),
            SentinelEvent::Trouble(error) => format!("trouble: {error}"),
        };
        heard.iter().map(line).collect()
    }
}

impl SentinelListener for Heard {
    fn happened(&self, event: SentinelEvent) {
        if let SentinelEvent::Failover { .. } = event
            && let Some(ask) = self.at_failover.lock().unwrap().take()
        {
            ask();
        }
        self.happenings.lock().unwrap().push(event);
    }
}

/// What a test works with: sentinels `s1:1`, `s2:1`, `s3:1` that name the master `a:1`, with replicas `b:1` and `c:1`.
pub(crate) struct Fixture {
    pub(crate) world: Arc<World>,
    pub(crate) dials: Arc<dyn Dial>,
    pub(crate) sentinels: Sentinels,
    pub(crate) nodes: Vec<Arc<Node>>,
    pub(crate) a: Arc<Node>,
    pub(crate) b: Arc<Node>,
    pub(crate) c: Arc<Node>,
    pub(crate) heard: Arc<Heard>,
}

/// What every sentinel says at first; it knows the others as `ip1:1` and so on.
pub(crate) fn view(own: usize) -> View {
    View {
        name: NAME,
        address: "a:1".into(),
        epoch: Some(1),
        flags: "master",
        replicas: vec![("b:1".into(), "slave", "ok"), ("c:1".into(), "slave", "ok")],
        peers: (1..=3)
            .filter(|peer| *peer != own)
            .map(|peer| (format!("ip{peer}:1"), "sentinel", format!("id{peer}")))
            .collect(),
    }
}

impl Fixture {
    /// All three sentinels are configured.
    pub(crate) fn new() -> Self {
        Self::with(&["s1:1", "s2:1", "s3:1"], None)
    }

    /// Only `configured` are.
    pub(crate) fn with(configured: &[&str], address_map: Option<Arc<dyn AddressMap>>) -> Self {
        let world = Arc::new(World::default());
        let nodes: Vec<_> = (1..=3).map(|own| Node::sentinel(&format!("id{own}"), vec![view(own)])).collect();
        for (index, node) in nodes.iter().enumerate() {
            world.put(&format!("s{}:1", index + 1), node);
            world.put(&format!("ip{}:1", index + 1), node);
        }
        let [a, b, c] = [Node::master(), Node::replica("connected"), Node::replica("connected")];
        for (address, node) in [("a:1", &a), ("b:1", &b), ("c:1", &c)] {
            world.put(address, node);
        }
        let dials: Arc<dyn Dial> = Arc::new(Dials(Arc::clone(&world)));
        let heard = Arc::new(Heard::default());
        let sentinels = configured.iter().map(|address| sentinel_options(address)).collect();
        let settings = SentinelSettings { sentinels, address_map };
        let listener = Arc::clone(&heard) as Arc<dyn SentinelListener>;
        let sentinels = Sentinels::over(settings, &dials, listener, Handle::current()).unwrap();
        Self { world, dials, sentinels, nodes, a, b, c, heard }
    }

    /// The sentinel `s1:1`, `s2:1` or `s3:1`.
    pub(crate) fn sentinel(&self, number: usize) -> &Arc<Node> {
        &self.nodes[number - 1]
    }

    /// The endpoint that is located now.
    pub(crate) async fn located(&self, locate: &Arc<dyn Locate>) -> Result<String, Error> {
        within(locate.locate()).await.map(|place| place.endpoint.to_string())
    }

    pub(crate) fn master(&self) -> Arc<dyn Locate> {
        self.sentinels.locate(NAME, ReadFrom::Master)
    }

    /// `to` is the master by all sentinels' word, of configuration `epoch`; nobody announces it.
    pub(crate) fn promote(&self, to: &str, epoch: u64) {
        for node in &self.nodes {
            node.view(NAME, |view| {
                view.address = to.into();
                view.epoch = Some(epoch);
            });
        }
    }

    /// A client with a pool that follows the master.
    pub(crate) fn pooled(&self) -> (PooledClient, Inbox) {
        let reconnect = Some(Reconnect { jitter: false, ..Reconnect::default() });
        let options = Arc::new(Options { reconnect, ..Options::default() });
        let connector = Connector::over(Arc::clone(&options), self.master(), Arc::clone(&self.dials));
        let (inbox, recorder) = Inbox::new();
        let mailbox: Arc<dyn ReplySinkFactory> = Arc::new(recorder);
        (PooledClient::over(&connector, options, &mailbox, &Handle::current()), inbox)
    }

    /// A client's connection that follows `locate`.
    pub(crate) fn client(&self, locate: Arc<dyn Locate>) -> Client {
        let reconnect = Some(Reconnect { jitter: false, ..Reconnect::default() });
        self.client_with(locate, Options { reconnect, ..Options::default() })
    }

    pub(crate) fn client_with(&self, locate: Arc<dyn Locate>, options: Options) -> Client {
        let options = Arc::new(options);
        let connector = Connector::over(Arc::clone(&options), locate, Arc::clone(&self.dials));
        let (inbox, recorder) = Inbox::new();
        let (reconnect_policy, limits) = (ReconnectPolicy::of(&options), QueueLimits::of(&options));
        let connection = ManagedConnection::new(
            limits,
            connector,
            reconnect_policy,
            Arc::new(recorder),
            Handle::current(),
        );
        Client { connection, inbox }
    }
}

pub(crate) fn sentinel_options(address: &str) -> Options {
    let mut builder = OptionsBuilder::for_sentinel();
    builder.url(&format!("redis://{address}")).unwrap();
    builder.build().unwrap()
}

/// One connection, and what its calls come to.
pub(crate) struct Client {
    pub(crate) connection: Arc<ManagedConnection>,
    pub(crate) inbox: Inbox,
}

impl Client {
    /// Connects.
    pub(crate) async fn connect(&self) -> Result<(), Error> {
        within(self.connection.connect()).await.unwrap()
    }

    /// Calls a command that may be sent twice.
    pub(crate) fn read(&self, slot: u32, command: &str) {
        self.call(slot, command, true);
    }

    /// Calls a command that may not.
    pub(crate) fn write(&self, slot: u32, command: &str) {
        self.call(slot, command, false);
    }

    fn call(&self, slot: u32, command: &str, replay: bool) {
        let mut staging = Staging::new();
        let words: Vec<_> = command.split(' ').collect();
        staging.begin_raw(words.len());
        for word in words {
            staging.argument(word.as_bytes());
        }
        staging.commit(request(Recipient::Caller(ticket(slot)), replay));
        let (bytes, requests) = staging.parts();
        self.connection.submit(bytes, requests);
    }

    /// Calls a batch. Those of its commands that begin with `GET` may be sent twice.
    pub(crate) fn batch(&self, slot: u32, form: BatchKind, commands: &[&str]) {
        let mut staging = Staging::new();
        let mut steps = Vec::new();
        staging.begin_unit();
        if form != BatchKind::Plain {
            staging.verbatim(MULTI);
        }
        for command in commands {
            let words: Vec<_> = command.split(' ').collect();
            staging.begin_next(b"", 0, words.len());
            for word in words {
                staging.argument(word.as_bytes());
            }
            let length = u32::try_from(staging.last_command_bytes()).unwrap();
            let replay = command.starts_with("GET");
            steps.push(BatchCommand { shape: &Shape::Any, length, replay, retry_policy: RetryPolicy::TOLD });
            if form == BatchKind::Transaction(steps.len()) {
                staging.verbatim(EXEC);
            }
        }
        let batch = Batch::new(form, steps, Box::<Gathered>::default());
        let commands = batch.commands();
        let recipient = Recipient::Batch(ticket(slot), self.connection.queue().register_batch(batch));
        staging.commit_unit(request(recipient, false), commands);
        let (bytes, requests) = staging.parts();
        self.connection.submit(bytes, requests);
    }
}

/// A blocking command that waits as long as the server keeps it.
pub(crate) fn blocking(slot: u32, command: &str) -> BlockingCall {
    let mut staging = Staging::new();
    let words: Vec<_> = command.split(' ').collect();
    staging.begin_raw(words.len());
    for word in words {
        staging.argument(word.as_bytes());
    }
    let (bytes, request) = staging.take_command(request(Recipient::Caller(ticket(slot)), false));
    let wait_limit = WaitLimit::Server { timeout: ServerTimeout::Never, grace: 5_000 };
    BlockingCall { name: "BLPOP".into(), bytes, request, wait_limit, tails: Vec::new() }
}

/// How long a call waits, in milliseconds.
const TIMEOUT: u32 = 10_000;

fn ticket(slot: u32) -> Ticket {
    Ticket { slot, view: Texts::Text, prefixed: false }
}

fn request(recipient: Recipient, replay: bool) -> Request {
    let deadline = now() + u64::from(TIMEOUT);
    Request {
        recipient,
        shape: &Shape::Any,
        replays: replays(replay),
        retry_policy: RetryPolicy::TOLD,
        redirects: 0,
        track: None,
        length: 0,
        end: 0,
        deadline,
        timeout: TIMEOUT,
        late: 0,
    }
}
