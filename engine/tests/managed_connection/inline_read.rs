//! Connections whose reading side is lent to the thread that submits, over real sockets.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::client::{Client, ReplySinkFactory, Staging};
use oxidis_engine::config::Options;
use oxidis_engine::connection::driver::Shutdown;
use oxidis_engine::connection::inline_read::read_handoff::{ReadHandoff, WatchAction};
use oxidis_engine::connection::request::{ConnectionEvent, Reply, ReplyCollector, ReplySink, Ticket};
use oxidis_engine::error::{Error, ErrorKind, TimeoutPhase};
use oxidis_engine::value::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{advance, pause, resume};

use crate::fixture::{Call, LOST, verdict, within};
use crate::inbox::{Inbox, Recorder};
use crate::peer::Peer;

/// So many commands one by one are enough for a loan.
const LONELY: u32 = 40;

/// A receiver that borrows.
struct Borrower {
    recorder: Recorder,
    loans: UnboundedSender<Arc<ReadHandoff>>,
}

impl ReplySinkFactory for Borrower {
    fn open(&self) -> Box<dyn ReplySink> {
        Box::new(Self { recorder: self.recorder.clone(), loans: self.loans.clone() })
    }
}

impl ReplySink for Borrower {
    fn reply(&mut self, ticket: Ticket, reply: Reply<'_>) {
        self.recorder.reply(ticket, reply);
    }

    fn error(&mut self, ticket: Ticket, error: &Error) {
        self.recorder.error(ticket, error);
    }

    fn batch(&mut self, ticket: Ticket, replies: Box<dyn ReplyCollector>, broken: Option<&Error>) {
        self.recorder.batch(ticket, replies, broken);
    }

    fn event(&mut self, event: ConnectionEvent) {
        self.recorder.event(event);
    }

    fn flush(&mut self) {}

    fn accepts_handoff(&self) -> bool {
        true
    }

    fn hand_off(&mut self, handoff: Arc<ReadHandoff>) {
        // The test may have ended.
        drop(self.loans.send(handoff));
    }
}

/// A client whose connection is lent to the test.
struct Lent {
    client: Client,
    peer: Peer<TcpStream>,
    listener: TcpListener,
    inbox: Inbox,
    recorder: Recorder,
    loans: UnboundedReceiver<Arc<ReadHandoff>>,
    handoff: Arc<ReadHandoff>,
}

