//! The handle that owns one or more shared connections.

mod lane;
mod slot;
mod staging;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;

pub use lane::{Lane, Redial};
pub use slot::ArgumentSlot;
pub use staging::Staging;

use crate::error::Error;
use crate::net::address::Fixed;
use crate::net::connection::Wish;
use crate::net::establish::Connector;
use crate::net::options::Options;
use crate::net::queue::QueueLimits;
use crate::net::request::Deliver;

/// Gives out writers to one receiver of replies, one per connection.
pub trait Mailbox: Send + Sync {
    /// A new writer.
    fn open(&self) -> Box<dyn Deliver>;
}

/// The handle.
pub struct Client {
    lanes: Vec<Arc<Lane>>,
    options: Arc<Options>,
    closed: AtomicBool,
}

impl Client {
    /// A client that is not connected.
    pub fn new(options: Options, mailbox: &Arc<dyn Mailbox>, runtime: &Handle) -> Result<Self, Error> {
        let options = Arc::new(options);
        let locate = Arc::new(Fixed::new(options.endpoint.clone()));
        let connector = Connector::new(Arc::clone(&options), locate)?;
        Ok(Self::over(&connector, options, mailbox, runtime))
    }

    /// The same, over the connections that `connector` makes.
    pub fn over(
        connector: &Connector,
        options: Arc<Options>,
        mailbox: &Arc<dyn Mailbox>,
        runtime: &Handle,
    ) -> Self {
        let limits = QueueLimits::of(&options);
        let redial = Redial::of(&options);
        let lane = |_| {
            let (redial, mailbox) = (redial.clone(), Arc::clone(mailbox));
            Lane::new(limits, connector.another(), redial, mailbox, runtime.clone())
        };
        let lanes = (0..options.shared_connections.max(1)).map(lane).collect();
        Self { lanes, options, closed: AtomicBool::new(false) }
    }

    /// The options it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The number of the lane with the fewest unanswered bytes.
    pub fn least_busy(&self) -> usize {
        match self.lanes.as_slice() {
            [_] => 0,
            lanes => (0..lanes.len()).min_by_key(|&index| lanes[index].queue().bytes()).unwrap_or(0),
        }
    }

    /// The lane with this number.
    pub fn lane(&self, index: usize) -> Option<&Arc<Lane>> {
        self.lanes.get(index)
    }

    /// Whether a lane is connected, connecting or waiting to connect again.
    pub fn is_active(&self) -> bool {
        self.lanes.iter().any(|lane| lane.is_active())
    }

    /// Whether `close` was called.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Connects every lane. Rejects with the first failure, and where the client is closed or about to be.
    pub fn connect(&self) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let lanes = if self.is_closed() { &[] } else { self.lanes.as_slice() };
        let waiting: Vec<_> = lanes.iter().map(Lane::connect).collect();
        async move {
            if waiting.is_empty() {
                return Err(Error::closed());
            }
            for lane in waiting {
                lane.await.unwrap_or_else(|_| Err(Error::closed()))?;
            }
            Ok(())
        }
    }

    /// Closes every lane: after its work with [`Wish::Drain`], at once with [`Wish::Destroy`]. Nothing is accepted from now on.
    pub fn close(&self, wish: Wish) -> impl Future<Output = ()> + Send + use<> {
        self.closed.store(true, Ordering::Release);
        let waiting: Vec<_> = self.lanes.iter().map(|lane| lane.close(wish)).collect();
        async move {
            for lane in waiting {
                // A lane that is gone is closed.
                drop(lane.await);
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.close(Wish::Destroy));
    }
}
