//! Lists.

use crate::command::argument::{
    KEY, KEYS, Kind, Part, Part::Count, PhrasePiece, Unit, VALUE, companion, many, maybe, one, options,
    phrase, value,
};
use crate::command::row::{ConnectionUse, Row, Since, read, since, when, write};
use crate::command::shape::{OK, Shape, TEXT_OR_NULL};

const ELEMENTS: Part = many("elements", Kind::Text);
const SOURCE: Part = one("source", Kind::Key);
const DESTINATION: Part = one("destination", Kind::Key);
const SECONDS: Part = one("timeout", Kind::Timeout(Unit::Seconds));
const SIDES: Kind = Kind::Choice(&["left", "right"]);
const WHERE: Part = one("where", SIDES);
const FROM: Part = one("from", SIDES);
const TO: Part = one("to", SIDES);
const START: Part = one("start", Kind::Int);
const STOP: Part = one("stop", Kind::Int);

const WITH_COUNT: u8 = 1;
const HOW_MANY: Part = maybe("count", Kind::Int, WITH_COUNT);
const UP_TO: Part = options(&[value("count", "COUNT", Kind::Int, "How many to take at most; 1 by default.")]);

const TEXTS: Shape = Shape::List(&Shape::Text);
/// The key that had something, and what it was.
const POPPED: Shape =
    Shape::OrNull(&Shape::Typed("[key: T, element: T]", &Shape::Tuple(&[Shape::Key, Shape::Text])));
const POPPED_MANY: Shape =
    Shape::OrNull(&Shape::Typed("[key: T, elements: T[]]", &Shape::Tuple(&[Shape::Key, TEXTS])));

const MOVED: Shape = Shape::OrNull(&TEXTS);
const HOW_MANY_MOVE: Part = options(&[
    phrase("count", "COUNT", IN_ORDER, "Moves so many elements at most; 1 by default.").excludes(1),
    phrase("exactly", "EXACTLY", IN_ORDER, "Moves so many elements or none.").excludes(1),
    companion(
        "order",
        Kind::Choice(&["bulk", "obo"]),
        "With `count` or `exactly`: 'bulk' keeps their order and is the default, 'obo' moves one by one.",
    ),
]);
const IN_ORDER: &[PhrasePiece] =
    &[PhrasePiece::Own(Kind::Int), PhrasePiece::Or { option: "order", word: "BULK" }];

