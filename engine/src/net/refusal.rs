//! Answers by which a server says that it did not run a command because it is not the one to ask, at least not now. Where somebody
//! knows who is, the command goes there instead of failing.

use super::request::Millis;
use super::role::Role;
use crate::error::{Error, ServerError};
use crate::resp::{Frame, Scalar};

/// How long a server that is not the one to ask, or is no longer, may still answer what it was sent.
pub const LEAVE_GRACE: Millis = 50;

/// How long it may take to have the server answer what it keeps waiting.
pub const UNBLOCK_GRACE: Millis = 1_000;

/// What becomes of such an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusals {
    /// They are answers like any other: nobody knows another server.
    Told,
    /// The connection is left for the next one, to which the command goes. The server had to be of that role.
    Returned(Role),
    /// The connection is left, and there is no next one: the caller is told that the command was not run.
    Rejected(Role),
}

impl Refusals {
    /// What it is where no connection follows a lost one.
    #[must_use]
    pub fn without_another(self) -> Self {
        match self {
            Self::Returned(role) => Self::Rejected(role),
            other => other,
        }
    }

    /// Whether the error reply `line` says that this is not the server to ask.
    pub(super) fn refuses(self, line: &[u8]) -> bool {
        let (Self::Returned(role) | Self::Rejected(role)) = self else { return false };
        let refuses: &[&[u8]] = match role {
            Role::Any => return false,
            // It became a replica, or lost its data and is about to get it back.
            Role::Master => &[b"READONLY ", b"MASTERDOWN ", b"UNBLOCKED ", b"LOADING "],
            // A write is refused by every replica: that is the caller's to know.
            Role::Replica => &[b"MASTERDOWN ", b"UNBLOCKED ", b"LOADING "],
        };
        refuses.iter().any(|code| line.starts_with(code))
    }

    /// What to tell of a reply that says so: the command was not run.
    pub(super) fn refusal(self, frame: &Frame<'_>) -> Option<Error> {
        let Frame::Scalar(Scalar::Error(line)) = frame else { return None };
        self.refuses(line).then(|| Error::reply(ServerError::from_line(line)).executed(false))
    }

    /// Whether `line` says it of a transaction that was not run, and which says why.
    pub(super) fn refuses_transaction(self, line: &[u8]) -> bool {
        let reason = line.strip_prefix(b"EXECABORT Transaction discarded because: ".as_slice());
        self.refuses(line) || reason.is_some_and(|reason| self.refuses(reason))
    }
}

/// What a server did with the commands of a batch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verdict {
    /// It refused one because it is not the one to ask.
    pub(super) refused: bool,
    /// It ran one that must not be run twice.
    pub(super) ran: bool,
}

impl Verdict {
    /// Whether the batch may go to the next connection as a whole.
    pub(super) fn is_refusal(self) -> bool {
        self.refused && !self.ran
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READONLY: &[u8] = b"READONLY You can't write against a read only replica.";

    #[test]
    fn what_a_former_master_refuses_goes_to_the_next_one() {
        let refusals = Refusals::Returned(Role::Master);
        let unblocked =
            b"UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";
        for line in [READONLY, b"MASTERDOWN Link with MASTER is down", unblocked, b"LOADING Redis is loading"]
        {
            assert!(refusals.refuses(line));
            assert!(!Refusals::Told.refuses(line) && !Refusals::Returned(Role::Any).refuses(line));
        }
        for line in
            [&b"READONLYISH x"[..], b"ERR READONLY x", b"NOREPLICAS Not enough good replicas to write."]
        {
            assert!(!refusals.refuses(line));
        }
    }

    #[test]
    fn a_write_that_is_sent_to_a_replica_is_told() {
        assert!(!Refusals::Returned(Role::Replica).refuses(READONLY));
        assert!(Refusals::Returned(Role::Replica).refuses(b"MASTERDOWN x"));
    }

    #[test]
    fn a_transaction_is_refused_as_a_whole() {
        let line = [b"EXECABORT Transaction discarded because: ", READONLY].concat();
        assert!(Refusals::Returned(Role::Master).refuses_transaction(&line));
        assert!(
            !Refusals::Returned(Role::Master)
                .refuses_transaction(b"EXECABORT Transaction discarded because of previous errors.")
        );
    }
}
