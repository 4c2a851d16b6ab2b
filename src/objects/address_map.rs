//! Addresses that JavaScript knows better than the sentinels: the engine asks before each attempt to connect.

use std::sync::Arc;

use oxidis_engine::config::address::{AddressMap, HostPort, MappedFuture};
use oxidis_engine::error::{ConnectionFailure, Error};
use serde_json::{Value as Json, json};

use super::pending_callbacks::PendingCallbacks;

/// The function that is asked.
pub(crate) const ADDRESS_MAP: &str = "addressMap";

/// Asks one deployment's `addressMap` function.
pub(crate) struct JsAddressMap(pub(crate) Arc<PendingCallbacks>);

impl AddressMap for JsAddressMap {
    fn map(&self, announced: HostPort) -> MappedFuture<'_> {
        let HostPort { host, port } = announced;
        let answer = self.0.ask(ADDRESS_MAP, json!({ "host": host, "port": port }));
        Box::pin(async move {
            let answer = answer.await.map_err(|problem| failed(&problem))?;
            let host = answer.get("host").and_then(Json::as_str).map(str::to_owned);
            let port = answer.get("port").and_then(Json::as_u64).and_then(|port| u16::try_from(port).ok());
            match (host, port.filter(|port| *port > 0)) {
                (Some(host), Some(port)) => Ok(HostPort { host, port }),
                _ => Err(failed("no address")),
            }
        })
    }
}

fn failed(problem: &str) -> Error {
    Error::connection(ConnectionFailure::Unresolved, format!("addressMap() failed: {problem}"))
}
