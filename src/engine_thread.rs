//! The engine's thread. Owns the one tokio runtime of the process, shared by the main thread and all workers.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle};

/// The runtime's handle; the thread starts on first use and lives as long as the process.
pub(crate) fn handle() -> Result<&'static Handle, String> {
    static HANDLE: OnceLock<Result<Handle, String>> = OnceLock::new();
    HANDLE.get_or_init(start).as_ref().map_err(Clone::clone)
}

fn start() -> Result<Handle, String> {
    #[cfg(target_os = "linux")]
    crate::recv_low_water::hand_off();
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|error| format!("the engine's runtime does not start: {error}"))?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new()
        .name("oxidis-engine".into())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))
        .map_err(|error| format!("the engine's thread does not start: {error}"))?;
    Ok(handle)
}
