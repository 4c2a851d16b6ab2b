//! Any bytes in any parts: the decoder neither panics nor lets the parts make a difference.
//!
//! The first byte of the input chooses the limits, the next four the sizes of the parts, the rest is what the peer sends.
#![no_main]

#[path = "../parts.rs"]
mod parts;

use bytes::{Buf, BytesMut};
use libfuzzer_sys::fuzz_target;
use oxidis_engine::resp::{Decoder, Frame, DecodeLimits, Packed, PackedPart, Scalar};

use self::parts::parts;

/// Frames as text, because NaN is not equal to itself.
type Log = Vec<String>;

fuzz_target!(|input: &[u8]| {
    let Some((&[limits, ref sizes @ ..], wire)) = input.split_first_chunk::<5>() else { return };
    let limits = chosen_limits(limits);
    let trees = || Decoder::new(limits);
    let whole = decode([wire], limits, trees(), 0);
    assert_eq!(whole, decode(parts(wire, sizes), limits, trees(), 0), "in parts");
    assert_eq!(whole, decode(wire.chunks(1), limits, trees(), 0), "byte by byte");
    assert_eq!(whole, decode(parts(wire, sizes), limits, trees().packing(), 0), "aggregates left as bytes");
    let together = usize::from(sizes[0] >> 5) + 1;
    assert_eq!(whole, decode(parts(wire, sizes), limits, trees(), together), "bulk strings taken together");
});

fn chosen_limits(choice: u8) -> DecodeLimits {
    match choice & 3 {
        0 => DecodeLimits { max_reply_bytes: 1 << 20, ..DecodeLimits::default() },
        1 => DecodeLimits { max_reply_bytes: 8, max_depth: 2, max_elements: 4 },
        2 => DecodeLimits { max_reply_bytes: 1 << 20, max_depth: 1, max_elements: 1 << 10 },
        _ => DecodeLimits { max_reply_bytes: 64, max_depth: 8, max_elements: 16 },
    }
}

/// Reads every part that the counts announce.
fn step_through(packed: &Packed) {
    let mut parts = packed.parts();
    let mut left = 1;
    while left > 0 {
        left -= 1;
        match parts.next_part().expect("an announced part is there") {
            PackedPart::Scalar(_) => {}
            PackedPart::List(count) => left += count,
            PackedPart::Map(pairs) => left += 2 * pairs,
        }
    }
}

/// Does what a connection does, and keeps a log of it. So many bulk strings at most are taken `together`.
fn decode<'a>(
    parts: impl IntoIterator<Item = &'a [u8]>,
    limits: DecodeLimits,
    mut decoder: Decoder,
    together: usize,
) -> Log {
    let mut buf = BytesMut::new();
    let mut large = None;
    let mut needed = 1;
    let mut log = Log::new();
    for part in parts {
        buf.extend_from_slice(part);
        let too_few = part.len() < needed;
        needed -= part.len().min(needed - 1);
        loop {
            if let Some(len) = large {
                if buf.len() < len + 2 {
                    break;
                }
                log.push(format!("{:?}", Frame::Scalar(Scalar::Bulk(&buf[..len]))));
                if &buf[len..len + 2] != b"\r\n" {
                    log.push("a large bulk without CRLF".into());
                    return log;
                }
                buf.advance(len + 2);
                large = None;
            }
            if together > 0 {
                let mut left = together;
                decoder.bulk_strings(&mut buf, |text| {
                    log.push(format!("{:?}", Frame::Scalar(Scalar::Bulk(text))));
                    left -= 1;
                    left > 0
                });
            }
            match decoder.next(&mut buf) {
                Ok(None) => {
                    assert!(
                        decoder.needed() as u64 <= limits.max_reply_bytes + 2,
                        "asks for more than the limit"
                    );
                    needed = decoder.needed();
                    break;
                }
                Ok(Some(Frame::LargeBulk { len })) => {
                    assert!(len as u64 <= limits.max_reply_bytes, "a large bulk beyond the limit");
                    large = Some(len);
                    needed = 1;
                }
                Ok(Some(Frame::Packed(packed))) => {
                    let tree = packed.value().expect("what is handed out as bytes is well formed");
                    step_through(&packed);
                    log.push(format!("{:?}", Frame::Tree(tree)));
                }
                Ok(Some(frame)) => {
                    assert!(!too_few, "a frame before the bytes that were said to be missing");
                    log.push(format!("{frame:?}"));
                }
                Err(error) => {
                    assert_eq!(decoder.next(&mut buf), Err(error.clone()), "a failed decoder stays failed");
                    log.push(error.to_string());
                    return log;
                }
            }
        }
    }
    if large.is_some() || !decoder.is_idle(&buf) {
        log.push("unfinished".into());
    }
    log
}
