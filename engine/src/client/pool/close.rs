//! The end of a pool: idle connections close at once, those at work finish, and what waits in the server is ended there.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Pool;
use super::blocking_state::Cause;
use crate::client::ManagedConnection;
use crate::connection::driver::Shutdown;

impl Pool {
    /// Closes every connection: after its work with [`Shutdown::Drain`], at once with [`Shutdown::Immediate`]. Nothing is given out any
    /// more, and whoever waits is told so.
    ///
    /// To wait in the server is no work: with [`Shutdown::Drain`] it is ended there (`CLIENT UNBLOCK`), as if its time were over, so
    /// that nothing is taken from a list for nobody.
    pub fn close(self: &Arc<Self>, shutdown: Shutdown) -> impl Future<Output = ()> + Send + use<> {
        let (idle, out) = self.state().close();
        if shutdown == Shutdown::Drain {
            for call in self.calls().values() {
                call.end(Cause::Closing);
            }
        }
        let idle: Vec<_> = idle
            .into_iter()
            .map(|(permit, member)| (member.connection().close(Shutdown::Immediate), permit, member))
            .collect();
        for member in &out {
            member.shut();
        }
        let out: Vec<_> =
            out.into_iter().map(|member| (member.connection().close(shutdown), member)).collect();
        let pool = Arc::clone(self);
        async move {
            for (closed, permit, member) in idle {
                // A lane that is gone is closed.
                drop(closed.await);
                drop(member);
                drop(permit);
            }
            for (closed, member) in out {
                drop(closed.await);
                drop(member);
            }
            pool.settled().await;
        }
    }

    /// Whether calls wait in a server, or for a connection that they may wait on.
    pub fn has_calls(&self) -> bool {
        self.pending.load(Ordering::Acquire) > 0
    }

    /// Returns when no blocking command is left.
    pub async fn settled(&self) {
        loop {
            let notified = self.settled.notified();
            if !self.has_calls() {
                return;
            }
            notified.await;
        }
    }

    /// Sends a command on nobody's behalf. Its reply is read and dropped.
    pub(super) fn tell(&self, connection: &Arc<ManagedConnection>, name: &[u8]) {
        connection.tell(name, &[], self.options.command_timeout.or(self.options.keep_alive));
    }
}
