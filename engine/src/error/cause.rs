//! What lies behind an error: facts of the system in Node's terms, or another error.

use std::io;

use super::Error;
use crate::config::address::Endpoint;

/// What lies behind an error.
#[derive(Clone, Debug)]
pub enum Cause {
    /// The system refused; one for each address that was tried.
    System(Vec<SystemFault>),
    /// Another error, such as the last failure to connect.
    Error(Error),
}

/// What the system says of a connection that failed, with the names that Node has for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemFault {
    /// `ECONNREFUSED`, ...; empty where only the number is known.
    pub code: &'static str,
    /// The system's own number.
    pub errno: Option<i32>,
    /// `connect`, `read`, `getaddrinfo`, ...
    pub syscall: &'static str,
    /// The address, or the path of a socket.
    pub address: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The name that was looked up.
    pub hostname: Option<String>,
}

impl SystemFault {
    /// What `error` says that `syscall` ended with.
    pub fn of(error: &io::Error, syscall: &'static str) -> Self {
        Self { code: code_of(error), errno: error.raw_os_error(), syscall, ..Self::default() }
    }

    /// `code` without an error of the system.
    pub fn new(code: &'static str, syscall: &'static str) -> Self {
        Self { code, syscall, ..Self::default() }
    }

    /// The same, on a connection to `endpoint`.
    #[must_use]
    pub fn at(mut self, endpoint: &Endpoint) -> Self {
        match endpoint {
            Endpoint::Tcp(target) => {
                self.address = Some(target.host.clone());
                self.port = Some(target.port);
            }
            Endpoint::Unix(path) => self.address = Some(path.display().to_string()),
            Endpoint::Sentinel { .. } => {}
        }
        self
    }
}

fn code_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "ECONNREFUSED",
        io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => "ECONNRESET",
        io::ErrorKind::ConnectionAborted => "ECONNABORTED",
        io::ErrorKind::BrokenPipe => "EPIPE",
        io::ErrorKind::TimedOut => "ETIMEDOUT",
        io::ErrorKind::HostUnreachable => "EHOSTUNREACH",
        io::ErrorKind::NetworkUnreachable => "ENETUNREACH",
        io::ErrorKind::NetworkDown => "ENETDOWN",
        io::ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
        io::ErrorKind::AddrInUse => "EADDRINUSE",
        io::ErrorKind::NotConnected => "ENOTCONN",
        io::ErrorKind::NotFound => "ENOENT",
        _ => "",
    }
}
