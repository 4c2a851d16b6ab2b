//! What the server makes of the client's certificate, and what the options make of its key.

use oxidis_engine::config::Options;
use oxidis_engine::error::{ConnectionFailure, ErrorKind};
use oxidis_engine::transport::dial::{Dialer, broken_stream};
use rcgen::KeyPair;
use serde_json::{Value, json};

use crate::authority::{Authority, Pair, TLS_12, TLS_13, names, serve};
use crate::{dial, talk};

fn client_options(authority: &Authority, pair: &Pair, key: &str) -> Value {
    json!({ "ca": authority.pem(), "cert": pair.pem(), "key": key })
}

/// The same key as SEC1, which PKCS#8 wraps: its `ECPrivateKey` begins with version 1 and 32 bytes.
fn sec1(key: &KeyPair) -> String {
    let der = key.serialize_der();
    let version = der.windows(5).position(|bytes| bytes == [2, 1, 1, 4, 32]).unwrap();
    pem::encode(&pem::Pem::new("EC PRIVATE KEY", &der[version - 2..]))
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_the_server_wants_one() {
    let authority = Authority::new();
    let (pair, client) = (authority.sign(&names(&["localhost"])), authority.sign(&names(&["client"])));
    for versions in [TLS_12, TLS_13] {
        for key in [client.key.serialize_pem(), sec1(&client.key)] {
            let (port, seen) = serve(&pair, Some(&authority), versions).await;
            let mut stream =
                dial("localhost", port, &client_options(&authority, &client, &key)).await.unwrap();
            talk(&mut stream).await.unwrap();
            seen.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_missing_client_certificate_is_asked_for() {
    let authority = Authority::new();
    let pair = authority.sign(&names(&["localhost"]));
    let (port, _seen) = serve(&pair, Some(&authority), TLS_13).await;
    let list = json!({ "host": "localhost", "port": port, "tls": { "ca": authority.pem() } });
    let options = Options::from_json(list.as_object().unwrap(), None).unwrap();
    let dialer = Dialer::new(&options).unwrap();
    // In TLS 1.3 the client is done before the server judges it.
    let mut stream = dialer.dial(&options.endpoint, dialer.deadline()).await.unwrap();
    let error = broken_stream(&options.endpoint, &talk(&mut stream).await.unwrap_err());
    assert_eq!(error.kind(), &ErrorKind::Connection(ConnectionFailure::Tls));
    let wanted = "the server requires a client certificate (tls.cert and tls.key)";
    assert_eq!(error.message(), format!("connect localhost:{port}: TLS: {wanted}"));

    let (port, _seen) = serve(&pair, Some(&authority), TLS_12).await;
    let Err(error) = dial("localhost", port, &json!({ "ca": authority.pem() })).await else {
        panic!("was let in")
    };
    assert!(error.message().contains("client certificate"), "{error}");
}

#[tokio::test]
async fn a_client_certificate_of_a_stranger_is_not_accepted() {
    let authority = Authority::new();
    let (pair, client) =
        (authority.sign(&names(&["localhost"])), Authority::named("another").sign(&names(&["client"])));
    let (port, _seen) = serve(&pair, Some(&authority), TLS_12).await;
    let tls = client_options(&authority, &client, &client.key.serialize_pem());
    let Err(error) = dial("localhost", port, &tls).await else { panic!("was let in") };
    assert!(error.message().contains("the server does not accept the client certificate"), "{error}");
}

#[test]
fn keys_and_certificates_are_checked_before_anything_is_dialled() {
    let authority = Authority::new();
    let (one, other) = (authority.sign(&names(&["one"])), authority.sign(&names(&["other"])));
    let refusal = |tls: Value| {
        let list = json!({ "tls": tls });
        let error = Options::from_json(list.as_object().unwrap(), None).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Option);
        error.message().to_owned()
    };
    let key = one.key.serialize_pem();
    let no_key = "option \"tls.key\" holds no PEM key: it must be PKCS#8, PKCS#1 or SEC1";
    let encrypted = "option \"tls.key\" is encrypted: give \"tls.passphrase\" beside it";
    let locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    for (tls, message) in [
        (json!({ "cert": one.pem() }), "options \"tls.cert\" and \"tls.key\" need each other"),
        (json!({ "cert": key, "key": key }), "option \"tls.cert\" holds no PEM certificate"),
        (json!({ "cert": one.pem(), "key": one.pem() }), no_key),
        (json!({ "cert": one.pem(), "key": locked }), encrypted),
        (
            json!({ "cert": one.pem(), "key": other.key.serialize_pem() }),
            "option \"tls.key\" is not the key of \"tls.cert\"",
        ),
        (
            json!({ "ca": "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----" }),
            "option \"tls.ca\" holds broken PEM",
        ),
    ] {
        assert_eq!(refusal(tls), message);
    }
    let broken = pem::encode(&pem::Pem::new("CERTIFICATE", *b"no certificate"));
    assert!(
        refusal(json!({ "ca": broken }))
            .starts_with("option \"tls.ca\" holds a certificate that cannot be used")
    );
}
