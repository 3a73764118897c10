//! Slack: events over Socket Mode or HTTP, answers by the Web API and Block Kit with slack-morphism's types. What Slack
//! sends is read with types of our own, which insist on nothing that the bot has no use for.
//!
//! - `incoming`: what Slack tells, as events; `render`, `rich`, `markdown`, `plain`, `limits`: how a content looks; all
//!   pure
//! - `wire`: what Slack sends, as far as the bot reads it
//! - `receive`: an event is durable before Slack is told so; `socket`, `http`: the two ways it comes
//! - `missed`: what was said while the bot was away
//! - `client`: the Web API; `deliver`: posts, edits, private words, pictures, each once; `pace`: one message a second
//! - `answers`: what the Web API answers; `files`: what came with a message, fetched
//! - `views`: forms and the Home tab
//! - `check`: whether everything is in place
//! - `users`: who is a member, a guest, a bot; `groups`: who is in a user group

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::chat::{
    AdapterError, Capabilities, ChatAdapter, Delivery, DeliveryError, EventPort, StandingReaction, Support,
    Visit,
};
use crate::core::event::{FileRef, MessageRef};
use crate::core::message;
use crate::core::person::{AccountId, GroupId, Member, Platform};

mod answers;
mod check;
mod client;
mod deliver;
mod files;
mod groups;
mod http;
mod incoming;
mod limits;
mod markdown;
mod missed;
mod pace;
mod plain;
mod receive;
mod render;
mod rich;
mod socket;
#[cfg(test)]
mod tests;
mod texts;
mod users;
mod views;
mod wire;

pub use check::{Finding, check};

use answers::Reactions;
use client::Client;
use files::Files;
use groups::Groups;
use incoming::Me;
use pace::Pace;
use receive::Receiver;
use users::{Home, Users};
use views::Views;

/// What the bot needs to speak in a Slack workspace.
#[derive(Debug, Clone)]
pub struct SlackConfig {
    /// The bot's own token, `xoxb-…`.
    pub bot_token: SecretString,
    /// How events come in.
    pub receive: Receive,
    /// Where the Web API is, when it is not Slack's own: `http://127.0.0.1:8080/api` in tests.
    pub api_url: Option<String>,
}

/// How events come in.
#[derive(Debug, Clone)]
pub enum Receive {
    /// Socket Mode, over a connection that the bot opens.
    Socket {
        /// The app-level token, `xapp-…`, with the scope `connections:write`.
        app_token: SecretString,
    },
    /// The Events API: Slack calls `/slack` on this address.
    Http {
        /// Where to listen.
        listen: SocketAddr,
        /// The secret by which Slack signs.
        signing_secret: SecretString,
    },
}

/// How long the bot waits for Slack when it starts.
const PATIENCE: Duration = Duration::from_secs(60);

/// Slack as a platform of the bot.
pub struct SlackAdapter {
    client: Client,
    files: Files,
    me: Me,
    users: Users,
    groups: Groups,
    pace: Pace,
    views: Views,
    receive: Receive,
    api_url: Option<String>,
    this: std::sync::Weak<SlackAdapter>,
}

fn error(why: impl Into<String>) -> AdapterError {
    AdapterError { platform: Platform::Slack, why: why.into() }
}

/// One provider of cryptography for every library of the process; another may have set it already.
fn provide_cryptography() {
    rustls::crypto::ring::default_provider().install_default().ok();
}

fn no_certificates(why: std::io::Error) -> AdapterError {
    error(format!("the system's certificates cannot be read: {why}"))
}

