//! Answers by which a server says that it did not run a command because it is not the one to ask, at least not now. Where somebody
//! knows who is, the command goes there instead of failing.

use super::request::Millis;
use super::role::Role;

/// How long a server that is not the one to ask, or is no longer, may still answer what it was sent.
pub const LEAVE_GRACE: Millis = 50;

/// What becomes of such an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusals {
    /// The caller is told.
    Told,
    /// The command goes to the next connection, if the server of this one had to be of that role.
    Returned(Role),
}

impl Refusals {
    /// Whether the error reply `line` makes a command go to the next connection.
    pub(super) fn returns(self, line: &[u8]) -> bool {
        let refuses: &[&[u8]] = match self {
            Self::Told | Self::Returned(Role::Any) => return false,
            // It became a replica, or lost its data and is about to get it back.
            Self::Returned(Role::Master) => &[b"READONLY ", b"MASTERDOWN ", b"UNBLOCKED ", b"LOADING "],
            // A write is refused by every replica: that is the caller's to know.
            Self::Returned(Role::Replica) => &[b"MASTERDOWN ", b"UNBLOCKED ", b"LOADING "],
        };
        refuses.iter().any(|code| line.starts_with(code))
    }

    /// The same for a transaction that was not run, and which says why.
    pub(super) fn returns_transaction(self, line: &[u8]) -> bool {
        let reason = line.strip_prefix(b"EXECABORT Transaction discarded because: ".as_slice());
        self.returns(line) || reason.is_some_and(|reason| self.returns(reason))
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
            assert!(refusals.returns(line));
            assert!(!Refusals::Told.returns(line) && !Refusals::Returned(Role::Any).returns(line));
        }
        for line in
            [&b"READONLYISH x"[..], b"ERR READONLY x", b"NOREPLICAS Not enough good replicas to write."]
        {
            assert!(!refusals.returns(line));
        }
    }

    #[test]
    fn a_write_that_is_sent_to_a_replica_is_told() {
        assert!(!Refusals::Returned(Role::Replica).returns(READONLY));
        assert!(Refusals::Returned(Role::Replica).returns(b"MASTERDOWN x"));
    }

    #[test]
    fn a_transaction_is_refused_as_a_whole() {
        let line = [b"EXECABORT Transaction discarded because: ", READONLY].concat();
        assert!(Refusals::Returned(Role::Master).returns_transaction(&line));
        assert!(
            !Refusals::Returned(Role::Master)
                .returns_transaction(b"EXECABORT Transaction discarded because of previous errors.")
        );
    }
}
