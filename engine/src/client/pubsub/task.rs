//! The subscribers' connection over its whole life: made when somebody subscribes, restored when it is lost, closed when
//! nobody is left.

use std::sync::Arc;

use tokio::time::{Instant, sleep_until};

use super::calls::Absent;
use super::manager::{SubscriptionManager, TaskNeed};
use super::session::SubscriberSession;
use crate::client::pool::{Holder, Permit};
use crate::client::reconnect::ReconnectSchedule;
use crate::connection::driver::Connection;
use crate::connection::renewal::Renewal;
use crate::connection::request::{ReplySink, instant};
use crate::connection::timer::Timer;
use crate::error::{ConnectionFailure, Error};
use crate::transport::dial;
use crate::transport::dial::closed_by_server;

/// Why a connection is not used any more.
enum SessionEnd {
    /// Nobody wants anything of it.
    Needless,
    /// It broke.
    Lost(Error),
    /// Its server is no longer the one to use.
    Left(Error),
}

impl SubscriptionManager {
    /// Works until nobody wants anything any more.
    pub(super) async fn run(self: Arc<Self>) {
        let mut deliver = self.mailbox.open();
        let deliver = deliver.as_mut();
        let _watched = self.connector.watch();
        let mut schedule = ReconnectSchedule::new(&self.reconnect_policy, &self.connector);
        let mut cause: Option<Error> = None;
        let mut permit: Option<Permit> = None;
        loop {
            self.apply(deliver);
            match self.need() {
                TaskNeed::Closed => return self.finish(deliver),
                TaskNeed::Nothing => {
                    cause = None;
                    permit = None;
                    schedule = ReconnectSchedule::new(&self.reconnect_policy, &self.connector);
                    if self.rest(deliver) {
                        return;
                    }
                    continue;
                }
                TaskNeed::Connection => {}
            }
            if permit.is_none() {
                let room = self.pool.permit(Holder::Subscriber);
                match self.unless_needless(deliver, None, room).await {
                    None => continue,
                    Some(Ok(granted)) => permit = Some(granted),
                    Some(Err(error)) => {
                        self.change(deliver, |state| state.give_up(&error));
                        continue;
                    }
                }
            }
            schedule.attempt();
            let (failed, moved) = match self.unless_needless(deliver, cause.as_ref(), self.connect()).await {
                None => continue,
                Some(Ok(connection)) => {
                    let since = Instant::now();
                    let (ended, answered) = self.serve(connection, deliver).await;
                    schedule.ended(since.elapsed(), answered);
                    match ended {
                        SessionEnd::Needless => continue,
                        SessionEnd::Lost(error) => (error, false),
                        SessionEnd::Left(error) => (error, true),
                    }
                }
                Some(Err(error)) => {
                    self.failed(deliver, &error);
                    (error, false)
                }
            };
            match schedule.next(moved) {
                Some((delay, _)) => {
                    // Whether it was waited out or not: the loop looks at what is needed now.
                    let _waited = self.unless_needless(deliver, Some(&failed), schedule.wait(delay)).await;
                    cause = Some(failed);
                }
                None => self.change(deliver, |state| state.give_up(&failed)),
            }
        }
    }

    async fn connect(&self) -> Result<Connection, Error> {
        self.connector.handshake(self.connector.open().await?).await
    }

