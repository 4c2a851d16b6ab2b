//! Where one thread gathers commands before a lane takes them. Owns the encoding of arguments in place.
//!
//! The buffer is an ordinary `Vec<u8>` so that a binding can write an argument straight into its spare room.

use std::fmt;

use super::argument_slot::{ArgumentSlot, COMMON_LENGTH};
use crate::buffer_pool;
use crate::command::{Ambiguous, Command, KeyPrefix, PrefixScratch};
use crate::connection::request::Request;
use crate::resp::encode;

/// Room for small arguments that is kept in the buffer.
const ROOM: usize = 32 * 1024;

/// What an ordinary argument takes on the wire besides its bytes; more is reserved when it comes to that.
const ARGUMENT_OVERHEAD: usize = 8;

/// Room for an argument of unknown length: what is longer is measured first.
const SMALL_SLOT: usize = 1024;

/// Commands on their way to a lane. Printing them shows no bytes.
#[derive(Default)]
pub struct Staging {
    bytes: Vec<u8>,
    requests: Vec<Request>,
    /// Commands beyond one for each request: those of batches.
    extra_commands: usize,
    /// Bytes of the complete requests. What stands behind them is never handed over unless it is completed.
    complete: usize,
    /// Where the last request begins, and its last command.
    start: usize,
    command: usize,
}

impl fmt::Debug for Staging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Staging({} commands, {} bytes)", self.requests.len(), self.bytes.len())
    }
}

impl Staging {
    /// Nothing staged.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a command of `arguments` arguments after its name, whose encoded form is `name` and counts `words` bulk strings.
    pub fn begin(&mut self, name: &[u8], words: usize, arguments: usize) {
        self.begin_request();
        self.begin_next(name, words, arguments);
    }

    /// Starts a batch, whose commands follow by [`begin_next`](Self::begin_next).
    pub fn begin_unit(&mut self) {
        self.begin_request();
        self.command = self.start;
    }

    /// Nothing of a request that was never completed is left in front of the next one: bytes without a request would be answered
    /// all the same.
    fn begin_request(&mut self) {
        self.bytes.truncate(self.complete);
        self.start = self.complete;
    }

    /// Starts the next command of a batch.
    pub fn begin_next(&mut self, name: &[u8], words: usize, arguments: usize) {
        self.command = self.bytes.len();
        self.reserve(ROOM);
        encode::array_header(&mut self.bytes, words + arguments);
        self.bytes.extend_from_slice(name);
    }

    /// Starts a command whose name is its first argument.
    pub fn begin_raw(&mut self, arguments: usize) {
        self.begin(b"", 0, arguments);
    }

    /// Appends an argument.
    pub fn argument(&mut self, bytes: &[u8]) {
        self.reserve(encode::bulk_len(bytes.len()));
        encode::bulk(&mut self.bytes, bytes);
    }

    /// Appends the arguments that stand one behind another in `bytes`, with these lengths.
    pub fn arguments(&mut self, bytes: &[u8], lengths: &[u32]) {
        self.reserve(bytes.len() + lengths.len() * ARGUMENT_OVERHEAD);
        let mut rest = bytes;
        for &length in lengths {
            let (argument, after) = rest.split_at((length as usize).min(rest.len()));
            encode::bulk(&mut self.bytes, argument);
            rest = after;
        }
    }

