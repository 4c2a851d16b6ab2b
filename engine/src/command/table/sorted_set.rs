//! Sorted sets.

use crate::command::argument::{
    COUNT, KEY, KEYS, Kind, LIMIT, OFFSET, Opt, Part, Part::Count, Part::Lifted, Unit, exclude, flag, many,
    maybe, one, options, param, value, valued,
};
use crate::command::row::{ConnectionUse, Row, ShapeCase, read, since, when, write};
use crate::command::shape::{Shape, TEXT_OR_NULL};

const MEMBER: Part = one("member", Kind::Text);
const MEMBERS: Part = many("members", Kind::Text);
const DESTINATION: Part = one("destination", Kind::Key);
const WEIGHTED: Part =
    Part::Weighted { param: param("keys", Kind::Key), weight: param("weight", Kind::Number) };
const WEIGHTS: Part = Lifted("WEIGHTS");
const SECONDS: Part = one("timeout", Kind::Timeout(Unit::Seconds));
const WHERE: Part = one("where", Kind::Choice(&["min", "max"]));
const UP_TO: Part = options(&[value("count", "COUNT", Kind::Int, "How many to take at most; 1 by default.")]);
const INTERSECTION_LIMIT: Part =
    options(&[value("limit", "LIMIT", Kind::Int, "Stops counting here, 0 for never.")]);

const START: Part = one("start", Kind::Int);
const STOP: Part = one("stop", Kind::Int);
const MIN: Part = one("min", Kind::Bound);
const MAX: Part = one("max", Kind::Bound);
const MIN_NAME: Part = one("min", Kind::Text);
const MAX_NAME: Part = one("max", Kind::Text);
const START_OF_ANY: Part = one("start", Kind::Bound);
const STOP_OF_ANY: Part = one("stop", Kind::Bound);

const EXCLUDE: Opt = exclude("Leaves this end of the range out.");
const WITH_SCORES: u8 = 1;
const WITHSCORES: Opt = flag("withscores", "WITHSCORES", "Answers [member, score] pairs.").sets(WITH_SCORES);
const AGGREGATE: Opt = value(
    "aggregate",
    "AGGREGATE",
    Kind::Choice(&["sum", "min", "max", "count"]),
    "What a member's scores become; 'count' since Redis 8.8.",
);
const RANGES: u8 = 1;
const BYSCORE: Opt = flag("byscore", "BYSCORE", "The range is one of scores.").excludes(RANGES);
const BYLEX: Opt =
    flag("bylex", "BYLEX", "The range is one of members: '[a', '(a', '-' or '+'.").excludes(RANGES);
const REV: Opt = flag("rev", "REV", "From the highest to the lowest; the range begins with its higher end.");

const WITH_COUNT: u8 = 1;
const HOW_MANY: Part = maybe("count", Kind::Int, WITH_COUNT);

const NAMES: Shape = Shape::List(&Shape::Text);
const SCORED: Shape =
    Shape::Typed("[member: T, score: number][]", &Shape::Pairs(&Shape::Text, &Shape::Double));
const SCORE_OR_NULL: Shape = Shape::OrNull(&Shape::Double);
const POPPED: Shape = Shape::OrNull(&Shape::Typed(
    "[key: T, member: T, score: number]",
    &Shape::Tuple(&[Shape::Key, Shape::Text, Shape::Double]),
));
const POPPED_MANY: Shape = Shape::OrNull(&Shape::Typed(
    "[key: T, entries: [member: T, score: number][]]",
    &Shape::Tuple(&[Shape::Key, SCORED]),
));

/// The groups of options that exclude each other.
const NX_XX: u8 = 1;
const NX_ORDER: u8 = 2;
/// The variant bits: it answers the new score; it may answer null.
const INCREMENTS: u8 = 1;
const CONDITIONAL: u8 = 2;

