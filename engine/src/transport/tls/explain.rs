//! TLS errors as sentences that say what to do.

use std::io;

use rustls::{AlertDescription, CertificateError, Error};

/// What went wrong, in readable words. Works for an error of the TLS handshake and for one of a later read or
/// write: in TLS 1.3 a server refuses the client's certificate only after the client's side of the handshake
/// is done.
pub(crate) fn explain(error: &io::Error) -> String {
    if let Some(cause) = tls_error(error) {
        return sentence(cause);
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the server closed the connection during the TLS handshake; is it a TLS port?".to_owned()
        }
        _ => error.to_string(),
    }
}

/// The same, after the handshake: a server that refuses the client's certificate in TLS 1.3 may just hang up, as Redis does.
pub(crate) fn explain_later(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the server closed the connection without the end mark of TLS".to_owned()
        }
        _ => explain(error),
    }
}

/// Whether TLS failed, and not the socket below it.
pub(crate) fn is_tls(error: &io::Error) -> bool {
    tls_error(error).is_some()
}

/// Whether the peer speaks something else than TLS.
pub(super) fn is_foreign(error: &io::Error) -> bool {
    matches!(tls_error(error), Some(Error::InvalidMessage(_)))
}

/// The code that Node has for it; empty where it has none.
pub(crate) fn code(error: &io::Error) -> &'static str {
    match tls_error(error) {
        Some(Error::InvalidMessage(_)) => "ERR_SSL_WRONG_VERSION_NUMBER",
        Some(Error::InvalidCertificate(fault)) => match fault {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "CERT_HAS_EXPIRED",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "CERT_NOT_YET_VALID"
            }
            CertificateError::UnknownIssuer => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            CertificateError::BadSignature => "CERT_SIGNATURE_FAILURE",
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "ERR_TLS_CERT_ALTNAME_INVALID"
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                "INVALID_PURPOSE"
            }
            _ => "",
        },
        _ => "",
    }
}

pub(super) fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn sentence(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(fault) => certificate(fault),
        Error::InvalidMessage(_) => "the peer does not speak TLS; is it a port without TLS?".to_owned(),
        Error::AlertReceived(alert) => match alert {
            AlertDescription::CertificateRequired => {
                "the server requires a client certificate (tls.cert and tls.key)".to_owned()
            }
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA => {
                format!("the server does not accept the client certificate ({alert:?})")
            }
            AlertDescription::HandshakeFailure => {
                "the server refused the TLS handshake (HandshakeFailure); it may require a client certificate, or have a key \
                 on P-521 and no TLS 1.3"
                    .to_owned()
            }
            other => format!("the server refused the TLS handshake ({other:?})"),
        },
        Error::PeerIncompatible(_) => {
            format!("the server speaks no TLS version or cipher in common ({error})")
        }
        other => other.to_string(),
    }
}

fn certificate(fault: &CertificateError) -> String {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet; is the clock right?".to_owned()
        }
        CertificateError::UnknownIssuer => {
            "the server's certificate is self-signed or its issuer is not trusted; set tls.ca".to_owned()
        }
        // The issuer's name is known, its key is another: mostly an authority that was made anew.
        CertificateError::BadSignature => {
            "the server's certificate was signed by another authority of the trusted one's name; is tls.ca up to date?"
                .to_owned()
        }
        CertificateError::NotValidForName => {
            "the server's certificate is not valid for the host's name".to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names = presented.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "no name at all".to_owned() } else { names };
            format!("the server's certificate is not valid for {:?}, but for {names}", expected.to_str())
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the server's certificate is not made for servers (extendedKeyUsage)".to_owned()
        }
        CertificateError::Other(other)
            if matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity)) =>
        {
            "the server's certificate is that of a certificate authority and not trusted; set tls.ca"
                .to_owned()
        }
        CertificateError::Other(other)
            if matches!(other.0.downcast_ref(), Some(webpki::Error::UnsupportedCriticalExtension)) =>
        {
            "the server's certificate has a critical extension that is not known here".to_owned()
        }
        CertificateError::Other(other)
            if matches!(other.0.downcast_ref(), Some(webpki::Error::UnsupportedCertVersion)) =>
        {
            "the server's certificate is of X.509 version 1; give its issuer, or itself, as tls.ca".to_owned()
        }
        other => format!("the server's certificate is not valid: {other}"),
    }
}

/// webpki names a name by its type: `DnsName("localhost")`.
fn plain(name: &str) -> &str {
    match (name.find('('), name.rfind(')')) {
        (Some(open), Some(close)) if open < close => name[open + 1..close].trim_matches('"'),
        _ => name,
    }
}
