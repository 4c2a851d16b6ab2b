//! Callers whose slots are used again at once, against a queue whose connection is served, cut and held up at random: by turns in
//! one thread, and in two as they are in a process. Each reply names its call, so that one that reaches the wrong slot shows.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod caller;
mod server;

use std::collections::HashMap;
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use bytes::BytesMut;
use fastrand::Rng;
use oxidis_engine::client::Staging;
use oxidis_engine::connection::liveness::Liveness;
use oxidis_engine::connection::queue::{Queue, QueueLimits, RetainOnDisconnect};
use oxidis_engine::connection::read_state::ReadState;
use oxidis_engine::connection::rejection::RedirectPolicy;
use oxidis_engine::connection::replies::reject;
use oxidis_engine::connection::request::{Recipient, TextFormat, Ticket};
use oxidis_engine::error::{ConnectionFailure, Error};
use oxidis_engine::resp::{DecodeLimits, Decoder};
use oxidis_engine::transport::split::DirectWriter;
use oxidis_engine::transport::std_socket::StdSocket;
use oxidis_engine::value::Value;

use crate::caller::{Caller, Inbox, LONG, Word, request};
use crate::server::Server;

/// A connection with its server.
struct Link {
    read_state: ReadState,
    socket: Arc<DirectWriter>,
    reading: StdSocket,
    server: Server,
}

/// The engine's thread, and the server behind the socket.
struct Engine {
    random: Rng,
    queue: Arc<Queue>,
    results: Inbox,
    /// As a loan is shared: the caller's thread may read, too.
    link: Arc<Mutex<Option<Link>>>,
    /// How often each number was noted by a server.
    noted: Arc<Mutex<HashMap<u64, u32>>>,
}

impl Engine {
    fn step(&mut self) {
        let link = Arc::clone(&self.link);
        let mut link = link.lock().unwrap();
        let Some(open) = link.as_mut() else {
            *link = Some(self.connect());
            return;
        };
        let gone = match self.random.u8(0..40) {
            0 => true,
            1..8 => open.read_state.keep_time(&self.queue, &mut self.results).is_err(),
            8..20 => open.server.work(&mut self.random, &self.noted),
            20..30 => open.write(&self.queue),
            _ => open.read(&self.queue, &mut self.results),
        };
        if gone && let Some(lost) = link.take() {
            self.lose(lost);
        }
    }

    fn connect(&mut self) -> Link {
        let (near, far) = UnixStream::pair().unwrap();
        near.set_nonblocking(true).unwrap();
        far.set_nonblocking(true).unwrap();
        let near = StdSocket::Unix(near);
        let reading = near.try_clone().unwrap();
        let socket = Arc::new(DirectWriter::Plain(near));
        self.queue.attach(Arc::clone(&socket), false);
        let liveness = Liveness { probe_after: 0, probe_timeout: 0 };
        let decoder = Decoder::new(DecodeLimits::default()).packing();
        let read_state = ReadState::new(decoder, BytesMut::new(), liveness, RedirectPolicy::TOLD);
        Link { read_state, socket, reading, server: Server::new(far) }
    }

    /// The server may have run more than was read of it.
    fn lose(&mut self, lost: Link) {
        let Link { mut read_state, mut server, .. } = lost;
        if self.random.bool() {
            server.work(&mut self.random, &self.noted);
        }
        drop(server);
        read_state.restore(&self.queue);
        let error = Error::connection(ConnectionFailure::Lost, "cut");
        let results = &mut self.results;
        self.queue.detach(RetainOnDisconnect::Unanswered, |request, outcome, executed| {
            reject(results, request, outcome, &error.clone().executed(executed));
        });
    }
}

