//! URLs: schemes, credentials as people paste them, query parameters, and errors that repeat nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use oxidis_engine::config::{Family, Options};
use oxidis_engine::error::ErrorKind;

/// What a URL means: endpoint, user, password, database.
fn meaning(url: &str) -> (String, String, String, u32) {
    let options = Options::from_url(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    let text = |secret: Option<oxidis_engine::config::Secret>| {
        secret.map_or("-".to_owned(), |secret| secret.expose().to_owned())
    };
    (options.endpoint.to_string(), text(options.username), text(options.password), options.db)
}

fn refusal(url: &str) -> String {
    let error = Options::from_url(url).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Option, "{url}");
    error.message().to_owned()
}

#[test]
fn addresses_are_read() {
    for (url, endpoint, db) in [
        ("redis://localhost", "localhost:6379", 0),
        ("redis://localhost/", "localhost:6379", 0),
        ("redis://localhost:7000/15", "localhost:7000", 15),
        ("redis://localhost:", "localhost:6379", 0),
        ("valkey://Example.COM", "example.com:6379", 0),
        ("REDIS://h", "h:6379", 0),
        ("  redis://h\n", "h:6379", 0),
        ("redis://10.0.0.1:1", "10.0.0.1:1", 0),
        ("redis://[::1]", "[::1]:6379", 0),
        ("redis://[::1]:7000/2", "[::1]:7000", 2),
        ("redis://[fe80::1%25eth0]", "[fe80::1%eth0]:6379", 0),
        ("redis://h?db=4", "h:6379", 4),
        ("redis://h/?db=4", "h:6379", 4),
        ("redis://h?", "h:6379", 0),
        ("unix:///run/redis.sock", "unix:/run/redis.sock", 0),
        ("unix:///run/a%20b%23.sock?db=2", "unix:/run/a b#.sock", 2),
        ("redis+unix:///run/redis.sock", "unix:/run/redis.sock", 0),
        ("redis-sentinel://a:1,b/m", "master \"m\" of sentinels a:1,b:26379", 0),
        ("redis-sentinel://[::1]:1,b:2/my%20master/3", "master \"my master\" of sentinels [::1]:1,b:2", 3),
        ("redis-sentinel://a/m?db=5", "master \"m\" of sentinels a:26379", 5),
    ] {
        let (got, _, _, got_db) = meaning(url);
        assert_eq!((got.as_str(), got_db), (endpoint, db), "{url}");
    }
}

#[test]
fn schemes_decide_about_tls() {
    for (url, tls) in
        [("redis://h", false), ("valkey://h", false), ("rediss://h", true), ("valkeys://h", true)]
    {
        assert_eq!(Options::from_url(url).unwrap().tls.is_some(), tls, "{url}");
    }
    assert!(Options::from_url("redis-sentinel://h/m?tls=true").unwrap().tls.is_some());
    assert!(
        !Options::from_url("rediss://h?tls.rejectUnauthorized=false")
            .unwrap()
            .tls
            .unwrap()
            .reject_unauthorized
    );
}

#[test]
fn credentials_are_percent_decoded() {
    for (url, username, password) in [
        ("redis://h", "-", "-"),
        ("redis://user@h", "user", "-"),
        ("redis://user:pw@h", "user", "pw"),
        ("redis://:pw@h", "-", "pw"),
        ("redis://:@h", "-", "-"),
        ("redis://user:s%3Acret@h", "user", "s:cret"),
        ("redis://us%40er:%40%2F%3F%23%25@h", "us@er", "@/?#%"),
        ("redis://:p%C3%A4ss%20w@h", "-", "päss w"),
        ("redis://:a+b@h", "-", "a+b"),
        ("redis://h?password=a%2Bb+c", "-", "a+b c"),
        ("unix://user:pw@/run/s", "user", "pw"),
        ("redis-sentinel://user:pw@a:1,b:2/m", "user", "pw"),
    ] {
        let (_, got_username, got_password, _) = meaning(url);
        assert_eq!((got_username.as_str(), got_password.as_str()), (username, password), "{url}");
    }
}

