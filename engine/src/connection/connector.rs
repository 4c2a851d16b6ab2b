//! One attempt to get a usable connection: where to, dial, handshake, all before one deadline (promise P6).

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::dialect::{Dialect, Dialects, Step};
use super::driver::Connection;
use super::handshake::Handshake;
use super::handshake_stream::Talk;
use super::liveness::Liveness;
use super::renewal::Renewal;
use super::request::Millis;
use super::request_response::SimpleConnection;
use crate::config::Options;
use crate::config::address::{ConnectTarget, Endpoint, Locate, WatchGuard};
use crate::config::role::ServerRole;
use crate::error::{ConnectionFailure, Error, ErrorKind};
use crate::resp::DecodeLimits;
use crate::transport::dial::{Dial, Dialer, not_in_time, timed_out};
use crate::transport::split::split;
use crate::transport::stream::Stream;
use crate::value::Value;

/// What a connection waits for whose server says nothing at all.
const SILENCE: &str = "the server's answer to the handshake (a proxy that says nothing to HELLO or CLIENT needs the options \
                       protocol: 2 and clientInfo: false)";

/// What the last of several handshakes adds to its error.
const IN_VAIN: &str = "so it did without HELLO and CLIENT (protocol: 2, clientInfo: false)";

/// Makes the connections of a client.
pub struct Connector {
    pub(crate) options: Arc<Options>,
    locate: Arc<dyn Locate>,
    dial: Arc<dyn Dial>,
    dialects: Arc<Dialects>,
    identify: bool,
    /// What the attempt that is under way waits for.
    stage: Mutex<Option<Stage>>,
    /// Attempts that the server ended at our first bytes, since a handshake was done.
    hung_up: AtomicU32,
}

/// One in so many attempts that the server ended at our first bytes is followed by a look whether it speaks TLS there.
const LOOK_FOR_TLS: u32 = 16;

/// How far an attempt is.
#[derive(Clone, Debug)]
enum Stage {
    Locating,
    Dialling(Endpoint),
    Waiting(Endpoint, &'static str),
}

/// In TLS 1.3 the client is done before the server has looked at its certificate.
const REFUSES_CERTIFICATE: &str = "this was right after the TLS handshake: perhaps the server requires a client certificate (tls.cert and tls.key), or does not accept the one given";
const CREDENTIALS: &str = "the answer of credentials()";
const GREETED: &str = "the server's answer to the handshake";

impl Connector {
    /// Connects as `options` say, to whatever `locate` answers at each attempt.
    pub fn new(options: Arc<Options>, locate: Arc<dyn Locate>) -> Result<Self, Error> {
        let dialer = Arc::new(Dialer::new(&options)?);
        Ok(Self::over(options, locate, dialer))
    }

    /// The same, over the streams that `dial` opens.
    pub fn over(options: Arc<Options>, locate: Arc<dyn Locate>, dial: Arc<dyn Dial>) -> Self {
        let (stage, hung_up) = (Mutex::default(), AtomicU32::new(0));
        Self { options, locate, dial, dialects: Arc::default(), identify: false, stage, hung_up }
    }

    /// The same, whose connections know the server's number for them, whatever the protocol.
    #[must_use]
    pub fn identifying(self) -> Self {
        Self { identify: true, ..self }
    }

