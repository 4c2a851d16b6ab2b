//! What Node hands to a function: its arguments, and the data that it was made with.

use std::ffi::c_void;
use std::ptr;

use napi::sys;

use super::status::check;

/// Arguments that a command takes without an array, and the two words before them.
const MAX_ARGUMENTS: usize = 10;

/// A call's arguments and the data of its function.
pub(crate) struct CallbackInfo<T> {
    pub(crate) env: sys::napi_env,
    pub(crate) count: usize,
    pub(crate) values: [sys::napi_value; MAX_ARGUMENTS],
    pub(crate) data: *const T,
}

impl<T> CallbackInfo<T> {
    /// What Node hands to a function.
    pub(crate) fn read(env: sys::napi_env, info: sys::napi_callback_info) -> Self {
        let mut count = MAX_ARGUMENTS;
        let mut values = [ptr::null_mut(); MAX_ARGUMENTS];
        let mut data: *mut c_void = ptr::null_mut();
        // SAFETY: `values` has room for `count` values; Node fills what is not given with undefined.
        unsafe {
            sys::napi_get_cb_info(
                env,
                info,
                &raw mut count,
                values.as_mut_ptr(),
                ptr::null_mut(),
                &raw mut data,
            );
        }
        Self { env, count: count.min(MAX_ARGUMENTS), values, data: data.cast() }
    }

    /// A number; 0 for anything else.
    pub(crate) fn uint32(&self, index: usize) -> u32 {
        let mut number = 0;
        // SAFETY: the out-pointer is valid; the façade passes numbers, anything else reads as 0.
        unsafe { sys::napi_get_value_uint32(self.env, self.values[index], &raw mut number) };
        number
    }

    /// A number, if there is one.
    pub(crate) fn double(&self, index: usize) -> Option<f64> {
        let mut number = 0.0;
        // SAFETY: the out-pointer is valid.
        check(unsafe { sys::napi_get_value_double(self.env, self.values[index], &raw mut number) })
            .ok()
            .map(|()| number)
    }

    /// A value of JavaScript's from a number; null, which is undefined, where it cannot be made.
    pub(crate) fn number(&self, number: f64) -> sys::napi_value {
        let mut value = ptr::null_mut();
        // SAFETY: the out-pointer is valid; on failure it stays null.
        unsafe { sys::napi_create_double(self.env, number, &raw mut value) };
        value
    }

    /// Whether the argument is `true`.
    pub(crate) fn bool(&self, index: usize) -> bool {
        let mut flag = false;
        // SAFETY: the out-pointer is valid; anything but a boolean leaves it false.
        unsafe { sys::napi_get_value_bool(self.env, self.values[index], &raw mut flag) };
        flag
    }

    /// A string, if it is one.
    pub(crate) fn text(&self, index: usize) -> Option<String> {
        let mut length = 0;
        // SAFETY: without a buffer, only the length is written.
        check(unsafe {
            sys::napi_get_value_string_utf8(self.env, self.values[index], ptr::null_mut(), 0, &raw mut length)
        })
        .ok()?;
        let mut bytes = vec![0_u8; length + 1];
        // SAFETY: `bytes` has room for the text and its NUL.
        check(unsafe {
            sys::napi_get_value_string_utf8(
                self.env,
                self.values[index],
                bytes.as_mut_ptr().cast(),
                bytes.len(),
                &raw mut length,
            )
        })
        .ok()?;
        bytes.truncate(length);
        String::from_utf8(bytes).ok()
    }
}
