//! Three platforms that lose answers and connections, and a company whose people are on all of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use futures::FutureExt;
use futures::future::BoxFuture;
use ospo_counselor::bot::Mind;
use ospo_counselor::chat::{
    AdapterError, Capabilities, ChatAdapter, Delivery, DeliveryAction, DeliveryError, EventPort,
    StandingReaction, Support,
};
use ospo_counselor::config::Config;
use ospo_counselor::core::effect::Destination;
use ospo_counselor::core::event::{FileRef, MessageRef};
use ospo_counselor::core::message::Content;
use ospo_counselor::core::person::{ChannelId, Platform};
use ospo_counselor::core::source::SourceFile;
use ospo_counselor::counsel::Counsel;
use ospo_counselor::knowledge::{Knowledge, files};
use tokio_util::sync::CancellationToken;

/// A small workflow, in which everybody who decides must, so that the end does not hang on who was first.
const WORKFLOW: &str = r#"
id = "mini"
command = "request-mini"
prefix = "MIN"
title = "A small thing"
summary = "name"
fields = [
  { id = "name", label = "Name", ask = "Name?", type = "line" },
  { id = "cryptography", label = "Cryptography", ask = "Cryptography?", type = "yes-no" },
]
checklist = [{ id = "done", label = "Done" }]
patience = { remind_every = 1, remind_at_most = 3, warn_before = 2, expire_after = 40 }

[[stages]]
id = "legal"
label = "Legal"
role = "legal"
needs = 2

[[stages]]
id = "management"
label = "Management"
role = "management"
after = ["legal"]
backup = "ospo"

[[stages]]
id = "security"
label = "Security"
role = "security"
when = "form.cryptography"
"#;

/// The people, with an account on each platform.
pub const PEOPLE: [&str; 8] = ["ada", "max", "lea", "luis", "mia", "sam", "olga", "eve"];
/// The platforms.
pub const PLATFORMS: [Platform; 3] = [Platform::Console, Platform::Slack, Platform::Matrix];

/// What the bot knows in the simulation.
pub fn mind() -> Arc<Mind> {
    static MIND: OnceLock<Arc<Mind>> = OnceLock::new();
    let mind = MIND.get_or_init(|| {
        let mut company = String::from("data = \".\"\n");
        for name in PEOPLE {
            let accounts = PLATFORMS.map(|platform| format!("\"{platform}:{name}\"")).join(", ");
            company.push_str(&format!("[people.{name}]\nname = \"{name} (sample)\"\naccounts = [{accounts}]\n"));
        }
        company.push_str("[roles]\nlegal = [\"lea\", \"luis\"]\nmanagement = [\"mia\"]\nsecurity = [\"sam\"]\nospo = [\"olga\"]\n");
        company.push_str("[channels]\n");
        for role in ["legal", "management", "security", "ospo"] {
            let channels = PLATFORMS.map(|platform| format!("\"{platform}:#{role}\"")).join(", ");
            company.push_str(&format!("{role} = [{channels}]\n"));
        }
        let config = Config::parse("company.toml", &company, std::path::Path::new("."))
            .unwrap_or_else(|faults| panic!("{faults:#?}"));
        let mut set = files::built_in();
        set.push(SourceFile { path: "workflows/mini.toml".into(), text: WORKFLOW.into() });
        let knowledge = Knowledge::load(&set).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let counsel = Counsel::new(&knowledge.articles).unwrap();
        let Config { people, channels, manners, .. } = config;
        Arc::new(Mind { people, channels, manners, folder: None, knowledge: knowledge.into(), counsel: counsel.into() })
    });
    Arc::clone(mind)
}

/// What people see of a message.
#[derive(Debug, Clone)]
pub struct Shown {
    pub to: String,
    pub content: Content,
}

/// A platform in memory that shows each delivery once, and now and then loses its own answer.
pub struct SimChat {
    platform: Platform,
    state: Mutex<State>,
}

struct State {
    random: fastrand::Rng,
    trouble: u8,
    shown: Vec<Shown>,
    done: BTreeMap<String, MessageRef>,
    reactions: BTreeMap<MessageRef, Vec<StandingReaction>>,
}

