//! One JavaScript environment: the main thread's or a worker's. Owns its inbox, its threadsafe function and its clients, and
//! settles what the engine left.

#[cfg(unix)]
pub(crate) mod blocking_calls;
pub(crate) mod call_time;
pub(crate) mod keep_alive;
#[cfg(unix)]
pub(crate) mod libuv;
pub(crate) mod socket_watcher;
#[cfg(not(unix))]
#[path = "socket_watcher_unsupported.rs"]
pub(crate) mod socket_watcher;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use napi::sys;
use oxidis_engine::connection::inline_read::read_handoff::ReadHandoff;

use self::blocking_calls::Waits;
use crate::encode::option_templates::Templates;
use crate::node_api::error_json;
use crate::node_api::status::{Failed, check};
use crate::node_api::typed_array::TypedArray;
use crate::objects::client::NativeClient;
use crate::objects::sentinel::NativeSentinel;
use crate::results::inbox::Inbox;
use crate::results::result_batch::{KIND_SHIFT, ResultBatch, ResultBody, ResultItem, ResultKind};
use crate::results::to_js::JsBuilder;

/// Results handed to JavaScript in one call.
pub(crate) const RESULTS_PER_CALL: usize = 32;

/// Batches settled before the event loop gets its turn.
const BATCHES_PER_WAKE: usize = 16;

/// The environment. Lives until Node finalises its threadsafe function.
pub(crate) struct Environment {
    env: sys::napi_env,
    me: Weak<Self>,
    /// What callbacks of our own run in; null where there are none, and once the environment ends.
    context: Cell<sys::napi_async_context>,
    inbox: Arc<Inbox>,
    function: Cell<sys::napi_threadsafe_function>,
    settle: sys::napi_ref,
    /// The slot and kind of each result of a call: memory of a `Uint32Array` that `words_owner` keeps.
    words: *mut u32,
    materialiser: JsBuilder,
    templates: Templates,
    waits: Waits,
    clients: RefCell<HashMap<u32, Weak<NativeClient>>>,
    sentinels: RefCell<HashMap<u32, Weak<NativeSentinel>>>,
    next_client: Cell<u32>,
    holds: Cell<usize>,
}

impl Environment {
    /// Sets the environment up: `settle` is called with results, `words` is a `Uint32Array` of [`RESULTS_PER_CALL`], `assemble`
    /// puts large replies together, `numbers` is what [`Templates`] reads, `watches` says whether the runtime's
    /// event loop may be asked to watch sockets. `resource` is the object by which async hooks know the environment.
    pub(crate) fn create(
        env: sys::napi_env,
        settle: sys::napi_value,
        words: sys::napi_value,
        assemble: sys::napi_value,
        numbers: sys::napi_value,
        watches: bool,
        resource: sys::napi_value,
    ) -> Result<Rc<Self>, Failed> {
        let TypedArray { kind, length, data } = TypedArray::of(env, words)?;
        if kind != sys::TypedarrayType::uint32_array || length < RESULTS_PER_CALL {
            return Err(Failed(sys::Status::napi_invalid_arg));
        }
        let (mut settle_ref, mut words_ref) = (ptr::null_mut(), ptr::null_mut());
        let mut assemble_ref = ptr::null_mut();
        // SAFETY: the values are alive and the out-pointers valid. The references live as long as the environment; the
        // second keeps the memory behind `data` where it is.
        check(unsafe { sys::napi_create_reference(env, settle, 1, &raw mut settle_ref) })?;
        // SAFETY: as above.
        check(unsafe { sys::napi_create_reference(env, words, 1, &raw mut words_ref) })?;
        // SAFETY: as above.
        check(unsafe { sys::napi_create_reference(env, assemble, 1, &raw mut assemble_ref) })?;
        let (mut name, mut context) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the text is static and the out-pointers valid.
        check(unsafe { sys::napi_create_string_utf8(env, c"oxidis".as_ptr(), 6, &raw mut name) })?;
        let watches = watches && socket_watcher::is_available();
        if watches {
            // SAFETY: as above. Its end makes a handle, and Deno has no scope for it in the hook where that has to be.
            check(unsafe { sys::napi_async_init(env, resource, name, &raw mut context) })?;
        }
        let templates = Templates::create(env, numbers)?;
        let environment = Rc::new_cyclic(|me| Self {
            env,
            me: Weak::clone(me),
            context: Cell::new(context),
            inbox: Inbox::new(watches),
            function: Cell::new(ptr::null_mut()),
            settle: settle_ref,
            words: data.cast(),
            materialiser: JsBuilder::new(env, assemble_ref),
            templates,
            waits: Waits::default(),
            clients: RefCell::default(),
            sentinels: RefCell::default(),
            next_client: Cell::new(0),
            holds: Cell::new(0),
        });
        environment.create_function(resource)?;
        Ok(environment)
    }

    /// The slots of calls that a server may keep waiting.
    pub(crate) fn waits(&self) -> &Waits {
        &self.waits
    }

    /// The options that JavaScript names by number.
    pub(crate) fn templates(&self) -> &Templates {
        &self.templates
    }

