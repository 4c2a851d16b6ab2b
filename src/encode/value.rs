//! Arguments, straight from JavaScript values into the staging buffer: one native call per command, no copy in between.

use std::io::Write;
use std::ptr;

use napi::sys;
use oxidis_engine::buffer_pool;
use oxidis_engine::client::Staging;

use crate::node_api::error_json;
use crate::node_api::status::{Failed, check};
use crate::node_api::typed_array::TypedArray;

/// A string of up to this many UTF-16 units gets room for the worst case, so that it is encoded in one pass.
const ONE_PASS_UNITS: usize = 16 * 1024 * 1024;

/// Strings of fewer bytes are encoded without asking for their length first.
const SHORT_STRING: usize = 4096;

/// Bytes of UTF-8 that one UTF-16 unit takes at most.
const MAX_UTF8_PER_UNIT: usize = 3;

/// Why an argument was not encoded; the text goes to the caller.
pub(crate) type ArgumentProblem = &'static str;

const NOT_A_VALUE: ArgumentProblem = "must be a string, number, bigint or Uint8Array, not";
const BYTES_ARE_GONE: ArgumentProblem =
    "is a Uint8Array without its bytes: its buffer was transferred to somebody else, or made shorter";
pub(crate) const LONE_SURROGATE: ArgumentProblem =
    "is a string with a lone surrogate, which UTF-8 cannot hold; pass a Buffer";

/// Encodes one argument. `position` counts from 1 and only serves the error, which is JSON.
pub(crate) fn encode(
    env: sys::napi_env,
    value: sys::napi_value,
    staging: &mut Staging,
    position: usize,
) -> Result<(), String> {
    match string(env, value, staging) {
        Ok(true) => return Ok(()),
        Ok(false) => {}
        Err(problem) => return Err(error_json::argument(position, problem)),
    }
    let other = JsValueRef { env, value };
    match other.kind() {
        sys::ValueType::napi_number => {
            let number = other.double().map_err(|_| error_json::argument(position, "cannot be read"))?;
            if number.is_nan() {
                return Err(error_json::argument(position, "is NaN"));
            }
            self::number(number, |text| staging.argument(text));
            Ok(())
        }
        sys::ValueType::napi_bigint => {
            let text =
                other.coerce_to_string().map_err(|_| error_json::argument(position, "cannot be read"))?;
            match string(env, text, staging) {
                Ok(true) => Ok(()),
                _ => Err(error_json::argument(position, "cannot be read")),
            }
        }
        sys::ValueType::napi_object => match other.bytes() {
            Some([]) if !other.is_within_its_buffer() => Err(error_json::argument(position, BYTES_ARE_GONE)),
            Some(bytes) => {
                staging.argument(bytes);
                Ok(())
            }
            None => Err(error_json::argument(position, &format!("{NOT_A_VALUE} an object"))),
        },
        kind => Err(error_json::argument(position, &format!("{NOT_A_VALUE} {}", name(kind)))),
    }
}

/// Encodes the strings that `text` was put together from. Fails with an empty text when they are not ASCII: then their lengths in
/// bytes are not those that JavaScript counts.
pub(crate) fn encode_joined(
    env: sys::napi_env,
    text: sys::napi_value,
    lengths: sys::napi_value,
    count: u32,
    staging: &mut Staging,
) -> Result<(), String> {
    let lengths = JsValueRef { env, value: lengths };
    let lengths = lengths.words(count as usize).ok_or_else(|| error_json::argument(1, "cannot be read"))?;
    let total: usize = lengths.iter().map(|length| *length as usize).sum();
    let mut scratch: Vec<u8> = buffer_pool::take((total + 1) * MAX_UTF8_PER_UNIT);
    let mut written = 0;
    // SAFETY: `scratch` has room for the longest UTF-8 of `total` units and the NUL.
    let status = unsafe {
        sys::napi_get_value_string_utf8(
            env,
            text,
            scratch.as_mut_ptr().cast(),
            scratch.capacity(),
            &raw mut written,
        )
    };
    check(status).map_err(|_| error_json::argument(1, "cannot be read"))?;
    // SAFETY: Node has initialised the first `written` bytes.
    unsafe { scratch.set_len(written) };
    let whole = written == total;
    if whole {
        staging.arguments(&scratch, lengths);
    }
    buffer_pool::give(scratch);
    if whole { Ok(()) } else { Err(String::new()) }
}

