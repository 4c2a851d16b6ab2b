//! Sets.

use crate::command::argument::{
    KEY, KEYS, Kind, Opt, Part, Part::Count, flag, many, maybe, one, options, value,
};
use crate::command::row::{Row, Since, read, since, when, write};
use crate::command::shape::{Shape, TEXT_OR_NULL};

const MEMBER: Part = one("member", Kind::Text);
const MEMBERS: Part = many("members", Kind::Text);
const DESTINATION: Part = one("destination", Kind::Key);

const WITH_COUNT: u8 = 1;
const HOW_MANY: Part = maybe("count", Kind::Int, WITH_COUNT);

const LIMIT: Opt = value("limit", "LIMIT", Kind::Int, "Stops counting here, 0 for never.");

const TEXTS: Shape = Shape::List(&Shape::Text);

pub(super) const ROWS: &[Row] = &[
    write("SADD", since("1.0.0"), "Adds members to a set. Returns the number of new members.")
        .takes(&[KEY, MEMBERS])
        .gives(&Shape::Int)
        .idempotent(),
    read("SCARD", since("1.0.0"), "Returns the number of members of a set.").takes(&[KEY]).gives(&Shape::Int),
    read("SDIFF", since("1.0.0"), "Returns the members of the first set that are in none of the others.")
        .takes(&[KEYS])
        .gives(&TEXTS),
    read(
        "SDIFFCARD",
        Since::redis("8.10.0"),
        "Returns the number of members of the first set that are in none of the others.",
    )
    .takes(&[Count, KEYS, options(&[LIMIT])])
    .gives(&Shape::Int),
    write("SDIFFSTORE", since("1.0.0"), "Stores the difference of sets. Returns its number of members.")
        .takes(&[DESTINATION, KEYS])
        .gives(&Shape::Int),
    read("SINTER", since("1.0.0"), "Returns the members that are in all of the sets.")
        .takes(&[KEYS])
        .gives(&TEXTS),
    read("SINTERCARD", since("7.0.0"), "Returns the number of members that are in all of the sets.")
        .takes(&[Count, KEYS, options(&[LIMIT])])
        .gives(&Shape::Int),
    write("SINTERSTORE", since("1.0.0"), "Stores the intersection of sets. Returns its number of members.")
        .takes(&[DESTINATION, KEYS])
        .gives(&Shape::Int),
    read("SISMEMBER", since("1.0.0"), "Checks whether a value is a member of a set.")
        .takes(&[KEY, MEMBER])
        .gives(&Shape::Bool),
    read("SMEMBERS", since("1.0.0"), "Returns all members of a set.").takes(&[KEY]).gives(&TEXTS),
    read("SMISMEMBER", since("6.2.0"), "Checks for each value whether it is a member of a set.")
        .takes(&[KEY, MEMBERS])
        .gives(&Shape::List(&Shape::Bool)),
    write("SMOVE", since("1.0.0"), "Moves a member from one set to another. Returns whether it was there.")
        .takes(&[one("source", Kind::Key), DESTINATION, MEMBER])
        .gives(&Shape::Bool),
    write("SPOP", since("1.0.0"), "Removes and returns one or more random members.")
        .takes(&[KEY, HOW_MANY])
        .but(&[when(WITH_COUNT, &TEXTS)])
        .gives(&TEXT_OR_NULL),
    read(
        "SRANDMEMBER",
        since("1.0.0"),
        "Returns one or more random members. A negative count may repeat members.",
    )
    .takes(&[KEY, HOW_MANY])
    .but(&[when(WITH_COUNT, &TEXTS)])
    .gives(&TEXT_OR_NULL),
    write("SREM", since("1.0.0"), "Removes members from a set. Returns the number of removed members.")
        .takes(&[KEY, MEMBERS])
        .gives(&Shape::Int)
        .idempotent(),
    read(
        "SSCAN",
        since("2.8.0"),
        "Returns one page of members and the next cursor. The cursor '0' ends the scan.",
    )
    .takes(&[
        KEY,
        one("cursor", Kind::Text),
        options(&[
            value("match", "MATCH", Kind::Text, "Only members that match this pattern."),
            value("count", "COUNT", Kind::Int, "About how many to look at for one page."),
        ]),
    ])
    .gives(&Shape::Typed(
        "[cursor: string, members: T[]]",
        &Shape::Tuple(&[Shape::Word, Shape::List(&Shape::Text)]),
    ))
    .scans(),
    read("SUNION", since("1.0.0"), "Returns the members that are in any of the sets.")
        .takes(&[KEYS])
        .gives(&TEXTS),
    read("SUNIONCARD", Since::redis("8.10.0"), "Returns the number of members that are in any of the sets.")
        .takes(&[Count, KEYS, options(&[flag("approx", "APPROX", "Estimates the number."), LIMIT])])
        .gives(&Shape::Int),
    write("SUNIONSTORE", since("1.0.0"), "Stores the union of sets. Returns its number of members.")
        .takes(&[DESTINATION, KEYS])
        .gives(&Shape::Int),
];