    /// The same, for another connection.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            options: Arc::clone(&self.options),
            locate: Arc::clone(&self.locate),
            dial: Arc::clone(&self.dial),
            dialects: Arc::clone(&self.dialects),
            identify: self.identify,
            stage: Mutex::default(),
            hung_up: AtomicU32::new(0),
        }
    }

    fn is_at(&self, stage: Option<Stage>) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    /// What the attempt that is under way waits for, as the error that it would end with; `None` without one.
    pub fn progress(&self) -> Option<Error> {
        let stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let (endpoint, what) = match stage {
            Stage::Locating => {
                let message = "the server's address is still being looked for";
                return Some(Error::connection(ConnectionFailure::ConnectTimeout, message));
            }
            Stage::Dialling(endpoint) => (endpoint, self.dial.stage()),
            Stage::Waiting(endpoint, what) => (endpoint, what),
        };
        Some(not_in_time(format!("connect {endpoint}: still waiting for {what}")).at(&endpoint))
    }

    /// Connects. Fails within `connectTimeout`, which goes on for [`Connector::greet`].
    pub async fn open(&self) -> Result<Dialed, Error> {
        let deadline = Instant::now() + self.options.connect_timeout;
        self.is_at(Some(Stage::Locating));
        let place = timeout_at(deadline, self.locate.locate()).await.map_err(|_| {
            let message = "timed out (connectTimeout) finding the server's address";
            Error::connection(ConnectionFailure::ConnectTimeout, message)
        });
        let place = place.inspect_err(|_| self.is_at(None))?.inspect_err(|_| self.is_at(None))?;
        self.is_at(Some(Stage::Dialling(place.endpoint.clone())));
        let dialled =
            self.while_it_holds(&place, self.dial.dial_from(&place.endpoint, place.turn, deadline)).await;
        match dialled {
            Ok(stream) => Ok(Dialed { place, stream, deadline }),
            Err(error) => {
                self.is_at(None);
                self.locate.mark_suspect(&place);
                Err(error)
            }
        }
    }

    /// Shakes hands.
    pub async fn handshake(&self, opened: Dialed) -> Result<Connection, Error> {
        let Dialed { place, stream, deadline } = opened;
        let greeted = self.while_it_holds(&place, self.handshake_before(&place, stream, deadline)).await;
        self.is_at(None);
        match &greeted {
            Ok(_) => {
                self.hung_up.store(0, Ordering::Relaxed);
                self.locate.confirm(&place);
            }
            Err(error) if *error.kind() == ErrorKind::Connection(ConnectionFailure::WrongRole) => {
                self.locate.misplaced(&place);
            }
            Err(_) => self.locate.mark_suspect(&place),
        }
        greeted
    }

    /// The server ended the connection at our first bytes: `error`, or what a look at it tells.
    async fn hung_up(&self, place: &ConnectTarget, error: Error) -> Error {
        if self.options.tls.is_some() {
            return error.hinting(REFUSES_CERTIFICATE);
        }
        let endpoint = &place.endpoint;
        let before = self.hung_up.fetch_add(1, Ordering::Relaxed);
        if before.is_multiple_of(LOOK_FOR_TLS) && self.dial.detect_tls(endpoint).await {
            self.hung_up.store(0, Ordering::Relaxed);
            let message = format!(
                "{endpoint} hangs up on bytes that are not TLS: it is a TLS port; use rediss:// or the option \"tls\""
            );
            return Error::protocol(message);
        }
        error
    }

    /// Has the server at `place`, which is left, answer what it keeps waiting on the connection of this number: then it is certain
    /// that nothing came of it. Fails where the server does not answer, or does not allow it.
    pub async fn unblock(
        &self,
        place: &ConnectTarget,
        client_id: i64,
        wait_limit: Duration,
    ) -> Result<(), Error> {
        let number = client_id.to_string();
        let order = vec![b"CLIENT".as_slice(), b"UNBLOCK", number.as_bytes(), b"ERROR"];
        self.converse(place, wait_limit).await?.request(&[order]).await.map(drop)
    }

    /// Does to a new connection what was done to the one before it: `state` are commands, in order.
    pub async fn restore(&self, connection: Connection, state: &[Vec<Vec<u8>>]) -> Result<Connection, Error> {
        let commands: Vec<Vec<&[u8]>> =
            state.iter().map(|words| words.iter().map(Vec::as_slice).collect()).collect();
        let mut conversation = SimpleConnection::over(connection, self.options.connect_timeout);
        for reply in conversation.request(&commands).await? {
            if let Value::Error(error) = reply {
                let message =
                    format!("the state of the connection cannot be restored: the server says {}", error.code);
                return Err(Error::connection(ConnectionFailure::Handshake, message));
            }
        }
        Ok(conversation.into_connection())
    }

    /// A conversation with the server at `place`, whatever its role is by now.
    pub async fn converse(
        &self,
        place: &ConnectTarget,
        wait_limit: Duration,
    ) -> Result<SimpleConnection, Error> {
        if place.announced.is_none() && !self.locate.holds(place) {
            let message = "the name of the server leads to another one by now";
            return Err(Error::connection(ConnectionFailure::Unreachable, message));
        }
        let place = ConnectTarget { role: ServerRole::Any, ..place.clone() };
        let deadline = Instant::now() + wait_limit;
        let stream = self.dial.dial(&place.endpoint, deadline).await?;
        let connection = self.handshake_before(&place, stream, deadline).await?;
        Ok(SimpleConnection::over(connection, wait_limit))
    }

    async fn handshake_before(
        &self,
        place: &ConnectTarget,
        stream: Stream,
        deadline: Instant,
    ) -> Result<Connection, Error> {
        let late = |what| timed_out(&place.endpoint, self.options.connect_timeout, what);
        self.is_at(Some(Stage::Waiting(place.endpoint.clone(), CREDENTIALS)));
        let provided = timeout_at(deadline, self.options.current_credentials())
            .await
            .map_err(|_| late(CREDENTIALS))??;
        self.is_at(Some(Stage::Waiting(place.endpoint.clone(), GREETED)));
        let endpoint = &place.endpoint;
        let known = self.dialects.of(endpoint);
        let mut dialect = known.unwrap_or_else(|| Dialect::first(&self.options));
        let mut stream = stream;
        loop {
            let mut handshake = Handshake::new(&self.options, provided.credentials.clone())
                .with(place.role)
                .speaking(dialect);
            if self.identify {
                handshake = handshake.identifying();
            }
            let shaken = timeout_at(deadline, self.shake_hands(place, stream, &mut handshake)).await;
            let error = match shaken {
                Ok(Ok(connection)) => {
                    self.dialects.worked(endpoint, dialect);
                    return Ok(Connection { renewal: Renewal::of(&provided), ..connection });
                }
                Ok(Err(error)) => error,
                Err(_) if handshake.step() == Step::Silent => return Err(late(SILENCE)),
                Err(_) => return Err(late(GREETED)),
            };
            if *error.kind() != ErrorKind::Connection(ConnectionFailure::Lost) {
                return Err(error);
            }
            if known.is_some() {
                self.dialects.failed(endpoint);
                return Err(error);
            }
            dialect = match dialect.next(&self.options, handshake.step()) {
                Some(next) => next,
                None => return Err(error.hinting(IN_VAIN)),
            };
            stream = self.dial.dial_from(endpoint, place.turn, deadline).await?;
        }
    }

    async fn shake_hands(
        &self,
        place: &ConnectTarget,
        stream: Stream,
        handshake: &mut Handshake,
    ) -> Result<Connection, Error> {
        let (reader, writer) = split(stream);
        let mut talk = Talk::new(&place.endpoint, reader, writer);
        let session = match talk.shake_hands(handshake).await {
            Ok(session) => session,
            Err(error)
                if talk.heard || !matches!(error.kind(), ErrorKind::Connection(ConnectionFailure::Lost)) =>
            {
                return Err(error);
            }
            Err(error) => {
                drop(talk);
                return Err(self.hung_up(place, error).await);
            }
        };
        self.locate.admits(place, session.server.role.as_deref())?;
        talk.decoder.limit(self.limits());
        Ok(Connection {
            reader: talk.reader,
            writer: talk.writer,
            decoder: talk.decoder,
            buffer: talk.buffer,
            client_id: session.server.id,
            liveness: self.liveness(),
            place: place.clone(),
            redirects: self.locate.redirects(place),
            renewal: Renewal::default(),
        })
    }

    /// Does `work` for as long as `place` is where to connect.
    async fn while_it_holds<T>(
        &self,
        place: &ConnectTarget,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            done = work => done,
            error = self.left(place) => Err(error),
        }
    }

    /// Returns when `place` is no longer where to be, with the error for what was going on there.
    pub async fn left(&self, place: &ConnectTarget) -> Error {
        let Some(mut changes) = self.locate.changes() else { return std::future::pending().await };
        while self.locate.holds(place) {
            if changes.changed().await.is_err() {
                // Nobody watches any more: no news is what there will be.
                return std::future::pending().await;
            }
        }
        let message = format!("{} is no longer the server to use", place.endpoint);
        Error::connection(ConnectionFailure::Lost, message)
    }

    /// What changes when an attempt may go elsewhere than the last one; `None` where it never does.
    pub fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.locate.changes()
    }

    /// Whether the news come from a watch over the servers.
    pub fn is_watched(&self) -> bool {
        self.locate.is_watched()
    }

    /// A connection to `place` was lost.
    pub fn mark_suspect(&self, place: &ConnectTarget) {
        self.locate.mark_suspect(place);
    }

    /// The server at `place` refused a command, because it is not the one to use.
    pub fn refused(&self, place: &ConnectTarget) {
        self.locate.refused(place);
    }

    /// Has the place watched until the attendance is dropped.
    pub fn watch(&self) -> Option<WatchGuard> {
        self.locate.watch()
    }

    fn limits(&self) -> DecodeLimits {
        let limits = &self.options.limits;
        DecodeLimits {
            max_reply_bytes: limits.max_reply_bytes as u64,
            max_depth: limits.max_depth,
            max_elements: limits.max_elements as u64,
        }
    }

    fn liveness(&self) -> Liveness {
        let millis =
            |time: Option<Duration>| time.map_or(0, |time| Millis::try_from(time.as_millis()).unwrap_or(0));
        Liveness {
            probe_after: millis(self.options.keep_alive),
            probe_timeout: millis(self.options.command_timeout),
        }
    }
}

/// A connected stream before its handshake.
pub struct Dialed {
    place: ConnectTarget,
    stream: Stream,
    deadline: Instant,
}
