//! The row: everything that is known about one command, as plain data.
//!
//! Rows are built by the `const fn`s below, so that the table reads as a list and costs nothing at start-up.

use super::argument::Part;
use super::shape::Shape;
use super::stream_tail::Tail;

/// The server versions that brought a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The first Redis version, `None` where Redis lacks it.
    pub redis: Option<&'static str>,
    /// The first Valkey version, `None` where Valkey lacks it. What came before the fork carries Redis' number.
    pub valkey: Option<&'static str>,
}

/// In both servers since the same version: what is older than the fork.
pub(super) const fn since(version: &'static str) -> Since {
    Since { redis: Some(version), valkey: Some(version) }
}

impl Since {
    /// Only in Redis.
    pub(super) const fn redis(version: &'static str) -> Self {
        Self { redis: Some(version), valkey: None }
    }

    /// Only in Valkey.
    pub(super) const fn valkey(version: &'static str) -> Self {
        Self { redis: None, valkey: Some(version) }
    }

    /// In both, each since a version of its own.
    pub(super) const fn each(redis: &'static str, valkey: &'static str) -> Self {
        Self { redis: Some(redis), valkey: Some(valkey) }
    }

    /// `2.6.0`, `Redis 8.4.0, Valkey 9.1.0` or `Valkey 9.0.0`.
    pub fn text(&self) -> String {
        match (self.redis, self.valkey) {
            (Some(redis), Some(valkey)) if redis == valkey => redis.to_string(),
            (Some(redis), Some(valkey)) => format!("Redis {redis}, Valkey {valkey}"),
            (Some(redis), None) => format!("Redis {redis}"),
            (None, Some(valkey)) => format!("Valkey {valkey}"),
            (None, None) => String::new(),
        }
    }
}

/// Servers that are older than this are rare: one that does not know an older command was told not to.
const COMMON: u32 = 6;

impl Since {
    /// `Redis 7.4 or Valkey 9`: what a server has to be that does not know the command. `None` for a command that any server in
    /// use brings along.
    pub fn needs(&self) -> Option<String> {
        let known = |name: &str, version: Option<&str>| {
            version.map(|version| format!("{name} {}", version.trim_end_matches(".0")))
        };
        let is_new =
            |version: &str| version.split('.').next()?.parse::<u32>().ok().map(|major| major >= COMMON);
        let first = self.redis.or(self.valkey)?;
        if !is_new(first)? {
            return None;
        }
        if self.redis == self.valkey {
            return known("Redis", self.redis);
        }
        let list = [known("Redis", self.redis), known("Valkey", self.valkey)];
        Some(list.into_iter().flatten().collect::<Vec<_>>().join(" or "))
    }
}

/// What a command does to the data, as the server's `readonly` and `write` flags say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads keys.
    Read,
    /// Changes keys.
    Write,
    /// Touches no key.
    Neither,
}

/// Where a command may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionUse {
    /// On any shared, pipelined connection.
    Shared,
    /// On a connection of its own while it blocks (see [`super::Command::server_timeout`]).
    Dedicated,
    /// On the connection that carried the caller's writes, although it blocks: it speaks about exactly those writes.
    Pinned,
    /// On a leased connection only: it changes the state of its connection.
    Session,
    /// On a leased connection, by its raw name only: it changes what the replies behind it mean, so that no method stands for
    /// it.
    Raw,
    /// Nowhere: replies would no longer come one for each command, or a class of its own stands for it.
    Internal,
}

/// What a command leaves behind on its connection. Each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum SessionEffect {
    /// Nothing.
    Nothing,
    /// Watched keys.
    Watch,
    /// An open transaction.
    Transaction,
    /// A database, a user, a name, a mode: anything else.
    State,
}

impl ConnectionUse {
    /// Whether only leased connections can run it, so that only they have its method.
    pub fn is_leased(self) -> bool {
        matches!(self, Self::Session | Self::Pinned)
    }

