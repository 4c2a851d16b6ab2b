//! From JavaScript values to encoded commands.

pub(crate) mod arguments;
pub(crate) mod command_word;
pub(crate) mod key_prefix;
pub(crate) mod option_templates;
pub(crate) mod pipeline;
pub(crate) mod pipeline_stream;
pub(crate) mod value;
