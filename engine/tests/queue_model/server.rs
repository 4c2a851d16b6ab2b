//! The server: notes what it is told, and repeats its number.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use fastrand::Rng;

/// Notes what it is told, and repeats its number.
pub(crate) struct Server {
    socket: UnixStream,
    asked: Vec<u8>,
    replies: Vec<u8>,
    /// Within a transaction: what is queued.
    queued: Option<Vec<u64>>,
}

impl Server {
    pub(crate) fn new(socket: UnixStream) -> Self {
        Self { socket, asked: Vec::new(), replies: Vec::new(), queued: None }
    }

    /// Reads, runs and replies in part. Answers whether the client has gone.
    pub(crate) fn work(&mut self, random: &mut Rng, noted: &Mutex<HashMap<u64, u32>>) -> bool {
        let mut chunk = vec![0; random.usize(1..200_000)];
        match self.socket.read(&mut chunk) {
            Ok(0) => return true,
            Ok(count) => self.asked.extend_from_slice(&chunk[..count]),
            Err(_) => {}
        }
        for _ in 0..random.usize(0..6) {
            let Some(words) = self.next_command() else { break };
            self.run(&words, &mut noted.lock().unwrap());
        }
        let part = random.usize(0..=self.replies.len());
        let written = self.socket.write(&self.replies[..part]).unwrap_or(0);
        self.replies.drain(..written);
        false
    }

    pub(crate) fn run(&mut self, words: &[String], noted: &mut HashMap<u64, u32>) {
        let bulk = |number: u64| format!("${}\r\n{number}\r\n", number.to_string().len());
        let reply = match (words[0].as_str(), &mut self.queued) {
            ("MULTI", queued) => {
                *queued = Some(Vec::new());
                "+OK\r\n".to_owned()
            }
            ("EXEC", queued) => {
                let numbers = queued.take().unwrap();
                for number in &numbers {
                    *noted.entry(*number).or_default() += 1;
                }
                format!("*{}\r\n{}", numbers.len(), numbers.into_iter().map(bulk).collect::<String>())
            }
            (_, Some(queued)) => {
                queued.push(words[1].parse().unwrap());
                "+QUEUED\r\n".to_owned()
            }
            (_, None) => {
                let number = words[1].parse().unwrap();
                *noted.entry(number).or_default() += 1;
                bulk(number)
            }
        };
        self.replies.extend_from_slice(reply.as_bytes());
    }

    pub(crate) fn next_command(&mut self) -> Option<Vec<String>> {
        let mut rest = &self.asked[..];
        let mut words = Vec::new();
        for _ in 0..number(&mut rest, b'*')? {
            let length = number(&mut rest, b'$')?;
            words.push(String::from_utf8_lossy(rest.get(..length)?).into_owned());
            rest = rest.get(length + 2..)?;
        }
        let used = self.asked.len() - rest.len();
        self.asked.drain(..used);
        Some(words)
    }
}

pub(crate) fn number(rest: &mut &[u8], marker: u8) -> Option<usize> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    assert_eq!(rest[0], marker, "the stream of commands is broken");
    let number = std::str::from_utf8(&rest[1..end]).unwrap().parse().unwrap();
    *rest = &rest[end + 2..];
    Some(number)
}
