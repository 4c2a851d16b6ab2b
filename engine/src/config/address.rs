//! Where a server is, and who knows it. Owns the endpoint, the place and the trait that is asked for one before every
//! attempt.

use std::fmt;
use std::future::{self, Future};
use std::path::PathBuf;
use std::pin::Pin;

use tokio::sync::watch;

use super::role::ServerRole;
use crate::connection::rejection::RedirectPolicy;
use crate::error::Error;

/// The port of a Redis or Valkey server that names none.
pub const DEFAULT_PORT: u16 = 6379;

/// The port of a sentinel that names none.
pub const DEFAULT_SENTINEL_PORT: u16 = 26379;

/// A host and a port, not yet resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// A name, an IPv4 address, or an IPv6 address without brackets (a zone such as `%eth0` may follow).
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Something a connection can be made to, or that knows where to make it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// A server behind TCP, with or without TLS.
    Tcp(HostPort),
    /// A server behind a unix socket.
    Unix(PathBuf),
    /// Sentinels that know the address of a master. Dialling needs a [`Locate`] that has asked them.
    Sentinel {
        /// The sentinels, in the order in which they are asked.
        sentinels: Vec<HostPort>,
        /// The name under which they watch the master.
        master: String,
    },
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Sentinel { sentinels, master } => {
                write!(f, "master {master:?} of sentinels ")?;
                for (position, sentinel) in sentinels.iter().enumerate() {
                    write!(f, "{}{sentinel}", if position == 0 { "" } else { "," })?;
                }
                Ok(())
            }
        }
    }
}

/// Where to connect, and what has to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTarget {
    /// What to dial.
    pub endpoint: Endpoint,
    /// What the server must say of itself before it is used.
    pub role: ServerRole,
    /// How those who watch the server call it, which an address map may have made another endpoint of.
    pub announced: Option<HostPort>,
    /// Which of the addresses of its name comes first, counted round.
    pub turn: usize,
    /// Counts how often the name was found to lead to another server.
    pub generation: u64,
}

impl ConnectTarget {
    /// A server at `endpoint`, whatever it is.
    pub fn at(endpoint: Endpoint) -> Self {
        Self { endpoint, role: ServerRole::Any, announced: None, turn: 0, generation: 0 }
    }
}

/// The answer of [`Locate::locate`].
pub type LocateFuture<'a> = Pin<Box<dyn Future<Output = Result<ConnectTarget, Error>> + Send + 'a>>;

/// Keeps somebody watching for as long as it lives (see [`Locate::attend`]).
pub type WatchGuard = Box<dyn Send + Sync>;

/// Says where to connect. Asked before every attempt, so that a failover or a moved node is followed.
pub trait Locate: Send + Sync {
    /// The place to connect to now.
    fn locate(&self) -> LocateFuture<'_>;

    /// Changes whenever [`Self::locate`] or [`Self::holds`] may answer something else. `None`: they never do.
    fn changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    /// Whether the news come from a watch over the servers, which may miss some.
    fn is_watched(&self) -> bool {
        self.changes().is_some()
    }

    /// Whether a connection to `place` is still where it has to be.
    fn holds(&self, place: &ConnectTarget) -> bool {
        let _ = place;
        true
    }

    /// `place` could not be connected to, was lost, or is not what it has to be.
    fn mark_suspect(&self, place: &ConnectTarget) {
        let _ = place;
    }

    /// The server at `place` says that it is not what it has to be.
    fn misplaced(&self, place: &ConnectTarget) {
        self.mark_suspect(place);
    }

    /// The server at `place` refused a command, because it is not the one to use.
    fn refused(&self, place: &ConnectTarget) {
        self.mark_suspect(place);
    }

    /// What becomes of commands that the server at `place` refuses.
    fn redirects(&self, place: &ConnectTarget) -> RedirectPolicy {
        RedirectPolicy::returned(place.role)
    }

    /// Whether a server at `place` that says to be of this role may be used.
    fn admits(&self, place: &ConnectTarget, said: Option<&str>) -> Result<(), Error> {
        let _ = (place, said);
        Ok(())
    }

    /// A connection to `place` is ready.
    fn confirm(&self, place: &ConnectTarget) {
        let _ = place;
    }

    /// Keeps what there is to watch watched until the attendance is dropped.
    fn watch(&self) -> Option<WatchGuard> {
        None
    }
}

/// The answer of [`AddressMap::map`].
pub type MappedFuture<'a> = Pin<Box<dyn Future<Output = Result<HostPort, Error>> + Send + 'a>>;

/// Says where a server is that calls itself something else: behind a network address translation, or in a container.
pub trait AddressMap: Send + Sync {
    /// The address to dial for a server that is announced as `announced`. An error fails this attempt to connect.
    fn map(&self, announced: HostPort) -> MappedFuture<'_>;
}

impl fmt::Debug for dyn AddressMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressMap")
    }
}

/// One endpoint that never changes.
#[derive(Clone, Debug)]
pub struct Fixed(ConnectTarget);

impl Fixed {
    /// Always answers `endpoint`.
    pub fn new(endpoint: Endpoint) -> Self {
        Self(ConnectTarget::at(endpoint))
    }
}

impl Locate for Fixed {
    fn locate(&self) -> LocateFuture<'_> {
        Box::pin(future::ready(Ok(self.0.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_is_shown_in_brackets() {
        let address = HostPort { host: "::1".into(), port: 7 };
        assert_eq!(Endpoint::Tcp(address).to_string(), "[::1]:7");
    }

    #[test]
    fn sentinels_are_shown_with_the_master_they_watch() {
        let sentinels = ["a", "b"].map(|host| HostPort { host: host.into(), port: 26379 }).to_vec();
        let endpoint = Endpoint::Sentinel { sentinels, master: "m".into() };
        assert_eq!(endpoint.to_string(), "master \"m\" of sentinels a:26379,b:26379");
    }

    #[tokio::test]
    async fn a_fixed_address_is_always_the_same() {
        let endpoint = Endpoint::Unix("/run/redis.sock".into());
        let fixed = Fixed::new(endpoint.clone());
        let place = fixed.locate().await.unwrap();
        assert_eq!((&place.endpoint, place.role), (&endpoint, ServerRole::Any));
        assert_eq!(fixed.locate().await.unwrap().endpoint.to_string(), "unix:/run/redis.sock");
        assert!(fixed.changes().is_none() && fixed.holds(&place));
    }
}
