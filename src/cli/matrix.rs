//! `ospo matrix login`: what must be done once before the bot can speak on Matrix.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use super::start::matrix_config;
use super::{ConfigArgs, Ended};
use crate::chat::matrix::{Credential, MatrixConfig, log_in};
use crate::config::Config;

/// What there is to do with Matrix.
#[derive(Debug, Subcommand)]
pub enum MatrixCommand {
    /// Log the bot in and keep the session; it is asked for the password when none is given.
    Login(LoginArgs),
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

/// Runs a command about Matrix.
///
/// # Errors
/// When the config cannot be read or has no `[matrix]` section, or the home server does not play along.
pub async fn run(command: &MatrixCommand) -> anyhow::Result<Ended> {
    match command {
        MatrixCommand::Login(args) => login(args).await,
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
    let device = log_in(&config, &credential).await?;
    anstream::println!(
        "{} is logged in with the device {device}. Next: `ospo matrix setup`, so that encrypted rooms trust it.",
        config.user
    );
    Ok(Ended::Well)
}

fn secret_in(file: &PathBuf) -> anyhow::Result<SecretString> {
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
