//! What a row and a server say about a command, in the same terms.

use std::collections::{BTreeMap, BTreeSet};

use oxidis_engine::command::{
    Access, Command, Companion, KeySearch, KeySearchStart, Kind, OptValue, Part, PhrasePiece,
};

use super::server::{Reply, Server};

/// What is compared.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) arity: i64,
    pub(crate) flags: BTreeSet<&'static str>,
    pub(crate) keys: BTreeSet<String>,
    pub(crate) tokens: BTreeSet<String>,
    pub(crate) group: String,
    pub(crate) since: Option<String>,
}

const FLAGS: [&str; 4] = ["admin", "blocking", "readonly", "write"];

/// What the row says; its options are [`row_tokens`].
pub(crate) fn row_facts(command: &Command) -> Facts {
    let row = command.row;
    let says =
        [row.admin, command.timeout.is_some(), row.access == Access::Read, row.access == Access::Write];
    let flags = FLAGS.into_iter().zip(says).filter_map(|(flag, set)| set.then_some(flag)).collect();
    Facts { arity: i64::from(command.arity()), flags, keys: positions(command), ..Facts::default() }
}

/// The rules that find keys, in the server's count: its words include the name.
pub(crate) fn positions(command: &Command) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for spec in command.keys.iter().filter(|spec| spec.role.is_key()) {
        let begin = match spec.begin {
            KeySearchStart::Index(index) => (index + command.words).to_string(),
            KeySearchStart::Keyword { word, .. } => word.to_string(),
        };
        match spec.find {
            KeySearch::Range { last, step } => {
                range(
                    &mut keys,
                    &begin,
                    i64::try_from(last).expect("small"),
                    i64::try_from(step).expect("small"),
                );
            }
            KeySearch::Half => {
                keys.insert(format!("first half from {begin}"));
            }
            KeySearch::Numbered { step } => {
                keys.insert(format!("numbered at {begin} step {step}"));
            }
        }
    }
    keys
}

fn range(keys: &mut BTreeSet<String>, begin: &str, last: i64, step: i64) {
    match begin.parse::<i64>() {
        Ok(first) if last >= 0 => keys.extend(
            (0..=last).step_by(usize::try_from(step).expect("a step")).map(|at| (first + at).to_string()),
        ),
        _ if last == 0 => {
            keys.insert(begin.to_string());
        }
        _ => {
            keys.insert(format!("from {begin} to {last} step {step}"));
        }
    }
}

/// All words that the row can send besides values.
pub(crate) fn row_tokens(command: &Command) -> BTreeSet<String> {
    let mut tokens = BTreeSet::new();
    for part in command.row.parts {
        match part {
            Part::One(param)
            | Part::Maybe { param, .. }
            | Part::Many { param, .. }
            | Part::Weighted { param, .. } => {
                words(&mut tokens, param.kind);
            }
            Part::Word(word) | Part::Lifted(word) | Part::Early { word, .. } => {
                tokens.insert((*word).to_string());
            }
            Part::Options { options, .. } | Part::Steps(options) => {
                for option in *options {
                    tokens.extend(option.token.split_whitespace().map(str::to_string));
                    match option.value {
                        OptValue::One(kind)
                        | OptValue::Companion(Companion::Value(kind))
                        | OptValue::Early(kind)
                        | OptValue::Repeat(kind)
                        | OptValue::List(kind)
                        | OptValue::Last(kind) => {
                            words(&mut tokens, kind);
                        }
                        OptValue::Choice(choice) => {
                            tokens.extend(choice.iter().map(|word| word.to_uppercase()));
                        }
                        OptValue::Phrase(pieces) => {
                            for piece in pieces {
                                phrase(&mut tokens, piece);
                            }
                        }
                        OptValue::Tuple(params) | OptValue::Counted(params) => {
                            for param in params {
                                words(&mut tokens, param.kind);
                            }
                        }
                        OptValue::Flag
                        | OptValue::Form
                        | OptValue::RepeatPairs
                        | OptValue::Companion(Companion::Flag)
                        | OptValue::Exclude => {}
                    }
                }
            }
            Part::Vector { element, .. } => {
                tokens.extend(
                    ["FP32", "VALUES"].into_iter().chain(element.then_some("ELE")).map(str::to_string),
                );
            }
            Part::Count | Part::Pairs { .. } | Part::Rows(_) | Part::OneOrMany(_) => {}
        }
    }
    tokens
}

