//! Turns an endpoint into a connected stream: name, TCP or unix socket, TLS, all before one deadline.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::stream::Stream;
use super::tcp::{self, TcpFailure};
use super::tls::{self, Tls, TlsFailure};
use crate::config::address::{Endpoint, HostPort};
use crate::config::{Options, TlsFunctions, TlsOptions};
use crate::error::{ConnectionFailure, Error, SystemFault};

/// The answer of [`Dial::dial`].
pub type DialFuture<'a> = Pin<Box<dyn Future<Output = Result<Stream, Error>> + Send + 'a>>;

/// Opens streams to endpoints. [`Dialer`] is the one for servers; a scripted peer brings its own.
pub trait Dial: Send + Sync {
    /// A connected stream to `endpoint`. Fails when `deadline` passes before.
    fn dial<'a>(&'a self, endpoint: &'a Endpoint, deadline: Instant) -> DialFuture<'a>;

    /// The same, beginning with another address of the endpoint's name at each turn.
    fn dial_from<'a>(&'a self, endpoint: &'a Endpoint, turn: usize, deadline: Instant) -> DialFuture<'a> {
        let _ = turn;
        self.dial(endpoint, deadline)
    }

    /// What an attempt that is under way waits for.
    fn stage(&self) -> &'static str {
        TCP
    }

    /// Whether a server that hung up on plain bytes at `endpoint` speaks TLS there.
    fn detect_tls<'a>(&'a self, _endpoint: &'a Endpoint) -> Detected<'a> {
        Box::pin(std::future::ready(false))
    }
}

/// The answer of [`Dial::detect_tls`].
pub type Detected<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

const TCP: &str = "the TCP connection";
const TLS: &str = "the TLS handshake (is it a TLS port?)";
/// A server that speaks TLS answers its first bytes at once.
const DETECTION: Duration = Duration::from_secs(1);

impl Dial for Dialer {
    fn dial<'a>(&'a self, endpoint: &'a Endpoint, deadline: Instant) -> DialFuture<'a> {
        Box::pin(self.dial(endpoint, deadline))
    }

    fn dial_from<'a>(&'a self, endpoint: &'a Endpoint, turn: usize, deadline: Instant) -> DialFuture<'a> {
        Box::pin(self.dial_from(endpoint, turn, deadline))
    }

    fn stage(&self) -> &'static str {
        if self.securing.load(Ordering::Relaxed) { TLS } else { TCP }
    }

    fn detect_tls<'a>(&'a self, endpoint: &'a Endpoint) -> Detected<'a> {
        Box::pin(async move {
            let (Endpoint::Tcp(target), Security::Plain) = (endpoint, &self.tls) else { return false };
            let detecting = async {
                let stream = tcp::connect(target, 0, tcp::Settings { keep_alive: None, ..self.settings })
                    .await
                    .ok()?;
                Some(tls::is_spoken(stream).await)
            };
            matches!(timeout(DETECTION, detecting).await, Ok(Some(true)))
        })
    }
}

/// How connections are secured.
enum Security {
    Plain,
    Fixed(Arc<Tls>),
    /// By options that are asked for at each connect. The last ones are kept: as long as they stay the same, sessions are resumed.
    Asked(Arc<dyn TlsFunctions>, Mutex<Option<(TlsOptions, Arc<Tls>)>>),
}

impl Security {
    fn new(options: &Options) -> Result<Self, Error> {
        let Some(tls) = &options.tls else { return Ok(Self::Plain) };
        Ok(match &options.tls_functions {
            Some(functions) if functions.has_options() => {
                Self::Asked(Arc::clone(functions), Mutex::default())
            }
            functions => Self::Fixed(Arc::new(Tls::new(tls, functions.clone())?)),
        })
    }

    /// What holds for the next connection; `None` without TLS.
    async fn current(&self) -> Result<Option<Arc<Tls>>, Error> {
        let (functions, last) = match self {
            Self::Plain => return Ok(None),
            Self::Fixed(tls) => return Ok(Some(Arc::clone(tls))),
            Self::Asked(functions, last) => (functions, last),
        };
        let options = functions.options().await?;
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, tls)) = last.as_ref().filter(|(known, _)| *known == options) {
            return Ok(Some(Arc::clone(tls)));
        }
        let tls = Arc::new(Tls::new(&options, Some(Arc::clone(functions)))?);
        *last = Some((options, Arc::clone(&tls)));
        Ok(Some(tls))
    }
}

