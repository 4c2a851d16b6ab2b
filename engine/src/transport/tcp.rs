//! TCP: name resolution, the race of addresses, and the socket options of a connection.
//!
//! The race follows RFC 8305 ("Happy Eyeballs"): families take turns, a new attempt starts when the last one
//! failed or after 250 ms, the first connection wins.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;

use crate::config::SocketOptions;
use crate::config::address::HostPort;

/// RFC 8305, section 5: "Connection Attempt Delay", recommended value.
const STAGGER: Duration = Duration::from_millis(250);
/// Longest keepalive time and interval that Linux takes (`MAX_TCP_KEEPIDLE`).
const MAX_IDLE: Duration = Duration::from_secs(32_767);
/// What kernels answer that do not have `TCP_USER_TIMEOUT` (WSL 1). They get along with keepalive alone.
#[cfg(any(target_os = "linux", target_os = "android"))]
const ENOPROTOOPT: i32 = 92;
/// Unanswered probes after which the system gives a silent connection up.
const PROBES: u32 = 3;

/// How a connection is made and kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) socket: SocketOptions,
    pub(crate) keep_alive: Option<Duration>,
}

/// Why no address could be connected to.
pub(crate) enum TcpFailure {
    /// The name has no address.
    Unresolved(io::Error),
    /// Each address with its own reason; at least one.
    Failed(Vec<(SocketAddr, io::Error)>),
    /// An attempt ended in a fault of this library.
    Broken(JoinError),
}

/// Connects to the first address of `target` that answers.
pub(crate) async fn connect(
    target: &HostPort,
    turn: usize,
    settings: Settings,
) -> Result<TcpStream, TcpFailure> {
    let addresses = lookup_host((target.host.as_str(), target.port)).await.map_err(TcpFailure::Unresolved)?;
    let SocketOptions { family, local_address, .. } = settings.socket;
    let reachable =
        |ip: IpAddr| family.admits(ip) && local_address.is_none_or(|from| from.is_ipv4() == ip.is_ipv4());
    let mut addresses = interleave(addresses.filter(|address| reachable(address.ip())));
    let first = turn.checked_rem(addresses.len()).unwrap_or(0);
    addresses.rotate_left(first);
    if addresses.is_empty() {
        return Err(TcpFailure::Unresolved(io::Error::new(io::ErrorKind::NotFound, "no address")));
    }
    race(addresses, settings).await
}

/// Lets the families take turns; the one that the resolver prefers begins.
fn interleave(addresses: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let addresses: Vec<_> = addresses.collect();
    let preferred = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == preferred);
    let mut turns = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        let round = [first.next(), second.next()];
        if round == [None, None] {
            return turns;
        }
        for address in
            round.into_iter().flatten().filter(|address| !turns.contains(address)).collect::<Vec<_>>()
        {
            turns.push(address);
        }
    }
}

async fn race(addresses: Vec<SocketAddr>, settings: Settings) -> Result<TcpStream, TcpFailure> {
    let mut waiting = addresses.into_iter();
    // Dropped with the function: losers are aborted and their sockets closed.
    let mut attempts = JoinSet::new();
    let mut failures = Vec::new();
    loop {
        let more = waiting.next().map(|address| attempts.spawn(attempt(address, settings))).is_some();
        tokio::select! {
            Some(ended) = attempts.join_next() => match ended {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(failure)) => failures.push(failure),
                Err(fault) => return Err(TcpFailure::Broken(fault)),
            },
            () = sleep(STAGGER), if more && waiting.len() > 0 => {}
            else => return Err(TcpFailure::Failed(failures)),
        }
    }
}

