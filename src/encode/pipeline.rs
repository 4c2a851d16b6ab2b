//! The commands of one batch, from the few large values in which JavaScript hands them over to one unit of the queue.
//!
//! JavaScript puts the text of all arguments into one string, and into one `Uint32Array`, for each command: its word
//! ([`CommandWord`]), how many arguments it has, and the length of each, or [`ODD`] for one that is no string and stands in an
//! array of its own. One read of a long string costs far less than one for each argument.

use std::slice;

use napi::sys;
use oxidis_engine::client::Staging;
use oxidis_engine::client::pool::Lease;
use oxidis_engine::command::{Command, ConnectionUse, ServerTimeout, SessionEffect, Shape};
use oxidis_engine::connection::batch::{Batch, BatchCommand, BatchKind, EXEC, MULTI};

use super::command_word::{CommandWord, Retry};
use super::key_prefix::HandlePrefix;
use super::value;
use super::value::JsValueRef;
use crate::node_api::error_json;
use crate::objects::command_port;
use crate::results::pipeline_replies::CollectedReplies;
use crate::results::result_batch::ResultBatch;

/// The length of an argument that is no string.
pub(crate) const NOT_A_STRING: u32 = u32::MAX;

/// Room for steps that is kept for the next batch.
const KEEP_STEPS: usize = 4096;

/// Text that is kept for the next batch, in UTF-16 units.
const KEEP_UNITS: usize = 256 * 1024;

/// Why a batch was refused, as JSON.
pub(crate) type BatchRefusal = String;

/// How a batch is sent.
#[derive(Clone, Copy)]
pub(crate) struct BatchTerms<'a> {
    /// As one transaction.
    pub(crate) transaction: bool,
    /// Settings that hold for all of it.
    pub(crate) command_word: CommandWord,
    /// What is put before every key.
    pub(crate) prefix: Option<&'a HandlePrefix>,
    /// The lease, over whose connection no other caller's commands go.
    pub(crate) lease: Option<&'a Lease>,
}

/// Some commands of a batch, as JavaScript hands them over.
pub(crate) struct Chunk {
    /// The text of the arguments.
    pub(crate) text: sys::napi_value,
    /// The `Uint32Array`.
    pub(crate) words: sys::napi_value,
    /// How much of it counts.
    pub(crate) count: usize,
    /// The arguments that are no strings.
    pub(crate) not_a_string: sys::napi_value,
}

impl Chunk {
    /// The `Uint32Array`.
    pub(crate) fn words(&self, env: sys::napi_env) -> JsValueRef {
        JsValueRef { env, value: self.words }
    }
}

/// A batch while its commands are encoded, and memory for the next one.
#[derive(Default)]
pub(crate) struct Pipeline {
    open: bool,
    steps: Vec<BatchCommand>,
    /// How many of them are inside the transaction, once that is over.
    inside: Option<usize>,
    /// Whether only commands about the writes before them may follow.
    ended: bool,
    replayable: bool,
    /// What the server may take for the commands that wait, in milliseconds.
    wait_limit: Option<u32>,
    gathered: CollectedReplies,
    batches: Vec<u16>,
    ascii: Vec<u8>,
}

/// A batch whose commands are all encoded.
pub(crate) struct EncodedBatch {
    pub(crate) batch: Batch,
    pub(crate) replay: bool,
    /// What the server may take for the commands that wait, in milliseconds; `None`: as long as it likes.
    pub(crate) wait_limit: Option<u32>,
}

impl Pipeline {
    /// Whether a batch was begun and is not complete.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// How many commands it has so far.
    pub(crate) fn commands(&self) -> usize {
        self.steps.len()
    }

    /// Begins a batch, whose results are gathered in `memory`.
    pub(crate) fn begin(&mut self, terms: BatchTerms<'_>, memory: ResultBatch, staging: &mut Staging) {
        self.reset(memory);
        self.open = true;
        staging.begin_unit();
        if terms.transaction {
            staging.verbatim(MULTI);
        }
    }

    /// There is no command, and results will be gathered in `memory`.
    pub(crate) fn reset(&mut self, memory: ResultBatch) {
        self.steps.clear();
        self.inside = None;
        self.ended = false;
        self.gathered = CollectedReplies::with(memory);
        self.replayable = true;
        self.wait_limit = Some(0);
    }

    /// One more command, which is an ordinary one.
    pub(crate) fn note(&mut self, step: BatchCommand) {
        self.replayable &= step.replay;
        self.steps.push(step);
    }

    /// Drops the batch.
    pub(crate) fn abandon(&mut self, staging: &mut Staging) {
        self.open = false;
        staging.abandon();
    }

