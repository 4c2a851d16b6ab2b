//! Answers by which a server says that it did not run a command: because it is not the one to ask, or cannot run it now. Where
//! somebody knows whom to ask, the command goes there; where it is a matter of time, it is asked for again.

use std::time::Duration;

use super::backoff::Backoff;
use super::request::{Millis, now};
use crate::config::Reconnect;
use crate::config::role::ServerRole;
use crate::error::{Error, ErrorKind, ServerError};
use crate::resp::{Frame, Scalar};

/// How long a server that is not the one to ask, or is no longer, may still answer what it was sent.
pub const LEAVE_GRACE: Millis = 50;

/// How long it may take to have the server answer what it keeps waiting.
pub const UNBLOCK_GRACE: Millis = 1_000;

/// Bound of the first pause before a command is sent again to a server that cannot run it now; it doubles with every pause.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Bound of every such pause.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How often a command without a deadline is refused before its caller is told, which takes about a minute.
pub(crate) const MOST_REFUSALS: u32 = 240;

/// The pauses before a command is sent again to a server that cannot run it now.
pub(crate) fn pauses() -> Backoff {
    Backoff::new(&Reconnect {
        initial_delay: FIRST_PAUSE,
        max_delay: LONGEST_PAUSE,
        jitter: true,
        max_attempts: None,
    })
}

/// What becomes of such a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is a reply like any other: no other server is known.
    Told,
    /// The connection is left for the next one, to which the command goes.
    Returned,
    /// The connection is left, and there is no next one: the caller learns that the command was not run.
    Rejected,
}

/// Decides which error replies say that a server is not the one to use, and what becomes of their commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedirectPolicy {
    fate: Fate,
    /// What the server had to be.
    role: ServerRole,
    /// Until then such replies are replies like any other.
    from: Millis,
}

impl RedirectPolicy {
    /// Every reply goes to its caller.
    pub const TOLD: Self = Self { fate: Fate::Told, role: ServerRole::Any, from: 0 };

    /// Refused commands go to the next connection. The server had to be of that role.
    pub const fn returned(role: ServerRole) -> Self {
        Self { fate: Fate::Returned, role, from: 0 }
    }

    /// The same from a moment on.
    #[must_use]
    pub const fn from(self, moment: Millis) -> Self {
        Self { from: moment, ..self }
    }

    /// What it is where no connection follows a lost one.
    #[must_use]
    pub fn without_another(self) -> Self {
        match self.fate {
            Fate::Returned => Self { fate: Fate::Rejected, ..self },
            Fate::Told | Fate::Rejected => self,
        }
    }

    /// Whether a refused command goes to the next connection.
    pub(crate) fn is_returned(self) -> bool {
        self.fate == Fate::Returned
    }

    /// Whether the error reply `line` says that this is not the server to ask.
    pub(crate) fn is_wrong_server(self, line: &[u8]) -> bool {
        self.known(line).is_some()
    }

    /// The same, and that the server did not run the command. `proof` says what shows that.
    pub(crate) fn refuses(self, line: &[u8], evidence: Evidence) -> bool {
        let Some((_, words)) = self.known(line) else { return false };
        evidence == Evidence::Code || (words.iter().any(|words| contains(line, words)) && !is_of_script(line))
    }

    fn known(self, line: &[u8]) -> Option<&'static Sign> {
        if self.fate == Fate::Told || !line.first().is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
        let codes = match self.role {
            ServerRole::Any => return None,
            ServerRole::Master => MASTER_GONE,
            ServerRole::Writable => NOT_WRITABLE,
            // A write is refused by every replica: that is the caller's to know.
            ServerRole::Replica => REPLICA_GONE,
        };
        let known = codes.iter().find(|(code, _)| line.starts_with(code))?;
        (self.from == 0 || now() >= self.from).then_some(known)
    }

    /// What to tell of a reply that says so: the command was not run.
    pub(crate) fn refusal(self, frame: &Frame<'_>, evidence: Evidence) -> Option<Error> {
        let Frame::Scalar(Scalar::Error(line)) = frame else { return None };
        self.refuses(line, evidence).then(|| Error::reply(ServerError::from_line(line)).executed(false))
    }

    /// Whether `line` says it of a transaction that was not run, and which says why.
    pub(crate) fn refuses_transaction(self, line: &[u8]) -> bool {
        self.refuses(line, Evidence::Code)
            || discarded_because(line).is_some_and(|reason| self.refuses(reason, Evidence::Code))
    }
}

