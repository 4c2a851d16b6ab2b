//! Hashes.

use crate::command::argument::{
    KEY, Kind, Opt, Part, Part::Count, Part::Word, VALUE, as_pairs, flag, many, maybe, one, options, pairs,
    param, value,
};
use crate::command::row::{ConnectionUse, Row, SessionEffect, Since, read, since, tell, when, write};
use crate::command::shape::{OK, Shape, TEXT_OR_NULL};

const FIELD: Part = one("field", Kind::Text);
const HIMPORT: Since = Since::redis("8.10.0");
const FIELDSET: Part = one("fieldset", Kind::Text);
const FIELDS: Part = many("fields", Kind::Text);
const DATA: Part = pairs(param("field", Kind::Text), param("value", Kind::Text));
const NAMED: Part = Word("FIELDS");

/// The groups of options that exclude each other.
const EXPIRY: u8 = 1;
const KEY_CONDITION: u8 = 2;
const FIELD_CONDITION: u8 = 4;

/// The variant bit of what answers differently when it is sent again.
const CONDITIONAL: u8 = 1;

const fn time(option: Opt) -> Opt {
    option.excludes(EXPIRY)
}

const EX: Opt = time(value("ex", "EX", Kind::Int, "Expires after this many seconds."));
const PX: Opt = time(value("px", "PX", Kind::Int, "Expires after this many milliseconds."));
const EXAT: Opt =
    time(value("exat", "EXAT", Kind::UnixSeconds, "Expires at this Unix time in seconds, or `Date`."));
const PXAT: Opt =
    time(value("pxat", "PXAT", Kind::UnixMillis, "Expires at this Unix time in milliseconds, or `Date`."));
const KEEPTTL: Opt = time(flag("keepttl", "KEEPTTL", "Keeps the time to live that a field has."));
const PERSIST: Opt = time(flag("persist", "PERSIST", "Takes the time to live away."));

const fn condition(option: Opt, group: u8) -> Opt {
    option.excludes(group).sets(CONDITIONAL)
}

const EXPIRE_OPTIONS: Part = options(&[
    flag("nx", "NX", "Only if the field has no time to live.").excludes(1).sets(CONDITIONAL),
    flag("xx", "XX", "Only if the field has a time to live.").excludes(1).sets(CONDITIONAL),
    flag("gt", "GT", "Only if the new time is later.").excludes(1).sets(CONDITIONAL),
    flag("lt", "LT", "Only if the new time is earlier.").excludes(1).sets(CONDITIONAL),
]);

/// One number for each field, as the servers number what happened.
const OUTCOMES: Shape = Shape::List(&Shape::Int);

/// The variant bit of pairs instead of an object.
const PAIRS: u8 = 1;
const WITH_COUNT: u8 = 1;
const WITH_VALUES: u8 = 2;
const WITHOUT_VALUES: u8 = 1;

