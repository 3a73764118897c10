//! `ospo matrix login|setup|check`: what must be done once before the bot can speak on Matrix, and whether it was.

use std::fs::File;
use std::io::{BufRead, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use super::start::matrix_config;
use super::{ConfigArgs, Ended};
use crate::chat::matrix::{Credential, Finding, Identity, LoggedIn, MatrixConfig, check, log_in, set_up};
use crate::config::Config;

/// What there is to do with Matrix.
#[derive(Debug, Subcommand)]
pub enum MatrixCommand {
    /// Log the bot in and keep the session; it is asked for the password when none is given.
    Login(LoginArgs),
    /// Give the bot an identity, so that encrypted rooms trust it, and a backup of its keys; or take up the identity
    /// there is with its recovery key.
    Setup(SetupArgs),
    /// Check session, identity and rooms, and say what is missing and how to mend it.
    Check(ConfigArgs),
}

/// What `ospo matrix setup` takes.
#[derive(Debug, Args)]
pub struct SetupArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// A file that holds the account's password, which most home servers want before they take a new identity.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// A file that holds the recovery key of the identity there is; where there is none yet, the new key goes there.
    #[arg(long, value_name = "FILE")]
    recovery_key_file: Option<PathBuf>,
}

/// What `ospo matrix login` takes.
#[derive(Debug, Args)]
pub struct LoginArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// A file that holds the account's password.
    #[arg(long, value_name = "FILE", conflicts_with = "token_file")]
    password_file: Option<PathBuf>,
    /// A file that holds an access token of a device that nothing else uses.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// The variables in which password and token may stand.
const PASSWORD: &str = "OSPO_MATRIX_PASSWORD";
const TOKEN: &str = "OSPO_MATRIX_TOKEN";
/// The variable in which the recovery key may stand.
const RECOVERY_KEY: &str = "OSPO_MATRIX_RECOVERY_KEY";

/// Runs a command about Matrix.
///
/// # Errors
/// When the config cannot be read or has no `[matrix]` section, or the home server does not play along.
pub async fn run(command: &MatrixCommand) -> anyhow::Result<Ended> {
    match command {
        MatrixCommand::Login(args) => login(args).await,
        MatrixCommand::Setup(args) => setup(args).await,
        MatrixCommand::Check(args) => check_all(args).await,
    }
}

fn read(args: &ConfigArgs) -> anyhow::Result<MatrixConfig> {
    let config = Config::read(&args.config)?;
    match &config.matrix {
        Some(matrix) => Ok(matrix_config(&config, matrix)),
        None => bail!("the config has no [matrix] section; deploy/matrix/README.md shows what belongs there"),
    }
}

async fn login(args: &LoginArgs) -> anyhow::Result<Ended> {
    let config = read(&args.config)?;
    let credential = match (&args.password_file, &args.token_file) {
        (Some(file), _) => Credential::Password(secret_in(file)?),
        (_, Some(file)) => Credential::Token(secret_in(file)?),
        _ => match (std::env::var(PASSWORD), std::env::var(TOKEN)) {
            (Ok(password), _) => Credential::Password(password.into()),
            (_, Ok(token)) => Credential::Token(token.into()),
            _ => Credential::Password(asked(&config.user)?),
        },
    };
    let LoggedIn { device, keys } = log_in(&config, &credential).await?;
    let along = match keys {
        0 => String::new(),
        keys => format!(" It has taken along {keys} keys that the device before had."),
    };
    anstream::println!(
        "{} is logged in with the device {device}.{along} Next: `ospo matrix setup`, so that encrypted rooms trust it.",
        config.user
    );
    Ok(Ended::Well)
}

async fn setup(args: &SetupArgs) -> anyhow::Result<Ended> {
    let config = read(&args.config)?;
    let kept = args.recovery_key_file.as_deref().filter(|file| file.exists());
    let recovery_key = match (kept, std::env::var(RECOVERY_KEY)) {
        (Some(file), _) => Some(secret_in(file)?),
        (None, Ok(key)) => Some(key.into()),
        (None, Err(_)) => None,
    };
    let password = match (&args.password_file, std::env::var(PASSWORD)) {
        (Some(file), _) => Some(secret_in(file)?),
        (None, Ok(password)) => Some(password.into()),
        (None, Err(_)) if recovery_key.is_none() && std::io::stdin().is_terminal() => {
            Some(asked(&config.user)?)
        }
        (None, Err(_)) => None,
    };
    // The file is made before the key, so that a key is never made that cannot be kept.
    let new_file = match (&args.recovery_key_file, kept) {
        (Some(file), None) => Some((file, private_file(file)?)),
        _ => None,
    };
    let identity = set_up(&config, recovery_key.as_ref(), password.as_ref()).await;
    match (&identity, new_file) {
        (Ok(Identity::New(key)), Some((path, mut file))) => {
            writeln!(file, "{}", key.expose_secret())?;
            file.sync_all()?;
            anstream::println!(
                "The bot has an identity now. Its recovery key is in {}: keep it where you keep passwords.",
                path.display()
            );
        }
        (Ok(Identity::New(key)), None) => anstream::println!(
            "The bot has an identity now. Its recovery key, shown this once; keep it where you keep passwords:\n\n  {}\n",
            key.expose_secret()
        ),
        (_, Some((path, _))) => std::fs::remove_file(path)?,
        _ => {}
    }
    match identity? {
        Identity::New(_) => {}
        Identity::Recovered => anstream::println!("The bot has taken up its identity."),
        Identity::Complete => anstream::println!("The bot has its identity already; nothing was changed."),
    }
    Ok(Ended::Well)
}

/// A new file that only its owner can read.
fn private_file(path: &Path) -> anyhow::Result<File> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    file.with_context(|| format!("cannot make {}", path.display()))
}

async fn check_all(args: &ConfigArgs) -> anyhow::Result<Ended> {
    let config = read(args)?;
    let mut ended = Ended::Well;
    let mut out = anstream::stdout().lock();
    for finding in check(&config).await {
        match finding {
            Finding::Good(what) => writeln!(out, "✔ {what}")?,
            Finding::Missing { what, cure } => {
                ended = Ended::BadInput;
                writeln!(out, "✖ {what}\n  {cure}")?;
            }
        }
    }
    Ok(ended)
}

fn secret_in(file: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let secret = SecretString::from(text.trim_end_matches(['\n', '\r']));
    if secret.expose_secret().is_empty() {
        bail!("{} is empty", file.display());
    }
    Ok(secret)
}

/// Asks for the password: unseen on a terminal, as a line elsewhere.
fn asked(user: &str) -> anyhow::Result<SecretString> {
    let password = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("Password of {user}: "))?
    } else {
        std::io::stdout().flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        line.trim_end_matches(['\n', '\r']).to_owned()
    };
    if password.is_empty() {
        bail!("no password: type it, or give it with --password-file or in {PASSWORD}");
    }
    Ok(password.into())
}
