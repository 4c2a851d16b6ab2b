//! The handle: shared connections, a pool of others, and one for all subscribers.

mod argument_slot;
mod connection_set;
mod managed_connection;
pub mod pool;
pub mod pubsub;
mod reconnect;
mod staging;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;

pub use self::argument_slot::ArgumentSlot;
pub use self::connection_set::ConnectionSet;
pub use self::managed_connection::ManagedConnection;
pub use self::reconnect::ReconnectPolicy;
pub use staging::Staging;

use self::pool::Pool;
use self::pubsub::SubscriptionManager;
use crate::config::address::{Fixed, Locate};
use crate::config::{OnReadonly, Options};
use crate::connection::connector::Connector;
use crate::connection::driver::Shutdown;
use crate::connection::named_server::Named;
use crate::connection::queue::QueueLimits;
use crate::connection::request::ReplySink;
use crate::error::Error;

/// How long closing waits for what is in flight, where the caller does not say. Longer than `commandTimeout` is by default.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Gives out writers to one receiver of replies, one per connection.
pub trait ReplySinkFactory: Send + Sync {
    /// A new writer.
    fn open(&self) -> Box<dyn ReplySink>;
}

/// Where the server is that `options` name.
pub fn locate(options: &Options) -> Arc<dyn Locate> {
    let endpoint = options.endpoint.clone();
    // One connection that is not made again has nowhere to go.
    if options.on_readonly == OnReadonly::Reject || options.single_connection {
        Arc::new(Fixed::new(endpoint))
    } else {
        Arc::new(Named::new(endpoint))
    }
}

/// The handle.
pub struct Client {
    connections: Arc<ConnectionSet>,
    pool: Arc<Pool>,
    subscriber: Arc<SubscriptionManager>,
    options: Arc<Options>,
}

impl Client {
    /// A client that is not connected, of the server that `options` name.
    pub fn new(
        options: Options,
        mailbox: &Arc<dyn ReplySinkFactory>,
        runtime: &Handle,
    ) -> Result<Self, Error> {
        let locate = locate(&options);
        Self::of(options, locate, mailbox, runtime)
    }

    /// The same, of the server that `locate` finds at each attempt to connect.
    pub fn of(
        options: Options,
        locate: Arc<dyn Locate>,
        mailbox: &Arc<dyn ReplySinkFactory>,
        runtime: &Handle,
    ) -> Result<Self, Error> {
        let options = Arc::new(options);
        let connector = Connector::new(Arc::clone(&options), locate)?;
        Ok(Self::over(&connector, options, mailbox, runtime))
    }

    /// The same, over the connections that `connector` makes.
    pub fn over(
        connector: &Connector,
        options: Arc<Options>,
        mailbox: &Arc<dyn ReplySinkFactory>,
        runtime: &Handle,
    ) -> Self {
        let limits = QueueLimits::of(&options);
        let reconnect_policy = ReconnectPolicy::of(&options);
        let connection = |_| {
            let (reconnect_policy, mailbox) = (reconnect_policy.clone(), Arc::clone(mailbox));
            let connector = connector.another();
            // Its number is what ends a wait on it. Shared connections never wait.
            let connector = if options.single_connection { connector.identifying() } else { connector };
            ManagedConnection::new(limits, connector, reconnect_policy, mailbox, runtime.clone())
        };
        let count = if options.single_connection { 1 } else { options.shared_connections.max(1) };
        let connections: Box<[_]> = (0..count).map(connection).collect();
        let connections = Arc::new(ConnectionSet::new(connections));
        let pool = Pool::new(
            Arc::clone(&options),
            connector.another(),
            Arc::clone(mailbox),
            runtime.clone(),
            Arc::clone(&connections),
        );
        let subscriber = SubscriptionManager::new(
            &options,
            connector.another(),
            Arc::clone(&pool),
            Arc::clone(mailbox),
            runtime.clone(),
        );
        Self { connections, pool, subscriber, options }
    }

    /// The options it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The shared connections.
    pub fn connections(&self) -> &Arc<ConnectionSet> {
        &self.connections
    }

    /// The other connections.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// The subscribers' connection.
    pub fn subscriber(&self) -> &Arc<SubscriptionManager> {
        &self.subscriber
    }

    /// Whether a shared connection is open, being opened or about to be opened again, or any other is open or wanted.
    pub fn is_active(&self) -> bool {
        self.connections.all().iter().any(|connection| connection.is_active())
            || self.pool.is_active()
            || self.subscriber.is_active()
    }

    /// Whether `close` was called.
    pub fn is_closed(&self) -> bool {
        self.connections.is_closed()
    }

    /// Connects every lane. Rejects with the first failure, and where the client is closed or about to be.
    pub fn connect(&self) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let connections = if self.is_closed() { &[] } else { self.connections.all() };
        let waiting: Vec<_> = connections.iter().map(ManagedConnection::connect).collect();
        async move {
            if waiting.is_empty() {
                return Err(Error::closed());
            }
            for connection in waiting {
                connection.await.unwrap_or_else(|_| Err(Error::closed()))?;
            }
            Ok(())
        }
    }

    /// Closes every connection after its work, and at once when `limit` is over: what is not done by then is told so. `None` for no
    /// end. Nothing is accepted from now on.
    pub fn close_within(&self, limit: Option<Duration>) -> impl Future<Output = ()> + Send + use<> {
        let closing = self.close(Shutdown::Drain);
        let (connections, pool) = (Arc::clone(&self.connections), Arc::clone(&self.pool));
        let subscriber = Arc::clone(&self.subscriber);
        async move {
            let Some(limit) = limit else { return closing.await };
            if timeout(limit, closing).await.is_err() {
                let closing: Vec<_> = connections
                    .all()
                    .iter()
                    .map(|connection| connection.close(Shutdown::Immediate))
                    .collect();
                let (pool, subscriber) = (pool.close(Shutdown::Immediate), subscriber.close());
                for connection in closing {
                    // A lane that is gone is closed.
                    drop(connection.await);
                }
                pool.await;
                // A subscriber that is gone is closed.
                drop(subscriber.await);
            }
        }
    }

    /// Closes every connection: after its work with [`Shutdown::Drain`], at once with [`Shutdown::Immediate`]. Nothing is accepted from
    /// now on.
    pub fn close(&self, shutdown: Shutdown) -> impl Future<Output = ()> + Send + use<> {
        self.connections.close();
        let pool = self.pool.close(shutdown);
        let close = move |connections: &ConnectionSet| {
            connections.all().iter().map(move |connection| connection.close(shutdown)).collect::<Vec<_>>()
        };
        // A shared connection ends what waits in the server.
        let first = (shutdown == Shutdown::Drain && self.pool.has_calls()).then(|| Arc::clone(&self.pool));
        let closing = if first.is_none() { close(&self.connections) } else { Vec::new() };
        let (connections, subscriber) = (Arc::clone(&self.connections), self.subscriber.close());
        async move {
            let closing = match first {
                None => closing,
                Some(pool) => {
                    pool.settled().await;
                    close(&connections)
                }
            };
            for connection in closing {
                // A lane that is gone is closed.
                drop(connection.await);
            }
            pool.await;
            // A subscriber that is gone is closed.
            drop(subscriber.await);
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.close(Shutdown::Immediate));
    }
}
