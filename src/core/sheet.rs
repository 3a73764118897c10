//! A form as it is put before somebody whole, on platforms that can: what is asked, what is answered already, and what
//! comes back of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::form::{Answers, FORM, Form};
use super::message::Text;
use super::person::AccountId;

/// What the bot knows a sheet by, such as `request release` or `reject REL-42`. It comes back with the answers; to a
/// platform it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SheetKey(pub String);

impl fmt::Display for SheetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A form to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What it is known by.
    pub key: SheetKey,
    /// What is asked.
    pub form: Form,
    /// What is answered already, each answer as [`super::form::read_answer`] gives it.
    pub answers: Answers,
    /// The accounts, where the form is shown, of the people whom the answers name, by the people's ids.
    pub accounts: BTreeMap<String, AccountId>,
    /// What is said above the fields.
    pub note: Option<Text>,
    /// What the button says that hands it in.
    pub submit: String,
}

impl Sheet {
    /// The fields whose answers decide which others are asked: when one changes, the sheet looks different.
    pub fn deciding(&self) -> BTreeSet<String> {
        self.form
            .fields
            .iter()
            .filter_map(|field| field.when.as_ref())
            .flat_map(|when| when.reads(FORM))
            .collect()
    }
}

/// What somebody wants of the answers they gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handing {
    /// They go on or away: what is sound is kept for them, and nothing is complained of.
    Aside,
    /// They want to see the next part: what they gave must be sound, and is kept.
    Part,
    /// They are done: what they gave must be sound, and is acted on.
    Whole,
}

/// What is wrong with answers, by field, each in words for the one who gave it.
pub type Problems = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::condition::Condition;
    use crate::core::form::{Change, FieldKind, FormField};

    #[test]
    fn the_fields_that_others_hang_on_are_known() {
        let field = |id: &str, when: Option<&str>| FormField {
            id: id.into(),
            label: id.into(),
            ask: id.into(),
            help: String::new(),
            kind: FieldKind::Text,
            choices: Vec::new(),
            optional: false,
            when: when.map(|when| Condition::from(when.to_owned())),
            change: Change::Material,
        };
        let fields =
            vec![field("a", None), field("b", Some("form.a != ''")), field("c", Some("form.a == form.b"))];
        let form = Form { title: "F".into(), fields };
        let sheet = Sheet {
            key: SheetKey("request f".into()),
            form,
            answers: Answers::new(),
            accounts: BTreeMap::new(),
            note: None,
            submit: "Submit".into(),
        };
        assert_eq!(sheet.deciding(), BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    }
}
