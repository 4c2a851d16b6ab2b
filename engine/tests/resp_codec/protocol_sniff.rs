//! Peers that speak something else are named, at any split.

use oxidis_engine::resp::DecodeLimits;

use crate::driver::{Event, decode, decode_bytewise, failure};

#[test]
fn an_http_server_is_named() {
    for bytes in [
        &b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"[..],
        b"<html><head>",
        b"<!DOCTYPE html>",
        b"400 Bad Request",
    ] {
        assert_eq!(failure(bytes), "no RESP: this looks like an HTTP server");
        assert_eq!(decode_bytewise(bytes, DecodeLimits::default()), decode(bytes));
    }
}

#[test]
fn a_tls_port_is_named() {
    for bytes in [&b"\x15\x03\x01\x00\x02\x02\x46"[..], b"\x16\x03\x03\x00\x7a"] {
        assert_eq!(failure(bytes), "no RESP: this looks like a TLS port: use rediss://");
        assert_eq!(decode_bytewise(bytes, DecodeLimits::default()), decode(bytes));
    }
}

#[test]
fn a_beginning_that_may_become_http_waits_for_more() {
    assert_eq!(decode(b"HTT"), [Event::Unfinished]);
    assert_eq!(failure(b"HTTQ"), "malformed reply, 0 bytes in: unknown type byte 'H'");
    assert_eq!(decode_bytewise(b"HTTQ", DecodeLimits::default()), decode(b"HTTQ"));
}

#[test]
fn a_stranger_is_named_also_behind_replies_and_not_inside_of_one() {
    let http = "no RESP: this looks like an HTTP server";
    for bytes in [&b"+OK\r\nHTTP/1.1 408 Request Timeout"[..], b"*1\r\n:1\r\nHTTP/1.1", b"|0\r\nHTTP/1.1"] {
        assert_eq!(failure(bytes), http);
        assert_eq!(decode_bytewise(bytes, DecodeLimits::default()), decode(bytes));
    }
    assert_eq!(failure(b"+OK\r\n\x15\x03\x03"), "no RESP: this looks like a TLS port: use rediss://");
    assert_eq!(failure(b"*1\r\nHTTP/1.1"), "malformed reply, 4 bytes in: unknown type byte 'H'");
}
