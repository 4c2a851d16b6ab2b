//! Arguments as data: what a command takes, in the order of the wire, and how JavaScript values become it.

mod option;

pub use option::{Companion, Opt, OptValue, OptionNeed, PhrasePiece};
pub(super) use option::{
    choice, companion, counted, early, exclude, flag, form, last, list, mark, phrase, repeat, repeat_pairs,
    tuple, value,
};

/// What one argument means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key: prefixed, routed.
    Key,
    /// Any text or bytes.
    Text,
    /// The name of a key that the command does not touch: prefixed, but not routed.
    Name,
    /// A glob-style pattern over key names: prefixed, but no key.
    Pattern,
    /// A key name with `*` in the place of an element, `#` being the element itself: prefixed, but no key.
    Template,
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
    /// A floating-point number beside a [`Kind::Label`]: a number or bigint, never text, so that neither is taken for the other.
    Number,
    /// Text or bytes beside a [`Kind::Number`], never a number.
    Label,
    /// An end of a range: a number, or text as the server reads it. The option [`OptValue::Exclude`] leaves it out.
    Bound,
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

impl Part {
    /// Whether it is one word on the wire, whatever the call.
    pub fn is_one_word(&self) -> bool {
        matches!(self, Self::One(_) | Self::OneOrMany(_) | Self::Word(_) | Self::Count)
    }

    /// What its entries are called, if it is a list.
    pub(super) fn list_name(&self) -> Option<&'static str> {
        match self {
            Self::Many { param, .. } | Self::Weighted { param, .. } => Some(param.name),
            Self::Pairs { .. } => Some("pairs"),
            Self::Rows(_) => Some("rows"),
            _ => None,
        }
    }
}

/// How pairs stand on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairLayout {
    /// `first second first second`; an object's names are the first ones.
    Named,
    /// `first second first second`; an object's names and the first ones of array pairs are the second ones, as in
    /// `{ member: score }` and `[[member, score]]`. One by one they stand as on the wire.
    Valued,
    /// `first first second second`; an object's names are the first ones.
    Columns,
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
        /// The first of each.
        first: Param,
        /// The second of each.
        second: Param,
        /// How they stand on the wire, and which of the two an object's names are.
        layout: PairLayout,
    },
    /// A list of arguments, at least one, any of which may be a pair with a second value; also an object or a `Map`.
    /// [`Part::Lifted`] carries the second values, if there are any.
    Weighted {
        /// Each of them.
        param: Param,
        /// The second value, 1 where there is none.
        weight: Param,
    },
    /// Rows of as many values, given as an array of arrays or of objects, or one by one. At least one.
    Rows(&'static [Param]),
    /// Options objects, one behind another: one object or an array of them, sent in their order.
    Steps(&'static [Opt]),
    /// One argument, or an array: then an empty word stands here and [`Part::Lifted`] carries the array.
    OneOrMany(Param),
    /// What [`Part::OneOrMany`] or [`Part::Weighted`] left for later, if anything, behind this word.
    Lifted(&'static str),
    /// A vector: an array of numbers, which becomes `VALUES n ...`, or a `Float32Array`, which becomes `FP32` and its bytes.
    Vector {
        /// The name in signatures.
        name: &'static str,
        /// Whether text or bytes may stand for it: the element `ELE` whose vector is meant.
        element: bool,
    },
    /// The word and the value of this option, if it is given. The option itself is [`OptValue::Early`].
    Early {
        /// The option.
        option: &'static str,
        /// The word.
        word: &'static str,
    },
    /// What the options object says. Last among the JavaScript arguments, wherever it stands on the wire.
    Options {
        /// The known options.
        options: &'static [Opt],
        /// Which of them must be given.
        need: OptionNeed,
    },
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

/// One pair or more, by the first of each.
pub(super) const fn pairs(first: Param, second: Param) -> Part {
    Part::Pairs { first, second, layout: PairLayout::Named }
}

/// One pair or more, by the second of each: `{ member: score }` or `[[member, score]]`.
pub(super) const fn valued(first: Param, second: Param) -> Part {
    Part::Pairs { first, second, layout: PairLayout::Valued }
}

/// One pair or more; all first ones go before all second ones.
pub(super) const fn columns(first: Param, second: Param) -> Part {
    Part::Pairs { first, second, layout: PairLayout::Columns }
}

/// An options object.
pub(super) const fn options(options: &'static [Opt]) -> Part {
    Part::Options { options, need: OptionNeed::Nothing }
}

/// An options object with at least one option.
pub(super) const fn some_of(options: &'static [Opt]) -> Part {
    Part::Options { options, need: OptionNeed::Any }
}

/// An options object with one option of each of these groups, a bit each.
pub(super) const fn one_of_each(groups: u8, options: &'static [Opt]) -> Part {
    Part::Options { options, need: OptionNeed::EachGroup(groups) }
}

/// The key that most commands start with.
pub(super) const KEY: Part = one("key", Kind::Key);
/// Any number of keys, at least one.
pub(super) const KEYS: Part = many("keys", Kind::Key);
/// A value to store.
pub(super) const VALUE: Part = one("value", Kind::Text);
/// A part of a result: how many to skip, how many to take.
pub(super) const LIMIT: Opt = tuple(
    "limit",
    "LIMIT",
    &[param("offset", Kind::Int), param("count", Kind::Int)],
    "Answers a part of the result: how many to skip, how many to take.",
)
.excludes(LIMITS);
/// The first half of [`LIMIT`] by its name.
pub(super) const OFFSET: Opt = companion("offset", Kind::Int, "With `count`: how many to skip.");
/// The second half of [`LIMIT`] by its name.
pub(super) const COUNT: Opt = phrase(
    "count",
    "LIMIT",
    &[PhrasePiece::Or { option: "offset", word: "0" }, PhrasePiece::Own(Kind::Int)],
    "How many to take.",
)
.excludes(LIMITS);
/// The group of the two ways to limit a result.
const LIMITS: u8 = 0b1000_0000;

/// Names and values of the user's in an array, in order and with all that is repeated: an object sorts names that look like numbers
/// to its front, and keeps the last value of each.
pub(super) const fn as_pairs(bits: u8) -> Opt {
    form(
        "pairs",
        bits,
        "Returns [name, value] pairs instead of objects, which sort names like numbers and cannot repeat names.",
    )
}

/// The word for booleans in `CLIENT` and `CONFIG`.
pub(super) const YES_NO: Kind = Kind::Switch { on: "YES", off: "NO" };
/// The word for booleans that switch a mode.
pub(super) const ON_OFF: Kind = Kind::Switch { on: "ON", off: "OFF" };
