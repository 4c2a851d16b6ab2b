//! Options as data: the properties of the object that stands last among the JavaScript arguments.

use super::{Kind, Param};

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
    /// The token, how many rows follow, then the rows: as [`super::Part::Rows`] takes them.
    Counted(&'static [Param]),
    /// Pairs, as an object, a `Map` or an array takes them; the token goes before each.
    RepeatPairs,
    /// A value or an array; the token goes before all. Sent behind all other options, because it takes what follows.
    Last(Kind),
    /// One of a few words, itself the token.
    Choice(&'static [&'static str]),
    /// The token, then these pieces, of which other options give some. Without [`PhrasePiece::Own`] it is a boolean.
    Phrase(&'static [PhrasePiece]),
    /// A piece of the phrases of other options; an error without one of these.
    Companion(Companion),
    /// A value that [`super::Part::Early`] sends, before other arguments. Sends nothing itself.
    Early(Kind),
    /// `true` chooses the form of the reply. Sends nothing itself.
    Form,
    /// Leaves ends of a range out: the name of a [`Kind::Bound`] argument, or `both`. Sends nothing itself.
    Exclude,
}

/// Which options of an object must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionNeed {
    /// None, nor the object.
    Nothing,
    /// At least one.
    Any,
    /// One of each of these groups, a bit each.
    EachGroup(u8),
}

impl OptionNeed {
    /// Whether the object must be given.
    pub fn object(self) -> bool {
        self != Self::Nothing
    }

    /// The groups of which one option must be given.
    pub fn groups(self) -> u8 {
        if let Self::EachGroup(groups) = self { groups } else { 0 }
    }

    /// How few words `options` are then.
    pub fn words(self, options: &[Opt]) -> usize {
        let least = |group: u8| {
            options.iter().filter(|option| option.groups == group).filter_map(Opt::words).min().unwrap_or(0)
        };
        match self {
            Self::Nothing => 0,
            Self::Any => 1,
            Self::EachGroup(groups) => {
                (0..8).map(|bit| 1 << bit).filter(|bit| groups & bit != 0).map(least).sum()
            }
        }
    }
}

/// A piece of a phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhrasePiece {
    /// The option's own value.
    Own(Kind),
    /// The value of a companion, or a word where it is missing.
    Or {
        /// The companion.
        option: &'static str,
        /// The word.
        word: &'static str,
    },
    /// A word, if a companion is true.
    If {
        /// The companion.
        option: &'static str,
        /// The word.
        word: &'static str,
    },
    /// A word, none if it is empty, and the value of a companion, if that is given.
    With {
        /// The companion.
        option: &'static str,
        /// The word.
        word: &'static str,
    },
}

/// What a companion is in the options object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Companion {
    /// A boolean.
    Flag,
    /// A value.
    Value(Kind),
}

/// One property of the options object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt {
    /// The property.
    pub name: &'static str,
    /// The word on the wire, or several with spaces; empty for a choice, and for a value that stands alone.
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
    /// The fewest words that it is sent as; `None` where it sends none itself.
    fn words(&self) -> Option<usize> {
        let token = self.token.split_whitespace().count();
        let value = match self.value {
            OptValue::Flag => 0,
            OptValue::One(_)
            | OptValue::Repeat(_)
            | OptValue::List(_)
            | OptValue::Last(_)
            | OptValue::Choice(_) => 1,
            OptValue::Tuple(params) => params.len(),
            OptValue::Counted(params) => 1 + params.len(),
            OptValue::RepeatPairs => 2,
            OptValue::Phrase(pieces) => pieces
                .iter()
                .filter(|piece| matches!(piece, PhrasePiece::Own(_) | PhrasePiece::Or { .. }))
                .count(),
            OptValue::Companion(_) | OptValue::Early(_) | OptValue::Form | OptValue::Exclude => return None,
        };
        Some(token + value)
    }

    /// The variant bits that it sets.
    #[must_use]
    pub(in crate::command) const fn sets(mut self, bits: u8) -> Self {
        self.bits = bits;
        self
    }

    /// The groups within which options exclude each other, a bit each.
    #[must_use]
    pub(in crate::command) const fn excludes(mut self, groups: u8) -> Self {
        self.groups = groups;
        self
    }
}

