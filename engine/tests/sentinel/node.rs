//! One scripted sentinel or server: what it answers, what it announces, what it was asked.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How a node treats connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It answers.
    Answers,
    /// It accepts and reads, and answers nothing, as when it is stopped.
    Silent,
    /// It does not even accept.
    Unreachable,
}

/// What a sentinel says of its master.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) name: &'static str,
    pub(crate) address: String,
    /// `None`: it may not be asked.
    pub(crate) epoch: Option<u64>,
    pub(crate) flags: &'static str,
    /// Addresses, flags, and the state of the link to the master.
    pub(crate) replicas: Vec<(String, &'static str, &'static str)>,
    /// Addresses, flags and ids.
    pub(crate) peers: Vec<(String, &'static str, String)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Its masters and its id.
    Sentinel(Vec<View>, String),
    /// Its reply to ROLE.
    Server(String),
}

struct State {
    kind: Kind,
    manner: Manner,
    password: Option<&'static str>,
    silent_at: Option<&'static str>,
    /// Replies to certain commands, in place of the usual ones.
    sayings: Vec<(&'static str, &'static str)>,
    log: Vec<String>,
    connections: Vec<(usize, UnboundedSender<Order>)>,
    /// The number of the next connection.
    next: usize,
}

enum Order {
    Say(Vec<String>),
    /// Whatever it waits for, it waits no more.
    Unblock,
    Close,
}

/// The node.
pub(crate) struct Node(Mutex<State>);

