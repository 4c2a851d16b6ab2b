//! A connection of one task alone: questions and their answers, one after another, and what the peer sends besides. Owns their
//! timeouts; knows no command.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::connector::Connector;
use super::driver::{Connection, READ_CHUNK};
use crate::error::{ConnectionFailure, Error};
use crate::resp::Frame;
use crate::resp::encode::command;
use crate::transport::dial::broken_stream;
use crate::value::Value;

/// An established connection.
pub struct SimpleConnection {
    connection: Connection,
    wait_limit: Duration,
}

/// Something that the peer sent.
pub enum Received {
    /// The reply to a question.
    Reply(Value),
    /// What nobody asked for: a message of a subscription, where the protocol tells it from replies.
    Push(Vec<Value>),
}

impl SimpleConnection {
    /// Connects and shakes hands, within `connectTimeout`. Each answer may take `patience`.
    pub async fn open(connector: &Connector, wait_limit: Duration) -> Result<Self, Error> {
        let opened = connector.open().await?;
        Ok(Self::over(connector.handshake(opened).await?, wait_limit))
    }

    /// The same, over a connection.
    pub fn over(connection: Connection, wait_limit: Duration) -> Self {
        Self { connection, wait_limit }
    }

    /// The connection again. No reply is outstanding.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// Sends all of `questions` at once and returns the reply to each, error replies included.
    pub async fn request(&mut self, questions: &[Vec<&[u8]>]) -> Result<Vec<Value>, Error> {
        let wait_limit = self.wait_limit;
        timeout(wait_limit, self.ask_patiently(questions)).await.unwrap_or_else(|_| {
            let message = format!("no answer within {} ms (commandTimeout)", wait_limit.as_millis());
            Err(Error::connection(ConnectionFailure::Lost, message))
        })
    }

    async fn ask_patiently(&mut self, questions: &[Vec<&[u8]>]) -> Result<Vec<Value>, Error> {
        self.send(questions).await?;
        let mut replies = Vec::with_capacity(questions.len());
        while replies.len() < questions.len() {
            if let Received::Reply(value) = self.receive().await? {
                replies.push(value);
            }
        }
        Ok(replies)
    }

    /// Writes `questions`, whose answers [`Self::hear`] will bring.
    pub async fn send(&mut self, questions: &[Vec<&[u8]>]) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for question in questions {
            command(&mut bytes, question);
        }
        let written = self.connection.writer.write_all(&bytes).await;
        written.map_err(|error| broken_stream(&self.connection.place.endpoint, &error))
    }

    /// The next thing that the peer sends, however long it takes. May be dropped and called again.
    pub async fn receive(&mut self) -> Result<Received, Error> {
        loop {
            if let Some(received) = self.buffered()? {
                return Ok(received);
            }
            let Connection { reader, buffer, place, .. } = &mut self.connection;
            buffer.reserve(READ_CHUNK);
            let read = reader.read_buf(buffer).await;
            if read.map_err(|error| broken_stream(&place.endpoint, &error))? == 0 {
                return Err(Error::connection(ConnectionFailure::Lost, "the peer closed the connection"));
            }
        }
    }

    fn buffered(&mut self) -> Result<Option<Received>, Error> {
        let Connection { decoder, buffer, .. } = &mut self.connection;
        let frame = decoder.next(buffer).map_err(|error| Error::protocol(error.to_string()))?;
        Ok(match frame {
            None => None,
            Some(Frame::Push(parts)) => Some(Received::Push(parts)),
            Some(Frame::Tree(value)) => Some(Received::Reply(value)),
            Some(Frame::Scalar(scalar)) => Some(Received::Reply(Value::from(scalar))),
            Some(Frame::Packed(packed)) => {
                let value = packed.value().map_err(|error| Error::protocol(error.to_string()))?;
                Some(Received::Reply(value))
            }
            Some(Frame::LargeBulk { .. } | Frame::Skipped(_) | Frame::SkippedPush(_)) => {
                return Err(Error::protocol("the answer is larger than any that was asked for"));
            }
        })
    }
}