    /// Appends commands.
    pub(crate) fn append(
        &mut self,
        env: sys::napi_env,
        terms: BatchTerms<'_>,
        chunk: &Chunk,
        staging: &mut Staging,
    ) -> Result<(), BatchRefusal> {
        let words = chunk.words(env);
        let words = words.words(chunk.count).ok_or_else(|| error_json::argument(1, "cannot be read"))?;
        let ascii = self.read(env, chunk.text)?;
        let text = if ascii { ChunkText::Ascii(&self.ascii) } else { ChunkText::Wide(&self.batches) };
        let mut reader = ChunkReader {
            env,
            words: words.iter(),
            text,
            at: 0,
            not_a_string: chunk.not_a_string,
            odd_at: 0,
        };
        // Borrowed apart from the text.
        let Self { steps, inside, ended, replayable, wait_limit, gathered, .. } = self;
        let mut sequence = BatchSummary { steps, inside, ended, replayable, wait_limit, gathered, terms };
        while let Some(command_word) = reader.words.next() {
            let at = sequence.steps.len();
            reader
                .command(CommandWord::from(*command_word), &mut sequence, staging)
                .map_err(|why| error_json::at(at, &why))?;
        }
        Ok(())
    }

    /// The batch is complete.
    pub(crate) fn finish(&mut self, terms: BatchTerms<'_>, staging: &mut Staging) -> EncodedBatch {
        self.open = false;
        if terms.transaction && self.inside.is_none() {
            staging.verbatim(EXEC);
        }
        self.encoded(terms)
    }

    /// The batch, of which every command was noted.
    pub(crate) fn encoded(&mut self, terms: BatchTerms<'_>) -> EncodedBatch {
        let form = if terms.transaction {
            BatchKind::Transaction(self.inside.unwrap_or(self.steps.len()))
        } else {
            BatchKind::Plain
        };
        self.batches.clear();
        self.batches.shrink_to(KEEP_UNITS);
        self.ascii.clear();
        self.ascii.shrink_to(KEEP_UNITS);
        let room = self.steps.len().min(KEEP_STEPS);
        let steps = std::mem::replace(&mut self.steps, Vec::with_capacity(room));
        // What a transaction protects may have changed by the time of a second try.
        let replay = self.replayable && (!terms.transaction || terms.command_word.retry() == Retry::Always);
        let mut collector = Box::new(std::mem::take(&mut self.gathered));
        collector.reserve(steps.len());
        EncodedBatch { batch: Batch::new(form, steps, collector), replay, wait_limit: self.wait_limit }
    }

    /// The text that was read, if it is ASCII.
    pub(crate) fn take_text(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ascii)
    }

    /// Its memory comes back.
    pub(crate) fn keep_text(&mut self, text: Vec<u8>) {
        self.ascii = text;
    }

    /// Reads the text. Answers whether it is ASCII, and stands in `ascii` then, otherwise in `units`.
    pub(crate) fn read(&mut self, env: sys::napi_env, text: sys::napi_value) -> Result<bool, BatchRefusal> {
        if value::ascii(env, text, &mut self.ascii).map_err(|problem| error_json::argument(1, problem))? {
            return Ok(true);
        }
        value::utf16(env, text, &mut self.batches).map_err(|problem| error_json::argument(1, problem))?;
        Ok(false)
    }
}

/// What a batch knows of a command of `bytes` bytes, called with `meta` in a batch with the settings of `all`. `command` is what the
/// table knows of it.
pub(crate) fn step(
    command: Option<&'static Command>,
    command_word: CommandWord,
    all: CommandWord,
    bytes: usize,
) -> BatchCommand {
    let settled = command_word.with_settings_of(all);
    BatchCommand {
        shape: command_word.command().map_or(&Shape::Any, |id| id.get().shape(command_word.variant())),
        length: u32::try_from(bytes).unwrap_or(u32::MAX),
        replay: command_port::replayable(command, settled),
        retry_policy: command_port::retry_policy(command, settled),
    }
}

/// What the commands of a batch add up to.
struct BatchSummary<'a> {
    steps: &'a mut Vec<BatchCommand>,
    inside: &'a mut Option<usize>,
    ended: &'a mut bool,
    replayable: &'a mut bool,
    wait_limit: &'a mut Option<u32>,
    gathered: &'a mut CollectedReplies,
    terms: BatchTerms<'a>,
}

