//! The replies to a user's batch, gathered where they are read and handed to JavaScript as one value.

use std::any::Any;
use std::collections::HashMap;

use napi::sys;
use oxidis_engine::error::Error;
use oxidis_engine::net::request::{Gather, Reply, Ticket, View};

use crate::batch::{Batch, Body, Item, Kind};
use crate::flat::Plan;
use crate::materialise::{LEAVES_PER_CALL, Materialiser};
use crate::prefixer::Named;
use crate::status::Failed;
use crate::{error, reply};

/// An arena beyond this is followed by another one: offsets in it have 32 bits.
const ARENA_BYTES: usize = 256 * 1024 * 1024;

/// Replies as they come in.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    batches: Vec<Batch>,
    /// How many there are.
    count: usize,
    /// Those that name keys, from which a prefix is to be taken off, by their places.
    named: HashMap<usize, Named>,
}

impl Gathered {
    /// Makes room for `count` replies.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.batch().items.reserve(count);
    }

    /// The reply at `place` names keys.
    pub(crate) fn name(&mut self, place: usize, named: Named) {
        self.named.insert(place, named);
    }

    fn batch(&mut self) -> &mut Batch {
        if self.batches.last().is_none_or(|last| last.bytes.len() > ARENA_BYTES) {
            self.batches.push(Batch::default());
        }
        let last = self.batches.len() - 1;
        &mut self.batches[last]
    }
}

impl Gather for Gathered {
    fn reply(&mut self, reply: Reply<'_>, view: View) {
        let place = self.count;
        self.count += 1;
        let ticket = Ticket { slot: 0, view, prefixed: false };
        if !self.named.is_empty()
            && let Some(named) = self.named.remove(&place)
        {
            reply::render_named(self.batch(), ticket, reply, &named);
            // All of it may come again.
            self.named.insert(place, named);
            return;
        }
        reply::render(self.batch(), ticket, reply);
    }

    fn error(&mut self, error: &Error) {
        self.count += 1;
        let batch = self.batch();
        let span = batch.span(error::to_json(error).as_bytes());
        batch.push(0, Kind::Error, Body::Utf8(span));
    }

    fn clear(&mut self) {
        self.batches.clear();
        self.count = 0;
    }
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct Answer {
    gathered: Gathered,
    /// Why there are no further replies, as JSON.
    broken: Option<String>,
}

impl Answer {
    /// With the replies in `gathered`; `broken` says why there are no more.
    pub(crate) fn new(gathered: Box<dyn Gather>, broken: Option<&Error>) -> Self {
        let gathered: Box<dyn Any> = gathered;
        if let Ok(gathered) = gathered.downcast::<Gathered>() {
            return Self { gathered: *gathered, broken: broken.map(error::to_json) };
        }
        let lost = Error::internal("the replies to a batch are somebody else's");
        Self { gathered: Gathered::default(), broken: Some(error::to_json(&lost)) }
    }
}

/// What JavaScript has to know beside the values; `lib/answers.js` knows the form.
#[derive(Default)]
struct Notes {
    /// Which values are something else than a reply: the place, and its [`Kind`].
    marks: Vec<(usize, u32)>,
    broken: Option<String>,
}

impl Notes {
    /// As JSON; `None` where there is nothing to know.
    fn text(&self) -> Option<String> {
        if self.marks.is_empty() && self.broken.is_none() {
            return None;
        }
        let broken = self.broken.as_deref().unwrap_or("null");
        let marks: Vec<String> = self.marks.iter().map(|(place, kind)| format!("{place},{kind}")).collect();
        Some(format!("{{\"marks\":[{}],\"broken\":{broken}}}", marks.join(",")))
    }
}

impl Materialiser {
    /// What `lib/answers.js` makes of it.
    pub(crate) fn answer(&self, answer: Answer) -> Result<sys::napi_value, Failed> {
        let Answer { gathered, broken } = answer;
        let mut notes = Notes { marks: Vec::new(), broken };
        let mut batches = gathered.batches.into_iter().filter(|batch| !batch.items.is_empty()).peekable();
        let mut place = 0;
        loop {
            let Batch { items, bytes } = batches.next().unwrap_or_default();
            let mut items = items.into_iter();
            loop {
                let count = items.len().min(LEAVES_PER_CALL);
                let last = items.len() == count && batches.peek().is_none();
                let mut text = None;
                let made = self.assemble(Plan::Answer, place == 0, last, |values| {
                    for item in items.by_ref().take(count) {
                        values.push(self.element(&bytes, place, item, &mut notes)?);
                        place += 1;
                    }
                    text = if last { notes.text() } else { None };
                    Ok(text.as_deref().map(str::as_bytes))
                });
                if last || made.is_err() {
                    return made;
                }
                if items.len() == 0 {
                    break;
                }
            }
        }
    }

    fn element(
        &self,
        arena: &[u8],
        place: usize,
        item: Item,
        notes: &mut Notes,
    ) -> Result<sys::napi_value, Failed> {
        let Item { kind, body, .. } = item;
        let (kind, value) = match self.value(arena, body) {
            Ok(value) => (kind, value),
            Err(Failed(status)) => (Kind::Error, self.text(&error::unrepresentable(status))?),
        };
        if kind != Kind::Value {
            notes.marks.push((place, kind as u32));
        }
        Ok(value)
    }
}
