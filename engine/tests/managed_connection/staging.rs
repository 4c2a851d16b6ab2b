//! Commands are encoded in place: arguments of every header length, given up ones, and the words of a raw name.

use oxidis_engine::client::Staging;
use oxidis_engine::resp::encode;

use crate::fixture::Call;

/// Lengths at which a header grows by a digit, and those around a buffer's and a block's size.
const LENGTHS: [usize; 16] =
    [0, 1, 9, 10, 11, 99, 100, 101, 999, 1_000, 1_001, 4_095, 9_999, 10_000, 65_535, 1_048_576];

fn argument(length: usize) -> Vec<u8> {
    (0..length).map(|at| b'a' + u8::try_from(at % 26).unwrap()).collect()
}

/// Fills a slot as a binding does: no more than there is room for.
fn fill(mut slot: oxidis_engine::client::ArgumentSlot<'_>, bytes: &[u8]) {
    let (_, room) = slot.room(bytes.len());
    assert_eq!(room, bytes.len());
    let address = slot.vector().as_ptr();
    slot.vector().extend_from_slice(bytes);
    assert_eq!(slot.content(), bytes);
    assert_eq!(slot.vector().as_ptr(), address, "there was room");
    slot.finish();
}

/// What is handed over once the command that was begun is complete.
fn handed_over(mut staging: Staging) -> Vec<u8> {
    Call::read(1).complete(&mut staging);
    staging.parts().0.clone()
}

fn expected(args: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    encode::command(&mut out, args);
    out
}

#[test]
fn arguments_of_every_header_length_are_encoded_in_place() {
    for first in LENGTHS {
        for second in LENGTHS {
            let (first, second) = (argument(first), argument(second));
            let mut staging = Staging::new();
            staging.begin_raw(3);
            fill(staging.slot_for(first.len(), first.len()), &first);
            fill(staging.slot_for(second.len(), second.len()), &second);
            staging.argument(b"end");
            let whole = expected(&[&first, &second, b"end"]);
            assert_eq!(staging.command_bytes(), whole.len());
            assert!(handed_over(staging) == whole, "{} and {}", first.len(), second.len());
        }
    }
}

#[test]
fn a_small_slot_takes_short_arguments_and_says_how_long_they_may_be() {
    let mut staging = Staging::new();
    staging.begin_raw(1);
    let room = staging.slot().room(usize::MAX).1;
    assert!(room >= 900, "{room}");
    for length in LENGTHS.into_iter().filter(|&length| length <= 900) {
        let mut staging = Staging::new();
        staging.begin_raw(1);
        fill(staging.slot(), &argument(length));
        assert_eq!(handed_over(staging), expected(&[&argument(length)]));
    }
}

#[test]
fn an_argument_shorter_than_its_slot_is_as_long_as_it_is() {
    for length in LENGTHS {
        let argument = argument(length);
        let mut staging = Staging::new();
        staging.begin_raw(1);
        let mut slot = staging.slot_for(2 * length, 3 * length + 10);
        slot.vector().extend_from_slice(&argument);
        slot.finish();
        assert!(handed_over(staging) == expected(&[&argument]), "{length}");
    }
}

#[test]
fn a_slot_that_is_given_up_leaves_no_trace() {
    let mut staging = Staging::new();
    staging.begin_raw(1);
    let mut slot = staging.slot();
    slot.vector().extend_from_slice(b"half");
    drop(slot);
    staging.argument(b"PING");
    assert_eq!(handed_over(staging), expected(&[b"PING"]));
}

#[test]
fn a_command_that_is_given_up_leaves_the_ones_before_it() {
    let mut staging = Staging::new();
    Call::read(1).stage(&mut staging, "GET a");
    staging.begin_raw(2);
    staging.argument(b"SET");
    fill(staging.slot_for(1_048_576, 1_048_576), &argument(1_048_576));
    staging.abandon();
    Call::read(2).stage(&mut staging, "GET b");
    assert_eq!(staging.commands(), 2);
    let (bytes, requests) = staging.parts();
    let (a, b) = (expected(&[b"GET", b"a"]), expected(&[b"GET", b"b"]));
    assert_eq!(*bytes, [&a[..], &b].concat());
    let lengths: Vec<_> = requests.iter().map(|request| request.length as usize).collect();
    assert_eq!(lengths, [a.len(), b.len()]);
}

#[test]
fn a_name_of_several_words_is_put_before_the_arguments() {
    let mut staging = Staging::new();
    staging.begin(b"$6\r\nCONFIG\r\n$3\r\nGET\r\n", 2, 1);
    staging.argument(b"maxmemory");
    assert_eq!(staging.words(), (&b"CONFIG"[..], &b"GET"[..]));
    assert_eq!(handed_over(staging), expected(&[b"CONFIG", b"GET", b"maxmemory"]));
}

#[test]
fn the_words_of_a_raw_command_are_its_first_two_arguments() {
    let cases = [
        (vec![], ["", ""]),
        (vec!["PING"], ["PING", ""]),
        (vec!["", "x"], ["", "x"]),
        (vec!["a\r\n$9\r\n", "\n"], ["a\r\n$9\r\n", "\n"]),
        (vec!["xinfo", "stream", "key"], ["xinfo", "stream"]),
    ];
    for (arguments, [first, second]) in cases {
        let mut staging = Staging::new();
        Call::read(1).stage(&mut staging, "GET before");
        staging.begin_raw(arguments.len());
        for argument in arguments {
            staging.argument(argument.as_bytes());
        }
        assert_eq!(staging.words(), (first.as_bytes(), second.as_bytes()));
    }
}

#[test]
fn long_names_do_not_hide_the_second_word() {
    let long = argument(70_000);
    let mut staging = Staging::new();
    staging.begin_raw(2);
    staging.argument(&long);
    staging.argument(b"second");
    assert!(staging.words() == (&long[..], &b"second"[..]));
}

#[test]
fn what_was_begun_and_neither_completed_nor_given_up_is_never_handed_over() {
    let mut staging = Staging::new();
    Call::read(1).stage(&mut staging, "GET a");
    staging.begin_unit();
    staging.begin_next(b"", 0, 1);
    staging.argument(b"FLUSHALL");
    Call::read(2).stage(&mut staging, "GET b");
    staging.begin_raw(1);
    staging.argument(b"FLUSHALL");
    let (bytes, requests) = staging.parts();
    assert_eq!(*bytes, [expected(&[b"GET", b"a"]), expected(&[b"GET", b"b"])].concat());
    assert_eq!(requests.len(), 2);
    bytes.clear();
    requests.clear();
    Call::read(3).stage(&mut staging, "GET c");
    assert_eq!(*staging.parts().0, expected(&[b"GET", b"c"]));
}
