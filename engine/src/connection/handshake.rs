//! The first exchange on a connection, without I/O: bytes to write come out, replies go in.
//!
//! One write carries `HELLO 3` with credentials and name, `CLIENT SETINFO`, `SELECT`, and `ROLE` where the server has to be
//! of one kind. Where HELLO is refused, in whatever words, a second write says the same in RESP2. What only decorates the
//! connection may be refused as well. Sources:
//! <https://redis.io/docs/latest/commands/hello/>, "client-setinfo", "role".

use std::collections::VecDeque;
use std::fmt;
use std::mem;

use bytes::Bytes;

use super::dialect::{Dialect, Step};
use super::redaction::without_secrets;
use super::rejection::is_transient_code;
use crate::config::role::ServerRole;
use crate::config::{Credentials, Options, Protocol, Secret};
use crate::error::{ConnectionFailure, Error, ServerError};
use crate::resp::encode::command;
use crate::value::Value;

const LIBRARY: &[u8] = b"oxidis";
/// The user whose password a server without users has.
const DEFAULT_USER: &str = "default";
const VERSION: &[u8] = env!("CARGO_PKG_VERSION").as_bytes();

/// What the server said about itself. RESP2 servers say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerIdentity {
    /// `redis`, `valkey`, ...
    pub name: Option<String>,
    /// Its version, such as `8.0.1`.
    pub version: Option<String>,
    /// `master` or `replica`.
    pub role: Option<String>,
    /// `standalone`, `sentinel` or `cluster`.
    pub mode: Option<String>,
    /// The connection's number in `CLIENT LIST`.
    pub id: Option<i64>,
}

/// A connection that is ready for commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The protocol that is spoken from here on.
    pub protocol: Protocol,
    /// What the server said about itself.
    pub server: ServerIdentity,
}

/// What to do after a reply. Printing it shows no bytes.
#[derive(PartialEq, Eq)]
pub enum HandshakeProgress {
    /// Read the next reply.
    Wait,
    /// Write these bytes, then read on.
    Write(Vec<u8>),
    /// The connection is ready. No further reply is outstanding.
    Ready(Session),
}

impl fmt::Debug for HandshakeProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait => f.write_str("Wait"),
            Self::Write(bytes) => write!(f, "Write({} bytes)", bytes.len()),
            Self::Ready(session) => f.debug_tuple("Ready").field(session).finish(),
        }
    }
}

/// A command whose reply is outstanding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Hello,
    Ping,
    Auth,
    Id,
    SetName,
    SetInfo,
    Select,
    Role,
}

impl Sent {
    fn name(self) -> &'static str {
        match self {
            Self::Hello => "HELLO",
            Self::Ping => "PING",
            Self::Auth => "AUTH",
            Self::Id => "CLIENT ID",
            Self::SetName => "CLIENT SETNAME",
            Self::SetInfo => "CLIENT SETINFO",
            Self::Select => "SELECT",
            Self::Role => "ROLE",
        }
    }
}

/// Which of the two writes is being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HandshakeStage {
    /// HELLO and what follows it.
    Resp3,
    /// HELLO was refused; the replies behind it are read and dropped.
    Draining,
    /// AUTH, CLIENT SETNAME, SELECT.
    Resp2,
}

/// The handshake of one connection. Printing it shows no credential.
#[derive(Debug)]
pub struct Handshake {
    credentials: Option<Credentials>,
    client_name: Option<String>,
    db: u32,
    role: ServerRole,
    /// Whether the connection's number is asked for where HELLO does not tell it.
    identify: bool,
    dialect: Dialect,
    /// Whether the server replied to HELLO as one that knows it.
    greeted: bool,
    stage: HandshakeStage,
    sent: VecDeque<Sent>,
    server: ServerIdentity,
    protocol: Protocol,
}

impl Handshake {
    /// A handshake as `options` want it, with the credentials that hold now, with a server of any role.
    pub fn new(options: &Options, credentials: Option<Credentials>) -> Self {
        let stage = match options.protocol {
            Protocol::Resp3 => HandshakeStage::Resp3,
            Protocol::Resp2 => HandshakeStage::Resp2,
        };
        Self {
            credentials,
            client_name: options.client_name.clone(),
            db: options.db,
            role: ServerRole::Any,
            identify: false,
            dialect: Dialect::first(options),
            greeted: false,
            stage,
            sent: VecDeque::new(),
            server: ServerIdentity::default(),
            protocol: options.protocol,
        }
    }

    /// The same, with a server that has to be of `role`.
    #[must_use]
    pub fn with(self, role: ServerRole) -> Self {
        Self { role, ..self }
    }

    /// The same, which also asks for the connection's number where HELLO does not tell it.
    #[must_use]
    pub fn identifying(self) -> Self {
        Self { identify: true, ..self }
    }

    /// The same, in this dialect.
    #[must_use]
    pub fn speaking(self, dialect: Dialect) -> Self {
        if dialect < Dialect::Resp2 {
            return Self { dialect, ..self };
        }
        Self { dialect, stage: HandshakeStage::Resp2, protocol: Protocol::Resp2, ..self }
    }

