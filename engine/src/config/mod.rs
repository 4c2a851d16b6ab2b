//! What a client is told: every option with its unit and default. Reading them from text is the business of
//! `table`, `row`, `value` and `builder`; this file owns what they mean.

pub mod address;
mod builder;
mod credentials;
mod option_row;
mod option_table;
mod option_value;
pub mod role;
mod secret;
mod tls_functions;
mod tls_options;
mod unsupported_tls;
pub(crate) mod url;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use self::address::{AddressMap, DEFAULT_PORT, Endpoint, HostPort};
pub use self::builder::OptionsBuilder;
pub use self::credentials::{Credentials, CredentialsProvider, Provided, ProvidedCredentials};
pub use self::option_row::OptionRow;
pub use self::option_table::{options, print_options_markdown};
pub use self::option_value::OptionValue;
pub use self::secret::Secret;
pub use self::tls_functions::{Asked, CertificateQuestion, Doubt, Proof, TlsFunctions};
pub use self::tls_options::{TlsOptions, TlsVersion};
use crate::error::Error;

/// How long connecting to a sentinel, and one answer of it, may take where nobody says otherwise. Shorter than for servers: a
/// client that looks for its server has others to ask.
pub const SENTINEL_TIMEOUT: Duration = Duration::from_secs(1);

/// Which servers read-only commands go to, where sentinels say who is who.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFrom {
    /// `master`
    Master,
    /// `replica`: replicas only.
    Replica,
    /// `replicaPreferred`: replicas, and the master where none of them is fit.
    ReplicaPreferred,
    /// `any`: replicas and the master in turn.
    Any,
}

impl ReadFrom {
    pub(crate) const ALL: [Self; 4] = [Self::Master, Self::Replica, Self::ReplicaPreferred, Self::Any];

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|from| from.as_str() == name)
    }

    /// The name of the option's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Replica => "replica",
            Self::ReplicaPreferred => "replicaPreferred",
            Self::Any => "any",
        }
    }
}

/// What a client for replicas does while no replica is fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicaFallback {
    /// It uses the master (`true`).
    Master,
    /// It waits for one (`false`).
    Nobody,
}

/// What a write does that the server refuses because it is a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnReadonly {
    /// It looks for the master behind the server's name (`readOnly: false`).
    FindMaster,
    /// It rejects: the server is a replica on purpose (`readOnly: true`).
    Reject,
}

/// Which addresses of a name are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// All (`0`).
    #[default]
    Any,
    /// `4`
    Ipv4,
    /// `6`
    Ipv6,
}

impl Family {
    pub(crate) const ALL: [u64; 3] = [0, 4, 6];

    fn from_number(number: u64) -> Self {
        match number {
            4 => Self::Ipv4,
            6 => Self::Ipv6,
            _ => Self::Any,
        }
    }

    /// Whether `address` is of it.
    pub(crate) fn admits(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::Ipv4 => address.is_ipv4(),
            Self::Ipv6 => address.is_ipv6(),
        }
    }
}

/// How TCP connections are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketOptions {
    /// Which addresses of a name are used. Default: all.
    pub family: Family,
    /// The address to connect from. Default: the system's choice.
    pub local_address: Option<IpAddr>,
    /// Whether small writes are sent at once. Default: true.
    pub no_delay: bool,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self { family: Family::Any, local_address: None, no_delay: true }
    }
}

/// Whether connections say what library they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientInfo {
    /// By `CLIENT SETINFO` (`true`).
    Sent,
    /// They do not (`false`).
    Withheld,
}

/// The version of the Redis serialization protocol to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// RESP2, without `HELLO`.
    Resp2,
    /// RESP3, with a fallback to RESP2 where the server does not know it.
    Resp3,
}

/// How bytes become text. The names are those of Node's `BufferEncoding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `utf8`
    Utf8,
    /// `utf16le`
    Utf16le,
    /// `latin1`
    Latin1,
    /// `ascii`
    Ascii,
    /// `base64`
    Base64,
    /// `base64url`
    Base64url,
    /// `hex`
    Hex,
}

impl Encoding {
    /// In an order that callers count on.
    pub(crate) const ALL: [Self; 7] =
        [Self::Utf8, Self::Utf16le, Self::Latin1, Self::Ascii, Self::Base64, Self::Base64url, Self::Hex];

