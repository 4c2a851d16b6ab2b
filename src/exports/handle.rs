//! The functions of a handle: the way of its commands, and its leases.

use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi::sys;
use oxidis_engine::error::Error;

use super::client::{Callback, PORT_FUNCTIONS, add_functions, add_text, guard, object};
use crate::node_api::callback_info::CallbackInfo;
use crate::node_api::error_json;
use crate::node_api::status::Failed;
use crate::objects::handle::NativeHandle;
use crate::objects::lease::NativeLease;

/// Adds what belongs to one handle alone.
pub(crate) fn add_handle(
    env: sys::napi_env,
    object: sys::napi_value,
    handle: &Rc<NativeHandle>,
) -> Result<(), Failed> {
    const FUNCTIONS: [(&CStr, Callback); 4] =
        [(c"lease", lease), (c"leased", leased), (c"giveUpLease", give_up_lease), (c"handle", handle_for)];
    add_functions(env, object, &PORT_FUNCTIONS, handle.port())?;
    add_functions(env, object, &FUNCTIONS, handle)
}

/// `lease(slot, patience)`: settles the slot with the number of a lease.
unsafe extern "C" fn lease(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<NativeHandle>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let handle = unsafe { &*info.data };
    guard(env, || {
        handle.lease(info.uint32(0), info.double(1));
        Ok(())
    })
}

/// `giveUpLease(slot)`: nobody waits for that lease any more.
unsafe extern "C" fn give_up_lease(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<NativeHandle>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let handle = unsafe { &*info.data };
    guard(env, || {
        handle.give_up_lease(info.uint32(0));
        Ok(())
    })
}

/// `leased(number)`: the functions of a lease that was granted, or undefined.
unsafe extern "C" fn leased(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    const FUNCTIONS: [(&CStr, Callback); 2] = [(c"release", release_lease), (c"lost", lost_lease)];
    let info = CallbackInfo::<NativeHandle>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let handle = unsafe { &*info.data };
    let made = catch_unwind(AssertUnwindSafe(|| {
        let lease = handle.leased(info.uint32(0)).ok_or(Failed(sys::Status::napi_invalid_arg))?;
        let object = object(env)?;
        add_functions(env, object, &PORT_FUNCTIONS, lease.port())?;
        add_functions(env, object, &FUNCTIONS, &lease)?;
        Ok::<_, Failed>(object)
    }));
    match made {
        Ok(Ok(object)) => object,
        _ => ptr::null_mut(),
    }
}

/// `release()`: 1 where somebody may have the connection now, otherwise 0.
unsafe extern "C" fn release_lease(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<NativeLease>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let lease = unsafe { &*info.data };
    let released = catch_unwind(AssertUnwindSafe(|| lease.release()));
    info.number(f64::from(u8::from(released.unwrap_or(false))))
}

/// `lost()`: why the connection was lost, as JSON text, or undefined.
unsafe extern "C" fn lost_lease(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<NativeLease>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let lease = unsafe { &*info.data };
    guard(env, || lease.lost().map_or(Ok(()), Err))
}

/// `handle(optionsJson)`: what differs for another handle of the same client, or an error as JSON text.
unsafe extern "C" fn handle_for(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<NativeHandle>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let handle = unsafe { &*info.data };
    let mut made = ptr::null_mut();
    let problem = guard(env, || {
        let (another, facts) = handle.another(&info.text(0).unwrap_or_default())?;
        let object = object(env)
            .and_then(|object| add_handle(env, object, &another).map(|()| object))
            .and_then(|object| add_text(env, object, c"facts", &facts).map(|()| object));
        made = object.map_err(|Failed(status)| {
            error_json::to_json(&Error::internal(format!(
                "the handle cannot be made (Node-API status {status})"
            )))
        })?;
        Ok(())
    });
    if made.is_null() { problem } else { made }
}
