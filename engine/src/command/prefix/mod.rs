//! A prefix before every key: put on where a row says that keys, their names or patterns over them stand, and taken off the
//! keys that a reply names. Works on one encoded command at a time and remembers nothing of it.

use std::ops::Range;
use std::sync::Arc;

use memchr::memchr;

use crate::command::key::{ArgumentWords, KeyRole, KeySearchStart};
use crate::command::registry::Command;
use crate::command::shape::Shape;
use crate::resp::encode;
use crate::value::Value;

/// The characters that mean something in the servers' patterns.
const GLOB: &[u8] = b"*?[]\\";

/// The prefix of one handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPrefix {
    bytes: Arc<[u8]>,
    /// The same as a part of a pattern, in which every character stands for itself.
    pattern: Box<[u8]>,
}

/// Memory for [`KeyPrefix::put_on`] that is kept from command to command.
#[derive(Debug, Default)]
pub struct PrefixScratch {
    words: Vec<Range<usize>>,
    marks: Vec<(usize, KeyRole)>,
}

/// A pattern whose `*` the prefix would take: the position of the argument, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous(pub usize);

/// The words of an encoded command.
struct EncodedWords<'a> {
    bytes: &'a [u8],
    words: &'a [Range<usize>],
}

impl ArgumentWords for EncodedWords<'_> {
    fn count(&self) -> usize {
        self.words.len()
    }

    fn word(&self, at: usize) -> Option<&[u8]> {
        self.words.get(at).and_then(|word| self.bytes.get(word.clone()))
    }
}

impl KeyPrefix {
    /// A prefix; `None` where it is empty and there is nothing to do.
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let mut pattern = Vec::with_capacity(text.len());
        for byte in text.bytes() {
            if GLOB.contains(&byte) {
                pattern.push(b'\\');
            }
            pattern.push(byte);
        }
        Some(Self { bytes: text.as_bytes().into(), pattern: pattern.into() })
    }

    /// The prefix itself.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// Puts the prefix on the encoded command that stands from `start` on in `buffer`, whose name has `name_words` words.
    pub fn put_on(
        &self,
        command: &Command,
        name_words: usize,
        buffer: &mut Vec<u8>,
        start: usize,
        scratch: &mut PrefixScratch,
    ) -> Result<(), Ambiguous> {
        let PrefixScratch { words, marks } = scratch;
        read_words(buffer, start, words);
        marks.clear();
        let args = EncodedWords { bytes: buffer, words: words.get(name_words..).unwrap_or_default() };
        // A pattern that the call leaves out would let in the keys of everybody.
        let mut added: Option<&str> = None;
        for spec in &command.keys {
            let before = marks.len();
            spec.each(&args, |at| marks.push((at, spec.role)));
            if let KeySearchStart::Keyword { word, .. } = spec.begin
                && spec.role == KeyRole::Pattern
                && marks.len() == before
            {
                added = Some(word);
            }
        }
        if let Some((at, _)) = marks.iter().find(|(at, role)| self.is_ambiguous(&args, *at, *role)) {
            return Err(Ambiguous(*at));
        }
        // A template without its mark names no key.
        marks.retain(|(at, role)| *role != KeyRole::Template || has_mark(&args, *at));
        marks.sort_unstable_by_key(|(at, _)| *at);
        marks.dedup_by_key(|(at, _)| *at);
        let growth = marks.iter().map(|(at, role)| self.growth(words[at + name_words].len(), *role)).sum();
        self.insert(name_words, buffer, words, marks, growth);
        if let Some(word) = added {
            append(buffer, start, words.len(), word, &self.pattern);
        }
        Ok(())
    }

    fn is_ambiguous(&self, args: &EncodedWords<'_>, at: usize, role: KeyRole) -> bool {
        role == KeyRole::Template && has_mark(args, at) && memchr(b'*', &self.bytes).is_some()
    }

    /// What stands before a word of this role.
    fn head(&self, role: KeyRole) -> &[u8] {
        if role == KeyRole::Pattern { &self.pattern } else { &self.bytes }
    }

    /// How many bytes a word of `length` bytes takes more with the prefix.
    fn growth(&self, length: usize, role: KeyRole) -> usize {
        let head = self.head(role).len();
        encode::bulk_len(length + head) - encode::bulk_len(length)
    }

    /// Makes room at each mark, from the last one on, so that every byte moves once.
    fn insert(
        &self,
        name_words: usize,
        buffer: &mut Vec<u8>,
        words: &[Range<usize>],
        marks: &[(usize, KeyRole)],
        growth: usize,
    ) {
        let (mut from, mut to) = (buffer.len(), buffer.len() + growth);
        buffer.resize(to, 0);
        for (at, role) in marks.iter().rev() {
            let (word, head) = (words[at + name_words].clone(), self.head(*role));
            to -= from - word.start;
            buffer.copy_within(word.start..from, to);
            to -= head.len();
            buffer[to..to + head.len()].copy_from_slice(head);
            let header = encode::array_header_len(word.len() + head.len());
            to -= header;
            encode::write_bulk_header(&mut buffer[to..to + header], word.len() + head.len());
            from = word.start - encode::array_header_len(word.len());
        }
    }
}

