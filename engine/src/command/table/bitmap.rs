//! Strings as arrays of bits.

use crate::command::argument::{KEY, KEYS, Kind, Param, Part, Part::Steps, maybe, one, param, tuple, value};
use crate::command::row::{Row, read, since, write};
use crate::command::shape::Shape;

const START: Part = maybe("start", Kind::Int, 0);
const END: Part = maybe("end", Kind::Int, 0);
const UNIT: Part = maybe("unit", Kind::Choice(&["byte", "bit"]), 0);
const OFFSET: Part = one("offset", Kind::Int);
const ENCODING: Param = param("encoding", Kind::Text);
const POSITION: Param = param("offset", Kind::Text);
const PLACE: &[Param] = &[ENCODING, POSITION];
const NEW: &[Param] = &[ENCODING, POSITION, param("value", Kind::Int)];
const MORE: &[Param] = &[ENCODING, POSITION, param("increment", Kind::Int)];
const OVERFLOW: Kind = Kind::Choice(&["wrap", "sat", "fail"]);
const BIT: Shape = Shape::Typed("0 | 1", &Shape::Int);

pub(super) const ROWS: &[Row] = &[
    read("BITCOUNT", since("2.6.0"), "Counts the set bits of a string, optionally within a range of bytes or bits.")
        .takes(&[KEY, START, END, UNIT])
        .gives(&Shape::Int),
    write(
        "BITFIELD",
        since("3.2.0"),
        "Reads and changes integers of any width within a string, step by step. A step that `overflow: 'fail'` refuses returns null.",
    )
    .takes(&[
        KEY,
        Steps(&[
            tuple("get", "GET", PLACE, "Reads an integer: encoding such as 'u8', offset such as 0 or '#1'."),
            tuple("set", "SET", NEW, "Sets it; answers the old one."),
            tuple("incrby", "INCRBY", MORE, "Adds to it; answers the new one."),
            value("overflow", "OVERFLOW", OVERFLOW, "What happens to results that do not fit, from here on."),
        ]),
    ])
    .gives(&Shape::List(&Shape::OrNull(&Shape::Int))),
    read("BITFIELD_RO", since("6.0.0"), "Reads integers of any width within a string.")
        .takes(&[
            KEY,
            Steps(&[tuple("get", "GET", PLACE, "Reads an integer: encoding such as 'u8', offset such as 0 or '#1'.")]),
        ])
        .gives(&Shape::List(&Shape::Int)),
    write("BITOP", since("2.6.0"), "Runs a bitwise operation on strings and stores the result. Returns its length in bytes.")
        .takes(&[
            one("operation", Kind::Choice(&["and", "or", "xor", "not", "diff", "diff1", "andor", "one"])),
            one("destination", Kind::Key),
            KEYS,
        ])
        .gives(&Shape::Int),
    read(
        "BITPOS",
        since("2.8.7"),
        "Returns the position of the first bit with the given value, or -1 if there is none.",
    )
    .takes(&[KEY, one("bit", Kind::Int), START, END, UNIT])
    .gives(&Shape::Int),
    read("GETBIT", since("2.2.0"), "Returns the bit at an offset.").takes(&[KEY, OFFSET]).gives(&BIT),
    write("SETBIT", since("2.2.0"), "Sets the bit at an offset. Returns its previous value.")
        .takes(&[KEY, OFFSET, one("value", Kind::Int)])
        .gives(&BIT)
        .idempotent(),
];
