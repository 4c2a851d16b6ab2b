//! Who the client says it is: fixed credentials, or a provider that is asked at every connect.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

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

impl Credentials {
    /// What an empty text means is "none", as shells and `process.env` leave it; `None` where nothing is left.
    pub fn given(username: Option<Secret>, password: Option<Secret>) -> Option<Self> {
        let present = |text: &Secret| !text.expose().is_empty();
        let (username, password) = (username.filter(present), password.filter(present));
        if username.is_none() && password.is_none() {
            return None;
        }
        // A user without a password may be a `nopass` user, for whom the server takes any.
        Some(Self { username, password: password.unwrap_or_else(|| Secret::new("")) })
    }
}

/// What a provider returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provided {
    /// The credentials; `None` where the provider gave empty ones.
    pub credentials: Option<Credentials>,
    /// How long they are good for, counted from the moment they were given.
    pub lifetime: Option<Duration>,
}

/// The answer of [`CredentialsProvider::credentials`].
pub type ProvidedCredentials<'a> = Pin<Box<dyn Future<Output = Result<Provided, Error>> + Send + 'a>>;

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
