//! A command is data. Owns the table of rows and everything that follows from a row: key positions, replay safety, server
//! timeouts, reply shapes, the JavaScript methods' description and the TypeScript declarations. Knows no socket.

mod argument;
mod connection_rules;
mod info_text;
mod key;
mod normalise;
mod prefix;
mod print;
mod registry;
mod row;
mod shape;
mod stream_tail;
mod table;
mod timeout;

pub use self::print::json::{described_table_json, table_json};
pub use self::print::markdown::print_markdown;
pub use self::print::typescript::print_dts;
pub use self::stream_tail::{Tail, TailId};
pub use argument::{Companion, Kind, Opt, OptValue, OptionNeed, PairLayout, Param, Part, PhrasePiece, Unit};
pub use key::{ArgumentWords, KeyRole, KeySearch, KeySearchStart, KeySpec};
pub use normalise::{MapNames, scalar, shape};
pub use prefix::{Ambiguous, KeyPrefix, PrefixScratch, take_off};
pub use registry::{Command, CommandId, by_name, key_positions, pattern_positions, resolve, table};
pub use row::{Access, ConnectionUse, Family, Replay, Row, SessionEffect, ShapeCase, Since};
pub use shape::{Field, ScalarRule, Shape, bool_from_int, double_from_text, int_from_text};
pub use timeout::{ServerTimeout, TimeoutArg, TimeoutPosition};
