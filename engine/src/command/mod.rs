//! A command is data. Owns the table of rows and everything that follows from a row: key positions, replay safety, server
//! timeouts, reply shapes, the JavaScript methods' description and the TypeScript declarations. Knows no socket.

mod argument;
mod call;
mod dts;
mod json;
mod key;
mod markdown;
mod normalise;
mod options_type;
mod overload;
mod prefix;
mod registry;
mod reply_type;
mod row;
mod server_text;
mod shape;
mod sharing;
mod signature;
mod table;
mod tail;
mod timeout;
mod ways;

pub use argument::{Companion, Kind, Layout, Need, Opt, OptValue, Param, Part, Piece, Unit};
pub use dts::print_dts;
pub use json::{described_table_json, table_json};
pub use key::{Begin, Find, KeySpec, Role, Words};
pub use markdown::print_markdown;
pub use normalise::{Names, scalar, shape};
pub use prefix::{Ambiguous, Prefix, Scratch, take_off};
pub use registry::{Command, CommandId, by_name, key_positions, pattern_positions, resolve, table};
pub use row::{Access, Case, Family, Lane, Replay, Row, Since, Trace};
pub use shape::{Field, ScalarRule, Shape, bool_from_int, double_from_text, int_from_text};
pub use tail::{Tail, TailId};
pub use timeout::{Place, ServerTimeout, TimeoutArg};
