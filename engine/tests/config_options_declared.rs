//! `index.d.ts` declares every option of the table, with its default and its unit, and no other.

#![allow(clippy::panic, clippy::expect_used, reason = "an integration test is test code throughout")]

use std::collections::BTreeMap;
use std::path::Path;

use oxidis_engine::config::options;

/// The interfaces that declare options, and the group whose members each declares.
const INTERFACES: &[(&str, &str)] = &[
    ("RedisOptions", ""),
    ("TlsOptions", "tls."),
    ("ReconnectOptions", "reconnect."),
    ("OfflineQueueOptions", "offlineQueue."),
    ("LimitOptions", "limits."),
];

/// The declared options and the comment before each.
fn declared() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../index.d.ts");
    let text = std::fs::read_to_string(path).expect("index.d.ts").replace("\r\n", "\n");
    let mut found = BTreeMap::new();
    for (interface, group) in INTERFACES {
        // Type parameters may follow the name.
        let head = ["<", " "].map(|next| format!("export interface {interface}{next}"));
        let rest = head.iter().find_map(|head| text.split_once(head)).map(|(_, rest)| rest);
        let body = rest.and_then(|rest| rest.split_once("{\n")).unwrap_or_else(|| panic!("no {interface}")).1;
        let mut comment = String::new();
        for line in body.lines().take_while(|line| *line != "}") {
            let line = line.trim();
            if let Some((name, _)) = line.split_once("?: ") {
                found.insert(format!("{group}{name}"), std::mem::take(&mut comment));
            } else {
                comment.push_str(line);
            }
        }
    }
    found
}

#[test]
fn every_option_is_declared_and_no_other() {
    let declared = declared();
    let names: Vec<_> = declared.keys().map(String::as_str).collect();
    let mut expected: Vec<_> = options().iter().map(|row| row.name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn every_declaration_says_default_and_unit() {
    let declared = declared();
    for row in options() {
        let comment = &declared[row.name];
        let default = format!("Default: {}", row.default);
        let tail = comment.split_once(&default).unwrap_or_else(|| panic!("{}: {comment}", row.name)).1;
        assert!(tail.starts_with([' ', '.']), "{}: {comment}", row.name);
        assert!(comment.contains(row.unit()), "{}: {comment}", row.name);
    }
}