    /// Room for one small argument of unknown length.
    pub fn slot(&mut self) -> ArgumentSlot<'_> {
        self.reserve(SMALL_SLOT);
        ArgumentSlot::new(&mut self.bytes, COMMON_LENGTH)
    }

    /// Room for one argument of probably `expected` and up to `most` bytes.
    pub fn slot_for(&mut self, expected: usize, most: usize) -> ArgumentSlot<'_> {
        self.reserve(most + 2 * encode::HEADER_MAX + 2);
        ArgumentSlot::new(&mut self.bytes, expected)
    }

    /// Makes room for `additional` bytes. Grows at least to twice the room, so that a batch of any size copies each of its bytes
    /// about once on the way. Large buffers come from the block pool; for those beyond it, the allocator may move pages instead of
    /// bytes.
    pub fn reserve(&mut self, additional: usize) {
        if self.bytes.capacity() - self.bytes.len() >= additional {
            return;
        }
        let wanted = self.bytes.len() + additional;
        let room = wanted.max(self.bytes.capacity().saturating_mul(2));
        if !buffer_pool::is_pooled(room) {
            self.bytes.reserve(room - self.bytes.len());
            return;
        }
        let mut larger = buffer_pool::take(room);
        larger.extend_from_slice(&self.bytes);
        buffer_pool::give(std::mem::replace(&mut self.bytes, larger));
    }

    /// Puts `prefix` on the keys of the command that was begun last, which is `command`.
    pub fn prefix(
        &mut self,
        prefix: &KeyPrefix,
        command: &Command,
        scratch: &mut PrefixScratch,
    ) -> Result<(), Ambiguous> {
        prefix.put_on(command, command.words, &mut self.bytes, self.command, scratch)
    }

    /// Drops the command that was begun last.
    pub fn abandon(&mut self) {
        self.bytes.truncate(self.complete);
    }

    /// Bytes of the command that was begun last, so far.
    pub fn command_bytes(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Bytes of the last command of a batch, so far.
    pub fn last_command_bytes(&self) -> usize {
        self.bytes.len() - self.command
    }

    /// The first two arguments of the command that was begun last: the words of a raw command's name.
    pub fn words(&self) -> (&[u8], &[u8]) {
        let mut rest = self.bytes.get(self.command..).unwrap_or_default();
        skip_line(&mut rest);
        let first = bulk(&mut rest);
        (first, bulk(&mut rest))
    }

    /// All arguments of the command that was begun last, the words of its name included.
    pub fn all_words(&self) -> Vec<&[u8]> {
        words(self.bytes.get(self.command..).unwrap_or_default())
    }

    /// The command is complete. Its length is filled in here.
    pub fn commit(&mut self, mut request: Request) {
        request.length = u32::try_from(self.command_bytes()).unwrap_or(u32::MAX);
        self.requests.push(request);
        self.complete = self.bytes.len();
    }

    /// The batch is complete, with this many commands.
    pub fn commit_unit(&mut self, request: Request, commands: usize) {
        self.commit(request);
        self.extra_commands += commands - 1;
    }

    /// Appends bytes that are commands already.
    pub fn verbatim(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes the command that was begun last out, with its request, whose length is filled in: it goes another way.
    #[must_use = "the command is staged no more"]
    pub fn take_command(&mut self, mut request: Request) -> (Vec<u8>, Request) {
        request.length = u32::try_from(self.command_bytes()).unwrap_or(u32::MAX);
        let bytes = self.bytes.get(self.start..).unwrap_or_default().to_vec();
        self.abandon();
        (bytes, request)
    }

    /// Takes the complete command, or batch, of the caller in `slot` out again: it is never handed over. To be called between
    /// commands.
    pub fn withdraw(&mut self, slot: u32) -> Option<Request> {
        let is_meant =
            |request: &Request| request.recipient.waiting().is_some_and(|ticket| ticket.slot == slot);
        let at = self.requests.iter().rposition(is_meant)?;
        let start = self.requests.iter().take(at).map(|request| request.length as usize).sum::<usize>();
        let request = self.requests.remove(at);
        self.bytes.drain(start..start + request.length as usize);
        self.complete = self.complete.saturating_sub(request.length as usize);
        Some(request)
    }

    /// So many commands of a batch were taken out with it, beyond one.
    pub fn withdrew_further(&mut self, commands: usize) {
        self.extra_commands -= commands;
    }

    /// Commands staged.
    pub fn commands(&self) -> usize {
        self.requests.len() + self.extra_commands
    }

    /// Bytes staged.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The buffer, while nothing is staged in it.
    pub fn spare(&mut self) -> &mut Vec<u8> {
        debug_assert_eq!(self.commands(), 0);
        &mut self.bytes
    }

    /// What a lane takes over: the bytes of the complete requests, and these.
    pub fn parts(&mut self) -> (&mut Vec<u8>, &mut Vec<Request>) {
        self.extra_commands = 0;
        self.bytes.truncate(std::mem::take(&mut self.complete));
        (&mut self.bytes, &mut self.requests)
    }
}

/// All words of one encoded command.
pub(super) fn words(mut command: &[u8]) -> Vec<&[u8]> {
    skip_line(&mut command);
    let mut found = Vec::new();
    while !command.is_empty() {
        found.push(bulk(&mut command));
    }
    found
}

fn skip_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    let (line, after) = rest.split_at(end);
    *rest = after;
    line.strip_suffix(b"\r\n").unwrap_or(line)
}

