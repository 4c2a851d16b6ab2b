//! The handshake, by scripted replies: bytes out, values in, no socket.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use bytes::Bytes;
use oxidis_engine::config::role::ServerRole;
use oxidis_engine::config::{Credentials, Options, Protocol, Secret};
use oxidis_engine::connection::dialect::Dialect;
use oxidis_engine::connection::handshake::{Handshake, HandshakeProgress, ServerIdentity, Session};
use oxidis_engine::error::{ConnectionFailure, Error, ErrorKind, ServerError};
use oxidis_engine::value::Value;

const SECRET: &str = "hunter2";
const SET_INFO: &str = concat!(
    "*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$8\r\nLIB-NAME\r\n$6\r\noxidis\r\n",
    "*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$7\r\nLIB-VER\r\n$5\r\n",
    env!("CARGO_PKG_VERSION"),
    "\r\n"
);
const UNKNOWN_HELLO: &str =
    "ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `hunter2`, ";
const NO_AUTH: &str = "NOAUTH Authentication required.";

fn handshake(url: &str) -> Handshake {
    let options = Options::from_url(url).unwrap();
    let password = options.password.clone();
    let credentials = password.map(|password| Credentials { username: options.username.clone(), password });
    Handshake::new(&options, credentials)
}

fn ok() -> Value {
    Value::Status(Bytes::from_static(b"OK"))
}

fn error(line: &str) -> Value {
    Value::Error(ServerError::from_line(line.as_bytes()))
}

fn bulk(text: &'static str) -> Value {
    Value::Bulk(Bytes::from_static(text.as_bytes()))
}

fn greeting() -> Vec<(Value, Value)> {
    vec![
        (bulk("server"), bulk("redis")),
        (bulk("version"), bulk("8.0.1")),
        (bulk("proto"), Value::Int(3)),
        (bulk("id"), Value::Int(7)),
        (bulk("mode"), bulk("standalone")),
        (bulk("role"), bulk("master")),
        (bulk("modules"), Value::List(vec![])),
    ]
}

