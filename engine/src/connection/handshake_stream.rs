//! A stream during its handshake: writes what the handshake says, reads replies, and checks that each was that to its own
//! command.

use std::future::Future;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::handshake::{Handshake, HandshakeProgress, Session};
use crate::config::address::Endpoint;
use crate::error::Error;
use crate::resp::{DecodeLimits, Decoder, Frame};
use crate::transport::dial::{broken_stream, closed_by_server};
use crate::transport::split::{ReadSide, WriteSide};
use crate::value::Value;

/// What the replies of a handshake may cost. The limits that a user sets are for his own commands: they may be too tight for a
/// greeting, or far too wide for a peer that is not known yet.
const GREETING: DecodeLimits = DecodeLimits { max_reply_bytes: 64 * 1024, max_depth: 8, max_elements: 1024 };

/// The last word of a handshake. Its reply is like no other of the handshake: one reply too many before it would come in its place.
const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";

/// A peer that replies to everything alike gets this long for a reply too many to arrive.
const SETTLING: Duration = Duration::from_millis(10);

/// A stream during its handshake.
pub(crate) struct Talk<'a> {
    endpoint: &'a Endpoint,
    pub(crate) reader: ReadSide,
    pub(crate) writer: WriteSide,
    pub(crate) decoder: Decoder,
    pub(crate) buffer: BytesMut,
    /// Whether the server has sent anything.
    pub(crate) heard: bool,
}

impl<'a> Talk<'a> {
    /// Nothing was said yet.
    pub(crate) fn new(endpoint: &'a Endpoint, reader: ReadSide, writer: WriteSide) -> Self {
        let decoder = Decoder::new(GREETING).packing();
        Self { endpoint, reader, writer, decoder, buffer: BytesMut::with_capacity(4096), heard: false }
    }
}

impl Talk<'_> {
    /// Says what `handshake` says, until it is done.
    pub(crate) async fn shake_hands(&mut self, handshake: &mut Handshake) -> Result<Session, Error> {
        let mut bytes = handshake.start();
        loop {
            bytes.extend_from_slice(PING);
            self.write(&bytes).await?;
            loop {
                match handshake.accept(self.reply().await?)? {
                    HandshakeProgress::Wait => {}
                    HandshakeProgress::Write(more) => {
                        // The reply to this part's PING, whatever it is: the next part has its own.
                        self.reply().await?;
                        bytes = more;
                        break;
                    }
                    HandshakeProgress::Ready(session) => return self.conclude().await.map(|()| session),
                }
            }
        }
    }

    /// Checks that each reply was that to its own command: the last one is to a PING.
    async fn conclude(&mut self) -> Result<(), Error> {
        match self.reply().await? {
            Value::Status(word) | Value::Bulk(word) if *word == *b"PONG" => self.expect_silence(),
            // A restricted user may lack PING, and a server that loads its data refuses it.
            Value::Error(_) => self.expect_silence(),
            other => self.doubt(other).await,
        }
    }

    /// PING was answered with `reply`: the peer replies to everything so, or sent one reply too many before, which the reply to a
    /// second PING tells.
    async fn doubt(&mut self, reply: Value) -> Result<(), Error> {
        self.write(PING).await?;
        if self.reply().await? != reply {
            return Err(self.surplus());
        }
        match timeout(SETTLING, self.reply()).await {
            Err(_) => self.expect_silence(),
            Ok(Ok(_)) => Err(self.surplus()),
            Ok(Err(error)) => Err(error),
        }
    }

    fn surplus(&self) -> Error {
        Error::protocol(format!("{} sent a reply that nobody asked for", self.endpoint))
    }

    /// Checks that nothing but announcements followed the handshake: a surplus reply would answer the first command.
    fn expect_silence(&mut self) -> Result<(), Error> {
        let surplus = self.buffered()?.is_some();
        let announcement = self.buffer.first() == Some(&b'>');
        if surplus || !(announcement || self.decoder.is_idle(&self.buffer)) {
            return Err(self.surplus());
        }
        Ok(())
    }

    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> impl Future<Output = Result<(), Error>> + 'a {
        let endpoint = self.endpoint;
        async move { self.writer.write_all(bytes).await.map_err(|error| broken_stream(endpoint, &error)) }
    }

    async fn reply(&mut self) -> Result<Value, Error> {
        loop {
            if let Some(value) = self.buffered()? {
                return Ok(value);
            }
            let read = self.reader.read_buf(&mut self.buffer).await;
            if read.map_err(|error| broken_stream(self.endpoint, &error))? == 0 {
                let message = format!("{} closed the connection during the handshake", self.endpoint);
                return Err(closed_by_server(message).at(self.endpoint));
            }
            self.heard = true;
        }
    }

    fn buffered(&mut self) -> Result<Option<Value>, Error> {
        let endpoint = self.endpoint;
        let broken = |what: &dyn std::fmt::Display| Error::protocol(format!("{endpoint}: {what}"));
        loop {
            return match self.decoder.next(&mut self.buffer).map_err(|error| broken(&error))? {
                None => Ok(None),
                // A server may announce things before it answers.
                Some(Frame::Push(_)) => continue,
                Some(Frame::Tree(value)) => Ok(Some(value)),
                Some(Frame::Packed(packed)) => packed.value().map(Some).map_err(|error| broken(&error)),
                Some(Frame::Scalar(scalar)) => Ok(Some(Value::from(scalar))),
                Some(Frame::LargeBulk { .. } | Frame::Skipped(_) | Frame::SkippedPush(_)) => {
                    Err(broken(&"the server's greeting is larger than any server's"))
                }
            };
        }
    }
}
