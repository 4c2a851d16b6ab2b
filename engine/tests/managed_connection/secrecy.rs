//! Nothing that can be printed shows a credential or an argument.

use std::fmt::Debug;

use oxidis_engine::buffer_pool::PooledBuffer;
use oxidis_engine::client::Staging;
use oxidis_engine::config::Options;
use oxidis_engine::connection::handshake::{Handshake, HandshakeProgress};
use oxidis_engine::connection::send_buffer::SendBuffer;
use oxidis_engine::value::Value;

use crate::fixture::{Call, Fixture};

const SECRET: &str = "s3cret";

/// Neither the text nor its bytes, as Rust prints them.
fn assert_hidden(printed: &dyn Debug) {
    for text in [format!("{printed:?}"), format!("{printed:#?}")] {
        assert!(!text.contains(SECRET), "{text}");
        let numbers: String = text.chars().filter(|char| char.is_ascii_digit() || *char == ',').collect();
        assert!(!numbers.contains("115,51,99,114"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_carries_bytes_prints_none_of_them() {
    let fixture = Fixture::new();
    let command = format!("SET key {SECRET}");
    fixture.call(Call::write(1), &command);
    assert_hidden(fixture.connection.queue());
    let mut staging = Staging::new();
    Call::write(2).stage(&mut staging, &command);
    assert_hidden(&staging);
    let mut slot = staging.slot();
    slot.vector().extend_from_slice(SECRET.as_bytes());
    assert_hidden(&slot);
    drop(slot);
    let mut log = SendBuffer::default();
    log.append_slice(SECRET.as_bytes());
    assert_hidden(&log);
    assert_hidden(&PooledBuffer::new(SECRET.into()));
}

#[test]
fn options_and_handshake_print_no_credential() {
    for url in ["redis://user:s3cret@h", "redis://:s3cret@h?protocol=2"] {
        let options = Options::from_url(url).unwrap();
        assert_hidden(&options);
        let credentials = options.username.clone();
        assert_hidden(&credentials);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let credentials = runtime.block_on(options.current_credentials()).unwrap().credentials;
        assert_hidden(&credentials);
        let mut handshake = Handshake::new(&options, credentials);
        assert_hidden(&handshake);
        handshake.start();
        assert_hidden(&handshake);
        if options.protocol == oxidis_engine::config::Protocol::Resp3 {
            let unknown = oxidis_engine::error::ServerError::from_line(b"ERR unknown command 'HELLO'");
            for _ in 0..2 {
                assert_eq!(handshake.accept(Value::Error(unknown.clone())).unwrap(), HandshakeProgress::Wait);
            }
            let again = handshake.accept(Value::Error(unknown)).unwrap();
            assert!(
                matches!(&again, HandshakeProgress::Write(bytes) if bytes.windows(6).any(|six| six == b"s3cret"))
            );
            assert_hidden(&again);
        }
    }
}
