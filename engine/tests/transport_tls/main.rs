//! TLS: which certificates are taken, which are not, and what the error says. Certificates are made on the spot.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod authority;
mod client_certificate;
mod peers_without_tls;
mod server_certificate;

use std::io;

use oxidis_engine::config::Options;
use oxidis_engine::error::Error;
use oxidis_engine::transport::dial::Dialer;
use oxidis_engine::transport::stream::Stream;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn dial(host: &str, port: u16, tls: &Value) -> Result<Stream, Error> {
    let list = json!({ "host": host, "port": port, "password": "hunter2", "tls": tls });
    let options = Options::from_json(list.as_object().unwrap(), None).unwrap();
    let dialer = Dialer::new(&options).unwrap();
    dialer.dial(&options.endpoint, dialer.deadline()).await
}

async fn talk(stream: &mut Stream) -> io::Result<()> {
    let mut line = [0; 4];
    stream.write_all(b"ping").await?;
    stream.flush().await?;
    stream.read_exact(&mut line).await?;
    assert_eq!(&line, b"pong");
    Ok(())
}
