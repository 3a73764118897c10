//! People who are on two platforms join their accounts with a code, and count once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ospo_counselor::bot::audit::{AuditEntry, Head, verify};
use ospo_counselor::bot::unit::read_all;
use ospo_counselor::bot::{Bot, BotError, Mind, Pending, records};
use ospo_counselor::chat::{ChatAdapter, EventPort};
use ospo_counselor::core::effect::Outcome;
use ospo_counselor::core::event::{Addressed, Audience, Event, EventId, EventKind, MessageRef, Place};
use ospo_counselor::core::person::{
    AccountId, ChannelId, GroupId, Member, People, Person, PersonId, Platform, Role, RoleChannels, Standing,
};
use ospo_counselor::request::{Request, Status};
use ospo_counselor::store::memory::MemoryStore;
use ospo_counselor::store::{Key, Store};
use regex::Regex;
use tokio::task::JoinHandle;

use crate::support::fake::TestClock;
use crate::support::sim::{self, SimChat};

const SLACK: Platform = Platform::Slack;
const MATRIX: Platform = Platform::Matrix;

fn role(name: &str) -> Role {
    Role(name.to_owned())
}

/// Sample people, all of Slack by the config; Max is of Matrix, too. Who is in a room of Matrix holds legal as well.
fn mind(in_room: &[&str]) -> Arc<Mind> {
    let person = |(id, accounts): (&str, &[&str])| Person {
        id: PersonId(id.to_owned()),
        name: format!("{id} (sample)"),
        accounts: accounts.iter().map(|account| account.parse().unwrap()).collect(),
        zone: jiff::tz::TimeZone::UTC,
    };
    let people: [(&str, &[&str]); 7] = [
        ("ada", &["slack:ada"]),
        ("lea", &["slack:lea"]),
        ("luis", &["slack:luis"]),
        ("mia", &["slack:mia"]),
        ("sam", &["slack:sam"]),
        ("olga", &["slack:olga"]),
        ("max", &["slack:max", "matrix:max"]),
    ];
    let held = [
        ("legal", &["lea", "luis"][..]),
        ("management", &["mia"]),
        ("security", &["sam"]),
        ("ospo", &["olga"]),
    ];
    let members =
        |names: &[&str]| names.iter().map(|name| PersonId((*name).to_owned())).collect::<BTreeSet<_>>();
    let roles = held.iter().map(|(name, names)| (role(name), members(names))).collect();
    let room: GroupId = "matrix:room".parse().unwrap();
    let member = |name: &&str| Member {
        account: AccountId::new(MATRIX, *name),
        name: format!("{name} (sample)"),
        zone: jiff::tz::TimeZone::UTC,
    };
    let people = People::new(people.map(person).to_vec(), roles)
        .unwrap()
        .with_groups(BTreeMap::from([(role("legal"), BTreeSet::from([room.clone()]))]))
        .filled(&BTreeMap::from([(room, in_room.iter().map(member).collect())]));
    let channels = held.iter().map(|(name, _)| {
        let channels = [SLACK, MATRIX].map(|platform| ChannelId::new(platform, format!("#{name}")));
        (role(name), channels.to_vec())
    });
    let channels = RoleChannels(channels.collect());
    Arc::new(Mind { people, channels, ..Mind::clone(&sim::mind()) })
}

/// A bot on both platforms.
struct Office {
    mind: Arc<Mind>,
    store: Arc<MemoryStore>,
    chats: [Arc<SimChat>; 2],
    clock: Arc<TestClock>,
    port: Arc<dyn EventPort>,
    pending: Arc<Pending>,
    bot: JoinHandle<Result<(), BotError>>,
    said: AtomicUsize,
}

/// Where somebody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Alone with the bot.
    Alone,
    /// Before everybody.
    Aloud,
}

impl Office {
    async fn open(in_room: &[&str]) -> Self {
        let chats = [SLACK, MATRIX].map(|platform| SimChat::new(platform, 1, 0));
        Self::on(Arc::new(MemoryStore::new()), mind(in_room), chats, TestClock::new()).await
    }

