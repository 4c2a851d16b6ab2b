//! The caller's thread: its slots, as `lib/reply/pending-calls.js` has them, and what it was told of its calls.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use fastrand::Rng;
use oxidis_engine::client::Staging;
use oxidis_engine::command::{MapNames, Shape};
use oxidis_engine::connection::batch::{Batch, BatchCommand, BatchKind, EXEC, MULTI};
use oxidis_engine::connection::queue::Queue;
use oxidis_engine::connection::rejection::RetryPolicy;
use oxidis_engine::connection::request::{
    ConnectionEvent, NEVER, Recipient, Reply, ReplyCollector, ReplySink, Request, TextFormat, Ticket, now,
    replays,
};
use oxidis_engine::error::{Error, ErrorKind};
use oxidis_engine::value::Value;

/// Calls at a time at most, and commands of a batch.
pub(crate) const SLOTS: usize = 12;
pub(crate) const BATCH: u64 = 5;
/// A command of so many bytes does not fit the socket at once.
pub(crate) const LONG: usize = 300_000;

/// How a call ended: what came of its replies, and why no more did.
pub(crate) type Settled = (u32, Vec<Value>, Option<Error>);

/// Collects the replies to a batch.
#[derive(Debug, Default)]
pub(crate) struct Gathered(Vec<Value>);

impl ReplyCollector for Gathered {
    fn reply(&mut self, reply: Reply<'_>, _view: TextFormat) {
        self.0.push(reply.into_value(MapNames::Members).unwrap());
    }

    fn error(&mut self, error: &Error) {
        panic!("{error} instead of a reply");
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// The way of results to the caller's thread.
pub(crate) struct Inbox(Sender<Settled>);

impl ReplySink for Inbox {
    fn reply(&mut self, ticket: Ticket, reply: Reply<'_>) {
        self.0.send((ticket.slot, vec![reply.into_value(MapNames::Members).unwrap()], None)).unwrap();
    }

    fn error(&mut self, ticket: Ticket, error: &Error) {
        self.0.send((ticket.slot, Vec::new(), Some(error.clone()))).unwrap();
    }

    fn batch(&mut self, ticket: Ticket, replies: Box<dyn ReplyCollector>, broken: Option<&Error>) {
        let replies: Box<dyn Any> = replies;
        let Gathered(replies) = *replies.downcast().unwrap();
        self.0.send((ticket.slot, replies, broken.cloned())).unwrap();
    }

    fn event(&mut self, _event: ConnectionEvent) {}

    fn flush(&mut self) {}
}

/// What the caller knows of a command when its call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Done,
    Never,
    Maybe,
}

/// A call that is not over.
pub(crate) struct Call {
    /// What its commands carry.
    pub(crate) numbers: Vec<u64>,
    /// Whether its time may be over before it is answered.
    pub(crate) impatient: bool,
}

/// The caller's thread, with its slots as `lib/reply/pending-calls.js` has them.
pub(crate) struct Caller {
    pub(crate) random: Rng,
    pub(crate) queue: Arc<Queue>,
    pub(crate) inbox: Receiver<Settled>,
    pub(crate) results: Inbox,
    pub(crate) staging: Staging,
    pub(crate) slots: Vec<Option<Call>>,
    pub(crate) free: Vec<u32>,
    pub(crate) next: u64,
    pub(crate) words: HashMap<u64, Word>,
}

impl Caller {
    pub(crate) fn new(seed: u64, queue: &Arc<Queue>) -> (Self, Inbox) {
        let (sender, inbox) = channel();
        let caller = Self {
            random: Rng::with_seed(seed),
            queue: Arc::clone(queue),
            inbox,
            results: Inbox(sender.clone()),
            staging: Staging::new(),
            slots: Vec::new(),
            free: Vec::new(),
            next: 0,
            words: HashMap::new(),
        };
        (caller, Inbox(sender))
    }

    pub(crate) fn step(&mut self) {
        match self.random.u8(0..10) {
            0..4 => self.call(),
            4 => self.withdraw(),
            5 if self.random.u8(0..4) == 0 => {
                // As a lease does whose caller waits no longer.
                if let Some(slot) = self.any_slot()
                    && let Some(call) = &mut self.slots[slot as usize]
                {
                    call.impatient = true;
                    self.queue.give_up(slot);
                }
            }
            _ => self.take_results(),
        }
    }

    /// A slot whose call is not over.
    pub(crate) fn any_slot(&mut self) -> Option<u32> {
        let used: Vec<u32> =
            (0..).zip(&self.slots).filter(|(_, call)| call.is_some()).map(|(at, _)| at).collect();
        (!used.is_empty()).then(|| used[self.random.usize(..used.len())])
    }