impl SlackAdapter {
    /// Asks Slack who the bot is there.
    ///
    /// # Errors
    /// What is missing and how to mend it: a token, a scope, Socket Mode; or that Slack cannot be reached.
    pub async fn connect(config: SlackConfig) -> Result<Arc<Self>, AdapterError> {
        let missing: Vec<String> = check::essentials(&config, PATIENCE)
            .await
            .into_iter()
            .filter_map(|finding| match finding {
                Finding::Missing { what, cure } => Some(format!("- {what}\n  {cure}")),
                Finding::Good(_) | Finding::Unsure(_) => None,
            })
            .collect();
        if !missing.is_empty() {
            return Err(error(texts::not_ready(&missing)));
        }
        let client = Client::new(&config.bot_token, config.api_url.as_deref()).map_err(no_certificates)?;
        let me = client.auth_test().await.map_err(|why| error(DeliveryError::from(why).to_string()))?;
        info!(team = %me.team_id, user = %me.user_id, "connected to Slack");
        let files = Files::new(config.api_url.as_deref()).map_err(|why| error(why.to_string()))?;
        Ok(Arc::new_cyclic(|this| Self {
            client,
            files,
            me: Me(me.user_id.into()),
            users: Users::new(Home { team: me.team_id, enterprise: me.enterprise_id }),
            groups: Groups::default(),
            pace: Pace::default(),
            views: Views::default(),
            receive: config.receive,
            api_url: config.api_url,
            this: this.clone(),
        }))
    }
}

impl ChatAdapter for SlackAdapter {
    fn platform(&self) -> Platform {
        Platform::Slack
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            buttons: Support::Native,
            forms: Support::Native,
            edits: Support::Native,
            threads: Support::Native,
            ephemeral: Support::Native,
        }
    }

    fn run(
        &self,
        port: Arc<dyn EventPort>,
        stop: CancellationToken,
    ) -> BoxFuture<'_, Result<(), AdapterError>> {
        async move {
            let adapter = self.this.upgrade().ok_or_else(|| error("the adapter is gone"))?;
            let receiver = Receiver {
                adapter,
                port,
                strange: Arc::default(),
                newest: Arc::default(),
                gap: Arc::default(),
            };
            let missed = tokio::spawn(missed::watch(receiver.clone(), stop.clone()));
            match &self.receive {
                Receive::Socket { app_token } => {
                    let app = Client::new(app_token, self.api_url.as_deref()).map_err(no_certificates)?;
                    socket::listen(receiver, app, stop).await;
                }
                Receive::Http { listen, signing_secret } => {
                    http::serve(receiver, *listen, signing_secret, stop).await?;
                }
            }
            missed.abort();
            Ok(())
        }
        .boxed()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<MessageRef, DeliveryError>> {
        self.carry_out(delivery).boxed()
    }

    fn show_home<'a>(
        &'a self,
        visit: &'a Visit,
        home: &'a message::Home,
    ) -> BoxFuture<'a, Result<(), DeliveryError>> {
        async move {
            let view = views::home(home, &visit.place);
            Ok(self.client.publish_view(&visit.account.id.clone().into(), view).await?)
        }
        .boxed()
    }

    fn fetch<'a>(
        &'a self,
        _: &'a MessageRef,
        file: &'a FileRef,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<u8>, DeliveryError>> {
        self.files.fetch(&self.client, &file.id, limit).boxed()
    }

    fn reactions<'a>(
        &'a self,
        message: &'a MessageRef,
    ) -> BoxFuture<'a, Result<Option<Vec<StandingReaction>>, DeliveryError>> {
        async move {
            let (channel, ts) = (message.channel.id.clone().into(), message.id.clone().into());
            let reactions = match self.client.reactions(&channel, &ts).await {
                Err(error) if error.is(&["message_not_found", "bad_timestamp"]) => return Ok(None),
                other => other?,
            };
            let me: &str = self.me.0.as_ref();
            let standing = reactions.into_iter().flat_map(|Reactions { name, users }| {
                users.into_iter().filter(|user| user != me).map(move |user| StandingReaction {
                    account: AccountId::new(Platform::Slack, user),
                    emoji: name.clone(),
                })
            });
            Ok(Some(standing.collect()))
        }
        .boxed()
    }
    fn members<'a>(&'a self, group: &'a GroupId) -> BoxFuture<'a, Result<Vec<Member>, DeliveryError>> {
        self.groups.members(&self.client, &self.users, group).boxed()
    }
}
