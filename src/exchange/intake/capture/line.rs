//! The line as folded characters that still know their bytes, and what of it is used.

use std::ops::Range;

use crate::text::fold::simplified;

/// A line being read.
#[derive(Debug)]
pub(super) struct Line<'a> {
    text: &'a str,
    /// Folded, one for each character of the text.
    pub chars: Vec<char>,
    /// Where each character begins, and the end of the text.
    bytes: Vec<usize>,
    used: Vec<bool>,
}

/// Full-width as ASCII, small, simplified: one character for one character, so
/// that places stay.
pub(super) fn fold_char(c: char) -> char {
    let plain = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\t' | '\n' | '\r' => ' ',
        '￥' => '¥',
        _ => c,
    };
    simplified(plain.to_lowercase().next().unwrap_or(plain))
}

impl<'a> Line<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        bytes.push(text.len());
        Self {
            text,
            chars: text.chars().map(fold_char).collect(),
            used: vec![false; bytes.len() - 1],
            bytes,
        }
    }

    pub fn len(&self) -> usize {
        self.chars.len()
    }

    pub fn at(&self, place: usize) -> Option<char> {
        self.chars.get(place).copied()
    }

    /// The bytes of these characters.
    pub fn range(&self, from: usize, to: usize) -> Range<usize> {
        self.bytes[from]..self.bytes[to]
    }

    /// The character that begins at a byte.
    pub fn place(&self, byte: usize) -> Option<usize> {
        self.bytes.binary_search(&byte).ok()
    }

    /// These characters as typed.
    pub fn typed(&self, from: usize, to: usize) -> &'a str {
        &self.text[self.range(from, to)]
    }

    /// These characters folded.
    pub fn folded(&self, from: usize, to: usize) -> String {
        self.chars[from..to].iter().collect()
    }

    pub fn take(&mut self, from: usize, to: usize) {
        self.used[from..to].fill(true);
    }

    /// Gives characters back that stand in the middle of words nobody took.
    pub fn give_back_within(&mut self, from: usize, to: usize) {
        let is_left = |place: usize| !self.used[place] && !self.is_gap(place);
        if from > 0 && to < self.len() && is_left(from - 1) && is_left(to) {
            self.used[from..to].fill(false);
        }
    }

    /// Says whether a piece may be divided here: white space, list marks, the ends.
    pub fn is_gap(&self, place: usize) -> bool {
        self.at(place)
            .is_none_or(|c| matches!(c, ' ' | ',' | ';' | '，' | '；' | '、'))
    }

    /// Says whether a piece that begins here begins by itself.
    pub fn opens(&self, place: usize) -> bool {
        place == 0 || self.is_gap(place - 1)
    }

    pub fn is_digit(&self, place: usize) -> bool {
        self.at(place).is_some_and(|c| c.is_ascii_digit())
    }

    /// The end of the digits that begin here.
    pub fn digits(&self, from: usize) -> usize {
        (from..=self.len())
            .find(|at| !self.is_digit(*at))
            .unwrap_or(from)
    }

    pub fn is_word(&self, place: usize) -> bool {
        self.at(place).is_some_and(|c| c.is_ascii_alphanumeric())
    }

    /// The end of this folded word where it stands here. Latin words must not go
    /// on to either side.
    pub fn word(&self, from: usize, word: &str) -> Option<usize> {
        let mut at = from;
        for c in word.chars() {
            if self.at(at)? != c {
                return None;
            }
            at += 1;
        }
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        let before = from > 0 && latin(word.chars().next()) && latin(self.at(from - 1));
        let behind = latin(word.chars().last()) && self.is_word(at);
        (at > from && !before && !behind).then_some(at)
    }

    /// The end of the longest of these words that stands here.
    pub fn longest<'w>(
        &self,
        from: usize,
        words: impl IntoIterator<Item = &'w String>,
    ) -> Option<usize> {
        words
            .into_iter()
            .filter_map(|word| self.word(from, word))
            .max()
    }

    /// Runs between gaps of which nothing is used, as (from, to).
    pub fn free_pieces(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut from = 0;
        for at in 0..=self.len() {
            let end = at == self.len() || self.used[at] || self.is_gap(at);
            if !end {
                continue;
            }
            if at > from {
                found.push((from, at));
            }
            from = at + 1;
        }
        found
    }

    /// Says whether a free piece stands by itself, with nothing used beside it.
    pub fn is_whole(&self, from: usize, to: usize) -> bool {
        self.opens(from) && self.is_gap(to)
    }
}
