//! Forms on their way: begun, answered, filed.

use super::super::dialogue::{self, Next, Said};
use super::super::intent::FormWord;
use super::super::records::{Conversation, Draft, FormName};
use super::super::texts;
use super::{ConversationChange, Decision, Loaded, Scene};
use crate::core::form::Form;
use crate::counsel::licenses;
use crate::license::{self, choose};
use crate::request::Workflow;
use crate::request::steps::Act;

impl Scene<'_> {
    pub(super) fn begin(&self, command: &str, loaded: Loaded) -> Decision {
        match self.mind.knowledge.workflow_by_command(command) {
            Some(workflow) => {
                self.ask(FormName::Request { workflow: workflow.id.clone() }, &workflow.form, &loaded)
            }
            None => self.reply(texts::form_gone()),
        }
    }

    /// Begins a form, unless the author is in the middle of one here.
    pub(super) fn ask(&self, name: FormName, form: &Form, loaded: &Loaded) -> Decision {
        if let Some(Conversation::Filling(draft)) = &loaded.conversation
            && let Some((under_way, _)) = self.form_of(draft)
        {
            return self.reply(texts::form_under_way(&under_way.title));
        }
        let (draft, content) = dialogue::begin(name, form);
        Decision {
            conversation: ConversationChange::Set(Conversation::Filling(draft)),
            ..self.reply(content)
        }
    }

    /// The form of a draft and the workflow it belongs to, if they are still in use.
    pub(super) fn form_of(&self, draft: &Draft) -> Option<(Form, Option<&Workflow>)> {
        match &draft.form {
            FormName::Request { workflow } => {
                let workflow = self.mind.knowledge.workflow(workflow)?;
                Some((workflow.form.clone(), Some(workflow)))
            }
            FormName::Choose => Some((choose::form(), None)),
        }
    }

    pub(super) fn form(&self, act: Option<Act<'_>>, word: FormWord, loaded: Loaded) -> Decision {
        let Some(Conversation::Filling(draft)) = loaded.conversation else {
            return self.reply(texts::nothing_under_way());
        };
        let ended = |content| Decision { conversation: ConversationChange::End, ..self.reply(content) };
        if word == FormWord::Cancel {
            return ended(texts::cancelled());
        }
        let Some((form, workflow)) = self.form_of(&draft) else { return ended(texts::form_gone()) };
        match self.step(draft.clone(), &form, &word) {
            Next::Ask(draft, content) => Decision {
                conversation: ConversationChange::Set(Conversation::Filling(draft)),
                ..self.reply(content)
            },
            Next::File(answers) => match (workflow, act) {
                (Some(workflow), Some(act)) => {
                    self.file(act, workflow, &answers, loaded.last_number.unwrap_or(0) + 1)
                }
                (Some(_), None) => ended(texts::unknown_person()),
                (None, _) => match choose::recommend(&self.mind.knowledge.licenses, &answers) {
                    Ok(found) => ended(license::view::recommendation(&found)),
                    Err(why) => {
                        // Another answer may lead to a license: the form stays as it is.
                        let mut decision = self.reply(license::view::not_recommended(&why));
                        if let Next::Ask(_, content) = self.step(draft, &form, &FormWord::Resume) {
                            decision.effects.push(self.author_told(content));
                        }
                        decision
                    }
                },
            },
        }
    }

    pub(super) fn step(&self, draft: Draft, form: &Form, word: &FormWord) -> Next {
        let said = match word {
            FormWord::Answer(answer) => Said::Answer(answer),
            FormWord::Back => Said::Back,
            FormWord::Skip => Said::Skip,
            FormWord::Submit => Said::Submit,
            FormWord::Resume | FormWord::Cancel => Said::Resume,
        };
        dialogue::step(draft, form, said, &|text| licenses::read(&self.mind.knowledge, text))
    }
}
