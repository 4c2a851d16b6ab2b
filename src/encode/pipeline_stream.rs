//! Batches that are encoded while the server already works on their beginning. All of such a batch is checked before: it has
//! ordinary commands with ASCII arguments, so that its length is known and nothing in it can be refused.

use std::slice;

use oxidis_engine::command::ConnectionUse;
use oxidis_engine::connection::batch::{EXEC, MULTI};
use oxidis_engine::resp::encode;

use super::command_word::CommandWord;
use super::pipeline::{BatchTerms, Chunk, NOT_A_STRING, Pipeline, step};
use super::value::JsValueRef;
use crate::results::result_batch::ResultBatch;

/// A batch of fewer words is encoded before the server could have begun with it.
const LONG_FROM: usize = 256;

/// The server starts with so many bytes.
const FIRST_PIECE: usize = 8 * 1024;

/// The pieces that follow.
const NEXT_PIECE: usize = 64 * 1024;

/// A checked batch, on its way to the wire.
pub(crate) struct StreamedBatch<'w> {
    words: slice::Iter<'w, u32>,
    text: Vec<u8>,
    /// How much of the text is encoded.
    at: usize,
    transaction: bool,
    begun: bool,
    /// Its bytes on the wire.
    length: usize,
}

impl Pipeline {
    /// Checks the batch that is all in `chunk`. `None`: it has to be encoded before it is sent.
    pub(crate) fn check<'w>(
        &mut self,
        terms: BatchTerms<'_>,
        chunk: &Chunk,
        words: &'w JsValueRef,
        memory: impl FnOnce() -> ResultBatch,
    ) -> Option<StreamedBatch<'w>> {
        if chunk.count < LONG_FROM || terms.prefix.is_some() {
            return None;
        }
        let env = words.env;
        let words = words.words(chunk.count)?;
        self.reset(memory());
        let (length, characters) = self.plan(words, terms)?;
        // What cannot be read is refused where it is encoded first.
        if !self.read(env, chunk.text).ok()? {
            return None;
        }
        let text = self.take_text();
        if text.len() != characters {
            return None;
        }
        let transaction = terms.transaction;
        let length = length + if transaction { MULTI.len() + EXEC.len() } else { 0 };
        Some(StreamedBatch { words: words.iter(), text, at: 0, transaction, begun: false, length })
    }

    /// Notes the steps. Answers how many bytes the commands will have, and how many of the text they take.
    fn plan(&mut self, words: &[u32], terms: BatchTerms<'_>) -> Option<(usize, usize)> {
        let (mut length, mut text) = (0, 0);
        let mut words = words.iter();
        while let Some(command_word) = words.next() {
            let command_word = CommandWord::from(*command_word);
            let command = command_word.command()?.get();
            if command.connection_use() != ConnectionUse::Shared {
                return None;
            }
            let count = *words.next()? as usize;
            let mut bytes = encode::array_header_len(command.words + count) + command.name_resp.len();
            for _ in 0..count {
                let argument = *words.next()?;
                if argument == NOT_A_STRING {
                    return None;
                }
                bytes += encode::bulk_len(argument as usize);
                text += argument as usize;
            }
            if let Some(lease) = terms.lease {
                lease.mark(command.row.trace);
            }
            self.note(step(Some(command), command_word, terms.command_word, bytes));
            length += bytes;
        }
        Some((length, text))
    }
}

impl StreamedBatch<'_> {
    /// Its bytes on the wire.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// It is encoded: its text's memory, for the next.
    pub(crate) fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Appends the next piece to `out`.
    pub(crate) fn encode(&mut self, out: &mut Vec<u8>) {
        let most = if self.begun { NEXT_PIECE } else { FIRST_PIECE };
        if !self.begun && self.transaction {
            out.extend_from_slice(MULTI);
        }
        self.begun = true;
        while out.len() < most {
            let Some(command_word) = self.words.next() else {
                if std::mem::take(&mut self.transaction) {
                    out.extend_from_slice(EXEC);
                }
                return;
            };
            self.command(CommandWord::from(*command_word), out);
        }
    }

    fn command(&mut self, command_word: CommandWord, out: &mut Vec<u8>) {
        let count = self.words.next().map_or(0, |count| *count as usize);
        if let Some(id) = command_word.command() {
            let command = id.get();
            encode::array_header(out, command.words + count);
            out.extend_from_slice(&command.name_resp);
        }
        for length in self.words.by_ref().take(count) {
            let start = self.at;
            self.at += *length as usize;
            encode::bulk(out, self.text.get(start..self.at).unwrap_or_default());
        }
    }
}