pub(super) const ROWS: &[Row] = &[
    write("HDEL", since("2.0.0"), "Deletes fields of a hash. Returns the number of deleted fields.")
        .takes(&[KEY, FIELDS])
        .gives(&Shape::Int)
        .idempotent(),
    read("HEXISTS", since("2.0.0"), "Checks whether a hash has a field.")
        .takes(&[KEY, FIELD])
        .gives(&Shape::Bool),
    write(
        "HEXPIRE",
        Since::each("7.4.0", "9.0.0"),
        "Sets the time to live of fields in seconds. Returns for each field: 1 set, 0 condition not met, 2 deleted, -2 no such field.",
    )
    .takes(&[KEY, one("seconds", Kind::Int), EXPIRE_OPTIONS, NAMED, Count, FIELDS])
    .gives(&OUTCOMES)
    .idempotent(),
    write(
        "HEXPIREAT",
        Since::each("7.4.0", "9.0.0"),
        "Sets the time at which fields expire: a Unix time in seconds, or a `Date`. Returns what `hexpire` returns.",
    )
    .takes(&[KEY, one("time", Kind::UnixSeconds), EXPIRE_OPTIONS, NAMED, Count, FIELDS])
    .gives(&OUTCOMES)
    .idempotent(),
    read(
        "HEXPIRETIME",
        Since::each("7.4.0", "9.0.0"),
        "Returns the Unix time in seconds at which fields expire. -1 means never, -2 that there is no such field.",
    )
    .takes(&[KEY, NAMED, Count, FIELDS])
    .gives(&OUTCOMES),
    read("HGET", since("2.0.0"), "Returns the value of a field, or null.")
        .takes(&[KEY, FIELD])
        .gives(&TEXT_OR_NULL),
    read("HGETALL", since("2.0.0"), "Returns all fields and values of a hash, or an empty object if there is no such key.")
        .takes(&[KEY, options(&[as_pairs(PAIRS)])])
        .but(&[when(PAIRS, &Shape::Typed("[field: T, value: T][]", &Shape::Pairs(&Shape::Text, &Shape::Text)))])
        .gives(&Shape::Map(&Shape::Text, &Shape::Text)),
    write("HGETDEL", Since::each("8.0.0", "9.1.0"), "Returns the values of fields and deletes them.")
        .takes(&[KEY, NAMED, Count, FIELDS])
        .gives(&Shape::List(&TEXT_OR_NULL)),
    write("HGETEX", Since::each("8.0.0", "9.0.0"), "Returns the values of fields and sets or removes their expiry.")
        .takes(&[KEY, options(&[EX, PX, EXAT, PXAT, PERSIST]), NAMED, Count, FIELDS])
        .gives(&Shape::List(&TEXT_OR_NULL)),
    tell("HIMPORT DISCARD", HIMPORT, "Forgets a list of fields. Returns how many lists that were.")
        .takes(&[FIELDSET])
        .gives(&Shape::Int)
        .on(ConnectionUse::Session),
    tell("HIMPORT DISCARDALL", HIMPORT, "Forgets all lists of fields. Returns how many.")
        .gives(&Shape::Int)
        .on(ConnectionUse::Session),
    tell("HIMPORT PREPARE", HIMPORT, "Names a list of fields for `himportSet` on this connection.")
        .takes(&[FIELDSET, FIELDS])
        .gives(&OK)
        .on(ConnectionUse::Session),
    write("HIMPORT SET", HIMPORT, "Replaces a hash: values for the fields of `himportPrepare`, in their order.")
        .takes(&[KEY, FIELDSET, many("values", Kind::Text)])
        .gives(&OK)
        .on(ConnectionUse::Session)
        .leaving(SessionEffect::Nothing),
    write("HINCRBY", since("2.0.0"), "Adds to the integer value of a field. Returns the new value.")
        .takes(&[KEY, FIELD, one("increment", Kind::Int)])
        .gives(&Shape::Int),
    write("HINCRBYFLOAT", since("2.6.0"), "Adds to the number in a field. Returns the new value.")
        .takes(&[KEY, FIELD, one("increment", Kind::Float)])
        .gives(&Shape::Double),
    read("HKEYS", since("2.0.0"), "Returns all field names of a hash.")
        .takes(&[KEY])
        .gives(&Shape::List(&Shape::Text)),
    read("HLEN", since("2.0.0"), "Returns the number of fields of a hash.").takes(&[KEY]).gives(&Shape::Int),
    read("HMGET", since("2.0.0"), "Returns the values of several fields, null for each missing one.")
        .takes(&[KEY, FIELDS])
        .gives(&Shape::List(&TEXT_OR_NULL)),
    write("HMSET", since("2.0.0"), "Sets several fields of a hash. The old form of `hset`.")
        .takes(&[KEY, DATA])
        .gives(&OK)
        .idempotent(),
    write(
        "HPERSIST",
        Since::each("7.4.0", "9.0.0"),
        "Removes the expiry of fields. Returns for each field: 1 removed, -1 no expiry, -2 no such field.",
    )
    .takes(&[KEY, NAMED, Count, FIELDS])
    .gives(&OUTCOMES)
    .idempotent(),
    write(
        "HPEXPIRE",
        Since::each("7.4.0", "9.0.0"),
        "Sets the time to live of fields in milliseconds. Returns what `hexpire` returns.",
    )
    .takes(&[KEY, one("milliseconds", Kind::Int), EXPIRE_OPTIONS, NAMED, Count, FIELDS])
    .gives(&OUTCOMES)
    .idempotent(),
    write(
        "HPEXPIREAT",
        Since::each("7.4.0", "9.0.0"),
        "Sets the time at which fields expire: a Unix time in milliseconds, or a `Date`. Returns what `hexpire` returns.",
    )
    .takes(&[KEY, one("time", Kind::UnixMillis), EXPIRE_OPTIONS, NAMED, Count, FIELDS])
    .gives(&OUTCOMES)
    .idempotent(),
    read(
        "HPEXPIRETIME",
        Since::each("7.4.0", "9.0.0"),
        "Returns the Unix time in milliseconds at which fields expire. -1 means never, -2 that there is no such field.",
    )
    .takes(&[KEY, NAMED, Count, FIELDS])
    .gives(&OUTCOMES),
    read(
        "HPTTL",
        Since::each("7.4.0", "9.0.0"),
        "Returns the remaining time to live of fields in milliseconds. -1 means no expiry, -2 that there is no such field.",
    )
    .takes(&[KEY, NAMED, Count, FIELDS])
    .gives(&OUTCOMES),
    read(
        "HRANDFIELD",
        since("6.2.0"),
        "Returns one or more random fields of a hash. A negative count may repeat fields.",
    )
    .takes(&[
        KEY,
        maybe("count", Kind::Int, WITH_COUNT),
        options(&[flag("withvalues", "WITHVALUES", "With a count: answers [field, value] pairs.")
            .sets(WITH_VALUES)]),
    ])
    .but(&[
        when(WITH_COUNT | WITH_VALUES, &Shape::Pairs(&Shape::Text, &Shape::Text)),
        when(WITH_COUNT, &Shape::List(&Shape::Text)),
    ])
    .gives(&TEXT_OR_NULL),
    read(
        "HSCAN",
        since("2.8.0"),
        "Returns one page of [field, value] pairs and the next cursor. The cursor '0' ends the scan.",
    )
    .takes(&[
        KEY,
        one("cursor", Kind::Text),
        options(&[
            value("match", "MATCH", Kind::Text, "Only fields whose names match this pattern."),
            value("count", "COUNT", Kind::Int, "About how many to look at for one page."),
            flag("novalues", "NOVALUES", "Answers the names only (Redis 7.4, Valkey 8.0).")
                .sets(WITHOUT_VALUES),
        ]),
    ])
    .but(&[when(
        WITHOUT_VALUES,
        &Shape::Typed(
            "[cursor: string, fields: T[]]",
            &Shape::Tuple(&[Shape::Word, Shape::List(&Shape::Text)]),
        ),
    )])
    .gives(&Shape::Typed(
        "[cursor: string, entries: [field: T, value: T][]]",
        &Shape::Tuple(&[Shape::Word, Shape::Pairs(&Shape::Text, &Shape::Text)]),
    ))
    .scans(),
    write("HSET", since("2.0.0"), "Sets fields of a hash. Returns the number of new fields.")
        .takes(&[KEY, DATA])
        .gives(&Shape::Int)
        .idempotent(),
    write(
        "HSETEX",
        Since::each("8.0.0", "9.0.0"),
        "Sets fields of a hash together with their expiry. Returns whether they were set.",
    )
    .takes(&[
        KEY,
        options(&[
            condition(flag("nx", "NX", "Only if the hash does not exist (Valkey)."), KEY_CONDITION),
            condition(flag("xx", "XX", "Only if the hash exists (Valkey)."), KEY_CONDITION),
            condition(flag("fnx", "FNX", "Only if none of the fields exists."), FIELD_CONDITION),
            condition(flag("fxx", "FXX", "Only if all of the fields exist."), FIELD_CONDITION),
            EX,
            PX,
            EXAT,
            PXAT,
            KEEPTTL,
        ]),
        NAMED,
        Count,
        DATA,
    ])
    .gives(&Shape::Bool)
    .idempotent(),
    write("HSETNX", since("2.0.0"), "Sets a field of a hash only if it does not exist.")
        .takes(&[KEY, FIELD, VALUE])
        .gives(&Shape::Bool),
    read("HSTRLEN", since("3.2.0"), "Returns the length of a field's value, or 0 if there is no such field.")
        .takes(&[KEY, FIELD])
        .gives(&Shape::Int),
    read(
        "HTTL",
        Since::each("7.4.0", "9.0.0"),
        "Returns the remaining time to live of fields in seconds. -1 means no expiry, -2 that there is no such field.",
    )
    .takes(&[KEY, NAMED, Count, FIELDS])
    .gives(&OUTCOMES),
    read("HVALS", since("2.0.0"), "Returns all values of a hash.")
        .takes(&[KEY])
        .gives(&Shape::List(&Shape::Text)),
];