    /// Reads Node's name, or `utf-8`.
    fn from_name(name: &str) -> Option<Self> {
        let name = if name == "utf-8" { "utf8" } else { name };
        Self::ALL.into_iter().find(|encoding| encoding.as_str() == name)
    }

    /// The encoding at this place of the list; UTF-8 is the first.
    pub fn from_number(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }

    /// Node's name of the encoding.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Utf16le => "utf16le",
            Self::Latin1 => "latin1",
            Self::Ascii => "ascii",
            Self::Base64 => "base64",
            Self::Base64url => "base64url",
            Self::Hex => "hex",
        }
    }
}

/// How a lost connection is made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// Bound of the first delay. Default: 50 ms.
    pub initial_delay: Duration,
    /// Bound of every delay; the bound doubles until it is reached. Default: 2000 ms.
    pub max_delay: Duration,
    /// Whether a delay is drawn between zero and its bound. Default: true.
    pub jitter: bool,
    /// Attempts before the client gives up. Default: `None`, no end.
    pub max_attempts: Option<u32>,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self {
            initial_delay: Duration::from_millis(50),
            max_delay: Duration::from_secs(2),
            jitter: true,
            max_attempts: None,
        }
    }
}

/// What may wait while there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineQueue {
    /// Commands that may wait. Default: 10 000.
    pub max_commands: usize,
    /// Encoded bytes that may wait. Default: 64 MiB.
    pub max_bytes: usize,
}

impl Default for OfflineQueue {
    fn default() -> Self {
        Self { max_commands: 10_000, max_bytes: 64 << 20 }
    }
}

/// What a peer may make us allocate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyLimits {
    /// Bytes of one reply. Default: 512 MiB, the longest string a server stores.
    pub max_reply_bytes: usize,
    /// Levels of nesting in one reply. Default: 1024.
    pub max_depth: usize,
    /// Elements in one reply, counted over all its levels. Default: 2^26.
    pub max_elements: usize,
    /// Encoded bytes of all commands without a reply. Default: 1 GiB.
    pub max_in_flight_bytes: usize,
}

impl Default for ReplyLimits {
    fn default() -> Self {
        Self {
            max_reply_bytes: 512 << 20,
            max_depth: 1024,
            max_elements: 1 << 26,
            max_in_flight_bytes: 1 << 30,
        }
    }
}

