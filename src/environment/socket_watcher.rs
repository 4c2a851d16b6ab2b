//! Watches a lent connection on JavaScript's thread, so that a lonely command's reply wakes that thread alone (see the engine's
//! `connection::inline_read::read_handoff`).

use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use napi::sys;
use oxidis_engine::connection::inline_read::read_handoff::{ReadHandoff, WatchAction};

use super::libuv::{Libuv, PollHandle, READABLE};
use crate::environment::Environment;
use crate::node_api::status::{Failed, check};
use crate::results::inbox::ResultWriter;

/// A watched loan. Lives until libuv has closed its handle.
struct SocketWatcher {
    uv: &'static Libuv,
    environment: Rc<Environment>,
    handoff: Arc<ReadHandoff>,
    writer: RefCell<ResultWriter>,
    /// The handle's memory.
    memory: Box<[u64]>,
    closing: Cell<bool>,
    /// Keeps the environment until the handle is closed.
    cleanup: Cell<sys::napi_async_cleanup_hook_handle>,
}

/// Whether this process can watch sockets.
pub(crate) fn is_available() -> bool {
    Libuv::get().is_some()
}

/// Reads what comes by `loan` on this thread from now on, for client `client`. Gives the loan back where that cannot be.
pub(crate) fn watch(environment: &Rc<Environment>, client: u32, handoff: &Arc<ReadHandoff>) {
    if start(environment, client, handoff).is_err() {
        handoff.give_back();
    }
}

fn start(environment: &Rc<Environment>, client: u32, handoff: &Arc<ReadHandoff>) -> Result<(), Failed> {
    let uv = Libuv::get().ok_or(Failed(sys::Status::napi_generic_failure))?;
    let mut event_loop = ptr::null_mut();
    // SAFETY: the out-pointer is valid and this is the environment's thread.
    check(unsafe { sys::napi_get_uv_event_loop(environment.env(), &raw mut event_loop) })?;
    let mut memory = uv.allocate();
    let handle: *mut PollHandle = memory.as_mut_ptr().cast();
    // SAFETY: the memory is as large as libuv wants it, and the number is valid as long as the loan, which the watcher keeps
    // until the handle is closed.
    if unsafe { (uv.poll_init)(event_loop, handle, handoff.socket().raw_fd()) } != 0 {
        return Err(Failed(sys::Status::napi_generic_failure));
    }
    let watcher = Box::new(SocketWatcher {
        uv,
        environment: Rc::clone(environment),
        handoff: Arc::clone(handoff),
        writer: RefCell::new(ResultWriter::local(environment.inbox().names(), client)),
        memory,
        closing: Cell::new(false),
        cleanup: Cell::new(ptr::null_mut()),
    });
    let watcher = Box::into_raw(watcher);
    // SAFETY: the handle was made above; from here on it is `closed` that frees the watcher and with it the handle's memory.
    unsafe {
        (*handle).data = watcher.cast();
        (uv.unref)(handle);
        let mut cleanup = ptr::null_mut();
        let hooked = check(sys::napi_add_async_cleanup_hook(
            environment.env(),
            Some(clean_up),
            watcher.cast(),
            &raw mut cleanup,
        ));
        (*watcher).cleanup.set(cleanup);
        if let Err(failed) = hooked {
            (*watcher).close();
            return Err(failed);
        }
        if (uv.poll_start)(handle, READABLE, readable) != 0 {
            (*watcher).close();
            return Err(Failed(sys::Status::napi_generic_failure));
        }
    }
    Ok(())
}

impl SocketWatcher {
    fn handle(&self) -> *mut PollHandle {
        self.memory.as_ptr().cast_mut().cast()
    }

    fn read(&self) {
        let Ok(mut writer) = self.writer.try_borrow_mut() else { return };
        let watch = self.environment.in_callback(|| {
            // What the engine's thread read before comes first.
            self.environment.drain();
            let watch = self.handoff.read(&mut *writer);
            self.environment.settle(writer.batch());
            writer.batch().clear();
            if watch == WatchAction::On {
                // While the server works on the others.
                self.handoff.look_at_batch(|replies| self.environment.materialiser().make_early(replies));
            }
            watch
        });
        drop(writer);
        if watch != Some(WatchAction::On) {
            self.close();
        }
    }

    fn close(&self) {
        if !self.closing.replace(true) {
            // SAFETY: the handle is initialised and not closing; `closed` frees it.
            unsafe { (self.uv.close)(self.handle(), Some(closed)) };
        }
    }
}

/// libuv calls this when the socket has bytes, or has ended.
unsafe extern "C" fn readable(handle: *mut PollHandle, _status: c_int, _events: c_int) {
    // SAFETY: `data` is the watcher, which lives until `closed`.
    let watcher = unsafe { &*(*handle).data.cast::<SocketWatcher>() };
    if catch_unwind(AssertUnwindSafe(|| watcher.read())).is_err() {
        watcher.handoff.give_back();
        watcher.close();
    }
}

unsafe extern "C" fn closed(handle: *mut PollHandle) {
    // SAFETY: libuv is done with the handle, and calls this once. The memory of the handle goes with the watcher.
    let watcher = unsafe { Box::from_raw((*handle).data.cast::<SocketWatcher>()) };
    let cleanup = watcher.cleanup.get();
    if !cleanup.is_null() {
        // SAFETY: the hook was added by `start` and is removed once.
        unsafe { sys::napi_remove_async_cleanup_hook(cleanup) };
    }
    drop(watcher);
}

/// The environment ends: it waits until the handle is closed.
unsafe extern "C" fn clean_up(_cleanup: sys::napi_async_cleanup_hook_handle, watcher: *mut c_void) {
    // SAFETY: `closed` removes this hook before it frees the watcher.
    let watcher = unsafe { &*watcher.cast::<SocketWatcher>() };
    watcher.handoff.give_back();
    watcher.close();
}