/// The next bulk string of our own making; empty at the end.
fn bulk<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let header = skip_line(rest);
    let length =
        header.get(1..).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|n| n.parse().ok());
    let length = length.unwrap_or(0).min(rest.len());
    let (content, after) = rest.split_at(length);
    *rest = after.get(2..).unwrap_or_default();
    content
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Shape;
    use crate::connection::rejection::RetryPolicy;
    use crate::connection::request::{NEVER, Recipient, TextFormat, Ticket};

    fn request(slot: u32) -> Request {
        Request {
            recipient: Recipient::Caller(Ticket { slot, view: TextFormat::Text, prefixed: false }),
            shape: &Shape::Any,
            replays: 0,
            retry_policy: RetryPolicy::TOLD,
            redirects: 0,
            track: None,
            length: 0,
            end: 0,
            deadline: NEVER,
            timeout: 0,
            late: 0,
        }
    }

    #[test]
    fn a_command_is_taken_out_from_between_the_others() {
        let mut staging = Staging::new();
        for (slot, word) in [(1, &b"one"[..]), (2, b"three"), (3, b"four")] {
            staging.begin_raw(1);
            staging.argument(word);
            staging.commit(request(slot));
        }
        assert_eq!(staging.withdraw(2).map(|request| request.length), Some(15));
        assert!(staging.withdraw(2).is_none());
        let (bytes, requests) = staging.parts();
        assert_eq!(bytes, b"*1\r\n$3\r\none\r\n*1\r\n$4\r\nfour\r\n");
        assert_eq!(requests.len(), 2);
        assert!(staging.withdraw(3).is_some() && staging.withdraw(1).is_some());
        assert_eq!((staging.commands(), staging.bytes()), (0, 0));
    }

    /// Bytes that a growing buffer copies at most while commands of `size` bytes are staged, and the staged bytes.
    fn copied(commands: usize, size: usize) -> (usize, Staging) {
        let argument = vec![b'x'; size];
        let mut staging = Staging::new();
        let mut copied = 0;
        staging.begin_unit();
        for _ in 0..commands {
            let (length, capacity) = (staging.bytes.len(), staging.bytes.capacity());
            staging.begin_next(b"$3\r\nSET\r\n", 1, 2);
            staging.argument(b"key");
            staging.argument(&argument);
            if staging.bytes.capacity() != capacity {
                copied += length;
            }
        }
        staging.commit(request(1));
        (copied, staging)
    }

    #[test]
    fn a_batch_of_any_size_copies_each_byte_about_once() {
        for (commands, size) in [(100, 100), (10_000, 100), (200_000, 100), (2_000, 10 * 1024), (20, 1 << 20)]
        {
            let (copied, mut staging) = copied(commands, size);
            let total = staging.bytes();
            // Each growth at least doubles, so that what was copied adds up to less than two buffers.
            assert!(copied <= 2 * total, "{commands} commands of {size} bytes copied {copied} of {total}");
            let one = [b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$", size.to_string().as_bytes(), b"\r\n"].concat();
            let (bytes, requests) = staging.parts();
            assert_eq!(total, commands * (one.len() + size + 2));
            assert!(bytes.chunks(one.len() + size + 2).all(|command| command.starts_with(&one)));
            assert_eq!(requests.first().map(|request| request.length as usize), Some(total));
        }
    }

    #[test]
    fn the_words_of_the_last_command_are_found_again() {
        let mut staging = Staging::new();
        staging.begin(b"$3\r\nGET\r\n", 1, 1);
        staging.argument(b"k");
        staging.begin_raw(3);
        for word in [&b"client"[..], b"reply", b"a\r\n$1\r\nb"] {
            staging.argument(word);
        }
        assert_eq!(staging.words(), (&b"client"[..], &b"reply"[..]));
        assert_eq!(staging.all_words(), [&b"client"[..], b"reply", b"a\r\n$1\r\nb"]);
        staging.abandon();
        staging.begin(b"$4\r\nWAIT\r\n", 1, 2);
        staging.argument(b"");
        staging.argument(b"100");
        assert_eq!(staging.all_words(), [&b"WAIT"[..], b"", b"100"]);
    }
}
