//! The low-water mark of a socket (`SO_RCVLOWAT`): how much must have arrived before its reader is woken. Setting it takes a call that this
//! crate may not make itself; whoever embeds the engine can lend it.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;

/// Sets the low-water mark of a socket, in bytes.
pub type SetLowWater = fn(BorrowedFd<'_>, usize) -> io::Result<()>;

static SETTER: OnceLock<SetLowWater> = OnceLock::new();

/// Lends the call. Without it, low-water marks stay at one byte.
pub fn hand_off(setter: SetLowWater) {
    // Every environment of the process lends the same.
    let _handed_off_before = SETTER.set(setter);
}

/// Sets the mark of `socket`; answers whether that was possible.
pub(crate) fn set(socket: BorrowedFd<'_>, bytes: usize) -> bool {
    SETTER.get().is_some_and(|set| set(socket, bytes).is_ok())
}
