//! A text as rules read it: folded, without blanks and light marks, each byte with its place.

use std::ops::Range;

use regex::Regex;

use crate::text::fold::fold;

/// A folded text.
pub(super) struct Folded {
    text: String,
    /// For each byte of the folded text the bytes that it came from.
    from: Vec<Range<usize>>,
}

impl Folded {
    /// Folds a text that begins at `start` of a longer one.
    pub(super) fn new(text: &str, start: usize) -> Self {
        let mut folded = Self {
            text: String::with_capacity(text.len()),
            from: Vec::with_capacity(text.len()),
        };
        let mut bytes = [0; 4];
        for (at, c) in text.char_indices() {
            let piece = fold(c.encode_utf8(&mut bytes));
            if piece.chars().all(is_light) {
                continue;
            }
            let place = start + at..start + at + c.len_utf8();
            folded.from.extend(piece.bytes().map(|_| place.clone()));
            folded.text.push_str(&piece);
        }
        folded
    }

    /// Returns the folded text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns where a pattern stands, but for what an exception covers.
    pub(super) fn find(&self, pattern: &Regex, except: &[Regex]) -> Vec<Range<usize>> {
        let found: Vec<Range<usize>> = pattern
            .find_iter(&self.text)
            .map(|found| found.range())
            .collect();
        // Mostly there is nothing to excuse.
        let excused: Vec<Range<usize>> = except
            .iter()
            .filter(|_| !found.is_empty())
            .flat_map(|one| one.find_iter(&self.text).map(|found| found.range()))
            .collect();
        found
            .into_iter()
            .filter(|range| {
                let meets = |one: &Range<usize>| one.start < range.end && range.start < one.end;
                !range.is_empty() && !excused.iter().any(meets)
            })
            .filter_map(|range| self.place(&range))
            .collect()
    }

    /// Returns where folded bytes stand in the text as it was written.
    fn place(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let first = self.from.get(range.start)?;
        let last = self.from.get(range.end.checked_sub(1)?)?;
        Some(first.start..last.end)
    }
}

/// Returns the sentences of a text, in bytes, with the mark that ends each.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive(['。', '！', '？', '!', '?', '；', ';', '\n'])
        .map(move |sentence| {
            let range = start..start + sentence.len();
            start = range.end;
            range
        })
}

/// What is left out before rules look: blanks and the marks between words.
fn is_light(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '.' | '!' | '?' | '~' | '。' | '…' | '、')
}
