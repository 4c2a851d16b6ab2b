//! The handshake comes first, on every connection, and no user command passes one that failed.

use oxidis_engine::config::{Options, Protocol};
use oxidis_engine::error::{ConnectionFailure, ErrorKind, TimeoutPhase};

use tokio::io::AsyncWriteExt;

use crate::fixture::{Call, Fixture, Setting, idle, status, verdict, within};

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
    assert!(peer.greeting(3).await[0].starts_with("HELLO 3"));
    for reply in ["%0\r\n", "+OK\r\n", "+OK\r\n"] {
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
    peer.send("+PONG\r\n").await;
    assert_eq!(peer.commands(4).await, ["INCR a", "INCR b", "INCR b", "INCR b"]);
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_let_no_user_command_through() {
    for (protocol, reply) in [
        (Protocol::Resp3, "-WRONGPASS invalid username-password pair or user is disabled.\r\n"),
        (Protocol::Resp2, "-ERR invalid password\r\n"),
    ] {
        let mut fixture = with_url(&format!("redis://:s3cret@h?protocol={}", protocol as u8 + 2));
        let connected = fixture.connection.connect();
        fixture.submit_together(&[(Call::read(1), "GET a"), (Call::write(2), "INCR b")]);
        let mut peer = fixture.peers.arrival().await;
        peer.greeting(3).await;
        peer.send(format!("{reply}-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n"))
            .await;
        for slot in [1, 2] {
            let error = fixture.inbox.failure(slot).await;
            assert_eq!(verdict(&error), (ErrorKind::Authentication, Some(false)));
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
        assert_eq!(*within(connected).await.unwrap().unwrap_err().kind(), ErrorKind::Authentication);
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
    peer.greeting(3).await;
    peer.send("-WRONGPASS no\r\n-NOAUTH no\r\n-NOAUTH no\r\n").await;
    for slot in [1, 2] {
        assert_eq!(verdict(&fixture.inbox.failure(slot).await), (ErrorKind::Authentication, Some(false)));
    }
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn name_and_database_are_set_on_every_connection() {
    let mut fixture = with_url("redis://user:s3cret@h/7?clientName=worker");
    fixture.call(Call::read(1).timeout(0), "GET a");
    for _ in 0..3 {
        let mut peer = fixture.peers.arrival().await;
        let greeting = peer.handshake(4).await;
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
    peer.greeting(4).await;
    peer.send("%0\r\n+OK\r\n+OK\r\n-ERR DB index is out of range\r\n").await;
    let error = fixture.inbox.failure(1).await;
    assert_eq!(verdict(&error), (ErrorKind::Connection(ConnectionFailure::Handshake), Some(false)));
    assert_eq!(peer.command().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_answers_the_handshake_is_given_up() {
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.arrival().await;
    peer.greeting(3).await;
    let error = within(connected).await.unwrap().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Connection(ConnectionFailure::ConnectTimeout));
    assert!(error.message().contains("handshake"), "{error}");
    assert_eq!(peer.command().await, None);
}

/// A handshake, and the replies of a server that is content, one for each command.
const HANDSHAKES: [(&str, &[&str]); 3] = [
    ("redis://user:s3cret@h/7?clientName=worker", &["%1\r\n+proto\r\n:3\r\n", OK, OK, OK, PONG]),
    ("redis://:s3cret@h/7?clientName=worker&protocol=2", &[OK, OK, OK, OK, OK, PONG]),
    ("redis://h?protocol=2", &[PONG, OK, OK, PONG]),
];
const OK: &str = "+OK\r\n";
const PONG: &str = "+PONG\r\n";

#[tokio::test(start_paused = true)]
async fn a_surplus_reply_at_any_step_of_a_handshake_is_nobody_s_value() {
    for (url, replies) in HANDSHAKES {
        for surplus in [OK, ":1\r\n", "$2\r\nhi\r\n", "%1\r\n+proto\r\n:3\r\n"] {
            for at in 0..replies.len() {
                // In one piece, and each reply by itself.
                for pause in [false, true] {
                    let mut fixture = with_url(url);
                    fixture.call(Call::read(1), "GET a");
                    let mut peer = fixture.peers.arrival().await;
                    peer.greeting(replies.len() - 1).await;
                    let (before, after) = replies.split_at(at);
                    let parts = before.iter().chain([&surplus]).chain(after);
                    let parts: Vec<_> = if pause {
                        parts.copied().map(str::to_owned).collect()
                    } else {
                        vec![parts.copied().collect()]
                    };
                    for part in parts {
                        // The client goes as soon as it has seen the surplus.
                        let _gone = peer.stream.write_all(part.as_bytes()).await;
                        if pause {
                            idle().await;
                        }
                    }
                    let error = fixture.inbox.failure(1).await;
                    let told = verdict(&error);
                    let handshake = ErrorKind::Connection(ConnectionFailure::Handshake);
                    let mut told_so = vec![(ErrorKind::Protocol, Some(false)), (handshake, Some(false))];
                    if at == 0 && url.contains("user:") {
                        // In the place of a greeting it is a refusal: the second one, in RESP2, has no reply here.
                        told_so.push((ErrorKind::Timeout(TimeoutPhase::Queue), Some(false)));
                    }
                    assert!(told_so.contains(&told), "{told:?} for {surplus:?} at {at} of {url}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_surplus_reply_that_comes_before_the_first_command_retires_the_connection() {
    for surplus in [OK, PONG, "+O"] {
        let mut fixture = Fixture::new();
        let connected = fixture.connection.connect();
        let mut peer = fixture.peers.accept().await;
        within(connected).await.unwrap().unwrap();
        peer.send(surplus).await;
        assert_eq!(*fixture.inbox.close().await.kind(), ErrorKind::Protocol);
        assert_eq!(peer.command().await, None);
        fixture.call(Call::read(1), "GET a");
        let mut peer = fixture.peers.accept().await;
        assert_eq!(peer.command().await.unwrap(), "GET a");
        peer.send("+own\r\n").await;
        assert_eq!(fixture.inbox.reply(1).await, status("own"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_replies_to_everything_alike_is_a_server_unless_it_sends_one_reply_too_many() {
    for surplus in [false, true] {
        let mut fixture = with_url("redis://:s3cret@h?protocol=2");
        fixture.call(Call::read(1), "GET a");
        let mut peer = fixture.peers.arrival().await;
        peer.greeting(3).await;
        peer.send(OK.repeat(4)).await;
        if surplus {
            peer.send(OK).await;
        }
        assert_eq!(peer.command().await.unwrap(), "PING");
        peer.send(OK).await;
        if surplus {
            assert_eq!(verdict(&fixture.inbox.failure(1).await), (ErrorKind::Protocol, Some(false)));
        } else {
            assert_eq!(peer.command().await.unwrap(), "GET a");
            peer.send("+own\r\n").await;
            assert_eq!(fixture.inbox.reply(1).await, status("own"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_who_may_not_ping_is_let_through() {
    let mut fixture = Fixture::new();
    fixture.call(Call::read(1), "GET a");
    let mut peer = fixture.peers.arrival().await;
    peer.greeting(3).await;
    peer.send("%0\r\n+OK\r\n+OK\r\n-NOPERM this user has no permissions to run the 'ping' command\r\n").await;
    assert_eq!(peer.command().await.unwrap(), "GET a");
}