    /// Does `work` while there is no connection, obeys meanwhile, and keeps the callers' deadlines. `None`: there is nothing
    /// left to do it for.
    async fn unless_needless<T>(
        &self,
        deliver: &mut dyn ReplySink,
        cause: Option<&Error>,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            () = self.keep_time(deliver, cause) => None,
            done = work => Some(done),
        }
    }

    async fn keep_time(&self, deliver: &mut dyn ReplySink, cause: Option<&Error>) {
        loop {
            self.apply(deliver);
            let absent = Absent { cause, progress: self.connector.progress() };
            self.change(deliver, |state| state.registry.expire(&absent));
            if self.need() != TaskNeed::Connection {
                return;
            }
            let at = self.state().registry.calls.earliest();
            let due = async {
                match instant(at) {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.wake.notified() => {}
                () = due => {}
            }
        }
    }

    /// An attempt to connect failed.
    fn failed(&self, deliver: &mut dyn ReplySink, error: &Error) {
        self.change(deliver, |state| {
            if error.is_lasting() {
                state.registry.fail_calls(error);
            }
            state.reconnect_failed(error);
        });
    }

    /// Uses a connection until it is lost, until its server is no longer the one to use, or until nobody needs it. Says as well
    /// whether the server has said anything.
    async fn serve(&self, mut connection: Connection, deliver: &mut dyn ReplySink) -> (SessionEnd, bool) {
        let place = connection.place.clone();
        let renewal = std::mem::take(&mut connection.renewal);
        let mut session = SubscriberSession::new(connection);
        self.state().registry.connected();
        self.set_online(true);
        let ended = tokio::select! {
            biased;
            error = self.connector.left(&place) => SessionEnd::Left(error),
            error = self.expired(renewal) => SessionEnd::Left(error),
            ended = self.drive(&mut session, deliver) => match ended {
                Ok(()) => SessionEnd::Needless,
                Err(error) => SessionEnd::Lost(error.at(&place.endpoint)),
            },
        };
        self.set_online(false);
        if let SessionEnd::Lost(_) = ended {
            self.connector.mark_suspect(&place);
        }
        self.change(deliver, |state| match &ended {
            SessionEnd::Needless => state.registry.disconnected(),
            SessionEnd::Lost(error) | SessionEnd::Left(error) => state.lost(session.heard, error),
        });
        (ended, session.is_answered())
    }

    /// Returns when there are other credentials, with the error for what goes on with the former ones. A subscribers' connection
    /// cannot authenticate again in RESP2: it is made again.
    async fn expired(&self, mut renewal: Renewal) -> Error {
        loop {
            match self.connector.renew(&mut renewal).await {
                Ok(None) => {}
                Ok(Some(_)) => {
                    let message = "the subscribers' connection is made again for new credentials";
                    return Error::connection(ConnectionFailure::Lost, message);
                }
                Err(error) => self.state().reconnect_failed(&error),
            }
        }
    }

    async fn drive(&self, session: &mut SubscriberSession, deliver: &mut dyn ReplySink) -> Result<(), Error> {
        let mut timer = Timer::new();
        let mut idle = Timer::new();
        // A server may announce things right behind its greeting.
        session.take_in(&mut self.state())?;
        loop {
            self.apply(deliver);
            let due = {
                let mut state = self.state();
                session.send(&mut state.registry.commands);
                session.next_look().min(state.registry.calls.earliest())
            };
            // Later is found out when the time has come: most reads move it.
            if due < timer.at() {
                timer.set(due);
            }
            if self.is_done(session) {
                return Ok(());
            }
            let held = session.is_held();
            let flooded = session.coalescing.is_on();
            let SubscriberSession { reader, writer, outgoing, buffer, .. } = session;
            tokio::select! {
                read = SubscriberSession::read(reader, buffer), if !held => {
                    let count = read.map_err(|error| lost(&error))?;
                    if count == 0 {
                        return Err(closed_by_server("the server closed the subscribers' connection"));
                    }
                    if let Some(at) = session.coalescing.read(&session.reader, count) {
                        idle.set(at);
                    }
                    session.receive();
                    self.take_in(session, deliver)?;
                    // A flood of messages must not keep the timer branch from its turn.
                    if session.heard >= timer.at() {
                        timer.set(self.look(session, deliver)?);
                    }
                }
                written = outgoing.write(writer), if outgoing.is_pending() => {
                    written.map_err(|error| lost(&error))?;
                }
                () = self.wake.notified() => {
                    if held {
                        self.take_in(session, deliver)?;
                    }
                }
                () = idle.passed(), if flooded => {
                    idle.set(session.coalescing.look(&session.reader));
                }
                () = timer.passed() => {
                    timer.set(self.look(session, deliver)?);
                }
            }
        }
    }

    /// Takes in what was read. What came before a flaw is delivered.
    fn take_in(&self, session: &mut SubscriberSession, deliver: &mut dyn ReplySink) -> Result<(), Error> {
        let mut state = self.state();
        let taken = session.take_in(&mut state);
        state.flush();
        state.settle(deliver);
        drop(state);
        deliver.flush();
        taken
    }

    /// Rejects the callers that waited too long, and judges the silence. Returns when to do it again.
    fn look(&self, session: &mut SubscriberSession, deliver: &mut dyn ReplySink) -> Result<u64, Error> {
        self.change(deliver, |state| state.registry.expire(&Absent::default()));
        let at = session.look()?;
        Ok(at.min(self.state().registry.calls.earliest()))
    }

    /// Whether the connection has nobody to serve any more. It is kept for subscribers without subscriptions.
    fn is_done(&self, session: &SubscriberSession) -> bool {
        match self.need() {
            TaskNeed::Closed => true,
            TaskNeed::Connection => false,
            TaskNeed::Nothing => !self.state().has_members() && session.is_quiet(),
        }
    }
}

fn lost(error: &std::io::Error) -> Error {
    dial::lost(format!("the subscribers' connection was lost: {}", dial::explain(error)), error)
}
