//! Reads of streams that begin behind the last entry (`$`), whichever that is when the command runs: derived from a row.

use super::argument::{Opt, Part};
use super::key::taken;
use super::registry::Command;

/// How a row names the end of a stream, and what finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The word in front of the keys, which as many ids follow.
    pub word: &'static str,
    /// The id that means the last entry's.
    pub id: &'static str,
    /// The command that replies the last entry.
    pub found_by: &'static str,
    /// What stands behind the key there.
    pub arguments: &'static [&'static str],
}

/// One such id: where it stands among the arguments behind the name, and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TailId {
    /// Where the key stands.
    pub key: usize,
    /// Where the id stands.
    pub id: usize,
}

impl Command {
    /// The ids of a call with these arguments that mean the ends of streams. None where the arguments make no sense.
    pub fn tail_ids<A: AsRef<[u8]>>(&self, args: &[A]) -> Vec<TailId> {
        let Some(tail) = self.row.tail else { return Vec::new() };
        let grammar = self.row.parts.iter().find_map(|part| match part {
            Part::Options { options, .. } => Some(*options),
            _ => None,
        });
        let Some(first) = behind(args, grammar.unwrap_or_default(), tail.word) else { return Vec::new() };
        let half = (args.len() - first) / 2;
        if 2 * half != args.len() - first {
            return Vec::new();
        }
        let ids = (first..first + half).map(|key| TailId { key, id: key + half });
        ids.filter(|at| args.get(at.id).is_some_and(|id| id.as_ref() == tail.id.as_bytes())).collect()
    }
}

/// Where the arguments behind `word` begin, which follows the options of `grammar`.
fn behind<A: AsRef<[u8]>>(args: &[A], grammar: &[Opt], word: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let arg = args.get(at)?.as_ref();
        if arg.eq_ignore_ascii_case(word.as_bytes()) {
            return Some(at + 1);
        }
        let known = |option: &&Opt| arg.eq_ignore_ascii_case(option.token.as_bytes());
        at += 1 + grammar.iter().find(known).map_or(0, taken);
    }
}

#[cfg(test)]
mod tests {
    use super::super::by_name;

    fn ids(name: &str, args: &[&str]) -> Vec<(usize, usize)> {
        let command = by_name(name.as_bytes()).expect("a row").get();
        command.tail_ids(args).iter().map(|at| (at.key, at.id)).collect()
    }

    #[test]
    fn the_ends_of_streams_are_found_among_other_ids() {
        assert_eq!(ids("XREAD", &["block", "0", "streams", "s", "$"]), [(3, 4)]);
        let mixed = ["COUNT", "2", "BLOCK", "0", "STREAMS", "streams", "b", "$", "$", "0-0", "$"];
        assert_eq!(ids("XREAD", &mixed), [(5, 8), (7, 10)]);
        assert_eq!(ids("XREAD", &["STREAMS", "$", "7"]), []);
        assert_eq!(ids("XREAD", &["STREAMS", "s", "+"]), []);
    }

    #[test]
    fn what_makes_no_sense_has_no_ends() {
        assert_eq!(ids("XREAD", &["BLOCK", "0", "STREAMS", "a", "b", "$"]), []);
        assert_eq!(ids("XREAD", &["BLOCK", "0"]), []);
        assert_eq!(ids("XREADGROUP", &["GROUP", "g", "c", "STREAMS", "s", "$"]), [], "it has no such id");
    }
}
