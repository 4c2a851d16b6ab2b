//! Takes a URL apart. Owns the schemes and the rule for passwords that were pasted without encoding; knows no
//! option.
//!
//! No complaint repeats a part of the URL: what looks like a host or a port may be a piece of a password. A
//! raw `/`, `?`, `#` or `@` in a password is understood where only one reading of the URL makes sense;
//! otherwise the URL is refused, since a wrong guess would send the password to the wrong host.

use std::net::Ipv6Addr;

use percent_encoding::percent_decode;
use url::Host;

use super::address::{DEFAULT_SENTINEL_PORT, HostPort};
use crate::error::Error;

/// What a URL says.
pub(crate) struct ParsedUrl {
    /// The scheme asks for TLS.
    pub(crate) secure: bool,
    pub(crate) target: UrlTarget,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    /// Decimal digits.
    pub(crate) db: Option<String>,
    /// Names and values, decoded, in their order.
    pub(crate) query: Vec<(String, String)>,
    /// The query holds a raw `@`: it may be the rest of a password with a `?`, and is not to be repeated.
    pub(crate) query_may_be_secret: bool,
}

/// Where a URL points.
pub(crate) enum UrlTarget {
    Tcp { host: String, port: Option<u16> },
    Unix(String),
    Sentinel { sentinels: Vec<HostPort>, master: String },
}

#[derive(Clone, Copy)]
enum UrlForm {
    Tcp,
    Unix,
    Sentinel,
}

/// What is wrong with a reading of the URL.
type UrlFault = &'static str;

const SCHEMES: &str =
    "redis://, rediss://, valkey://, valkeys://, unix://, redis+unix:// or redis-sentinel://";

/// Takes `text` apart.
pub(crate) fn parse(text: &str) -> Result<ParsedUrl, Error> {
    let Some((scheme, rest)) = text.trim().split_once("://") else {
        return Err(Error::option(format!("the URL must begin with {SCHEMES}")));
    };
    let (shape, secure) = match scheme.to_ascii_lowercase().as_str() {
        "redis" | "valkey" => (UrlForm::Tcp, false),
        "rediss" | "valkeys" => (UrlForm::Tcp, true),
        "unix" | "redis+unix" => (UrlForm::Unix, false),
        "redis-sentinel" => (UrlForm::Sentinel, false),
        _ => return Err(Error::option(format!("the URL must begin with {SCHEMES}"))),
    };
    let (userinfo, place) = choose(rest, shape)?;
    let (username, password) = match userinfo.map(|text| text.split_once(':').unwrap_or((text, ""))) {
        Some((username, password)) => (credential("user name", username)?, credential("password", password)?),
        None => (None, None),
    };
    Ok(ParsedUrl {
        secure,
        target: place.target,
        username,
        password,
        db: place.db,
        query_may_be_secret: place.raw_query.contains('@'),
        query: query(place.raw_query)?,
    })
}

/// A host as it is looked up: names in ASCII, IPv6 addresses without brackets. `None` if it is no host.
pub(crate) fn host(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    let candidate = bare.unwrap_or(text);
    if bare.is_some() || candidate.contains(':') {
        // A zone is written `%25eth0` in a URL and `%eth0` elsewhere.
        let (address, zone) = candidate.split_once('%').unwrap_or((candidate, ""));
        let zone = zone.strip_prefix("25").filter(|name| !name.is_empty()).unwrap_or(zone);
        let address: Ipv6Addr = address.parse().ok()?;
        if !zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            return None;
        }
        return Some(if zone.is_empty() { address.to_string() } else { format!("{address}%{zone}") });
    }
    Host::parse(candidate).ok().map(|host| host.to_string())
}

/// Everything behind the credentials.
struct UrlTail<'a> {
    target: UrlTarget,
    db: Option<String>,
    raw_query: &'a str,
}

/// Splits the credentials off: at the place the standard says, else at the only `@` that leaves something
/// sensible.
fn choose(rest: &str, shape: UrlForm) -> Result<(Option<&str>, UrlTail<'_>), Error> {
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let standard = rest[..authority].rfind('@');
    let fault = match read_at(rest, standard, shape) {
        Ok(reading) => return Ok(reading),
        Err(fault) => fault,
    };
    let mut others = rest.match_indices('@').filter_map(|(at, _)| read_at(rest, Some(at), shape).ok());
    match (others.next(), others.next()) {
        (Some(reading), None) => Ok(reading),
        (None, _) => Err(Error::option(fault)),
        (Some(_), Some(_)) => Err(Error::option(
            "the URL can be read in more than one way: percent-encode the password (\"@\" as %40, \"/\" as %2F, \
             \"?\" as %3F, \"#\" as %23)",
        )),
    }
}

