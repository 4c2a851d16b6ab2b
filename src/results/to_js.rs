//! Results become JavaScript values, on JavaScript's thread.

use std::cell::{Cell, RefCell};
use std::ffi::{c_char, c_void};
use std::ptr;

use bytes::Bytes;
use napi::sys;
use oxidis_engine::buffer_pool::POOLED_FROM;

use super::flat_aggregate::{AssembleOp, Element, FlatAggregate};
use super::partial_results::PartialResults;
use super::render::MAX_SAFE_INTEGER;
use super::result_batch::{ResultBatch, ResultBody};
use crate::node_api::status::{Failed, check};

/// Leaves handed to JavaScript in one call: each is an argument and takes a word of its stack.
pub(crate) const LEAVES_PER_CALL: usize = 4096;

/// Makes values in one environment.
pub(crate) struct JsBuilder {
    pub(crate) env: sys::napi_env,
    /// `assemble(plan, first, last, names, ...leaves)` of `lib/reply/assemble.js`.
    assemble: sys::napi_ref,
    /// The arguments of a call of `assemble`, kept for the next.
    leaves: RefCell<Vec<sys::napi_value>>,
    /// Where results of unfinished batches wait.
    partial_results: PartialResults,
    /// The memory of a finished batch's results, for the next.
    spare: RefCell<Option<ResultBatch>>,
    /// Whether this Node-API has strings and Buffers on foreign memory.
    external_strings: Cell<bool>,
    external_buffers: Cell<bool>,
}

/// Shorthand for an out-parameter call that makes a value.
macro_rules! make {
    ($call:expr) => {{
        let mut value = ptr::null_mut();
        // SAFETY: the out-pointer is valid, the environment is this thread's, and the memory behind the other arguments
        // outlives the call.
        #[allow(clippy::redundant_closure_call, reason = "the closure names the out-pointer")]
        check(unsafe { ($call)(&raw mut value) })?;
        Ok(value)
    }};
}

pub(crate) use make;

impl JsBuilder {
    /// Values that are put together by the function behind `assemble`.
    pub(crate) fn new(env: sys::napi_env, assemble: sys::napi_ref) -> Self {
        Self {
            env,
            assemble,
            leaves: RefCell::default(),
            partial_results: PartialResults::default(),
            spare: RefCell::default(),
            external_strings: Cell::new(has_external_strings(env)),
            external_buffers: Cell::new(true),
        }
    }

    /// Where results of unfinished batches wait.
    pub(crate) fn partial_results(&self) -> &PartialResults {
        &self.partial_results
    }

    /// Memory for the results of a batch.
    pub(crate) fn take_batch(&self) -> ResultBatch {
        self.spare.take().unwrap_or_default()
    }

    /// Keeps the memory of a batch's results, which are made.
    pub(crate) fn keep_batch(&self, mut batch: ResultBatch) {
        batch.clear();
        self.spare.replace(Some(batch));
    }

    /// The value of one result.
    pub(crate) fn value(&self, arena: &[u8], body: ResultBody) -> Result<sys::napi_value, Failed> {
        match body {
            // The environment keeps a loan for itself.
            ResultBody::Null | ResultBody::Loan(_) => self.null(),
            ResultBody::Bool(flag) => self.bool(flag),
            ResultBody::Int(int) => self.int(int),
            ResultBody::Double(double) => self.double(double),
            ResultBody::Ascii(span) => self.latin1(span.of(arena)),
            ResultBody::Utf8(span) => self.utf8(span.of(arena)),
            ResultBody::Binary(span) => self.buffer(span.of(arena)),
            ResultBody::LargeAscii(bytes) => self.large_latin1(bytes),
            ResultBody::Utf16(batches) => self.utf16(&batches),
            ResultBody::LargeBinary(bytes) => self.large_buffer(bytes),
            ResultBody::Flat(flat) => self.flat(&flat),
            ResultBody::Answer(answer) => self.answer(*answer),
            ResultBody::Tree { value, view } => self.tree(value, view),
        }
    }

