//! How a reason and what to do about it stand in one line.

use super::{Notice, hinted};
use crate::i18n::{Language, Words, messages};
use crate::problem::{Kind, Problem};

#[test]
fn a_reason_and_its_hint_are_two_sentences() {
    let problem = Problem::new(Kind::Refused, "problem-past-read-only");
    for (language, mark) in [
        (Language::En, ". "),
        (Language::ZhCn, "。"),
        (Language::ZhTw, "。"),
    ] {
        let words = Words::new(language);
        let (reason, hint) = words.problem(&problem);
        let said = Notice::of(&problem, &words).text;
        assert_eq!(said, format!("{reason}{mark}{}", hint.unwrap()));
    }
}

#[test]
fn no_reason_ends_in_two_marks() {
    const MARKS: &str = ".,!?:;。，！？：；、";
    for language in Language::ALL {
        let words = Words::new(language);
        let ids = messages(language);
        for id in ids
            .keys()
            .filter(|id| ids.contains_key(&format!("{id}-hint")))
        {
            let reason = words.get(id);
            let joined = hinted(&reason, "x", &words);
            let marks = joined
                .trim_end_matches([' ', 'x'])
                .chars()
                .rev()
                .take_while(|c| MARKS.contains(*c));
            assert_eq!(marks.count(), 1, "{id} = {joined}");
        }
    }
}
