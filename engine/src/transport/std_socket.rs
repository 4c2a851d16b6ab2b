//! A plain socket outside of the runtime: nobody is woken by it, and any thread may read and write what it takes at once.

use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::fd::{AsRawFd, RawFd};
#[cfg(unix)]
use std::os::unix::net::UnixStream;

use super::stream::Stream;

/// The socket, which does not block.
#[derive(Debug)]
pub enum StdSocket {
    /// TCP.
    Tcp(TcpStream),
    /// A unix socket.
    #[cfg(unix)]
    Unix(UnixStream),
}

impl StdSocket {
    /// Another handle to the same socket.
    pub fn try_clone(&self) -> io::Result<Self> {
        match self {
            Self::Tcp(socket) => socket.try_clone().map(Self::Tcp),
            #[cfg(unix)]
            Self::Unix(socket) => socket.try_clone().map(Self::Unix),
        }
    }

    /// Writes what the socket takes at once.
    pub fn try_write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match (self, slices) {
            (Self::Tcp(socket), [one]) => (&*socket).write(one),
            (Self::Tcp(socket), _) => (&*socket).write_vectored(slices),
            #[cfg(unix)]
            (Self::Unix(socket), [one]) => (&*socket).write(one),
            #[cfg(unix)]
            (Self::Unix(socket), _) => (&*socket).write_vectored(slices),
        }
    }

    /// Ends the connection, whoever else has a handle to it.
    pub fn shutdown(&self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.shutdown(Shutdown::Both),
            #[cfg(unix)]
            Self::Unix(socket) => socket.shutdown(Shutdown::Both),
        }
    }

    /// Hands the socket to the runtime of this task.
    pub fn register(self) -> io::Result<Stream> {
        match self {
            Self::Tcp(socket) => tokio::net::TcpStream::from_std(socket).map(Stream::Tcp),
            #[cfg(unix)]
            Self::Unix(socket) => tokio::net::UnixStream::from_std(socket).map(Stream::Unix),
        }
    }

    /// Its number, valid as long as this handle.
    #[cfg(unix)]
    pub fn raw_fd(&self) -> RawFd {
        match self {
            Self::Tcp(socket) => socket.as_raw_fd(),
            Self::Unix(socket) => socket.as_raw_fd(),
        }
    }
}

impl Read for &StdSocket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            StdSocket::Tcp(socket) => (&*socket).read(buffer),
            #[cfg(unix)]
            StdSocket::Unix(socket) => (&*socket).read(buffer),
        }
    }

    fn read_to_end(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            StdSocket::Tcp(socket) => (&*socket).read_to_end(buffer),
            #[cfg(unix)]
            StdSocket::Unix(socket) => (&*socket).read_to_end(buffer),
        }
    }
}