/// Makes the streams of one client. Certificates are read once, when it is made.
pub struct Dialer {
    connect_timeout: Duration,
    settings: tcp::Settings,
    tls: Security,
    /// Whether the last attempt has got as far as TLS.
    securing: AtomicBool,
}

impl Dialer {
    /// A dialer as `options` want it. Fails if a certificate or a key in them cannot be used.
    pub fn new(options: &Options) -> Result<Self, Error> {
        Ok(Self {
            connect_timeout: options.connect_timeout,
            settings: tcp::Settings { socket: options.socket, keep_alive: options.keep_alive },
            tls: Security::new(options)?,
            securing: AtomicBool::new(false),
        })
    }

    /// The deadline of an attempt that starts now.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.connect_timeout
    }

    /// Connects to `endpoint` before `deadline`. Fails with [`crate::error::ErrorKind::Connection`]; the text
    /// names the address and the cause.
    pub async fn dial(&self, endpoint: &Endpoint, deadline: Instant) -> Result<Stream, Error> {
        self.dial_from(endpoint, 0, deadline).await
    }

    async fn dial_from(&self, endpoint: &Endpoint, turn: usize, deadline: Instant) -> Result<Stream, Error> {
        match endpoint {
            Endpoint::Tcp(target) => self.dial_tcp(endpoint, target, turn, deadline).await,
            Endpoint::Unix(path) => {
                let connecting = connect_unix(path);
                let connected = timeout_at(deadline, connecting)
                    .await
                    .map_err(|_| timed_out(endpoint, self.connect_timeout, "the socket"))?;
                connected.map_err(|error| socket_failure(endpoint, &error))
            }
            Endpoint::Sentinel { .. } => {
                let message =
                    format!("connect {endpoint}: sentinels name a server and are none; ask them first");
                Err(Error::connection(ConnectionFailure::Unreachable, message))
            }
        }
    }

    async fn dial_tcp(
        &self,
        endpoint: &Endpoint,
        target: &HostPort,
        turn: usize,
        deadline: Instant,
    ) -> Result<Stream, Error> {
        let asked = timeout_at(deadline, self.tls.current()).await;
        let tls = asked.map_err(|_| timed_out(endpoint, self.connect_timeout, "the answer of tls()"))??;
        // Where a second opinion is needed, it takes a second connection to get it.
        for another in [true, false] {
            self.securing.store(false, Ordering::Relaxed);
            let connecting = tcp::connect(target, turn, self.settings);
            let connected = timeout_at(deadline, connecting)
                .await
                .map_err(|_| timed_out(endpoint, self.connect_timeout, TCP))?;
            let stream = connected.map_err(|failure| tcp_failure(endpoint, failure))?;
            let Some(tls) = &tls else { return Ok(Stream::Tcp(stream)) };
            self.securing.store(true, Ordering::Relaxed);
            let secured = timeout_at(deadline, tls.connect(stream, &target.host))
                .await
                .map_err(|_| timed_out(endpoint, self.connect_timeout, TLS))?;
            match secured {
                Ok(stream) => return Ok(Stream::boxed(stream)),
                Err(TlsFailure::Doubtful) if another => {}
                Err(insecure) => return Err(insecure_failure(endpoint, insecure)),
            }
        }
        Err(insecure_failure(endpoint, TlsFailure::Doubtful))
    }
}

fn insecure_failure(endpoint: &Endpoint, insecure: TlsFailure) -> Error {
    match insecure {
        TlsFailure::Refused { cause, code, .. } => tls_failure(endpoint, &cause, code),
        TlsFailure::Broken(cause) => {
            closed_by_server(format!("connect {endpoint}: TLS: {cause}")).at(endpoint)
        }
        TlsFailure::Doubtful => tls_failure(endpoint, "the server's certificate was not judged", ""),
    }
}

/// The error of an attempt that was given `limit`, and whose deadline passed while it waited for `what`.
pub(crate) fn timed_out(endpoint: &Endpoint, limit: Duration, what: &str) -> Error {
    let limit = limit.as_millis();
    let message =
        format!("connect {endpoint}: timed out after {limit} ms (connectTimeout) waiting for {what}");
    not_in_time(message).at(endpoint)
}

/// The error of an attempt that takes too long.
pub(crate) fn not_in_time(message: String) -> Error {
    let fault = SystemFault::new("ETIMEDOUT", "connect");
    Error::connection(ConnectionFailure::ConnectTimeout, message).system(vec![fault])
}

