//! The call that sets a socket's low-water mark, which the engine may not make itself.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use oxidis_engine::transport::recv_low_water;

/// Lends the call to the engine.
pub(crate) fn hand_off() {
    recv_low_water::hand_off(set);
}

fn set(socket: BorrowedFd<'_>, bytes: usize) -> io::Result<()> {
    let bytes = libc::c_int::try_from(bytes).unwrap_or(libc::c_int::MAX);
    let length = libc::socklen_t::try_from(size_of_val(&bytes)).unwrap_or(0);
    // SAFETY: the descriptor is open as long as it is borrowed; the option takes an int, which is read during the call.
    let status = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVLOWAT,
            (&raw const bytes).cast(),
            length,
        )
    };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
