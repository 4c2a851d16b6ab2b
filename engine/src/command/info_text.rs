//! The servers' own text formats: `INFO`, `CLUSTER INFO` and `CLIENT LIST`. Names and values stay text in every view.

use bytes::Bytes;
use memchr::memchr;

use crate::value::Value;

/// `# Section` lines and `name:value` lines, as sections by lower-case name. Lines before the first section have the name
/// `default`, which no server sends today.
pub(super) fn info(text: &Bytes) -> Value {
    let mut sections: Vec<(Value, Value)> = Vec::new();
    let mut name = Bytes::from_static(b"default");
    let mut fields = Vec::new();
    for line in lines(text) {
        if let Some(title) = line.strip_prefix(b"# ") {
            close(&mut sections, name, &mut fields);
            name = title.to_ascii_lowercase().into();
        } else if let Some(colon) = memchr(b':', line) {
            fields.push((part(text, &line[..colon]), part(text, &line[colon + 1..])));
        }
    }
    close(&mut sections, name, &mut fields);
    Value::Map(sections)
}

/// A section without any field is still a section, except the one that has no title.
fn close(sections: &mut Vec<(Value, Value)>, name: Bytes, fields: &mut Vec<(Value, Value)>) {
    if !fields.is_empty() || name != "default" {
        sections.push((Value::Status(name), Value::Map(std::mem::take(fields))));
    }
}

/// `name:value` lines.
pub(super) fn facts(text: &Bytes) -> Value {
    let fields = lines(text).filter_map(|line| {
        let colon = memchr(b':', line)?;
        Some((part(text, &line[..colon]), part(text, &line[colon + 1..])))
    });
    Value::Map(fields.collect())
}

/// `name=value` words, separated by spaces.
pub(super) fn attributes(text: &Bytes) -> Value {
    lines(text).next().map_or_else(|| Value::Map(Vec::new()), |line| words(text, line))
}

/// One object for each line.
pub(super) fn attribute_lines(text: &Bytes) -> Value {
    Value::List(lines(text).map(|line| words(text, line)).collect())
}

fn words(text: &Bytes, line: &[u8]) -> Value {
    let fields = line.split(|byte| *byte == b' ').filter_map(|word| {
        let equals = memchr(b'=', word)?;
        Some((part(text, &word[..equals]), part(text, &word[equals + 1..])))
    });
    Value::Map(fields.collect())
}

fn lines(text: &Bytes) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty())
}

/// A slice of the reply's own memory: nothing is copied.
fn part(text: &Bytes, slice: &[u8]) -> Value {
    Value::Status(text.slice_ref(slice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &'static str) -> Value {
        Value::Status(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn info_becomes_sections_of_text() {
        let text =
            Bytes::from_static(b"# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n\r\n# Keyspace\r\n");
        assert_eq!(
            info(&text),
            Value::Map(vec![
                (
                    status("server"),
                    Value::Map(vec![
                        (status("redis_version"), status("7.0.15")),
                        (status("executable"), status("/a:b")),
                    ])
                ),
                (status("keyspace"), Value::Map(vec![])),
            ])
        );
        assert_eq!(info(&Bytes::new()), Value::Map(vec![]));
    }

    #[test]
    fn facts_become_one_object_of_text() {
        let text = Bytes::from_static(b"cluster_state:ok\r\nmyself:a:b\r\n\r\nno fact\r\n");
        assert_eq!(
            facts(&text),
            Value::Map(vec![(status("cluster_state"), status("ok")), (status("myself"), status("a:b"))])
        );
    }

    #[test]
    fn client_lines_become_objects() {
        let text = Bytes::from_static(b"id=3 name= user=default lib-ver=\nid=4 addr=[::1]:5 tot=a=b\n");
        let Value::List(lines) = attribute_lines(&text) else { panic!("not a list") };
        assert_eq!(lines.len(), 2);
        assert_eq!(
            lines[1],
            Value::Map(vec![
                (status("id"), status("4")),
                (status("addr"), status("[::1]:5")),
                (status("tot"), status("a=b")),
            ])
        );
        assert_eq!(attributes(&text), lines[0]);
    }
}