/// Encodes a string. `Ok(false)`: the value is something else.
fn string(
    env: sys::napi_env,
    value: sys::napi_value,
    staging: &mut Staging,
) -> Result<bool, ArgumentProblem> {
    let mut slot = staging.slot();
    let (room, capacity) = slot.room(SHORT_STRING);
    let mut written = 0;
    // SAFETY: `room` points to `capacity` writable bytes; Node writes at most `capacity` bytes, its NUL included.
    let status =
        unsafe { sys::napi_get_value_string_utf8(env, value, room.cast(), capacity, &raw mut written) };
    if status == sys::Status::napi_string_expected {
        return Ok(false);
    }
    check(status).map_err(|_| "cannot be read")?;
    if written + MAX_UTF8_PER_UNIT + 1 >= capacity {
        drop(slot);
        return long_string(env, value, staging).map(|()| true);
    }
    let vector = slot.vector();
    // SAFETY: Node has initialised the first `written` bytes after the vector's end, within its capacity.
    unsafe { vector.set_len(vector.len() + written) };
    ensure_whole(env, value, slot.content())?;
    slot.finish();
    Ok(true)
}

/// A string that did not fit the room: finds its length, makes room and encodes it again, in place.
fn long_string(
    env: sys::napi_env,
    value: sys::napi_value,
    staging: &mut Staging,
) -> Result<(), ArgumentProblem> {
    let batches = units_of(env, value)?;
    let bytes = if batches <= ONE_PASS_UNITS {
        batches * MAX_UTF8_PER_UNIT
    } else {
        let mut exact = 0;
        // SAFETY: without a buffer, only the length is written.
        let status =
            unsafe { sys::napi_get_value_string_utf8(env, value, ptr::null_mut(), 0, &raw mut exact) };
        check(status).map_err(|_| "cannot be read")?;
        exact
    };
    let room_wanted = bytes + MAX_UTF8_PER_UNIT + 2;
    let mut slot = staging.slot_for(batches, room_wanted);
    let (room, capacity) = slot.room(room_wanted);
    let mut written = 0;
    // SAFETY: `room` points to `capacity` writable bytes; Node writes at most `capacity` bytes, its NUL included.
    let status =
        unsafe { sys::napi_get_value_string_utf8(env, value, room.cast(), capacity, &raw mut written) };
    check(status).map_err(|_| "cannot be read")?;
    let vector = slot.vector();
    // SAFETY: Node has initialised the first `written` bytes after the vector's end, within its capacity.
    unsafe { vector.set_len(vector.len() + written) };
    // As many bytes as units: all of it is ASCII, and nothing was replaced.
    if written != batches {
        ensure_whole(env, value, slot.content())?;
    }
    slot.finish();
    Ok(())
}

/// Node writes U+FFFD for a lone surrogate. Where that character stands, the original is looked at.
fn ensure_whole(env: sys::napi_env, value: sys::napi_value, encoded: &[u8]) -> Result<(), ArgumentProblem> {
    const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();
    let suspect =
        memchr::memchr_iter(REPLACEMENT[0], encoded).any(|at| encoded[at..].starts_with(REPLACEMENT));
    if !suspect {
        return Ok(());
    }
    let mut batches = vec![0_u16; encoded.len() + 1];
    let mut written = 0;
    // SAFETY: `units` has room for one unit per encoded byte and the NUL.
    let status = unsafe {
        sys::napi_get_value_string_utf16(env, value, batches.as_mut_ptr(), batches.len(), &raw mut written)
    };
    check(status).map_err(|_| "cannot be read")?;
    batches.truncate(written);
    if char::decode_utf16(batches).all(|batch| batch.is_ok()) { Ok(()) } else { Err(LONE_SURROGATE) }
}

