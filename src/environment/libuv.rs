//! The few functions of libuv that watch a socket on JavaScript's thread. Looked up at run time: a runtime that has Node-API
//! need not have them.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;

use napi::sys::uv_loop_s;

/// `uv_poll_t`, of a size that only libuv knows. Its first field is the `data` pointer (`UV_HANDLE_FIELDS`).
#[repr(C)]
pub(crate) struct PollHandle {
    pub(crate) data: *mut c_void,
}

/// `UV_POLL` among the kinds of handles (`UV_HANDLE_TYPE_MAP`).
const POLL: c_int = 8;

/// `UV_READABLE`.
pub(crate) const READABLE: c_int = 1;

pub(crate) type PollCallback = unsafe extern "C" fn(handle: *mut PollHandle, status: c_int, events: c_int);
pub(crate) type CloseCallback = unsafe extern "C" fn(handle: *mut PollHandle);

/// The functions.
#[derive(Clone, Copy)]
pub(crate) struct Libuv {
    handle_size: unsafe extern "C" fn(kind: c_int) -> usize,
    pub(crate) poll_init: unsafe extern "C" fn(*mut uv_loop_s, *mut PollHandle, fd: c_int) -> c_int,
    pub(crate) poll_start: unsafe extern "C" fn(*mut PollHandle, events: c_int, PollCallback) -> c_int,
    pub(crate) close: unsafe extern "C" fn(*mut PollHandle, Option<CloseCallback>),
    pub(crate) unref: unsafe extern "C" fn(*mut PollHandle),
}

impl Libuv {
    /// The functions of this process, if it has them.
    pub(crate) fn get() -> Option<&'static Self> {
        static UV: OnceLock<Option<Libuv>> = OnceLock::new();
        UV.get_or_init(Self::find).as_ref()
    }

    fn find() -> Option<Self> {
        // SAFETY: the symbols are libuv's, whose ABI is stable within its first major version, the only one that Node has had
        // since 0.12; the types are those of its documentation.
        unsafe {
            Some(Self {
                handle_size: std::mem::transmute::<*mut c_void, unsafe extern "C" fn(kind: c_int) -> usize>(
                    symbol(c"uv_handle_size")?,
                ),
                poll_init: std::mem::transmute::<
                    *mut c_void,
                    unsafe extern "C" fn(*mut uv_loop_s, *mut PollHandle, fd: c_int) -> c_int,
                >(symbol(c"uv_poll_init")?),
                poll_start: std::mem::transmute::<
                    *mut c_void,
                    unsafe extern "C" fn(*mut PollHandle, events: c_int, PollCallback) -> c_int,
                >(symbol(c"uv_poll_start")?),
                close: std::mem::transmute::<
                    *mut c_void,
                    unsafe extern "C" fn(*mut PollHandle, Option<CloseCallback>),
                >(symbol(c"uv_close")?),
                unref: std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut PollHandle)>(symbol(
                    c"uv_unref",
                )?),
            })
        }
    }

    /// Memory for a poll handle, zeroed.
    pub(crate) fn allocate(&self) -> Box<[u64]> {
        // SAFETY: the function only looks its argument up.
        let bytes = unsafe { (self.handle_size)(POLL) };
        vec![0; bytes.div_ceil(size_of::<u64>())].into_boxed_slice()
    }
}

fn symbol(name: &CStr) -> Option<*mut c_void> {
    let name: *const c_char = name.as_ptr();
    // SAFETY: the name is a C string; the search has no side effects.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name) };
    (!found.is_null()).then_some(found)
}
