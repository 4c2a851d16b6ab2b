//! The rows at run time: numbered, with what follows from them, and found by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::argument::{OptValue, Part};
use super::key::{self, KeyRole, KeySpec};
use super::row::{ConnectionUse, Family, Replay, Row};
use super::shape::Shape;
use super::table::FAMILIES;
use super::timeout::{self, ServerTimeout, TimeoutArg};

/// A row with what follows from it.
#[derive(Debug)]
pub struct Command {
    /// The row.
    pub row: &'static Row,
    /// Its family.
    pub family: Family,
    /// The name as bulk strings, one for each of its words: `$6\r\nCONFIG\r\n$3\r\nGET\r\n`.
    pub name_resp: Box<[u8]>,
    /// How many words the name has.
    pub words: usize,
    /// The JavaScript method.
    pub method: String,
    /// Where its keys and patterns are.
    pub keys: Vec<KeySpec>,
    /// Where it says how long it may block.
    pub timeout: Option<TimeoutArg>,
}

/// The number of a command: its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandId(u16);

static TABLE: LazyLock<Vec<Command>> = LazyLock::new(|| {
    FAMILIES.iter().flat_map(|(family, rows)| rows.iter().map(|row| Command::new(*family, row))).collect()
});

static NAMES: LazyLock<HashMap<&'static [u8], CommandId>> = LazyLock::new(|| {
    (0u16..)
        .zip(TABLE.iter())
        .map(|(index, command)| (command.row.name.as_bytes(), CommandId(index)))
        .collect()
});

/// No name is longer: what is, is no command, and needs no upper-casing.
const LONGEST_NAME: usize = 48;

/// Every command, by number.
pub fn table() -> &'static [Command] {
    &TABLE
}

/// Finds a command by its name in any case; a container's by both words, with one space.
pub fn by_name(name: &[u8]) -> Option<CommandId> {
    let mut upper = [0; LONGEST_NAME];
    let upper = upper.get_mut(..name.len())?;
    upper.copy_from_slice(name);
    upper.make_ascii_uppercase();
    NAMES.get(&*upper).copied()
}

/// Finds the command of a raw call: its name, or its name and the first argument together, as in `CONFIG`, `GET`.
///
/// Answers the command and how many of `args` belong to its name.
pub fn resolve<A: AsRef<[u8]>>(name: &[u8], args: &[A]) -> Option<(CommandId, usize)> {
    if let Some(id) = by_name(name) {
        return Some((id, 0));
    }
    let second = args.first()?.as_ref();
    if name.len() + 1 + second.len() > LONGEST_NAME {
        return None;
    }
    by_name(&[name, b" ", second].concat()).map(|id| (id, 1))
}

/// The positions of the keys among `args`, the arguments behind the name.
pub fn key_positions<A: AsRef<[u8]>>(command: &Command, args: &[A]) -> Vec<usize> {
    positions(command, args, KeyRole::is_key)
}

/// The positions of names and patterns that are no keys, but prefixed like keys, among `args`, the arguments behind the name.
pub fn pattern_positions<A: AsRef<[u8]>>(command: &Command, args: &[A]) -> Vec<usize> {
    positions(command, args, |role| !role.is_key())
}

fn positions<A: AsRef<[u8]>>(command: &Command, args: &[A], wanted: impl Fn(KeyRole) -> bool) -> Vec<usize> {
    let mut found = Vec::new();
    for spec in command.keys.iter().filter(|spec| wanted(spec.role)) {
        spec.each(args, |at| found.push(at));
    }
    found
}

impl CommandId {
    /// The command with this number, if there is one.
    pub fn from_index(index: usize) -> Option<Self> {
        if index < TABLE.len() { u16::try_from(index).ok().map(Self) } else { None }
    }

    /// Its place in [`table()`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The command.
    pub fn get(self) -> &'static Command {
        &TABLE[self.index()]
    }
}

impl Command {
    pub(super) fn new(family: Family, row: &'static Row) -> Self {
        let mut name_resp = Vec::new();
        for word in row.name.split(' ') {
            name_resp.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
        }
        Self {
            row,
            family,
            name_resp: name_resp.into(),
            words: row.name.split(' ').count(),
            method: method_name(row.name),
            keys: key::specs(row.parts),
            timeout: timeout::timeout(row.parts),
        }
    }

    /// Whether it may be sent again after a lost connection.
    pub fn read_only(&self) -> bool {
        self.row.replay == Replay::Safe
    }

    /// Whether it runs what a user has written, whose errors may be any.
    pub fn runs_scripts(&self) -> bool {
        self.family == Family::Scripting
    }

    /// What sending a call with these variant bits twice would do. Bits stand for options whose answer would differ the
    /// second time, so that such a call is not idempotent.
    pub fn replay(&self, variant: u8) -> Replay {
        match self.row.replay {
            Replay::Idempotent if variant != 0 => Replay::Once,
            replay => replay,
        }
    }

    /// Where it may run.
    pub fn connection_use(&self) -> ConnectionUse {
        self.row.connection_use
    }

    /// How long the server may keep a call with these arguments (behind the name) waiting.
    pub fn server_timeout<A: AsRef<[u8]>>(&self, args: &[A]) -> ServerTimeout {
        self.timeout.map_or(ServerTimeout::None, |timeout| timeout.read(args))
    }

