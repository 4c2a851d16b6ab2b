//! The handshake comes first, on every connection, and no user command passes one that failed.

use oxidis_engine::error::{ConnectionFailure, Kind};
use oxidis_engine::net::options::{Options, Protocol};

use crate::fixture::{Call, Fixture, Setting, idle, verdict, within};

fn with_url(url: &str) -> Fixture {
    let Setting { options, .. } = Setting::default();
    let options = Options { reconnect: options.reconnect, ..Options::from_url(url).unwrap() };
    Fixture::with(Setting { options, ..Setting::default() })
}

#[tokio::test(start_paused = true)]
async fn no_user_command_is_written_before_the_handshake_is_answered() {
    let mut fixture = Fixture::new();
    fixture.call(Call::write(1), "INCR a");
    let mut peer = fixture.peers.arrival().await;
    assert!(peer.commands(3).await[0].starts_with("HELLO 3"));
    for reply in ["%0\r\n", "+OK\r\n"] {
        peer.send(reply).await;
        idle().await;
        fixture.call(Call::write(2), "INCR b");
        let mut more = [0; 1];
        let mut room = tokio::io::ReadBuf::new(&mut more);
        let read = std::future::poll_fn(|cx| {
            std::task::Poll::Ready(tokio::io::AsyncRead::poll_read(
                std::pin::Pin::new(&mut peer.stream),
                cx,
                &mut room,
            ))
        });
        assert!(read.await.is_pending(), "a command overtook the handshake");
    }
    peer.send("+OK\r\n").await;
    assert_eq!(peer.commands(3).await, ["INCR a", "INCR b", "INCR b"]);
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_let_no_user_command_through() {
    for (protocol, reply) in [
        (Protocol::Resp3, "-WRONGPASS invalid username-password pair or user is disabled.\r\n"),
        (Protocol::Resp2, "-ERR invalid password\r\n"),
    ] {
        let mut fixture = with_url(&format!("redis://:s3cret@h?protocol={}", protocol as u8 + 2));
        let connected = fixture.lane.connect();
        fixture.batch(&[(Call::read(1), "GET a"), (Call::write(2), "INCR b")]);
        let mut peer = fixture.peers.arrival().await;
        peer.commands(3).await;
        peer.send(format!("{reply}-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n"))
            .await;
        for slot in [1, 2] {
            let error = fixture.inbox.failure(slot).await;
            assert_eq!(verdict(&error), (Kind::Authentication, Some(false)));
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
        assert_eq!(*within(connected).await.unwrap().unwrap_err().kind(), Kind::Authentication);
        assert_eq!(peer.command().await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_are_refused_at_a_reconnection_let_no_user_command_through() {
    let mut fixture = with_url("redis://:s3cret@h");
    fixture.call(Call::read(1), "GET a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    drop(peer);
    let mut peer = fixture.peers.arrival().await;
    fixture.call(Call::write(2), "INCR b");
    peer.commands(3).await;
    peer.send("-WRONGPASS no\r\n-NOAUTH no\r\n-NOAUTH no\r\n").await;
    for slot in [1, 2] {
        assert_eq!(verdict(&fixture.inbox.failure(slot).await), (Kind::Authentication, Some(false)));
    }
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn name_and_database_are_set_on_every_connection() {
    let mut fixture = with_url("redis://user:s3cret@h/7?clientName=worker");
    fixture.call(Call::read(1).timeout(0), "GET a");
    for _ in 0..3 {
        let mut peer = fixture.peers.arrival().await;
        let greeting = peer.greet(4).await;
        assert_eq!(greeting[0], "HELLO 3 AUTH user s3cret SETNAME worker");
        assert_eq!(greeting[3], "SELECT 7");
        assert_eq!(peer.command().await.unwrap(), "GET a");
    }
}

#[tokio::test(start_paused = true)]
async fn a_database_that_does_not_exist_fails_the_connection_and_what_waits_for_it() {
    let mut fixture = with_url("redis://h/99");
    fixture.call(Call::read(1), "GET a");
    let mut peer = fixture.peers.arrival().await;
    peer.commands(4).await;
    peer.send("%0\r\n+OK\r\n+OK\r\n-ERR DB index is out of range\r\n").await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (Kind::Connection(ConnectionFailure::Handshake), Some(false)));
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_answers_the_handshake_is_given_up() {
    let mut fixture = Fixture::new();
    let connected = fixture.lane.connect();
    let mut peer = fixture.peers.arrival().await;
    peer.commands(3).await;
    let error = within(connected).await.unwrap().unwrap_err();
    assert_eq!(*error.kind(), Kind::Connection(ConnectionFailure::ConnectTimeout));
    assert!(error.message().contains("handshake"), "{error}");
    assert_eq!(peer.command().await, None);
}
