//! A prefix before every key: put on where a row says that keys, their names or patterns over them stand, and taken off the
//! keys that a reply names. Works on one encoded command at a time and remembers nothing of it.

use std::ops::Range;
use std::sync::Arc;

use memchr::memchr;

use crate::command::key::{Begin, Role, Words};
use crate::command::registry::Command;
use crate::command::shape::Shape;
use crate::resp::encode;
use crate::value::Value;

/// The characters that mean something in the servers' patterns.
const GLOB: &[u8] = b"*?[]\\";

/// The prefix of one handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix {
    bytes: Arc<[u8]>,
    /// The same as a part of a pattern, in which every character stands for itself.
    pattern: Box<[u8]>,
}

/// Memory for [`Prefix::put_on`] that is kept from command to command.
#[derive(Debug, Default)]
pub struct Scratch {
    words: Vec<Range<usize>>,
    marks: Vec<(usize, Role)>,
}

/// A pattern whose `*` the prefix would take: the position of the argument, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous(pub usize);

/// The words of an encoded command.
struct Encoded<'a> {
    bytes: &'a [u8],
    words: &'a [Range<usize>],
}

impl Words for Encoded<'_> {
    fn count(&self) -> usize {
        self.words.len()
    }

    fn word(&self, at: usize) -> Option<&[u8]> {
        self.words.get(at).and_then(|word| self.bytes.get(word.clone()))
    }
}

