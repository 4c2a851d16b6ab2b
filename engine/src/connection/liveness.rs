//! Whether a silent connection is alive. Owns the rule, not the sockets.
//!
//! A server that is stopped, or a peer behind a dead link, answers nothing and closes nothing. Two things find it: a PING
//! on a connection that nobody used for a while, and the patience of the most patient caller on one that is in use.

use super::request::{Millis, NEVER, Request};

/// What to do about a silent connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LivenessVerdict {
    /// Look again at the given time.
    Wait(Millis),
    /// Nobody uses it: ask whether it is there.
    Probe,
    /// It has been silent for longer, in milliseconds, than any of its callers would wait.
    Dead(Millis),
}

/// The times that matter. All in milliseconds; 0 turns a rule off.
#[derive(Clone, Copy, Debug)]
pub struct Liveness {
    /// `keepAlive`: silence after which an idle connection is probed.
    pub probe_after: Millis,
    /// `commandTimeout`: how long a probe may take.
    pub probe_timeout: Millis,
}

/// The part of the patience that a connection gets on top of it. Calls are made over some time: those that came soon after the
/// first are to end at their own deadlines, and not with the connection.
const GRACE_DIVISOR: Millis = 4;

impl Liveness {
    /// How long a probe may take.
    pub fn wait_limit(&self) -> Millis {
        if self.probe_timeout == 0 { self.probe_after } else { self.probe_timeout }
    }

    /// Judges a connection that last sent a byte at `heard`, with `awaiting` unanswered.
    pub fn judge<'a>(
        &self,
        now: Millis,
        heard: Millis,
        mut awaiting: impl Iterator<Item = &'a Request>,
    ) -> LivenessVerdict {
        let Some(first) = awaiting.next() else {
            return if self.probe_after == 0 {
                LivenessVerdict::Wait(NEVER)
            } else if now >= heard + self.probe_after {
                LivenessVerdict::Probe
            } else {
                LivenessVerdict::Wait(heard + self.probe_after)
            };
        };
        // A server is not silent before it was asked, however long ago the call was.
        let asked = first.called() + u64::from(first.late);
        let mut wait_limit = u64::from(first.timeout);
        let mut unlimited = first.timeout == 0;
        for request in awaiting {
            wait_limit = wait_limit.max(u64::from(request.timeout));
            unlimited |= request.timeout == 0;
        }
        // One slow command with its own long timeout must not take the connection from under the others, nor a short
        // timeout take it from under a slow command.
        let wait_limit = wait_limit.max(self.probe_timeout);
        let wait_limit = wait_limit + wait_limit / GRACE_DIVISOR;
        if unlimited {
            return LivenessVerdict::Wait(NEVER);
        }
        let since = heard.max(asked);
        if now >= since + wait_limit {
            LivenessVerdict::Dead(now - since)
        } else {
            LivenessVerdict::Wait(since + wait_limit)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Shape;
    use crate::connection::rejection::RetryPolicy;
    use crate::connection::request::{Recipient, TextFormat, Ticket};

    fn request(asked: Millis, timeout: u32) -> Request {
        Request {
            recipient: Recipient::Caller(Ticket { slot: 0, view: TextFormat::Text, prefixed: false }),
            shape: &Shape::Any,
            replays: 0,
            retry_policy: RetryPolicy::TOLD,
            redirects: 0,
            track: None,
            length: 1,
            end: 1,
            deadline: if timeout == 0 { NEVER } else { asked + u64::from(timeout) },
            timeout,
            late: 0,
        }
    }

    const RULE: Liveness = Liveness { probe_after: 15_000, probe_timeout: 5_000 };

    #[test]
    fn an_idle_connection_is_probed_after_the_keep_alive_time() {
        assert_eq!(RULE.judge(10_000, 1_000, [].iter()), LivenessVerdict::Wait(16_000));
        assert_eq!(RULE.judge(16_000, 1_000, [].iter()), LivenessVerdict::Probe);
    }

    #[test]
    fn silence_longer_than_every_timeout_is_death() {
        let waiting = [request(1_000, 5_000)];
        assert_eq!(RULE.judge(7_249, 0, waiting.iter()), LivenessVerdict::Wait(7_250));
        assert_eq!(RULE.judge(7_250, 0, waiting.iter()), LivenessVerdict::Dead(6_250));
    }

    #[test]
    fn a_short_timeout_does_not_kill_a_connection_that_may_be_busy() {
        let waiting = [request(1_000, 200)];
        assert_eq!(RULE.judge(1_500, 0, waiting.iter()), LivenessVerdict::Wait(7_250));
    }

    #[test]
    fn a_patient_caller_keeps_the_connection() {
        let waiting = [request(1_000, 5_000), request(1_500, 60_000)];
        assert_eq!(RULE.judge(30_000, 0, waiting.iter()), LivenessVerdict::Wait(76_000));
        assert_eq!(RULE.judge(30_000, 0, [request(0, 0)].iter()), LivenessVerdict::Wait(NEVER));
    }

    #[test]
    fn a_byte_heard_starts_the_wait_anew() {
        let waiting = [request(1_000, 5_000)];
        assert_eq!(RULE.judge(7_000, 4_000, waiting.iter()), LivenessVerdict::Wait(10_250));
    }

    #[test]
    fn calls_of_one_burst_end_at_their_own_deadlines() {
        let burst = [request(1_000, 400), request(1_030, 400)];
        let rule = Liveness { probe_after: 0, probe_timeout: 400 };
        assert_eq!(rule.judge(1_400, 0, burst.iter()), LivenessVerdict::Wait(1_500));
        assert!(burst.iter().all(|call| call.deadline < 1_500));
    }
}
