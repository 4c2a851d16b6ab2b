//! Where the elements of a typed array are.

use std::ffi::c_void;
use std::ptr;

use napi::sys;

use super::status::{Failed, check};

/// A typed array's memory, which stays where it is until control returns to JavaScript, or as long as a reference keeps it.
pub(crate) struct TypedArray {
    pub(crate) kind: sys::napi_typedarray_type,
    /// How many elements it has.
    pub(crate) length: usize,
    pub(crate) data: *mut c_void,
}

impl TypedArray {
    /// Looks at `value`; anything but a typed array is refused.
    pub(crate) fn of(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Failed> {
        let (mut kind, mut length, mut data) = (0, 0, ptr::null_mut());
        // SAFETY: all out-pointers are valid; those that are not wanted may be null.
        check(unsafe {
            sys::napi_get_typedarray_info(
                env,
                value,
                &raw mut kind,
                &raw mut length,
                &raw mut data,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        })?;
        Ok(Self { kind, length, data })
    }
}
