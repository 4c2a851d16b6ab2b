//! A network of nodes by name. Owns what happens to an attempt to connect.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use oxidis_engine::config::address::Endpoint;
use oxidis_engine::error::{ConnectionFailure, Error};
use oxidis_engine::transport::dial::{Dial, DialFuture};
use oxidis_engine::transport::stream::Stream;
use tokio::io::duplex;
use tokio::time::{Instant, sleep_until};

use crate::node::{Manner, Node};

/// Bytes that a pipe holds.
const ROOM: usize = 1 << 20;

/// The network. Where no node is, connections are refused.
#[derive(Default)]
pub(crate) struct World {
    nodes: Mutex<HashMap<String, Arc<Node>>>,
    dialled: Mutex<Vec<String>>,
}

impl World {
    /// Puts `node` at `address`, in the place of whatever was there.
    pub(crate) fn put(&self, address: &str, node: &Arc<Node>) {
        self.nodes.lock().unwrap().insert(address.to_owned(), Arc::clone(node));
    }

    /// Takes the node at `address` away; its connections stay.
    pub(crate) fn remove(&self, address: &str) {
        self.nodes.lock().unwrap().remove(address);
    }

    /// The addresses that were dialled since the last call.
    pub(crate) fn dialled(&self) -> Vec<String> {
        std::mem::take(&mut self.dialled.lock().unwrap())
    }
}

/// The dialling side.
pub(crate) struct Dials(pub(crate) Arc<World>);

impl Dial for Dials {
    fn dial<'a>(&'a self, endpoint: &'a Endpoint, deadline: Instant) -> DialFuture<'a> {
        Box::pin(async move {
            let address = endpoint.to_string();
            self.0.dialled.lock().unwrap().push(address.clone());
            let node = self.0.nodes.lock().unwrap().get(&address).cloned();
            match node {
                None => Err(Error::connection(
                    ConnectionFailure::Refused,
                    format!("connect {address}: connection refused"),
                )),
                Some(node) if node.manner() == Manner::Unreachable => {
                    sleep_until(deadline).await;
                    let message = format!("connect {address}: timed out");
                    Err(Error::connection(ConnectionFailure::ConnectTimeout, message))
                }
                Some(node) => {
                    let (near, far) = duplex(ROOM);
                    node.serve(far);
                    Ok(Stream::boxed(near))
                }
            }
        })
    }
}
