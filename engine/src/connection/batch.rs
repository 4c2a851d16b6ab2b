//! A batch of commands that is one unit of the queue: one entry, one write, one caller. Owns which of its commands the next
//! reply belongs to, and what the replies to a transaction mean.

use bytes::Bytes;

use super::deliver::{BatchCall, Discard, FrameSink, deliver, deliver_large};
use super::rejection::{BatchVerdict, Evidence, RedirectPolicy, RetryPolicy};
use super::request::{Reply, ReplyCollector, TextFormat, Ticket};
use crate::command::{ScalarRule, Shape};
use crate::error::{Error, ServerError};
use crate::resp::{Frame, Packed, Scalar};
use crate::value::Value;

/// Opens a transaction.
pub const MULTI: &[u8] = b"*1\r\n$5\r\nMULTI\r\n";

/// Runs it.
pub const EXEC: &[u8] = b"*1\r\n$4\r\nEXEC\r\n";

/// Names a unit within its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchId(u32);

impl BatchId {
    /// The unit of this number.
    pub(crate) fn new(number: u32) -> Self {
        Self(number)
    }
}

/// One command of a unit.
#[derive(Clone, Copy, Debug)]
pub struct BatchCommand {
    /// The form of its reply.
    pub shape: &'static Shape,
    /// Bytes on the wire.
    pub length: u32,
    /// Whether it may be sent again after it was answered.
    pub replay: bool,
    /// What is to be done when the server cannot run it now: the same for all steps of a unit, but for the proof.
    pub retry_policy: RetryPolicy,
}

/// What a unit is to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchKind {
    /// Commands one after another.
    Plain,
    /// So many of the commands between [`MULTI`] and [`EXEC`], the others behind it.
    Transaction(usize),
}

/// What the next reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BatchStage {
    Multi,
    Step(usize),
    Exec,
}

/// What the server said about a transaction before it ran.
#[derive(Debug, Default)]
struct QueuedTransaction {
    /// The answer to `MULTI`, where it was no consent: the commands behind it ran by themselves.
    refused: Option<ServerError>,
    /// Whether one of these commands may have done something.
    ran: bool,
    /// Commands that the server would not queue.
    rejected: Vec<(usize, ServerError)>,
}

/// What a reply was to its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BatchProgress {
    /// One of several.
    More,
    /// The last.
    Last,
    /// The last, and the server has refused all that changes anything: the unit may be sent to another one.
    Refused,
    /// The last, and the server cannot run what changes anything now: the unit may be sent again.
    Postponed,
}

/// What came of a unit.
#[derive(Debug)]
pub enum BatchOutcome {
    /// Its replies.
    Replies(Box<dyn ReplyCollector>),
    /// Its transaction did not run.
    Failed(Error),
}

/// The unit.
#[derive(Debug)]
pub struct Batch {
    form: BatchKind,
    steps: Vec<BatchCommand>,
    stage: BatchStage,
    /// Bytes of the commands that are answered.
    answered: u64,
    queueing: QueuedTransaction,
    /// Why the transaction did not run, to be told when all is answered.
    failure: Option<Error>,
    pub(crate) verdict: BatchVerdict,
    /// What the server said when it could not run a command.
    refusal: Option<Box<[u8]>>,
    collector: Box<dyn ReplyCollector>,
}

impl Batch {
    /// A unit of these commands, at least one, and of a transaction's at least one in it. Their replies go to `gather`.
    pub fn new(form: BatchKind, steps: Vec<BatchCommand>, collector: Box<dyn ReplyCollector>) -> Self {
        let stage = first(form);
        let (queueing, verdict) = Default::default();
        Self { form, steps, stage, answered: 0, queueing, failure: None, verdict, refusal: None, collector }
    }

    /// What came of it so far. Nobody waits for what may still come.
    pub(crate) fn give_up(&mut self) -> BatchOutcome {
        let collector = std::mem::replace(&mut self.collector, Box::new(Discard));
        self.failure.take().map_or(BatchOutcome::Replies(collector), BatchOutcome::Failed)
    }

