//! Where the keys are: derived from a row's parts, in the terms that the servers' `COMMAND` uses.
//!
//! Positions count the arguments behind the command's name, from 0.

use super::argument::{Kind, Opt, OptValue, PairLayout, Part, PhrasePiece};

/// The arguments behind a command's name.
pub trait ArgumentWords {
    /// How many there are.
    fn count(&self) -> usize;
    /// The one at this position.
    fn word(&self, at: usize) -> Option<&[u8]>;
}

impl<A: AsRef<[u8]>> ArgumentWords for [A] {
    fn count(&self) -> usize {
        self.len()
    }

    fn word(&self, at: usize) -> Option<&[u8]> {
        self.get(at).map(AsRef::as_ref)
    }
}

/// Where the search for keys begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySearchStart {
    /// At this argument.
    Index(usize),
    /// Behind this word, if it is among the options that start at `from`. `grammar` tells the word from an option's value
    /// that happens to be spelled the same.
    Keyword {
        /// The word.
        word: &'static str,
        /// Where the options start.
        from: usize,
        /// The options.
        grammar: &'static [Opt],
    },
}

/// Which arguments are keys from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySearch {
    /// Every `step`-th up to `last`, which counts from the beginning, or from the end when negative.
    Range {
        /// The last one.
        last: isize,
        /// The distance between two.
        step: usize,
    },
    /// The first half of the rest; the second half belongs to them one by one.
    Half,
    /// The first argument says how many follow.
    Numbered {
        /// The distance between two.
        step: usize,
    },
}

/// What stands at the positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// A key.
    Key,
    /// A key, unless it is empty.
    KeyUnlessEmpty,
    /// The name of a key that is not touched.
    Name,
    /// A glob-style pattern over key names.
    Pattern,
    /// A key name with `*` in the place of an element.
    Template,
}

impl KeyRole {
    /// Whether the command reads or writes what stands there.
    pub fn is_key(self) -> bool {
        matches!(self, Self::Key | Self::KeyUnlessEmpty)
    }
}

/// One rule that finds keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySpec {
    /// Where to begin.
    pub begin: KeySearchStart,
    /// What to take.
    pub find: KeySearch,
    /// What it is.
    pub role: KeyRole,
}

const SINGLE: KeySearch = KeySearch::Range { last: 0, step: 1 };

