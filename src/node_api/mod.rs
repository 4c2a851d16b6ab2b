//! Node-API as this addon uses it: status codes, callback arguments, typed arrays, errors.

pub(crate) mod callback_info;
pub(crate) mod error_json;
pub(crate) mod status;
pub(crate) mod typed_array;