impl Prefix {
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
        scratch: &mut Scratch,
    ) -> Result<(), Ambiguous> {
        let Scratch { words, marks } = scratch;
        read_words(buffer, start, words);
        marks.clear();
        let args = Encoded { bytes: buffer, words: words.get(name_words..).unwrap_or_default() };
        // A pattern that the call leaves out would let in the keys of everybody.
        let mut added: Option<&str> = None;
        for spec in &command.keys {
            let before = marks.len();
            spec.each(&args, |at| marks.push((at, spec.role)));
            if let Begin::Keyword { word, .. } = spec.begin
                && spec.role == Role::Pattern
                && marks.len() == before
            {
                added = Some(word);
            }
        }
        if let Some((at, _)) = marks.iter().find(|(at, role)| self.is_ambiguous(&args, *at, *role)) {
            return Err(Ambiguous(*at));
        }
        // A template without its mark names no key.
        marks.retain(|(at, role)| *role != Role::Template || has_mark(&args, *at));
        marks.sort_unstable_by_key(|(at, _)| *at);
        marks.dedup_by_key(|(at, _)| *at);
        let growth = marks.iter().map(|(at, role)| self.growth(words[at + name_words].len(), *role)).sum();
        self.insert(name_words, buffer, words, marks, growth);
        if let Some(word) = added {
            append(buffer, start, words.len(), word, &self.pattern);
        }
        Ok(())
    }

    fn is_ambiguous(&self, args: &Encoded<'_>, at: usize, role: Role) -> bool {
        role == Role::Template && has_mark(args, at) && memchr(b'*', &self.bytes).is_some()
    }

    /// What stands before a word of this role.
    fn head(&self, role: Role) -> &[u8] {
        if role == Role::Pattern { &self.pattern } else { &self.bytes }
    }

    /// How many bytes a word of `length` bytes takes more with the prefix.
    fn growth(&self, length: usize, role: Role) -> usize {
        let head = self.head(role).len();
        encode::bulk_len(length + head) - encode::bulk_len(length)
    }

    /// Makes room at each mark, from the last one on, so that every byte moves once.
    fn insert(
        &self,
        name_words: usize,
        buffer: &mut Vec<u8>,
        words: &[Range<usize>],
        marks: &[(usize, Role)],
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

fn has_mark(args: &Encoded<'_>, at: usize) -> bool {
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
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::command::{by_name, resolve, table};

    fn put_on(prefix: &str, line: &str) -> Result<String, Ambiguous> {
        let words: Vec<&[u8]> =
            line.split(' ').map(|word| if word == "_" { &b""[..] } else { word.as_bytes() }).collect();
        let (id, sub) = resolve(words[0], &words[1..]).expect("a row");
        let mut buffer = b"before".to_vec();
        encode::command(&mut buffer, &words);
        let mut scratch = Scratch::default();
        let prefix = Prefix::new(prefix).expect("not empty");
        prefix.put_on(id.get(), 1 + sub, &mut buffer, 6, &mut scratch)?;
        assert!(buffer.starts_with(b"before"));
        let mut found = Vec::new();
        read_words(&buffer, 6, &mut found);
        let texts: Vec<_> =
            found.iter().map(|word| String::from_utf8_lossy(&buffer[word.clone()]).into_owned()).collect();
        let mut again = b"before".to_vec();
        encode::command(&mut again, &texts.iter().map(String::as_bytes).collect::<Vec<_>>());
        assert_eq!(buffer, again, "{line} is encoded as it should be");
        Ok(texts.join(" "))
    }

    #[test]
    fn every_key_gets_the_prefix_wherever_it_stands() {
        for (line, expected) in [
            ("GET k", "GET p:k"),
            ("SET k v EX 5 GET", "SET p:k v EX 5 GET"),
            ("MGET a b _", "MGET p:a p:b p:"),
            ("MSET a 1 b 2", "MSET p:a 1 p:b 2"),
            ("RENAME a b", "RENAME p:a p:b"),
            ("EVAL script 2 a b c", "EVAL script 2 p:a p:b c"),
            ("XREAD COUNT 1 STREAMS streams b 0 1", "XREAD COUNT 1 STREAMS p:streams p:b 0 1"),
            ("SORT l BY w_* GET # GET o_*->f STORE d", "SORT p:l BY p:w_* GET # GET p:o_*->f STORE p:d"),
            ("SORT l BY nosort", "SORT p:l BY nosort"),
            ("MIGRATE h 1 k 0 100", "MIGRATE h 1 p:k 0 100"),
            ("MIGRATE h 1 _ 0 100 KEYS a b", "MIGRATE h 1  0 100 KEYS p:a p:b"),
            ("OBJECT ENCODING k", "OBJECT ENCODING p:k"),
            ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", "ZUNIONSTORE p:d 2 p:a p:b WEIGHTS 1 2"),
            ("BLPOP a b 0", "BLPOP p:a p:b 0"),
            ("KEYS a*", "KEYS p:a*"),
            ("SCAN 0 MATCH a* COUNT 9", "SCAN 0 MATCH p:a* COUNT 9"),
            ("SCAN 0 COUNT 9", "SCAN 0 COUNT 9 MATCH p:*"),
            ("PING", "PING"),
        ] {
            assert_eq!(put_on("p:", line).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn lengths_of_any_width_are_written_anew() {
        for length in [0, 1, 8, 9, 98, 99, 998, 1000, 100_000] {
            let key = "k".repeat(length.max(1));
            for prefix in ["p", "prefix:of:ten", &"q".repeat(120)] {
                let line = format!("MSET {key} {key} b {key}");
                let expected = format!("MSET {prefix}{key} {key} {prefix}b {key}");
                assert_eq!(put_on(prefix, &line), Ok(expected));
            }
        }
    }

    #[test]
    fn in_patterns_every_character_of_the_prefix_stands_for_itself() {
        assert_eq!(put_on("a*[b]?\\:", "KEYS *").as_deref(), Ok("KEYS a\\*\\[b\\]\\?\\\\:*"));
        assert_eq!(put_on("a*", "GET k").as_deref(), Ok("GET a*k"));
        assert_eq!(put_on("a*", "SORT l BY w_*"), Err(Ambiguous(2)));
        assert_eq!(put_on("a*", "SORT l BY nosort GET #").as_deref(), Ok("SORT a*l BY nosort GET #"));
    }

    #[test]
    fn a_command_whose_numbers_are_wrong_is_left_for_the_server_to_refuse() {
        assert_eq!(put_on("p:", "EVAL script 9 a").as_deref(), Ok("EVAL script 9 p:a"));
        assert_eq!(put_on("p:", "EVAL script x a").as_deref(), Ok("EVAL script x a"));
        assert_eq!(put_on("p:", "GET").as_deref(), Ok("GET"));
    }

    #[test]
    fn no_key_stands_at_a_fixed_place_behind_something_of_any_length() {
        for command in table() {
            let fixed = command.keys.iter().filter_map(|spec| match spec.begin {
                Begin::Index(index) => Some(index),
                Begin::Keyword { .. } => None,
            });
            for index in fixed {
                let before = &command.row.parts[..index];
                assert!(before.iter().all(crate::command::Part::is_one_word), "{}", command.row.name);
            }
        }
    }

    fn bulk(text: &'static str) -> Value {
        Value::Bulk(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn keys_in_replies_lose_the_prefix_and_nothing_else_does() {
        let shape = |name: &str| by_name(name.as_bytes()).expect("a row").get().shape(0);
        let keys = |items: [&'static str; 3]| Value::List(items.map(bulk).to_vec());
        assert_eq!(
            take_off(keys(["p:a", "p:", "other"]), shape("KEYS"), b"p:"),
            keys(["a", "", "other"]),
            "a key of somebody else stays"
        );
        assert_eq!(take_off(bulk("p:a"), shape("RANDOMKEY"), b"p:"), bulk("a"));
        assert_eq!(take_off(Value::Null, shape("RANDOMKEY"), b"p:"), Value::Null);
        assert_eq!(take_off(bulk("p:a"), shape("GET"), b"p:"), bulk("p:a"));
        let page = |key| Value::List(vec![bulk("p:0"), Value::List(vec![bulk(key)])]);
        assert_eq!(take_off(page("p:a"), shape("SCAN"), b"p:"), page("a"), "the cursor stays");
        let popped = |key| Value::List(vec![bulk(key), bulk("p:element")]);
        assert_eq!(take_off(popped("p:l"), shape("BLPOP"), b"p:"), popped("l"));
    }

    #[test]
    fn names_of_maps_are_found_in_every_form() {
        const SHAPE: Shape = Shape::Map(&Shape::Key, &Shape::Int);
        let map = |key| Value::Map(vec![(bulk(key), Value::Int(1))]);
        let flat = |key| Value::List(vec![bulk(key), Value::Int(1), bulk("other"), Value::Int(2)]);
        let nested = |key| Value::List(vec![Value::List(vec![bulk(key), Value::Int(1)])]);
        assert_eq!(take_off(map("p:a"), &SHAPE, b"p:"), map("a"));
        assert_eq!(take_off(flat("p:a"), &SHAPE, b"p:"), flat("a"));
        assert_eq!(take_off(nested("p:a"), &SHAPE, b"p:"), nested("a"));
    }
}
