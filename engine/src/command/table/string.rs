//! Strings.

use crate::command::argument::{
    KEY, KEYS, Kind, Opt, Part, Part::Count, VALUE, flag, one, options, pairs, param, value,
};
use crate::command::row::{Row, Since, read, since, when, write};
use crate::command::shape::{Field, OK, Shape, TEXT_OR_NULL};

/// The groups of options that exclude each other.
const EXPIRY: u8 = 1;
const CONDITION: u8 = 2;

/// The variant bits: the old value comes back; the answer depends on the old value.
const RETURNS_OLD: u8 = 1;
const CONDITIONAL: u8 = 2;

const EX: Opt = value("ex", "EX", Kind::Int, "Expires after this many seconds.").excludes(EXPIRY);
const PX: Opt = value("px", "PX", Kind::Int, "Expires after this many milliseconds.").excludes(EXPIRY);
const EXAT: Opt =
    value("exat", "EXAT", Kind::UnixSeconds, "Expires at this Unix time in seconds, or `Date`.")
        .excludes(EXPIRY);
const PXAT: Opt =
    value("pxat", "PXAT", Kind::UnixMillis, "Expires at this Unix time in milliseconds, or `Date`.")
        .excludes(EXPIRY);
const KEEPTTL: Opt = flag("keepttl", "KEEPTTL", "Keeps the time to live that the key has.").excludes(EXPIRY);
const PERSIST: Opt = flag("persist", "PERSIST", "Takes the time to live away.").excludes(EXPIRY);

const fn condition(option: Opt) -> Opt {
    option.excludes(CONDITION).sets(CONDITIONAL)
}

const NX: Opt = condition(flag("nx", "NX", "Only if the key does not exist."));
const XX: Opt = condition(flag("xx", "XX", "Only if the key exists."));
const IFEQ: Opt =
    condition(value("ifeq", "IFEQ", Kind::Text, "Only if the value is this (Valkey 8.1, Redis 8.4)."));
const IFNE: Opt = condition(value("ifne", "IFNE", Kind::Text, "Only if the value is not this (Redis 8.4)."));
const IFDEQ: Opt =
    condition(value("ifdeq", "IFDEQ", Kind::Text, "Only if the value's digest is this (Redis 8.4)."));
const IFDNE: Opt =
    condition(value("ifdne", "IFDNE", Kind::Text, "Only if the value's digest is not this (Redis 8.4)."));
const GET: Opt = flag("get", "GET", "Answers the old value, or null.").sets(RETURNS_OLD);

const START: Part = one("start", Kind::Int);
const END: Part = one("end", Kind::Int);
const DATA: Part = pairs(param("key", Kind::Key), param("value", Kind::Text));

const INCREMENT: u8 = 4;
const FRACTIONS: u8 = 1;
const ADDED: Shape =
    Shape::Typed("[result: number, added: number]", &Shape::Tuple(&[Shape::Int, Shape::Int]));
const ADDED_FRACTIONS: Shape =
    Shape::Typed("[result: number, added: number]", &Shape::Tuple(&[Shape::Double, Shape::Double]));

const LENGTH_ONLY: u8 = 1;
const POSITIONS: u8 = 2;
const LCS_MATCHES: Shape = Shape::Typed(
    "{ matches: [first: [number, number], second: [number, number], length?: number][]; len: number }",
    &Shape::Object(&[Field { name: "len", shape: Shape::Int }]),
);

