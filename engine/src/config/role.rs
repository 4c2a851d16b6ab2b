//! What a server has to be: any, a master, a replica. Owns the check of what it says of itself.
//!
//! Source: <https://redis.io/docs/latest/commands/role/>.

use crate::error::{ConnectionFailure, Error};
use crate::value::Value;

/// What a server must be to be the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerRole {
    /// Whatever it is.
    Any,
    /// A master.
    Master,
    /// Anything that does not say it is a replica.
    Writable,
    /// A replica whose link to its master is up.
    Replica,
}

impl ServerRole {
    /// Checks a reply to ROLE: `master`, offset, ... or `slave`, host, port, state of the link, offset.
    ///
    /// Fails with [`ConnectionFailure::WrongRole`], or with [`ConnectionFailure::NotReady`] where a replica has lost its
    /// master.
    pub fn verify(self, reply: &Value) -> Result<(), Error> {
        let Value::List(parts) = reply else {
            if self == Self::Writable {
                return Ok(());
            }
            return Err(wrong("the server answered ROLE with something else than a list".to_owned()));
        };
        self.check(&word(parts.first()), parts.get(3).map(|state| word(Some(state))).as_deref())
    }

    /// Checks what a server calls itself; `link` is the state of a replica's link to its master, where it is known.
    pub(crate) fn check(self, said: &str, link: Option<&str>) -> Result<(), Error> {
        match (self, said) {
            (Self::Master | Self::Writable, "slave" | "replica") => {
                Err(wrong("the server is a replica, not the master".to_owned()))
            }
            (Self::Any | Self::Writable, _) | (Self::Master, "master") => Ok(()),
            (Self::Replica, "slave" | "replica") => match link {
                None | Some("connected") => Ok(()),
                Some(state) => {
                    let message = format!("the replica is not linked to its master (it says {state:?})");
                    Err(Error::connection(ConnectionFailure::NotReady, message))
                }
            },
            (Self::Master, other) => Err(wrong(format!("the server is a {other:?}, not a master"))),
            (Self::Replica, other) => Err(wrong(format!("the server is a {other:?}, not a replica"))),
        }
    }
}

fn word(value: Option<&Value>) -> String {
    match value {
        Some(Value::Bulk(bytes) | Value::Status(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    }
}

fn wrong(message: String) -> Error {
    Error::connection(ConnectionFailure::WrongRole, message)
}