impl Link {
    /// Each answers whether the connection is gone.
    fn write(&self, queue: &Queue) -> bool {
        let write = |slices: &[std::io::IoSlice<'_>]| match self.socket.try_write(slices) {
            Ok(count) => Ok(Some(count)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        };
        queue.write_with(write).is_err()
    }

    fn read(&mut self, queue: &Queue, results: &mut Inbox) -> bool {
        match self.read_state.read_from(&mut &self.reading, &mut [0; 4096]) {
            Ok(0) => true,
            Ok(_) => {
                // A server that says what nobody asked for is a failure of this test.
                self.read_state.received(queue, results).unwrap();
                false
            }
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }
}

fn model(seed: u64) -> (Caller, Engine) {
    let limits = QueueLimits {
        offline_commands: Some(1000),
        offline_bytes: 1 << 30,
        in_flight_bytes: 1 << 30,
        postponed_commands: 0,
    };
    let queue = Arc::new(Queue::new(limits));
    let (caller, results) = Caller::new(seed, &queue);
    let random = Rng::with_seed(!seed);
    (caller, Engine { random, queue, results, link: Arc::default(), noted: Arc::default() })
}

/// Nobody calls any more: every call ends, and what callers were told is what servers did.
fn compare(caller: &mut Caller, engine: &mut Engine) {
    while caller.slots.iter().any(Option::is_some) {
        engine.step();
        caller.take_results();
    }
    let noted = engine.noted.lock().unwrap();
    for (number, word) in &caller.words {
        let times = noted.get(number).copied().unwrap_or(0);
        let right = match word {
            Word::Done => times == 1,
            Word::Never => times == 0,
            Word::Maybe => times <= 1,
        };
        assert!(right, "{number} ran {times} times, and its caller was told {word:?}");
    }
}

#[test]
fn by_turns_every_slot_gets_what_is_its_own() {
    for seed in 0..100 {
        let (mut caller, mut engine) = model(seed);
        let mut turns = Rng::with_seed(seed);
        for _ in 0..1_500 {
            if turns.bool() { caller.step() } else { engine.step() }
        }
        compare(&mut caller, &mut engine);
    }
}

#[test]
fn in_two_threads_every_slot_gets_what_is_its_own() {
    for seed in 0..6 {
        let (mut caller, mut engine) = model(seed);
        let (link, queue) = (Arc::clone(&engine.link), Arc::clone(&engine.queue));
        let over = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&over);
        let working = thread::spawn(move || {
            while !until.load(Ordering::Acquire) {
                engine.step();
            }
            engine
        });
        for _ in 0..20_000 {
            caller.step();
            // As where replies are read on the caller's thread, which takes what the other has read before.
            if caller.random.u8(0..4) == 0
                && let Ok(mut link) = link.try_lock()
                && let Some(open) = link.as_mut()
            {
                // The end of the connection is the other thread's to see.
                let _gone = open.read(&queue, &mut caller.results);
            }
        }
        over.store(true, Ordering::Release);
        let mut engine = working.join().unwrap();
        compare(&mut caller, &mut engine);
    }
}

#[test]
fn a_slot_that_was_given_up_and_is_a_later_call_s_by_now_is_left_alone() {
    let (caller, mut engine) = model(0);
    let queue = Arc::clone(&engine.queue);
    let mut link = engine.connect();
    let note = |slot: u32, number: u64, padding: usize| {
        let mut staging = Staging::new();
        staging.begin_raw(3);
        for word in [&b"NOTE"[..], number.to_string().as_bytes(), &vec![b'x'; padding]] {
            staging.argument(word);
        }
        staging
            .commit(request(Recipient::Caller(Ticket { slot, view: TextFormat::Text, prefixed: false }), 0));
        let (bytes, requests) = staging.parts();
        assert!(queue.submit(bytes, requests).is_empty());
    };
    note(1, 10, 0);
    // It does not fit the socket, so that what follows is not written.
    note(3, 30, 2 * LONG);
    note(2, 20, 1_000);
    queue.give_up(1);
    let mut random = Rng::with_seed(0);
    let first = loop {
        link.server.work(&mut random, &engine.noted);
        link.read(&queue, &mut engine.results);
        if let Ok(settled) = caller.inbox.try_recv() {
            break settled;
        }
    };
    assert_eq!((first.0, first.1), (1, vec![Value::Bulk("10".into())]));
    note(1, 40, 0);
    assert!(queue.withdraw(2));
    link.read_state.keep_time(&queue, &mut engine.results).unwrap();
    assert!(caller.inbox.try_recv().is_err(), "nobody has given this call up");
    let mut others = Vec::new();
    while others.len() < 2 {
        link.write(&queue);
        link.server.work(&mut random, &engine.noted);
        link.read(&queue, &mut engine.results);
        others.extend(caller.inbox.try_iter().map(|(slot, replies, _)| (slot, replies)));
    }
    assert_eq!(others, [(3, vec![Value::Bulk("30".into())]), (1, vec![Value::Bulk("40".into())])]);
}
