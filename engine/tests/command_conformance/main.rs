//! Every row against live servers: arity, flags, key positions, options and versions, as `COMMAND` and `COMMAND DOCS`
//! tell them. A difference fails unless it is listed below with its reason.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "an integration test is test code throughout, and says what it could not check"
)]

mod facts;
mod server;

use std::collections::{BTreeMap, BTreeSet};

use facts::{Facts, positions, row_facts, row_tokens, server_facts};
use oxidis_engine::command::{Command, Family, by_name, key_positions, resolve, table};
use server::{Brand, Reply, Server};

/// The families whose every command has a row.
const COMPLETE: &[&str] = &[
    "string",
    "hash",
    "list",
    "set",
    "sorted-set",
    "stream",
    "generic",
    "bitmap",
    "hyperloglog",
    "geo",
    "pubsub",
    "transactions",
    "scripting",
    "connection",
    "server",
    "cluster",
];

/// The group of what a module brings, whose options no server documents.
const MODULE: &str = "module";

/// Differences that are meant: the servers, the command, what differs, the reason.
const MEANT: &[(&str, &str, &str, &str)] = &[
    ("Redis 7.0", "WAIT", "flags", "it blocks there, too; the flag came with 7.2"),
    ("Redis", "SSUBSCRIBE", "keys", "shard channels are routed like keys and are none"),
    ("Redis", "SUNSUBSCRIBE", "keys", "shard channels are routed like keys and are none"),
    ("Valkey", "SSUBSCRIBE", "keys", "shard channels are routed like keys and are none"),
    ("Valkey", "SUNSUBSCRIBE", "keys", "shard channels are routed like keys and are none"),
    ("Valkey 9", "SCRIPT DEBUG", "arity", "one word follows; Valkey 9 counts it as the least"),
    ("Redis 7.0", "ZRANK", "arity", "its option came with 7.2"),
    ("Redis 7.0", "ZREVRANK", "arity", "its option came with 7.2"),
    ("Redis", "SPUBLISH", "keys", "shard channels are routed like keys and are none"),
    ("Valkey", "SPUBLISH", "keys", "shard channels are routed like keys and are none"),
    ("Redis 7.0", "COMMAND GETKEYS", "arity", "a command of one word is one; later versions count it so"),
    (
        "Redis 7.0",
        "COMMAND GETKEYSANDFLAGS",
        "arity",
        "a command of one word is one; later versions count it so",
    ),
    ("Valkey 9", "CLUSTER MIGRATESLOTS", "arity", "a job has six words at least; the server counts less"),
    ("Valkey 9", "CLUSTERSCAN", "keys", "a cursor is routed like a key and is none"),
    ("Redis", "CLUSTER REPLICATE", "arity", "Valkey 9.0 takes two words as well, NO ONE"),
    ("Redis 7.0", "CLIENT PAUSE", "since", "2.9.50 was a preview of 3.0.0, as later versions say"),
];

/// Words on the wire that no local server documents: the command, the word, the reason.
const UNDOCUMENTED: &[(&str, &str, &str)] = &[
    ("SET", "IFNE", "new in Redis 8.4"),
    ("ZINTER", "COUNT", "new in Redis 8.8"),
    ("ZINTERSTORE", "COUNT", "new in Redis 8.8"),
    ("ZUNION", "COUNT", "new in Redis 8.8"),
    ("ZUNIONSTORE", "COUNT", "new in Redis 8.8"),
    ("SET", "IFDEQ", "new in Redis 8.4"),
    ("SET", "IFDNE", "new in Redis 8.4"),
    ("BITOP", "DIFF", "new in Redis 8.2"),
    ("BITOP", "DIFF1", "new in Redis 8.2"),
    ("BITOP", "ANDOR", "new in Redis 8.2"),
    ("BITOP", "ONE", "new in Redis 8.2"),
    ("XADD", "KEEPREF", "new in Redis 8.2"),
    ("XADD", "DELREF", "new in Redis 8.2"),
    ("XADD", "ACKED", "new in Redis 8.2"),
    ("XADD", "IDMP", "new in Redis 8.6"),
    ("XADD", "IDMPAUTO", "new in Redis 8.6"),
    ("XREAD", "MAXCOUNT", "new in Redis 8.10"),
    ("XREAD", "MAXSIZE", "new in Redis 8.10"),
    ("XREADGROUP", "CLAIM", "new in Redis 8.4"),
    ("XREADGROUP", "MAXCOUNT", "new in Redis 8.10"),
    ("XREADGROUP", "MAXSIZE", "new in Redis 8.10"),
    ("XTRIM", "KEEPREF", "new in Redis 8.2"),
    ("XTRIM", "DELREF", "new in Redis 8.2"),
    ("XTRIM", "ACKED", "new in Redis 8.2"),
    ("CLIENT LIST", "PRIMARY", "the kinds of CLIENT KILL are accepted here, too"),
    ("CLIENT LIST", "SLAVE", "the kinds of CLIENT KILL are accepted here, too"),
];

