//! A Redis or Valkey server of a test's own.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server without persistence on a port of its own. It stops when it is dropped.
pub struct RedisServer {
    binary: PathBuf,
    arguments: Vec<String>,
    port: u16,
    directory: TempDir,
    /// Its output stays open, so that it can go on writing to it.
    running: Option<(Child, BufReader<ChildStdout>)>,
}

impl RedisServer {
    /// A running server, or none where none is installed. The arguments are
    /// added to its command line.
    pub fn start(arguments: &[&str]) -> Option<RedisServer> {
        let mut server = RedisServer::stopped(arguments)?;
        // A port may be taken: then the server ends at once.
        assert!((0..20).any(|_| server.try_start() || server.move_on()), "redis-server does not start");
        Some(server)
    }

    /// One that is yet to be started, with [`RedisServer::restart`].
    pub fn stopped(arguments: &[&str]) -> Option<RedisServer> {
        Some(RedisServer {
            binary: find()?,
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            port: random_port(),
            directory: tempfile::tempdir().expect("a temporary directory"),
            running: None,
        })
    }

    /// Kills it, as a crash does.
    pub fn kill(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            child.kill().expect("it was running");
            child.wait().expect("it ends");
        }
    }

    /// Starts it again on its port, empty. Clients know the port, so that this
    /// waits for whoever took it in the meantime.
    pub fn restart(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.try_start() {
            assert!(Instant::now() < deadline, "redis-server does not start on port {}", self.port);
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// A connection to ask it things.
    pub fn admin(&self) -> redis::Connection {
        let client = redis::Client::open(self.url()).expect("a valid address");
        client.get_connection().expect("a connection to the store")
    }

    /// How often a script was evaluated, and how long that took it in all, in microseconds.
    pub fn evaluations(&self) -> (u64, u64) {
        let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut self.admin()).expect("its statistics");
        let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_evalsha:")).unwrap_or_default();
        let number = |name: &str| {
            line.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok()).unwrap_or(0)
        };
        (number("calls"), number("usec"))
    }

    fn try_start(&mut self) -> bool {
        let mut child = Command::new(&self.binary)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"])
            .args(["--port", &self.port.to_string()])
            .arg("--dir")
            .arg(self.directory.path())
            .args(&self.arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("redis-server runs");
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        while !line.contains("Ready to accept connections") {
            line.clear();
            if output.read_line(&mut line).expect("its output is readable") == 0 {
                child.wait().expect("it ended");
                return false;
            }
        }
        self.running = Some((child, output));
        true
    }

    fn move_on(&mut self) -> bool {
        self.port = random_port();
        false
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Below the ports that systems give to outgoing connections, so that a
/// stopped server finds its port free again.
fn random_port() -> u16 {
    let random = RandomState::new().build_hasher().finish();
    20_000 + u16::try_from(random % 10_000).expect("it is small")
}

/// `REDIS_SERVER`, or redis-server or valkey-server on the PATH. Without one a
/// test passes and says so, unless `REDIS_REQUIRED` is set, as `./dev test` does.
fn find() -> Option<PathBuf> {
    let named = std::env::var_os("REDIS_SERVER").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = |name: &str| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    let found = named.or_else(|| on_path("redis-server")).or_else(|| on_path("valkey-server"));
    if found.is_none() {
        assert!(std::env::var_os("REDIS_REQUIRED").is_none(), "redis-server is not installed");
        // Past the capture of passing tests, so that it is seen.
        let skipped = b"skipped: redis-server is not installed (Debian: apt-get install redis-server)\n";
        std::io::stderr().write_all(skipped).expect("stderr is writable");
    }
    found
}
