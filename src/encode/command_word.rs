//! The word that names a command and how it is to be called. `lib/command/compile-method.js` puts it together from the command table.

use oxidis_engine::command::CommandId;
use oxidis_engine::config::Encoding;
use oxidis_engine::connection::request::TextFormat;

/// Bits of the command's index.
const COMMAND_BITS: u32 = 12;

/// The index that says: the name is the first argument.
const RAW: u32 = (1 << COMMAND_BITS) - 1;

const VARIANT_SHIFT: u32 = COMMAND_BITS;
const VARIANT_BITS: u32 = 4;
const BINARY: u32 = 1 << 16;
const RETRY_ALWAYS: u32 = 1 << 17;
const RETRY_NEVER: u32 = 1 << 18;
const ENCODING_SHIFT: u32 = 19;
const ENCODING_BITS: u32 = 3;
const TEMPLATE_SHIFT: u32 = 22;

/// The variant of a command without a number whose keys have their prefix already; `lib/command/raw-keys.js` knows the same one.
const PREFIXED: u8 = 1;

/// Whether a command may be sent again after it was lost in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Read-only commands only.
    ByTable,
    /// The caller says it is idempotent.
    Always,
    /// The caller wants no second try.
    Never,
}

/// The word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommandWord(u32);

impl From<u32> for CommandWord {
    fn from(word: u32) -> Self {
        Self(word)
    }
}

impl CommandWord {
    /// The command; `None` when its name is the first argument.
    pub(crate) fn command(self) -> Option<CommandId> {
        match self.0 & RAW {
            RAW => None,
            index => CommandId::from_index(index as usize),
        }
    }

    /// Which of the command's reply shapes its options chose.
    pub(crate) fn variant(self) -> u8 {
        u8::try_from((self.0 >> VARIANT_SHIFT) & ((1 << VARIANT_BITS) - 1)).unwrap_or(0)
    }

    /// Whether the façade has put the prefix before the keys of a command that has no number.
    pub(crate) fn is_prefixed(self) -> bool {
        self.command().is_none() && self.variant() == PREFIXED
    }

    /// The template of its options; 0 without.
    pub(crate) fn template(self) -> u32 {
        self.0 >> TEMPLATE_SHIFT
    }

    /// The same command with the settings of `other`.
    pub(crate) fn with_settings_of(self, other: Self) -> Self {
        const COMMAND: u32 = (1 << (VARIANT_SHIFT + VARIANT_BITS)) - 1;
        Self((self.0 & COMMAND) | (other.0 & !COMMAND))
    }

    /// What texts are wanted as: strings, Buffers, or strings in another of Node's encodings.
    pub(crate) fn view(self) -> TextFormat {
        if self.0 & BINARY != 0 {
            return TextFormat::Bytes;
        }
        match (self.0 >> ENCODING_SHIFT) & ((1 << ENCODING_BITS) - 1) {
            0 => TextFormat::Text,
            number => Encoding::from_number(number as usize).map_or(TextFormat::Text, TextFormat::Encoded),
        }
    }

    /// What the caller says about sending it twice.
    pub(crate) fn retry(self) -> Retry {
        if self.0 & RETRY_ALWAYS != 0 {
            Retry::Always
        } else if self.0 & RETRY_NEVER != 0 {
            Retry::Never
        } else {
            Retry::ByTable
        }
    }
}
