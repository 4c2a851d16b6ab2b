//! What callers learn while their lane has no connection: that their time is over, that an attempt failed, that there will be no
//! other.

use std::collections::VecDeque;

use tokio::time::sleep_until;

use super::{DriverState, ManagedConnection};
use crate::connection::driver::Shutdown;
use crate::connection::queue::RetainOnDisconnect;
use crate::connection::replies::expired;
use crate::connection::request::{ConnectionEvent, NEVER, ReplySink, Request, instant};
use crate::error::Error;

impl ManagedConnection {
    /// An attempt failed: whoever waits for the connection learns why.
    pub(super) fn failed(&self, deliver: &mut dyn ReplySink, error: &Error) {
        let nobody_told = self.control().connecting.is_empty();
        self.refuse(error);
        if error.is_lasting() {
            self.reject(deliver, RetainOnDisconnect::Nothing, error);
        }
        if nobody_told {
            deliver.event(ConnectionEvent::Failed(error.clone()));
        }
        deliver.flush();
    }

    /// Rejects callers whose deadline passes while there is no connection. Returns when the lane is to be closed.
    pub(super) async fn keep_time(&self, deliver: &mut dyn ReplySink, cause: Option<&Error>) {
        while !self.is_done() {
            let at = self.queue.arm(NEVER);
            let due = async {
                match instant(at) {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.queue.wake.notified() => {}
                () = due => {
                    let late = |request: &Request, outcome, phase, begun| {
                        let error = match cause {
                            Some(cause) => cause.clone().executed(begun),
                            None => expired(request, phase, begun).caused_by(self.trouble()),
                        };
                        self.queue.reject(deliver, request, outcome, &error);
                    };
                    self.queue.expire(&mut VecDeque::new(), late);
                    deliver.flush();
                }
            }
        }
    }

    /// Rejects with `error` what cannot be kept for the next connection.
    pub(super) fn reject(&self, deliver: &mut dyn ReplySink, keep: RetainOnDisconnect, error: &Error) {
        self.queue.detach(keep, |request, outcome, executed| {
            self.queue.reject(deliver, request, outcome, &error.clone().executed(executed));
        });
        deliver.flush();
    }

    /// No further attempt by itself; the next command or `connect()` starts anew.
    pub(super) fn stop(&self, deliver: &mut dyn ReplySink, error: &Error) {
        let mut control = self.control();
        control.online = false;
        control.state = if matches!(self.shutdown(), Shutdown::None | Shutdown::Leave) {
            DriverState::Idle
        } else {
            DriverState::Closed
        };
        for waiter in std::mem::take(&mut control.connecting) {
            drop(waiter.send(Err(error.clone())));
        }
        let closing = std::mem::take(&mut control.closing);
        // Under the lock: a command that arrives meanwhile is either rejected here or finds a lane that it can start.
        self.reject(deliver, RetainOnDisconnect::Nothing, error);
        drop(control);
        deliver.event(ConnectionEvent::End);
        deliver.flush();
        for waiter in closing {
            let _nobody_waits = waiter.send(());
        }
    }

    /// Rejects everybody who waits for the connection.
    fn refuse(&self, error: &Error) {
        let waiting = std::mem::take(&mut self.control().connecting);
        for waiter in waiting {
            drop(waiter.send(Err(error.clone())));
        }
    }
}