    /// How far it came, for the next dialect where the server hung up.
    pub(crate) fn step(&self) -> Step {
        match self.stage {
            HandshakeStage::Draining => Step::Refused,
            HandshakeStage::Resp3 if self.greeted => Step::Greeted,
            HandshakeStage::Resp3 | HandshakeStage::Resp2 => Step::Silent,
        }
    }

    /// The bytes to write first. To be called once.
    pub fn start(&mut self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        if self.stage == HandshakeStage::Resp3 {
            self.hello(&mut out);
        } else {
            self.auth_and_name(&mut out);
        }
        self.set_info_and_select(&mut out);
        out
    }

    /// Takes the next reply, an error reply included.
    ///
    /// Fails when the server refuses the credentials (`Authentication`) or anything else that matters
    /// (`Handshake`); the connection is then of no use. No text holds a credential.
    pub fn accept(&mut self, reply: Value) -> Result<HandshakeProgress, Error> {
        let Some(sent) = self.sent.pop_front() else {
            return Err(Error::protocol(
                "the server sent a reply that nobody asked for during the handshake",
            ));
        };
        match reply {
            Value::Error(error) => self.refused(sent, &error)?,
            reply if sent == Sent::Hello => self.greeted(reply),
            reply if sent == Sent::Role && self.stage != HandshakeStage::Draining => {
                self.role.verify(&reply)?;
            }
            Value::Int(id) if sent == Sent::Id => self.server.id = Some(id),
            _ => {}
        }
        if !self.sent.is_empty() {
            return Ok(HandshakeProgress::Wait);
        }
        if self.stage == HandshakeStage::Draining {
            self.stage = HandshakeStage::Resp2;
            self.protocol = Protocol::Resp2;
            return Ok(HandshakeProgress::Write(self.start()));
        }
        Ok(HandshakeProgress::Ready(Session { protocol: self.protocol, server: mem::take(&mut self.server) }))
    }

    fn hello(&mut self, out: &mut Vec<u8>) {
        let mut args: Vec<&[u8]> = vec![b"HELLO", b"3"];
        if let Some(credentials) = &self.credentials {
            let username = credentials.username.as_ref().map_or(DEFAULT_USER, |name| name.expose());
            args.extend([&b"AUTH"[..], username.as_bytes(), credentials.password.expose().as_bytes()]);
        }
        if let Some(name) = &self.client_name {
            args.extend([&b"SETNAME"[..], name.as_bytes()]);
        }
        command(out, &args);
        self.sent.push_back(Sent::Hello);
    }

    fn auth_and_name(&mut self, out: &mut Vec<u8>) {
        if let Some(Credentials { username, password }) = &self.credentials {
            match username {
                Some(name) => {
                    command(out, &[b"AUTH", name.expose().as_bytes(), password.expose().as_bytes()]);
                }
                // Servers before ACLs take the password alone.
                None => command(out, &[b"AUTH", password.expose().as_bytes()]),
            }
            self.sent.push_back(Sent::Auth);
        } else {
            // Nothing else here tells that a server wants a password: it may not know SETINFO.
            command(out, &[b"PING"]);
            self.sent.push_back(Sent::Ping);
        }
        if self.dialect == Dialect::Bare {
            return;
        }
        if let Some(name) = &self.client_name {
            command(out, &[b"CLIENT", b"SETNAME", name.as_bytes()]);
            self.sent.push_back(Sent::SetName);
        }
        if self.identify {
            command(out, &[b"CLIENT", b"ID"]);
            self.sent.push_back(Sent::Id);
        }
    }

    fn set_info_and_select(&mut self, out: &mut Vec<u8>) {
        if self.dialect == Dialect::Full {
            command(out, &[b"CLIENT", b"SETINFO", b"LIB-NAME", LIBRARY]);
            command(out, &[b"CLIENT", b"SETINFO", b"LIB-VER", VERSION]);
            self.sent.extend([Sent::SetInfo, Sent::SetInfo]);
        }
        if self.db != 0 {
            command(out, &[b"SELECT", self.db.to_string().as_bytes()]);
            self.sent.push_back(Sent::Select);
        }
        if self.role != ServerRole::Any {
            command(out, &[b"ROLE"]);
            self.sent.push_back(Sent::Role);
        }
    }