async fn attempt(address: SocketAddr, settings: Settings) -> Result<TcpStream, (SocketAddr, io::Error)> {
    let connected = async {
        let stream = open(address, settings.socket.local_address).await?;
        // On loopback, a port of the ephemeral range that nobody listens on can be connected to itself.
        if stream.local_addr()? == address {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        configure(&stream, settings)?;
        Ok(stream)
    };
    connected.await.map_err(|error| (address, error))
}

async fn open(address: SocketAddr, from: Option<IpAddr>) -> io::Result<TcpStream> {
    let Some(from) = from else { return TcpStream::connect(address).await };
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(address).await
}

fn configure(stream: &TcpStream, settings: Settings) -> io::Result<()> {
    stream.set_nodelay(settings.socket.no_delay)?;
    let Some(idle) = settings.keep_alive else { return Ok(()) };
    let socket = SockRef::from(stream);
    // The system counts in seconds.
    let idle = idle.clamp(Duration::from_secs(1), MAX_IDLE);
    let interval = (idle / PROBES).max(Duration::from_secs(1));
    let probing = TcpKeepalive::new().with_time(idle);
    #[cfg(any(
        target_vendor = "apple",
        target_os = "linux",
        target_os = "android",
        target_os = "freebsd",
        windows
    ))]
    let probing = probing.with_interval(interval).with_retries(PROBES);
    socket.set_tcp_keepalive(&probing)?;
    // Keepalive does not probe while sent bytes are unacknowledged; this bounds that case by the same time.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Err(error) = socket.set_tcp_user_timeout(Some(idle + interval * PROBES))
        && error.raw_os_error() != Some(ENOPROTOOPT)
    {
        return Err(error);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use socket2::{Domain, Socket, Type};

    use super::*;
    use crate::config::Family;

    /// A port of our own on which nobody listens.
    fn bound() -> (Socket, SocketAddr) {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        (socket, address)
    }

    fn keeping(seconds: u64) -> Settings {
        Settings { keep_alive: Some(Duration::from_secs(seconds)), ..Settings::default() }
    }

    #[tokio::test]
    async fn a_connection_comes_from_the_address_that_is_asked_for() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = HostPort { host: "localhost".into(), port: listener.local_addr().unwrap().port() };
        let from = Some("127.0.0.1".parse().unwrap());
        let socket = SocketOptions { local_address: from, no_delay: false, ..SocketOptions::default() };
        let settings = Settings { socket, keep_alive: None };
        let stream = connect(&target, 0, settings).await.ok().unwrap();
        assert_eq!(Some(stream.local_addr().unwrap().ip()), from);
        assert!(!stream.nodelay().unwrap());
    }

    #[tokio::test]
    async fn addresses_of_another_family_are_left_out() {
        for (family, host) in [(Family::Ipv6, "127.0.0.1"), (Family::Ipv4, "::1")] {
            let socket = SocketOptions { family, ..SocketOptions::default() };
            let target = HostPort { host: host.into(), port: 1 };
            let refused = connect(&target, 0, Settings { socket, keep_alive: None }).await;
            assert!(matches!(refused, Err(TcpFailure::Unresolved(_))));
        }
    }

    fn parse(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|address| address.parse().unwrap()).collect()
    }

    #[test]
    fn families_take_turns_and_the_preferred_one_begins() {
        let resolved = parse(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"]);
        let wanted = parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"]);
        assert_eq!(interleave(resolved.into_iter()), wanted);
    }

    #[test]
    fn an_address_is_tried_once_however_often_it_was_resolved() {
        let resolved = parse(&["1.1.1.1:1", "1.1.1.1:1", "[::1]:1", "1.1.1.1:1"]);
        assert_eq!(interleave(resolved.into_iter()), parse(&["1.1.1.1:1", "[::1]:1"]));
    }

    #[tokio::test]
    async fn a_connected_socket_has_its_options_set() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stream = race(vec![address], keeping(15)).await.ok().unwrap();
        let socket = SockRef::from(&stream);
        assert!(stream.nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        {
            assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(15));
            assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(5));
            assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(30)));
        }
    }

    #[tokio::test]
    async fn without_keep_alive_nothing_is_probed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = race(vec![listener.local_addr().unwrap()], Settings::default()).await.ok().unwrap();
        assert!(!SockRef::from(&stream).keepalive().unwrap());
    }

    #[tokio::test]
    async fn the_next_address_is_tried_at_once_when_one_is_refused() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let (_closed, closed) = bound();
        let stream = race(vec![closed, open], Settings::default()).await.ok().unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test(start_paused = true)]
    async fn the_next_address_is_tried_while_one_is_silent() {
        // A full queue of connections makes Linux drop every further SYN.
        let (silent, hole) = bound();
        silent.listen(0).unwrap();
        let _filler = std::net::TcpStream::connect(hole).unwrap();

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let start = tokio::time::Instant::now();
        let stream = race(vec![hole, open], Settings::default()).await.ok().unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        assert_eq!(start.elapsed().as_millis(), STAGGER.as_millis());
    }

    #[tokio::test]
    async fn every_refusal_is_reported() {
        let ((_one, one), (_other, other)) = (bound(), bound());
        let addresses = vec![one, other];
        let Err(TcpFailure::Failed(failures)) = race(addresses.clone(), Settings::default()).await else {
            panic!("not refused")
        };
        let mut tried: Vec<_> = failures.iter().map(|(address, _)| *address).collect();
        tried.sort_unstable();
        let mut wanted = addresses;
        wanted.sort_unstable();
        assert_eq!(tried, wanted);
        assert!(failures.iter().all(|(_, error)| error.kind() == io::ErrorKind::ConnectionRefused));
    }

    #[tokio::test]
    async fn a_keep_alive_of_weeks_is_cut_to_what_the_system_takes() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let weeks = Duration::from_millis(0x7fff_ffff);
        assert!(
            race(
                vec![listener.local_addr().unwrap()],
                Settings { keep_alive: Some(weeks), ..Settings::default() }
            )
            .await
            .is_ok()
        );
    }
}
