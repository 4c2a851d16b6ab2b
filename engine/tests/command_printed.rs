//! What is printed from the command table is committed, and no second list of commands exists beside it.

#![allow(clippy::panic, clippy::expect_used, reason = "an integration test is test code throughout")]

use std::path::{Path, PathBuf};

use oxidis_engine::command::{print_dts, print_markdown, table};
use oxidis_engine::config::print_options_markdown;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn committed(path: &str) -> String {
    std::fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .replace("\r\n", "\n")
}

#[test]
fn the_declarations_are_fresh() {
    assert!(
        committed("types/commands.d.ts") == print_dts(),
        "types/commands.d.ts is stale: run `npm run generate`"
    );
}

#[test]
fn the_document_is_fresh() {
    assert!(
        committed("docs/commands.md") == print_markdown(),
        "docs/commands.md is stale: run `npm run generate`"
    );
}

#[test]
fn the_readme_has_the_fresh_table_of_options() {
    let between = format!("-->\n\n{}\n<!-- /options -->", print_options_markdown());
    assert!(committed("README.md").contains(&between), "README.md is stale: run `npm run generate`");
}

/// Where names of commands are quoted outside of the table, and why that is no list of commands.
const QUOTED: &[(&str, &[&str], &str)] = &[
    (
        "engine/src/connection/handshake.rs",
        &["HELLO", "AUTH", "CLIENT SETNAME", "CLIENT SETINFO", "CLIENT ID", "SELECT", "ROLE", "PING"],
        "what opens a connection",
    ),
    ("engine/src/connection/handshake_stream.rs", &["PING"], "the last command of the handshake"),
    ("engine/src/connection/read_state.rs", &["PING"], "the probe of a silent connection"),
    ("engine/src/connection/batch.rs", &["MULTI", "EXEC"], "what stands around a transaction"),
    (
        "engine/src/config/option_table.rs",
        &["CLIENT LIST", "CLIENT SETINFO", "READONLY"],
        "sentences of a document, and an error code",
    ),
    (
        "engine/src/command/connection_rules.rs",
        &[
            "WAIT",
            "WAITAOF",
            "DISCARD",
            "EXEC",
            "MULTI",
            "UNWATCH",
            "WATCH",
            "SCRIPT DEBUG",
            "AUTH",
            "CLIENT REPLY",
            "CLIENT SETINFO",
            "CLIENT SETNAME",
            "HELLO",
            "QUIT",
            "RESET",
            "SELECT",
            "MONITOR",
            "PSYNC",
            "REPLCONF",
            "SYNC",
        ],
        "what to use instead of a refused command",
    ),
    ("engine/src/client/managed_connection/renewal.rs", &["AUTH"], "what renews credentials"),
    ("engine/src/client/pool/unblock.rs", &["CLIENT UNBLOCK"], "what ends a blocking command"),
    ("engine/src/client/pool/lease.rs", &["DISCARD", "UNWATCH"], "what undoes the traces of a lease"),
    (
        "engine/src/client/pubsub/kind.rs",
        &["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"],
        "what a subscriber says, and nobody else can",
    ),
    ("engine/src/client/pubsub/session.rs", &["PING"], "the probe of a silent connection"),
    ("engine/src/sentinel/query_all.rs", &["PING"], "the probe of a sentinel"),
    ("engine/src/sentinel/watch.rs", &["SUBSCRIBE", "PING"], "how sentinels are listened to"),
    ("lib/client/base-client.js", &["failover"], "an event"),
    ("lib/command/encode-arguments.js", &["set"], "the form of a collection"),
    ("lib/command/encode-lists.js", &["keys"], "a kind of list, and forms of collections"),
    ("lib/command/raw-keys.js", &["INFO"], "a subcommand: the question for key positions"),
    ("lib/command/values.js", &["set"], "the form of a collection"),
    ("lib/command/wrong-argument.js", &["set"], "the form of a collection"),
    ("lib/pubsub/iterator.js", &["subscribe"], "how the types of confirmations end"),
    (
        "lib/command/scripting.js",
        &["eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro"],
        "how scripts and functions are run",
    ),
    ("lib/client/sentinel.js", &["failover"], "a question to a sentinel, by its own name"),
];

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

fn is_javascript(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "js")
}

/// The sources that may run in production, without the table's rows.
fn sources(folder: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(root().join(folder)).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a type").is_dir() {
            if path != "engine/src/command/table" {
                sources(&path, found);
            }
        } else if (is_rust(&path) && !path.ends_with("/tests.rs")) || is_javascript(&path) {
            found.push(path);
        }
    }
}

#[test]
fn no_command_is_named_outside_of_the_table() {
    let mut files = vec!["index.js".to_string()];
    for folder in ["lib", "src", "engine/src"] {
        sources(folder, &mut files);
    }
    assert!(files.len() > 100, "{} files", files.len());
    let mut problems = Vec::new();
    let mut needed = std::collections::BTreeSet::new();
    for file in &files {
        let text = committed(file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: String = code.lines().map(code_of).collect::<Vec<_>>().join("\n");
        for command in table() {
            // In Rust, a method's name is a word like any other.
            let methods = command.methods().filter(|_| is_javascript(file));
            let named = methods.chain([command.row.name]).filter(|name| code.contains(*name));
            for name in named {
                let forms = [
                    format!("'{name}'"),
                    format!("\"{name}\""),
                    format!("`{name}`"),
                    format!("\\r\\n{name}\\r\\n"),
                ];
                if !forms.iter().any(|form| code.contains(form.as_str())) {
                    continue;
                }
                match QUOTED.iter().position(|(place, names, _)| place == file && names.contains(&name)) {
                    Some(entry) => {
                        needed.insert((entry, name));
                    }
                    None => problems.push(format!("{file}: {name} belongs in the table only")),
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    let listed: usize = QUOTED.iter().map(|(_, names, _)| names.len()).sum();
    assert_eq!(needed.len(), listed, "exceptions that are listed but gone; found: {needed:?}");
}

/// A line without its comment: examples may name commands.
fn code_of(line: &str) -> &str {
    let line = line.trim_start();
    if line.starts_with("//") || line.starts_with('*') || line.starts_with("/*") { "" } else { line }
}
