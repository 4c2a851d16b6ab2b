//! Real sockets, to which the submitting thread writes directly while the lane's task writes what did not fit.

use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::client::{Client, Staging};
use oxidis_engine::config::Options;
use oxidis_engine::connection::driver::Shutdown;
use oxidis_engine::error::ErrorKind;
use oxidis_engine::value::Value;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;

use crate::fixture::{Call, LOST, verdict, within};
use crate::inbox::Inbox;
use crate::peer::Peer;

/// A listener whose connections take few bytes at once.
fn narrow_listener() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket.listen(8).unwrap()
}

fn client(listener: &TcpListener) -> (Client, Inbox) {
    let url = format!("redis://{}?commandTimeout=0", listener.local_addr().unwrap());
    let (inbox, recorder) = Inbox::new();
    let mailbox: Arc<dyn oxidis_engine::client::ReplySinkFactory> = Arc::new(recorder);
    let client = Client::new(Options::from_url(&url).unwrap(), &mailbox, &Handle::current()).unwrap();
    (client, inbox)
}

async fn accept(listener: &TcpListener) -> Peer<TcpStream> {
    let mut peer = Peer::new(listener.accept().await.unwrap().0);
    peer.handshake(3).await;
    peer
}

fn submit(client: &Client, calls: &[(Call, &str)]) {
    let mut staging = Staging::new();
    for (call, command) in calls {
        call.stage(&mut staging, command);
    }
    let (bytes, requests) = staging.parts();
    client.connections().get(0).unwrap().submit(bytes, requests);
}

fn command(number: u32, length: usize) -> String {
    format!("ECHO {number} {}", "x".repeat(length))
}

/// One thread submits while the task writes to a peer that reads slowly: from before the connection stands until long after.
#[tokio::test]
async fn the_bytes_on_the_wire_are_the_submissions_in_order() {
    const COUNT: u32 = 4_000;
    let listener = narrow_listener();
    let (client, mut inbox) = client(&listener);
    let lengths: Vec<usize> = {
        let mut random = fastrand::Rng::with_seed(5);
        // Mostly small, some that fill the socket, a few that are segments of their own.
        let mut length = || match random.u8(0..16) {
            0 => random.usize(30_000..90_000),
            1..4 => random.usize(1_000..8_000),
            _ => random.usize(1..100),
        };
        (0..COUNT).map(|_| length()).collect()
    };
    let submissions = lengths.clone();
    let submitting = std::thread::spawn(move || {
        let mut random = fastrand::Rng::with_seed(6);
        let mut staging = Staging::new();
        for (number, length) in (0..).zip(submissions) {
            Call::write(number).timeout(0).stage(&mut staging, &command(number, length));
            if random.bool() {
                let (bytes, requests) = staging.parts();
                client.connections().get(0).unwrap().submit(bytes, requests);
            }
        }
        let (bytes, requests) = staging.parts();
        client.connections().get(0).unwrap().submit(bytes, requests);
        client
    });
    let mut peer = accept(&listener).await;
    for (number, length) in (0..).zip(lengths) {
        assert_eq!(peer.command().await.unwrap(), command(number, length));
        peer.send(format!(":{number}\r\n")).await;
    }
    for number in 0..COUNT {
        assert_eq!(inbox.reply(number).await, Value::Int(number.into()));
    }
    let client = submitting.join().unwrap();
    within(client.close(Shutdown::Drain)).await;
    assert_eq!(peer.command().await, None);
}

#[tokio::test]
async fn a_command_is_written_by_the_thread_that_submits_it() {
    let listener = narrow_listener();
    let (client, mut inbox) = client(&listener);
    let connected = client.connect();
    let (connected, mut peer) = tokio::join!(connected, accept(&listener));
    connected.unwrap();
    submit(&client, &[(Call::read(1), "GET warm")]);
    peer.command().await.unwrap();
    peer.send("+warm\r\n").await;
    inbox.reply(1).await;
    submit(&client, &[(Call::read(2), "GET a")]);
    // The lane's task has had no turn: this is the test's own thread, and it did not wait.
    let mut bytes = [0; 64];
    let std_stream = peer.stream.into_std().unwrap();
    std_stream.set_nonblocking(false).unwrap();
    std_stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let count = std::io::Read::read(&mut &std_stream, &mut bytes).unwrap();
    assert_eq!(&bytes[..count], b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n");
}

#[tokio::test]
async fn the_deadline_of_a_command_that_was_written_directly_is_kept() {
    let listener = narrow_listener();
    let (client, mut inbox) = client(&listener);
    let (connected, mut peer) = tokio::join!(client.connect(), accept(&listener));
    connected.unwrap();
    submit(&client, &[(Call::read(1).timeout(10_000), "GET a")]);
    peer.command().await.unwrap();
    submit(&client, &[(Call::read(2).timeout(20), "GET b")]);
    // The first one's would pass first if the second submission did not wake the task.
    inbox.failure(2).await;
}

#[tokio::test]
async fn a_reset_says_of_each_command_whether_it_was_sent() {
    let listener = narrow_listener();
    let (client, mut inbox) = client(&listener);
    let (connected, mut peer) = tokio::join!(client.connect(), accept(&listener));
    connected.unwrap();
    submit(&client, &[(Call::write(1), "INCR a"), (Call::read(2), "GET b")]);
    peer.commands(2).await;
    peer.stream.set_zero_linger().unwrap();
    drop(peer);
    assert_eq!(verdict(&inbox.failure(1).await), (LOST, Some(true)));
    let mut peer = accept(&listener).await;
    assert_eq!(peer.command().await.unwrap(), "GET b");
    peer.send("+two\r\n").await;
    inbox.reply(2).await;
    within(client.close(Shutdown::Immediate)).await;
    assert!(client.is_closed());
    assert!(!client.is_active());
    let mut rest = Vec::new();
    assert_eq!(peer.stream.read_to_end(&mut rest).await.unwrap(), 0);
}

#[tokio::test]
async fn several_lanes_share_the_work_and_close_together() {
    let listener = narrow_listener();
    let url = format!("redis://{}?commandTimeout=0&sharedConnections=3", listener.local_addr().unwrap());
    let (mut inbox, recorder) = Inbox::new();
    let mailbox: Arc<dyn oxidis_engine::client::ReplySinkFactory> = Arc::new(recorder);
    let client = Client::new(Options::from_url(&url).unwrap(), &mailbox, &Handle::current()).unwrap();
    let accepting = async { [accept(&listener).await, accept(&listener).await, accept(&listener).await] };
    let (connected, mut peers) = tokio::join!(client.connect(), accepting);
    connected.unwrap();
    let mut used = Vec::new();
    for slot in 0..3 {
        let index = client.connections().least_busy();
        used.push(index);
        let mut staging = Staging::new();
        Call::write(slot).stage(&mut staging, "INCR a");
        let (bytes, requests) = staging.parts();
        client.connections().get(index).unwrap().submit(bytes, requests);
    }
    used.sort_unstable();
    assert_eq!(used, [0, 1, 2]);
    for peer in &mut peers {
        assert_eq!(peer.command().await.unwrap(), "INCR a");
    }
    within(client.close(Shutdown::Immediate)).await;
    for _ in 0..3 {
        let (_, result) = inbox.settled().await;
        assert_eq!(verdict(&result.unwrap_err()), (ErrorKind::Closed, Some(true)));
    }
    for peer in &mut peers {
        peer.closed().await;
    }
}