#[test]
fn a_pasted_password_is_understood_where_only_one_reading_makes_sense() {
    for (url, endpoint, password) in [
        ("redis://user:p@ss@host", "host:6379", "p@ss"),
        ("redis://user:p:a:s@host:1", "host:1", "p:a:s"),
        ("redis://user:p/w@host:1/2", "host:1", "p/w"),
        ("redis://user:p@ss/w0rd#x@host", "host:6379", "p@ss/w0rd#x"),
        ("redis://user:p#w@host", "host:6379", "p#w"),
        ("redis://user:p?w@host", "host:6379", "p?w"),
        ("redis://user:12/34@host", "host:6379", "12/34"),
        ("redis://user:100%@host", "host:6379", "100%"),
        ("redis://user:%zz%4@host", "host:6379", "%zz%4"),
        ("redis://user:a[b]c@host", "host:6379", "a[b]c"),
        ("redis://user:p/w@host/0?clientName=x", "host:6379", "p/w"),
        ("unix://user:p/w@/run/s", "unix:/run/s", "p/w"),
        ("redis-sentinel://user:p/w@a:1,b:2/m", "master \"m\" of sentinels a:1,b:2", "p/w"),
    ] {
        let (got, username, got_password, _) = meaning(url);
        assert_eq!(
            (got.as_str(), username.as_str(), got_password.as_str()),
            (endpoint, "user", password),
            "{url}"
        );
    }
}

#[test]
fn a_url_that_is_right_as_it_stands_is_not_guessed_at() {
    let (endpoint, username, password, _) = meaning("redis://user:pw@host/0?name=a@b");
    assert_eq!((endpoint.as_str(), username.as_str(), password.as_str()), ("host:6379", "user", "pw"));
    let (endpoint, _, _, db) = meaning("redis://host:1/0?name=a@b");
    assert_eq!((endpoint.as_str(), db), ("host:1", 0));
}

#[test]
fn a_url_with_two_readings_is_refused() {
    let message = refusal("redis://user:p/w@host/0?name=me@example");
    assert!(
        message.starts_with("the URL can be read in more than one way: percent-encode the password"),
        "{message}"
    );
}

#[test]
fn scalar_options_are_query_parameters() {
    let options = Options::from_url(
        "redis://h?connectTimeout=2000&reconnect.maxDelay=9000&reconnect.maxAttempts=Infinity&offlineQueue=false\
         &lazyConnect=false&family=4&localAddress=127.0.0.1&noDelay=false&clientName=w%2B1&keyPrefix=a+b&encoding=hex&limits.maxDepth=5",
    )
    .unwrap();
    assert_eq!(options.connect_timeout.as_millis(), 2000);
    let reconnect = options.reconnect.unwrap();
    assert_eq!((reconnect.max_delay.as_millis(), reconnect.max_attempts), (9000, None));
    assert!(options.offline_queue.is_none() && !options.lazy_connect);
    assert_eq!(options.socket.family, Family::Ipv4);
    assert_eq!(options.socket.local_address, Some("127.0.0.1".parse().unwrap()));
    assert!(!options.socket.no_delay);
    assert_eq!(options.client_name.as_deref(), Some("w+1"));
    assert_eq!(options.key_prefix, "a b");
    assert_eq!(options.encoding.as_str(), "hex");
    assert_eq!(options.limits.max_depth, 5);
}

