//! The replies to a user's batch, gathered where they are read and handed to JavaScript as one value.

use std::any::Any;
use std::collections::HashMap;
use std::vec::Drain;

use napi::sys;
use oxidis_engine::connection::request::{Reply, ReplyCollector, TextFormat, Ticket};
use oxidis_engine::error::Error;

use super::flat_aggregate::AssembleOp;
use super::partial_results::PartialResult;
use super::render;
use super::result_batch::{ResultBatch, ResultBody, ResultItem, ResultKind};
use super::to_js::{JsBuilder, LEAVES_PER_CALL};
use crate::encode::key_prefix::PrefixedReply;
use crate::node_api::error_json;
use crate::node_api::status::Failed;

/// An arena beyond this is followed by another one: offsets in it have 32 bits.
const ARENA_BYTES: usize = 256 * 1024 * 1024;

/// Replies as they come in.
#[derive(Debug, Default)]
pub(crate) struct CollectedReplies {
    batches: Vec<ResultBatch>,
    /// How many there are.
    count: usize,
    /// Those that name keys, from which a prefix is to be taken off, by their places.
    named: HashMap<usize, PrefixedReply>,
    /// Those that JavaScript has already, which stand no longer in `batches`.
    early: Option<DeliveredEarly>,
}

/// Results that were made while others were still to come.
#[derive(Debug)]
struct DeliveredEarly {
    partial_result: PartialResult,
    count: usize,
    marks: Vec<ResultMark>,
}

impl CollectedReplies {
    /// Uses the memory of `batch`.
    pub(crate) fn with(batch: ResultBatch) -> Self {
        Self { batches: vec![batch], ..Self::default() }
    }

    /// Makes room for `count` replies.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.batch().items.reserve(count);
    }

    /// The reply at `place` names keys.
    pub(crate) fn name(&mut self, place: usize, named: PrefixedReply) {
        self.named.insert(place, named);
    }

    fn batch(&mut self) -> &mut ResultBatch {
        if self.batches.last().is_none_or(|last| last.bytes.len() > ARENA_BYTES) {
            self.batches.push(ResultBatch::default());
        }
        let last = self.batches.len() - 1;
        &mut self.batches[last]
    }
}

impl ReplyCollector for CollectedReplies {
    fn reply(&mut self, reply: Reply<'_>, view: TextFormat) {
        let place = self.count;
        self.count += 1;
        let ticket = Ticket { slot: 0, view, prefixed: false };
        if !self.named.is_empty()
            && let Some(named) = self.named.remove(&place)
        {
            render::render_named(self.batch(), ticket, reply, &named);
            // All of it may come again.
            self.named.insert(place, named);
            return;
        }
        render::render(self.batch(), ticket, reply);
    }

    fn error(&mut self, error: &Error) {
        self.count += 1;
        let batch = self.batch();
        let span = batch.span(error_json::to_json(error).as_bytes());
        batch.push(0, ResultKind::Error, ResultBody::Utf8(span));
    }

    fn clear(&mut self) {
        self.batches.clear();
        self.count = 0;
        self.early = None;
    }
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct PipelineReplies {
    gathered: CollectedReplies,
    /// Why there are no further replies, as JSON.
    broken: Option<String>,
}

impl PipelineReplies {
    /// With the replies in `gathered`; `broken` says why there are no more.
    pub(crate) fn new(gathered: Box<dyn ReplyCollector>, broken: Option<&Error>) -> Self {
        let gathered: Box<dyn Any> = gathered;
        if let Ok(gathered) = gathered.downcast::<CollectedReplies>() {
            return Self { gathered: *gathered, broken: broken.map(error_json::to_json) };
        }
        let lost = Error::internal("the replies to a batch are somebody else's");
        Self { gathered: CollectedReplies::default(), broken: Some(error_json::to_json(&lost)) }
    }
}

/// A result that is something else than a reply: its place, and its [`ResultKind`].
type ResultMark = (usize, u32);

/// What JavaScript has to know beside the values, as JSON text that `lib/reply/pipeline-chunks.js` knows; `None` where there is nothing.
fn notes(marks: &[ResultMark], broken: Option<&str>) -> Option<String> {
    if marks.is_empty() && broken.is_none() {
        return None;
    }
    let marks: Vec<String> = marks.iter().map(|(place, kind)| format!("{place},{kind}")).collect();
    Some(format!("{{\"marks\":[{}],\"broken\":{}}}", marks.join(","), broken.unwrap_or("null")))
}

/// The results of one batch on their way to `lib/reply/pipeline-chunks.js`.
#[derive(Default)]
struct PipelineHandover {
    /// How many it has.
    count: usize,
    marks: Vec<ResultMark>,
}

impl JsBuilder {
    /// What `lib/reply/pipeline-chunks.js` makes of it.
    pub(crate) fn answer(&self, answer: PipelineReplies) -> Result<sys::napi_value, Failed> {
        let PipelineReplies { gathered, broken } = answer;
        let mut handover = PipelineHandover::default();
        if let Some(DeliveredEarly { partial_result, count, marks }) = gathered.early {
            self.resume(&partial_result)?;
            handover = PipelineHandover { count, marks };
        }
        let mut batches = gathered.batches.into_iter();
        let mut batch = batches.next().unwrap_or_default();
        for next in batches {
            self.deliver(&mut handover, &mut batch)?;
            batch = next;
        }
        let ResultBatch { items, bytes } = &mut batch;
        while items.len() > LEAVES_PER_CALL {
            self.hand_over_some(&mut handover, bytes, items.drain(..LEAVES_PER_CALL))?;
        }
        let first = handover.count == 0;
        let mut text = None;
        let made = self.assemble(AssembleOp::Answer, first, true, |values| {
            self.elements(&mut handover, bytes, items.drain(..), values)?;
            text = notes(&handover.marks, broken.as_deref());
            Ok(text.as_deref().map(str::as_bytes))
        });
        self.keep_batch(batch);
        made
    }

