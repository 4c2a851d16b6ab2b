//! Options from objects: defaults, groups, types, ranges, contradictions, secrecy.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::future;
use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::config::address::Endpoint;
use oxidis_engine::config::{
    ClientInfo, Credentials, CredentialsProvider, Encoding, Family, OnReadonly, OptionValue, Options,
    OptionsBuilder, Protocol, Provided, ProvidedCredentials, Secret, SocketOptions, TlsOptions, options,
    print_options_markdown,
};
use oxidis_engine::error::{Error, ErrorKind};
use serde_json::{Map, Value, json};

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn read(value: &Value) -> Result<Options, Error> {
    Options::from_json(&object(value), None)
}

/// The text of the error that `value` must cause.
fn refusal(value: &Value) -> String {
    let error = read(value).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Option);
    error.message().to_owned()
}

#[test]
fn the_defaults_are_those_of_the_public_api() {
    let options = read(&json!({})).unwrap();
    assert_eq!(options.endpoint.to_string(), "localhost:6379");
    assert_eq!(options.db, 0);
    assert_eq!(options.protocol, Protocol::Resp3);
    assert!(options.tls.is_none());
    assert_eq!(options.connect_timeout, Duration::from_secs(5));
    assert_eq!(options.command_timeout, Some(Duration::from_secs(5)));
    assert_eq!(options.keep_alive, Some(Duration::from_secs(15)));
    assert_eq!((options.max_connections, options.min_connections, options.shared_connections), (32, 0, 1));
    assert_eq!(options.idle_timeout, Some(Duration::from_secs(30)));
    assert_eq!(options.acquire_timeout, Some(Duration::from_secs(5)));
    let reconnect = options.reconnect.unwrap();
    assert_eq!(reconnect.initial_delay, Duration::from_millis(50));
    assert_eq!(reconnect.max_delay, Duration::from_secs(2));
    assert!(reconnect.jitter);
    assert_eq!(reconnect.max_attempts, None);
    let queue = options.offline_queue.unwrap();
    assert_eq!((queue.max_commands, queue.max_bytes), (10_000, 64 * 1024 * 1024));
    assert!(options.decode_responses && options.lazy_connect && !options.single_connection);
    assert_eq!(options.encoding, Encoding::Utf8);
    assert_eq!(options.limits.max_reply_bytes, 512 * 1024 * 1024);
    assert_eq!(options.limits.max_depth, 1024);
    assert_eq!(options.limits.max_elements, 67_108_864);
    assert_eq!(options.limits.max_in_flight_bytes, 1024 * 1024 * 1024);
}

#[test]
fn every_documented_default_is_the_real_one() {
    let real = format!("{:?}", Options::default());
    for row in options().iter().filter(|row| !["none", "the host"].contains(&row.default)) {
        let mut builder = OptionsBuilder::new();
        builder.apply(row.name, OptionValue::Written(row.default.to_owned())).unwrap();
        if row.name.starts_with("tls.") {
            let tls = builder.build().unwrap().tls.unwrap();
            assert_eq!(tls, TlsOptions::default(), "{}", row.name);
        } else {
            assert_eq!(format!("{:?}", builder.build().unwrap()), real, "{}", row.name);
        }
    }
}

