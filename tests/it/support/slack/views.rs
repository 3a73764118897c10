//! Views in the model: modals and Home tabs, by <https://docs.slack.dev/surfaces/modals>,
//! <https://docs.slack.dev/reference/views/modal-views> and <https://docs.slack.dev/reference/methods/views.open>. What
//! people do in them is told as Slack tells it; of a view that is closed, Slack tells no state.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{PATIENCE, Slack, TEAM, World, blocks};

/// How long a trigger is good for.
const TRIGGER: Duration = Duration::from_secs(3);
/// How many views a modal holds.
const STACK: usize = 3;

/// The views of everybody.
#[derive(Debug, Default)]
pub struct Views {
    shown: BTreeMap<String, Shown>,
    triggers: BTreeMap<String, Trigger>,
    /// Submissions that wait for their acknowledgment, by envelope.
    submitted: BTreeMap<String, String>,
    /// Submissions that were acknowledged; a second telling may be acknowledged again.
    answered: BTreeSet<String>,
    count: u64,
    /// How many of the next calls of `views.open` are refused with an internal error.
    pub broken: usize,
    /// What is done in views now is told late.
    dawdling: bool,
    /// What is to be told yet.
    late: Vec<Value>,
}

#[derive(Debug)]
struct Trigger {
    user: String,
    born: Instant,
    used: bool,
}

/// A view as somebody sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub id: String,
    pub user: String,
    pub view: Value,
    pub hash: String,
    /// What was put into it, by block.
    values: BTreeMap<String, Value>,
    /// What is said to be wrong, by block.
    pub errors: BTreeMap<String, String>,
    pub closed: bool,
    root: String,
    previous: Option<String>,
}

impl Shown {
    /// What a person reads.
    pub fn words(&self) -> String {
        let blocks = self.blocks().into_iter().map(|block| {
            let label = block["label"]["text"].as_str().map(|label| format!("{label}\n")).unwrap_or_default();
            format!("{}{label}", blocks::words(block))
        });
        format!("{}\n{}", self.view["title"]["text"].as_str().unwrap_or_default(), blocks.collect::<String>())
    }

    fn blocks(&self) -> Vec<&Value> {
        self.view["blocks"].as_array().into_iter().flatten().collect()
    }

    /// The input whose label says something.
    fn input(&self, label: &str) -> Option<&Value> {
        let inputs = self.blocks().into_iter().filter(|block| block["type"] == "input");
        inputs
            .into_iter()
            .find(|block| block["label"]["text"].as_str().is_some_and(|text| text.contains(label)))
    }

    /// Whether something is asked.
    pub fn asks(&self, label: &str) -> bool {
        self.input(label).is_some()
    }

    /// What stands in the input whose label says something, as a person sees it; empty when nothing does.
    pub fn stands(&self, label: &str) -> String {
        let block = self.input(label).unwrap_or_else(|| panic!("{label:?} is not asked in {}", self.words()));
        let state = self.state_of(block);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match state["type"].as_str() {
            Some("radio_buttons" | "static_select") => text(&state["selected_option"]["text"]["text"]),
            Some("datepicker") => text(&state["selected_date"]),
            Some("multi_users_select") => {
                let users = state["selected_users"].as_array().cloned().unwrap_or_default();
                users.iter().map(text).collect::<Vec<_>>().join(", ")
            }
            _ => text(&state["value"]),
        }
    }

    /// What is said to be wrong with the input whose label says something.
    pub fn error(&self, label: &str) -> Option<&str> {
        let block = self.input(label)?["block_id"].as_str()?;
        self.errors.get(block).map(String::as_str)
    }

    /// The values of its buttons.
    pub fn buttons(&self) -> Vec<String> {
        let actions = self.blocks().into_iter().filter(|block| block["type"] == "actions");
        let elements = actions.flat_map(|block| block["elements"].as_array().cloned().unwrap_or_default());
        elements.filter_map(|button| button["value"].as_str().map(str::to_owned)).collect()
    }

