//! What a sentinel's owner may ask or tell: the subcommands of `SENTINEL` that a client needs. Owns who is asked, and how often.

use std::ops::ControlFlow;

use super::Sentinels;
use super::query_all::{FailureReasons, SentinelCommand, query_all, sentinel};
use super::replies::{is_unknown, refusal};
use crate::command::{MapNames, Replay, Shape, resolve, shape};
use crate::connection::request_response::SimpleConnection;
use crate::error::Error;
use crate::value::Value;

/// Whom a question goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Addressee {
    /// All at once; the first one that answers is believed.
    Whoever,
    /// One after the other, until one has it: it acts, and two must not.
    One,
}

/// A question: a subcommand of `SENTINEL` that has a row in the command table.
#[derive(Clone, Debug)]
pub struct SentinelQuery {
    words: Vec<String>,
    to: Addressee,
    shape: &'static Shape,
}

impl SentinelQuery {
    /// The question of `words`, which stand behind `SENTINEL`. Fails if no row has that name.
    pub fn new(words: Vec<String>) -> Result<Self, Error> {
        let found = resolve(b"SENTINEL", &words).map(|(id, _)| id.get());
        let command = found.ok_or_else(|| Error::internal("no row of the table has this question"))?;
        let to = if command.row.replay == Replay::Safe { Addressee::Whoever } else { Addressee::One };
        Ok(Self { words, to, shape: command.row.reply })
    }
}

impl Sentinels {
    /// Puts `question` and returns the answer in the shape of its row. Fails with the error reply of the one that was told, or
    /// with a line for each that could not answer.
    pub async fn put(&self, query: &SentinelQuery) -> Result<Value, Error> {
        let rest: Vec<&str> = query.words.iter().map(String::as_str).collect();
        let words = sentinel(&rest);
        let value = match query.to {
            Addressee::Whoever => self.ask_whoever(words).await?,
            Addressee::One => self.tell_one(words).await?,
        };
        Ok(shape(value, query.shape, MapNames::Members))
    }

    async fn ask_whoever(&self, words: SentinelCommand) -> Result<Value, Error> {
        let mut reasons = FailureReasons::new();
        let mut found = None;
        query_all(&self.0, vec![words], |sentinel, answer| {
            match answer.map(|replies| replies.into_iter().next()) {
                Ok(Some(Value::Error(error))) => {
                    reasons.useless(sentinel, &refusal(&error));
                }
                Ok(Some(value)) => {
                    found = Some(value);
                    return ControlFlow::Break(());
                }
                Ok(None) => reasons.useless(sentinel, "did not answer"),
                Err(error) => reasons.failed(sentinel, &error),
            }
            ControlFlow::Continue(())
        })
        .await;
        found.ok_or_else(|| reasons.error("no sentinel could answer"))
    }

    async fn tell_one(&self, words: SentinelCommand) -> Result<Value, Error> {
        let mut reasons = FailureReasons::new();
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let sentinels = self.0.known_sentinels().all();
        for sentinel in sentinels {
            let mut conversation =
                match SimpleConnection::open(&sentinel.connector, sentinel.wait_limit).await {
                    Ok(conversation) => conversation,
                    Err(error) => {
                        reasons.failed(&sentinel, &error);
                        continue;
                    }
                };
            // What was sent may have been done, whatever became of the answer.
            let replies = conversation
                .request(std::slice::from_ref(&words))
                .await
                .map_err(|error| error.executed(true))?;
            match replies.into_iter().next() {
                Some(Value::Error(error)) if is_unknown(&error) => {
                    reasons.useless(&sentinel, &refusal(&error));
                }
                Some(Value::Error(error)) => return Err(Error::reply(error)),
                Some(value) => return Ok(value),
                None => reasons.useless(&sentinel, "did not answer"),
            }
        }
        Err(reasons.error("no sentinel could be told").executed(false))
    }
}
