//! From replies to JavaScript values.

pub(crate) mod encoding;
pub(crate) mod flat_aggregate;
pub(crate) mod inbox;
pub(crate) mod json;
pub(crate) mod packed_json;
pub(crate) mod partial_results;
pub(crate) mod pipeline_replies;
pub(crate) mod render;
pub(crate) mod result_batch;
pub(crate) mod to_js;
pub(crate) mod tree_to_js;
