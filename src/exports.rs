//! The functions that JavaScript calls, in plain Node-API: the generated wrappers cost more than the work of one command.
//!
//! Every function catches its panics: unwinding into Node would end the process.

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use napi::sys;
use oxidis_engine::error::Error;
use oxidis_engine::net::address::Endpoint;
use oxidis_engine::net::connection::Wish;
use oxidis_engine::net::options::{OptionValue, Options, OptionsBuilder};

use crate::arguments::Arguments;
use crate::client::NativeClient;
use crate::credentials::Provider;
use crate::environment::Environment;
use crate::error;
use crate::status::{Failed, check};

/// Arguments that a command takes without an array, and the two words before them.
const MAX_ARGUMENTS: usize = 10;

type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// Adds the functions that need no client.
pub(crate) fn add(env: sys::napi_env, exports: sys::napi_value) -> napi::Result<()> {
    create_function(env, c"setup", setup, ptr::null_mut())
        .and_then(|value| {
            // SAFETY: the object and the value are alive, the name is static.
            check(unsafe { sys::napi_set_named_property(env, exports, c"setup".as_ptr(), value) })
        })
        .map_err(|Failed(status)| napi::Error::from_status(napi::Status::from(status)))
}

/// A call's arguments and the data of its function.
struct Info<T> {
    env: sys::napi_env,
    count: usize,
    values: [sys::napi_value; MAX_ARGUMENTS],
    data: *const T,
}

