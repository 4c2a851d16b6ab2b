//! Errors on their way to JavaScript: a kind, a stable code and a text, as JSON. The classes live in `lib/errors.js`.

use oxidis_engine::error::{Cause, Error, ErrorKind};
use serde_json::{Value as Json, json};

/// The JSON form that `lib/errors.js` turns into an instance of the right class.
pub(crate) fn to_json(error: &Error) -> String {
    json_of(error).to_string()
}

fn cause_json(cause: &Cause) -> Json {
    let faults = match cause {
        Cause::Error(error) => return json_of(error),
        Cause::System(faults) => faults,
    };
    let system = faults.iter().map(|fault| {
        json!({
            "code": fault.code,
            "errno": fault.errno,
            "syscall": fault.syscall,
            "address": fault.address,
            "port": fault.port,
            "hostname": fault.hostname,
        })
    });
    json!({ "system": system.collect::<Vec<_>>() })
}

fn json_of(error: &Error) -> Json {
    let (kind, phase) = match error.kind() {
        ErrorKind::Reply(_) => ("Reply", None),
        ErrorKind::Watch => ("Watch", None),
        ErrorKind::ExecAbort(_) => ("ExecAbort", None),
        ErrorKind::Connection(_) => ("Connection", None),
        ErrorKind::Sentinel(_) => ("Sentinel", None),
        ErrorKind::Authentication => ("Authentication", None),
        ErrorKind::Timeout(phase) => ("Timeout", Some(phase.as_str())),
        ErrorKind::QueueFull => ("QueueFull", None),
        ErrorKind::PoolTimeout => ("PoolTimeout", None),
        ErrorKind::ReplyLimit | ErrorKind::Protocol => ("Protocol", None),
        ErrorKind::Closed => ("Closed", None),
        ErrorKind::Option => ("Option", None),
        ErrorKind::Internal => ("Internal", None),
    };
    let mut text = json!({
        "kind": kind,
        "code": error.code(),
        "message": error.message(),
        "phase": phase,
        "maybeExecuted": error.maybe_executed(),
    });
    if let ErrorKind::ExecAbort(rejected) = error.kind() {
        text["rejected"] = rejected
            .iter()
            .map(|(at, error)| json!({ "index": at, "code": &*error.code, "message": &*error.message }))
            .collect();
    }
    if let Some(cause) = error.cause() {
        text["cause"] = cause_json(cause);
    }
    text
}

/// A failure that a command's place in its batch belongs to.
pub(crate) fn at(index: usize, failure: &str) -> String {
    failure.replacen('{', &format!("{{\"index\":{index},"), 1)
}

/// A command whose keys nobody knows, where keys have a prefix.
pub(crate) fn unknown_keys() -> String {
    let problem =
        "keyPrefix cannot be put before its keys: they are not known; use a client without keyPrefix";
    json!({ "kind": "Redis", "code": "KEYS_UNKNOWN", "message": problem, "maybeExecuted": false }).to_string()
}

/// A command at the wrong place of a batch.
pub(crate) fn misplaced(problem: &str) -> String {
    json!({ "kind": "Redis", "code": "MISPLACED_COMMAND", "message": problem, "maybeExecuted": false })
        .to_string()
}

/// Node-API did not make `what`.
pub(crate) fn unavailable(what: &str, status: i32) -> String {
    to_json(&Error::internal(format!("{what} cannot be made (Node-API status {status})")))
}

/// A wrong argument, as JSON of the same form. `position` counts from 1, by the words of the wire; the façade says what the caller
/// has at that place.
pub(crate) fn argument(position: usize, problem: &str) -> String {
    json!({
        "kind": "Argument",
        "code": "INVALID_ARGUMENT",
        "message": format!("argument {position} {problem}"),
        "position": position,
        "problem": problem,
    })
    .to_string()
}

/// A command that a shared connection must not carry. `why` continues the sentence, `instead` says what to do.
pub(crate) fn needs_own_connection(why: &str, instead: &str) -> String {
    json!({
        "kind": "Redis",
        "code": "NEEDS_OWN_CONNECTION",
        "message": format!("needs a connection of its own: {why}; {instead}"),
        "maybeExecuted": false,
    })
    .to_string()
}

/// A command that no connection may carry. `why` is a reason, `instead` says what to do.
pub(crate) fn breaks_connections(why: &str, instead: &str) -> String {
    json!({
        "kind": "Redis",
        "code": "BREAKS_CONNECTION",
        "message": format!("cannot be sent on any connection: {why}; {instead}"),
        "maybeExecuted": false,
    })
    .to_string()
}

/// A value that JavaScript cannot hold, such as a string longer than V8 allows.
pub(crate) fn unrepresentable(status: i32) -> String {
    json!({
        "kind": "Redis",
        "code": "STRING_TOO_LONG",
        "message": format!("the reply does not fit a JavaScript string (Node-API status {status}); use the buffers view"),
        "maybeExecuted": true,
    })
    .to_string()
}