/// The error for an I/O error on a stream that was connected: a TLS alert is [`ConnectionFailure::Tls`],
/// everything else [`ConnectionFailure::Lost`].
pub fn broken_stream(endpoint: &Endpoint, error: &io::Error) -> Error {
    if tls::is_tls(error) {
        return tls_failure(endpoint, &tls::explain(error), tls::code(error));
    }
    let message = format!("the connection to {endpoint} was lost: {}", explain(error));
    lost(message, error).at(endpoint)
}

/// A connection was lost to `error`, which `message` puts in words.
pub(crate) fn lost(message: String, error: &io::Error) -> Error {
    let fault = SystemFault::of(error, "read");
    Error::connection(ConnectionFailure::Lost, message).system(vec![fault])
}

/// The server closed a connection.
pub(crate) fn closed_by_server(message: impl Into<String>) -> Error {
    let fault = SystemFault::new("ECONNRESET", "read");
    Error::connection(ConnectionFailure::Lost, message).system(vec![fault])
}

fn tls_failure(endpoint: &Endpoint, cause: &str, code: &'static str) -> Error {
    let fault = (!code.is_empty()).then(|| SystemFault::new(code, "").at(endpoint));
    Error::connection(ConnectionFailure::Tls, format!("connect {endpoint}: TLS: {cause}"))
        .system(fault.into_iter().collect())
}

fn tcp_failure(endpoint: &Endpoint, failure: TcpFailure) -> Error {
    let failures = match failure {
        TcpFailure::Unresolved(error) => {
            let message = format!("connect {endpoint}: the name does not resolve: {}", reason(&error));
            return Error::connection(ConnectionFailure::Unresolved, message)
                .system(vec![unresolved(endpoint, &error)]);
        }
        TcpFailure::Broken(fault) => return Error::internal(format!("connect {endpoint}: {fault}")),
        TcpFailure::Failed(failures) => failures,
    };
    // Where one address of a host refuses, the others are mostly families that this machine cannot reach.
    let refused = failures.iter().any(|(_, error)| error.kind() == io::ErrorKind::ConnectionRefused);
    let kind = if refused { ConnectionFailure::Refused } else { ConnectionFailure::Unreachable };
    let causes: Vec<_> = match failures.as_slice() {
        [(_, error)] => vec![reason(error)],
        several => several.iter().map(|(address, error)| format!("{address} {}", reason(error))).collect(),
    };
    let faults = failures.iter().map(|(address, error)| SystemFault {
        address: Some(address.ip().to_string()),
        port: Some(address.port()),
        ..SystemFault::of(error, "connect")
    });
    Error::connection(kind, format!("connect {endpoint}: {}", causes.join(", "))).system(faults.collect())
}

/// The resolver's number is not among what the standard library hands on: its sentence tells the one passing failure from the others.
fn unresolved(endpoint: &Endpoint, error: &io::Error) -> SystemFault {
    let text = error.to_string().to_ascii_lowercase();
    let passing = text.contains("temporary failure") || text.contains("try again");
    let hostname = match endpoint {
        Endpoint::Tcp(target) => Some(target.host.clone()),
        Endpoint::Unix(_) | Endpoint::Sentinel { .. } => None,
    };
    let code = if passing { "EAI_AGAIN" } else { "ENOTFOUND" };
    SystemFault { hostname, ..SystemFault::new(code, "getaddrinfo") }
}

fn socket_failure(endpoint: &Endpoint, error: &io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectionFailure::Refused,
        _ => ConnectionFailure::Unreachable,
    };
    let fault = SystemFault::of(error, "connect").at(endpoint);
    Error::connection(kind, format!("connect {endpoint}: {}", reason(error))).system(vec![fault])
}

/// The cause of an I/O error on a stream in words, whether TLS has it or the socket below.
pub(crate) fn explain(error: &io::Error) -> String {
    if tls::is_tls(error) || error.kind() == io::ErrorKind::UnexpectedEof {
        tls::explain_later(error)
    } else {
        reason(error)
    }
}

/// The cause in words, the same on every system where the kind has a name.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        io::ErrorKind::BrokenPipe => "connection closed".to_owned(),
        io::ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        io::ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::TimedOut => "no answer".to_owned(),
        io::ErrorKind::NotFound if error.raw_os_error().is_some() => "no such file".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(unix)]
async fn connect_unix(path: &Path) -> io::Result<Stream> {
    tokio::net::UnixStream::connect(path).await.map(Stream::Unix)
}

#[cfg(not(unix))]
async fn connect_unix(_path: &Path) -> io::Result<Stream> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no unix sockets"))
}
