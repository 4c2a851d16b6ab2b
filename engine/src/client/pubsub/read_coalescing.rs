//! A flood of messages: the server writes more often than is good for either side. While it lasts, the socket wakes its reader only when much
//! has arrived, so that the server is not held up by waking it and few large parcels cross instead of many small ones.

use crate::connection::request::{Millis, NEVER, now};
use crate::transport::split::ReadSide;

/// A read of so many bytes may belong to a flood.
const FLOOD_READ: usize = 8 * 1024;

/// So many such reads in a row are one.
const FLOOD_READS: u32 = 16;

/// In a flood, so many bytes are waited for.
const FLOOD_LOW_WATER: usize = 64 * 1024;

/// What arrives outside of a flood is read at once.
const LOW_WATER: usize = 1;

/// A flood is over when nothing was read for so long, in milliseconds. What came last waits until then.
const FLOOD_LULL: Millis = 2;

/// Whether there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CoalescingState {
    /// There is none; that many large reads came in a row.
    Rising(u32),
    /// There is one.
    Flood,
    /// The socket cannot be told to wait.
    Fixed,
}

/// Looks for floods on one connection.
#[derive(Debug)]
pub(super) struct ReadCoalescing {
    level: CoalescingState,
    last_read: Millis,
}

impl ReadCoalescing {
    /// There is none yet on the connection that `reader` reads.
    pub(super) fn new(reader: &ReadSide) -> Self {
        let level =
            if reader.set_low_water(LOW_WATER) { CoalescingState::Rising(0) } else { CoalescingState::Fixed };
        Self { level, last_read: 0 }
    }

    /// `count` bytes were read. Answers when to [look](Self::look) for a lull, if that begins with this read.
    pub(super) fn read(&mut self, reader: &ReadSide, count: usize) -> Option<Millis> {
        match self.level {
            CoalescingState::Fixed => None,
            CoalescingState::Flood => {
                self.last_read = now();
                None
            }
            CoalescingState::Rising(_) if count < FLOOD_READ => {
                self.level = CoalescingState::Rising(0);
                None
            }
            CoalescingState::Rising(reads) if reads + 1 < FLOOD_READS => {
                self.level = CoalescingState::Rising(reads + 1);
                None
            }
            CoalescingState::Rising(_) => {
                if !reader.set_low_water(FLOOD_LOW_WATER) {
                    self.level = CoalescingState::Fixed;
                    return None;
                }
                self.level = CoalescingState::Flood;
                self.last_read = now();
                Some(self.last_read + FLOOD_LULL)
            }
        }
    }

    /// Whether the socket waits for more.
    pub(super) fn is_on(&self) -> bool {
        self.level == CoalescingState::Flood
    }

    /// Ends a flood that has become a lull: what has arrived is read. Otherwise answers when to look again.
    pub(super) fn look(&mut self, reader: &ReadSide) -> Millis {
        if !self.is_on() {
            return NEVER;
        }
        let at = self.last_read + FLOOD_LULL;
        if now() < at {
            return at;
        }
        self.level =
            if reader.set_low_water(LOW_WATER) { CoalescingState::Rising(0) } else { CoalescingState::Fixed };
        NEVER
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::Mutex;

    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::transport::stream::Stream;
    use crate::transport::{recv_low_water, split};

    /// Marks that were set. The call is lent once for the process, so that this file has one test.
    static MARKS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

    fn marks() -> Vec<usize> {
        MARKS.lock().map(|mut marks| std::mem::take(&mut *marks)).unwrap_or_default()
    }

    #[tokio::test]
    async fn many_large_reads_in_a_row_are_a_flood_until_there_is_a_lull() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (reader, _writer) =
            split::split(Stream::Tcp(TcpStream::connect(address).await.expect("a connection")));
        assert_eq!(ReadCoalescing::new(&reader).level, CoalescingState::Fixed, "nobody has lent the call");

        recv_low_water::hand_off(|_, bytes| {
            MARKS.lock().map(|mut marks| marks.push(bytes)).map_err(|_| std::io::Error::other("poisoned"))
        });
        let mut coalescing = ReadCoalescing::new(&reader);
        assert_eq!(marks(), [LOW_WATER]);
        for _ in 1..FLOOD_READS {
            assert_eq!(coalescing.read(&reader, FLOOD_READ), None);
        }
        assert_eq!(coalescing.read(&reader, FLOOD_READ - 1), None, "a small read begins the count anew");
        for _ in 1..FLOOD_READS {
            assert_eq!(coalescing.read(&reader, FLOOD_READ), None);
        }
        assert_eq!(marks(), [] as [usize; 0]);
        let at = coalescing.read(&reader, FLOOD_READ).expect("it begins");
        assert!(coalescing.is_on());
        assert_eq!(marks(), [FLOOD_LOW_WATER]);

        assert_eq!(at, coalescing.last_read + FLOOD_LULL);
        coalescing.last_read = now() + FLOOD_LULL;
        assert_eq!(
            coalescing.look(&reader),
            coalescing.last_read + FLOOD_LULL,
            "something was read meanwhile"
        );
        assert!(coalescing.is_on() && marks().is_empty());
        coalescing.last_read = 0;
        while now() < FLOOD_LULL {
            tokio::task::yield_now().await;
        }
        assert_eq!(coalescing.look(&reader), NEVER);
        assert!(!coalescing.is_on());
        assert_eq!(marks(), [LOW_WATER]);
    }
}