    pub(crate) fn call(&mut self) {
        for _ in 0..self.random.usize(1..=3) {
            if self.slots.iter().flatten().count() < SLOTS {
                self.stage();
            }
        }
        // Sometimes taken back before it is handed over.
        if self.random.u8(0..8) == 0
            && let Some(slot) = self.any_slot()
            && let Some(request) = self.staging.withdraw(slot)
        {
            if let Some(batch) = request.recipient.batch() {
                self.staging.withdrew_further(self.queue.drop_batch(batch));
            }
            self.ended(slot, Word::Never);
        }
        if self.staging.commands() > 0 {
            let (bytes, requests) = self.staging.parts();
            self.queue.submit(bytes, requests).tell(&mut self.results);
        }
    }

    pub(crate) fn stage(&mut self) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).unwrap()
        });
        let count = if self.random.bool() { 1 } else { self.random.u64(1..=BATCH) };
        let numbers: Vec<u64> = (self.next..self.next + count).collect();
        self.next += count;
        self.words.extend(numbers.iter().map(|&number| (number, Word::Maybe)));
        let ticket = Ticket { slot, view: TextFormat::Text, prefixed: false };
        let timeout = if self.random.u8(0..3) == 0 { self.random.u32(1..4) } else { 0 };
        let padding = if self.random.u8(0..20) == 0 { LONG } else { self.random.usize(0..50) };
        if count == 1 {
            self.staging.begin_raw(3);
            self.words_of(numbers[0], padding);
            self.staging.commit(request(Recipient::Caller(ticket), timeout));
        } else {
            self.batch(ticket, &numbers, padding, timeout);
        }
        self.slots[slot as usize] = Some(Call { numbers, impatient: timeout > 0 });
    }

    pub(crate) fn batch(&mut self, ticket: Ticket, numbers: &[u64], padding: usize, timeout: u32) {
        let transaction = self.random.bool();
        let mut steps = Vec::new();
        self.staging.begin_unit();
        if transaction {
            self.staging.verbatim(MULTI);
        }
        for number in numbers {
            self.staging.begin_next(b"", 0, 3);
            self.words_of(*number, padding);
            let length = u32::try_from(self.staging.last_command_bytes()).unwrap();
            steps.push(BatchCommand {
                shape: &Shape::Any,
                length,
                replay: false,
                retry_policy: RetryPolicy::TOLD,
            });
        }
        if transaction {
            self.staging.verbatim(EXEC);
        }
        let form = if transaction { BatchKind::Transaction(steps.len()) } else { BatchKind::Plain };
        let batch = Batch::new(form, steps, Box::<Gathered>::default());
        let commands = batch.commands();
        let recipient = Recipient::Batch(ticket, self.queue.register_batch(batch));
        self.staging.commit_unit(request(recipient, timeout), commands);
    }

    /// A write with a number of its own.
    pub(crate) fn words_of(&mut self, number: u64, padding: usize) {
        self.staging.argument(b"NOTE");
        self.staging.argument(number.to_string().as_bytes());
        self.staging.argument(&vec![b'x'; padding]);
    }

    pub(crate) fn withdraw(&mut self) {
        if let Some(slot) = self.any_slot()
            && self.queue.withdraw(slot)
        {
            self.ended(slot, Word::Never);
        }
    }

    pub(crate) fn take_results(&mut self) {
        while let Ok((slot, replies, error)) = self.inbox.try_recv() {
            let Some(Call { numbers, impatient }) = self.slots[slot as usize].take() else {
                panic!("a second result for slot {slot}: {replies:?} {error:?}");
            };
            let late = error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::Timeout(_)));
            assert!(impatient || !late, "the time of {numbers:?} in slot {slot} is not over");
            for (number, reply) in numbers.iter().zip(&replies) {
                let Value::Bulk(text) = reply else { panic!("{reply:?} for {number}") };
                assert_eq!(**text, *number.to_string().as_bytes(), "a foreign reply in slot {slot}");
                self.words.insert(*number, Word::Done);
            }
            assert!(error.is_some() || replies.len() == numbers.len(), "{replies:?} for {numbers:?}");
            let never = error.is_some_and(|error| error.maybe_executed() == Some(false));
            for number in &numbers[replies.len()..] {
                self.words.insert(*number, if never { Word::Never } else { Word::Maybe });
            }
            self.free.push(slot);
        }
    }

    pub(crate) fn ended(&mut self, slot: u32, word: Word) {
        for number in self.slots[slot as usize].take().unwrap().numbers {
            self.words.insert(number, word);
        }
        self.free.push(slot);
    }
}

pub(crate) fn request(recipient: Recipient, timeout: u32) -> Request {
    Request {
        recipient,
        shape: &Shape::Any,
        replays: replays(false),
        retry_policy: RetryPolicy::TOLD,
        redirects: 0,
        track: None,
        length: 0,
        end: 0,
        deadline: if timeout == 0 { NEVER } else { now() + u64::from(timeout) },
        timeout,
        late: 0,
    }
}
