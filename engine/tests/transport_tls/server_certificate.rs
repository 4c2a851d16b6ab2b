//! What the client makes of the server's certificate.

use oxidis_engine::error::{ConnectionFailure, ErrorKind};
use rcgen::{BasicConstraints, CertificateParams, IsCa, date_time_ymd};
use serde_json::{Value, json};

use crate::authority::{Authority, Pair, TLS_12, TLS_13, names, self_signed, serve};
use crate::{dial, talk};

/// Connects and talks; answers the name that the server was asked for.
async fn assert_accepted(host: &str, pair: &Pair, tls: &Value) -> Option<String> {
    let (port, seen) = serve(pair, None, TLS_13).await;
    let mut stream = dial(host, port, tls).await.unwrap();
    assert!(!stream.is_plain());
    talk(&mut stream).await.unwrap();
    seen.await.unwrap().unwrap()
}

/// Connects and must fail before a byte of the application is sent; answers the cause.
async fn cause(host: &str, pair: &Pair, tls: &Value) -> String {
    let (port, seen) = serve(pair, None, TLS_13).await;
    let Err(error) = dial(host, port, tls).await else { panic!("the certificate was taken") };
    assert_eq!(error.kind(), &ErrorKind::Connection(ConnectionFailure::Tls));
    assert!(seen.await.unwrap().is_err());
    let start = format!("connect {host}:{port}: TLS: ");
    error.message().strip_prefix(&start).unwrap_or_else(|| panic!("{error}")).to_owned()
}

#[tokio::test]
async fn a_certificate_of_the_given_authority_is_taken_and_the_name_is_sent() {
    let authority = Authority::new();
    let pair = authority.sign(&names(&["localhost"]));
    let seen = assert_accepted("localhost", &pair, &json!({ "ca": authority.pem() })).await;
    assert_eq!(seen.as_deref(), Some("localhost"));
    let several = json!({ "ca": [Authority::new().pem(), authority.pem()] });
    assert_accepted("localhost", &pair, &several).await;
}

#[tokio::test]
async fn an_address_is_a_name_too() {
    let authority = Authority::new();
    let pair = authority.sign(&names(&["127.0.0.1"]));
    assert_eq!(assert_accepted("127.0.0.1", &pair, &json!({ "ca": authority.pem() })).await, None);
}

#[tokio::test]
async fn servername_replaces_the_host() {
    let authority = Authority::new();
    let pair = authority.sign(&names(&["redis.example"]));
    let tls = json!({ "ca": authority.pem(), "servername": "redis.example" });
    assert_eq!(assert_accepted("127.0.0.1", &pair, &tls).await.as_deref(), Some("redis.example"));
}

#[tokio::test]
async fn tls_1_2_is_spoken_where_the_server_knows_no_newer() {
    let authority = Authority::new();
    let pair = authority.sign(&names(&["localhost"]));
    let (port, seen) = serve(&pair, None, TLS_12).await;
    let mut stream = dial("localhost", port, &json!({ "ca": authority.pem() })).await.unwrap();
    talk(&mut stream).await.unwrap();
    seen.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new();
    let tls = json!({ "ca": authority.pem() });
    let pair = authority.sign(&names(&["other.example", "*.example.org", "10.0.0.1"]));
    assert_eq!(
        cause("localhost", &pair, &tls).await,
        "the server's certificate is not valid for \"localhost\", but for other.example, *.example.org, 10.0.0.1"
    );
    let nameless = authority.sign(&names(&[]));
    assert_eq!(
        cause("127.0.0.1", &nameless, &tls).await,
        "the server's certificate is not valid for \"127.0.0.1\", but for no name at all"
    );
}

#[tokio::test]
async fn a_certificate_out_of_its_time_is_refused() {
    let authority = Authority::new();
    let tls = json!({ "ca": authority.pem() });
    let mut params = names(&["localhost"]);
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 1, 1);
    let cause_of_old = cause("localhost", &authority.sign(&params), &tls).await;
    assert_eq!(cause_of_old, "the server's certificate has expired");
    params.not_before = date_time_ymd(2090, 1, 1);
    params.not_after = date_time_ymd(2091, 1, 1);
    let cause_of_new = cause("localhost", &authority.sign(&params), &tls).await;
    assert_eq!(cause_of_new, "the server's certificate is not valid yet; is the clock right?");
}

#[tokio::test]
async fn a_certificate_of_nobody_known_is_refused() {
    let untrusted = "the server's certificate is self-signed or its issuer is not trusted; set tls.ca";
    let stranger = self_signed(&names(&["localhost"]));
    let given = json!({ "ca": Authority::new().pem() });
    assert_eq!(cause("localhost", &stranger, &given).await, untrusted);
    assert_eq!(
        cause("localhost", &Authority::named("another").sign(&names(&["localhost"])), &given).await,
        untrusted
    );
    let by_system = cause("localhost", &stranger, &json!({})).await;
    let no_roots = "the system has no trusted root certificates";
    assert!(by_system == untrusted || by_system.starts_with(no_roots), "{by_system}");
}

#[tokio::test]
async fn an_authority_that_was_made_anew_is_told_from_a_stranger() {
    let pair = Authority::new().sign(&names(&["localhost"]));
    let message = cause("localhost", &pair, &json!({ "ca": Authority::new().pem() })).await;
    let wanted = "was signed by another authority of the trusted one's name; is tls.ca up to date?";
    assert_eq!(message, format!("the server's certificate {wanted}"));
}

/// What `openssl req -x509` makes: self-signed, and a CA.
fn openssl_like() -> CertificateParams {
    let mut params = names(&["localhost"]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

#[tokio::test]
async fn a_self_signed_certificate_is_taken_when_it_is_given_itself() {
    for params in [names(&["localhost"]), openssl_like()] {
        let pair = self_signed(&params);
        assert_accepted("localhost", &pair, &json!({ "ca": pair.pem() })).await;
    }
}

#[tokio::test]
async fn a_given_certificate_still_needs_the_right_name_and_time() {
    let pair = self_signed(&openssl_like());
    let message = cause("127.0.0.1", &pair, &json!({ "ca": pair.pem() })).await;
    assert_eq!(message, "the server's certificate is not valid for \"127.0.0.1\", but for localhost");
    let mut params = openssl_like();
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 1, 1);
    let pair = self_signed(&params);
    let message = cause("localhost", &pair, &json!({ "ca": pair.pem() })).await;
    assert_eq!(message, "the server's certificate has expired");
}

#[tokio::test]
async fn an_authority_s_certificate_that_was_not_given_is_refused() {
    let pair = self_signed(&openssl_like());
    let message = cause("localhost", &pair, &json!({ "ca": self_signed(&openssl_like()).pem() })).await;
    assert_eq!(
        message,
        "the server's certificate is that of a certificate authority and not trusted; set tls.ca"
    );
}

#[tokio::test]
async fn verification_is_off_only_when_told_so() {
    let mut params = names(&["other.example"]);
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 1, 1);
    let pair = self_signed(&params);
    assert_accepted("localhost", &pair, &json!({ "rejectUnauthorized": false })).await;
    cause("localhost", &pair, &json!({ "rejectUnauthorized": true })).await;
}
