//! Node-API calls that report their failure as a value.

use napi::sys;

/// A Node-API call failed with this status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failed(pub(crate) sys::napi_status);

/// Turns a status into a result.
pub(crate) fn check(status: sys::napi_status) -> Result<(), Failed> {
    if status == sys::Status::napi_ok { Ok(()) } else { Err(Failed(status)) }
}