    /// What the server said when it could not run a command.
    pub(crate) fn take_refusal(&mut self) -> Box<[u8]> {
        self.refusal.take().unwrap_or_default()
    }

    /// It is not sent again after the refusal `line`. Of a transaction that is all there is to say.
    pub(crate) fn refuse(&mut self, line: &[u8]) {
        if self.is_transaction() {
            self.failure = Some(Error::reply(ServerError::from_line(line)).executed(false));
        }
    }

    /// What has come so far.
    pub(crate) fn replies(&mut self) -> &mut dyn ReplyCollector {
        &mut *self.collector
    }

    /// How many commands the server sees.
    pub fn commands(&self) -> usize {
        self.steps.len() + if self.is_transaction() { 2 } else { 0 }
    }

    /// Whether it changes nothing unless all of its transaction is with the server.
    pub fn is_transaction(&self) -> bool {
        self.form != BatchKind::Plain
    }

    /// It will be sent from the start again.
    pub(crate) fn restart(&mut self) {
        self.stage = first(self.form);
        self.answered = 0;
        self.queueing = QueuedTransaction::default();
        self.failure = None;
        self.verdict = BatchVerdict::default();
        self.refusal = None;
        self.collector.clear();
    }

    /// How far the stream must have been read for the next reply to be possible, counted from the unit's first byte.
    pub(crate) fn needed(&self) -> u64 {
        self.answered + self.length()
    }

    fn length(&self) -> u64 {
        match self.stage {
            BatchStage::Multi => MULTI.len() as u64,
            BatchStage::Step(at) => self.steps.get(at).map_or(0, |step| u64::from(step.length)),
            BatchStage::Exec => EXEC.len() as u64,
        }
    }

    fn advance(&mut self) {
        self.answered += self.length();
        self.stage = match (self.stage, self.form) {
            (BatchStage::Multi, _) => BatchStage::Step(0),
            (BatchStage::Step(at), BatchKind::Transaction(inside)) if at + 1 == inside => BatchStage::Exec,
            (BatchStage::Step(at), _) => BatchStage::Step(at + 1),
            (BatchStage::Exec, BatchKind::Transaction(inside)) => BatchStage::Step(inside),
            (BatchStage::Exec, BatchKind::Plain) => BatchStage::Exec,
        };
    }

    fn is_inside(&self, at: usize) -> bool {
        matches!(self.form, BatchKind::Transaction(inside) if at < inside)
    }

    /// Takes the next reply. `caller` is who waits for it, if anybody does; `refusals` says what a refusal comes to.
    pub(crate) fn take(
        &mut self,
        caller: Option<Ticket>,
        redirects: RedirectPolicy,
        frame: Frame<'_>,
    ) -> Result<BatchProgress, Error> {
        let stage = self.stage;
        self.advance();
        self.judge(stage, redirects, &frame);
        match stage {
            BatchStage::Multi => self.opened(&frame)?,
            BatchStage::Step(at) if self.is_inside(at) => self.queued(at, &frame)?,
            BatchStage::Step(at) => {
                if let (Some(ticket), Some(step)) = (caller, self.steps.get(at)) {
                    let mut sink = BatchCall { collector: &mut *self.collector, view: ticket.view };
                    match redirects.refusal(&frame, step.retry_policy.evidence) {
                        Some(refusal) => sink.error(&refusal),
                        None => deliver(&mut sink, step.shape, frame),
                    }
                }
            }
            BatchStage::Exec => self.executed(caller, frame)?,
        }
        Ok(self.turn())
    }

    /// Whether the next reply is that to a command outside of a transaction which hands on what comes, and not the last one.
    pub(crate) fn expects_plain_reply(&self) -> bool {
        let BatchStage::Step(at) = self.stage else { return false };
        self.form == BatchKind::Plain
            && at + 1 < self.steps.len()
            && self.steps.get(at).is_some_and(|step| step.shape.scalar_rule() == ScalarRule::Keep)
    }

