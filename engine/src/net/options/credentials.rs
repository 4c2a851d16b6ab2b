//! Who the client says it is: fixed credentials, or a provider that is asked at every connect.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::Secret;
use crate::error::Error;

/// A user name and a password. Without a name the server's `default` user is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The ACL user, if one is named.
    pub username: Option<Secret>,
    /// The password; empty for users that need none.
    pub password: Secret,
}

/// The answer of [`CredentialsProvider::credentials`].
pub type ProvidedCredentials<'a> = Pin<Box<dyn Future<Output = Result<Credentials, Error>> + Send + 'a>>;

/// Hands out credentials that change, such as short-lived tokens. Asked before every handshake.
pub trait CredentialsProvider: Send + Sync {
    /// The credentials for the next handshake. An error fails this attempt to connect.
    fn credentials(&self) -> ProvidedCredentials<'_>;
}

impl fmt::Debug for dyn CredentialsProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialsProvider")
    }
}
