//! A private Synapse, the reference home server of Matrix: in a temporary directory, on a free port of this machine, with
//! SQLite and without federation. It stops when nobody uses it any more, also when a test panics or is killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak, mpsc};

use matrix_sdk::Client;
use matrix_sdk::config::RequestConfig;
use matrix_sdk::ruma::api::client::account::register;
use matrix_sdk::ruma::api::client::uiaa::{AuthData, Dummy};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The name of the server: the part of ids after the colon.
const SERVER: &str = "localhost";
/// The password of everybody.
pub const PASSWORD: &str = "pass-word of the test";

/// Runs the server until standard input closes: that is when this process drops it, or ends in any way. It is killed
/// then, which is quicker than to ask.
const UNTIL_INPUT_CLOSES: &str =
    r#""$@" & server=$!; cat >/dev/null; kill -9 $server 2>/dev/null; wait $server"#;

/// Whether a server holds its users back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// It takes whatever comes.
    Free,
    /// It answers `M_LIMIT_EXCEEDED` to who sends more than two messages a second.
    Limited,
}

/// A server that runs.
pub struct Synapse {
    dir: TempDir,
    port: u16,
    pace: Pace,
    process: Option<Child>,
}

impl Synapse {
    /// The server that stories share, each with people and rooms of its own. It runs while somebody has it.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Synapse>> = Mutex::new(Weak::new());
        // A test that panicked while the server started left nothing behind.
        let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start(Pace::Free));
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// A server of one's own.
    pub fn start(pace: Pace) -> Self {
        let dir = TempDir::with_prefix("ospo-synapse-").unwrap();
        let mut server = Self { dir, port: 0, pace, process: None };
        server.run();
        server
    }

    /// Where clients reach it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it as a crash does. It can be run again.
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
            self.configure(port);
            let mut command = Command::new("sh");
            command.args(["-c", UNTIL_INPUT_CLOSES, "sh"]).arg(python());
            command.args(["-m", "synapse.app.homeserver", "--config-path", "homeserver.yaml"]);
            command.current_dir(self.dir.path()).env("PYTHONDONTWRITEBYTECODE", "1");
            let streams = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
            let mut process = streams.spawn().unwrap();
            let (ready, heard) = mpsc::channel();
            let log = BufReader::new(process.stderr.take().unwrap());
            std::thread::spawn(move || {
                let mut said = String::new();
                for line in log.lines().map_while(Result::ok) {
                    said.push_str(&format!("{line}\n"));
                    if line.contains("now listening on TCP port") {
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
                Err(said) if said.contains("CannotListenError") && self.port == 0 => self.stop(),
                Err(said) => panic!("Synapse did not start:\n{said}"),
            }
        }
        panic!("no port is free");
    }

    /// Writes the files it reads at its start.
    fn configure(&self, port: u16) {
        let held = |free: u32, limited: u32| if self.pace == Pace::Free { free } else { limited };
        let often = json!({ "per_second": 10_000, "burst_count": 10_000 });
        let messages = json!({ "per_second": held(10_000, 2), "burst_count": held(10_000, 2) });
        // YAML is a superset of JSON.
        let settings = json!({
            "server_name": SERVER,
            "listeners": [{
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "type": "http",
                "resources": [{ "names": ["client"] }],
            }],
            "database": { "name": "sqlite3", "args": { "database": "homeserver.db" } },
            "media_store_path": "media",
            "signing_key_path": "signing.key",
            "log_config": "log.yaml",
            "report_stats": false,
            // People here read everything at once.
            "filter_timeline_limit": -1,
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "url_preview_enabled": false,
            "presence": { "enabled": false },
            "enable_registration": true,
            "enable_registration_without_verification": true,
            "macaroon_secret_key": "of the test",
            "form_secret": "of the test",
            // As few rounds as bcrypt allows: these passwords guard nothing.
            "bcrypt_rounds": 4,
            "rc_message": messages,
            "rc_registration": often,
            "rc_login": { "address": often, "account": often, "failed_attempts": often },
            "rc_joins": { "local": often, "remote": often },
            "rc_invites": { "per_room": often, "per_user": often, "per_issuer": often },
            "rc_key_requests": often,
            "rc_room_creation": often,
        });
        let log = json!({
            "version": 1,
            "handlers": { "stderr": { "class": "logging.StreamHandler" } },
            "root": { "level": "WARNING", "handlers": ["stderr"] },
            "loggers": { "synapse.app._base": { "level": "INFO" } },
        });
        let write = |name: &str, value: &Value| {
            fs::write(self.dir.path().join(name), value.to_string()).unwrap();
        };
        write("homeserver.yaml", &settings);
        write("log.yaml", &log);
        let key = self.dir.path().join("signing.key");
        if !key.exists() {
            // A key of the form that Synapse generates: version, and 32 bytes in Base64.
            fs::write(key, "ed25519 a_test AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n").unwrap();
        }
    }

    /// Registers an account under a name that begins so, and returns a client that is logged in with it. It keeps its
    /// keys in memory.
    pub async fn register(&self, name: &str) -> Client {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{name}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let client = self.client().await;
        let mut request = register::v3::Request::new();
        request.username = Some(name);
        request.password = Some(PASSWORD.to_owned());
        request.auth = Some(AuthData::Dummy(Dummy::new()));
        client.matrix_auth().register(request).await.unwrap();
        client
    }

    /// A client that nobody is logged in with.
    pub async fn client(&self) -> Client {
        // The server may hold back or be away; people try again.
        let patient = RequestConfig::new().retry_limit(20);
        Client::builder().homeserver_url(self.url()).request_config(patient).build().await.unwrap()
    }
}

impl AsRef<Self> for Synapse {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Drop for Synapse {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The Python that has Synapse: of the virtual environment that `tests/run` makes, or another one that
/// `OSPO_TEST_VENV` names.
pub fn python() -> PathBuf {
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/matrix-venv");
    let venv = std::env::var_os("OSPO_TEST_VENV").map_or(usual, PathBuf::from);
    let python = venv.join("bin/python");
    assert!(
        python.exists(),
        "the tests of Matrix need Synapse in {}: run tests/run, which makes it, or tests/matrix-venv alone; a virtual \
         environment elsewhere is named by OSPO_TEST_VENV",
        venv.display()
    );
    python
}
