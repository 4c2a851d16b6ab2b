//! Gathers options out of URLs, objects and calls, refuses what is given twice or contradicts itself, and
//! makes the checked [`Options`].

use std::fmt;

use serde_json::{Map, Value as Json};

use super::address::{DEFAULT_PORT, DEFAULT_SENTINEL_PORT, Endpoint, HostPort};
use super::option_row::OptionType;
use super::option_table;
use super::option_value::OptionValue;
use super::url;
use super::url::UrlTarget;
use super::{
    OfflineQueue, OnReadonly, Options, ReadFrom, Reconnect, ReplicaFallback, SENTINEL_TIMEOUT, TlsOptions,
};
use crate::error::Error;
use crate::transport::tls::Tls;

/// Options that are not yet whole: groups beside their switches, the address in parts.
#[derive(Debug)]
pub(super) struct OptionsDraft {
    pub(super) options: Options,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) path: Option<String>,
    sentinel: Option<Endpoint>,
    pub(super) use_tls: bool,
    pub(super) tls: TlsOptions,
    pub(super) use_reconnect: bool,
    pub(super) reconnect: Reconnect,
    pub(super) use_offline_queue: bool,
    pub(super) offline_queue: OfflineQueue,
}

/// The group of options that are those of connections to sentinels.
const SENTINEL: &str = "sentinel";

/// What can be said of a connection to a sentinel; members of `tls` as well. It has no database, no pool and no queue.
const OF_SENTINELS: [&str; 14] = [
    "host",
    "port",
    "username",
    "password",
    "clientName",
    "clientInfo",
    "family",
    "localAddress",
    "noDelay",
    "protocol",
    "tls",
    "connectTimeout",
    "commandTimeout",
    "limits",
];

/// Whom the options are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OptionsPurpose {
    Client,
    Sentinel,
}

/// Where an option was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OptionSource {
    Address,
    Query,
    Object,
}

impl fmt::Display for OptionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address => "the URL",
            Self::Query => "the URL's query",
            Self::Object => "the options",
        })
    }
}

/// Takes options from several places, each option from one place only.
#[derive(Debug)]
pub struct OptionsBuilder {
    draft: OptionsDraft,
    given: Vec<(&'static str, OptionSource)>,
    secure_scheme: bool,
    purpose: OptionsPurpose,
    sentinel: Option<Box<Self>>,
}

impl Default for OptionsBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl OptionsBuilder {
    /// Starts with nothing given.
    pub fn new() -> Self {
        let draft = OptionsDraft {
            options: Options::default(),
            host: None,
            port: None,
            path: None,
            sentinel: None,
            use_tls: false,
            tls: TlsOptions::default(),
            use_reconnect: true,
            reconnect: Reconnect::default(),
            use_offline_queue: true,
            offline_queue: OfflineQueue::default(),
        };
        Self {
            draft,
            given: Vec::new(),
            secure_scheme: false,
            purpose: OptionsPurpose::Client,
            sentinel: None,
        }
    }

    /// The same, for connections to sentinels: with another port and shorter timeouts, and without what they cannot have.
    pub fn for_sentinel() -> Self {
        let mut builder = Self::new();
        builder.purpose = OptionsPurpose::Sentinel;
        builder.draft.options.connect_timeout = SENTINEL_TIMEOUT;
        builder.draft.options.command_timeout = Some(SENTINEL_TIMEOUT);
        builder
    }

    /// The server is where sentinels say: its address is no option any more.
    pub fn follow(&mut self, sentinels: Vec<HostPort>, master: String) {
        self.draft.sentinel = Some(Endpoint::Sentinel { sentinels, master });
    }

    /// Takes what a URL says. No error holds a credential of it.
    pub fn url(&mut self, text: &str) -> Result<(), Error> {
        let parsed = url::parse(text)?;
        self.secure_scheme |= parsed.secure;
        match parsed.target {
            UrlTarget::Tcp { host, port } => {
                self.put("host", OptionValue::Text(host), OptionSource::Address)?;
                if let Some(port) = port {
                    self.put("port", OptionValue::Number(port.into()), OptionSource::Address)?;
                }
            }
            UrlTarget::Unix(path) => self.put("path", OptionValue::Text(path), OptionSource::Address)?,
            UrlTarget::Sentinel { sentinels, master } => {
                self.draft.sentinel = Some(Endpoint::Sentinel { sentinels, master });
            }
        }
        for (name, part) in [("username", parsed.username), ("password", parsed.password), ("db", parsed.db)]
        {
            if let Some(part) = part {
                self.put(name, OptionValue::Written(part), OptionSource::Address)?;
            }
        }
        for (name, value) in parsed.query {
            if parsed.query_may_be_secret && option_table::find(&name).is_none() {
                return Err(Error::option(
                    "unknown option in the URL's query (not shown: with an \"@\" behind it, it may be a part of a \
                     password; write \"?\" as %3F and \"@\" as %40)",
                ));
            }
            self.put(&name, OptionValue::Written(value), OptionSource::Query)?;
        }
        Ok(())
    }

