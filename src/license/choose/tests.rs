use super::*;
use crate::license::testing::{files, licenses};

const EVERYONE: &str = "everyone, in closed products too";

fn answers(pairs: &[(&str, &str)]) -> Answers {
    let usual = [("work", "library"), ("audience", EVERYONE), ("patents", "yes"), ("copyleft", "nothing")];
    usual.iter().chain(pairs).map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())).collect()
}

fn chosen(pairs: &[(&str, &str)]) -> Recommendation {
    recommend(licenses(), &answers(pairs)).unwrap_or_else(|error| panic!("{pairs:?}: {error}"))
}

#[test]
fn wishes_lead_to_the_usual_license() {
    for (wishes, expected) in [
        (&[][..], "Apache-2.0"),
        (&[("patents", "no"), ("work", "sample")], "Apache-2.0"),
        (&[("audience", "2")], "Apache-2.0 WITH LLVM-exception"),
        (&[("audience", "2"), ("patents", "no")], "MIT"),
        (&[("copyleft", "changes to our files")], "MPL-2.0"),
        (&[("copyleft", "3"), ("audience", "3")], "GPL-3.0-or-later"),
        (&[("work", "service"), ("copyleft", "4"), ("audience", "3")], "AGPL-3.0-or-later"),
        (&[("work", "documentation")], "CC-BY-4.0"),
        (&[("work", "documentation"), ("copyleft", "3")], "CC-BY-SA-4.0"),
        (&[("work", "font"), ("copyleft", "2")], "OFL-1.1"),
        (&[("work", "hardware"), ("copyleft", "3")], "CERN-OHL-S-2.0"),
        (&[("work", "data"), ("copyleft", "3")], "CC-BY-SA-4.0"),
    ] {
        assert_eq!(chosen(wishes).license, expected, "{wishes:?}: {:#?}", chosen(wishes));
    }
}

#[test]
fn what_a_dependency_forbids_is_refused_with_the_reason() {
    let found = chosen(&[("dependencies", "MIT, GPL-2.0-only"), ("joined", "copied into our code")]);
    assert_eq!(found.license, "GPL-2.0-only", "{found:#?}");
    assert!(
        found.refused.iter().any(|(license, why)| license == "Apache-2.0" && why.contains("GPL-2.0-only"))
    );
    assert!(found.reasons.iter().any(|reason| reason.contains("more than you wished")), "{found:#?}");
    for (license, _) in found.refused {
        assert!(found.alternatives.iter().all(|other| other.expression != license), "{license}");
    }
}

#[test]
fn a_linked_library_leaves_the_choice_and_says_what_it_asks_for() {
    let found = chosen(&[("dependencies", "LGPL 2.1"), ("joined", "1")]);
    assert_eq!(found.license, "Apache-2.0", "{found:#?}");
    assert!(found.reasons.iter().any(|reason| reason.contains("LGPL-2.1-only")), "{found:#?}");
}

#[test]
fn dependencies_that_exclude_each_other_leave_nothing() {
    let error = recommend(licenses(), &answers(&[("dependencies", "GPL-2.0-only; Apache-2.0; CDDL-1.0")]))
        .unwrap_err();
    let ChooseError::Forbidden { refused } = &error else { panic!("{error}") };
    assert!(refused.len() > 5 && error.to_string().contains("replace a dependency"), "{error}");
}

#[test]
fn answers_that_are_missing_or_wrong_are_asked_for() {
    let error = |pairs: &[(&str, &str)]| recommend(licenses(), &answers(pairs)).unwrap_err().to_string();
    assert!(error(&[("work", "")]).contains("`work` has no answer"));
    assert!(error(&[("work", "librari")]).contains("Did you mean `library`?"));
    assert!(error(&[("dependencies", "MIT, GPL")]).contains("several licenses"));
    assert!(error(&[("dependencies", &"x,".repeat(4_000))]).contains("3000 characters"));
}

#[test]
fn every_answer_of_the_form_leads_somewhere() {
    let form = form();
    let choices = |id: &str| form.fields.iter().find(|field| field.id == id).unwrap().choices.clone();
    for work in choices("work") {
        for audience in choices("audience") {
            for copyleft in choices("copyleft") {
                for patents in ["yes", "no"] {
                    let wishes = [
                        ("work", &*work),
                        ("audience", &*audience),
                        ("copyleft", &*copyleft),
                        ("patents", patents),
                    ];
                    let found = chosen(&wishes);
                    assert!(!found.reasons.is_empty() && found.refused.is_empty(), "{wishes:?}");
                }
            }
        }
    }
}

#[test]
fn faults_of_the_file_name_line_and_cure() {
    let faults = |from: &str, to: &str| -> Vec<String> {
        let mut files = files();
        let file = files.iter_mut().find(|file| file.path == "licenses/choosing.toml").unwrap();
        file.text = file.text.replace(from, to);
        Licenses::load(&files).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    };
    assert!(faults("\"OFL-1.1\"", "\"OFL-1.2\"")[0].contains("no SPDX license id"));
    assert!(faults("[\"font\"]", "[\"media\"]")[0].contains("no license is proposed for `font`"));
    assert!(faults("\"font\"", "\"fonts\"")[0].contains("did you mean `font`?"));
}
