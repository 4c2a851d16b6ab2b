//! Replies, rendered on the engine's thread into what JavaScript makes cheapest: ASCII text, JSON text, or a tree.

use bytes::Bytes;
use oxidis_engine::command::{self, Shape};
use oxidis_engine::connection::request::{Reply, TextFormat, Ticket};
use oxidis_engine::error::Error;
use oxidis_engine::resp::{Packed, ProtocolError, Scalar};
use oxidis_engine::value::Value;

use super::result_batch::{ResultBatch, ResultBody, ResultItem, ResultKind};
use super::{flat_aggregate, json, packed_json};
use crate::encode::key_prefix::PrefixedReply;
use crate::node_api::error_json;

/// Text that is not ASCII is decoded by V8 up to this size and on the engine's thread above it.
const DECODED_BY_V8: usize = 256;

/// Integers beyond this are bigints: 2^53 - 1, `Number.MAX_SAFE_INTEGER`.
pub(crate) const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// Appends the rendered reply to `batch`.
pub(crate) fn render(batch: &mut ResultBatch, ticket: Ticket, reply: Reply<'_>) {
    match reply {
        // Most replies. Written in place: a body that is put together first and then moved costs more than all the rest.
        Reply::Scalar(Scalar::Bulk(bytes)) if ticket.view == TextFormat::Text && bytes.is_ascii() => {
            let span = batch.span(bytes);
            batch.items.push(ResultItem {
                slot: ticket.slot,
                kind: ResultKind::Value,
                body: ResultBody::Ascii(span),
            });
        }
        Reply::Scalar(scalar) => {
            let body = scalar_body(batch, &scalar, ticket.view);
            batch.push(ticket.slot, ResultKind::Value, body);
        }
        Reply::Large { bytes, .. } if ticket.view == TextFormat::Bytes => {
            batch.push(ticket.slot, ResultKind::Value, ResultBody::LargeBinary(bytes));
        }
        Reply::Large { bytes, .. } if ticket.view != TextFormat::Text => {
            tree(batch, ticket, Value::Bulk(bytes));
        }
        Reply::Large { bytes, ascii } => {
            let body =
                if ascii { ResultBody::LargeAscii(bytes) } else { ResultBody::Utf16(transcode(&bytes)) };
            batch.push(ticket.slot, ResultKind::Value, body);
        }
        Reply::Packed(packed, shape) => aggregate(batch, ticket, packed, shape),
        Reply::Tree(value) => tree(batch, ticket, value),
    }
}

/// Appends a reply from whose keys a prefix is taken off.
pub(crate) fn render_named(batch: &mut ResultBatch, ticket: Ticket, reply: Reply<'_>, named: &PrefixedReply) {
    match reply.into_value(ticket.view.names()) {
        Ok(value) => tree(batch, ticket, command::take_off(value, named.shape, &named.prefix)),
        Err(error) => broken(batch, ticket, &error),
    }
}

/// Appends the error for an aggregate that the decoder should have refused.
fn broken(batch: &mut ResultBatch, ticket: Ticket, error: &ProtocolError) {
    let span = batch.span(error_json::to_json(&Error::internal(error.to_string())).as_bytes());
    batch.push(ticket.slot, ResultKind::Error, ResultBody::Utf8(span));
}

fn scalar_body(batch: &mut ResultBatch, scalar: &Scalar<'_>, view: TextFormat) -> ResultBody {
    match *scalar {
        Scalar::Null => ResultBody::Null,
        Scalar::Bool(value) => ResultBody::Bool(value),
        Scalar::Int(value) => ResultBody::Int(value),
        Scalar::Double(value) => ResultBody::Double(value),
        Scalar::BigNumber(digits) => {
            ResultBody::Tree { value: Value::BigNumber(Bytes::copy_from_slice(digits)), view }
        }
        Scalar::Bulk(bytes) if view != TextFormat::Text => match view {
            TextFormat::Bytes => ResultBody::Binary(batch.span(bytes)),
            _ => ResultBody::Tree { value: Value::Bulk(Bytes::copy_from_slice(bytes)), view },
        },
        Scalar::Bulk(bytes) | Scalar::Status(bytes) | Scalar::Error(bytes) => text(batch, bytes),
    }
}

fn text(batch: &mut ResultBatch, bytes: &[u8]) -> ResultBody {
    if bytes.is_ascii() {
        ResultBody::Ascii(batch.span(bytes))
    } else if bytes.len() <= DECODED_BY_V8 {
        ResultBody::Utf8(batch.span(bytes))
    } else {
        ResultBody::Utf16(transcode(bytes))
    }
}

fn transcode(bytes: &[u8]) -> Vec<u16> {
    String::from_utf8_lossy(bytes).encode_utf16().collect()
}

/// An aggregate: from the wire to JSON in one pass where JSON can say it, by way of a tree where not.
fn aggregate(batch: &mut ResultBatch, ticket: Ticket, packed: &Packed, shape: &'static Shape) {
    let start = batch.bytes.len();
    if let Some(flat) = flat_aggregate::read(packed, shape, ticket.view) {
        return batch.push(ticket.slot, ResultKind::Value, ResultBody::Flat(Box::new(flat)));
    }
    if ticket.view == TextFormat::Text {
        if packed_json::write(&mut batch.bytes, packed, shape) {
            return json(batch, ticket, start, ResultKind::Json);
        }
        batch.bytes.truncate(start);
    }
    match packed.value() {
        Ok(value) => tree(batch, ticket, command::shape(value, shape, ticket.view.names())),
        Err(error) => broken(batch, ticket, &error),
    }
}

fn tree(batch: &mut ResultBatch, ticket: Ticket, value: Value) {
    let start = batch.bytes.len();
    if json::write(&mut batch.bytes, &value, ticket.view == TextFormat::Text) {
        return json(batch, ticket, start, ResultKind::Json);
    }
    batch.bytes.truncate(start);
    let kind = if value.has_error() { ResultKind::Errors } else { ResultKind::Value };
    batch.push(ticket.slot, kind, ResultBody::Tree { value, view: ticket.view });
}

/// The arena from `start` on is JSON text of the result.
fn json(batch: &mut ResultBatch, ticket: Ticket, start: usize, kind: ResultKind) {
    let written = &batch.bytes[start..];
    let body = if written.is_ascii() {
        ResultBody::Ascii(batch.span_since(start))
    } else {
        let batches = transcode(written);
        batch.bytes.truncate(start);
        ResultBody::Utf16(batches)
    };
    batch.push(ticket.slot, kind, body);
}
