//! Whether one call may run on a connection that other callers share, and if it may not, why.

use super::registry::Command;
use super::row::{ConnectionUse, Family};
use super::timeout::ServerTimeout;

/// What subscribing does.
const SUBSCRIBES: &str = "it makes its connection a stream of messages";

impl Command {
    /// Why a call with these arguments (behind the name) needs a connection of its own; `None` where a shared one will do.
    ///
    /// The text continues a sentence: "needs a connection of its own: ...".
    pub fn needs_own_connection<A: AsRef<[u8]>>(&self, args: &[A]) -> Option<&'static str> {
        match self.connection_use() {
            ConnectionUse::Shared => None,
            ConnectionUse::Dedicated if self.server_timeout(args) == ServerTimeout::None => None,
            ConnectionUse::Dedicated => Some("it would hold up all other commands until it is served"),
            ConnectionUse::Pinned => {
                Some("it counts the writes of its own connection only, and holds that one up")
            }
            ConnectionUse::Session => {
                Some("it changes the state of its connection, which all callers share here")
            }
            ConnectionUse::Internal if self.family == Family::PubSub => Some(SUBSCRIBES),
            ConnectionUse::Raw | ConnectionUse::Internal => {
                Some("it changes what its connection answers, which all callers share here")
            }
        }
    }

    /// What to do instead of sending it over a connection that is shared, or that cannot carry it.
    pub fn instead(&self) -> &'static str {
        match self.row.name {
            "MULTI" | "EXEC" | "DISCARD" => {
                "use redis.pipeline(), which is a transaction, or redis.transaction()"
            }
            "WATCH" | "UNWATCH" => {
                "use redis.transaction(), which watches keys and begins again when one was changed, or redis.client()"
            }
            "SELECT" => "use the option db, or redis.client() for a connection of your own",
            "AUTH" => "use the options username and password, or credentials",
            "HELLO" => "use the options protocol, username and password",
            "CLIENT SETNAME" => "use the option clientName, or redis.client() for a connection of your own",
            "CLIENT SETINFO" => "use the option clientInfo, or redis.client() for a connection of your own",
            "CLIENT REPLY" => "leave replies unread instead: do not await the promise",
            "QUIT" => "use redis.close()",
            "RESET" => "release a leased connection instead: what was done to it is undone",
            "MONITOR" => "use redis-cli MONITOR, or redis.slowlogGet() and redis.keyspace()",
            "SYNC" | "PSYNC" | "REPLCONF" => "they are for replicas: use replicaof() on a server of your own",
            "SCRIPT DEBUG" => "use redis-cli --ldb",
            "WAIT" | "WAITAOF" => "put it at the end of a pipeline(), or use redis.client()",
            _ if self.family == Family::PubSub => "use redis.pubsub(), which has a connection for that",
            _ => match self.connection_use() {
                ConnectionUse::Dedicated => {
                    "call it outside of the pipeline, or in a pipeline of redis.client()"
                }
                ConnectionUse::Internal => "only servers and their tools send it",
                ConnectionUse::Shared
                | ConnectionUse::Session
                | ConnectionUse::Raw
                | ConnectionUse::Pinned => "use redis.client() for a connection of your own",
            },
        }
    }

    /// Why no connection may carry it; `None` where a leased one may.
    ///
    /// The text stands alone.
    pub fn breaks_connections(&self) -> Option<&'static str> {
        let reason =
            "replies would no longer come one for each command, so that they could not be told apart";
        match self.connection_use() {
            ConnectionUse::Internal if self.family == Family::PubSub => Some(SUBSCRIBES),
            ConnectionUse::Internal => Some(reason),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::argument::{KEYS, Kind, Opt, Part, Unit, one, options, value};
    use super::super::row::{Family, Row, since, tell};
    use super::super::{by_name, table};
    use super::*;

    const LAST: &[Part] = &[KEYS, one("timeout", Kind::Timeout(Unit::Seconds))];
    const BLOCK: &[Opt] = &[value("block", "BLOCK", Kind::Timeout(Unit::Millis), "")];
    const BEHIND: &[Part] = &[options(BLOCK), KEYS];
    const ROWS: [Row; 2] = [
        tell("ALWAYS", since("1.0.0"), "").takes(LAST).on(ConnectionUse::Dedicated),
        tell("PERHAPS", since("1.0.0"), "").takes(BEHIND).on(ConnectionUse::Dedicated),
    ];

    fn why(name: &str, args: &[&str]) -> Option<&'static str> {
        by_name(name.as_bytes()).expect("a row").get().needs_own_connection(args)
    }

    #[test]
    fn what_touches_only_data_runs_anywhere() {
        for (name, args) in [("GET", &["k"][..]), ("CLIENT LIST", &[]), ("FLUSHALL", &[]), ("PING", &[])] {
            assert_eq!(why(name, args), None, "{name}");
        }
    }

    #[test]
    fn what_changes_a_connection_or_speaks_about_it_needs_its_own() {
        for name in ["SELECT", "AUTH", "WATCH", "READONLY", "CLIENT TRACKING"] {
            assert!(why(name, &["1"]).is_some_and(|why| why.contains("state")), "{name}");
        }
        for name in ["SUBSCRIBE", "SUNSUBSCRIBE"] {
            assert!(why(name, &["1"]).is_some_and(|why| why.contains("messages")), "{name}");
        }
        for name in ["HELLO", "MULTI", "MONITOR", "CLIENT REPLY", "SYNC", "SCRIPT DEBUG"] {
            assert!(why(name, &["1"]).is_some_and(|why| why.contains("answers")), "{name}");
        }
        for name in ["WAIT", "WAITAOF"] {
            assert!(why(name, &["1", "0"]).is_some_and(|why| why.contains("writes")), "{name}");
        }
    }

    #[test]
    fn every_command_that_cannot_be_shared_names_another_way() {
        for (name, way) in [
            ("SUBSCRIBE", "redis.pubsub()"),
            ("MULTI", "redis.pipeline()"),
            ("WATCH", "redis.transaction()"),
            ("SELECT", "option db"),
            ("AUTH", "credentials"),
            ("CLIENT SETNAME", "clientName"),
            ("CLIENT TRACKING", "redis.client()"),
            ("MONITOR", "redis-cli"),
            ("WAIT", "pipeline()"),
            ("BLPOP", "outside of the pipeline"),
            ("QUIT", "redis.close()"),
        ] {
            assert!(by_name(name.as_bytes()).expect("a row").get().instead().contains(way), "{name}");
        }
    }

    #[test]
    fn what_may_block_needs_its_own_only_when_it_blocks() {
        let [always, perhaps] =
            ROWS.each_ref().map(|row| Command::new(Family::Generic, Box::leak(Box::new(*row))));
        assert!(always.needs_own_connection(&["k", "0"]).is_some());
        assert!(always.needs_own_connection(&["k", "1.5"]).is_some());
        assert_eq!(always.needs_own_connection(&["k", "refused"]), None);
        assert!(perhaps.needs_own_connection(&["block", "0", "k"]).is_some());
        assert_eq!(perhaps.needs_own_connection(&["k"]), None);
    }

    #[test]
    fn only_what_keeps_one_reply_for_each_command_is_allowed_on_leased_connections() {
        for name in ["SUBSCRIBE", "MONITOR", "CLIENT REPLY", "SYNC", "PSYNC", "SCRIPT DEBUG"] {
            assert!(by_name(name.as_bytes()).expect("a row").get().breaks_connections().is_some(), "{name}");
        }
        for name in ["GET", "SELECT", "WATCH", "MULTI", "EXEC", "HELLO", "RESET", "QUIT", "WAIT", "BLPOP"] {
            assert_eq!(by_name(name.as_bytes()).expect("a row").get().breaks_connections(), None, "{name}");
        }
    }

    #[test]
    fn what_leaves_something_behind_cannot_be_shared() {
        for command in
            table().iter().filter(|command| command.row.trace != super::super::SessionEffect::Nothing)
        {
            assert!(command.needs_own_connection::<&str>(&[]).is_some(), "{}", command.row.name);
        }
    }

    #[test]
    fn only_shared_rows_run_anywhere_without_arguments() {
        for command in table() {
            let anywhere =
                matches!(command.connection_use(), ConnectionUse::Shared | ConnectionUse::Dedicated);
            assert_eq!(command.needs_own_connection::<&str>(&[]).is_none(), anywhere, "{}", command.row.name);
        }
    }
}
