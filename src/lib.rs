//! The N-API binding of Oxidis: the only place that names Node-API, and the only place where `unsafe` may stand.
//!
//! It encodes arguments straight from JavaScript values into the engine's staging buffer, and settles JavaScript's own
//! promises from an inbox that the engine fills. It never sees RESP.

mod address_map;
mod answer;
mod args;
mod arguments;
mod asking;
mod batch;
mod call_time;
mod client;
mod credentials;
mod encoding;
mod environment;
mod error;
mod exports;
mod flat;
mod handle;
mod handle_exports;
mod inbox;
mod info;
mod json;
mod lease;
mod life;
#[cfg(target_os = "linux")]
mod low_water;
mod materialise;
mod meta;
mod packed_json;
mod parking;
mod pipeline;
mod plan;
mod port;
mod prefixer;
mod reply;
mod restoring;
mod road;
mod runtime;
mod sentinel;
mod sentinel_functions;
mod status;
mod streamed;
mod subscriber;
mod subscriber_exports;
mod tail;
mod templates;
mod tls;
mod tree;
mod typed_array;
#[cfg(unix)]
mod uv;
#[cfg(unix)]
mod waits;
mod watch;
#[cfg(not(unix))]
#[path = "no_watch.rs"]
mod watch;

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
    exports::add(env.raw(), exports.raw())
}
