//! Arguments as data: what a command takes, in the order of the wire, and how JavaScript values become it.

/// What one argument means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key: prefixed, routed.
    Key,
    /// Any text or bytes.
    Text,
    /// A pattern over key names: prefixed, but no key.
    Pattern,
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
    /// A Unix time in seconds; a `Date` is converted.
    UnixSeconds,
    /// A Unix time in milliseconds; a `Date` is converted.
    UnixMillis,
    /// One of a few words, given in lower case.
    Choice(&'static [&'static str]),
    /// A boolean, sent as one of two words.
    Switch {
        /// The word for `true`.
        on: &'static str,
        /// The word for `false`.
        off: &'static str,
    },
    /// How long the server may block.
    Timeout(Unit),
}

/// The unit of a server-side timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds, fractions allowed.
    Seconds,
    /// Milliseconds.
    Millis,
}

/// A named argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The name in signatures.
    pub name: &'static str,
    /// What it means.
    pub kind: Kind,
}

/// A named argument.
pub(super) const fn param(name: &'static str, kind: Kind) -> Param {
    Param { name, kind }
}

/// One step along the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One required argument.
    One(Param),
    /// One argument that may be left out; `bits` are set in the variant when it is given. Only optional arguments,
    /// options and nothing else may follow.
    Maybe {
        /// The argument.
        param: Param,
        /// The variant bits.
        bits: u8,
    },
    /// A constant word.
    Word(&'static str),
    /// The number of entries in the list or the pairs that follow.
    Count,
    /// A list of arguments, given one by one or as one array.
    Many {
        /// Each of them.
        param: Param,
        /// How few are accepted: 0 or 1.
        min: u8,
    },
    /// Pairs, given as an object, a `Map`, an array of pairs, or one by one. At least one.
    Pairs {
        /// The first of each: an object's property names.
        first: Param,
        /// The second of each: an object's values.
        second: Param,
    },
    /// One argument, or an array: then an empty word stands here and [`Part::Lifted`] carries the array.
    OneOrMany(Param),
    /// The array of [`Part::OneOrMany`], if one was given, behind this word.
    Lifted(&'static str),
    /// What the options object says. Last among the JavaScript arguments, wherever it stands on the wire.
    Options {
        /// The known options.
        options: &'static [Opt],
        /// Whether at least one must be given.
        required: bool,
    },
}

/// The value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptValue {
    /// `true` sends the token.
    Flag,
    /// The token, then the value.
    One(Kind),
    /// A value or an array; the token goes before each.
    Repeat(Kind),
    /// A value or an array; the token goes before all.
    List(Kind),
    /// The token, then an array of exactly these values.
    Tuple(&'static [Param]),
    /// One of a few words, itself the token.
    Choice(&'static [&'static str]),
}

/// One property of the options object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt {
    /// The property.
    pub name: &'static str,
    /// The word on the wire; empty for a choice.
    pub token: &'static str,
    /// What follows it.
    pub value: OptValue,
    /// The variant bits that it sets.
    pub bits: u8,
    /// The groups that it belongs to, a bit each; two options that share a group exclude each other.
    pub groups: u8,
    /// One sentence.
    pub doc: &'static str,
}

impl Opt {
    /// The variant bits that it sets.
    #[must_use]
    pub(super) const fn sets(mut self, bits: u8) -> Self {
        self.bits = bits;
        self
    }

    /// The groups within which options exclude each other, a bit each.
    #[must_use]
    pub(super) const fn excludes(mut self, groups: u8) -> Self {
        self.groups = groups;
        self
    }
}

const fn opt(name: &'static str, token: &'static str, value: OptValue, doc: &'static str) -> Opt {
    Opt { name, token, value, bits: 0, groups: 0, doc }
}

/// `{ name: true }` sends `token`.
pub(super) const fn flag(name: &'static str, token: &'static str, doc: &'static str) -> Opt {
    opt(name, token, OptValue::Flag, doc)
}

/// `{ name: value }` sends `token value`.
pub(super) const fn value(name: &'static str, token: &'static str, kind: Kind, doc: &'static str) -> Opt {
    opt(name, token, OptValue::One(kind), doc)
}

/// `{ name: [a, b] }` sends `token a token b`.
pub(super) const fn repeat(name: &'static str, token: &'static str, kind: Kind, doc: &'static str) -> Opt {
    opt(name, token, OptValue::Repeat(kind), doc)
}

/// `{ name: [a, b] }` sends `token a b`.
pub(super) const fn list(name: &'static str, token: &'static str, kind: Kind, doc: &'static str) -> Opt {
    opt(name, token, OptValue::List(kind), doc)
}

/// `{ name: [a, b] }` sends `token a b`, with exactly as many values as `params`.
pub(super) const fn tuple(
    name: &'static str,
    token: &'static str,
    params: &'static [Param],
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::Tuple(params), doc)
}

/// `{ name: 'word' }` sends `WORD`.
pub(super) const fn choice(name: &'static str, words: &'static [&'static str], doc: &'static str) -> Opt {
    opt(name, "", OptValue::Choice(words), doc)
}

/// One required argument.
pub(super) const fn one(name: &'static str, kind: Kind) -> Part {
    Part::One(param(name, kind))
}

/// One optional argument that sets `bits` in the variant when it is given.
pub(super) const fn maybe(name: &'static str, kind: Kind, bits: u8) -> Part {
    Part::Maybe { param: param(name, kind), bits }
}

/// One argument or more.
pub(super) const fn many(name: &'static str, kind: Kind) -> Part {
    Part::Many { param: param(name, kind), min: 1 }
}

/// Any number of arguments.
pub(super) const fn any(name: &'static str, kind: Kind) -> Part {
    Part::Many { param: param(name, kind), min: 0 }
}

/// One pair or more.
pub(super) const fn pairs(first: Param, second: Param) -> Part {
    Part::Pairs { first, second }
}

/// An options object.
pub(super) const fn options(options: &'static [Opt]) -> Part {
    Part::Options { options, required: false }
}

/// An options object with at least one option.
pub(super) const fn some_of(options: &'static [Opt]) -> Part {
    Part::Options { options, required: true }
}

/// The key that most commands start with.
pub(super) const KEY: Part = one("key", Kind::Key);
/// Any number of keys, at least one.
pub(super) const KEYS: Part = many("keys", Kind::Key);
/// A value to store.
pub(super) const VALUE: Part = one("value", Kind::Text);
/// The word for booleans in `CLIENT` and `CONFIG`.
pub(super) const YES_NO: Kind = Kind::Switch { on: "YES", off: "NO" };
/// The word for booleans that switch a mode.
pub(super) const ON_OFF: Kind = Kind::Switch { on: "ON", off: "OFF" };
