//! A panic on the engine's thread rejects what it interrupted; nobody hangs and later commands work.

use oxidis_engine::error::{Error, ErrorKind};

use crate::fixture::{Call, Fixture, LOST, Setting, status, verdict, within};
use crate::peer::Fate;

fn assert_internal(error: &Error, maybe_executed: bool) {
    assert_eq!(verdict(error), (ErrorKind::Internal, Some(maybe_executed)));
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

async fn assert_works_again(fixture: &mut Fixture) {
    fixture.call(Call::read(100), "GET z");
    let mut peer = fixture.peers.accept().await;
    assert_eq!(peer.command().await.unwrap(), "GET z");
    peer.send("+fine\r\n").await;
    assert_eq!(fixture.inbox.reply(100).await, status("fine"));
    fixture.inbox.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_panic_over_a_reply_rejects_it_and_all_behind_it() {
    let mut fixture = Fixture::new();
    fixture.inbox.panic_at(2);
    let calls = [1, 2, 3].map(|slot| (Call::read(slot), "GET a"));
    fixture.submit_together(&calls);
    let mut peer = fixture.peers.accept().await;
    peer.commands(3).await;
    peer.send("+one\r\n+two\r\n+three\r\n").await;
    assert_eq!(fixture.inbox.reply(1).await, status("one"));
    for slot in [2, 3] {
        assert_internal(&fixture.inbox.failure(slot).await, true);
    }
    assert_eq!(peer.command().await, None);
    assert_eq!(fixture.inbox.events().await, ["connect", "ready", "end"]);
    assert_works_again(&mut fixture).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_over_a_large_reply_rejects_it() {
    let mut fixture = Fixture::new();
    fixture.inbox.panic_at(1);
    let calls = [1, 2].map(|slot| (Call::read(slot), "GET a"));
    fixture.submit_together(&calls);
    let mut peer = fixture.peers.accept().await;
    peer.commands(2).await;
    peer.send(format!("$100000\r\n{}\r\n+two\r\n", "x".repeat(100_000))).await;
    for slot in [1, 2] {
        assert_internal(&fixture.inbox.failure(slot).await, true);
    }
    assert_works_again(&mut fixture).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_over_a_deadline_rejects_all_that_are_in_flight() {
    let mut fixture = Fixture::new();
    fixture.inbox.panic_at(2);
    let calls = [1, 2, 3].map(|slot| (Call::write(slot).timeout(50), "INCR a"));
    fixture.submit_together(&calls);
    fixture.call(Call::write(4).timeout(0), "INCR b");
    let mut peer = fixture.peers.accept().await;
    peer.commands(4).await;
    assert!(matches!(fixture.inbox.failure(1).await.kind(), ErrorKind::Timeout(_)));
    for slot in [2, 3, 4] {
        assert_internal(&fixture.inbox.failure(slot).await, true);
    }
    assert_works_again(&mut fixture).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_over_a_deadline_without_a_connection_rejects_all_that_wait() {
    let mut fixture = Fixture::with(Setting { fates: vec![Fate::Hangs], ..Setting::default() });
    fixture.inbox.panic_at(2);
    let calls = [1, 2, 3].map(|slot| (Call::write(slot).timeout(50), "INCR a"));
    fixture.submit_together(&calls);
    fixture.call(Call::write(4).timeout(0), "INCR b");
    assert!(matches!(fixture.inbox.failure(1).await.kind(), ErrorKind::Timeout(_)));
    for slot in [2, 3, 4] {
        assert_internal(&fixture.inbox.failure(slot).await, false);
    }
    assert_works_again(&mut fixture).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_over_a_lost_command_rejects_the_others() {
    let mut fixture = Fixture::new();
    fixture.inbox.panic_at(2);
    fixture.submit_together(&[
        (Call::write(1), "INCR a"),
        (Call::write(2), "INCR b"),
        (Call::read(3), "GET c"),
        (Call::write(4), "INCR d"),
    ]);
    let mut peer = fixture.peers.accept().await;
    peer.commands(4).await;
    drop(peer);
    assert_eq!(verdict(&fixture.inbox.failure(1).await), (LOST, Some(true)));
    for slot in [2, 3, 4] {
        assert_internal(&fixture.inbox.failure(slot).await, true);
    }
    assert_works_again(&mut fixture).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_closes_or_connects_meanwhile_is_answered() {
    let mut fixture = Fixture::new();
    fixture.inbox.panic_at(1);
    fixture.call(Call::read(1), "GET a");
    let mut peer = fixture.peers.accept().await;
    peer.command().await.unwrap();
    let closed = fixture.connection.close(oxidis_engine::connection::driver::Shutdown::Drain);
    peer.send("+one\r\n").await;
    assert_internal(&fixture.inbox.failure(1).await, true);
    within(closed).await.unwrap();
    assert!(!fixture.connection.is_active());
}