#[test]
fn every_option_of_an_object_arrives() {
    let options = read(&json!({
        "host": "db.example", "port": 7000, "db": 3, "username": "u", "password": "p", "clientName": "worker-1",
        "clientInfo": false, "protocol": 2, "family": 6, "localAddress": "::1", "noDelay": false,
        "tls": { "servername": "other.example", "rejectUnauthorized": false },
        "connectTimeout": 1, "commandTimeout": 0, "keepAlive": 0, "maxConnections": 10, "minConnections": 2,
        "idleTimeout": 0, "acquireTimeout": 0, "sharedConnections": 4,
        "reconnect": { "initialDelay": 1, "maxDelay": 2, "jitter": false, "maxAttempts": 3 },
        "offlineQueue": { "maxCommands": 4, "maxBytes": 5 }, "decodeResponses": false, "encoding": "latin1",
        "keyPrefix": "app:", "singleConnection": false, "lazyConnect": false, "readOnly": true,
        "name": "cache",
        "limits": { "maxReplyBytes": 6, "maxDepth": 7, "maxElements": 8, "maxInFlightBytes": 9 },
    }))
    .unwrap();
    assert_eq!(options.endpoint.to_string(), "db.example:7000");
    assert_eq!(options.db, 3);
    assert_eq!(options.username.unwrap().expose(), "u");
    assert_eq!(options.password.unwrap().expose(), "p");
    assert_eq!(options.client_name.as_deref(), Some("worker-1"));
    assert_eq!(options.protocol, Protocol::Resp2);
    assert_eq!(options.on_readonly, OnReadonly::Reject);
    assert_eq!(options.client_info, ClientInfo::Withheld);
    let socket =
        SocketOptions { family: Family::Ipv6, local_address: Some("::1".parse().unwrap()), no_delay: false };
    assert_eq!(options.socket, socket);
    let tls = options.tls.unwrap();
    assert_eq!(tls.servername.as_deref(), Some("other.example"));
    assert!(!tls.reject_unauthorized);
    assert_eq!(options.connect_timeout, Duration::from_millis(1));
    assert_eq!(
        [options.command_timeout, options.keep_alive, options.idle_timeout, options.acquire_timeout],
        [None; 4]
    );
    assert_eq!((options.max_connections, options.min_connections, options.shared_connections), (10, 2, 4));
    let reconnect = options.reconnect.unwrap();
    assert_eq!(
        (reconnect.initial_delay, reconnect.max_delay),
        (Duration::from_millis(1), Duration::from_millis(2))
    );
    assert_eq!((reconnect.jitter, reconnect.max_attempts), (false, Some(3)));
    let queue = options.offline_queue.unwrap();
    assert_eq!((queue.max_commands, queue.max_bytes), (4, 5));
    assert!(!options.decode_responses && !options.lazy_connect);
    assert_eq!(options.encoding, Encoding::Latin1);
    assert_eq!(options.key_prefix, "app:");
    assert_eq!(options.name.as_deref(), Some("cache"));
    let limits = options.limits;
    assert_eq!(
        (limits.max_reply_bytes, limits.max_depth, limits.max_elements, limits.max_in_flight_bytes),
        (6, 7, 8, 9)
    );
}

#[test]
fn groups_are_turned_off_by_false_and_left_alone_by_null() {
    let options = read(&json!({ "reconnect": false, "offlineQueue": false, "tls": false })).unwrap();
    assert!(options.reconnect.is_none() && options.offline_queue.is_none() && options.tls.is_none());
    let options =
        read(&json!({ "reconnect": null, "offlineQueue": null, "tls": null, "limits": null })).unwrap();
    assert!(options.reconnect.is_some() && options.offline_queue.is_some() && options.tls.is_none());
    let options = read(&json!({ "reconnect": { "maxDelay": null }, "tls": {} })).unwrap();
    assert_eq!(options.reconnect.unwrap().max_delay, Duration::from_secs(2));
    assert!(options.tls.is_some());
    assert!(read(&json!({ "tls": true })).unwrap().tls.is_some());
}

#[test]
fn infinity_is_a_number_of_attempts() {
    let attempts =
        |value: Value| read(&json!({ "reconnect": { "maxAttempts": value } })).unwrap().reconnect.unwrap();
    assert_eq!(attempts(json!("Infinity")).max_attempts, None);
    assert_eq!(attempts(json!(null)).max_attempts, None);
    assert_eq!(attempts(json!(0)).max_attempts, Some(0));
    assert_eq!(attempts(json!(4_294_967_295_u64)).max_attempts, Some(u32::MAX));
}

#[test]
fn a_path_is_a_unix_socket() {
    let options = read(&json!({ "path": "/run/redis.sock" })).unwrap();
    assert_eq!(options.endpoint, Endpoint::Unix("/run/redis.sock".into()));
}

#[test]
fn hosts_are_names_and_addresses_of_either_family() {
    for (host, shown) in [
        ("::1", "[::1]:6379"),
        ("[::1]", "[::1]:6379"),
        ("fe80::1%eth0", "[fe80::1%eth0]:6379"),
        ("10.0.0.1", "10.0.0.1:6379"),
        ("my_redis", "my_redis:6379"),
        ("Bücher.example", "xn--bcher-kva.example:6379"),
    ] {
        assert_eq!(read(&json!({ "host": host })).unwrap().endpoint.to_string(), shown);
    }
}

