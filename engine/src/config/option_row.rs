//! One option: what it takes, how that is checked, where it goes.

use std::sync::Arc;

use super::address::AddressMap;
use super::builder::Draft;
use super::option_value::{Got, OptionValue};
use super::{CredentialsProvider, Encoding, ReadFrom, Secret, TlsVersion};
use crate::error::Error;

/// What an option takes, and where it goes.
pub(super) enum Kind {
    Text {
        check: fn(&str) -> bool,
        expected: &'static str,
        set: fn(&mut Draft, String),
    },
    Secret(fn(&mut Draft, Secret)),
    Pem(fn(&mut Draft, Vec<Secret>)),
    Whole {
        unit: &'static str,
        min: u64,
        max: u64,
        set: fn(&mut Draft, u64),
    },
    OneOf {
        values: &'static [u64],
        set: fn(&mut Draft, u64),
    },
    WholeOrInfinity(fn(&mut Draft, Option<u32>)),
    Bool(fn(&mut Draft, bool)),
    Encoding(fn(&mut Draft, Encoding)),
    ReadFrom(fn(&mut Draft, ReadFrom)),
    AddressMap(fn(&mut Draft, Arc<dyn AddressMap>)),
    TlsVersion(fn(&mut Draft, TlsVersion)),
    List(fn(&mut Draft, Vec<String>)),
    /// A function that stays with the host of the engine, and is only known to be there.
    Function(fn(&mut Draft)),
    Group {
        can_be_off: bool,
        set: fn(&mut Draft, bool),
    },
    Provider(fn(&mut Draft, Arc<dyn CredentialsProvider>)),
}

/// One option.
pub struct OptionRow {
    /// Its name; a member of a group is written `group.member`, also in a URL.
    pub name: &'static str,
    /// What holds when it is not given.
    pub default: &'static str,
    /// What it does, one sentence.
    pub doc: &'static str,
    pub(super) kind: Kind,
}

impl OptionRow {
    /// Its type, as the documentation names it.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Text { .. } | Kind::Secret(_) | Kind::ReadFrom(_) | Kind::TlsVersion(_) => "string",
            Kind::List(_) => "array of strings",
            Kind::Encoding(_) => "encoding of Node",
            Kind::Pem(_) => "PEM string or array",
            Kind::Whole { .. } | Kind::OneOf { .. } => "number",
            Kind::WholeOrInfinity(_) => "number or Infinity",
            Kind::Bool(_) => "boolean",
            Kind::Group { can_be_off: true, .. } => "object or boolean",
            Kind::Group { can_be_off: false, .. } => "object",
            Kind::Provider(_) | Kind::AddressMap(_) | Kind::Function(_) => "function",
        }
    }

    /// Its unit, or nothing.
    pub fn unit(&self) -> &'static str {
        match self.kind {
            Kind::Whole { unit, .. } => unit,
            _ => "",
        }
    }

    fn expected(&self) -> String {
        match self.kind {
            Kind::Text { expected, .. } => expected.to_owned(),
            Kind::Secret(_) => "a string".to_owned(),
            Kind::Pem(_) => "a PEM string or an array of them".to_owned(),
            Kind::Whole { min, max, .. } if max == min + 1 => format!("{min} or {max}"),
            Kind::Whole { unit: "", min, max, .. } => format!("a whole number from {min} to {max}"),
            Kind::Whole { unit, min, max, .. } => format!("a whole number of {unit} from {min} to {max}"),
            Kind::OneOf { values, .. } => {
                let values: Vec<_> = values.iter().map(u64::to_string).collect();
                format!("one of {}", values.join(", "))
            }
            Kind::WholeOrInfinity(_) => format!("a whole number from 0 to {}, or Infinity", u32::MAX),
            Kind::Bool(_) => "true or false".to_owned(),
            Kind::Encoding(_) => format!("one of {}", Encoding::ALL.map(Encoding::as_str).join(", ")),
            Kind::Group { can_be_off: true, .. } => "an object, true or false".to_owned(),
            Kind::Group { can_be_off: false, .. } => "an object".to_owned(),
            Kind::ReadFrom(_) => format!("one of {}", ReadFrom::ALL.map(ReadFrom::as_str).join(", ")),
            Kind::TlsVersion(_) => "TLSv1.2 or TLSv1.3".to_owned(),
            Kind::List(_) => "an array of strings".to_owned(),
            Kind::Provider(_) | Kind::AddressMap(_) | Kind::Function(_) => "a function".to_owned(),
        }
    }

    /// Checks `value` and puts it in its place.
    pub(super) fn store(&self, draft: &mut Draft, value: OptionValue) -> Result<(), Error> {
        self.place(draft, value).map_err(|got| {
            Error::option(format!("option {:?} must be {}, not {got}", self.name, self.expected()))
        })
    }

    fn place(&self, draft: &mut Draft, value: OptionValue) -> Result<(), Got> {
        let wrong = || "the given text".to_owned();
        match self.kind {
            Kind::Text { check, set, .. } => {
                set(
                    draft,
                    value.into_text().and_then(|text| if check(&text) { Ok(text) } else { Err(wrong()) })?,
                );
            }
            Kind::Secret(set) => set(draft, Secret::new(value.into_text()?)),
            Kind::Pem(set) => set(draft, value.into_pem()?),
            Kind::Whole { min, max, set, .. } => set(draft, value.into_whole(min, max)?),
            Kind::OneOf { values, set } => {
                let most = values.last().copied().unwrap_or(0);
                let whole = value.into_whole(0, most)?;
                set(draft, if values.contains(&whole) { Ok(whole) } else { Err(whole.to_string()) }?);
            }
            Kind::WholeOrInfinity(set) if value.is_infinity() => set(draft, None),
            Kind::WholeOrInfinity(set) => {
                let whole = value.into_whole(0, u64::from(u32::MAX))?;
                set(draft, Some(u32::try_from(whole).unwrap_or(u32::MAX)));
            }
            Kind::Bool(set) => set(draft, value.into_bool()?),
            Kind::Encoding(set) => set(draft, Encoding::from_name(&value.into_text()?).ok_or_else(wrong)?),
            Kind::Group { can_be_off, set } => match value.into_bool()? {
                false if !can_be_off => return Err("false".to_owned()),
                on => set(draft, on),
            },
            Kind::ReadFrom(set) => set(draft, ReadFrom::from_name(&value.into_text()?).ok_or_else(wrong)?),
            Kind::TlsVersion(set) => {
                set(draft, TlsVersion::from_name(&value.into_text()?).ok_or_else(wrong)?);
            }
            Kind::List(set) => match value {
                OptionValue::List(words) => set(draft, words),
                other => return Err(other.describe()),
            },
            Kind::Function(set) => match value {
                OptionValue::Bool(true) => set(draft),
                other => return Err(other.describe()),
            },
            Kind::AddressMap(set) => match value {
                OptionValue::AddressMap(map) => set(draft, map),
                other => return Err(other.describe()),
            },
            Kind::Provider(set) => match value {
                OptionValue::Provider(provider) => set(draft, provider),
                other => return Err(other.describe()),
            },
        }
        Ok(())
    }
}
