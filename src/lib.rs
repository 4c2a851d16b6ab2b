//! The N-API binding of Oxidis: the only place that names Node-API, and the only place where `unsafe` may stand.
//!
//! It encodes arguments straight from JavaScript values into the engine's staging buffer, and settles JavaScript's own
//! promises from an inbox that the engine fills. It never sees RESP.

pub mod encode;
mod engine_thread;
mod environment;
pub mod exports;
pub mod node_api;
pub mod objects;
#[cfg(target_os = "linux")]
mod recv_low_water;
pub mod results;

use napi::bindgen_prelude::{JsValue, Object};
use napi::{Env, Result};
use napi_derive::napi;

/// The command table as JSON text: what the façade attaches its methods from.
#[napi]
pub fn command_table() -> String {
    oxidis_engine::command::table_json()
}

/// What a server has to be to know the command of this name: `Redis 7.4 or Valkey 9`. Nothing for commands that all servers know.
#[napi]
#[allow(clippy::needless_pass_by_value, reason = "the macro's signature")]
pub fn command_needs(name: String) -> Option<String> {
    oxidis_engine::command::by_name(name.as_bytes())?.get().row.since.needs()
}

/// The version of the addon, to be compared with the package's.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What happened to each call, one event a line, oldest first.
#[cfg(feature = "history")]
#[napi]
pub fn history() -> String {
    oxidis_engine::connection::history::dump()
}

#[napi(module_exports)]
#[allow(clippy::needless_pass_by_value, reason = "the macro's signature")]
fn init(exports: Object, env: Env) -> Result<()> {
    exports::client::add(env.raw(), exports.raw())
}