pub(super) const ROWS: &[Row] = &[
    write(
        "APPEND",
        since("2.0.0"),
        "Appends to a string, which is created if missing. Returns its new length.",
    )
    .takes(&[KEY, VALUE])
    .gives(&Shape::Int),
    write("DECR", since("1.0.0"), "Decrements the integer value of a key by one. Returns the new value.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    write("DECRBY", since("1.0.0"), "Subtracts from the integer value of a key. Returns the new value.")
        .takes(&[KEY, one("decrement", Kind::Int)])
        .gives(&Shape::Int),
    write("DELEX", Since::redis("8.4.0"), "Deletes a key if its value meets a condition.")
        .takes(&[KEY, options(&[IFEQ, IFNE, IFDEQ, IFDNE])])
        .gives(&Shape::Bool)
        .idempotent(),
    write("DELIFEQ", Since::valkey("9.0.0"), "Deletes a key if its value equals the given one.")
        .takes(&[KEY, VALUE])
        .gives(&Shape::Bool),
    read("DIGEST", Since::redis("8.4.0"), "Returns the digest of a string in hexadecimal.")
        .takes(&[KEY])
        .gives(&Shape::OrNull(&Shape::Word)),
    read("GET", since("1.0.0"), "Returns the string value of a key, or null.")
        .takes(&[KEY])
        .gives(&TEXT_OR_NULL),
    write("GETDEL", since("6.2.0"), "Returns the string value of a key and deletes the key.")
        .takes(&[KEY])
        .gives(&TEXT_OR_NULL),
    write("GETEX", since("6.2.0"), "Returns the string value of a key and sets or removes its expiry.")
        .takes(&[KEY, options(&[EX, PX, EXAT, PXAT, PERSIST])])
        .gives(&TEXT_OR_NULL),
    read("GETRANGE", since("2.4.0"), "Returns a substring of a string value.")
        .takes(&[KEY, START, END])
        .gives(&Shape::Text),
    write(
        "GETSET",
        since("1.0.0"),
        "Sets a string value and returns the previous one. Prefer `set` with `get`.",
    )
    .takes(&[KEY, VALUE])
    .gives(&TEXT_OR_NULL),
    write("INCR", since("1.0.0"), "Increments the integer value of a key by one. Returns the new value.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    write("INCRBY", since("1.0.0"), "Adds to the integer value of a key. Returns the new value.")
        .takes(&[KEY, one("increment", Kind::Int)])
        .gives(&Shape::Int),
    write("INCRBYFLOAT", since("2.6.0"), "Adds to the number in a key. Returns the new value.")
        .takes(&[KEY, one("increment", Kind::Float)])
        .gives(&Shape::Double),
    write(
        "INCREX",
        Since::each("8.8.0", "9.2.0"),
        "Adds to a number within bounds and sets its expiry. Returns the new value and what was added.",
    )
    .takes(&[
        KEY,
        options(&[
            value("byint", "BYINT", Kind::Int, "What to add; 1 by default.").excludes(INCREMENT),
            value("byfloat", "BYFLOAT", Kind::Float, "What to add, with a fraction.")
                .excludes(INCREMENT)
                .sets(FRACTIONS),
            value("lbound", "LBOUND", Kind::Float, "The lowest result allowed."),
            value("ubound", "UBOUND", Kind::Float, "The highest result allowed."),
            flag("saturate", "SATURATE", "Stops at the bound instead of adding nothing."),
            EX,
            PX,
            EXAT,
            PXAT,
            PERSIST,
            flag("enx", "ENX", "Sets the time to live only if there is none."),
            flag("nx", "NX", "Only if the key does not exist (Valkey).").excludes(CONDITION),
            flag("xx", "XX", "Only if the key exists (Valkey).").excludes(CONDITION),
        ]),
    ])
    .but(&[when(FRACTIONS, &ADDED_FRACTIONS)])
    .gives(&ADDED),
    read("LCS", since("7.0.0"), "Returns the longest common subsequence of two strings.")
        .takes(&[
            one("key1", Kind::Key),
            one("key2", Kind::Key),
            options(&[
                flag("len", "LEN", "Answers its length only.").excludes(1).sets(LENGTH_ONLY),
                flag("idx", "IDX", "Answers where the matches are.").excludes(1).sets(POSITIONS),
                value("minmatchlen", "MINMATCHLEN", Kind::Int, "With `idx`: leaves shorter matches out."),
                flag("withmatchlen", "WITHMATCHLEN", "With `idx`: adds the length of each match."),
            ]),
        ])
        .but(&[when(LENGTH_ONLY, &Shape::Int), when(POSITIONS, &LCS_MATCHES)])
        .gives(&Shape::Text),
    read("MGET", since("1.0.0"), "Returns the string values of several keys, null for each missing one.")
        .takes(&[KEYS])
        .gives(&Shape::List(&TEXT_OR_NULL)),
    write("MSET", since("1.0.1"), "Sets the string values of several keys atomically.")
        .takes(&[DATA])
        .gives(&OK)
        .idempotent(),
    write(
        "MSETEX",
        Since::each("8.4.0", "9.1.0"),
        "Sets the string values of several keys atomically, with a common expiry.",
    )
    .takes(&[Count, DATA, options(&[NX, XX, EX, PX, EXAT, PXAT, KEEPTTL])])
    .gives(&Shape::Bool)
    .idempotent(),
    write("MSETNX", since("1.0.1"), "Sets the string values of several keys only if none of them exists.")
        .takes(&[DATA])
        .gives(&Shape::Bool),
    write(
        "PSETEX",
        since("2.6.0"),
        "Sets a string value and its time to live in milliseconds. Prefer `set` with `px`.",
    )
    .takes(&[KEY, one("milliseconds", Kind::Int), VALUE])
    .gives(&OK)
    .idempotent(),
    write("SET", since("1.0.0"), "Sets the string value of a key and overwrites any previous value.")
        .takes(&[KEY, VALUE, options(&[EX, PX, EXAT, PXAT, KEEPTTL, NX, XX, IFEQ, IFNE, IFDEQ, IFDNE, GET])])
        .but(&[when(RETURNS_OLD, &TEXT_OR_NULL), when(CONDITIONAL, &Shape::OrNull(&OK))])
        .gives(&OK)
        .idempotent(),
    write(
        "SETEX",
        since("2.0.0"),
        "Sets a string value and its time to live in seconds. Prefer `set` with `ex`.",
    )
    .takes(&[KEY, one("seconds", Kind::Int), VALUE])
    .gives(&OK)
    .idempotent(),
    write("SETNX", since("1.0.0"), "Sets a string value only if the key does not exist.")
        .takes(&[KEY, VALUE])
        .gives(&Shape::Bool),
    write(
        "SETRANGE",
        since("2.2.0"),
        "Overwrites part of a string value at an offset. Returns its new length.",
    )
    .takes(&[KEY, one("offset", Kind::Int), VALUE])
    .gives(&Shape::Int)
    .idempotent(),
    read(
        "STRLEN",
        since("2.2.0"),
        "Returns the length of a string value in bytes, or 0 if there is no such key.",
    )
    .takes(&[KEY])
    .gives(&Shape::Int),
    read("SUBSTR", since("1.0.0"), "Returns a substring of a string value. The old name of `getrange`.")
        .takes(&[KEY, START, END])
        .gives(&Shape::Text),
];