const fn opt(name: &'static str, token: &'static str, value: OptValue, doc: &'static str) -> Opt {
    Opt { name, token, value, bits: 0, groups: 0, doc }
}

/// `{ name: true }` sends `token`.
pub(in crate::command) const fn flag(name: &'static str, token: &'static str, doc: &'static str) -> Opt {
    opt(name, token, OptValue::Flag, doc)
}

/// `{ name: value }` sends `token value`.
pub(in crate::command) const fn value(
    name: &'static str,
    token: &'static str,
    kind: Kind,
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::One(kind), doc)
}

/// `{ name: [a, b] }` sends `token a token b`.
pub(in crate::command) const fn repeat(
    name: &'static str,
    token: &'static str,
    kind: Kind,
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::Repeat(kind), doc)
}

/// `{ name: [a, b] }` sends `token a b`.
pub(in crate::command) const fn list(
    name: &'static str,
    token: &'static str,
    kind: Kind,
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::List(kind), doc)
}

/// `{ name: [a, b] }` sends `token a b`, with exactly as many values as `params`.
pub(in crate::command) const fn tuple(
    name: &'static str,
    token: &'static str,
    params: &'static [Param],
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::Tuple(params), doc)
}

/// `{ name: [[a, b], [c, d]] }` sends `token 2 a b c d`.
pub(in crate::command) const fn counted(
    name: &'static str,
    token: &'static str,
    params: &'static [Param],
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::Counted(params), doc)
}

/// `{ name: { a: 1, b: 2 } }` sends `token a 1 token b 2`.
pub(in crate::command) const fn repeat_pairs(
    name: &'static str,
    token: &'static str,
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::RepeatPairs, doc)
}

/// `{ name: [a, b] }` sends `token a b`, behind all other options.
pub(in crate::command) const fn last(
    name: &'static str,
    token: &'static str,
    kind: Kind,
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::Last(kind), doc)
}

/// `{ name: 'word' }` sends `WORD`.
pub(in crate::command) const fn choice(
    name: &'static str,
    words: &'static [&'static str],
    doc: &'static str,
) -> Opt {
    opt(name, "", OptValue::Choice(words), doc)
}

/// `{ name: value }` sends `token`, then the pieces.
pub(in crate::command) const fn phrase(
    name: &'static str,
    token: &'static str,
    pieces: &'static [PhrasePiece],
    doc: &'static str,
) -> Opt {
    opt(name, token, OptValue::Phrase(pieces), doc)
}

/// A value that the phrases of other options send.
pub(in crate::command) const fn companion(name: &'static str, kind: Kind, doc: &'static str) -> Opt {
    opt(name, "", OptValue::Companion(Companion::Value(kind)), doc)
}

/// A boolean that the phrases of other options send.
pub(in crate::command) const fn mark(name: &'static str, doc: &'static str) -> Opt {
    opt(name, "", OptValue::Companion(Companion::Flag), doc)
}

/// A value that stands before other arguments, where [`super::Part::Early`] is.
pub(in crate::command) const fn early(name: &'static str, kind: Kind, doc: &'static str) -> Opt {
    opt(name, "", OptValue::Early(kind), doc)
}

/// `{ name: true }`: the reply has another form, which `bits` choose.
pub(in crate::command) const fn form(name: &'static str, bits: u8, doc: &'static str) -> Opt {
    opt(name, "", OptValue::Form, doc).sets(bits)
}

/// `{ exclude: 'min' }`: leaves ends of the range out.
pub(in crate::command) const fn exclude(doc: &'static str) -> Opt {
    opt("exclude", "", OptValue::Exclude, doc)
}