fn phrase(tokens: &mut BTreeSet<String>, piece: &PhrasePiece) {
    match piece {
        PhrasePiece::Own(kind) => words(tokens, *kind),
        PhrasePiece::If { word, .. } | PhrasePiece::With { word, .. } => {
            tokens.extend(is_word(word).then(|| (*word).to_string()));
        }
        // The word stands for a value.
        PhrasePiece::Or { .. } => {}
    }
}

fn words(tokens: &mut BTreeSet<String>, kind: Kind) {
    match kind {
        Kind::Choice(choice) => tokens.extend(choice.iter().map(|word| word.to_uppercase())),
        Kind::Switch { on, off } => tokens.extend([on.to_string(), off.to_string()]),
        _ => {}
    }
}

/// Every command of the server, by its name in the table's spelling; containers and help pages left out.
pub(crate) fn server_facts(server: &mut Server) -> BTreeMap<String, Facts> {
    let mut all = BTreeMap::new();
    let commands = server.ask(&["COMMAND"]);
    for entry in commands.list() {
        command(&mut all, entry);
    }
    let docs = server.ask(&["COMMAND", "DOCS"]);
    for (name, doc) in docs.map() {
        document(&mut all, name, doc);
    }
    all
}

fn command(all: &mut BTreeMap<String, Facts>, entry: &Reply) {
    let entry = entry.list();
    let subcommands = entry[9].list();
    let name = spelled(entry[0].text());
    if subcommands.is_empty() && !name.ends_with(" HELP") {
        let flags: Vec<&str> = entry[2].list().iter().map(Reply::text).collect();
        let flags = FLAGS.into_iter().filter(|flag| flags.contains(flag)).collect();
        let mut keys = BTreeSet::new();
        for spec in entry[8].list() {
            server_positions(&mut keys, spec);
        }
        all.insert(name, Facts { arity: entry[1].int(), flags, keys, ..Facts::default() });
    }
    for entry in subcommands {
        command(all, entry);
    }
}

fn server_positions(keys: &mut BTreeSet<String>, spec: &Reply) {
    let spec = spec.map();
    let begin = spec["begin_search"].map();
    let find = spec["find_keys"].map();
    let (begin_spec, find_spec) = (begin["spec"].map(), find["spec"].map());
    let begin = match begin["type"].text() {
        "index" => begin_spec["index"].int().to_string(),
        "keyword" => begin_spec["keyword"].text().to_string(),
        _ => {
            keys.insert("unknown".to_string());
            return;
        }
    };
    match find["type"].text() {
        "range" if find_spec["limit"].int() > 1 => {
            let (last, step, limit) =
                (find_spec["lastkey"].int(), find_spec["keystep"].int(), find_spec["limit"].int());
            assert_eq!((last, step, limit), (-1, 1, 2));
            keys.insert(format!("first half from {begin}"));
        }
        "range" => range(keys, &begin, find_spec["lastkey"].int(), find_spec["keystep"].int()),
        "keynum" => {
            assert_eq!((find_spec["keynumidx"].int(), find_spec["firstkey"].int()), (0, 1));
            keys.insert(format!("numbered at {begin} step {}", find_spec["keystep"].int()));
        }
        _ => {
            keys.insert("unknown".to_string());
        }
    }
}

fn document(all: &mut BTreeMap<String, Facts>, name: &str, doc: &Reply) {
    let doc = doc.map();
    if let Some(facts) = all.get_mut(&spelled(name)) {
        facts.group = doc["group"].text().to_string();
        // What a module brings is documented by its group only.
        facts.since = doc.get("since").map(|since| since.text().to_string());
        if let Some(arguments) = doc.get("arguments") {
            tokens(&mut facts.tokens, arguments);
        }
    }
    if let Some(subcommands) = doc.get("subcommands") {
        for (name, doc) in subcommands.map() {
            document(all, name, doc);
        }
    }
}

/// `*`, `=`, `~` and the empty key of MIGRATE are documented as words as well.
fn is_word(token: &str) -> bool {
    token.contains(|letter: char| letter.is_ascii_alphabetic())
}

fn tokens(found: &mut BTreeSet<String>, arguments: &Reply) {
    for argument in arguments.list() {
        let argument = argument.map();
        if let Some(token) = argument.get("token").map(|token| token.text()).filter(|token| is_word(token)) {
            found.insert(token.to_uppercase());
        }
        if let Some(arguments) = argument.get("arguments") {
            tokens(found, arguments);
        }
    }
}

/// `CONFIG GET` for `config|get`.
fn spelled(name: &str) -> String {
    name.replace('|', " ").to_uppercase()
}
