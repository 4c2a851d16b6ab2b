//! One option as it came, before it is checked. Owns the strict conversions; none of their complaints repeats
//! text, since text may be a secret.

use std::sync::Arc;

use serde_json::{Number, Value as Json};

use super::address::AddressMap;
use super::{CredentialsProvider, Secret};

/// One option as it came.
#[derive(Clone)]
pub enum OptionValue {
    /// `null`: the default.
    Absent,
    /// Text out of a URL. It has no type of its own: `5000` is a number where a number is wanted.
    Written(String),
    /// A string.
    Text(String),
    /// A number.
    Number(Number),
    /// A boolean.
    Bool(bool),
    /// A list of strings.
    List(Vec<String>),
    /// What hands out credentials.
    Provider(Arc<dyn CredentialsProvider>),
    /// What knows the address behind an announced one.
    AddressMap(Arc<dyn AddressMap>),
    /// Something that no option takes, named for the error.
    Foreign(&'static str),
}

/// What was given instead of what was expected.
pub(super) type Got = String;

impl OptionValue {
    /// Reads one member of an options object. A nested object is foreign here: groups are walked before.
    pub(super) fn from_json(value: &Json) -> Self {
        match value {
            Json::Null => Self::Absent,
            Json::Bool(flag) => Self::Bool(*flag),
            Json::Number(number) => Self::Number(number.clone()),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .map_or(Self::Foreign("a list with other things than strings"), Self::List),
            Json::Object(_) => Self::Foreign("an object"),
        }
    }

    /// What it is, without what it holds.
    pub(super) fn describe(&self) -> Got {
        match self {
            Self::Absent => "null",
            Self::Written(_) => "the given text",
            // JSON has no such numbers: they come as text.
            Self::Text(text) => match text.as_str() {
                "NaN" => "NaN",
                "Infinity" => "Infinity",
                "-Infinity" => "-Infinity",
                _ => "a string",
            },
            Self::Number(_) => "a number",
            Self::Bool(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Provider(_) | Self::AddressMap(_) => "a function",
            Self::Foreign(name) => name,
        }
        .to_owned()
    }

    pub(super) fn is_empty_text(&self) -> bool {
        matches!(self, Self::Written(text) | Self::Text(text) if text.is_empty())
    }

    pub(super) fn into_text(self) -> Result<String, Got> {
        match self {
            Self::Written(text) | Self::Text(text) => Ok(text),
            other => Err(other.describe()),
        }
    }

    pub(super) fn into_bool(self) -> Result<bool, Got> {
        match self {
            Self::Bool(flag) => Ok(flag),
            Self::Written(text) if text == "true" => Ok(true),
            Self::Written(text) if text == "false" => Ok(false),
            other => Err(other.describe()),
        }
    }

    /// A number is repeated in the complaint: no secret is one.
    pub(super) fn into_whole(self, min: u64, max: u64) -> Result<u64, Got> {
        let (whole, got) = match self {
            Self::Number(number) => (number.as_u64(), number.to_string()),
            Self::Written(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                (text.parse().ok(), "the given number".to_owned())
            }
            other => return Err(other.describe()),
        };
        whole.filter(|whole| (min..=max).contains(whole)).ok_or(got)
    }

    pub(super) fn is_infinity(&self) -> bool {
        matches!(self, Self::Written(text) | Self::Text(text) if text == "Infinity")
    }

    /// One PEM text or several. PEM has line ends, so it never comes out of a URL.
    pub(super) fn into_pem(self) -> Result<Vec<Secret>, Got> {
        match self {
            Self::Text(text) => Ok(vec![Secret::new(text)]),
            Self::List(texts) => Ok(texts.into_iter().map(Secret::new).collect()),
            Self::Written(_) => Err("a URL parameter".to_owned()),
            other => Err(other.describe()),
        }
    }
}
