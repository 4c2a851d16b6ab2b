//! Large strings are read into memory of their own: exactly, wherever they are cut.

use oxidis_engine::command::Shape;
use oxidis_engine::error::ErrorKind;
use oxidis_engine::resp::LARGE_BULK;
use oxidis_engine::value::Value;

use crate::fixture::{Call, Fixture, bulk, idle, status, verdict, within};

/// Bytes that tell when two of them are exchanged.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

fn frame(content: &[u8]) -> Vec<u8> {
    [format!("${}\r\n", content.len()).as_bytes(), content, b"\r\n"].concat()
}

#[tokio::test(start_paused = true)]
async fn strings_around_the_threshold_and_beyond_arrive_exactly() {
    let sizes = [
        LARGE_BULK - 2,
        LARGE_BULK - 1,
        LARGE_BULK,
        LARGE_BULK + 1,
        LARGE_BULK + 2,
        2 * LARGE_BULK,
        (1 << 20) - 1,
        1 << 20,
        (1 << 20) + 1,
        9 << 20,
    ];
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    for (slot, size) in (0..).step_by(2).zip(sizes) {
        fixture.submit_together(&[(Call::read(slot), "GET a"), (Call::read(slot + 1), "GET b")]);
        peer.commands(2).await;
        let content = content(size);
        peer.send([&frame(&content)[..], b"+after\r\n"].concat()).await;
        assert!(fixture.inbox.reply(slot).await == bulk(content), "{size} bytes");
        assert_eq!(fixture.inbox.reply(slot + 1).await, status("after"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_string_is_the_same_wherever_it_is_cut() {
    let content = content(LARGE_BULK);
    let header = format!("${LARGE_BULK}\r\n").len();
    let wire = [&b"+before\r\n"[..], &frame(&content), b"+after\r\n"].concat();
    let start = b"+before\r\n".len();
    let end = start + header + LARGE_BULK;
    let mut cuts: Vec<usize> = (start - 3..start + header + 3).collect();
    cuts.push(start + header + LARGE_BULK / 2);
    cuts.extend(end - 3..=wire.len());
    let mut fixture = Fixture::new();
    let connected = fixture.connection.connect();
    let mut peer = fixture.peers.accept().await;
    within(connected).await.unwrap().unwrap();
    let mut slot = 0;
    for (index, &first) in cuts.iter().enumerate() {
        for &second in &cuts[index..] {
            let calls = [slot, slot + 1, slot + 2].map(|slot| (Call::read(slot), "GET a"));
            fixture.submit_together(&calls);
            peer.commands(3).await;
            for part in [&wire[..first], &wire[first..second], &wire[second..]] {
                peer.send(part).await;
                idle().await;
            }
            assert_eq!(fixture.inbox.reply(slot).await, status("before"));
            assert!(fixture.inbox.reply(slot + 1).await == bulk(&content), "cut at {first} and {second}");
            assert_eq!(fixture.inbox.reply(slot + 2).await, status("after"));
            slot += 3;
        }
    }
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_large_string_without_its_line_end_retires_the_connection() {
    for end in [&b"xx"[..], b"\rx", b"x\n", b"\n\r"] {
        for cut in [0, 1, 2] {
            let mut fixture = Fixture::new();
            let calls = [1, 2].map(|slot| (Call::read(slot), "GET a"));
            fixture.submit_together(&calls);
            let mut peer = fixture.peers.accept().await;
            peer.commands(2).await;
            peer.send(format!("${LARGE_BULK}\r\n")).await;
            idle().await;
            peer.send(content(LARGE_BULK)).await;
            let (now, later) = end.split_at(cut);
            peer.send(now).await;
            idle().await;
            peer.send(later).await;
            for slot in [1, 2] {
                let error = fixture.inbox.failure(slot).await;
                assert_eq!(verdict(&error), (ErrorKind::Protocol, Some(true)));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_string_takes_the_shape_of_its_command() {
    let mut fixture = Fixture::new();
    fixture.submit_together(&[
        (Call::read(1).shaped(&Shape::Text), "GET a"),
        (Call::read(2).shaped(&Shape::Binary), "DUMP a"),
        (Call::read(3).shaped(&Shape::Word), "INFO a"),
        (Call::read(4).shaped(&Shape::Double), "GET a"),
    ]);
    let mut peer = fixture.peers.accept().await;
    peer.commands(4).await;
    let content = vec![b'7'; LARGE_BULK];
    for _ in 0..4 {
        let wire = frame(&content);
        let (header, rest) = wire.split_at(10);
        peer.send(header).await;
        idle().await;
        peer.send(rest).await;
    }
    assert!(fixture.inbox.reply(1).await == bulk(&content));
    assert!(fixture.inbox.reply(2).await == bulk(&content));
    assert!(fixture.inbox.reply(3).await == Value::Status(content.into()));
    assert_eq!(fixture.inbox.reply(4).await, Value::Double(f64::INFINITY));
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_the_late_large_reply_of_a_timed_out_command() {
    let mut fixture = Fixture::new();
    fixture.submit_together(&[(Call::read(1).timeout(50), "GET a"), (Call::read(2), "GET b")]);
    let mut peer = fixture.peers.accept().await;
    peer.commands(2).await;
    let wire = frame(&content(LARGE_BULK));
    let (now, later) = wire.split_at(LARGE_BULK / 2);
    peer.send(now).await;
    fixture.inbox.failure(1).await;
    peer.send(later).await;
    peer.send("+two\r\n").await;
    assert_eq!(fixture.inbox.reply(2).await, status("two"));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_within_a_large_string_is_lost() {
    let mut fixture = Fixture::new();
    fixture.call(Call::read(1), "GET a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let content = content(LARGE_BULK);
    peer.send(&frame(&content)[..LARGE_BULK]).await;
    idle().await;
    drop(peer);
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "GET a");
    peer.send(frame(&content)).await;
    assert!(fixture.inbox.reply(1).await == bulk(content));
}