    /// Makes values of the replies in `replies` that are there, while others are still to come.
    pub(crate) fn make_early(&self, replies: &mut dyn ReplyCollector) {
        let replies: &mut dyn Any = replies;
        let Some(gathered) = replies.downcast_mut::<CollectedReplies>() else { return };
        if gathered.batches.iter().all(|batch| batch.items.is_empty()) {
            return;
        }
        // Should the environment end meanwhile, nobody is told of the batch any more.
        let made = self.make_and_park(gathered);
        debug_assert!(made.is_ok() || gathered.early.is_none());
    }

    fn make_and_park(&self, gathered: &mut CollectedReplies) -> Result<(), Failed> {
        let (partial_result, mut handover) = match gathered.early.take() {
            Some(DeliveredEarly { partial_result, count, marks }) => {
                self.resume(&partial_result)?;
                (partial_result, PipelineHandover { count, marks })
            }
            None => (self.partial_results().place(), PipelineHandover::default()),
        };
        for batch in &mut gathered.batches {
            self.deliver(&mut handover, batch)?;
            batch.clear();
        }
        self.park(&partial_result)?;
        let PipelineHandover { count, marks } = handover;
        gathered.early = Some(DeliveredEarly { partial_result, count, marks });
        Ok(())
    }

    fn park(&self, partial_result: &PartialResult) -> Result<(), Failed> {
        self.move_results(AssembleOp::Park, partial_result)
    }

    /// What was parked goes on.
    fn resume(&self, partial_result: &PartialResult) -> Result<(), Failed> {
        self.move_results(AssembleOp::Resume, partial_result)
    }

    fn move_results(&self, plan: AssembleOp, partial_result: &PartialResult) -> Result<(), Failed> {
        self.assemble(plan, false, false, |leaves| {
            leaves.push(self.int(i64::from(partial_result.number()))?);
            Ok(None)
        })?;
        Ok(())
    }

    /// Hands all of `batch` to JavaScript, which waits for more.
    fn deliver(&self, handover: &mut PipelineHandover, batch: &mut ResultBatch) -> Result<(), Failed> {
        let ResultBatch { items, bytes } = batch;
        while !items.is_empty() {
            let count = items.len().min(LEAVES_PER_CALL);
            self.hand_over_some(handover, bytes, items.drain(..count))?;
        }
        Ok(())
    }

    fn hand_over_some(
        &self,
        handover: &mut PipelineHandover,
        arena: &[u8],
        items: Drain<'_, ResultItem>,
    ) -> Result<(), Failed> {
        let first = handover.count == 0;
        self.assemble(AssembleOp::Answer, first, false, |values| {
            self.elements(handover, arena, items, values)?;
            Ok(None)
        })?;
        Ok(())
    }

    fn elements(
        &self,
        handover: &mut PipelineHandover,
        arena: &[u8],
        items: Drain<'_, ResultItem>,
        values: &mut Vec<sys::napi_value>,
    ) -> Result<(), Failed> {
        for item in items {
            // Most results. The rest is moved out of its place, which costs more than all of this.
            if let ResultItem { kind: ResultKind::Value, body: ResultBody::Ascii(span), .. } = &item
                && let Ok(value) = self.latin1(span.of(arena))
            {
                handover.count += 1;
                values.push(value);
                continue;
            }
            let ResultItem { kind, body, .. } = item;
            let (kind, value) = match self.value(arena, body) {
                Ok(value) => (kind, value),
                Err(Failed(status)) => (ResultKind::Error, self.text(&error_json::unrepresentable(status))?),
            };
            if kind != ResultKind::Value {
                handover.marks.push((handover.count, kind as u32));
            }
            handover.count += 1;
            values.push(value);
        }
        Ok(())
    }
}
