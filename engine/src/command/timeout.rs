//! Where a blocking command says how long the server may keep it waiting: derived from a row's parts.

use std::time::Duration;

use super::argument::{Kind, Opt, OptValue, Part, Unit};
use super::key::taken;

/// Where the timeout stands among the arguments behind the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutPosition {
    /// This far from the start.
    FromStart(usize),
    /// This far from the end; 0 is the last argument.
    FromEnd(usize),
    /// Behind an option's token; without it the command does not block.
    Behind {
        /// The token.
        word: &'static str,
        /// Where the options start.
        from: usize,
        /// The options.
        grammar: &'static [Opt],
    },
}

/// The timeout argument of a command that may block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeoutArg {
    /// Where it stands.
    pub place: TimeoutPosition,
    /// Its unit.
    pub unit: Unit,
}

/// How long the server may keep one call waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerTimeout {
    /// Not at all: this call does not block.
    None,
    /// At most this long.
    After(Duration),
    /// As long as it likes.
    Never,
}

/// The timeout argument that follows from `parts`.
pub(super) fn timeout(parts: &'static [Part]) -> Option<TimeoutArg> {
    let mut fixed = true;
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::One(param) => {
                if let Kind::Timeout(unit) = param.kind {
                    let place = if fixed {
                        TimeoutPosition::FromStart(index)
                    } else {
                        TimeoutPosition::FromEnd(parts.len() - 1 - index)
                    };
                    return Some(TimeoutArg { place, unit });
                }
            }
            Part::Options { options: grammar, .. } => {
                for option in *grammar {
                    if let OptValue::One(Kind::Timeout(unit)) = option.value {
                        let place = TimeoutPosition::Behind { word: option.token, from: index, grammar };
                        return Some(TimeoutArg { place, unit });
                    }
                }
                fixed = false;
            }
            Part::Many { .. }
            | Part::Pairs { .. }
            | Part::Weighted { .. }
            | Part::Rows(_)
            | Part::Steps(_)
            | Part::Vector { .. }
            | Part::Early { .. }
            | Part::Maybe { .. } => fixed = false,
            Part::Word(_) | Part::Count | Part::OneOrMany(_) | Part::Lifted(_) => {}
        }
    }
    None
}

impl TimeoutArg {
    /// Reads the timeout of one call. What is no number counts as not blocking: the server refuses it at once.
    pub fn read<A: AsRef<[u8]>>(&self, args: &[A]) -> ServerTimeout {
        let arg = match self.place {
            TimeoutPosition::FromStart(index) => args.get(index),
            TimeoutPosition::FromEnd(index) => args.len().checked_sub(index + 1).and_then(|at| args.get(at)),
            TimeoutPosition::Behind { word, from, grammar } => {
                let mut at = from;
                loop {
                    let Some(arg) = args.get(at) else { break None };
                    if arg.as_ref().eq_ignore_ascii_case(word.as_bytes()) {
                        break args.get(at + 1);
                    }
                    let known = |option: &&Opt| arg.as_ref().eq_ignore_ascii_case(option.token.as_bytes());
                    at += 1 + grammar.iter().find(known).map_or(0, taken);
                }
            }
        };
        let number = arg.and_then(|arg| std::str::from_utf8(arg.as_ref()).ok()?.parse::<f64>().ok());
        let seconds = match (number, self.unit) {
            (None, _) => return ServerTimeout::None,
            (Some(number), Unit::Seconds) => number,
            (Some(number), Unit::Millis) => number / 1000.0,
        };
        if seconds == 0.0 {
            return ServerTimeout::Never;
        }
        Duration::try_from_secs_f64(seconds).map_or(ServerTimeout::None, ServerTimeout::After)
    }
}

#[cfg(test)]
mod tests {
    use super::super::argument::{KEYS, one, options, value};
    use super::*;

    const BLOCK: &[Opt] =
        &[value("count", "COUNT", Kind::Int, ""), value("block", "BLOCK", Kind::Timeout(Unit::Millis), "")];

    const FIRST: &[Part] = &[one("timeout", Kind::Timeout(Unit::Seconds)), KEYS];
    const LAST: &[Part] = &[KEYS, one("timeout", Kind::Timeout(Unit::Seconds))];
    const LAST_MILLIS: &[Part] = &[KEYS, one("timeout", Kind::Timeout(Unit::Millis))];
    const BEHIND: &[Part] = &[options(BLOCK), KEYS];

    #[test]
    fn the_timeout_is_found_from_the_start_from_the_end_and_behind_its_word() {
        let start = timeout(FIRST).expect("a timeout");
        assert_eq!(start.read(&["1.5", "k"]), ServerTimeout::After(Duration::from_millis(1500)));
        let end = timeout(LAST).expect("a timeout");
        assert_eq!(end.read(&["9", "8", "2"]), ServerTimeout::After(Duration::from_secs(2)));
        let behind = timeout(BEHIND).expect("a timeout");
        assert_eq!(
            behind.read(&["COUNT", "block", "block", "250", "k"]),
            ServerTimeout::After(Duration::from_millis(250))
        );
        assert_eq!(behind.read(&["count", "1", "k"]), ServerTimeout::None);
    }

    #[test]
    fn zero_waits_for_ever_and_what_the_server_refuses_does_not_wait() {
        let arg = timeout(LAST_MILLIS).expect("a timeout");
        assert_eq!(arg.read(&["k", "0"]), ServerTimeout::Never);
        for refused in ["-1", "x", "nan", "inf", ""] {
            assert_eq!(arg.read(&["k", refused]), ServerTimeout::None, "{refused}");
        }
        assert_eq!(arg.read::<&str>(&[]), ServerTimeout::None);
    }
}