    /// A string from valid UTF-8.
    pub(crate) fn text(&self, text: &str) -> Result<sys::napi_value, Failed> {
        self.utf8(text.as_bytes())
    }

    pub(crate) fn null(&self) -> Result<sys::napi_value, Failed> {
        make!(|out| sys::napi_get_null(self.env, out))
    }

    pub(crate) fn bool(&self, flag: bool) -> Result<sys::napi_value, Failed> {
        make!(|out| sys::napi_get_boolean(self.env, flag, out))
    }

    pub(crate) fn int(&self, int: i64) -> Result<sys::napi_value, Failed> {
        if let Ok(small) = i32::try_from(int) {
            return make!(|out| sys::napi_create_int32(self.env, small, out));
        }
        if int.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs() {
            return make!(|out| sys::napi_create_int64(self.env, int, out));
        }
        make!(|out| sys::napi_create_bigint_int64(self.env, int, out))
    }

    pub(crate) fn double(&self, double: f64) -> Result<sys::napi_value, Failed> {
        make!(|out| sys::napi_create_double(self.env, double, out))
    }

    pub(crate) fn latin1(&self, bytes: &[u8]) -> Result<sys::napi_value, Failed> {
        make!(|out| sys::napi_create_string_latin1(self.env, bytes.as_ptr().cast(), length(bytes.len()), out))
    }

    pub(crate) fn utf8(&self, bytes: &[u8]) -> Result<sys::napi_value, Failed> {
        make!(|out| sys::napi_create_string_utf8(self.env, bytes.as_ptr().cast(), length(bytes.len()), out))
    }

    pub(crate) fn utf16(&self, batches: &[u16]) -> Result<sys::napi_value, Failed> {
        make!(|out| sys::napi_create_string_utf16(self.env, batches.as_ptr(), length(batches.len()), out))
    }

    pub(crate) fn buffer(&self, bytes: &[u8]) -> Result<sys::napi_value, Failed> {
        let data = bytes.as_ptr().cast();
        make!(|out| sys::napi_create_buffer_copy(self.env, bytes.len(), data, ptr::null_mut(), out))
    }

    fn large_latin1(&self, bytes: Bytes) -> Result<sys::napi_value, Failed> {
        if !self.external_strings.get() {
            return self.latin1(&bytes);
        }
        let external = i64::try_from(bytes.len()).unwrap_or(0);
        let (data, size) = (bytes.as_ptr().cast_mut().cast::<c_char>(), length(bytes.len()));
        let owner = Box::into_raw(Box::new(bytes)).cast::<c_void>();
        let (mut value, mut copied) = (ptr::null_mut(), false);
        // SAFETY: the memory stays until `release` drops its owner, which Node calls once the string is collected, or before
        // it returns when it copied.
        let status = unsafe {
            sys::node_api_create_external_string_latin1(
                self.env,
                data,
                size,
                Some(release_string),
                owner,
                &raw mut value,
                &raw mut copied,
            )
        };
        if let Err(failed) = check(status) {
            // SAFETY: Node took nothing, so the owner is still ours.
            let bytes = unsafe { Box::from_raw(owner.cast::<Bytes>()) };
            if failed.0 == sys::Status::napi_generic_failure {
                return Err(failed);
            }
            self.external_strings.set(false);
            return self.latin1(&bytes);
        }
        if !copied {
            // The block is not on V8's heap; told of it, V8 collects garbage in time to give it back.
            let mut total = 0;
            // SAFETY: the out-pointer is valid.
            unsafe { sys::napi_adjust_external_memory(self.env, external, &raw mut total) };
            self.nudge();
        }
        Ok(value)
    }

