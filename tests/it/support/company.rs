//! The sample company on a platform of one's own: ada asks, lea is legal, mia is management, olga is security and the OSPO.

/// Its people, roles and channels as they stand in a config, named as in the demo. `account` says where somebody is met:
/// `slack:UADA` for `ada`; `channel` where a role meets: `slack:CLEGAL` for `legal`, and for `management` and `ospo`.
pub fn company(account: impl Fn(&str) -> String, channel: impl Fn(&str) -> String) -> String {
    let people = [("ada", "Ada (sample engineer)"), ("lea", "Lea (sample legal)")];
    let people =
        people.into_iter().chain([("mia", "Mia (sample management)"), ("olga", "Olga (sample OSPO)")]);
    let people = people
        .map(|(key, name)| format!("[people.{key}]\nname = \"{name}\"\naccounts = [\"{}\"]\n", account(key)));
    let people: String = people.collect();
    let (legal, management, ospo) = (channel("legal"), channel("management"), channel("ospo"));
    format!(
        r#"{people}
[roles]
legal = ["lea"]
management = ["mia"]
security = ["olga"]
ospo = ["olga"]
[channels]
legal = ["{legal}"]
management = ["{management}"]
security = ["{ospo}"]
ospo = ["{ospo}"]
"#
    )
}