#[test]
fn encodings_are_named_as_in_node() {
    for name in ["utf8", "utf16le", "latin1", "ascii", "base64", "base64url", "hex"] {
        assert_eq!(read(&json!({ "encoding": name })).unwrap().encoding.as_str(), name);
    }
    assert_eq!(read(&json!({ "encoding": "utf-8" })).unwrap().encoding, Encoding::Utf8);
}

#[test]
fn an_unknown_option_is_named_with_the_nearest_known_one() {
    for (list, message) in [
        (json!({ "conectTimeout": 1 }), "unknown option \"conectTimeout\"; did you mean \"connectTimeout\"?"),
        (
            json!({ "max_connections": 1 }),
            "unknown option \"max_connections\"; did you mean \"maxConnections\"?",
        ),
        (
            json!({ "reconnect": { "maxDely": 1 } }),
            "unknown option \"reconnect.maxDely\"; did you mean \"reconnect.maxDelay\"?",
        ),
        (json!({ "retryStrategy": 1 }), "unknown option \"retryStrategy\""),
        (json!({ "__proto__": {} }), "unknown option \"__proto__\""),
        (
            json!({ "reconnect.maxDelay": 1 }),
            "unknown option \"reconnect.maxDelay\"; write reconnect: { maxDelay: ... }",
        ),
    ] {
        assert_eq!(refusal(&list), message);
    }
}

#[test]
fn a_wrong_type_or_range_is_an_error_that_says_what_is_wanted() {
    for (list, message) in [
        (json!({ "port": "6379" }), "option \"port\" must be a whole number from 1 to 65535, not a string"),
        // A number that JSON does not have comes as text.
        (json!({ "port": "NaN" }), "option \"port\" must be a whole number from 1 to 65535, not NaN"),
        (json!({ "port": 0 }), "option \"port\" must be a whole number from 1 to 65535, not 0"),
        (json!({ "port": 70000 }), "option \"port\" must be a whole number from 1 to 65535, not 70000"),
        (json!({ "port": 1.5 }), "option \"port\" must be a whole number from 1 to 65535, not 1.5"),
        (json!({ "db": -1 }), "option \"db\" must be a whole number from 0 to 2147483647, not -1"),
        (
            json!({ "connectTimeout": 0 }),
            "option \"connectTimeout\" must be a whole number of milliseconds from 1 to 2147483647, not 0",
        ),
        (
            json!({ "commandTimeout": "Infinity" }),
            "option \"commandTimeout\" must be a whole number of milliseconds from 0 to 2147483647, not Infinity",
        ),
        (json!({ "protocol": 4 }), "option \"protocol\" must be 2 or 3, not 4"),
        (json!({ "family": 5 }), "option \"family\" must be one of 0, 4, 6, not 5"),
        (json!({ "family": "IPv4" }), "option \"family\" must be one of 0, 4, 6, not a string"),
        (
            json!({ "localAddress": "lo" }),
            "option \"localAddress\" must be an IP address, not the given text",
        ),
        (json!({ "lazyConnect": "true" }), "option \"lazyConnect\" must be true or false, not a string"),
        (json!({ "decodeResponses": 1 }), "option \"decodeResponses\" must be true or false, not a number"),
        (json!({ "host": "" }), "option \"host\" must be a string that is not empty, not the given text"),
        (json!({ "host": "a b" }), "option \"host\" must be a name or an address, not the given text"),
        (json!({ "host": "h:6379" }), "option \"host\" must be a name or an address, not the given text"),
        (json!({ "host": {} }), "option \"host\" must be a string that is not empty, not an object"),
        (json!({ "password": 12345 }), "option \"password\" must be a string, not a number"),
        (
            json!({ "clientName": "a b" }),
            "option \"clientName\" must be a string of printable ASCII without spaces, not the given text",
        ),
        (
            json!({ "encoding": "utf9" }),
            "option \"encoding\" must be one of utf8, utf16le, latin1, ascii, base64, base64url, hex, not the given text",
        ),
        (json!({ "reconnect": 3 }), "option \"reconnect\" must be an object, true or false, not a number"),
        (json!({ "limits": false }), "option \"limits\" must be an object, not false"),
        (
            json!({ "reconnect": { "maxAttempts": -1 } }),
            "option \"reconnect.maxAttempts\" must be a whole number from 0 to 4294967295, or Infinity, not -1",
        ),
        (
            json!({ "tls": { "ca": [1] } }),
            "option \"tls.ca\" must be a PEM string or an array of them, not a list with other things than strings",
        ),
        (json!({ "tls": { "ca": "x" } }), "option \"tls.ca\" holds no PEM certificate"),
        (json!({ "tls": { "key": "x" } }), "options \"tls.cert\" and \"tls.key\" need each other"),
        (
            json!({ "tls": { "servername": "a b" } }),
            "option \"tls.servername\" (\"a b\") is neither a DNS name nor an address",
        ),
        (json!({ "credentials": "x" }), "option \"credentials\" must be a function, not a string"),
    ] {
        assert_eq!(refusal(&list), message);
    }
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for (list, message) in [
        (json!({ "path": "/s", "host": "h" }), "option \"path\" excludes \"host\" and \"port\""),
        (json!({ "path": "/s", "tls": {} }), "option \"path\" excludes \"tls\""),
        (json!({ "minConnections": 33 }), "option \"minConnections\" (33) exceeds \"maxConnections\" (32)"),
        (
            json!({ "sharedConnections": 3, "maxConnections": 2 }),
            "option \"sharedConnections\" (3) exceeds \"maxConnections\" (2)",
        ),
        (
            json!({ "reconnect": { "initialDelay": 5000 } }),
            "option \"reconnect.initialDelay\" (5000) exceeds \"reconnect.maxDelay\" (2000)",
        ),
    ] {
        assert_eq!(refusal(&list), message);
    }
}

