//! Reused memory for large values. Owns one bounded pool of byte blocks per process.
//!
//! A megabyte that is given back to the system after each use costs more in page faults than in copying, so blocks above
//! [`POOLED_FROM`] are kept, up to a bound on all of them together.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Blocks of fewer bytes are left to the allocator, which keeps such sizes itself.
pub const POOLED_FROM: usize = 64 * 1024;

/// Blocks of more bytes are not kept: one of them would take the whole pool.
const POOLED_UP_TO: usize = 8 * 1024 * 1024;

/// What the pool keeps at most, in bytes.
const POOL_BYTES: usize = 96 * 1024 * 1024;

/// A kept block may be this many times larger than what was asked for.
const MAX_OVERSIZE: usize = 4;

struct BufferPool {
    blocks: Vec<Vec<u8>>,
    bytes: usize,
}

static POOL: Mutex<BufferPool> = Mutex::new(BufferPool { blocks: Vec::new(), bytes: 0 });

fn pool() -> MutexGuard<'static, BufferPool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether blocks with room for `capacity` bytes are kept for reuse.
pub fn is_pooled(capacity: usize) -> bool {
    (POOLED_FROM..=POOLED_UP_TO).contains(&capacity)
}

/// An empty vector with room for `capacity` bytes, reused where one fits.
pub fn take(capacity: usize) -> Vec<u8> {
    let mut block = reused(capacity).unwrap_or_else(|| Vec::with_capacity(capacity));
    block.clear();
    block
}

/// A vector of at least `length` bytes, reused where one fits. What they are is left over from its last use: they are to be
/// written before they are read.
pub fn take_filled(length: usize) -> Vec<u8> {
    match reused(length) {
        Some(mut block) => {
            if block.len() < length {
                block.resize(length, 0);
            }
            block
        }
        None => vec![0; length],
    }
}

/// A kept block with room for `capacity` bytes.
fn reused(capacity: usize) -> Option<Vec<u8>> {
    if !is_pooled(capacity) {
        return None;
    }
    let mut pool = pool();
    let fits = |block: &Vec<u8>| block.capacity() >= capacity && block.capacity() / MAX_OVERSIZE <= capacity;
    let index = pool.blocks.iter().rposition(fits)?;
    let block = pool.blocks.swap_remove(index);
    pool.bytes -= block.capacity();
    Some(block)
}

/// Keeps `block` for a later [`take`], or frees it when it is small, huge, or the pool is full.
pub fn give(block: Vec<u8>) {
    let capacity = block.capacity();
    if !is_pooled(capacity) {
        return;
    }
    let mut pool = pool();
    if pool.bytes + capacity <= POOL_BYTES {
        pool.bytes += capacity;
        pool.blocks.push(block);
    }
}

/// A block that goes back to the pool when its last reader lets go. Printing it shows no bytes.
pub struct PooledBuffer(Vec<u8>);

impl fmt::Debug for PooledBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PooledBuffer({} bytes)", self.0.len())
    }
}

impl PooledBuffer {
    /// Wraps filled memory.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Shares the block as `Bytes`.
    pub fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for PooledBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        give(std::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pool is the process's: its tests take turns, each from an empty one.
    fn alone() -> MutexGuard<'static, ()> {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        *pool() = BufferPool { blocks: Vec::new(), bytes: 0 };
        turn
    }

    #[test]
    fn a_dropped_block_is_taken_again() {
        let _turn = alone();
        let mut block = take(777 * 1024);
        block.extend_from_slice(b"abc");
        let address = block.as_ptr() as usize;
        let bytes = PooledBuffer::new(block).into_bytes();
        assert_eq!(&bytes[..], b"abc");
        drop(bytes);
        let again = take(777 * 1024);
        assert_eq!(again.as_ptr() as usize, address);
        assert!(again.is_empty());
    }

    #[test]
    fn a_filled_block_has_the_length_that_was_asked_for_or_more() {
        let _turn = alone();
        for length in [10, POOLED_FROM, 300 * 1024, POOLED_FROM, POOLED_UP_TO + 1] {
            let block = take_filled(length);
            assert!(block.len() >= length);
            give(block);
        }
    }

    #[test]
    fn small_and_huge_blocks_are_not_kept() {
        let _turn = alone();
        for capacity in [0, 10, POOLED_FROM - 1, POOLED_UP_TO + 1] {
            give(Vec::with_capacity(capacity));
        }
        let kept = POOLED_FROM..=POOLED_UP_TO;
        assert!(pool().blocks.iter().all(|block| kept.contains(&block.capacity())));
    }

    #[test]
    fn the_pool_keeps_no_more_than_its_bound() {
        let _turn = alone();
        for _ in 0..2 * POOL_BYTES / POOLED_UP_TO {
            give(Vec::with_capacity(POOLED_UP_TO));
            let pool = pool();
            assert_eq!(pool.bytes, pool.blocks.iter().map(Vec::capacity).sum::<usize>());
            assert!(pool.bytes <= POOL_BYTES);
        }
    }

    #[test]
    fn a_block_has_room_for_what_was_asked_and_not_many_times_more() {
        let _turn = alone();
        let sizes =
            [1, POOLED_FROM - 1, POOLED_FROM, POOLED_FROM + 1, 1 << 20, POOLED_UP_TO, POOLED_UP_TO + 1];
        for given in sizes {
            for asked in sizes {
                give(Vec::with_capacity(given));
                let block = take(asked);
                assert!(block.is_empty());
                assert!(block.capacity() >= asked);
                assert!(block.capacity() / MAX_OVERSIZE <= asked, "{} for {asked}", block.capacity());
            }
        }
    }

    #[test]
    fn a_block_is_kept_only_when_its_last_reader_lets_go() {
        let _turn = alone();
        let mut block = take(POOLED_FROM);
        block.resize(POOLED_FROM, 7);
        let all = PooledBuffer::new(block).into_bytes();
        let part = all.slice(10..20);
        drop(all);
        let mut other = take(POOLED_FROM);
        other.resize(POOLED_FROM, 8);
        assert_eq!(&part[..], [7; 10]);
    }
}