    /// The state of an input: what was put into it, or what it began with.
    fn state_of(&self, block: &Value) -> Value {
        let id = block["block_id"].as_str().unwrap_or_default();
        if let Some(value) = self.values.get(id) {
            return value.clone();
        }
        let element = &block["element"];
        let kind = &element["type"];
        match kind.as_str() {
            Some("radio_buttons" | "static_select") => {
                json!({ "type": kind, "selected_option": element["initial_option"] })
            }
            Some("datepicker") => json!({ "type": kind, "selected_date": element["initial_date"] }),
            Some("multi_users_select") => {
                let users = element.get("initial_users").cloned().unwrap_or(json!([]));
                json!({ "type": kind, "selected_users": users })
            }
            Some("file_input") => json!({ "type": kind, "files": [] }),
            _ => json!({ "type": kind, "value": element["initial_value"] }),
        }
    }

    fn state(&self) -> Value {
        let mut values = serde_json::Map::new();
        for block in self.blocks().into_iter().filter(|block| block["type"] == "input") {
            let (Some(id), Some(action)) =
                (block["block_id"].as_str(), block["element"]["action_id"].as_str())
            else {
                continue;
            };
            values.insert(id.to_owned(), json!({ action: self.state_of(block) }));
        }
        json!({ "values": values })
    }

    fn json(&self, with_state: bool) -> Value {
        let mut json = self.view.clone();
        for key in ["private_metadata", "callback_id", "external_id"] {
            if json.get(key).is_none() {
                json[key] = json!("");
            }
        }
        json["id"] = json!(self.id);
        json["team_id"] = json!(TEAM);
        json["hash"] = json!(self.hash);
        json["root_view_id"] = json!(self.root);
        json["previous_view_id"] = json!(self.previous);
        json["app_id"] = json!("AMODEL");
        json["bot_id"] = json!("BMODEL");
        json["state"] = if with_state { self.state() } else { json!({ "values": {} }) };
        json
    }

    /// Replaces what is shown. What was put into an input stays where block and input have the same ids.
    fn replace(&mut self, view: Value, hash: String) {
        let ids = |view: &Value| -> Vec<(String, String)> {
            let blocks = view["blocks"].as_array().into_iter().flatten();
            let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            blocks.map(|block| (id(&block["block_id"]), id(&block["element"]["action_id"]))).collect()
        };
        let (before, after) = (ids(&self.view), ids(&view));
        self.values.retain(|block, _| before.iter().any(|pair| pair.0 == *block && after.contains(pair)));
        (self.view, self.hash) = (view, hash);
        self.errors.clear();
    }
}

impl World {
    /// A trigger for somebody, as every use of the app gives one.
    pub(super) fn trigger(&mut self, user: &str) -> String {
        self.views.count += 1;
        let id = format!("{}.{}.trigger", 1_700_000_000, self.views.count);
        let trigger = Trigger { user: user.to_owned(), born: Instant::now(), used: false };
        self.views.triggers.insert(id.clone(), trigger);
        id
    }

    fn next_hash(&mut self) -> String {
        self.views.count += 1;
        format!("1700000000.{:08x}", self.views.count)
    }

    /// The bot has acknowledged an envelope, perhaps with what is to happen to the view that was handed in.
    pub(super) fn replied(&mut self, envelope: &str, reply: &Value) {
        let Some(id) = self.views.submitted.remove(envelope) else {
            if !reply.is_null() && !self.views.answered.contains(envelope) {
                self.faults.push(format!("a reply to what takes none: {reply}"));
            }
            return;
        };
        self.views.answered.insert(envelope.to_owned());
        let hash = self.next_hash();
        let fault = match self.views.shown.get_mut(&id) {
            None => None,
            Some(shown) => match reply["response_action"].as_str() {
                None if reply.is_null() => {
                    shown.closed = true;
                    None
                }
                Some("clear") => {
                    shown.closed = true;
                    None
                }
                Some("errors") => shown.wrong(&reply["errors"]).err(),
                Some("update") => match blocks::check_view(&reply["view"], "modal") {
                    Ok(()) => {
                        shown.replace(reply["view"].clone(), hash);
                        None
                    }
                    Err(fault) => Some(fault),
                },
                other => Some(format!("no response action of kind {other:?} is expected")),
            },
        };
        self.faults.extend(fault.map(|fault| format!("view_submission: {fault}: {reply}")));
    }
}

impl Shown {
    fn wrong(&mut self, errors: &Value) -> Result<(), String> {
        let errors = errors.as_object().filter(|errors| !errors.is_empty()).ok_or("no errors")?;
        self.errors.clear();
        for (block, error) in errors {
            let is_input = self.view["blocks"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|known| known["block_id"] == block.as_str() && known["type"] == "input");
            if !is_input {
                return Err(format!("{block} is no input of the view"));
            }
            let error = error.as_str().filter(|error| !error.is_empty()).ok_or("an error without words")?;
            self.errors.insert(block.clone(), error.to_owned());
        }
        Ok(())
    }
}

