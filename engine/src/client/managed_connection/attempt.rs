//! One link of a lane: the attempt to connect, and the connection until it ends or has to be left.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{ManagedConnection, ReconnectPolicy};
use crate::config::address::ConnectTarget;
use crate::connection::driver::{Connection, ConnectionEnd};
use crate::connection::rejection::{LEAVE_GRACE, UNBLOCK_GRACE};
use crate::connection::request::{ConnectionEvent, ReplySink};
use crate::error::{ConnectionFailure, Error};

impl ManagedConnection {
    /// One attempt to connect. `None`: the lane is to be closed.
    pub(super) async fn attempt(
        &self,
        deliver: &mut dyn ReplySink,
        cause: Option<&Error>,
    ) -> Option<Result<Connection, Error>> {
        if matches!(self.reconnect_policy, ReconnectPolicy::Never) && self.connected.load(Ordering::Acquire) {
            let message = "this one connection is gone, and is not made again";
            return Some(Err(Error::connection(ConnectionFailure::Lost, message)));
        }
        let opened = match self.unless_done(deliver, cause, self.connector.open()).await? {
            Ok(opened) => opened,
            Err(error) => return Some(Err(error)),
        };
        deliver.event(ConnectionEvent::Connect);
        deliver.flush();
        let greeted = self.unless_done(deliver, cause, self.connector.handshake(opened)).await?;
        let state = self.queue.state();
        match greeted {
            Ok(connection) if !state.is_empty() => {
                self.unless_done(deliver, cause, self.connector.restore(connection, &state)).await
            }
            greeted => Some(greeted),
        }
    }

    /// Serves until the connection ends, or its server is no longer the one to use.
    pub(super) async fn serve(
        self: &Arc<Self>,
        mut connection: Connection,
        deliver: &mut dyn ReplySink,
    ) -> ConnectionEnd {
        let place = connection.place.clone();
        let renewal = std::mem::take(&mut connection.renewal);
        let ended = {
            let mut running = pin!(connection.run(&self.queue, deliver, || self.shutdown_now()));
            tokio::select! {
                biased;
                // First: what is not written yet is not to be written there.
                error = self.connector.left(&place) => {
                    // Asked before the queue is held: it knows no number then.
                    let number = self.client_id();
                    self.leaving.store(true, Ordering::Release);
                    self.queue.hold();
                    // A server that was replaced in good health still answers; one that is gone costs the grace.
                    let grace = Duration::from_millis(LEAVE_GRACE);
                    if timeout(grace, &mut running).await.is_err()
                        && let (ReconnectPolicy::Never, Some(number)) = (&self.reconnect_policy, number)
                    {
                        self.unblock(&place, number, running).await;
                    }
                    self.leaving.store(false, Ordering::Release);
                    ConnectionEnd::Left(error)
                }
                ended = &mut running => ended,
                never = self.keep_authenticated(renewal) => match never {},
            }
        };
        match ended {
            ConnectionEnd::Lost(_) => self.connector.mark_suspect(&place),
            ConnectionEnd::Refused(_) => self.connector.refused(&place),
            ConnectionEnd::Closed | ConnectionEnd::Left(_) => {}
        }
        ended
    }

    /// Nobody else uses this connection, and the server at `place` keeps it waiting: has the wait ended there, and its answer read.
    async fn unblock(
        &self,
        place: &ConnectTarget,
        number: i64,
        running: Pin<&mut impl Future<Output = ConnectionEnd>>,
    ) {
        let wait_limit = Duration::from_millis(UNBLOCK_GRACE);
        let told = async {
            // Where the order fails, nothing is known of what the server still does.
            if self.connector.unblock(place, number, wait_limit).await.is_ok() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            _ = running => {}
            () = told => {}
            () = sleep(wait_limit) => {}
        }
    }
}
