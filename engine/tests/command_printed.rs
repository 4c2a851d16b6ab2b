//! What is printed from the command table is committed, and no second list of commands exists beside it.

#![allow(clippy::panic, clippy::expect_used, reason = "an integration test is test code throughout")]

use std::path::{Path, PathBuf};

use oxidis_engine::command::{print_dts, print_markdown, table};
use oxidis_engine::net::options::print_options_markdown;

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
    assert!(committed("commands.d.ts") == print_dts(), "commands.d.ts is stale: run `npm run generate`");
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

#[test]
fn the_facade_quotes_no_command() {
    for file in [
        "lib/commands.js",
        "lib/arguments.js",
        "lib/lists.js",
        "lib/options.js",
        "lib/option-words.js",
        "lib/scan.js",
    ] {
        let text = committed(file);
        let code: String = text.lines().map(code_of).collect::<Vec<_>>().join("\n");
        assert!(code.len() > 500, "{file} holds no code");
        for command in table() {
            for name in command.methods().chain([command.row.name]) {
                for quoted in [format!("'{name}'"), format!("\"{name}\""), format!("`{name}`")] {
                    assert!(!code.contains(&quoted), "{file}: {quoted} belongs in the table only");
                }
            }
        }
    }
}

/// A line without its comment: examples may name commands.
fn code_of(line: &str) -> &str {
    let line = line.trim_start();
    if line.starts_with("//") || line.starts_with('*') || line.starts_with("/*") { "" } else { line }
}