/// Words that the servers document and that are given as plain arguments: the command, the word, the reason.
const PLAIN: &[(&str, &str, &str)] = &[
    ("REPLICAOF", "NO", "stands in the host's place"),
    ("REPLICAOF", "ONE", "stands in the port's place"),
    ("SLAVEOF", "NO", "stands in the host's place"),
    ("SLAVEOF", "ONE", "stands in the port's place"),
    ("CLUSTER REPLICATE", "NO", "stands in the node's place"),
    ("CLUSTER REPLICATE", "ONE", "follows NO"),
];

fn servers() -> Vec<Server> {
    let mut servers = vec![Server::redis()];
    match Server::redis8() {
        Some(redis8) => servers.push(redis8),
        None => eprintln!("no Redis 8 here (OXIDIS_REDIS8_SERVER): the commands it brought are not compared"),
    }
    match Server::valkey() {
        Some(valkey) => servers.push(valkey),
        None => eprintln!(
            "no Valkey here (OXIDIS_VALKEY_SERVER, or valkey-server on the PATH): compared with Redis only"
        ),
    }
    servers
}

/// What the table says about `server`'s versions.
fn since(brand: Brand, name: &str) -> Option<&'static str> {
    let since = by_name(name.as_bytes()).expect("a row").get().row.since;
    match brand {
        Brand::Redis => since.redis,
        Brand::Valkey => since.valkey,
    }
}

/// What servers that hold data know.
fn rows_of_servers() -> impl Iterator<Item = &'static Command> {
    table().iter().filter(|command| command.family != Family::Sentinel)
}

fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|part| part.parse().expect("a version")).collect()
}

#[test]
fn every_row_says_what_the_servers_say() {
    let mut differences = Vec::new();
    let mut labels = Vec::new();
    let mut unknown: BTreeSet<&str> = rows_of_servers().map(|command| command.row.name).collect();
    for server in &mut servers() {
        let label = format!("{:?} {}", server.brand, server.version);
        let facts = server_facts(server);
        for command in rows_of_servers() {
            let name = command.row.name;
            let expected = since(server.brand, name);
            let Some(theirs) = facts.get(name) else {
                if expected.is_some_and(|since| version(since) <= version(&server.version)) {
                    differences.push(format!(
                        "{label}: {name} is unknown there, but the row says since {expected:?}"
                    ));
                }
                continue;
            };
            unknown.remove(name);
            if let Some(since) = &theirs.since
                && expected != Some(since.as_str())
            {
                differences.push(format!("{label}: {name} since {since} there, {expected:?} here"));
            }
            let ours = row_facts(command);
            differences
                .extend(compare(&ours, theirs).into_iter().map(|what| format!("{label}: {name} {what}")));
        }
        for (name, theirs) in &facts {
            if COMPLETE.contains(&theirs.group.as_str()) && by_name(name.as_bytes()).is_none() {
                differences.push(format!("{label}: {name} has no row"));
            }
        }
        labels.push(label);
    }
    eprintln!("rows that no local server knows: {unknown:?}");
    let mut stale: BTreeSet<_> =
        MEANT.iter().filter(|(server, ..)| labels.iter().any(|label| label.starts_with(server))).collect();
    differences.retain(|difference| {
        let meant = MEANT.iter().find(|(server, name, what, _)| {
            difference.starts_with(server) && difference.contains(&format!(": {name} {what} "))
        });
        meant.inspect(|entry| {
            stale.remove(entry);
        });
        meant.is_none()
    });
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
    assert!(stale.is_empty(), "differences that are listed but gone: {stale:?}");
}

