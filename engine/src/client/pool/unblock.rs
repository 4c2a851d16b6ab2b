//! Orders about a connection that the server keeps waiting, which have to come by another one (`CLIENT UNBLOCK`).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::Pool;
use crate::client::ManagedConnection;
use crate::config::address::ConnectTarget;
use crate::connection::rejection::UNBLOCK_GRACE;
use crate::connection::request_listeners::End;
use crate::connection::request_response::SimpleConnection;
use crate::error::{Error, ErrorKind};
use crate::value::Value;

/// The pause after an order that found nothing waiting: the call or its reply is on its way.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

const UNBLOCK: &[&[u8]] = &[b"CLIENT", b"UNBLOCK"];

/// What became of a wait that was to end.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The call has ended. `is_free`: no order can reach the next call on its connection any more.
    Ended {
        /// How.
        end: End,
        /// Whether the connection may be used again.
        is_free: bool,
    },
    /// The server has ended the wait without a result. The reply that says so did not come in time.
    Unblocked,
    /// Nobody knows: the server did not allow the order, or did not reply in time.
    Unknown,
}

/// Gives orders about one connection.
struct Control<'a> {
    pool: &'a Pool,
    /// The connection that the server keeps waiting.
    held: &'a ManagedConnection,
    place: ConnectTarget,
    number: i64,
    own: Option<SimpleConnection>,
    limit: Instant,
}

impl Control<'_> {
    /// Has the server end the wait, as if its time were over. Returns whether there was one.
    async fn unblock(&mut self) -> Result<bool, Error> {
        if self.own.is_none()
            && let Some(connection) = self.pool.shared_at(&self.place, self.held)
        {
            let number = self.number.to_string();
            match connection.request(b"CLIENT UNBLOCK", &[number.as_bytes()], self.limit).await {
                // That connection is gone.
                Err(error) if !matches!(error.kind(), ErrorKind::Reply(_)) => {}
                reply => return reply.map(|reply| reply == Value::Int(1)),
            }
        }
        let number = self.number.to_string();
        let own = if let Some(own) = &mut self.own {
            own
        } else {
            let wait_limit = self.limit.saturating_duration_since(Instant::now());
            self.own.insert(self.pool.connector.converse(&self.place, wait_limit).await?)
        };
        let order = UNBLOCK.iter().copied().chain([number.as_bytes()]).collect();
        match own.request(&[order]).await?.pop() {
            Some(Value::Error(error)) => Err(Error::reply(error)),
            reply => Ok(reply == Some(Value::Int(1))),
        }
    }
}

impl Pool {
    /// Ends what the server keeps waiting on the connection of `lane`, the only call in flight there, and waits for the call's
    /// outcome. Takes [`UNBLOCK_GRACE`] at most.
    pub(super) async fn end_wait(
        &self,
        connection: &ManagedConnection,
        ended: &mut oneshot::Receiver<End>,
    ) -> Outcome {
        let limit = Instant::now() + Duration::from_millis(UNBLOCK_GRACE);
        let (Some(number), Some(place)) = (connection.client_id(), connection.place()) else {
            return known(ended, Outcome::Unknown);
        };
        let mut control = Control { pool: self, held: connection, place, number, own: None, limit };
        let mut pause = FIRST_PAUSE;
        while let Ok(order) = timeout_at(limit, control.unblock()).await {
            match order {
                Ok(true) => {
                    return match timeout_at(limit, &mut *ended).await {
                        Ok(Ok(End::Failed(_)) | Err(_)) | Err(_) => Outcome::Unblocked,
                        Ok(Ok(end)) => Outcome::Ended { end, is_free: true },
                    };
                }
                Ok(false) => match timeout_at(limit.min(Instant::now() + pause), &mut *ended).await {
                    Ok(Ok(end)) => return Outcome::Ended { end, is_free: true },
                    Ok(Err(_)) => return Outcome::Unknown,
                    Err(_) => pause = (pause * 2).min(LONGEST_PAUSE),
                },
                Err(_) => break,
            }
        }
        known(ended, Outcome::Unknown)
    }

    /// A shared connection other than `held` that is open, to the server at `place`: numbers of connections mean something else
    /// on another server.
    fn shared_at(&self, place: &ConnectTarget, held: &ManagedConnection) -> Option<Arc<ManagedConnection>> {
        let fits = |connection: &&Arc<ManagedConnection>| {
            let same = |other: ConnectTarget| {
                other.endpoint == place.endpoint && other.generation == place.generation
            };
            !std::ptr::eq(Arc::as_ptr(connection), held)
                && connection.queue().is_online()
                && connection.place().is_some_and(same)
        };
        self.shared.all().iter().find(fits).cloned()
    }
}

/// The end of a call if it has come meanwhile, `otherwise` where it has not.
fn known(ended: &mut oneshot::Receiver<End>, otherwise: Outcome) -> Outcome {
    ended.try_recv().map_or(otherwise, |end| Outcome::Ended { end, is_free: false })
}
