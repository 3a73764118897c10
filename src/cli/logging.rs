//! Logging: `tracing` to standard error, for people or as JSON lines. No message text and no secret is logged
//! at info level or above.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging. `RUST_LOG` has the last word on levels.
pub fn start(log: &Log) {
    // What the Matrix library says of single calls and of a backup that was not made: `ospo matrix check` says it once.
    let quiet =
        "matrix_sdk::http_client=off,matrix_sdk::encryption::backups=error,matrix_sdk_crypto::backups=error";
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("warn,{quiet},ospo_counselor={}", log.level.as_str())));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match log.format {
        LogFormat::Human => builder.with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
}
