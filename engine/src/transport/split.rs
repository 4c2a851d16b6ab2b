//! A stream cut into a reading and a writing half. Owns the difference between sockets that two threads may use at once
//! (TCP, unix) and streams that only the connection's task may touch (TLS, test doubles).

use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice};
#[cfg(unix)]
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::tcp;
#[cfg(unix)]
use tokio::net::unix;

#[cfg(unix)]
use super::recv_low_water;
use super::std_socket::StdSocket;
use super::stream::{BoxedStream, Stream};
use crate::connection::queue::Queue;

/// The reading half; the connection's task owns it.
pub enum ReadSide {
    /// TCP.
    Tcp(tcp::OwnedReadHalf),
    /// A unix socket.
    #[cfg(unix)]
    Unix(unix::OwnedReadHalf),
    /// TLS, or a test's duplex pipe.
    Boxed(ReadHalf<BoxedStream>),
}

/// The part of a writing half that any thread may use.
#[derive(Debug)]
pub enum DirectWriter {
    /// TCP.
    Tcp(tcp::OwnedWriteHalf),
    /// A unix socket.
    #[cfg(unix)]
    Unix(unix::OwnedWriteHalf),
    /// A socket whose reading side is lent, outside of the runtime.
    Plain(StdSocket),
    /// Only the connection's task can write.
    Indirect,
}

impl DirectWriter {
    /// Writes what the socket takes at once.
    pub fn try_write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match (self, slices) {
            (Self::Tcp(half), [one]) => half.try_write(one),
            (Self::Tcp(half), _) => half.try_write_vectored(slices),
            #[cfg(unix)]
            (Self::Unix(half), [one]) => half.try_write(one),
            #[cfg(unix)]
            (Self::Unix(half), _) => half.try_write_vectored(slices),
            (Self::Plain(socket), _) => socket.try_write(slices),
            (Self::Indirect, _) => Err(ErrorKind::WouldBlock.into()),
        }
    }

    async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(half) => half.writable().await,
            #[cfg(unix)]
            Self::Unix(half) => half.writable().await,
            // What it does not take at once is written after it has come back to the runtime.
            Self::Plain(_) | Self::Indirect => std::future::pending().await,
        }
    }
}

/// The writing half as the connection's task sees it.
pub struct WriteSide {
    /// What the JavaScript thread shares.
    pub direct: Arc<DirectWriter>,
    boxed: Option<WriteHalf<BoxedStream>>,
}

/// Cuts `stream` in two.
pub fn split(stream: Stream) -> (ReadSide, WriteSide) {
    match stream {
        Stream::Tcp(tcp) => {
            let (read, write) = tcp.into_split();
            (ReadSide::Tcp(read), WriteSide { direct: Arc::new(DirectWriter::Tcp(write)), boxed: None })
        }
        #[cfg(unix)]
        Stream::Unix(socket) => {
            let (read, write) = socket.into_split();
            (ReadSide::Unix(read), WriteSide { direct: Arc::new(DirectWriter::Unix(write)), boxed: None })
        }
        Stream::Boxed(boxed) => {
            let (read, write) = tokio::io::split(boxed);
            (
                ReadSide::Boxed(read),
                WriteSide { direct: Arc::new(DirectWriter::Indirect), boxed: Some(write) },
            )
        }
    }
}

/// Whether [`unregister`] can succeed.
pub fn is_plain(reader: &ReadSide) -> bool {
    !matches!(reader, ReadSide::Boxed(_))
}

/// Takes a plain socket from the runtime. `writer` must be the only user of its half.
pub fn unregister(reader: ReadSide, writer: DirectWriter) -> io::Result<StdSocket> {
    match (reader, writer) {
        (ReadSide::Tcp(read), DirectWriter::Tcp(write)) => {
            let stream = read.reunite(write).map_err(|_| io::Error::other("halves of two sockets"))?;
            stream.into_std().map(StdSocket::Tcp)
        }
        #[cfg(unix)]
        (ReadSide::Unix(read), DirectWriter::Unix(write)) => {
            let stream = read.reunite(write).map_err(|_| io::Error::other("halves of two sockets"))?;
            stream.into_std().map(StdSocket::Unix)
        }
        _ => Err(io::Error::new(ErrorKind::Unsupported, "no plain socket")),
    }
}

