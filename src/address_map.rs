//! Addresses that JavaScript knows better than the sentinels: the engine asks before each attempt to connect.

use std::sync::Arc;

use oxidis_engine::error::{ConnectionFailure, Error};
use oxidis_engine::net::address::{AddressMap, HostPort, Mapped};
use serde_json::json;

use crate::asking::Asking;
use crate::inbox::Inbox;

/// Asks one deployment's `addressMap` function.
pub(crate) struct Map {
    inbox: Arc<Inbox>,
    owner: u32,
    asking: Asking<HostPort>,
}

impl Map {
    pub(crate) fn new(inbox: Arc<Inbox>, owner: u32) -> Self {
        Self { inbox, owner, asking: Asking::new() }
    }

    /// JavaScript's answer: an address, or what went wrong.
    pub(crate) fn answer(&self, request: u32, host: Option<String>, port: u32, problem: Option<String>) {
        let port = u16::try_from(port).ok().filter(|port| *port > 0);
        let answer = match (host, port, problem) {
            (Some(host), Some(port), None) => Ok(HostPort { host, port }),
            (.., problem) => Err(failed(&problem.unwrap_or_else(|| "no address".to_owned()))),
        };
        self.asking.settle(request, answer);
    }
}

impl AddressMap for Map {
    fn map(&self, announced: HostPort) -> Mapped<'_> {
        let (request, answer) = self.asking.ask();
        let HostPort { host, port } = announced;
        let question = json!({ "event": "address", "request": request, "host": host, "port": port });
        self.inbox.tell(self.owner, &question.to_string());
        Box::pin(async move { answer.await.unwrap_or_else(|_| Err(failed("it was not answered"))) })
    }
}

fn failed(problem: &str) -> Error {
    Error::connection(ConnectionFailure::Unresolved, format!("addressMap() failed: {problem}"))
}
