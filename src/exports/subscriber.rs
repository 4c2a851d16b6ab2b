//! The functions of a subscriber that JavaScript calls, in plain Node-API, and how their arguments are read.

use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use napi::sys;

use super::client::{Callback, add_functions, guard, object, object_function};
use crate::node_api::callback_info::CallbackInfo;
use crate::node_api::error_json;
use crate::node_api::status::{Failed, check};
use crate::node_api::typed_array::TypedArray;
use crate::objects::client::NativeClient;
use crate::objects::subscriber::{JoinedNames, NativeSubscriber, SubscriberSettings, WORDS};

object_function!(NativeSubscriber, subscribe, |subscriber, info| {
    let names = names(&info, 3).ok_or_else(|| error_json::argument(4, "must be names and their lengths"))?;
    // SAFETY: nothing runs JavaScript while the slice is in use.
    let routes = unsafe { typed::<u32>(&info, 5) }.unwrap_or_default();
    let (slot, timeout, kind) = (info.uint32(0), info.double(1), info.uint32(2));
    subscriber.subscribe(slot, timeout, kind, &names, routes)
});

object_function!(NativeSubscriber, unsubscribe, |subscriber, info| {
    let names = names(&info, 3);
    subscriber.unsubscribe(info.uint32(0), info.double(1), info.uint32(2), names.as_ref())
});

object_function!(NativeSubscriber, listen, |subscriber, info| {
    let names = names(&info, 2);
    subscriber.listen(info.uint32(0), names.as_ref(), info.bool(1))
});

object_function!(NativeSubscriber, release, |subscriber, info| {
    subscriber.release(info.uint32(0));
    Ok(())
});

object_function!(NativeSubscriber, leave, |subscriber, info| {
    subscriber.leave(info.uint32(0), info.double(1));
    Ok(())
});

/// `take(side, words)`: a text with the numbers in `words`, or undefined.
unsafe extern "C" fn take(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<NativeSubscriber>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let subscriber = unsafe { &*info.data };
    let taken = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: nothing runs JavaScript while the slice is in use.
        let words = unsafe { typed_mut(&info, 1) }.filter(|words| words.len() >= WORDS);
        subscriber.take(info.uint32(0), words.ok_or(Failed(sys::Status::napi_invalid_arg))?)
    }));
    match taken {
        Ok(Ok(Some(text))) => text,
        _ => ptr::null_mut(),
    }
}

/// `takeLarge()`: the data of the large message that was taken last.
unsafe extern "C" fn take_large(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<NativeSubscriber>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let subscriber = unsafe { &*info.data };
    let taken = catch_unwind(AssertUnwindSafe(|| subscriber.take_large()));
    match taken {
        Ok(Ok(data)) => data,
        _ => ptr::null_mut(),
    }
}

/// `subscriber(messages, bytes, overflow, binary)` of a client: an object of functions, or an error as JSON text.
pub(crate) unsafe extern "C" fn create_subscriber(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    const FUNCTIONS: [(&CStr, Callback); 7] = [
        (c"subscribe", subscribe),
        (c"unsubscribe", unsubscribe),
        (c"listen", listen),
        (c"take", take),
        (c"takeLarge", take_large),
        (c"release", release),
        (c"leave", leave),
    ];
    let info = CallbackInfo::<NativeClient>::read(env, info);
    let mut made = ptr::null_mut();
    let problem = guard(env, || {
        // SAFETY: the function's data is a counted reference that its finaliser gives back; one more is taken here.
        let client = unsafe {
            std::rc::Rc::increment_strong_count(info.data);
            std::rc::Rc::from_raw(info.data)
        };
        let settings = SubscriberSettings {
            messages: info.double(0).unwrap_or(1.0),
            bytes: info.double(1).unwrap_or(1.0),
            overflow: info.uint32(2),
            binary: info.bool(3),
        };
        let subscriber =
            NativeSubscriber::create(&client, &settings).map_err(|error| error_json::to_json(&error))?;
        let assemble = || {
            let object = object(env)?;
            add_functions(env, object, &FUNCTIONS, &subscriber)?;
            let mut id = ptr::null_mut();
            // SAFETY: the out-pointer is valid, the object alive, the name static.
            unsafe {
                check(sys::napi_create_uint32(env, subscriber.id(), &raw mut id))?;
                check(sys::napi_set_named_property(env, object, c"id".as_ptr(), id))?;
            }
            Ok::<_, Failed>(object)
        };
        made = assemble().map_err(|Failed(status)| error_json::unavailable("the subscriber", status))?;
        Ok(())
    });
    if made.is_null() { problem } else { made }
}

/// Names in a `Uint8Array` and their lengths in a `Uint32Array` behind it, if they are there.
fn names<'a, T>(info: &CallbackInfo<T>, index: usize) -> Option<JoinedNames<'a>> {
    // SAFETY: the functions here read the slices before anything runs JavaScript.
    unsafe { Some(JoinedNames { bytes: typed(info, index)?, lengths: typed(info, index + 1)? }) }
}

/// An element of a typed array.
trait Element {
    const KIND: sys::napi_typedarray_type;
}

impl Element for u8 {
    const KIND: sys::napi_typedarray_type = sys::TypedarrayType::uint8_array;
}

impl Element for u32 {
    const KIND: sys::napi_typedarray_type = sys::TypedarrayType::uint32_array;
}

/// Where the elements of a typed array are, and how many.
fn elements<T, E: Element>(info: &CallbackInfo<T>, index: usize) -> Option<(*mut E, usize)> {
    let TypedArray { kind, length, data } = TypedArray::of(info.env, info.values[index]).ok()?;
    (kind == E::KIND).then_some((data.cast(), length))
}

/// The elements of a typed array.
///
/// # Safety
///
/// Nobody writes to them while the slice is in use: JavaScript must not run.
unsafe fn typed<'a, E: Element>(info: &CallbackInfo<impl Sized>, index: usize) -> Option<&'a [E]> {
    let (data, length) = elements::<_, E>(info, index)?;
    // An empty array may have no memory.
    if length == 0 || data.is_null() {
        return Some(&[]);
    }
    // SAFETY: Node says that so many elements are there; typed arrays are aligned to them.
    Some(unsafe { std::slice::from_raw_parts(data, length) })
}

/// The numbers of a `Uint32Array`, to be written.
///
/// # Safety
///
/// Nobody else touches them while the slice is in use: JavaScript must not run.
unsafe fn typed_mut<'a>(info: &CallbackInfo<impl Sized>, index: usize) -> Option<&'a mut [u32]> {
    let (data, length) = elements::<_, u32>(info, index)?;
    if length == 0 || data.is_null() {
        return None;
    }
    // SAFETY: as in `typed`.
    Some(unsafe { std::slice::from_raw_parts_mut(data, length) })
}