const RANK: &[Part] = &[
    KEY,
    MEMBER,
    options(&[flag("withscore", "WITHSCORE", "Answers [rank, score] (7.2).").sets(WITH_SCORES)]),
];
const RANK_AND_SCORE: Shape =
    Shape::Typed("[rank: number, score: number]", &Shape::Tuple(&[Shape::Int, Shape::Double]));
const WITH_RANK: &[ShapeCase] = &[when(WITH_SCORES, &Shape::OrNull(&RANK_AND_SCORE))];
const RANK_OR_NULL: Shape = Shape::OrNull(&Shape::Int);

const RANGE: &[ShapeCase] = &[when(WITH_SCORES, &SCORED)];

pub(super) const ROWS: &[Row] = &[
    write("BZMPOP", since("7.0.0"), "Removes and returns members like `zmpop`, and waits for some if needed. Returns null after the timeout in seconds.")
        .takes(&[SECONDS, Count, KEYS, WHERE, UP_TO])
        .gives(&POPPED_MANY)
        .on(ConnectionUse::Dedicated),
    write(
        "BZPOPMAX",
        since("5.0.0"),
        "Removes and returns the member with the highest score of the first sorted set that is not empty, and waits for one if needed. Returns null after the timeout in seconds.",
    )
    .takes(&[KEYS, SECONDS])
    .gives(&POPPED)
    .on(ConnectionUse::Dedicated),
    write(
        "BZPOPMIN",
        since("5.0.0"),
        "Removes and returns the member with the lowest score of the first sorted set that is not empty, and waits for one if needed. Returns null after the timeout in seconds.",
    )
    .takes(&[KEYS, SECONDS])
    .gives(&POPPED)
    .on(ConnectionUse::Dedicated),
    write("ZADD", since("1.2.0"), "Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.")
        .takes(&[
            KEY,
            options(&[
                flag("nx", "NX", "Only adds members.").excludes(NX_XX | NX_ORDER).sets(CONDITIONAL),
                flag("xx", "XX", "Only changes members that exist.").excludes(NX_XX).sets(CONDITIONAL),
                flag("gt", "GT", "Only raises scores; adds members, too.")
                    .excludes(NX_ORDER)
                    .sets(CONDITIONAL),
                flag("lt", "LT", "Only lowers scores; adds members, too.")
                    .excludes(NX_ORDER)
                    .sets(CONDITIONAL),
                flag("ch", "CH", "Counts members whose score changed, too."),
                flag(
                    "incr",
                    "INCR",
                    "Adds to the score of one member and answers it, or null if a condition fails.",
                )
                .sets(INCREMENTS),
            ]),
            valued(param("score", Kind::Number), param("member", Kind::Label)),
        ])
        .but(&[when(INCREMENTS | CONDITIONAL, &SCORE_OR_NULL), when(INCREMENTS, &Shape::Double)])
        .gives(&Shape::Int)
        .idempotent(),
    read("ZCARD", since("1.2.0"), "Returns the number of members of a sorted set.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    read("ZCOUNT", since("2.0.0"), "Counts the members with scores in a range.")
        .takes(&[KEY, MIN, MAX, options(&[EXCLUDE])])
        .gives(&Shape::Int),
    read("ZDIFF", since("6.2.0"), "Returns the members of the first sorted set that are in none of the others.")
        .takes(&[Count, KEYS, options(&[WITHSCORES])])
        .but(RANGE)
        .gives(&NAMES),
    write("ZDIFFSTORE", since("6.2.0"), "Stores the difference of sorted sets. Returns its number of members.")
        .takes(&[DESTINATION, Count, KEYS])
        .gives(&Shape::Int),
    write("ZINCRBY", since("1.2.0"), "Adds to the score of a member. Returns the new score.")
        .takes(&[KEY, one("increment", Kind::Number), one("member", Kind::Label)])
        .gives(&Shape::Double),
    read(
        "ZINTER",
        since("6.2.0"),
        "Returns the members that are in all of the sorted sets, with combined scores.",
    )
    .takes(&[Count, WEIGHTED, WEIGHTS, options(&[AGGREGATE, WITHSCORES])])
    .but(RANGE)
    .gives(&NAMES),
    read("ZINTERCARD", since("7.0.0"), "Returns the number of members that are in all of the sorted sets.")
        .takes(&[Count, KEYS, INTERSECTION_LIMIT])
        .gives(&Shape::Int),
    write("ZINTERSTORE", since("2.0.0"), "Stores the intersection of sorted sets. Returns its number of members.")
        .takes(&[DESTINATION, Count, WEIGHTED, WEIGHTS, options(&[AGGREGATE])])
        .gives(&Shape::Int),
    read("ZLEXCOUNT", since("2.8.9"), "Counts the members in a lexicographical range: '[a' includes a, '(a' excludes it, '-' and '+' are the ends.")
        .takes(&[KEY, MIN_NAME, MAX_NAME])
        .gives(&Shape::Int),
    write(
        "ZMPOP",
        since("7.0.0"),
        "Removes and returns the members with the lowest or highest scores of the first sorted set that is not empty.",
    )
    .takes(&[Count, KEYS, WHERE, UP_TO])
    .gives(&POPPED_MANY),
    read("ZMSCORE", since("6.2.0"), "Returns the scores of members, null for each missing one.")
        .takes(&[KEY, MEMBERS])
        .gives(&Shape::List(&SCORE_OR_NULL)),
    write("ZPOPMAX", since("5.0.0"), "Removes and returns the members with the highest scores.")
        .takes(&[KEY, HOW_MANY])
        .gives(&SCORED),
    write("ZPOPMIN", since("5.0.0"), "Removes and returns the members with the lowest scores.")
        .takes(&[KEY, HOW_MANY])
        .gives(&SCORED),
    read(
        "ZRANDMEMBER",
        since("6.2.0"),
        "Returns one or more random members. A negative count may repeat members.",
    )
    .takes(&[
        KEY,
        HOW_MANY,
        options(&[flag("withscores", "WITHSCORES", "With a count: answers [member, score] pairs.").sets(2)]),
    ])
    .but(&[when(WITH_COUNT | 2, &SCORED), when(WITH_COUNT, &NAMES)])
    .gives(&TEXT_OR_NULL),
    read(
        "ZRANGE",
        since("1.2.0"),
        "Returns a range of members by rank, by score or lexicographically, in either direction.",
    )
    .takes(&[
        KEY,
        START_OF_ANY,
        STOP_OF_ANY,
        options(&[
            BYSCORE,
            BYLEX,
            REV,
            LIMIT,
            OFFSET,
            COUNT,
            exclude("With `byscore`: leaves this end of the range out."),
            WITHSCORES,
        ]),
    ])
    .but(RANGE)
    .gives(&NAMES),
    read("ZRANGEBYLEX", since("2.8.9"), "Returns the members in a lexicographical range: '[a' includes a, '(a' excludes it, '-' and '+' are the ends.")
        .takes(&[KEY, MIN_NAME, MAX_NAME, options(&[LIMIT, OFFSET, COUNT])])
        .gives(&NAMES),
    read("ZRANGEBYSCORE", since("1.0.5"), "Returns the members with scores in a range.")
        .takes(&[KEY, MIN, MAX, options(&[EXCLUDE, WITHSCORES, LIMIT, OFFSET, COUNT])])
        .but(RANGE)
        .gives(&NAMES),
    write("ZRANGESTORE", since("6.2.0"), "Stores the range that `zrange` returns. Returns its number of members.")
        .takes(&[
            DESTINATION,
            one("source", Kind::Key),
            START_OF_ANY,
            STOP_OF_ANY,
            options(&[
                BYSCORE,
                BYLEX,
                REV,
                LIMIT,
                OFFSET,
                COUNT,
                exclude("With `byscore`: leaves this end of the range out."),
            ]),
        ])
        .gives(&Shape::Int),
    read("ZRANK", since("2.0.0"), "Returns the rank of a member by ascending score, from 0, or null.")
        .takes(RANK)
        .but(WITH_RANK)
        .gives(&RANK_OR_NULL),
    write("ZREM", since("1.2.0"), "Removes members from a sorted set. Returns the number of removed members.")
        .takes(&[KEY, MEMBERS])
        .gives(&Shape::Int)
        .idempotent(),
    write("ZREMRANGEBYLEX", since("2.8.9"), "Removes the members in a lexicographical range. Returns their number.")
        .takes(&[KEY, MIN_NAME, MAX_NAME])
        .gives(&Shape::Int)
        .idempotent(),
    write("ZREMRANGEBYRANK", since("2.0.0"), "Removes the members in a range of ranks. Returns their number.")
        .takes(&[KEY, START, STOP])
        .gives(&Shape::Int),
    write("ZREMRANGEBYSCORE", since("1.2.0"), "Removes the members with scores in a range. Returns their number.")
        .takes(&[KEY, MIN, MAX, options(&[EXCLUDE])])
        .gives(&Shape::Int)
        .idempotent(),
    read("ZREVRANGE", since("1.2.0"), "Returns a range of members by rank, highest score first.")
        .takes(&[KEY, START, STOP, options(&[WITHSCORES])])
        .but(RANGE)
        .gives(&NAMES),
    read(
        "ZREVRANGEBYLEX",
        since("2.8.9"),
        "Returns the members in a lexicographical range, in reverse order.",
    )
    .takes(&[KEY, MAX_NAME, MIN_NAME, options(&[LIMIT, OFFSET, COUNT])])
    .gives(&NAMES),
    read(
        "ZREVRANGEBYSCORE",
        since("2.2.0"),
        "Returns the members with scores in a range, highest score first.",
    )
    .takes(&[KEY, MAX, MIN, options(&[EXCLUDE, WITHSCORES, LIMIT, OFFSET, COUNT])])
    .but(RANGE)
    .gives(&NAMES),
    read("ZREVRANK", since("2.0.0"), "Returns the rank of a member by descending score, from 0, or null.")
        .takes(RANK)
        .but(WITH_RANK)
        .gives(&RANK_OR_NULL),
    read(
        "ZSCAN",
        since("2.8.0"),
        "Returns one page of [member, score] pairs and the next cursor. The cursor '0' ends the scan.",
    )
    .takes(&[
        KEY,
        one("cursor", Kind::Text),
        options(&[
            value("match", "MATCH", Kind::Text, "Only members that match this pattern."),
            value("count", "COUNT", Kind::Int, "About how many to look at for one page."),
            flag("noscores", "NOSCORES", "Answers the members only (Valkey 8.1).").sets(1),
        ]),
    ])
    .but(&[when(
        1,
        &Shape::Typed(
            "[cursor: string, members: T[]]",
            &Shape::Tuple(&[Shape::Word, Shape::List(&Shape::Text)]),
        ),
    )])
    .gives(&Shape::Typed(
        "[cursor: string, entries: [member: T, score: number][]]",
        &Shape::Tuple(&[Shape::Word, Shape::Pairs(&Shape::Text, &Shape::Double)]),
    ))
    .scans(),
    read("ZSCORE", since("1.2.0"), "Returns the score of a member, or null.")
        .takes(&[KEY, MEMBER])
        .gives(&SCORE_OR_NULL),
    read(
        "ZUNION",
        since("6.2.0"),
        "Returns the members that are in any of the sorted sets, with combined scores.",
    )
    .takes(&[Count, WEIGHTED, WEIGHTS, options(&[AGGREGATE, WITHSCORES])])
    .but(RANGE)
    .gives(&NAMES),
    write("ZUNIONSTORE", since("2.0.0"), "Stores the union of sorted sets. Returns its number of members.")
        .takes(&[DESTINATION, Count, WEIGHTED, WEIGHTS, options(&[AGGREGATE])])
        .gives(&Shape::Int),
];