#[test]
fn every_row_of_sentinels_says_what_a_sentinel_says() {
    let mut sentinel = Server::sentinel();
    let facts = server_facts(&mut sentinel);
    let rows: Vec<_> = table().iter().filter(|command| command.family == Family::Sentinel).collect();
    assert!(rows.len() > 10, "too few rows: {}", rows.len());
    for command in rows {
        let name = command.row.name;
        let theirs = facts.get(name).unwrap_or_else(|| panic!("{name} is unknown there"));
        assert_eq!(compare(&row_facts(command), theirs), Vec::<String>::new(), "{name}");
        assert_eq!(command.row.since.redis, theirs.since.as_deref(), "{name}");
    }
}

fn compare(ours: &Facts, theirs: &Facts) -> Vec<String> {
    let mut list = Vec::new();
    // A module's commands check their arguments themselves.
    if ours.arity != theirs.arity && theirs.group != MODULE {
        list.push(format!("arity {} there, {} here", theirs.arity, ours.arity));
    }
    if ours.flags != theirs.flags {
        list.push(format!("flags {:?} there, {:?} here", theirs.flags, ours.flags));
    }
    // What the server itself calls unknown, it cannot contradict.
    let missing: Vec<_> = theirs.keys.difference(&ours.keys).filter(|key| *key != "unknown").collect();
    let surplus: Vec<_> = ours.keys.difference(&theirs.keys).collect();
    if !missing.is_empty() || (!surplus.is_empty() && !theirs.keys.contains("unknown")) {
        list.push(format!("keys {:?} there, {:?} here", theirs.keys, ours.keys));
    }
    list
}