    /// Takes the members of an options object; groups are nested objects.
    pub fn object(&mut self, list: &Map<String, Json>) -> Result<(), Error> {
        for (name, value) in list {
            // The URL's spelling; in an object it would be a second one.
            if let Some((group, member)) = name.split_once('.').filter(|_| option_table::find(name).is_some())
            {
                let message = format!("unknown option {name:?}; write {group}: {{ {member}: ... }}");
                return Err(Error::option(message));
            }
            match value {
                Json::Object(members) if name == SENTINEL => self.nested(|nested| nested.object(members))?,
                Json::Object(members) if is_group(name) => {
                    self.apply(name, OptionValue::Bool(true))?;
                    for (member, value) in members {
                        self.apply(&format!("{name}.{member}"), OptionValue::from_json(value))?;
                    }
                }
                value => self.apply(name, OptionValue::from_json(value))?,
            }
        }
        Ok(())
    }

    /// Takes one option by its name; a member of a group is written `group.member`.
    pub fn apply(&mut self, name: &str, value: OptionValue) -> Result<(), Error> {
        self.put(name, value, OptionSource::Object)
    }

    /// Does `work` on the options of connections to sentinels.
    fn nested(&mut self, work: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        let nested = self.sentinel.get_or_insert_with(|| Box::new(Self::for_sentinel()));
        work(nested).map_err(|error| in_sentinel(&error))
    }

    fn put(&mut self, name: &str, value: OptionValue, source: OptionSource) -> Result<(), Error> {
        if let Some(member) = name.strip_prefix("sentinel.") {
            return self.nested(|nested| nested.put(member, value, source));
        }
        let row = option_table::find(name).ok_or_else(|| option_table::unknown(name))?;
        let group = row.name.split('.').next().unwrap_or_default();
        if self.purpose == OptionsPurpose::Sentinel && !OF_SENTINELS.contains(&group) {
            return Err(Error::option(format!("option {name:?} is none of a connection to a sentinel")));
        }
        // An empty credential is what shells and `process.env` leave where none is meant.
        let empty = matches!(row.kind, OptionType::Secret(_)) && value.is_empty_text();
        if empty || matches!(value, OptionValue::Absent) {
            return Ok(());
        }
        if let Some((_, earlier)) = self.given.iter().find(|(given, _)| *given == row.name) {
            let places = if *earlier == source {
                format!("in {source}")
            } else {
                format!("in {earlier} and in {source}")
            };
            return Err(Error::option(format!("option {name:?} is given twice: {places}")));
        }
        row.store(&mut self.draft, value)?;
        self.given.push((row.name, source));
        Ok(())
    }

    /// Checks how the options fit together.
    pub fn build(mut self) -> Result<Options, Error> {
        self.settle_groups()?;
        let followed = self.draft.sentinel.is_some();
        let endpoint = self.endpoint()?;
        let sentinel = self.sentinel.take().map(|nested| nested.build()).transpose();
        let sentinel = sentinel.map_err(|error| in_sentinel(&error))?;
        let OptionsDraft { mut options, tls, reconnect, offline_queue, .. } = self.draft;
        options.endpoint = endpoint;
        options.tls = self.draft.use_tls.then_some(tls);
        options.reconnect = self.draft.use_reconnect.then_some(reconnect);
        options.offline_queue = self.draft.use_offline_queue.then_some(offline_queue);
        options.sentinel = sentinel.map(Box::new);
        check(&options)?;
        if followed && options.on_readonly == OnReadonly::Reject {
            return Err(Error::option(
                "option \"readOnly\" is for a server that is named; with sentinels, replicaFor() and \"readFrom\" read from replicas",
            ));
        }
        if !followed {
            refuse_without_sentinels(&options)?;
        }
        Ok(options)
    }

    fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(given, _)| *given == name)
    }

    fn member_of(&self, group: &str) -> Option<&'static str> {
        let inside = |name: &str| name.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'));
        self.given.iter().map(|(name, _)| *name).find(|name| inside(name))
    }

    /// A member of a group turns the group on, and contradicts its being off.
    fn settle_groups(&mut self) -> Result<(), Error> {
        if self.secure_scheme {
            if self.has("tls") && !self.draft.use_tls {
                return Err(Error::option("option \"tls\" is false, but the URL's scheme asks for TLS"));
            }
            self.draft.use_tls = true;
        }
        // Where one connection is all there is, its user has to want another one.
        if self.draft.options.single_connection
            && !self.has("reconnect")
            && self.member_of("reconnect").is_none()
        {
            self.draft.use_reconnect = false;
        }
        let groups = [
            ("tls", self.draft.use_tls),
            ("reconnect", self.draft.use_reconnect),
            ("offlineQueue", self.draft.use_offline_queue),
        ];
        for (group, on) in groups {
            if let Some(member) = self.member_of(group).filter(|_| !on && self.has(group)) {
                return Err(Error::option(format!("option {member:?} is given, but {group:?} is false")));
            }
        }
        self.draft.use_tls |= self.member_of("tls").is_some();
        Ok(())
    }

    fn endpoint(&mut self) -> Result<Endpoint, Error> {
        let clash = |one: &str, other: &str| Err(Error::option(format!("option {one:?} excludes {other}")));
        let named = self.draft.host.is_some() || self.draft.port.is_some();
        if let Some(sentinel) = self.draft.sentinel.take() {
            return match (named, &self.draft.path) {
                (true, _) => clash("host", "an address that sentinels tell"),
                (_, Some(_)) => clash("path", "an address that sentinels tell"),
                _ => Ok(sentinel),
            };
        }
        if let Some(path) = self.draft.path.take() {
            return match (named, self.draft.use_tls) {
                (true, _) => clash("path", "\"host\" and \"port\""),
                (_, true) => clash("path", "\"tls\""),
                _ => Ok(Endpoint::Unix(path.into())),
            };
        }
        let host = self.draft.host.take().unwrap_or_else(|| "localhost".to_owned());
        let host = url::host(&host).ok_or_else(|| {
            Error::option("option \"host\" must be a name or an address, not the given text")
        })?;
        let default = match self.purpose {
            OptionsPurpose::Client => DEFAULT_PORT,
            OptionsPurpose::Sentinel => DEFAULT_SENTINEL_PORT,
        };
        Ok(Endpoint::Tcp(HostPort { host, port: self.draft.port.unwrap_or(default) }))
    }
}

fn is_group(name: &str) -> bool {
    option_table::find(name).is_some_and(|row| matches!(row.kind, OptionType::Group { .. }))
}

fn in_sentinel(error: &Error) -> Error {
    Error::option(format!("in \"sentinel\": {}", error.message()))
}

/// What means something only where sentinels say who is who.
fn refuse_without_sentinels(options: &Options) -> Result<(), Error> {
    let given = [
        ("sentinel", options.sentinel.is_some()),
        ("addressMap", options.address_map.is_some()),
        ("readFrom", options.read_from != ReadFrom::Master),
        ("replicaFallback", options.replica_fallback != ReplicaFallback::Master),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((name, _)) => Err(Error::option(format!(
            "option {name:?} needs sentinels: a redis-sentinel:// URL, or a client of a Sentinel"
        ))),
    }
}

fn check(options: &Options) -> Result<(), Error> {
    let fixed = options.username.is_some() || options.password.is_some();
    if options.credentials.is_some() && fixed {
        return Err(Error::option("option \"credentials\" excludes \"username\" and \"password\""));
    }
    let at_most =
        [("minConnections", options.min_connections), ("sharedConnections", options.shared_connections)];
    for (name, value) in at_most {
        if value > options.max_connections {
            let max = options.max_connections;
            return Err(Error::option(format!(
                "option {name:?} ({value}) exceeds \"maxConnections\" ({max})"
            )));
        }
    }
    if options.single_connection && options.shared_connections > 1 {
        return Err(Error::option(
            "option \"singleConnection\" excludes more than one of \"sharedConnections\"",
        ));
    }
    if options.single_connection && options.read_from != ReadFrom::Master {
        return Err(Error::option(
            "option \"singleConnection\" excludes \"readFrom\", which needs connections to other servers",
        ));
    }
    if let Some(reconnect) = options.reconnect.as_ref().filter(|it| it.initial_delay > it.max_delay) {
        let (initial, max) = (reconnect.initial_delay.as_millis(), reconnect.max_delay.as_millis());
        return Err(Error::option(format!(
            "option \"reconnect.initialDelay\" ({initial}) exceeds \"reconnect.maxDelay\" ({max})"
        )));
    }
    if let Some(tls) = options.tls.as_ref().filter(|tls| tls.min_version > tls.max_version) {
        let (min, max) = (tls.min_version, tls.max_version);
        return Err(Error::option(format!(
            "option \"tls.minVersion\" ({min}) exceeds \"tls.maxVersion\" ({max})"
        )));
    }
    // Certificates and keys are read here, so that a wrong one is an error of the constructor.
    options.tls.as_ref().map_or(Ok(()), |tls| Tls::new(tls, None).map(drop))
}