impl BatchSummary<'_> {
    /// The commands from here on count the writes of those before, so that the transaction ends before them.
    fn end_transaction(&mut self, staging: &mut Staging) -> Result<(), BatchRefusal> {
        if self.terms.transaction && self.inside.is_none() {
            if self.steps.is_empty() {
                return Err(error_json::misplaced("there is no transaction without another command"));
            }
            staging.verbatim(EXEC);
            *self.inside = Some(self.steps.len());
        }
        Ok(())
    }

    /// Takes the command that was encoded last.
    fn push(
        &mut self,
        command: Option<&'static Command>,
        command_word: CommandWord,
        staging: &mut Staging,
    ) -> Result<(), BatchRefusal> {
        let lane = command.map_or(ConnectionUse::Shared, Command::connection_use);
        if *self.ended && lane != ConnectionUse::Pinned {
            let problem = "WAIT and WAITAOF stand at the end of a batch, behind all other commands";
            return Err(error_json::misplaced(problem));
        }
        if let Some(command) = command
            && lane != ConnectionUse::Shared
        {
            self.admit(command, staging)?;
        }
        if let Some(lease) = self.terms.lease {
            lease.mark(command.map_or(SessionEffect::State, |command| command.row.trace));
        }
        if self.terms.prefix.is_some() && command.is_none() && !command_word.is_prefixed() {
            return Err(error_json::unknown_keys());
        }
        if let (Some(prefix), Some(command)) = (self.terms.prefix, command)
            && let Some(named) = prefix.put_on(staging, command, command_word)?
        {
            self.gathered.name(self.steps.len(), named);
        }
        let step = step(command, command_word, self.terms.command_word, staging.last_command_bytes());
        *self.replayable &= step.replay;
        self.steps.push(step);
        Ok(())
    }

    /// Refuses what must not be in this batch, at this place.
    fn admit(&mut self, command: &Command, staging: &Staging) -> Result<(), BatchRefusal> {
        let lane = command.connection_use();
        if lane == ConnectionUse::Dedicated && self.terms.transaction {
            // Inside of a transaction, nothing blocks.
            return Ok(());
        }
        let words = staging.all_words();
        let args = words.get(command.words..).unwrap_or_default();
        let waits = command.server_timeout(args);
        let ends = lane == ConnectionUse::Pinned && waits != ServerTimeout::Never;
        if self.terms.lease.is_none()
            && !ends
            && let Some(why) = command.needs_own_connection(args)
        {
            return Err(error_json::needs_own_connection(why, command.instead()));
        }
        if matches!(lane, ConnectionUse::Raw | ConnectionUse::Internal) {
            return Err(error_json::misplaced("it changes how the other commands of a batch are answered"));
        }
        if self.terms.transaction && command.row.trace == SessionEffect::Watch {
            return Err(error_json::misplaced(
                "a transaction is too late for it: watch before, on the same connection",
            ));
        }
        *self.ended |=
            lane == ConnectionUse::Pinned && (self.terms.lease.is_none() || self.terms.transaction);
        *self.wait_limit = match (waits, *self.wait_limit) {
            (ServerTimeout::None, wait_limit) => wait_limit,
            (ServerTimeout::After(time), Some(wait_limit)) => {
                Some(wait_limit.saturating_add(u32::try_from(time.as_millis()).unwrap_or(u32::MAX)))
            }
            (ServerTimeout::Never, _) | (_, None) => None,
        };
        Ok(())
    }
}

/// The text of the arguments.
#[derive(Clone, Copy)]
enum ChunkText<'a> {
    Ascii(&'a [u8]),
    Wide(&'a [u16]),
}

/// Reads a chunk from its start.
struct ChunkReader<'a> {
    env: sys::napi_env,
    words: slice::Iter<'a, u32>,
    text: ChunkText<'a>,
    at: usize,
    not_a_string: sys::napi_value,
    odd_at: u32,
}

impl ChunkReader<'_> {
    fn command(
        &mut self,
        command_word: CommandWord,
        sequence: &mut BatchSummary<'_>,
        staging: &mut Staging,
    ) -> Result<(), BatchRefusal> {
        let count = self.words.next().map_or(0, |count| *count as usize);
        if let Some(id) = command_word.command() {
            let command = id.get();
            if command.connection_use() == ConnectionUse::Pinned {
                sequence.end_transaction(staging)?;
            }
            staging.begin_next(&command.name_resp, command.words, count);
            self.arguments(count, staging)?;
            return sequence.push(Some(command), command_word, staging);
        }
        staging.begin_next(b"", 0, count);
        self.arguments(count, staging)?;
        let command = command_port::raw(staging);
        let ends = command.is_some_and(|command| command.connection_use() == ConnectionUse::Pinned);
        if ends && sequence.terms.transaction && sequence.inside.is_none() {
            return Err(error_json::misplaced("in a transaction, use the method of this name"));
        }
        sequence.push(command, command_word, staging)
    }

    fn arguments(&mut self, count: usize, staging: &mut Staging) -> Result<(), BatchRefusal> {
        for position in 1..=count {
            let length = self.words.next().copied().unwrap_or(0);
            if length == NOT_A_STRING {
                value::encode_element(self.env, self.not_a_string, self.odd_at, position, staging)?;
                self.odd_at += 1;
                continue;
            }
            let start = self.at;
            self.at += length as usize;
            match self.text {
                ChunkText::Ascii(text) => staging.argument(text.get(start..self.at).unwrap_or_default()),
                ChunkText::Wide(text) => {
                    let batches = text.get(start..self.at).unwrap_or_default();
                    let text = String::from_utf16(batches)
                        .map_err(|_| error_json::argument(position, value::LONE_SURROGATE))?;
                    staging.argument(text.as_bytes());
                }
            }
        }
        Ok(())
    }
}
