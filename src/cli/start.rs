//! Brings the parts together and runs the bot.

use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::watch;
use crate::bot::command::USAGE;
use crate::bot::{Bot, Mind, Pending, SystemClock};
use crate::chat::ChatAdapter;
use crate::chat::console::{ConsoleAdapter, ConsoleConfig, ConsoleMode, ConsolePerson, OnFault, Settle};
#[cfg(feature = "matrix")]
use crate::chat::matrix::{MatrixAdapter, MatrixConfig};
#[cfg(feature = "slack")]
use crate::chat::slack::{Receive, SlackAdapter, SlackConfig};
use crate::config::Config;
#[cfg(feature = "matrix")]
use crate::config::matrix::Matrix;
#[cfg(feature = "slack")]
use crate::config::slack::{Slack, SlackEvents};
#[cfg(feature = "matrix")]
use crate::core::person::ChannelId;
use crate::core::person::{Platform, Standing};
use crate::core::source::Fault;
use crate::counsel::Counsel;
use crate::knowledge::{Knowledge, files};
use crate::store::Store;
use crate::store::lease::{self, Lease};
use crate::store::place::StorePlace;

/// Reads the knowledge: the built-in set, with a company's folder over it.
///
/// # Errors
/// When the folder cannot be read, or every fault of the set.
pub fn read_knowledge(folder: Option<&Path>) -> anyhow::Result<Knowledge> {
    let mut set = files::built_in();
    if let Some(folder) = folder {
        set = files::overlay(set, files::read_folder(folder).context("cannot read the knowledge folder")?);
    }
    Knowledge::load(&set).map_err(|faults| anyhow::anyhow!("the knowledge has faults:\n{}", list(&faults)))
}

/// Faults, one a paragraph.
pub fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What the bot knows, from its config.
///
/// # Errors
/// When the knowledge has faults, or some request could never be decided.
pub fn read_mind(config: &Config) -> anyhow::Result<Mind> {
    mind_with(config, read_knowledge(config.knowledge.as_deref())?)
}

/// What the bot knows with this knowledge.
///
/// # Errors
/// When some request could never be decided.
pub fn mind_with(config: &Config, knowledge: Knowledge) -> anyhow::Result<Mind> {
    let counsel = Counsel::new(&knowledge.articles)?;
    let mind = Mind {
        people: config.people.clone(),
        channels: config.channels.clone(),
        manners: config.manners.clone(),
        folder: config.knowledge.clone(),
        knowledge,
        counsel,
    };
    let undecidable = mind.undecidable();
    if !undecidable.is_empty() {
        let lines: Vec<String> =
            undecidable.iter().map(|(workflow, why)| format!("{workflow}: {why}")).collect();
        bail!("some requests could never be decided:\n{}", lines.join("\n"));
    }
    Ok(mind)
}

/// Where the records are.
pub fn store_place(config: &Config) -> StorePlace {
    match &config.database {
        #[cfg(feature = "postgres")]
        Some(url) => StorePlace::Postgres(url.clone()),
        _ => StorePlace::Sled(config.data.clone()),
    }
}

/// Where the lines of the console come from.
pub enum Lines {
    /// The terminal, or standard input when there is none.
    Standard,
    /// A script.
    Script(Box<dyn BufRead + Send>),
}

/// Runs the bot until it is told to stop or the console ends.
///
/// # Errors
/// When it cannot start, or stopped because something failed.
pub async fn run_bot(config: &Config, mind: Mind, lines: Lines) -> anyhow::Result<()> {
    #[cfg(feature = "matrix")]
    let (config, mind, matrix) = connect_matrix(config.clone(), mind).await?;
    #[cfg(feature = "matrix")]
    let config = &config;
    let store = store_place(config).open().await?;
    let pending = Arc::new(Pending::default());
    let mut adapters: Vec<Arc<dyn ChatAdapter>> = Vec::new();
    if let Some(console) = console_config(config, &mind) {
        let mode = match lines {
            Lines::Script(script) => ConsoleMode::Script(script),
            Lines::Standard if std::io::stdin().is_terminal() => ConsoleMode::Interactive,
            Lines::Standard => ConsoleMode::Script(Box::new(std::io::BufReader::new(std::io::stdin()))),
        };
        let settle = Arc::new(Settled(Arc::clone(&pending)));
        adapters.push(ConsoleAdapter::open(&config.data, console, mode, settle)?);
    }
    #[cfg(feature = "slack")]
    if let Some(slack) = &config.slack {
        adapters.push(SlackAdapter::connect(slack_config(slack)).await?);
    }
    #[cfg(feature = "matrix")]
    adapters.extend(matrix);
    if adapters.is_empty() {
        bail!("the config names no platform to run on; add a [console], a [slack] or a [matrix] section");
    }
    let stop = CancellationToken::new();
    // sled's own lock keeps a second process out of a data directory; a database needs more.
    let turn = match config.database {
        Some(_) => Some(Turn::take(Arc::clone(&store), stop.clone()).await?),
        None => None,
    };
    let bot = Bot::new(store, Arc::new(mind), Arc::new(SystemClock), adapters, pending).await?;
    tokio::spawn(stop_on_signal(stop.clone()));
    if let Some(folder) = config.knowledge.clone() {
        tokio::spawn(watch::watch(config.clone(), folder, bot.reloader(), stop.clone()));
    }
    let ended = bot.run(stop).await;
    if let Some(turn) = turn {
        turn.give_back().await?;
    }
    Ok(ended?)
}

