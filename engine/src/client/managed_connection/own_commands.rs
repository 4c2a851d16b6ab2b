//! Commands of the engine's own on a lane, beside those of its callers.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::ManagedConnection;
use crate::command::{self, Shape};
use crate::connection::rejection::RetryPolicy;
use crate::connection::request::{NEVER, Recipient, Request, now};
use crate::error::{ConnectionFailure, Error};
use crate::resp::encode;
use crate::value::Value;

impl ManagedConnection {
    /// Sends a command on nobody's behalf. Its reply is read and dropped.
    pub fn tell(self: &Arc<Self>, name: &[u8], arguments: &[&[u8]], wait_limit: Option<Duration>) {
        if let Some((mut bytes, request)) = order(name, arguments, wait_limit) {
            self.forward(&mut bytes, request);
        }
    }

    /// The same as [`Self::ask`], unless the user has a transaction open, in which the command would be queued: then nothing is sent.
    pub(super) async fn ask_outside_of_transactions(
        self: &Arc<Self>,
        name: &[u8],
        arguments: &[&[u8]],
        limit: Instant,
    ) -> Option<Result<Value, Error>> {
        let wait_limit = limit.saturating_duration_since(Instant::now());
        let (mut bytes, request) = order(name, arguments, Some(wait_limit))?;
        let replied = {
            // Whoever opens one notes it before the command is submitted.
            let open = self.transaction.lock().unwrap_or_else(PoisonError::into_inner);
            if *open {
                return None;
            }
            let (id, replied) = self.queue.track_question();
            self.forward(&mut bytes, Request { track: Some(id), ..request });
            replied
        };
        Some(reply_before(limit, replied).await)
    }

    /// Sends a command of the engine's own and returns its reply. Error replies count as failures.
    pub async fn request(
        self: &Arc<Self>,
        name: &[u8],
        arguments: &[&[u8]],
        limit: Instant,
    ) -> Result<Value, Error> {
        let wait_limit = limit.saturating_duration_since(Instant::now());
        let unknown = || Error::internal("the engine asks by a command that it does not know");
        let (mut bytes, request) = order(name, arguments, Some(wait_limit)).ok_or_else(unknown)?;
        let (id, replied) = self.queue.track_question();
        self.forward(&mut bytes, Request { track: Some(id), ..request });
        reply_before(limit, replied).await
    }
}

async fn reply_before(
    limit: Instant,
    replied: oneshot::Receiver<Result<Value, Error>>,
) -> Result<Value, Error> {
    let lost = |what| Error::connection(ConnectionFailure::Lost, what);
    match timeout_at(limit, replied).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(_)) => Err(lost("the connection was lost")),
        Err(_) => Err(lost("the server did not reply in time")),
    }
}

/// A command that nobody waits for, as its connection's own. `patience`: how long the connection may take; `None` for no end.
fn order(name: &[u8], arguments: &[&[u8]], wait_limit: Option<Duration>) -> Option<(Vec<u8>, Request)> {
    let command = command::by_name(name)?.get();
    let mut bytes = Vec::with_capacity(64);
    encode::array_header(&mut bytes, command.words + arguments.len());
    bytes.extend_from_slice(&command.name_resp);
    for argument in arguments {
        encode::bulk(&mut bytes, argument);
    }
    let timeout = wait_limit.map_or(0, |time| u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
    let request = Request {
        recipient: Recipient::Probe,
        shape: &Shape::Any,
        replays: 0,
        retry_policy: RetryPolicy::TOLD,
        redirects: 0,
        track: None,
        length: u32::try_from(bytes.len()).unwrap_or(0),
        end: 0,
        deadline: if timeout == 0 { NEVER } else { now() + u64::from(timeout) },
        timeout,
        late: 0,
    };
    Some((bytes, request))
}
