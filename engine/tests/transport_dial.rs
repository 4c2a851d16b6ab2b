//! Dialling TCP and unix sockets: who answers, who does not, and what the error says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::sync::Arc;

use oxidis_engine::config::Options;
use oxidis_engine::config::address::{Endpoint, HostPort};
use oxidis_engine::error::{ConnectionFailure, Error, ErrorKind};
use oxidis_engine::transport::dial::{Dialer, broken_stream};
use oxidis_engine::transport::stream::Stream;
use socket2::{Domain, SockRef, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn dial(url: &str) -> Result<Stream, Error> {
    let options = Options::from_url(url).unwrap();
    let dialer = Dialer::new(&options).unwrap();
    dialer.dial(&options.endpoint, dialer.deadline()).await
}

/// The error that dialling `url` must end in.
async fn refusal(url: &str) -> (ErrorKind, String) {
    match dial(url).await {
        Ok(_) => panic!("{url} was connected to"),
        Err(error) => (error.kind().clone(), error.message().to_owned()),
    }
}

/// A port of our own on which nobody listens.
fn bound() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// Sends a line each way over both halves of a connection.
async fn assert_talks(mut client: Stream, mut server: impl AsyncReadExt + AsyncWriteExt + Unpin) {
    let mut line = [0; 4];
    client.write_all(b"ping").await.unwrap();
    client.flush().await.unwrap();
    server.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"ping");
    server.write_all(b"pong").await.unwrap();
    client.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"pong");
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut line).await.unwrap(), 0);
}

#[tokio::test]
async fn tcp_is_connected_without_delay_of_small_writes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let (client, accepted) = tokio::join!(dial(&url), listener.accept());
    let client = client.unwrap();
    let Stream::Tcp(socket) = &client else { panic!("not a TCP stream") };
    assert!(socket.nodelay().unwrap());
    assert!(SockRef::from(socket).keepalive().unwrap());
    assert!(client.is_plain());
    assert_talks(client, accepted.unwrap().0).await;
}

#[tokio::test]
async fn ipv6_is_connected() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else { return };
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let (client, accepted) = tokio::join!(dial(&url), listener.accept());
    assert_talks(client.unwrap(), accepted.unwrap().0).await;
}

#[tokio::test]
async fn a_name_with_two_families_is_connected_by_the_one_that_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://localhost:{}", listener.local_addr().unwrap().port());
    let (client, accepted) = tokio::join!(dial(&url), listener.accept());
    assert_talks(client.unwrap(), accepted.unwrap().0).await;
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let (_closed, address) = bound();
    let port = address.port();
    let (kind, message) = refusal(&format!("redis://127.0.0.1:{port}")).await;
    assert_eq!(kind, ErrorKind::Connection(ConnectionFailure::Refused));
    assert_eq!(message, format!("connect 127.0.0.1:{port}: connection refused"));
}

#[tokio::test]
async fn a_refusal_names_what_was_asked_for_and_never_the_password() {
    let (_closed, address) = bound();
    let port = address.port();
    let (kind, message) = refusal(&format!("redis://user:hunter2@localhost:{port}")).await;
    assert_eq!(kind, ErrorKind::Connection(ConnectionFailure::Refused));
    assert!(message.starts_with(&format!("connect localhost:{port}: ")), "{message}");
    assert!(message.contains("connection refused") && !message.contains("hunter2"), "{message}");
}