    /// The shape of the reply to a call with these variant bits.
    pub fn shape(&self, variant: u8) -> &'static Shape {
        let case = self.row.cases.iter().find(|case| variant & case.bits == case.bits);
        case.map_or(self.row.reply, |case| case.shape)
    }

    /// The method and its aliases.
    pub fn methods(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.method.as_str()).chain(self.row.aliases.iter().copied())
    }

    /// The number of words that the server expects, name included; negative where it is a minimum.
    pub fn arity(&self) -> i32 {
        let mut least = i32::try_from(self.words).unwrap_or(i32::MAX);
        let mut open = false;
        for part in self.row.parts {
            let (min, variable) = match part {
                Part::One(_) | Part::OneOrMany(_) | Part::Word(_) | Part::Count => (1, false),
                Part::Maybe { .. } | Part::Lifted(_) | Part::Steps(_) | Part::Early { .. } => (0, true),
                Part::Many { min, .. } => (i32::from(*min), true),
                Part::Pairs { .. } | Part::Vector { .. } => (2, true),
                Part::Weighted { .. } => (1, true),
                Part::Rows(params) => (i32::try_from(params.len()).unwrap_or(i32::MAX), true),
                Part::Options { options, need } => (
                    i32::try_from(need.words(options)).unwrap_or(i32::MAX),
                    options.iter().any(|option| !matches!(option.value, OptValue::Exclude | OptValue::Form)),
                ),
            };
            least += min;
            open |= variable;
        }
        if open { -least } else { least }
    }
}

/// `configGet` for a container's command, otherwise the name in lower case.
fn method_name(name: &str) -> String {
    let mut words = name.split([' ', '-']).map(str::to_ascii_lowercase);
    let mut method = words.next().unwrap_or_default();
    for word in words {
        let mut letters = word.chars();
        method.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        method.push_str(letters.as_str());
    }
    method
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_is_found_in_any_case_and_a_container_by_both_words() {
        assert_eq!(by_name(b"gEt").map(|id| id.get().row.name), Some("GET"));
        assert_eq!(by_name(b"config get").map(|id| id.get().row.name), Some("CONFIG GET"));
        assert_eq!(by_name(b"config"), None);
        assert_eq!(by_name(b""), None);
        assert_eq!(by_name(&[b'x'; 1000]), None);
        assert_eq!(
            resolve(b"Config", &["geT", "a"]).map(|(id, words)| (id.get().row.name, words)),
            Some(("CONFIG GET", 1))
        );
        assert_eq!(
            resolve(b"get", &["config"]).map(|(id, words)| (id.get().row.name, words)),
            Some(("GET", 0))
        );
        assert_eq!(resolve::<&str>(b"config", &[]), None);
        assert_eq!(resolve(b"nosuch", &["x".repeat(1000)]), None);
    }

    #[test]
    fn every_name_and_method_occurs_once_and_fits() {
        let names: HashSet<_> = table().iter().map(|command| command.row.name).collect();
        let methods: HashSet<_> = table().iter().flat_map(Command::methods).collect();
        let aliases: usize = table().iter().map(|command| command.row.aliases.len()).sum();
        assert_eq!(names.len(), table().len());
        assert_eq!(methods.len(), table().len() + aliases);
        assert!(names.iter().all(|name| name.len() <= LONGEST_NAME && *name == name.to_ascii_uppercase()));
        assert!(table().len() < 1 << 12, "the binding has 12 bits for a command's number");
    }

    #[test]
    fn names_are_encoded_once_as_bulk_strings() {
        let command = by_name(b"CLIENT NO-EVICT").expect("a row").get();
        assert_eq!(&*command.name_resp, b"$6\r\nCLIENT\r\n$8\r\nNO-EVICT\r\n");
        assert_eq!((command.words, command.method.as_str()), (2, "clientNoEvict"));
    }

    #[test]
    fn the_shape_follows_the_variant() {
        let set = by_name(b"SET").expect("a row").get();
        assert_eq!(set.shape(0), &super::super::shape::OK);
        assert_eq!(set.shape(1), &super::super::shape::TEXT_OR_NULL);
        assert_eq!(set.shape(3), &super::super::shape::TEXT_OR_NULL);
        assert_eq!((set.replay(0), set.replay(2)), (Replay::Idempotent, Replay::Once));
        assert!(by_name(b"GET").expect("a row").get().read_only());
    }

    #[test]
    fn only_variant_bits_that_an_argument_sets_are_waited_for() {
        for command in table() {
            let set = command.row.parts.iter().fold(0, |bits, part| match part {
                Part::Maybe { bits: more, .. } => bits | more,
                Part::Options { options, .. } => options.iter().fold(bits, |bits, option| bits | option.bits),
                _ => bits,
            });
            assert!(set < 16, "{}: a variant has 4 bits", command.row.name);
            for case in command.row.cases {
                assert!(case.bits != 0 && case.bits & set == case.bits, "{}", command.row.name);
            }
        }
    }

    #[test]
    fn what_blocks_has_a_lane_that_says_where() {
        for command in table() {
            let apart = matches!(command.connection_use(), ConnectionUse::Dedicated | ConnectionUse::Pinned);
            assert_eq!(command.timeout.is_some(), apart, "{}", command.row.name);
        }
    }

    #[test]
    fn options_of_one_command_have_names_of_their_own_and_sentences() {
        for command in table() {
            let mut seen = HashSet::new();
            assert!(command.row.doc.ends_with('.'), "{}", command.row.name);
            for part in command.row.parts {
                if let Part::Options { options, .. } = part {
                    for option in *options {
                        assert!(seen.insert(option.name), "{} {}", command.row.name, option.name);
                        assert!(option.doc.ends_with('.'), "{} {}", command.row.name, option.name);
                    }
                }
            }
        }
    }
}
