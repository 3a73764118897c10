//! A private PostgreSQL server: made with `initdb` in a temporary directory, on a free port of this machine. It is
//! stopped and removed when nobody uses it any more, also when a test panics; and stopped at least when the whole
//! test process is killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak, mpsc};

use secrecy::SecretString;
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// The password of the only user, `ospo`. No message may show it.
pub const PASSWORD: &str = "pass%40word-of-the-test";
/// The same as a person types it.
const TYPED: &str = "pass@word-of-the-test";

/// Runs the server until standard input closes: that is when this process drops it, or ends in any way.
const UNTIL_INPUT_CLOSES: &str =
    r#""$@" & server=$!; cat >/dev/null; kill -INT $server 2>/dev/null; wait $server"#;

/// A server that runs.
pub struct Server {
    dir: TempDir,
    /// Its port on this machine.
    pub port: u16,
    process: Option<Child>,
    settings: Vec<String>,
    /// Whom it runs as, if not as we do: the user and the group.
    owner: Option<(u32, u32)>,
}

impl Server {
    /// The server that tests share, each with databases of its own. It runs while somebody has it.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        // A test that panicked while the server started left nothing behind.
        let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        shared.upgrade().unwrap_or_else(|| {
            // Nothing here cuts the power.
            let server = Arc::new(Self::start(&["fsync=off"]));
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// A server of one's own, with settings beside the usual ones.
    pub fn start(settings: &[&str]) -> Self {
        let dir = TempDir::with_prefix("ospo-postgres-").unwrap();
        // PostgreSQL refuses to run as root.
        let is_root = fs::metadata(dir.path()).unwrap().uid() == 0;
        let owner = is_root.then(owner);
        if let Some((user, group)) = owner {
            chown(dir.path(), Some(user), Some(group)).unwrap();
        }
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut server = Self { dir, port: 0, process: None, settings, owner };
        let password = server.path("password");
        fs::write(&password, TYPED).unwrap();
        let initdb = server
            .command(&binaries().join("initdb"))
            .args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=scram-sha-256", "--username=ospo"])
            .arg("--pwfile")
            .arg(&password)
            .arg("--pgdata")
            .arg(server.path("data"))
            .output()
            .unwrap();
        assert!(initdb.status.success(), "{}", String::from_utf8_lossy(&initdb.stderr));
        server.run();
        server
    }

    /// A server that offers encryption as `localhost`; see [`Server::authority`].
    pub fn start_with_tls() -> Self {
        let mut server = Self::start(&[]);
        fs::write(server.path("names"), "subjectAltName=DNS:localhost").unwrap();
        for arguments in [
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
             -keyout authority.key -out authority.pem",
            "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
             -keyout data/server.key -out request.pem",
            "x509 -req -in request.pem -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 \
             -extfile names -out data/server.crt",
        ] {
            let output = server.command(Path::new("openssl")).args(arguments.split_whitespace()).output();
            let output = output.expect("openssl is missing: apt-get install openssl");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        server.stop();
        server.settings.push("ssl=on".to_owned());
        server.run();
        server
    }

    /// The certificate of the authority that vouches for a server with encryption.
    pub fn authority(&self) -> PathBuf {
        self.path("authority.pem")
    }

    /// Makes a database and returns its URL.
    pub async fn database(&self) -> SecretString {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}")).await;
        self.url("127.0.0.1", self.port, &name).into()
    }

    /// The URL of a database as it is reached through a host and a port.
    pub fn url(&self, host: &str, port: u16, database: &str) -> String {
        format!("postgres://ospo:{PASSWORD}@{host}:{port}/{database}")
    }

    /// Runs a statement and returns the first column of the first row it answers with.
    pub async fn sql(&self, database: &str, statement: &str) -> Option<String> {
        let url = self.url("127.0.0.1", self.port, database);
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let answer =
            client.simple_query(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        drop(client);
        connection.await.unwrap().unwrap();
        answer.into_iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    }

    /// Ends all its processes as a crash does. It can be run again.
    pub fn kill(&mut self) {
        let file = fs::read_to_string(self.path("data/postmaster.pid")).unwrap();
        let first = file.lines().next().unwrap();
        let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap();
        // The first one first: it starts no others in their place then. Some of them end by themselves meanwhile.
        for process in std::iter::once(first).chain(children.split_whitespace()) {
            let _ = Command::new("kill").args(["-9", process]).stderr(Stdio::null()).status().unwrap();
        }
        self.stop();
    }

    /// Ends it in good order, without waiting for its clients.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            process.wait().unwrap();
        }
    }

    /// Runs it again, on the same port if it had one, and returns when it takes connections.
    pub fn run(&mut self) {
        const TRIES: u32 = 5;
        for _ in 0..TRIES {
            let port = match self.port {
                0 => TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(),
                port => port,
            };
            let mut command = self.command(Path::new("sh"));
            command.args(["-c", UNTIL_INPUT_CLOSES, "sh"]).arg(binaries().join("postgres"));
            command.arg("-D").arg(self.path("data")).arg("-k").arg(self.dir.path());
            let usual =
                [format!("port={port}"), "listen_addresses=localhost".into(), "max_connections=300".into()];
            for setting in usual.iter().chain(&self.settings) {
                command.args(["-c", setting]);
            }
            let mut process = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let (ready, heard) = mpsc::channel();
            let log = BufReader::new(process.stderr.take().unwrap());
            std::thread::spawn(move || {
                let mut said = String::new();
                for line in log.lines().map_while(Result::ok) {
                    said.push_str(&format!("{line}\n"));
                    if line.contains("database system is ready to accept connections") {
                        let _ = ready.send(Ok(()));
                    }
                }
                let _ = ready.send(Err(said));
            });
            self.process = Some(process);
            match heard.recv().unwrap() {
                Ok(()) => {
                    self.port = port;
                    return;
                }
                // Somebody else was faster to take the port.
                Err(said) if said.contains("could not bind") && self.port == 0 => self.stop(),
                Err(said) => panic!("the server did not start:\n{said}"),
            }
        }
        panic!("no port is free");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A program run in the server's directory by its owner.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.dir.path()).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whom the server runs as where we are root: the user and the group.
fn owner() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let users: Vec<Vec<&str>> = users.lines().map(|line| line.split(':').collect()).collect();
    let found = ["postgres", "nobody"].iter().find_map(|name| users.iter().find(|user| user[0] == *name));
    let user = found.expect("there is no user postgres or nobody to run PostgreSQL as");
    (user[2].parse().unwrap(), user[3].parse().unwrap())
}

/// Where PostgreSQL's programs are: Debian keeps them apart by version; elsewhere they are in the path.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let elsewhere = std::env::split_paths(&path);
    let mut found: Vec<PathBuf> = elsewhere
        .chain(debian)
        .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort_by_key(|bin| bin.parent().and_then(|dir| dir.file_name()?.to_str()?.parse::<u32>().ok()));
    found.pop().expect("PostgreSQL's server is missing: apt-get install postgresql (tests/run does it)")
}