    async fn on(
        store: Arc<MemoryStore>,
        mind: Arc<Mind>,
        chats: [Arc<SimChat>; 2],
        clock: Arc<TestClock>,
    ) -> Self {
        let adapters = chats.iter().map(|chat| Arc::clone(chat) as Arc<dyn ChatAdapter>).collect();
        let pending = Arc::new(Pending::default());
        let dyn_store = Arc::clone(&store) as Arc<dyn Store>;
        let bot = Bot::new(dyn_store, Arc::clone(&mind), clock.clone(), adapters, Arc::clone(&pending));
        let bot = bot.await.unwrap();
        let port = bot.port();
        let bot = tokio::spawn(bot.run(tokio_util::sync::CancellationToken::new()));
        Self { mind, store, chats, clock, port, pending, bot, said: AtomicUsize::new(0) }
    }

    /// It dies, and starts on what was on disk.
    async fn dies(self) -> Self {
        self.bot.abort();
        let said = self.said.into_inner();
        let mut next = Self::on(Arc::new(self.store.reopen()), self.mind, self.chats, self.clock).await;
        *next.said.get_mut() = said;
        next
    }

    async fn tells(&self, account: &str, standing: Standing, at: At, text: &str) {
        // Nobody is faster than that.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let account: AccountId = account.parse().unwrap();
        let channel = match at {
            At::Alone => format!("dm:{}", account.id),
            At::Aloud => "#general".to_owned(),
        };
        let channel = ChannelId::new(account.platform, channel);
        let audience = if at == At::Alone { Audience::Direct } else { Audience::Channel };
        let number = self.said.fetch_add(1, Ordering::SeqCst);
        let message = MessageRef { channel: channel.clone(), id: format!("said {number}") };
        let (text, addressed) = (text.to_owned(), Addressed::Command);
        let event = Event {
            id: EventId(format!("event {number}")),
            at: ospo_counselor::bot::Clock::now(self.clock.as_ref()),
            account,
            standing,
            place: Place { channel, thread: None, audience },
            kind: EventKind::Said { text, message, addressed, files: Vec::new() },
        };
        self.port.accept(event).await.unwrap();
        self.pending.settled().await;
    }

    /// Somebody tells the bot something alone, and this is the last that they read then.
    async fn says(&self, account: &str, text: &str) -> String {
        self.tells(account, Standing::Member, At::Alone, text).await;
        self.reads(account)
    }

    /// What an account read last for itself.
    fn reads(&self, account: &str) -> String {
        let account: AccountId = account.parse().unwrap();
        let chat = self.chats.iter().find(|chat| chat.platform() == account.platform).unwrap();
        let to = format!("@{}", account.id);
        let shown = chat.shown();
        let last =
            shown.iter().rev().find(|shown| shown.to == to).unwrap_or_else(|| panic!("nothing to {to}"));
        words(&serde_json::to_value(&last.content).unwrap())
    }

    /// The command that an account is given to tell elsewhere.
    async fn code(&self, account: &str) -> String {
        let read = self.says(account, "link").await;
        let code = Regex::new("link [A-Z0-9]{5}-[A-Z0-9]{5}").unwrap();
        code.find(&read).unwrap_or_else(|| panic!("no code in {read}")).as_str().to_owned()
    }

    async fn links(&self, from: &str, to: &str) -> String {
        let code = self.code(from).await;
        self.says(to, &code).await
    }

    async fn request(&self) -> Request {
        read_all(self.store.as_ref(), records::all_requests()).await.unwrap().remove(0).2
    }

    /// Who approves in the stage of legal, of those that count.
    async fn approvals(&self) -> usize {
        let (request, absences) = (self.request().await, Default::default());
        let people = self.mind.people.linked(&self.kept_links().await);
        let roster = ospo_counselor::request::Roster { people: &people, absences: &absences };
        request.approvals(request.rules.stage("legal").unwrap(), roster).len()
    }

    async fn kept_links(&self) -> ospo_counselor::core::person::Links {
        let kept = self.store.load(&ospo_counselor::bot::link::links_key()).await.unwrap();
        kept.map(|record| records::decode(&record).unwrap()).unwrap_or_default()
    }

