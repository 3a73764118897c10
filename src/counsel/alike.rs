//! Like questions together: for curators who want to know what is asked, not who asked how.

use std::collections::{BTreeSet, HashMap};

use super::Counsel;

/// Two questions are alike when they share this much of their words, rare ones weighing more.
const ALIKE: f64 = 0.5;

impl Counsel {
    /// Groups questions by likeness: the indices of each group, in order of their first question. Each question is
    /// compared with the first of every group, so a group does not drift.
    pub fn alike(&self, questions: &[&str]) -> Vec<Vec<usize>> {
        let terms: Vec<BTreeSet<String>> = questions
            .iter()
            .map(|question| self.reader.question(question).0.terms.into_iter().collect())
            .collect();
        let mut in_how_many: HashMap<&str, usize> = HashMap::new();
        for term in terms.iter().flatten() {
            *in_how_many.entry(term).or_default() += 1;
        }
        let weight = |term: &str| {
            let share = in_how_many.get(term).copied().unwrap_or(1) as f64 / questions.len() as f64;
            1.0 - share.ln() / 2.0
        };
        let sum = |terms: &mut dyn Iterator<Item = &String>| terms.map(|term| weight(term)).sum::<f64>();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (index, asked) in terms.iter().enumerate() {
            let likeness = |first: &BTreeSet<String>| {
                let all = sum(&mut asked.union(first));
                if all > 0.0 { sum(&mut asked.intersection(first)) / all } else { 0.0 }
            };
            let nearest = groups
                .iter_mut()
                .filter_map(|group| {
                    group.first().map(|first| (likeness(&terms[*first]), *first)).zip(Some(group))
                })
                .max_by(|((a, _), _), ((b, _), _)| a.total_cmp(b));
            match nearest {
                Some(((likeness, _), group)) if likeness >= ALIKE => group.push(index),
                _ => groups.push(vec![index]),
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::mind;

    #[test]
    fn the_same_question_in_other_words_is_in_one_group() {
        let questions = [
            "which conference will our team attend in Lisbon?",
            "what does the zeppelin license say about avionics?",
            "to which conference in Lisbon does our team go?",
            "zeppelin license and avionics, what does it say",
            "who pays for the drinks?",
        ];
        assert_eq!(mind().1.alike(&questions), [vec![0, 2], vec![1, 3], vec![4]]);
        assert!(mind().1.alike(&[]).is_empty());
    }
}
