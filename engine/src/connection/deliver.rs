//! A frame becomes the reply to one command, in that command's shape. Owns no queue: it is told whose reply it is.

use bytes::Bytes;

use super::request::{Reply, ReplyCollector, ReplySink, TextFormat, Ticket};
use crate::command::{self, ScalarRule, Shape, bool_from_int, double_from_text, int_from_text};
use crate::error::{Error, ServerError};
use crate::resp::{Frame, Scalar};
use crate::value::Value;

/// Takes the reply to one command.
pub(crate) trait FrameSink {
    fn reply(&mut self, reply: Reply<'_>);
    /// A reply whose texts are bytes, whatever the caller's view.
    fn bytes(&mut self, reply: Reply<'_>);
    fn error(&mut self, error: &Error);
    /// What the caller wants texts as.
    fn view(&self) -> TextFormat;
}

/// A caller of one command.
pub(crate) struct SingleCall<'a> {
    pub(crate) deliver: &'a mut dyn ReplySink,
    pub(crate) ticket: Ticket,
}

impl FrameSink for SingleCall<'_> {
    #[inline]
    fn reply(&mut self, reply: Reply<'_>) {
        self.deliver.reply(self.ticket, reply);
    }

    fn bytes(&mut self, reply: Reply<'_>) {
        self.deliver.reply(Ticket { view: TextFormat::Bytes, ..self.ticket }, reply);
    }

    fn error(&mut self, error: &Error) {
        self.deliver.error(self.ticket, error);
    }

    fn view(&self) -> TextFormat {
        self.ticket.view
    }
}

/// A caller of many commands, of which this reply is one.
pub(crate) struct BatchCall<'a> {
    pub(crate) collector: &'a mut dyn ReplyCollector,
    pub(crate) view: TextFormat,
}

impl FrameSink for BatchCall<'_> {
    fn reply(&mut self, reply: Reply<'_>) {
        self.collector.reply(reply, self.view);
    }

    fn bytes(&mut self, reply: Reply<'_>) {
        self.collector.reply(reply, TextFormat::Bytes);
    }

    fn error(&mut self, error: &Error) {
        self.collector.error(error);
    }

    fn view(&self) -> TextFormat {
        self.view
    }
}

/// Hands a frame that answers a command with a reply of `shape` to `sink`.
#[inline]
pub(crate) fn deliver(sink: &mut impl FrameSink, shape: &'static Shape, frame: Frame<'_>) {
    match frame {
        Frame::Scalar(Scalar::Error(line)) => sink.error(&Error::reply(ServerError::from_line(line))),
        Frame::Scalar(reply) => scalar(sink, shape, reply),
        Frame::Packed(packed) => sink.reply(Reply::Packed(&packed, shape)),
        Frame::Tree(value) => tree(sink, shape, value),
        Frame::Skipped(limit) => sink.error(&Error::reply_limit(limit.option(), limit.allowed())),
        // They are no reply.
        Frame::Push(_) | Frame::SkippedPush(_) | Frame::LargeBulk { .. } => {}
    }
}

/// The same for a bulk string in a block of its own.
pub(crate) fn deliver_large(sink: &mut impl FrameSink, shape: &'static Shape, bytes: Bytes, ascii: bool) {
    match shape.scalar_rule() {
        ScalarRule::Keep => sink.reply(Reply::Large { bytes, ascii }),
        ScalarRule::Binary => sink.bytes(Reply::Large { bytes, ascii }),
        _ => tree(sink, shape, Value::Bulk(bytes)),
    }
}

/// The hot path: a reply without parts is shaped without leaving the read buffer.
#[inline]
fn scalar(sink: &mut impl FrameSink, shape: &'static Shape, scalar: Scalar<'_>) {
    let rule = shape.scalar_rule();
    let shaped = match (rule, scalar) {
        (ScalarRule::Binary, scalar) => return sink.bytes(Reply::Scalar(scalar)),
        (ScalarRule::Word, Scalar::Bulk(text)) => Scalar::Status(text),
        (ScalarRule::Bool, Scalar::Int(int)) => bool_from_int(int).map_or(scalar, Scalar::Bool),
        (ScalarRule::Int, Scalar::Bulk(text)) => int_from_text(text).map_or(scalar, Scalar::Int),
        (ScalarRule::Double, Scalar::Bulk(text)) => double_from_text(text).map_or(scalar, Scalar::Double),
        #[expect(clippy::cast_precision_loss, reason = "scores are doubles in the server already")]
        (ScalarRule::Double, Scalar::Int(int)) => Scalar::Double(int as f64),
        (ScalarRule::Parse, Scalar::Bulk(_) | Scalar::Null) => {
            return tree(sink, shape, Value::from(scalar));
        }
        (_, scalar) => scalar,
    };
    sink.reply(Reply::Scalar(shaped));
}

fn tree(sink: &mut impl FrameSink, shape: &'static Shape, value: Value) {
    let names = sink.view().names();
    sink.reply(Reply::Tree(command::shape(value, shape, names)));
}

/// Where replies go that nobody waits for.
#[derive(Debug)]
pub(crate) struct Discard;

impl ReplyCollector for Discard {
    fn reply(&mut self, _reply: Reply<'_>, _view: TextFormat) {}
    fn error(&mut self, _error: &Error) {}
    fn clear(&mut self) {}
}
