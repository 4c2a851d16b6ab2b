//! Places: sorted sets of positions on Earth.

use crate::command::argument::Part::Rows;
use crate::command::argument::{
    KEY, Kind, Opt, Param, Part, PhrasePiece, any, choice, counted, flag, mark, maybe, one, one_of_each,
    options, param, phrase, tuple, value,
};
use crate::command::row::{Row, ShapeCase, read, since, when, write};
use crate::command::shape::{Field, Shape, field};

const UNITS: Kind = Kind::Choice(&["m", "km", "ft", "mi"]);
const UNIT: Part = one("unit", UNITS);
const LONGITUDE: Part = one("longitude", Kind::Float);
const LATITUDE: Part = one("latitude", Kind::Float);
const RADIUS: Part = one("radius", Kind::Float);
const MEMBER: Part = one("member", Kind::Text);
const POSITION: &[Param] = &[param("longitude", Kind::Float), param("latitude", Kind::Float)];
const COORDINATES: Shape =
    Shape::Typed("[longitude: number, latitude: number]", &Shape::Tuple(&[Shape::Double, Shape::Double]));

/// The variant bits: what each match comes with, and that matches are stored instead.
const DISTANCE: u8 = 0b0001;
const HASH: u8 = 0b0010;
const COORDINATE: u8 = 0b0100;
const STORES: u8 = 0b1000;

const ORDER: Opt = choice("order", &["asc", "desc"], "From the nearest or from the farthest.");
const COUNT: Opt = phrase(
    "count",
    "COUNT",
    &[PhrasePiece::Own(Kind::Int), PhrasePiece::If { option: "any", word: "ANY" }],
    "How many at most.",
);
const ANY: Opt = mark("any", "With `count`: the first that are found instead of the nearest.");
const WITHCOORD: Opt = flag("withcoord", "WITHCOORD", "Adds the coordinates.").sets(COORDINATE);
const WITHDIST: Opt = flag("withdist", "WITHDIST", "Adds the distance from the center.").sets(DISTANCE);
const WITHHASH: Opt =
    flag("withhash", "WITHHASH", "Adds the position as the server's 52-bit integer.").sets(HASH);
const STORING: u8 = 1;
const STORE: Opt = value("store", "STORE", Kind::Key, "Stores the matches here; answers how many.")
    .excludes(STORING)
    .sets(STORES);
const STORE_DISTANCES: Opt = value(
    "storedist",
    "STOREDIST",
    Kind::Key,
    "Stores the matches here with their distances as scores; answers how many.",
)
.excludes(STORING)
.sets(STORES);

/// Where the search starts from, and what it covers; a polygon is both.
const CENTER: u8 = 0b01;
const AREA: u8 = 0b10;
const FROMMEMBER: Opt = value("frommember", "FROMMEMBER", Kind::Text, "From this member.").excludes(CENTER);
const FROMLONLAT: Opt = tuple("fromlonlat", "FROMLONLAT", POSITION, "From this position.").excludes(CENTER);
const BYRADIUS: Opt = tuple(
    "byradius",
    "BYRADIUS",
    &[param("radius", Kind::Float), param("unit", UNITS)],
    "Within this distance.",
)
.excludes(AREA);
const BYBOX: Opt = tuple(
    "bybox",
    "BYBOX",
    &[param("width", Kind::Float), param("height", Kind::Float), param("unit", UNITS)],
    "Within this box around it.",
)
.excludes(AREA);
const BYPOLYGON: Opt =
    counted("bypolygon", "BYPOLYGON", POSITION, "Within this polygon of three corners or more (Valkey 9.0).")
        .excludes(CENTER | AREA);

const MEMBER_FIELD: Field = field("member", Shape::Text);
const DISTANCE_FIELD: Field = field("distance", Shape::Double);
const HASH_FIELD: Field = field("hash", Shape::Int);
const COORDINATES_FIELD: Field = field("coordinates", COORDINATES);

/// What each match comes with stands in a fixed order on the wire, whatever the order of the options.
const WITH_ALL: &[ShapeCase] = &[
    when(
        DISTANCE | HASH | COORDINATE,
        &Shape::List(&Shape::Record(&[MEMBER_FIELD, DISTANCE_FIELD, HASH_FIELD, COORDINATES_FIELD])),
    ),
    when(DISTANCE | HASH, &Shape::List(&Shape::Record(&[MEMBER_FIELD, DISTANCE_FIELD, HASH_FIELD]))),
    when(
        DISTANCE | COORDINATE,
        &Shape::List(&Shape::Record(&[MEMBER_FIELD, DISTANCE_FIELD, COORDINATES_FIELD])),
    ),
    when(HASH | COORDINATE, &Shape::List(&Shape::Record(&[MEMBER_FIELD, HASH_FIELD, COORDINATES_FIELD]))),
    when(DISTANCE, &Shape::List(&Shape::Record(&[MEMBER_FIELD, DISTANCE_FIELD]))),
    when(HASH, &Shape::List(&Shape::Record(&[MEMBER_FIELD, HASH_FIELD]))),
    when(COORDINATE, &Shape::List(&Shape::Record(&[MEMBER_FIELD, COORDINATES_FIELD]))),
];
const STORED_OR_WITH: &[ShapeCase] = &[
    when(STORES, &Shape::Int),
    WITH_ALL[0],
    WITH_ALL[1],
    WITH_ALL[2],
    WITH_ALL[3],
    WITH_ALL[4],
    WITH_ALL[5],
    WITH_ALL[6],
];
const MEMBERS: Shape = Shape::List(&Shape::Text);

