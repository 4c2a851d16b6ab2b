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
    write("BLMOVE", since("6.2.0"), "As `lmove`; waits for an element, null after so many seconds.")
        .takes(&[SOURCE, DESTINATION, FROM, TO, SECONDS])
        .gives(&TEXT_OR_NULL)
        .on(ConnectionUse::Dedicated),
    write(
        "BLMOVEM",
        Since::redis("8.10.0"),
        "As `lmovem`; waits for enough elements, null after so many seconds.",
    )
    .takes(&[SOURCE, DESTINATION, FROM, TO, SECONDS, HOW_MANY_MOVE])
    .gives(&MOVED)
    .on(ConnectionUse::Dedicated),
    write("BLMPOP", since("7.0.0"), "As `lmpop`; waits for an element, null after so many seconds.")
        .takes(&[SECONDS, Count, KEYS, WHERE, UP_TO])
        .gives(&POPPED_MANY)
        .on(ConnectionUse::Dedicated),
    write(
        "BLPOP",
        since("2.0.0"),
        "Takes the first element of the first list that has one; waits for it, null after so many seconds.",
    )
    .takes(&[KEYS, SECONDS])
    .gives(&POPPED)
    .on(ConnectionUse::Dedicated),
    write(
        "BRPOP",
        since("2.0.0"),
        "Takes the last element of the first list that has one; waits for it, null after so many seconds.",
    )
    .takes(&[KEYS, SECONDS])
    .gives(&POPPED)
    .on(ConnectionUse::Dedicated),
    write("BRPOPLPUSH", since("2.2.0"), "As `rpoplpush`; waits for an element, null after so many seconds.")
        .takes(&[SOURCE, DESTINATION, SECONDS])
        .gives(&TEXT_OR_NULL)
        .on(ConnectionUse::Dedicated),
    read("LINDEX", since("1.0.0"), "Returns an element by its index, or null; -1 is the last.")
        .takes(&[KEY, one("index", Kind::Int)])
        .gives(&TEXT_OR_NULL),
    write(
        "LINSERT",
        since("2.2.0"),
        "Inserts beside an element; answers the new length, -1 without that element, 0 without a list.",
    )
    .takes(&[
        KEY,
        one("where", Kind::Choice(&["before", "after"])),
        one("pivot", Kind::Text),
        one("element", Kind::Text),
    ])
    .gives(&Shape::Int),
    read("LLEN", since("1.0.0"), "Returns the length of a list.").takes(&[KEY]).gives(&Shape::Int),
    write("LMOVE", since("6.2.0"), "Takes an element from one end of a list to one of another; returns it.")
        .takes(&[SOURCE, DESTINATION, FROM, TO])
        .gives(&TEXT_OR_NULL),
    write(
        "LMOVEM",
        Since::redis("8.10.0"),
        "Moves elements from one end of a list to one of another. Returns them, or null.",
    )
    .takes(&[SOURCE, DESTINATION, FROM, TO, HOW_MANY_MOVE])
    .gives(&MOVED),
    write("LMPOP", since("7.0.0"), "Takes elements off one end of the first list that has some.")
        .takes(&[Count, KEYS, WHERE, UP_TO])
        .gives(&POPPED_MANY),
    write("LPOP", since("1.0.0"), "Takes the first element off a list, or several.")
        .takes(&[KEY, HOW_MANY])
        .but(&[when(WITH_COUNT, &Shape::OrNull(&TEXTS))])
        .gives(&TEXT_OR_NULL),
    read(
        "LPOS",
        since("6.0.6"),
        "Returns where an element is, or null; with `count`, the places of several.",
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
    write("LPUSH", since("1.0.0"), "Puts elements before a list, one after the other; answers its length.")
        .takes(&[KEY, ELEMENTS])
        .gives(&Shape::Int),
    write("LPUSHX", since("2.2.0"), "As `lpush`, if the list exists.")
        .takes(&[KEY, ELEMENTS])
        .gives(&Shape::Int),
    read("LRANGE", since("1.0.0"), "Returns a part of a list, the end included; -1 is the last element.")
        .takes(&[KEY, START, STOP])
        .gives(&TEXTS),
    write(
        "LREM",
        since("1.0.0"),
        "Removes so many elements of this value, 0 for all, from the end if negative; answers how many.",
    )
    .takes(&[KEY, one("count", Kind::Int), one("element", Kind::Text)])
    .gives(&Shape::Int),
    write("LSET", since("1.0.0"), "Sets an element by its index.")
        .takes(&[KEY, one("index", Kind::Int), VALUE])
        .gives(&OK)
        .idempotent(),
    write("LTRIM", since("1.0.0"), "Keeps a part of a list, the end included.")
        .takes(&[KEY, START, STOP])
        .gives(&OK),
    write("RPOP", since("1.0.0"), "Takes the last element off a list, or several.")
        .takes(&[KEY, HOW_MANY])
        .but(&[when(WITH_COUNT, &Shape::OrNull(&TEXTS))])
        .gives(&TEXT_OR_NULL),
    write(
        "RPOPLPUSH",
        since("1.2.0"),
        "Takes the last element of a list before another; the old form of `lmove`.",
    )
    .takes(&[SOURCE, DESTINATION])
    .gives(&TEXT_OR_NULL),
    write("RPUSH", since("1.0.0"), "Puts elements behind a list; answers its length.")
        .takes(&[KEY, ELEMENTS])
        .gives(&Shape::Int),
    write("RPUSHX", since("2.2.0"), "As `rpush`, if the list exists.")
        .takes(&[KEY, ELEMENTS])
        .gives(&Shape::Int),
];