/// Numbers never take the exponent form, which the servers' integer parsers refuse.
pub(crate) fn number(number: f64, mut put: impl FnMut(&[u8])) {
    const MAX_SAFE: f64 = 9_007_199_254_740_992.0;
    if number.is_infinite() {
        put(if number > 0.0 { b"inf" } else { b"-inf" });
    } else if number.fract() == 0.0 && number.abs() < MAX_SAFE {
        #[allow(clippy::cast_possible_truncation, reason = "an integer below 2^53 is exact")]
        let integer = number as i64;
        put(itoa::Buffer::new().format(integer).as_bytes());
    } else {
        let mut text = Vec::with_capacity(32);
        // Writing to a vector cannot fail.
        drop(write!(text, "{number}"));
        put(&text);
    }
}

fn name(kind: sys::napi_valuetype) -> &'static str {
    match kind {
        sys::ValueType::napi_undefined => "undefined",
        sys::ValueType::napi_null => "null",
        sys::ValueType::napi_boolean => "a boolean",
        sys::ValueType::napi_symbol => "a symbol",
        sys::ValueType::napi_function => "a function",
        _ => "this value",
    }
}

/// Encodes an element of an array. `position` is the one that an error names.
pub(crate) fn encode_element(
    env: sys::napi_env,
    list: sys::napi_value,
    index: u32,
    position: usize,
    staging: &mut Staging,
) -> Result<(), String> {
    let mut scope = ptr::null_mut();
    // SAFETY: opened and closed on this thread, in order.
    unsafe { sys::napi_open_handle_scope(env, &raw mut scope) };
    let mut value = ptr::null_mut();
    // SAFETY: the out-pointer is valid; an accessor that throws leaves it null and a status that says so.
    let status = unsafe { sys::napi_get_element(env, list, index, &raw mut value) };
    let encoded = if status == sys::Status::napi_ok {
        encode(env, value, staging, position)
    } else {
        Err(error_json::argument(position, "cannot be read"))
    };
    // SAFETY: as above.
    unsafe { sys::napi_close_handle_scope(env, scope) };
    encoded
}

/// How many UTF-16 units a string has.
fn units_of(env: sys::napi_env, value: sys::napi_value) -> Result<usize, ArgumentProblem> {
    let mut batches = 0;
    // SAFETY: without a buffer, only the length is written.
    let status =
        unsafe { sys::napi_get_value_string_utf16(env, value, ptr::null_mut(), 0, &raw mut batches) };
    check(status).map_err(|_| "cannot be read")?;
    Ok(batches)
}

/// Reads a string into `units`, whose old content is dropped.
pub(crate) fn utf16(
    env: sys::napi_env,
    value: sys::napi_value,
    batches: &mut Vec<u16>,
) -> Result<(), ArgumentProblem> {
    let length = units_of(env, value)?;
    batches.clear();
    batches.reserve(length + 1);
    let mut written = 0;
    // SAFETY: `units` has room for the string and its NUL.
    let status = unsafe {
        sys::napi_get_value_string_utf16(env, value, batches.as_mut_ptr(), length + 1, &raw mut written)
    };
    check(status).map_err(|_| "cannot be read")?;
    // SAFETY: Node has initialised the first `written` units.
    unsafe { batches.set_len(written) };
    Ok(())
}

/// Reads a string into `bytes`. Answers whether all of it is ASCII; otherwise what is in `bytes` has no meaning.
pub(crate) fn ascii(
    env: sys::napi_env,
    value: sys::napi_value,
    bytes: &mut Vec<u8>,
) -> Result<bool, ArgumentProblem> {
    let batches = units_of(env, value)?;
    // With room for any string of this length, V8 does not look at it before it encodes it.
    let room = batches * MAX_UTF8_PER_UNIT + 1;
    bytes.clear();
    bytes.reserve(room);
    let mut written = 0;
    // SAFETY: `bytes` has room for the string and its NUL.
    let status = unsafe {
        sys::napi_get_value_string_utf8(env, value, bytes.as_mut_ptr().cast(), room, &raw mut written)
    };
    check(status).map_err(|_| "cannot be read")?;
    // SAFETY: Node has initialised the first `written` bytes.
    unsafe { bytes.set_len(written) };
    // Everything else takes more bytes than units.
    Ok(written == batches)
}

