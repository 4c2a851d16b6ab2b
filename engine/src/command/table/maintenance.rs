//! What Redis 8 brings for those who run it: keys that cost much, and backups of a running server.

use crate::command::argument::{Kind, Part::Count, Part::Word, counted, many, options, param, value};
use crate::command::row::{Row, Since, ask, tell};
use crate::command::shape::{OK, Shape, field};

const COSTS: Shape = Shape::Optional(&Shape::Pairs(&Shape::Key, &Shape::Int));
const INT_IF_ANY: Shape = Shape::Optional(&Shape::Int);
const HOT_KEYS: Shape = Shape::Named(
    "HotKeys",
    &Shape::Object(&[
        field("tracking-active", Shape::Bool),
        field("sample-ratio", Shape::Int),
        field("selected-slots", Shape::Typed("[start: number, end?: number][]", &Shape::Any)),
        field("all-commands-all-slots-us", Shape::Int),
        field("net-bytes-all-commands-all-slots", Shape::Int),
        field("collection-start-time-unix-ms", Shape::Int),
        field("collection-duration-ms", Shape::Int),
        field("total-cpu-time-user-ms", INT_IF_ANY),
        field("total-cpu-time-sys-ms", INT_IF_ANY),
        field("total-net-bytes", INT_IF_ANY),
        field("by-cpu-time-us", COSTS),
        field("by-net-bytes", COSTS),
    ]),
);
const BACKUP: Shape = Shape::Named(
    "BackupStatus",
    &Shape::Object(&[
        field("state", Shape::Line(&["idle", "pending", "snapshotting", "incrementing", "sealed", "failed"])),
        field("error", Shape::Word),
        field("start_time", Shape::Int),
        field("end_time", Shape::Int),
    ]),
);

pub(super) const ROWS: &[Row] = &[
    tell("BACKUP ABORT", Since::redis("8.10.0"), "Aborts a backup that is not sealed yet.")
        .gives(&OK)
        .admin(),
    tell("BACKUP CLEANUP", Since::redis("8.10.0"), "Deletes the files of the last backup.")
        .gives(&OK)
        .admin()
        .idempotent(),
    ask("BACKUP LIST", Since::redis("8.10.0"), "Lists the paths of the backup's files so far.")
        .gives(&Shape::List(&Shape::Word))
        .admin(),
    tell("BACKUP SEAL", Since::redis("8.10.0"), "Completes the backup. Its files no longer change.")
        .gives(&OK)
        .admin(),
    tell("BACKUP START", Since::redis("8.10.0"), "Starts an online backup.").gives(&OK).admin(),
    ask("BACKUP STATUS", Since::redis("8.10.0"), "Returns the state of the backup. Times are in seconds.")
        .gives(&BACKUP)
        .admin(),
    ask(
        "HOTKEYS GET",
        Since::redis("8.6.0"),
        "Returns the hottest keys found, or null if tracking never ran.",
    )
    .gives(&Shape::OrNull(&Shape::Sole(&HOT_KEYS)))
    .admin(),
    tell("HOTKEYS RESET", Since::redis("8.6.0"), "Discards the results of hot key tracking.")
        .gives(&OK)
        .admin()
        .idempotent(),
    tell(
        "HOTKEYS START",
        Since::redis("8.6.0"),
        "Starts tracking the keys that use the most processor time or network traffic.",
    )
    .takes(&[
        Word("METRICS"),
        Count,
        many("metrics", Kind::Choice(&["cpu", "net"])),
        options(&[
            value("count", "COUNT", Kind::Int, "How many keys."),
            value("duration", "DURATION", Kind::Int, "Stops after this many seconds."),
            value("sample", "SAMPLE", Kind::Int, "Looks at one of so many commands."),
            counted("slots", "SLOTS", &[param("slot", Kind::Int)], "Only keys of these slots."),
        ]),
    ])
    .gives(&OK)
    .admin(),
    tell(
        "HOTKEYS STOP",
        Since::redis("8.6.0"),
        "Stops tracking hot keys and keeps the results. Returns null if tracking was not running.",
    )
    .gives(&Shape::OrNull(&OK))
    .admin(),
];
