//! The one list of options: their names, defaults, ranges and places. The README's table is printed from it.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::Duration;

use super::builder::OptionsDraft;
use super::option_row::{OptionRow, OptionType};
use super::{ClientInfo, Family, OnReadonly, Protocol, ReplicaFallback, unsupported_tls};
use crate::error::Error;

/// Longest time: that of Node's own timers, 2^31 - 1 ms (24.8 days).
const MAX_MILLIS: u64 = 0x7fff_ffff;
/// Largest number that JavaScript holds exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;
const MAX_CONNECTIONS: u64 = 65_535;

/// Finds the row of `name`, exactly as it is written.
pub(super) fn find(name: &str) -> Option<&'static OptionRow> {
    ROWS.iter().find(|row| row.name == name)
}

/// The complaint about a name that no row has, with the nearest name that one has.
pub(super) fn unknown(name: &str) -> Error {
    if let Some(advice) = unsupported_tls::advice(name) {
        return Error::option(format!("option {name:?} is not supported: {advice}"));
    }
    let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '-'], "");
    let wanted = plain(name);
    let nearest = ROWS
        .iter()
        .map(|row| (strsim::damerau_levenshtein(&wanted, &plain(row.name)), row.name))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, _)| distance <= 1.max(wanted.len() / 3));
    let hint = nearest.map(|(_, name)| format!("; did you mean {name:?}?")).unwrap_or_default();
    Error::option(format!("unknown option {name:?}{hint}"))
}

/// Every option, in the order in which the documentation shows them.
pub fn options() -> &'static [OptionRow] {
    ROWS
}

/// The options as a Markdown table, for the README.
pub fn print_options_markdown() -> String {
    let mut text = String::from("| option | type | default | what it does |\n|---|---|---|---|\n");
    for row in ROWS {
        let unit = if row.unit().is_empty() { String::new() } else { format!(" ({})", row.unit()) };
        let line =
            format_args!("| `{}` | {}{unit} | {} | {} |\n", row.name, row.type_name(), row.default, row.doc);
        // Writing to a String does not fail.
        let _ = text.write_fmt(line);
    }
    text
}

fn any(_: &str) -> bool {
    true
}

