//! The other end of a lane's connections: servers that do what a test says, over in-memory pipes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::{Buf, BytesMut};
use oxidis_engine::config::address::Endpoint;
use oxidis_engine::error::Error;
use oxidis_engine::transport::dial::{Dial, DialFuture};
use oxidis_engine::transport::stream::Stream;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::fixture::within;

/// What happens to an attempt to connect, where it is not to succeed.
pub(crate) enum Fate {
    Fails(Error),
    Hangs,
}

/// The dialling side. Attempts succeed when no fate is left.
pub(crate) struct Dials {
    fates: Mutex<VecDeque<Fate>>,
    room: usize,
    arrivals: UnboundedSender<DuplexStream>,
}

impl Dial for Dials {
    fn dial<'a>(&'a self, _endpoint: &'a Endpoint, deadline: Instant) -> DialFuture<'a> {
        Box::pin(async move {
            let fate = self.fates.lock().unwrap().pop_front();
            match fate {
                Some(Fate::Fails(error)) => return Err(error),
                Some(Fate::Hangs) => {
                    tokio::time::sleep_until(deadline).await;
                    let failure = oxidis_engine::error::ConnectionFailure::ConnectTimeout;
                    return Err(Error::connection(failure, "nobody answered"));
                }
                None => {}
            }
            let (near, far) = duplex(self.room);
            self.arrivals.send(far).unwrap();
            Ok(Stream::boxed(near))
        })
    }
}

/// The listening side.
pub(crate) struct Peers {
    arrivals: UnboundedReceiver<DuplexStream>,
    pub(crate) dials: Arc<Dials>,
}

impl Peers {
    /// Peers whose pipes hold `room` bytes in each direction.
    pub(crate) fn new(room: usize, fates: Vec<Fate>) -> Self {
        let (sender, arrivals) = unbounded_channel();
        let dials = Dials { fates: Mutex::new(fates.into()), room, arrivals: sender };
        Self { arrivals, dials: Arc::new(dials) }
    }

    /// The next connection, before its handshake.
    pub(crate) async fn arrival(&mut self) -> Peer<DuplexStream> {
        Peer::new(within(self.arrivals.recv()).await.unwrap())
    }

    /// The next connection, after its handshake.
    pub(crate) async fn accept(&mut self) -> Peer<DuplexStream> {
        let mut peer = self.arrival().await;
        peer.handshake(3).await;
        peer
    }

    /// What happens to the next attempts.
    #[allow(dead_code, reason = "for the tests of subscribers")]
    pub(crate) fn fail_next(&self, fates: impl IntoIterator<Item = Fate>) {
        self.dials.fates.lock().unwrap().extend(fates);
    }

    /// Fails when somebody has connected.
    pub(crate) fn assert_nobody_came(&mut self) {
        assert!(self.arrivals.try_recv().is_err(), "somebody connected");
    }
}

/// One connection, as its server sees it.
pub(crate) struct Peer<S> {
    pub(crate) stream: S,
    buffer: BytesMut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: BytesMut::new() }
    }

    /// Reads `commands` commands and the PING behind them, and answers them as a server does that is content; returns the
    /// commands.
    pub(crate) async fn handshake(&mut self, commands: usize) -> Vec<String> {
        let read = self.greeting(commands).await;
        for command in &read {
            let reply = if command.starts_with("HELLO") { "%1\r\n+proto\r\n:3\r\n" } else { "+OK\r\n" };
            self.send(reply).await;
        }
        self.send("+PONG\r\n").await;
        read
    }

    /// Reads `commands` commands of a handshake and the PING behind them; returns the commands.
    pub(crate) async fn greeting(&mut self, commands: usize) -> Vec<String> {
        let read = self.commands(commands).await;
        assert_eq!(self.command().await.as_deref(), Some("PING"), "the last word of a handshake");
        read
    }

    /// The next command, its words parted by spaces. `None`: the client has closed.
    pub(crate) async fn command(&mut self) -> Option<String> {
        loop {
            if let Some(command) = self.buffered() {
                return Some(command);
            }
            if within(self.stream.read_buf(&mut self.buffer)).await.unwrap_or(0) == 0 {
                assert!(self.buffer.is_empty(), "the client closed within a command");
                return None;
            }
        }
    }

    /// The next `count` commands.
    pub(crate) async fn commands(&mut self, count: usize) -> Vec<String> {
        let mut commands = Vec::with_capacity(count);
        while commands.len() < count {
            commands.push(self.command().await.unwrap());
        }
        commands
    }

    /// Waits until the client has closed; what comes before that is dropped.
    pub(crate) async fn closed(&mut self) {
        while within(self.stream.read_buf(&mut self.buffer)).await.unwrap_or(0) > 0 {
            self.buffer.clear();
        }
    }

    /// Sends `bytes` as they are.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within(self.stream.write_all(bytes.as_ref())).await.unwrap();
    }

    /// Sends `bytes` for as long as it takes.
    #[allow(dead_code, reason = "for the tests of subscribers")]
    pub(crate) async fn send_slowly(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.unwrap();
    }

    fn buffered(&mut self) -> Option<String> {
        let mut rest = &self.buffer[..];
        let count = number(&mut rest, b'*')?;
        let mut words = Vec::with_capacity(count);
        for _ in 0..count {
            let length = number(&mut rest, b'$')?;
            let word = rest.get(..length)?;
            assert_eq!(rest.get(length..length + 2)?, b"\r\n");
            words.push(String::from_utf8_lossy(word));
            rest = &rest[length + 2..];
        }
        let command = words.join(" ");
        let read = self.buffer.len() - rest.len();
        self.buffer.advance(read);
        Some(command)
    }
}

fn number(rest: &mut &[u8], marker: u8) -> Option<usize> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    assert_eq!(rest[0], marker);
    let number = std::str::from_utf8(&rest[1..end]).unwrap().parse().unwrap();
    *rest = &rest[end + 2..];
    Some(number)
}