/// How a reply begins that shows a wrong server, and the servers' own words in it.
type Sign = (&'static [u8], &'static [&'static [u8]]);

const READONLY: Sign = (
    b"READONLY ",
    &[b"You can't write against a read only", b"Can not run script with write flag on readonly replica"],
);
const MASTERDOWN: Sign = (b"MASTERDOWN ", &[b"Link with MASTER is down"]);
const LOADING: Sign = (b"LOADING ", &[b" is loading the dataset in memory"]);
/// By a change of role, or by us, who leave.
const UNBLOCKED: Sign = (b"UNBLOCKED ", &[b""]);
/// By a change of role. Users have their own reasons for `CLIENT UNBLOCK`.
const DEMOTED: Sign = (b"UNBLOCKED force unblock from blocking operation", &[b""]);

/// It became a replica, or lost its data and is about to get it back.
const MASTER_GONE: &[Sign] = &[READONLY, MASTERDOWN, UNBLOCKED, LOADING];
/// It became a replica.
const NOT_WRITABLE: &[Sign] = &[READONLY, MASTERDOWN, DEMOTED];
const REPLICA_GONE: &[Sign] = &[MASTERDOWN, UNBLOCKED, LOADING];

/// Whether a script's own call was refused: that comes with its place in the script, which has begun to run.
fn is_of_script(line: &[u8]) -> bool {
    contains(line, b" script: ")
}

/// How a command takes it that the server cannot run it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Whether it is sent again while its deadline allows; otherwise its caller is told at once.
    pub again: bool,
    /// What shows that it was not run.
    pub evidence: Evidence,
}

/// What shows that the server did not run a command that it answered with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The error's code, which is the server's.
    Code,
    /// The server's own words as well: scripts, and commands that the table does not know, may answer with any code, whatever
    /// they have done.
    Words,
}

impl RetryPolicy {
    /// Its caller is told.
    pub const TOLD: Self = Self { again: false, evidence: Evidence::Words };

    /// Whether the error reply `line` says that the server did not run the command, and that it may later.
    pub(crate) fn passes(self, line: &[u8]) -> bool {
        if !self.again {
            return false;
        }
        let said = |&(code, words): &TransientCode| {
            line.strip_prefix(code).and_then(|rest| rest.strip_prefix(b" ")).is_some_and(|rest| {
                self.evidence == Evidence::Code || words.iter().any(|words| contains(rest, words))
            })
        };
        PASSING.iter().any(said) && (self.evidence == Evidence::Code || !is_of_script(line))
    }

    /// The same for a transaction that was not run, and which says why.
    pub(crate) fn passes_transaction(self, line: &[u8]) -> bool {
        self.passes(line) || discarded_because(line).is_some_and(|reason| self.passes(reason))
    }
}

/// An error's code, and how the servers explain it.
type TransientCode = (&'static [u8], &'static [&'static [u8]]);

/// What passes by itself.
const PASSING: &[TransientCode] = &[
    // It reads its data.
    (b"LOADING", &[b" is loading the dataset in memory"]),
    // It runs something long, which others may only stop.
    (b"BUSY", &[b" is busy running a script", b" is busy running a module command"]),
    // The keys are on their way from one node to another.
    (b"TRYAGAIN", &[b"Multiple keys request during rehashing of slot"]),
    // A replica without its master that is not to answer with old data.
    (b"MASTERDOWN", &[b"Link with MASTER is down"]),
    // Nobody serves the keys, or too few nodes are there.
    (b"CLUSTERDOWN", &[b"The cluster is down", b"Hash slot not served"]),
];

fn contains(line: &[u8], words: &[u8]) -> bool {
    if words.is_empty() {
        return true;
    }
    line.windows(words.len()).any(|part| part == words)
}

/// Whether an error of this code passes by itself.
pub(crate) fn is_transient_code(code: &str) -> bool {
    PASSING.iter().any(|(known, _)| *known == code.as_bytes())
}

/// Whether `error` says that the server did not run the command, and that it may later.
pub(crate) fn is_postponement(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Reply(reply) if is_transient_code(&reply.code))
        && error.maybe_executed() == Some(false)
}

fn discarded_because(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"EXECABORT Transaction discarded because: ".as_slice())
}

/// What a server did with the commands of a batch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BatchVerdict {
    /// It refused one because it is not the one to ask.
    pub(crate) refused: bool,
    /// It refused one because it cannot run it now.
    pub(crate) retries: bool,
    /// It ran one that must not be run twice.
    pub(crate) ran: bool,
}

impl BatchVerdict {
    /// Whether the batch may go to the next connection as a whole.
    pub(crate) fn is_refusal(self) -> bool {
        self.refused && !self.ran
    }

