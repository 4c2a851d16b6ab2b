//! Arrays: values by index, sparse, with a cursor for appending.

use crate::command::argument::{
    KEY, Kind, Opt, Part, choice, flag, many, maybe, one, options, pairs, param, repeat, some_of, value,
};
use crate::command::row::{Row, Since, read, when, write};
use crate::command::shape::{Shape, TEXT_OR_NULL, field};

const SINCE: Since = Since::redis("8.8.0");

const INDEX: Part = one("index", Kind::Int);
const INDICES: Part = many("indices", Kind::Int);
const VALUES: Part = many("values", Kind::Text);
/// `-` is the first index, `+` the last one.
const START: Part = one("start", Kind::Int);
const END: Part = one("end", Kind::Int);

const WITH_VALUES: u8 = 1;
const VALUES_BY_INDEX: Shape =
    Shape::Typed("[index: number, value: T][]", &Shape::Pairs(&Shape::Int, &Shape::Text));

const PREDICATES: &[Opt] = &[
    repeat("exact", "EXACT", Kind::Text, "Elements that are this."),
    repeat("match", "MATCH", Kind::Text, "Elements that contain this."),
    repeat("glob", "GLOB", Kind::Text, "Elements that match this glob-style pattern."),
    repeat("re", "RE", Kind::Text, "Elements that match this regular expression."),
    choice("combine", &["and", "or"], "Whether all predicates must hold, or any; 'or' by default."),
    flag("nocase", "NOCASE", "Takes upper and lower case for the same."),
    value("limit", "LIMIT", Kind::Int, "Stops after so many matches."),
    flag("withvalues", "WITHVALUES", "Answers [index, value] pairs.").sets(WITH_VALUES),
];

const INFO: Shape = Shape::Object(&[
    field("count", Shape::Int),
    field("len", Shape::Int),
    field("next-insert-index", Shape::Int),
    field("slices", Shape::Int),
    field("directory-size", Shape::Int),
    field("super-dir-entries", Shape::Int),
    field("slice-size", Shape::Int),
    field("dense-slices", Shape::Optional(&Shape::Int)),
    field("sparse-slices", Shape::Optional(&Shape::Int)),
    field("avg-dense-size", Shape::Optional(&Shape::Double)),
    field("avg-dense-fill", Shape::Optional(&Shape::Double)),
    field("avg-sparse-size", Shape::Optional(&Shape::Double)),
]);

pub(super) const ROWS: &[Row] = &[
    read("ARCOUNT", SINCE, "Counts the elements of an array that hold a value.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    write("ARDEL", SINCE, "Deletes elements by index; answers how many there were.")
        .takes(&[KEY, INDICES])
        .gives(&Shape::Int)
        .idempotent(),
    write("ARDELRANGE", SINCE, "Deletes ranges of elements, the ends included; answers how many there were.")
        .takes(&[KEY, pairs(param("start", Kind::Int), param("end", Kind::Int))])
        .gives(&Shape::Int)
        .idempotent(),
    read("ARGET", SINCE, "Returns an element of an array, or null.")
        .takes(&[KEY, INDEX])
        .gives(&TEXT_OR_NULL),
    read("ARGETRANGE", SINCE, "Returns a range of elements, null for each that is missing.")
        .takes(&[KEY, START, END])
        .gives(&Shape::List(&TEXT_OR_NULL)),
    read("ARGREP", SINCE, "Returns the indices of the elements that predicates hold for.")
        .takes(&[KEY, START, END, some_of(PREDICATES)])
        .but(&[when(WITH_VALUES, &VALUES_BY_INDEX)])
        .gives(&Shape::List(&Shape::Int)),
    read("ARINFO", SINCE, "Returns what the server knows about an array.")
        .takes(&[KEY, options(&[flag("full", "FULL", "Adds statistics, which takes time.")])])
        .gives(&Shape::Named("ArrayInfo", &INFO)),
    write("ARINSERT", SINCE, "Appends values at the cursor; answers the last index.")
        .takes(&[KEY, VALUES])
        .gives(&Shape::Int),
    read("ARLASTITEMS", SINCE, "Returns the elements that were appended last, the oldest first.")
        .takes(&[KEY, one("count", Kind::Int), options(&[flag("rev", "REV", "The newest first.")])])
        .gives(&Shape::List(&TEXT_OR_NULL)),
    read("ARLEN", SINCE, "Returns the length of an array: its highest index and one.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    read("ARMGET", SINCE, "Returns several elements by index, null for each that is missing.")
        .takes(&[KEY, INDICES])
        .gives(&Shape::List(&TEXT_OR_NULL)),
    write("ARMSET", SINCE, "Sets elements by index; answers how many are new.")
        .takes(&[KEY, pairs(param("index", Kind::Int), param("value", Kind::Text))])
        .gives(&Shape::Int)
        .idempotent(),
    read("ARNEXT", SINCE, "Returns the index at which `arinsert` goes on, or null when there is none left.")
        .takes(&[KEY])
        .gives(&Shape::OrNull(&Shape::Int)),
    read("AROP", SINCE, "Computes over a range of elements; null if no element counts.")
        .takes(&[
            KEY,
            START,
            END,
            one("operation", Kind::Choice(&["sum", "min", "max", "and", "or", "xor", "match", "used"])),
            maybe("value", Kind::Text, 0),
        ])
        .gives(&Shape::OrNull(&Shape::Double)),
    write("ARRING", SINCE, "Appends values to a ring of this size; answers the last index.")
        .takes(&[KEY, one("size", Kind::Int), VALUES])
        .gives(&Shape::Int),
    read("ARSCAN", SINCE, "Returns the elements in a range that hold a value, as [index, value] pairs.")
        .takes(&[KEY, START, END, options(&[value("limit", "LIMIT", Kind::Int, "How many at most.")])])
        .gives(&VALUES_BY_INDEX),
    write("ARSEEK", SINCE, "Moves the cursor for appending; answers whether the array exists.")
        .takes(&[KEY, INDEX])
        .gives(&Shape::Bool)
        .idempotent(),
    write("ARSET", SINCE, "Sets elements one behind the other from an index on; answers how many are new.")
        .takes(&[KEY, INDEX, VALUES])
        .gives(&Shape::Int)
        .idempotent(),
];
