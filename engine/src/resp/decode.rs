//! The decoder: a buffer that the connection fills in, frames out. Owns the order of the passes and the fast path for scalars.

use bytes::{Buf, Bytes, BytesMut};

use super::build;
use super::bulk_array;
use super::bulk_array::BulkArray;
use super::frame::{Frame, LARGE_BULK, Scalar};
use super::header;
use super::header::Header;
use super::limits::{DEPTH_CEILING, DecodeLimits};
use super::packed::Packed;
use super::protocol_error::{Flaw, ProtocolError};
use super::protocol_sniff;
use super::protocol_sniff::ForeignProtocol;
use super::scan::{Disposition, ScanProgress, Scanner};
use crate::value::Value;

/// Up to 4 KiB, an aggregate is copied out of the buffer instead of split off: a small reply that is kept does not keep a read
/// buffer alive with it, and the connection can go on reading into the same buffer.
const COPY_MAX: usize = 4 * 1024;

/// Decodes one connection's replies.
///
/// The decoder works on a buffer that the caller owns and only appends to. A [`Frame`] that borrows from the buffer keeps it
/// borrowed until the frame is dropped; its bytes are removed by the *following* call of [`next`](Self::next), which is why
/// nothing but that call may take bytes from the front, with one exception: the payload after [`Frame::LargeBulk`].
#[derive(Debug)]
pub struct Decoder {
    scanner: Scanner,
    state: DecoderState,
    /// Bytes of the last scalar, still in the buffer.
    consume: usize,
    needed: usize,
    /// How much of an unfinished top-level line is known to hold no line end.
    searched: usize,
    /// Aggregates are handed out as bytes.
    packs: bool,
}

#[derive(Debug)]
enum DecoderState {
    /// Between two frames.
    Ready,
    /// Within a frame that the scanner follows.
    Scanning,
    /// For good.
    Failed(ProtocolError),
}

impl Decoder {
    /// A decoder for a new connection.
    pub fn new(limits: DecodeLimits) -> Self {
        Self {
            scanner: Scanner::new(DecodeLimits { max_depth: limits.max_depth.min(DEPTH_CEILING), ..limits }),
            state: DecoderState::Ready,
            consume: 0,
            needed: 1,
            searched: 0,
            packs: false,
        }
    }

    /// The same decoder, but aggregates come as [`Frame::Packed`].
    #[must_use]
    pub fn packing(self) -> Self {
        Self { packs: true, ..self }
    }

    /// Holds what is yet to come to other limits, the rest of a frame that has begun included.
    pub fn limit(&mut self, limits: DecodeLimits) {
        self.scanner.limit(DecodeLimits { max_depth: limits.max_depth.min(DEPTH_CEILING), ..limits });
    }

    /// How many bytes are missing at least, after [`next`](Self::next) has answered `None`.
    ///
    /// Large only inside a string whose length is within the limit, so that the caller may reserve this much.
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// Whether `buf` holds nothing but what was handed out: no part of a reply has arrived, none is being skipped.
    pub fn is_idle(&self, buf: &BytesMut) -> bool {
        matches!(self.state, DecoderState::Ready) && buf.len() == self.consume && !self.scanner.has_begun()
    }

    /// Whether what has arrived of the next frame belongs to an announcement, or may: an attribute can stand before one.
    pub fn is_announcing(&self, buf: &BytesMut) -> bool {
        self.scanner.is_push() || matches!(buf.first(), Some(b'>' | b'|'))
    }