/// The rules that follow from `parts`.
pub(super) fn specs(parts: &'static [Part]) -> Vec<KeySpec> {
    let mut specs = Vec::new();
    let mut options: (usize, &'static [Opt]) = (0, &[]);
    for (at, part) in parts.iter().enumerate() {
        let counted = at > 0 && matches!(parts[at - 1], Part::Count);
        match part {
            Part::One(param) | Part::Maybe { param, .. } => {
                if let Some(role) = role(param.kind) {
                    specs.push(KeySpec { begin: KeySearchStart::Index(at), find: SINGLE, role });
                }
            }
            Part::OneOrMany(param) if param.kind == Kind::Key => {
                specs.push(KeySpec {
                    begin: KeySearchStart::Index(at),
                    find: SINGLE,
                    role: KeyRole::KeyUnlessEmpty,
                });
            }
            Part::Many { param, .. } if param.kind == Kind::Key => {
                specs.push(several(at, 1, counted, &parts[at + 1..]));
            }
            Part::Pairs { first, layout: PairLayout::Columns, .. } if first.kind == Kind::Key => {
                let begin = match parts[..at].last() {
                    Some(Part::Word(word)) => {
                        KeySearchStart::Keyword { word, from: options.0, grammar: options.1 }
                    }
                    _ => KeySearchStart::Index(at),
                };
                specs.push(KeySpec { begin, find: KeySearch::Half, role: KeyRole::Key });
            }
            Part::Weighted { param, .. } if param.kind == Kind::Key => {
                specs.push(several(at, 1, counted, &parts[at + 1..]));
            }
            Part::Pairs { first, .. } if first.kind == Kind::Key => {
                specs.push(several(at, 2, counted, &parts[at + 1..]));
            }
            Part::Options { options: grammar, .. } => {
                options = (at, grammar);
                specs.extend(grammar.iter().filter_map(|option| optional(option, at, grammar)));
            }
            Part::Lifted(word) if parts.iter().any(|part| matches!(part, Part::OneOrMany(_))) => {
                specs.push(KeySpec {
                    begin: KeySearchStart::Keyword { word, from: options.0, grammar: options.1 },
                    find: KeySearch::Range { last: -1, step: 1 },
                    role: KeyRole::Key,
                });
            }
            Part::OneOrMany(_)
            | Part::Many { .. }
            | Part::Pairs { .. }
            | Part::Weighted { .. }
            | Part::Rows(_)
            | Part::Steps(_)
            | Part::Lifted(_)
            | Part::Vector { .. }
            | Part::Early { .. }
            | Part::Word(_)
            | Part::Count => {}
        }
    }
    specs
}

fn role(kind: Kind) -> Option<KeyRole> {
    match kind {
        Kind::Key => Some(KeyRole::Key),
        Kind::Name => Some(KeyRole::Name),
        Kind::Pattern => Some(KeyRole::Pattern),
        Kind::Template => Some(KeyRole::Template),
        _ => None,
    }
}

fn several(at: usize, step: usize, counted: bool, rest: &[Part]) -> KeySpec {
    let find = if counted {
        KeySearch::Numbered { step }
    } else {
        let tail = rest.iter().filter(|part| matches!(part, Part::One(_) | Part::Word(_))).count();
        KeySearch::Range { last: -1 - isize::try_from(tail).unwrap_or(0), step }
    };
    KeySpec { begin: KeySearchStart::Index(if counted { at - 1 } else { at }), find, role: KeyRole::Key }
}

fn optional(option: &Opt, from: usize, grammar: &'static [Opt]) -> Option<KeySpec> {
    let (OptValue::One(kind) | OptValue::Repeat(kind)) = option.value else { return None };
    let role = role(kind)?;
    Some(KeySpec { begin: KeySearchStart::Keyword { word: option.token, from, grammar }, find: SINGLE, role })
}

impl KeySpec {
    /// Calls `visit` with every position that this rule finds in `args`.
    pub fn each<W: ArgumentWords + ?Sized>(&self, args: &W, mut visit: impl FnMut(usize)) {
        match self.begin {
            KeySearchStart::Index(index) => self.from(index, args, &mut visit),
            KeySearchStart::Keyword { word, from, grammar } => {
                let mut at = from;
                while let Some(arg) = args.word(at) {
                    if is(arg, word) {
                        self.from(at + 1, args, &mut visit);
                        if self.find != SINGLE {
                            // They reach the end: the word among them is a key.
                            break;
                        }
                    }
                    at += 1 + grammar.iter().find(|option| is(arg, option.token)).map_or(0, taken);
                }
            }
        }
    }

    fn from<W: ArgumentWords + ?Sized>(&self, first: usize, args: &W, visit: &mut impl FnMut(usize)) {
        let (first, end, step) = match self.find {
            KeySearch::Range { last, step } if last >= 0 => (first, first + last.unsigned_abs() + 1, step),
            KeySearch::Range { last, step } => {
                (first, (args.count() + 1).saturating_sub(last.unsigned_abs()), step)
            }
            KeySearch::Half => (first, first + args.count().saturating_sub(first) / 2, 1),
            KeySearch::Numbered { step } => {
                let count =
                    args.word(first).and_then(|arg| std::str::from_utf8(arg).ok()?.parse::<usize>().ok());
                (first + 1, count.unwrap_or(0).saturating_mul(step).saturating_add(first + 1), step)
            }
        };
        for at in (first..end.min(args.count())).step_by(step) {
            if self.role != KeyRole::KeyUnlessEmpty || args.word(at).is_some_and(|arg| !arg.is_empty()) {
                visit(at);
            }
        }
    }
}

fn is(arg: &[u8], word: &str) -> bool {
    arg.eq_ignore_ascii_case(word.as_bytes())
}

/// How many arguments belong to an option behind its token.
pub(super) fn taken(option: &Opt) -> usize {
    match option.value {
        OptValue::One(_) | OptValue::Repeat(_) => 1,
        OptValue::Tuple(params) => params.len(),
        OptValue::RepeatPairs => 2,
        OptValue::Phrase(pieces) => pieces
            .iter()
            .filter(|piece| matches!(piece, PhrasePiece::Own(_) | PhrasePiece::Or { .. }))
            .count(),
        // A list, rows and what comes last end where the next token begins, which the walk finds by itself.
        OptValue::Flag
        | OptValue::List(_)
        | OptValue::Counted(_)
        | OptValue::Last(_)
        | OptValue::Choice(_)
        | OptValue::Companion(_)
        | OptValue::Early(_)
        | OptValue::Form
        | OptValue::Exclude => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{by_name, key_positions, pattern_positions};

    fn keys(line: &str) -> Vec<usize> {
        let words: Vec<&str> = line.split(' ').map(|word| if word == "\"\"" { "" } else { word }).collect();
        key_positions(by_name(words[0].as_bytes()).expect("a row").get(), &words[1..])
    }

    #[test]
    fn keys_are_found_by_position_step_number_and_word() {
        assert_eq!(keys("GET k"), [0]);
        assert_eq!(keys("RENAME a b"), [0, 1]);
        assert_eq!(keys("DEL a b c"), [0, 1, 2]);
        assert_eq!(keys("MSET a 1 b 2"), [0, 2]);
        assert_eq!(keys("MSETEX 2 a 1 b 2 EX 5"), [1, 3]);
        assert_eq!(keys("SORT l BY STORE GET x store d"), [0, 6]);
        assert_eq!(keys("WAIT 1 0"), Vec::<usize>::new());
    }

    #[test]
    fn of_two_columns_the_first_are_keys_whatever_they_are_called() {
        assert_eq!(keys("XREAD COUNT 2 STREAMS a streams 0 1"), [3, 4]);
        assert_eq!(keys("XREAD BLOCK streams STREAMS a 0"), [3]);
        assert_eq!(keys("XREAD STREAMS"), Vec::<usize>::new());
        assert_eq!(keys("ZUNIONSTORE d 2 a b WEIGHTS 1 2"), [0, 2, 3]);
        assert_eq!(keys("BLPOP a b 0"), [0, 1]);
        assert_eq!(keys("MIGRATE h 1 \"\" 0 100 KEYS a keys b"), [6, 7, 8]);
    }

    #[test]
    fn migrate_names_its_keys_in_one_of_two_places() {
        assert_eq!(keys("MIGRATE h 1 k 0 100 COPY"), [2]);
        assert_eq!(keys("MIGRATE h 1 \"\" 0 100 AUTH keys KEYS a b"), [8, 9]);
    }

    #[test]
    fn a_wrong_number_of_keys_finds_no_argument_beyond_the_last() {
        assert_eq!(keys("MSETEX 9 a 1"), [1]);
        assert_eq!(keys("MSETEX x a 1"), Vec::<usize>::new());
        assert_eq!(keys("MSETEX 18446744073709551615 a 1"), [1]);
        assert_eq!(keys("GET"), Vec::<usize>::new());
    }

    #[test]
    fn patterns_are_not_keys_but_are_found() {
        let row = by_name(b"SORT").expect("a row").get();
        assert_eq!(pattern_positions(row, &["l", "BY", "w_*", "GET", "#", "GET", "o_*"]), [2, 4, 6]);
        let row = by_name(b"scan").expect("a row").get();
        assert_eq!(pattern_positions(row, &["0", "COUNT", "10", "MATCH", "a*"]), [4]);
        assert!(row.keys.iter().all(|spec| !spec.role.is_key()));
    }
}
