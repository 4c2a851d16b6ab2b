//! Options that JavaScript describes once and only numbers from then on: their words are kept here encoded, and what is left
//! of a call are the numbers between them, in memory that both sides see. Reading a word costs as much as reading a value.

use std::cell::RefCell;
use std::ptr;

use napi::sys;
use oxidis_engine::client::Staging;
use oxidis_engine::resp::encode;

use super::value;
use crate::node_api::status::{Failed, check};
use crate::node_api::typed_array::TypedArray;

/// Numbers of one call; `lib/command/option-templates.js` knows the same one.
const MAX_NUMBERS: usize = 8;

/// Templates of one environment: as many as the bits of a word can tell apart, without 0.
const MAX_TEMPLATES: usize = (1 << 10) - 1;

/// The options of some call, in its order.
struct Template {
    /// Words on the wire, the numbers included.
    words: usize,
    /// What stands before, between and behind the numbers, encoded.
    constants: Vec<Box<[u8]>>,
    /// The numbers of the last call, and all of its words: times to live and limits are mostly the same ones.
    last: [f64; MAX_NUMBERS],
    rendered: Vec<u8>,
}

impl Template {
    /// The words of a call with these numbers.
    fn render(&mut self, numbers: &[f64; MAX_NUMBERS]) -> &[u8] {
        let count = self.constants.len() - 1;
        if self.rendered.is_empty() || self.last[..count] != numbers[..count] {
            self.last = *numbers;
            self.rendered.clear();
            for (index, constant) in self.constants.iter().enumerate() {
                if index > 0 {
                    value::number(numbers[index - 1], |text| encode::bulk(&mut self.rendered, text));
                }
                self.rendered.extend_from_slice(constant);
            }
        }
        &self.rendered
    }
}

/// The templates of one environment.
pub(crate) struct Templates {
    list: RefCell<Vec<Template>>,
    /// Memory of a `Float64Array`, kept where it is by a reference that lives as long as the environment.
    numbers: *const [f64; MAX_NUMBERS],
}

impl Templates {
    /// No templates yet; `numbers` is a `Float64Array` of [`MAX_NUMBERS`].
    pub(crate) fn create(env: sys::napi_env, numbers: sys::napi_value) -> Result<Self, Failed> {
        let TypedArray { kind, length, data } = TypedArray::of(env, numbers)?;
        if kind != sys::TypedarrayType::float64_array || length < MAX_NUMBERS {
            return Err(Failed(sys::Status::napi_invalid_arg));
        }
        let mut reference = ptr::null_mut();
        // SAFETY: the value is alive and the out-pointer valid.
        check(unsafe { sys::napi_create_reference(env, numbers, 1, &raw mut reference) })?;
        Ok(Self { list: RefCell::default(), numbers: data.cast_const().cast() })
    }

    /// Keeps a template: one word a line, an empty one for a number. Answers its number, from 1; `None` when there is no room.
    pub(crate) fn define(&self, words: &str) -> Option<u32> {
        let mut list = self.list.borrow_mut();
        let mut constants = vec![Vec::new()];
        let mut count = 0;
        for word in words.split('\n') {
            count += 1;
            match constants.last_mut() {
                Some(constant) if !word.is_empty() => encode::bulk(constant, word.as_bytes()),
                _ => constants.push(Vec::new()),
            }
        }
        if list.len() == MAX_TEMPLATES || constants.len() > MAX_NUMBERS + 1 {
            return None;
        }
        list.push(Template {
            words: count,
            constants: constants.into_iter().map(Vec::into_boxed_slice).collect(),
            last: [0.0; MAX_NUMBERS],
            rendered: Vec::new(),
        });
        u32::try_from(list.len()).ok()
    }

    /// How many words template `id` adds to a call; none for 0.
    pub(crate) fn words(&self, id: u32) -> usize {
        if id == 0 { 0 } else { self.list.borrow().get(id as usize - 1).map_or(0, |template| template.words) }
    }

    /// Appends the words of template `id`, with the numbers that JavaScript has put down.
    pub(crate) fn append(&self, id: u32, staging: &mut Staging) {
        let mut list = self.list.borrow_mut();
        let Some(template) = list.get_mut((id as usize).wrapping_sub(1)) else { return };
        // SAFETY: the array has as many numbers and is kept alive; only this thread writes to it, and no JavaScript runs
        // between the call and here.
        let numbers = unsafe { self.numbers.read() };
        staging.verbatim(template.render(&numbers));
    }
}