/// Every option of a client, checked. Printing it shows no credential.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the server is. Default: `localhost:6379`.
    pub endpoint: Endpoint,
    /// How TCP connections are made.
    pub socket: SocketOptions,
    /// The database that is selected. Default: 0.
    pub db: u32,
    /// The ACL user. Default: none, the server's `default` user.
    pub username: Option<Secret>,
    /// The password. Default: none.
    pub password: Option<Secret>,
    /// Asked for credentials before every handshake. Default: none. Excludes `username` and `password`.
    pub credentials: Option<Arc<dyn CredentialsProvider>>,
    /// What `CLIENT LIST` shows. Default: none.
    pub client_name: Option<String>,
    /// Whether connections say what library they are. Default: they do.
    pub client_info: ClientInfo,
    /// The protocol to ask for. Default: RESP3.
    pub protocol: Protocol,
    /// TLS, if the connection uses it. Default: none; `rediss://` and `valkeys://` turn it on.
    pub tls: Option<TlsOptions>,
    /// What TLS asks the host of the engine. Default: nobody is asked.
    pub tls_functions: Option<Arc<dyn TlsFunctions>>,
    /// From the start of an attempt until its handshake is done. Default: 5000 ms.
    pub connect_timeout: Duration,
    /// From call to reply. Default: 5000 ms; `None` (0 in the list) means no deadline.
    pub command_timeout: Option<Duration>,
    /// Silence after which a connection is probed. Default: 15 000 ms; `None` (0 in the list) means never.
    pub keep_alive: Option<Duration>,
    /// Connections of one pool, of all purposes. Default: 32.
    pub max_connections: u32,
    /// Connections that a pool keeps open. Default: 0.
    pub min_connections: u32,
    /// Disuse after which a pooled connection is closed. Default: 30 000 ms; `None` (0 in the list) means
    /// never.
    pub idle_timeout: Option<Duration>,
    /// How long a full pool is waited for. Default: 5000 ms; `None` (0 in the list) means no deadline.
    pub acquire_timeout: Option<Duration>,
    /// Pipelined connections that ordinary commands share. Default: 1.
    pub shared_connections: u32,
    /// How a lost connection is made again. `None` (`false` in the list): it is not.
    pub reconnect: Option<Reconnect>,
    /// What may wait while there is no connection. `None` (`false` in the list): nothing.
    pub offline_queue: Option<OfflineQueue>,
    /// Whether text replies become strings. Default: true; otherwise buffers.
    pub decode_responses: bool,
    /// How bytes become strings. Default: UTF-8.
    pub encoding: Encoding,
    /// Put before every key. Default: empty.
    pub key_prefix: String,
    /// One connection, made once. Default: false.
    pub single_connection: bool,
    /// Whether the first command connects. Default: true; otherwise the client connects at once.
    pub lazy_connect: bool,
    /// What a write does that the server refuses because it is a replica. Default: it looks for the master.
    pub on_readonly: OnReadonly,
    /// What the client is called in events and warnings of its own process. Default: none. Never sent.
    pub name: Option<String>,
    /// What a peer may make us allocate.
    pub limits: ReplyLimits,
    /// How sentinels are connected to. Default: none, like any server, with shorter timeouts.
    pub sentinel: Option<Box<Options>>,
    /// Asked where a server is that sentinels announce. Default: none, where they say.
    pub address_map: Option<Arc<dyn AddressMap>>,
    /// Which servers read-only commands go to. Default: the master.
    pub read_from: ReadFrom,
    /// What a client for replicas does while there is none. Default: it uses the master.
    pub replica_fallback: ReplicaFallback,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            endpoint: Endpoint::Tcp(HostPort { host: "localhost".into(), port: DEFAULT_PORT }),
            socket: SocketOptions::default(),
            db: 0,
            username: None,
            password: None,
            credentials: None,
            client_name: None,
            client_info: ClientInfo::Sent,
            protocol: Protocol::Resp3,
            tls: None,
            tls_functions: None,
            connect_timeout: Duration::from_secs(5),
            command_timeout: Some(Duration::from_secs(5)),
            keep_alive: Some(Duration::from_secs(15)),
            max_connections: 32,
            min_connections: 0,
            idle_timeout: Some(Duration::from_secs(30)),
            acquire_timeout: Some(Duration::from_secs(5)),
            shared_connections: 1,
            reconnect: Some(Reconnect::default()),
            offline_queue: Some(OfflineQueue::default()),
            decode_responses: true,
            encoding: Encoding::Utf8,
            key_prefix: String::new(),
            single_connection: false,
            lazy_connect: true,
            on_readonly: OnReadonly::FindMaster,
            name: None,
            limits: ReplyLimits::default(),
            sentinel: None,
            address_map: None,
            read_from: ReadFrom::Master,
            replica_fallback: ReplicaFallback::Master,
        }
    }
}

impl Options {
    /// Reads a URL such as `rediss://user:password@host:6379/1?connectTimeout=2000`.
    ///
    /// Fails with [`crate::error::ErrorKind::Option`]; the text names the part that is wrong and holds no
    /// credential.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let mut builder = OptionsBuilder::new();
        builder.url(url)?;
        builder.build()
    }

    /// Reads an options object, over the URL `base` if there is one. An option that both give is an error.
    ///
    /// Groups are nested objects, `null` means the default, and numbers that JSON lacks come as text
    /// (`"Infinity"`).
    pub fn from_json(list: &Map<String, Json>, base: Option<&str>) -> Result<Self, Error> {
        let mut builder = OptionsBuilder::new();
        if let Some(url) = base {
            builder.url(url)?;
        }
        builder.object(list)?;
        builder.build()
    }

    /// The credentials for the next handshake: the provider's, or the fixed ones, if any.
    pub async fn current_credentials(&self) -> Result<Provided, Error> {
        match &self.credentials {
            Some(provider) => provider.credentials().await,
            None => Ok(Provided {
                credentials: Credentials::given(self.username.clone(), self.password.clone()),
                lifetime: None,
            }),
        }
    }
}
