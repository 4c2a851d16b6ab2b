//! One option: what it takes, how that is checked, where it goes.

use std::sync::Arc;

use super::address::AddressMap;
use super::builder::OptionsDraft;
use super::option_value::{Got, OptionValue};
use super::{CredentialsProvider, Encoding, ReadFrom, Secret, TlsVersion};
use crate::error::Error;

/// What an option takes, and where it goes.
pub(super) enum OptionType {
    Text {
        check: fn(&str) -> bool,
        expected: &'static str,
        set: fn(&mut OptionsDraft, String),
    },
    Secret(fn(&mut OptionsDraft, Secret)),
    Pem(fn(&mut OptionsDraft, Vec<Secret>)),
    Whole {
        unit: &'static str,
        min: u64,
        max: u64,
        set: fn(&mut OptionsDraft, u64),
    },
    OneOf {
        values: &'static [u64],
        set: fn(&mut OptionsDraft, u64),
    },
    WholeOrInfinity(fn(&mut OptionsDraft, Option<u32>)),
    Bool(fn(&mut OptionsDraft, bool)),
    Encoding(fn(&mut OptionsDraft, Encoding)),
    ReadFrom(fn(&mut OptionsDraft, ReadFrom)),
    AddressMap(fn(&mut OptionsDraft, Arc<dyn AddressMap>)),
    TlsVersion(fn(&mut OptionsDraft, TlsVersion)),
    List(fn(&mut OptionsDraft, Vec<String>)),
    /// A function that stays with the host of the engine, and is only known to be there.
    Function(fn(&mut OptionsDraft)),
    Group {
        can_be_off: bool,
        set: fn(&mut OptionsDraft, bool),
    },
    Provider(fn(&mut OptionsDraft, Arc<dyn CredentialsProvider>)),
}

/// One option.
pub struct OptionRow {
    /// Its name; a member of a group is written `group.member`, also in a URL.
    pub name: &'static str,
    /// What holds when it is not given.
    pub default: &'static str,
    /// What it does, one sentence.
    pub doc: &'static str,
    pub(super) kind: OptionType,
}

impl OptionRow {
    /// Its type, as the documentation names it.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            OptionType::Text { .. }
            | OptionType::Secret(_)
            | OptionType::ReadFrom(_)
            | OptionType::TlsVersion(_) => "string",
            OptionType::List(_) => "array of strings",
            OptionType::Encoding(_) => "encoding of Node",
            OptionType::Pem(_) => "PEM string or array",
            OptionType::Whole { .. } | OptionType::OneOf { .. } => "number",
            OptionType::WholeOrInfinity(_) => "number or Infinity",
            OptionType::Bool(_) => "boolean",
            OptionType::Group { can_be_off: true, .. } => "object or boolean",
            OptionType::Group { can_be_off: false, .. } => "object",
            OptionType::Provider(_) | OptionType::AddressMap(_) | OptionType::Function(_) => "function",
        }
    }

    /// Its unit, or nothing.
    pub fn unit(&self) -> &'static str {
        match self.kind {
            OptionType::Whole { unit, .. } => unit,
            _ => "",
        }
    }

    fn expected(&self) -> String {
        match self.kind {
            OptionType::Text { expected, .. } => expected.to_owned(),
            OptionType::Secret(_) => "a string".to_owned(),
            OptionType::Pem(_) => "a PEM string or an array of them".to_owned(),
            OptionType::Whole { min, max, .. } if max == min + 1 => format!("{min} or {max}"),
            OptionType::Whole { unit: "", min, max, .. } => format!("a whole number from {min} to {max}"),
            OptionType::Whole { unit, min, max, .. } => {
                format!("a whole number of {unit} from {min} to {max}")
            }
            OptionType::OneOf { values, .. } => {
                let values: Vec<_> = values.iter().map(u64::to_string).collect();
                format!("one of {}", values.join(", "))
            }
            OptionType::WholeOrInfinity(_) => format!("a whole number from 0 to {}, or Infinity", u32::MAX),
            OptionType::Bool(_) => "true or false".to_owned(),
            OptionType::Encoding(_) => format!("one of {}", Encoding::ALL.map(Encoding::as_str).join(", ")),
            OptionType::Group { can_be_off: true, .. } => "an object, true or false".to_owned(),
            OptionType::Group { can_be_off: false, .. } => "an object".to_owned(),
            OptionType::ReadFrom(_) => format!("one of {}", ReadFrom::ALL.map(ReadFrom::as_str).join(", ")),
            OptionType::TlsVersion(_) => "TLSv1.2 or TLSv1.3".to_owned(),
            OptionType::List(_) => "an array of strings".to_owned(),
            OptionType::Provider(_) | OptionType::AddressMap(_) | OptionType::Function(_) => {
                "a function".to_owned()
            }
        }
    }

    /// Checks `value` and puts it in its place.
    pub(super) fn store(&self, draft: &mut OptionsDraft, value: OptionValue) -> Result<(), Error> {
        self.place(draft, value).map_err(|got| {
            Error::option(format!("option {:?} must be {}, not {got}", self.name, self.expected()))
        })
    }

    fn place(&self, draft: &mut OptionsDraft, value: OptionValue) -> Result<(), Got> {
        let wrong = || "the given text".to_owned();
        match self.kind {
            OptionType::Text { check, set, .. } => {
                set(
                    draft,
                    value.into_text().and_then(|text| if check(&text) { Ok(text) } else { Err(wrong()) })?,
                );
            }
            OptionType::Secret(set) => set(draft, Secret::new(value.into_text()?)),
            OptionType::Pem(set) => set(draft, value.into_pem()?),
            OptionType::Whole { min, max, set, .. } => set(draft, value.into_whole(min, max)?),
            OptionType::OneOf { values, set } => {
                let most = values.last().copied().unwrap_or(0);
                let whole = value.into_whole(0, most)?;
                set(draft, if values.contains(&whole) { Ok(whole) } else { Err(whole.to_string()) }?);
            }
            OptionType::WholeOrInfinity(set) if value.is_infinity() => set(draft, None),
            OptionType::WholeOrInfinity(set) => {
                let whole = value.into_whole(0, u64::from(u32::MAX))?;
                set(draft, Some(u32::try_from(whole).unwrap_or(u32::MAX)));
            }
            OptionType::Bool(set) => set(draft, value.into_bool()?),
            OptionType::Encoding(set) => {
                set(draft, Encoding::from_name(&value.into_text()?).ok_or_else(wrong)?);
            }
            OptionType::Group { can_be_off, set } => match value.into_bool()? {
                false if !can_be_off => return Err("false".to_owned()),
                on => set(draft, on),
            },
            OptionType::ReadFrom(set) => {
                set(draft, ReadFrom::from_name(&value.into_text()?).ok_or_else(wrong)?);
            }
            OptionType::TlsVersion(set) => {
                set(draft, TlsVersion::from_name(&value.into_text()?).ok_or_else(wrong)?);
            }
            OptionType::List(set) => match value {
                OptionValue::List(words) => set(draft, words),
                other => return Err(other.describe()),
            },
            OptionType::Function(set) => match value {
                OptionValue::Bool(true) => set(draft),
                other => return Err(other.describe()),
            },
            OptionType::AddressMap(set) => match value {
                OptionValue::AddressMap(map) => set(draft, map),
                other => return Err(other.describe()),
            },
            OptionType::Provider(set) => match value {
                OptionValue::Provider(provider) => set(draft, provider),
                other => return Err(other.describe()),
            },
        }
        Ok(())
    }
}
