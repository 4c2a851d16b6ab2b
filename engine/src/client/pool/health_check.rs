//! Notices that the server behind waiting connections is gone although their sockets are open.
//!
//! A connection whose command waits in the server cannot be asked for a sign of life. A dead link or machine is found by the
//! system (TCP keepalive, `TCP_USER_TIMEOUT`); a server that is stopped, or a proxy in between, is not. So another connection
//! is taken as evidence: one that is open and idle is probed by its own task and would not be open otherwise. Where there is
//! none, one is made; if the server does not even answer its greeting for as long as any caller would be patient, whoever
//! waits is told that the connection is lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Pool;
use super::pooled_connection::PooledConnection;
use crate::connection::driver::Shutdown;
use crate::error::{ConnectionFailure, Error, ErrorKind};

impl Pool {
    /// Sees to it that connections which are out are looked after.
    pub(super) fn watch(self: &Arc<Self>) {
        let Some(pause) = self.options.keep_alive else { return };
        if self.watched.swap(true, Ordering::AcqRel) {
            return;
        }
        let pool = Arc::downgrade(self);
        self.runtime.spawn(async move {
            let mut before = HashMap::new();
            loop {
                sleep(pause).await;
                let Some(pool) = pool.upgrade() else { return };
                if !pool.look(&mut before).await {
                    return;
                }
            }
        });
    }

    /// Looks at the connections that are out. Answers whether to look again.
    async fn look(self: &Arc<Self>, before: &mut HashMap<usize, u64>) -> bool {
        let out = self.state().out();
        if out.is_empty() {
            self.watched.store(false, Ordering::Release);
            // One that was given out meanwhile saw the old promise.
            return !self.state().out().is_empty() && !self.watched.swap(true, Ordering::AcqRel);
        }
        let mut now = HashMap::new();
        let mut stuck = Vec::new();
        for member in out {
            let queue = member.connection().queue();
            if queue.bytes() == 0 {
                continue;
            }
            let (who, unanswered) = (Arc::as_ptr(&member).addr(), queue.end() - queue.bytes());
            now.insert(who, unanswered);
            if before.get(&who) == Some(&unanswered) {
                stuck.push(member);
            }
        }
        *before = now;
        if !stuck.is_empty() && !self.has_evidence() && self.is_server_silent().await {
            for member in stuck {
                member.connection().sever();
            }
        }
        true
    }

    /// Whether a connection is open that would not be if the server were silent.
    fn has_evidence(&self) -> bool {
        let idle = |connection: &Arc<super::super::ManagedConnection>| {
            connection.queue().is_online() && connection.queue().bytes() == 0
        };
        self.shared.all().iter().any(idle) || self.state().any_resting(|member| idle(member.connection()))
    }

    /// Tries to make a connection for as long as a caller would be patient. Whatever the server answers is a sign of life, and so
    /// is a refusal: only silence is none.
    async fn is_server_silent(self: &Arc<Self>) -> bool {
        let wait_limit = self.options.command_timeout.or(self.options.keep_alive).unwrap_or(Duration::MAX);
        let until = Instant::now().checked_add(wait_limit);
        loop {
            let member = PooledConnection::new(self);
            let outcome = member.connection().connect().await;
            drop(member.connection().close(Shutdown::Immediate).await);
            match outcome {
                Ok(Err(error)) if is_silence(&error) => {}
                _ => return false,
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return true;
            }
        }
    }
}

fn is_silence(error: &Error) -> bool {
    *error.kind() == ErrorKind::Connection(ConnectionFailure::ConnectTimeout)
}