fn not_empty(text: &str) -> bool {
    !text.is_empty() && !text.contains('\0')
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// What `CLIENT SETNAME` allows.
fn printable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A time for which 0 means "none".
fn some_millis(millis: u64) -> Option<Duration> {
    (millis > 0).then(|| Duration::from_millis(millis))
}

fn size(whole: u64) -> usize {
    usize::try_from(whole).unwrap_or(usize::MAX)
}

fn small(whole: u64) -> u32 {
    u32::try_from(whole).unwrap_or(u32::MAX)
}

const fn row(name: &'static str, default: &'static str, kind: OptionType, doc: &'static str) -> OptionRow {
    OptionRow { name, default, doc, kind }
}

const fn millis(min: u64, set: fn(&mut OptionsDraft, u64)) -> OptionType {
    OptionType::Whole { unit: "milliseconds", min, max: MAX_MILLIS, set }
}

const fn count(min: u64, max: u64, set: fn(&mut OptionsDraft, u64)) -> OptionType {
    OptionType::Whole { unit: "", min, max, set }
}

const fn bytes(set: fn(&mut OptionsDraft, u64)) -> OptionType {
    OptionType::Whole { unit: "bytes", min: 1, max: MAX_SAFE, set }
}

const fn words(set: fn(&mut OptionsDraft, String)) -> OptionType {
    OptionType::Text { check: not_empty, expected: "a string that is not empty", set }
}

#[rustfmt::skip]
static ROWS: &[OptionRow] = &[
    row("host", "localhost", words(|d, v| d.host = Some(v)),
        "Name or address of the server."),
    row("port", "6379", count(1, 65_535, |d, v| d.port = u16::try_from(v).ok()),
        "TCP port of the server."),
    row("path", "none", words(|d, v| d.path = Some(v)),
        "Path of the server's unix socket, instead of `host` and `port`."),
    row("family", "0",
        OptionType::OneOf { values: &Family::ALL, set: |d, v| d.options.socket.family = Family::from_number(v) },
        "Which addresses of a name are used: `4` for IPv4, `6` for IPv6, `0` for both."),
    row("localAddress", "none",
        OptionType::Text { check: is_address, expected: "an IP address",
            set: |d, v| d.options.socket.local_address = v.parse().ok() },
        "Address of this machine to connect from."),
    row("noDelay", "true", OptionType::Bool(|d, v| d.options.socket.no_delay = v),
        "Whether small writes are sent at once (`TCP_NODELAY`)."),
    row("db", "0", count(0, 0x7fff_ffff, |d, v| d.options.db = small(v)),
        "Database that every connection selects."),
    row("username", "none", OptionType::Secret(|d, v| d.options.username = Some(v)),
        "ACL user; without it a password is that of the user `default`."),
    row("password", "none", OptionType::Secret(|d, v| d.options.password = Some(v)),
        "Password of the user."),
    row("credentials", "none", OptionType::Provider(|d, v| d.options.credentials = Some(v)),
        "Asked before every connect for `{ username, password }`; excludes both options. Not in a URL."),
    row("clientName", "none",
        OptionType::Text { check: printable, expected: "a string of printable ASCII without spaces",
            set: |d, v| d.options.client_name = Some(v).filter(|name| !name.is_empty()) },
        "What `CLIENT LIST` shows for the connections."),
    row("clientInfo", "true",
        OptionType::Bool(|d, v| d.options.client_info = if v { ClientInfo::Sent } else { ClientInfo::Withheld }),
        "Whether connections say what library they are (`CLIENT SETINFO`). A refusal does no harm; `false` spares a proxy \
         that hangs up on it one connection."),
    row("protocol", "3",
        count(2, 3, |d, v| d.options.protocol = if v == 2 { Protocol::Resp2 } else { Protocol::Resp3 }),
        "RESP version to ask for; 3 falls back to 2 where the server does not know it."),
    row("tls", "false", OptionType::Group { can_be_off: true, set: |d, on| d.use_tls = on },
        "Encrypts the connection; `rediss://` and `valkeys://` turn it on. A function is called before every connect for the group."),
    row("tls.ca", "none", OptionType::Pem(|d, v| d.tls.ca = v),
        "Certificates to trust instead of the system's. Not in a URL."),
    row("tls.cert", "none", OptionType::Pem(|d, v| d.tls.cert = v),
        "The client's certificate chain, leaf first. Not in a URL."),
    row("tls.key", "none", OptionType::Pem(|d, v| d.tls.key = v),
        "Private key of `tls.cert`: PKCS#8, PKCS#1 or SEC1. Not in a URL."),
    row("tls.passphrase", "none", OptionType::Secret(|_, _| {}),
        "Decrypts `tls.key`. Not in a URL."),
    row("tls.servername", "the host", words(|d, v| d.tls.servername = Some(v)),
        "Name that the certificate must be valid for, also sent as SNI."),
    row("tls.rejectUnauthorized", "true", OptionType::Bool(|d, v| d.tls.reject_unauthorized = v),
        "Whether a certificate that cannot be verified ends the connection. Turn it off in tests only."),
    row("tls.checkServerIdentity", "none", OptionType::Function(|d| d.tls.checks_identity = true),
        "Judges the certificate's name instead, as in `node:tls`: called with `(host, cert)`, an Error refuses. Not in a URL."),
    row("tls.minVersion", "TLSv1.2", OptionType::TlsVersion(|d, v| d.tls.min_version = v),
        "Oldest version that is spoken: `TLSv1.2` or `TLSv1.3`."),
    row("tls.maxVersion", "TLSv1.3", OptionType::TlsVersion(|d, v| d.tls.max_version = v),
        "Newest version that is spoken: `TLSv1.2` or `TLSv1.3`."),
    row("tls.ALPNProtocols", "none", OptionType::List(|d, v| d.tls.alpn = v),
        "Names of protocols to offer. Not in a URL."),
    row("connectTimeout", "5000", millis(1, |d, v| d.options.connect_timeout = Duration::from_millis(v)),
        "Longest time for one attempt: name resolution, TCP, TLS and handshake together."),
    row("commandTimeout", "5000", millis(0, |d, v| d.options.command_timeout = some_millis(v)),
        "Longest time from call to reply; 0 means no deadline."),
    row("keepAlive", "15000", millis(0, |d, v| d.options.keep_alive = some_millis(v)),
        "Silence after which a connection is probed; 0 means never."),
    row("maxConnections", "32", count(1, MAX_CONNECTIONS, |d, v| d.options.max_connections = small(v)),
        "Most connections of one pool: shared, leased and subscribed."),
    row("minConnections", "0", count(0, MAX_CONNECTIONS, |d, v| d.options.min_connections = small(v)),
        "Connections that a pool keeps open."),
    row("idleTimeout", "30000", millis(0, |d, v| d.options.idle_timeout = some_millis(v)),
        "Disuse after which a pooled connection is closed; 0 means never."),
    row("acquireTimeout", "5000", millis(0, |d, v| d.options.acquire_timeout = some_millis(v)),
        "Longest wait for a full pool; 0 means no deadline."),
    row("sharedConnections", "1", count(1, MAX_CONNECTIONS, |d, v| d.options.shared_connections = small(v)),
        "Pipelined connections that ordinary commands share."),
    row("reconnect", "true", OptionType::Group { can_be_off: true, set: |d, on| d.use_reconnect = on },
        "Whether and how a lost connection is made again."),
    row("reconnect.initialDelay", "50",
        millis(0, |d, v| d.reconnect.initial_delay = Duration::from_millis(v)),
        "Bound of the first delay; it doubles with every attempt."),
    row("reconnect.maxDelay", "2000", millis(0, |d, v| d.reconnect.max_delay = Duration::from_millis(v)),
        "Bound of every delay."),
    row("reconnect.jitter", "true", OptionType::Bool(|d, v| d.reconnect.jitter = v),
        "Whether a delay is drawn at random between zero and its bound."),
    row("reconnect.maxAttempts", "Infinity",
        OptionType::WholeOrInfinity(|d, v| d.reconnect.max_attempts = v),
        "Attempts in a row before the client gives up."),
    row("offlineQueue", "true", OptionType::Group { can_be_off: true, set: |d, on| d.use_offline_queue = on },
        "Whether commands wait while there is no connection."),
    row("offlineQueue.maxCommands", "10000",
        count(1, MAX_SAFE, |d, v| d.offline_queue.max_commands = size(v)),
        "Most commands that may wait."),
    row("offlineQueue.maxBytes", "67108864", bytes(|d, v| d.offline_queue.max_bytes = size(v)),
        "Most bytes that may wait (64 MiB)."),
    row("decodeResponses", "true", OptionType::Bool(|d, v| d.options.decode_responses = v),
        "Whether text replies are strings; otherwise they are Buffers."),
    row("encoding", "utf8", OptionType::Encoding(|d, v| d.options.encoding = v),
        "How bytes become strings."),
    row("keyPrefix", "none",
        OptionType::Text { check: any, expected: "a string", set: |d, v| d.options.key_prefix = v },
        "Put before every key."),
    row("singleConnection", "false", OptionType::Bool(|d, v| d.options.single_connection = v),
        "Uses one connection for everything. It is made again, in the state that it had, only where `reconnect` is given."),
    row("lazyConnect", "true", OptionType::Bool(|d, v| d.options.lazy_connect = v),
        "Whether the first command connects; otherwise the client connects at once."),
    row("readOnly", "false", OptionType::Bool(|d, v| d.options.on_readonly = if v { OnReadonly::Reject } else { OnReadonly::FindMaster }),
        "The server is a replica on purpose: a write that it refuses with `READONLY` rejects at once. Otherwise the client \
         connects anew, to find the master behind the name. Not with sentinels."),
    row("name", "none", words(|d, v| d.options.name = Some(v)),
        "What this client is called in its events and warnings; never sent to the server."),
    row("sentinel", "none", OptionType::Group { can_be_off: false, set: |_, _| {} },
        "How sentinels are connected to: `username`, `password`, `clientName`, `clientInfo`, `protocol`, `family`, `localAddress`, `noDelay`, `tls`, `connectTimeout`, \
         `commandTimeout`; both times are 1000 by default."),
    row("addressMap", "none", OptionType::AddressMap(|d, v| d.options.address_map = Some(v)),
        "Asked for the `{ host, port }` of a server that sentinels announce as `(host, port)`. Not in a URL."),
    row("readFrom", "master", OptionType::ReadFrom(|d, v| d.options.read_from = v),
        "Where read-only commands go: `master`, `replica`, `replicaPreferred` or `any`. Needs sentinels."),
    row("replicaFallback", "true", 
        OptionType::Bool(|d, v| {
            d.options.replica_fallback = if v { ReplicaFallback::Master } else { ReplicaFallback::Nobody };
        }),
        "Whether a client of `replicaFor` uses the master while no replica is fit."),
    row("limits", "true", OptionType::Group { can_be_off: false, set: |_, _| {} },
        "What a server may make the client allocate."),
    row("limits.maxReplyBytes", "536870912", bytes(|d, v| d.options.limits.max_reply_bytes = size(v)),
        "Longest reply (512 MiB)."),
    row("limits.maxDepth", "1024", count(1, 65_535, |d, v| d.options.limits.max_depth = size(v)),
        "Deepest nesting of a reply."),
    row("limits.maxElements", "67108864",
        count(1, MAX_SAFE, |d, v| d.options.limits.max_elements = size(v)),
        "Most elements of a reply, over all its levels."),
    row("limits.maxInFlightBytes", "1073741824",
        bytes(|d, v| d.options.limits.max_in_flight_bytes = size(v)),
        "Most bytes of commands that have no reply yet (1 GiB)."),
];