fn refuse(error: &str) -> Response {
    axum::Json(json!({ "ok": false, "error": error })).into_response()
}

/// Answers a call of a method of views.
pub(super) fn answer(world: &mut World, method: &str, arguments: &Value) -> Response {
    let text = |key: &str| arguments[key].as_str().map(str::to_owned);
    let view = arguments["view"].clone();
    let kind = if method == "views.publish" { "home" } else { "modal" };
    if let Err(fault) = blocks::check_view(&view, kind) {
        world.faults.push(format!("{method}: {fault}: {view}"));
        return refuse(if fault.starts_with("view_too_large") {
            "view_too_large"
        } else {
            "invalid_arguments"
        });
    }
    let external = view["external_id"].as_str().filter(|id| !id.is_empty()).map(str::to_owned);
    let taken =
        |shown: &Shown| !shown.closed && external.is_some() && shown.view["external_id"] == json!(external);
    let shown = match method {
        "views.open" | "views.push" => {
            if world.views.broken > 0 {
                world.views.broken -= 1;
                return refuse("internal_error");
            }
            let Some(trigger) = text("trigger_id").and_then(|id| world.views.triggers.get_mut(&id)) else {
                return refuse("invalid_trigger_id");
            };
            if trigger.used {
                return refuse("exchanged_trigger_id");
            }
            if trigger.born.elapsed() > TRIGGER {
                return refuse("expired_trigger_id");
            }
            trigger.used = true;
            let user = trigger.user.clone();
            if world.views.shown.values().any(taken) {
                return refuse("duplicate_external_id");
            }
            world.views.count += 1;
            let id = format!("V{:06}", world.views.count);
            let (mut root, mut previous) = (id.clone(), None);
            let hash = world.next_hash();
            if method == "views.push" {
                let open: Vec<&Shown> = world
                    .views
                    .shown
                    .values()
                    .filter(|shown| !shown.closed && shown.user == user && shown.view["type"] == "modal")
                    .collect();
                let Some(top) = open.last() else { return refuse("not_found") };
                if open.len() >= STACK {
                    return refuse("push_limit_reached");
                }
                (root, previous) = (top.root.clone(), Some(top.id.clone()));
            }
            let (values, errors) = (BTreeMap::new(), BTreeMap::new());
            Shown { id, user, view, hash, values, errors, closed: false, root, previous }
        }
        "views.update" => {
            let id = text("view_id");
            let by_external = text("external_id");
            if id.is_none() && by_external.is_none() {
                world.faults.push("views.update: neither view_id nor external_id".to_owned());
                return refuse("invalid_arguments");
            }
            let hash = world.next_hash();
            let found = world.views.shown.values_mut().find(|shown| {
                !shown.closed
                    && (Some(&shown.id) == id.as_ref()
                        || by_external.is_some() && shown.view["external_id"] == json!(by_external))
            });
            let Some(shown) = found else { return refuse("not_found") };
            if text("hash").is_some_and(|hash| hash != shown.hash) {
                return refuse("hash_conflict");
            }
            shown.replace(view, hash);
            shown.clone()
        }
        _ => {
            let Some(user) = text("user_id").filter(|user| world.users.contains_key(user)) else {
                return refuse("invalid_arguments");
            };
            let hash = world.next_hash();
            let id = format!("VHOME{user}");
            let shown = world.views.shown.get(&id);
            if let (Some(given), Some(shown)) = (text("hash"), shown)
                && given != shown.hash
            {
                return refuse("hash_conflict");
            }
            let (values, errors, root) = (BTreeMap::new(), BTreeMap::new(), id.clone());
            Shown { id, user, view, hash, values, errors, closed: false, root, previous: None }
        }
    };
    let json = shown.json(true);
    world.views.shown.insert(shown.id.clone(), shown);
    axum::Json(json!({ "ok": true, "view": json })).into_response()
}

impl Slack {
    /// A method answers nobody until it is let go.
    pub fn holds_back(&self, method: Option<&'static str>) {
        self.act(|world| world.held = method);
    }

    /// Waits until the bot is connected.
    pub async fn connected(&self) {
        self.awaited("the bot connects", |world| (!world.sockets.is_empty()).then_some(())).await;
    }