/// Feeds `replies`; all but the last must only be waited on.
fn feed(
    handshake: &mut Handshake,
    replies: impl IntoIterator<Item = Value>,
) -> Result<HandshakeProgress, Error> {
    let mut last = Ok(HandshakeProgress::Wait);
    for reply in replies {
        assert_eq!(last.unwrap(), HandshakeProgress::Wait);
        last = handshake.accept(reply);
    }
    last
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn resp2() -> HandshakeProgress {
    HandshakeProgress::Ready(Session { protocol: Protocol::Resp2, server: ServerIdentity::default() })
}

#[test]
fn everything_goes_out_in_one_write() {
    let mut handshake = handshake("redis://user:hunter2@h/5?clientName=worker");
    let hello = "*7\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$4\r\nuser\r\n$7\r\nhunter2\r\n$7\r\nSETNAME\r\n$6\r\nworker\r\n";
    let select = "*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n";
    assert_eq!(text(handshake.start()), format!("{hello}{SET_INFO}{select}"));
    let progress = feed(&mut handshake, [Value::Map(greeting()), ok(), ok(), ok()]).unwrap();
    let server = ServerIdentity {
        name: Some("redis".into()),
        version: Some("8.0.1".into()),
        role: Some("master".into()),
        mode: Some("standalone".into()),
        id: Some(7),
    };
    assert_eq!(progress, HandshakeProgress::Ready(Session { protocol: Protocol::Resp3, server }));
}

#[test]
fn nothing_is_said_that_was_not_asked_for() {
    let mut handshake = handshake("redis://h");
    assert_eq!(text(handshake.start()), format!("*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n{SET_INFO}"));
}

#[test]
fn a_password_alone_is_that_of_the_default_user() {
    let mut handshake = handshake("redis://:hunter2@h");
    let hello = "*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$7\r\nhunter2\r\n";
    assert_eq!(text(handshake.start()), format!("{hello}{SET_INFO}"));
}

#[test]
fn protocol_2_says_no_hello() {
    let mut handshake = handshake("redis://:hunter2@h/5?clientName=worker&protocol=2");
    let auth = "*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n";
    let name = "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$6\r\nworker\r\n";
    let select = "*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n";
    assert_eq!(text(handshake.start()), format!("{auth}{name}{SET_INFO}{select}"));
    assert_eq!(feed(&mut handshake, [ok(), ok(), ok(), ok(), ok()]).unwrap(), resp2());
}

#[test]
fn protocol_2_names_the_user_if_there_is_one() {
    let mut handshake = handshake("redis://user:hunter2@h?protocol=2");
    let auth = "*3\r\n$4\r\nAUTH\r\n$4\r\nuser\r\n$7\r\nhunter2\r\n";
    assert_eq!(text(handshake.start()), format!("{auth}{SET_INFO}"));
}

#[test]
fn an_empty_password_and_any_bytes_are_sent_as_they_are() {
    let options = Options::from_url("redis://h").unwrap();
    let credentials = Credentials { username: Some(Secret::new("ü\r\n")), password: Secret::new("") };
    let mut handshake = Handshake::new(&options, Some(credentials));
    assert!(text(handshake.start()).contains("\r\n$4\r\nAUTH\r\n$4\r\nü\r\n\r\n$0\r\n\r\n"));
}

#[test]
fn a_server_without_hello_is_spoken_to_in_resp2() {
    for refusal in [
        UNKNOWN_HELLO,
        "NOPROTO unsupported protocol version",
        "NOPROTO sorry, this protocol version is not supported.",
        "ERR unsupported command 'HELLO'",
        "NOPERM this user has no permissions to run the 'hello' command",
        "invalid request",
    ] {
        let mut handshake = handshake("redis://:hunter2@h/5?clientName=worker");
        handshake.start();
        let replies = [error(refusal), error(NO_AUTH), error(NO_AUTH), error(NO_AUTH)];
        let HandshakeProgress::Write(second) = feed(&mut handshake, replies).unwrap() else {
            panic!("no second write")
        };
        let auth = "*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n";
        let name = "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$6\r\nworker\r\n";
        let select = "*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n";
        assert_eq!(text(second), format!("{auth}{name}{SET_INFO}{select}"));
        let no_set_info = "ERR Unknown subcommand or wrong number of arguments for 'setinfo'";
        let replies = [ok(), ok(), error(no_set_info), error(no_set_info), ok()];
        assert_eq!(feed(&mut handshake, replies).unwrap(), resp2());
    }
}

#[test]
fn another_reply_to_hello_than_a_map_is_a_refusal() {
    let mut handshake = handshake("redis://h");
    handshake.start();
    let HandshakeProgress::Write(second) = feed(&mut handshake, [ok(), ok(), ok()]).unwrap() else {
        panic!("no second write")
    };
    assert_eq!(text(second), format!("*1\r\n$4\r\nPING\r\n{SET_INFO}"));
}

#[test]
fn a_refused_name_costs_the_name_only() {
    let mut handshake = handshake("redis://h?protocol=2&clientName=worker");
    handshake.start();
    let refusal = error("ERR command 'client' is disabled");
    assert_eq!(feed(&mut handshake, [ok(), refusal, ok(), ok()]).unwrap(), resp2());
}

#[test]
fn a_barer_greeting_leaves_out_one_thing_after_another() {
    let handshake = |dialect| {
        text(handshake("redis://:hunter2@h/5?clientName=worker").identifying().speaking(dialect).start())
    };
    let select = "*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n";
    let auth = "*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n";
    let uninformed = handshake(Dialect::Uninformed);
    assert!(uninformed.contains("HELLO") && !uninformed.contains("SETINFO"), "{uninformed}");
    let resp2 = handshake(Dialect::Resp2);
    assert!(resp2.starts_with(auth) && resp2.contains("SETNAME") && !resp2.contains("SETINFO"), "{resp2}");
    assert_eq!(handshake(Dialect::Bare), format!("{auth}{select}"));
}

#[test]
fn a_server_without_hello_that_wants_a_password_is_not_let_through_without_one() {
    let mut handshake = handshake("redis://h");
    handshake.start();
    let refused = feed(&mut handshake, [error("ERR unknown command `HELLO`"), error(NO_AUTH)]).unwrap_err();
    assert_eq!(refused.kind(), &ErrorKind::Authentication);
    assert_eq!(refused.message(), NO_AUTH);
}

#[test]
fn a_password_that_is_wanted_and_missing_is_noticed_on_resp2() {
    let mut handshake = handshake("redis://h?protocol=2");
    assert_eq!(text(handshake.start()), format!("*1\r\n$4\r\nPING\r\n{SET_INFO}"));
    let refused = handshake.accept(error(NO_AUTH)).unwrap_err();
    assert_eq!((refused.kind(), refused.message()), (&ErrorKind::Authentication, NO_AUTH));
}

#[test]
fn a_ping_that_is_refused_for_another_reason_is_not_minded() {
    for line in ["NOPERM this user has no permissions to run the 'ping' command", "LOADING Redis is loading"]
    {
        let mut handshake = handshake("redis://h?protocol=2");
        handshake.start();
        assert_eq!(feed(&mut handshake, [error(line), ok(), ok()]).unwrap(), resp2());
    }
}

#[test]
fn a_proxy_that_answers_hello_in_resp2_is_believed() {
    let mut handshake = handshake("redis://h");
    handshake.start();
    let flat = vec![bulk("version"), bulk("6.2.0"), bulk("proto"), Value::Int(2)];
    let progress = feed(&mut handshake, [Value::List(flat), ok(), ok()]).unwrap();
    let HandshakeProgress::Ready(session) = progress else { panic!("not ready") };
    assert_eq!(session.protocol, Protocol::Resp2);
    assert_eq!(session.server.version.as_deref(), Some("6.2.0"));
}

#[test]
fn the_library_s_name_may_be_refused() {
    let mut handshake = handshake("redis://h");
    handshake.start();
    let refusal = "NOPERM User default has no permissions to run the 'client|setinfo' command";
    let progress = feed(&mut handshake, [Value::Map(vec![]), error(refusal), error(refusal)]).unwrap();
    assert!(matches!(progress, HandshakeProgress::Ready(Session { protocol: Protocol::Resp3, .. })));
}

#[test]
fn refused_credentials_are_an_authentication_error() {
    for (url, line) in [
        ("redis://:hunter2@h", "WRONGPASS invalid username-password pair or user is disabled."),
        ("redis://h", "NOAUTH HELLO must be called with the client already authenticated"),
        ("redis://:hunter2@h?protocol=2", "WRONGPASS invalid username-password pair or user is disabled."),
        ("redis://:hunter2@h?protocol=2", "ERR invalid password"),
        ("redis://:hunter2@h?protocol=2", "ERR Client sent AUTH, but no password is set"),
        (
            "redis://:hunter2@h?protocol=2",
            "ERR AUTH <password> called without any password configured for the default user. \
             Are you sure your configuration is correct?",
        ),
        ("redis://u:hunter2@h?protocol=2", "ERR wrong number of arguments for 'auth' command"),
    ] {
        let mut handshake = handshake(url);
        handshake.start();
        let refused = handshake.accept(error(line)).unwrap_err();
        assert_eq!(refused.kind(), &ErrorKind::Authentication, "{line}");
        assert!(refused.message().starts_with(line), "{refused}");
    }
}

#[test]
fn anything_else_that_is_refused_fails_the_handshake_by_name() {
    for (replies, message) in [
        (
            vec![Value::Map(vec![]), ok(), ok(), error("ERR DB index is out of range")],
            "the server refused SELECT: ERR DB index is out of range",
        ),
        (
            vec![Value::Map(vec![]), ok(), ok(), error("NOPERM no permissions to run the 'select' command")],
            "the server refused SELECT: NOPERM no permissions to run the 'select' command",
        ),
    ] {
        let mut handshake = handshake("redis://h/99");
        handshake.start();
        let refused = feed(&mut handshake, replies).unwrap_err();
        assert_eq!(refused.kind(), &ErrorKind::Connection(ConnectionFailure::Handshake));
        assert_eq!(refused.message(), message);
    }
}

#[test]
fn a_server_that_is_not_ready_yet_is_told_from_one_that_refuses() {
    for line in ["LOADING Redis is loading the dataset in memory", "ERR max number of clients reached"] {
        let mut handshake = handshake("redis://h");
        handshake.start();
        let refused = feed(&mut handshake, vec![error(line)]).unwrap_err();
        assert_eq!(refused.kind(), &ErrorKind::Connection(ConnectionFailure::NotReady), "{line}");
        assert!(!refused.is_lasting());
        assert_eq!(refused.message(), format!("the server refused HELLO: {line}"));
    }
}

#[test]
fn a_surplus_reply_breaks_the_protocol() {
    let mut handshake = handshake("redis://h");
    handshake.start();
    feed(&mut handshake, [Value::Map(vec![]), ok(), ok()]).unwrap();
    assert_eq!(handshake.accept(ok()).unwrap_err().kind(), &ErrorKind::Protocol);
}

#[test]
fn no_credential_shows_in_an_error_or_in_debug_output() {
    let echo = format!("ERR unknown command 'AUTH', with args beginning with: 'horse' '{SECRET}' ");
    let told = format!("ERR user horse with {SECRET} may not");
    for url in ["redis://horse:hunter2@h", "redis://horse:hunter2@h?protocol=2", "redis://horse:hunter2@h/1"]
    {
        for line in [&echo, &told, &format!("WRONGPASS {SECRET}"), &format!("LOADING horse:{SECRET}")] {
            let mut handshake = handshake(url);
            handshake.start();
            assert!(!format!("{handshake:?} {handshake:#?}").contains(SECRET));
            if let Err(refused) = handshake.accept(error(line)) {
                let text = format!("{refused} {refused:?}");
                assert!(!text.contains(SECRET) && !text.contains("horse"), "{text}");
            }
        }
    }
    let mut handshake = handshake("redis://horse:hunter2@h?protocol=2");
    handshake.start();
    assert_eq!(handshake.accept(error(&echo)).unwrap_err().message(), "ERR unknown command 'AUTH'");
}

#[test]
fn hides_a_credential_and_not_words_like_it() {
    let hidden = "(the server's text is not shown: it repeats a credential)";
    let wrong = "WRONGPASS invalid username-password pair or user is disabled.";
    for (user, line, shown) in [
        ("u:hunter2", "ERR hunter2", &*format!("ERR {hidden}")),
        ("u:hunter2", "ERR 'hunter2' for `u`", "ERR '***' for `***`"),
        ("u:hunter2", "ERR unusual hunter22", "ERR unusual hunter22"),
        ("user:pair", wrong, wrong),
        ("disabled:or", wrong, wrong),
    ] {
        let mut handshake = handshake(&format!("redis://{user}@h?protocol=2"));
        handshake.start();
        assert_eq!(handshake.accept(error(line)).unwrap_err().message(), shown);
    }
}

const ARITY: &str = "ERR wrong number of arguments for 'auth' command";

#[test]
fn sends_the_password_alone_to_a_server_without_users_where_the_default_user_is_meant() {
    for protocol in ["", "?protocol=2"] {
        let mut handshake = handshake(&format!("redis://default:hunter2@h{protocol}"));
        handshake.start();
        let refusals = if protocol.is_empty() {
            let replies = [error(UNKNOWN_HELLO), error(NO_AUTH), error(NO_AUTH)];
            assert!(matches!(feed(&mut handshake, replies).unwrap(), HandshakeProgress::Write(_)));
            [error(ARITY), error(NO_AUTH), error(NO_AUTH)]
        } else {
            [error(ARITY), error(NO_AUTH), error(NO_AUTH)]
        };
        let HandshakeProgress::Write(bytes) = feed(&mut handshake, refusals).unwrap() else {
            panic!("no second AUTH")
        };
        assert!(text(bytes).starts_with("*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n"));
        assert_eq!(feed(&mut handshake, [ok(), ok(), ok()]).unwrap(), resp2());
    }
}

#[test]
fn names_the_missing_users_of_an_old_server_where_another_user_is_meant() {
    let mut handshake = handshake("redis://ann:hunter2@h?protocol=2");
    handshake.start();
    let refused = handshake.accept(error(ARITY)).unwrap_err();
    assert_eq!(refused.kind(), &ErrorKind::Authentication);
    assert!(refused.message().contains("leave \"username\" out"), "{refused}");
}

const ROLE: &str = "*1\r\n$4\r\nROLE\r\n";

/// The answer of a server whose first words are these.
fn role(words: &[&'static str]) -> Value {
    Value::List(words.iter().map(|word| bulk(word)).collect())
}

#[test]
fn a_server_of_a_certain_role_is_asked_for_it_in_the_same_write() {
    let mut handshake = handshake("redis://h/5").with(ServerRole::Master);
    let select = "*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n";
    let hello = "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n";
    assert_eq!(text(handshake.start()), format!("{hello}{SET_INFO}{select}{ROLE}"));
    let replies = [Value::Map(greeting()), ok(), ok(), ok(), role(&["master", "100", ""])];
    assert!(matches!(feed(&mut handshake, replies).unwrap(), HandshakeProgress::Ready(_)));
}

#[test]
fn a_server_of_another_role_is_refused() {
    let wrong = ErrorKind::Connection(ConnectionFailure::WrongRole);
    let not_ready = ErrorKind::Connection(ConnectionFailure::NotReady);
    for (wanted, answer, kind, message) in [
        (
            ServerRole::Master,
            role(&["slave", "h", "1", "connected"]),
            &wrong,
            "the server is a replica, not the master",
        ),
        (ServerRole::Master, role(&["sentinel"]), &wrong, "the server is a \"sentinel\", not a master"),
        (ServerRole::Replica, role(&["master", "100"]), &wrong, "the server is a \"master\", not a replica"),
        (
            ServerRole::Replica,
            role(&["slave", "h", "1", "connect"]),
            &not_ready,
            "the replica is not linked to its master (it says \"connect\")",
        ),
        (ServerRole::Master, ok(), &wrong, "the server answered ROLE with something else than a list"),
    ] {
        let mut handshake = handshake("redis://h").with(wanted);
        handshake.start();
        let refused = feed(&mut handshake, [Value::Map(greeting()), ok(), ok(), answer]).unwrap_err();
        assert_eq!((refused.kind(), refused.message()), (kind, message));
        assert!(!refused.is_lasting(), "roles change");
    }
}

#[test]
fn a_user_who_may_not_ask_for_the_role_is_told_it_by_hello_or_what_right_is_missing() {
    let refusal = "NOPERM this user has no permissions to run the 'role' command";
    for (wanted, fits) in [(ServerRole::Master, true), (ServerRole::Replica, false)] {
        let mut handshake = handshake("redis://h").with(wanted);
        handshake.start();
        let outcome = feed(&mut handshake, [Value::Map(greeting()), ok(), ok(), error(refusal)]);
        assert_eq!(outcome.is_ok(), fits);
    }
    let mut handshake = handshake("redis://h?protocol=2").with(ServerRole::Master);
    handshake.start();
    let refused = feed(&mut handshake, [ok(), ok(), ok(), error(refusal)]).unwrap_err();
    assert_eq!(refused.kind(), &ErrorKind::Connection(ConnectionFailure::Handshake));
    assert_eq!(refused.message(), format!("the server refused ROLE: {refusal}"));
}

#[test]
fn the_role_is_asked_for_again_where_hello_is_unknown() {
    let mut handshake = handshake("redis://:hunter2@h").with(ServerRole::Replica);
    handshake.start();
    let replies = [error(UNKNOWN_HELLO), error(NO_AUTH), error(NO_AUTH), error(NO_AUTH)];
    let HandshakeProgress::Write(second) = feed(&mut handshake, replies).unwrap() else {
        panic!("no second write")
    };
    assert!(text(second).ends_with(ROLE));
    let replies = [ok(), ok(), ok(), role(&["slave", "h", "1", "connected"])];
    assert_eq!(feed(&mut handshake, replies).unwrap(), resp2());
}
