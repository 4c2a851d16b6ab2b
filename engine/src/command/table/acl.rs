//! Access control.
//!
//! The names of users and rules are the server's own words: text in every view.

use crate::command::argument::{Kind, Part, any, flag, many, maybe, one, options, value};
use crate::command::row::{Row, ask, since, tell, when};
use crate::command::shape::{OK, Shape, field};

const USERNAME: Part = one("username", Kind::Text);
/// The variant bit of what empties a log instead of reading it.
const EMPTIES: u8 = 1;

const SELECTOR: Shape = Shape::Object(&[
    field("commands", Shape::Word),
    field("keys", Shape::Word),
    field("channels", Shape::Word),
    field("databases", Shape::Optional(&Shape::Word)),
]);
const USER: Shape = Shape::Named(
    "AclUser",
    &Shape::Object(&[
        field("flags", Shape::List(&Shape::Word)),
        field("passwords", Shape::List(&Shape::Word)),
        field("commands", Shape::Word),
        field("keys", Shape::Word),
        field("channels", Shape::Word),
        field("databases", Shape::Optional(&Shape::Word)),
        field("selectors", Shape::List(&SELECTOR)),
    ]),
);
const DENIAL: Shape = Shape::Named(
    "AclDenial",
    &Shape::Object(&[
        field("count", Shape::Int),
        field("reason", Shape::Word),
        field("context", Shape::Word),
        field("object", Shape::Word),
        field("username", Shape::Word),
        field("age-seconds", Shape::Double),
        field("client-info", Shape::Attributes),
        field("entry-id", Shape::Int),
        field("timestamp-created", Shape::Int),
        field("timestamp-last-updated", Shape::Int),
    ]),
);

pub(super) const ROWS: &[Row] = &[
    ask("ACL CAT", since("6.0.0"), "Lists the ACL categories, or the commands in one category.")
        .takes(&[maybe("category", Kind::Text, 0)])
        .gives(&Shape::List(&Shape::Word)),
    tell(
        "ACL DELUSER",
        since("6.0.0"),
        "Deletes users and closes their connections. Returns the number of deleted users.",
    )
    .takes(&[many("usernames", Kind::Text)])
    .gives(&Shape::Int)
    .admin()
    .idempotent(),
    ask("ACL DRYRUN", since("7.0.0"), "Checks whether a user may run a command, without running it. Returns 'OK' or the reason for the refusal.")
        .takes(&[USERNAME, one("command", Kind::Text), any("args", Kind::Text)])
        .gives(&Shape::Word)
        .admin(),
    ask(
        "ACL GENPASS",
        since("6.0.0"),
        "Generates a random password in hexadecimal, with 256 bits or the given number.",
    )
    .takes(&[maybe("bits", Kind::Int, 0)])
    .gives(&Shape::Word),
    ask("ACL GETUSER", since("6.0.0"), "Returns the rules of a user, or null if there is no such user.")
        .takes(&[USERNAME])
        .gives(&Shape::OrNull(&USER))
        .admin(),
    ask("ACL LIST", since("6.0.0"), "Returns the rules of all users in the format of an ACL file.")
        .gives(&Shape::List(&Shape::Word))
        .admin(),
    tell("ACL LOAD", since("6.0.0"), "Reloads the users from the ACL file.").gives(&OK).admin(),
    tell("ACL LOG", since("6.0.0"), "Returns recent ACL denials, newest first.")
        .takes(&[options(&[
            value("count", "", Kind::Int, "How many entries at most; 10 by default.").excludes(1),
            flag("reset", "RESET", "Empties the log instead.").excludes(1).sets(EMPTIES),
        ])])
        .but(&[when(EMPTIES, &OK)])
        .gives(&Shape::List(&DENIAL))
        .admin()
        .idempotent(),
    tell("ACL SAVE", since("6.0.0"), "Saves the users to the ACL file.").gives(&OK).admin().idempotent(),
    tell("ACL SETUSER", since("6.0.0"), "Creates a user or changes its rules.")
        .takes(&[USERNAME, any("rules", Kind::Text)])
        .gives(&OK)
        .admin(),
    ask("ACL USERS", since("6.0.0"), "Lists the names of all users.")
        .gives(&Shape::List(&Shape::Word))
        .admin(),
    ask("ACL WHOAMI", since("6.0.0"), "Returns the user name of this connection.").gives(&Shape::Word),
];