    /// Whether the batch may be sent again as a whole.
    pub(crate) fn is_postponement(self) -> bool {
        self.retries && !self.ran
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READONLY_LINE: &[u8] = b"READONLY You can't write against a read only replica.";

    #[test]
    fn what_a_former_master_refuses_goes_to_the_next_one() {
        let redirects = RedirectPolicy::returned(ServerRole::Master);
        let unblocked =
            b"UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";
        for line in
            [READONLY_LINE, b"MASTERDOWN Link with MASTER is down", unblocked, b"LOADING Redis is loading"]
        {
            assert!(redirects.refuses(line, Evidence::Code));
            assert!(
                !RedirectPolicy::TOLD.refuses(line, Evidence::Code)
                    && !RedirectPolicy::returned(ServerRole::Any).refuses(line, Evidence::Code)
            );
        }
        for line in
            [&b"READONLYISH x"[..], b"ERR READONLY x", b"NOREPLICAS Not enough good replicas to write."]
        {
            assert!(!redirects.refuses(line, Evidence::Code));
        }
    }

    const BY_CODE: RetryPolicy = RetryPolicy { again: true, evidence: Evidence::Code };
    const BY_WORDS: RetryPolicy = RetryPolicy { again: true, evidence: Evidence::Words };

    #[test]
    fn what_a_server_cannot_run_now_passes() {
        for line in [
            &b"LOADING Redis is loading the dataset in memory"[..],
            b"LOADING Valkey is loading the dataset in memory",
            b"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            b"TRYAGAIN Multiple keys request during rehashing of slot",
            b"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            b"CLUSTERDOWN Hash slot not served",
            b"CLUSTERDOWN The cluster is down",
        ] {
            assert!(BY_CODE.passes(line) && BY_WORDS.passes(line));
            assert!(!RetryPolicy::TOLD.passes(line));
            let exec = [b"EXECABORT Transaction discarded because: ", line].concat();
            assert!(BY_WORDS.passes_transaction(&exec) && !BY_WORDS.passes(&exec));
        }
        for line in [
            READONLY_LINE,
            b"BUSYGROUP Consumer Group name already exists",
            b"BUSYKEY Target key name already exists.",
            b"ERR LOADING Redis is loading the dataset in memory",
            b"NOSCRIPT No matching script.",
            b"OOM command not allowed when used memory > 'maxmemory'.",
            b"BUSY",
        ] {
            assert!(!BY_CODE.passes(line) && !BY_WORDS.passes(line));
        }
    }

    #[test]
    fn the_code_alone_proves_nothing_of_what_answers_in_its_own_words() {
        let line = b"BUSY come back later";
        assert!(BY_CODE.passes(line) && !BY_WORDS.passes(line));
        let inside = b"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'. script: f, on @user_script:1.";
        assert!(!BY_WORDS.passes(inside));
    }

    #[test]
    fn a_write_that_is_sent_to_a_replica_is_told() {
        assert!(!RedirectPolicy::returned(ServerRole::Replica).refuses(READONLY_LINE, Evidence::Code));
        assert!(RedirectPolicy::returned(ServerRole::Replica).refuses(b"MASTERDOWN x", Evidence::Code));
    }

    #[test]
    fn a_transaction_is_refused_as_a_whole() {
        let line = [b"EXECABORT Transaction discarded because: ", READONLY_LINE].concat();
        assert!(RedirectPolicy::returned(ServerRole::Master).refuses_transaction(&line));
        assert!(
            !RedirectPolicy::returned(ServerRole::Master)
                .refuses_transaction(b"EXECABORT Transaction discarded because of previous errors.")
        );
    }

    #[test]
    fn a_script_that_has_begun_shows_a_wrong_server_and_is_not_sent_again() {
        let redirects = RedirectPolicy::returned(ServerRole::Writable);
        let inside = b"READONLY You can't write against a read only replica. script: f00, on @user_script:1.";
        assert!(redirects.is_wrong_server(inside) && !redirects.refuses(inside, Evidence::Words));
        assert!(!redirects.refuses(b"READONLY my own", Evidence::Words));
        for line in [
            READONLY_LINE,
            b"READONLY You can't write against a read only slave.",
            b"READONLY Can not run script with write flag on readonly replica",
        ] {
            assert!(redirects.refuses(line, Evidence::Words), "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn a_server_that_loads_its_data_takes_writes_later() {
        let loading = b"LOADING Redis is loading the dataset in memory";
        assert!(RedirectPolicy::returned(ServerRole::Master).refuses(loading, Evidence::Code));
        assert!(!RedirectPolicy::returned(ServerRole::Writable).is_wrong_server(loading));
    }

    #[test]
    fn a_call_that_its_user_unblocks_is_no_sign_of_a_wrong_server_behind_a_name() {
        let by_user = b"UNBLOCKED client unblocked via CLIENT UNBLOCK";
        assert!(!RedirectPolicy::returned(ServerRole::Writable).is_wrong_server(by_user));
        assert!(RedirectPolicy::returned(ServerRole::Master).refuses(by_user, Evidence::Words));
        let by_role =
            b"UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";
        assert!(RedirectPolicy::returned(ServerRole::Writable).refuses(by_role, Evidence::Code));
    }

    #[test]
    fn refusals_that_begin_later_are_replies_until_then() {
        let later = RedirectPolicy::returned(ServerRole::Writable).from(now() + 60_000);
        assert!(!later.is_wrong_server(READONLY_LINE));
        assert!(RedirectPolicy::returned(ServerRole::Writable).from(now()).is_wrong_server(READONLY_LINE));
    }
}
