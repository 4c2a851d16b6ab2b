//! One question to all sentinels at once. Owns the bounds on that, and the reasons of those that could not answer.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::SentinelsInner;
use super::known_sentinels::KnownSentinel;
use crate::connection::request_response::SimpleConnection;
use crate::error::{Error, SentinelFailure};
use crate::value::Value;

/// Sentinels asked at the same time.
const MAX_AT_ONCE: usize = 8;

/// Words of one command.
pub(super) type SentinelCommand = Vec<Vec<u8>>;

/// The words of `SENTINEL` and `rest`.
pub(super) fn sentinel(rest: &[&str]) -> SentinelCommand {
    std::iter::once("SENTINEL").chain(rest.iter().copied()).map(|word| word.as_bytes().to_vec()).collect()
}

/// What is asked about the master called `name`, to be read by [`super::replies::seen`].
pub(super) fn about_master(name: &str) -> Vec<SentinelCommand> {
    vec![
        sentinel(&["GET-MASTER-ADDR-BY-NAME", name]),
        sentinel(&["MASTER", name]),
        sentinel(&["SENTINELS", name]),
        sentinel(&["MYID"]),
    ]
}

/// What is asked about the replicas of the master called `name`, to be read by [`super::replies::replicas`].
pub(super) fn about_replicas(name: &str) -> Vec<SentinelCommand> {
    vec![sentinel(&["REPLICAS", name])]
}

/// Why no sentinel could answer: one line for each.
pub(super) struct FailureReasons {
    lines: String,
    /// Whether a sentinel was not reached, so that a later attempt may go better.
    unreached: bool,
}

impl FailureReasons {
    pub(super) fn new() -> Self {
        Self { lines: String::new(), unreached: false }
    }

    /// `sentinel` answered with something that does not help.
    pub(super) fn useless(&mut self, sentinel: &KnownSentinel, why: &str) {
        // Writing to a String does not fail.
        let _ = write!(self.lines, "\n  {}: {why}", sentinel.address);
    }

    /// `sentinel` did not answer.
    pub(super) fn failed(&mut self, sentinel: &KnownSentinel, error: &Error) {
        self.unreached |= !error.is_lasting();
        self.useless(sentinel, error.message());
    }

    /// The error that says so, headed by `what`.
    pub(super) fn error(&self, what: &str) -> Error {
        let failure = if self.unreached { SentinelFailure::Unreachable } else { SentinelFailure::Refused };
        Error::sentinel(failure, format!("{what}:{}", self.lines))
    }
}

/// Asks `sentinel` all of `questions`.
pub(super) async fn request(
    sentinel: &KnownSentinel,
    questions: &[SentinelCommand],
) -> Result<Vec<Value>, Error> {
    let mut conversation = SimpleConnection::open(&sentinel.connector, sentinel.wait_limit).await?;
    let questions: Vec<Vec<&[u8]>> =
        questions.iter().map(|words| words.iter().map(Vec::as_slice).collect()).collect();
    conversation.request(&questions).await
}

/// Asks every sentinel, [`MAX_AT_ONCE`] at a time, and gives the answers to `judge` as they come, until it breaks off.
pub(super) async fn query_all(
    inner: &SentinelsInner,
    questions: Vec<SentinelCommand>,
    mut judge: impl FnMut(&Arc<KnownSentinel>, Result<Vec<Value>, Error>) -> ControlFlow<()>,
) {
    let questions = Arc::new(questions);
    let mut waiting = inner.known_sentinels().all().into_iter();
    let mut asked = JoinSet::new();
    loop {
        for sentinel in waiting.by_ref().take(MAX_AT_ONCE - asked.len()) {
            let questions = Arc::clone(&questions);
            asked.spawn(async move {
                let answer = request(&sentinel, &questions).await;
                (sentinel, answer)
            });
        }
        let (sentinel, answer) = match asked.join_next().await {
            None => return,
            Some(Ok(done)) => done,
            // A panic has been printed by the panic hook; the others go on.
            Some(Err(_)) => continue,
        };
        if answer.is_ok() {
            sentinel.answered();
        }
        // What is still asked is given up with the set.
        if judge(&sentinel, answer).is_break() {
            return;
        }
    }
}

/// Fails, with a line for each, when no sentinel answers a PING.
pub(super) async fn reach(inner: &SentinelsInner) -> Result<(), Error> {
    let mut reasons = FailureReasons::new();
    let mut reached = false;
    query_all(inner, vec![vec![b"PING".to_vec()]], |sentinel, answer| match answer {
        Ok(_) => {
            reached = true;
            ControlFlow::Break(())
        }
        Err(error) => {
            reasons.failed(sentinel, &error);
            ControlFlow::Continue(())
        }
    })
    .await;
    if reached { Ok(()) } else { Err(reasons.error("no sentinel can be reached")) }
}