impl Lent {
    async fn new(parameters: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}?{parameters}", listener.local_addr().unwrap());
        let (mut inbox, recorder) = Inbox::new();
        let (sender, mut loans) = unbounded_channel();
        let mailbox: Arc<dyn ReplySinkFactory> =
            Arc::new(Borrower { recorder: recorder.clone(), loans: sender });
        let client = Client::new(Options::from_url(&url).unwrap(), &mailbox, &Handle::current()).unwrap();
        let (connected, mut peer) = tokio::join!(client.connect(), accept(&listener));
        connected.unwrap();
        let mut handoff = None;
        for number in 0..LONELY {
            submit(&client, &[(Call::write(number), "INCR n")]);
            peer.command().await.unwrap();
            peer.send(format!(":{number}\r\n")).await;
            tokio::select! {
                (slot, result) = inbox.settled() => assert_eq!((slot, result.unwrap()), (number, Value::Int(number.into()))),
                handed_off = loans.recv() => {
                    handoff = handed_off;
                    break;
                }
            }
        }
        let mut handed_off =
            Self { client, peer, listener, inbox, recorder, loans, handoff: handoff.unwrap() };
        handed_off.catch_up().await;
        handed_off
    }

    /// Reads what was on its way when the reading side changed hands.
    async fn catch_up(&mut self) {
        within(async {
            while self.client.connections().all()[0].queue().bytes() > 0 {
                self.read();
                tokio::task::yield_now().await;
            }
        })
        .await;
        while self.inbox.try_settled().is_some() {}
    }

    fn submit(&self, calls: &[(Call, &str)]) {
        submit(&self.client, calls);
    }

    /// One read by the borrower.
    fn read(&self) -> WatchAction {
        self.handoff.read(&mut self.recorder.clone())
    }

    /// Reads until the loan is over.
    async fn read_to_the_end(&self) {
        within(async {
            while self.read() == WatchAction::On {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Reads until a call has ended, well.
    async fn settled(&mut self) -> (u32, Value) {
        within(async {
            loop {
                self.read();
                if let Some((slot, result)) = self.inbox.try_settled() {
                    return (slot, result.unwrap());
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }
}

fn submit(client: &Client, calls: &[(Call, &str)]) {
    let mut staging = Staging::new();
    for (call, command) in calls {
        call.stage(&mut staging, command);
    }
    let (bytes, requests) = staging.parts();
    client.connections().all()[0].submit(bytes, requests);
}

async fn accept(listener: &TcpListener) -> Peer<TcpStream> {
    let mut peer = Peer::new(listener.accept().await.unwrap().0);
    peer.handshake(3).await;
    peer
}

#[tokio::test]
async fn the_borrower_reads_what_it_asked_for() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    for number in 0..100 {
        handed_off.submit(&[(Call::read(number), "GET a")]);
        handed_off.peer.command().await.unwrap();
        handed_off.peer.send(format!(":{number}\r\n")).await;
        assert_eq!(handed_off.settled().await, (number, Value::Int(number.into())));
    }
}

#[tokio::test]
async fn a_reply_in_pieces_is_put_together() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    let long = "x".repeat(100_000);
    for text in ["piecemeal", &long] {
        handed_off.submit(&[(Call::read(1), "GET a")]);
        handed_off.peer.command().await.unwrap();
        let reply = format!("${}\r\n{text}\r\n", text.len());
        for piece in reply.as_bytes().chunks(reply.len().div_ceil(7)) {
            handed_off.peer.send(piece).await;
            assert_eq!(handed_off.read(), WatchAction::On);
        }
        assert_eq!(handed_off.settled().await.1, crate::fixture::bulk(text));
    }
}

#[tokio::test]
async fn many_commands_at_once_are_read_by_the_engine_again() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    let calls: Vec<_> = (0..100).map(|number| (Call::read(number), "GET a")).collect();
    handed_off.submit(&calls);
    handed_off.peer.commands(100).await;
    for number in 0..100 {
        handed_off.peer.send(format!(":{number}\r\n")).await;
    }
    // Nobody reads but the engine.
    for number in 0..100 {
        assert_eq!(handed_off.inbox.reply(number).await, Value::Int(number.into()));
    }
    assert_eq!(handed_off.read(), WatchAction::Off);
}

#[tokio::test]
async fn commands_one_by_one_are_lent_again_after_that() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    let calls: Vec<_> = (0..100).map(|number| (Call::read(number), "GET a")).collect();
    handed_off.submit(&calls);
    handed_off.peer.commands(100).await;
    handed_off.peer.send(":1\r\n".repeat(100)).await;
    for number in 0..100 {
        handed_off.inbox.reply(number).await;
    }
    for number in 0.. {
        handed_off.submit(&[(Call::read(number), "GET a")]);
        handed_off.peer.command().await.unwrap();
        handed_off.peer.send(":1\r\n").await;
        assert!(number < LONELY, "not lent again");
        tokio::select! {
            _ = handed_off.inbox.settled() => {}
            handoff = handed_off.loans.recv() => {
                handed_off.handoff = handoff.unwrap();
                break;
            }
        }
    }
    handed_off.catch_up().await;
    handed_off.submit(&[(Call::read(1000), "GET a")]);
    handed_off.peer.command().await.unwrap();
    handed_off.peer.send(":5\r\n").await;
    assert_eq!(handed_off.settled().await, (1000, Value::Int(5)));
}

#[tokio::test]
async fn a_borrower_that_is_busy_gets_the_replies_that_came_in_time() {
    const CALLS: u32 = 4;
    let mut handed_off = Lent::new("commandTimeout=100").await;
    let value = "v".repeat(60_000);
    // More than one read, of which the borrower makes none; and the engine's thread does nothing else before the deadline.
    let replies = format!("${}\r\n{value}\r\n", value.len()).repeat(CALLS as usize);
    pause();
    handed_off.submit(&[0, 1, 2, 3].map(|slot| (Call::read(slot).timeout(100), "GET a")));
    let mut sent = 0;
    while sent < replies.len() {
        sent += handed_off.peer.stream.try_write(&replies.as_bytes()[sent..]).unwrap();
    }
    advance(Duration::from_millis(150)).await;
    for slot in 0..CALLS {
        assert_eq!(handed_off.inbox.reply(slot).await, crate::fixture::bulk(&value));
    }
}

#[tokio::test]
async fn deadlines_are_kept_while_the_borrower_reads() {
    let mut handed_off = Lent::new("commandTimeout=60000").await;
    pause();
    handed_off.submit(&[(Call::write(1).timeout(50), "INCR a")]);
    let (slot, result) = handed_off.inbox.settled().await;
    resume();
    handed_off.peer.command().await.unwrap();
    let error = result.unwrap_err();
    assert_eq!(
        (slot, error.kind(), error.maybe_executed()),
        (1, &ErrorKind::Timeout(TimeoutPhase::Server), Some(true))
    );
    // The late reply is drained, and the next one finds its own command.
    handed_off.submit(&[(Call::read(2).timeout(0), "GET b")]);
    handed_off.peer.command().await.unwrap();
    handed_off.peer.send(":1\r\n:2\r\n").await;
    assert_eq!(handed_off.settled().await, (2, Value::Int(2)));
}

#[tokio::test]
async fn the_end_of_the_connection_is_told_and_the_next_one_works() {
    let mut handed_off = Lent::new("commandTimeout=0&reconnect.initialDelay=1").await;
    handed_off.submit(&[(Call::write(1), "INCR a")]);
    handed_off.peer.command().await.unwrap();
    tokio::io::AsyncWriteExt::shutdown(&mut handed_off.peer.stream).await.unwrap();
    handed_off.read_to_the_end().await;
    let (slot, result) = handed_off.inbox.settled().await;
    assert_eq!((slot, verdict(&result.unwrap_err())), (1, (LOST, Some(true))));
    let mut next = accept(&handed_off.listener).await;
    handed_off.submit(&[(Call::read(2), "GET b")]);
    next.command().await.unwrap();
    next.send(":2\r\n").await;
    assert_eq!(handed_off.inbox.reply(2).await, Value::Int(2));
}

#[tokio::test]
async fn a_malformed_reply_ends_the_connection_and_reaches_nobody() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    handed_off.submit(&[(Call::write(1), "INCR a"), (Call::write(2), "INCR b")]);
    handed_off.peer.commands(2).await;
    handed_off.peer.send(":1\r\n?\r\n").await;
    handed_off.read_to_the_end().await;
    assert_eq!(handed_off.inbox.reply(1).await, Value::Int(1));
    let error = handed_off.inbox.failure(2).await;
    assert_eq!(verdict(&error), (ErrorKind::Protocol, Some(true)));
    assert_eq!(handed_off.peer.command().await, None, "the socket is still open");
}

#[tokio::test]
async fn a_surplus_reply_ends_the_connection() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    handed_off.peer.send("+surplus\r\n").await;
    handed_off.read_to_the_end().await;
    assert_eq!(handed_off.inbox.close().await.kind(), &ErrorKind::Protocol);
    handed_off.inbox.assert_empty();
}

#[tokio::test]
async fn what_the_socket_does_not_take_at_once_is_written_all_the_same() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    let large = format!("SET a {}", "x".repeat(16 * 1024 * 1024));
    handed_off.submit(&[(Call::write(1), &large)]);
    assert_eq!(handed_off.peer.command().await.as_deref(), Some(&*large));
    handed_off.peer.send("+OK\r\n").await;
    assert_eq!(handed_off.inbox.reply(1).await, crate::fixture::status("OK"));
}