    /// The next frame in `buf`; `None` when more bytes are needed.
    ///
    /// # Errors
    ///
    /// The bytes are no RESP. The decoder stays failed: where the next reply begins is unknown.
    #[inline]
    pub fn next<'b>(&mut self, buf: &'b mut BytesMut) -> Result<Option<Frame<'b>>, ProtocolError> {
        self.forget_last(buf);
        loop {
            if !matches!(self.state, DecoderState::Ready) {
                match self.scan(buf) {
                    Ok(ScanOutcome::Frame(frame)) => return Ok(Some(frame)),
                    Ok(ScanOutcome::Partial) => return Ok(None),
                    Ok(ScanOutcome::Attributed) => {}
                    Err(error) => return Err(self.fail(error)),
                }
            }
            let (head, size) = match header::parse(buf, &mut self.searched) {
                Ok(Some(parsed)) => parsed,
                Ok(None) => {
                    self.needed = 1;
                    return Ok(None);
                }
                Err(flaw) => return self.refuse(flaw, buf),
            };
            let scalar = match head {
                Header::Bulk(len) | Header::BulkError(len) | Header::Verbatim(len)
                    if len <= self.scanner.allowance() =>
                {
                    return self.string(buf, head, len, size);
                }
                Header::Status(len) | Header::Error(len) | Header::BigNumber(len)
                    if len as u64 <= self.scanner.allowance() =>
                {
                    let text = &buf[1..=len];
                    match head {
                        Header::Status(_) => Scalar::Status(text),
                        Header::Error(_) => Scalar::Error(text),
                        _ => Scalar::BigNumber(text),
                    }
                }
                Header::Int(value) => Scalar::Int(value),
                Header::Null => Scalar::Null,
                Header::True => Scalar::Bool(true),
                Header::False => Scalar::Bool(false),
                Header::Double(value) => Scalar::Double(value),
                _ => {
                    self.state = DecoderState::Scanning;
                    continue;
                }
            };
            self.finish_scalar(size);
            return Ok(Some(Frame::Scalar(scalar)));
        }
    }

    /// A push or an array at the front of `buf` that is made of two to four bulk strings, within the limits and wholly there:
    /// without a tree and without a copy. `None` says nothing: ask [`next`](Self::next).
    #[inline]
    pub fn strings<'b>(&mut self, buf: &'b mut BytesMut) -> Option<BulkArray<'b>> {
        self.forget_last(buf);
        if !matches!(self.state, DecoderState::Ready) || self.scanner.has_begun() {
            return None;
        }
        let (strings, size) = bulk_array::parse(buf)?;
        if !self.scanner.allows_strings(strings.payload()) {
            return None;
        }
        self.finish_scalar(size);
        Some(strings)
    }

    /// Hands the bulk strings at the front of `buf` that are wholly there to `take`, as long as it wants another one.
    #[inline]
    pub fn bulk_strings(&mut self, buf: &mut BytesMut, mut take: impl FnMut(&[u8]) -> bool) {
        self.forget_last(buf);
        if !matches!(self.state, DecoderState::Ready) || self.scanner.has_begun() || self.searched > 0 {
            return;
        }
        let mut done = 0;
        while let Some(rest) = buf.get(done..)
            && let Some(text) = header::whole_bulk(rest)
            && text.len() as u64 <= self.scanner.allowance()
        {
            done += text.end + 2;
            if !take(&rest[text]) {
                break;
            }
        }
        if done > 0 {
            self.finish_scalar(done);
        }
    }

    /// Removes the bytes of what was handed out last.
    #[inline]
    fn forget_last(&mut self, buf: &mut BytesMut) {
        if self.consume > 0 {
            buf.advance(self.consume);
            self.consume = 0;
        }
    }

    /// A scalar of `size` bytes is complete.
    #[inline]
    fn finish_scalar(&mut self, size: usize) {
        self.consume = size;
        self.scanner.finish_scalar();
    }

    /// A string at the top, within the limit, behind a header of `header` bytes.
    #[inline]
    fn string<'b>(
        &mut self,
        buf: &'b mut BytesMut,
        head: Header,
        len: u64,
        header: usize,
    ) -> Result<Option<Frame<'b>>, ProtocolError> {
        let Some((len, end)) =
            usize::try_from(len).ok().and_then(|len| Some((len, header.checked_add(len)?)))
        else {
            return Err(self.fail(self.scanner.error(Flaw::LengthRange(buf[0]), 0)));
        };
        let Some(&[first, second]) = buf.get(end..).and_then(|rest| rest.first_chunk()) else {
            if len >= LARGE_BULK && matches!(head, Header::Bulk(_)) {
                buf.advance(header);
                self.finish_scalar(0);
                return Ok(Some(Frame::LargeBulk { len }));
            }
            self.needed = end.saturating_add(2) - buf.len();
            return Ok(None);
        };
        if [first, second] != *b"\r\n" {
            let at = if first == b'\r' { end + 1 } else { end };
            return Err(self.fail(self.scanner.error(Flaw::Terminator, at)));
        }
        let start = match head {
            Header::Verbatim(_) => match header::verbatim_prefix(&buf[header..end]) {
                Ok(prefix) => header + prefix,
                Err(flaw) => return Err(self.fail(self.scanner.error(flaw, 0))),
            },
            _ => header,
        };
        self.finish_scalar(end + 2);
        let text = &buf[start..end];
        Ok(Some(Frame::Scalar(match head {
            Header::BulkError(_) => Scalar::Error(text),
            _ => Scalar::Bulk(text),
        })))
    }

    /// Goes on with a frame that has parts, or that is skipped.
    fn scan(&mut self, buf: &mut BytesMut) -> Result<ScanOutcome, ProtocolError> {
        if let DecoderState::Failed(error) = &self.state {
            return Err(error.clone());
        }
        let progress = self.scanner.run(buf)?;
        let size = self.scanner.scanned();
        let fate = self.scanner.fate();
        if fate != Disposition::Keep {
            buf.advance(size);
            self.scanner.forget_scanned();
        }
        self.needed = self.scanner.missing();
        match (progress, fate) {
            (ScanProgress::Partial, _) => return Ok(ScanOutcome::Partial),
            (ScanProgress::Attributed, _) => {
                self.scanner.resume_after_attribute();
                self.state = DecoderState::Ready;
                return Ok(ScanOutcome::Attributed);
            }
            (ScanProgress::Complete, _) => {}
        }
        let push = self.scanner.is_push();
        let frame = match fate {
            Disposition::Skip(limit) if push => Frame::SkippedPush(limit),
            Disposition::Skip(limit) => Frame::Skipped(limit),
            Disposition::Keep | Disposition::Attribute
                if self.packs && !push && !self.scanner.needs_tree() =>
            {
                Frame::Packed(Packed::new(take_frame(buf, size)))
            }
            Disposition::Keep | Disposition::Attribute => match build::build(&take_frame(buf, size)) {
                Ok(Value::List(items)) if push => Frame::Push(items),
                Ok(tree) => Frame::Tree(tree),
                Err((flaw, at)) => return Err(self.scanner.error(flaw, at)),
            },
        };
        self.scanner.reset();
        self.state = DecoderState::Ready;
        Ok(ScanOutcome::Frame(frame))
    }

    /// Bytes that are no head. Between two replies they may be those of a well-known stranger: proxies say in HTTP why they hang up.
    #[cold]
    fn refuse<'b>(&mut self, flaw: Flaw, buf: &BytesMut) -> Result<Option<Frame<'b>>, ProtocolError> {
        let flaw = match flaw {
            Flaw::UnknownType(_) => match protocol_sniff::identify(buf) {
                ForeignProtocol::Known(stranger) => stranger,
                ForeignProtocol::Undecided => {
                    self.needed = 1;
                    return Ok(None);
                }
                ForeignProtocol::Unknown => flaw,
            },
            _ => flaw,
        };
        Err(self.fail(self.scanner.error(flaw, 0)))
    }

    /// From now on every call answers `error`.
    #[cold]
    fn fail(&mut self, error: ProtocolError) -> ProtocolError {
        self.state = DecoderState::Failed(error.clone());
        error
    }
}

/// What following a frame led to.
enum ScanOutcome {
    Frame(Frame<'static>),
    Partial,
    /// A top-level attribute was dropped; the buffer now begins with what it belongs to.
    Attributed,
}

/// Takes the first `size` bytes out of the buffer.
fn take_frame(buf: &mut BytesMut, size: usize) -> Bytes {
    if size > COPY_MAX {
        return buf.split_to(size).freeze();
    }
    let frame = Bytes::copy_from_slice(&buf[..size]);
    buf.advance(size);
    frame
}
