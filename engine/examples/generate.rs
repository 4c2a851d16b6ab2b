//! Writes what is printed from the engine's tables: `types/commands.d.ts`, `docs/commands.md` and the README's table of options.
//!
//! With `--check` nothing is written; stale files are named, and the exit code is 1. With `--table`, the command table as
//! JSON goes to standard output instead.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use oxidis_engine::command::{described_table_json, print_dts, print_markdown};
use oxidis_engine::config::print_options_markdown;

const OPTIONS_BEGIN: &str = "<!-- options: printed by `npm run generate` -->\n\n";
const OPTIONS_END: &str = "\n<!-- /options -->";

fn main() -> io::Result<ExitCode> {
    let has = |flag: &str| std::env::args().any(|arg| arg == flag);
    if has("--table") {
        io::stdout().write_all(described_table_json().as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md"))?;
    let files = [
        ("types/commands.d.ts", print_dts()),
        ("docs/commands.md", print_markdown()),
        ("README.md", with_options(&readme)?),
    ];
    let mut code = ExitCode::SUCCESS;
    for (name, content) in files {
        let path = root.join(name);
        if !has("--check") {
            std::fs::write(path, content)?;
        } else if std::fs::read_to_string(path)? != content {
            writeln!(io::stderr(), "{name} is stale: run `npm run generate`")?;
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// The README with a fresh table between its markers.
fn with_options(readme: &str) -> io::Result<String> {
    let missing = || io::Error::other("README.md has lost the markers around its table of options");
    let (before, rest) = readme.split_once(OPTIONS_BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(OPTIONS_END).ok_or_else(missing)?;
    Ok(format!("{before}{OPTIONS_BEGIN}{}{OPTIONS_END}{after}", print_options_markdown()))
}
