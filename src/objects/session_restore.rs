//! Commands that are sent again to the connection that follows a lost one.

use oxidis_engine::client::Staging;
use oxidis_engine::command::{Command, Kind, Part};
use oxidis_engine::connection::request_listeners::StateCommand;

/// The command staged last, with what it replaces: an earlier one of the same name and, where its first argument is one of a few
/// words, of the same word. Of several such commands, the later ones decide.
pub(crate) fn state_command(command: &Command, staging: &Staging) -> StateCommand {
    let words: Vec<Vec<u8>> = staging.all_words().iter().map(|word| word.to_vec()).collect();
    let mut key = command.row.name.as_bytes().to_vec();
    let is_choice =
        matches!(command.row.parts.first(), Some(Part::One(param)) if matches!(param.kind, Kind::Choice(_)));
    if let Some(word) = words.get(command.words).filter(|_| is_choice) {
        key.push(b' ');
        key.extend(word.to_ascii_lowercase());
    }
    StateCommand { key, words }
}
