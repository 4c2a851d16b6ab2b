//! Trees become JavaScript values, element by element: the long way, for what neither leaves nor JSON can say.

use std::ptr;

use bytes::Bytes;
use napi::sys;
use oxidis_engine::connection::request::TextFormat;
use oxidis_engine::value::Value;

use super::encoding::{StringUnits, batches};
use super::to_js::{JsBuilder, make};
use crate::node_api::status::{Failed, check};

impl JsBuilder {
    /// The value of a tree, its texts as `view` wants them. Trees are as deep as `limits.maxDepth` allows.
    pub(crate) fn tree(&self, value: Value, view: TextFormat) -> Result<sys::napi_value, Failed> {
        match value {
            Value::Null => self.null(),
            Value::Bool(flag) => self.bool(flag),
            Value::Int(int) => self.int(int),
            Value::Double(double) => self.double(double),
            Value::BigNumber(digits) => self.big_number(&digits),
            Value::Bulk(bytes) => self.bulk(&bytes, view),
            Value::Status(text) => self.utf8(&text),
            Value::Error(error) => self.error(&error.code, &error.message),
            Value::List(items) | Value::Set(items) => {
                self.array(items.len(), items.into_iter().map(|item| self.tree(item, view)))
            }
            Value::Map(pairs) if view == TextFormat::Bytes && has_bytes_for_names(&pairs) => {
                let pairs = pairs.into_iter().map(|(name, item)| {
                    self.array(2, [name, item].into_iter().map(|part| self.tree(part, view)))
                });
                self.array(pairs.len(), pairs)
            }
            Value::Map(pairs) => self.object(pairs, view),
        }
    }

    fn bulk(&self, bytes: &Bytes, view: TextFormat) -> Result<sys::napi_value, Failed> {
        match view {
            TextFormat::Bytes => self.buffer(bytes),
            TextFormat::Text => self.utf8(bytes),
            TextFormat::Encoded(encoding) => match batches(bytes, encoding) {
                StringUnits::Utf8(text) => self.utf8(text),
                StringUnits::Latin1(text) => self.latin1(&text),
                StringUnits::Utf16(text) => self.utf16(&text),
            },
        }
    }

    /// The name of a member, whatever the server names it with.
    fn name(&self, name: Value, view: TextFormat) -> Result<sys::napi_value, Failed> {
        let is_text = matches!(name, Value::Bulk(_) | Value::Status(_));
        let name = self.tree(name, view)?;
        if is_text { Ok(name) } else { make!(|out| sys::napi_coerce_to_string(self.env, name, out)) }
    }

    fn array(
        &self,
        length: usize,
        items: impl Iterator<Item = Result<sys::napi_value, Failed>>,
    ) -> Result<sys::napi_value, Failed> {
        let array: sys::napi_value = make!(|out| sys::napi_create_array_with_length(self.env, length, out))?;
        for (index, item) in items.enumerate() {
            let index = u32::try_from(index).map_err(|_| Failed(sys::Status::napi_invalid_arg))?;
            // SAFETY: both values are alive.
            check(unsafe { sys::napi_set_element(self.env, array, index, item?) })?;
        }
        Ok(array)
    }

    fn object(&self, pairs: Vec<(Value, Value)>, view: TextFormat) -> Result<sys::napi_value, Failed> {
        let object: sys::napi_value = make!(|out| sys::napi_create_object(self.env, out))?;
        for (name, item) in pairs {
            let property = sys::napi_property_descriptor {
                utf8name: ptr::null(),
                name: self.name(name, view)?,
                method: None,
                getter: None,
                setter: None,
                value: self.tree(item, view)?,
                attributes: sys::PropertyAttributes::writable
                    | sys::PropertyAttributes::enumerable
                    | sys::PropertyAttributes::configurable,
                data: ptr::null_mut(),
            };
            // SAFETY: the descriptor and its values are alive. Defining, unlike setting, makes `__proto__` an own property.
            check(unsafe { sys::napi_define_properties(self.env, object, 1, &raw const property) })?;
        }
        Ok(object)
    }
}

/// Whether a name is the user's own text, which as bytes cannot name a member of an object.
fn has_bytes_for_names(pairs: &[(Value, Value)]) -> bool {
    pairs.iter().any(|(name, _)| matches!(name, Value::Bulk(_)))
}
