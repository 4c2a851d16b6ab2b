//! Keys of any type.

use crate::command::argument::{
    COUNT, KEY, KEYS, Kind, LIMIT, OFFSET, Opt, Part, Unit, choice, flag, one, options, param, repeat, tuple,
    value,
};
use crate::command::row::{ConnectionUse, Row, read, since, tell, when, write};
use crate::command::shape::{OK, Shape};

/// The variant bit of what answers differently when it is sent again.
const CONDITIONAL: u8 = 2;

/// `nx` excludes the three others, `gt` and `lt` each other.
const EXPIRE_OPTIONS: Part = options(&[
    flag("nx", "NX", "Only if the key has no time to live.").excludes(0b11).sets(CONDITIONAL),
    flag("xx", "XX", "Only if the key has a time to live.").excludes(0b01).sets(CONDITIONAL),
    flag("gt", "GT", "Only if the new time is later.").excludes(0b10).sets(CONDITIONAL),
    flag("lt", "LT", "Only if the new time is earlier.").excludes(0b10).sets(CONDITIONAL),
]);
const SECONDS: Part = one("seconds", Kind::Int);
const MILLISECONDS: Part = one("milliseconds", Kind::Int);

const BY: Opt = value("by", "BY", Kind::Template, "Sorts by the values of these keys or fields instead.");
const GET: Opt =
    repeat("get", "GET", Kind::Template, "Answers these keys or fields; `#` is the element itself.");
const ORDER: Opt = choice("order", &["asc", "desc"], "The direction.");
const ALPHA: Opt = flag("alpha", "ALPHA", "Sorts as text instead of numbers.");
const STORES: u8 = 1;
const STORE: Opt =
    value("store", "STORE", Kind::Key, "Stores the result as a list here; answers its length.").sets(STORES);
const SORTED: Shape = Shape::List(&Shape::OrNull(&Shape::Text));

const BLOCK_MILLIS: Part = one("timeout", Kind::Timeout(Unit::Millis));
const REPLICAS: Part = one("numreplicas", Kind::Int);

