//! The end of a pool: what rests goes at once, what works may finish, what waits in the server is called off there.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::timeout;

use super::member::Member;
use super::{Pool, close};
use crate::client::Lane;
use crate::command::{self, Shape};
use crate::net::connection::Wish;
use crate::net::refusal::OnRefusal;
use crate::net::request::{NEVER, Recipient, Request, now};
use crate::resp::encode;

/// How long the server may take to call off what waits in it, where `commandTimeout` says nothing.
const GRACE: Duration = Duration::from_secs(5);

impl Pool {
    /// Closes every connection: after its work with [`Wish::Drain`], at once with [`Wish::Destroy`]. Nothing is given out any
    /// more, and whoever waits is told so.
    ///
    /// To wait in the server is no work: with [`Wish::Drain`] it is ended there (`CLIENT UNBLOCK`), as if its time were over, so
    /// that nothing is taken from a list for nobody.
    pub fn close(self: &Arc<Self>, wish: Wish) -> impl Future<Output = ()> + Send + use<> {
        let (resting, out) = self.roster().close();
        let waiting: Vec<i64> = out.iter().filter_map(|member| blocked(member)).collect();
        let control = if wish == Wish::Drain && !waiting.is_empty() { self.control() } else { None };
        if let Some(lane) = &control {
            self.unblock(lane, &waiting);
        }
        let resting: Vec<_> = resting
            .into_iter()
            .map(|(permit, member)| (member.lane().close(Wish::Destroy), permit, member))
            .collect();
        for member in &out {
            member.shut();
        }
        let out: Vec<_> = out.into_iter().map(|member| (member.lane().close(wish), member)).collect();
        let pool = Arc::clone(self);
        async move {
            for (closed, permit, member) in resting {
                // A lane that is gone is closed.
                drop(closed.await);
                drop(member);
                drop(permit);
            }
            if wish == Wish::Drain && !waiting.is_empty() && control.is_none() {
                pool.unblock_from_new(&waiting).await;
            }
            let grace = pool.options.command_timeout.unwrap_or(GRACE);
            for (closed, member) in out {
                if !member.is_serving() {
                    drop(closed.await);
                } else if timeout(grace, closed).await.is_err() {
                    close(member).await;
                }
            }
            pool.settled().await;
        }
    }

    /// Returns when no blocking command is left.
    async fn settled(&self) {
        loop {
            let notified = self.settled.notified();
            if self.pending.load(Ordering::Acquire) == 0 {
                return;
            }
            notified.await;
        }
    }

    /// A connection that is open and belongs to nobody alone.
    fn control(&self) -> Option<Arc<Lane>> {
        self.shared.all().iter().find(|lane| lane.queue().is_online()).cloned()
    }

    async fn unblock_from_new(self: &Arc<Self>, waiting: &[i64]) {
        let member = Member::new(self);
        if let Ok(Ok(())) = member.lane().connect().await {
            self.unblock(member.lane(), waiting);
        }
        drop(member.lane().close(Wish::Drain).await);
    }

    /// Ends what waits on the connections with these numbers in the server. Replies are read and dropped.
    fn unblock(&self, lane: &Arc<Lane>, waiting: &[i64]) {
        for number in waiting {
            self.tell(lane, b"CLIENT UNBLOCK", &[number.to_string().as_bytes()]);
        }
    }

    /// Sends a command on nobody's behalf. Its reply is read and dropped.
    pub(super) fn tell(&self, lane: &Arc<Lane>, name: &[u8], arguments: &[&[u8]]) {
        let Some(id) = command::by_name(name) else { return };
        let command = id.get();
        let mut bytes = Vec::with_capacity(64);
        encode::array_header(&mut bytes, command.words + arguments.len());
        bytes.extend_from_slice(&command.name_resp);
        for argument in arguments {
            encode::bulk(&mut bytes, argument);
        }
        let patience = self.options.command_timeout.or(self.options.keep_alive);
        let timeout = patience.map_or(0, |time| u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
        let request = Request {
            recipient: Recipient::Probe,
            shape: &Shape::Any,
            replays: 0,
            on_refusal: OnRefusal::TOLD,
            refusals: 0,
            length: u32::try_from(bytes.len()).unwrap_or(0),
            end: 0,
            deadline: if timeout == 0 { NEVER } else { now() + u64::from(timeout) },
            timeout,
        };
        lane.submit(&mut bytes, &mut vec![request]);
    }
}

/// The server's number for a connection with an unanswered command.
fn blocked(member: &Member) -> Option<i64> {
    member.lane().client_id().filter(|_| member.lane().queue().bytes() > 0)
}
