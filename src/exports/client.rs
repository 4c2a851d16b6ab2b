//! The functions that JavaScript calls, in plain Node-API: the generated wrappers cost more than the work of one command.
//!
//! Every function catches its panics: unwinding into Node would end the process.

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi::sys;
use oxidis_engine::error::Error;

use super::handle::add_handle;
use super::sentinel;
use super::subscriber::create_subscriber;
use crate::encode::arguments::Arguments;
use crate::encode::command_word::CommandWord;
use crate::encode::pipeline::Chunk;
use crate::environment::Environment;
use crate::node_api::callback_info::CallbackInfo;
use crate::node_api::error_json;
use crate::node_api::status::{Failed, check};
use crate::objects::client::{NativeClient, close_limit};
use crate::objects::client_config::ClientConfig;
use crate::objects::command_port::{ChunkFlags, CommandPort};
use crate::objects::handle::NativeHandle;
use crate::objects::pending_callbacks::PendingCallbacks;
use crate::objects::route::Withdrawal;

/// A batch is to be a transaction; `lib/command/pipeline.js` knows the same numbers.
const FORM_TRANSACTION: u32 = 1;
/// No more commands of the batch follow.
const FORM_LAST: u32 = 2;
/// No commands of the batch came before.
const FORM_FIRST: u32 = 4;

pub(crate) type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// Adds the functions that need no client.
pub(crate) fn add(env: sys::napi_env, exports: sys::napi_value) -> napi::Result<()> {
    create_function(env, c"setup", setup, ptr::null_mut())
        .and_then(|value| {
            // SAFETY: the object and the value are alive, the name is static.
            check(unsafe { sys::napi_set_named_property(env, exports, c"setup".as_ptr(), value) })
        })
        .map_err(|Failed(status)| napi::Error::from_status(napi::Status::from(status)))
}

/// Runs `body`; an error text becomes the function's result, a panic an `InternalError`.
pub(crate) fn guard(env: sys::napi_env, body: impl FnOnce() -> Result<(), String>) -> sys::napi_value {
    let outcome = catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| Err(error_json::to_json(&Error::internal("the binding panicked"))));
    match outcome {
        Ok(()) => ptr::null_mut(),
        Err(problem) => {
            let mut text = ptr::null_mut();
            let length = isize::try_from(problem.len()).unwrap_or(0);
            // SAFETY: the text outlives the call; on failure the result stays null, which is undefined.
            unsafe { sys::napi_create_string_utf8(env, problem.as_ptr().cast(), length, &raw mut text) };
            text
        }
    }
}

/// Declares a function of an object that JavaScript has: of a client or of a port.
macro_rules! object_function {
    ($type:ident, $name:ident, |$object:ident, $info:ident| $body:expr) => {
        unsafe extern "C" fn $name(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
            let $info = CallbackInfo::<$type>::read(env, info);
            // SAFETY: the function's data is a counted reference that its finaliser gives back.
            let $object = unsafe { &*$info.data };
            guard(env, || $body)
        }
    };
}

pub(crate) use object_function;

object_function!(CommandPort, call, |port, info| {
    let arguments = info.values.get(2..info.count).unwrap_or_default();
    port.call(info.uint32(0), info.uint32(1), None, &Arguments::Each(arguments))
});

object_function!(CommandPort, call_list, |port, info| {
    port.call(info.uint32(0), info.uint32(1), info.double(3), &Arguments::List(info.values[2]))
});

object_function!(CommandPort, call_joined, |port, info| {
    let arguments =
        Arguments::Joined { text: info.values[2], lengths: info.values[3], count: info.uint32(4) };
    port.call(info.uint32(0), info.uint32(1), info.double(5), &arguments)
});

// batch(slot, flags, timeout, form, text, words, count, odd): `form` is a sum of `FORM_...`.
object_function!(CommandPort, batch, |port, info| {
    let form = info.uint32(3);
    let form = ChunkFlags {
        transaction: form & FORM_TRANSACTION != 0,
        first: form & FORM_FIRST != 0,
        last: form & FORM_LAST != 0,
    };
    let chunk = Chunk {
        text: info.values[4],
        words: info.values[5],
        count: info.uint32(6) as usize,
        not_a_string: info.values[7],
    };
    port.batch(info.uint32(0), form, CommandWord::from(info.uint32(1)), info.double(2), &chunk)
});

// withdraw(slot): "withdrawn" where nothing of the call was sent and never will be; "pending" where its slot is settled soon.
object_function!(CommandPort, withdraw, |port, info| {
    match port.withdraw(info.uint32(0)) {
        Withdrawal::Done => Err("withdrawn".to_owned()),
        Withdrawal::Pending => Err("pending".to_owned()),
        Withdrawal::Refused => Ok(()),
    }
});

object_function!(CommandPort, flush, |port, _info| {
    port.flush();
    Ok(())
});

