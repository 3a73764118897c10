//! A sample company on Matrix: its people, its rooms, and the program that serves them.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId};
use tempfile::TempDir;

use crate::engine::CONTRIBUTION;
use crate::support::company as sample;
use crate::support::matrix::{PASSWORD, Person, Privacy, Shown, Synapse};
use crate::support::ospo;

/// The program, serving; killed without mercy at its end.
pub struct Serving {
    child: Child,
    log: PathBuf,
}

impl Serving {
    /// Waits until it ends by itself, and returns whether it ended well and what it wrote to its log.
    pub fn ends(mut self) -> (bool, String) {
        let ended = self.child.wait().unwrap().success();
        (ended, std::fs::read_to_string(&self.log).unwrap())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("-- the program said:\n{}", lines[lines.len().saturating_sub(60)..].join("\n"));
        }
    }
}

/// What becomes of the program in a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It runs from the beginning to the end.
    Lives,
    /// It is killed whenever it could be in the middle of something, and started again.
    Dies,
}

/// The program in a story.
pub struct Bot<'a, S> {
    company: &'a Company<S>,
    fate: Fate,
    serving: Option<Serving>,
}

impl<S: AsRef<Synapse>> Bot<'_, S> {
    /// A person has just done something: now the program dies, if that is its fate, and is started again.
    pub fn stumbles(&mut self) {
        if self.fate == Fate::Dies {
            // First the old one, so that the new one finds its records free.
            drop(self.serving.take());
            self.serving = Some(self.company.serves());
        }
    }
}

/// Sample people: ada asks, lea is legal, mia is management, olga is security and the OSPO; eve is of a home server that is
/// not allowed.
pub struct Company<S = Arc<Synapse>> {
    pub ada: Person,
    pub lea: Person,
    pub mia: Person,
    pub olga: Person,
    pub eve: Person,
    /// The bot's account.
    pub bot: OwnedUserId,
    /// Everybody's room.
    pub general: OwnedRoomId,
    pub legal: OwnedRoomId,
    pub management: OwnedRoomId,
    /// The OSPO's room, and security's.
    pub office: OwnedRoomId,
    pub privacy: Privacy,
    pub synapse: S,
    pub folder: TempDir,
}

impl Company {
    /// A company on the server that stories share; the bot is logged in, and invited where it belongs.
    pub async fn new(privacy: Privacy) -> Self {
        Self::on(Synapse::shared(), privacy).await
    }
}

impl<S: AsRef<Synapse>> Company<S> {
    /// A company on a server.
    pub async fn on(synapse: S, privacy: Privacy) -> Self {
        let server = synapse.as_ref();
        let bot = server.register("ospo").await;
        let bot_id = bot.user_id().unwrap().to_owned();
        bot.matrix_auth().logout().await.unwrap();
        let person = async |name| {
            let person = Person::new(server.register(name).await);
            // With the first look a client hands in its keys.
            person.looks(Duration::ZERO).await;
            person
        };
        let (ada, lea, mia) = (person("ada").await, person("lea").await, person("mia").await);
        let (olga, eve) = (person("olga").await, person("eve").await);
        let general = ada.opens(privacy, &[&bot_id, lea.id(), mia.id(), olga.id()], false).await;
        let legal = lea.opens(privacy, &[&bot_id, mia.id()], false).await;
        let management = mia.opens(privacy, &[&bot_id, lea.id()], false).await;
        let office = olga.opens(privacy, &[&bot_id], false).await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("passphrase"), "pass-phrase of the test\n").unwrap();
        std::fs::write(folder.path().join("password"), PASSWORD).unwrap();
        let [a, l, m, o] = [&ada, &lea, &mia, &olga].map(Person::id);
        let id = |who: &str| match who {
            "ada" => a,
            "lea" => l,
            "mia" => m,
            _ => o,
        };
        let room = |role: &str| match role {
            "legal" => &legal,
            "management" => &management,
            _ => &office,
        };
        let config = format!(
            r#"
data = "data"
{company}
[counsel]
per_person_per_hour = 1000
per_channel_per_hour = 1000
[matrix]
homeserver = "{url}"
user = "{bot_id}"
store_passphrase = {{ file = "passphrase" }}
allowed_servers = ["elsewhere.example"]
allowed_people = ["{a}", "{l}", "{m}", "{o}"]
"#,
            company =
                sample::company(|who| format!("matrix:{}", id(who)), |role| format!("matrix:{}", room(role))),
            url = server.url(),
        );
        std::fs::write(folder.path().join("ospo.toml"), config).unwrap();
        let company = Self {
            ada,
            lea,
            mia,
            olga,
            eve,
            bot: bot_id,
            general,
            legal,
            management,
            office,
            privacy,
            synapse,
            folder,
        };
        let login = company.run(&["matrix", "login", "--password-file", &company.path("password")]).await;
        assert!(login.status.success(), "{}", String::from_utf8_lossy(&login.stderr));
        company
    }

    /// A file in the company's folder.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The program with the company's config.
    pub fn ospo(&self, arguments: &[&str]) -> Command {
        let mut command = ospo();
        command.args(arguments).env("OSPO_CONFIG", self.path("ospo.toml")).stdin(Stdio::null());
        command
    }

    /// Runs the program until it ends.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.ospo(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// Starts the program to serve.
    pub fn serves(&self) -> Serving {
        let log = self.folder.path().join("log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let child = self.ospo(&["serve"]).stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        Serving { child, log }
    }

    /// The program, serving with a fate.
    pub fn bot(&self, fate: Fate) -> Bot<'_, S> {
        Bot { company: self, fate, serving: Some(self.serves()) }
    }

    /// The bot's account with another device, of which the program knows nothing.
    pub async fn another_device_of_the_bot(&self) -> Person {
        let client = self.synapse.as_ref().client().await;
        client.matrix_auth().login_username(&self.bot, PASSWORD).send().await.unwrap();
        Person::new(client)
    }

    /// Everybody's room, with the bot in it.
    pub async fn gathers(&self) -> &RoomId {
        self.ada.sees_in(&self.general, &self.bot).await;
        &self.general
    }

    /// Ada's direct conversation with the bot.
    pub async fn direct(&self) -> OwnedRoomId {
        self.ada.meets(self.privacy, &[&self.bot], true).await
    }

    /// Ada files a contribution, answer after answer, without waiting to be asked.
    pub async fn files_a_contribution(&self, room: &RoomId) {
        for answer in CONTRIBUTION {
            self.ada.says(room, answer).await;
        }
        self.hears(&self.ada, room, "Filed as CON-1").await;
    }

    /// Waits until somebody sees the bot say something that holds these words.
    pub async fn hears(&self, person: &Person, room: &RoomId, words: &str) -> Shown {
        person.sees(room, |shown| shown.sender == self.bot.as_str() && shown.body.contains(words)).await
    }

    /// What the bot has said in a room, as a person has seen it last.
    pub fn said(&self, person: &Person, room: &RoomId) -> Vec<Shown> {
        let messages = person.messages(room).into_iter();
        messages.filter(|shown| shown.sender == self.bot.as_str()).collect()
    }
}
