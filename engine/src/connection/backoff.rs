//! How long to wait before the next attempt to reconnect: exponential growth, full jitter, a bounded number
//! of attempts.
//!
//! Full jitter (any delay between zero and the bound) spreads the clients of a restarted server best:
//! <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>.

use std::time::Duration;

use crate::config::Reconnect;

/// The delays of one outage. Reset it once a connection is of use.
#[derive(Clone, Debug)]
pub struct Backoff {
    reconnect: Reconnect,
    attempts: u32,
}

impl Backoff {
    /// Starts an outage.
    pub fn new(reconnect: &Reconnect) -> Self {
        Self { reconnect: reconnect.clone(), attempts: 0 }
    }

    /// How many delays were handed out since the start or the last reset.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The delay before the next attempt; `None` once `reconnect.maxAttempts` were made.
    pub fn next_delay(&mut self) -> Option<Duration> {
        if self.reconnect.max_attempts.is_some_and(|max| self.attempts >= max) {
            return None;
        }
        let bound = self.bound();
        self.attempts = self.attempts.saturating_add(1);
        Some(if self.reconnect.jitter { bound.mul_f64(fastrand::f64()) } else { bound })
    }

    /// No pause is longer.
    pub fn longest(&self) -> Duration {
        self.reconnect.max_delay
    }

    /// Forgets the outage: the next delay is a first one again.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }

    fn bound(&self) -> Duration {
        let factor = 2_u32.saturating_pow(self.attempts);
        self.reconnect.initial_delay.saturating_mul(factor).min(self.reconnect.max_delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady(max_attempts: Option<u32>) -> Reconnect {
        Reconnect { jitter: false, max_attempts, ..Reconnect::default() }
    }

    fn millis(backoff: &mut Backoff, count: usize) -> Vec<u128> {
        (0..count).filter_map(|_| backoff.next_delay()).map(|delay| delay.as_millis()).collect()
    }

    #[test]
    fn delays_double_up_to_the_longest() {
        let mut backoff = Backoff::new(&steady(None));
        assert_eq!(millis(&mut backoff, 8), [50, 100, 200, 400, 800, 1600, 2000, 2000]);
    }

    #[test]
    fn attempts_are_bounded() {
        let mut backoff = Backoff::new(&steady(Some(2)));
        assert_eq!(millis(&mut backoff, 5), [50, 100]);
        assert_eq!(backoff.attempts(), 2);
        assert_eq!(backoff.next_delay(), None);
    }

    #[test]
    fn no_attempt_is_allowed_when_the_limit_is_zero() {
        assert_eq!(Backoff::new(&steady(Some(0))).next_delay(), None);
    }

    #[test]
    fn a_reset_starts_over() {
        let mut backoff = Backoff::new(&steady(Some(2)));
        millis(&mut backoff, 2);
        backoff.reset();
        assert_eq!(millis(&mut backoff, 2), [50, 100]);
    }

    #[test]
    fn a_thousand_attempts_do_not_overflow() {
        let mut backoff = Backoff::new(&steady(None));
        assert_eq!(millis(&mut backoff, 1000).last(), Some(&2000));
    }

    #[test]
    fn jitter_spreads_delays_over_the_whole_range() {
        fastrand::seed(7);
        let mut backoff = Backoff::new(&Reconnect::default());
        let delays = millis(&mut backoff, 1000).split_off(6);
        assert!(delays.iter().all(|&delay| delay <= 2000));
        assert!(delays.iter().any(|&delay| delay < 200), "none is short");
        assert!(delays.iter().any(|&delay| delay > 1800), "none is long");
    }
}