    /// What the audit log tells of accounts: action, outcome, why.
    async fn log(&self) -> Vec<String> {
        let log: Vec<AuditEntry> = read_all(self.store.as_ref(), records::all_audit())
            .await
            .unwrap()
            .into_iter()
            .map(|(_, _, entry)| entry)
            .collect();
        let head = self.store.load(&records::audit_head()).await.unwrap().unwrap();
        let head: Head = records::decode(&head).unwrap();
        verify(&log, &head).unwrap();
        let told = |entry: &AuditEntry| {
            let why = entry.fact.detail.get("why").map(|why| format!(": {why}")).unwrap_or_default();
            let refused = if entry.fact.outcome == Outcome::Refused { " refused" } else { "" };
            format!("{}{refused}{why}", entry.fact.action)
        };
        log.iter().filter(|entry| entry.fact.action.starts_with("account.")).map(told).collect()
    }

    /// Whether any record holds these words.
    async fn store_holds(&self, words: &str) -> bool {
        let all = Key(String::new())..Key("~".to_owned());
        let all = self.store.scan(all, usize::MAX).await.unwrap();
        all.iter().any(|record| String::from_utf8_lossy(&record.value).contains(words))
    }

    async fn files(&self, account: &str) {
        for line in ["request-mini", "a thing", "no", "submit"] {
            self.says(account, line).await;
        }
    }
}