    /// Whether a method stands for it on some class.
    pub fn has_method(self) -> bool {
        !matches!(self, Self::Raw | Self::Internal)
    }

    /// The name that the JavaScript side sees.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Dedicated => "dedicated",
            Self::Pinned => "pinned",
            Self::Session => "session",
            Self::Raw => "raw",
            Self::Internal => "internal",
        }
    }
}

/// What sending a command twice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Nothing: it only reads. Sent again after a lost connection.
    Safe,
    /// The data ends the same. Sent again only where the caller asks for it.
    Idempotent,
    /// Something else: never sent again by itself.
    Once,
}

/// The group that a command belongs to, in the servers' own terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Strings.
    String,
    /// Hashes.
    Hash,
    /// Lists.
    List,
    /// Sets.
    Set,
    /// Sorted sets.
    SortedSet,
    /// Arrays.
    Array,
    /// Vector sets.
    VectorSet,
    /// Streams.
    Stream,
    /// Keys of any type.
    Generic,
    /// Strings as arrays of bits.
    Bitmap,
    /// Approximate counts of different elements.
    HyperLogLog,
    /// Places.
    Geo,
    /// Channels.
    PubSub,
    /// Transactions.
    Transactions,
    /// Scripts.
    Scripting,
    /// The connection and its peers.
    Connection,
    /// The server itself.
    Server,
    /// The cluster.
    Cluster,
    /// Sentinels.
    Sentinel,
}

impl Family {
    /// The name that `COMMAND DOCS` uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Hash => "hash",
            Self::List => "list",
            Self::Set => "set",
            Self::SortedSet => "sorted-set",
            Self::Array => "array",
            Self::VectorSet => "vector-set",
            Self::Stream => "stream",
            Self::Generic => "generic",
            Self::Bitmap => "bitmap",
            Self::HyperLogLog => "hyperloglog",
            Self::Geo => "geo",
            Self::PubSub => "pubsub",
            Self::Transactions => "transactions",
            Self::Scripting => "scripting",
            Self::Connection => "connection",
            Self::Server => "server",
            Self::Cluster => "cluster",
            Self::Sentinel => "sentinel",
        }
    }
}

/// A reply shape that holds when all of `bits` are set in the call's variant.
#[derive(Clone, Copy, Debug)]
pub struct ShapeCase {
    /// The bits, as the options and optional arguments of the row set them; never 0.
    pub bits: u8,
    /// The reply then.
    pub shape: &'static Shape,
}

/// `shape`, where all of `bits` are set.
pub(super) const fn when(bits: u8, shape: &'static Shape) -> ShapeCase {
    ShapeCase { bits, shape }
}

/// One command.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The wire name in upper case; `CONFIG GET` for a container's command.
    pub name: &'static str,
    /// Further JavaScript method names.
    pub aliases: &'static [&'static str],
    /// The versions that brought it.
    pub since: Since,
    /// One sentence.
    pub doc: &'static str,
    /// Reads, writes or neither.
    pub access: Access,
    /// Whether the server calls it administrative.
    pub admin: bool,
    /// Where it may run.
    pub connection_use: ConnectionUse,
    /// What it leaves behind on its connection.
    pub trace: SessionEffect,
    /// What sending it twice does, as long as the call's variant is 0.
    pub replay: Replay,
    /// The arguments, in the order of the wire.
    pub parts: &'static [Part],
    /// Reply shapes for calls with variant bits; the first whose bits are all set wins.
    pub cases: &'static [ShapeCase],
    /// The reply otherwise.
    pub reply: &'static Shape,
    /// Whether it returns a page and a cursor, so that an async iterator belongs to it.
    pub scan: bool,
    /// Which id means the end of a stream.
    pub tail: Option<&'static Tail>,
    /// Whether sending it again to the next connection restores what it left behind on the last one.
    pub restored: bool,
}