#[tokio::test]
async fn a_name_without_an_address_does_not_resolve() {
    let (kind, message) = refusal("redis://no-such-host.invalid").await;
    assert_eq!(kind, ErrorKind::Connection(ConnectionFailure::Unresolved));
    assert!(
        message.starts_with("connect no-such-host.invalid:6379: the name does not resolve: "),
        "{message}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn silence_ends_at_the_connect_timeout() {
    // A full queue of connections makes Linux drop every further SYN.
    let (listener, address) = bound();
    listener.listen(0).unwrap();
    let _filler = std::net::TcpStream::connect(address).unwrap();
    let (kind, message) = refusal(&format!("redis://{address}?connectTimeout=100")).await;
    assert_eq!(kind, ErrorKind::Connection(ConnectionFailure::ConnectTimeout));
    let wanted = "timed out after 100 ms (connectTimeout) waiting for the TCP connection";
    assert_eq!(message, format!("connect {address}: {wanted}"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_is_connected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let url = format!("unix://{}", path.display());
    let (client, accepted) = tokio::join!(dial(&url), listener.accept());
    let client = client.unwrap();
    assert!(matches!(client, Stream::Unix(_)) && client.is_plain());
    assert_talks(client, accepted.unwrap().0).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_that_is_missing_or_abandoned_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let url = format!("unix://{}", path.display());
    let (kind, message) = refusal(&url).await;
    assert_eq!(kind, ErrorKind::Connection(ConnectionFailure::Unreachable));
    assert_eq!(message, format!("connect unix:{}: no such file", path.display()));
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let (kind, message) = refusal(&url).await;
    assert_eq!(kind, ErrorKind::Connection(ConnectionFailure::Refused));
    assert_eq!(message, format!("connect unix:{}: connection refused", path.display()));
}

#[tokio::test]
async fn sentinels_are_not_dialled_as_a_server() {
    let (kind, message) = refusal("redis-sentinel://:hunter2@a:1,b:2/m").await;
    assert_eq!(kind, ErrorKind::Connection(ConnectionFailure::Unreachable));
    assert_eq!(
        message,
        "connect master \"m\" of sentinels a:1,b:2: sentinels name a server and are none; ask them first"
    );
}

#[tokio::test]
async fn a_plain_stream_is_written_by_one_thread_while_another_reads() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let (client, accepted) = tokio::join!(dial(&url), listener.accept());
    let (client, mut server) = (Arc::new(client.unwrap()), accepted.unwrap().0);

    let empty = client.try_read_buf(&mut Vec::with_capacity(8)).unwrap_err();
    assert_eq!(empty.kind(), io::ErrorKind::WouldBlock);

    client.writable().await.unwrap();
    let writer = Arc::clone(&client);
    let written = std::thread::spawn(move || {
        let slices = [IoSlice::new(b"pi"), IoSlice::new(b"ng")];
        writer.try_write_vectored(&slices).unwrap() + writer.try_write(b"!").unwrap()
    });
    let mut line = [0; 5];
    server.read_exact(&mut line).await.unwrap();
    assert_eq!((&line, written.join().unwrap()), (b"ping!", 5));

    server.write_all(b"pong").await.unwrap();
    drop(server);
    let mut received = Vec::with_capacity(64);
    loop {
        client.readable().await.unwrap();
        match client.try_read_buf(&mut received) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
        }
    }
    assert_eq!(received, b"pong");
}

#[tokio::test]
async fn a_boxed_stream_talks_and_belongs_to_one_task() {
    let (ours, theirs) = tokio::io::duplex(64);
    let stream = Stream::boxed(ours);
    assert!(!stream.is_plain());
    let unsupported =
        |result: io::Result<usize>| assert_eq!(result.unwrap_err().kind(), io::ErrorKind::Unsupported);
    unsupported(stream.try_read_buf(&mut Vec::new()));
    unsupported(stream.try_write(b"x"));
    unsupported(stream.try_write_vectored(&[]));
    assert!(stream.readable().await.is_err() && stream.writable().await.is_err());
    assert_talks(stream, theirs).await;
}

#[tokio::test]
async fn a_reset_connection_is_lost_and_says_where() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let (client, accepted) = tokio::join!(dial(&url), listener.accept());
    let server = accepted.unwrap().0;
    SockRef::from(&server).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    drop(server);
    let failure = client.unwrap().read(&mut [0; 1]).await.unwrap_err();
    let endpoint = Endpoint::Tcp(HostPort { host: "h".into(), port: 1 });
    let error = broken_stream(&endpoint, &failure);
    assert_eq!(error.kind(), &ErrorKind::Connection(ConnectionFailure::Lost));
    assert_eq!(error.message(), "the connection to h:1 was lost: connection reset");
}