    fn large_buffer(&self, bytes: Bytes) -> Result<sys::napi_value, Failed> {
        if !self.external_buffers.get() || bytes.is_empty() {
            return self.buffer(&bytes);
        }
        let (data, size) = (bytes.as_ptr().cast_mut().cast::<c_void>(), bytes.len());
        let owner = Box::into_raw(Box::new(bytes)).cast::<c_void>();
        let mut value = ptr::null_mut();
        // SAFETY: the memory stays until `release` drops its owner, which Node calls once the Buffer is collected. Nobody else
        // reads the block: it was split off for this reply alone, so JavaScript may write to it.
        let status = unsafe {
            sys::napi_create_external_buffer(self.env, size, data, Some(release), owner, &raw mut value)
        };
        if check(status).is_err() {
            // Electron allows no foreign memory in Buffers.
            self.external_buffers.set(false);
            // SAFETY: Node took nothing, so the owner is still ours.
            let bytes = unsafe { Box::from_raw(owner.cast::<Bytes>()) };
            return self.buffer(&bytes);
        }
        self.nudge();
        Ok(value)
    }

    /// Lets V8 look whether young objects hold much foreign memory, which it does only when it makes such memory itself. It then
    /// collects the young ones, in a fifth of the time of the full collection that would else come some dozen large values later.
    fn nudge(&self) {
        let (mut data, mut value) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the out-pointers are valid. Should it fail, nothing was nudged.
        unsafe { sys::napi_create_arraybuffer(self.env, 1, &raw mut data, &raw mut value) };
    }

    pub(crate) fn big_number(&self, digits: &[u8]) -> Result<sys::napi_value, Failed> {
        let (mut global, mut constructor, mut value) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        let text = self.latin1(digits)?;
        // SAFETY: out-pointers are valid and the values alive.
        unsafe {
            check(sys::napi_get_global(self.env, &raw mut global))?;
            check(sys::napi_get_named_property(self.env, global, c"BigInt".as_ptr(), &raw mut constructor))?;
            check(sys::napi_call_function(
                self.env,
                global,
                constructor,
                1,
                &raw const text,
                &raw mut value,
            ))?;
        }
        Ok(value)
    }

    /// An aggregate of many leaves: they are the arguments of calls, which costs less than setting each.
    fn flat(&self, flat: &FlatAggregate) -> Result<sys::napi_value, Failed> {
        let mut chunks = flat.leaves.chunks(LEAVES_PER_CALL).peekable();
        let mut first = true;
        let mut done = 0;
        loop {
            let (Some(chunk), last) = (chunks.next(), chunks.peek().is_none()) else {
                break Err(Failed(sys::Status::napi_invalid_arg));
            };
            let names = (last && flat.plan == AssembleOp::Wide).then_some(flat.names.as_slice());
            let part = self.assemble(flat.plan, first, last, |arguments| {
                let before = arguments.len();
                for leaf in chunk {
                    let value = match *leaf {
                        Element::Again(at) => self.again(flat, at, done, &arguments[before..])?,
                        leaf => self.leaf(flat, leaf)?,
                    };
                    arguments.push(value);
                }
                Ok(names)
            });
            if last || part.is_err() {
                break part;
            }
            first = false;
            done += LEAVES_PER_CALL;
        }
    }

