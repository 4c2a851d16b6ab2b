//! Which connection a command goes on, and how long its caller waits there.

use std::cell::{Ref, RefCell};
use std::sync::Arc;

use crate::node_api::error_json;
use oxidis_engine::client::Staging;
use oxidis_engine::client::pool::{Lease, Pool, WaitLimit};
use oxidis_engine::command::{self, Command, ServerTimeout, SessionEffect};

/// Why a command is refused where the connection is made again.
const NOT_RESTORED: &str = "what it leaves behind is lost when the connection is made again";

/// What to do instead.
const KEEP_STATE: &str = "leave \"reconnect\" out, or lease a connection of a client without \"singleConnection\"; \
    a transaction is a pipeline()";

/// Whose connections are behind a port.
pub(crate) enum Route {
    /// Everybody's. What blocks takes one from the pool.
    Shared(Arc<Pool>),
    /// The only one (`singleConnection`).
    Single(Arc<Pool>),
    /// The only one, which is made again when it is lost, in the state that it had.
    Restored(Arc<Pool>),
    /// The caller's own, until it is given back.
    Leased(Arc<Pool>, RefCell<Option<Lease>>),
}

/// What becomes of a command that not every connection may carry.
pub(crate) enum RouteDecision {
    /// It goes on this port's connection, and its caller waits this long.
    Here(u32),
    /// It goes on this port's connection, and again on the one after it.
    Restored(u32),
    /// It goes on this port's connection, where a server may keep it waiting.
    Held(Arc<Pool>, WaitLimit),
    /// It gets a connection for itself.
    Apart(Arc<Pool>, &'static str, WaitLimit),
}

/// What became of a caller's wish to take a call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Withdrawal {
    /// It was not sent and never will be. Its slot will not be settled.
    Done,
    /// Its slot is settled soon: with its outcome, or with an error where nothing came of it.
    Pending,
    /// The server may run it. A reply reaches its slot whenever it comes.
    Refused,
}

/// How long the caller waits, in milliseconds; 0 for ever.
#[derive(Clone, Copy)]
pub(crate) enum Timeout {
    /// As he said for this call.
    Given(u32),
    /// As the client's options say.
    Default(u32),
}

impl Route {
    /// Where a command goes that not every connection may carry, or that the table does not know.
    #[cold]
    pub(crate) fn way(
        &self,
        command: Option<&'static Command>,
        staging: &Staging,
        timeout: Timeout,
    ) -> Result<RouteDecision, String> {
        let (Timeout::Given(plain) | Timeout::Default(plain)) = timeout;
        let Some(command) = command else {
            self.leave(SessionEffect::State);
            return Ok(RouteDecision::Here(plain));
        };
        let words = staging.all_words();
        let arguments = words.get(command.words..).unwrap_or_default();
        if let Self::Shared(_) = self
            && command.connection_use() != command::ConnectionUse::Dedicated
            && let Some(why) = command.needs_own_connection(arguments)
        {
            return Err(error_json::needs_own_connection(why, command.instead()));
        }
        if let Some(why) = command.breaks_connections() {
            return Err(error_json::breaks_connections(why, command.instead()));
        }
        if let Self::Restored(_) = self
            && command.row.trace != SessionEffect::Nothing
        {
            if !command.row.restored {
                return Err(error_json::needs_own_connection(NOT_RESTORED, KEEP_STATE));
            }
            return Ok(RouteDecision::Restored(plain));
        }
        self.leave(command.row.trace);
        let longest = command.server_timeout(arguments);
        let wait_limit = match timeout {
            _ if longest == ServerTimeout::None => return Ok(RouteDecision::Here(plain)),
            Timeout::Given(_) => WaitLimit::Given,
            Timeout::Default(grace) => WaitLimit::Server { timeout: longest, grace },
        };
        Ok(match self {
            Self::Shared(pool) => RouteDecision::Apart(Arc::clone(pool), command.row.name, wait_limit),
            Self::Single(pool) | Self::Restored(pool) | Self::Leased(pool, _) => {
                RouteDecision::Held(Arc::clone(pool), wait_limit)
            }
        })
    }

    /// Takes the blocking command in `slot` back, if it was not sent. Otherwise its wait ends in the server, and its outcome
    /// follows.
    pub(crate) fn withdraw(&self, slot: u32) -> Withdrawal {
        match self {
            Self::Shared(pool) if pool.withdraw(slot) => return Withdrawal::Done,
            // One that is over has its outcome on the way.
            Self::Shared(pool) | Self::Single(pool) | Self::Restored(pool) | Self::Leased(pool, _) => {
                pool.give_up(slot)
            }
        };
        Withdrawal::Pending
    }

    /// A command leaves `trace` behind on its connection.
    fn leave(&self, trace: SessionEffect) {
        if let Some(lease) = self.lease().as_deref().and_then(Option::as_ref) {
            lease.mark(trace);
        }
    }

    /// The lease whose connection this is.
    pub(crate) fn lease(&self) -> Option<Ref<'_, Option<Lease>>> {
        match self {
            Self::Shared(_) | Self::Single(_) | Self::Restored(_) => None,
            Self::Leased(_, lease) => Some(lease.borrow()),
        }
    }
}

/// A timeout from JavaScript: rounded up, 0 for none.
pub(crate) fn milliseconds(timeout: f64) -> u32 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the type's range first"
    )]
    let whole = timeout.ceil().clamp(0.0, f64::from(u32::MAX)) as u32;
    whole
}
