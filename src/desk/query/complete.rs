//! What may come next where the caret stands.

use std::ops::Range;

use super::names::{Names, plain};
use super::parse::{is_sign, mark};
use super::print::quoted;
use super::{Key, Sort};
use crate::i18n::Language;

/// What is offered at a place in a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completion {
    /// Which bytes of the line a choice takes the place of.
    pub at: Range<usize>,
    /// The choices, each as it is written.
    pub choices: Vec<String>,
}

/// Returns what the word before the caret may become: a key, or a value of the key before it.
/// Names are those of the language; `people` and `tags` are what the shop has.
pub fn complete(
    text: &str,
    caret: usize,
    language: Language,
    people: &[&str],
    tags: &[&str],
) -> Completion {
    let Some(before) = text.get(..caret) else {
        return Completion::default();
    };
    let begin = begin_of_word(before);
    let word = &before[begin..];
    let word = word.strip_prefix(|c| mark(c) == '-').unwrap_or(word);
    let begin = caret - word.len();
    let sign = word.char_indices().find(|(_, c)| is_sign(*c));
    let Some((sign_at, sign)) = sign else {
        return of_keys(begin..caret, word, language);
    };
    let Ok(key) = Names::get().key(&word[..sign_at]) else {
        return Completion::default();
    };
    let after = sign_at + sign.len_utf8();
    // Behind the last comma, and behind the signs of a comparison.
    let tail = &word[after..];
    let from = tail
        .char_indices()
        .filter(|(_, c)| mark(*c) == ',' || is_sign(*c))
        .map(|(at, c)| at + c.len_utf8())
        .next_back()
        .unwrap_or(0);
    let at = begin + after + from..caret;
    of_values(key, at, &tail[from..], language, people, tags)
}

/// Where the word before the caret begins: behind the last blank that is not within quotation
/// marks.
fn begin_of_word(before: &str) -> usize {
    let mut begin = 0;
    let mut is_quoted = false;
    for (at, c) in before.char_indices() {
        if mark(c) == '"' {
            is_quoted = !is_quoted;
        } else if c.is_whitespace() && !is_quoted {
            begin = at + c.len_utf8();
        }
    }
    begin
}

fn of_keys(at: Range<usize>, word: &str, language: Language) -> Completion {
    let names = Names::get();
    let asked = plain(word);
    let keys = names.keys_in(language).into_iter().filter(|(key, shown)| {
        // Typed in English where the screen speaks Chinese is meant as well.
        plain(shown).starts_with(&asked) || key.word().starts_with(&asked)
    });
    let choices = keys.map(|(_, shown)| format!("{shown}:")).collect();
    Completion { at, choices }
}

fn of_values(
    key: Key,
    at: Range<usize>,
    said: &str,
    language: Language,
    people: &[&str],
    tags: &[&str],
) -> Completion {
    let names = Names::get();
    if matches!(key.sort(), Sort::Ahead | Sort::Back) {
        // A number lacks its unit.
        let is_number = |c: char| mark(c).is_ascii_digit();
        let units = names.units_in(language).into_iter().map(|(unit, _)| unit);
        if !said.is_empty() && said.chars().all(is_number) {
            let choices = units.map(|unit| format!("{said}{unit}")).collect();
            return Completion { at, choices };
        }
    }
    let mut all: Vec<&str> = match key.sort() {
        Sort::Listed | Sort::People => names.values_in(key, language),
        Sort::Ahead | Sort::Back => names.days_in(language),
        Sort::Free | Sort::Sum => Vec::new(),
    };
    if key.sort() == Sort::People {
        all.extend(people);
    }
    if key == Key::Tag {
        all.extend(tags);
    }
    let asked = plain(said.trim_start_matches(|c| mark(c) == '"'));
    let fitting = all
        .into_iter()
        .filter(|name| plain(name).starts_with(&asked));
    let choices = fitting.map(quoted).collect();
    Completion { at, choices }
}