impl SimChat {
    /// A platform with trouble in so many of 256 deliveries.
    pub fn new(platform: Platform, seed: u64, trouble: u8) -> Arc<Self> {
        let state = State {
            random: fastrand::Rng::with_seed(seed),
            trouble,
            shown: Vec::new(),
            done: BTreeMap::new(),
            reactions: BTreeMap::new(),
        };
        Arc::new(Self { platform, state: Mutex::new(state) })
    }

    /// Everything that is shown now.
    pub fn shown(&self) -> Vec<Shown> {
        self.state.lock().unwrap().shown.clone()
    }

    /// The card to decide on of a request in a channel, if it is there.
    pub fn card(&self, channel: &str, request: &str) -> Option<MessageRef> {
        let state = self.state.lock().unwrap();
        let is_card = |shown: &Shown| {
            let Content::Card(card) = &shown.content else { return false };
            let title = serde_json::to_string(&card.title).unwrap();
            shown.to == channel && title.contains(&format!("\"{request}\"")) && !card.reactions.is_empty()
        };
        let number = state.shown.iter().rposition(is_card)?;
        Some(MessageRef { channel: ChannelId::new(self.platform, channel), id: number.to_string() })
    }

    /// Somebody reacts; the platform knows it whether or not the bot hears of it.
    pub fn react(&self, message: &MessageRef, reaction: StandingReaction) {
        self.state.lock().unwrap().reactions.entry(message.clone()).or_default().push(reaction);
    }
}

fn destination(to: &Destination) -> (String, ChannelId) {
    match to {
        Destination::Place { place } => (place.channel.id.clone(), place.channel.clone()),
        Destination::Private { account, near } => (format!("@{}", account.id), near.channel.clone()),
        Destination::Direct { account } => {
            (format!("@{}", account.id), ChannelId::new(account.platform, format!("dm:{}", account.id)))
        }
    }
}

impl ChatAdapter for SimChat {
    fn platform(&self) -> Platform {
        self.platform
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            buttons: Support::Native,
            forms: Support::None,
            edits: Support::Native,
            threads: Support::None,
            ephemeral: Support::Native,
        }
    }

    fn run(&self, _: Arc<dyn EventPort>, stop: CancellationToken) -> BoxFuture<'_, Result<(), AdapterError>> {
        async move {
            stop.cancelled().await;
            Ok(())
        }
        .boxed()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<MessageRef, DeliveryError>> {
        async move {
            let mut guard = self.state.lock().unwrap();
            let state = &mut *guard;
            let lost = |what: &str| DeliveryError::Unknown { why: what.to_owned() };
            if state.random.u8(..) < state.trouble {
                return Err(lost("the connection is gone before"));
            }
            if !state.done.contains_key(&delivery.id) {
                let message = match &delivery.action {
                    DeliveryAction::Post { to, content } => {
                        let (to, channel) = destination(to);
                        state.shown.push(Shown { to, content: content.clone() });
                        MessageRef { channel, id: (state.shown.len() - 1).to_string() }
                    }
                    DeliveryAction::Edit { message, content } => {
                        state.shown[message.id.parse::<usize>().unwrap()].content = content.clone();
                        message.clone()
                    }
                };
                state.done.insert(delivery.id.clone(), message);
            }
            if state.random.u8(..) < state.trouble {
                return Err(lost("the connection is gone after"));
            }
            Ok(state.done[&delivery.id].clone())
        }
        .boxed()
    }

    fn fetch<'a>(
        &'a self,
        _: &'a MessageRef,
        _: &'a FileRef,
        _: u64,
    ) -> BoxFuture<'a, Result<Vec<u8>, DeliveryError>> {
        async move { Err(DeliveryError::Gone) }.boxed()
    }

    fn reactions<'a>(
        &'a self,
        message: &'a MessageRef,
    ) -> BoxFuture<'a, Result<Option<Vec<StandingReaction>>, DeliveryError>> {
        let standing = self.state.lock().unwrap().reactions.get(message).cloned();
        async move { Ok(Some(standing.unwrap_or_default())) }.boxed()
    }
}
