//! What a deployment is described by, and what its owner is told.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::config::address::{AddressMap, Endpoint, HostPort};
use crate::config::{Options, OptionsBuilder};
use crate::error::Error;

/// The sentinels of a deployment.
#[derive(Debug)]
pub struct SentinelSettings {
    /// The sentinels that are known from the start, each with its credentials and TLS. Sentinels that are learned later are
    /// spoken to like the first of them.
    pub sentinels: Vec<Options>,
    /// Asked for the address behind every announced one.
    pub address_map: Option<Arc<dyn AddressMap>>,
}

impl SentinelSettings {
    /// The sentinels that a `redis-sentinel://` URL names, and the name of its master.
    pub fn of_url(options: &Options) -> Result<(Self, String), Error> {
        let Endpoint::Sentinel { sentinels, master } = &options.endpoint else {
            return Err(Error::option("the URL must begin with redis-sentinel://"));
        };
        let manner = match &options.sentinel {
            Some(manner) => Options::clone(manner),
            None => OptionsBuilder::for_sentinel().build()?,
        };
        let at = |address: &HostPort| Options { endpoint: Endpoint::Tcp(address.clone()), ..manner.clone() };
        let sentinels = sentinels.iter().map(at).collect();
        Ok((Self { sentinels, address_map: options.address_map.clone() }, master.clone()))
    }

    /// The sentinels of a list: URLs, or objects with `host` and `port`; each with the options of `manner` besides.
    pub fn of_list(list: &[Json], manner: &Map<String, Json>) -> Result<Vec<Options>, Error> {
        if list.is_empty() {
            return Err(Error::option("there must be at least one sentinel"));
        }
        let read = |(position, item): (usize, &Json)| {
            let mut builder = OptionsBuilder::for_sentinel();
            let taken = match item {
                Json::String(url) => builder.url(url),
                Json::Object(members) => builder.object(members),
                _ => Err(Error::option("a sentinel is a URL or an object with host and port")),
            };
            taken
                .and_then(|()| builder.object(manner))
                .and_then(|()| builder.build())
                .map_err(|error| Error::option(format!("sentinel {}: {}", position + 1, error.message())))
        };
        list.iter().enumerate().map(read).collect()
    }
}

/// How a sentinel is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentinelState {
    /// Another sentinel named it.
    Learned,
    /// Its messages are heard.
    Watched,
    /// It cannot be reached, or refuses.
    Lost,
}

impl SentinelState {
    /// The name that the JavaScript event carries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Learned => "learned",
            Self::Watched => "watched",
            Self::Lost => "lost",
        }
    }
}

/// What happened in a deployment.
#[derive(Clone, Debug)]
pub enum SentinelEvent {
    /// A master is another server now.
    Failover {
        /// The master's name.
        master: String,
        /// The address announced before.
        from: HostPort,
        /// The address announced now.
        to: HostPort,
        /// The time since the first sign of trouble; zero if there was none.
        took: Duration,
    },
    /// A sentinel is in another state than before.
    Sentinel {
        /// Its address.
        address: HostPort,
        /// Its state now.
        state: SentinelState,
        /// Why, where it was lost.
        error: Option<Error>,
    },
    /// The sentinels were asked, and none could answer.
    Trouble(Error),
}

/// Is told what happens. Called on the engine's thread.
pub trait SentinelListener: Send + Sync {
    /// It happened.
    fn happened(&self, event: SentinelEvent);
}