const FOUND: &[Opt] = &[WITHCOORD, WITHDIST, WITHHASH, COUNT, ANY, ORDER];
const FOUND_OR_STORED: &[Opt] = &[WITHCOORD, WITHDIST, WITHHASH, COUNT, ANY, ORDER, STORE, STORE_DISTANCES];

pub(super) const ROWS: &[Row] = &[
    write("GEOADD", since("3.2.0"), "Adds members with their coordinates to a geospatial index, or moves them. Returns the number of new members.")
        .takes(&[
            KEY,
            options(&[
                flag("nx", "NX", "Moves none (6.2).").excludes(1),
                flag("xx", "XX", "Adds none (6.2).").excludes(1),
                flag("ch", "CH", "Counts those that were moved, too (6.2)."),
            ]),
            Rows(&[
                param("longitude", Kind::Number),
                param("latitude", Kind::Number),
                param("member", Kind::Label),
            ]),
        ])
        .gives(&Shape::Int)
        .idempotent(),
    read(
        "GEODIST",
        since("3.2.0"),
        "Returns the distance between two members, in meters or another unit, or null if one is missing.",
    )
    .takes(&[KEY, one("member1", Kind::Text), one("member2", Kind::Text), maybe("unit", UNITS, 0)])
    .gives(&Shape::OrNull(&Shape::Double)),
    read("GEOHASH", since("3.2.0"), "Returns the Geohash string of each member, null for each missing one.")
        .takes(&[KEY, any("members", Kind::Text)])
        .gives(&Shape::List(&Shape::OrNull(&Shape::Word))),
    read("GEOPOS", since("3.2.0"), "Returns the longitude and latitude of each member, null for each missing one.")
        .takes(&[KEY, any("members", Kind::Text)])
        .gives(&Shape::List(&Shape::OrNull(&COORDINATES))),
    write("GEORADIUS", since("3.2.0"), "Returns or stores the members within a radius of a position. Prefer `geosearch`.")
        .takes(&[KEY, LONGITUDE, LATITUDE, RADIUS, UNIT, options(FOUND_OR_STORED)])
        .but(STORED_OR_WITH)
        .gives(&MEMBERS),
    write(
        "GEORADIUSBYMEMBER",
        since("3.2.0"),
        "Returns or stores the members within a radius of another member. Prefer `geosearch`.",
    )
    .takes(&[KEY, MEMBER, RADIUS, UNIT, options(FOUND_OR_STORED)])
    .but(STORED_OR_WITH)
    .gives(&MEMBERS),
    read("GEORADIUSBYMEMBER_RO", since("3.2.10"), "Returns the members within a radius of another member. Prefer `geosearch`.")
        .takes(&[KEY, MEMBER, RADIUS, UNIT, options(FOUND)])
        .but(WITH_ALL)
        .gives(&MEMBERS),
    read("GEORADIUS_RO", since("3.2.10"), "Returns the members within a radius of a position. Prefer `geosearch`.")
        .takes(&[KEY, LONGITUDE, LATITUDE, RADIUS, UNIT, options(FOUND)])
        .but(WITH_ALL)
        .gives(&MEMBERS),
    read("GEOSEARCH", since("6.2.0"), "Returns the members of a geospatial index within a circle, a box or a polygon.")
        .takes(&[
            KEY,
            one_of_each(
                CENTER | AREA,
                &[
                    FROMMEMBER, FROMLONLAT, BYRADIUS, BYBOX, BYPOLYGON, ORDER, COUNT, ANY, WITHCOORD,
                    WITHDIST, WITHHASH,
                ],
            ),
        ])
        .but(WITH_ALL)
        .gives(&MEMBERS),
    write(
        "GEOSEARCHSTORE",
        since("6.2.0"),
        "Stores the members within a circle, a box or a polygon. Returns their number.",
    )
    .takes(&[
        one("destination", Kind::Key),
        one("source", Kind::Key),
        one_of_each(
            CENTER | AREA,
            &[
                FROMMEMBER,
                FROMLONLAT,
                BYRADIUS,
                BYBOX,
                BYPOLYGON,
                ORDER,
                COUNT,
                ANY,
                flag("storedist", "STOREDIST", "The scores are the distances."),
            ],
        ),
    ])
    .gives(&Shape::Int)
    .idempotent(),
];