    /// Takes a bulk string as such a reply. Answers whether the next is one, too.
    #[inline]
    pub(crate) fn take_bulk_string(&mut self, caller: Ticket, text: &[u8]) -> bool {
        if let BatchStage::Step(at) = self.stage {
            self.verdict.ran |= self.steps.get(at).is_some_and(|step| !step.replay);
        }
        self.advance();
        self.collector.reply(Reply::Scalar(Scalar::Bulk(text)), caller.view);
        self.expects_plain_reply()
    }

    /// The same for a bulk string in a block of its own.
    pub(crate) fn take_large(
        &mut self,
        caller: Option<Ticket>,
        bytes: Bytes,
        ascii: bool,
    ) -> Result<BatchProgress, Error> {
        let BatchStage::Step(at) = self.stage else { return Err(unexpected()) };
        self.advance();
        self.verdict.ran |=
            self.form == BatchKind::Plain && self.steps.get(at).is_some_and(|step| !step.replay);
        if self.is_inside(at) {
            self.alone()?;
        } else if let (Some(ticket), Some(step)) = (caller, self.steps.get(at)) {
            let collector = &mut *self.collector;
            deliver_large(&mut BatchCall { collector, view: ticket.view }, step.shape, bytes, ascii);
        }
        Ok(self.turn())
    }

    fn turn(&self) -> BatchProgress {
        if self.stage != BatchStage::Step(self.steps.len()) {
            BatchProgress::More
        } else if self.verdict.is_refusal() {
            BatchProgress::Refused
        } else if self.verdict.is_postponement() {
            BatchProgress::Postponed
        } else {
            BatchProgress::Last
        }
    }

    /// Notes whether the server refused the command at `stage`, and whether it ran what must not be run twice. What stands behind
    /// a transaction only waits for it.
    fn judge(&mut self, stage: BatchStage, redirects: RedirectPolicy, frame: &Frame<'_>) {
        match (stage, frame) {
            (BatchStage::Exec, Frame::Scalar(Scalar::Error(line))) => {
                self.verdict.refused |= redirects.refuses_transaction(line);
                if self.retry_policy(stage).passes_transaction(line) {
                    self.postpone(line);
                }
            }
            (BatchStage::Exec, _) => self.verdict.ran = true,
            (_, Frame::Scalar(Scalar::Error(line))) if redirects.is_wrong_server(line) => {
                self.verdict.refused = true;
                // Of a script, nobody knows what it did before.
                self.verdict.ran |= !redirects.refuses(line, self.retry_policy(stage).evidence);
            }
            (_, Frame::Scalar(Scalar::Error(line))) if self.retry_policy(stage).passes(line) => {
                self.postpone(line);
            }
            (BatchStage::Step(at), _) if self.form == BatchKind::Plain => {
                self.verdict.ran |= self.steps.get(at).is_some_and(|step| !step.replay);
            }
            (BatchStage::Multi | BatchStage::Step(_), _) => {}
        }
    }

    /// What is to be done when the server cannot run the command at `stage` now.
    fn retry_policy(&self, stage: BatchStage) -> RetryPolicy {
        let told = RetryPolicy::TOLD;
        match stage {
            BatchStage::Step(at) => self.steps.get(at).map_or(told, |step| step.retry_policy),
            // They have no other errors than the server's.
            BatchStage::Multi | BatchStage::Exec => {
                let again = self.steps.first().is_some_and(|step| step.retry_policy.again);
                RetryPolicy { again, evidence: Evidence::Code }
            }
        }
    }

    fn postpone(&mut self, line: &[u8]) {
        self.verdict.retries = true;
        self.refusal.get_or_insert_with(|| line.into());
    }

    /// The answer to `MULTI`.
    fn opened(&mut self, frame: &Frame<'_>) -> Result<(), Error> {
        match frame {
            Frame::Scalar(Scalar::Status(_)) => Ok(()),
            Frame::Scalar(Scalar::Error(line)) => {
                self.queueing.refused = Some(ServerError::from_line(line));
                Ok(())
            }
            _ => Err(unexpected()),
        }
    }