/// A JavaScript value with its environment.
pub(crate) struct JsValueRef {
    pub(crate) env: sys::napi_env,
    pub(crate) value: sys::napi_value,
}

impl JsValueRef {
    fn kind(&self) -> sys::napi_valuetype {
        let mut kind = sys::ValueType::napi_undefined;
        // SAFETY: the out-pointer is valid; a failure leaves `undefined`, which is refused.
        unsafe { sys::napi_typeof(self.env, self.value, &raw mut kind) };
        kind
    }

    fn double(&self) -> Result<f64, Failed> {
        let mut number = 0.0;
        // SAFETY: the out-pointer is valid.
        check(unsafe { sys::napi_get_value_double(self.env, self.value, &raw mut number) })?;
        Ok(number)
    }

    fn coerce_to_string(&self) -> Result<sys::napi_value, Failed> {
        let mut text = ptr::null_mut();
        // SAFETY: the out-pointer is valid. A bigint runs no user code when it becomes a string.
        check(unsafe { sys::napi_coerce_to_string(self.env, self.value, &raw mut text) })?;
        Ok(text)
    }

    /// The first `count` words of a `Uint32Array`, borrowed until control returns to JavaScript.
    pub(crate) fn words(&self, count: usize) -> Option<&[u32]> {
        let TypedArray { kind, length, data } = self.typed_array()?;
        if kind != sys::TypedarrayType::uint32_array || count > length || count == 0 {
            return None;
        }
        // SAFETY: Node says that `length` words are at `data`, aligned for them; no JavaScript runs while the slice lives.
        Some(unsafe { std::slice::from_raw_parts(data.cast::<u32>(), count) })
    }

    /// The bytes of a `Uint8Array`, borrowed until control returns to JavaScript.
    fn bytes(&self) -> Option<&[u8]> {
        let TypedArray { kind, length, data } = self.typed_array()?;
        if kind != sys::TypedarrayType::uint8_array && kind != sys::TypedarrayType::uint8_clamped_array {
            return None;
        }
        if data.is_null() || length == 0 {
            return Some(&[]);
        }
        // SAFETY: Node says that `length` bytes are at `data`; no JavaScript runs while the slice lives.
        Some(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) })
    }

    /// Whether a typed array that seems empty is: one whose buffer is detached, or no longer reaches as far, only has lost its
    /// bytes. JavaScript's own methods tell the two apart, and Node-API does not.
    fn is_within_its_buffer(&self) -> bool {
        let (mut keys, mut iterator) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the value is alive and the out-pointers valid; `keys` is a built-in that runs no other code.
        unsafe {
            let found = sys::napi_get_named_property(self.env, self.value, c"keys".as_ptr(), &raw mut keys);
            if found != sys::Status::napi_ok {
                return true;
            }
            let called =
                sys::napi_call_function(self.env, self.value, keys, 0, ptr::null(), &raw mut iterator);
            if called == sys::Status::napi_pending_exception {
                let mut exception = ptr::null_mut();
                sys::napi_get_and_clear_last_exception(self.env, &raw mut exception);
            }
            called == sys::Status::napi_ok
        }
    }

    /// The value as a typed array, if it is one.
    fn typed_array(&self) -> Option<TypedArray> {
        let mut is_typed_array = false;
        // SAFETY: the out-pointer is valid.
        check(unsafe { sys::napi_is_typedarray(self.env, self.value, &raw mut is_typed_array) }).ok()?;
        if !is_typed_array {
            return None;
        }
        TypedArray::of(self.env, self.value).ok()
    }
}