const fn row(name: &'static str, since: Since, doc: &'static str, access: Access, replay: Replay) -> Row {
    Row {
        name,
        aliases: &[],
        since,
        doc,
        access,
        admin: false,
        connection_use: ConnectionUse::Shared,
        trace: SessionEffect::Nothing,
        replay,
        parts: &[],
        cases: &[],
        reply: &Shape::Any,
        scan: false,
        tail: None,
        restored: false,
    }
}

/// A command that reads keys.
pub(super) const fn read(name: &'static str, since: Since, doc: &'static str) -> Row {
    row(name, since, doc, Access::Read, Replay::Safe)
}

/// A command that changes keys.
pub(super) const fn write(name: &'static str, since: Since, doc: &'static str) -> Row {
    row(name, since, doc, Access::Write, Replay::Once)
}

/// A command that only asks the server or the connection something.
pub(super) const fn ask(name: &'static str, since: Since, doc: &'static str) -> Row {
    row(name, since, doc, Access::Neither, Replay::Safe)
}

/// A command that changes the server or the connection.
pub(super) const fn tell(name: &'static str, since: Since, doc: &'static str) -> Row {
    row(name, since, doc, Access::Neither, Replay::Once)
}

impl Row {
    /// The arguments, in the order of the wire.
    #[must_use]
    pub(super) const fn takes(mut self, parts: &'static [Part]) -> Self {
        self.parts = parts;
        self
    }

    /// The reply, where no case holds.
    #[must_use]
    pub(super) const fn gives(mut self, reply: &'static Shape) -> Self {
        self.reply = reply;
        self
    }

    /// Replies that options or optional arguments choose.
    #[must_use]
    pub(super) const fn but(mut self, cases: &'static [ShapeCase]) -> Self {
        self.cases = cases;
        self
    }

    /// Further method names.
    #[must_use]
    pub(super) const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Marks what the server calls administrative.
    #[must_use]
    pub(super) const fn admin(mut self) -> Self {
        self.admin = true;
        self
    }

    /// Where it may run. What is about the connection's state leaves one behind, unless [`Row::leaving`] says otherwise.
    #[must_use]
    pub(super) const fn on(mut self, connection_use: ConnectionUse) -> Self {
        self.connection_use = connection_use;
        if let ConnectionUse::Session | ConnectionUse::Raw = connection_use {
            self.trace = SessionEffect::State;
        }
        self
    }

    /// What it leaves behind on its connection.
    #[must_use]
    pub(super) const fn leaving(mut self, trace: SessionEffect) -> Self {
        self.trace = trace;
        self
    }

    /// Marks that running it twice leaves the same data.
    #[must_use]
    pub(super) const fn idempotent(mut self) -> Self {
        self.replay = Replay::Idempotent;
        self
    }

    /// Marks that sending it again restores what it left behind.
    #[must_use]
    pub(super) const fn restored(mut self) -> Self {
        self.restored = true;
        self
    }

    /// Which id means the end of a stream.
    #[must_use]
    pub(super) const fn following(mut self, tail: &'static Tail) -> Self {
        self.tail = Some(tail);
        self
    }

    /// Marks that it returns a page and a cursor.
    #[must_use]
    pub(super) const fn scans(mut self) -> Self {
        self.scan = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_names_the_servers_that_brought_a_command_unless_all_have_it() {
        let needs = |since: Since| since.needs();
        assert_eq!(needs(Since::each("7.4.0", "9.0.0")).as_deref(), Some("Redis 7.4 or Valkey 9"));
        assert_eq!(needs(Since::redis("8.10.0")).as_deref(), Some("Redis 8.10"));
        assert_eq!(needs(Since::valkey("9.0.0")).as_deref(), Some("Valkey 9"));
        assert_eq!(needs(since("7.0.0")).as_deref(), Some("Redis 7"));
        assert_eq!(needs(since("2.6.12")), None);
        assert_eq!(needs(since("5.0.0")), None);
    }
}
