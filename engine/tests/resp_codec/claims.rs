//! A length is a claim: nothing is allocated for it until the bytes are there.

use bytes::BytesMut;
use oxidis_engine::resp::{DecodeLimits, Decoder, Frame, MAX_ELEMENTS, MAX_REPLY_BYTES};

use crate::driver::{Event, decode};

#[test]
fn claimed_elements_are_not_allocated() {
    // A vector of 2^26 values takes 2.5 GiB: a hundred thousand of them do not fit into any address space.
    let claims =
        [format!("*{MAX_ELEMENTS}\r\n"), format!("%{}\r\n", MAX_ELEMENTS / 2), "*2147483647\r\n".to_owned()];
    let decoders: Vec<_> = (0..100_000)
        .map(|n| {
            let mut decoder = Decoder::new(DecodeLimits::default());
            let mut buf = BytesMut::from(claims[n % claims.len()].as_bytes());
            assert_eq!(decoder.next(&mut buf), Ok(None));
            assert_eq!(decoder.needed(), 1);
            assert!(buf.capacity() < 100);
            (decoder, buf)
        })
        .collect();
    assert_eq!(decoders.len(), 100_000);
}

#[test]
fn claimed_bytes_are_not_allocated_and_never_asked_for_beyond_the_limit() {
    for claim in [&b"*1\r\n$536870912\r\n"[..], b"=536870912\r\n", b"!536870912\r\n", b"$?\r\n;536870912\r\n"]
    {
        let mut decoder = Decoder::new(DecodeLimits::default());
        let mut buf = BytesMut::from(claim);
        assert_eq!(decoder.next(&mut buf), Ok(None));
        assert_eq!(decoder.needed() as u64, MAX_REPLY_BYTES + 2);
        assert!(buf.capacity() < 100, "reserving is the caller's");
    }
    for claim in [
        &b"*1\r\n$536870913\r\n"[..],
        b"$536870913\r\n",
        b"$9223372036854775807\r\n",
        b"=9223372036854775807\r\n",
    ] {
        let mut decoder = Decoder::new(DecodeLimits::default());
        let mut buf = BytesMut::from(claim);
        assert_eq!(decoder.next(&mut buf), Ok(None));
        assert_eq!(decoder.needed(), 1);
        assert!(buf.is_empty());
    }
}

#[test]
fn a_claimed_large_bulk_is_handed_to_the_caller() {
    let mut buf = BytesMut::from(&b"$536870912\r\n"[..]);
    let mut decoder = Decoder::new(DecodeLimits::default());
    assert_eq!(decoder.next(&mut buf), Ok(Some(Frame::LargeBulk { len: 536_870_912 })));
    assert!(buf.is_empty());
}

#[test]
fn the_largest_counts_do_not_overflow() {
    for bytes in [
        &b"%9223372036854775807\r\n:1\r\n"[..],
        b"*9223372036854775807\r\n*9223372036854775807\r\n:1\r\n",
        b"|9223372036854775807\r\n|9223372036854775807\r\n:1\r\n",
        b"*2\r\n%9223372036854775807\r\n$9223372036854775807\r\nabc",
        b"$?\r\n;9223372036854775807\r\nabc",
    ] {
        assert_eq!(decode(bytes), [Event::Unfinished], "{}", bytes.escape_ascii());
    }
}
