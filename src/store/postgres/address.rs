//! From a URL to a way to connect: host, database, and whether the connection is encrypted.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::StoreError;
use super::trouble::reason;

/// After so much silence of the server the connection counts as lost.
const SILENCE: Duration = Duration::from_secs(30);
/// How long one address may take to answer.
const CONNECT: Duration = Duration::from_secs(5);

/// Where a database is.
pub(super) struct Address {
    /// What tokio-postgres needs.
    pub(super) config: Config,
    /// The database and its host, for people.
    pub(super) name: String,
    /// Whom to believe that they are the server, if not all that the system believes.
    authority: Option<String>,
}

/// Understands a URL. No message quotes it: it holds the password.
///
/// Beside the parameters of tokio-postgres, it takes `sslrootcert` and all of libpq's values of `sslmode`: without
/// one, the connection to another machine must be encrypted; and encrypted means that the server's certificate is
/// verified, its host name too.
pub(super) fn parse(url: &str) -> Result<Address, StoreError> {
    let wrong =
        |fault: &str| StoreError::Failed(format!("the URL of the PostgreSQL database is wrong: {fault}"));
    let Some((_, rest)) =
        url.split_once("://").filter(|(scheme, _)| ["postgres", "postgresql"].contains(scheme))
    else {
        return Err(wrong("it must look like postgres://user:password@host:5432/database"));
    };
    if rest.matches('@').count() > 1 {
        return Err(wrong("write an @ in the user or the password as %40"));
    }
    let after_user = rest.find('@').map_or(0, |at| at + 1);
    let (place, parameters) = match rest[after_user..].find('?').map(|at| after_user + at) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, ""),
    };
    let (mut mode, mut authority, mut others) = (None, None, Vec::new());
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let decoded = || percent_decode_str(value).decode_utf8_lossy().into_owned();
        match name {
            "sslmode" => mode = Some(decoded()),
            "sslrootcert" => authority = Some(decoded()),
            _ => others.push(parameter),
        }
    }
    let config: Result<Config, _> = format!("postgres://{place}?{}", others.join("&")).parse();
    let mut config = config.map_err(|error| wrong(&reason(&error)))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(wrong("it names no host"));
    }
    config.ssl_mode(match mode.as_deref() {
        Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
        Some("disable") => SslMode::Disable,
        Some(_) => return Err(wrong("sslmode must be require, verify-full or disable")),
        None if is_here(&config) => SslMode::Disable,
        None => SslMode::Require,
    });
    config.application_name(config.get_application_name().unwrap_or("ospo").to_owned());
    config.connect_timeout(*config.get_connect_timeout().unwrap_or(&CONNECT));
    config.tcp_user_timeout(*config.get_tcp_user_timeout().unwrap_or(&SILENCE));
    config.keepalives_idle(SILENCE / 2).keepalives_interval(SILENCE / 6).keepalives_retries(3);
    let name = name(&config);
    Ok(Address { config, name, authority })
}

impl Address {
    /// What encrypts the connections, if they are to be encrypted.
    ///
    /// # Errors
    /// When no certificate is there to believe in.
    pub(super) fn tls(&self) -> Result<Option<MakeRustlsConnect>, StoreError> {
        if self.config.get_ssl_mode() == SslMode::Disable {
            return Ok(None);
        }
        let failed = |fault: String| StoreError::Failed(format!("{}: {fault}", self.name));
        let mut roots = RootCertStore::empty();
        match &self.authority {
            Some(file) => {
                let at =
                    |error: &dyn std::fmt::Display| failed(format!("the certificates in {file}: {error}"));
                let certificates =
                    CertificateDer::pem_file_iter(Path::new(file)).map_err(|error| at(&error))?;
                for certificate in certificates {
                    roots.add(certificate.map_err(|error| at(&error))?).map_err(|error| at(&error))?;
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        if roots.is_empty() {
            let cure = "give the certificate of its authority with sslrootcert=FILE in the URL";
            return Err(failed(format!("there is no certificate to verify the server with; {cure}")));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| failed(error.to_string()))?;
        Ok(Some(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth())))
    }
}

/// Is the server on this machine, whichever of its addresses is used?
fn is_here(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    named && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn name(config: &Config) -> String {
    let database = config.get_dbname().or(config.get_user()).unwrap_or("of this user");
    let ports = config.get_ports();
    let port = |n: usize| ports.get(n).or(ports.first()).copied().unwrap_or(5432);
    let hosts = config.get_hosts().iter().enumerate().map(|(n, host)| match host {
        Host::Tcp(name) => format!("{name}:{}", port(n)),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let hosts: Vec<String> = match config.get_hosts() {
        [] => config.get_hostaddrs().iter().enumerate().map(|(n, ip)| format!("{ip}:{}", port(n))).collect(),
        _ => hosts.collect(),
    };
    format!("the PostgreSQL database {database} at {}", hosts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> (SslMode, String) {
        let address = parse(url).unwrap();
        (address.config.get_ssl_mode(), address.name)
    }

    fn refused(url: &str) -> String {
        parse(url).err().unwrap().to_string()
    }

    #[test]
    fn a_url_names_the_database_without_the_password() {
        let (_, name) = parsed("postgres://ospo:s3cret@db.example.org:6432/records?connect_timeout=3");
        assert_eq!(name, "the PostgreSQL database records at db.example.org:6432");
        let (_, name) = parsed("postgresql://ospo@a,b:7000?target_session_attrs=read-write");
        assert_eq!(name, "the PostgreSQL database ospo at a:5432, b:7000");
        let (_, name) = parsed("postgres:///records?host=/run/postgresql&user=ospo");
        assert_eq!(name, "the PostgreSQL database records at /run/postgresql");
    }

    #[test]
    fn a_connection_to_another_machine_is_encrypted_unless_the_url_says_no() {
        for (url, mode) in [
            ("postgres://u@db/d", SslMode::Require),
            ("postgres://u@10.0.0.1/d", SslMode::Require),
            ("postgres://u@localhost,db/d", SslMode::Require),
            ("postgres://u@localhost/d?hostaddr=10.0.0.1", SslMode::Require),
            ("postgres://u@db/d?sslmode=disable", SslMode::Disable),
            ("postgres://u@db/d?sslmode=verify-full&sslrootcert=/etc/ca.pem", SslMode::Require),
            ("postgres://u@localhost/d?sslmode=require", SslMode::Require),
            ("postgres://u@localhost/d", SslMode::Disable),
            ("postgres://u@[::1]/d", SslMode::Disable),
            ("postgres://u@%2Frun%2Fpostgresql/d", SslMode::Disable),
        ] {
            assert_eq!(parsed(url).0, mode, "{url}");
        }
        assert!(refused("postgres://u@db/d?sslmode=prefer").contains("sslmode must be"));
    }

    #[test]
    fn a_wrong_url_is_refused_without_showing_it() {
        for (url, fault) in [
            ("mysql://u:s3cret@db/d", "must look like postgres://"),
            ("host=db password=s3cret", "must look like postgres://"),
            ("postgres://u:s3cret@s3cret@db/d", "as %40"),
            ("postgres://u:s3cret@db/d?colour=blue", "unknown option `colour`"),
            ("postgres://u:s3cret@db:many/d", "port"),
            ("postgres://u:s3cret@/d", "it names no host"),
        ] {
            let message = refused(url);
            assert!(message.contains(fault), "{message}");
            assert!(!message.contains("s3cret"), "{message}");
        }
    }
}