    /// The answer to a command of a transaction.
    fn queued(&mut self, at: usize, frame: &Frame<'_>) -> Result<(), Error> {
        match frame {
            Frame::Scalar(Scalar::Error(line)) => {
                self.queueing.rejected.push((at, ServerError::from_line(line)));
                Ok(())
            }
            Frame::Scalar(Scalar::Status(b"QUEUED")) if self.queueing.refused.is_none() => Ok(()),
            _ => self.alone(),
        }
    }

    /// A command was answered instead of queued, which is right only where there is no transaction.
    fn alone(&mut self) -> Result<(), Error> {
        if self.queueing.refused.is_none() {
            return Err(unexpected());
        }
        (self.queueing.ran, self.verdict.ran) = (true, true);
        Ok(())
    }

    /// The answer to `EXEC`.
    fn executed(&mut self, caller: Option<Ticket>, frame: Frame<'_>) -> Result<(), Error> {
        let QueuedTransaction { refused, ran, rejected } = std::mem::take(&mut self.queueing);
        let BatchKind::Transaction(inside) = self.form else { return Err(unexpected()) };
        self.failure = Some(match (refused, frame) {
            (Some(error), _) => Error::reply(error).executed(ran),
            (None, Frame::Packed(packed)) => return self.deliver_all(caller, &packed, inside),
            (None, Frame::Tree(replies)) => return self.deliver_trees(caller, replies, inside),
            (None, Frame::Scalar(Scalar::Null)) => Error::watch(),
            (None, Frame::Scalar(Scalar::Error(line))) => {
                let error = ServerError::from_line(line);
                if rejected.is_empty() && &*error.code != "EXECABORT" {
                    Error::reply(error).executed(false)
                } else {
                    Error::exec_abort(&error, rejected)
                }
            }
            (None, Frame::Skipped(limit)) => Error::reply_limit(limit.option(), limit.allowed()),
            (None, _) => return Err(unexpected()),
        });
        Ok(())
    }

    /// The replies to all commands of the transaction, in one frame.
    fn deliver_all(&mut self, caller: Option<Ticket>, packed: &Packed, inside: usize) -> Result<(), Error> {
        let Ok(mut elements) = packed.elements() else {
            let tree = packed.value().map_err(|error| Error::protocol(error.to_string()))?;
            return self.deliver_trees(caller, tree, inside);
        };
        if elements.left() != inside {
            return Err(unexpected());
        }
        let Some(ticket) = caller else { return Ok(()) };
        for step in self.steps.iter().take(inside) {
            let Ok(frame) = elements.next_frame() else {
                self.collector.clear();
                let tree = packed.value().map_err(|error| Error::protocol(error.to_string()))?;
                return self.deliver_trees(caller, tree, inside);
            };
            let collector = &mut *self.collector;
            deliver(&mut BatchCall { collector, view: ticket.view }, step.shape, frame);
        }
        Ok(())
    }

    /// The same out of a tree: some of it came in pieces of unknown number.
    fn deliver_trees(&mut self, caller: Option<Ticket>, tree: Value, inside: usize) -> Result<(), Error> {
        let Value::List(replies) = tree else { return Err(unexpected()) };
        if replies.len() != inside {
            return Err(unexpected());
        }
        let Some(ticket) = caller else { return Ok(()) };
        for (reply, step) in replies.into_iter().zip(&self.steps) {
            let view = if step.shape.is_binary() { TextFormat::Bytes } else { ticket.view };
            let mut sink = BatchCall { collector: &mut *self.collector, view };
            match reply {
                Value::Error(error) => sink.error(&Error::reply(error)),
                reply => deliver(&mut sink, step.shape, Frame::Tree(reply)),
            }
        }
        Ok(())
    }
}

fn first(form: BatchKind) -> BatchStage {
    match form {
        BatchKind::Plain => BatchStage::Step(0),
        BatchKind::Transaction(_) => BatchStage::Multi,
    }
}

fn unexpected() -> Error {
    Error::protocol("the server answered a transaction out of turn")
}