    fn create_function(self: &Rc<Self>, resource: sys::napi_value) -> Result<(), Failed> {
        let mut name = ptr::null_mut();
        // SAFETY: the text is static and the out-pointer valid.
        check(unsafe { sys::napi_create_string_utf8(self.env, c"oxidis".as_ptr(), 6, &raw mut name) })?;
        let mut function = ptr::null_mut();
        let context = Rc::into_raw(Rc::clone(self)).cast_mut().cast::<c_void>();
        // SAFETY: `context` is a counted reference that the finaliser gives back.
        check(unsafe {
            sys::napi_create_threadsafe_function(
                self.env,
                ptr::null_mut(),
                resource,
                name,
                0,
                1,
                context,
                Some(finalize),
                context,
                Some(wake),
                &raw mut function,
            )
        })?;
        self.function.set(function);
        // SAFETY: the function was just made on this thread. It must not keep the process alive by itself.
        check(unsafe { sys::napi_unref_threadsafe_function(self.env, function) })?;
        // SAFETY: the hook runs before the finaliser gives `context` back, because hooks run last-in-first-out and the
        // threadsafe function added its own before.
        check(unsafe { sys::napi_add_env_cleanup_hook(self.env, Some(clean_up), context) })?;
        self.inbox.wake_with(function);
        Ok(())
    }

    pub(crate) fn env(&self) -> sys::napi_env {
        self.env
    }

    pub(crate) fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }

    /// Makes values.
    pub(crate) fn materialiser(&self) -> &JsBuilder {
        &self.materialiser
    }

    /// A number for a new client, or for a subscriber.
    pub(crate) fn next_client(&self) -> u32 {
        let id = self.next_client.get();
        self.next_client.set((id + 1) & ((1 << KIND_SHIFT) - 1));
        id
    }

    /// Events of client `id` concern `client` from now on.
    pub(crate) fn register(&self, id: u32, client: &Rc<NativeClient>) {
        self.clients.borrow_mut().insert(id, Rc::downgrade(client));
    }

    /// Client `id` is collected.
    pub(crate) fn forget(&self, id: u32) {
        self.clients.borrow_mut().remove(&id);
    }

    /// What happens to deployment `id` concerns `sentinel` from now on. Its number is one of those of the clients.
    pub(crate) fn register_sentinel(&self, id: u32, sentinel: &Rc<NativeSentinel>) {
        self.sentinels.borrow_mut().insert(id, Rc::downgrade(sentinel));
    }

    /// Deployment `id`, while anybody has it.
    pub(crate) fn sentinel(&self, id: u32) -> Option<Rc<NativeSentinel>> {
        self.sentinels.borrow().get(&id).and_then(Weak::upgrade)
    }

    /// Deployment `id` is collected.
    pub(crate) fn forget_sentinel(&self, id: u32) {
        self.sentinels.borrow_mut().remove(&id);
    }

    /// One more open client keeps the process alive.
    pub(crate) fn hold(&self) {
        let holds = self.holds.get();
        self.holds.set(holds + 1);
        if holds == 0 {
            // SAFETY: this is the environment's thread, and the function lives as long as the environment.
            unsafe { sys::napi_ref_threadsafe_function(self.env, self.function.get()) };
        }
    }

    /// Whether an open client keeps the process alive.
    pub(crate) fn is_held(&self) -> bool {
        self.holds.get() > 0
    }

    /// One open client less keeps the process alive.
    pub(crate) fn release(&self) {
        let holds = self.holds.get().saturating_sub(1);
        self.holds.set(holds);
        if holds == 0 {
            // SAFETY: as in `hold`.
            unsafe { sys::napi_unref_threadsafe_function(self.env, self.function.get()) };
        }
    }

    /// Settles what the engine's thread has read.
    pub(crate) fn drain(&self) {
        let mut used = None;
        for _ in 0..BATCHES_PER_WAKE {
            let Some(mut batch) = self.inbox.take(used.take()) else { return };
            self.settle(&mut batch);
            used = Some(batch);
        }
        self.inbox.wake();
    }

    /// Settles everything in `batch`.
    pub(crate) fn settle(&self, batch: &mut ResultBatch) {
        let ResultBatch { items, bytes } = batch;
        let mut items = items.drain(..);
        loop {
            let mut scope = ptr::null_mut();
            // SAFETY: opened and closed on this thread, in order.
            if check(unsafe { sys::napi_open_handle_scope(self.env, &raw mut scope) }).is_err() {
                return;
            }
            let more = self.settle_some(bytes, &mut items);
            // SAFETY: as above.
            unsafe { sys::napi_close_handle_scope(self.env, scope) };
            if !more {
                return;
            }
        }
    }

    /// Hands up to [`RESULTS_PER_CALL`] results to JavaScript.
    fn settle_some(&self, arena: &[u8], items: &mut std::vec::Drain<'_, ResultItem>) -> bool {
        let mut values = [ptr::null_mut(); RESULTS_PER_CALL];
        let mut count = 0;
        for item in items.by_ref().take(RESULTS_PER_CALL) {
            match item.kind {
                ResultKind::Event => self.look_after(item.slot, NativeClient::release),
                ResultKind::Lent => {
                    if let ResultBody::Loan(handoff) = &item.body {
                        self.borrow(item.slot, handoff);
                    }
                    continue;
                }
                ResultKind::Reported => {
                    match self.sentinel(item.slot) {
                        Some(sentinel) => sentinel.reported(),
                        None => self.look_after(item.slot, NativeClient::reported),
                    }
                    continue;
                }
                ResultKind::Vacated => {
                    self.look_after(item.slot, NativeClient::release);
                    continue;
                }
                _ => {}
            }
            let (kind, value) = match self.materialiser.value(arena, item.body) {
                Ok(value) => (item.kind, value),
                Err(Failed(status)) => match self.materialiser.text(&error_json::unrepresentable(status)) {
                    Ok(value) => (ResultKind::Error, value),
                    // The environment is ending: nobody is there to be told.
                    Err(_) => return false,
                },
            };
            values[count] = value;
            // SAFETY: `words` has `RESULTS_PER_CALL` elements and is kept alive by a reference.
            unsafe { self.words.add(count).write(item.slot | (kind as u32) << KIND_SHIFT) };
            count += 1;
        }
        if count == 0 {
            return items.len() > 0;
        }
        let (mut settle, mut this, mut result) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: the reference lives as long as the environment, `values` holds `count` live values.
        let called = unsafe {
            check(sys::napi_get_reference_value(self.env, self.settle, &raw mut settle))
                .and_then(|()| check(sys::napi_get_undefined(self.env, &raw mut this)))
                .and_then(|()| {
                    check(sys::napi_call_function(
                        self.env,
                        this,
                        settle,
                        count,
                        values.as_ptr(),
                        &raw mut result,
                    ))
                })
        };
        called.is_ok()
    }

    /// Reads from `loan` on this thread from now on.
    fn borrow(&self, client: u32, handoff: &Arc<ReadHandoff>) {
        match self.me.upgrade() {
            Some(environment) => socket_watcher::watch(&environment, client, handoff),
            None => handoff.give_back(),
        }
    }

    /// Does `work`, which may call JavaScript, in a callback of our own; then JavaScript's jobs. `None`: the environment ends.
    pub(crate) fn in_callback<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let context = self.context.get();
        if context.is_null() {
            return None;
        }
        let (mut handles, mut scope, mut resource) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: the scopes are opened and closed on this thread, in order; the out-pointers are valid.
        unsafe {
            check(sys::napi_open_handle_scope(self.env, &raw mut handles)).ok()?;
            let opened = check(sys::napi_get_undefined(self.env, &raw mut resource)).and_then(|()| {
                check(sys::napi_open_callback_scope(self.env, resource, context, &raw mut scope))
            });
            let done = opened.ok().map(|()| {
                let done = work();
                sys::napi_close_callback_scope(self.env, scope);
                done
            });
            sys::napi_close_handle_scope(self.env, handles);
            done
        }
    }

    /// Something that keeps the process alive has changed: client `id` is to `act`.
    fn look_after(&self, id: u32, act: impl FnOnce(&NativeClient)) {
        let client = self.clients.borrow().get(&id).and_then(Weak::upgrade);
        if let Some(client) = client {
            act(&client);
        }
    }
}