/// The words of a message, without its shape.
fn words(content: &serde_json::Value) -> String {
    match content {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(" "),
        serde_json::Value::Object(fields) => fields.values().map(words).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn who_joins_two_accounts_sees_and_decides_with_both_and_counts_once() {
    let office = Office::open(&[]).await;
    office.files("slack:ada").await;
    assert!(office.says("matrix:lea2", "show MIN-1").await.contains("say link to me there"));
    let told = office.links("slack:lea", "matrix:lea2").await;
    assert!(told.contains("lea (sample)") && told.contains("slack:lea"), "{told}");
    assert!(office.reads("slack:lea").contains("matrix:lea2"), "the other account is told");
    assert!(office.says("matrix:lea2", "show MIN-1").await.contains("a thing"));
    let shown = office.says("matrix:lea2", "link").await;
    assert!(shown.contains("slack:lea") && shown.contains("linked on 2026-11-23"), "{shown}");
    for account in ["slack:lea", "matrix:lea2"] {
        office.says(account, "approve MIN-1").await;
        assert_eq!(office.approvals().await, 1, "after {account}");
    }
    office.says("slack:luis", "approve MIN-1").await;
    // Taken back with the one, it is taken back.
    office.says("matrix:lea2", "unvote MIN-1").await;
    assert_eq!(office.approvals().await, 1);
    office.says("matrix:lea2", "approve MIN-1").await;
    office.says("slack:mia", "approve MIN-1").await;
    assert_eq!(office.request().await.status, Status::Approved);
    // What Ada asked for on Slack is hers on Matrix, and never hers to decide.
    office.links("slack:ada", "matrix:ada").await;
    assert!(office.says("matrix:ada", "requests").await.contains("MIN-1"));
    office.says("matrix:ada", "unlink").await;
    assert!(office.reads("slack:ada").contains("not linked any more"));
    assert!(!office.says("matrix:ada", "requests").await.contains("MIN-1"));
    assert_eq!(
        office.log().await,
        [
            "account.code",
            "account.linked",
            "account.code",
            "account.code",
            "account.linked",
            "account.unlinked",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn who_holds_a_role_by_a_room_too_counts_once_from_then_on_also_after_letting_go() {
    let office = Office::open(&["lea2", "zoe"]).await;
    office.files("slack:ada").await;
    for account in ["slack:lea", "matrix:lea2"] {
        office.says(account, "approve MIN-1").await;
    }
    assert_eq!(office.approvals().await, 2, "nobody can know that they are one");
    office.links("slack:lea", "matrix:lea2").await;
    assert_eq!(office.approvals().await, 1);
    office.says("matrix:lea2", "approve MIN-1").await;
    assert_eq!(office.approvals().await, 1);
    office.says("slack:lea", "unlink").await;
    office.says("matrix:lea2", "approve MIN-1").await;
    assert_eq!(office.approvals().await, 1, "let go, it is nobody's");
    // The card tells it as well.
    let card = office.chats[0].card("#legal", "MIN-1").unwrap();
    let shown = &office.chats[0].shown()[card.id.parse::<usize>().unwrap()];
    let shown = words(&serde_json::to_value(&shown.content).unwrap());
    assert!(shown.contains("1 of 2"), "{shown}");
    // Zoe has asked for something in her own name, and would otherwise decide on it as Luis.
    office.files("matrix:zoe").await;
    assert!(office.links("slack:luis", "matrix:zoe").await.contains("requests in its own name"));
}

#[tokio::test(start_paused = true)]
async fn a_code_is_for_one_use_alone_and_soon_over() {
    let office = Office::open(&[]).await;
    // Used twice.
    let code = office.code("slack:lea").await;
    office.says("matrix:lea2", &code).await;
    assert!(office.says("matrix:eve", &code).await.contains("wrong, used, or over"));
    // Said where others read along.
    let code = office.code("slack:luis").await;
    office.tells("matrix:luis2", Standing::Member, At::Aloud, &code).await;
    assert!(office.reads("matrix:luis2").contains("is void"));
    assert!(office.says("matrix:luis2", &code).await.contains("wrong, used, or over"));
    // Too late.
    let code = office.code("slack:luis").await;
    tokio::time::sleep(Duration::from_secs(10 * 60)).await;
    assert!(office.says("matrix:luis2", &code).await.contains("wrong, used, or over"));
    // A newer one takes its place.
    let old = office.code("slack:luis").await;
    let code = office.code("slack:luis").await;
    assert!(office.says("matrix:luis2", &old).await.contains("wrong, used, or over"));
    // In the middle of a form, too, it is a code and no answer.
    office.says("slack:luis", "help").await;
    assert!(office.says("matrix:luis2", &code).await.contains("yours now"));
    assert!(!office.store_holds(&code).await, "nothing of it is left");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_one_person_is_not_joined_and_the_log_tells_of_each_attempt() {
    let office = Office::open(&[]).await;
    for (from, to, why) in [
        ("slack:lea", "matrix:max", "somebody of their own"),
        ("slack:lea", "slack:eve", "of one platform"),
        ("slack:max", "matrix:eve", "have an account on this platform"),
        ("slack:max", "matrix:max", "yours together already"),
    ] {
        let told = office.links(from, to).await;
        assert!(told.contains(why), "{from} {to}: {told}");
    }
    // Strangers get no code, and guests and bots are not listened to.
    assert!(office.says("matrix:eve", "link").await.contains("I do not know this account"));
    let code = office.code("slack:lea").await;
    office.tells("matrix:guest", Standing::Guest, At::Alone, &code).await;
    assert!(office.reads("matrix:guest").contains("members"));
    office.tells("matrix:bot", Standing::Bot, At::Alone, &code).await;
    // Whoever tries is not listened to either, even with the right one.
    for number in 0..5 {
        office.says("matrix:eve", &format!("link BCDFG-HJKM{}", number + 2)).await;
    }
    assert!(office.says("matrix:eve", &code).await.contains("Too many"));
    let code = office.code("slack:lea").await;
    tokio::time::sleep(Duration::from_secs(9 * 60)).await;
    assert!(office.says("matrix:lea2", &code).await.contains("yours now"), "others are");
    let log = office.log().await;
    for (line, times) in [
        ("account.linked", 1),
        ("account.linked refused: the account is somebody else's", 1),
        ("account.linked refused: both accounts are of one platform", 1),
        ("account.linked refused: a second account on the platform", 1),
        ("account.linked refused: linked already", 1),
        ("account.linked refused: wrong, used or expired code", 5),
        ("account.linked refused: too many wrong codes", 1),
    ] {
        assert_eq!(log.iter().filter(|logged| *logged == line).count(), times, "{line} in {log:#?}");
    }
    tokio::time::sleep(Duration::from_secs(60 * 60)).await;
    let code = office.code("slack:ada").await;
    assert!(office.says("matrix:eve", &code).await.contains("yours now"), "after an hour anew");
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_code_and_use_loses_nothing_and_links_stand_after_it() {
    let office = Office::open(&[]).await;
    let code = office.code("slack:lea").await;
    let office = office.dies().await;
    assert!(office.says("matrix:lea2", &code).await.contains("yours now"));
    let office = office.dies().await;
    assert!(office.says("matrix:lea2", "link").await.contains("slack:lea"));
    assert!(office.says("matrix:eve", &code).await.contains("wrong, used, or over"));
}
