//! Reads of streams that begin behind the last entry: the questions that find out which one that is.

use oxidis_engine::client::pool::PendingTail;
use oxidis_engine::client::{ManagedConnection, Staging};
use oxidis_engine::command::{self, Command, Shape, Tail};
use oxidis_engine::connection::rejection::RetryPolicy;
use oxidis_engine::connection::request::{NEVER, Recipient, Request, now, replays};
use oxidis_engine::connection::request_listeners::TrackId;

/// Questions for the last ids of the streams in `tails` (see [`tails`]), each with what waits for its reply. `timeout` is in
/// milliseconds, 0 for none.
pub(crate) fn questions(
    connection: &ManagedConnection,
    command: Option<&'static Command>,
    tails: Vec<(usize, Vec<u8>)>,
    timeout: u32,
) -> (Vec<PendingTail>, Vec<Question>) {
    let asked = tails.into_iter().filter_map(|(word, key)| {
        let tail = command?.row.tail?;
        let (id, reply) = connection.queue().track_question();
        Some((PendingTail { word, reply }, Question { tail, key, id, timeout }))
    });
    asked.unzip()
}

/// Asks for the last entry of a stream.
pub(crate) struct Question {
    tail: &'static Tail,
    key: Vec<u8>,
    id: TrackId,
    timeout: u32,
}

impl Question {
    /// Stages it, in its turn.
    pub(crate) fn stage(self, staging: &mut Staging) {
        let Some(found_by) = command::by_name(self.tail.found_by.as_bytes()) else { return };
        let found_by = found_by.get();
        staging.begin(&found_by.name_resp, found_by.words, 1 + self.tail.arguments.len());
        staging.argument(&self.key);
        self.tail.arguments.iter().for_each(|argument| staging.argument(argument.as_bytes()));
        staging.commit(Request {
            recipient: Recipient::Probe,
            shape: &Shape::Any,
            replays: replays(true),
            retry_policy: RetryPolicy::TOLD,
            redirects: 0,
            track: Some(self.id),
            length: 0,
            end: 0,
            deadline: if self.timeout == 0 { NEVER } else { now() + u64::from(self.timeout) },
            timeout: self.timeout,
            late: 0,
        });
    }
}

/// The ends of streams that the command staged last begins behind: the words that mean them, with their keys.
pub(crate) fn tails(command: &Command, staging: &Staging) -> Vec<(usize, Vec<u8>)> {
    if command.row.tail.is_none() {
        return Vec::new();
    }
    let words = staging.all_words();
    let arguments = words.get(command.words..).unwrap_or_default();
    let found = command.tail_ids(arguments);
    found.iter().map(|at| (command.words + at.id, arguments[at.key].to_vec())).collect()
}