/// Node calls this on the environment's thread after `napi_call_threadsafe_function`.
unsafe extern "C" fn wake(
    env: sys::napi_env,
    _function: sys::napi_value,
    context: *mut c_void,
    _data: *mut c_void,
) {
    if env.is_null() {
        return;
    }
    // SAFETY: `context` is the reference that `create_function` gave away; the finaliser has not run yet.
    let environment = unsafe { &*context.cast::<Environment>() };
    // A panic must not unwind into Node; what it interrupted stays in the inbox or is lost with its batch.
    drop(catch_unwind(AssertUnwindSafe(|| environment.drain())));
}

/// The environment ends: the engine must not wake it any more, and its connections are of no use.
unsafe extern "C" fn clean_up(context: *mut c_void) {
    // SAFETY: the finaliser, which runs later, still holds its reference.
    let environment = unsafe { &*context.cast::<Environment>() };
    environment.inbox.close();
    let context = environment.context.replace(ptr::null_mut());
    if !context.is_null() {
        // SAFETY: the context was made for this environment and is destroyed once.
        unsafe { sys::napi_async_destroy(environment.env, context) };
    }
    let clients: Vec<_> = environment.clients.borrow().values().filter_map(Weak::upgrade).collect();
    for client in clients {
        client.abandon();
    }
    let sentinels: Vec<_> = environment.sentinels.borrow().values().filter_map(Weak::upgrade).collect();
    for sentinel in sentinels {
        sentinel.close();
    }
}

unsafe extern "C" fn finalize(_env: sys::napi_env, context: *mut c_void, _hint: *mut c_void) {
    // SAFETY: gives back the reference of `create_function`, once.
    drop(unsafe { Rc::from_raw(context.cast::<Environment>()) });
}