impl Node {
    fn new(kind: Kind) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            kind,
            manner: Manner::Answers,
            password: None,
            silent_at: None,
            sayings: Vec::new(),
            log: Vec::new(),
            connections: Vec::new(),
            next: 1,
        })))
    }

    /// A sentinel that calls itself `id`.
    pub(crate) fn sentinel(id: &str, views: Vec<View>) -> Arc<Self> {
        Self::new(Kind::Sentinel(views, id.to_owned()))
    }

    pub(crate) fn master() -> Arc<Self> {
        Self::new(Kind::Server(MASTER.to_owned()))
    }

    /// A replica whose link to its master is in `state`.
    pub(crate) fn replica(state: &str) -> Arc<Self> {
        Self::new(Kind::Server(replica(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn manner(&self) -> Manner {
        self.state().manner
    }

    /// Behaves like this from now on, also on open connections.
    pub(crate) fn behave(&self, manner: Manner) {
        self.state().manner = manner;
    }

    /// Answers until it is asked something that begins with `word`.
    pub(crate) fn falls_silent_at(&self, word: &'static str) {
        self.state().silent_at = Some(word);
    }

    /// Answers `command` with `reply` from now on; an empty one is no answer.
    pub(crate) fn say(&self, command: &'static str, reply: &'static str) {
        let mut state = self.state();
        state.sayings.retain(|(known, _)| *known != command);
        state.sayings.push((command, reply));
    }

    /// Answers as usual again.
    pub(crate) fn say_nothing_special(&self) {
        self.state().sayings.clear();
    }

    /// Wants a password from now on.
    pub(crate) fn lock(&self, password: &'static str) {
        self.state().password = Some(password);
    }

    /// Changes what a sentinel says of its master `name`.
    pub(crate) fn view(&self, name: &str, change: impl FnOnce(&mut View)) {
        let mut state = self.state();
        let Kind::Sentinel(views, _) = &mut state.kind else { panic!("no sentinel") };
        change(views.iter_mut().find(|view| view.name == name).unwrap());
    }

    /// A server changes its role.
    pub(crate) fn become_master(&self) {
        self.state().kind = Kind::Server(MASTER.to_owned());
    }

    /// A server changes its role.
    pub(crate) fn become_replica(&self) {
        self.state().kind = Kind::Server(replica("connected"));
    }

    /// Sends a message to everybody who listens.
    pub(crate) fn announce(&self, channel: &str, text: &str) {
        let words = ["message", channel, text].map(str::to_owned).to_vec();
        for (_, connection) in &self.state().connections {
            // Connections that are gone stay in the list.
            drop(connection.send(Order::Say(words.clone())));
        }
    }

    /// Closes every connection.
    pub(crate) fn hang_up(&self) {
        for (_, connection) in self.state().connections.drain(..) {
            drop(connection.send(Order::Close));
        }
    }

    /// Open connections.
    pub(crate) fn connections(&self) -> usize {
        let mut state = self.state();
        state.connections.retain(|(_, connection)| !connection.is_closed());
        state.connections.len()
    }

    /// What it was asked since the last call, without handshakes.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }

    /// Serves one connection.
    pub(crate) fn serve(self: &Arc<Self>, stream: DuplexStream) {
        let (sender, orders) = unbounded_channel();
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.connections.push((number, sender));
        drop(state);
        let node = Arc::clone(self);
        tokio::spawn(async move { Talk::new(&node, number, stream).run(orders).await });
    }
}

const MASTER: &str = "*3\r\n$6\r\nmaster\r\n:100\r\n*0\r\n";

fn replica(state: &str) -> String {
    format!("*5\r\n$5\r\nslave\r\n$1\r\nm\r\n:1\r\n${}\r\n{state}\r\n:100\r\n", state.len())
}

/// One connection of a node.
struct Talk<'a> {
    node: &'a Node,
    number: usize,
    stream: DuplexStream,
    buffer: BytesMut,
    pushes: bool,
    listens: bool,
    authenticated: bool,
}

impl<'a> Talk<'a> {
    fn new(node: &'a Node, number: usize, stream: DuplexStream) -> Self {
        let buffer = BytesMut::new();
        Self { node, number, stream, buffer, pushes: false, listens: false, authenticated: false }
    }

    async fn run(mut self, mut orders: UnboundedReceiver<Order>) {
        loop {
            while let Some(words) = command(&mut self.buffer) {
                let reply = self.answer(&words);
                if self.node.manner() == Manner::Answers
                    && self.stream.write_all(reply.as_bytes()).await.is_err()
                {
                    return;
                }
            }
            tokio::select! {
                read = self.stream.read_buf(&mut self.buffer) => {
                    if read.unwrap_or(0) == 0 {
                        return;
                    }
                }
                order = orders.recv() => match order {
                    Some(Order::Say(words)) if self.listens => {
                        let text = self.message(&words);
                        if self.stream.write_all(text.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                    Some(Order::Say(_)) => {}
                    Some(Order::Unblock) => {
                        let text = b"-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n";
                        if self.stream.write_all(text).await.is_err() {
                            return;
                        }
                    }
                    Some(Order::Close) | None => return,
                }
            }
        }
    }

    fn message(&self, words: &[String]) -> String {
        let list = list(words);
        if self.pushes { list.replacen('*', ">", 1) } else { list }
    }

    fn answer(&mut self, words: &[String]) -> String {
        let mut state = self.node.state();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        self.authenticated |= match (&state.password, words.as_slice()) {
            (None, _) => true,
            (Some(password), ["HELLO", "3", "AUTH", _, given, ..] | ["AUTH", given]) => password == given,
            _ => false,
        };
        if !self.authenticated {
            return "-NOAUTH Authentication required.\r\n".to_owned();
        }
        match upper.as_slice() {
            ["HELLO", ..] => {
                self.pushes = true;
                return format!("%2\r\n+proto\r\n:3\r\n+id\r\n:{}\r\n", self.number);
            }
            ["CLIENT", "UNBLOCK", number, "ERROR"] => {
                let number: usize = number.parse().unwrap();
                let waiting = state.connections.iter().find(|(known, _)| *known == number);
                drop(waiting.unwrap().1.send(Order::Unblock));
                return ":1\r\n".to_owned();
            }
            ["CLIENT" | "AUTH", ..] => return "+OK\r\n".to_owned(),
            // The last word of each handshake.
            ["PING"] if matches!(state.kind, Kind::Server(_)) => return "+PONG\r\n".to_owned(),
            ["SUBSCRIBE", ..] => {
                self.listens = true;
                drop(state);
                let confirm = |channel: &&str| self.message(&["subscribe", channel, "1"].map(str::to_owned));
                return words[1..].iter().map(confirm).collect();
            }
            _ => {}
        }
        state.log.push(words.join(" "));
        if state.silent_at.is_some_and(|word| upper.first() == Some(&word)) {
            return String::new();
        }
        if let Some((_, reply)) = state.sayings.iter().find(|(command, _)| *command == words.join(" ")) {
            return (*reply).to_owned();
        }
        match (&mut state.kind, upper.as_slice()) {
            (_, ["PING"]) => "+PONG\r\n".to_owned(),
            (Kind::Server(role), ["ROLE"]) => role.clone(),
            (Kind::Server(role), ["SET" | "INCR" | "RPUSH", ..]) if role.contains("slave") => {
                "-READONLY You can't write against a read only replica.\r\n".to_owned()
            }
            (Kind::Server(_), _) => "+OK\r\n".to_owned(),
            (Kind::Sentinel(_, id), ["SENTINEL", "MYID"]) => format!("${}\r\n{id}\r\n", id.len()),
            (Kind::Sentinel(views, _), ["SENTINEL", query, _]) => {
                let view = views.iter().find(|view| view.name == words[2]);
                view.map_or_else(|| unknown(query), |view| about(view, query))
            }
            (Kind::Sentinel(..), _) => "-ERR unknown command\r\n".to_owned(),
        }
    }
}

fn unknown(query: &str) -> String {
    if query == "GET-MASTER-ADDR-BY-NAME" { "*-1\r\n" } else { "-ERR No such master with that name\r\n" }
        .to_owned()
}

fn about(view: &View, query: &str) -> String {
    let (host, port) = view.address.rsplit_once(':').unwrap();
    match query {
        "GET-MASTER-ADDR-BY-NAME" => list(&[host.to_owned(), port.to_owned()]),
        "MASTER" => match view.epoch {
            Some(epoch) => fields(&[
                ("name", view.name),
                ("ip", host),
                ("port", port),
                ("flags", view.flags),
                ("config-epoch", &epoch.to_string()),
            ]),
            None => {
                "-NOPERM this user has no permissions to run the 'sentinel|master' command\r\n".to_owned()
            }
        },
        "REPLICAS" => lists(view.replicas.iter().map(|(address, flags, link)| {
            let (host, port) = address.rsplit_once(':').unwrap();
            fields(&[("ip", host), ("port", port), ("flags", flags), ("master-link-status", link)])
        })),
        "SENTINELS" => lists(view.peers.iter().map(|(address, flags, id)| {
            let (host, port) = address.rsplit_once(':').unwrap();
            fields(&[("ip", host), ("port", port), ("flags", flags), ("runid", id)])
        })),
        "FAILOVER" => "+OK\r\n".to_owned(),
        _ => "-ERR unknown subcommand\r\n".to_owned(),
    }
}

fn fields(pairs: &[(&str, &str)]) -> String {
    let words: Vec<String> =
        pairs.iter().flat_map(|&(name, value)| [name.to_owned(), value.to_owned()]).collect();
    list(&words)
}

fn lists(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    format!("*{}\r\n{}", items.len(), items.concat())
}

fn list(words: &[String]) -> String {
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        write!(text, "${}\r\n{word}\r\n", word.len()).unwrap();
    }
    text
}

/// The next command in `buffer`, if it is whole.
fn command(buffer: &mut BytesMut) -> Option<Vec<String>> {
    let mut rest = &buffer[..];
    let count = number(&mut rest, b'*')?;
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        let length = number(&mut rest, b'$')?;
        let word = rest.get(..length)?;
        rest = rest.get(length + 2..)?;
        words.push(String::from_utf8_lossy(word).into_owned());
    }
    let read = buffer.len() - rest.len();
    buffer.advance(read);
    Some(words)
}

fn number(rest: &mut &[u8], marker: u8) -> Option<usize> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    assert_eq!(rest[0], marker);
    let number = std::str::from_utf8(&rest[1..end]).unwrap().parse().unwrap();
    *rest = &rest[end + 2..];
    Some(number)
}