fn read_at(rest: &str, at: Option<usize>, shape: UrlForm) -> Result<(Option<&str>, UrlTail<'_>), UrlFault> {
    let (userinfo, place) = at.map_or((None, rest), |at| (Some(&rest[..at]), &rest[at + 1..]));
    Ok((userinfo, read_place(place, shape)?))
}

fn read_place(text: &str, shape: UrlForm) -> Result<UrlTail<'_>, UrlFault> {
    if text.contains('#') {
        return Err("the URL must not have a \"#\": write it as %23");
    }
    let (text, raw_query) = text.split_once('?').unwrap_or((text, ""));
    if !raw_query.split('&').all(is_parameter) {
        return Err("the URL's query must have the form name=value&name=value");
    }
    let (hosts, path) = text.find('/').map_or((text, ""), |at| (&text[..at], &text[at + 1..]));
    let (target, db) = match shape {
        UrlForm::Tcp => {
            let (host, port) = read_host(hosts)?;
            (UrlTarget::Tcp { host, port }, path)
        }
        UrlForm::Unix => {
            let path = decode(&text[hosts.len()..]).filter(|path| hosts.is_empty() && path.len() > 1);
            (
                UrlTarget::Unix(
                    path.ok_or("the URL of a unix socket must have the form unix:///path/of/socket")?,
                ),
                "",
            )
        }
        UrlForm::Sentinel => {
            let (master, db) = path.split_once('/').unwrap_or((path, ""));
            let master = decode(master)
                .filter(|master| !master.is_empty())
                .ok_or("the URL must name the master: redis-sentinel://host:port,host:port/master")?;
            (
                UrlTarget::Sentinel {
                    sentinels: hosts.split(',').map(read_sentinel).collect::<Result<_, _>>()?,
                    master,
                },
                db,
            )
        }
    };
    if !db.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the URL's path must be the number of a database, such as /0");
    }
    Ok(UrlTail { target, db: Some(db.to_owned()).filter(|db| !db.is_empty()), raw_query })
}

fn read_sentinel(text: &str) -> Result<HostPort, UrlFault> {
    let (host, port) = read_host(text)?;
    Ok(HostPort { host, port: port.unwrap_or(DEFAULT_SENTINEL_PORT) })
}

fn read_host(text: &str) -> Result<(String, Option<u16>), UrlFault> {
    let brackets = if text.starts_with('[') { text.find(']').unwrap_or(0) } else { 0 };
    let colon = text[brackets..].find(':').map(|at| brackets + at);
    let (name, port) = colon.map_or((text, ""), |at| (&text[..at], &text[at + 1..]));
    if name.is_empty() {
        return Err("the URL has no host");
    }
    if port.contains(':') {
        return Err(
            "the URL's host has too many colons: an IPv6 address stands in brackets, such as [::1]:6379",
        );
    }
    let host = host(name).ok_or("the URL's host is neither a name nor an address")?;
    if port.is_empty() {
        return Ok((host, None));
    }
    // `parse` alone would take a sign.
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(number) if digits && number > 0 => Ok((host, Some(number))),
        _ => Err("the URL's port must be a number from 1 to 65535"),
    }
}

/// Whether `text` looks like `name=value`; nothing at all is no parameter and no fault.
fn is_parameter(text: &str) -> bool {
    let name = text.split('=').next().unwrap_or_default();
    text.is_empty()
        || (name.len() < text.len()
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)))
}

fn query(text: &str) -> Result<Vec<(String, String)>, Error> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| {
            // As in every query, and as URLSearchParams writes it: "+" is a space.
            let value = decode(&value.replace('+', " ")).ok_or_else(|| not_utf8("query"))?;
            Ok((name.to_owned(), value))
        })
        .collect()
}

fn credential(what: &str, text: &str) -> Result<Option<String>, Error> {
    let text = decode(text).ok_or_else(|| not_utf8(what))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn not_utf8(what: &str) -> Error {
    Error::option(format!("the URL's {what} is not UTF-8 after percent-decoding"))
}

/// A `%` without two hexadecimal digits stands for itself.
fn decode(text: &str) -> Option<String> {
    percent_decode(text.as_bytes()).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}
