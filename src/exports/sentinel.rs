//! The functions of a deployment that JavaScript calls.

use std::ffi::CStr;
use std::ptr;
use std::rc::Rc;

use napi::sys;
use oxidis_engine::error::Error;

use super::client::{Callback, add_functions, add_identity, guard, object};
use crate::environment::Environment;
use crate::node_api::callback_info::CallbackInfo;
use crate::node_api::error_json;
use crate::node_api::status::Failed;
use crate::objects::sentinel::{NativeSentinel, SentinelSource};

const FUNCTIONS: [(&CStr, Callback); 6] = [
    (c"connect", connect),
    (c"close", close),
    (c"discoverMaster", discover_master),
    (c"discoverReplicas", discover_replicas),
    (c"ask", ask),
    (c"answer", answer),
];

/// `createSentinel(url | undefined, listJson | undefined, optionsJson, functions)`: an object of functions, or an error as JSON text.
pub(crate) unsafe extern "C" fn create_sentinel(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let info = CallbackInfo::<Environment>::read(env, info);
    let mut made = ptr::null_mut();
    let problem = guard(env, || {
        // SAFETY: the function's data is a counted reference that its finaliser gives back; one more is taken here.
        let environment = unsafe {
            Rc::increment_strong_count(info.data);
            Rc::from_raw(info.data)
        };
        let source = SentinelSource {
            url: info.text(0),
            list: info.text(1),
            options: info.text(2).unwrap_or_default(),
            functions: info.text(3).unwrap_or_default(),
        };
        let sentinel = NativeSentinel::create(&environment, environment.next_client(), &source)
            .map_err(|error| error_json::to_json(&error))?;
        let build = || {
            let object = object(env)?;
            add_functions(env, object, &FUNCTIONS, &sentinel)?;
            add_identity(env, object, sentinel.id(), &sentinel.facts())?;
            Ok(object)
        };
        made = build().map_err(|Failed(status)| {
            let message = format!("the deployment cannot be made (Node-API status {status})");
            error_json::to_json(&Error::internal(message))
        })?;
        Ok(())
    });
    if made.is_null() { problem } else { made }
}

/// Declares a function of a deployment.
macro_rules! sentinel_function {
    ($name:ident, |$sentinel:ident, $info:ident| $body:expr) => {
        unsafe extern "C" fn $name(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
            let $info = CallbackInfo::<NativeSentinel>::read(env, info);
            // SAFETY: the function's data is a counted reference that its finaliser gives back.
            let $sentinel = unsafe { &*$info.data };
            guard(env, || {
                $body;
                Ok(())
            })
        }
    };
}

sentinel_function!(connect, |sentinel, info| sentinel.connect(info.uint32(0)));

sentinel_function!(close, |sentinel, _info| sentinel.close());

sentinel_function!(discover_master, |sentinel, info| {
    sentinel.discover_master(info.uint32(0), &info.text(1).unwrap_or_default());
});

sentinel_function!(discover_replicas, |sentinel, info| {
    sentinel.discover_replicas(info.uint32(0), info.text(1).unwrap_or_default());
});

sentinel_function!(ask, |sentinel, info| {
    sentinel.ask(info.uint32(0), info.text(1).into_iter().chain(info.text(2)).collect());
});

sentinel_function!(answer, |sentinel, info| {
    sentinel.answer(info.uint32(0), info.text(1).as_deref(), info.text(2));
});