#[test]
fn every_option_of_the_servers_has_its_place_and_no_other_exists() {
    let mut servers = servers();
    let both = servers.iter().any(|server| server.brand == Brand::Valkey);
    let mut theirs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for server in &mut servers {
        let facts = server_facts(server);
        for command in table().iter().filter(|command| command.connection_use().has_method()) {
            if let Some(facts) = facts.get(command.row.name).filter(|facts| facts.group != MODULE) {
                theirs.entry(command.row.name).or_default().extend(facts.tokens.iter().cloned());
            }
        }
    }
    let mut differences = Vec::new();
    for (name, theirs) in &theirs {
        let ours = row_tokens(by_name(name.as_bytes()).expect("a row").get());
        let unlisted = |list: &[(&str, &str, &str)], token: &str| {
            !list.iter().any(|(known, word, _)| known == name && *word == token)
        };
        let missing = theirs.difference(&ours).filter(|token| unlisted(PLAIN, token));
        differences.extend(missing.map(|token| format!("{name}: {token} has no option")));
        let newer = |token: &&String| unlisted(UNDOCUMENTED, token);
        if both {
            differences.extend(
                ours.difference(theirs).filter(newer).map(|token| format!("{name}: no server knows {token}")),
            );
        }
    }
    assert!(theirs.len() > 50, "too few commands were compared: {}", theirs.len());
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[test]
fn the_servers_find_the_same_keys_in_real_calls() {
    let calls = [
        "GET k",
        "BLPOP a b 0",
        "BLMPOP 0 2 a b LEFT COUNT 2",
        "BRPOPLPUSH a b 0",
        "BZMPOP 0 1 a MIN",
        "SINTERCARD 2 a b LIMIT 1",
        "SDIFFSTORE d a b",
        "SMOVE a b m",
        "ZADD z NX 1 m",
        "ZUNIONSTORE d 2 a b WEIGHTS 1 2 AGGREGATE MAX",
        "ZINTER 2 a b WITHSCORES",
        "ZRANGESTORE d s 0 -1 REV LIMIT 0 1",
        "HSETEX h EX 5 FIELDS 1 f v",
        "HEXPIRE h 5 NX FIELDS 1 f",
        "XREAD COUNT 1 BLOCK 0 STREAMS streams a 0 1",
        "XREAD STREAMS a streams 0 1",
        "SET k v EX 5 GET",
        "MGET a b c",
        "MSET a 1 b 2",
        "MSETNX a 1",
        "MSETEX 2 a 1 b 2 NX EX 5",
        "LCS a b IDX",
        "RENAME a b",
        "COPY a b DB 1",
        "DEL a b",
        "EXISTS a a",
        "OBJECT ENCODING k",
        "RESTORE k 0 x REPLACE",
        "SORT l BY w_* LIMIT 0 5 GET # GET store STORE d ALPHA",
        "SORT l STORE a STORE b",
        "SORT l",
        "SORT_RO l BY store",
        "EVAL s 2 a b c",
        "EVALSHA_RO s 0 a",
        "FCALL f 1 a b",
        "XADD s MAXLEN ~ 5 * f v",
        "XREAD COUNT 5 STREAMS STREAMS b 0 0",
        "XREAD BLOCK 5 STREAMS STREAMS 0",
        "XREADGROUP GROUP STREAMS c NOACK STREAMS a b > >",
        "XGROUP CREATE s g $ MKSTREAM",
        "XINFO STREAM s FULL COUNT 5",
        "XAUTOCLAIM s g c 0 0 JUSTID",
        "GEORADIUS g 1 2 3 km WITHDIST COUNT 5 ANY ASC STORE d",
        "GEORADIUSBYMEMBER g STORE 5 m STOREDIST d",
        "GEOSEARCHSTORE d g FROMMEMBER m BYRADIUS 5 m",
        "BITOP AND d a b",
        "BITFIELD b GET u8 0 SET u8 0 1",
        "PFMERGE d a b",
        "PFDEBUG ENCODING h",
        "MEMORY USAGE k SAMPLES 5",
        "MIGRATE h 1 k 0 100 COPY",
        "MIGRATE h 1 _ 0 100 REPLACE AUTH2 user pass KEYS a b c",
        "MIGRATE h 1 _ 0 100 AUTH keys KEYS a",
    ];
    let mut compared = BTreeSet::new();
    let mut servers = servers();
    let both = servers.len() == 2;
    for server in &mut servers {
        for call in calls {
            let words: Vec<&str> = call.split(' ').map(|word| if word == "_" { "" } else { word }).collect();
            let (id, sub) = resolve(words[0].as_bytes(), &words[1..]).expect("a row");
            let args = &words[1 + sub..];
            if since(server.brand, id.get().row.name)
                .is_none_or(|since| version(since) > version(&server.version))
            {
                continue;
            }
            let mut ours: Vec<&str> = key_positions(id.get(), args).into_iter().map(|at| args[at]).collect();
            let reply = server.ask(&[&["COMMAND", "GETKEYS"], &words[..]].concat());
            let Reply::List(theirs) = reply else { panic!("{call}: {reply:?}") };
            let theirs: Vec<&str> = theirs.iter().map(Reply::text).collect();
            if call == "SORT l STORE a STORE b" {
                // The last one wins at the server; the other is a key as well, and prefixing both does no harm.
                assert_eq!(ours.remove(1), "a");
            }
            assert_eq!(ours, theirs, "{:?}: {call}", server.brand);
            compared.insert(call);
        }
    }
    assert!(compared.len() > 20 && (!both || compared.len() == calls.len()), "{compared:?}");
}

#[test]
fn positions_of_both_kinds_of_rule_are_told_apart() {
    let keys = |name: &str| positions(by_name(name.as_bytes()).expect("a row").get());
    assert_eq!(keys("GET"), BTreeSet::from(["1".to_string()]));
    assert_eq!(keys("RENAME"), BTreeSet::from(["1".to_string(), "2".to_string()]));
    assert_eq!(keys("MSET"), BTreeSet::from(["from 1 to -1 step 2".to_string()]));
}
