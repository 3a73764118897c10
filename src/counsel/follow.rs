//! Questions that go on from the one before: "and if we only host it?", "what about MIT?".

use super::names::SIGN;
use super::terms::Reader;
use super::text::words;

/// Words that a question begins with which goes on.
const GOES_ON: &[&str] = &[
    "and",
    "but",
    "what about",
    "how about",
    "what if",
    "then",
    "so if",
    "or if",
    "even if",
    "same for",
    "also",
    "und",
    "aber",
    "was ist mit",
    "was wenn",
    "und wenn",
    "auch",
    "et",
    "mais",
    "et si",
    "y",
    "pero",
    "y si",
];
/// Words that stand for what was said before.
const STANDS_FOR: &[&str] = &[
    "it", "that", "this", "them", "those", "these", "they", "es", "das", "dies", "sie", "ca", "cela", "eso",
    "esto",
];
/// With at most so many terms, a question that goes on or stands for something is not whole.
const FEW: usize = 7;
/// With so few, it is not whole however it begins.
const FEWEST: usize = 2;

/// Terms of which a situation has one: whichever the follow-up names takes the place of the other.
const INSTEAD: &[&[&str]] = &[
    &[
        "distribute",
        "sell",
        "host",
        "saas",
        "internal",
        "network",
        "device",
        "server",
        "cloud",
        "customer",
        "app",
    ],
    &["static", "dynamic"],
    &["employee", "contractor", "supplier", "student", "intern"],
    &["subsidiary", "customer"],
    &["source", "binary"],
];

/// Whether words begin as one does who goes on.
pub(super) fn begins(said: &[String]) -> bool {
    GOES_ON.iter().any(|way| {
        let way: Vec<&str> = way.split(' ').collect();
        said.len() >= way.len() && way.iter().zip(said).all(|(way, word)| way == word)
    })
}

/// The question that is meant; none when it stands for itself.
pub(super) fn reading(reader: &Reader, previous: &str, question: &str) -> Option<String> {
    let said = words(question);
    let (now, language) = reader.question(question);
    let names = |term: &String| term.starts_with(SIGN);
    let begins = begins(&said);
    let stands_for = said.iter().any(|word| STANDS_FOR.contains(&word.as_str()));
    let of_itself = now.terms.iter().any(names);
    let goes_on = begins && now.terms.len() <= FEW
        || stands_for && !of_itself && now.terms.len() <= FEW
        || now.terms.len() <= FEWEST && !said.is_empty();
    if !goes_on || said.is_empty() {
        return None;
    }
    let instead = |term: &str| {
        let same = |group: &&&[&str]| group.contains(&term);
        INSTEAD.iter().filter(same).any(|group| now.terms.iter().any(|now| group.contains(&now.as_str())))
    };
    // Word by word: what the follow-up says otherwise is left out of what was said before.
    let kept: Vec<String> = words(previous)
        .into_iter()
        .filter(|word| {
            let terms = reader.read(word, language).terms;
            // A version goes with the name it belongs to.
            let version = word.starts_with(|c: char| c.is_ascii_digit());
            !(of_itself && version || terms.iter().any(|term| instead(term) || of_itself && names(term)))
        })
        .collect();
    Some(format!("{} {}", kept.join(" "), question.trim()))
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::super::tests::mind;

    const BEFORE: &str =
        "Do we have to publish our changes to a GPL-3.0 program when we ship it to customers?";

    #[test]
    fn a_follow_up_is_read_with_the_question_before() {
        let (knowledge, counsel) = mind();
        let meant = counsel.follow_up(BEFORE, "and if we only host it?").expect("it goes on");
        assert!(
            meant.contains("publish") && !meant.contains("ship") && meant.ends_with("host it?"),
            "{meant}"
        );
        let answer = counsel.answer(knowledge, &meant);
        assert_eq!(answer.kind, Kind::Answer, "{meant}: {answer:?}");
        let other = counsel.follow_up(BEFORE, "what about AGPL?").expect("it goes on");
        assert!(!other.contains("gpl 3") && other.contains("AGPL"), "{other}");
    }

    #[test]
    fn a_whole_question_stands_for_itself() {
        let counsel = &mind().1;
        for question in
            ["What is an SBOM and who must deliver one to customers?", "Can we relicense MIT code?", ""]
        {
            assert_eq!(counsel.follow_up(BEFORE, question), None, "{question}");
        }
    }
}
