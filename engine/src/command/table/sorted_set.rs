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
    write("BZMPOP", since("7.0.0"), "As `zmpop`; waits for a member, null after so many seconds.")
        .takes(&[SECONDS, Count, KEYS, WHERE, UP_TO])
        .gives(&POPPED_MANY)
        .on(ConnectionUse::Dedicated),
    write(
        "BZPOPMAX",
        since("5.0.0"),
        "Takes the highest member of the first sorted set that has one; waits, null after so many seconds.",
    )
    .takes(&[KEYS, SECONDS])
    .gives(&POPPED)
    .on(ConnectionUse::Dedicated),
    write(
        "BZPOPMIN",
        since("5.0.0"),
        "Takes the lowest member of the first sorted set that has one; waits, null after so many seconds.",
    )
    .takes(&[KEYS, SECONDS])
    .gives(&POPPED)
    .on(ConnectionUse::Dedicated),
    write("ZADD", since("1.2.0"), "Sets members' scores; answers how many members are new.")
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
    read("ZCARD", since("1.2.0"), "Returns the number of a sorted set's members.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    read("ZCOUNT", since("2.0.0"), "Counts the members in a range of scores.")
        .takes(&[KEY, MIN, MAX, options(&[EXCLUDE])])
        .gives(&Shape::Int),
    read("ZDIFF", since("6.2.0"), "Returns the members of the first sorted set that no other has.")
        .takes(&[Count, KEYS, options(&[WITHSCORES])])
        .but(RANGE)
        .gives(&NAMES),
    write("ZDIFFSTORE", since("6.2.0"), "Stores what `zdiff` returns; answers how many members.")
        .takes(&[DESTINATION, Count, KEYS])
        .gives(&Shape::Int),
    write("ZINCRBY", since("1.2.0"), "Adds to a member's score; answers the result.")
        .takes(&[KEY, one("increment", Kind::Number), one("member", Kind::Label)])
        .gives(&Shape::Double),
    read(
        "ZINTER",
        since("6.2.0"),
        "Returns the members that all sorted sets have, with the sum of their weighted scores.",
    )
    .takes(&[Count, WEIGHTED, WEIGHTS, options(&[AGGREGATE, WITHSCORES])])
    .but(RANGE)
    .gives(&NAMES),
    read("ZINTERCARD", since("7.0.0"), "Counts the members that all sorted sets have.")
        .takes(&[Count, KEYS, INTERSECTION_LIMIT])
        .gives(&Shape::Int),
    write("ZINTERSTORE", since("2.0.0"), "Stores what `zinter` returns; answers how many members.")
        .takes(&[DESTINATION, Count, WEIGHTED, WEIGHTS, options(&[AGGREGATE])])
        .gives(&Shape::Int),
    read("ZLEXCOUNT", since("2.8.9"), "Counts the members in a range of names: '[a', '(a', '-' or '+'.")
        .takes(&[KEY, MIN_NAME, MAX_NAME])
        .gives(&Shape::Int),
    write(
        "ZMPOP",
        since("7.0.0"),
        "Takes the lowest or highest members of the first sorted set that has some.",
    )
    .takes(&[Count, KEYS, WHERE, UP_TO])
    .gives(&POPPED_MANY),
    read("ZMSCORE", since("6.2.0"), "Returns the scores of several members, null for each that is missing.")
        .takes(&[KEY, MEMBERS])
        .gives(&Shape::List(&SCORE_OR_NULL)),
    write("ZPOPMAX", since("5.0.0"), "Takes the highest member off a sorted set, or several.")
        .takes(&[KEY, HOW_MANY])
        .gives(&SCORED),
    write("ZPOPMIN", since("5.0.0"), "Takes the lowest member off a sorted set, or several.")
        .takes(&[KEY, HOW_MANY])
        .gives(&SCORED),
    read(
        "ZRANDMEMBER",
        since("6.2.0"),
        "Returns a random member, or several; a negative count may repeat them.",
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
        "Returns a range of members: by rank, by score or by name, from either end.",
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
    read("ZRANGEBYLEX", since("2.8.9"), "Returns the members in a range of names: '[a', '(a', '-' or '+'.")
        .takes(&[KEY, MIN_NAME, MAX_NAME, options(&[LIMIT, OFFSET, COUNT])])
        .gives(&NAMES),
    read("ZRANGEBYSCORE", since("1.0.5"), "Returns the members in a range of scores.")
        .takes(&[KEY, MIN, MAX, options(&[EXCLUDE, WITHSCORES, LIMIT, OFFSET, COUNT])])
        .but(RANGE)
        .gives(&NAMES),
    write("ZRANGESTORE", since("6.2.0"), "Stores what `zrange` returns; answers how many members.")
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
    read("ZRANK", since("2.0.0"), "Returns the rank of a member, 0 for the lowest score, or null.")
        .takes(RANK)
        .but(WITH_RANK)
        .gives(&RANK_OR_NULL),
    write("ZREM", since("1.2.0"), "Removes members from a sorted set; answers how many there were.")
        .takes(&[KEY, MEMBERS])
        .gives(&Shape::Int)
        .idempotent(),
    write("ZREMRANGEBYLEX", since("2.8.9"), "Removes the members in a range of names; answers how many.")
        .takes(&[KEY, MIN_NAME, MAX_NAME])
        .gives(&Shape::Int)
        .idempotent(),
    write("ZREMRANGEBYRANK", since("2.0.0"), "Removes the members in a range of ranks; answers how many.")
        .takes(&[KEY, START, STOP])
        .gives(&Shape::Int),
    write("ZREMRANGEBYSCORE", since("1.2.0"), "Removes the members in a range of scores; answers how many.")
        .takes(&[KEY, MIN, MAX, options(&[EXCLUDE])])
        .gives(&Shape::Int)
        .idempotent(),
    read("ZREVRANGE", since("1.2.0"), "Returns a range of members by rank, from the highest score on.")
        .takes(&[KEY, START, STOP, options(&[WITHSCORES])])
        .but(RANGE)
        .gives(&NAMES),
    read(
        "ZREVRANGEBYLEX",
        since("2.8.9"),
        "Returns the members in a range of names, from its higher end on.",
    )
    .takes(&[KEY, MAX_NAME, MIN_NAME, options(&[LIMIT, OFFSET, COUNT])])
    .gives(&NAMES),
    read(
        "ZREVRANGEBYSCORE",
        since("2.2.0"),
        "Returns the members in a range of scores, from its higher end on.",
    )
    .takes(&[KEY, MAX, MIN, options(&[EXCLUDE, WITHSCORES, LIMIT, OFFSET, COUNT])])
    .but(RANGE)
    .gives(&NAMES),
    read("ZREVRANK", since("2.0.0"), "Returns the rank of a member, 0 for the highest score, or null.")
        .takes(RANK)
        .but(WITH_RANK)
        .gives(&RANK_OR_NULL),
    read(
        "ZSCAN",
        since("2.8.0"),
        "Returns a page of [member, score] pairs and the cursor of the next page; the last one's is '0'.",
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
        "Returns the members that any of the sorted sets has, with the sum of their weighted scores.",
    )
    .takes(&[Count, WEIGHTED, WEIGHTS, options(&[AGGREGATE, WITHSCORES])])
    .but(RANGE)
    .gives(&NAMES),
    write("ZUNIONSTORE", since("2.0.0"), "Stores what `zunion` returns; answers how many members.")
        .takes(&[DESTINATION, Count, WEIGHTED, WEIGHTS, options(&[AGGREGATE])])
        .gives(&Shape::Int),
];