#[test]
fn a_single_connection_is_made_again_only_where_that_is_asked_for() {
    let again = json!({ "singleConnection": true, "reconnect": { "initialDelay": 7 } });
    assert_eq!(read(&again).unwrap().reconnect.unwrap().initial_delay.as_millis(), 7);
    assert!(read(&json!({ "singleConnection": true })).unwrap().reconnect.is_none());
    assert!(read(&json!({ "singleConnection": true, "reconnect": false })).unwrap().reconnect.is_none());
}

#[test]
fn an_option_of_url_and_object_is_given_twice() {
    let twice = |url: &str, list: Value| {
        Options::from_json(&object(&list), Some(url)).unwrap_err().message().to_owned()
    };
    assert_eq!(
        twice("redis://h/1", json!({ "db": 1 })),
        "option \"db\" is given twice: in the URL and in the options"
    );
    assert_eq!(
        twice("redis://h?reconnect.maxDelay=1", json!({ "reconnect": { "maxDelay": 1 } })),
        "option \"reconnect.maxDelay\" is given twice: in the URL's query and in the options"
    );
    assert_eq!(
        twice("redis://:hunter2@h", json!({ "password": "hunter3" })),
        "option \"password\" is given twice: in the URL and in the options"
    );
    assert_eq!(
        twice("redis://h?reconnect=false", json!({ "reconnect": { "maxDelay": 1 } })),
        "option \"reconnect\" is given twice: in the URL's query and in the options"
    );
}

#[test]
fn url_and_object_complete_each_other() {
    let list =
        object(&json!({ "port": 7000, "tls": { "servername": "x" }, "reconnect": { "jitter": false } }));
    let options = Options::from_json(&list, Some("rediss://h/2?reconnect.maxDelay=100&password=p")).unwrap();
    assert_eq!(options.endpoint.to_string(), "h:7000");
    assert_eq!(options.tls.unwrap().servername.as_deref(), Some("x"));
    let reconnect = options.reconnect.unwrap();
    assert_eq!((reconnect.jitter, reconnect.max_delay), (false, Duration::from_millis(100)));
}

#[test]
fn a_scheme_with_tls_is_never_downgraded() {
    for url in ["rediss://h", "valkeys://h"] {
        let error = Options::from_json(&object(&json!({ "tls": false })), Some(url)).unwrap_err();
        assert_eq!(error.message(), "option \"tls\" is false, but the URL's scheme asks for TLS");
    }
}