#[test]
fn a_wrong_url_is_refused_by_naming_the_part() {
    let schemes = "the URL must begin with redis://, rediss://, valkey://, valkeys://, unix://, redis+unix:// or \
                   redis-sentinel://";
    for (url, message) in [
        ("", schemes),
        ("localhost:6379", schemes),
        ("http://h", schemes),
        ("redis:h", schemes),
        ("redis://", "the URL has no host"),
        ("redis:///1", "the URL has no host"),
        ("redis://:6379", "the URL has no host"),
        ("redis://h:65536", "the URL's port must be a number from 1 to 65535"),
        ("redis://h:0", "the URL's port must be a number from 1 to 65535"),
        ("redis://h:+1", "the URL's port must be a number from 1 to 65535"),
        ("redis://h:12a", "the URL's port must be a number from 1 to 65535"),
        (
            "redis://[::1",
            "the URL's host has too many colons: an IPv6 address stands in brackets, such as [::1]:6379",
        ),
        ("redis://::1", "the URL has no host"),
        (
            "redis://fe80::1",
            "the URL's host has too many colons: an IPv6 address stands in brackets, such as [::1]:6379",
        ),
        ("redis://[::1]x:1", "the URL's host is neither a name nor an address"),
        ("redis://[1.2.3.4]", "the URL's host is neither a name nor an address"),
        ("redis://a b", "the URL's host is neither a name nor an address"),
        ("redis://h/x", "the URL's path must be the number of a database, such as /0"),
        ("redis://h/1/2", "the URL's path must be the number of a database, such as /0"),
        (
            "redis://h/99999999999",
            "option \"db\" must be a whole number from 0 to 2147483647, not the given number",
        ),
        ("redis://h#x", "the URL must not have a \"#\": write it as %23"),
        ("redis://h?x", "the URL's query must have the form name=value&name=value"),
        ("redis://h?prot=3", "unknown option \"prot\"; did you mean \"port\"?"),
        ("redis://h?port=1&port=1", "option \"port\" is given twice: in the URL's query"),
        ("redis://h:1?port=1", "option \"port\" is given twice: in the URL and in the URL's query"),
        ("redis://h/1?db=1", "option \"db\" is given twice: in the URL and in the URL's query"),
        ("redis://h?host=g", "option \"host\" is given twice: in the URL and in the URL's query"),
        (
            "redis://h?connectTimeout=2s",
            "option \"connectTimeout\" must be a whole number of milliseconds from 1 to 2147483647, not the given text",
        ),
        (
            "redis://h?connectTimeout=",
            "option \"connectTimeout\" must be a whole number of milliseconds from 1 to 2147483647, not the given text",
        ),
        ("redis://h?lazyConnect=yes", "option \"lazyConnect\" must be true or false, not the given text"),
        (
            "redis://h?reconnect=false&reconnect.jitter=true",
            "option \"reconnect.jitter\" is given, but \"reconnect\" is false",
        ),
        (
            "redis://h?tls.ca=x",
            "option \"tls.ca\" must be a PEM string or an array of them, not a URL parameter",
        ),
        ("redis://h?credentials=x", "option \"credentials\" must be a function, not the given text"),
        ("redis://%FF@h", "the URL's user name is not UTF-8 after percent-decoding"),
        ("redis://:%FF@h", "the URL's password is not UTF-8 after percent-decoding"),
        ("redis://h?name=%FF", "the URL's query is not UTF-8 after percent-decoding"),
        ("unix://run/s", "the URL of a unix socket must have the form unix:///path/of/socket"),
        ("unix:///", "the URL of a unix socket must have the form unix:///path/of/socket"),
        ("unix:///s?host=h", "option \"path\" excludes \"host\" and \"port\""),
        ("unix:///s?tls=true", "option \"path\" excludes \"tls\""),
        ("redis-sentinel://a:1", "the URL must name the master: redis-sentinel://host:port,host:port/master"),
        ("redis-sentinel://a,,b/m", "the URL has no host"),
        ("redis-sentinel://a/m?port=1", "option \"host\" excludes an address that sentinels tell"),
    ] {
        assert_eq!(refusal(url), message, "{url}");
    }
}

#[test]
fn no_error_repeats_a_piece_of_the_credentials() {
    let tails = [
        "h:badport",
        "h:70000",
        "h/notadb",
        "h?unknown=1",
        "h?port=x",
        "h?db=1&db=1",
        "h#f",
        "",
        "[::1",
        "a b",
        "h:1:2",
        "h?name=%FF",
        "h/99999999999",
        "?x=1",
        "/1",
    ];
    let credentials = [
        "horse:hunter2",
        ":hunter2",
        "hunter2",
        "horse:hunter2%FF",
        "horse:hunter2/horse",
        "horse:hunter2?horse",
        "horse:hunter2#horse",
        "horse:hunter2@horse",
        "horse:12?hunter2=horse",
        "horse:12/hunter2",
        "horse:12?port=hunter2",
        "horse:%zzhunter2[",
    ];
    for scheme in ["redis", "rediss", "unix", "redis-sentinel", "http", "horse"] {
        for userinfo in credentials {
            for tail in tails {
                let url = format!("{scheme}://{userinfo}@{tail}");
                match Options::from_url(&url) {
                    Ok(options) => assert!(!format!("{:?}", options.password).contains("hunter2")),
                    Err(error) => {
                        let text = format!("{error} {error:?}");
                        assert!(!text.contains("hunter2") && !text.contains("horse"), "{url}: {text}");
                    }
                }
            }
        }
    }
}