pub(super) const ROWS: &[Row] = &[
    write("COPY", since("6.2.0"), "Copies the value of a key to another key.")
        .takes(&[
            one("source", Kind::Key),
            one("destination", Kind::Key),
            options(&[
                value("db", "DB", Kind::Int, "The destination's database."),
                flag("replace", "REPLACE", "Overwrites the destination."),
            ]),
        ])
        .gives(&Shape::Bool),
    write("DEL", since("1.0.0"), "Deletes keys. Returns the number of deleted keys.")
        .also(&["delete"])
        .takes(&[KEYS])
        .gives(&Shape::Int)
        .idempotent(),
    read("DUMP", since("2.6.0"), "Returns the value of a key in the server's serialized form, for `restore`.")
        .takes(&[KEY])
        .gives(&Shape::OrNull(&Shape::Binary)),
    read("EXISTS", since("1.0.0"), "Counts how many of the given keys exist. A key given twice counts twice.")
        .takes(&[KEYS])
        .gives(&Shape::Int),
    write("EXPIRE", since("1.0.0"), "Sets the time to live of a key in seconds.")
        .takes(&[KEY, SECONDS, EXPIRE_OPTIONS])
        .gives(&Shape::Bool)
        .idempotent(),
    write("EXPIREAT", since("1.2.0"), "Sets the time at which a key expires: a Unix time in seconds, or a `Date`.")
        .takes(&[KEY, one("time", Kind::UnixSeconds), EXPIRE_OPTIONS])
        .gives(&Shape::Bool)
        .idempotent(),
    read(
        "EXPIRETIME",
        since("7.0.0"),
        "Returns the Unix time in seconds at which a key expires. -1 means never, -2 that there is no such key.",
    )
    .takes(&[KEY])
    .gives(&Shape::Int),
    read("KEYS", since("1.0.0"), "Returns all keys that match a pattern. It blocks the server while it runs: prefer `scanIter` in production.")
        .takes(&[one("pattern", Kind::Pattern)])
        .gives(&Shape::List(&Shape::Key)),
    write("MIGRATE", since("2.6.0"), "Moves keys atomically to another server.")
        .takes(&[
            one("host", Kind::Text),
            one("port", Kind::Int),
            Part::OneOrMany(param("key", Kind::Key)),
            one("db", Kind::Int),
            one("timeout", Kind::Int),
            options(&[
                flag("copy", "COPY", "Keeps the keys here."),
                flag("replace", "REPLACE", "Overwrites keys there."),
                value("auth", "AUTH", Kind::Text, "The password there.").excludes(1),
                tuple(
                    "auth2",
                    "AUTH2",
                    &[param("username", Kind::Text), param("password", Kind::Text)],
                    "The user and the password there.",
                )
                .excludes(1),
            ]),
            Part::Lifted("KEYS"),
        ])
        .gives(&Shape::Line(&["OK", "NOKEY"])),
    write("MOVE", since("1.0.0"), "Moves a key to another database.")
        .takes(&[KEY, one("db", Kind::Int)])
        .gives(&Shape::Bool),
    read("OBJECT ENCODING", since("2.2.3"), "Returns the internal encoding of a value.")
        .takes(&[KEY])
        .gives(&Shape::OrNull(&Shape::Word)),
    read(
        "OBJECT FREQ",
        since("4.0.0"),
        "Returns the logarithmic access frequency counter of a key.",
    )
    .takes(&[KEY])
    .gives(&Shape::OrNull(&Shape::Int)),
    read("OBJECT IDLETIME", since("2.2.3"), "Returns the number of seconds since the last access to a key.")
        .takes(&[KEY])
        .gives(&Shape::OrNull(&Shape::Int)),
    read("OBJECT REFCOUNT", since("2.2.3"), "Returns the reference count of a value.")
        .takes(&[KEY])
        .gives(&Shape::OrNull(&Shape::Int)),
    write("PERSIST", since("2.2.0"), "Removes the expiry of a key.")
        .takes(&[KEY])
        .gives(&Shape::Bool)
        .idempotent(),
    write("PEXPIRE", since("2.6.0"), "Sets the time to live of a key in milliseconds.")
        .takes(&[KEY, MILLISECONDS, EXPIRE_OPTIONS])
        .gives(&Shape::Bool)
        .idempotent(),
    write(
        "PEXPIREAT",
        since("2.6.0"),
        "Sets the time at which a key expires: a Unix time in milliseconds, or a `Date`.",
    )
    .takes(&[KEY, one("time", Kind::UnixMillis), EXPIRE_OPTIONS])
    .gives(&Shape::Bool)
    .idempotent(),
    read(
        "PEXPIRETIME",
        since("7.0.0"),
        "Returns the Unix time in milliseconds at which a key expires. -1 means never, -2 that there is no such key.",
    )
    .takes(&[KEY])
    .gives(&Shape::Int),
    read("PTTL", since("2.6.0"), "Returns the remaining time to live of a key in milliseconds. -1 means no expiry, -2 that there is no such key.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    read("RANDOMKEY", since("1.0.0"), "Returns a random key, or null if the database is empty.")
        .gives(&Shape::OrNull(&Shape::Key)),
    write("RENAME", since("1.0.0"), "Renames a key and overwrites the destination.")
        .takes(&[KEY, one("newkey", Kind::Key)])
        .gives(&OK),
    write("RENAMENX", since("1.0.0"), "Renames a key only if the destination does not exist.")
        .takes(&[KEY, one("newkey", Kind::Key)])
        .gives(&Shape::Bool),
    write("RESTORE", since("2.6.0"), "Creates a key from the serialized value that `dump` returned. A time to live of 0 means no expiry.")
        .takes(&[
            KEY,
            one("ttl", Kind::UnixMillis),
            one("serialized", Kind::Text),
            options(&[
                flag("replace", "REPLACE", "Overwrites the key."),
                flag("absttl", "ABSTTL", "The time to live is a Unix time in milliseconds, or `Date`."),
                value(
                    "idletime",
                    "IDLETIME",
                    Kind::Int,
                    "Pretends that the key was used this many seconds ago.",
                ),
                value("freq", "FREQ", Kind::Int, "Pretends that the key is used this often."),
            ]),
        ])
        .gives(&OK),
    read(
        "SCAN",
        since("2.8.0"),
        "Returns one page of keys and the next cursor. The cursor '0' ends the scan.",
    )
    .takes(&[
        one("cursor", Kind::Text),
        options(&[
            value("match", "MATCH", Kind::Pattern, "Only names that match this pattern."),
            value("count", "COUNT", Kind::Int, "About how many to look at for one page."),
            value("type", "TYPE", Kind::Text, "Only keys of this type (6.0)."),
        ]),
    ])
    .gives(&Shape::Typed(
        "[cursor: string, keys: T[]]",
        &Shape::Tuple(&[Shape::Word, Shape::List(&Shape::Key)]),
    ))
    .scans(),
    write("SORT", since("1.0.0"), "Sorts the elements of a list, a set or a sorted set. Returns or stores the result.")
        .takes(&[KEY, options(&[BY, LIMIT, OFFSET, COUNT, GET, ORDER, ALPHA, STORE])])
        .but(&[when(STORES, &Shape::Int)])
        .gives(&SORTED)
        .idempotent(),
    read("SORT_RO", since("7.0.0"), "Returns the sorted elements of a list, a set or a sorted set. Works on replicas, too.")
        .takes(&[KEY, options(&[BY, LIMIT, OFFSET, COUNT, GET, ORDER, ALPHA])])
        .gives(&SORTED),
    read("TOUCH", since("3.2.1"), "Updates the last access time of keys. Returns the number of keys that exist.")
        .takes(&[KEYS])
        .gives(&Shape::Int),
    read("TTL", since("1.0.0"), "Returns the remaining time to live of a key in seconds. -1 means no expiry, -2 that there is no such key.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    read("TYPE", since("1.0.0"), "Returns the type of a value ('string', 'hash', ...), or 'none'.")
        .takes(&[KEY])
        .gives(&Shape::Word),
    write(
        "UNLINK",
        since("4.0.0"),
        "Deletes keys and frees their memory in the background. Returns the number of deleted keys.",
    )
    .takes(&[KEYS])
    .gives(&Shape::Int)
    .idempotent(),
    tell(
        "WAIT",
        since("3.0.0"),
        "Waits until the given number of replicas have acknowledged this connection's writes. Returns how many have.",
    )
    .takes(&[REPLICAS, BLOCK_MILLIS])
    .gives(&Shape::Int)
    .on(ConnectionUse::Pinned),
    tell(
        "WAITAOF",
        since("7.2.0"),
        "Waits until this connection's writes are in the append-only file here and on the given number of replicas.",
    )
    .takes(&[one("numlocal", Kind::Int), REPLICAS, BLOCK_MILLIS])
    .gives(&Shape::Typed("[local: number, replicas: number]", &Shape::Tuple(&[Shape::Int, Shape::Int])))
    .on(ConnectionUse::Pinned),
];