    /// Waits until the bot is connected anew, with more connections than there had been.
    pub async fn connected_after(&self, before: usize) {
        self.awaited("the bot connects again", |world| (world.connections > before).then_some(())).await;
    }

    async fn awaited<T>(&self, what: &str, found: impl Fn(&World) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        let wait = async {
            loop {
                changes.borrow_and_update();
                let found = found(&self.world());
                if let Some(found) = found {
                    return found;
                }
                changes.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(found) => found,
            Err(_) => {
                let world = self.world();
                let views: Vec<String> = world.views.shown.values().map(Shown::words).collect();
                panic!("{what}: it never came. Faults: {:#?}. Views: {views:#?}", world.faults)
            }
        }
    }

    /// The modal that somebody sees, as soon as something holds for it.
    pub async fn modal(&self, user: &str, what: impl Fn(&Shown) -> bool) -> Shown {
        self.view(user, "modal", what).await
    }

    /// The Home tab that somebody sees, as soon as something holds for it.
    pub async fn home(&self, user: &str, what: impl Fn(&Shown) -> bool) -> Shown {
        self.view(user, "home", what).await
    }

    async fn view(&self, user: &str, kind: &str, what: impl Fn(&Shown) -> bool) -> Shown {
        self.awaited(&format!("a {kind} for {user}"), |world| {
            let theirs = world.views.shown.values().filter(|shown| shown.user == user && !shown.closed);
            theirs.filter(|shown| shown.view["type"] == kind).find(|shown| what(shown)).cloned()
        })
        .await
    }

    /// Waits until a view is closed.
    pub async fn gone(&self, view: &str) {
        self.awaited("the view closes", |world| world.views.shown[view].closed.then_some(())).await;
    }

    /// How many modals somebody has seen that can be handed in.
    pub fn modals(&self, user: &str) -> usize {
        let world = self.world();
        let theirs = world.views.shown.values().filter(|shown| shown.user == user);
        theirs.filter(|shown| shown.view["type"] == "modal" && !shown.view["submit"].is_null()).count()
    }

    /// Somebody puts something into the input whose label says something: words, the name of a choice, a day, users, or
    /// `name=content` of a file.
    pub fn fills(&self, view: &str, label: &str, value: &str) {
        self.act(|world| {
            let shown = world.views.shown[view].clone();
            let block = shown.input(label).unwrap_or_else(|| panic!("{label:?} is not asked in {}", shown.words()));
            let (id, element) = (block["block_id"].as_str().unwrap().to_owned(), block["element"].clone());
            let kind = element["type"].as_str().unwrap().to_owned();
            let state = match kind.as_str() {
                "radio_buttons" | "static_select" => {
                    let options = element["options"].as_array().unwrap();
                    let option = options.iter().find(|option| option["text"]["text"] == value);
                    json!({ "type": kind, "selected_option": option.unwrap_or_else(|| panic!("no {value} in {options:?}")) })
                }
                "datepicker" => json!({ "type": kind, "selected_date": value }),
                "multi_users_select" => {
                    let users: Vec<&str> = value.split(',').map(str::trim).filter(|user| !user.is_empty()).collect();
                    json!({ "type": kind, "selected_users": users })
                }
                "file_input" => {
                    let (name, content) = value.split_once('=').expect("name=content");
                    let file = format!("F{}", world.event_id());
                    world.files.insert(file.clone(), content.as_bytes().to_vec());
                    json!({ "type": kind, "files": [{ "id": file, "name": name, "size": content.len() }] })
                }
                _ => {
                    let most = element["max_length"].as_u64().unwrap_or(3000);
                    assert!(value.chars().count() as u64 <= most, "Slack takes {most} characters");
                    json!({ "type": kind, "value": (!value.is_empty()).then_some(value) })
                }
            };
            let shown = world.views.shown.get_mut(view).unwrap();
            shown.values.insert(id.clone(), state.clone());
            if block["dispatch_action"] == true && kind != "plain_text_input" && kind != "url_text_input" {
                let mut action = state;
                action["action_id"] = element["action_id"].clone();
                action["block_id"] = json!(id);
                action["action_ts"] = json!(world.ts());
                world.acts_in(view, &action);
            }
        });
    }

    /// Somebody presses the button with a value.
    pub fn presses_in(&self, view: &str, value: &str) {
        self.act(|world| {
            let shown = world.views.shown[view].clone();
            assert!(
                shown.buttons().iter().any(|button| button == value),
                "no such button: {:?}",
                shown.buttons()
            );
            let actions = shown.blocks().into_iter().filter(|block| block["type"] == "actions");
            let button = actions
                .flat_map(|block| block["elements"].as_array().cloned().unwrap_or_default())
                .find(|button| button["value"] == value)
                .unwrap();
            let action = json!({
                "type": "button", "action_id": button["action_id"], "value": value, "action_ts": world.ts(),
            });
            world.acts_in(view, &action);
        });
    }

    /// Somebody hands a form in.
    pub fn submits(&self, view: &str) {
        self.act(|world| {
            let shown = world.views.shown[view].clone();
            for block in shown.blocks() {
                let state = shown.state_of(block);
                let given = ["value", "selected_option", "selected_date"].iter().any(|key| !state[*key].is_null())
                    || ["files", "selected_users"]
                        .iter()
                        .any(|key| state[*key].as_array().is_some_and(|list| !list.is_empty()));
                let required = block["type"] == "input" && block["optional"] != true;
                assert!(given || !required, "Slack does not hand it in without {}", block["label"]["text"]);
            }
            let payload = json!({
                "type": "view_submission", "team": { "id": TEAM, "domain": "model" },
                "user": { "id": shown.user, "username": "u", "name": "u", "team_id": TEAM },
                "api_app_id": "AMODEL", "token": "x", "trigger_id": world.trigger(&shown.user),
                "view": shown.json(true), "response_urls": [], "is_enterprise_install": false, "enterprise": null,
            });
            let envelope = world.envelope("interactive", payload);
            world.views.submitted.insert(envelope, view.to_owned());
        });
    }

    /// Slack tells of a form that was handed in once more, as it does when it heard nothing.
    pub fn submits_again(&self, view: &str) {
        self.act(|world| {
            let shown = world.views.shown[view].clone();
            let payload = json!({
                "type": "view_submission", "team": { "id": TEAM, "domain": "model" }, "user": { "id": shown.user },
                "api_app_id": "AMODEL", "token": "x", "trigger_id": world.trigger(&shown.user),
                "view": shown.json(true),
            });
            let envelope = world.envelope("interactive", payload);
            world.views.submitted.insert(envelope, view.to_owned());
        });
    }

    /// Somebody closes a form.
    pub fn closes(&self, view: &str) {
        self.act(|world| {
            let shown = world.views.shown.get_mut(view).unwrap();
            shown.closed = true;
            let (shown, told) = (shown.clone(), shown.view["notify_on_close"] == true);
            if told {
                let payload = json!({
                    "type": "view_closed", "team": { "id": TEAM, "domain": "model" }, "user": { "id": shown.user },
                    "api_app_id": "AMODEL", "token": "x", "view": shown.json(false), "is_cleared": false,
                });
                world.envelope("interactive", payload);
            }
        });
    }

    /// What is done in views meanwhile is told when [`Slack::catches_up`]: of two connections one may be slow.
    pub fn late(&self, act: impl FnOnce()) {
        self.act(|world| world.views.dawdling = true);
        act();
        self.act(|world| world.views.dawdling = false);
    }

    /// What is late arrives.
    pub fn catches_up(&self) {
        self.act(|world| {
            for payload in std::mem::take(&mut world.views.late) {
                world.envelope("interactive", payload);
            }
        });
    }

    /// Somebody opens their Home tab.
    pub fn opens_home(&self, user: &str) {
        self.act(|world| {
            let ts = world.ts();
            world.push(json!({
                "type": "app_home_opened", "user": user, "channel": format!("D{user}"), "tab": "home",
                "event_ts": ts,
            }));
        });
    }
}

impl World {
    fn acts_in(&mut self, view: &str, action: &Value) {
        let shown = self.views.shown[view].clone();
        let payload = json!({
            "type": "block_actions", "team": { "id": TEAM, "domain": "model" }, "user": { "id": shown.user },
            "api_app_id": "AMODEL", "token": "x", "trigger_id": self.trigger(&shown.user),
            "container": { "type": "view", "view_id": shown.id }, "view": shown.json(true), "actions": [action],
        });
        if self.views.dawdling {
            self.views.late.push(payload);
        } else {
            self.envelope("interactive", payload);
        }
    }
}
