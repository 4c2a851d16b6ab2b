//! Recognises peers that speak something else, by the first bytes of a connection. Owns their signatures.

use super::protocol_error::Flaw;

/// Whom the first bytes of a connection point to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ForeignProtocol {
    /// A known protocol that is not RESP.
    Known(Flaw),
    /// The bytes so far begin like one; more are needed.
    Undecided,
    /// None that is known here.
    Unknown,
}

const SIGNATURES: [(&[u8], Flaw); 6] = [
    (b"http/", Flaw::Http),
    (b"<htm", Flaw::Http),
    (b"<!doctype", Flaw::Http),
    (b"400 bad", Flaw::Http),
    // TLS records of type alert and handshake; the second byte is the major version of every TLS there is.
    (b"\x15\x03", Flaw::Tls),
    (b"\x16\x03", Flaw::Tls),
];

/// Compares the first bytes of a connection with each signature, letter case aside.
#[cold]
pub(super) fn identify(bytes: &[u8]) -> ForeignProtocol {
    for (signature, flaw) in SIGNATURES {
        let shared = signature.len().min(bytes.len());
        if bytes[..shared].eq_ignore_ascii_case(&signature[..shared]) {
            return if shared == signature.len() {
                ForeignProtocol::Known(flaw)
            } else {
                ForeignProtocol::Undecided
            };
        }
    }
    ForeignProtocol::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_is_recognised_in_either_case_and_undecided_before_its_last_byte() {
        for (signature, flaw) in SIGNATURES {
            assert_eq!(identify(signature), ForeignProtocol::Known(flaw));
            assert_eq!(identify(&signature.to_ascii_uppercase()), ForeignProtocol::Known(flaw));
            for cut in 1..signature.len() {
                assert_eq!(identify(&signature[..cut]), ForeignProtocol::Undecided);
            }
        }
    }

    #[test]
    fn other_bytes_are_unknown() {
        for bytes in [&b"SSH-2.0"[..], b"\x15\x04", b"HTTQ", b"4000", b"\0"] {
            assert_eq!(identify(bytes), ForeignProtocol::Unknown);
        }
    }
}