object_function!(NativeClient, drained, |client, info| {
    client.drained(info.uint32(0), None);
    Ok(())
});

object_function!(NativeClient, drained_in_time, |client, info| {
    client.drained(info.uint32(0), close_limit(info.double(1)));
    Ok(())
});

// Its text is the result, as that of an error would be.
object_function!(NativeClient, stats, |client, _info| Err(client.stats()));

object_function!(NativeClient, connect, |client, info| {
    client.connect(info.uint32(0), info.double(1));
    Ok(())
});

object_function!(NativeClient, close, |client, info| {
    client.close(info.uint32(0), info.double(1));
    Ok(())
});

object_function!(NativeClient, destroy, |client, info| {
    client.destroy(info.uint32(0));
    Ok(())
});

object_function!(NativeClient, reference, |client, info| {
    client.set_referenced(info.uint32(0) != 0);
    Ok(())
});

object_function!(NativeClient, answer, |client, info| {
    client.answer(info.uint32(0), info.text(1).as_deref(), info.text(2));
    Ok(())
});

/// `defineOptions(words)`: the number of a template for options, undefined when there is no room for more.
unsafe extern "C" fn define_options(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<Environment>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let environment = unsafe { &*info.data };
    let defined = catch_unwind(AssertUnwindSafe(|| {
        let words = info.text(0)?;
        environment.templates().define(&words)
    }));
    let mut number = ptr::null_mut();
    if let Ok(Some(id)) = defined {
        // SAFETY: the out-pointer is valid; a failure leaves it null, which is undefined.
        unsafe { sys::napi_create_uint32(env, id, &raw mut number) };
    }
    number
}

/// `isHeld()`: whether an open client keeps the process alive.
unsafe extern "C" fn is_held(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<Environment>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let environment = unsafe { &*info.data };
    let mut held = ptr::null_mut();
    // SAFETY: the out-pointer is valid; a failure leaves it null, which is undefined.
    unsafe { sys::napi_get_boolean(env, environment.is_held(), &raw mut held) };
    held
}

/// `bufferedBytes()`: a number.
unsafe extern "C" fn buffered_bytes(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<NativeClient>::read(env, info);
    // SAFETY: the function's data is a counted reference that its finaliser gives back.
    let client = unsafe { &*info.data };
    let bytes = catch_unwind(AssertUnwindSafe(|| client.buffered_bytes()));
    bytes.map_or(ptr::null_mut(), |bytes| info.number(bytes))
}

/// `setup(settle, words, assemble, numbers, watches, resource)`: prepares this environment and returns `createClient`, which has
/// `createSentinel`, `defineOptions` and `isHeld` as members.
unsafe extern "C" fn setup(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<c_void>::read(env, info);
    let made = catch_unwind(AssertUnwindSafe(|| {
        let environment = Environment::create(
            env,
            info.values[0],
            info.values[1],
            info.values[2],
            info.values[3],
            info.bool(4),
            info.values[5],
        )?;
        let define = function(env, c"defineOptions", define_options, Rc::clone(&environment))?;
        let create_sentinel =
            function(env, c"createSentinel", sentinel::create_sentinel, Rc::clone(&environment))?;
        let held = function(env, c"isHeld", is_held, Rc::clone(&environment))?;
        let create_client = function(env, c"createClient", create_client, environment)?;
        let members = [(c"createSentinel", create_sentinel), (c"defineOptions", define), (c"isHeld", held)];
        for (name, member) in members {
            // SAFETY: the functions are alive, the name is static.
            check(unsafe { sys::napi_set_named_property(env, create_client, name.as_ptr(), member) })?;
        }
        Ok::<_, Failed>(create_client)
    }));
    match made {
        Ok(Ok(function)) => function,
        _ => ptr::null_mut(),
    }
}

/// `createClient(optionsJson, url | undefined, owner, functions, deployment?, master?, target?)`: an object of functions,
/// or an error as JSON text. The last three are of a client that sentinels tell where to connect.
unsafe extern "C" fn create_client(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = CallbackInfo::<Environment>::read(env, info);
    let mut made = ptr::null_mut();
    let problem = guard(env, || {
        // SAFETY: the function's data is a counted reference that its finaliser gives back; one more is taken here.
        let environment = unsafe {
            Rc::increment_strong_count(info.data);
            Rc::from_raw(info.data)
        };
        let id = environment.next_client();
        let pending_callbacks =
            PendingCallbacks::new(environment.inbox(), id, &info.text(3).unwrap_or_default());
        let plan = ClientConfig::read(&info, &environment, &pending_callbacks)
            .map_err(|error| error_json::to_json(&error))?;
        let facts = crate::objects::client_config::facts(&plan.options);
        let mut owner = ptr::null_mut();
        // SAFETY: the value is alive and the out-pointer valid.
        check(unsafe { sys::napi_create_reference(env, info.values[2], 0, &raw mut owner) })
            .map_err(|_| error_json::argument(3, "must be an object"))?;
        let client = NativeClient::create(&environment, id, plan, pending_callbacks, owner)
            .map_err(|error| error_json::to_json(&error))?;
        made = client_object(env, &client, &facts)
            .map_err(|Failed(status)| error_json::unavailable("the client", status))?;
        Ok(())
    });
    if made.is_null() { problem } else { made }
}

