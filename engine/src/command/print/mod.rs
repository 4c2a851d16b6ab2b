//! Prints the command table: JSON for the façade, declarations for TypeScript, Markdown for people.

pub(crate) mod call;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod options_type;
pub(crate) mod overload;
pub(crate) mod reply_type;
pub(crate) mod signature;
pub(crate) mod typescript;
pub(crate) mod variants;