#[tokio::test]
async fn a_panic_of_the_receiver_fails_what_was_in_flight() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    handed_off.submit(&[(Call::write(1), "INCR a"), (Call::write(2), "INCR b")]);
    handed_off.peer.commands(2).await;
    handed_off.inbox.panic_at(1);
    handed_off.peer.send(":1\r\n:2\r\n").await;
    within(async {
        while catch_unwind(AssertUnwindSafe(|| handed_off.read())).is_ok_and(|watch| watch == WatchAction::On)
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    handed_off.handoff.give_back();
    for slot in [1, 2] {
        let error = handed_off.inbox.failure(slot).await;
        assert_eq!(error.kind(), &ErrorKind::Internal);
    }
}

#[tokio::test]
async fn a_client_closes_while_its_connection_is_lent() {
    for shutdown in [Shutdown::Drain, Shutdown::Immediate] {
        let handed_off = Lent::new("commandTimeout=0").await;
        within(handed_off.client.close(shutdown)).await;
        assert_eq!(handed_off.read(), WatchAction::Off);
        let Lent { handoff, mut peer, .. } = handed_off;
        // The borrower's handle is the last one.
        drop(handoff);
        assert_eq!(peer.command().await, None);
        drop(handed_off.client);
    }
}

#[tokio::test]
async fn draining_waits_for_what_the_borrower_would_have_read() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    handed_off.submit(&[(Call::read(1), "GET a")]);
    handed_off.peer.command().await.unwrap();
    let closed = handed_off.client.close(Shutdown::Drain);
    handed_off.peer.send(":1\r\n").await;
    within(closed).await;
    assert_eq!(handed_off.inbox.reply(1).await, Value::Int(1));
}

#[tokio::test]
async fn a_borrower_that_gives_back_loses_nothing() {
    let mut handed_off = Lent::new("commandTimeout=0").await;
    handed_off.submit(&[(Call::read(1), "GET a")]);
    handed_off.peer.command().await.unwrap();
    handed_off.peer.send("$5\r\nhal").await;
    assert_eq!(handed_off.read(), WatchAction::On);
    handed_off.handoff.give_back();
    handed_off.peer.send("ve\r\n").await;
    assert_eq!(handed_off.inbox.reply(1).await, crate::fixture::bulk("halve"));
}
