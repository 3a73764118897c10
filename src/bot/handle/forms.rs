//! Forms on their way: begun, answered, filed.

use super::super::dialogue::{self, Next, Said};
use super::super::files::Received;
use super::super::intent::FormWord;
use super::super::records::{Conversation, Course, Draft, FormName};
use super::super::texts;
use super::{ConversationChange, Decision, Loaded, Scene};
use crate::core::event::EventKind;
use crate::core::form::{Answers, FieldKind, Form};
use crate::core::message::Content;
use crate::counsel::licenses;
use crate::license::policy::PolicyUse;
use crate::license::{self, choose, sbom};
use crate::request::state::Findings;
use crate::request::steps::By;
use crate::request::{RequestId, Workflow};

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
        self.go_on(draft, content)
    }

    fn go_on(&self, draft: Draft, content: Content) -> Decision {
        Decision {
            conversation: ConversationChange::Set(Conversation::Filling(draft)),
            ..self.reply(content)
        }
    }

    /// Shows a form with its answers, to be changed and filed, unless the author is in the middle of one here.
    pub(super) fn ask_filled(
        &self,
        name: FormName,
        answers: Answers,
        findings: Findings,
        loaded: &Loaded,
    ) -> Decision {
        let begun = Draft::new(name.clone(), Answers::new(), 0, Course::Onward);
        let Some((form, _)) = self.form_of(&begun) else { return self.reply(texts::form_gone()) };
        if let Some(Conversation::Filling(_)) = &loaded.conversation {
            return self.ask(name, &form, loaded);
        }
        let (draft, content) = dialogue::begin_filled(name, &form, answers);
        self.go_on(Draft { findings, ..draft }, content)
    }

    /// The form of a draft and the workflow it belongs to, if they are still in use.
    pub(super) fn form_of(&self, draft: &Draft) -> Option<(Form, Option<&Workflow>)> {
        match &draft.form {
            FormName::Edit { request: RequestId { prefix, .. } } => {
                let workflow =
                    self.mind.knowledge.workflows.iter().find(|workflow| workflow.prefix == *prefix)?;
                Some((workflow.form.clone(), Some(workflow)))
            }
            FormName::Request { workflow } => {
                let workflow = self.mind.knowledge.workflow(workflow)?;
                Some((workflow.form.clone(), Some(workflow)))
            }
            FormName::Choose => Some((choose::form(), None)),
        }
    }

    pub(super) fn form(&self, by: Option<By<'_>>, word: FormWord, loaded: Loaded) -> Decision {
        let Some(Conversation::Filling(draft)) = loaded.conversation.clone() else {
            return self.reply(texts::nothing_under_way());
        };
        let ended = |content| Decision { conversation: ConversationChange::End, ..self.reply(content) };
        if word == FormWord::Cancel {
            return self.leave(draft);
        }
        let Some((form, workflow)) = self.form_of(&draft) else { return ended(texts::form_gone()) };
        let draft = dialogue::taken_up(self.judge_files(draft), &form);
        let (draft, word) = self.read_file(draft, &form, word);
        match self.step(draft.clone(), &form, &word) {
            Next::Ask(draft, content) => self.go_on(draft, content),
            Next::File(draft) => match (workflow, by) {
                (Some(workflow), Some(by)) => match &draft.form {
                    FormName::Edit { request } => self.file_edit(by, request, workflow, &draft, loaded),
                    _ => self.file(by, workflow, draft, &loaded),
                },
                (Some(_), None) => ended(texts::unknown_person()),
                (None, _) => match choose::recommend(&self.mind.knowledge.licenses, &given(&draft.answers)) {
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

    /// The author leaves a form. A button asks back before it is pressed, a word may be a slip: after it, what was
    /// answered for a new request is kept, and thrown away when they leave that too.
    fn leave(&self, draft: Draft) -> Decision {
        let a_slip = !matches!(self.event.kind, EventKind::Pressed { .. })
            && matches!(draft.form, FormName::Request { .. })
            && draft.course != Course::Aside
            && !draft.answers.is_empty();
        match self.form_of(&draft) {
            Some((form, _)) if a_slip => {
                let aside = Conversation::Filling(Draft { course: Course::Aside, ..draft });
                let told = self.reply(texts::put_aside(&form.title));
                Decision { conversation: ConversationChange::Set(aside), ..told }
            }
            _ => Decision { conversation: ConversationChange::End, ..self.reply(texts::cancelled()) },
        }
    }

    /// A form is put aside, with what it brought.
    pub(super) fn keep(&self, loaded: &Loaded) -> Decision {
        let Some(Conversation::Filling(draft)) = loaded.conversation.clone() else {
            return Decision::default();
        };
        let kept = Conversation::Filling(self.judge_files(draft));
        Decision { conversation: ConversationChange::Set(kept), ..Decision::default() }
    }

    pub(super) fn step(&self, draft: Draft, form: &Form, word: &FormWord) -> Next {
        let said = match word {
            FormWord::Answer(answer) => Said::Answer(answer),
            FormWord::Back => Said::Back,
            FormWord::Skip => Said::Skip,
            FormWord::Submit => Said::Submit,
            FormWord::Resume | FormWord::Cancel => Said::Resume,
        };
        dialogue::step(draft, form, said, &|kind, text| match kind {
            FieldKind::People => self.mind.people_named(text),
            _ => licenses::read(&self.mind.knowledge, text),
        })
    }

    /// A file that comes with an answer about dependencies is judged; what was found out about the answer before it
    /// goes with that.
    fn read_file(&self, mut draft: Draft, form: &Form, word: FormWord) -> (Draft, FormWord) {
        let field = form.fields.get(draft.at).filter(|field| field.kind == FieldKind::Sbom);
        if let (FormWord::Answer(_) | FormWord::Skip, Some(field)) = (&word, field) {
            draft.findings.remove(&field.id);
        }
        let (FormWord::Answer(said), Some(field), Some(file)) = (&word, field, self.files.first()) else {
            return (draft, word);
        };
        let verdict = self.sbom_verdict(file);
        let answer = if said.trim().is_empty() { texts::see_file(&file.name) } else { said.clone() };
        draft.findings.insert(field.id.clone(), verdict);
        (draft, FormWord::Answer(answer))
    }

    /// The files that came with a form are judged, each for its field.
    fn judge_files(&self, mut draft: Draft) -> Draft {
        if let EventKind::Filled { files, .. } = &self.event.kind {
            for (field, file) in files.keys().zip(self.files) {
                draft.findings.insert(field.clone(), self.sbom_verdict(file));
            }
        }
        draft
    }

    /// What our policy says of an SBOM, in a line.
    fn sbom_verdict(&self, file: &Received) -> String {
        let read = match &file.content {
            Ok(bytes) => sbom::read(bytes).map_err(|error| error.to_string()),
            Err(why) => Err(why.clone()),
        };
        match read {
            Ok(read) => texts::sbom_verdict(&file.name, &self.judged(&read, PolicyUse::Distributed)),
            Err(why) => texts::sbom_unread(&file.name, &why),
        }
    }
}

/// The answers that were given; what was left out is gone.
fn given(answers: &Answers) -> Answers {
    answers.iter().filter(|(_, text)| !text.is_empty()).map(|(id, text)| (id.clone(), text.clone())).collect()
}