impl<T> Info<T> {
    fn read(env: sys::napi_env, info: sys::napi_callback_info) -> Self {
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

    fn uint32(&self, index: usize) -> u32 {
        let mut number = 0;
        // SAFETY: the out-pointer is valid; the façade passes numbers, anything else reads as 0.
        unsafe { sys::napi_get_value_uint32(self.env, self.values[index], &raw mut number) };
        number
    }

    /// A number, if there is one.
    fn double(&self, index: usize) -> Option<f64> {
        let mut number = 0.0;
        // SAFETY: the out-pointer is valid.
        check(unsafe { sys::napi_get_value_double(self.env, self.values[index], &raw mut number) })
            .ok()
            .map(|()| number)
    }

    /// Whether the argument is `true`.
    fn bool(&self, index: usize) -> bool {
        let mut flag = false;
        // SAFETY: the out-pointer is valid; anything but a boolean leaves it false.
        unsafe { sys::napi_get_value_bool(self.env, self.values[index], &raw mut flag) };
        flag
    }

    /// A string, if it is one.
    fn text(&self, index: usize) -> Option<String> {
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

/// Runs `body`; an error text becomes the function's result, a panic an `InternalError`.
fn guard(env: sys::napi_env, body: impl FnOnce() -> Result<(), String>) -> sys::napi_value {
    let outcome = catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| Err(error::to_json(&Error::internal("the binding panicked"))));
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

/// Declares a function of a client.
macro_rules! client_function {
    ($name:ident, |$client:ident, $info:ident| $body:expr) => {
        unsafe extern "C" fn $name(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
            let $info = Info::<NativeClient>::read(env, info);
            // SAFETY: the function's data is a counted reference that its finaliser gives back.
            let $client = unsafe { &*$info.data };
            guard(env, || $body)
        }
    };
}

client_function!(call, |client, info| {
    let arguments = info.values.get(2..info.count).unwrap_or_default();
    client.call(info.uint32(0), info.uint32(1), None, &Arguments::Each(arguments))
});

client_function!(call_list, |client, info| {
    client.call(info.uint32(0), info.uint32(1), info.double(3), &Arguments::List(info.values[2]))
});

client_function!(call_joined, |client, info| {
    let arguments =
        Arguments::Joined { text: info.values[2], lengths: info.values[3], count: info.uint32(4) };
    client.call(info.uint32(0), info.uint32(1), info.double(5), &arguments)
});

client_function!(flush, |client, _info| {
    client.flush();
    Ok(())
});

client_function!(connect, |client, info| {
    client.connect(info.uint32(0));
    Ok(())
});

client_function!(close, |client, info| {
    client.close(info.uint32(0), Wish::Drain);
    Ok(())
});

client_function!(destroy, |client, info| {
    client.close(info.uint32(0), Wish::Destroy);
    Ok(())
});

client_function!(reference, |client, info| {
    client.set_referenced(info.uint32(0) != 0);
    Ok(())
});

client_function!(answer, |client, info| {
    client.answer(info.uint32(0), info.text(1), info.text(2), info.text(3));
    Ok(())
});

/// `setup(settle, words, assemble)`: prepares this environment and returns `createClient`.
unsafe extern "C" fn setup(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = Info::<c_void>::read(env, info);
    let made = catch_unwind(AssertUnwindSafe(|| {
        let environment = Environment::create(env, info.values[0], info.values[1], info.values[2])?;
        function(env, c"createClient", create_client, environment)
    }));
    match made {
        Ok(Ok(function)) => function,
        _ => ptr::null_mut(),
    }
}

/// `createClient(optionsJson, url | undefined, owner, asksForCredentials)`: an object of functions, or an error as JSON text.
unsafe extern "C" fn create_client(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let info = Info::<Environment>::read(env, info);
    let mut made = ptr::null_mut();
    let problem = guard(env, || {
        // SAFETY: the function's data is a counted reference that its finaliser gives back; one more is taken here.
        let environment = unsafe {
            Rc::increment_strong_count(info.data);
            Rc::from_raw(info.data)
        };
        let id = environment.next_client();
        let provider = info.bool(3).then(|| Arc::new(Provider::new(Arc::clone(environment.inbox()), id)));
        let options = read_options(&info, provider.clone()).map_err(|error| error::to_json(&error))?;
        let facts = facts(&options);
        let mut owner = ptr::null_mut();
        // SAFETY: the value is alive and the out-pointer valid.
        check(unsafe { sys::napi_create_reference(env, info.values[2], 0, &raw mut owner) })
            .map_err(|_| error::argument(3, "must be an object"))?;
        let client = NativeClient::create(&environment, id, options, provider, owner)
            .map_err(|error| error::to_json(&error))?;
        made = client_object(env, &client, &facts).map_err(|Failed(status)| {
            error::to_json(&Error::internal(format!("the client cannot be made (Node-API status {status})")))
        })?;
        Ok(())
    });
    if made.is_null() { problem } else { made }
}

fn read_options(info: &Info<Environment>, providers: Option<Arc<Provider>>) -> Result<Options, Error> {
    let text = info.text(0).ok_or_else(|| Error::internal("the options are no text"))?;
    let object =
        serde_json::from_str(&text).map_err(|_| Error::internal("the options are no JSON object"))?;
    let mut builder = OptionsBuilder::new();
    if let Some(url) = info.text(1) {
        builder.url(&url)?;
    }
    builder.object(&object)?;
    if let Some(provider) = providers {
        builder.apply("credentials", OptionValue::Provider(provider))?;
    }
    let options = builder.build()?;
    available(&options)?;
    Ok(options)
}

/// Refuses what the engine understands and does not do yet: to ignore it would be worse.
fn available(options: &Options) -> Result<(), Error> {
    if !options.key_prefix.is_empty() {
        return Err(Error::option("option \"keyPrefix\" is not available yet"));
    }
    if matches!(options.endpoint, Endpoint::Sentinel { .. }) {
        let message = "redis-sentinel:// URLs are not available yet; give the address of the master";
        return Err(Error::option(message));
    }
    Ok(())
}

/// What the façade has to know of the options.
fn facts(options: &Options) -> String {
    serde_json::json!({
        "decodeResponses": options.decode_responses,
        "encoding": options.encoding.as_str(),
        "lazyConnect": options.lazy_connect,
        "address": options.endpoint.to_string(),
        "db": options.db,
        "name": options.name,
    })
    .to_string()
}

fn client_object(
    env: sys::napi_env,
    client: &Rc<NativeClient>,
    facts: &str,
) -> Result<sys::napi_value, Failed> {
    const FUNCTIONS: [(&CStr, Callback); 9] = [
        (c"call", call),
        (c"callList", call_list),
        (c"callJoined", call_joined),
        (c"flush", flush),
        (c"connect", connect),
        (c"close", close),
        (c"destroy", destroy),
        (c"reference", reference),
        (c"answer", answer),
    ];
    let mut object = ptr::null_mut();
    // SAFETY: the out-pointer is valid.
    check(unsafe { sys::napi_create_object(env, &raw mut object) })?;
    for (name, callback) in FUNCTIONS {
        let value = function(env, name, callback, Rc::clone(client))?;
        // SAFETY: the object and the value are alive, the name is static.
        check(unsafe { sys::napi_set_named_property(env, object, name.as_ptr(), value) })?;
    }
    let mut id = ptr::null_mut();
    // SAFETY: as above.
    unsafe {
        check(sys::napi_create_uint32(env, client.id(), &raw mut id))?;
        check(sys::napi_set_named_property(env, object, c"id".as_ptr(), id))?;
        let (mut text, size) = (ptr::null_mut(), isize::try_from(facts.len()).unwrap_or(0));
        check(sys::napi_create_string_utf8(env, facts.as_ptr().cast(), size, &raw mut text))?;
        check(sys::napi_set_named_property(env, object, c"facts".as_ptr(), text))?;
    }
    Ok(object)
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