#[test]
fn no_secret_shows_in_an_error_or_in_debug_output() {
    const SECRET: &str = "hunter2";
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n");
    let fine = read(&json!({ "username": SECRET, "password": SECRET })).unwrap();
    assert!(!format!("{fine:?} {fine:#?}").contains(SECRET));
    for list in [
        json!({ "password": [SECRET] }),
        json!({ "password": { "password": SECRET } }),
        json!({ "username": [SECRET], "password": SECRET }),
        json!({ "password": SECRET, "port": 0 }),
        json!({ "port": SECRET }),
        json!({ "encoding": SECRET }),
        json!({ "clientName": format!("{SECRET} {SECRET}") }),
        json!({ "lazyConnect": SECRET }),
        json!({ "tls": { "ca": pem } }),
        json!({ "tls": { "cert": pem, "key": pem } }),
        json!({ "tls": { "key": [SECRET] } }),
    ] {
        let error = read(&list).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
    }
}

struct Token;

impl CredentialsProvider for Token {
    fn credentials(&self) -> ProvidedCredentials<'_> {
        let fresh = Credentials { username: Some(Secret::new("iam")), password: Secret::new("token") };
        Box::pin(future::ready(Ok(Provided { credentials: Some(fresh), lifetime: None })))
    }
}

#[tokio::test]
async fn a_provider_of_credentials_is_asked() {
    let mut builder = OptionsBuilder::new();
    builder.apply("credentials", OptionValue::Provider(Arc::new(Token))).unwrap();
    let options = builder.build().unwrap();
    assert!(format!("{options:?}").contains("CredentialsProvider"));
    let credentials = options.current_credentials().await.unwrap().credentials.unwrap();
    assert_eq!(credentials.password.expose(), "token");
}

#[test]
fn a_provider_of_credentials_excludes_fixed_ones() {
    let mut builder = OptionsBuilder::new();
    builder.url("redis://:hunter2@h").unwrap();
    builder.apply("credentials", OptionValue::Provider(Arc::new(Token))).unwrap();
    let message = builder.build().unwrap_err().message().to_owned();
    assert_eq!(message, "option \"credentials\" excludes \"username\" and \"password\"");
}

#[tokio::test]
async fn a_user_without_a_password_has_an_empty_one() {
    let options = read(&json!({ "username": "u" })).unwrap();
    let credentials = options.current_credentials().await.unwrap().credentials.unwrap();
    assert_eq!((credentials.username.unwrap().expose(), credentials.password.expose()), ("u", ""));
    assert!(read(&json!({})).unwrap().current_credentials().await.unwrap().credentials.is_none());
}

#[test]
fn the_markdown_table_has_one_line_per_option() {
    let text = print_options_markdown();
    assert_eq!(text.lines().count(), options().len() + 2);
    assert!(
        text.contains("| `connectTimeout` | number (milliseconds) | 5000 | Longest time for one attempt")
    );
    assert!(text.lines().all(|line| line.matches('|').count() == 5), "{text}");
}

#[test]
fn option_names_are_unique() {
    let mut names: Vec<_> = options().iter().map(|row| row.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}

#[tokio::test]
async fn an_empty_credential_is_none() {
    for list in [json!({ "username": "", "password": "" }), json!({ "username": "" })] {
        assert_eq!(read(&list).unwrap().current_credentials().await.unwrap().credentials, None);
    }
    let options = read(&json!({ "username": "", "password": "hunter2" })).unwrap();
    let credentials = options.current_credentials().await.unwrap().credentials.unwrap();
    assert_eq!((credentials.username, credentials.password.expose()), (None, "hunter2"));
    let list = json!({ "password": "", "username": "" });
    let both = Options::from_json(list.as_object().unwrap(), Some("redis://u:p@h?password=")).unwrap();
    assert_eq!((both.username.unwrap().expose(), both.password.unwrap().expose()), ("u", "p"));
}

#[test]
fn a_provider_of_credentials_excludes_no_empty_ones() {
    let mut builder = OptionsBuilder::new();
    builder.apply("password", OptionValue::Text(String::new())).unwrap();
    builder.apply("credentials", OptionValue::Provider(Arc::new(Token))).unwrap();
    assert!(builder.build().is_ok());
}
