//! How a server or proxy is greeted that does not know every command of the handshake. Owns the steps from the full greeting
//! to the barest one, and the memory of what worked where.
//!
//! A refusal in words is taken within the handshake (see [`super::handshake`]). A proxy that hangs up on a command it does not
//! know gives no reason: the next step is tried on another connection.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::config::address::Endpoint;
use crate::config::{ClientInfo, Options, Protocol};

/// Hang-ups in a row after which what worked before counts no longer: the name may lead to another proxy.
const MOST_HANG_UPS: u32 = 3;

/// What the handshake says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// Everything that the options ask for.
    Full,
    /// The same without `CLIENT SETINFO`.
    Uninformed,
    /// The same in RESP2, without `HELLO`.
    Resp2,
    /// `AUTH`, `SELECT` and `ROLE` only, where they are needed.
    Bare,
}

impl Dialect {
    /// The fullest one that `options` allow.
    pub fn first(options: &Options) -> Self {
        match (options.client_info, options.protocol) {
            (ClientInfo::Sent, _) => Self::Full,
            (ClientInfo::Withheld, Protocol::Resp3) => Self::Uninformed,
            (ClientInfo::Withheld, Protocol::Resp2) => Self::Resp2,
        }
    }

    /// The next one, after a server hung up at this `step`.
    pub(crate) fn next(self, options: &Options, step: Step) -> Option<Self> {
        match self {
            Self::Full if options.protocol == Protocol::Resp3 && step != Step::Refused => {
                Some(Self::Uninformed)
            }
            Self::Uninformed if step == Step::Greeted => None,
            Self::Full | Self::Uninformed => Some(Self::Resp2),
            Self::Resp2 => Some(Self::Bare),
            Self::Bare => None,
        }
    }
}

/// How far a handshake came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The server has not replied to HELLO, or was not asked.
    Silent,
    /// It replied as a server that knows HELLO.
    Greeted,
    /// It refused HELLO.
    Refused,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    dialect: Dialect,
    hang_ups: u32,
}

/// What worked, by address.
#[derive(Debug, Default)]
pub(crate) struct Dialects(Mutex<HashMap<Endpoint, Known>>);

impl Dialects {
    fn known(&self) -> MutexGuard<'_, HashMap<Endpoint, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What worked at `endpoint`.
    pub(crate) fn of(&self, endpoint: &Endpoint) -> Option<Dialect> {
        self.known().get(endpoint).map(|known| known.dialect)
    }

    /// `dialect` worked at `endpoint`.
    pub(crate) fn worked(&self, endpoint: &Endpoint, dialect: Dialect) {
        self.known().insert(endpoint.clone(), Known { dialect, hang_ups: 0 });
    }

    /// The server at `endpoint` hung up on what worked before.
    pub(crate) fn failed(&self, endpoint: &Endpoint) {
        let mut all = self.known();
        if let Some(known) = all.get_mut(endpoint) {
            known.hang_ups += 1;
            if known.hang_ups >= MOST_HANG_UPS {
                all.remove(endpoint);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(url: &str, step: Step) -> Vec<Dialect> {
        let options = Options::from_url(url).unwrap();
        std::iter::successors(Some(Dialect::first(&options)), |dialect| dialect.next(&options, step))
            .collect()
    }

    #[test]
    fn leaves_out_one_thing_after_another() {
        use Dialect::{Bare, Full, Resp2, Uninformed};
        assert_eq!(steps("redis://h", Step::Silent), [Full, Uninformed, Resp2, Bare]);
        assert_eq!(steps("redis://h", Step::Greeted), [Full, Uninformed]);
        assert_eq!(steps("redis://h", Step::Refused), [Full, Resp2, Bare]);
        assert_eq!(steps("redis://h?protocol=2", Step::Silent), [Full, Resp2, Bare]);
        assert_eq!(steps("redis://h?clientInfo=false", Step::Silent), [Uninformed, Resp2, Bare]);
        assert_eq!(steps("redis://h?clientInfo=false&protocol=2", Step::Silent), [Resp2, Bare]);
    }

    #[test]
    fn forgets_what_worked_when_it_fails_again_and_again() {
        let dialects = Dialects::default();
        let endpoint = Endpoint::Unix("/s".into());
        dialects.worked(&endpoint, Dialect::Bare);
        for _ in 1..MOST_HANG_UPS {
            dialects.failed(&endpoint);
            assert_eq!(dialects.of(&endpoint), Some(Dialect::Bare));
        }
        dialects.failed(&endpoint);
        assert_eq!(dialects.of(&endpoint), None);
    }
}
