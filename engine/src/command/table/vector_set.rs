//! Vector sets.

use crate::command::argument::{
    KEY, Kind, Part, Part::Early, Part::Vector, choice, early, flag, maybe, one, options, value,
};
use crate::command::row::{Row, Since, read, when, write};
use crate::command::shape::{Shape, TEXT_OR_NULL, field};

const SINCE: Since = Since::redis("8.0.0");

const ELEMENT: Part = one("element", Kind::Text);
const TEXTS: Shape = Shape::List(&Shape::Text);

const WITH_COUNT: u8 = 1;
const WITH_SCORES: u8 = 1;
const WITH_ATTRIBUTES: u8 = 2;

const SCORED: Shape =
    Shape::Typed("[element: T, score: number][]", &Shape::Pairs(&Shape::Text, &Shape::Double));
const DESCRIBED: Shape =
    Shape::Typed("[element: T, attributes: T | null][]", &Shape::Pairs(&Shape::Text, &TEXT_OR_NULL));
const SCORED_AND_DESCRIBED: Shape = Shape::Typed(
    "[element: T, score: number, attributes: T | null][]",
    &Shape::Tuples(&[Shape::Text, Shape::Double, TEXT_OR_NULL]),
);

const INFO: Shape = Shape::Object(&[
    field("quant-type", Shape::Word),
    field("hnsw-m", Shape::Int),
    field("vector-dim", Shape::Int),
    field("projection-input-dim", Shape::Int),
    field("size", Shape::Int),
    field("max-level", Shape::Int),
    field("attributes-count", Shape::Int),
    field("vset-uid", Shape::Int),
    field("hnsw-max-node-uid", Shape::Int),
]);

pub(super) const ROWS: &[Row] = &[
    write("VADD", SINCE, "Adds an element with its vector, or changes it. Returns whether the element is new.")
        .takes(&[
            KEY,
            Early { option: "reduce", word: "REDUCE" },
            Vector { name: "vector", element: false },
            ELEMENT,
            options(&[
                early("reduce", Kind::Int, "Projects the vectors of a new set to this many dimensions."),
                flag("cas", "CAS", "Looks for neighbours on another thread."),
                choice("quantization", &["noquant", "q8", "bin"], "How a new set keeps vectors; 'q8' by default."),
                value("ef", "EF", Kind::Int, "How many candidates for neighbours to look at; 200 by default."),
                value("setattr", "SETATTR", Kind::Text, "Attributes of the element, as JSON text."),
                value("m", "M", Kind::Int, "How many neighbours each element of a new set has; 16 by default."),
            ]),
        ])
        .gives(&Shape::Bool)
        .idempotent(),
    read("VCARD", SINCE, "Returns the number of elements of a vector set.").takes(&[KEY]).gives(&Shape::Int),
    read("VDIM", SINCE, "Returns how many dimensions the vectors of a vector set have.")
        .takes(&[KEY])
        .gives(&Shape::Int),
    read("VEMB", SINCE, "Returns the vector of an element, or null.")
        .takes(&[KEY, ELEMENT])
        .gives(&Shape::OrNull(&Shape::List(&Shape::Double))),
    read("VGETATTR", SINCE, "Returns the attributes of an element as JSON text, or null.")
        .takes(&[KEY, ELEMENT])
        .gives(&TEXT_OR_NULL),
    read("VINFO", SINCE, "Returns what the server knows about a vector set, or null.")
        .takes(&[KEY])
        .gives(&Shape::OrNull(&Shape::Named("VectorSetInfo", &INFO))),
    read("VISMEMBER", SINCE, "Says whether a vector set has an element.")
        .takes(&[KEY, ELEMENT])
        .gives(&Shape::Bool),
    read("VLINKS", SINCE, "Returns the neighbours of an element in each layer of the graph, or null.")
        .takes(&[
            KEY,
            ELEMENT,
            options(&[flag("withscores", "WITHSCORES", "Returns [element, score] pairs.").sets(WITH_SCORES)]),
        ])
        .but(&[when(WITH_SCORES, &Shape::OrNull(&Shape::List(&SCORED)))])
        .gives(&Shape::OrNull(&Shape::List(&TEXTS))),
    read(
        "VRANDMEMBER",
        SINCE,
        "Returns a random element, or several; a negative count may repeat them.",
    )
    .takes(&[KEY, maybe("count", Kind::Int, WITH_COUNT)])
    .but(&[when(WITH_COUNT, &TEXTS)])
    .gives(&TEXT_OR_NULL),
    read(
        "VRANGE",
        Since::redis("8.4.0"),
        "Returns the elements in a lexicographical range: '[a' includes a, '(a' excludes it, '-' and '+' are the ends.",
    )
    .takes(&[KEY, one("start", Kind::Text), one("end", Kind::Text), maybe("count", Kind::Int, 0)])
    .gives(&TEXTS),
    write("VREM", SINCE, "Removes an element. Returns whether the vector set had it.")
        .takes(&[KEY, ELEMENT])
        .gives(&Shape::Bool)
        .idempotent(),
    write(
        "VSETATTR",
        SINCE,
        "Sets the attributes of an element, JSON text; '' removes them. Returns whether there is such an element.",
    )
    .takes(&[KEY, ELEMENT, one("attributes", Kind::Text)])
    .gives(&Shape::Bool)
    .idempotent(),
    read(
        "VSIM",
        SINCE,
        "Returns the elements whose vectors are most like a vector, or like that of an element of this name.",
    )
    .takes(&[
        KEY,
        Vector { name: "query", element: true },
        options(&[
            flag("withscores", "WITHSCORES", "Adds to each how similar it is, from 0 to 1.").sets(WITH_SCORES),
            flag("withattribs", "WITHATTRIBS", "Adds to each its attributes as JSON text, or null (8.2).")
                .sets(WITH_ATTRIBUTES),
            value("count", "COUNT", Kind::Int, "How many at most; 10 by default."),
            value("epsilon", "EPSILON", Kind::Float, "How far from the vector at most, from 0 to 1 (8.2)."),
            value("ef", "EF", Kind::Int, "How many candidates to look at; more take longer and find more."),
            value("filter", "FILTER", Kind::Text, "Only elements whose attributes fit, such as '.year > 1950'."),
            value("filteref", "FILTER-EF", Kind::Int, "How many elements to look at for a filter at most."),
            flag("truth", "TRUTH", "Compares with all elements: exact and slow."),
            flag("nothread", "NOTHREAD", "Searches on the server's main thread."),
        ]),
    ])
    .but(&[
        when(WITH_SCORES | WITH_ATTRIBUTES, &SCORED_AND_DESCRIBED),
        when(WITH_SCORES, &SCORED),
        when(WITH_ATTRIBUTES, &DESCRIBED),
    ])
    .gives(&TEXTS),
];