pub(super) const ROWS: &[Row] = &[
    write("BLMOVE", since("6.2.0"), "Moves an element from one list to another like `lmove`, and waits for one if needed. Returns null after the timeout in seconds.")
        .takes(&[SOURCE, DESTINATION, FROM, TO, SECONDS])
        .gives(&TEXT_OR_NULL)
        .on(ConnectionUse::Dedicated),
    write(
        "BLMOVEM",
        Since::redis("8.10.0"),
        "Moves elements like `lmovem`, and waits for enough of them if needed. Returns null after the timeout in seconds.",
    )
    .takes(&[SOURCE, DESTINATION, FROM, TO, SECONDS, HOW_MANY_MOVE])
    .gives(&MOVED)
    .on(ConnectionUse::Dedicated),
    write("BLMPOP", since("7.0.0"), "Removes and returns elements like `lmpop`, and waits for some if needed. Returns null after the timeout in seconds.")
        .takes(&[SECONDS, Count, KEYS, WHERE, UP_TO])
        .gives(&POPPED_MANY)
        .on(ConnectionUse::Dedicated),
    write(
        "BLPOP",
        since("2.0.0"),
        "Removes and returns the first element of the first list that is not empty, and waits for one if needed. Returns null after the timeout in seconds.",
    )
    .takes(&[KEYS, SECONDS])
    .gives(&POPPED)
    .on(ConnectionUse::Dedicated),
    write(
        "BRPOP",
        since("2.0.0"),
        "Removes and returns the last element of the first list that is not empty, and waits for one if needed. Returns null after the timeout in seconds.",
    )
    .takes(&[KEYS, SECONDS])
    .gives(&POPPED)
    .on(ConnectionUse::Dedicated),
    write("BRPOPLPUSH", since("2.2.0"), "Moves an element like `rpoplpush`, and waits for one if needed. Returns null after the timeout in seconds.")
        .takes(&[SOURCE, DESTINATION, SECONDS])
        .gives(&TEXT_OR_NULL)
        .on(ConnectionUse::Dedicated),
    read("LINDEX", since("1.0.0"), "Returns the element at an index, or null. -1 is the last element.")
        .takes(&[KEY, one("index", Kind::Int)])
        .gives(&TEXT_OR_NULL),
    write(
        "LINSERT",
        since("2.2.0"),
        "Inserts an element before or after another one. Returns the new length, -1 if there is no such element, or 0 if there is no such key.",
    )
    .takes(&[
        KEY,
        one("where", Kind::Choice(&["before", "after"])),
        one("pivot", Kind::Text),
        one("element", Kind::Text),
    ])
    .gives(&Shape::Int),
    read("LLEN", since("1.0.0"), "Returns the length of a list.").takes(&[KEY]).gives(&Shape::Int),
    write("LMOVE", since("6.2.0"), "Moves an element from one end of a list to one end of another. Returns the element, or null.")
        .takes(&[SOURCE, DESTINATION, FROM, TO])
        .gives(&TEXT_OR_NULL),
    write(
        "LMOVEM",
        Since::redis("8.10.0"),
        "Moves elements from one end of a list to one of another. Returns them, or null.",
    )
    .takes(&[SOURCE, DESTINATION, FROM, TO, HOW_MANY_MOVE])
    .gives(&MOVED),
    write("LMPOP", since("7.0.0"), "Removes and returns elements from one end of the first list that is not empty.")
        .takes(&[Count, KEYS, WHERE, UP_TO])
        .gives(&POPPED_MANY),
    write("LPOP", since("1.0.0"), "Removes and returns the first element of a list, or the first few.")
        .takes(&[KEY, HOW_MANY])
        .but(&[when(WITH_COUNT, &Shape::OrNull(&TEXTS))])
        .gives(&TEXT_OR_NULL),
    read(
        "LPOS",
        since("6.0.6"),
        "Returns the index of an element, or null. With `count`, returns the indexes of several matches.",
    )
    .takes(&[
        KEY,
        one("element", Kind::Text),
        options(&[
            value("rank", "RANK", Kind::Int, "Which match to begin with; negative from the end."),
            value("count", "COUNT", Kind::Int, "How many to return, 0 for all.").sets(WITH_COUNT),
            value("maxlen", "MAXLEN", Kind::Int, "How many elements to look at, 0 for all."),
        ]),
    ])
    .but(&[when(WITH_COUNT, &Shape::List(&Shape::Int))])
    .gives(&Shape::OrNull(&Shape::Int)),
    write("LPUSH", since("1.0.0"), "Prepends elements to a list. Returns its new length.")
        .takes(&[KEY, ELEMENTS])
        .gives(&Shape::Int),
    write("LPUSHX", since("2.2.0"), "Prepends elements only if the list exists. Returns its new length.")
        .takes(&[KEY, ELEMENTS])
        .gives(&Shape::Int),
    read("LRANGE", since("1.0.0"), "Returns a range of elements. The end is included, and -1 is the last element.")
        .takes(&[KEY, START, STOP])
        .gives(&TEXTS),
    write(
        "LREM",
        since("1.0.0"),
        "Removes elements that equal a value: up to `count` of them, all with 0, from the end if negative. Returns their number.",
    )
    .takes(&[KEY, one("count", Kind::Int), one("element", Kind::Text)])
    .gives(&Shape::Int),
    write("LSET", since("1.0.0"), "Replaces the element at an index.")
        .takes(&[KEY, one("index", Kind::Int), VALUE])
        .gives(&OK)
        .idempotent(),
    write("LTRIM", since("1.0.0"), "Trims a list to a range of elements. The end is included.")
        .takes(&[KEY, START, STOP])
        .gives(&OK),
    write("RPOP", since("1.0.0"), "Removes and returns the last element of a list, or the last few.")
        .takes(&[KEY, HOW_MANY])
        .but(&[when(WITH_COUNT, &Shape::OrNull(&TEXTS))])
        .gives(&TEXT_OR_NULL),
    write(
        "RPOPLPUSH",
        since("1.2.0"),
        "Moves the last element of a list to the front of another. The old form of `lmove`.",
    )
    .takes(&[SOURCE, DESTINATION])
    .gives(&TEXT_OR_NULL),
    write("RPUSH", since("1.0.0"), "Appends elements to a list. Returns its new length.")
        .takes(&[KEY, ELEMENTS])
        .gives(&Shape::Int),
    write("RPUSHX", since("2.2.0"), "Appends elements only if the list exists. Returns its new length.")
        .takes(&[KEY, ELEMENTS])
        .gives(&Shape::Int),
];
