//! Options of Node's TLS that this client does not have. Owns what to do instead.

/// What to do instead of giving the option called `name`, where somebody may look for it.
pub(super) fn advice(name: &str) -> Option<&'static str> {
    Some(match name.strip_prefix("tls.")? {
        "pfx" => {
            "convert the file (openssl pkcs12 -in file.p12 -out file.pem -nodes) and give its parts as \"tls.cert\", \"tls.key\" \
             and \"tls.ca\""
        }
        "ciphers" | "cipherSuites" | "honorCipherOrder" | "ecdhCurve" | "sigalgs" | "dhparam" => {
            "only TLS 1.2 and 1.3 are spoken, with forward secrecy and authenticated ciphers; \"tls.minVersion\": \"TLSv1.3\" \
             narrows them further"
        }
        "secureProtocol" | "secureOptions" => "use \"tls.minVersion\" and \"tls.maxVersion\"",
        "secureContext" => "give its parts as \"tls.ca\", \"tls.cert\" and \"tls.key\"",
        "crl" => {
            "revocation lists are not read; certificates that live shortly can be given by a function as \"tls\""
        }
        "session" | "sessionTimeout" | "sessionIdContext" | "ticketKeys" => "sessions are resumed without it",
        "pskCallback" => "give a certificate by \"tls.cert\" and \"tls.key\" instead of a shared key",
        "host" | "port" | "path" | "socket" | "timeout" => "it stands beside \"tls\", not in it",
        "requestCert" | "SNICallback" | "ALPNCallback" => "it is an option of servers",
        "allowPartialTrustChain" => "a certificate in \"tls.ca\" is trusted whether or not it is a root",
        "privateKeyEngine" | "privateKeyIdentifier" | "clientCertEngine" => {
            "give the key as PEM by \"tls.key\""
        }
        _ => return None,
    })
}
