//! TLS on one side only.

use oxidis_engine::config::Options;
use oxidis_engine::error::{ConnectionFailure, ErrorKind};
use oxidis_engine::transport::dial::Dialer;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::authority::{TLS_13, names, self_signed, serve};
use crate::dial;

/// A server without TLS that does `answer` with its one connection.
async fn serve_plainly<F>(answer: impl FnOnce(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { answer(listener.accept().await.unwrap().0).await });
    port
}

#[tokio::test]
async fn a_server_without_tls_is_named_as_such() {
    let port = serve_plainly(|mut stream| async move {
        stream.read_exact(&mut [0; 16]).await.unwrap();
        stream.write_all(b"-ERR unknown command\r\n").await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.ok();
    })
    .await;
    let Err(error) = dial("localhost", port, &json!({})).await else { panic!("was connected to") };
    assert_eq!(error.kind(), &ErrorKind::Connection(ConnectionFailure::Tls));
    let wanted = "the peer does not speak TLS; is it a port without TLS?";
    assert_eq!(error.message(), format!("connect localhost:{port}: TLS: {wanted}"));
}

#[tokio::test]
async fn a_server_that_hangs_up_during_the_tls_handshake_is_named_as_such() {
    let port = serve_plainly(|mut stream| async move {
        // All of the hello is read, or the connection would be reset and not closed.
        let mut header = [0; 5];
        stream.read_exact(&mut header).await.unwrap();
        let mut hello = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
        stream.read_exact(&mut hello).await.unwrap();
    })
    .await;
    let Err(error) = dial("localhost", port, &json!({})).await else { panic!("was connected to") };
    // A server that is on its way down does so as well: another attempt may succeed.
    assert_eq!(error.kind(), &ErrorKind::Connection(ConnectionFailure::Lost));
    assert!(!error.is_lasting());
    let wanted = "the server closed the connection during the TLS handshake; is it a TLS port?";
    assert_eq!(error.message(), format!("connect localhost:{port}: TLS: {wanted}"));
}

#[tokio::test]
async fn a_server_that_never_answers_the_tls_handshake_times_out() {
    let port = serve_plainly(|mut stream| async move {
        stream.read_to_end(&mut Vec::new()).await.ok();
    })
    .await;
    let options =
        Options::from_url(&format!("rediss://:hunter2@localhost:{port}?connectTimeout=200")).unwrap();
    let dialer = Dialer::new(&options).unwrap();
    let Err(error) = dialer.dial(&options.endpoint, dialer.deadline()).await else {
        panic!("was connected to")
    };
    assert_eq!(error.kind(), &ErrorKind::Connection(ConnectionFailure::ConnectTimeout));
    let wanted = "timed out after 200 ms (connectTimeout) waiting for the TLS handshake (is it a TLS port?)";
    assert_eq!(error.message(), format!("connect localhost:{port}: {wanted}"));
}

#[tokio::test]
async fn a_tls_server_answers_a_plain_client_with_an_alert() {
    let pair = self_signed(&names(&["localhost"]));
    let (port, seen) = serve(&pair, None, TLS_13).await;
    let options = Options::from_url(&format!("redis://localhost:{port}")).unwrap();
    let dialer = Dialer::new(&options).unwrap();
    let mut stream = dialer.dial(&options.endpoint, dialer.deadline()).await.unwrap();
    stream.write_all(b"*1\r\n$4\r\nPING\r\n").await.unwrap();
    // Record type 21, version 3.x: what the decoder of replies recognises as TLS.
    assert_eq!([stream.read_u8().await.unwrap(), stream.read_u8().await.unwrap()], [21, 3]);
    assert!(seen.await.unwrap().is_err());
}