    fn refused(&mut self, sent: Sent, error: &ServerError) -> Result<(), Error> {
        let unauthenticated = matches!(&*error.code, "NOAUTH" | "WRONGPASS" | "NOPERM");
        match (self.stage, sent) {
            // The second write authenticates; what failed for want of it is said again there.
            (HandshakeStage::Draining, _) if self.credentials.is_some() || &*error.code != "NOAUTH" => Ok(()),
            (HandshakeStage::Resp3, Sent::Hello) if !unauthorised(error) && !passes(error) => {
                self.stage = HandshakeStage::Draining;
                Ok(())
            }
            // Before Redis 6 there are no users: the password alone is that of the only one.
            (_, Sent::Auth) if self.names_default_user() && has_wrong_arity(error) => {
                self.credentials.iter_mut().for_each(|credentials| credentials.username = None);
                self.stage = HandshakeStage::Draining;
                Ok(())
            }
            // An old server says ERR for a wrong password, and for one where it wants none.
            (_, Sent::Auth) if unauthenticated || &*error.code == "ERR" => Err(self.authentication(error)),
            // Servers before 7.2 and restricted users lack SETINFO, which only decorates CLIENT LIST;
            // restricted users lack PING, and a server that loads its data answers neither. Servers before 5.0 have no numbers.
            (_, Sent::SetInfo | Sent::Ping | Sent::Id) if &*error.code != "NOAUTH" => Ok(()),
            // The name is for people who look at CLIENT LIST.
            (_, Sent::SetName) if &*error.code != "NOAUTH" && !passes(error) => Ok(()),
            // A proxy may not know ROLE: what HELLO said will do, or nothing.
            (_, Sent::Role) if self.role == ServerRole::Writable && &*error.code != "NOAUTH" => {
                self.role.check(self.server.role.as_deref().unwrap_or_default(), None)
            }
            // Without the right to ask, what HELLO said will do.
            (_, Sent::Role) if &*error.code == "NOPERM" && self.server.role.is_some() => {
                self.role.check(self.server.role.as_deref().unwrap_or_default(), None)
            }
            // A right that is missing for SELECT or CLIENT says nothing about the credentials.
            (_, Sent::Select | Sent::Role) if &*error.code == "NOPERM" => Err(self.failed(sent, error)),
            _ if unauthenticated => Err(self.authentication(error)),
            (_, Sent::Hello) if &*error.code != "DENIED" && !passes(error) => Err(self.authentication(error)),
            _ => Err(self.failed(sent, error)),
        }
    }

    fn greeted(&mut self, reply: Value) {
        let pairs = match reply {
            Value::Map(pairs) => pairs,
            // A proxy may answer in RESP2.
            Value::List(items) if items.len() % 2 == 0 => {
                let mut items = items.into_iter();
                std::iter::from_fn(|| Some((items.next()?, items.next()?))).collect()
            }
            // Whatever replied does not know HELLO.
            _ => {
                self.stage = HandshakeStage::Draining;
                return;
            }
        };
        self.greeted = true;
        for (key, value) in pairs {
            let (Value::Bulk(key) | Value::Status(key)) = key else { continue };
            match (&*key, value) {
                (b"proto", Value::Int(2)) => self.protocol = Protocol::Resp2,
                (b"id", Value::Int(id)) => self.server.id = Some(id),
                (b"server", value) => self.server.name = text(value),
                (b"version", value) => self.server.version = text(value),
                (b"role", value) => self.server.role = text(value),
                (b"mode", value) => self.server.mode = text(value),
                _ => {}
            }
        }
    }

    fn authentication(&self, error: &ServerError) -> Error {
        let line = self.clean(&error.message);
        // Only servers without users want fewer words.
        let named = self.credentials.as_ref().is_some_and(|credentials| credentials.username.is_some());
        if named && has_wrong_arity(error) {
            return Error::authentication(format!(
                "{line} (servers before Redis 6 have no users: leave \"username\" out)"
            ));
        }
        Error::authentication(line)
    }

    fn failed(&self, sent: Sent, error: &ServerError) -> Error {
        let message = format!("the server refused {}: {}", sent.name(), self.clean(&error.message));
        let failure = if passes(error) { ConnectionFailure::NotReady } else { ConnectionFailure::Handshake };
        Error::connection(failure, message)
    }

    fn names_default_user(&self) -> bool {
        let username = self.credentials.as_ref().and_then(|credentials| credentials.username.as_ref());
        username.is_some_and(|name| name.expose() == DEFAULT_USER)
    }

    /// The server's line without what it repeats of ours.
    fn clean(&self, line: &str) -> String {
        let secrets = self.credentials.iter().flat_map(|Credentials { username, password }| {
            [Some(password), username.as_ref()].into_iter().flatten().map(Secret::expose)
        });
        without_secrets(line, &secrets.collect::<Vec<_>>())
    }
}

/// Whether the refusal passes by itself: the server starts, or has too many clients for the moment.
fn passes(error: &ServerError) -> bool {
    is_transient_code(&error.code) || error.message.to_ascii_lowercase().contains("max number of clients")
}

fn has_wrong_arity(error: &ServerError) -> bool {
    error.message.to_ascii_lowercase().contains("wrong number of arguments")
}

/// Whether HELLO was refused for what no other greeting mends: wrong or missing credentials, or protected mode.
fn unauthorised(error: &ServerError) -> bool {
    let line = error.message.to_ascii_lowercase();
    matches!(&*error.code, "NOAUTH" | "WRONGPASS" | "DENIED")
        || ["invalid password", "invalid username"].iter().any(|words| line.contains(words))
}

fn text(value: Value) -> Option<String> {
    let utf8 = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    match value {
        Value::Bulk(bytes) | Value::Status(bytes) => Some(utf8(&bytes)),
        _ => None,
    }
}
