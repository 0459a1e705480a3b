//! Names and numbers where people decide by them: whatever could be taken for something else is
//! spelled out and said to be there, by a word and not by colour alone.

use super::line::{Run, text};
use crate::i18n::Words;
use crate::text::clean::exact as spelled;
use crate::tui::theme::Ink;

/// A name or number, and behind it the word that says so where something was spelled out.
pub fn exact<'a>(value: &str, words: &Words) -> Vec<Run<'a>> {
    match spelled(value) {
        None => vec![text(value.to_owned())],
        Some(spelled) => vec![
            Run::new(spelled, Ink::Warn),
            Run::new(format!(" [{}]", words.get("exact-unusual")), Ink::Warn),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    #[test]
    fn what_could_be_taken_for_something_else_is_spelled_out_and_told() {
        let words = Words::new(Language::ZhCn);
        let plain = exact("t**3 阳光小屋-2", &words);
        assert_eq!((plain.len(), plain[0].ink), (1, Ink::Text));
        // A Cyrillic a and a zero-width space.
        let odd = exact("p\u{430}y\u{200b}pal", &words);
        assert_eq!(odd[0].text, "p<U+0430>y<U+200B>pal");
        assert_eq!((odd[0].ink, odd[1].ink), (Ink::Warn, Ink::Warn));
        assert_eq!(odd[1].text, " [有少见字符]");
    }
}