fn client_object(
    env: sys::napi_env,
    client: &Rc<NativeClient>,
    facts: &str,
) -> Result<sys::napi_value, Failed> {
    const FUNCTIONS: [(&CStr, Callback); 10] = [
        (c"connect", connect),
        (c"close", close),
        (c"destroy", destroy),
        (c"reference", reference),
        (c"answer", answer),
        (c"subscriber", create_subscriber),
        (c"bufferedBytes", buffered_bytes),
        (c"drained", drained),
        (c"drainedInTime", drained_in_time),
        (c"stats", stats),
    ];
    let object = object(env)?;
    add_handle(env, object, &NativeHandle::first(client))?;
    add_functions(env, object, &FUNCTIONS, client)?;
    add_identity(env, object, client.id(), facts)?;
    Ok(object)
}

/// Adds the number by which JavaScript hears of the object, and what it has to know of it.
pub(crate) fn add_identity(
    env: sys::napi_env,
    object: sys::napi_value,
    id: u32,
    facts: &str,
) -> Result<(), Failed> {
    let mut number = ptr::null_mut();
    // SAFETY: the object is alive, the out-pointer is valid, the name static.
    unsafe {
        check(sys::napi_create_uint32(env, id, &raw mut number))?;
        check(sys::napi_set_named_property(env, object, c"id".as_ptr(), number))?;
    }
    add_text(env, object, c"facts", facts)
}

pub(crate) fn add_text(
    env: sys::napi_env,
    object: sys::napi_value,
    name: &CStr,
    text: &str,
) -> Result<(), Failed> {
    let (mut value, size) = (ptr::null_mut(), isize::try_from(text.len()).unwrap_or(0));
    // SAFETY: the object is alive, the out-pointer is valid, the text outlives the call.
    unsafe {
        check(sys::napi_create_string_utf8(env, text.as_ptr().cast(), size, &raw mut value))?;
        check(sys::napi_set_named_property(env, object, name.as_ptr(), value))
    }
}

/// What a client and a lease have in common: the way of commands.
pub(crate) const PORT_FUNCTIONS: [(&CStr, Callback); 6] = [
    (c"call", call),
    (c"callList", call_list),
    (c"callJoined", call_joined),
    (c"batch", batch),
    (c"withdraw", withdraw),
    (c"flush", flush),
];

pub(crate) fn object(env: sys::napi_env) -> Result<sys::napi_value, Failed> {
    let mut object = ptr::null_mut();
    // SAFETY: the out-pointer is valid.
    check(unsafe { sys::napi_create_object(env, &raw mut object) })?;
    Ok(object)
}

pub(crate) fn add_functions<T>(
    env: sys::napi_env,
    object: sys::napi_value,
    functions: &[(&CStr, Callback)],
    data: &Rc<T>,
) -> Result<(), Failed> {
    for &(name, callback) in functions {
        let value = function(env, name, callback, Rc::clone(data))?;
        // SAFETY: the object and the value are alive, the name is static.
        check(unsafe { sys::napi_set_named_property(env, object, name.as_ptr(), value) })?;
    }
    Ok(())
}

/// A function that owns a reference to `data`, given back when the function is collected.
fn function<T>(
    env: sys::napi_env,
    name: &CStr,
    callback: Callback,
    data: Rc<T>,
) -> Result<sys::napi_value, Failed> {
    let data = Rc::into_raw(data).cast_mut().cast::<c_void>();
    let value = create_function(env, name, callback, data)?;
    // SAFETY: `data` is a counted reference; the finaliser of the same type gives it back once.
    check(unsafe {
        sys::napi_add_finalizer(env, value, data, Some(release::<T>), ptr::null_mut(), ptr::null_mut())
    })?;
    Ok(value)
}

fn create_function(
    env: sys::napi_env,
    name: &CStr,
    callback: Callback,
    data: *mut c_void,
) -> Result<sys::napi_value, Failed> {
    let mut value = ptr::null_mut();
    // SAFETY: the name is static, the out-pointer valid; `data` is only handed back to `callback`.
    check(unsafe {
        sys::napi_create_function(env, name.as_ptr(), length(name), Some(callback), data, &raw mut value)
    })?;
    Ok(value)
}

unsafe extern "C" fn release<T>(_env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: gives back the reference of `function`, once. A panic in a destructor must not unwind into Node.
    drop(catch_unwind(AssertUnwindSafe(|| drop(unsafe { Rc::from_raw(data.cast::<T>()) }))));
}

fn length(name: &CStr) -> isize {
    isize::try_from(name.count_bytes()).unwrap_or(0)
}
