//! Bytes as strings in Node's encodings, as `Buffer.prototype.toString` makes them.

use std::borrow::Cow;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use oxidis_engine::config::Encoding;

/// What a string is made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StringUnits<'a> {
    /// UTF-8, valid or not.
    Utf8(&'a [u8]),
    /// One byte for each character.
    Latin1(Cow<'a, [u8]>),
    Utf16(Vec<u16>),
}

pub(crate) fn batches(bytes: &[u8], encoding: Encoding) -> StringUnits<'_> {
    let owned = |text: String| StringUnits::Latin1(Cow::Owned(text.into_bytes()));
    match encoding {
        Encoding::Utf8 => StringUnits::Utf8(bytes),
        Encoding::Latin1 => StringUnits::Latin1(Cow::Borrowed(bytes)),
        Encoding::Ascii => StringUnits::Latin1(bytes.iter().map(|byte| byte & 0x7f).collect()),
        Encoding::Hex => owned(HEXLOWER.encode(bytes)),
        Encoding::Base64 => owned(BASE64.encode(bytes)),
        Encoding::Base64url => owned(BASE64URL_NOPAD.encode(bytes)),
        Encoding::Utf16le => {
            StringUnits::Utf16(bytes.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect())
        }
    }
}
