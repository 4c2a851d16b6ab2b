//! What sentinels answer, taken apart. No I/O.

use crate::config::address::HostPort;
use crate::error::ServerError;
use crate::value::Value;

/// States in which a server is not to be used, and a sentinel not to be asked.
const UNFIT: [&str; 3] = ["s_down", "o_down", "disconnected"];

/// The reason of a sentinel that watches other masters.
const UNKNOWN: &str = "does not know this master's name";

/// What one sentinel says of a master.
#[derive(Debug)]
pub(super) struct ReportedMaster {
    /// Where the master is.
    pub(super) address: HostPort,
    /// The number of the configuration that says so; a later one wins. `None`: the sentinel does not tell.
    pub(super) epoch: Option<u64>,
    /// Whether the sentinel can reach the master, as far as it tells.
    pub(super) fit: bool,
    /// The other sentinels that it knows and reaches.
    pub(super) peers: Vec<SentinelPeer>,
    /// What this sentinel calls itself.
    pub(super) run_id: Option<String>,
}

/// A sentinel as another one knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SentinelPeer {
    pub(super) address: HostPort,
    pub(super) run_id: String,
}

/// Reads the answers to [`super::query_all::about_master`]: the address is needed, the rest may be refused.
pub(super) fn seen(replies: Vec<Value>) -> Result<ReportedMaster, String> {
    let mut replies = replies.into_iter();
    let mut next = || replies.next().unwrap_or(Value::Null);
    let address = match next() {
        Value::Null => return Err(UNKNOWN.to_owned()),
        Value::Error(error) => return Err(refusal(&error)),
        Value::List(parts) => address_of(&parts).ok_or("answered with something that is no address")?,
        _ => return Err("answered with something that is no address".to_owned()),
    };
    let master = ServerFields::of(next());
    let peers = match next() {
        Value::List(peers) => {
            peers.into_iter().map(ServerFields::of).filter_map(|peer| peer.peer()).collect()
        }
        _ => Vec::new(),
    };
    Ok(ReportedMaster {
        address,
        epoch: master.get("config-epoch").and_then(|epoch| epoch.parse().ok()),
        fit: master.is_fit(),
        peers,
        run_id: text(&next()),
    })
}

/// Reads the answer to [`super::query_all::about_replicas`]: those that are fit to be read from.
pub(super) fn replicas(replies: Vec<Value>) -> Result<Vec<HostPort>, String> {
    match replies.into_iter().next() {
        Some(Value::List(replicas)) => Ok(replicas
            .into_iter()
            .map(ServerFields::of)
            .filter(|replica| replica.is_fit() && replica.get("master-link-status") == Some("ok"))
            .filter_map(|replica| replica.address())
            .collect()),
        Some(Value::Error(error)) => Err(refusal(&error)),
        _ => Err("answered with something that is no list of replicas".to_owned()),
    }
}

/// An error reply in the words of a reason.
pub(super) fn refusal(error: &ServerError) -> String {
    if is_unknown(error) { UNKNOWN.to_owned() } else { error.message.to_string() }
}

/// Whether a sentinel says that it watches no master of that name.
pub(super) fn is_unknown(error: &ServerError) -> bool {
    error.message.contains("No such master")
}

/// A host and a port, as two strings.
fn address_of(parts: &[Value]) -> Option<HostPort> {
    let [host, port] = parts else { return None };
    address(&text(host)?, &text(port)?)
}

/// A host and a port.
pub(super) fn address(host: &str, port: &str) -> Option<HostPort> {
    let port = port.parse().ok().filter(|port| *port > 0)?;
    (!host.is_empty()).then(|| HostPort { host: host.to_owned(), port })
}

pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Bulk(bytes) | Value::Status(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Names and values of one server.
struct ServerFields(Vec<(String, String)>);

impl ServerFields {
    /// RESP3 sends a map, RESP2 the same in a flat list.
    fn of(value: Value) -> Self {
        let pairs = match value {
            Value::Map(pairs) => pairs,
            Value::List(items) => {
                let mut items = items.into_iter();
                std::iter::from_fn(|| Some((items.next()?, items.next()?))).collect()
            }
            _ => Vec::new(),
        };
        Self(pairs.iter().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn address(&self) -> Option<HostPort> {
        address(self.get("ip")?, self.get("port")?)
    }

    fn is_fit(&self) -> bool {
        !self.get("flags").unwrap_or_default().split(',').any(|flag| UNFIT.contains(&flag))
    }

    fn peer(&self) -> Option<SentinelPeer> {
        let run_id = self.get("runid").unwrap_or_default().to_owned();
        self.is_fit().then(|| Some(SentinelPeer { address: self.address()?, run_id }))?
    }
}
