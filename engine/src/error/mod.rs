//! The one error type of the engine. Owns the closed list of kinds, their stable codes and their texts.
//!
//! No error carries an argument or a credential (promise P10): constructors take names, limits and causes, never values.

mod cause;

use std::fmt;
use std::time::Duration;

pub use self::cause::{Cause, SystemFault};
use crate::config::address::Endpoint;

/// An error reply of the server, split at its first space.
///
/// Source: RESP specification, "Simple errors": the first upper-case word is the error's prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    /// `WRONGTYPE`, `NOAUTH`, `ERR`, ...
    pub code: Box<str>,
    /// The line as the server sent it, the code included, without the arguments that it repeats.
    pub message: Box<str>,
}

impl ServerError {
    /// Splits an error line. Bytes that are no UTF-8 become U+FFFD. An unknown command comes back with its arguments, and ACL
    /// SETUSER with a rule, which may be a password: they are left out.
    pub fn from_line(line: &[u8]) -> Self {
        let text = String::from_utf8_lossy(line);
        let echo = [", with args beginning with", ", with args:"].iter().find_map(|echo| text.find(echo));
        let message = without_modifier(&text[..echo.unwrap_or(text.len())]);
        let code = match message.split(' ').next() {
            Some(word)
                if !word.is_empty()
                    && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit()) =>
            {
                word
            }
            _ => "ERR",
        };
        Self { code: code.into(), message: message.clone().into() }
    }
}

/// `line` without the rule that ACL SETUSER complains of. Nobody knows how far it goes: it may hold quotes.
fn without_modifier(line: &str) -> String {
    const BEFORE: &str = "Error in ACL SETUSER modifier '";
    const BEHIND: &str = "': ";
    let Some(begin) = line.find(BEFORE).map(|at| at + BEFORE.len()) else { return line.to_owned() };
    let end = line.rfind(BEHIND).filter(|&end| end >= begin).unwrap_or(line.len());
    format!("{}***{}", &line[..begin], &line[end..])
}

/// Where a command was when its deadline passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutPhase {
    /// Waiting for a connection; nothing was written.
    Queue,
    /// Accepted by a connection, not wholly written to its socket.
    Write,
    /// Written; the server has not answered.
    Server,
}

impl TimeoutPhase {
    /// The name that the JavaScript error carries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Write => "write",
            Self::Server => "server",
        }
    }
}

/// Why there is no usable connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionFailure {
    /// The host name has no address.
    Unresolved,
    /// Nobody listens there.
    Refused,
    /// `connectTimeout` passed before the handshake was done.
    ConnectTimeout,
    /// The TLS handshake failed: certificate, name, protocol.
    Tls,
    /// Any other error while connecting.
    Unreachable,
    /// The server refused the handshake for a reason other than authentication (LOADING, wrong database, ...).
    Handshake,
    /// The server refused the handshake for the moment: it is loading its data, or has too many clients.
    NotReady,
    /// The server is not what it has to be: a replica in the master's place, or the other way round.
    WrongRole,
    /// An established connection ended: reset, end of stream, silence.
    Lost,
}

/// Why sentinels could not say where a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentinelFailure {
    /// None of them answered with what was asked for, and not all could be reached.
    Unreachable,
    /// All of them answered, and none with what was asked for: another name, or no right to ask.
    Refused,
    /// They know no replica that is fit to be read from.
    NoReplica,
}

/// The closed list of what can go wrong. Each has one JavaScript class and one stable code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The server answered with an error.
    Reply(ServerError),
    /// No connection, or the connection was lost.
    Connection(ConnectionFailure),
    /// No sentinel could say where the server is.
    Sentinel(SentinelFailure),
    /// A watched key was changed, or the watch was lost: the transaction did not run.
    Watch,
    /// The server would not queue some of a transaction's commands, by their place in it, and ran none.
    ExecAbort(Vec<(usize, ServerError)>),
    /// The server refused the credentials.
    Authentication,
    /// The command's deadline passed.
    Timeout(TimeoutPhase),
    /// A limit on what may wait or be in flight is reached; nothing was queued.
    QueueFull,
    /// No connection of the pool became free in time.
    PoolTimeout,
    /// The reply is larger or deeper than its limit; it was read and dropped.
    ReplyLimit,
    /// The peer does not speak RESP; its connection was retired.
    Protocol,
    /// The client was closed.
    Closed,
    /// An option or URL is wrong.
    Option,
    /// A fault of this library.
    Internal,
}

/// What the engine reports. Cheap to clone: one lost connection rejects many commands.
#[derive(Clone, Debug)]
pub struct Error(Box<ErrorInner>);

