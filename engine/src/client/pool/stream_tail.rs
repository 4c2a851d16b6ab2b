//! Ids of a stream read that mean "behind the last entry". The last id is asked for at the time of the call, so that nothing that
//! is added later is missed while the read waits for a connection, or is sent again.

use tokio::sync::oneshot;

use crate::client::staging::words;
use crate::error::{ConnectionFailure, Error, ErrorKind};
use crate::resp::encode;
use crate::value::Value;

/// What comes before every entry: a stream without entries.
const BEFORE_ALL: &[u8] = b"0-0";

/// One such id.
#[derive(Debug)]
pub struct PendingTail {
    /// Where it stands among the words of the command.
    pub word: usize,
    /// The stream's last entry.
    pub reply: oneshot::Receiver<Result<Value, Error>>,
}

/// Waits for the last ids and puts them into the command `bytes`. Returns whether all are known: a server may refuse the question.
pub(super) async fn resolve(bytes: &mut Vec<u8>, tails: &mut Vec<PendingTail>) -> Result<bool, Error> {
    let count = tails.len();
    let mut known = Vec::with_capacity(count);
    for PendingTail { word, reply } in tails.drain(..) {
        match reply.await {
            Ok(Ok(value)) => known.extend(last_id(&value).map(|id| (word, id))),
            Ok(Err(error)) if matches!(error.kind(), ErrorKind::Reply(_) | ErrorKind::ReplyLimit) => {}
            Ok(Err(error)) => return Err(error.executed(false)),
            Err(_) => {
                let message = "the connection was lost before the last id of a stream was known";
                return Err(Error::connection(ConnectionFailure::Lost, message).executed(false));
            }
        }
    }
    let is_complete = known.len() == count;
    *bytes = replaced(bytes, &known);
    Ok(is_complete)
}

/// The id of the one entry in the reply. `None`: the reply is something else.
fn last_id(reply: &Value) -> Option<Vec<u8>> {
    let Value::List(entries) = reply else { return None };
    let Some(entry) = entries.first() else { return Some(BEFORE_ALL.to_vec()) };
    match entry {
        Value::List(parts) => match parts.first() {
            Some(Value::Bulk(id) | Value::Status(id)) => Some(id.to_vec()),
            _ => None,
        },
        _ => None,
    }
}

fn replaced(bytes: &[u8], known: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let words = words(bytes);
    let mut next = Vec::with_capacity(bytes.len() + 32 * known.len());
    encode::array_header(&mut next, words.len());
    for (at, word) in words.iter().enumerate() {
        let id = known.iter().find(|(place, _)| *place == at).map(|(_, id)| id.as_slice());
        encode::bulk(&mut next, id.unwrap_or(word));
    }
    next
}