impl WriteSide {
    /// Writes the queue's backlog until it is gone or the stream breaks.
    pub async fn drain(&mut self, queue: &Queue) -> io::Result<()> {
        let Some(boxed) = &mut self.boxed else {
            loop {
                self.direct.writable().await?;
                let write = |slices: &[IoSlice<'_>]| match self.direct.try_write(slices) {
                    Ok(0) => Err(ErrorKind::WriteZero.into()),
                    Ok(count) => Ok(Some(count)),
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                        Ok(None)
                    }
                    Err(error) => Err(error),
                };
                if queue.write_with(write)? {
                    return Ok(());
                }
            }
        };
        poll_fn(|cx| poll_backlog(boxed, queue, cx)).await?;
        poll_fn(|cx| Pin::new(&mut *boxed).poll_flush(cx)).await
    }

    /// Writes the front of `bytes`; answers how many bytes that was. Loses nothing when it is cancelled.
    pub async fn write_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(boxed) = &mut self.boxed {
            return tokio::io::AsyncWriteExt::write(boxed, bytes).await;
        }
        loop {
            self.direct.writable().await?;
            match self.direct.try_write(&[IoSlice::new(bytes)]) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                written => return written,
            }
        }
    }

    /// Sends on what a stream keeps of the bytes that were written. Loses nothing when it is cancelled.
    pub async fn flush(&mut self) -> io::Result<()> {
        match &mut self.boxed {
            Some(boxed) => tokio::io::AsyncWriteExt::flush(boxed).await,
            None => Ok(()),
        }
    }

    /// Writes `bytes` of the handshake, which no queue knows.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if let Some(boxed) = &mut self.boxed {
            tokio::io::AsyncWriteExt::write_all(boxed, bytes).await?;
            return tokio::io::AsyncWriteExt::flush(boxed).await;
        }
        while !bytes.is_empty() {
            self.direct.writable().await?;
            match self.direct.try_write(&[IoSlice::new(bytes)]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn poll_backlog(
    boxed: &mut WriteHalf<BoxedStream>,
    queue: &Queue,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    loop {
        let mut pending = false;
        let done = queue.write_with(|slices| {
            let Some(first) = slices.first() else { return Ok(None) };
            match Pin::new(&mut *boxed).poll_write(cx, first) {
                Poll::Ready(Ok(0)) => Err(io::Error::from(ErrorKind::WriteZero)),
                Poll::Ready(Ok(count)) => Ok(Some(count)),
                Poll::Ready(Err(error)) => Err(error),
                Poll::Pending => {
                    pending = true;
                    Ok(None)
                }
            }
        });
        match done {
            Err(error) => return Poll::Ready(Err(error)),
            Ok(true) => return Poll::Ready(Ok(())),
            Ok(false) if pending => return Poll::Pending,
            Ok(false) => {}
        }
    }
}

impl ReadSide {
    /// From now on whoever waits for this reader is woken when so many bytes have arrived. Answers whether that is possible.
    #[cfg(unix)]
    pub fn set_low_water(&self, bytes: usize) -> bool {
        match self {
            Self::Tcp(half) => recv_low_water::set(half.as_ref().as_fd(), bytes),
            Self::Unix(half) => recv_low_water::set(half.as_ref().as_fd(), bytes),
            // What a TLS session has read already is not in the socket.
            Self::Boxed(_) => false,
        }
    }

    /// There is no such mark here.
    #[cfg(not(unix))]
    pub fn set_low_water(&self, _bytes: usize) -> bool {
        false
    }
}

impl AsyncRead for ReadSide {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(half) => Pin::new(half).poll_read(cx, buf),
            #[cfg(unix)]
            Self::Unix(half) => Pin::new(half).poll_read(cx, buf),
            Self::Boxed(half) => Pin::new(half).poll_read(cx, buf),
        }
    }
}