#[derive(Clone, Debug)]
struct ErrorInner {
    kind: ErrorKind,
    message: String,
    maybe_executed: Option<bool>,
    cause: Option<Cause>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorInner { kind, message: message.into(), maybe_executed: None, cause: None }))
    }

    /// The server's own error. Its text explains what only cluster nodes say.
    pub fn reply(error: ServerError) -> Self {
        let message = match cluster_hint(&error.code) {
            Some(hint) => format!("{} ({hint})", error.message),
            None => error.message.to_string(),
        };
        Self::new(ErrorKind::Reply(error), message)
    }

    /// `EXEC` answered null.
    pub fn watch() -> Self {
        let message = "a watched key was changed, or the watch was lost: the transaction did not run";
        Self::new(ErrorKind::Watch, message).executed(false)
    }

    /// `EXEC` answered with `line` because of the commands in `rejected`.
    pub fn exec_abort(line: &ServerError, rejected: Vec<(usize, ServerError)>) -> Self {
        Self::new(ErrorKind::ExecAbort(rejected), &*line.message).executed(false)
    }

    /// No connection to `address`, or it was lost, because of `cause`.
    pub fn connection(failure: ConnectionFailure, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Connection(failure), message)
    }

    /// Sentinels were asked in vain; `message` has a line for each.
    pub fn sentinel(failure: SentinelFailure, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Sentinel(failure), message)
    }

    /// There is no connection, and `offlineQueue` is off.
    pub fn offline() -> Self {
        let message = "there is no connection, and offlineQueue is off";
        Self::connection(ConnectionFailure::Lost, message).executed(false)
    }

    /// The server refused the credentials. `message` is the server's line, which names no password.
    pub fn authentication(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Authentication, message)
    }

    /// The deadline of `timeout` passed in `phase`.
    pub fn timeout(phase: TimeoutPhase, timeout: Duration) -> Self {
        let place = match phase {
            TimeoutPhase::Queue => "while waiting for a connection",
            TimeoutPhase::Write => "before it was written",
            TimeoutPhase::Server => "while the server had it",
        };
        Self::new(ErrorKind::Timeout(phase), format!("timed out after {} ms {place}", timeout.as_millis()))
            .executed(phase == TimeoutPhase::Server)
    }

    /// The deadline of `timeout` had passed when the caller's thread handed the command over, `late` after the call.
    pub fn handed_over_late(timeout: Duration, late: Duration) -> Self {
        let (timeout, late) = (timeout.as_millis(), late.as_millis());
        let message = format!(
            "timed out after {timeout} ms before it was sent: the JavaScript thread was busy for {late} ms and \
             handed it over too late"
        );
        Self::new(ErrorKind::Timeout(TimeoutPhase::Queue), message).executed(false)
    }

    /// `limit` (an option's name) of `allowed` is reached.
    pub fn queue_full(limit: &str, allowed: u64) -> Self {
        Self::new(ErrorKind::QueueFull, format!("{limit} ({allowed}) is reached; the command was not queued"))
            .executed(false)
    }

    /// No connection of the pool became free in time. `message` says who has them.
    pub fn pool_timeout(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::PoolTimeout, message).executed(false)
    }

    /// More messages wait for a subscriber than `maxBacklog` allows.
    pub fn backlog_full(messages: usize, bytes: u64) -> Self {
        let message = format!("maxBacklog ({messages} messages, {bytes} bytes) is full");
        Self::new(ErrorKind::QueueFull, message)
    }

    /// The reply exceeds `limit` (an option's name) of `allowed`.
    pub fn reply_limit(limit: &str, allowed: u64) -> Self {
        Self::new(ErrorKind::ReplyLimit, format!("the reply exceeds {limit} ({allowed}) and was dropped"))
            .executed(true)
    }

    /// The peer broke the protocol.
    pub fn protocol(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Protocol, message)
    }

    /// The client is closed.
    pub fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the client is closed")
    }

    /// An option or a URL is wrong. `message` names it and never holds credentials.
    pub fn option(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Option, message)
    }

    /// A fault of this library.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Adds that the caller's thread had handed the command over only this long after the call.
    #[must_use]
    pub fn delayed(mut self, late: Duration) -> Self {
        let message = &self.0.message;
        let late = late.as_millis();
        self.0.message =
            format!("{message}; the JavaScript thread had been busy for {late} ms before it handed it over");
        self
    }

    /// Says whether the server may have run the command.
    #[must_use]
    pub fn executed(mut self, maybe: bool) -> Self {
        self.0.maybe_executed = Some(maybe);
        self
    }

    /// The same, because of what the system says.
    #[must_use]
    pub fn system(mut self, faults: Vec<SystemFault>) -> Self {
        self.0.cause = (!faults.is_empty()).then_some(Cause::System(faults));
        self
    }

    /// The same, on a connection to `endpoint`: what the system says of it gets its address.
    #[must_use]
    pub fn at(mut self, endpoint: &Endpoint) -> Self {
        if let Some(Cause::System(faults)) = &mut self.0.cause {
            for fault in faults.iter_mut().filter(|fault| fault.address.is_none()) {
                *fault = std::mem::take(fault).at(endpoint);
            }
        }
        self
    }

    /// The same, because of `cause`, which the text repeats.
    #[must_use]
    pub fn caused_by(mut self, cause: Option<Self>) -> Self {
        if let Some(cause) = cause {
            self.0.message = format!("{}: {}", self.0.message, cause.0.message);
            self.0.cause = Some(Cause::Error(cause));
        }
        self
    }

    /// The same, with what to look at.
    #[must_use]
    pub fn hinting(mut self, hint: &str) -> Self {
        self.0.message = format!("{}; {hint}", self.0.message);
        self
    }

    /// What lies behind it, where that is known.
    pub fn cause(&self) -> Option<&Cause> {
        self.0.cause.as_ref()
    }

    /// Whether trying again cannot help until somebody changes a setting.
    pub fn is_lasting(&self) -> bool {
        match &self.0.kind {
            // The password, the certificate, the port or the database number is wrong.
            ErrorKind::Authentication
            | ErrorKind::Protocol
            | ErrorKind::Option
            | ErrorKind::Sentinel(SentinelFailure::Refused)
            | ErrorKind::Connection(ConnectionFailure::Tls | ConnectionFailure::Handshake) => true,
            // Servers restart, names appear, networks heal.
            ErrorKind::Connection(_)
            | ErrorKind::Sentinel(_)
            | ErrorKind::Reply(_)
            | ErrorKind::Watch
            | ErrorKind::ExecAbort(_)
            | ErrorKind::Timeout(_)
            | ErrorKind::QueueFull
            | ErrorKind::PoolTimeout
            | ErrorKind::ReplyLimit
            | ErrorKind::Closed
            | ErrorKind::Internal => false,
        }
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The text, without class name or command.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether the server may have run the command, where that matters.
    pub fn maybe_executed(&self) -> Option<bool> {
        self.0.maybe_executed
    }

    /// The stable code: the server's own for replies, otherwise one of ours.
    pub fn code(&self) -> &str {
        match &self.0.kind {
            ErrorKind::Reply(error) => &error.code,
            ErrorKind::Connection(ConnectionFailure::Unresolved) => "NAME_NOT_RESOLVED",
            ErrorKind::Connection(ConnectionFailure::Refused) => "CONNECTION_REFUSED",
            ErrorKind::Connection(ConnectionFailure::ConnectTimeout) => "CONNECT_TIMEOUT",
            ErrorKind::Connection(ConnectionFailure::Tls) => "TLS_FAILED",
            ErrorKind::Connection(ConnectionFailure::Unreachable) => "CONNECTION_FAILED",
            ErrorKind::Connection(ConnectionFailure::Handshake) => "HANDSHAKE_FAILED",
            ErrorKind::Connection(ConnectionFailure::NotReady) => "SERVER_NOT_READY",
            ErrorKind::Connection(ConnectionFailure::WrongRole) => "WRONG_ROLE",
            ErrorKind::Connection(ConnectionFailure::Lost) => "CONNECTION_LOST",
            ErrorKind::Sentinel(SentinelFailure::Unreachable) => "SENTINEL_UNREACHABLE",
            ErrorKind::Sentinel(SentinelFailure::Refused) => "SENTINEL_REFUSED",
            ErrorKind::Sentinel(SentinelFailure::NoReplica) => "NO_REPLICA",
            ErrorKind::Watch => "WATCH_FAILED",
            ErrorKind::ExecAbort(_) => "EXECABORT",
            ErrorKind::Authentication => "AUTHENTICATION_FAILED",
            ErrorKind::Timeout(_) => "COMMAND_TIMEOUT",
            ErrorKind::QueueFull => "QUEUE_FULL",
            ErrorKind::PoolTimeout => "POOL_TIMEOUT",
            ErrorKind::ReplyLimit => "REPLY_LIMIT",
            ErrorKind::Protocol => "PROTOCOL_ERROR",
            ErrorKind::Closed => "CLIENT_CLOSED",
            ErrorKind::Option => "INVALID_OPTION",
            ErrorKind::Internal => "INTERNAL_ERROR",
        }
    }
}

/// What a cluster node's error means to a client that knows no cluster.
fn cluster_hint(code: &str) -> Option<&'static str> {
    Some(match code {
        "MOVED" => {
            "the server is a node of a cluster, and another node has this key: this client does not follow clusters yet; \
             connect to the node that has the key, or to a cluster proxy"
        }
        "ASK" => {
            "the server is a node of a cluster, and this key is on its way to another node: this client does not follow \
             clusters yet; ask that node after ASKING on a leased connection, or a cluster proxy"
        }
        "CROSSSLOT" => {
            "the server is a node of a cluster: all keys of one command, script or transaction must share a hash slot; give \
             them the same {tag}"
        }
        "CLUSTERDOWN" => {
            "the server is a node of a cluster that does not serve this key now: see CLUSTER INFO on its nodes"
        }
        _ => return None,
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}