fn has_mark(args: &EncodedWords<'_>, at: usize) -> bool {
    args.word(at).is_some_and(|word| memchr(b'*', word).is_some())
}

/// Appends `word` and the pattern of everything with the prefix to the command of `count` words from `start` on.
fn append(buffer: &mut Vec<u8>, start: usize, count: usize, word: &str, pattern: &[u8]) {
    let mut header = Vec::with_capacity(encode::HEADER_MAX);
    encode::array_header(&mut header, count + 2);
    buffer.splice(start..start + encode::array_header_len(count), header);
    encode::bulk(buffer, word.as_bytes());
    encode::bulk(buffer, &[pattern, b"*"].concat());
}

/// Takes `prefix` off every key that `value` names: a reply of this shape, already brought into it or as the server sent it.
///
/// A key without the prefix stays as it is. Recursion follows the shape, which is finite.
#[must_use]
pub fn take_off(value: Value, shape: &Shape, prefix: &[u8]) -> Value {
    let walk = |value, shape| take_off(value, shape, prefix);
    match (shape, value) {
        (Shape::Key, Value::Bulk(text)) if text.starts_with(prefix) => {
            Value::Bulk(text.slice(prefix.len()..))
        }
        (Shape::Key, Value::Status(text)) if text.starts_with(prefix) => {
            Value::Status(text.slice(prefix.len()..))
        }
        (
            Shape::OrNull(inner)
            | Shape::OrEmpty(inner)
            | Shape::Optional(inner)
            | Shape::Named(_, inner)
            | Shape::Typed(_, inner),
            value,
        ) => walk(value, inner),
        (Shape::List(inner), Value::List(items)) => {
            Value::List(items.into_iter().map(|item| walk(item, inner)).collect())
        }
        (Shape::List(inner), Value::Set(items)) => {
            Value::Set(items.into_iter().map(|item| walk(item, inner)).collect())
        }
        (Shape::Tuple(shapes), Value::List(items)) => {
            let mut shapes = shapes.iter();
            Value::List(
                items
                    .into_iter()
                    .map(|item| match shapes.next() {
                        Some(shape) => walk(item, shape),
                        None => item,
                    })
                    .collect(),
            )
        }
        (Shape::Pairs(first, second) | Shape::Map(first, second), Value::Map(entries)) => {
            Value::Map(entries.into_iter().map(|(a, b)| (walk(a, first), walk(b, second))).collect())
        }
        (Shape::Pairs(first, second) | Shape::Map(first, second), Value::List(items)) => {
            Value::List(pairs(items, |value, at| walk(value, if at == 0 { first } else { second })))
        }
        (_, value) => value,
    }
}

/// Pairs as either protocol sends them: nested, or flat.
fn pairs(items: Vec<Value>, walk: impl Fn(Value, usize) -> Value) -> Vec<Value> {
    let nested = items.iter().all(|item| matches!(item, Value::List(pair) if pair.len() == 2));
    let both = |(at, value)| walk(value, at % 2);
    if !nested {
        return items.into_iter().enumerate().map(both).collect();
    }
    items
        .into_iter()
        .map(|item| match item {
            Value::List(pair) => Value::List(pair.into_iter().enumerate().map(both).collect()),
            other => other,
        })
        .collect()
}

/// The ranges of the bulk strings of the command that stands from `start` on: our own encoding, complete.
fn read_words(buffer: &[u8], start: usize, words: &mut Vec<Range<usize>>) {
    words.clear();
    let mut at = start;
    let line = |at: &mut usize| {
        let rest = buffer.get(*at..)?;
        let end = memchr(b'\n', rest)?;
        *at += end + 1;
        std::str::from_utf8(rest.get(1..end - 1)?).ok()?.parse::<usize>().ok()
    };
    let count = line(&mut at).unwrap_or(0);
    while words.len() < count {
        let Some(length) = line(&mut at) else { break };
        words.push(at..at + length);
        at += length + 2;
    }
}

#[cfg(test)]
mod tests;