/// The turn of this process on a database that others can reach: one bot at a time works there.
struct Turn {
    store: Arc<dyn Store>,
    lease: Lease,
    renewal: tokio::task::JoinHandle<()>,
}

impl Turn {
    const NAME: &str = "bot";
    const LASTS: SignedDuration = SignedDuration::from_secs(60);
    const RENEWED_EVERY: Duration = Duration::from_secs(20);

    /// Takes the turn, and renews it until `stop`; should it be lost, everything stops.
    async fn take(store: Arc<dyn Store>, stop: CancellationToken) -> anyhow::Result<Self> {
        let holder = format!("{}-{:016x}", std::process::id(), fastrand::u64(..));
        let taken =
            lease::acquire(store.as_ref(), Self::NAME, &holder, Timestamp::now(), Self::LASTS).await?;
        let Some(lease) = taken else {
            bail!(
                "another ospo runs on this database, or died less than a minute ago; stop it, or try again in a minute"
            );
        };
        let renewal = tokio::spawn({
            let (store, lease) = (Arc::clone(&store), lease.clone());
            async move {
                loop {
                    tokio::select! {
                        () = tokio::time::sleep(Self::RENEWED_EVERY) => {}
                        () = stop.cancelled() => return,
                    }
                    let renewed = lease::renew(store.as_ref(), &lease, Timestamp::now(), Self::LASTS).await;
                    if !matches!(renewed, Ok(Some(_))) {
                        tracing::error!("another ospo has taken over the database; stopping");
                        return stop.cancel();
                    }
                }
            }
        });
        Ok(Self { store, lease, renewal })
    }

    async fn give_back(self) -> anyhow::Result<()> {
        self.renewal.abort();
        Ok(lease::release(self.store.as_ref(), self.lease).await?)
    }
}

#[cfg(feature = "slack")]
/// Slack as its adapter takes it.
pub fn slack_config(slack: &Slack) -> SlackConfig {
    let receive = match &slack.receive {
        SlackEvents::Socket(app_token) => Receive::Socket { app_token: app_token.clone() },
        SlackEvents::Http(listen, signing_secret) => {
            Receive::Http { listen: *listen, signing_secret: signing_secret.clone() }
        }
    };
    SlackConfig { bot_token: slack.bot_token.clone(), receive, api_url: slack.api_url.clone() }
}

/// Matrix, if the config names it. Aliases of rooms in the config are the rooms they mean from then on.
#[cfg(feature = "matrix")]
async fn connect_matrix(
    mut config: Config,
    mut mind: Mind,
) -> anyhow::Result<(Config, Mind, Option<Arc<dyn ChatAdapter>>)> {
    let Some(matrix) = &config.matrix else { return Ok((config, mind, None)) };
    let adapter = MatrixAdapter::connect(matrix_config(&config, matrix)).await?;
    config.rename_channels(adapter.aliases());
    (mind.channels, mind.manners) = (config.channels.clone(), config.manners.clone());
    Ok((config, mind, Some(adapter)))
}

#[cfg(feature = "matrix")]
/// Matrix as its adapter takes it.
pub fn matrix_config(config: &Config, matrix: &Matrix) -> MatrixConfig {
    let ours = |channel: &&ChannelId| channel.platform == Platform::Matrix;
    MatrixConfig {
        homeserver: matrix.homeserver.clone(),
        user: matrix.user.clone(),
        passphrase: matrix.store_passphrase.clone(),
        folder: config.data.join("matrix"),
        allowed_servers: matrix.allowed_servers.clone(),
        allowed_people: matrix.allowed_people.clone(),
        channels: config
            .channels
            .0
            .values()
            .flatten()
            .chain(config.manners.channels.keys())
            .filter(ours)
            .cloned()
            .collect(),
    }
}

struct Settled(Arc<Pending>);

#[async_trait]
impl Settle for Settled {
    async fn settled(&self) {
        self.0.settled().await;
    }
}

fn console_config(config: &Config, mind: &Mind) -> Option<ConsoleConfig> {
    let console = config.console.as_ref()?;
    let on_console = |person: &crate::core::person::Person| {
        person.accounts.iter().find(|account| account.platform == Platform::Console).cloned()
    };
    let people: Vec<ConsolePerson> = config
        .people
        .iter()
        .filter_map(|person| {
            let account = on_console(person)?;
            Some(ConsolePerson { account, name: person.name.clone(), standing: Standing::Member })
        })
        .collect();
    let mut command_words: Vec<String> = USAGE.iter().map(|(word, _)| (*word).to_owned()).collect();
    command_words.extend(mind.knowledge.workflows.iter().map(|workflow| workflow.command.clone()));
    Some(ConsoleConfig {
        people,
        channels: console.channels.clone(),
        start_as: config.people.get(&console.start_as).and_then(on_console)?,
        start_in: console.start_in.clone(),
        command_words,
        on_fault: OnFault::GoOn,
    })
}

/// Ctrl-C and a service manager's stop both end the bot in good order.
async fn stop_on_signal(stop: CancellationToken) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    stop.cancel();
}
