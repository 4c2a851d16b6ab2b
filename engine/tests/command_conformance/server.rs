//! Real servers for the test: started on free ports in temporary folders, stopped on drop, asked over a blocking socket.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A RESP2 reply, as far as `COMMAND` needs it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    Null,
    Text(String),
    Int(i64),
    Error(String),
    List(Vec<Reply>),
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            other => panic!("expected text, got {other:?}"),
        }
    }

    pub(crate) fn int(&self) -> i64 {
        match self {
            Self::Int(int) => *int,
            other => panic!("expected an integer, got {other:?}"),
        }
    }

    pub(crate) fn list(&self) -> &[Reply] {
        match self {
            Self::List(list) => list,
            other => panic!("expected a list, got {other:?}"),
        }
    }

    /// A flat list of names and values.
    pub(crate) fn map(&self) -> HashMap<&str, &Reply> {
        self.list().chunks_exact(2).map(|pair| (pair[0].text(), &pair[1])).collect()
    }
}

/// Which of the two servers it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brand {
    Redis,
    Valkey,
}

/// What it serves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Data,
    Sentinel,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) brand: Brand,
    pub(crate) version: String,
    child: Child,
    folder: PathBuf,
    reader: BufReader<TcpStream>,
}

impl Server {
    /// Debian's or any other Redis. There is no test without it.
    pub(crate) fn redis() -> Self {
        let program = on_path("redis-server")
            .expect("redis-server is not on the PATH: install it (Debian: apt-get install redis-server)");
        Self::start(&program, Mode::Data)
    }

    /// A sentinel of the same Redis, which watches nothing.
    pub(crate) fn sentinel() -> Self {
        let program = on_path("redis-server").expect("redis-server is not on the PATH");
        Self::start(&program, Mode::Sentinel)
    }

    /// Valkey, where `OXIDIS_VALKEY_SERVER` or the PATH names one.
    pub(crate) fn valkey() -> Option<Self> {
        let program =
            std::env::var_os("OXIDIS_VALKEY_SERVER").map(PathBuf::from).or_else(|| on_path("valkey-server"));
        program.map(|program| Self::start(&program, Mode::Data))
    }

    /// A newer Redis, where `OXIDIS_REDIS8_SERVER` names one.
    pub(crate) fn redis8() -> Option<Self> {
        let program = std::env::var_os("OXIDIS_REDIS8_SERVER").map(PathBuf::from);
        program.map(|program| Self::start(&program, Mode::Data))
    }

    /// A server that answers. A free port may be somebody else's by the time that a server listens on it.
    fn start(program: &Path, mode: Mode) -> Self {
        const ATTEMPTS: u32 = 3;
        let mut server = Self::spawn(program, mode);
        for _ in 1..ATTEMPTS {
            match server.exchange(&["PING"]) {
                Ok(_) => break,
                Err(_) => server = Self::spawn(program, mode),
            }
        }
        server.introduced()
    }

    fn spawn(program: &Path, mode: Mode) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("oxidis-command-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let file = folder.join("server.conf");
        let data = if mode == Mode::Data { "save \"\"\nappendonly no\n" } else { "" };
        let text = format!("port {port}\nbind 127.0.0.1\ndir {}\n{data}", folder.display());
        std::fs::write(&file, text).expect("a configuration file");
        let child = Command::new(program)
            .arg(&file)
            .args((mode == Mode::Sentinel).then_some("--sentinel"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let reader = BufReader::new(connect(port, program));
        Self { brand: Brand::Redis, version: String::new(), child, folder, reader }
    }

    /// It has said who it is.
    fn introduced(mut self) -> Self {
        let info = self.ask(&["INFO", "server"]);
        let field =
            |name: &str| info.text().lines().find_map(|line| line.strip_prefix(name)).map(str::to_string);
        if let Some(version) = field("valkey_version:") {
            self.brand = Brand::Valkey;
            self.version = version;
        } else {
            self.version = field("redis_version:").expect("a version");
        }
        self
    }

    /// Sends one command and reads its reply.
    pub(crate) fn ask<A: AsRef<str>>(&mut self, words: &[A]) -> Reply {
        self.exchange(words).expect("a reply")
    }

    fn exchange<A: AsRef<str>>(&mut self, words: &[A]) -> io::Result<Reply> {
        let mut frame = format!("*{}\r\n", words.len());
        for word in words {
            let word = word.as_ref();
            write!(frame, "${}\r\n{word}\r\n", word.len()).expect("memory");
        }
        self.reader.get_mut().write_all(frame.as_bytes())?;
        self.read()
    }

    fn read(&mut self) -> io::Result<Reply> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        let (kind, rest) = line.split_at(1);
        let number = || rest.parse::<i64>().unwrap_or_else(|_| panic!("no number: {line}"));
        Ok(match kind {
            "+" => Reply::Text(rest.to_string()),
            "-" => Reply::Error(rest.to_string()),
            ":" => Reply::Int(number()),
            "$" | "*" if number() < 0 => Reply::Null,
            "$" => {
                let mut bytes = vec![0; usize::try_from(number()).expect("a length") + 2];
                self.reader.read_exact(&mut bytes)?;
                bytes.truncate(bytes.len() - 2);
                Reply::Text(String::from_utf8_lossy(&bytes).into_owned())
            }
            "*" => Reply::List((0..number()).map(|_| self.read()).collect::<io::Result<_>>()?),
            _ => panic!("no RESP2: {line}"),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server may be gone already, its folder too: the test's own failure says more.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn connect(port: u16, program: &Path) -> TcpStream {
    let limit = Instant::now() + Duration::from_secs(20);
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => {
                stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a read timeout");
                return stream;
            }
            Err(error) => assert!(Instant::now() < limit, "{} does not listen: {error}", program.display()),
        }
        sleep(Duration::from_millis(20));
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
