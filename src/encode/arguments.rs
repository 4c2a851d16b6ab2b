//! The arguments of one call, in each of the forms in which JavaScript hands them over.

use std::ptr;

use napi::sys;
use oxidis_engine::client::Staging;

use super::command_word::CommandWord;
use super::option_templates::Templates;
use super::value;
use crate::node_api::error_json;

/// Elements of an array read under one handle scope.
const ELEMENTS_PER_SCOPE: u32 = 512;

/// The arguments.
pub(crate) enum Arguments<'a> {
    /// Value by value, then those of a template if the word names one.
    Each(&'a [sys::napi_value]),
    /// One array.
    List(sys::napi_value),
    /// One string, and the lengths of the `count` strings that it was put together from.
    Joined { text: sys::napi_value, lengths: sys::napi_value, count: u32 },
}

impl Arguments<'_> {
    /// Begins the command of `meta` and appends its arguments. A failure, which is JSON, leaves the command half staged.
    pub(crate) fn encode(
        &self,
        env: sys::napi_env,
        command_word: CommandWord,
        templates: &Templates,
        staging: &mut Staging,
    ) -> Result<(), String> {
        match *self {
            Arguments::Each(values) => {
                let template = command_word.template();
                begin(staging, command_word, values.len() + templates.words(template));
                for (value, position) in values.iter().zip(1..) {
                    value::encode(env, *value, staging, position)?;
                }
                if template != 0 {
                    templates.append(template, staging);
                }
                Ok(())
            }
            Arguments::List(list) => encode_list(env, command_word, list, staging),
            Arguments::Joined { text, lengths, count } => {
                begin(staging, command_word, count as usize);
                value::encode_joined(env, text, lengths, count, staging)
            }
        }
    }
}

fn begin(staging: &mut Staging, command_word: CommandWord, arguments: usize) {
    match command_word.command() {
        Some(id) => {
            let command = id.get();
            staging.begin(&command.name_resp, command.words, arguments);
        }
        None => staging.begin_raw(arguments),
    }
}

fn encode_list(
    env: sys::napi_env,
    command_word: CommandWord,
    list: sys::napi_value,
    staging: &mut Staging,
) -> Result<(), String> {
    let mut length = 0;
    // SAFETY: the façade passes an array; anything else fails here.
    if unsafe { sys::napi_get_array_length(env, list, &raw mut length) } != sys::Status::napi_ok {
        begin(staging, command_word, 0);
        return Err(error_json::argument(1, "must be an array"));
    }
    begin(staging, command_word, length as usize);
    let mut index = 0;
    while index < length {
        let until = length.min(index.saturating_add(ELEMENTS_PER_SCOPE));
        let mut scope = ptr::null_mut();
        // SAFETY: opened and closed on this thread, in order.
        unsafe { sys::napi_open_handle_scope(env, &raw mut scope) };
        let encoded = (index..until).try_for_each(|index| encode_element(env, list, index, staging));
        // SAFETY: as above.
        unsafe { sys::napi_close_handle_scope(env, scope) };
        encoded?;
        index = until;
    }
    Ok(())
}

fn encode_element(
    env: sys::napi_env,
    list: sys::napi_value,
    index: u32,
    staging: &mut Staging,
) -> Result<(), String> {
    let position = index as usize + 1;
    let mut value = ptr::null_mut();
    // SAFETY: the out-pointer is valid; an accessor that throws leaves it null and a status that says so.
    let status = unsafe { sys::napi_get_element(env, list, index, &raw mut value) };
    if status != sys::Status::napi_ok {
        return Err(error_json::argument(position, "cannot be read"));
    }
    value::encode(env, value, staging, position)
}