    /// Calls `assemble` with the leaves that `push` adds, and the text that it answers. Of the values made meanwhile, only the
    /// result stays alive.
    pub(crate) fn assemble<'t>(
        &self,
        plan: AssembleOp,
        first: bool,
        last: bool,
        push: impl FnOnce(&mut Vec<sys::napi_value>) -> Result<Option<&'t [u8]>, Failed>,
    ) -> Result<sys::napi_value, Failed> {
        /// Where the text stands among the arguments.
        const TEXT: usize = 3;
        let mut arguments = self.leaves.take();
        let made = self.scoped(|| {
            let (mut assemble, mut this) = (ptr::null_mut(), ptr::null_mut());
            // SAFETY: the out-pointers are valid and the reference lives as long as the environment.
            check(unsafe { sys::napi_get_reference_value(self.env, self.assemble, &raw mut assemble) })?;
            // SAFETY: as above.
            check(unsafe { sys::napi_get_undefined(self.env, &raw mut this) })?;
            arguments.clear();
            arguments.extend([self.int(i64::from(plan as u32))?, self.bool(first)?, self.bool(last)?, this]);
            if let Some(text) = push(&mut arguments)? {
                arguments[TEXT] = self.utf8(text)?;
            }
            make!(|out| sys::napi_call_function(
                self.env,
                this,
                assemble,
                arguments.len(),
                arguments.as_ptr(),
                out
            ))
        });
        self.leaves.replace(arguments);
        made
    }

    /// Does `work`; of the values made in it, only its result stays alive.
    fn scoped(
        &self,
        work: impl FnOnce() -> Result<sys::napi_value, Failed>,
    ) -> Result<sys::napi_value, Failed> {
        let mut scope = ptr::null_mut();
        // SAFETY: opened and closed on this thread, in order.
        check(unsafe { sys::napi_open_escapable_handle_scope(self.env, &raw mut scope) })?;
        let made = work().and_then(|value| {
            // SAFETY: the value was made in the scope, which escapes once.
            make!(|out| sys::napi_escape_handle(self.env, scope, value, out))
        });
        // SAFETY: as above.
        unsafe { sys::napi_close_escapable_handle_scope(self.env, scope) };
        made
    }

    #[inline]
    fn leaf(&self, flat: &FlatAggregate, leaf: Element) -> Result<sys::napi_value, Failed> {
        match leaf {
            Element::Null => self.null(),
            Element::Bool(value) => self.bool(value),
            Element::Int(int) => self.int(int),
            Element::Double(double) => self.double(double),
            Element::Ascii(span) => self.latin1(flat.bytes(span)),
            Element::Utf8(span) => self.utf8(flat.bytes(span)),
            Element::Binary(span) => self.buffer(flat.bytes(span)),
            Element::Again(at) => match flat.leaves.get(at as usize) {
                Some(&(Element::Ascii(span) | Element::Utf8(span))) => self.utf8(flat.bytes(span)),
                _ => Err(Failed(sys::Status::napi_invalid_arg)),
            },
        }
    }

    /// The value of leaf `at` again: of the call that is being made, whose first leaf is number `done`, or made anew.
    #[inline]
    fn again(
        &self,
        flat: &FlatAggregate,
        at: u32,
        done: usize,
        made: &[sys::napi_value],
    ) -> Result<sys::napi_value, Failed> {
        let known = (at as usize).checked_sub(done).and_then(|index| made.get(index));
        known.map_or_else(|| self.leaf(flat, Element::Again(at)), |value| Ok(*value))
    }

    pub(crate) fn error(&self, code: &str, message: &str) -> Result<sys::napi_value, Failed> {
        let (code, message) = (self.text(code)?, self.text(message)?);
        make!(|out| sys::napi_create_error(self.env, code, message, out))
    }
}

/// Node is done with foreign memory. `Env` is one of Node-API's two environment types.
unsafe extern "C" fn release<Env>(_env: Env, _data: *mut c_void, owner: *mut c_void) {
    // SAFETY: `owner` is the box that was given away with the memory, and this is called once.
    drop(unsafe { Box::from_raw(owner.cast::<Bytes>()) });
}

unsafe extern "C" fn release_string(env: sys::node_api_basic_env, _data: *mut c_void, owner: *mut c_void) {
    // SAFETY: `owner` is the box that was given away with the memory, and this is called once.
    let bytes = unsafe { Box::from_raw(owner.cast::<Bytes>()) };
    let mut total = 0;
    // SAFETY: the out-pointer is valid, and this call is one of those that finalisers may make.
    unsafe {
        sys::napi_adjust_external_memory(
            env.cast(),
            -i64::try_from(bytes.len()).unwrap_or(0),
            &raw mut total,
        );
    }
}

/// Text above the block threshold is worth an external string.
const _: () = assert!(POOLED_FROM >= 1024);

fn length(length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX)
}

/// `node_api_create_external_string_latin1` is in Node since 20.4.
fn has_external_strings(env: sys::napi_env) -> bool {
    let mut version = ptr::null();
    // SAFETY: the out-pointer is valid; Node keeps the structure for ever.
    let known = check(unsafe { sys::napi_get_node_version(env, &raw mut version) }).is_ok();
    if !known || version.is_null() {
        return false;
    }
    // SAFETY: Node filled it in.
    let version = unsafe { &*version };
    (version.major, version.minor) >= (20, 4)
}
